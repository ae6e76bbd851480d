//! Frames of a segmentation as masks.

use crate::geometry::{GeometryError, Mask};

/// How pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Storage {
    /// One bit a pixel, least significant bit first, frames following each other without padding to bytes.
    Binary,
    /// One byte a pixel; value / maximum is a probability or an occupancy.
    Fractional { maximum: u16 },
}

impl Storage {
    /// Bytes that so many pixels take, without the last byte that makes the length even.
    pub fn n_bytes(self, n_pixels: u64) -> u64 {
        match self {
            Self::Binary => n_pixels.div_ceil(8),
            Self::Fractional { .. } => n_pixels,
        }
    }
}

/// Frame `index` of the pixel data. A fractional pixel is set from half the maximum on.
pub fn mask(
    storage: Storage,
    pixel_data: &[u8],
    index: u64,
    width_px: u32,
    height_px: u32,
) -> Result<Mask, GeometryError> {
    let n_pixels = u64::from(width_px) * u64::from(height_px);
    let first = index * n_pixels;
    let bounds = match storage {
        Storage::Binary => binary_bounds(pixel_data, first, n_pixels),
        Storage::Fractional { maximum } => {
            let frame = pixel_data
                .get(first as usize..(first + n_pixels) as usize)
                .unwrap_or_default();
            bounds(
                frame
                    .iter()
                    .map(|&value| 2 * u32::from(value) >= u32::from(maximum)),
            )
        }
    };
    Mask::from_bounds(width_px, height_px, bounds)
}

fn binary_bounds(bytes: &[u8], first: u64, n_pixels: u64) -> Vec<u32> {
    let mut bounds = Vec::new();
    let mut inside = false;
    let mut pixel = 0;
    while pixel < n_pixels {
        let bit = first + pixel;
        let byte = bytes.get((bit / 8) as usize).copied().unwrap_or(0);
        let uniform = if inside { 0xFF } else { 0x00 };
        if bit.is_multiple_of(8) && byte == uniform && pixel + 8 <= n_pixels {
            pixel += 8;
            continue;
        }
        if (byte >> (bit % 8) & 1 == 1) != inside {
            inside = !inside;
            bounds.push(pixel as u32);
        }
        pixel += 1;
    }
    if inside {
        bounds.push(n_pixels as u32);
    }
    bounds
}

fn bounds(pixels: impl Iterator<Item = bool>) -> Vec<u32> {
    let mut bounds = Vec::new();
    let mut inside = false;
    let mut n = 0;
    for is_set in pixels {
        if is_set != inside {
            inside = is_set;
            bounds.push(n);
        }
        n += 1;
    }
    if inside {
        bounds.push(n);
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::{Storage, mask};

    #[test]
    fn a_second_frame_begins_in_the_middle_of_a_byte() {
        // Two frames of 3 x 2 pixels: bits 1,0,0,1,1,0 then 0,1,1,1,1,1, least significant bit first.
        let bytes = [0b1001_1001, 0b0000_1111];
        let frame = |index| mask(Storage::Binary, &bytes, index, 3, 2).expect("a small frame");
        assert_eq!(frame(0).bounds(), [0, 1, 3, 5]);
        assert_eq!(frame(1).bounds(), [1, 6]);
    }

    #[test]
    fn whole_bytes_of_one_value_are_one_run() {
        let bytes = [0x00, 0xFF, 0xFF, 0x01];
        let mask = mask(Storage::Binary, &bytes, 0, 8, 4).expect("a small frame");
        assert_eq!(mask.bounds(), [8, 25]);
    }

    #[test]
    fn half_of_the_maximum_is_inside() {
        let storage = Storage::Fractional { maximum: 255 };
        let mask = mask(storage, &[127, 128, 255, 0], 0, 2, 2).expect("a small frame");
        assert_eq!(mask.bounds(), [1, 3]);
        let storage = Storage::Fractional { maximum: 100 };
        let exactly_half = super::mask(storage, &[49, 50], 0, 2, 1).expect("a small frame");
        assert_eq!(exactly_half.bounds(), [1, 2]);
    }
}
