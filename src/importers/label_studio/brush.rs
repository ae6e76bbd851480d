//! Brush masks: the thi.ng `rle-pack` bit stream of an RGBA raster, row by row, whose alpha is the mask.
//!
//! | bits | meaning |
//! |---|---|
//! | 32 | number of values (4 per pixel) |
//! | 5 | bits per value, less 1 |
//! | 4 × 4 | bits of a run length in each of four sizes, less 1 |
//! | then, per run: 1 | 1: one value, repeated; 0: each value written out |
//! | 2 | which of the four sizes |
//! | size | run length, less 1 |
//!
//! Reference: <https://github.com/thi-ng/umbrella>, package `rle-pack`.

use super::shapes::MaskRules;
use crate::geometry::Mask;

/// Alpha from which a pixel is set when alpha runs to 255: half covered by the brush.
pub(super) const HALF_COVERED: u8 = 128;
/// Runs of pixels that the masks of one annotation may take; more is no annotation but an attack on memory.
pub(super) const MAX_RUNS: usize = 10_000_000;

/// What to say of masks that take more runs.
pub(super) fn too_many_runs() -> String {
    format!("the masks of this annotation take more than {MAX_RUNS} runs of pixels")
}

/// The mask of a brush region. What is held grows with the bytes given, not with the size that they claim.
pub(super) fn mask(
    bytes: &[u8],
    width_px: u32,
    height_px: u32,
    rules: &MaskRules,
) -> Result<Mask, String> {
    let n_pixels = u64::from(width_px) * u64::from(height_px);
    let runs = alpha_runs(bytes, n_pixels, rules.runs_left.get())?;
    rules.runs_left.set(rules.runs_left.get() - runs.len());
    let highest = runs.iter().map(|run| run.alpha).max().unwrap_or(0);
    // Some scripts write masks of 0 and 1.
    let threshold = if highest == 1 {
        1
    } else {
        u32::from(rules.alpha_threshold.max(1))
    };
    let mut bounds: Vec<u32> = Vec::new();
    for run in runs.iter().filter(|run| run.alpha >= threshold) {
        match bounds.last_mut() {
            Some(last) if *last == run.start => *last = run.end,
            _ => bounds.extend([run.start, run.end]),
        }
    }
    Mask::from_bounds(width_px, height_px, bounds).map_err(|error| error.to_string())
}

/// Pixels `start..end` of one alpha.
struct Run {
    start: u32,
    end: u32,
    alpha: u32,
}

fn alpha_runs(bytes: &[u8], n_pixels: u64, max_runs: usize) -> Result<Vec<Run>, String> {
    let mut bits = Bits { bytes, at: 0 };
    let n_values = u64::from(bits.take(32)?);
    if n_values != 4 * n_pixels || n_pixels > u64::from(u32::MAX) {
        return Err(format!(
            "`rle` holds {n_values} values; the image needs {}",
            4 * n_pixels
        ));
    }
    let value_bits = bits.take(5)? + 1;
    let mut sizes = [0; 4];
    for size in &mut sizes {
        *size = bits.take(4)? + 1;
    }
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0_u64;
    while at < n_values {
        if runs.len() > max_runs {
            return Err(too_many_runs());
        }
        let is_repeated = bits.take(1)? == 1;
        let size = sizes[(bits.take(2)? & 3) as usize];
        let end = at + u64::from(bits.take(size)?) + 1;
        if end > n_values {
            return Err("`rle` runs beyond the image".to_owned());
        }
        if is_repeated {
            // Alpha is every fourth value; of values at..end those are the pixels at/4..end/4.
            push(&mut runs, at / 4, end / 4, bits.take(value_bits)?);
        } else {
            for value in at..end {
                let alpha = bits.take(value_bits)?;
                if value % 4 == 3 {
                    push(&mut runs, value / 4, value / 4 + 1, alpha);
                    if runs.len() > max_runs {
                        return Err(too_many_runs());
                    }
                }
            }
        }
        at = end;
    }
    if runs.len() > max_runs {
        return Err(too_many_runs());
    }
    Ok(runs)
}

fn push(runs: &mut Vec<Run>, start: u64, end: u64, alpha: u32) {
    if alpha == 0 || start >= end {
        return;
    }
    let (start, end) = (start as u32, end as u32);
    match runs.last_mut() {
        Some(last) if last.end == start && last.alpha == alpha => last.end = end,
        _ => runs.push(Run { start, end, alpha }),
    }
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next `n` bits (at most 32), highest first.
    fn take(&mut self, n: u32) -> Result<u32, String> {
        let mut value = 0_u64;
        let mut left = n as usize;
        while left > 0 {
            let byte = self.bytes.get(self.at / 8).ok_or_else(|| {
                format!("`rle` ends after {} bytes, within a run", self.bytes.len())
            })?;
            let free = 8 - self.at % 8;
            let n_now = free.min(left);
            let piece = (u64::from(*byte) >> (free - n_now)) & ((1 << n_now) - 1);
            value = (value << n_now) | piece;
            self.at += n_now;
            left -= n_now;
        }
        Ok(value as u32)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::cell::Cell;

    /// As the reader does it, with a threshold and as many runs as may be.
    fn mask(bytes: &[u8], width: u32, height: u32, threshold: u8) -> Result<Mask, String> {
        let rules = MaskRules {
            alpha_threshold: threshold,
            runs_left: Cell::new(MAX_RUNS),
        };
        super::mask(bytes, width, height, &rules)
    }

    /// Packs an RGBA raster; runs of one value are repeated, all others written out one by one.
    pub(in crate::importers::label_studio) fn pack(values: &[u8]) -> Vec<u8> {
        let mut bits: Vec<bool> = Vec::new();
        let mut put =
            |value: u64, n: u32| bits.extend((0..n).rev().map(|bit| value >> bit & 1 == 1));
        put(values.len() as u64, 32);
        put(7, 5);
        let sizes = [3_u32, 4, 8, 16];
        for size in sizes {
            put(u64::from(size - 1), 4);
        }
        for run in values.chunk_by(|a, b| a == b) {
            for piece in run.chunks(1 << 16) {
                let n = piece.len() as u64;
                let which = sizes
                    .iter()
                    .position(|&size| n <= 1 << size)
                    .expect("at most 2^16");
                put(u64::from(n > 1), 1);
                put(which as u64, 2);
                put(n - 1, sizes[which]);
                put(u64::from(piece[0]), 8);
            }
        }
        bits.chunks(8)
            .map(|byte| {
                byte.iter()
                    .enumerate()
                    .fold(0, |sum, (at, &bit)| sum | u8::from(bit) << (7 - at))
            })
            .collect()
    }

    fn rgba(alphas: &[u8]) -> Vec<u8> {
        alphas.iter().flat_map(|&alpha| [7, 0, 9, alpha]).collect()
    }

    #[test]
    fn alpha_alone_is_the_mask() {
        let packed = pack(&rgba(&[0, 255, 255, 0, 127, 128]));
        let read = mask(&packed, 3, 2, HALF_COVERED).expect("sound");
        assert_eq!(read.bounds(), [1, 3, 5, 6]);
        assert_eq!(
            mask(&packed, 3, 2, 1).expect("sound").bounds(),
            [1, 3, 4, 6]
        );
    }

    #[test]
    fn a_repeated_value_may_start_and_end_within_a_pixel() {
        // Grey pixels: r = g = b = a, so that runs go over pixel borders.
        let grey: Vec<u8> = [0, 0, 255, 255, 255, 0]
            .iter()
            .flat_map(|&v| [v; 4])
            .collect();
        assert_eq!(
            mask(&pack(&grey), 6, 1, 128).expect("sound").bounds(),
            [2, 5]
        );
        let mixed = [0, 0, 0, 9, 9, 9, 9, 9, 9, 0, 0, 0];
        assert_eq!(
            mask(&pack(&mixed), 3, 1, 5).expect("sound").bounds(),
            [0, 2]
        );
    }

    #[test]
    fn masks_of_zero_and_one_are_read_as_such() {
        assert_eq!(
            mask(&pack(&rgba(&[0, 1, 1])), 3, 1, 128)
                .expect("sound")
                .bounds(),
            [1, 3]
        );
    }

    #[test]
    fn the_masks_of_one_annotation_share_a_budget_of_runs() {
        let packed = pack(&rgba(&[255, 0, 255, 0, 255]));
        let rules = MaskRules {
            alpha_threshold: 128,
            runs_left: Cell::new(4),
        };
        assert!(super::mask(&packed, 5, 1, &rules).is_ok());
        let said = super::mask(&packed, 5, 1, &rules).expect_err("five runs in all");
        assert!(said.contains("more than 10000000 runs"), "{said}");
    }

    #[test]
    fn false_claims_are_refused_without_room_being_made_for_them() {
        let packed = pack(&rgba(&[0, 255]));
        assert_eq!(
            mask(&packed, 3, 1, 128).expect_err("wrong size"),
            "`rle` holds 8 values; the image needs 12"
        );
        for n in 0..packed.len() - 1 {
            let error = mask(&packed[..n], 2, 1, 128).expect_err("cut short");
            assert!(error.contains("ends after"), "{error}");
        }
        let mut long = packed.clone();
        // Bits 54 and 55 choose the size of the first run's length: the largest, 16 bits, all of them set.
        for byte in &mut long[6..] {
            *byte = 0xff;
        }
        let error = mask(&long, 2, 1, 128).expect_err("too long");
        assert_eq!(error, "`rle` runs beyond the image");
    }
}
