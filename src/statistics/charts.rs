//! Shewhart, EWMA and CUSUM control charts with run rules.

use serde::{Deserialize, Serialize};

use super::interval::StatisticsError;
use super::summary::mean;

/// Limits of the individuals chart in mean moving ranges: 3/1.128 (Montgomery 2013, appendix VI).
const INDIVIDUALS_FACTOR: f64 = 2.66;
/// Upper limit of the moving-range chart in mean moving ranges, D₄ for n = 2 (ibid.).
const MOVING_RANGE_FACTOR: f64 = 3.267;

/// Which run rules to apply beside the three-sigma limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunRules {
    /// Only points beyond the limits.
    LimitsOnly,
    /// Western Electric 1956: the limits, 2 of 3, 4 of 5, 8 on one side.
    WesternElectric,
    /// Nelson 1984, J Qual Technol 16(4):237-239: the limits and tests 2 to 8.
    Nelson,
}

/// Why a point stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    BeyondLimits,
    TwoOfThreeBeyondTwoSigma,
    FourOfFiveBeyondOneSigma,
    EightOnOneSide,
    NineOnOneSide,
    SixRisingOrFalling,
    FourteenAlternating,
    FifteenWithinOneSigma,
    EightBeyondOneSigma,
}

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

/// Signals of the last of `scores`, which are deviations in sigmas.
fn signals_at(scores: &[f64], rules: RunRules) -> Vec<Signal> {
    let run = |n: usize| {
        scores
            .len()
            .checked_sub(n)
            .and_then(|start| scores.get(start..))
    };
    // The last point must itself take part in a run that it completes.
    let of = |n: usize, needed: usize, beyond: f64| {
        let Some(last) = scores.last() else {
            return false;
        };
        [1.0, -1.0].iter().any(|side| {
            side * last > beyond
                && scores
                    .iter()
                    .rev()
                    .take(n)
                    .filter(|z| side * **z > beyond)
                    .count()
                    >= needed
        })
    };
    let all = |n: usize, test: &dyn Fn(f64) -> bool| {
        run(n).is_some_and(|points| points.iter().all(|z| test(*z)))
    };
    let steps = |n: usize, test: &dyn Fn(f64, f64) -> bool| {
        run(n).is_some_and(|points| {
            points
                .windows(2)
                .all(|w| matches!(w, [a, b] if test(*a, *b)))
        })
    };
    let mut signals = Vec::new();
    let mut add = |found: bool, signal: Signal| {
        if found {
            signals.push(signal);
        }
    };
    add(of(1, 1, 3.0), Signal::BeyondLimits);
    if rules == RunRules::LimitsOnly {
        return signals;
    }
    add(of(3, 2, 2.0), Signal::TwoOfThreeBeyondTwoSigma);
    add(of(5, 4, 1.0), Signal::FourOfFiveBeyondOneSigma);
    if rules == RunRules::WesternElectric {
        add(of(8, 8, 0.0), Signal::EightOnOneSide);
        return signals;
    }
    add(of(9, 9, 0.0), Signal::NineOnOneSide);
    add(
        steps(6, &|a, b| b > a) || steps(6, &|a, b| b < a),
        Signal::SixRisingOrFalling,
    );
    let alternates = run(14).is_some_and(|points| {
        points
            .windows(3)
            .all(|w| matches!(w, [a, b, c] if (b - a) * (c - b) < 0.0))
    });
    add(alternates, Signal::FourteenAlternating);
    add(all(15, &|z| z.abs() < 1.0), Signal::FifteenWithinOneSigma);
    add(all(8, &|z| z.abs() > 1.0), Signal::EightBeyondOneSigma);
    signals
}

/// Exponentially weighted moving average around a known target.
///
/// # Definition
/// zᵢ = λxᵢ + (1−λ)zᵢ₋₁, z₀ = target; limits target ± width·σ √(λ/(2−λ) (1 − (1−λ)^2i)).
/// # Input
/// `weight` λ in (0, 1]; `sigma` > 0 of one value; `width` in sigmas, commonly 3.
/// # Errors
/// `InvalidParameter`.
/// # Reference
/// Roberts 1959, Technometrics 1(3):239-250, doi:10.1080/00401706.1959.10489860.
pub fn ewma_chart(
    values: &[f64],
    target: f64,
    sigma: f64,
    weight: f64,
    width: f64,
) -> Result<ControlChart, StatisticsError> {
    check_positive("sigma", sigma)?;
    check_positive("width", width)?;
    check_positive("weight", weight)?;
    if weight > 1.0 {
        let needed = "a weight of at most 1 is needed";
        return Err(StatisticsError::InvalidParameter {
            name: "weight",
            value: weight,
            needed,
        });
    }
    let mut average = target;
    let mut remembered = 1.0;
    let points = values
        .iter()
        .map(|&x| {
            average = weight * x + (1.0 - weight) * average;
            remembered *= (1.0 - weight).powi(2);
            let half = width * sigma * (weight / (2.0 - weight) * (1.0 - remembered)).sqrt();
            let beyond = (average - target).abs() > half;
            let signals = if beyond {
                vec![Signal::BeyondLimits]
            } else {
                Vec::new()
            };
            let (lower, upper) = (target - half, target + half);
            ChartPoint {
                value: average,
                centre: target,
                lower,
                upper,
                signals,
            }
        })
        .collect();
    Ok(ControlChart {
        centre: target,
        points,
    })
}

/// Both cumulative sums at one point, in sigmas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CusumPoint {
    pub high: f64,
    pub low: f64,
    pub signal: bool,
}

/// Two-sided tabular CUSUM around a known target.
///
/// # Definition
/// C⁺ = max(0, C⁺ + z − k), C⁻ = max(0, C⁻ − z − k), z = (x − target)/σ; signal when either > h.
/// # Input
/// `sigma` > 0; `slack` k and `decision` h in sigmas, commonly 0.5 and 5.
/// # Errors
/// `InvalidParameter`.
/// # Reference
/// Page 1954, Biometrika 41(1/2):100-115, doi:10.1093/biomet/41.1-2.100.
pub fn cusum_chart(
    values: &[f64],
    target: f64,
    sigma: f64,
    slack: f64,
    decision: f64,
) -> Result<Vec<CusumPoint>, StatisticsError> {
    check_positive("sigma", sigma)?;
    check_positive("decision", decision)?;
    let (mut high, mut low) = (0.0_f64, 0.0_f64);
    Ok(values
        .iter()
        .map(|x| {
            let z = (x - target) / sigma;
            high = (high + z - slack).max(0.0);
            low = (low - z - slack).max(0.0);
            CusumPoint {
                high,
                low,
                signal: high > decision || low > decision,
            }
        })
        .collect())
}

fn check_positive(name: &'static str, value: f64) -> Result<(), StatisticsError> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name,
        value,
        needed: "a number above 0 is needed",
    })
}
