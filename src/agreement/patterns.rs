//! Units with the same ratings, counted once.

use std::collections::HashMap;

use super::contingency::{ContingencyTable, marked};
use super::matrix::RatingMatrix;

/// Largest table of patterns addressed directly; more patterns than this are hashed.
const DENSE_PATTERNS: usize = 1 << 20;

/// One way in which a unit was rated, whoever gave which rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// (category, ratings), by category; only categories with ratings.
    pub ratings: Vec<(usize, u32)>,
    /// Ratings in all.
    pub n_ratings: u32,
    /// Units rated this way.
    pub n_units: u64,
}

/// All units of a rating matrix, collapsed to the distinct ways in which they were rated.
///
/// Coefficients for more than two raters see only how often each category was given to a unit;
/// many units share a pattern, so each figure and each resample costs by pattern, not by unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitPatterns {
    pub(super) categories: Vec<String>,
    pub(super) patterns: Vec<Pattern>,
}

impl UnitPatterns {
    /// Collapses a matrix of categories; units without any rating are left out.
    pub fn from_matrix(matrix: &RatingMatrix) -> Self {
        let patterns = collapse(
            matrix.cells(),
            matrix.raters().len(),
            matrix.categories().len(),
        );
        Self {
            categories: matrix.categories().to_vec(),
            patterns,
        }
    }

    /// The units of a two-rater table.
    pub fn from_table(table: &ContingencyTable) -> Self {
        let mut counts: HashMap<(usize, usize), u64> = HashMap::new();
        for (row, column, n) in table.cells() {
            *counts
                .entry((row.min(column), row.max(column)))
                .or_default() += n;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable();
        let patterns = counts
            .into_iter()
            .map(|((low, high), n_units)| {
                let ratings = if low == high {
                    vec![(low, 2)]
                } else {
                    vec![(low, 1), (high, 1)]
                };
                Pattern {
                    ratings,
                    n_ratings: 2,
                    n_units,
                }
            })
            .collect();
        Self {
            categories: table.categories().to_vec(),
            patterns,
        }
    }

    /// Units that several raters each marked or left unmarked, such as the pixels of an image.
    ///
    /// # Definition
    /// `n_units[k]` units were marked by exactly k of m raters, k = 0 … m. Categories `inside` and `outside`.
    /// # Input
    /// m + 1 numbers of units; all m raters rated every unit.
    /// # Edge cases
    /// Fewer than two numbers: no rater, so no units.
    /// # Properties
    /// Reversing the list exchanges the categories.
    /// # Example
    /// ```
    /// use concord::agreement::{UnitPatterns, fleiss_kappa};
    /// // Two raters, 10 units: both marked 4, one of them 1.
    /// let units = UnitPatterns::of_marks(&[5, 1, 4]);
    /// // P̄ = 0.9, P̄ₑ = 0.45² + 0.55² = 0.505.
    /// let kappa = fleiss_kappa(&units, 0.95).unwrap().value.unwrap();
    /// assert!((kappa - (0.9 - 0.505) / (1.0 - 0.505)).abs() < 1e-15);
    /// ```
    /// # Reference
    /// Fleiss 1971, Psychol Bull 76(5):378-382, doi:10.1037/h0031619.
    /// # Checked against
    /// statsmodels' `fleiss_kappa` and krippendorff's `alpha`, `tests/oracles/pixel_agreement/`.
    pub fn of_marks(n_units: &[u64]) -> Self {
        let n_raters = n_units.len().saturating_sub(1) as u32;
        let marked_by = |(k, &n_units): (usize, &u64)| {
            let inside = k as u32;
            let ratings = [(0, inside), (1, n_raters - inside)];
            Pattern {
                ratings: ratings.into_iter().filter(|r| r.1 > 0).collect(),
                n_ratings: n_raters,
                n_units,
            }
        };
        let patterns = n_units.iter().enumerate().map(marked_by);
        Self {
            categories: marked(),
            patterns: patterns
                .filter(|pattern| pattern.n_units > 0 && n_raters > 0)
                .collect(),
        }
    }

    /// Units with at least one rating.
    pub fn n_units(&self) -> u64 {
        self.patterns.iter().map(|p| p.n_units).sum()
    }

    /// Units with at least two ratings.
    pub fn n_pairable(&self) -> u64 {
        self.pairable().map(|p| p.n_units).sum()
    }

    pub(super) fn pairable(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter().filter(|p| p.n_ratings >= 2)
    }

    /// The same units with one category against all others, the category first.
    pub fn one_against_rest(&self, category: usize) -> Self {
        let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
        for pattern in &self.patterns {
            let chosen = pattern
                .ratings
                .iter()
                .find(|r| r.0 == category)
                .map_or(0, |r| r.1);
            *counts.entry((pattern.n_ratings, chosen)).or_default() += pattern.n_units;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable();
        let patterns = counts
            .into_iter()
            .map(|((n_ratings, chosen), n_units)| {
                let ratings = [(0, chosen), (1, n_ratings - chosen)];
                let ratings = ratings.into_iter().filter(|r| r.1 > 0).collect();
                Pattern {
                    ratings,
                    n_ratings,
                    n_units,
                }
            })
            .collect();
        let name = self.categories.get(category).cloned().unwrap_or_default();
        let rest = format!("not {name}");
        Self {
            categories: vec![name, rest],
            patterns,
        }
    }
}

/// Distinct ways in which the units, row by row, were rated; unrated units are left out.
pub(super) fn collapse(cells: &[Option<u16>], n_raters: usize, k: usize) -> Vec<Pattern> {
    if n_raters == 0 {
        return Vec::new();
    }
    let n_dense = u32::try_from(k)
        .ok()
        .and_then(|k| (n_raters + 1).checked_pow(k));
    match n_dense.filter(|n| *n <= DENSE_PATTERNS) {
        Some(n) => dense_patterns(cells, n_raters, k, n),
        None => hashed_patterns(cells, n_raters),
    }
}

/// Counts patterns in a table addressed by Σ (raters + 1)^category.
fn dense_patterns(
    cells: &[Option<u16>],
    n_raters: usize,
    k: usize,
    n_dense: usize,
) -> Vec<Pattern> {
    let base = n_raters + 1;
    let powers: Vec<usize> = (0..k)
        .scan(1, |p, _| Some(std::mem::replace(p, *p * base)))
        .collect();
    let mut counts = vec![0_u64; n_dense];
    for unit in cells.chunks_exact(n_raters) {
        let key: usize = unit
            .iter()
            .flatten()
            .map(|code| powers[usize::from(*code)])
            .sum();
        counts[key] += 1;
    }
    let decode = |(key, &n_units): (usize, &u64)| {
        let counted = powers
            .iter()
            .enumerate()
            .map(|(c, power)| (c, (key / power % base) as u32));
        let ratings: Vec<_> = counted.filter(|r| r.1 > 0).collect();
        let n_ratings = ratings.iter().map(|r| r.1).sum();
        Pattern {
            ratings,
            n_ratings,
            n_units,
        }
    };
    counts
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, n)| **n > 0)
        .map(decode)
        .collect()
}

/// Counts patterns by their sorted codes.
fn hashed_patterns(cells: &[Option<u16>], n_raters: usize) -> Vec<Pattern> {
    let mut counts: HashMap<Vec<u16>, u64> = HashMap::new();
    let mut codes = Vec::with_capacity(n_raters);
    for unit in cells.chunks_exact(n_raters) {
        codes.clear();
        codes.extend(unit.iter().flatten());
        codes.sort_unstable();
        match counts.get_mut(&codes) {
            Some(n) => *n += 1,
            None if codes.is_empty() => {}
            None => {
                counts.insert(codes.clone(), 1);
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable();
    counts
        .into_iter()
        .map(|(codes, n_units)| {
            let runs = codes.chunk_by(|a, b| a == b);
            let ratings =
                runs.filter_map(|run| Some((usize::from(*run.first()?), run.len() as u32)));
            Pattern {
                ratings: ratings.collect(),
                n_ratings: codes.len() as u32,
                n_units,
            }
        })
        .collect()
}
