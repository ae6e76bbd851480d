//! Control charts with memory: EWMA and CUSUM.

use serde::{Deserialize, Serialize};

use super::charts::{ChartPoint, ControlChart, beyond};
use super::interval::{StatisticsError, check_finite};

/// Exponentially weighted moving average around a known target.
///
/// # Definition
/// zᵢ = λxᵢ + (1−λ)zᵢ₋₁, z₀ = target; limits target ± width·σ √(λ/(2−λ) (1 − (1−λ)^2i)): those of each point's own
/// variance, not only of the variance that it tends to.
/// # Input
/// Finite values in order of time and a finite target; `weight` λ in (0, 1]; `sigma` > 0 of one value; `width` in
/// sigmas, commonly 3.
/// # Edge cases
/// No values: no points. λ = 1: a Shewhart chart.
/// # Properties
/// Limits widen from point to point; mirrored when the values are mirrored at the target.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// // 0.1 · 9.45 + 0.9 · 10 = 9.945; the first limit is 2.7 · 0.1 wide.
/// let chart = concord::statistics::ewma_chart(&[9.45], 10.0, 1.0, 0.1, 2.7)?;
/// assert!((chart.points[0].value - 9.945).abs() < 1e-12);
/// assert!((chart.points[0].upper - 10.27).abs() < 1e-12);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Roberts 1959, Technometrics 1(3):239-250, doi:10.1080/00401706.1959.10489860.
/// # Checked against
/// Montgomery's table 9.10 in `statistics/published_tests.rs`; numpy, `tests/oracles/statistics/evidence.json`.
pub fn ewma_chart(
    values: &[f64],
    target: f64,
    sigma: f64,
    weight: f64,
    width: f64,
) -> Result<ControlChart, StatisticsError> {
    check_finite("values", values)?;
    check_finite("target", &[target])?;
    check_positive("sigma", sigma)?;
    check_positive("width", width)?;
    check_weight(weight)?;
    let mut average = target;
    let points = (1..)
        .zip(values)
        .map(|(i, &x)| {
            average = weight * x + (1.0 - weight) * average;
            // 1 − (1−λ)^2i without cancellation where λ is small.
            let reached = -(2.0 * f64::from(i) * (-weight).ln_1p()).exp_m1();
            let half = width * sigma * (weight / (2.0 - weight) * reached).sqrt();
            ChartPoint {
                value: average,
                centre: target,
                lower: target - half,
                upper: target + half,
                signals: beyond((average - target).abs() > half),
            }
        })
        .collect();
    Ok(ControlChart {
        centre: target,
        points,
    })
}

/// Both cumulative sums at one point, in sigmas.
///
/// # Definition
/// `high` is C⁺ and `low` C⁻; the counts say for how many points each has been above 0, so that a shift that signals
/// here probably began that many points ago.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CusumPoint {
    pub high: f64,
    pub low: f64,
    pub n_high: u64,
    pub n_low: u64,
    pub signal: bool,
}

/// Two-sided tabular CUSUM around a known target.
///
/// # Definition
/// C⁺ = max(0, C⁺ + z − k), C⁻ = max(0, C⁻ − z − k), z = (x − target)/σ, both 0 at first; signal when either > h.
/// # Input
/// Finite values in order of time and a finite target; `sigma` > 0; `slack` k ≥ 0 and `decision` h > 0 in sigmas,
/// commonly 0.5 and 5.
/// # Edge cases
/// No values: no points. The sums go on after a signal.
/// # Properties
/// Both sums ≥ 0; they change places when the values are mirrored at the target.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// let chart = concord::statistics::cusum_chart(&[11.66, 12.16], 10.0, 1.0, 0.5, 5.0)?;
/// assert!((chart[0].high - 1.16).abs() < 1e-12 && (chart[1].high - 2.82).abs() < 1e-12);
/// assert_eq!((chart[1].n_high, chart[1].n_low, chart[1].signal), (2, 0, false));
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Page 1954, Biometrika 41(1/2):100-115, doi:10.1093/biomet/41.1-2.100; tabular form as in Montgomery 2013,
/// Introduction to Statistical Quality Control, 7th ed., 9.1.2.
/// # Checked against
/// Montgomery's table 9.2 in `statistics/published_tests.rs`; numpy, `tests/oracles/statistics/evidence.json`.
pub fn cusum_chart(
    values: &[f64],
    target: f64,
    sigma: f64,
    slack: f64,
    decision: f64,
) -> Result<Vec<CusumPoint>, StatisticsError> {
    check_finite("values", values)?;
    check_finite("target", &[target])?;
    check_positive("sigma", sigma)?;
    check_slack(slack)?;
    check_positive("decision", decision)?;
    let (mut high, mut low) = (0.0_f64, 0.0_f64);
    let (mut n_high, mut n_low) = (0, 0);
    Ok(values
        .iter()
        .map(|x| {
            let z = (x - target) / sigma;
            high = (high + z - slack).max(0.0);
            low = (low - z - slack).max(0.0);
            n_high = if high > 0.0 { n_high + 1 } else { 0 };
            n_low = if low > 0.0 { n_low + 1 } else { 0 };
            CusumPoint {
                high,
                low,
                n_high,
                n_low,
                signal: high > decision || low > decision,
            }
        })
        .collect())
}

pub(super) fn check_positive(name: &'static str, value: f64) -> Result<(), StatisticsError> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name,
        value,
        needed: "a number above 0 is needed",
    })
}

pub(super) fn check_weight(weight: f64) -> Result<(), StatisticsError> {
    if weight > 0.0 && weight <= 1.0 {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name: "weight",
        value: weight,
        needed: "a weight above 0 and at most 1 is needed",
    })
}

pub(super) fn check_slack(slack: f64) -> Result<(), StatisticsError> {
    if slack.is_finite() && slack >= 0.0 {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name: "slack",
        value: slack,
        needed: "a number of at least 0 is needed",
    })
}
