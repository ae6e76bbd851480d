//! What plans promise: operating curve, risks, and what leaves after rejected lots were put right.

use serde::{Deserialize, Serialize};

use super::{AcceptancePlan, Nature, acceptance_probability};
use crate::statistics::evidence::Population;
use crate::statistics::incomplete::{Tails, inverse_incomplete_beta};
use crate::statistics::interval::{StatisticsError, check_level, check_rate};

/// One point of an operating characteristic.
///
/// # Definition
/// The probability to accept and the mean number of units audited, at one error rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    pub rate: f64,
    pub acceptance: f64,
    pub average_sample: f64,
}

/// Operating characteristic of a plan at given rates.
///
/// # Definition
/// [`acceptance_probability`] and [`average_sample_number`](super::average_sample_number) at each rate.
/// # Input
/// Rates in [0, 1], in any order; samples no larger than the lot together.
/// # Edge cases
/// No rates: no points. In a lot a rate stands for the nearest count.
/// # Properties
/// Acceptance never rises with the rate.
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Example
/// ```
/// use concord::statistics::{Population, SamplingPlan, operating_curve};
/// // All of 10 units clean: 0.9¹⁰ at a rate of 10 %.
/// let plan = SamplingPlan { n_sample: 10, acceptance_number: 0 };
/// let curve = operating_curve(plan, &[0.0, 0.1], Population::Process)?;
/// assert_eq!(curve[0].acceptance, 1.0);
/// assert!((curve[1].acceptance - 0.9_f64.powi(10)).abs() < 1e-14);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 15.2.2.
/// # Checked against
/// Montgomery's table 15.2 in `statistics/published_tests.rs`; `tests/oracles/statistics/evidence.json`.
pub fn operating_curve(
    plan: impl Into<AcceptancePlan>,
    rates: &[f64],
    population: Population,
) -> Result<Vec<CurvePoint>, StatisticsError> {
    let plan = plan.into();
    plan.check(population)?;
    rates
        .iter()
        .map(|&rate| {
            check_rate("rate", rate)?;
            let nature = Nature::nearest(rate, population);
            let (first, second) = plan.acceptance(nature);
            Ok(CurvePoint {
                rate,
                acceptance: (first + second).min(1.0),
                average_sample: plan.average_sample(nature),
            })
        })
        .collect()
}

/// Both risks of a plan.
///
/// # Definition
/// `producer`: good work is rejected. `consumer`: bad work is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlanRisks {
    pub producer: f64,
    pub consumer: f64,
}

/// Producer's and consumer's risk of a plan.
///
/// # Definition
/// `producer` = 1 − P(accept) at the acceptable rate (AQL); `consumer` = P(accept) at the rejectable rate (RQL, LTPD). In
/// a lot: for the worst lot whose rate is at most the acceptable one, and the best whose rate is at least the rejectable
/// one, so that both hold for every good and every bad lot.
/// # Input
/// Both rates in [0, 1].
/// # Edge cases
/// Acceptable rate 0: no producer's risk.
/// # Properties
/// In [0, 1].
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Example
/// ```
/// use concord::statistics::{Population, SamplingPlan, plan_risks};
/// // Zero errors among 249 is what `judge_rate` asks at 1.2 %: at most 5 % of such work would pass.
/// let plan = SamplingPlan { n_sample: 249, acceptance_number: 0 };
/// let risks = plan_risks(plan, 0.0001, 0.012, Population::Process)?;
/// assert!(risks.consumer <= 0.05 && (risks.producer - 0.0246).abs() < 5e-5);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 15.2.2.
/// # Checked against
/// scipy and exact fractions, `tests/oracles/statistics/evidence.json`.
pub fn plan_risks(
    plan: impl Into<AcceptancePlan>,
    acceptable_rate: f64,
    rejectable_rate: f64,
    population: Population,
) -> Result<PlanRisks, StatisticsError> {
    let plan = plan.into();
    check_rate("acceptable_rate", acceptable_rate)?;
    check_rate("rejectable_rate", rejectable_rate)?;
    plan.check(population)?;
    let accepted = |nature| {
        let (first, second) = plan.acceptance(nature);
        (first + second).min(1.0)
    };
    Ok(PlanRisks {
        producer: 1.0 - accepted(Nature::worst_up_to(acceptable_rate, population)),
        consumer: accepted(Nature::best_from(rejectable_rate, population)),
    })
}

/// Error rate of a process that a plan accepts with a given probability.
///
/// # Definition
/// The rate p with P(accept | p) = `probability`: the upper (1 − probability) quantile of beta(c + 1, n − c) for a single
/// plan, by bisection for a double one.
/// # Input
/// `probability` in (0, 1).
/// # Edge cases
/// A plan that accepts everything: `None`.
/// # Properties
/// Falls as the probability grows.
/// # Errors
/// `InvalidLevel`, `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::{SamplingPlan, rate_at_acceptance};
/// // One unit, no error allowed: accepted with probability 1 − p.
/// let plan = SamplingPlan { n_sample: 1, acceptance_number: 0 };
/// assert!((rate_at_acceptance(plan, 0.95)?.unwrap() - 0.05).abs() < 1e-15);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// MIL-STD-105E 1989, tables X, which list these rates for every plan.
/// # Checked against
/// The curve at the rate found, in `statistics/sampling/tests.rs`.
pub fn rate_at_acceptance(
    plan: impl Into<AcceptancePlan>,
    probability: f64,
) -> Result<Option<f64>, StatisticsError> {
    let plan = plan.into();
    check_level(probability)?;
    plan.check(Population::Process)?;
    if let AcceptancePlan::Single(plan) = plan {
        if plan.acceptance_number >= plan.n_sample {
            return Ok(None);
        }
        let tails = Tails {
            lower: 1.0 - probability,
            upper: probability,
        };
        let a = plan.acceptance_number as f64 + 1.0;
        let b = (plan.n_sample - plan.acceptance_number) as f64;
        return Ok(Some(inverse_incomplete_beta(a, b, tails).0));
    }
    let accepted = |rate| acceptance_probability(plan, rate, Population::Process);
    if accepted(1.0)? >= probability {
        return Ok(None);
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..120 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if accepted(middle)? > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Some(0.5 * (low + high)))
}

/// Average rate that leaves when rejected lots are assessed whole and every error found is corrected.
///
/// # Definition
/// p [P₁ (N − n₁) + P₂ (N − n₁ − n₂)]/N: average outgoing quality (AOQ) of lots of N units from a process of rate p, P₁ and
/// P₂ being the chances to accept after the first and the second sample.
/// # Input
/// `rate` in [0, 1]; samples no larger than the lot together.
/// # Edge cases
/// The whole lot is the sample: 0. An empty lot: an error.
/// # Properties
/// At most the incoming rate.
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Example
/// ```
/// use concord::statistics::{SamplingPlan, average_outgoing_rate};
/// // Montgomery 2013, 15.2.4: N = 10,000, n = 89, c = 2 at 1 % gives 0.0093.
/// let plan = SamplingPlan { n_sample: 89, acceptance_number: 2 };
/// assert!((average_outgoing_rate(plan, 0.01, 10_000)? - 0.0093).abs() < 5e-5);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Dodge & Romig 1929, Bell System Technical Journal 8(4):613-631; Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 15.2.4.
/// # Checked against
/// scipy.stats.binom, `tests/oracles/statistics/evidence.json`.
pub fn average_outgoing_rate(
    plan: impl Into<AcceptancePlan>,
    rate: f64,
    lot_size: u64,
) -> Result<f64, StatisticsError> {
    let (plan, first, second) = rectified(plan.into(), rate, lot_size)?;
    let (n_first, n_both) = sample_sizes(plan);
    let left = first * (lot_size - n_first) as f64 + second * (lot_size - n_both) as f64;
    Ok(rate * left / lot_size as f64)
}

/// Average number of units assessed in a lot when rejected lots are assessed whole.
///
/// # Definition
/// n₁ P₁ + (n₁ + n₂) P₂ + N (1 − P₁ − P₂): average total inspection (ATI), P₁ and P₂ as in [`average_outgoing_rate`].
/// # Input
/// As [`average_outgoing_rate`].
/// # Edge cases
/// Rate 0: the first sample. Rate 1: the whole lot, unless the plan accepts everything.
/// # Properties
/// Never falls as the rate grows.
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Example
/// ```
/// use concord::statistics::{SamplingPlan, average_total_assessed};
/// // Montgomery 2013, 15.2.4: N = 10,000, n = 89, c = 2 at 1 % gives 687.
/// let plan = SamplingPlan { n_sample: 89, acceptance_number: 2 };
/// assert_eq!(average_total_assessed(plan, 0.01, 10_000)?.round(), 687.0);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 15.2.4.
/// # Checked against
/// scipy.stats.binom, `tests/oracles/statistics/evidence.json`.
pub fn average_total_assessed(
    plan: impl Into<AcceptancePlan>,
    rate: f64,
    lot_size: u64,
) -> Result<f64, StatisticsError> {
    let (plan, first, second) = rectified(plan.into(), rate, lot_size)?;
    let (n_first, n_both) = sample_sizes(plan);
    let rejected = (1.0 - first - second).max(0.0);
    Ok(n_first as f64 * first + n_both as f64 * second + lot_size as f64 * rejected)
}

fn rectified(
    plan: AcceptancePlan,
    rate: f64,
    lot_size: u64,
) -> Result<(AcceptancePlan, f64, f64), StatisticsError> {
    check_rate("rate", rate)?;
    plan.check(Population::Lot(lot_size))?;
    if lot_size == 0 {
        return Err(StatisticsError::InvalidParameter {
            name: "lot_size",
            value: 0.0,
            needed: "a lot of at least 1 unit is needed",
        });
    }
    let (first, second) = plan.acceptance(Nature::Process { rate });
    Ok((plan, first, second))
}

fn sample_sizes(plan: AcceptancePlan) -> (u64, u64) {
    match plan {
        AcceptancePlan::Single(plan) => (plan.n_sample, plan.n_sample),
        AcceptancePlan::Double(plan) => (plan.n_first, plan.n_first + plan.n_second),
    }
}

/// Worst average rate that can leave, and the incoming rate at which it does.
///
/// # Definition
/// The maximum over p of [`average_outgoing_rate`]: the average outgoing quality limit (AOQL).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutgoingLimit {
    pub incoming_rate: f64,
    pub outgoing_rate: f64,
}

/// Average outgoing quality limit of a plan.
///
/// # Definition
/// max over p in [0, 1] of [`average_outgoing_rate`], by a grid of 2,000 rates and golden sections around its best.
/// # Input
/// A lot at least as large as all samples together.
/// # Edge cases
/// The whole lot is the sample: 0 at rate 0. A plan that accepts everything: the rate 1 less the sample's share.
/// # Properties
/// No outgoing rate exceeds it.
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Example
/// ```
/// use concord::statistics::{SamplingPlan, outgoing_limit};
/// // One of two units: p (1 − p)/2 leaves, at most 1/8 at p = 1/2.
/// let plan = SamplingPlan { n_sample: 1, acceptance_number: 0 };
/// let limit = outgoing_limit(plan, 2)?;
/// assert!((limit.outgoing_rate - 0.125).abs() < 1e-12 && (limit.incoming_rate - 0.5).abs() < 1e-6);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Dodge & Romig 1941, Bell System Technical Journal 20(1):1-61.
/// # Checked against
/// scipy.optimize, `tests/oracles/statistics/evidence.json`.
pub fn outgoing_limit(
    plan: impl Into<AcceptancePlan>,
    lot_size: u64,
) -> Result<OutgoingLimit, StatisticsError> {
    const N_GRID: u32 = 2_000;
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let plan = plan.into();
    // Even steps of the logarithm, from rates at which almost no sample holds an error.
    let lowest = (1e-3 / plan.largest_sample().max(1) as f64).ln();
    let rate = |step: f64| (lowest * (1.0 - step / f64::from(N_GRID))).exp().min(1.0);
    let outgoing = |step: f64| average_outgoing_rate(plan, rate(step), lot_size);
    let (mut best, mut highest) = (0.0, outgoing(0.0)?);
    for step in 1..=N_GRID {
        let found = outgoing(f64::from(step))?;
        if found > highest {
            (best, highest) = (f64::from(step), found);
        }
    }
    let (mut low, mut high) = ((best - 1.0).max(0.0), (best + 1.0).min(f64::from(N_GRID)));
    for _ in 0..60 {
        let left = high - GOLDEN * (high - low);
        let right = low + GOLDEN * (high - low);
        if outgoing(left)? >= outgoing(right)? {
            high = right;
        } else {
            low = left;
        }
    }
    let middle = 0.5 * (low + high);
    let refined = outgoing(middle)?;
    let (best, highest) = if refined > highest {
        (middle, refined)
    } else {
        (best, highest)
    };
    Ok(OutgoingLimit {
        incoming_rate: if highest > 0.0 { rate(best) } else { 0.0 },
        outgoing_rate: highest,
    })
}
