//! Noncentral t distribution.

use std::f64::consts::PI;

use super::distributions::{normal_quantile, normal_tails};
use super::interval::StatisticsError;
use super::special::ln_gamma;

/// Nodes at which accuracy gives way to time.
const MAX_NODES: f64 = 200_000.0;

/// Distribution function of the noncentral t distribution.
///
/// # Definition
/// P(T ≤ t), T = (Z + δ)/√(W/ν) with Z standard normal and W χ² with ν degrees of freedom:
/// ∫ Φ(t s − δ) f(s) ds over the density f of S = √(W/ν), by the trapezoidal rule in ln s.
/// # Input
/// Any finite t and noncentrality δ, ν > 0.
/// # Edge cases
/// Arguments that are not finite, or ν ≤ 0: NaN. δ = 0: Student's t.
/// # Properties
/// In [0, 1]; rises with t, falls with δ. Absolute error below 1e-12 for |δ| up to 1e4 √ν.
/// # Example
/// ```
/// use concord::statistics::noncentral_t_cdf;
/// // At t = 0 the scale does not matter: Φ(−δ).
/// assert!((noncentral_t_cdf(0.0, 7.0, 1.0) - 0.158_655_253_931_457).abs() < 1e-13);
/// ```
/// # Reference
/// Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, 2nd ed., ch. 31.
/// # Checked against
/// mpmath at 30 digits and scipy 1.17.1, `tests/oracles/agreement/limits.json`.
pub fn noncentral_t_cdf(t: f64, df: f64, noncentrality: f64) -> f64 {
    if !(t.is_finite() && noncentrality.is_finite() && df.is_finite() && df > 0.0) {
        return f64::NAN;
    }
    scale_nodes(df, noncentrality)
        .map(|(s, weight)| weight * lower_tail(t * s - noncentrality))
        .sum::<f64>()
        .clamp(0.0, 1.0)
}

/// Quantile of the noncentral t distribution.
///
/// # Definition
/// t with P(T ≤ t) = p, by Newton's method on [`noncentral_t_cdf`] within a bracket.
/// # Input
/// p in (0, 1); ν > 0.
/// # Edge cases
/// p outside (0, 1): an error.
/// # Properties
/// Rises with p and δ.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::{noncentral_t_quantile, student_t_quantile};
/// let central = noncentral_t_quantile(0.975, 10.0, 0.0)?;
/// assert!((central - student_t_quantile(0.975, 10.0)).abs() < 1e-10);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// As [`noncentral_t_cdf`].
/// # Checked against
/// scipy 1.17.1, `tests/oracles/agreement/limits.json`.
pub fn noncentral_t_quantile(p: f64, df: f64, noncentrality: f64) -> Result<f64, StatisticsError> {
    let refuse = |name, value, needed| {
        Err(StatisticsError::InvalidParameter {
            name,
            value,
            needed,
        })
    };
    if !(p > 0.0 && p < 1.0) {
        return refuse("p", p, "a number above 0 and below 1 is needed");
    }
    if !(df.is_finite() && df > 0.0) {
        return refuse("df", df, "a finite number above 0 is needed");
    }
    if !noncentrality.is_finite() {
        let needed = "a finite number is needed";
        return refuse("noncentrality", noncentrality, needed);
    }
    // Nodes without weight add nothing.
    let nodes: Vec<(f64, f64)> = scale_nodes(df, noncentrality)
        .filter(|(_, weight)| *weight > 1e-18)
        .collect();
    let excess_and_slope = |t: f64| {
        let (mut cdf, mut density) = (0.0, 0.0);
        for (s, weight) in &nodes {
            let z = t * s - noncentrality;
            cdf += weight * lower_tail(z);
            density += weight * s * (-0.5 * z * z).exp();
        }
        (cdf - p, density / (2.0 * PI).sqrt())
    };
    // From a normal variable of about the same mean and spread.
    let spread = (1.0 + 0.5 * noncentrality * noncentrality / df).sqrt();
    let mut t = noncentrality + normal_quantile(p) * spread;
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for _ in 0..1000 {
        let (excess, slope) = excess_and_slope(t);
        if excess > 0.0 {
            high = t;
        } else {
            low = t;
        }
        let mut next = t - excess / slope;
        let leap = 2.0 * (spread + t.abs());
        if !next.is_finite() || next < low || next > high || (next - t).abs() > leap {
            // Halve the bracket; where it is open on that side, leap there.
            next = if excess > 0.0 {
                (0.5 * (low + high)).max(t - leap)
            } else {
                (0.5 * (low + high)).min(t + leap)
            };
        }
        // Steps shrink quadratically: after one this small, rounding is all that is left.
        if (next - t).abs() <= 1e-9 * t.abs().max(1.0) {
            return Ok(next);
        }
        t = next;
    }
    Ok(t)
}

/// Φ(z); past ±9, where the tail is below 1e-18, 0 or 1.
fn lower_tail(z: f64) -> f64 {
    if z < -9.0 {
        0.0
    } else if z > 9.0 {
        1.0
    } else {
        normal_tails(z).lower
    }
}

/// Nodes s of S = √(W/ν), and their weights, which add up to one.
fn scale_nodes(df: f64, noncentrality: f64) -> impl Iterator<Item = (f64, f64)> {
    // In u = ln s the density is 2 h^h e^(−h)/Γ(h) · exp(ν(u − (e^(2u) − 1)/2)), h = ν/2: a bell of width 1/√(2ν) whose
    // left tail falls as e^(νu), and whose right tail falls faster than any exponential.
    let spread = 1.0 / (2.0 * df).sqrt();
    let low = -12.0 * spread - 40.0 / df;
    let high = (12.0 * spread).min(0.5 * (100.0 / df + 2.0).ln() + 0.5);
    // The error of the trapezoidal rule falls faster than any power of the step. The bell has a width of `spread`, its
    // tails one of about 1, and Φ(t s − δ) turns within 1/δ of u.
    let finest = (0.25 * spread)
        .min(0.1)
        .min(1.0 / (6.0 * noncentrality.abs()));
    let n_nodes = ((high - low) / finest).min(MAX_NODES).ceil();
    let step = (high - low) / n_nodes;
    let half = 0.5 * df;
    // Stirling's series where ln Γ would lose the digits of its small difference.
    let constant = if half > 1e3 {
        let inverse = 1.0 / half;
        0.5 * (2.0 * half / PI).ln() - inverse / 12.0 + inverse.powi(3) / 360.0
    } else {
        2.0_f64.ln() + half * half.ln() - half - ln_gamma(half)
    };
    (0..=n_nodes as usize).map(move |i| {
        let u = low + step * i as f64;
        let exponent = df * (u - 0.5 * (2.0 * u).exp_m1());
        (u.exp(), step * (constant + exponent).exp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_found_back_by_the_distribution_function() {
        for df in [1.0, 2.0, 11.0, 400.0, 1e6] {
            for delta in [-2.0, 0.0, 1.96 * (df + 1.0_f64).sqrt()] {
                for p in [1e-4, 0.025, 0.5, 0.995] {
                    let t = noncentral_t_quantile(p, df, delta).unwrap();
                    let back = noncentral_t_cdf(t, df, delta);
                    assert!((back - p).abs() < 1e-13, "{p} {df} {delta}: {back}");
                }
            }
        }
    }

    #[test]
    fn impossible_arguments_are_refused() {
        assert!(noncentral_t_cdf(f64::NAN, 3.0, 0.0).is_nan());
        assert!(noncentral_t_cdf(1.0, 0.0, 0.0).is_nan());
        for (p, df, delta) in [(0.0, 3.0, 0.0), (1.0, 3.0, 0.0), (0.5, 0.0, 0.0)] {
            assert!(noncentral_t_quantile(p, df, delta).is_err());
        }
        assert!(noncentral_t_quantile(0.5, 3.0, f64::INFINITY).is_err());
        // The weights add up to one but for the last digit.
        assert!((noncentral_t_cdf(1e300, 1.0, 0.0) - 1.0).abs() < 1e-15);
    }
}
