//! The verdict on an error rate: what has been proved, and what is still needed.

use serde::{Deserialize, Serialize};

use super::incomplete::incomplete_beta;
use super::interval::{clopper_pearson_lower, clopper_pearson_upper};
use super::lot::{TIE, check_lot, hypergeometric_lower, hypergeometric_upper, rules_out_at_least};
use super::status::Status;

/// What the assessed units stand for.
///
/// # Definition
/// A process goes on without end and is known by a sample: binomial. A lot holds so many units, assessed without replacement:
/// hypergeometric, and known for certain once all are assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// An unbounded process, of which the units are a sample.
    Process,
    /// A finite lot of so many units, assessed without replacement.
    Lot(u64),
}

/// How the limit is applied.
///
/// # Definition
/// `Bounds`: the one-sided exact bounds must lie on the right side of the limit. `Point`: the observed rate itself is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One-sided exact bounds must lie on the right side of the limit.
    Bounds,
    /// The observed rate itself is compared with the limit.
    Point,
}

/// Verdict on a rate, with everything needed to check it.
///
/// # Definition
/// The answer of [`judge_rate`] beside its question: counts, rate, both one-sided bounds, limit, confidence and rule.
/// # Properties
/// Rate and bounds are `None` where nothing was assessed or the question was faulty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RateVerdict {
    pub status: Status,
    pub errors: u64,
    pub assessed: u64,
    pub rate: Option<f64>,
    /// One-sided upper bound at `confidence`.
    pub upper_one_sided: Option<f64>,
    /// One-sided lower bound at `confidence`.
    pub lower_one_sided: Option<f64>,
    pub limit: f64,
    pub confidence: f64,
    pub rule: Rule,
    /// Further audits, all without error, after which the check would pass; 0 once it passes.
    pub further_clean_audits: Option<u64>,
    pub reason: String,
}

/// Judges an error rate against a strict limit.
///
/// # Definition
/// Rule `Bounds`: pass if the one-sided upper bound lies below the limit; fail if the one-sided
/// lower bound reaches it, or if a fully assessed lot has a rate at or above it; otherwise the
/// evidence is insufficient. Bounds are Clopper–Pearson's for a process and hypergeometric for a
/// lot. Rule `Point`: pass if errors/assessed lies below the limit, otherwise fail.
/// # Input
/// `limit` in (0, 1], `confidence` in (0, 1); a lot of at most 10⁹ units.
/// # Edge cases
/// | case | status |
/// |---|---|
/// | nothing assessed | `not_applicable` |
/// | more errors than units, more units than the lot, limit or confidence out of range | `error` |
/// | lot fully assessed | `pass` or `fail`, never insufficient |
/// | a bound equals the limit on paper | an upper one does not pass, a lower one fails |
/// # Properties
/// A further clean unit never turns a pass into anything else; exactly `further_clean_audits` more
/// of them pass and one fewer does not. At or above the limit a pass has probability of at most 1 − `confidence`, below
/// it a failure. This holds for one look: a process at 1.2 % that is judged after every unit passes with probability
/// 0.136 by the 1,000th. A [`SequentialPlan`](super::SequentialPlan) is made for that.
/// # Errors
/// None: faulty questions are the status `error` with their reason.
/// # Example
/// ```
/// use concord::statistics::{Population, Rule, Status, judge_rate};
/// let verdict = judge_rate(0, 48, Population::Process, 0.012, 0.95, Rule::Bounds);
/// assert_eq!(verdict.status, Status::InsufficientEvidence);
/// assert_eq!(verdict.further_clean_audits, Some(249 - 48));
/// ```
/// # Reference
/// Clopper & Pearson 1934, Biometrika 26(4):404-413, doi:10.1093/biomet/26.4.404; Buonaccorsi 1987, Biometrical Journal
/// 29(6):741-748 (finite lots).
/// # Checked against
/// A plain scan over audits with scipy.stats.binom and hypergeom, `tests/oracles/statistics/`; the chance to pass or fail
/// wrongly, summed exactly, in `statistics/coverage_tests.rs`.
pub fn judge_rate(
    errors: u64,
    assessed: u64,
    population: Population,
    limit: f64,
    confidence: f64,
    rule: Rule,
) -> RateVerdict {
    let mut verdict = RateVerdict {
        status: Status::Error,
        errors,
        assessed,
        rate: None,
        upper_one_sided: None,
        lower_one_sided: None,
        limit,
        confidence,
        rule,
        further_clean_audits: None,
        reason: String::new(),
    };
    if let Some(fault) = fault_in(errors, assessed, population, limit) {
        verdict.reason = fault;
        return verdict;
    }
    let (lower, upper) = match one_sided_bounds(errors, assessed, population, confidence) {
        Ok(bounds) => bounds,
        Err(error) => {
            verdict.reason = error.to_string();
            return verdict;
        }
    };
    let question = Question {
        errors,
        population,
        limit,
        confidence,
        rule,
    };
    verdict.further_clean_audits = question.further_clean_audits(assessed);
    if assessed == 0 {
        verdict.status = Status::NotApplicable;
        verdict.reason = "no unit was assessed".to_owned();
        return verdict;
    }
    let rate = errors as f64 / assessed as f64;
    verdict.rate = Some(rate);
    verdict.lower_one_sided = lower;
    verdict.upper_one_sided = upper;
    verdict.status = if question.passes_with(assessed) {
        Status::Pass
    } else if rule == Rule::Point || question.fails_with(assessed, lower) {
        Status::Fail
    } else {
        Status::InsufficientEvidence
    };
    verdict.reason = explain(&verdict, population);
    verdict
}

fn fault_in(errors: u64, assessed: u64, population: Population, limit: f64) -> Option<String> {
    if !(limit > 0.0 && limit <= 1.0) {
        return Some(format!(
            "limit is `{limit}`; a rate above 0 and at most 1 is needed"
        ));
    }
    if errors > assessed {
        return Some(format!(
            "`{errors}` erroneous units among `{assessed}` assessed"
        ));
    }
    match population {
        Population::Lot(size) if assessed > size => Some(format!(
            "`{assessed}` units were assessed in a lot of `{size}`"
        )),
        Population::Lot(size) => check_lot(errors, assessed, size)
            .err()
            .map(|error| error.to_string()),
        Population::Process => None,
    }
}

type Bounds = (Option<f64>, Option<f64>);

fn one_sided_bounds(
    errors: u64,
    assessed: u64,
    population: Population,
    confidence: f64,
) -> Result<Bounds, super::StatisticsError> {
    match population {
        Population::Process => Ok((
            clopper_pearson_lower(errors, assessed, confidence)?,
            clopper_pearson_upper(errors, assessed, confidence)?,
        )),
        Population::Lot(size) => {
            let lower = hypergeometric_lower(errors, assessed, size, confidence)?;
            let upper = hypergeometric_upper(errors, assessed, size, confidence)?;
            let rate = |count: u64| (assessed > 0).then(|| count as f64 / size as f64);
            Ok((rate(lower), rate(upper)))
        }
    }
}

/// P(X ≤ count) among `total` at a rate: the upper bound lies below a limit where this is less than the allowed error
/// there. Asking the tail decides a bound that equals the limit on paper, which the rounded bound itself does not.
fn at_most(count: u64, total: u64, rate: f64) -> f64 {
    if count == total {
        return 1.0;
    }
    let (a, b) = (count as f64 + 1.0, (total - count) as f64);
    incomplete_beta(a, b, rate, 1.0 - rate).upper
}

/// P(X ≥ count) among `total` at a rate, for `count` > 0.
fn at_least(count: u64, total: u64, rate: f64) -> f64 {
    let (a, b) = (count as f64, (total - count) as f64 + 1.0);
    incomplete_beta(a, b, rate, 1.0 - rate).lower
}

struct Question {
    errors: u64,
    population: Population,
    limit: f64,
    confidence: f64,
    rule: Rule,
}

impl Question {
    /// Whether the same errors among `assessed` units would pass.
    fn passes_with(&self, assessed: u64) -> bool {
        if assessed == 0 {
            return false;
        }
        match (self.rule, self.population) {
            (Rule::Point, _) => (self.errors as f64 / assessed as f64) < self.limit,
            (Rule::Bounds, Population::Process) => {
                at_most(self.errors, assessed, self.limit) * TIE < 1.0 - self.confidence
            }
            (Rule::Bounds, Population::Lot(size)) => {
                let needed = least_count_reaching(self.limit, size);
                let alpha = 1.0 - self.confidence;
                rules_out_at_least(needed, self.errors, assessed, size, alpha)
            }
        }
    }

    /// Whether the lower bound reaches the limit.
    fn fails_with(&self, assessed: u64, lower: Option<f64>) -> bool {
        match self.population {
            Population::Process if self.errors == 0 => false,
            Population::Process => {
                let tail = at_least(self.errors, assessed, self.limit);
                tail <= (1.0 - self.confidence) * TIE
            }
            Population::Lot(_) => lower.is_some_and(|bound| bound >= self.limit),
        }
    }

    /// Further audits without error until the first pass; `None` where the lot has too few left.
    fn further_clean_audits(&self, assessed: u64) -> Option<u64> {
        if self.passes_with(assessed) {
            return Some(0);
        }
        let most = match self.population {
            Population::Process => u64::MAX / 4,
            Population::Lot(size) => size,
        };
        let (mut failing, mut passing) = (assessed, assessed.max(1).min(most));
        let mut stride = 1_u64;
        while !self.passes_with(passing) {
            if passing == most {
                return None;
            }
            failing = passing;
            passing = passing.saturating_add(stride).min(most);
            stride = stride.saturating_mul(2);
        }
        while passing - failing > 1 {
            let middle = failing + (passing - failing) / 2;
            if self.passes_with(middle) {
                passing = middle;
            } else {
                failing = middle;
            }
        }
        Some(passing - assessed)
    }
}

/// Smallest number of erroneous units whose share of the lot reaches `limit`.
pub(super) fn least_count_reaching(limit: f64, lot_size: u64) -> u64 {
    let reaches = |count: u64| count as f64 / lot_size as f64 >= limit;
    let mut count = (limit * lot_size as f64).round() as u64;
    while count > 0 && reaches(count - 1) {
        count -= 1;
    }
    while !reaches(count) {
        count += 1;
    }
    count
}

fn explain(verdict: &RateVerdict, population: Population) -> String {
    let RateVerdict {
        errors,
        assessed,
        limit,
        ..
    } = *verdict;
    let percent = |rate: f64| format!("{:.3} %", rate * 100.0);
    let limit = percent(limit);
    let found = format!("{errors} of {assessed} units erroneous");
    if verdict.rule == Rule::Point {
        let relation = if verdict.status == Status::Pass {
            "below"
        } else {
            "not below"
        };
        return format!("{found}; point rule: the observed rate is {relation} {limit}");
    }
    let upper = percent(verdict.upper_one_sided.unwrap_or(1.0));
    let lower = percent(verdict.lower_one_sided.unwrap_or(0.0));
    let level = verdict.confidence * 100.0;
    let complete = population == Population::Lot(assessed);
    match verdict.status {
        Status::Pass if complete => format!("{found}; the whole lot was assessed, below {limit}"),
        Status::Fail if complete => {
            format!("{found}; the whole lot was assessed, not below {limit}")
        }
        Status::Pass => {
            format!("{found}; with {level} % confidence at most {upper}, below {limit}")
        }
        Status::Fail => {
            format!("{found}; with {level} % confidence at least {lower}, not below {limit}")
        }
        _ => match verdict.further_clean_audits {
            Some(more) => format!(
                "{found}; between {lower} and {upper}, limit {limit}; {more} further units without error would pass"
            ),
            None => format!(
                "{found}; between {lower} and {upper}, limit {limit}; the lot can no longer pass"
            ),
        },
    }
}
