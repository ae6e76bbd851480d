//! Misuse of the agreement room.

use thiserror::Error;

use crate::statistics::StatisticsError;

/// Misuse of the agreement room; undefined figures are not errors.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AgreementError {
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    #[error("`{found}` cells were given for `{rows}` rows and `{columns}` columns; `{needed}` are needed", needed = rows * columns)]
    ShapeMismatch {
        found: usize,
        rows: usize,
        columns: usize,
    },
    #[error("category code `{code}` was found with `{n_categories}` categories; codes start at 0")]
    UnknownCode { code: usize, n_categories: usize },
    #[error("label `{label}` is not among the declared categories; declare it or map it")]
    UnknownLabel { label: String },
    #[error(
        "`{n}` categories were found; at most 2048 are possible: map free text to labels, or declare an interval scale"
    )]
    TooManyCategories { n: usize },
    #[error("item `{item}` holds more than one rating by `{rater}`; keep one")]
    DuplicateRating { item: String, rater: String },
    #[error("rating `{value}` of item `{item}` by `{rater}` is not a number within ±1e150")]
    NotFinite {
        item: String,
        rater: String,
        value: f64,
    },
    #[error(
        "`{n_units}` items and `{n_raters}` raters make a table that is too large; split it by rater or item"
    )]
    TooManyCells { n_units: usize, n_raters: usize },
    #[error("`{n_studies}` studies were given for `{n_units}` units; one each is needed")]
    StudyMismatch { n_studies: usize, n_units: usize },
    #[error("category `{category}` is not a number; an interval or ratio scale needs numbers")]
    NotNumeric { category: String },
    #[error("the ratings hold no categories; a nominal or ordinal scale needs them")]
    NoCategories,
    #[error(
        "disagreement in row `{row}`, column `{column}` is `{value}`; 0 on the diagonal and a finite number above 0 elsewhere is needed"
    )]
    InvalidDisagreement {
        row: usize,
        column: usize,
        value: f64,
    },
    #[error("raters gave `{n_a}` and `{n_b}` ratings; one each per unit is needed")]
    UnequalLengths { n_a: usize, n_b: usize },
}
