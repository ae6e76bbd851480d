//! Are structurally invalid annotations still open?

use crate::domain::Status;
use crate::gates::policy::PolicyCheck;
use crate::gates::verdict::{CheckResult, Judge};
use crate::gates::wording::{counted, first_of};

pub(super) fn judge(judge: &Judge<'_>, check: &PolicyCheck, max: u32) -> CheckResult {
    let figure = &judge.figures.open_invalid;
    let (n_open, n_annotations) = (figure.n_open, figure.n_annotations);
    let answer = |status, reason: String| {
        let mut result = CheckResult::new(check, status, reason)
            .counts(n_open, n_annotations)
            .asks(f64::from(max), format!("at most {max}"));
        result.value = Some(n_open as f64);
        result
    };
    if n_open > n_annotations {
        let reason = format!(
            "{n_open} open invalid annotations among {n_annotations}; count each annotation once."
        );
        return answer(Status::Error, reason);
    }
    if n_annotations == 0 {
        let reason = "The lot holds no annotation; import its annotations.".to_owned();
        return answer(Status::NotApplicable, reason);
    }
    let found = format!(
        "{n_open} of {} {} structurally invalid and open",
        counted(n_annotations, "annotation", "annotations"),
        if n_open == 1 { "is" } else { "are" }
    );
    if n_open <= u64::from(max) {
        return answer(Status::Pass, format!("{found}, at most {max} may be."));
    }
    let examples = first_of(&figure.examples, n_open);
    answer(
        Status::Fail,
        format!("{found}, at most {max} may be: have them corrected or withdrawn{examples}."),
    )
}
