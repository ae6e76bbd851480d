//! A PNG image as runs of equal pixels, one list of runs a value: memory follows what is drawn, not the image's size.
//!
//! Format: <https://www.w3.org/TR/png-3/>.

use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use std::collections::HashMap;
use std::io::{BufRead, Seek};

/// Different values beyond which an image is a picture.
const MAX_VALUES: usize = 1 << 16;
/// Runs beyond which an image is a picture.
const MAX_RUNS: usize = 1 << 25;
/// Memory that the decoder may reserve.
const MAX_DECODER_BYTES: usize = 1 << 30;

/// What a pixel's number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Brightness, in so many bits.
    Grey { bits: u8 },
    /// Index into a palette.
    Palette,
    /// Red, green, blue, alpha in 8 bits each, red highest.
    Colour,
}

/// All pixels, as runs by value. Runs are row-major and half-open, and may go on over the end of a row.
#[derive(Debug)]
pub struct Runs {
    pub width_px: u32,
    pub height_px: u32,
    pub kind: Kind,
    /// Colours of the palette, red highest; empty where there is none.
    pub palette: Vec<u32>,
    /// Starts and ends in turn, by the pixels' value.
    pub bounds: HashMap<u32, Vec<u32>>,
}

/// Why an image yields no runs.
#[derive(Debug, thiserror::Error)]
pub enum PixelError {
    #[error("is not a readable PNG image ({0}); export it again")]
    Broken(#[from] png::DecodingError),
    #[error("has {found} pixels; the limit is {limit}")]
    TooLarge { found: u64, limit: u64 },
    #[error("holds more different values or runs than a mask: it looks like a picture")]
    Picture,
    #[error("{0}")]
    Unsupported(&'static str),
}

impl Runs {
    /// Decodes an image; palettes stay indices, and nothing is scaled.
    pub fn read(file: impl BufRead + Seek, max_pixels: u64) -> Result<Self, PixelError> {
        let limits = Limits {
            bytes: MAX_DECODER_BYTES,
        };
        let mut decoder = Decoder::new_with_limits(file, limits);
        decoder.set_transformations(Transformations::IDENTITY);
        let info = decoder.read_header_info()?;
        let (width_px, height_px) = (info.width, info.height);
        let layout = Layout::of(info.color_type, info.bit_depth)?;
        let is_interlaced = info.interlaced;
        let found = u64::from(width_px) * u64::from(height_px);
        let limit = max_pixels.min(u64::from(u32::MAX));
        if found > limit {
            return Err(PixelError::TooLarge { found, limit });
        }
        let mut reader = decoder.read_info()?;
        if reader.info().is_animated() {
            return Err(PixelError::Unsupported(
                "is an animation; only still images are read",
            ));
        }
        let palette = reader.info().palette.as_deref().unwrap_or_default();
        let palette = palette
            .chunks_exact(3)
            .map(|rgb| u32::from_be_bytes([0, rgb[0], rgb[1], rgb[2]]))
            .collect();
        let mut collector = Collector::default();
        if is_interlaced {
            let n_bytes = reader
                .output_buffer_size()
                .filter(|n| *n <= MAX_DECODER_BYTES);
            let mut buffer = vec![
                0;
                n_bytes.ok_or(PixelError::Unsupported(
                    "is too large for an interlaced image"
                ))?
            ];
            reader.next_frame(&mut buffer)?;
            let row_bytes = buffer.len() / height_px.max(1) as usize;
            for row in buffer.chunks_exact(row_bytes.max(1)) {
                collector.row(row, layout, width_px)?;
            }
        } else {
            while let Some(row) = reader.next_row()? {
                collector.row(row.data(), layout, width_px)?;
            }
        }
        Ok(Self {
            width_px,
            height_px,
            kind: layout.kind,
            palette,
            bounds: collector.finish(),
        })
    }
}

impl Runs {
    /// Bounds of all pixels that are not black, or not the first of their palette; alpha is not looked at.
    pub fn not_black(&self) -> Vec<u32> {
        let is_drawn = |value: u32| match self.kind {
            Kind::Colour => value >> 8 != 0,
            Kind::Grey { .. } | Kind::Palette => value != 0,
        };
        let drawn = self.bounds.iter().filter(|(value, _)| is_drawn(**value));
        let mut spans: Vec<[u32; 2]> = drawn
            .flat_map(|(_, bounds)| bounds.chunks_exact(2).map(|run| [run[0], run[1]]))
            .collect();
        spans.sort_unstable();
        spans.into_iter().flatten().collect()
    }
}

#[derive(Clone, Copy)]
struct Layout {
    kind: Kind,
    samples: usize,
    bits: u8,
}

impl Layout {
    fn of(color: ColorType, depth: BitDepth) -> Result<Self, PixelError> {
        let bits = depth as u8;
        let (kind, samples) = match (color, bits) {
            (ColorType::Grayscale, _) => (Kind::Grey { bits }, 1),
            (ColorType::Indexed, _) => (Kind::Palette, 1),
            (ColorType::GrayscaleAlpha, 8) => (Kind::Colour, 2),
            (ColorType::Rgb, 8) => (Kind::Colour, 3),
            (ColorType::Rgba, 8) => (Kind::Colour, 4),
            _ => {
                return Err(PixelError::Unsupported(
                    "has 16 bits a colour; masks in colour have 8",
                ));
            }
        };
        Ok(Self {
            kind,
            samples,
            bits,
        })
    }

    /// Pixel `x` of a row as stored.
    fn value(self, row: &[u8], x: usize) -> u32 {
        let byte = |at: usize| u32::from(row.get(at).copied().unwrap_or(0));
        match (self.samples, self.bits) {
            (1, 16) => byte(2 * x) << 8 | byte(2 * x + 1),
            (1, 8) => byte(x),
            (1, bits) => {
                let bit = x * usize::from(bits);
                let shift = 8 - usize::from(bits) - bit % 8;
                byte(bit / 8) >> shift & ((1 << bits) - 1)
            }
            (2, _) => (byte(2 * x) * 0x0101_0100) | byte(2 * x + 1),
            (3, _) => byte(3 * x) << 24 | byte(3 * x + 1) << 16 | byte(3 * x + 2) << 8 | 0xFF,
            _ => byte(4 * x) << 24 | byte(4 * x + 1) << 16 | byte(4 * x + 2) << 8 | byte(4 * x + 3),
        }
    }
}

#[derive(Default)]
struct Collector {
    bounds: HashMap<u32, Vec<u32>>,
    current: Option<(u32, u32)>,
    n_pixels: u32,
    n_runs: usize,
}

impl Collector {
    fn row(&mut self, row: &[u8], layout: Layout, width_px: u32) -> Result<(), PixelError> {
        for x in 0..width_px as usize {
            let value = layout.value(row, x);
            match self.current {
                Some((known, _)) if known == value => {}
                _ => {
                    self.close();
                    self.current = Some((value, self.n_pixels));
                    self.n_runs += 1;
                    if self.n_runs > MAX_RUNS || self.bounds.len() > MAX_VALUES {
                        return Err(PixelError::Picture);
                    }
                }
            }
            self.n_pixels += 1;
        }
        Ok(())
    }

    fn close(&mut self) {
        if let Some((value, start)) = self.current.take() {
            self.bounds
                .entry(value)
                .or_default()
                .extend([start, self.n_pixels]);
        }
    }

    fn finish(mut self) -> HashMap<u32, Vec<u32>> {
        self.close();
        self.bounds
    }
}
