//! Bias and limits of agreement of two measurers.

use serde::Serialize;

use super::coefficient::{AgreementError, Coefficient, UndefinedCode};
use crate::statistics::{check_level, mean, normal_quantile, sample_variance, student_t_quantile};

/// Bland–Altman figures, in the unit of the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LimitsOfAgreement {
    /// Mean of a − b.
    pub bias: f64,
    /// Standard deviation of a − b.
    pub sd: f64,
    pub loa_lower: f64,
    pub loa_upper: f64,
    /// Interval of the lower limit: [lower, upper].
    pub loa_lower_interval: [f64; 2],
    /// Interval of the upper limit: [lower, upper].
    pub loa_upper_interval: [f64; 2],
}

/// Bland–Altman bias and 95 % limits of agreement.
///
/// # Definition
/// d = a − b; bias d̄; limits d̄ ± 1.96 s_d (the exact normal quantile of 0.975). Intervals at
/// `level`: bias ± t s_d/√n, limits ± t √3 s_d/√n, with n − 1 degrees of freedom.
/// # Input
/// Pairs (a, b) of independent units in one unit of measurement.
/// # Edge cases
/// Fewer than two pairs: undefined (`too_few_units`).
/// # Properties
/// Swapping a and b changes the sign of the bias and swaps the limits.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::bland_altman;
/// let found = bland_altman(&[(10.0, 9.0), (12.0, 13.0), (11.0, 8.0)], 0.95)?;
/// assert_eq!(found.value, Some(1.0)); // Differences 1, −1, 3.
/// assert!((found.limits.unwrap().loa_upper - (1.0 + 1.96 * 2.0)).abs() < 1e-3);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Bland & Altman 1986, Lancet 327(8476):307-310, doi:10.1016/S0140-6736(86)90837-8.
/// # Checked against
/// pingouin's definition and the published example, `tests/oracles/agreement/`.
pub fn bland_altman(pairs: &[(f64, f64)], level: f64) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    let method = "Bland & Altman 1986: mean difference, 95 % limits at 1.96 standard deviations; t intervals, limits with variance 3 s^2/n";
    let mut found = Coefficient::new("bland_altman", level, pairs.len() as u64, method);
    let (Some(bias), Some(variance)) = (mean(&differences), sample_variance(&differences)) else {
        let reason = "fewer than two units measured by both";
        return Ok(found.undefined(UndefinedCode::TooFewUnits, reason));
    };
    let n = pairs.len() as f64;
    let sd = variance.sqrt();
    let se = sd / n.sqrt();
    let t = student_t_quantile(0.5 + 0.5 * level, n - 1.0);
    let half = normal_quantile(0.975) * sd;
    let around = |limit: f64| {
        [
            limit - t * 3.0_f64.sqrt() * se,
            limit + t * 3.0_f64.sqrt() * se,
        ]
    };
    found.value = Some(bias);
    found.se = Some(se);
    found.lower = Some(bias - t * se);
    found.upper = Some(bias + t * se);
    found.limits = Some(LimitsOfAgreement {
        bias,
        sd,
        loa_lower: bias - half,
        loa_upper: bias + half,
        loa_lower_interval: around(bias - half),
        loa_upper_interval: around(bias + half),
    });
    Ok(found)
}
