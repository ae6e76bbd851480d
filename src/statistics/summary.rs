//! Means, spread and the share of values inside a target band.

use serde::{Deserialize, Serialize};

use super::distributions::student_t_quantile;
use super::interval::{Interval, IntervalMethod, StatisticsError, check_level};

/// Arithmetic mean; `None` for no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample variance with n − 1 in the denominator; `None` for fewer than two values.
///
/// # Definition
/// Σ(x − x̄)²/(n − 1), in two passes with the rounding of x̄ corrected.
pub fn sample_variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let centre = mean(values)?;
    let n = values.len() as f64;
    let squares: f64 = values.iter().map(|x| (x - centre).powi(2)).sum();
    let drift: f64 = values.iter().map(|x| x - centre).sum();
    Some((squares - drift * drift / n) / (n - 1.0))
}

/// Student's t interval for a mean.
///
/// # Definition
/// x̄ ± t₍(1+level)/2; n−1₎ s/√n.
/// # Input
/// Independent finite values; `level` in (0, 1).
/// # Edge cases
/// Fewer than two values: `None`. All equal: zero width.
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Student 1908, Biometrika 6(1):1-25, doi:10.1093/biomet/6.1.1.
/// # Checked against
/// scipy.stats.t.interval, `tests/oracles/statistics/`.
pub fn mean_interval(values: &[f64], level: f64) -> Result<Option<Interval>, StatisticsError> {
    check_level(level)?;
    let (Some(centre), Some(variance)) = (mean(values), sample_variance(values)) else {
        return Ok(None);
    };
    let n = values.len() as f64;
    let half = -student_t_quantile(0.5 * (1.0 - level), n - 1.0) * (variance / n).sqrt();
    Ok(Some(Interval {
        lower: centre - half,
        upper: centre + half,
        level,
        method: IntervalMethod::StudentT,
    }))
}

/// Standard deviation relative to the mean.
///
/// # Definition
/// s/|x̄|, s with n − 1 in the denominator.
/// # Edge cases
/// Fewer than two values, or mean 0: `None`.
/// # Properties
/// ≥ 0; unchanged when all values are scaled.
pub fn coefficient_of_variation(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let variance = sample_variance(values)?;
    (centre != 0.0).then(|| variance.sqrt() / centre.abs())
}

/// How many values lie below, within and above a band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandShare {
    pub n_below: u64,
    pub n_within: u64,
    pub n_above: u64,
    /// Share within the band; `None` for no values.
    pub share_within: Option<f64>,
}

/// Counts values below, within (both ends included) and above a band.
///
/// # Example
/// ```
/// let days = concord::statistics::band_share(&[44.0, 45.0, 50.0, 51.0], 45.0, 50.0);
/// assert_eq!((days.n_below, days.n_within, days.n_above), (1, 2, 1));
/// assert_eq!(days.share_within, Some(0.5));
/// ```
pub fn band_share(values: &[f64], lower: f64, upper: f64) -> BandShare {
    let count = |inside: &dyn Fn(f64) -> bool| values.iter().filter(|x| inside(**x)).count() as u64;
    let n_below = count(&|x| x < lower);
    let n_above = count(&|x| x > upper);
    let n_within = count(&|x| (lower..=upper).contains(&x));
    let share_within = (!values.is_empty()).then(|| n_within as f64 / values.len() as f64);
    BandShare {
        n_below,
        n_within,
        n_above,
        share_within,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variance_survives_a_large_offset() {
        let values: Vec<f64> = [4.0, 7.0, 13.0, 16.0].iter().map(|x| x + 1e9).collect();
        assert_eq!(sample_variance(&values), Some(30.0));
    }

    #[test]
    fn one_value_has_no_spread() {
        assert_eq!(sample_variance(&[3.0]), None);
        assert_eq!(mean_interval(&[3.0], 0.95), Ok(None));
        assert_eq!(coefficient_of_variation(&[-1.0, 1.0]), None);
    }
}
