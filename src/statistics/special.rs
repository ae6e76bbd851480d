//! The gamma function and the binomial probability.
//!
//! The binomial uses Loader's saddle-point form, so that it keeps its relative accuracy where a
//! difference of large log-gammas would lose it.

use std::f64::consts::PI;

/// ζ(k) − 1 for k = 2, 3, … (Abramowitz & Stegun 1964, table 23.3).
const ZETA_MINUS_ONE: [f64; 27] = [
    0.6449340668482264,
    0.2020569031595943,
    0.08232323371113819,
    0.03692775514336993,
    0.01734306198444914,
    0.008349277381922827,
    0.00407735619794434,
    0.0020083928260822143,
    0.0009945751278180853,
    0.0004941886041194645,
    0.0002460865533080483,
    0.00012271334757848915,
    6.124813505870483e-05,
    3.058823630702049e-05,
    1.528225940865187e-05,
    7.637197637899763e-06,
    3.81729326499984e-06,
    1.908212716553939e-06,
    9.539620338727962e-07,
    4.769329867878064e-07,
    2.38450502727733e-07,
    1.1921992596531106e-07,
    5.960818905125948e-08,
    2.980350351465228e-08,
    1.4901554828365043e-08,
    7.45071178983543e-09,
    3.725334024788457e-09,
];
const LN_SQRT_2_PI: f64 = 0.9189385332046728;

/// Natural logarithm of the gamma function.
///
/// # Definition
/// ln Γ(x), Γ(x) = ∫₀^∞ t^(x−1) e^(−t) dt.
/// # Input
/// x > 0.
/// # Edge cases
/// x ≤ 0 or not a number: not a number. x = 1 and x = 2: exactly 0.
/// # Properties
/// ln Γ(x + 1) = ln Γ(x) + ln x; relative error below 1e-13, also beside its zeros 1 and 2.
/// # Example
/// ```
/// // Γ(5) = 4!
/// assert!((concord::statistics::ln_gamma(5.0) - 24.0_f64.ln()).abs() < 1e-15);
/// ```
/// # Reference
/// Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 6.1.33 and 6.1.41.
/// # Checked against
/// mpmath and scipy, `tests/oracles/statistics/distributions.json`.
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    if x < 0.5 {
        return ln_gamma(x + 1.0) - x.ln();
    }
    if x < 1.5 {
        let z = x - 1.0;
        return ln_gamma_beside_two(z) - z.ln_1p();
    }
    if x <= 2.5 {
        return ln_gamma_beside_two(x - 2.0);
    }
    if x < 15.0 {
        let mut product = 1.0;
        let mut y = x;
        while y > 2.5 {
            y -= 1.0;
            product *= y;
        }
        return ln_gamma_beside_two(y - 2.0) + product.ln();
    }
    (x - 0.5) * x.ln() - x + LN_SQRT_2_PI + stirling_series(x)
}

/// ln Γ(2 + w) for |w| ≤ 1/2, by its Taylor series.
fn ln_gamma_beside_two(w: f64) -> f64 {
    const ONE_MINUS_EULER: f64 = 0.42278433509846713;
    let mut sum = 0.0;
    for (i, zeta) in ZETA_MINUS_ONE.iter().enumerate().rev() {
        let k = (i + 2) as f64;
        let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
        sum = sum * w + sign * zeta / k;
    }
    w * (ONE_MINUS_EULER + w * sum)
}

/// Stirling's remainder as an asymptotic series, for x ≥ 15.
fn stirling_series(x: f64) -> f64 {
    let r = 1.0 / (x * x);
    (1.0 / 12.0
        - r * (1.0 / 360.0
            - r * (1.0 / 1260.0
                - r * (1.0 / 1680.0 - r * (1.0 / 1188.0 - r * (691.0 / 360_360.0 - r / 156.0))))))
        / x
}

/// ln Γ(x + 1) − (x + ½) ln x + x − ln √(2π).
pub(super) fn stirling_error(x: f64) -> f64 {
    if x >= 15.0 {
        stirling_series(x)
    } else {
        ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - LN_SQRT_2_PI
    }
}

/// Deviance part x ln(x/m) + m − x, without cancellation near x = m (Loader 2000).
/// `excess` is x − m, taken where it keeps its digits.
pub(super) fn deviance_part(x: f64, m: f64, excess: f64) -> f64 {
    if excess.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() - excess;
    }
    let v = excess / (x + m);
    let mut sum = excess * v;
    let mut term = 2.0 * x * v;
    for j in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// Binomial probability of `k` in `k + rest` trials, for any real k, rest > 0; `p + q = 1`.
/// The rest is given, since a difference would lose a small one beside a large k.
pub(super) fn binomial_kernel(k: f64, rest: f64, p: f64, q: f64) -> f64 {
    let n = k + rest;
    // The excess of one side is the lack of the other; the less probable side keeps its digits.
    let excess = if p <= q { k - n * p } else { n * q - rest };
    let exponent = stirling_error(n)
        - stirling_error(k)
        - stirling_error(rest)
        - deviance_part(k, n * p, excess)
        - deviance_part(rest, n * q, -excess);
    (n / (2.0 * PI * k * rest)).sqrt() * exponent.exp()
}

/// Probability of exactly `k` successes in `n` trials.
///
/// # Definition
/// C(n, k) p^k q^(n−k), by Loader's saddle-point form.
/// # Input
/// p in [0, 1] and q = 1 − p, both given so that neither loses digits.
/// # Edge cases
/// k > n: 0. p = 0 or q = 0: the only possible count has probability 1.
/// # Properties
/// In [0, 1]; sums to 1 over k; unchanged when successes and failures change places.
/// # Example
/// ```
/// let six_of_ten = concord::statistics::binomial_pmf(6, 10, 0.5, 0.5);
/// assert!((six_of_ten - 210.0 / 1024.0).abs() < 1e-15);
/// ```
/// # Reference
/// Loader 2000, Fast and accurate computation of binomial probabilities.
/// # Checked against
/// mpmath and scipy.stats.binom, `tests/oracles/statistics/distributions.json`.
pub fn binomial_pmf(k: u64, n: u64, p: f64, q: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p <= 0.0 || q <= 0.0 {
        let certain = if p <= 0.0 { 0 } else { n };
        return if k == certain { 1.0 } else { 0.0 };
    }
    let trials = n as f64;
    if k == 0 {
        return (trials * log_share(q, p)).exp();
    }
    if k == n {
        return (trials * log_share(p, q)).exp();
    }
    binomial_kernel(k as f64, (n - k) as f64, p, q)
}

/// ln(share) where share + rest = 1, from whichever of the two keeps the digits.
fn log_share(share: f64, rest: f64) -> f64 {
    if rest < 0.5 {
        (-rest).ln_1p()
    } else {
        share.ln()
    }
}
