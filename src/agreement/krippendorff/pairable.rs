//! Units with at least two ratings, and α of them.

use std::collections::BTreeMap;

use crate::agreement::matrix::RatingMatrix;
use crate::agreement::patterns::{UnitPatterns, collapse};
use crate::agreement::scale::Scale;
use crate::statistics::{ResampleSource, resample_counts};

/// One distinct way in which a unit was rated: (value index, ratings).
type Ratings = Vec<(usize, u32)>;

/// Units with at least two ratings, as α sees them.
pub(in crate::agreement) struct Pairable {
    /// Distinct ways, and how many units hold each.
    ways: Vec<Ratings>,
    pub counts: Vec<u64>,
    /// Numbers behind the value indices, centred on the interval scale; empty on nominal and ordinal scales.
    pub numbers: Vec<f64>,
    pub n_values: usize,
    pub scale: Scale,
}

impl Pairable {
    /// Units of categories; `scale` is nominal or ordinal.
    pub fn of_patterns(units: &UnitPatterns, scale: Scale) -> Self {
        Self {
            ways: units.pairable().map(|p| p.ratings.clone()).collect(),
            counts: units.pairable().map(|p| p.n_units).collect(),
            numbers: Vec::new(),
            n_values: units.categories.len(),
            scale,
        }
    }

    /// Units of numbers.
    pub fn of_values(matrix: &RatingMatrix, scale: Scale) -> Self {
        let collapsed = match matrix.numbered_codes() {
            Some((codes, numbers)) => few_numbers(&codes, matrix.raters().len(), &numbers),
            None => many_numbers(matrix),
        };
        Self::of_collapsed(collapsed, scale)
    }

    /// Units of numbers, one way a unit in order of rows; units with fewer than two ratings are kept, and add nothing.
    pub fn of_single_units(matrix: &RatingMatrix, scale: Scale) -> Self {
        let numbers = sorted_numbers(matrix.numbers());
        let rows = matrix.numbers().chunks_exact(matrix.raters().len().max(1));
        let ways: Vec<Ratings> = rows
            .map(|unit| ratings_of(unit, &numbers).unwrap_or_default())
            .collect();
        let counts = ways.iter().map(|way| u64::from(!way.is_empty())).collect();
        Self::of_collapsed((ways, counts, numbers), scale)
    }

    fn of_collapsed((ways, counts, mut numbers): Collapsed, scale: Scale) -> Self {
        // A shift changes no difference, and keeps digits where values lie far from 0.
        let centre = numbers.get(numbers.len() / 2).copied().unwrap_or(0.0);
        let n_values = numbers.len();
        match scale {
            Scale::Interval => numbers.iter_mut().for_each(|x| *x -= centre),
            Scale::Ratio => {}
            Scale::Nominal | Scale::Ordinal => numbers.clear(),
        }
        Self {
            ways,
            counts,
            numbers,
            n_values,
            scale,
        }
    }

    /// Draws as many units as there are, with replacement; by pattern where patterns are few.
    pub fn resample(&self, source: &mut ResampleSource, drawn: &mut Vec<u64>) {
        let n_units: u64 = self.counts.iter().sum();
        if n_units > self.counts.len() as u64 {
            return resample_counts(source, &self.counts, drawn);
        }
        drawn.clear();
        drawn.resize(self.counts.len(), 0);
        for _ in 0..n_units {
            if let Some(count) = drawn.get_mut(source.below(n_units) as usize) {
                *count += 1;
            }
        }
    }

    /// α where each way of rating holds `counts` units.
    pub fn alpha(&self, counts: &[u64]) -> Option<f64> {
        let mut totals = vec![0_u64; self.n_values];
        for (ratings, n) in self.ways.iter().zip(counts).filter(|(_, n)| **n > 0) {
            for &(value, count) in ratings {
                totals[value] += u64::from(count) * n;
            }
        }
        let n = totals.iter().sum::<u64>() as f64;
        let difference = Difference::new(self.scale, &totals, &self.numbers);
        let mut observed = 0.0;
        for (ratings, n_units) in self.ways.iter().zip(counts) {
            // A unit of equal ratings holds no difference on any scale.
            if *n_units == 0 || ratings.len() < 2 {
                continue;
            }
            let ratings = ratings
                .iter()
                .map(|&(value, count)| (value, f64::from(count)));
            let size: f64 = ratings.clone().map(|r| r.1).sum();
            observed += *n_units as f64 * difference.sum_over_pairs(ratings) / (size - 1.0);
        }
        let used = totals.iter().enumerate().filter(|t| *t.1 > 0);
        let all = used.map(|(value, count)| (value, *count as f64));
        if all.clone().count() < 2 {
            return None;
        }
        let expected = difference.sum_over_pairs(all) / (n - 1.0);
        let alpha = 1.0 - observed / expected;
        alpha.is_finite().then_some(alpha)
    }
}

type Collapsed = (Vec<Ratings>, Vec<u64>, Vec<f64>);

/// Pairable units by pattern, where few distinct numbers were given.
fn few_numbers(codes: &[u16], n_raters: usize, numbers: &[f64]) -> Collapsed {
    let mut sorted: Vec<f64> = numbers.iter().map(|x| x + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup();
    let ranks: Vec<usize> = numbers
        .iter()
        .map(|x| sorted.partition_point(|other| other < x))
        .collect();
    let patterns = collapse(codes, n_raters, numbers.len());
    // By value, not by first appearance: resampling walks them in this order.
    let mut counted: BTreeMap<Ratings, u64> = BTreeMap::new();
    for pattern in patterns.into_iter().filter(|p| p.n_ratings >= 2) {
        let mut ratings: Ratings = Vec::with_capacity(pattern.ratings.len());
        for (code, count) in pattern.ratings {
            let rank = ranks[code];
            match ratings.iter_mut().find(|r| r.0 == rank) {
                Some(same) => same.1 += count,
                None => ratings.push((rank, count)),
            }
        }
        ratings.sort_unstable();
        *counted.entry(ratings).or_default() += pattern.n_units;
    }
    let (ways, counts) = counted.into_iter().unzip();
    (ways, counts, sorted)
}

/// Pairable units by their sorted values, where most units differ.
fn many_numbers(matrix: &RatingMatrix) -> Collapsed {
    let numbers = sorted_numbers(matrix.numbers());
    let rows = matrix.numbers().chunks_exact(matrix.raters().len().max(1));
    let mut ways: Vec<Ratings> = rows.filter_map(|unit| ratings_of(unit, &numbers)).collect();
    ways.sort_unstable();
    let runs = ways.chunk_by(|a, b| a == b);
    let counts = runs.map(|run| run.len() as u64).collect();
    ways.dedup();
    (ways, counts, numbers)
}

/// Distinct numbers in order; both zeros are one.
fn sorted_numbers(values: &[f64]) -> Vec<f64> {
    let given = values.iter().filter(|x| !x.is_nan());
    let mut numbers: Vec<f64> = given.map(|x| x + 0.0).collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// Ratings of one unit by place among the sorted numbers; `None` for fewer than two.
fn ratings_of(unit: &[f64], numbers: &[f64]) -> Option<Ratings> {
    let place = |x: &f64| numbers.partition_point(|other| other < x);
    let given = unit.iter().filter(|x| !x.is_nan());
    let mut values: Vec<usize> = given.map(place).collect();
    values.sort_unstable();
    let runs = values.chunk_by(|a, b| a == b);
    let ratings = runs.filter_map(|run| Some((*run.first()?, run.len() as u32)));
    (values.len() >= 2).then(|| ratings.collect())
}

/// Squared difference between two values.
enum Difference {
    Unequal,
    /// Position of each value; for the ordinal scale its mean rank.
    Squared(Vec<f64>),
    Relative(Vec<f64>),
}

impl Difference {
    fn new(scale: Scale, totals: &[u64], numbers: &[f64]) -> Self {
        match scale {
            Scale::Nominal => Self::Unequal,
            Scale::Interval => Self::Squared(numbers.to_vec()),
            Scale::Ratio => Self::Relative(numbers.to_vec()),
            Scale::Ordinal => {
                let mut below = 0.0;
                let ranks = totals.iter().map(|&n| {
                    let rank = below + 0.5 * n as f64;
                    below += n as f64;
                    rank
                });
                Self::Squared(ranks.collect())
            }
        }
    }

    /// Σ over ordered pairs of ratings of their squared difference.
    fn sum_over_pairs(&self, ratings: impl Iterator<Item = (usize, f64)> + Clone) -> f64 {
        match self {
            Self::Unequal => {
                let size: f64 = ratings.clone().map(|r| r.1).sum();
                ratings.map(|(_, n)| n * (size - n)).sum()
            }
            Self::Squared(position) => {
                let size: f64 = ratings.clone().map(|r| r.1).sum();
                let mean = ratings.clone().map(|(v, n)| n * position[v]).sum::<f64>() / size;
                2.0 * size
                    * ratings
                        .map(|(v, n)| n * (position[v] - mean).powi(2))
                        .sum::<f64>()
            }
            Self::Relative(number) => {
                let relative = |x: f64, y: f64| if x == y { 0.0 } else { (x - y) / (x + y) };
                let others = ratings.clone();
                ratings
                    .map(|(v, n)| {
                        let pairs = others.clone();
                        n * pairs
                            .map(|(w, m)| m * relative(number[v], number[w]).powi(2))
                            .sum::<f64>()
                    })
                    .sum()
            }
        }
    }
}

#[cfg(test)]
mod tests;
