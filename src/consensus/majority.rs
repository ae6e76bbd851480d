//! Majority vote on categories.

use serde::Serialize;

use super::{ConsensusError, Decision, Ratings, Votes};
use crate::statistics::wilson;

/// The vote on one unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitVote {
    pub decision: Decision,
    pub n_votes: u64,
    /// Votes of the category decided on, or of each of those that tie.
    pub n_for: u64,
}

impl UnitVote {
    /// Share of all votes that the first place has; `None` where nobody voted.
    pub fn share(&self) -> Option<f64> {
        (self.n_votes > 0).then(|| self.n_for as f64 / self.n_votes as f64)
    }
}

/// How often a rater chose what was decided, with Wilson's interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RaterShare {
    pub n_agreed: u64,
    /// The rater's ratings of units on which something was decided.
    pub n: u64,
    /// The rater's ratings of units without a decision: a tie, or no vote.
    pub n_undecided: u64,
    /// `None` where `n` is 0, as are the bounds.
    pub share: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

/// A rater against the majority.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RaterShares {
    /// Against the majority of all, the rater's own vote included, which favours the rater.
    pub with_all: RaterShare,
    /// Against the majority of the others.
    pub with_others: RaterShare,
}

/// The majority vote on every unit, and every rater's agreement with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Majority {
    /// By number of unit.
    pub units: Vec<UnitVote>,
    /// By number of rater.
    pub raters: Vec<RaterShares>,
    /// Units on which one category had most votes, ties that were broken included.
    pub n_decided: u64,
    /// Ties that stand.
    pub n_tied: u64,
    /// Ties that `tie_order` broke.
    pub n_ties_broken: u64,
    pub n_without_votes: u64,
}

/// Majority vote on categories, with ties as a value of their own.
///
/// # Definition
/// A unit's category is the one with most votes (a plurality; more than half is not asked for). A category that shares the first place
/// is not chosen: the unit is a [`Decision::Tie`], unless `tie_order` names one of those that tie; then the first so named is chosen and
/// the decision says that it broke a tie. Each rating is a vote, a rater's repeated ratings of a unit too.
/// A rater's agreement is counted over the rater's ratings of units with a decision, once against the majority of all and once against
/// the majority of the other raters' votes (leave-one-out), where the rater's own vote cannot favour the rater.
/// # Input
/// Ratings with gaps; `tie_order` from the category preferred most; `level` of the intervals in (0, 1).
/// # Edge cases
/// | case | result |
/// |---|---|
/// | nobody rated a unit | `NoVotes`, share undefined |
/// | a tie | `Tie`, with all categories that share the first place |
/// | nobody else rated a rater's units, or the others tie | counted as `n_undecided`, share undefined where nothing is left |
/// # Properties
/// Independent of the order of units, raters and, without `tie_order`, of the names of categories. With three raters or more a unanimous
/// unit stays decided when one vote changes. Agreement with the others is in [0, 1] and can be far below agreement with all.
/// # Errors
/// `UnknownNumber` and `TieOrder` for a `tie_order` that names an unknown category or one twice; `InvalidLevel`.
/// # Example
/// ```
/// use concord::consensus::{Decision, Ratings, majority};
/// // Two of three for 1; one against one.
/// let cells = [Some(1), Some(1), Some(0), Some(0), Some(1), None];
/// let found = majority(&Ratings::from_cells(3, 2, &cells)?, None, 0.95)?;
/// assert_eq!(found.units[0].decision, Decision::Category(1));
/// assert_eq!(found.units[0].share(), Some(2.0 / 3.0));
/// assert_eq!(found.units[1].decision, Decision::Tie(vec![0, 1]));
/// // Without rater 0, one vote stands against the other on unit 0: nothing to agree with.
/// assert_eq!(found.raters[0].with_all.n_agreed, 1);
/// assert_eq!(found.raters[0].with_others.n_undecided, 1);
/// # Ok::<(), concord::consensus::ConsensusError>(())
/// ```
/// # Reference
/// Intervals: Wilson 1927, JASA 22(158):209-212, doi:10.1080/01621459.1927.10502953.
/// # Checked against
/// Shares of votes and decisions: crowd-kit 1.4.2 `MajorityVote`, `tests/oracles/consensus/dawid_skene.json`; it breaks ties silently.
pub fn majority(
    ratings: &Ratings,
    tie_order: Option<&[u16]>,
    level: f64,
) -> Result<Majority, ConsensusError> {
    let tie_order = tie_order.unwrap_or_default();
    check_order(tie_order, ratings.n_categories())?;
    let mut tallies = vec![[Tally::default(); 2]; ratings.n_raters()];
    let mut found = Majority {
        units: Vec::with_capacity(ratings.n_units()),
        raters: Vec::new(),
        n_decided: 0,
        n_tied: 0,
        n_ties_broken: 0,
        n_without_votes: 0,
    };
    for unit in 0..ratings.n_units() {
        let votes = ratings.of_unit(unit);
        let counts = count(votes, None);
        let vote = decide(&counts, tie_order);
        match vote.decision {
            Decision::Category(_) => found.n_decided += 1,
            Decision::TieBroken(_) => {
                found.n_decided += 1;
                found.n_ties_broken += 1;
            }
            Decision::Tie(_) => found.n_tied += 1,
            Decision::NoVotes => found.n_without_votes += 1,
        }
        for of_rater in votes.chunk_by(|a, b| a.rater == b.rater) {
            let Some([with_all, with_others]) = of_rater
                .first()
                .and_then(|first| tallies.get_mut(first.rater as usize))
            else {
                continue;
            };
            let rater = of_rater.first().map(|first| first.rater);
            let others = decide(&count(votes, rater), tie_order);
            with_all.add(of_rater, vote.decision.category());
            with_others.add(of_rater, others.decision.category());
        }
        found.units.push(vote);
    }
    for [with_all, with_others] in tallies {
        found.raters.push(RaterShares {
            with_all: with_all.share(level)?,
            with_others: with_others.share(level)?,
        });
    }
    Ok(found)
}

/// Votes by category, in rising order of categories; `without` one rater's.
fn count(votes: &[Votes], without: Option<u32>) -> Vec<(u16, u64)> {
    let counted = votes.iter().filter(|one| Some(one.rater) != without);
    let mut counts: Vec<(u16, u64)> = counted
        .map(|one| (one.category, u64::from(one.n)))
        .collect();
    counts.sort_unstable();
    counts.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
    counts
}

fn decide(counts: &[(u16, u64)], tie_order: &[u16]) -> UnitVote {
    let n_votes = counts.iter().map(|(_, n)| n).sum();
    let n_for = counts.iter().map(|(_, n)| *n).max().unwrap_or_default();
    let first = counts.iter().filter(|(_, n)| *n == n_for);
    let first: Vec<u16> = first.map(|(category, _)| *category).collect();
    let decision = match first.as_slice() {
        [] => Decision::NoVotes,
        [category] => Decision::Category(*category),
        _ => match tie_order.iter().find(|named| first.contains(named)) {
            Some(category) => Decision::TieBroken(*category),
            None => Decision::Tie(first),
        },
    };
    UnitVote {
        decision,
        n_votes,
        n_for,
    }
}

fn check_order(tie_order: &[u16], n_categories: usize) -> Result<(), ConsensusError> {
    let mut is_named = vec![false; n_categories];
    for &category in tie_order {
        match is_named.get_mut(usize::from(category)) {
            Some(true) => return Err(ConsensusError::TieOrder { category }),
            Some(named) => *named = true,
            None => {
                return Err(ConsensusError::UnknownNumber {
                    what: "category",
                    found: usize::from(category),
                    n: n_categories,
                });
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Tally {
    n_agreed: u64,
    n: u64,
    n_undecided: u64,
}

impl Tally {
    fn add(&mut self, of_rater: &[Votes], decided: Option<u16>) {
        for votes in of_rater {
            let n = u64::from(votes.n);
            match decided {
                None => self.n_undecided += n,
                Some(category) => {
                    self.n += n;
                    self.n_agreed += if votes.category == category { n } else { 0 };
                }
            }
        }
    }

    fn share(self, level: f64) -> Result<RaterShare, ConsensusError> {
        let interval = wilson(self.n_agreed, self.n, level)?;
        Ok(RaterShare {
            n_agreed: self.n_agreed,
            n: self.n,
            n_undecided: self.n_undecided,
            share: (self.n > 0).then(|| self.n_agreed as f64 / self.n as f64),
            lower: interval.map(|interval| interval.lower),
            upper: interval.map(|interval| interval.upper),
        })
    }
}

#[cfg(test)]
mod tests;
