//! Numbers as codes of few distinct ones.

use super::{MAX_CATEGORIES, RatingMatrix};

/// Slots of the table of numbers seen: four for each that may be there.
const SLOT_BITS: u32 = 13;

/// Numbers seen, by open addressing with linear probing.
struct Seen {
    /// Bits of the number in each slot, or of [`Seen::EMPTY`].
    keys: Vec<u64>,
    codes: Vec<u16>,
    numbers: Vec<f64>,
}

impl Seen {
    /// Bits of a NaN that is no gap.
    const EMPTY: u64 = u64::MAX;

    fn slot(bits: u64) -> usize {
        (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOT_BITS)) as usize
    }

    /// Code of a number that is not in its own slot; `None` past [`MAX_CATEGORIES`].
    fn find_or_add(&mut self, bits: u64) -> Option<u16> {
        let mut slot = Self::slot(bits);
        loop {
            if self.keys[slot] == bits {
                return Some(self.codes[slot]);
            }
            if self.keys[slot] == Self::EMPTY {
                break;
            }
            slot = (slot + 1) & (self.keys.len() - 1);
        }
        if self.numbers.len() == MAX_CATEGORIES {
            return None;
        }
        self.keys[slot] = bits;
        self.codes[slot] = self.numbers.len() as u16;
        self.numbers.push(f64::from_bits(bits));
        Some(self.codes[slot])
    }
}

/// Codes in order of first appearance and the number behind each; gaps are NaN.
///
/// `None` past [`MAX_CATEGORIES`] distinct numbers.
pub(super) fn coded(values: &[f64]) -> Option<(Vec<u16>, Vec<f64>)> {
    let mut seen = Seen {
        keys: vec![Seen::EMPTY; 1 << SLOT_BITS],
        codes: vec![RatingMatrix::GAP; 1 << SLOT_BITS],
        numbers: Vec::new(),
    };
    // A gap has a slot like any number, so that the loop below takes no decision on it.
    let gap = f64::NAN.to_bits();
    seen.keys[Seen::slot(gap)] = gap;
    let mut codes = vec![RatingMatrix::GAP; values.len()];
    for (code, value) in codes.iter_mut().zip(values) {
        // Adding 0 makes both zeros the same number.
        let bits = (value + 0.0).to_bits();
        let slot = Seen::slot(bits);
        *code = if seen.keys[slot] == bits {
            seen.codes[slot]
        } else {
            seen.find_or_add(bits)?
        };
    }
    Some((codes, seen.numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_coded_in_order_of_appearance() {
        let (codes, numbers) = coded(&[2.5, -0.0, f64::NAN, 0.0, 2.5]).unwrap();
        assert_eq!(codes, [0, 1, RatingMatrix::GAP, 1, 0]);
        assert_eq!(numbers, [2.5, 0.0]);
    }

    #[test]
    fn past_the_most_categories_there_are_no_codes() {
        let values: Vec<f64> = (0..=MAX_CATEGORIES).map(|i| i as f64 * 0.1).collect();
        let (codes, _) = coded(&values[..MAX_CATEGORIES]).unwrap();
        assert!(codes.iter().enumerate().all(|(i, c)| i == usize::from(*c)));
        assert_eq!(coded(&values), None);
    }
}
