//! Shewhart control charts.

use serde::{Deserialize, Serialize};

use super::interval::StatisticsError;
use super::run_rules::{RunRules, Signal, signals_at};
use super::summary::mean;

/// Limits of the individuals chart in mean moving ranges: 3/1.128 (Montgomery 2013, appendix VI).
const INDIVIDUALS_FACTOR: f64 = 2.66;
/// Upper limit of the moving-range chart in mean moving ranges, D₄ for n = 2 (ibid.).
const MOVING_RANGE_FACTOR: f64 = 3.267;

/// One plotted point with its own limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartPoint {
    pub value: f64,
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
    pub signals: Vec<Signal>,
}

/// A control chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlChart {
    pub centre: f64,
    pub points: Vec<ChartPoint>,
}

/// Individuals chart with its moving-range chart; the latter starts at the second value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndividualsChart {
    pub individuals: ControlChart,
    pub moving_range: ControlChart,
}

/// Individuals and moving-range chart.
///
/// # Definition
/// x̄ ± 2.66 MR̄ for the values; 0 to 3.267 MR̄ for the moving ranges |xᵢ − xᵢ₋₁|.
/// # Input
/// Finite values in order of time.
/// # Edge cases
/// Fewer than two values: `None`. All equal: zero-width limits and no signals.
/// # Reference
/// Shewhart 1931; Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 6.4.
pub fn individuals_chart(values: &[f64], rules: RunRules) -> Option<IndividualsChart> {
    let ranges: Vec<f64> = values
        .windows(2)
        .map(|w| w.iter().fold(0.0, |d, x| x - d).abs())
        .collect();
    let mean_range = mean(&ranges)?;
    let centre = mean(values)?;
    let half = INDIVIDUALS_FACTOR * mean_range;
    let individuals = chart(
        centre,
        values.iter().map(|&x| (x, half / 3.0)),
        (f64::NEG_INFINITY, f64::INFINITY),
        rules,
    );
    let top = MOVING_RANGE_FACTOR * mean_range;
    let points = ranges
        .iter()
        .map(|&value| ChartPoint {
            value,
            centre: mean_range,
            lower: 0.0,
            upper: top,
            signals: if value > top {
                vec![Signal::BeyondLimits]
            } else {
                Vec::new()
            },
        })
        .collect();
    Some(IndividualsChart {
        individuals,
        moving_range: ControlChart {
            centre: mean_range,
            points,
        },
    })
}

/// Chart of erroneous shares.
///
/// # Definition
/// Centre p (given, or pooled Σx/Σn); limits p ± 3√(p(1−p)/nᵢ), cut to [0, 1].
/// # Input
/// (erroneous, assessed) per period.
/// # Edge cases
/// Periods with nothing assessed are left out; none left: `None`.
/// # Errors
/// `CountExceedsTotal`.
/// # Example
/// ```
/// use concord::statistics::{RunRules, p_chart};
/// let chart = p_chart(&[(3, 48)], Some(0.012), RunRules::LimitsOnly)?.unwrap();
/// assert!((chart.points[0].upper - 0.059).abs() < 1e-3 && !chart.points[0].signals.is_empty());
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 7.2.
pub fn p_chart(
    periods: &[(u64, u64)],
    standard: Option<f64>,
    rules: RunRules,
) -> Result<Option<ControlChart>, StatisticsError> {
    for &(count, total) in periods {
        super::interval::check_count(count, total)?;
    }
    let Some(p) = standard.or_else(|| pooled_rate(periods)) else {
        return Ok(None);
    };
    Ok(rate_chart(periods, p, p * (1.0 - p), 1.0, rules))
}

/// Chart of errors per unit, where one unit may hold several.
///
/// # Definition
/// Centre u (given, or pooled Σc/Σn); limits u ± 3√(u/nᵢ), cut at 0.
/// # Input
/// (errors, units) per period.
/// # Edge cases
/// Periods without units are left out; none left: `None`.
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 7.3.
pub fn u_chart(
    periods: &[(u64, u64)],
    standard: Option<f64>,
    rules: RunRules,
) -> Option<ControlChart> {
    let u = standard.or_else(|| pooled_rate(periods))?;
    rate_chart(periods, u, u, f64::INFINITY, rules)
}

fn pooled_rate(periods: &[(u64, u64)]) -> Option<f64> {
    let total: u64 = periods.iter().map(|(_, n)| n).sum();
    let count: u64 = periods.iter().filter(|(_, n)| *n > 0).map(|(x, _)| x).sum();
    (total > 0).then(|| count as f64 / total as f64)
}

fn rate_chart(
    periods: &[(u64, u64)],
    centre: f64,
    unit_variance: f64,
    highest: f64,
    rules: RunRules,
) -> Option<ControlChart> {
    let assessed = periods.iter().filter(|(_, n)| *n > 0);
    let points = assessed.map(|&(x, n)| (x as f64 / n as f64, (unit_variance / n as f64).sqrt()));
    let chart = chart(centre, points, (0.0, highest), rules);
    (!chart.points.is_empty()).then_some(chart)
}

/// Three-sigma chart of (value, sigma), limits cut to `range`.
fn chart(
    centre: f64,
    values: impl Iterator<Item = (f64, f64)>,
    range: (f64, f64),
    rules: RunRules,
) -> ControlChart {
    let (mut points, mut scores) = (Vec::new(), Vec::new());
    for (value, sigma) in values {
        let deviation = value - centre;
        // Zero-width limits: equality is in control, anything else is beyond them.
        scores.push(if deviation == 0.0 {
            0.0
        } else {
            deviation / sigma
        });
        points.push(ChartPoint {
            value,
            centre,
            lower: (centre - 3.0 * sigma).max(range.0),
            upper: (centre + 3.0 * sigma).min(range.1),
            signals: Vec::new(),
        });
    }
    for (i, point) in points.iter_mut().enumerate() {
        point.signals = signals_at(&scores[..=i], rules);
    }
    ControlChart { centre, points }
}

/// Chart of a standard process, whose values are their own scores.
#[cfg(test)]
pub(super) fn chart_of_scores(scores: &[f64], rules: RunRules) -> ControlChart {
    let values = scores.iter().map(|z| (*z, 1.0));
    chart(0.0, values, (f64::NEG_INFINITY, f64::INFINITY), rules)
}
