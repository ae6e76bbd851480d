//! Control charts with memory: EWMA and CUSUM.

use serde::{Deserialize, Serialize};

use super::charts::{ChartPoint, ControlChart};
use super::interval::StatisticsError;
use super::run_rules::Signal;

/// Exponentially weighted moving average around a known target.
///
/// # Definition
/// zᵢ = λxᵢ + (1−λ)zᵢ₋₁, z₀ = target; limits target ± width·σ √(λ/(2−λ) (1 − (1−λ)^2i)).
/// # Input
/// `weight` λ in (0, 1]; `sigma` > 0 of one value; `width` in sigmas, commonly 3.
/// # Errors
/// `InvalidParameter`.
/// # Reference
/// Roberts 1959, Technometrics 1(3):239-250, doi:10.1080/00401706.1959.10489860.
pub fn ewma_chart(
    values: &[f64],
    target: f64,
    sigma: f64,
    weight: f64,
    width: f64,
) -> Result<ControlChart, StatisticsError> {
    check_positive("sigma", sigma)?;
    check_positive("width", width)?;
    check_positive("weight", weight)?;
    if weight > 1.0 {
        let needed = "a weight of at most 1 is needed";
        return Err(StatisticsError::InvalidParameter {
            name: "weight",
            value: weight,
            needed,
        });
    }
    let mut average = target;
    let mut remembered = 1.0;
    let points = values
        .iter()
        .map(|&x| {
            average = weight * x + (1.0 - weight) * average;
            remembered *= (1.0 - weight).powi(2);
            let half = width * sigma * (weight / (2.0 - weight) * (1.0 - remembered)).sqrt();
            let beyond = (average - target).abs() > half;
            let signals = if beyond {
                vec![Signal::BeyondLimits]
            } else {
                Vec::new()
            };
            let (lower, upper) = (target - half, target + half);
            ChartPoint {
                value: average,
                centre: target,
                lower,
                upper,
                signals,
            }
        })
        .collect();
    Ok(ControlChart {
        centre: target,
        points,
    })
}

/// Both cumulative sums at one point, in sigmas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CusumPoint {
    pub high: f64,
    pub low: f64,
    pub signal: bool,
}

/// Two-sided tabular CUSUM around a known target.
///
/// # Definition
/// C⁺ = max(0, C⁺ + z − k), C⁻ = max(0, C⁻ − z − k), z = (x − target)/σ; signal when either > h.
/// # Input
/// `sigma` > 0; `slack` k and `decision` h in sigmas, commonly 0.5 and 5.
/// # Errors
/// `InvalidParameter`.
/// # Reference
/// Page 1954, Biometrika 41(1/2):100-115, doi:10.1093/biomet/41.1-2.100.
pub fn cusum_chart(
    values: &[f64],
    target: f64,
    sigma: f64,
    slack: f64,
    decision: f64,
) -> Result<Vec<CusumPoint>, StatisticsError> {
    check_positive("sigma", sigma)?;
    check_positive("decision", decision)?;
    let (mut high, mut low) = (0.0_f64, 0.0_f64);
    Ok(values
        .iter()
        .map(|x| {
            let z = (x - target) / sigma;
            high = (high + z - slack).max(0.0);
            low = (low - z - slack).max(0.0);
            CusumPoint {
                high,
                low,
                signal: high > decision || low > decision,
            }
        })
        .collect())
}

fn check_positive(name: &'static str, value: f64) -> Result<(), StatisticsError> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name,
        value,
        needed: "a number above 0 is needed",
    })
}
