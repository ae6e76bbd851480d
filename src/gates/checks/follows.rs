//! Whether a verdict on a rate follows from its own counts, for those who have only the record.

use crate::domain::Status;
use crate::gates::evidence::Evidence;
use crate::gates::policy::EvidenceRule;
use crate::gates::verdict::CheckResult;
use crate::statistics::{Population, Rule, judge_rate};

/// Bounds differ by no more than this between builds.
const SLACK: f64 = 1e-9;

/// Works the verdict out again from numerator, denominator, limit and confidence.
///
/// # Errors
/// What does not follow. Checks that judge no rate, and rates of clustered units, whose studies a record does not list, are only held to
/// their bounds.
pub fn follows_from_counts(check: &CheckResult, evidence: &Evidence) -> Result<(), String> {
    let (Some(numerator), Some(denominator), Some(limit)) =
        (check.numerator, check.denominator, check.limit)
    else {
        return Ok(());
    };
    if check.kind != "error_rate" {
        return Ok(());
    }
    if numerator > denominator {
        return Err(format!("{numerator} errors among {denominator} units"));
    }
    if let Some(rate) = check.rate
        && (denominator == 0 || !near(rate, numerator as f64 / denominator as f64))
    {
        return Err(format!(
            "a rate of {rate} from {numerator} of {denominator}"
        ));
    }
    let is_point = evidence.policy.evidence == EvidenceRule::Point;
    if check.status == Status::Pass && !is_point && check.upper.is_none_or(|upper| upper >= limit) {
        return Err("it passes, and its upper bound is not below the limit".to_owned());
    }
    let population = match check.method.as_deref() {
        Some("clopper_pearson_one_sided") => Population::Process,
        Some("hypergeometric_one_sided") => Population::Lot(evidence.lot.n_studies),
        _ => return Ok(()),
    };
    let rule = if is_point { Rule::Point } else { Rule::Bounds };
    let confidence = evidence.policy.confidence;
    let again = judge_rate(numerator, denominator, population, limit, confidence, rule);
    let own = again.status;
    // Another kind of reference may make a verdict worse, never better.
    if check.status > own {
        return Err(format!(
            "its status is {}, its counts give {own}",
            check.status
        ));
    }
    for (stated, found) in [
        (check.lower, again.lower_one_sided),
        (check.upper, again.upper_one_sided),
    ] {
        match (stated, found) {
            (Some(stated), Some(found)) if !near(stated, found) => {
                return Err(format!("a bound of {stated}, its counts give {found}"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= SLACK
}
