//! Krippendorff's α with a bootstrap interval over units.

use std::collections::BTreeMap;

use super::coefficient::{AgreementError, Coefficient, Scale, UndefinedCode};
use super::matrix::RatingMatrix;
use super::patterns::{UnitPatterns, collapse};
use crate::statistics::{ResampleSource, check_level, percentile_bootstrap, resample_counts};

/// Distinct values up to which the ratio scale's pairwise differences are summed.
const MAX_RATIO_VALUES: usize = 20_000;

/// Resampling of units; no hidden defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of resamples; 0 for no interval.
    pub n_resamples: u32,
    pub seed: u64,
}

/// One distinct way in which a unit was rated: (value index, ratings).
type Ratings = Vec<(usize, u32)>;

/// Units with at least two ratings, as α sees them.
struct Pairable {
    /// Distinct ways, and how many units hold each.
    ways: Vec<Ratings>,
    counts: Vec<u64>,
    /// Numbers behind the value indices, centred; empty on nominal and ordinal scales.
    numbers: Vec<f64>,
    n_values: usize,
    scale: Scale,
}

/// Krippendorff's α of categories, on a nominal or ordinal scale.
///
/// # Definition
/// α = 1 − D_o/D_e: the mean squared difference δ² within units over that between all pairable
/// ratings. Nominal δ² = 1 for different categories; ordinal δ = the number of ratings that lie
/// between the two categories, half of each category's own included.
/// # Input
/// Any pattern of gaps; units with fewer than two ratings are left out. `n` counts the others.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no unit with two ratings | undefined (`no_pairable_units`) |
/// | all pairable ratings equal | undefined (`no_variation`) |
/// # Properties
/// At most 1; unchanged when raters are permuted, and on the nominal scale categories.
/// # Errors
/// `InvalidLevel`; `NotNumeric` for an interval or ratio scale.
/// # Reference
/// Krippendorff 2011, Computing Krippendorff's alpha-reliability,
/// <https://repository.upenn.edu/asc_papers/43>; interval: percentile bootstrap over units.
/// # Checked against
/// krippendorff (Python), `tests/oracles/agreement/`.
pub fn krippendorff_alpha(
    units: &UnitPatterns,
    scale: Scale,
    bootstrap: Bootstrap,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    alpha_with_interval(&pairable_patterns(units, scale)?, bootstrap, level)
}

/// The value of [`krippendorff_alpha`] alone; `None` where undefined.
///
/// # Errors
/// `NotNumeric` for an interval or ratio scale.
pub fn krippendorff_alpha_value(
    units: &UnitPatterns,
    scale: Scale,
) -> Result<Option<f64>, AgreementError> {
    let pairable = pairable_patterns(units, scale)?;
    Ok(pairable.alpha(&pairable.counts))
}

fn pairable_patterns(units: &UnitPatterns, scale: Scale) -> Result<Pairable, AgreementError> {
    if matches!(scale, Scale::Interval | Scale::Ratio) {
        let category = units.categories.first().cloned().unwrap_or_default();
        return Err(AgreementError::NotNumeric { category });
    }
    Ok(Pairable {
        ways: units.pairable().map(|p| p.ratings.clone()).collect(),
        counts: units.pairable().map(|p| p.n_units).collect(),
        numbers: Vec::new(),
        n_values: units.categories.len(),
        scale,
    })
}

/// Krippendorff's α of numbers, on an ordinal, interval or ratio scale (or nominal: equal or not).
///
/// # Definition
/// As [`krippendorff_alpha`]; interval δ = x − y; ratio δ = (x − y)/(x + y).
/// # Input
/// A matrix with numbers; on the ratio scale none below 0.
/// # Edge cases
/// As [`krippendorff_alpha`]. Ratio scale with a value below 0: undefined (`negative_values`); with more than 20,000 distinct values: undefined
/// (`too_many_values`), since their pairwise differences have no short sum.
/// # Properties
/// Interval: unchanged by shift and scale. Ratio: unchanged by scale.
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Krippendorff 2011, Computing Krippendorff's alpha-reliability.
/// # Checked against
/// krippendorff (Python), `tests/oracles/agreement/`.
pub fn krippendorff_alpha_of_values(
    matrix: &RatingMatrix,
    scale: Scale,
    bootstrap: Bootstrap,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let (ways, counts, mut numbers) = match matrix.numbered_codes() {
        Some((cells, numbers)) => few_numbers(&cells, matrix.raters().len(), &numbers),
        None => many_numbers(matrix),
    };
    // A shift changes no difference, and keeps digits where values lie far from 0.
    let centre = numbers.get(numbers.len() / 2).copied().unwrap_or(0.0);
    let n_values = numbers.len();
    match scale {
        Scale::Interval => numbers.iter_mut().for_each(|x| *x -= centre),
        Scale::Ratio => {}
        Scale::Nominal | Scale::Ordinal => numbers.clear(),
    }
    alpha_with_interval(
        &Pairable {
            ways,
            counts,
            numbers,
            n_values,
            scale,
        },
        bootstrap,
        level,
    )
}

type Collapsed = (Vec<Ratings>, Vec<u64>, Vec<f64>);

/// Pairable units by pattern, where few distinct numbers were given.
fn few_numbers(cells: &[Option<u16>], n_raters: usize, numbers: &[f64]) -> Collapsed {
    let mut sorted: Vec<f64> = numbers.iter().map(|x| x + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.dedup();
    let ranks: Vec<usize> = numbers
        .iter()
        .map(|x| sorted.partition_point(|other| other < x))
        .collect();
    let patterns = collapse(cells, n_raters, numbers.len());
    // By value, not by first appearance: resampling walks them in this order.
    let mut counted: BTreeMap<Ratings, u64> = BTreeMap::new();
    let pairable = patterns
        .into_iter()
        .filter(|pattern| pattern.n_ratings >= 2)
        .map(|pattern| {
            let mut ratings: Ratings = Vec::with_capacity(pattern.ratings.len());
            for (code, count) in pattern.ratings {
                let rank = ranks[code];
                match ratings.iter_mut().find(|r| r.0 == rank) {
                    Some(same) => same.1 += count,
                    None => ratings.push((rank, count)),
                }
            }
            ratings.sort_unstable();
            (ratings, pattern.n_units)
        });
    for (ratings, n_units) in pairable {
        *counted.entry(ratings).or_default() += n_units;
    }
    let (ways, counts) = counted.into_iter().unzip();
    (ways, counts, sorted)
}

/// Pairable units by their sorted values, where most units differ.
fn many_numbers(matrix: &RatingMatrix) -> Collapsed {
    let mut numbers: Vec<f64> = matrix.values().iter().flatten().map(|x| x + 0.0).collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.dedup();
    let index = |x: f64| numbers.partition_point(|other| *other < x);
    let rows = matrix.values().chunks_exact(matrix.raters().len().max(1));
    let mut ways: Vec<Ratings> = rows
        .filter_map(|unit| {
            let mut values: Vec<usize> = unit.iter().flatten().map(|x| index(*x)).collect();
            values.sort_unstable();
            let runs = values.chunk_by(|a, b| a == b);
            let ratings = runs
                .filter_map(|run| Some((*run.first()?, run.len() as u32)))
                .collect();
            (values.len() >= 2).then_some(ratings)
        })
        .collect();
    ways.sort_unstable();
    let counts = ways
        .chunk_by(|a, b| a == b)
        .map(|run| run.len() as u64)
        .collect();
    ways.dedup();
    (ways, counts, numbers)
}

fn alpha_with_interval(
    pairable: &Pairable,
    bootstrap: Bootstrap,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    let Bootstrap { n_resamples, seed } = bootstrap;
    let n_units: u64 = pairable.counts.iter().sum();
    let mut found = Coefficient::new("krippendorff_alpha", level, n_units, "Krippendorff 2011");
    found.scale = Some(pairable.scale.name());
    if n_units == 0 {
        let reason = "no unit holds two ratings";
        return Ok(found.undefined(UndefinedCode::NoPairableUnits, reason));
    }
    if pairable.scale == Scale::Ratio && pairable.numbers.first().is_some_and(|x| *x < 0.0) {
        let reason = "a ratio scale has no values below 0";
        return Ok(found.undefined(UndefinedCode::NegativeValues, reason));
    }
    if pairable.scale == Scale::Ratio && pairable.n_values > MAX_RATIO_VALUES {
        let reason = "more than 20000 distinct values on a ratio scale";
        return Ok(found.undefined(UndefinedCode::TooManyValues, reason));
    }
    let Some(alpha) = pairable.alpha(&pairable.counts) else {
        let reason = "all ratings that can be paired are equal";
        return Ok(found.undefined(UndefinedCode::NoVariation, reason));
    };
    found.value = Some(alpha);
    if n_resamples == 0 || n_units < 2 {
        found.method += "; no interval";
        return Ok(found);
    }
    let mut source = ResampleSource::new(seed);
    let mut drawn = Vec::new();
    let replicate = || {
        pairable.resample(&mut source, &mut drawn);
        pairable.alpha(&drawn)
    };
    let estimate = percentile_bootstrap(alpha, n_resamples, seed, level, replicate)?;
    found.method += &format!("; percentile bootstrap over units, B = {n_resamples}, seed {seed}");
    if let Some(estimate) = estimate {
        found.se = Some(estimate.se);
        found.lower = Some(estimate.interval.lower);
        found.upper = Some(estimate.interval.upper);
        if estimate.n_undefined > 0 {
            found.method += &format!(", {} undefined and dropped", estimate.n_undefined);
        }
    } else {
        found.method += ", undefined on most resamples: no interval";
    }
    Ok(found)
}

impl Pairable {
    /// Draws as many units as there are, with replacement; by pattern where patterns are few.
    fn resample(&self, source: &mut ResampleSource, drawn: &mut Vec<u64>) {
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
    fn alpha(&self, counts: &[u64]) -> Option<f64> {
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
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_collapsing_numbers_give_the_same_alpha() {
        let values = (0..60_u32).map(|i| (i % 7 != 3).then(|| f64::from(i * i % 23 + i / 9) - 4.0));
        let names = |n: u32| (0..n).map(|i| i.to_string()).collect();
        let matrix = RatingMatrix::numeric(names(20), names(3), values.collect()).unwrap();
        let (cells, numbers) = matrix.numbered_codes().unwrap();
        let alpha = |(ways, counts, numbers): Collapsed, scale| {
            let n_values = numbers.len();
            let pairable = Pairable {
                ways,
                counts,
                numbers,
                n_values,
                scale,
            };
            pairable.alpha(&pairable.counts).unwrap()
        };
        for scale in [Scale::Nominal, Scale::Ordinal, Scale::Interval] {
            let few = alpha(few_numbers(&cells, 3, &numbers), scale);
            let many = alpha(many_numbers(&matrix), scale);
            assert!((few - many).abs() < 1e-13, "{scale:?}: {few} {many}");
        }
    }

    #[test]
    fn a_matrix_of_mostly_different_numbers_has_an_interval_alpha() {
        let names = |n: u32| (0..n).map(|i| i.to_string()).collect();
        let values = (0..6000_u32).map(|i| Some(f64::from(i / 2) + 0.25 * f64::from(i % 2)));
        let matrix = RatingMatrix::numeric(names(3000), names(2), values.collect()).unwrap();
        assert!(matrix.numbered_codes().is_none());
        let bootstrap = Bootstrap {
            n_resamples: 50,
            seed: 2,
        };
        let found =
            krippendorff_alpha_of_values(&matrix, Scale::Interval, bootstrap, 0.95).unwrap();
        // Within a unit d² = 1/16; between units about 2·3000²/12.
        let expected = 1.0 - (1.0 / 16.0) / (3000.0_f64.powi(2) / 6.0);
        assert!((found.value.unwrap() - expected).abs() < 1e-10);
        assert!(found.lower <= found.value && found.value <= found.upper);
    }
}
