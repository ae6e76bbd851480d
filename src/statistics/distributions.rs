//! Distribution functions and quantiles of the normal, t, F, χ² and beta distributions.

use super::incomplete::{
    Tails, incomplete_beta, incomplete_gamma, inverse_incomplete_beta, inverse_incomplete_gamma,
};

fn tails_of(p: f64) -> Tails {
    Tails {
        lower: p,
        upper: 1.0 - p,
    }
}

/// Both tails of the standard normal distribution at `z`.
pub fn normal_tails(z: f64) -> Tails {
    let both = incomplete_gamma(0.5, 0.5 * z * z).upper;
    let (small, large) = (0.5 * both, 1.0 - 0.5 * both);
    if z < 0.0 {
        Tails {
            lower: small,
            upper: large,
        }
    } else {
        Tails {
            lower: large,
            upper: small,
        }
    }
}

/// Standard normal distribution function Φ(z).
///
/// # Definition
/// Φ(z) = ½ Q(½, z²/2) for z < 0, by symmetry otherwise.
/// # Input
/// Any finite z.
/// # Properties
/// In [0, 1]; rises; Φ(−z) = 1 − Φ(z).
/// # Example
/// ```
/// assert_eq!(concord::statistics::normal_cdf(0.0), 0.5);
/// ```
/// # Checked against
/// scipy.stats.norm, `tests/oracles/statistics/`.
pub fn normal_cdf(z: f64) -> f64 {
    normal_tails(z).lower
}

/// Standard normal quantile Φ⁻¹(p).
///
/// # Input
/// p in (0, 1).
/// # Edge cases
/// p = 0: −∞; p = 1: ∞; outside [0, 1]: NaN.
/// # Properties
/// Odd around ½; inverse of [`normal_cdf`].
/// # Checked against
/// scipy.stats.norm, `tests/oracles/statistics/`.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    signed_quantile(p, |inner| {
        (2.0 * inverse_incomplete_gamma(0.5, inner)).sqrt()
    })
}

/// Quantile of a symmetric distribution from the quantile of its absolute value.
fn signed_quantile(p: f64, absolute: impl Fn(Tails) -> f64) -> f64 {
    let tail = p.min(1.0 - p);
    let size = absolute(Tails {
        lower: 1.0 - 2.0 * tail,
        upper: 2.0 * tail,
    });
    if p < 0.5 { -size } else { size }
}

/// Distribution function of Student's t with `df` degrees of freedom.
///
/// # Input
/// Any finite t; df > 0.
/// # Properties
/// In [0, 1]; rises; symmetric around 0.
/// # Reference
/// Abramowitz & Stegun 1964, 26.7.1.
/// # Checked against
/// scipy.stats.t, `tests/oracles/statistics/`.
pub fn student_t_cdf(t: f64, df: f64) -> f64 {
    let scale = df + t * t;
    let tail = 0.5 * incomplete_beta(0.5 * df, 0.5, df / scale, t * t / scale).lower;
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// Quantile of Student's t with `df` degrees of freedom.
///
/// # Input
/// p in (0, 1); df > 0.
/// # Edge cases
/// p = 0: −∞; p = 1: ∞; outside [0, 1]: NaN.
/// # Checked against
/// scipy.stats.t, `tests/oracles/statistics/`.
pub fn student_t_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    signed_quantile(p, |inner| {
        let (y, x) = inverse_incomplete_beta(0.5, 0.5 * df, inner);
        (df * y / x).sqrt()
    })
}

/// Both tails of the F distribution with `d1` and `d2` degrees of freedom.
///
/// # Input
/// f ≥ 0; d1, d2 > 0.
/// # Reference
/// Abramowitz & Stegun 1964, 26.6.2.
/// # Checked against
/// scipy.stats.f, `tests/oracles/statistics/`.
pub fn f_tails(f: f64, d1: f64, d2: f64) -> Tails {
    let scale = d1 * f + d2;
    incomplete_beta(0.5 * d1, 0.5 * d2, d1 * f / scale, d2 / scale)
}

/// Quantile of the F distribution with `d1` and `d2` degrees of freedom.
///
/// # Input
/// p in (0, 1); d1, d2 > 0.
/// # Edge cases
/// p = 0: 0; p = 1: ∞; outside [0, 1]: NaN.
/// # Checked against
/// scipy.stats.f, `tests/oracles/statistics/`.
pub fn f_quantile(p: f64, d1: f64, d2: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let (x, y) = inverse_incomplete_beta(0.5 * d1, 0.5 * d2, tails_of(p));
    d2 * x / (d1 * y)
}

/// Both tails of the χ² distribution with `df` degrees of freedom.
///
/// # Checked against
/// scipy.stats.chi2, `tests/oracles/statistics/`.
pub fn chi_squared_tails(x: f64, df: f64) -> Tails {
    incomplete_gamma(0.5 * df, 0.5 * x)
}

/// Quantile of the χ² distribution with `df` degrees of freedom.
///
/// # Input
/// p in (0, 1); df > 0.
/// # Edge cases
/// p = 0: 0; p = 1: ∞; outside [0, 1]: NaN.
/// # Checked against
/// scipy.stats.chi2, `tests/oracles/statistics/`.
pub fn chi_squared_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    2.0 * inverse_incomplete_gamma(0.5 * df, tails_of(p))
}

/// Quantile of the beta distribution with shapes `a` and `b`.
///
/// # Input
/// p in (0, 1); a, b > 0.
/// # Edge cases
/// p = 0: 0; p = 1: 1; outside [0, 1]: NaN.
/// # Checked against
/// scipy.stats.beta, `tests/oracles/statistics/`.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    inverse_incomplete_beta(a, b, tails_of(p)).0
}
