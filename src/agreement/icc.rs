//! Intraclass correlations of complete numeric ratings.

use serde::{Deserialize, Serialize};

use super::coefficient::{Coefficient, UndefinedCode};
use super::error::AgreementError;
use super::matrix::RatingMatrix;
use crate::statistics::check_level;

mod mean_squares;

use mean_squares::{MeanSquares, mean_squares};

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

    /// Name as printed, in the notation of Shrout & Fleiss.
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

    /// Name in the notation of McGraw & Wong: A for absolute agreement, C for consistency.
    pub fn mcgraw_wong_name(self) -> &'static str {
        match self {
            Self::OneWaySingle => "ICC(1)",
            Self::TwoWayRandomSingle => "ICC(A,1)",
            Self::TwoWayFixedSingle => "ICC(C,1)",
            Self::OneWayMean => "ICC(k)",
            Self::TwoWayRandomMean => "ICC(A,k)",
            Self::TwoWayFixedMean => "ICC(C,k)",
        }
    }
}

/// One intraclass correlation with its F-based interval.
///
/// # Definition
/// From the mean squares between units (B), within units (W), between raters (J) and error (E):
/// (1,1) (B−W)/(B+(k−1)W); (2,1) (B−E)/(B+(k−1)E+k(J−E)/n); (3,1) (B−E)/(B+(k−1)E);
/// (1,k) (B−W)/B; (2,k) (B−E)/(B+(J−E)/n); (3,k) (B−E)/B.
/// Intervals: F with n − 1 and the noise's degrees of freedom; for (2,·) Satterthwaite's degrees of
/// freedom. McGraw & Wong's names stand in `form_mcgraw_wong`: (2,·) is absolute agreement A, (3,·)
/// consistency C; their two-way random and mixed models give the same numbers.
/// # Input
/// Numeric ratings; units with a gap are left out, and `n` counts the others. `level` in (0, 1).
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
/// # Example
/// ```
/// use concord::agreement::{IccForm, RatingMatrix, intraclass_correlation};
/// let rows = [("a", "u", 1.0), ("b", "u", 2.0), ("a", "v", 3.0), ("b", "v", 4.0)];
/// let matrix = RatingMatrix::from_values(rows)?;
/// // b reads 1 higher throughout: B = 4, W = 1/2, J = 1, E = 0.
/// let icc = |form| intraclass_correlation(&matrix, form, 0.95).map(|found| found.value.unwrap());
/// assert!((icc(IccForm::OneWaySingle)? - 3.5 / 4.5).abs() < 1e-15);
/// assert!((icc(IccForm::TwoWayRandomSingle)? - 4.0 / 5.0).abs() < 1e-15);
/// assert_eq!(icc(IccForm::TwoWayFixedSingle)?, 1.0);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Shrout & Fleiss 1979, Psychol Bull 86(2):420-428, doi:10.1037/0033-2909.86.2.420; McGraw & Wong
/// 1996, Psychol Methods 1(1):30-46, doi:10.1037/1082-989X.1.1.30 (interval of (2,·)).
/// # Checked against
/// pingouin 0.6.1, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/numeric.json`.
pub fn intraclass_correlation(
    matrix: &RatingMatrix,
    form: IccForm,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    Ok(from_mean_squares(mean_squares(matrix, None), form, level))
}

/// All six forms, from one reading of the ratings.
///
/// # Definition
/// [`intraclass_correlation`] in the order of [`IccForm::ALL`].
/// # Errors
/// `InvalidLevel`.
pub fn intraclass_correlations(
    matrix: &RatingMatrix,
    level: f64,
) -> Result<Vec<Coefficient>, AgreementError> {
    weighted_correlations(matrix, None, level)
}

/// As [`intraclass_correlations`], each unit taken as often as `times` says.
pub(super) fn weighted_correlations(
    matrix: &RatingMatrix,
    times: Option<&[u32]>,
    level: f64,
) -> Result<Vec<Coefficient>, AgreementError> {
    check_level(level)?;
    let squares = mean_squares(matrix, times);
    let forms = IccForm::ALL.iter();
    Ok(forms
        .map(|form| from_mean_squares(squares, *form, level))
        .collect())
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
        found.form_mcgraw_wong = Some(form.mcgraw_wong_name());
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
