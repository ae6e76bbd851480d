//! The part of an image that an overlay shows: cut out, reduced to 8 bits and a sensible size, and packed as a data URI.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, Decoder, Encoder, Limits, Transformations};
use std::io::Cursor;

/// Decoding takes at most this much memory.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// A picture wider or higher than this is averaged down; screens and paper show no more.
const MOST_PX: usize = 1200;

/// Part of an image, in pixels of the frame that the outlines are drawn in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

/// A picture ready to be placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub data_uri: String,
    /// What the picture covers: the wanted region, widened to whole pixels.
    pub region: Region,
    /// Grey values were spread to the range seen in the region (16-bit images).
    pub stretched: bool,
}

/// Why an image cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("the image is not a readable PNG")]
    Decode(#[from] png::DecodingError),
    #[error("the image could not be packed")]
    Encode(#[from] png::EncodingError),
    #[error("the image is {found}, the annotations were drawn on {expected}")]
    OtherSize { found: String, expected: String },
}

struct Raster {
    width: usize,
    height: usize,
    n_channels: usize,
    wide: bool,
    bytes: Vec<u8>,
}

impl Raster {
    fn sample(&self, x: usize, y: usize, channel: usize) -> u32 {
        let at = (y * self.width + x) * self.n_channels + channel;
        let byte = |at: usize| self.bytes.get(at).copied().map_or(0, u32::from);
        if self.wide {
            byte(2 * at) << 8 | byte(2 * at + 1)
        } else {
            byte(at)
        }
    }
}

/// Cuts `wanted` out of a PNG whose frame is `frame_px` wide and high.
///
/// # Errors
/// An unreadable image, or one whose size has another aspect than the frame.
pub fn cut_out(png: &[u8], frame_px: (u32, u32), wanted: Region) -> Result<Picture, PictureError> {
    let raster = decode(png)?;
    let (frame_width, frame_height) = (f64::from(frame_px.0), f64::from(frame_px.1));
    let scale = [
        raster.width as f64 / frame_width,
        raster.height as f64 / frame_height,
    ];
    // Previews are often scaled; a pixel of rounding is no difference in aspect.
    let off_px = (scale[0] / scale[1] - 1.0).abs() * raster.width.min(raster.height) as f64;
    if off_px.is_nan() || off_px > 1.5 {
        return Err(PictureError::OtherSize {
            found: format!("{} × {} px", raster.width, raster.height),
            expected: format!("{} × {} px", frame_px.0, frame_px.1),
        });
    }
    let low = |value: f64, scale: f64| (value * scale).floor().max(0.0) as usize;
    let high =
        |value: f64, scale: f64, most: usize| ((value * scale).ceil().max(0.0) as usize).min(most);
    let (x0, y0) = (
        low(wanted.x0, scale[0]).min(raster.width - 1),
        low(wanted.y0, scale[1]).min(raster.height - 1),
    );
    let x1 = high(wanted.x1, scale[0], raster.width).max(x0 + 1);
    let y1 = high(wanted.y1, scale[1], raster.height).max(y0 + 1);
    let step = (x1 - x0).max(y1 - y0).div_ceil(MOST_PX);
    // Whole steps only, so that the picture and its region end together.
    let (width, height) = ((x1 - x0).div_ceil(step), (y1 - y0).div_ceil(step));
    let (pixels, stretched) = reduce(&raster, [x0, y0], [x1, y1], step);
    let data = encode(
        &pixels,
        width,
        height,
        if raster.n_channels < 3 { 1 } else { 3 },
    )?;
    Ok(Picture {
        data_uri: format!("data:image/png;base64,{}", STANDARD.encode(data)),
        region: Region {
            x0: x0 as f64 / scale[0],
            y0: y0 as f64 / scale[1],
            x1: (x0 + width * step) as f64 / scale[0],
            y1: (y0 + height * step) as f64 / scale[1],
        },
        stretched,
    })
}

fn decode(png: &[u8]) -> Result<Raster, PictureError> {
    let limits = Limits { bytes: MOST_BYTES };
    let mut decoder = Decoder::new_with_limits(Cursor::new(png), limits);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info()?;
    let n_bytes = reader.output_buffer_size().filter(|&n| n <= MOST_BYTES);
    let Some(n_bytes) = n_bytes else {
        return Err(png::DecodingError::LimitsExceeded.into());
    };
    let mut bytes = vec![0; n_bytes];
    let info = reader.next_frame(&mut bytes)?;
    Ok(Raster {
        width: info.width as usize,
        height: info.height as usize,
        n_channels: info.color_type.samples(),
        wide: info.bit_depth == BitDepth::Sixteen,
        bytes,
    })
}

/// Means over blocks of `step` × `step` pixels as 8-bit samples; transparency is left out.
fn reduce(raster: &Raster, from: [usize; 2], to: [usize; 2], step: usize) -> (Vec<u8>, bool) {
    let n_colours = if raster.n_channels < 3 { 1 } else { 3 };
    let mut means = Vec::new();
    for y in (from[1]..to[1]).step_by(step) {
        for x in (from[0]..to[0]).step_by(step) {
            for channel in 0..n_colours {
                let (mut sum, mut n) = (0_u64, 0_u64);
                for yy in y..(y + step).min(to[1]) {
                    for xx in x..(x + step).min(to[0]) {
                        sum += u64::from(raster.sample(xx, yy, channel));
                        n += 1;
                    }
                }
                means.push((sum / n.max(1)) as u32);
            }
        }
    }
    let stretched = raster.wide && n_colours == 1;
    let (low, high) = match (stretched, means.iter().min(), means.iter().max()) {
        (true, Some(&low), Some(&high)) if high > low => (low, high),
        _ if raster.wide => (0, 65_535),
        _ => (0, 255),
    };
    let to_byte = |mean: u32| {
        let share = f64::from(mean.saturating_sub(low)) / f64::from(high - low);
        (share * 255.0).round().clamp(0.0, 255.0) as u8
    };
    (means.into_iter().map(to_byte).collect(), stretched)
}

fn encode(
    pixels: &[u8],
    width: usize,
    height: usize,
    n_colours: usize,
) -> Result<Vec<u8>, PictureError> {
    let mut data = Vec::new();
    let mut encoder = Encoder::new(&mut data, width as u32, height as u32);
    encoder.set_color(if n_colours == 1 {
        ColorType::Grayscale
    } else {
        ColorType::Rgb
    });
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(data)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A grey PNG whose pixel values are `y * width + x`.
    pub fn ramp(width: usize, height: usize) -> Vec<u8> {
        let pixels: Vec<u8> = (0..width * height).map(|i| i as u8).collect();
        encode(&pixels, width, height, 1).unwrap()
    }

    fn decoded(picture: &Picture) -> Raster {
        let data = picture
            .data_uri
            .strip_prefix("data:image/png;base64,")
            .unwrap();
        decode(&STANDARD.decode(data).unwrap()).unwrap()
    }

    #[test]
    fn the_wanted_region_is_cut_out_to_whole_pixels() {
        let wanted = Region {
            x0: 1.2,
            y0: 1.0,
            x1: 3.0,
            y1: 2.5,
        };
        let picture = cut_out(&ramp(5, 4), (5, 4), wanted).unwrap();
        assert_eq!(
            picture.region,
            Region {
                x0: 1.0,
                y0: 1.0,
                x1: 3.0,
                y1: 3.0
            }
        );
        assert_eq!(decoded(&picture).bytes, [6, 7, 11, 12]);
    }

    #[test]
    fn a_scaled_preview_covers_the_same_region() {
        let wanted = Region {
            x0: 0.0,
            y0: 0.0,
            x1: 50.0,
            y1: 40.0,
        };
        let picture = cut_out(&ramp(10, 8), (100, 80), wanted).unwrap();
        assert_eq!(decoded(&picture).width, 5);
        assert_eq!(picture.region.x1, 50.0);
    }

    #[test]
    fn an_image_of_another_shape_or_no_image_is_refused() {
        let wanted = Region {
            x0: 0.0,
            y0: 0.0,
            x1: 4.0,
            y1: 4.0,
        };
        let other = cut_out(&ramp(10, 8), (80, 100), wanted).unwrap_err();
        assert!(other.to_string().contains("10 × 8 px"), "{other}");
        assert!(cut_out(b"<svg/>", (4, 4), wanted).is_err());
    }
}
