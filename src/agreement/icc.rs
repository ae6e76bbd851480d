//! Intraclass correlations of complete numeric ratings.

use serde::{Deserialize, Serialize};

use super::coefficient::{AgreementError, Coefficient, UndefinedCode};
use super::matrix::RatingMatrix;
use crate::statistics::{check_level, f_quantile};

/// Model and unit of an intraclass correlation, in the notation of Shrout & Fleiss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IccForm {
    /// One-way random raters, one rating.
    #[serde(rename = "ICC(1,1)")]
    OneWaySingle,
    /// Two-way random raters, absolute agreement, one rating.
    #[serde(rename = "ICC(2,1)")]
    TwoWayRandomSingle,
    /// Two-way fixed raters, consistency, one rating.
    #[serde(rename = "ICC(3,1)")]
    TwoWayFixedSingle,
    /// One-way random raters, mean of k ratings.
    #[serde(rename = "ICC(1,k)")]
    OneWayMean,
    /// Two-way random raters, absolute agreement, mean of k ratings.
    #[serde(rename = "ICC(2,k)")]
    TwoWayRandomMean,
    /// Two-way fixed raters, consistency, mean of k ratings.
    #[serde(rename = "ICC(3,k)")]
    TwoWayFixedMean,
}

impl IccForm {
    /// All forms.
    pub const ALL: [Self; 6] = [
        Self::OneWaySingle,
        Self::TwoWayRandomSingle,
        Self::TwoWayFixedSingle,
        Self::OneWayMean,
        Self::TwoWayRandomMean,
        Self::TwoWayFixedMean,
    ];

    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneWaySingle => "ICC(1,1)",
            Self::TwoWayRandomSingle => "ICC(2,1)",
            Self::TwoWayFixedSingle => "ICC(3,1)",
            Self::OneWayMean => "ICC(1,k)",
            Self::TwoWayRandomMean => "ICC(2,k)",
            Self::TwoWayFixedMean => "ICC(3,k)",
        }
    }
}

/// Mean squares of a complete units × raters table.
#[derive(Debug, Clone, Copy)]
struct MeanSquares {
    n: f64,
    k: f64,
    /// Between units.
    units: f64,
    /// Within units.
    within: f64,
    /// Between raters.
    raters: f64,
    /// Left over.
    error: f64,
}

/// One intraclass correlation with its F-based interval.
///
/// # Definition
/// From the mean squares between units (B), within units (W), between raters (J) and error (E):
/// (1,1) (B−W)/(B+(k−1)W); (2,1) (B−E)/(B+(k−1)E+k(J−E)/n); (3,1) (B−E)/(B+(k−1)E);
/// (1,k) (B−W)/B; (2,k) (B−E)/(B+(J−E)/n); (3,k) (B−E)/B.
/// # Input
/// Numeric ratings; units with a gap are left out, and `n` counts the others.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | fewer than two raters or complete units | undefined (`too_few_raters`, `too_few_units`) |
/// | all ratings equal | undefined (`no_variation`) |
/// | denominator not above 0 | undefined (`negative_variance`) |
/// # Properties
/// At most 1; unchanged by shift and scale; (3,·) also by a shift of one rater.
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Shrout & Fleiss 1979, Psychol Bull 86(2):420-428, doi:10.1037/0033-2909.86.2.420; McGraw & Wong
/// 1996, Psychol Methods 1(1):30-46, doi:10.1037/1082-989X.1.1.30 (interval of (2,·)).
/// # Checked against
/// pingouin, `tests/oracles/agreement/`.
pub fn intraclass_correlation(
    matrix: &RatingMatrix,
    form: IccForm,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    Ok(from_mean_squares(mean_squares(matrix), form, level))
}

/// All six forms, from one pass over the ratings.
///
/// # Errors
/// `InvalidLevel`.
pub fn intraclass_correlations(
    matrix: &RatingMatrix,
    level: f64,
) -> Result<Vec<Coefficient>, AgreementError> {
    check_level(level)?;
    let squares = mean_squares(matrix);
    Ok(IccForm::ALL
        .iter()
        .map(|form| from_mean_squares(squares, *form, level))
        .collect())
}

fn mean_squares(matrix: &RatingMatrix) -> Result<MeanSquares, (UndefinedCode, u64)> {
    let k = matrix.raters().len();
    let rows = matrix.values().chunks_exact(k.max(1));
    let complete: Vec<&[Option<f64>]> = rows
        .filter(|unit| unit.iter().all(Option::is_some))
        .collect();
    let n_units = complete.len() as u64;
    if k < 2 {
        return Err((UndefinedCode::TooFewRaters, n_units));
    }
    if n_units < 2 {
        return Err((UndefinedCode::TooFewUnits, n_units));
    }
    let (n, k_real) = (n_units as f64, k as f64);
    let all = || complete.iter().flat_map(|unit| unit.iter().flatten());
    let grand = all().sum::<f64>() / (n * k_real);
    let mut rater_sums = vec![0.0; k];
    let mut between = 0.0;
    for unit in &complete {
        let mut sum = 0.0;
        for (rater_sum, x) in rater_sums.iter_mut().zip(unit.iter().flatten()) {
            *rater_sum += x - grand;
            sum += x - grand;
        }
        between += sum * sum / k_real;
    }
    let raters: f64 = rater_sums.iter().map(|sum| sum * sum / n).sum();
    let rater_shift: Vec<f64> = rater_sums.iter().map(|sum| sum / n).collect();
    // Within and error from residuals, not as a difference of larger sums.
    let (mut within, mut error) = (0.0, 0.0);
    for unit in &complete {
        let mean = unit.iter().flatten().sum::<f64>() / k_real;
        for (x, shift) in unit.iter().flatten().zip(&rater_shift) {
            within += (x - mean).powi(2);
            error += (x - mean - shift).powi(2);
        }
    }
    Ok(MeanSquares {
        n,
        k: k_real,
        units: between / (n - 1.0),
        within: within / (n * (k_real - 1.0)),
        raters: raters / (k_real - 1.0),
        error: error / ((n - 1.0) * (k_real - 1.0)),
    })
}

fn from_mean_squares(
    squares: Result<MeanSquares, (UndefinedCode, u64)>,
    form: IccForm,
    level: f64,
) -> Coefficient {
    let method = match form {
        IccForm::TwoWayRandomSingle | IccForm::TwoWayRandomMean => {
            "Shrout & Fleiss 1979; F-based interval of McGraw & Wong 1996; complete units only"
        }
        _ => "Shrout & Fleiss 1979; F-based interval; complete units only",
    };
    let blank = |n| {
        let mut found = Coefficient::new("icc", level, n, method);
        found.form = Some(form.name());
        found
    };
    let squares = match squares {
        Ok(squares) => squares,
        Err((code @ UndefinedCode::TooFewRaters, n)) => {
            return blank(n).undefined(code, "fewer than two raters");
        }
        Err((code, n)) => return blank(n).undefined(code, "fewer than two units rated by all"),
    };
    let mut found = blank(squares.n as u64);
    if squares.units == 0.0 && squares.within == 0.0 {
        return found.undefined(UndefinedCode::NoVariation, "all ratings are equal");
    }
    let Some(value) = squares.value(form) else {
        let reason = "the variance between units is not above the noise in their means";
        return found.undefined(UndefinedCode::NegativeVariance, reason);
    };
    let (lower, upper) = squares.interval(form, level);
    found.value = Some(value);
    // Where the ratings agree, bound and value are one number but for rounding.
    found.lower = lower.map(|bound| bound.min(value));
    found.upper = upper.map(|bound| bound.max(value));
    found
}

impl MeanSquares {
    fn value(&self, form: IccForm) -> Option<f64> {
        let Self {
            n,
            k,
            units,
            within,
            raters,
            error,
        } = *self;
        let (numerator, denominator) = match form {
            IccForm::OneWaySingle => (units - within, units + (k - 1.0) * within),
            IccForm::OneWayMean => (units - within, units),
            IccForm::TwoWayFixedSingle => (units - error, units + (k - 1.0) * error),
            IccForm::TwoWayFixedMean => (units - error, units),
            IccForm::TwoWayRandomSingle => (
                units - error,
                units + (k - 1.0) * error + k * (raters - error) / n,
            ),
            IccForm::TwoWayRandomMean => (units - error, units + (raters - error) / n),
        };
        // Mean squares that cancel leave rounding, not variance.
        let rounding = 1e-12 * (units + within + (raters + error) * k);
        (denominator > rounding).then(|| numerator / denominator)
    }

    fn interval(&self, form: IccForm, level: f64) -> (Option<f64>, Option<f64>) {
        let Self {
            n,
            k,
            units,
            within,
            error,
            ..
        } = *self;
        let p = 0.5 + 0.5 * level;
        // (F/q − 1)/(F/q + k − 1) with F = units/noise, free of a division by no noise.
        let single = |noise: f64, df: f64| {
            let bound = |q: f64| ratio(units - q * noise, units + (k - 1.0) * q * noise);
            (
                bound(f_quantile(p, n - 1.0, df)),
                bound(1.0 / f_quantile(p, df, n - 1.0)),
            )
        };
        let mean = |noise: f64, df: f64| {
            let bound = |q: f64| ratio(units - q * noise, units);
            (
                bound(f_quantile(p, n - 1.0, df)),
                bound(1.0 / f_quantile(p, df, n - 1.0)),
            )
        };
        let error_df = (n - 1.0) * (k - 1.0);
        match form {
            IccForm::OneWaySingle => single(within, n * (k - 1.0)),
            IccForm::OneWayMean => mean(within, n * (k - 1.0)),
            IccForm::TwoWayFixedSingle => single(error, error_df),
            IccForm::TwoWayFixedMean => mean(error, error_df),
            IccForm::TwoWayRandomSingle => self.random_interval(p),
            IccForm::TwoWayRandomMean => {
                let (lower, upper) = self.random_interval(p);
                // A single rater's bound of −1/(k − 1) and below has no counterpart: the mean's is open.
                let step_up = |bound: f64| {
                    let denominator = 1.0 + (k - 1.0) * bound;
                    (denominator > 1e-12).then(|| k * bound / denominator)
                };
                (lower.and_then(step_up), upper.and_then(step_up))
            }
        }
    }

    /// Interval of ICC(2,1) with Satterthwaite's degrees of freedom.
    fn random_interval(&self, p: f64) -> (Option<f64>, Option<f64>) {
        let Self {
            n,
            k,
            units,
            raters,
            error,
            ..
        } = *self;
        let Some(rho) = self.value(IccForm::TwoWayRandomSingle) else {
            return (None, None);
        };
        let rater_part = k * rho * raters;
        let error_part = (n * (1.0 + (k - 1.0) * rho) - k * rho) * error;
        let scale = (n - 1.0) * rater_part.powi(2) + error_part.powi(2);
        if scale == 0.0 {
            // Without differences between raters or error the ratings agree exactly.
            let certain = (raters == 0.0 && error == 0.0).then_some(1.0);
            return (certain, certain);
        }
        let df = (k - 1.0) * (n - 1.0) * (rater_part + error_part).powi(2) / scale;
        if df <= 0.0 {
            return (None, None);
        }
        let noise = k * raters + (k * n - k - n) * error;
        let high = f_quantile(p, n - 1.0, df);
        let low = f_quantile(p, df, n - 1.0);
        (
            ratio(n * (units - high * error), high * noise + n * units),
            ratio(n * (low * units - error), noise + n * low * units),
        )
    }
}

fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    let value = numerator / denominator;
    value.is_finite().then_some(value)
}
