//! Brush masks as Label Studio packs them: run lengths of RGBA values as a stream of bits.

use crate::geometry::Mask;

/// Bits of the four sizes that a run's length may have.
const SIZES: [u32; 4] = [3, 4, 8, 16];

/// Packs a mask: pixels that are set have 255 in all four channels, all others 0.
pub(super) fn packed(mask: &Mask) -> Vec<u8> {
    let mut bits = Bits::default();
    let n_pixels = u64::from(mask.width_px()) * u64::from(mask.height_px());
    bits.put(4 * n_pixels, 32);
    bits.put(7, 5);
    for size in SIZES {
        bits.put(u64::from(size - 1), 4);
    }
    for (index, count) in mask.to_row_major_counts().into_iter().enumerate() {
        let value = if index % 2 == 1 { 255 } else { 0 };
        let mut left = 4 * u64::from(count);
        while left > 0 {
            let n = left.min(1 << 16);
            let which = SIZES.iter().position(|&size| n <= 1 << size).unwrap_or(3);
            bits.put(1, 1);
            bits.put(which as u64, 2);
            bits.put(n - 1, SIZES[which]);
            bits.put(value, 8);
            left -= n;
        }
    }
    bits.bytes
}

/// Bits, highest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    n_bits: usize,
}

impl Bits {
    fn put(&mut self, value: u64, n: u32) {
        for bit in (0..n).rev() {
            if self.n_bits.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) as u8) << (7 - self.n_bits % 8);
            }
            self.n_bits += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::packed;
    use crate::geometry::Mask;

    #[test]
    fn the_head_says_how_many_values_follow_and_runs_are_cut_at_65_536() {
        let mask = Mask::from_bounds(300, 200, vec![1, 3]).unwrap();
        let bytes = packed(&mask);
        assert_eq!(bytes[..4], (300_u32 * 200 * 4).to_be_bytes());
        // 32 + 5 + 16 bits of head; 4, 8 and 239,988 values in one, one and four runs.
        let run = |size: u32| 1 + 2 + size + 8;
        let bits = 53 + run(3) + run(3) + 4 * run(16);
        assert_eq!(bytes.len(), bits.div_ceil(8) as usize);
    }
}
