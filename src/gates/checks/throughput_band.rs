//! Do specialists keep to the daily band?

use crate::domain::{Stage, Status, ThroughputBand};
use crate::gates::policy::PolicyCheck;
use crate::gates::verdict::{CheckResult, Judge};
use crate::gates::wording::{percent, percent_beside};

pub(super) fn judge(
    judge: &Judge<'_>,
    check: &PolicyCheck,
    stage: Stage,
    min_share: f64,
    band: Option<ThroughputBand>,
) -> CheckResult {
    let ThroughputBand {
        min_per_day,
        max_per_day,
    } = band.unwrap_or(judge.protocol.throughput);
    let days = judge
        .figures
        .throughput
        .iter()
        .filter(|day| day.stage == stage);
    let (mut n_below, mut n_within, mut n_above) = (0_u64, 0_u64, 0_u64);
    for day in days {
        if day.n_studies < min_per_day {
            n_below += 1;
        } else if day.n_studies > max_per_day {
            n_above += 1;
        } else {
            n_within += 1;
        }
    }
    let n_days = n_below + n_within + n_above;
    let requirement = format!(
        "at least {} of specialist-days with {min_per_day} to {max_per_day} studies",
        percent(min_share)
    );
    let answer = |status, reason: String| {
        let mut result = CheckResult::new(check, status, reason)
            .counts(n_within, n_days)
            .asks(min_share, requirement.clone());
        result.stage = Some(stage);
        result
    };
    if n_days == 0 {
        let reason = format!(
            "No specialist-day of the {stage} stage is known; import exports that say when work was finished, or take the check out of the policy."
        );
        return answer(Status::NotApplicable, reason);
    }
    let rate = n_within as f64 / n_days as f64;
    let found = format!(
        "{n_within} of {n_days} specialist-days ({}) had {min_per_day} to {max_per_day} studies, {n_below} fewer and {n_above} more",
        percent_beside(rate, min_share)
    );
    if rate >= min_share {
        return answer(
            Status::Pass,
            format!("{found}; {} are enough.", percent(min_share)),
        );
    }
    let advice = if n_above > n_below {
        "look at the error rate of those above the band, and slow them down"
    } else {
        "look at the worklists and schedules of those below the band"
    };
    answer(
        Status::Fail,
        format!("{found}; {} are needed: {advice}.", percent(min_share)),
    )
}
