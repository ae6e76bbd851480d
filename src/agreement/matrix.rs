//! Ratings of units by raters, with gaps.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::coefficient::AgreementError;
use super::contingency::ContingencyTable;

/// Most categories that a matrix may declare.
pub const MAX_CATEGORIES: usize = 2048;

/// Codes row by row, and the number behind each code.
pub(super) type NumberedCodes<'a> = (Cow<'a, [Option<u16>]>, Vec<f64>);

/// Units in rows, raters in columns; a cell is empty where a rater did not see a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingMatrix {
    units: Vec<String>,
    raters: Vec<String>,
    categories: Vec<String>,
    /// Category codes row by row; empty for purely numeric ratings.
    cells: Vec<Option<u16>>,
    /// Numbers row by row; empty for purely categorical ratings.
    values: Vec<Option<f64>>,
    /// Number of each category, where the categories were read as numbers.
    category_numbers: Vec<f64>,
}

impl RatingMatrix {
    /// Categorical ratings, row by row; categories in their order where they have one.
    ///
    /// # Errors
    /// `ShapeMismatch`, `UnknownCode`, `TooManyCategories`.
    pub fn categorical(
        units: Vec<String>,
        raters: Vec<String>,
        categories: Vec<String>,
        cells: Vec<Option<u16>>,
    ) -> Result<Self, AgreementError> {
        check_shape(cells.len(), units.len(), raters.len())?;
        let n_categories = categories.len();
        check_categories(n_categories)?;
        if let Some(code) = cells
            .iter()
            .flatten()
            .max()
            .filter(|c| usize::from(**c) >= n_categories)
        {
            return Err(AgreementError::UnknownCode {
                code: usize::from(*code),
                n_categories,
            });
        }
        Ok(Self {
            units,
            raters,
            categories,
            cells,
            values: Vec::new(),
            category_numbers: Vec::new(),
        })
    }

    /// Numeric ratings, row by row.
    ///
    /// # Errors
    /// `ShapeMismatch`, `NotFinite`.
    pub fn numeric(
        units: Vec<String>,
        raters: Vec<String>,
        values: Vec<Option<f64>>,
    ) -> Result<Self, AgreementError> {
        check_shape(values.len(), units.len(), raters.len())?;
        let not_finite = |cell: &Option<f64>| cell.filter(|value| !usable(*value));
        if let Some((i, value)) = values
            .iter()
            .enumerate()
            .find_map(|(i, c)| Some((i, not_finite(c)?)))
        {
            return Err(AgreementError::NotFinite {
                item: units.get(i / raters.len()).cloned().unwrap_or_default(),
                rater: raters.get(i % raters.len()).cloned().unwrap_or_default(),
                value,
            });
        }
        Ok(Self {
            units,
            raters,
            categories: Vec::new(),
            cells: Vec::new(),
            values,
            category_numbers: Vec::new(),
        })
    }

    /// Builds a categorical matrix from (rater, item, label) rows, in any order.
    ///
    /// Units and raters keep the order in which they first appear. Categories are `declared`, in
    /// that order, or else the labels found: by number if all are numbers, otherwise by name.
    ///
    /// # Errors
    /// `DuplicateRating`, `UnknownLabel`, `TooManyCategories`.
    pub fn from_labels<'a>(
        rows: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
        declared: Option<&[String]>,
    ) -> Result<Self, AgreementError> {
        let (units, raters, cells) = place(rows)?;
        let categories = match declared {
            Some(declared) => declared.to_vec(),
            None => order_labels(cells.iter().flatten().copied().collect()),
        };
        check_categories(categories.len())?;
        let codes: HashMap<&str, u16> = (0..)
            .zip(&categories)
            .map(|(code, name)| (name.as_str(), code))
            .collect();
        let code_of = |cell: &Option<&str>| match cell {
            None => Ok(None),
            Some(label) => match codes.get(label) {
                Some(code) => Ok(Some(*code)),
                None => Err(AgreementError::UnknownLabel {
                    label: (*label).to_owned(),
                }),
            },
        };
        let cells = cells.iter().map(code_of).collect::<Result<_, _>>()?;
        Self::categorical(units, raters, categories, cells)
    }

    /// Builds a numeric matrix from (rater, item, value) rows, in any order.
    ///
    /// # Errors
    /// `DuplicateRating`, `NotFinite`.
    pub fn from_values<'a>(
        rows: impl IntoIterator<Item = (&'a str, &'a str, f64)>,
    ) -> Result<Self, AgreementError> {
        let (units, raters, values) = place(rows)?;
        Self::numeric(units, raters, values)
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
        let numbers = self
            .categories
            .iter()
            .map(read)
            .collect::<Result<Vec<f64>, _>>()?;
        let value = |cell: &Option<u16>| numbers.get(usize::from((*cell)?)).copied();
        self.values = self.cells.iter().map(value).collect();
        self.category_numbers = numbers;
        Ok(self)
    }

    /// Units, in order of rows.
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// Raters, in order of columns.
    pub fn raters(&self) -> &[String] {
        &self.raters
    }

    /// Categories, in order of codes; empty for purely numeric ratings.
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Category codes, row by row.
    pub fn cells(&self) -> &[Option<u16>] {
        &self.cells
    }

    /// Numbers, row by row; empty for purely categorical ratings.
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// Ratings as codes of few distinct numbers; `None` where the numbers are many.
    pub(super) fn numbered_codes(&self) -> Option<NumberedCodes<'_>> {
        if !self.category_numbers.is_empty() {
            return Some((Cow::Borrowed(&self.cells), self.category_numbers.clone()));
        }
        let mut numbers = Vec::new();
        let mut codes: HashMap<u64, u16> = HashMap::new();
        let mut code_of = |value: f64| {
            // Adding 0 makes both zeros the same number.
            let value = value + 0.0;
            if let Some(code) = codes.get(&value.to_bits()) {
                return Some(*code);
            }
            let code = u16::try_from(numbers.len())
                .ok()
                .filter(|n| usize::from(*n) < MAX_CATEGORIES)?;
            codes.insert(value.to_bits(), code);
            numbers.push(value);
            Some(code)
        };
        let code_cell = |cell: &Option<f64>| cell.map_or(Some(None), |v| code_of(v).map(Some));
        let cells: Option<Vec<_>> = self.values.iter().map(code_cell).collect();
        Some((Cow::Owned(cells?), numbers))
    }

    /// Table of two raters over the units that both rated.
    ///
    /// # Errors
    /// `ShapeMismatch` never arises for raters of this matrix.
    pub fn table(&self, a: usize, b: usize) -> Result<ContingencyTable, AgreementError> {
        let k = self.categories.len();
        let mut counts = vec![0_u64; k * k];
        for unit in self.cells.chunks_exact(self.raters.len().max(1)) {
            if let (Some(Some(row)), Some(Some(column))) = (unit.get(a), unit.get(b)) {
                counts[usize::from(*row) * k + usize::from(*column)] += 1;
            }
        }
        ContingencyTable::new(self.categories.clone(), counts)
    }

    /// Numbers of two raters over the units that both rated.
    pub fn value_pairs(&self, a: usize, b: usize) -> Vec<(f64, f64)> {
        let rows = self.values.chunks_exact(self.raters.len().max(1));
        rows.filter_map(|unit| Some(((*unit.get(a)?)?, (*unit.get(b)?)?)))
            .collect()
    }
}

/// Finite, and small enough for sums of squares.
fn usable(value: f64) -> bool {
    value.abs() <= 1e150
}

fn check_shape(found: usize, rows: usize, columns: usize) -> Result<(), AgreementError> {
    if found == rows * columns {
        return Ok(());
    }
    Err(AgreementError::ShapeMismatch {
        found,
        rows,
        columns,
    })
}

/// Two-rater tables are square in the categories, so free text must not pass for labels.
fn check_categories(n: usize) -> Result<(), AgreementError> {
    if n > MAX_CATEGORIES {
        Err(AgreementError::TooManyCategories { n })
    } else {
        Ok(())
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
    let mut cells = vec![None; units.order.len() * n_raters];
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
struct Names<'a> {
    numbers: HashMap<&'a str, usize>,
    order: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn index(&mut self, name: &'a str) -> usize {
        *self.numbers.entry(name).or_insert_with(|| {
            self.order.push(name);
            self.order.len() - 1
        })
    }
}

fn order_labels(labels: BTreeSet<&str>) -> Vec<String> {
    let mut labels: Vec<&str> = labels.into_iter().collect();
    let number = |label: &str| label.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    if labels.iter().all(|label| number(label).is_some()) {
        labels.sort_by(|a, b| match (number(a), number(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => std::cmp::Ordering::Equal,
        });
    }
    labels.into_iter().map(str::to_owned).collect()
}
