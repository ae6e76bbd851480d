//! The smallest plans that keep both risks.

use super::{DoublePlan, Nature, SamplingPlan};
use crate::statistics::evidence::Population;
use crate::statistics::interval::{StatisticsError, check_level, check_rate};

/// What a plan must do: accept good work and reject bad work.
#[derive(Clone, Copy)]
struct Demand {
    good: Nature,
    bad: Nature,
    producer_risk: f64,
    consumer_risk: f64,
    largest_sample: u64,
}

impl Demand {
    fn new(
        (acceptable_rate, producer_risk): (f64, f64),
        (rejectable_rate, consumer_risk): (f64, f64),
        population: Population,
        largest_sample: u64,
    ) -> Result<Self, StatisticsError> {
        check_rate("acceptable_rate", acceptable_rate)?;
        check_rate("rejectable_rate", rejectable_rate)?;
        check_level(producer_risk)?;
        check_level(consumer_risk)?;
        if acceptable_rate >= rejectable_rate {
            return Err(StatisticsError::InvalidParameter {
                name: "acceptable_rate",
                value: acceptable_rate,
                needed: "a rate below the rejectable one is needed",
            });
        }
        let largest_sample = match population {
            Population::Lot(size) => {
                crate::statistics::lot::check_lot(0, 0, size)?;
                largest_sample.min(size)
            }
            Population::Process => largest_sample,
        };
        Ok(Self {
            good: Nature::worst_up_to(acceptable_rate, population),
            bad: Nature::best_from(rejectable_rate, population),
            producer_risk,
            consumer_risk,
            largest_sample,
        })
    }

    fn is_protected(&self, acceptance_of_bad: f64) -> bool {
        acceptance_of_bad <= self.consumer_risk
    }

    fn is_served(&self, acceptance_of_good: f64) -> bool {
        acceptance_of_good >= 1.0 - self.producer_risk
    }
}

/// Smallest single plan that protects both sides.
///
/// # Definition
/// Least n, with its c, such that work at `acceptable_rate` is accepted with probability at least
/// 1 − `producer_risk` and work at `rejectable_rate` with at most `consumer_risk`. In a lot this holds for every lot whose
/// rate is at most the acceptable, or at least the rejectable one.
/// # Input
/// 0 ≤ acceptable < rejectable ≤ 1; risks in (0, 1); plans up to `largest_sample` are searched. The time grows with c.
/// # Edge cases
/// No such plan up to `largest_sample`: `None`.
/// # Properties
/// Of all plans that protect both sides none has a smaller n.
/// # Errors
/// `InvalidParameter`, `InvalidLevel`.
/// # Example
/// ```
/// use concord::statistics::{Population, SamplingPlan, find_single_plan};
/// let plan = find_single_plan((0.01, 0.05), (0.06, 0.10), Population::Process, 1_000)?;
/// assert_eq!(plan, Some(SamplingPlan { n_sample: 110, acceptance_number: 3 }));
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Guenther 1969, J Qual Technol 1(2):105-109, doi:10.1080/00224065.1969.11980358.
/// # Checked against
/// Plain search over all plans with scipy, `tests/oracles/statistics/evidence.json`.
pub fn find_single_plan(
    acceptable: (f64, f64),
    rejectable: (f64, f64),
    population: Population,
    largest_sample: u64,
) -> Result<Option<SamplingPlan>, StatisticsError> {
    let demand = Demand::new(acceptable, rejectable, population, largest_sample)?;
    let most = demand.largest_sample;
    let mut least = 1;
    for acceptance_number in 0..most {
        // The consumer's risk sets the sample, which grows with c: look onwards from the last one.
        let protects = |n| demand.is_protected(demand.bad.at_most(acceptance_number, n));
        let Some(n_sample) = first_from(least.max(acceptance_number + 1), most, protects) else {
            return Ok(None);
        };
        if demand.is_served(demand.good.at_most(acceptance_number, n_sample)) {
            return Ok(Some(SamplingPlan {
                n_sample,
                acceptance_number,
            }));
        }
        least = n_sample;
    }
    Ok(None)
}

/// First number from `start` up to `most` that is so, where all after it are so too.
fn first_from(start: u64, most: u64, is_so: impl Fn(u64) -> bool) -> Option<u64> {
    if start > most {
        return None;
    }
    let (mut low, mut high, mut stride) = (start, start, 1_u64);
    while !is_so(high) {
        if high == most {
            return None;
        }
        low = high + 1;
        high = high.saturating_add(stride).min(most);
        stride = stride.saturating_mul(2);
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if is_so(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(high)
}

/// Double plan that protects both sides with the fewest units audited at the acceptable rate.
///
/// # Definition
/// Among plans with n₂ = `second_per_first` n₁ and r₁ = c₂ + 1 that accept work at `acceptable_rate` with probability at
/// least 1 − `producer_risk` and work at `rejectable_rate` with at most `consumer_risk`: that with the least average sample
/// number at the acceptable rate; of equal ones the least n₁, then the least c₁. Rates of a lot are taken as in
/// [`find_single_plan`].
/// # Input
/// 0 ≤ acceptable < rejectable ≤ 1; risks in (0, 1); `second_per_first` ≥ 1, commonly 1 or 2; plans with n₁ + n₂ up to
/// `largest_sample` are searched.
/// # Edge cases
/// No such plan up to `largest_sample`: `None`.
/// # Properties
/// Its average sample is mostly smaller than the sample of the smallest single plan, its largest sample greater.
/// # Errors
/// `InvalidParameter`, `InvalidLevel`.
/// # Example
/// ```
/// use concord::statistics::{Population, average_sample_number, find_double_plan, plan_risks};
/// let plan = find_double_plan((0.01, 0.05), (0.06, 0.10), 1, Population::Process, 1_000)?.unwrap();
/// let risks = plan_risks(plan, 0.01, 0.06, Population::Process)?;
/// assert!(risks.producer <= 0.05 && risks.consumer <= 0.10);
/// // The single plan takes 110 units.
/// assert!(average_sample_number(plan, 0.01, Population::Process)? < 110.0);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Guenther 1970, J Qual Technol 2(4):219-225 (search from the binomial); Luca, Vandercappellen & Claes 2019, Quality
/// Engineering, doi:10.1080/08982112.2019.1641207.
/// # Checked against
/// Plain search over all plans with scipy, `tests/oracles/statistics/evidence.json`.
pub fn find_double_plan(
    acceptable: (f64, f64),
    rejectable: (f64, f64),
    second_per_first: u64,
    population: Population,
    largest_sample: u64,
) -> Result<Option<DoublePlan>, StatisticsError> {
    let demand = Demand::new(acceptable, rejectable, population, largest_sample)?;
    if second_per_first == 0 {
        return Err(StatisticsError::InvalidParameter {
            name: "second_per_first",
            value: 0.0,
            needed: "a second sample at least as large as the first is needed",
        });
    }
    let per_first = second_per_first.saturating_add(1);
    let mut best: Option<(f64, DoublePlan)> = None;
    let mut most_errors = 0;
    for n_first in 1..=demand.largest_sample / per_first {
        // No average is smaller than the first sample.
        if best.is_some_and(|(average, _)| n_first as f64 >= average) {
            break;
        }
        let n_second = n_first * second_per_first;
        let n_both = n_first + n_second;
        // A plan accepts at least what has c₂ errors or fewer in both samples, which bounds c₂.
        while demand.is_protected(demand.bad.at_most(most_errors, n_both)) {
            most_errors += 1;
        }
        let good = Stages::new(demand.good, n_first, n_second, most_errors);
        let bad = Stages::new(demand.bad, n_first, n_second, most_errors);
        for accept_first in 0..most_errors {
            if !demand.is_protected(demand.bad.at_most(accept_first, n_first)) {
                break;
            }
            // Each further error allowed in total lengthens the average: the first that serves is the best.
            let serves = |c: &u64| demand.is_served(good.acceptance(accept_first, *c));
            let Some(accept_total) = (accept_first + 1..most_errors).find(serves) else {
                continue;
            };
            if !demand.is_protected(bad.acceptance(accept_first, accept_total)) {
                continue;
            }
            let average =
                n_first as f64 + n_second as f64 * good.between(accept_first, accept_total);
            if best.is_none_or(|(least, _)| average < least) {
                let plan = DoublePlan {
                    n_first,
                    accept_first,
                    reject_first: accept_total + 1,
                    n_second,
                    accept_total,
                };
                best = Some((average, plan));
            }
        }
    }
    Ok(best.map(|(_, plan)| plan))
}

/// Probabilities of both samples of a double plan, worked out once for all its numbers.
struct Stages {
    nature: Nature,
    n_first: u64,
    n_second: u64,
    /// P(X₁ = x).
    first: Vec<f64>,
    /// P(X₂ ≤ x) of a process, whose samples do not hang together.
    second: Vec<f64>,
}

impl Stages {
    fn new(nature: Nature, n_first: u64, n_second: u64, most_errors: u64) -> Self {
        let second = match nature {
            Nature::Process { .. } => (0..=most_errors)
                .map(|x| nature.at_most(x, n_second))
                .collect(),
            Nature::Lot { .. } => Vec::new(),
        };
        Self {
            nature,
            n_first,
            n_second,
            first: (0..=most_errors)
                .map(|x| nature.exactly(x, n_first))
                .collect(),
            second,
        }
    }

    /// P(X₁ = x) for c₁ < x ≤ c₂.
    fn first_between(
        &self,
        accept_first: u64,
        accept_total: u64,
    ) -> impl Iterator<Item = (u64, f64)> {
        (0..)
            .zip(self.first.iter().copied())
            .skip_while(move |(x, _)| *x <= accept_first)
            .take_while(move |(x, _)| *x <= accept_total)
    }

    fn between(&self, accept_first: u64, accept_total: u64) -> f64 {
        self.first_between(accept_first, accept_total)
            .map(|(_, chance)| chance)
            .sum()
    }

    fn acceptance(&self, accept_first: u64, accept_total: u64) -> f64 {
        let second: f64 = self
            .first_between(accept_first, accept_total)
            .map(|(found, chance)| {
                let left = accept_total - found;
                let cached = usize::try_from(left).ok().and_then(|i| self.second.get(i));
                let accepted = cached.copied().unwrap_or_else(|| {
                    let rest = self.nature.after(found, self.n_first);
                    rest.at_most(left, self.n_second)
                });
                chance * accepted
            })
            .sum();
        self.nature.at_most(accept_first, self.n_first) + second
    }
}
