//! Shewhart control charts.

use serde::{Deserialize, Serialize};

use super::interval::{StatisticsError, check_count, check_finite};
use super::run_rules::{RunRules, Signal, signals_at};
use super::summary::mean;

/// Limits of the individuals chart in mean moving ranges, as every table has it: 3/d₂ = 2.6587 rounded, where the mean range of two
/// normal values is d₂ = 2/√π standard deviations. A chart worked out by hand has the same limits.
const INDIVIDUALS_FACTOR: f64 = 2.66;

/// Upper limit of the moving-range chart in mean moving ranges, as every table has it: D₄ = 1 + 3d₃/d₂ = 3.2665 rounded, where the
/// range of two normal values has standard deviation d₃ = √(2 − 4/π).
const MOVING_RANGE_FACTOR: f64 = 3.267;

/// One plotted point with its own limits.
///
/// # Definition
/// A value, the centre of the chart, and the limits that hold for this point alone.
/// # Properties
/// `lower` ≤ `centre` ≤ `upper`; a value at a limit is within it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartPoint {
    pub value: f64,
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
    /// Why the point stands out; empty where it does not.
    pub signals: Vec<Signal>,
}

/// A control chart.
///
/// # Definition
/// Points in order of time around one centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlChart {
    pub centre: f64,
    pub points: Vec<ChartPoint>,
}

/// Individuals chart with its moving-range chart.
///
/// # Definition
/// The first moving range belongs to the second value, so `moving_range` has one point fewer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndividualsChart {
    pub individuals: ControlChart,
    pub moving_range: ControlChart,
}

/// Individuals and moving-range chart.
///
/// # Definition
/// x̄ ± 2.66 MR̄ for the values; 0 to 3.267 MR̄ for the moving ranges |xᵢ − xᵢ₋₁|. The factors are those of the tables:
/// 3/d₂ = 2.658681 and 1 + 3d₃/d₂ = 3.266532 rounded, with d₂ = 2/√π and d₃ = √(2 − 4/π), the mean and standard deviation
/// of the range of two standard normal values.
/// # Input
/// Finite values in order of time. The rules apply to the individuals; moving ranges, which hang together, are held
/// against their limit only.
/// # Edge cases
/// Fewer than two values: `None`. All equal: zero-width limits and no signals.
/// # Properties
/// Shifting all values shifts the individuals chart and leaves the moving ranges; scaling scales both.
/// # Errors
/// `InvalidParameter` for a value that is not finite.
/// # Example
/// ```
/// use concord::statistics::{RunRules, individuals_chart};
/// // Moving ranges 2, 1, 2: mean 5/3.
/// let chart = individuals_chart(&[10.0, 12.0, 11.0, 13.0], RunRules::LimitsOnly)?.unwrap();
/// let point = &chart.individuals.points[0];
/// assert!((point.upper - (11.5 + 2.66 * 5.0 / 3.0)).abs() < 1e-12);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Shewhart 1931, Economic Control of Quality of Manufactured Product; Montgomery 2013, Introduction to Statistical
/// Quality Control, 7th ed., 6.4 and appendix VI.
/// # Checked against
/// Montgomery's example 6.5 in `statistics/published_tests.rs`; constants by numerical integration with scipy,
/// `tests/oracles/statistics/evidence.json`.
pub fn individuals_chart(
    values: &[f64],
    rules: RunRules,
) -> Result<Option<IndividualsChart>, StatisticsError> {
    check_finite("values", values)?;
    let ranges: Vec<f64> = values
        .windows(2)
        .map(|w| w.iter().fold(0.0, |d, x| x - d).abs())
        .collect();
    let (Some(mean_range), Some(centre)) = (mean(&ranges), mean(values)) else {
        return Ok(None);
    };
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
            signals: beyond(value > top),
        })
        .collect();
    Ok(Some(IndividualsChart {
        individuals,
        moving_range: ControlChart {
            centre: mean_range,
            points,
        },
    }))
}

pub(super) fn beyond(found: bool) -> Vec<Signal> {
    if found {
        vec![Signal::BeyondLimits]
    } else {
        Vec::new()
    }
}

/// Chart of erroneous shares.
///
/// # Definition
/// Centre p (given, or pooled Σx/Σn); limits p ± 3√(p(1−p)/nᵢ), cut to [0, 1].
/// # Input
/// (erroneous, assessed) per period; `standard` in [0, 1], such as the limit of the protocol.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | periods with nothing assessed | left out |
/// | none left | `None` |
/// | p = 0 or 1 | zero-width limits; any other share is beyond them |
/// | few expected errors (n p < 9 or so) | far more false alarms than 1 in 370: see [`exact_p_chart`] |
/// # Properties
/// Each period has its own limits, narrower the more was assessed. Run rules look at deviations in own sigmas.
/// # Errors
/// `CountExceedsTotal`, `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::{RunRules, p_chart};
/// let chart = p_chart(&[(3, 48)], Some(0.012), RunRules::LimitsOnly)?.unwrap();
/// assert!((chart.points[0].upper - 0.059).abs() < 1e-3 && !chart.points[0].signals.is_empty());
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 7.2.
/// # Checked against
/// Limits in plain numpy arithmetic, `tests/oracles/statistics/evidence.json`.
pub fn p_chart(
    periods: &[(u64, u64)],
    standard: Option<f64>,
    rules: RunRules,
) -> Result<Option<ControlChart>, StatisticsError> {
    for &(count, total) in periods {
        check_count(count, total)?;
    }
    check_standard(standard, 1.0)?;
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
/// (errors, units) per period; `standard` ≥ 0.
/// # Edge cases
/// Periods without units are left out; none left: `None`. u = 0: zero-width limits. Few expected errors: far more
/// false alarms than 1 in 370, see [`exact_u_chart`].
/// # Properties
/// Each period has its own limits, narrower the more units it has.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::{RunRules, u_chart};
/// // 10 errors in 5 units: u = 2; the second period's limits are 2 ± 3√(2/2).
/// let chart = u_chart(&[(9, 3), (1, 2)], None, RunRules::LimitsOnly)?.unwrap();
/// assert_eq!((chart.points[1].lower, chart.points[1].upper), (0.0, 5.0));
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 7.3.
/// # Checked against
/// Limits in plain numpy arithmetic, `tests/oracles/statistics/evidence.json`.
pub fn u_chart(
    periods: &[(u64, u64)],
    standard: Option<f64>,
    rules: RunRules,
) -> Result<Option<ControlChart>, StatisticsError> {
    check_standard(standard, f64::INFINITY)?;
    let Some(u) = standard.or_else(|| pooled_rate(periods)) else {
        return Ok(None);
    };
    Ok(rate_chart(periods, u, u, f64::INFINITY, rules))
}

pub(super) fn check_standard(standard: Option<f64>, highest: f64) -> Result<(), StatisticsError> {
    match standard {
        Some(value) if !(value.is_finite() && (0.0..=highest).contains(&value)) => {
            Err(StatisticsError::InvalidParameter {
                name: "standard",
                value,
                needed: "a finite rate of at least 0, and at most 1 for a share, is needed",
            })
        }
        _ => Ok(()),
    }
}

pub(super) fn pooled_rate(periods: &[(u64, u64)]) -> Option<f64> {
    let assessed = || periods.iter().filter(|(_, n)| *n > 0);
    let total: u128 = assessed().map(|(_, n)| u128::from(*n)).sum();
    let count: u128 = assessed().map(|(x, _)| u128::from(*x)).sum();
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
