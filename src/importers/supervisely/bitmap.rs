//! Bitmaps: a PNG image in base64, mostly packed by zlib, put onto the image at its origin.

use crate::geometry::Mask;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use png::{ColorType, Decoder, Limits, Transformations};
use std::io::{Cursor, Read};

/// Memory that a bitmap may unfold into before it is decoded as PNG.
const MAX_PNG_BYTES: u64 = 64 << 20;
/// Memory that the decoder may reserve.
const MAX_DECODER_BYTES: usize = 256 << 20;
/// Runs beyond which a bitmap is no mask.
const MAX_RUNS: usize = 1 << 24;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The bitmap on an image of `size_px`, and whether it reaches beyond the image's edge, where it is cut off.
pub(super) fn mask(
    data: &str,
    origin: [i64; 2],
    (width_px, height_px): (u32, u32),
) -> Result<(Mask, bool), String> {
    let bytes = STANDARD
        .decode(data.trim())
        .map_err(|_| "`data` is no base64")?;
    let png = if bytes.starts_with(PNG_SIGNATURE) {
        bytes
    } else {
        unpack(&bytes)?
    };
    let mut image = Placed {
        origin,
        size_px: (width_px, height_px),
        bounds: Vec::new(),
        is_cut: false,
    };
    let mut decoder = Decoder::new_with_limits(
        Cursor::new(png),
        Limits {
            bytes: MAX_DECODER_BYTES,
        },
    );
    // Palettes become colours, and transparent entries alpha.
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let broken = |_| "`data` holds no readable PNG image";
    let mut reader = decoder.read_info().map_err(broken)?;
    if reader.info().interlaced || reader.info().is_animated() {
        return Err("`data` is an interlaced or animated PNG image, which is not read".to_owned());
    }
    let samples = match reader.output_color_type().0 {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        ColorType::Indexed => return Err("`data` holds a palette without colours".to_owned()),
    };
    let mut y = 0_i64;
    while let Some(row) = reader.next_row().map_err(broken)? {
        let pixels = row.data().chunks_exact(samples);
        // Where there is alpha, it alone says what is set.
        let is_set = |pixel: &[u8]| match pixel {
            [_, alpha] | [_, _, _, alpha] => *alpha > 0,
            other => other.iter().any(|part| *part > 0),
        };
        image.row(y, pixels.map(is_set))?;
        y += 1;
    }
    let mask =
        Mask::from_bounds(width_px, height_px, image.bounds).map_err(|error| error.to_string())?;
    Ok((mask, image.is_cut))
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut png = Vec::new();
    let mut unpacked = flate2::read::ZlibDecoder::new(bytes).take(MAX_PNG_BYTES + 1);
    unpacked
        .read_to_end(&mut png)
        .map_err(|_| "`data` is neither a PNG image nor packed by zlib")?;
    if png.len() as u64 > MAX_PNG_BYTES {
        return Err(format!("`data` unpacks to more than {MAX_PNG_BYTES} bytes"));
    }
    Ok(png)
}

/// Runs on the image, gathered row by row.
struct Placed {
    origin: [i64; 2],
    size_px: (u32, u32),
    bounds: Vec<u32>,
    is_cut: bool,
}

impl Placed {
    fn row(&mut self, y: i64, pixels: impl Iterator<Item = bool>) -> Result<(), String> {
        let mut start: Option<i64> = None;
        for (x, is_set) in (0_i64..).zip(pixels.chain([false])) {
            match (start, is_set) {
                (None, true) => start = Some(x),
                (Some(from), false) => {
                    self.run(y, from, x)?;
                    start = None;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn run(&mut self, y: i64, from: i64, to: i64) -> Result<(), String> {
        let (width, height) = (i64::from(self.size_px.0), i64::from(self.size_px.1));
        let y = y.saturating_add(self.origin[1]);
        let place = |x: i64| x.saturating_add(self.origin[0]);
        let (low, high) = (place(from), place(to));
        let (start, end) = (low.clamp(0, width), high.clamp(0, width));
        let is_inside = (0..height).contains(&y);
        self.is_cut |= !is_inside || (start, end) != (low, high);
        if is_inside && start < end {
            let flat = |x: i64| u32::try_from(y * width + x).map_err(|_| "the image is too large");
            self.bounds.extend([flat(start)?, flat(end)?]);
            if self.bounds.len() > 2 * MAX_RUNS {
                return Err(format!("`data` holds more than {MAX_RUNS} runs of pixels"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    /// The example of the SDK's own documentation: a ring of 3 x 3 pixels.
    const RING: &str = "eJzrDPBz5+WS4mJgYOD19HAJAtLMIMwIInOeqf8BUmwBPiGuQPr///9Lb86/C2QxlgT5BTM4PLuRBuTwebo4hlTMSa44sKHhISMDuxpTYrr03F6gDIOnq5/LOqeEJgDM5ht6";

    #[test]
    fn the_sdk_s_ring_lies_at_its_origin_and_is_cut_at_the_edge() {
        let (ring, is_cut) = mask(RING, [2, 1], (10, 5)).expect("sound");
        assert_eq!(
            (ring.bounds(), is_cut),
            ([12, 15, 22, 23, 24, 25, 32, 35].as_slice(), false)
        );
        let (ring, is_cut) = mask(RING, [-1, 3], (10, 5)).expect("sound");
        assert_eq!((ring.bounds(), is_cut), ([30, 32, 41, 42].as_slice(), true));
        let (far, is_cut) = mask(RING, [i64::MAX, i64::MIN], (10, 5)).expect("sound");
        assert!(far.is_empty() && is_cut);
        assert!(mask("AAAA", [0, 0], (10, 5)).is_err());
        assert!(mask("%", [0, 0], (10, 5)).is_err());
    }
}
