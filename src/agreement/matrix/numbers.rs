//! Numbers as codes of few distinct ones.

use super::{MAX_CATEGORIES, RatingMatrix};

/// Slots of the table of numbers seen: four for each that may be there.
const SLOT_BITS: u32 = 13;

/// Codes in order of first appearance and the number behind each; gaps are NaN.
///
/// `None` past [`MAX_CATEGORIES`] distinct numbers.
pub(super) fn coded(values: &[f64]) -> Option<(Vec<u16>, Vec<f64>)> {
    let mut numbers: Vec<f64> = Vec::new();
    // Open addressing with linear probing; an empty slot holds the code of a gap.
    let mut slots = vec![RatingMatrix::GAP; 1 << SLOT_BITS];
    let mut codes = Vec::with_capacity(values.len());
    for value in values {
        if value.is_nan() {
            codes.push(RatingMatrix::GAP);
            continue;
        }
        // Adding 0 makes both zeros the same number.
        let value = value + 0.0;
        let mixed = value.to_bits().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut slot = (mixed >> (64 - SLOT_BITS)) as usize;
        let code = loop {
            let code = slots[slot];
            match numbers.get(usize::from(code)) {
                Some(known) if *known == value => break code,
                Some(_) => slot = (slot + 1) & (slots.len() - 1),
                None => {
                    if numbers.len() == MAX_CATEGORIES {
                        return None;
                    }
                    slots[slot] = numbers.len() as u16;
                    numbers.push(value);
                    break slots[slot];
                }
            }
        };
        codes.push(code);
    }
    Some((codes, numbers))
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
