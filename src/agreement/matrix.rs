//! Ratings of units by raters, with gaps.

use std::borrow::Cow;

use super::contingency::ContingencyTable;
use super::error::AgreementError;

mod labels;
mod numbers;

pub(super) use labels::{Names, categories_of};

/// Most categories that a matrix may declare.
///
/// Two-rater tables are square in the categories, so free text must not pass for labels.
pub const MAX_CATEGORIES: usize = 2048;

/// Tables of up to this many categories are counted in four parts.
const MAX_SPLIT_CATEGORIES: usize = 64;

/// Units in rows, raters in columns; a cell is empty where a rater did not see a unit.
///
/// # Definition
/// Holds category codes (from 0, in the order of the categories), or numbers, or both where the
/// categories were read as numbers. Every coefficient of this room starts from here.
/// # Input
/// Row by row: all ratings of the first unit, then of the second.
/// # Edge cases
/// No units, no raters and all cells empty are allowed; figures are then undefined with a reason.
/// # Properties
/// Codes lie below the number of categories, numbers are finite and within ±1e150.
/// # Example
/// ```
/// use concord::agreement::RatingMatrix;
/// let rows = [("ann", "scan 1", "benign"), ("bob", "scan 1", "malignant"), ("ann", "scan 2", "benign")];
/// let matrix = RatingMatrix::from_labels(rows, None)?;
/// assert_eq!(matrix.n_units(), 2);
/// assert_eq!(matrix.categories(), ["benign", "malignant"]);
/// assert_eq!(matrix.cells().collect::<Vec<_>>(), [Some(0), Some(1), Some(0), None]);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RatingMatrix {
    /// Empty where units have no names.
    units: Vec<String>,
    n_units: usize,
    raters: Vec<String>,
    categories: Vec<String>,
    /// Category codes row by row, [`RatingMatrix::GAP`] where empty; empty for purely numeric ratings.
    codes: Vec<u16>,
    /// Numbers row by row, NaN where empty; empty for purely categorical ratings.
    numbers: Vec<f64>,
    /// Number of each category, where the categories were read as numbers.
    category_numbers: Vec<f64>,
    /// Number of the study of each unit; empty where none was given.
    study_of_unit: Vec<u32>,
    n_studies: u32,
}

impl PartialEq for RatingMatrix {
    fn eq(&self, other: &Self) -> bool {
        // Gaps are NaN, which equals nothing, so numbers are compared as bits.
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        self.units == other.units
            && self.n_units == other.n_units
            && self.raters == other.raters
            && self.categories == other.categories
            && self.codes == other.codes
            && bits(&self.numbers) == bits(&other.numbers)
            && self.category_numbers == other.category_numbers
            && self.study_of_unit == other.study_of_unit
    }
}

impl RatingMatrix {
    /// Code that stands for no rating in [`RatingMatrix::from_codes`].
    pub const GAP: u16 = u16::MAX;

    /// Categorical ratings, row by row; categories in their order where they have one.
    ///
    /// # Definition
    /// Cell (u, r) is `cells[u × raters + r]`, a code that counts the categories from 0.
    /// # Errors
    /// `ShapeMismatch`, `UnknownCode`, `TooManyCategories`.
    pub fn categorical(
        units: Vec<String>,
        raters: Vec<String>,
        categories: Vec<String>,
        cells: Vec<Option<u16>>,
    ) -> Result<Self, AgreementError> {
        check_shape(cells.len(), units.len(), raters.len())?;
        // The code of a gap must not pass for one.
        if cells.contains(&Some(Self::GAP)) {
            return Err(AgreementError::UnknownCode {
                code: usize::from(Self::GAP),
                n_categories: categories.len(),
            });
        }
        let codes = cells.iter().map(|c| c.unwrap_or(Self::GAP)).collect();
        let mut matrix = Self::from_codes(raters, categories, codes)?;
        matrix.n_units = units.len();
        matrix.units = units;
        Ok(matrix)
    }

    /// Categorical ratings of units without names: the short way for millions of codes.
    ///
    /// # Definition
    /// As [`RatingMatrix::categorical`], a gap being [`RatingMatrix::GAP`].
    /// # Errors
    /// `ShapeMismatch` where the codes fill no whole rows, `UnknownCode`, `TooManyCategories`.
    /// # Example
    /// ```
    /// use concord::agreement::RatingMatrix;
    /// let names = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    /// let codes = vec![0, 1, 1, RatingMatrix::GAP];
    /// let matrix = RatingMatrix::from_codes(names(&["a", "b"]), names(&["no", "yes"]), codes)?;
    /// assert_eq!(matrix.table(0, 1)?.count(0, 1), 1);
    /// # Ok::<(), concord::agreement::AgreementError>(())
    /// ```
    pub fn from_codes(
        raters: Vec<String>,
        categories: Vec<String>,
        codes: Vec<u16>,
    ) -> Result<Self, AgreementError> {
        let n_units = codes.len() / raters.len().max(1);
        check_shape(codes.len(), n_units, raters.len())?;
        let n_categories = categories.len();
        check_categories(n_categories)?;
        // A gap wraps to 0, so that one pass without branches finds the highest code.
        let highest = codes.iter().fold(0, |most, c| c.wrapping_add(1).max(most));
        if usize::from(highest) > n_categories {
            return Err(AgreementError::UnknownCode {
                code: usize::from(highest) - 1,
                n_categories,
            });
        }
        Ok(Self {
            units: Vec::new(),
            n_units,
            raters,
            categories,
            codes,
            numbers: Vec::new(),
            category_numbers: Vec::new(),
            study_of_unit: Vec::new(),
            n_studies: 0,
        })
    }

    /// Numeric ratings, row by row.
    ///
    /// # Definition
    /// Cell (u, r) is `values[u × raters + r]`.
    /// # Errors
    /// `ShapeMismatch`, `NotFinite`.
    pub fn numeric(
        units: Vec<String>,
        raters: Vec<String>,
        values: Vec<Option<f64>>,
    ) -> Result<Self, AgreementError> {
        check_shape(values.len(), units.len(), raters.len())?;
        let not_usable = |cell: &Option<f64>| cell.filter(|value| !usable(*value));
        if let Some((i, value)) = values
            .iter()
            .enumerate()
            .find_map(|(i, cell)| Some((i, not_usable(cell)?)))
        {
            return Err(AgreementError::NotFinite {
                item: units.get(i / raters.len()).cloned().unwrap_or_default(),
                rater: raters.get(i % raters.len()).cloned().unwrap_or_default(),
                value,
            });
        }
        Ok(Self {
            n_units: units.len(),
            units,
            raters,
            categories: Vec::new(),
            codes: Vec::new(),
            numbers: values.iter().map(|v| v.unwrap_or(f64::NAN)).collect(),
            category_numbers: Vec::new(),
            study_of_unit: Vec::new(),
            n_studies: 0,
        })
    }

    /// The same ratings with each category read as a number.
    ///
    /// # Errors
    /// `NotNumeric`.
    pub fn with_numeric_categories(mut self) -> Result<Self, AgreementError> {
        let read = |name: &String| {
            let number = name.trim().parse::<f64>().ok().filter(|v| usable(*v));
            number.ok_or_else(|| AgreementError::NotNumeric {
                category: name.clone(),
            })
        };
        let category_numbers = self
            .categories
            .iter()
            .map(read)
            .collect::<Result<Vec<f64>, _>>()?;
        let number = |code: &u16| {
            let number = category_numbers.get(usize::from(*code));
            number.copied().unwrap_or(f64::NAN)
        };
        self.numbers = self.codes.iter().map(number).collect();
        self.category_numbers = category_numbers;
        Ok(self)
    }

    /// The same ratings with the study of each unit, in order of rows.
    ///
    /// # Definition
    /// Units of one study err together; with studies [`super::all_coefficients`] also resamples
    /// whole studies.
    /// # Errors
    /// `StudyMismatch` where not every unit has a study.
    pub fn with_studies<S: AsRef<str>>(mut self, studies: &[S]) -> Result<Self, AgreementError> {
        if studies.len() != self.n_units {
            return Err(AgreementError::StudyMismatch {
                n_studies: studies.len(),
                n_units: self.n_units,
            });
        }
        let mut numbers = std::collections::HashMap::new();
        self.study_of_unit.clear();
        for study in studies {
            let next = numbers.len() as u32;
            let number = *numbers.entry(study.as_ref()).or_insert(next);
            self.study_of_unit.push(number);
        }
        self.n_studies = numbers.len() as u32;
        Ok(self)
    }

    /// Names of the units, in order of rows; empty where they have none.
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// Number of units, rated or not.
    pub fn n_units(&self) -> usize {
        self.n_units
    }

    /// Raters, in order of columns.
    pub fn raters(&self) -> &[String] {
        &self.raters
    }

    /// Categories, in order of codes; empty for purely numeric ratings.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Number of studies given; 0 where none were.
    pub fn n_studies(&self) -> u32 {
        self.n_studies
    }

    /// Category codes, row by row; none for purely numeric ratings.
    pub fn cells(&self) -> impl Iterator<Item = Option<u16>> {
        self.codes.iter().map(|c| (*c != Self::GAP).then_some(*c))
    }

    /// Numbers, row by row; none for purely categorical ratings.
    pub fn values(&self) -> impl Iterator<Item = Option<f64>> {
        self.numbers.iter().map(|x| (!x.is_nan()).then_some(*x))
    }

    /// Codes as they are held, gaps as [`RatingMatrix::GAP`].
    pub(super) fn codes(&self) -> &[u16] {
        &self.codes
    }

    /// Numbers as they are held, gaps as NaN.
    pub(super) fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    pub(super) fn study_of_unit(&self) -> &[u32] {
        &self.study_of_unit
    }

    /// Ratings as codes of few distinct numbers; `None` where the numbers are many.
    pub(super) fn numbered_codes(&self) -> Option<(Cow<'_, [u16]>, Vec<f64>)> {
        if !self.category_numbers.is_empty() {
            return Some((Cow::Borrowed(&self.codes), self.category_numbers.clone()));
        }
        let (codes, numbers) = numbers::coded(&self.numbers)?;
        Some((Cow::Owned(codes), numbers))
    }

    /// Table of two raters over the units that both rated.
    ///
    /// # Definition
    /// Rows are the categories of rater `a`, columns those of rater `b`, both by column number.
    /// # Edge cases
    /// A rater without a column rated nothing: the table is empty.
    /// # Errors
    /// None for raters of this matrix.
    pub fn table(&self, a: usize, b: usize) -> Result<ContingencyTable, AgreementError> {
        let k = self.categories.len();
        let n_raters = self.raters.len();
        if a.max(b) >= n_raters {
            return ContingencyTable::new(self.categories.clone(), vec![0; k * k]);
        }
        // Gaps fall into a last row and column, so that no unit needs a decision.
        let width = k + 1;
        let place =
            |unit: &[u16]| usize::from(unit[a]).min(k) * width + usize::from(unit[b]).min(k);
        let mut padded = vec![0_u64; width * width];
        if k <= MAX_SPLIT_CATEGORIES {
            // Four tables, since neighbouring units often fall in the same cell and would wait on it.
            let mut parts = vec![[0_u64; 4]; width * width];
            let fours = self.codes.chunks_exact(4 * n_raters);
            for unit in fours.remainder().chunks_exact(n_raters) {
                parts[place(unit)][0] += 1;
            }
            for four in fours {
                for (lane, unit) in four.chunks_exact(n_raters).enumerate() {
                    parts[place(unit)][lane & 3] += 1;
                }
            }
            for (sum, part) in padded.iter_mut().zip(&parts) {
                *sum = part.iter().sum();
            }
        } else {
            for unit in self.codes.chunks_exact(n_raters) {
                padded[place(unit)] += 1;
            }
        }
        let rows = padded.chunks_exact(width).take(k);
        let counts = rows.flat_map(|row| row[..k].iter().copied()).collect();
        ContingencyTable::new(self.categories.clone(), counts)
    }

    /// Numbers of two raters over the units that both rated.
    ///
    /// # Definition
    /// (number of `a`, number of `b`), in order of units.
    pub fn value_pairs(&self, a: usize, b: usize) -> Vec<(f64, f64)> {
        let rows = self.numbers.chunks_exact(self.raters.len().max(1));
        rows.filter_map(|unit| Some((*unit.get(a)?, *unit.get(b)?)))
            .filter(|(x, y)| !x.is_nan() && !y.is_nan())
            .collect()
    }
}

/// Finite, and small enough for sums of squares.
fn usable(value: f64) -> bool {
    value.abs() <= 1e150
}

fn check_shape(found: usize, rows: usize, columns: usize) -> Result<(), AgreementError> {
    if rows.checked_mul(columns) == Some(found) {
        return Ok(());
    }
    Err(AgreementError::ShapeMismatch {
        found,
        rows,
        columns,
    })
}

fn check_categories(n: usize) -> Result<(), AgreementError> {
    if n > MAX_CATEGORIES {
        Err(AgreementError::TooManyCategories { n })
    } else {
        Ok(())
    }
}
