//! What every agreement figure carries.

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::bland_altman::LimitsOfAgreement;
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
    #[error("category `{category}` is not a number; an interval or ratio scale needs numbers")]
    NotNumeric { category: String },
    #[error("the ratings hold no categories; a nominal or ordinal scale needs them")]
    NoCategories,
    #[error("raters gave `{n_a}` and `{n_b}` ratings; one each per unit is needed")]
    UnequalLengths { n_a: usize, n_b: usize },
}

/// What differences between ratings mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

impl Scale {
    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Ordinal => "ordinal",
            Self::Interval => "interval",
            Self::Ratio => "ratio",
        }
    }
}

/// Credit for a disagreement, by the distance between the two categories in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// 1 for equal categories, otherwise 0.
    Unweighted,
    /// 1 − |i − j|/(k − 1).
    Linear,
    /// 1 − (i − j)²/(k − 1)².
    Quadratic,
}

impl Weights {
    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unweighted => "unweighted",
            Self::Linear => "linear",
            Self::Quadratic => "quadratic",
        }
    }

    /// Agreement weight of categories `i` and `j` among `n_categories`: 1 on the diagonal.
    pub fn between(self, i: usize, j: usize, n_categories: usize) -> f64 {
        if i == j {
            return 1.0;
        }
        let distance = i.abs_diff(j) as f64 / (n_categories.max(2) - 1) as f64;
        match self {
            Self::Unweighted => 0.0,
            Self::Linear => 1.0 - distance,
            Self::Quadratic => 1.0 - distance * distance,
        }
    }
}

/// Why a figure has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UndefinedCode {
    /// Nothing varies, so agreement beyond chance has no meaning.
    NoVariation,
    /// No unit was rated by the raters compared.
    NoUnits,
    /// No unit holds two ratings.
    NoPairableUnits,
    /// The figure needs more units.
    TooFewUnits,
    /// The figure needs more raters.
    TooFewRaters,
    /// The variance components leave no positive denominator.
    NegativeVariance,
    /// A ratio scale starts at 0.
    NegativeValues,
    /// More distinct values than pairwise differences can be taken of.
    TooManyValues,
}

/// Why a figure has no value, with the reason in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undefined {
    pub code: UndefinedCode,
    pub reason: &'static str,
}

/// One agreement figure with its interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    pub name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<&'static str>,
    /// Form of the intraclass correlation, such as `ICC(2,1)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    pub raters: Vec<String>,
    pub value: Option<f64>,
    pub se: Option<f64>,
    /// Standard error if the true value were 0: for a test, not for an interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub se_null: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub level: f64,
    /// Units used.
    pub n: u64,
    /// Serialised as `undefined`, the code or null, and where undefined `reason`.
    #[serde(flatten, serialize_with = "serialize_undefined")]
    pub undefined: Option<Undefined>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prevalence_index: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias_index: Option<f64>,
    #[serde(flatten)]
    pub limits: Option<LimitsOfAgreement>,
    /// Formula, kind of interval and source.
    pub method: String,
}

fn serialize_undefined<S: Serializer>(
    undefined: &Option<Undefined>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("undefined", &undefined.map(|u| u.code))?;
    if let Some(undefined) = undefined {
        map.serialize_entry("reason", undefined.reason)?;
    }
    map.end()
}

impl Coefficient {
    /// A figure without a value yet.
    pub(super) fn new(name: &'static str, level: f64, n: u64, method: impl Into<String>) -> Self {
        Self {
            name,
            weights: None,
            scale: None,
            form: None,
            category: None,
            raters: Vec::new(),
            value: None,
            se: None,
            se_null: None,
            lower: None,
            upper: None,
            level,
            n,
            undefined: None,
            prevalence_index: None,
            bias_index: None,
            limits: None,
            method: method.into(),
        }
    }

    pub(super) fn undefined(mut self, code: UndefinedCode, reason: &'static str) -> Self {
        self.undefined = Some(Undefined { code, reason });
        self
    }

    /// Value with value ± `quantile` × `se`, cut to [−1, 1]; where gaps in the table put the value below −1, the
    /// interval reaches down to it.
    pub(super) fn with_symmetric_interval(
        mut self,
        value: f64,
        se: Option<f64>,
        quantile: f64,
    ) -> Self {
        self.value = Some(value);
        self.se = se;
        if let Some(se) = se {
            let least = value.min(-1.0);
            self.lower = Some((value - quantile * se).clamp(least, 1.0));
            self.upper = Some((value + quantile * se).clamp(least, 1.0));
        }
        self
    }

    pub(super) fn for_raters(mut self, raters: &[String]) -> Self {
        self.raters = raters.to_vec();
        self
    }
}
