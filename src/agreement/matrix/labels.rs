//! Matrices from rows of rater, item and rating.

use std::collections::HashMap;

use super::{MAX_CATEGORIES, RatingMatrix, check_categories};
use crate::agreement::error::AgreementError;

/// Most cells that rows are spread over, so that a table of many raters with one unit each stays within memory.
const MAX_CELLS: usize = 1 << 28;

impl RatingMatrix {
    /// Builds a categorical matrix from (rater, item, label) rows, in any order.
    ///
    /// # Definition
    /// Units and raters keep the order in which they first appear. Categories are `declared`, in
    /// that order, or else the labels found: by number if all are numbers, otherwise by name.
    /// # Input
    /// One row a rating; a rater who did not see an item has no row for it.
    /// # Errors
    /// `DuplicateRating`, `UnknownLabel`, `TooManyCategories`, `TooManyCells`.
    /// # Example
    /// ```
    /// use concord::agreement::RatingMatrix;
    /// let matrix = RatingMatrix::from_labels([("r", "u", "10"), ("r", "v", "9")], None)?;
    /// assert_eq!(matrix.categories(), ["9", "10"]); // By number.
    /// # Ok::<(), concord::agreement::AgreementError>(())
    /// ```
    pub fn from_labels<'a>(
        rows: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
        declared: Option<&[String]>,
    ) -> Result<Self, AgreementError> {
        let mut labels = Names::default();
        let coded = rows
            .into_iter()
            .map(|(rater, item, label)| (rater, item, labels.label_code(label)));
        let (units, raters, cells) = place(coded)?;
        let categories = categories_of(labels.order.iter().copied(), declared)?;
        let final_codes = labels.codes_among(&categories)?;
        let code = |cell: &Option<u16>| cell.and_then(|c| final_codes.get(usize::from(c)).copied());
        let cells = cells.iter().map(code).collect();
        Self::categorical(units, raters, categories, cells)
    }

    /// Builds a numeric matrix from (rater, item, value) rows, in any order.
    ///
    /// # Definition
    /// Units and raters keep the order in which they first appear.
    /// # Errors
    /// `DuplicateRating`, `NotFinite`, `TooManyCells`.
    pub fn from_values<'a>(
        rows: impl IntoIterator<Item = (&'a str, &'a str, f64)>,
    ) -> Result<Self, AgreementError> {
        let (units, raters, values) = place(rows)?;
        Self::numeric(units, raters, values)
    }
}

type Placed<T> = (Vec<String>, Vec<String>, Vec<Option<T>>);

/// Places (rater, item, rating) rows in a matrix of units and raters.
fn place<'a, T: Copy>(
    rows: impl IntoIterator<Item = (&'a str, &'a str, T)>,
) -> Result<Placed<T>, AgreementError> {
    let (mut units, mut raters) = (Names::default(), Names::default());
    let placed: Vec<(usize, usize, T)> = rows
        .into_iter()
        .map(|(rater, item, rating)| (units.index(item), raters.index(rater), rating))
        .collect();
    let n_raters = raters.order.len();
    let n_cells = units.order.len().checked_mul(n_raters);
    let Some(n_cells) = n_cells.filter(|n| *n <= MAX_CELLS) else {
        return Err(AgreementError::TooManyCells {
            n_units: units.order.len(),
            n_raters,
        });
    };
    let mut cells = vec![None; n_cells];
    for (unit, rater, rating) in placed {
        if cells[unit * n_raters + rater].replace(rating).is_some() {
            return Err(AgreementError::DuplicateRating {
                item: units.order[unit].to_owned(),
                rater: raters.order[rater].to_owned(),
            });
        }
    }
    let owned = |names: Names| names.order.into_iter().map(str::to_owned).collect();
    Ok((owned(units), owned(raters), cells))
}

/// Names numbered in order of first appearance.
#[derive(Default)]
pub(in crate::agreement) struct Names<'a> {
    numbers: HashMap<&'a str, usize>,
    pub order: Vec<&'a str>,
    /// Number of the name before, which is often the next one's too.
    last: usize,
}

impl<'a> Names<'a> {
    fn index(&mut self, name: &'a str) -> usize {
        if self.order.get(self.last) == Some(&name) {
            return self.last;
        }
        self.last = *self.numbers.entry(name).or_insert_with(|| {
            self.order.push(name);
            self.order.len() - 1
        });
        self.last
    }

    /// Number of a label; past the most categories that a matrix may have, one that stands for all others.
    pub fn label_code(&mut self, label: &'a str) -> u16 {
        self.index(label).min(MAX_CATEGORIES) as u16
    }

    /// Code of each label, in order of first appearance, among the categories.
    pub fn codes_among(&self, categories: &[String]) -> Result<Vec<u16>, AgreementError> {
        let codes: HashMap<&str, u16> = (0..)
            .zip(categories)
            .map(|(code, name)| (name.as_str(), code))
            .collect();
        let code = |label: &&str| {
            let unknown = || AgreementError::UnknownLabel {
                label: (*label).to_owned(),
            };
            codes.get(label).copied().ok_or_else(unknown)
        };
        self.order.iter().map(code).collect()
    }
}

/// Categories as declared, or else the labels found, in order.
pub(in crate::agreement) fn categories_of<'a>(
    found: impl Iterator<Item = &'a str>,
    declared: Option<&[String]>,
) -> Result<Vec<String>, AgreementError> {
    let categories = match declared {
        Some(declared) => declared.to_vec(),
        None => {
            let mut labels: Vec<&str> = found.collect();
            labels.sort_unstable();
            labels.dedup();
            check_categories(labels.len())?;
            order_labels(labels)
        }
    };
    check_categories(categories.len())?;
    Ok(categories)
}

/// Sorted labels as they are, or by number if all are numbers.
fn order_labels(mut labels: Vec<&str>) -> Vec<String> {
    let number = |label: &str| label.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    if labels.iter().all(|label| number(label).is_some()) {
        labels.sort_by(|a, b| match (number(a), number(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => std::cmp::Ordering::Equal,
        });
    }
    labels.into_iter().map(str::to_owned).collect()
}
