//! Was every item read by enough raters?

use crate::domain::Status;
use crate::gates::policy::PolicyCheck;
use crate::gates::verdict::{CheckResult, Judge};
use crate::gates::wording::{counted, first_of};

pub(super) fn judge(judge: &Judge<'_>, check: &PolicyCheck, min: u32) -> CheckResult {
    let by_raters = &judge.figures.raters.n_items_by_raters;
    let n_items: u64 = by_raters.values().sum();
    let n_below: u64 = by_raters.range(..min).map(|(_, n)| n).sum();
    let fewest = by_raters
        .iter()
        .find(|(_, n)| **n > 0)
        .map(|(n_raters, _)| *n_raters);
    let raters = counted(u64::from(min), "rater", "raters");
    let answer = |status, reason: String| {
        let mut result = CheckResult::new(check, status, reason)
            .counts(n_items - n_below, n_items)
            .asks(f64::from(min), format!("at least {raters} an item"));
        result.value = fewest.map(f64::from);
        result
    };
    let Some(fewest) = fewest else {
        let reason = "The lot holds no item to be read; import its items.".to_owned();
        return answer(Status::NotApplicable, reason);
    };
    if n_below == 0 {
        let reason = format!(
            "Every one of {} was read by at least {raters}.",
            counted(n_items, "item", "items")
        );
        return answer(Status::Pass, reason);
    }
    let n_fewest = by_raters.get(&fewest).copied().unwrap_or(0);
    let verb = if n_below == 1 { "was" } else { "were" };
    let reason = format!(
        "{n_below} of {} {verb} read by fewer than {raters}, some by {fewest} only: assign further raters to them{}.",
        counted(n_items, "item", "items"),
        first_of(&judge.figures.raters.fewest, n_fewest)
    );
    answer(Status::Fail, reason)
}
