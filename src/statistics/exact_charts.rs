//! Charts of small counts with limits from their own distribution.

use super::charts::{ChartPoint, ControlChart, beyond, check_standard, pooled_rate};
use super::incomplete::{Tails, incomplete_beta, incomplete_gamma};
use super::interval::{StatisticsError, check_count};

/// Chart of erroneous shares with exact binomial limits.
///
/// # Definition
/// Centre p (given, or pooled Σx/Σn). A period signals where P(X ≥ x) or P(X ≤ x), X binomial (nᵢ, p), is at most
/// `tail`. The limits shown are the greatest and the least count that do not signal, over nᵢ.
/// # Input
/// (erroneous, assessed) per period; `standard` in [0, 1]; `tail` in (0, ½). Φ(−3) = 0.001349898 is what three sigmas
/// mean for a normal value.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | periods with nothing assessed | left out |
/// | none left | `None` |
/// | p = 0 or 1 | any other share signals |
/// # Properties
/// A false alarm has probability of at most 2 `tail`, whatever n and p: three-sigma limits give 1 in 50 at n = 48 and
/// p = 0.012, not 1 in 370.
/// # Errors
/// `CountExceedsTotal`, `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::exact_p_chart;
/// // At n = 48 and p = 0.012 P(X ≥ 3) = 0.0200, P(X ≥ 4) = 0.0026 and P(X ≥ 5) = 0.00028.
/// let chart = exact_p_chart(&[(3, 48), (5, 48)], Some(0.012), 0.00135)?.unwrap();
/// assert_eq!(chart.points[0].upper, 4.0 / 48.0);
/// assert!(chart.points[0].signals.is_empty() && !chart.points[1].signals.is_empty());
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Ryan 2011, Statistical Methods for Quality Improvement, 3rd ed., chapter 6 (probability limits).
/// # Checked against
/// scipy.stats.binom, `tests/oracles/statistics/evidence.json`.
pub fn exact_p_chart(
    periods: &[(u64, u64)],
    standard: Option<f64>,
    tail: f64,
) -> Result<Option<ControlChart>, StatisticsError> {
    for &(count, total) in periods {
        check_count(count, total)?;
    }
    check_standard(standard, 1.0)?;
    check_tail(tail)?;
    let Some(p) = standard.or_else(|| pooled_rate(periods)) else {
        return Ok(None);
    };
    Ok(chart(periods, p, tail, |count, total| {
        if count >= total {
            return Tails {
                lower: 1.0,
                upper: 0.0,
            };
        }
        let below = incomplete_beta(count as f64 + 1.0, (total - count) as f64, p, 1.0 - p);
        Tails {
            lower: below.upper,
            upper: below.lower,
        }
    }))
}

/// Chart of errors per unit with exact Poisson limits.
///
/// # Definition
/// Centre u (given, or pooled Σc/Σn). A period signals where P(X ≥ c) or P(X ≤ c), X Poisson with mean u nᵢ, is at
/// most `tail`. The limits shown are the greatest and the least count that do not signal, over nᵢ.
/// # Input
/// (errors, units) per period; `standard` ≥ 0; `tail` in (0, ½).
/// # Edge cases
/// Periods without units are left out; none left: `None`. u = 0: any error signals.
/// # Properties
/// A false alarm has probability of at most 2 `tail`, whatever the sizes.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::exact_u_chart;
/// // Mean 1: P(X ≥ 5) = 0.0037 and P(X ≥ 6) = 0.0006.
/// let chart = exact_u_chart(&[(5, 10), (6, 10)], Some(0.1), 0.00135)?.unwrap();
/// assert!(chart.points[0].signals.is_empty() && !chart.points[1].signals.is_empty());
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Ryan 2011, Statistical Methods for Quality Improvement, 3rd ed., chapter 6 (probability limits).
/// # Checked against
/// scipy.stats.poisson, `tests/oracles/statistics/evidence.json`.
pub fn exact_u_chart(
    periods: &[(u64, u64)],
    standard: Option<f64>,
    tail: f64,
) -> Result<Option<ControlChart>, StatisticsError> {
    check_standard(standard, f64::INFINITY)?;
    check_tail(tail)?;
    let Some(u) = standard.or_else(|| pooled_rate(periods)) else {
        return Ok(None);
    };
    Ok(chart(periods, u, tail, |count, units| {
        let above = incomplete_gamma(count as f64 + 1.0, u * units as f64);
        Tails {
            lower: above.upper,
            upper: above.lower,
        }
    }))
}

/// `tails` gives P(X ≤ count) and P(X > count) for a period of a given size.
fn chart(
    periods: &[(u64, u64)],
    centre: f64,
    tail: f64,
    tails: impl Fn(u64, u64) -> Tails,
) -> Option<ControlChart> {
    let points: Vec<ChartPoint> = periods
        .iter()
        .filter(|(_, total)| *total > 0)
        .map(|&(count, total)| {
            let share = |count: u64| count as f64 / total as f64;
            let least = first(|c| tails(c, total).lower > tail);
            // The greatest count with P(X ≥ count) above the tail comes before the first with P(X > count) at most it.
            let greatest = first(|c| tails(c, total).upper <= tail);
            ChartPoint {
                value: share(count),
                centre,
                lower: share(least),
                upper: share(greatest),
                signals: beyond(count < least || count > greatest),
            }
        })
        .collect();
    (!points.is_empty()).then_some(ControlChart { centre, points })
}

/// First count that is so, where all later ones are so too.
fn first(is_so: impl Fn(u64) -> bool) -> u64 {
    let (mut not_yet, mut so) = (None, 0_u64);
    let mut stride = 1_u64;
    while !is_so(so) {
        not_yet = Some(so);
        so = so.saturating_add(stride);
        stride = stride.saturating_mul(2);
        if so == u64::MAX {
            return so;
        }
    }
    let mut low = not_yet.map_or(0, |count| count + 1);
    while low < so {
        let middle = low + (so - low) / 2;
        if is_so(middle) {
            so = middle;
        } else {
            low = middle + 1;
        }
    }
    so
}

fn check_tail(tail: f64) -> Result<(), StatisticsError> {
    if tail > 0.0 && tail < 0.5 {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name: "tail",
        value: tail,
        needed: "a probability above 0 and below ½ is needed",
    })
}
