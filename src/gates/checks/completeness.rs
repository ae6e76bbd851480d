//! Is everything labelled that must be?

use crate::domain::Status;
use crate::gates::policy::PolicyCheck;
use crate::gates::verdict::{CheckResult, Judge};
use crate::gates::wording::{counted, first_of, percent, percent_beside};

pub(super) fn judge(judge: &Judge<'_>, check: &PolicyCheck, min: f64) -> CheckResult {
    let figure = &judge.figures.completeness;
    let (labelled, required) = (figure.n_labelled, figure.n_required);
    let answer = |status, reason: String| {
        CheckResult::new(check, status, reason)
            .counts(labelled, required)
            .asks(min, format!("at least {}", percent(min)))
    };
    if required == 0 {
        let reason = "No item of the lot is required; import the list of its items.".to_owned();
        return answer(Status::NotApplicable, reason);
    }
    if labelled > required {
        let reason = format!(
            "{labelled} items are labelled but only {required} required; count each required item once."
        );
        return answer(Status::Error, reason);
    }
    let rate = labelled as f64 / required as f64;
    let items = counted(required, "required item", "required items");
    let found = format!(
        "{labelled} of {items} labelled, {}",
        percent_beside(rate, min)
    );
    if rate >= min {
        return answer(Status::Pass, format!("{found}, as the policy asks."));
    }
    let studies: Vec<_> = figure.gaps.iter().map(|gap| gap.study.clone()).collect();
    let where_to = match studies.len() as u64 {
        0 => String::new(),
        n => format!(
            " in {}{}",
            counted(n, "study", "studies"),
            first_of(&studies, n)
        ),
    };
    let missing = counted(required - labelled, "missing item", "missing items");
    answer(
        Status::Fail,
        format!(
            "{found}, below {}: have the {missing} labelled{where_to}.",
            percent(min)
        ),
    )
}
