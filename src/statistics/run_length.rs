//! How long control charts run before they signal.

use std::f64::consts::PI;

use super::distributions::normal_cdf;
use super::interval::{StatisticsError, check_finite};
use super::memory_charts::{check_positive, check_slack, check_weight};

/// Most quadrature nodes: the equations are dense, and take a third of their cube.
const MOST_NODES: f64 = 600.0;

/// Mean number of values until a chart signals, with each side apart.
///
/// # Definition
/// `high` and `low` are those of a chart with that side alone; `both` that of the two-sided chart.
/// # Properties
/// `both` ≤ min(`high`, `low`); infinite where a side is beyond the reach of `f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunLength {
    pub high: f64,
    pub low: f64,
    pub both: f64,
}

impl RunLength {
    fn of(high: f64, low: f64) -> Self {
        Self {
            high,
            low,
            both: 1.0 / (1.0 / high + 1.0 / low),
        }
    }
}

/// Average run length of a Shewhart chart with limits only.
///
/// # Definition
/// 1/P(|Z + shift| > width), Z standard normal.
/// # Input
/// `shift` of the mean in sigmas; `width` > 0, commonly 3.
/// # Edge cases
/// No shift and width 3: 370.4 values between false alarms.
/// # Properties
/// At least 1; even in `shift`; falls as |shift| grows.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// let between_false_alarms = concord::statistics::shewhart_run_length(0.0, 3.0)?;
/// assert!((between_false_alarms - 370.4).abs() < 0.05);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 5.3.
/// # Checked against
/// scipy.stats.norm, `tests/oracles/statistics/evidence.json`.
pub fn shewhart_run_length(shift: f64, width: f64) -> Result<f64, StatisticsError> {
    check_finite("shift", &[shift])?;
    check_positive("width", width)?;
    Ok(1.0 / (normal_cdf(-width - shift) + normal_cdf(-width + shift)))
}

/// Average run length of a CUSUM of normal values, exactly but for the quadrature.
///
/// # Definition
/// L(0) of L(u) = 1 + L(0) Φ(k − u − δ) + ∫₀ʰ L(y) φ(y + k − u − δ) dy for the upper side (δ the shift in sigmas), −δ for
/// the lower side, and 1/L = 1/L⁺ + 1/L⁻ for both. The integral is taken at Gauss–Legendre nodes; the equations are
/// solved as a Markov chain's, without a subtraction, so that long runs keep their digits.
/// # Input
/// `shift` in sigmas; `slack` k ≥ 0; `decision` 0 < h ≤ 100, both in sigmas. Both sums start at 0.
/// # Edge cases
/// A run too long for `f64`: ∞.
/// # Properties
/// At least 1; mirroring the shift swaps `high` and `low`; grows with k and h.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// // Montgomery 2013, table 9.3: 465 without a shift and 10.4 with one of one sigma.
/// let run = |shift| concord::statistics::cusum_run_length(shift, 0.5, 5.0);
/// assert!((run(0.0)?.both - 465.0).abs() < 0.5 && (run(1.0)?.both - 10.4).abs() < 0.05);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Goel & Wu 1971, Technometrics 13(2):221-230 (integral equation); Grassmann, Taksar & Heyman 1985, Operations Research
/// 33(5):1107-1116, doi:10.1287/opre.33.5.1107 (solution); Lucas & Crosier 1982, Technometrics 24(3):199-205 (both sides).
/// # Checked against
/// Brook & Evans' (1972) Markov chain in numpy, extrapolated to infinitely many states,
/// `tests/oracles/statistics/evidence.json`.
pub fn cusum_run_length(
    shift: f64,
    slack: f64,
    decision: f64,
) -> Result<RunLength, StatisticsError> {
    check_finite("shift", &[shift])?;
    check_slack(slack)?;
    check_positive("decision", decision)?;
    if decision > 100.0 {
        return Err(StatisticsError::InvalidParameter {
            name: "decision",
            value: decision,
            needed: "a decision interval of at most 100 sigmas is needed",
        });
    }
    let rule = legendre_rule(0.0, decision, nodes_for(decision));
    let side = |shift: f64| {
        let drift = slack - shift;
        let mut states = vec![0.0];
        states.extend(rule.iter().map(|(y, _)| *y));
        let step = |from: f64| {
            let mut row = vec![normal_cdf(drift - from)];
            row.extend(rule.iter().map(|(y, w)| w * density(y + drift - from)));
            (row, normal_cdf(-(decision + drift - from)))
        };
        mean_steps_to_signal(states.into_iter().map(step))
    };
    Ok(RunLength::of(side(shift), side(-shift)))
}

/// Siegmund's approximation to the average run length of a CUSUM.
///
/// # Definition
/// (e^(−2Δb) + 2Δb − 1)/(2Δ²) with Δ = ±shift − k and b = h + 1.166; b² where Δ = 0.
/// # Input
/// `shift` in sigmas; `slack` k ≥ 0 and `decision` h > 0 in sigmas.
/// # Edge cases
/// A run too long for `f64`: ∞.
/// # Properties
/// Within some 3 % of [`cusum_run_length`] at the usual k and h; a formula to check by hand, not for decisions.
/// # Errors
/// `InvalidParameter`.
/// # Example
/// ```
/// // Montgomery 2013, 9.1.3: k = ½, h = 5 and no shift give 938.2 for a side and 469.1 for both.
/// let run = concord::statistics::siegmund_run_length(0.0, 0.5, 5.0)?;
/// assert!((run.high - 938.2).abs() < 0.05 && (run.both - 469.1).abs() < 0.05);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Siegmund 1985, Sequential Analysis, doi:10.1007/978-1-4757-1862-1; Montgomery 2013, Introduction to Statistical
/// Quality Control, 7th ed., 9.1.3.
/// # Checked against
/// The formula in mpmath, `tests/oracles/statistics/evidence.json`.
pub fn siegmund_run_length(
    shift: f64,
    slack: f64,
    decision: f64,
) -> Result<RunLength, StatisticsError> {
    check_finite("shift", &[shift])?;
    check_slack(slack)?;
    check_positive("decision", decision)?;
    let b = decision + 1.166;
    let side = |shift: f64| {
        let drift = shift - slack;
        let v = -2.0 * drift * b;
        if v.abs() < 1e-4 {
            // e^v − 1 − v by its series, where the difference would lose its digits.
            return b * b * (1.0 + v / 3.0 + v * v / 12.0);
        }
        (v.exp_m1() - v) / (2.0 * drift * drift)
    };
    Ok(RunLength::of(side(shift), side(-shift)))
}

/// Average run length of a two-sided EWMA chart with the limits that it tends to.
///
/// # Definition
/// L(0) of L(u) = 1 + ∫ L(y) φ((y − (1−λ)u)/λ − δ) dy/λ over the limits ±width √(λ/(2−λ)), in sigmas, solved as in
/// [`cusum_run_length`].
/// # Input
/// `shift` δ in sigmas; `weight` λ in (0, 1], at least about 0.0005 at width 3; `width` > 0.
/// # Edge cases
/// λ = 1: as [`shewhart_run_length`].
/// # Properties
/// At least 1; even in `shift`. The first points of [`ewma_chart`](super::ewma_chart) have narrower limits than these,
/// so that chart runs a little shorter.
/// # Errors
/// `InvalidParameter`, also for a weight too small for the quadrature.
/// # Example
/// ```
/// // Lucas & Saccucci 1990: λ = 0.1 and width 2.814 signal every 500 values, and after 10.3 at a shift of one sigma.
/// let run = |shift| concord::statistics::ewma_run_length(shift, 0.1, 2.814);
/// assert!((run(0.0)? - 500.0).abs() < 0.5 && (run(1.0)? - 10.3).abs() < 0.05);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Crowder 1987, Technometrics 29(4):401-407; Lucas & Saccucci 1990, Technometrics 32(1):1-12,
/// doi:10.1080/00401706.1990.10484583.
/// # Checked against
/// Markov chain in numpy, extrapolated, `tests/oracles/statistics/evidence.json`.
pub fn ewma_run_length(shift: f64, weight: f64, width: f64) -> Result<f64, StatisticsError> {
    check_finite("shift", &[shift])?;
    check_weight(weight)?;
    check_positive("width", width)?;
    let limit = width * (weight / (2.0 - weight)).sqrt();
    let n_nodes = nodes_for(2.0 * limit / weight);
    if n_nodes > MOST_NODES {
        return Err(StatisticsError::InvalidParameter {
            name: "weight",
            value: weight,
            needed: "a larger weight, or narrower limits, are needed for the run length",
        });
    }
    let rule = legendre_rule(-limit, limit, n_nodes);
    let mut states = vec![0.0];
    states.extend(rule.iter().map(|(y, _)| *y));
    let step = |from: f64| {
        let rest = (1.0 - weight) * from;
        // The start is no node, so nothing returns to it.
        let mut row = vec![0.0];
        row.extend(
            rule.iter()
                .map(|(y, w)| w / weight * density((y - rest) / weight - shift)),
        );
        let above = normal_cdf(-((limit - rest) / weight - shift));
        let below = normal_cdf((-limit - rest) / weight - shift);
        (row, above + below)
    };
    Ok(mean_steps_to_signal(states.into_iter().map(step)))
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// Nodes that resolve a unit normal density over an interval of this length to the last digits.
fn nodes_for(length: f64) -> f64 {
    24.0 + (3.0 * length).ceil()
}

/// Mean number of steps from the first state until a chain signals. Each state brings its row of chances to move to the
/// others and the chance to signal at once; the chance to stay follows from these, so that nothing is subtracted.
fn mean_steps_to_signal(states: impl Iterator<Item = (Vec<f64>, f64)>) -> f64 {
    let (mut rows, mut signal): (Vec<Vec<f64>>, Vec<f64>) = states.unzip();
    let mut steps = vec![1.0; rows.len()];
    while rows.len() > 1 {
        let (Some(last), Some(last_signal), Some(last_steps)) =
            (rows.pop(), signal.pop(), steps.pop())
        else {
            break;
        };
        let n = rows.len();
        let others = last.get(..n).unwrap_or_default();
        let leaves = others.iter().sum::<f64>() + last_signal;
        for ((row, signal), steps) in rows.iter_mut().zip(&mut signal).zip(&mut steps) {
            let share = row.get(n).copied().unwrap_or(0.0) / leaves;
            for (chance, onwards) in row.iter_mut().zip(others) {
                *chance += share * onwards;
            }
            *signal += share * last_signal;
            *steps += share * last_steps;
        }
    }
    match (steps.first(), signal.first()) {
        (Some(steps), Some(signal)) => steps / signal,
        _ => f64::INFINITY,
    }
}

/// Gauss–Legendre nodes and weights on an interval.
fn legendre_rule(low: f64, high: f64, n: f64) -> Vec<(f64, f64)> {
    let (centre, half) = (0.5 * (low + high), 0.5 * (high - low));
    let count = n as u32;
    (1..=count)
        .map(|i| {
            let mut x = -(PI * (f64::from(i) - 0.25) / (n + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..100 {
                let (mut before, mut value) = (1.0, x);
                for k in 2..=count {
                    let k = f64::from(k);
                    let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
                    (before, value) = (value, next);
                }
                slope = n * (x * value - before) / (x * x - 1.0);
                let step = value / slope;
                x -= step;
                if step.abs() < 1e-15 {
                    break;
                }
            }
            let weight = 2.0 / ((1.0 - x * x) * slope * slope);
            (centre + half * x, half * weight)
        })
        .collect()
}
