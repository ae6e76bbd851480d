//! Order statistics.

/// Sample quantile by linear interpolation (type 7 of Hyndman & Fan).
///
/// # Definition
/// With h = (n − 1)p: x₍⌊h⌋₎ + (h − ⌊h⌋)(x₍⌊h⌋+1₎ − x₍⌊h⌋₎), counting from 0.
/// # Input
/// Finite values in any order; p in [0, 1].
/// # Edge cases
/// No values, a value that is not finite, or p outside [0, 1]: `None`. One value: that value.
/// # Properties
/// Within the range of the values; never falls as p grows; independent of their order.
/// # Example
/// ```
/// assert_eq!(concord::statistics::quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
/// ```
/// # Reference
/// Hyndman & Fan 1996, The American Statistician 50(4):361-365, doi:10.1080/00031305.1996.10473566.
/// # Checked against
/// numpy, `tests/oracles/statistics/summaries.json`.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    quantile_of_sorted(&sorted, p)
}

pub(super) fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let last = sorted.len().checked_sub(1)?;
    let h = last as f64 * p;
    let below = h.floor() as usize;
    let low = *sorted.get(below)?;
    let high = *sorted.get((below + 1).min(last))?;
    Some(low + (h - below as f64) * (high - low))
}

/// Median: the quantile at one half.
///
/// # Definition
/// The middle value; the mean of the two middle ones of an even number.
/// # Input
/// Finite values in any order.
/// # Edge cases
/// No values, or one that is not finite: `None`.
/// # Properties
/// Within the range of the values; independent of their order.
/// # Example
/// ```
/// assert_eq!(concord::statistics::median(&[7.0, 1.0, 3.0]), Some(3.0));
/// ```
/// # Reference
/// Hyndman & Fan 1996, The American Statistician 50(4):361-365, doi:10.1080/00031305.1996.10473566.
/// # Checked against
/// numpy, `tests/oracles/statistics/summaries.json`.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Smallest value at which the cumulative weight reaches the share `p`.
///
/// # Definition
/// min { x : Σ_{xᵢ ≤ x} wᵢ ≥ p Σ wᵢ }.
/// # Input
/// (value, weight) pairs in any order, weights ≥ 0; p in [0, 1].
/// # Edge cases
/// No pairs, total weight 0, a number that is not finite, a weight below 0, or p outside [0, 1]: `None`.
/// # Properties
/// One of the values; never falls as p grows; unchanged when all weights are scaled.
/// # Example
/// ```
/// let surface = [(1.0, 90.0), (7.0, 10.0)];
/// assert_eq!(concord::statistics::weighted_percentile(&surface, 0.90), Some(1.0));
/// assert_eq!(concord::statistics::weighted_percentile(&surface, 0.95), Some(7.0));
/// ```
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151 (robust Hausdorff).
/// # Checked against
/// By hand; surfaces bring their own percentile, held against surface-distance.
pub fn weighted_percentile(weighted_values: &[(f64, f64)], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let is_sound =
        |(value, weight): &(f64, f64)| value.is_finite() && weight.is_finite() && *weight >= 0.0;
    if !weighted_values.iter().all(is_sound) {
        return None;
    }
    let mut sorted = weighted_values.to_vec();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    if total.is_nan() || total <= 0.0 {
        return None;
    }
    let mut cumulative = 0.0;
    sorted
        .iter()
        .find(|(_, weight)| {
            cumulative += weight;
            cumulative / total >= p
        })
        .or(sorted.last())
        .map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_nothing_are_undefined() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(weighted_percentile(&[], 0.5), None);
        assert_eq!(weighted_percentile(&[(1.0, 0.0)], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
    }

    #[test]
    fn ends_are_the_extremes() {
        let values = [3.0, -1.0, 2.0];
        assert_eq!(quantile(&values, 0.0), Some(-1.0));
        assert_eq!(quantile(&values, 1.0), Some(3.0));
        assert_eq!(quantile(&values, 0.25), Some(0.5));
    }
}
