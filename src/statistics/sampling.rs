//! Single acceptance-sampling plans and their operating characteristic.

use serde::{Deserialize, Serialize};

use super::evidence::Population;
use super::incomplete::incomplete_beta;
use super::interval::StatisticsError;
use super::lot::probability_at_most;

/// Audit `n_sample` units and accept at `acceptance_number` errors or fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingPlan {
    pub n_sample: u64,
    pub acceptance_number: u64,
}

/// Probability that a plan accepts work of a given error rate: its operating characteristic.
///
/// # Definition
/// P(X ≤ c), X binomial (n, rate) for a process, hypergeometric for a lot, in which
/// round(rate × lot size) units are erroneous.
/// # Input
/// `rate` in [0, 1]; a sample no larger than the lot.
/// # Errors
/// `InvalidParameter`, `AuditExceedsLot`.
/// # Reference
/// Montgomery 2013, Introduction to Statistical Quality Control, 7th ed., 15.2; ISO 2859-1:1999.
pub fn acceptance_probability(
    plan: SamplingPlan,
    rate: f64,
    population: Population,
) -> Result<f64, StatisticsError> {
    check_rate("rate", rate)?;
    let SamplingPlan {
        n_sample,
        acceptance_number,
    } = plan;
    match population {
        Population::Lot(lot_size) if n_sample > lot_size => Err(StatisticsError::AuditExceedsLot {
            audited: n_sample,
            lot_size,
        }),
        Population::Lot(lot_size) => {
            let erroneous = (rate * lot_size as f64).round() as u64;
            Ok(probability_at_most(
                acceptance_number,
                n_sample,
                erroneous,
                lot_size,
            ))
        }
        Population::Process if acceptance_number >= n_sample => Ok(1.0),
        Population::Process => {
            let (a, b) = (
                acceptance_number as f64 + 1.0,
                (n_sample - acceptance_number) as f64,
            );
            Ok(incomplete_beta(a, b, rate, 1.0 - rate).upper)
        }
    }
}

/// Smallest single plan that protects both sides.
///
/// # Definition
/// Least n, with its c, such that work at `acceptable_rate` is accepted with probability at least
/// 1 − `producer_risk` and work at `rejectable_rate` with at most `consumer_risk`.
/// # Input
/// 0 ≤ acceptable < rejectable ≤ 1; risks in (0, 1); plans up to `largest_sample` are searched.
/// # Edge cases
/// No such plan: `None`.
/// # Errors
/// `InvalidParameter`, `InvalidLevel`.
/// # Reference
/// Guenther 1969, J Qual Technol 1(2):105-109, doi:10.1080/00224065.1969.11980358.
pub fn find_single_plan(
    (acceptable_rate, producer_risk): (f64, f64),
    (rejectable_rate, consumer_risk): (f64, f64),
    population: Population,
    largest_sample: u64,
) -> Result<Option<SamplingPlan>, StatisticsError> {
    check_rate("acceptable_rate", acceptable_rate)?;
    check_rate("rejectable_rate", rejectable_rate)?;
    super::check_level(producer_risk)?;
    super::check_level(consumer_risk)?;
    if acceptable_rate >= rejectable_rate {
        return Err(StatisticsError::InvalidParameter {
            name: "acceptable_rate",
            value: acceptable_rate,
            needed: "a rate below the rejectable one is needed",
        });
    }
    let most = match population {
        Population::Lot(size) => largest_sample.min(size),
        Population::Process => largest_sample,
    };
    for acceptance_number in 0..=most {
        let accepts = |n_sample, rate| {
            acceptance_probability(
                SamplingPlan {
                    n_sample,
                    acceptance_number,
                },
                rate,
                population,
            )
        };
        // Acceptance falls as the sample grows: the consumer's risk sets the least sample.
        let (mut low, mut high) = (acceptance_number, most);
        if accepts(high, rejectable_rate)? > consumer_risk {
            return Ok(None);
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if accepts(middle, rejectable_rate)? <= consumer_risk {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if accepts(high, acceptable_rate)? >= 1.0 - producer_risk {
            return Ok(Some(SamplingPlan {
                n_sample: high,
                acceptance_number,
            }));
        }
    }
    Ok(None)
}

fn check_rate(name: &'static str, value: f64) -> Result<(), StatisticsError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(StatisticsError::InvalidParameter {
        name,
        value,
        needed: "a rate from 0 to 1 is needed",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_smaller_plan_protects_both_sides() {
        let accepted =
            |plan, rate| acceptance_probability(plan, rate, Population::Process).unwrap();
        let protects = |plan| accepted(plan, 0.01) >= 0.95 && accepted(plan, 0.06) <= 0.10;
        let found = find_single_plan((0.01, 0.05), (0.06, 0.10), Population::Process, 10_000);
        assert_eq!(
            found,
            Ok(Some(SamplingPlan {
                n_sample: 110,
                acceptance_number: 3
            }))
        );
        let smaller = (0..110).flat_map(|n_sample| {
            (0..10).map(move |acceptance_number| SamplingPlan {
                n_sample,
                acceptance_number,
            })
        });
        assert!(!smaller.into_iter().any(protects));
    }

    #[test]
    fn a_whole_lot_sample_separates_any_two_counts() {
        let plan = SamplingPlan {
            n_sample: 50,
            acceptance_number: 2,
        };
        assert_eq!(
            acceptance_probability(plan, 0.04, Population::Lot(50)),
            Ok(1.0)
        );
        assert_eq!(
            acceptance_probability(plan, 0.06, Population::Lot(50)),
            Ok(0.0)
        );
    }
}
