//! Intervals for a proportion.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::distributions::normal_quantile;
use super::incomplete::{Tails, inverse_incomplete_beta};

/// Misuse of a statistical function.
///
/// # Definition
/// What was asked cannot be answered for any data: the message names what was found and what is needed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum StatisticsError {
    /// The confidence level is not a probability strictly between 0 and 1.
    #[error("confidence level is `{level}`; a number above 0 and below 1 is needed")]
    InvalidLevel { level: f64 },
    /// More events were counted than units.
    #[error("`{count}` events were counted among `{total}` units; there can be at most one a unit")]
    CountExceedsTotal { count: u64, total: u64 },
    /// More units were audited than the lot holds.
    #[error("`{audited}` units were audited in a lot of `{lot_size}`; count each unit once")]
    AuditExceedsLot { audited: u64, lot_size: u64 },
    /// A parameter lies outside its range.
    #[error("parameter `{name}` is `{value}`; {needed}")]
    InvalidParameter {
        name: &'static str,
        value: f64,
        needed: &'static str,
    },
    /// Two series that belong together differ in length.
    #[error(
        "`{left}` holds `{n_left}` values and `{right}` holds `{n_right}`; equal lengths are needed"
    )]
    LengthMismatch {
        left: &'static str,
        n_left: usize,
        right: &'static str,
        n_right: usize,
    },
}

/// How an interval was obtained.
///
/// # Definition
/// The name printed beside the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalMethod {
    /// Score interval (Wilson 1927).
    Wilson,
    /// Newcombe's hybrid score method for a difference of proportions.
    Newcombe,
    /// Exact binomial interval (Clopper & Pearson 1934).
    ClopperPearson,
    /// Exact interval for a finite lot.
    Hypergeometric,
    /// Percentiles over resampled clusters.
    ClusterBootstrap,
    /// Estimate ± normal quantile × standard error.
    Normal,
    /// Estimate ± Student's t quantile × standard error.
    StudentT,
    /// From quantiles of the F distribution.
    FBased,
    /// Quantiles of a beta posterior.
    BetaPosterior,
    /// Exact binomial interval of as many independent units as the clustered ones are worth.
    EffectiveSample,
}

/// A two-sided interval at a stated level.
///
/// # Definition
/// Bounds, the confidence level that they are meant to have, such as 0.95, and the method.
/// # Properties
/// `lower` ≤ `upper`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
    /// Confidence level, such as 0.95.
    pub level: f64,
    pub method: IntervalMethod,
}

/// Checks that `level` lies strictly between 0 and 1.
///
/// # Definition
/// 0 < level < 1.
/// # Input
/// Any number.
/// # Edge cases
/// 0, 1, percentages and what is not a number are refused.
/// # Properties
/// Pure.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::statistics::check_level;
/// assert!(check_level(0.95).is_ok() && check_level(95.0).is_err());
/// ```
/// # Reference
/// None needed.
/// # Checked against
/// By hand.
pub fn check_level(level: f64) -> Result<(), StatisticsError> {
    if level > 0.0 && level < 1.0 {
        Ok(())
    } else {
        Err(StatisticsError::InvalidLevel { level })
    }
}

pub(super) fn check_count(count: u64, total: u64) -> Result<(), StatisticsError> {
    if count > total {
        return Err(StatisticsError::CountExceedsTotal { count, total });
    }
    Ok(())
}

pub(super) fn check_finite(name: &'static str, values: &[f64]) -> Result<(), StatisticsError> {
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(StatisticsError::InvalidParameter {
            name,
            value,
            needed: "finite numbers are needed",
        }),
    }
}

pub(super) fn check_rate(name: &'static str, value: f64) -> Result<(), StatisticsError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name,
        value,
        needed: "a rate from 0 to 1 is needed",
    })
}

/// Wilson's score interval for a proportion.
///
/// # Definition
/// (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n), z = Φ⁻¹((1 + level)/2).
/// # Input
/// `count` ≤ `total`; `level` in (0, 1).
/// # Edge cases
/// | case | result |
/// |---|---|
/// | total 0 | `None`: undefined, not 0 to 1 |
/// | count 0 | lower bound exactly 0 |
/// | count = total | upper bound exactly 1 |
/// # Properties
/// Within [0, 1]; holds count/total; mirrored when events and non-events swap.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`.
/// # Example
/// ```
/// let interval = concord::statistics::wilson(1, 12, 0.95)?.unwrap();
/// assert!((interval.lower - 0.0149).abs() < 1e-4 && (interval.upper - 0.3539).abs() < 1e-4);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Wilson 1927, JASA 22(158):209-212, doi:10.1080/01621459.1927.10502953.
/// # Checked against
/// statsmodels `proportion_confint` and mpmath, `tests/oracles/statistics/`; Newcombe 1998, table I, in
/// `statistics/published_tests.rs`.
pub fn wilson(count: u64, total: u64, level: f64) -> Result<Option<Interval>, StatisticsError> {
    check_level(level)?;
    check_count(count, total)?;
    if total == 0 {
        return Ok(None);
    }
    // From the tail, which keeps its digits where the level comes near 1.
    let z2 = normal_quantile(0.5 * (1.0 - level)).powi(2);
    let (x, n) = (count as f64, total as f64);
    // Each bound is built on the side where nothing cancels: the roots of a quadratic.
    let centre = x + 0.5 * z2;
    let spread = (z2 * (x * (n - x) / n + 0.25 * z2)).sqrt();
    let upper = if count == total {
        1.0
    } else {
        ((centre + spread) / (n + z2)).min(1.0)
    };
    let lower = if count == 0 {
        0.0
    } else {
        x * x / (n * (centre + spread))
    };
    Ok(Some(Interval {
        lower,
        upper,
        level,
        method: IntervalMethod::Wilson,
    }))
}

/// Exact two-sided interval for a proportion.
///
/// # Definition
/// Beta quantiles: lower B((1−level)/2; x, n−x+1), upper B((1+level)/2; x+1, n−x).
/// # Input
/// `count` ≤ `total`; `level` in (0, 1).
/// # Edge cases
/// total 0: `None`. count 0: lower 0. count = total: upper 1.
/// # Properties
/// Within [0, 1]; holds count/total; coverage never below the level; mirrored when events and non-events swap.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`.
/// # Example
/// ```
/// // No event in one unit: the upper bound is 1 − 0.025.
/// let found = concord::statistics::clopper_pearson(0, 1, 0.95)?.unwrap();
/// assert!(found.lower == 0.0 && (found.upper - 0.975).abs() < 1e-15);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Clopper & Pearson 1934, Biometrika 26(4):404-413, doi:10.1093/biomet/26.4.404.
/// # Checked against
/// statsmodels `proportion_confint(method="beta")` and mpmath, `tests/oracles/statistics/`; Newcombe 1998, table I, in
/// `statistics/published_tests.rs`.
pub fn clopper_pearson(
    count: u64,
    total: u64,
    level: f64,
) -> Result<Option<Interval>, StatisticsError> {
    check_level(level)?;
    check_count(count, total)?;
    if total == 0 {
        return Ok(None);
    }
    let tail = 0.5 * (1.0 - level);
    Ok(Some(Interval {
        lower: exact_lower(count, total, tail),
        upper: exact_upper(count, total, tail),
        level,
        method: IntervalMethod::ClopperPearson,
    }))
}

/// One-sided exact upper bound for a proportion.
///
/// # Definition
/// The p at which `count` events or fewer in `total` have probability 1 − `confidence`.
/// # Input
/// `count` ≤ `total`; `confidence` in (0, 1).
/// # Edge cases
/// total 0: `None`. count = total: 1.
/// # Properties
/// Above count/total for the usual levels; lies above the true rate with probability at least `confidence`.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`.
/// # Example
/// ```
/// // No event in n trials: 1 − 0.05^(1/n), the exact form of the rule of three.
/// let upper = concord::statistics::clopper_pearson_upper(0, 100, 0.95)?.unwrap();
/// assert!((upper - (1.0 - 0.05_f64.powf(0.01))).abs() < 1e-12);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Clopper & Pearson 1934, Biometrika 26(4):404-413, doi:10.1093/biomet/26.4.404.
/// # Checked against
/// scipy.stats.binom by the audits that it asks for, `tests/oracles/statistics/`; its coverage summed over a fine grid of rates
/// in `statistics/coverage_tests.rs`.
pub fn clopper_pearson_upper(
    count: u64,
    total: u64,
    confidence: f64,
) -> Result<Option<f64>, StatisticsError> {
    check_level(confidence)?;
    check_count(count, total)?;
    Ok((total > 0).then(|| exact_upper(count, total, 1.0 - confidence)))
}

/// One-sided exact lower bound for a proportion.
///
/// # Definition
/// The p at which `count` events or more in `total` have probability 1 − `confidence`.
/// # Input
/// `count` ≤ `total`; `confidence` in (0, 1).
/// # Edge cases
/// total 0: `None`. count 0: 0.
/// # Properties
/// Below count/total for the usual levels; lies below the true rate with probability at least `confidence`.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`.
/// # Example
/// ```
/// // All of two units: the square root of 0.05.
/// let lower = concord::statistics::clopper_pearson_lower(2, 2, 0.95)?.unwrap();
/// assert!((lower - 0.05_f64.sqrt()).abs() < 1e-15);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Clopper & Pearson 1934, Biometrika 26(4):404-413, doi:10.1093/biomet/26.4.404.
/// # Checked against
/// As [`clopper_pearson_upper`].
pub fn clopper_pearson_lower(
    count: u64,
    total: u64,
    confidence: f64,
) -> Result<Option<f64>, StatisticsError> {
    check_level(confidence)?;
    check_count(count, total)?;
    Ok((total > 0).then(|| exact_lower(count, total, 1.0 - confidence)))
}

fn exact_upper(count: u64, total: u64, tail: f64) -> f64 {
    if count == total {
        return 1.0;
    }
    let tails = Tails {
        lower: 1.0 - tail,
        upper: tail,
    };
    inverse_incomplete_beta(count as f64 + 1.0, (total - count) as f64, tails).0
}

fn exact_lower(count: u64, total: u64, tail: f64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let tails = Tails {
        lower: tail,
        upper: 1.0 - tail,
    };
    inverse_incomplete_beta(count as f64, (total - count) as f64 + 1.0, tails).0
}

/// Interval of the difference of two independent proportions, the first minus the second.
///
/// # Definition
/// Newcombe's hybrid score method (his method 10): with Wilson limits (lᵢ, uᵢ) and estimates pᵢ,
/// d − √((p₁−l₁)² + (u₂−p₂)²) to d + √((u₁−p₁)² + (p₂−l₂)²), d = p₁ − p₂.
/// # Input
/// (events, units) of each; `level` in (0, 1).
/// # Edge cases
/// No units on either side: `None`.
/// # Properties
/// Within [−1, 1]; swapping the two mirrors the interval.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`.
/// # Example
/// ```
/// // Newcombe 1998, table II, example (a): 56/70 − 48/80 = 0.2, 0.0524 to 0.3339.
/// let found = concord::statistics::newcombe_difference((56, 70), (48, 80), 0.95)?.unwrap();
/// assert!((found.lower - 0.0524).abs() < 5e-5 && (found.upper - 0.3339).abs() < 5e-5);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Newcombe 1998, Stat Med 17(8):873-890, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
/// # Checked against
/// His table II in `statistics/published_tests.rs`.
pub fn newcombe_difference(
    first: (u64, u64),
    second: (u64, u64),
    level: f64,
) -> Result<Option<Interval>, StatisticsError> {
    let (Some(one), Some(two)) = (
        wilson(first.0, first.1, level)?,
        wilson(second.0, second.1, level)?,
    ) else {
        return Ok(None);
    };
    let p1 = first.0 as f64 / first.1 as f64;
    let p2 = second.0 as f64 / second.1 as f64;
    let difference = p1 - p2;
    Ok(Some(Interval {
        lower: (difference - (p1 - one.lower).hypot(two.upper - p2)).max(-1.0),
        upper: (difference + (one.upper - p1).hypot(p2 - two.lower)).min(1.0),
        level,
        method: IntervalMethod::Newcombe,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_units_give_no_interval() {
        assert_eq!(wilson(0, 0, 0.95), Ok(None));
        assert_eq!(clopper_pearson(0, 0, 0.95), Ok(None));
        assert_eq!(clopper_pearson_upper(0, 0, 0.95), Ok(None));
    }

    #[test]
    fn bounds_touch_zero_and_one_exactly() {
        for total in [1, 7, 1000] {
            for interval in [wilson, clopper_pearson] {
                let none = interval(0, total, 0.95).unwrap().unwrap();
                let all = interval(total, total, 0.95).unwrap().unwrap();
                assert_eq!((none.lower, all.upper), (0.0, 1.0));
                assert!((none.upper - (1.0 - all.lower)).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn one_sided_bounds_at_half_the_error_are_the_two_sided_ones() {
        let both = clopper_pearson(3, 40, 0.90).unwrap().unwrap();
        let upper = clopper_pearson_upper(3, 40, 0.95).unwrap().unwrap();
        let lower = clopper_pearson_lower(3, 40, 0.95).unwrap().unwrap();
        assert!((both.upper - upper).abs() < 1e-14 && (both.lower - lower).abs() < 1e-14);
    }

    #[test]
    fn impossible_counts_and_levels_are_refused() {
        assert_eq!(
            wilson(3, 2, 0.95),
            Err(StatisticsError::CountExceedsTotal { count: 3, total: 2 })
        );
        for level in [0.0, 1.0, -0.1, 95.0, f64::NAN] {
            assert!(clopper_pearson(1, 2, level).is_err());
        }
    }
}
