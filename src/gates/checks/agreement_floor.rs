//! Does a coefficient of agreement reach its floor?

use crate::domain::Status;
use crate::gates::inputs::AgreementFigure;
use crate::gates::policy::{EvidenceRule, PolicyCheck};
use crate::gates::verdict::{CheckResult, Judge};
use crate::gates::wording::{beside, percent};

/// Of several figures (labels, pairs of raters) the worst decides.
pub(super) fn judge(
    judge: &Judge<'_>,
    check: &PolicyCheck,
    label: Option<&str>,
    coefficient: &str,
    floor: f64,
) -> CheckResult {
    let figures = judge.figures.agreement.iter();
    let of_label = |figure: &&AgreementFigure| label.is_none() || figure.label.as_deref() == label;
    let judged = figures
        .filter(|figure| figure.coefficient == coefficient)
        .filter(of_label)
        .map(|figure| (status_of(judge.evidence, figure, floor), figure));
    let worst = judged.min_by(|(a_status, a), (b_status, b)| {
        let bound =
            |figure: &AgreementFigure| figure.lower.or(figure.value).unwrap_or(f64::NEG_INFINITY);
        a_status.cmp(b_status).then(bound(a).total_cmp(&bound(b)))
    });
    let requirement = match judge.evidence {
        EvidenceRule::Bounds => format!("{coefficient} at least {floor}, proved by its interval"),
        EvidenceRule::Point => format!("{coefficient} at least {floor}, as observed"),
    };
    let Some((status, figure)) = worst else {
        let on = label.map_or(String::new(), |label| format!(" on `{label}`"));
        let reason = format!(
            "No {coefficient}{on} was computed for this lot; have two raters read some of its items, or take the check out of the policy."
        );
        return CheckResult::new(check, Status::NotApplicable, reason).asks(floor, requirement);
    };
    let reason = explain(judge.evidence, status, figure, floor);
    let mut result = CheckResult::new(check, status, reason).asks(floor, requirement);
    result.denominator = Some(figure.n);
    result.value = figure.value;
    (result.lower, result.upper) = (figure.lower, figure.upper);
    (result.level, result.method) = (figure.level, figure.method.clone());
    result
}

fn status_of(evidence: EvidenceRule, figure: &AgreementFigure, floor: f64) -> Status {
    let finite = |x: Option<f64>| x.is_none_or(f64::is_finite);
    if ![figure.value, figure.lower, figure.upper]
        .into_iter()
        .all(finite)
    {
        return Status::Error;
    }
    let Some(value) = figure.value.filter(|_| figure.n > 0) else {
        return Status::NotApplicable;
    };
    match (evidence, figure.lower, figure.upper) {
        (EvidenceRule::Point, ..) if value >= floor => Status::Pass,
        (EvidenceRule::Point, ..) => Status::Fail,
        (_, Some(lower), _) if lower >= floor => Status::Pass,
        (_, _, Some(upper)) if upper < floor => Status::Fail,
        _ => Status::InsufficientEvidence,
    }
}

fn explain(evidence: EvidenceRule, status: Status, figure: &AgreementFigure, floor: f64) -> String {
    let AgreementFigure { coefficient, n, .. } = figure;
    let on = figure
        .label
        .as_ref()
        .map_or(String::new(), |label| format!(" on `{label}`"));
    let between = match figure.raters.as_slice() {
        [] => String::new(),
        raters => format!(" between `{}`", raters.join("` and `")),
    };
    let subject = format!("{coefficient}{on}{between}");
    let number = |x: Option<f64>| x.map_or("unknown".to_owned(), |x| beside(x, floor));
    let found = format!("{subject} is {} (n = {n})", number(figure.value));
    let (lower, upper) = (number(figure.lower), number(figure.upper));
    let advice = "take its disagreements to calibration and have the items read again";
    match (status, evidence) {
        (Status::Error, _) => {
            format!("{subject} is not a finite number; report this as a fault of Concord.")
        }
        (Status::NotApplicable, _) => format!(
            "{subject} is undefined (n = {n}, `{}`); have more items read by two raters, or take the check out of the policy.",
            figure.undefined.as_deref().unwrap_or("no_units")
        ),
        (Status::Pass, EvidenceRule::Bounds) => {
            format!("{found}; its interval starts at {lower}, no lower than the floor of {floor}.")
        }
        (Status::Pass, EvidenceRule::Point) => format!(
            "{found}, no lower than the floor of {floor} (point rule: how sure that is was not asked)."
        ),
        (Status::Fail, EvidenceRule::Point) => {
            format!("{found}, below the floor of {floor} (point rule): {advice}.")
        }
        (Status::Fail, _) => {
            format!("{found}; its interval ends at {upper}, below the floor of {floor}: {advice}.")
        }
        (Status::InsufficientEvidence, _) if figure.lower.is_none() => format!(
            "{found} without an interval, which proves nothing about the floor of {floor}; have more items read by two raters."
        ),
        (Status::InsufficientEvidence, _) => format!(
            "{found}; its interval from {lower} to {upper} holds the floor of {floor}: at {} confidence more items must be read by two raters.",
            percent(figure.level.unwrap_or(0.95))
        ),
    }
}
