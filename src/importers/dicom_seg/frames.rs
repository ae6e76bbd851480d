//! Frames of a segmentation as runs of pixels.

use std::collections::BTreeMap;

/// How pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Storage {
    /// One bit a pixel, least significant bit first; uncompressed frames follow each other without padding to bytes.
    Binary,
    /// One byte a pixel; value / maximum is a probability or an occupancy.
    Fractional { maximum: u16 },
    /// One or two bytes a pixel, little endian: the number of its segment.
    LabelMap { n_bytes: u64 },
}

impl Storage {
    /// Bytes that so many pixels take, without the last byte that makes the length even.
    pub fn n_bytes(self, n_pixels: u64) -> u64 {
        match self {
            Self::Binary => n_pixels.div_ceil(8),
            Self::Fractional { .. } => n_pixels,
            Self::LabelMap { n_bytes } => n_pixels.saturating_mul(n_bytes),
        }
    }
}

/// Runs of set pixels as rising bounds `[start, end, start, end …]`, for `n_pixels` bits from bit `first` on.
pub fn binary(bytes: &[u8], first: u64, n_pixels: u64) -> Vec<u32> {
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

/// Runs of pixels from half the maximum on.
pub fn fractional(frame: &[u8], maximum: u16) -> Vec<u32> {
    let mut bounds = Vec::new();
    let mut inside = false;
    for (pixel, &value) in frame.iter().enumerate() {
        if (2 * u32::from(value) >= u32::from(maximum)) != inside {
            inside = !inside;
            bounds.push(pixel as u32);
        }
    }
    if inside {
        bounds.push(frame.len() as u32);
    }
    bounds
}

/// Runs of each value for which `is_kept` holds.
pub fn by_value(
    frame: &[u8],
    n_bytes: u64,
    is_kept: impl Fn(u32) -> bool,
) -> BTreeMap<u32, Vec<u32>> {
    let value = |bytes: &[u8]| {
        let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0));
        byte(0) | byte(1) << 8
    };
    let mut found: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut close = |value: u32, start: u32, end: u32| {
        if start < end && is_kept(value) {
            found.entry(value).or_default().extend([start, end]);
        }
    };
    let (mut current, mut start, mut end) = (0, 0, 0);
    for bytes in frame.chunks_exact(n_bytes.max(1) as usize) {
        let value = value(bytes);
        if value != current {
            close(current, start, end);
            (current, start) = (value, end);
        }
        end += 1;
    }
    close(current, start, end);
    found
}

#[cfg(test)]
mod tests {
    use super::{binary, by_value, fractional};

    #[test]
    fn a_second_frame_begins_in_the_middle_of_a_byte() {
        // Two frames of 3 x 2 pixels: bits 1,0,0,1,1,0 then 0,1,1,1,1,1, least significant bit first.
        let bytes = [0b1001_1001, 0b0000_1111];
        assert_eq!(binary(&bytes, 0, 6), [0, 1, 3, 5]);
        assert_eq!(binary(&bytes, 6, 6), [1, 6]);
    }

    #[test]
    fn whole_bytes_of_one_value_are_one_run() {
        assert_eq!(binary(&[0x00, 0xFF, 0xFF, 0x01], 0, 32), [8, 25]);
    }

    #[test]
    fn half_of_the_maximum_is_inside() {
        assert_eq!(fractional(&[127, 128, 255, 0], 255), [1, 3]);
        assert_eq!(fractional(&[49, 50], 100), [1, 2]);
    }

    #[test]
    fn each_value_of_a_label_map_has_its_runs() {
        let found = by_value(&[0, 7, 7, 0, 5, 7], 1, |value| value != 5);
        assert_eq!(found[&0], [0, 1, 3, 4]);
        assert_eq!(found[&7], [1, 3, 5, 6]);
        assert_eq!(found.len(), 2);
        let wide = by_value(&[1, 0, 0, 1, 0, 1], 2, |_| true);
        assert_eq!(wide[&1], [0, 1]);
        assert_eq!(wide[&256], [1, 3]);
    }
}
