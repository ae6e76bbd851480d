//! Bias and limits of agreement of two measurers.

use serde::Serialize;

use super::coefficient::{Coefficient, UndefinedCode};
use super::error::AgreementError;
use crate::statistics::{
    check_level, mean, noncentral_t_quantile, normal_quantile, sample_variance, student_t_quantile,
};

/// Bland–Altman figures, in the unit of the measurement.
///
/// # Definition
/// See [`bland_altman`].
/// # Properties
/// Each limit lies within both of its intervals where `level` is at least 0.5.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LimitsOfAgreement {
    /// Mean of a − b.
    pub bias: f64,
    /// Standard deviation of a − b.
    pub sd: f64,
    pub loa_lower: f64,
    pub loa_upper: f64,
    /// Approximate interval of the lower limit: [lower, upper].
    pub loa_lower_interval: [f64; 2],
    /// Approximate interval of the upper limit: [lower, upper].
    pub loa_upper_interval: [f64; 2],
    /// Exact interval of the lower limit: [lower, upper].
    pub loa_lower_exact: [f64; 2],
    /// Exact interval of the upper limit: [lower, upper].
    pub loa_upper_exact: [f64; 2],
}

/// Bland–Altman bias and 95 % limits of agreement.
///
/// # Definition
/// d = a − b; bias d̄; limits d̄ ± z s_d with z = 1.96 (the exact normal quantile of 0.975).
/// Intervals at `level`, with n − 1 degrees of freedom:
///
/// | of | interval |
/// |---|---|
/// | bias | d̄ ± t s_d/√n |
/// | limits, approximate (Bland & Altman 1986) | limit ± t √3 s_d/√n |
/// | limits, exact (Carkeet 2015, each limit alone) | d̄ + [q₁, q₂] s_d/√n for the upper limit, q the quantiles of the noncentral t distribution with noncentrality z√n; mirrored for the lower |
///
/// The exact one holds for normal differences at any n and is not symmetric about the limit.
/// # Input
/// Pairs (a, b) of independent units in one unit of measurement. Several pairs of one subject are
/// not independent: repeated measures (Bland & Altman 2007) are not covered here, and the limits
/// would be too narrow.
/// # Edge cases
/// Fewer than two pairs: undefined (`too_few_units`). Equal differences throughout: limits equal
/// to the bias.
/// # Properties
/// Swapping a and b changes the sign of the bias and swaps the limits.
/// # Errors
/// `InvalidLevel`; `NotFinite` for a number beyond ±1e150.
/// # Example
/// ```
/// use concord::agreement::bland_altman;
/// let found = bland_altman(&[(10.0, 9.0), (12.0, 13.0), (11.0, 8.0)], 0.95)?;
/// assert_eq!(found.value, Some(1.0)); // Differences 1, −1, 3.
/// assert!((found.limits.unwrap().loa_upper - (1.0 + 1.96 * 2.0)).abs() < 1e-3);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Bland & Altman 1986, Lancet 327(8476):307-310, doi:10.1016/S0140-6736(86)90837-8; Carkeet 2015,
/// Optom Vis Sci 92(3):e71-e80, doi:10.1097/OPX.0000000000000513 (exact intervals).
/// # Checked against
/// pingouin 0.6.1 (bias, limits, approximate intervals), `tests/oracles/agreement/numeric.json`; scipy
/// 1.17.1 and mpmath 1.4.1 (quantiles of the exact intervals), `tests/oracles/agreement/limits.json`.
pub fn bland_altman(pairs: &[(f64, f64)], level: f64) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    // Not `>`, which would let NaN pass.
    let usable = |x: f64| x.abs() <= 1e150;
    if let Some((a, b)) = pairs.iter().find(|(a, b)| !(usable(*a) && usable(*b))) {
        return Err(AgreementError::NotFinite {
            item: String::new(),
            rater: String::new(),
            value: if usable(*a) { *b } else { *a },
        });
    }
    // Taken from the first difference, so that equal differences leave exactly 0.
    let first = pairs.first().map_or(0.0, |(a, b)| a - b);
    let differences: Vec<f64> = pairs.iter().map(|(a, b)| a - b - first).collect();
    let method = "Bland & Altman 1986: mean difference, 95 % limits at 1.96 standard deviations; t intervals, limits with variance 3 s^2/n; exact intervals of the limits by noncentral t (Carkeet 2015)";
    let mut found = Coefficient::new("bland_altman", level, pairs.len() as u64, method);
    let (Some(drift), Some(variance)) = (mean(&differences), sample_variance(&differences)) else {
        let reason = "fewer than two units measured by both";
        return Ok(found.undefined(UndefinedCode::TooFewUnits, reason));
    };
    let n = pairs.len() as f64;
    let bias = first + drift;
    let sd = variance.max(0.0).sqrt();
    let se = sd / n.sqrt();
    let t = student_t_quantile(0.5 + 0.5 * level, n - 1.0);
    let z = normal_quantile(0.975);
    let around = |limit: f64| {
        let half = t * 3.0_f64.sqrt() * se;
        [limit - half, limit + half]
    };
    let noncentral = |p: f64| noncentral_t_quantile(p, n - 1.0, z * n.sqrt());
    let (near, far) = (
        se * noncentral(0.5 - 0.5 * level)?,
        se * noncentral(0.5 + 0.5 * level)?,
    );
    found.value = Some(bias);
    found.se = Some(se);
    found.lower = Some(bias - t * se);
    found.upper = Some(bias + t * se);
    found.limits = Some(LimitsOfAgreement {
        bias,
        sd,
        loa_lower: bias - z * sd,
        loa_upper: bias + z * sd,
        loa_lower_interval: around(bias - z * sd),
        loa_upper_interval: around(bias + z * sd),
        loa_lower_exact: [bias - far, bias - near],
        loa_upper_exact: [bias + near, bias + far],
    });
    Ok(found)
}
