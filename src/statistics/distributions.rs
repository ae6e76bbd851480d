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
///
/// # Definition
/// Φ(z) and 1 − Φ(z), from Q(½, z²/2)/2 on the side of the smaller one.
/// # Input
/// Any z.
/// # Edge cases
/// ±∞: 0 and 1. Not a number: not a number.
/// # Properties
/// Both in [0, 1]; the smaller keeps its relative digits; swapped when z changes its sign.
/// # Example
/// ```
/// let tails = concord::statistics::normal_tails(0.0);
/// assert_eq!((tails.lower, tails.upper), (0.5, 0.5));
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.2 and 7.1.
/// # Checked against
/// mpmath and scipy.stats.norm, `tests/oracles/statistics/distributions.json`.
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
/// Any z.
/// # Edge cases
/// −∞: 0; ∞: 1. Not a number: not a number.
/// # Properties
/// In [0, 1]; rises; Φ(−z) = 1 − Φ(z).
/// # Example
/// ```
/// assert_eq!(concord::statistics::normal_cdf(0.0), 0.5);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.2 and 7.1.
/// # Checked against
/// mpmath and scipy.stats.norm, `tests/oracles/statistics/distributions.json`.
pub fn normal_cdf(z: f64) -> f64 {
    normal_tails(z).lower
}

/// Standard normal quantile Φ⁻¹(p).
///
/// # Definition
/// z with Φ(z) = p.
/// # Input
/// p in (0, 1). Ask for the lower tail where p comes near 1: 1 − p keeps its digits, p does not.
/// # Edge cases
/// p = 0: −∞; p = 1: ∞; outside [0, 1]: not a number.
/// # Properties
/// Rises; odd around ½; inverse of [`normal_cdf`].
/// # Example
/// ```
/// let z = concord::statistics::normal_quantile(0.975);
/// assert!((z - 1.959963984540054).abs() < 1e-14);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.2.
/// # Checked against
/// mpmath and scipy.stats.norm, `tests/oracles/statistics/distributions.json`.
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
/// # Definition
/// ½ I_x(df/2, ½) at x = df/(df + t²) for t < 0, by symmetry otherwise.
/// # Input
/// Any t; df > 0.
/// # Edge cases
/// t = 0: ½; −∞: 0; ∞: 1. Not a number: not a number.
/// # Properties
/// In [0, 1]; rises; symmetric around 0.
/// # Example
/// ```
/// // One degree of freedom is Cauchy's distribution: ½ + arctan(1)/π.
/// let below = concord::statistics::student_t_cdf(1.0, 1.0);
/// assert!((below - 0.75).abs() < 1e-15);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.7.1.
/// # Checked against
/// mpmath and scipy.stats.t, `tests/oracles/statistics/distributions.json`.
pub fn student_t_cdf(t: f64, df: f64) -> f64 {
    let square = t * t;
    if square == f64::INFINITY {
        return if t < 0.0 { 0.0 } else { 1.0 };
    }
    let scale = df + square;
    let tail = 0.5 * incomplete_beta(0.5 * df, 0.5, df / scale, square / scale).lower;
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// Quantile of Student's t with `df` degrees of freedom.
///
/// # Definition
/// t whose distribution function is p.
/// # Input
/// p in (0, 1); df > 0.
/// # Edge cases
/// p = 0: −∞; p = 1: ∞; outside [0, 1]: not a number.
/// # Properties
/// Rises; odd around ½; inverse of [`student_t_cdf`].
/// # Example
/// ```
/// let t = concord::statistics::student_t_quantile(0.75, 1.0);
/// assert!((t - 1.0).abs() < 1e-14);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.7.
/// # Checked against
/// mpmath and scipy.stats.t, `tests/oracles/statistics/distributions.json`.
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
/// # Definition
/// I_x(d₁/2, d₂/2) at x = d₁f/(d₁f + d₂), and the rest.
/// # Input
/// f ≥ 0; d1, d2 > 0.
/// # Edge cases
/// f = 0: 0 and 1; ∞: 1 and 0. Not a number: not a number.
/// # Properties
/// Both in [0, 1]; the lower rises with f.
/// # Example
/// ```
/// // Two and two degrees of freedom: f/(1 + f).
/// let tails = concord::statistics::f_tails(3.0, 2.0, 2.0);
/// assert!((tails.lower - 0.75).abs() < 1e-15 && (tails.upper - 0.25).abs() < 1e-15);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.6.2.
/// # Checked against
/// mpmath and scipy.stats.f, `tests/oracles/statistics/distributions.json`.
pub fn f_tails(f: f64, d1: f64, d2: f64) -> Tails {
    let share = d1 * f;
    if share == f64::INFINITY {
        return Tails {
            lower: 1.0,
            upper: 0.0,
        };
    }
    let scale = share + d2;
    incomplete_beta(0.5 * d1, 0.5 * d2, share / scale, d2 / scale)
}

/// Quantile of the F distribution with `d1` and `d2` degrees of freedom.
///
/// # Definition
/// f whose lower tail is p.
/// # Input
/// p in (0, 1); d1, d2 > 0.
/// # Edge cases
/// p = 0: 0; p = 1: ∞; outside [0, 1]: not a number.
/// # Properties
/// Rises; inverse of [`f_tails`]; 1/f at 1 − p when d1 and d2 change places.
/// # Example
/// ```
/// let f = concord::statistics::f_quantile(0.75, 2.0, 2.0);
/// assert!((f - 3.0).abs() < 1e-13);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.6.
/// # Checked against
/// mpmath and scipy.stats.f, `tests/oracles/statistics/distributions.json`.
pub fn f_quantile(p: f64, d1: f64, d2: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let (x, y) = inverse_incomplete_beta(0.5 * d1, 0.5 * d2, tails_of(p));
    d2 * x / (d1 * y)
}

/// Both tails of the χ² distribution with `df` degrees of freedom.
///
/// # Definition
/// P(df/2, x/2) and Q(df/2, x/2).
/// # Input
/// x ≥ 0; df > 0.
/// # Edge cases
/// x = 0: 0 and 1; ∞: 1 and 0. Not a number: not a number.
/// # Properties
/// Both in [0, 1]; the lower rises with x.
/// # Example
/// ```
/// // Two degrees of freedom: the upper tail is e^(−x/2).
/// let tails = concord::statistics::chi_squared_tails(2.0, 2.0);
/// assert!((tails.upper - (-1.0_f64).exp()).abs() < 1e-15);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.4.
/// # Checked against
/// mpmath and scipy.stats.chi2, `tests/oracles/statistics/distributions.json`.
pub fn chi_squared_tails(x: f64, df: f64) -> Tails {
    incomplete_gamma(0.5 * df, 0.5 * x)
}

/// Quantile of the χ² distribution with `df` degrees of freedom.
///
/// # Definition
/// x whose lower tail is p.
/// # Input
/// p in (0, 1); df > 0.
/// # Edge cases
/// p = 0: 0; p = 1: ∞; outside [0, 1]: not a number.
/// # Properties
/// Rises; inverse of [`chi_squared_tails`].
/// # Example
/// ```
/// let x = concord::statistics::chi_squared_quantile(0.5, 2.0);
/// assert!((x - 2.0 * 2.0_f64.ln()).abs() < 1e-14);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.4.
/// # Checked against
/// mpmath and scipy.stats.chi2, `tests/oracles/statistics/distributions.json`.
pub fn chi_squared_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    2.0 * inverse_incomplete_gamma(0.5 * df, tails_of(p))
}

/// Quantile of the beta distribution with shapes `a` and `b`.
///
/// # Definition
/// x with I_x(a, b) = p.
/// # Input
/// p in (0, 1); a, b > 0.
/// # Edge cases
/// p = 0: 0; p = 1: 1; outside [0, 1]: not a number.
/// # Properties
/// Rises; 1 − x at 1 − p when a and b change places.
/// # Example
/// ```
/// // Shapes 1 and 2: 1 − (1 − x)².
/// let x = concord::statistics::beta_quantile(0.75, 1.0, 2.0);
/// assert!((x - 0.5).abs() < 1e-15);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.5.
/// # Checked against
/// mpmath and scipy.stats.beta, `tests/oracles/statistics/distributions.json`.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    inverse_incomplete_beta(a, b, tails_of(p)).0
}
