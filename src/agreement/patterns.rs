//! Units with the same ratings, counted once.

use std::collections::HashMap;

use super::contingency::{ContingencyTable, marked};
use super::matrix::RatingMatrix;

mod collapse;

pub(super) use collapse::collapse;

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

impl Pattern {
    fn new(ratings: Vec<(usize, u32)>, n_units: u64) -> Self {
        Self {
            n_ratings: ratings.iter().map(|r| r.1).sum(),
            ratings,
            n_units,
        }
    }
}

/// All units of a rating matrix, collapsed to the distinct ways in which they were rated.
///
/// # Definition
/// Coefficients for more than two raters see only how often each category was given to a unit;
/// many units share a pattern, so each figure and each resample costs by pattern, not by unit.
/// # Input
/// Categorical ratings. Units without any rating are left out.
/// # Edge cases
/// No units: every coefficient of it is undefined.
/// # Properties
/// The same for any order of units and of raters.
/// # Example
/// ```
/// use concord::agreement::{RatingMatrix, UnitPatterns};
/// let rows = [("a", "u", "x"), ("b", "u", "y"), ("a", "v", "y"), ("b", "v", "x"), ("a", "w", "x")];
/// let units = UnitPatterns::from_matrix(&RatingMatrix::from_labels(rows, None)?);
/// assert_eq!((units.n_units(), units.n_pairable()), (3, 2));
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitPatterns {
    pub(super) categories: Vec<String>,
    pub(super) patterns: Vec<Pattern>,
}

impl UnitPatterns {
    /// Collapses a matrix of categories; units without any rating are left out.
    ///
    /// # Definition
    /// Counts units by how often each category was given to them.
    pub fn from_matrix(matrix: &RatingMatrix) -> Self {
        let patterns = collapse(
            matrix.codes(),
            matrix.raters().len(),
            matrix.categories().len(),
        );
        Self {
            categories: matrix.categories().to_vec(),
            patterns,
        }
    }

    /// The units of a two-rater table.
    ///
    /// # Definition
    /// Cells (i, j) and (j, i) are one pattern.
    pub fn from_table(table: &ContingencyTable) -> Self {
        let mut counts: HashMap<(usize, usize), u64> = HashMap::new();
        for (row, column, n) in table.cells() {
            *counts
                .entry((row.min(column), row.max(column)))
                .or_default() += n;
        }
        let ratings = |(low, high)| {
            if low == high {
                vec![(low, 2)]
            } else {
                vec![(low, 1), (high, 1)]
            }
        };
        Self {
            categories: table.categories().to_vec(),
            patterns: in_order(counts, ratings),
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
    /// use concord::agreement::{UnitPatterns, Weights, fleiss_kappa};
    /// // Two raters, 10 units: both marked 4, one of them 1.
    /// let units = UnitPatterns::of_marks(&[5, 1, 4]);
    /// // P̄ = 0.9, P̄ₑ = 0.45² + 0.55² = 0.505.
    /// let kappa = fleiss_kappa(&units, Weights::Unweighted, 0.95).unwrap().value.unwrap();
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
    ///
    /// # Definition
    /// Every other category is merged into `not …`.
    /// # Edge cases
    /// A category that is not there: nothing is in it.
    pub fn one_against_rest(&self, category: usize) -> Self {
        let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
        for pattern in &self.patterns {
            let place = pattern.ratings.binary_search_by_key(&category, |r| r.0);
            let chosen = place.map_or(0, |place| pattern.ratings[place].1);
            *counts.entry((pattern.n_ratings, chosen)).or_default() += pattern.n_units;
        }
        let ratings = |(n_ratings, chosen): (u32, u32)| {
            let ratings = [(0, chosen), (1, n_ratings - chosen)];
            ratings.into_iter().filter(|r| r.1 > 0).collect()
        };
        let name = self.categories.get(category).cloned().unwrap_or_default();
        let rest = format!("not {name}");
        Self {
            categories: vec![name, rest],
            patterns: in_order(counts, ratings),
        }
    }
}

/// Patterns in the order of their keys, so that sums over them repeat to the last digit.
fn in_order<K: Ord + Copy>(
    counts: HashMap<K, u64>,
    ratings: impl Fn(K) -> Vec<(usize, u32)>,
) -> Vec<Pattern> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|c| c.0);
    let pattern = |(key, n_units)| Pattern::new(ratings(key), n_units);
    counts.into_iter().map(pattern).collect()
}
