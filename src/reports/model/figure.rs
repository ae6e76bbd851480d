//! One number with everything that is needed to judge it.

use serde::{Deserialize, Serialize};

/// What a figure counts or measures; it decides how the figure is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Share of a whole in [0, 1], printed in per cent.
    Share,
    /// Plain coefficient such as κ, Dice or IoU.
    #[default]
    Ratio,
    /// Signed difference of two shares in [−1, 1], printed in percentage points.
    ShareDifference,
    /// Signed difference of two coefficients.
    RatioDifference,
    /// Signed difference over the reference (0.06 = 6 % larger), printed in per cent.
    Relative,
    Mm,
    Px,
    Voxels,
    Mm2,
    Mm3,
    Px2,
    PerDay,
    Minutes,
    Steps,
    Count,
}

/// A value with its interval and n, or the reason why there is none.
///
/// Exactly one of `value` and `undefined` is given; the constructors see to it, and to finite numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    pub value: Option<f64>,
    /// Reason code (`no_variation`, `too_few_pairs`) or words.
    pub undefined: Option<String>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// What a rate counts over `n`; `None` for anything that is not a rate.
    pub numerator: Option<u64>,
    /// Units, pairs or days behind the value.
    pub n: u64,
    pub unit: Unit,
    /// How the interval was made, such as `Wilson, 95 %`; empty without interval.
    pub method: String,
}

impl Figure {
    /// A value without interval; undefined (`not_finite`) when it is not a finite number.
    pub fn new(value: f64, n: u64, unit: Unit) -> Self {
        if !value.is_finite() {
            return Self::undefined("not_finite", n, unit);
        }
        Self {
            value: Some(value),
            n,
            unit,
            ..Self::default()
        }
    }

    /// No value, and why.
    pub fn undefined(reason: impl Into<String>, n: u64, unit: Unit) -> Self {
        Self {
            undefined: Some(reason.into()),
            n,
            unit,
            ..Self::default()
        }
    }

    /// `numerator` of `n` as a share; undefined when nothing was assessed.
    pub fn rate(numerator: u64, n: u64) -> Self {
        let mut figure = match n {
            0 => Self::undefined("nothing_assessed", 0, Unit::Share),
            _ => Self::new(numerator as f64 / n as f64, n, Unit::Share),
        };
        figure.numerator = Some(numerator);
        figure
    }

    /// Adds an interval; an undefined value and bounds that are not finite keep none.
    #[must_use]
    pub fn with_interval(mut self, lower: f64, upper: f64, method: impl Into<String>) -> Self {
        if self.value.is_some() && lower.is_finite() && upper.is_finite() {
            (self.lower, self.upper) = (Some(lower.min(upper)), Some(lower.max(upper)));
            self.method = method.into();
        }
        self
    }

    /// Both bounds, where there is an interval.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.lower.zip(self.upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_assessed_has_no_rate() {
        let none = Figure::rate(0, 0).with_interval(0.0, 1.0, "Wilson");
        assert_eq!((none.value, none.interval()), (None, None));
        assert_eq!(none.undefined.as_deref(), Some("nothing_assessed"));
        assert_eq!(Figure::rate(3, 250).value, Some(0.012));
    }

    #[test]
    fn numbers_that_are_not_finite_never_enter_a_report() {
        let broken = Figure::new(f64::NAN, 4, Unit::Mm);
        assert_eq!(broken.value, None);
        let open = Figure::new(0.5, 4, Unit::Ratio).with_interval(0.1, f64::INFINITY, "t");
        assert_eq!(open.interval(), None);
    }
}
