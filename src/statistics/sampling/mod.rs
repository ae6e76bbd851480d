//! Acceptance sampling: single, double and sequential plans, and what they let through.

mod curve;
mod nature;
mod search;
mod sequential;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::evidence::Population;
use super::interval::{StatisticsError, check_rate};
pub use curve::{
    CurvePoint, OutgoingLimit, PlanRisks, average_outgoing_rate, average_total_assessed,
    operating_curve, outgoing_limit, plan_risks, rate_at_acceptance,
};
use nature::Nature;
pub use search::{find_double_plan, find_single_plan};
pub use sequential::{SequentialBehaviour, SequentialDecision, SequentialPlan};

/// Audit `n_sample` units and accept at `acceptance_number` errors or fewer.
///
/// # Definition
/// (n, c) of the literature. A plan that accepts `acceptance_number` ≥ `n_sample` errors accepts everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingPlan {
    pub n_sample: u64,
    pub acceptance_number: u64,
}

/// Audit `n_first` units; a second sample decides where the first neither accepts nor rejects.
///
/// # Definition
/// Accept at `accept_first` errors or fewer (c₁), reject at `reject_first` or more (r₁); between them audit `n_second`
/// more and accept if both samples together hold `accept_total` errors or fewer (c₂).
/// # Input
/// c₁ < r₁ ≤ c₂ + 1: a first sample that already holds more than c₂ errors cannot be accepted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoublePlan {
    pub n_first: u64,
    pub accept_first: u64,
    pub reject_first: u64,
    pub n_second: u64,
    pub accept_total: u64,
}

/// Either kind of plan.
///
/// # Definition
/// What all functions of operating characteristics take; both kinds convert into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptancePlan {
    Single(SamplingPlan),
    Double(DoublePlan),
}

impl From<SamplingPlan> for AcceptancePlan {
    fn from(plan: SamplingPlan) -> Self {
        Self::Single(plan)
    }
}

impl From<DoublePlan> for AcceptancePlan {
    fn from(plan: DoublePlan) -> Self {
        Self::Double(plan)
    }
}

impl AcceptancePlan {
    /// Most units that the plan may ask for.
    ///
    /// # Definition
    /// n of a single plan, n₁ + n₂ of a double one.
    /// # Example
    /// ```
    /// use concord::statistics::{AcceptancePlan, SamplingPlan};
    /// let plan = AcceptancePlan::from(SamplingPlan { n_sample: 89, acceptance_number: 2 });
    /// assert_eq!(plan.largest_sample(), 89);
    /// ```
    pub fn largest_sample(self) -> u64 {
        match self {
            Self::Single(plan) => plan.n_sample,
            Self::Double(plan) => plan.n_first.saturating_add(plan.n_second),
        }
    }

    /// Chances to accept after the first and after the second sample.
    fn acceptance(self, nature: Nature) -> (f64, f64) {
        match self {
            Self::Single(plan) => (nature.at_most(plan.acceptance_number, plan.n_sample), 0.0),
            Self::Double(plan) => {
                let second = (plan.accept_first + 1..plan.reject_first)
                    .map(|found| {
                        let rest = nature.after(found, plan.n_first);
                        nature.exactly(found, plan.n_first)
                            * rest.at_most(plan.accept_total - found, plan.n_second)
                    })
                    .sum();
                (nature.at_most(plan.accept_first, plan.n_first), second)
            }
        }
    }

    fn average_sample(self, nature: Nature) -> f64 {
        match self {
            Self::Single(plan) => plan.n_sample as f64,
            Self::Double(plan) => {
                let second: f64 = (plan.accept_first + 1..plan.reject_first)
                    .map(|found| nature.exactly(found, plan.n_first))
                    .sum();
                plan.n_first as f64 + plan.n_second as f64 * second
            }
        }
    }

    fn check(self, population: Population) -> Result<(), StatisticsError> {
        if let Self::Double(plan) = self {
            let DoublePlan {
                accept_first,
                reject_first,
                accept_total,
                ..
            } = plan;
            if accept_first >= reject_first || reject_first - 1 > accept_total {
                return Err(StatisticsError::InvalidParameter {
                    name: "reject_first",
                    value: reject_first as f64,
                    needed: "a number above `accept_first` and at most `accept_total` + 1 is needed",
                });
            }
        }
        match population {
            Population::Lot(lot_size) => super::lot::check_lot(0, self.largest_sample(), lot_size),
            Population::Process => Ok(()),
        }
    }
}

/// Probability that a plan accepts work of a given error rate: its operating characteristic.
///
/// # Definition
/// Single: P(X ≤ c). Double: P(X₁ ≤ c₁) + Σ P(X₁ = x) P(X₂ ≤ c₂ − x) over c₁ < x < r₁. Counts are binomial for a process
/// (a type B curve), hypergeometric for a lot (type A), in which round(rate × lot size) units are erroneous.
/// # Input
/// `rate` in [0, 1]; samples no larger than the lot together.
/// # Edge cases
/// Rate 0: 1. A double plan with r₁ = c₁ + 1 is the single plan (n₁, c₁).
/// # Properties
/// In [0, 1]; never rises with the rate.
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Example
/// ```
/// use concord::statistics::{Population, SamplingPlan, acceptance_probability};
/// // Montgomery 2013, 15.2.2: n = 89, c = 2 accepts 93.97 % of lots at a rate of 1 %.
/// let plan = SamplingPlan { n_sample: 89, acceptance_number: 2 };
/// let accepted = acceptance_probability(plan, 0.01, Population::Process)?;
/// assert!((accepted - 0.9397).abs() < 5e-5);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Dodge & Romig 1929, Bell System Technical Journal 8(4):613-631; Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 15.2 and 15.3.
/// # Checked against
/// scipy.stats.binom, and sums of exact fractions for lots, `tests/oracles/statistics/evidence.json`.
pub fn acceptance_probability(
    plan: impl Into<AcceptancePlan>,
    rate: f64,
    population: Population,
) -> Result<f64, StatisticsError> {
    let plan = plan.into();
    check_rate("rate", rate)?;
    plan.check(population)?;
    let (first, second) = plan.acceptance(Nature::nearest(rate, population));
    Ok((first + second).min(1.0))
}

/// Mean number of units that a plan asks to audit.
///
/// # Definition
/// n of a single plan; n₁ + n₂ P(c₁ < X₁ < r₁) of a double one, whose samples are audited to their ends.
/// # Input
/// As [`acceptance_probability`].
/// # Edge cases
/// Rate 0: n₁.
/// # Properties
/// From n₁ to n₁ + n₂.
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Example
/// ```
/// use concord::statistics::{DoublePlan, Population, average_sample_number};
/// let plan = DoublePlan { n_first: 50, accept_first: 2, reject_first: 7, n_second: 100, accept_total: 6 };
/// let audited = average_sample_number(plan, 0.06, Population::Process)?;
/// assert!((audited - 105.5).abs() < 0.05);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// NIST/SEMATECH e-Handbook of Statistical Methods, 6.2.4 (the example).
/// # Checked against
/// scipy.stats.binom, `tests/oracles/statistics/evidence.json`.
pub fn average_sample_number(
    plan: impl Into<AcceptancePlan>,
    rate: f64,
    population: Population,
) -> Result<f64, StatisticsError> {
    let plan = plan.into();
    check_rate("rate", rate)?;
    plan.check(population)?;
    Ok(plan.average_sample(Nature::nearest(rate, population)))
}
