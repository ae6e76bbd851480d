//! Two raters' categories, counted against each other.

use super::error::AgreementError;
use super::matrix::{Names, categories_of};

/// Cross-classification of units by two raters: rows rater a, columns rater b.
///
/// # Definition
/// nᵢⱼ: units that a put into category i and b into category j.
/// # Input
/// k categories and k × k counts, row by row.
/// # Edge cases
/// No categories or no units: figures are undefined with a reason.
/// # Properties
/// Holds counts only, so that every figure of it costs by category and not by unit.
/// # Example
/// ```
/// use concord::agreement::ContingencyTable;
/// let table = ContingencyTable::from_codes(vec!["no".into(), "yes".into()], &[0, 1, 1], &[0, 1, 0])?;
/// assert_eq!((table.count(1, 0), table.n_agreed(), table.total()), (1, 2, 3));
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContingencyTable {
    categories: Vec<String>,
    counts: Vec<u64>,
}

impl ContingencyTable {
    /// A table of k categories and k × k counts, row by row.
    ///
    /// # Definition
    /// Count (i, j) is `counts[i × k + j]`.
    /// # Errors
    /// `ShapeMismatch` where the counts are not k × k.
    pub fn new(categories: Vec<String>, counts: Vec<u64>) -> Result<Self, AgreementError> {
        let k = categories.len();
        if counts.len() != k * k {
            return Err(AgreementError::ShapeMismatch {
                found: counts.len(),
                rows: k,
                columns: k,
            });
        }
        Ok(Self { categories, counts })
    }

    /// Counts pairs of category codes, one pair a unit.
    ///
    /// # Definition
    /// nᵢⱼ = |{u : aᵤ = i, bᵤ = j}|; the short way for millions of codes.
    /// # Input
    /// Codes from 0 in the order of the categories; no gaps.
    /// # Errors
    /// `UnequalLengths`, `UnknownCode`.
    pub fn from_codes(
        categories: Vec<String>,
        a: &[u16],
        b: &[u16],
    ) -> Result<Self, AgreementError> {
        if a.len() != b.len() {
            return Err(AgreementError::UnequalLengths {
                n_a: a.len(),
                n_b: b.len(),
            });
        }
        let k = categories.len();
        let highest = |codes: &[u16]| codes.iter().fold(0, |most, code| most.max(*code));
        let code = usize::from(highest(a).max(highest(b)));
        if !a.is_empty() && code >= k {
            return Err(AgreementError::UnknownCode {
                code,
                n_categories: k,
            });
        }
        // Four tables, since neighbouring units often fall in the same cell and would wait on it.
        let mut tables = vec![[0_u64; 4]; k * k];
        let (fours_a, rest_a) = a.as_chunks::<4>();
        let (fours_b, rest_b) = b.as_chunks::<4>();
        for (rows, columns) in fours_a.iter().zip(fours_b) {
            for lane in 0..4 {
                tables[usize::from(rows[lane]) * k + usize::from(columns[lane])][lane] += 1;
            }
        }
        for (row, column) in rest_a.iter().zip(rest_b) {
            tables[usize::from(*row) * k + usize::from(*column)][0] += 1;
        }
        let counts = tables.iter().map(|lanes| lanes.iter().sum()).collect();
        Ok(Self { categories, counts })
    }

    /// Counts pairs of labels, one pair a unit.
    ///
    /// # Definition
    /// As [`Self::from_codes`]. Categories are `declared`, in that order, or else the labels found: by
    /// number if all are numbers, otherwise by name.
    /// # Input
    /// (label of a, label of b) of each unit that both rated.
    /// # Errors
    /// `UnknownLabel`, `TooManyCategories`.
    /// # Example
    /// ```
    /// use concord::agreement::ContingencyTable;
    /// let table = ContingencyTable::from_labels([("yes", "yes"), ("yes", "no")], None)?;
    /// assert_eq!(table.categories(), ["no", "yes"]);
    /// assert_eq!(table.count(1, 0), 1);
    /// # Ok::<(), concord::agreement::AgreementError>(())
    /// ```
    pub fn from_labels<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        declared: Option<&[String]>,
    ) -> Result<Self, AgreementError> {
        // A memory of its own for each rater, since a label often follows itself.
        let (mut a_labels, mut b_labels) = (Names::default(), Names::default());
        let (a, b): (Vec<u16>, Vec<u16>) = pairs
            .into_iter()
            .map(|(a, b)| (a_labels.label_code(a), b_labels.label_code(b)))
            .unzip();
        let found = a_labels.order.iter().chain(&b_labels.order);
        let categories = categories_of(found.copied(), declared)?;
        let recoded = |codes: &[u16], labels: &Names| -> Result<Vec<u16>, AgreementError> {
            let final_codes = labels.codes_among(&categories)?;
            let code = |code: &u16| final_codes.get(usize::from(*code)).copied();
            Ok(codes.iter().filter_map(code).collect())
        };
        let (a, b) = (recoded(&a, &a_labels)?, recoded(&b, &b_labels)?);
        Self::from_codes(categories, &a, &b)
    }

    /// Adds up rows of (code of a, code of b, number of units), as a grouped query returns them.
    ///
    /// # Definition
    /// Rows of the same codes add up.
    /// # Errors
    /// `UnknownCode`.
    pub fn from_grouped(
        categories: Vec<String>,
        rows: impl IntoIterator<Item = (usize, usize, u64)>,
    ) -> Result<Self, AgreementError> {
        let k = categories.len();
        let mut counts = vec![0; k * k];
        for (row, column, n) in rows {
            if row.max(column) >= k {
                return Err(AgreementError::UnknownCode {
                    code: row.max(column),
                    n_categories: k,
                });
            }
            counts[row * k + column] += n;
        }
        Ok(Self { categories, counts })
    }

    /// The table of units that two raters either marked or left unmarked, such as the pixels of an image.
    ///
    /// # Definition
    /// Categories `inside` and `outside`; `[both, only a, only b, neither]` are its cells.
    /// # Input
    /// Numbers of units; those of several items added up give the pooled table.
    /// # Edge cases
    /// All zero: a table without units.
    /// # Properties
    /// Exchanging `only a` and `only b` transposes the table.
    /// # Example
    /// ```
    /// use concord::agreement::{ContingencyTable, Weights, cohen_kappa};
    /// use concord::geometry::{Mask, PixelCounts, Universe};
    /// let row = |from, to| Mask::from_bounds(10, 1, vec![from, to]);
    /// let counts = PixelCounts::of_masks(&row(0, 5)?, &row(1, 5)?, Universe::WholeImage)?;
    /// let table = ContingencyTable::of_marks([counts.both, counts.a_only, counts.b_only, counts.neither]);
    /// // p_o = 9/10, p_e = 0.5·0.4 + 0.5·0.6 = 0.5.
    /// let kappa = cohen_kappa(&table, Weights::Unweighted, 0.95).unwrap();
    /// assert!((kappa.value.unwrap() - 0.8).abs() < 1e-15);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Cohen 1960, Educ Psychol Meas 20(1):37-46, doi:10.1177/001316446002000104. Pixels of one item are not independent: a standard
    /// error over them is far too small, so resample items where an interval is wanted.
    /// # Checked against
    /// scikit-learn's `cohen_kappa_score`, `tests/oracles/pixel_agreement/`.
    pub fn of_marks([both, a_only, b_only, neither]: [u64; 4]) -> Self {
        Self {
            categories: marked(),
            counts: vec![both, a_only, b_only, neither],
        }
    }

    /// Categories, in order.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Units on which a chose `row` and b chose `column`.
    pub fn count(&self, row: usize, column: usize) -> u64 {
        let k = self.categories.len();
        if column < k {
            self.counts.get(row * k + column).copied().unwrap_or(0)
        } else {
            0
        }
    }

    /// Units in all.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Units on which both chose the same.
    pub fn n_agreed(&self) -> u64 {
        (0..self.categories.len()).map(|i| self.count(i, i)).sum()
    }

    /// Units per category, of a and of b.
    pub fn margins(&self) -> (Vec<u64>, Vec<u64>) {
        let k = self.categories.len();
        let rows = (0..k)
            .map(|i| (0..k).map(|j| self.count(i, j)).sum())
            .collect();
        let columns = (0..k)
            .map(|j| (0..k).map(|i| self.count(i, j)).sum())
            .collect();
        (rows, columns)
    }

    /// Filled cells as (row, column, count).
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, u64)> {
        let k = self.categories.len().max(1);
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, n)| **n > 0)
            .map(move |(i, n)| (i / k, i % k, *n))
    }

    /// The 2 × 2 table of one category against all others, the category first.
    ///
    /// # Definition
    /// Every other category is merged into `not …`.
    /// # Edge cases
    /// A category that is not there: all units are in `not …`.
    pub fn one_against_rest(&self, category: usize) -> Self {
        let k = self.categories.len();
        let row = (0..k).map(|j| self.count(category, j)).sum();
        let column = (0..k).map(|i| self.count(i, category)).sum();
        self.one_against_rest_of_margins(category, row, column)
    }

    /// As [`Self::one_against_rest`], where the category's margins are known.
    pub(super) fn one_against_rest_of_margins(
        &self,
        category: usize,
        row: u64,
        column: u64,
    ) -> Self {
        let both = self.count(category, category);
        let neither = (self.total() + both).saturating_sub(row + column);
        let name = self.categories.get(category).cloned().unwrap_or_default();
        let rest = format!("not {name}");
        Self {
            categories: vec![name, rest],
            counts: vec![both, row - both, column - both, neither],
        }
    }

    /// Prevalence index of a 2 × 2 table.
    ///
    /// # Definition
    /// |a − d|/n: how far the two categories are from equally common.
    /// # Edge cases
    /// Not two categories, or no units: `None`. With more categories see
    /// [`super::cohen_kappa_categories`].
    /// # Properties
    /// In [0, 1]. With bias index BI and PABAK, κ = (PABAK − PI² + BI²)/(1 − PI² + BI²).
    /// # Example
    /// ```
    /// use concord::agreement::ContingencyTable;
    /// let table = ContingencyTable::new(vec!["yes".into(), "no".into()], vec![80, 10, 5, 5])?;
    /// assert_eq!((table.prevalence_index(), table.bias_index()), (Some(0.75), Some(0.05)));
    /// # Ok::<(), concord::agreement::AgreementError>(())
    /// ```
    /// # Reference
    /// Byrt, Bishop & Carlin 1993, J Clin Epidemiol 46(5):423-429, doi:10.1016/0895-4356(93)90018-V.
    pub fn prevalence_index(&self) -> Option<f64> {
        self.binary_share(self.count(0, 0), self.count(1, 1))
    }

    /// Bias index of a 2 × 2 table.
    ///
    /// # Definition
    /// |b − c|/n: how far the two raters differ in how often they choose a category.
    /// # Edge cases
    /// As [`Self::prevalence_index`].
    /// # Properties
    /// In [0, 1]; 0 where the margins are equal.
    /// # Reference
    /// Byrt, Bishop & Carlin 1993, J Clin Epidemiol 46(5):423-429, doi:10.1016/0895-4356(93)90018-V.
    pub fn bias_index(&self) -> Option<f64> {
        self.binary_share(self.count(0, 1), self.count(1, 0))
    }

    /// Prevalence- and bias-adjusted κ of a 2 × 2 table.
    ///
    /// # Definition
    /// 2 p_o − 1: κ if both categories were equally common with both raters.
    /// # Edge cases
    /// As [`Self::prevalence_index`].
    /// # Properties
    /// In [−1, 1]; the Brennan–Prediger coefficient of two categories.
    /// # Reference
    /// Byrt, Bishop & Carlin 1993, J Clin Epidemiol 46(5):423-429, doi:10.1016/0895-4356(93)90018-V.
    pub fn pabak(&self) -> Option<f64> {
        let total = self.total();
        let apart = self.count(0, 1) + self.count(1, 0);
        (self.categories.len() == 2 && total > 0).then(|| 1.0 - 2.0 * (apart as f64 / total as f64))
    }

    fn binary_share(&self, one: u64, other: u64) -> Option<f64> {
        let total = self.total();
        (self.categories.len() == 2 && total > 0).then(|| one.abs_diff(other) as f64 / total as f64)
    }
}

/// Categories of a unit that a rater marked, and of one that was left unmarked.
pub(super) fn marked() -> Vec<String> {
    vec!["inside".to_owned(), "outside".to_owned()]
}
