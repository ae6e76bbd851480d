//! Distinct ways in which units were rated, counted as fast as their number allows.

use std::collections::HashMap;

use super::Pattern;
use crate::agreement::matrix::RatingMatrix;

/// Largest table of patterns that is addressed directly, in entries.
const MAX_DIRECT: usize = 1 << 20;

/// Distinct ways in which the units, row by row, were rated; unrated units are left out.
///
/// Codes lie below `k` or are [`RatingMatrix::GAP`]. The order of the patterns follows from the patterns alone.
pub(in crate::agreement) fn collapse(codes: &[u16], n_raters: usize, k: usize) -> Vec<Pattern> {
    if n_raters == 0 {
        return Vec::new();
    }
    // A table much larger than the data costs more than it saves.
    let affordable = MAX_DIRECT.min(4096.max(codes.len()));
    let power = |base: usize, exponent: usize| {
        let exponent = u32::try_from(exponent).ok()?;
        base.checked_pow(exponent).filter(|n| *n <= affordable)
    };
    let by_counts = power(n_raters + 1, k);
    let by_codes = power(k + 1, n_raters);
    let mut patterns = match (by_counts, by_codes) {
        (Some(n), None) => table_of_counts(codes, n_raters, k, n),
        (Some(n), Some(m)) if n <= m => table_of_counts(codes, n_raters, k, n),
        (_, Some(n)) => table_of_codes(codes, n_raters, k, n),
        (None, None) => match packed_bits(n_raters, k) {
            Some(bits) => sorted_keys(codes, n_raters, bits),
            None => hashed(codes, n_raters),
        },
    };
    patterns.sort_unstable_by(|a, b| a.ratings.cmp(&b.ratings));
    patterns
}

/// Counts units in a table addressed by Σ (raters + 1)^category.
fn table_of_counts(codes: &[u16], n_raters: usize, k: usize, n_entries: usize) -> Vec<Pattern> {
    let base = n_raters + 1;
    let mut powers: Vec<usize> = (0..k)
        .scan(1, |p, _| Some(std::mem::replace(p, *p * base)))
        .collect();
    // A gap adds nothing.
    powers.push(0);
    let mut counts = vec![0_u64; n_entries];
    for unit in codes.chunks_exact(n_raters) {
        let key: usize = unit.iter().map(|c| powers[usize::from(*c).min(k)]).sum();
        counts[key] += 1;
    }
    let decode = |(key, &n_units): (usize, &u64)| {
        let counted = powers[..k]
            .iter()
            .enumerate()
            .map(|(c, power)| (c, (key / power % base) as u32));
        Pattern::new(counted.filter(|r| r.1 > 0).collect(), n_units)
    };
    let found = counts.iter().enumerate().skip(1);
    found.filter(|(_, n)| **n > 0).map(decode).collect()
}

/// Counts units in a table addressed by their codes as digits, then merges the orders of raters.
fn table_of_codes(codes: &[u16], n_raters: usize, k: usize, n_entries: usize) -> Vec<Pattern> {
    let base = k + 1;
    let mut counts = vec![0_u64; n_entries];
    for unit in codes.chunks_exact(n_raters) {
        let digit = |key: usize, code: &u16| key * base + usize::from(*code).min(k);
        counts[unit.iter().fold(0, digit)] += 1;
    }
    let mut merged: HashMap<Vec<u16>, u64> = HashMap::new();
    let mut digits = Vec::with_capacity(n_raters);
    for (key, n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        digits.clear();
        let mut rest = key;
        for _ in 0..n_raters {
            let digit = rest % base;
            rest /= base;
            if digit < k {
                digits.push(digit as u16);
            }
        }
        count_sorted(&mut merged, &mut digits, *n);
    }
    from_sorted_codes(merged)
}

/// Bits of one code where all codes of a unit fit a 64-bit key.
fn packed_bits(n_raters: usize, k: usize) -> Option<u32> {
    let bits = usize::BITS - k.leading_zeros();
    let fits = usize::try_from(bits).ok()?.checked_mul(n_raters)? <= 64;
    fits.then_some(bits)
}

/// Sorts keys made of each unit's sorted codes, `bits` a code.
fn sorted_keys(codes: &[u16], n_raters: usize, bits: u32) -> Vec<Pattern> {
    let mask = (1_u64 << bits) - 1;
    let mut keys: Vec<u64> = Vec::with_capacity(codes.len() / n_raters);
    let mut unit_codes = Vec::with_capacity(n_raters);
    for unit in codes.chunks_exact(n_raters) {
        unit_codes.clear();
        unit_codes.extend_from_slice(unit);
        unit_codes.sort_unstable();
        // Gaps sort last and end the key; a code is held plus one, so that 0 means none.
        let given = unit_codes.iter().take_while(|c| **c != RatingMatrix::GAP);
        let key = given.fold(0, |key, code| key << bits | (u64::from(*code) + 1));
        if key != 0 {
            keys.push(key);
        }
    }
    keys.sort_unstable();
    let runs = keys.chunk_by(|a, b| a == b);
    let decode = |run: &[u64]| {
        let mut key = *run.first()?;
        let mut ratings: Vec<(usize, u32)> = Vec::new();
        while key != 0 {
            let code = (key & mask) as usize - 1;
            key >>= bits;
            match ratings.last_mut().filter(|last| last.0 == code) {
                Some(last) => last.1 += 1,
                None => ratings.push((code, 1)),
            }
        }
        ratings.reverse();
        Some(Pattern::new(ratings, run.len() as u64))
    };
    runs.filter_map(decode).collect()
}

/// Counts patterns by their sorted codes: for very many raters.
fn hashed(codes: &[u16], n_raters: usize) -> Vec<Pattern> {
    let mut counts = HashMap::new();
    let mut given = Vec::with_capacity(n_raters);
    for unit in codes.chunks_exact(n_raters) {
        given.clear();
        given.extend(unit.iter().filter(|c| **c != RatingMatrix::GAP));
        count_sorted(&mut counts, &mut given, 1);
    }
    from_sorted_codes(counts)
}

fn count_sorted(counts: &mut HashMap<Vec<u16>, u64>, codes: &mut [u16], n: u64) {
    codes.sort_unstable();
    match counts.get_mut(codes) {
        Some(count) => *count += n,
        None if codes.is_empty() => {}
        None => {
            counts.insert(codes.to_vec(), n);
        }
    }
}

fn from_sorted_codes(counts: HashMap<Vec<u16>, u64>) -> Vec<Pattern> {
    let pattern = |(codes, n_units): (Vec<u16>, u64)| {
        let runs = codes.chunk_by(|a, b| a == b);
        let ratings = runs.filter_map(|run| Some((usize::from(*run.first()?), run.len() as u32)));
        Pattern::new(ratings.collect(), n_units)
    };
    counts.into_iter().map(pattern).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    #[test]
    fn every_way_of_counting_finds_the_same_patterns() {
        // 500 units of 4 raters and 5 categories, about one cell in six empty.
        let mut draw = Draw(9);
        let codes: Vec<u16> = (0..2000)
            .map(|_| {
                let code = draw.below(6_u16);
                if code == 5 { RatingMatrix::GAP } else { code }
            })
            .collect();
        let sorted = |mut patterns: Vec<Pattern>| {
            patterns.sort_unstable_by(|a, b| a.ratings.cmp(&b.ratings));
            patterns
        };
        let expected = sorted(hashed(&codes, 4));
        assert_eq!(expected.iter().map(|p| p.n_units).sum::<u64>(), 500);
        assert!(expected.len() > 50);
        assert_eq!(sorted(table_of_counts(&codes, 4, 5, 3125)), expected);
        assert_eq!(sorted(table_of_codes(&codes, 4, 5, 1296)), expected);
        assert_eq!(sorted(sorted_keys(&codes, 4, 3)), expected);
        assert_eq!(collapse(&codes, 4, 5), expected);
    }

    #[test]
    fn units_without_ratings_are_left_out() {
        let gap = RatingMatrix::GAP;
        for patterns in [
            table_of_counts(&[gap, gap, 0, gap], 2, 1, 3),
            table_of_codes(&[gap, gap, 0, gap], 2, 1, 4),
            sorted_keys(&[gap, gap, 0, gap], 2, 1),
            hashed(&[gap, gap, 0, gap], 2),
        ] {
            assert_eq!(patterns, [Pattern::new(vec![(0, 1)], 1)]);
        }
        assert_eq!(collapse(&[], 0, 3), []);
    }
}
