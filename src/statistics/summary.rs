//! Means, spread and the share of values inside a target band.

use serde::{Deserialize, Serialize};

use super::distributions::student_t_quantile;
use super::interval::{Interval, IntervalMethod, StatisticsError, check_finite, check_level};

/// Arithmetic mean.
///
/// # Definition
/// Σx/n, summed in the order given.
/// # Input
/// Finite values.
/// # Edge cases
/// No values, or a sum that is not finite: `None`.
/// # Properties
/// Within the range of the values, but for rounding.
/// # Example
/// ```
/// assert_eq!(concord::statistics::mean(&[1.0, 2.0, 6.0]), Some(3.0));
/// assert_eq!(concord::statistics::mean(&[]), None);
/// ```
/// # Reference
/// Any textbook.
/// # Checked against
/// numpy, `tests/oracles/statistics/summaries.json`.
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// Sample variance with n − 1 in the denominator.
///
/// # Definition
/// Σ(x − x̄)²/(n − 1), in two passes with the rounding of x̄ corrected.
/// # Input
/// Finite values.
/// # Edge cases
/// Fewer than two values, or a value that is not finite: `None`.
/// # Properties
/// ≥ 0; unchanged when all values are shifted; squares the scale.
/// # Example
/// ```
/// assert_eq!(concord::statistics::sample_variance(&[4.0, 7.0, 13.0, 16.0]), Some(30.0));
/// ```
/// # Reference
/// Chan, Golub & LeVeque 1983, The American Statistician 37(3):242-247, doi:10.1080/00031305.1983.10483115.
/// # Checked against
/// numpy, `tests/oracles/statistics/summaries.json`.
pub fn sample_variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let centre = mean(values)?;
    let n = values.len() as f64;
    let squares: f64 = values.iter().map(|x| (x - centre).powi(2)).sum();
    let drift: f64 = values.iter().map(|x| x - centre).sum();
    // Equal values leave two equal sums, whose difference rounding may put below 0.
    let variance = (squares - drift * drift / n) / (n - 1.0);
    variance.is_finite().then(|| variance.max(0.0))
}

/// Student's t interval for a mean.
///
/// # Definition
/// x̄ ± t₍(1+level)/2; n−1₎ s/√n.
/// # Input
/// Independent finite values; `level` in (0, 1).
/// # Edge cases
/// Fewer than two values: `None`. All equal: zero width.
/// # Properties
/// Symmetric around the mean; wider as the level grows.
/// # Errors
/// `InvalidLevel`; `InvalidParameter` for a value that is not finite.
/// # Example
/// ```
/// // Two values: one degree of freedom, whose quantile at 0.75 is 1, and s/√2 = 1.
/// let half = concord::statistics::mean_interval(&[1.0, 3.0], 0.5)?.unwrap();
/// assert!((half.lower - 1.0).abs() < 1e-14 && (half.upper - 3.0).abs() < 1e-14);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Student 1908, Biometrika 6(1):1-25, doi:10.1093/biomet/6.1.1.
/// # Checked against
/// scipy.stats.t.interval, `tests/oracles/statistics/summaries.json`.
pub fn mean_interval(values: &[f64], level: f64) -> Result<Option<Interval>, StatisticsError> {
    check_level(level)?;
    check_finite("values", values)?;
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
/// # Input
/// Finite values.
/// # Edge cases
/// Fewer than two values, mean 0, or a value that is not finite: `None`.
/// # Properties
/// ≥ 0; unchanged when all values are scaled.
/// # Example
/// ```
/// // s² = 2, mean 2.
/// let cv = concord::statistics::coefficient_of_variation(&[1.0, 3.0]);
/// assert_eq!(cv, Some(2.0_f64.sqrt() / 2.0));
/// ```
/// # Reference
/// Pearson 1896, Phil Trans R Soc A 187:253-318, doi:10.1098/rsta.1896.0007.
/// # Checked against
/// numpy, `tests/oracles/statistics/summaries.json`.
pub fn coefficient_of_variation(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let variance = sample_variance(values)?;
    (centre != 0.0).then(|| variance.sqrt() / centre.abs())
}

/// How many values lie below, within and above a band.
///
/// # Definition
/// Counts of values, and the share of all of them that lies within; `None` for no values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandShare {
    pub n_below: u64,
    pub n_within: u64,
    pub n_above: u64,
    /// Share within the band; `None` for no values.
    pub share_within: Option<f64>,
}

/// Counts values below, within and above a band.
///
/// # Definition
/// Both ends belong to the band.
/// # Input
/// Finite values; `lower` ≤ `upper`.
/// # Edge cases
/// No values: no share.
/// # Properties
/// The three counts add up to the number of values.
/// # Example
/// ```
/// let days = concord::statistics::band_share(&[44.0, 45.0, 50.0, 51.0], 45.0, 50.0);
/// assert_eq!((days.n_below, days.n_within, days.n_above), (1, 2, 1));
/// assert_eq!(days.share_within, Some(0.5));
/// ```
/// # Reference
/// A count; none needed.
/// # Checked against
/// By hand.
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
