//! What every agreement figure carries.

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::bland_altman::LimitsOfAgreement;
use super::contingency::ContingencyTable;
use super::study_bootstrap::{Resampling, StudyInterval};

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
///
/// # Definition
/// `value` with standard error `se` and the interval from `lower` to `upper` at `level`, over `n`
/// units; `method` names formula, kind of interval and source.
/// # Edge cases
/// Without a value `undefined` holds code and reason, and no bound is given. A value without `se`
/// or bounds has none that the method yields.
/// # Properties
/// No field is ever NaN or infinite. Written as JSON, fields that do not apply are absent, but for
/// `value`, `se`, `lower`, `upper` and `undefined`, which are null.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    pub name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<&'static str>,
    /// Form of the intraclass correlation in the notation of Shrout & Fleiss, such as `ICC(2,1)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// The same in the notation of McGraw & Wong, such as `ICC(A,1)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form_mcgraw_wong: Option<&'static str>,
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
    /// Prevalence- and bias-adjusted κ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pabak: Option<f64>,
    /// The highest κ that the raters' margins allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kappa_max: Option<f64>,
    #[serde(flatten)]
    pub limits: Option<LimitsOfAgreement>,
    /// How units were resampled, where `lower` and `upper` come from resampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resampling: Option<Resampling>,
    /// A second interval that takes the units of one study together, where studies are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study_interval: Option<StudyInterval>,
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
            form_mcgraw_wong: None,
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
            pabak: None,
            kappa_max: None,
            limits: None,
            resampling: None,
            study_interval: None,
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
        // Rounding may leave the least value of most coefficients just below −1.
        let is_rounded = (-1.0 - 1e-12..-1.0).contains(&value);
        let value = if is_rounded { -1.0 } else { value };
        self.value = Some(value);
        self.se = se;
        if let Some(se) = se {
            let least = value.min(-1.0);
            self.lower = Some((value - quantile * se).clamp(least, 1.0));
            self.upper = Some((value + quantile * se).clamp(least, 1.0));
        }
        self
    }

    /// Takes over what Byrt et al. put beside κ; nothing but for two categories.
    pub(super) fn set_indices(&mut self, table: &ContingencyTable) {
        self.prevalence_index = table.prevalence_index();
        self.bias_index = table.bias_index();
        self.pabak = table.pabak();
    }

    pub(super) fn for_raters(mut self, raters: &[String]) -> Self {
        self.raters = raters.to_vec();
        self
    }
}
