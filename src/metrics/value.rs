//! What a metric gives: a finite number, or the reason why there is none.

use serde::{Deserialize, Serialize};

use super::MetricError;

/// Why a figure has no value. Never an error: the inputs are fine, the figure does not exist for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undefined {
    BothEmpty,
    ReferenceEmpty,
    CandidateEmpty,
    NoSpacing,
    NoSharedPoints,
    NoVariation,
    TooFewUnits,
    NotApplicable,
}

impl Undefined {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::BothEmpty,
        Self::ReferenceEmpty,
        Self::CandidateEmpty,
        Self::NoSpacing,
        Self::NoSharedPoints,
        Self::NoVariation,
        Self::TooFewUnits,
        Self::NotApplicable,
    ];

    /// The stable code that files and the API carry.
    pub fn code(self) -> &'static str {
        match self {
            Self::BothEmpty => "both_empty",
            Self::ReferenceEmpty => "reference_empty",
            Self::CandidateEmpty => "candidate_empty",
            Self::NoSpacing => "no_spacing",
            Self::NoSharedPoints => "no_shared_points",
            Self::NoVariation => "no_variation",
            Self::TooFewUnits => "too_few_units",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// The reason with a stable code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The reason in plain language.
    pub fn reason(self) -> &'static str {
        match self {
            Self::BothEmpty => "both annotations are empty",
            Self::ReferenceEmpty => "the reference is empty",
            Self::CandidateEmpty => "the candidate is empty",
            Self::NoSpacing => "the pixel spacing in mm is not known",
            Self::NoSharedPoints => "no named point is placed by both",
            Self::NoVariation => "every rating is the same, so chance agreement is certain",
            Self::TooFewUnits => "there are too few units for this figure",
            Self::NotApplicable => "the figure does not apply to this kind of annotation",
        }
    }
}

/// A finite number, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricValue {
    Defined(f64),
    Undefined(Undefined),
}

impl MetricValue {
    /// A value of the metric `metric`.
    ///
    /// # Errors
    /// `NotFinite` for NaN and the infinities: they never leave this room.
    pub fn defined(metric: &'static str, value: f64) -> Result<Self, MetricError> {
        if value.is_finite() {
            // A negative zero would print as `-0`.
            Ok(Self::Defined(value + 0.0))
        } else {
            Err(MetricError::NotFinite {
                metric,
                found: value,
            })
        }
    }

    /// The number, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Defined(value) => Some(value),
            Self::Undefined(_) => None,
        }
    }

    /// The reason, where there is no number.
    pub fn undefined(self) -> Option<Undefined> {
        match self {
            Self::Defined(_) => None,
            Self::Undefined(reason) => Some(reason),
        }
    }
}

impl From<Undefined> for MetricValue {
    fn from(reason: Undefined) -> Self {
        Self::Undefined(reason)
    }
}

/// The unit of a value; part of the value wherever it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Ratio,
    Px,
    Mm,
    Px2,
    Mm2,
    Mm3,
    Voxel,
    Degrees,
    Steps,
    Count,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 10] = [
        Self::Ratio,
        Self::Px,
        Self::Mm,
        Self::Px2,
        Self::Mm2,
        Self::Mm3,
        Self::Voxel,
        Self::Degrees,
        Self::Steps,
        Self::Count,
    ];

    /// The stable code that files and the API carry.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Px => "px",
            Self::Mm => "mm",
            Self::Px2 => "px2",
            Self::Mm2 => "mm2",
            Self::Mm3 => "mm3",
            Self::Voxel => "voxel",
            Self::Degrees => "degrees",
            Self::Steps => "steps",
            Self::Count => "count",
        }
    }

    /// The unit with a stable code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.code() == code)
    }

    /// The sign printed after a number; empty where a number stands alone.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Ratio | Self::Count => "",
            Self::Px => "px",
            Self::Mm => "mm",
            Self::Px2 => "px²",
            Self::Mm2 => "mm²",
            Self::Mm3 => "mm³",
            Self::Voxel => "voxels",
            Self::Degrees => "°",
            Self::Steps => "steps",
        }
    }
}

/// A value with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub value: MetricValue,
    pub unit: Unit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_that_is_not_a_finite_number_gets_out() {
        for found in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(matches!(
                MetricValue::defined("dice", found),
                Err(MetricError::NotFinite { .. })
            ));
        }
        let zero = MetricValue::defined("dice", -0.0).unwrap().value().unwrap();
        assert!(zero.is_sign_positive());
    }

    #[test]
    fn codes_are_stable_and_distinct() {
        for reason in Undefined::ALL {
            assert_eq!(Undefined::from_code(reason.code()), Some(reason));
            assert!(!reason.reason().is_empty());
        }
        for unit in Unit::ALL {
            assert_eq!(Unit::from_code(unit.code()), Some(unit));
        }
        let codes: Vec<_> = Undefined::ALL.map(Undefined::code).to_vec();
        let expected = [
            "both_empty",
            "reference_empty",
            "candidate_empty",
            "no_spacing",
            "no_shared_points",
            "no_variation",
            "too_few_units",
            "not_applicable",
        ];
        assert_eq!(codes, expected);
    }
}
