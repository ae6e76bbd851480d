//! Is the error rate of a stage below its limit?

mod reason;

use crate::domain::{ErrorUnit, ReferenceKind, Stage, Status};
use crate::gates::inputs::StageErrorCount;
use crate::gates::policy::{EvidenceRule, PolicyCheck};
use crate::gates::verdict::{CheckResult, Judge, ReferenceFigure};
use crate::gates::wording::{percent, percent_beside};
use crate::statistics::{
    ClusteredRate, ClusteredVerdict, Population, RateVerdict, Rule, judge_clustered_rate,
    judge_rate,
};
use reason::{explain, kinds_with_n, nothing_compared};

/// A check of this kind with all that it leaves to the protocol filled in.
pub(super) struct Question {
    stage: Stage,
    limit: Option<f64>,
    unit: ErrorUnit,
    reference: Option<ReferenceKind>,
}

impl Question {
    pub fn new(
        judge: &Judge<'_>,
        stage: Stage,
        limit: Option<f64>,
        unit: Option<ErrorUnit>,
        reference: Option<ReferenceKind>,
    ) -> Self {
        let of_protocol = judge
            .protocol
            .stages
            .get(&stage)
            .map(|limit| limit.max_error_rate);
        Self {
            stage,
            limit: limit.or(of_protocol),
            unit: unit.unwrap_or(judge.protocol.error_unit),
            reference,
        }
    }
}

/// One kind of reference and what it shows.
struct Figure<'a> {
    count: &'a StageErrorCount,
    verdict: RateVerdict,
    status: Status,
    method: &'static str,
    /// What the units are worth, where several of one study were assessed.
    worth: Option<ClusteredRate>,
    /// Further studies of the mean size, all without error, that would pass.
    further_clean_studies: Option<u64>,
}

pub(super) fn judge(judge: &Judge<'_>, check: &PolicyCheck, question: &Question) -> CheckResult {
    let answer = |status, reason: String| {
        let mut result = CheckResult::new(check, status, reason);
        (result.stage, result.unit) = (Some(question.stage), Some(question.unit));
        if let Some(limit) = question.limit {
            result = result.asks(limit, format!("below {}", percent(limit)));
        }
        result
    };
    let Some(limit) = question.limit else {
        return answer(
            Status::Error,
            format!(
                "Neither policy nor protocol limits the {} stage; give the check a `limit`.",
                question.stage
            ),
        );
    };
    let figures = figures_of(judge, question, limit);
    if let Some(kind) = counted_twice(&figures) {
        let reason = format!(
            "The {kind} reference was counted twice at the {} stage; report this as a fault of Concord.",
            question.stage
        );
        return answer(Status::Error, reason);
    }
    let Some(primary) = primary_of(judge, question, &figures) else {
        return answer(Status::NotApplicable, nothing_compared(question, &figures));
    };
    let mut result = answer(primary.status, String::new())
        .counts(primary.count.n_errors, primary.count.n_assessed);
    result.rate = primary.verdict.rate;
    (result.lower, result.upper) = (
        primary.verdict.lower_one_sided,
        primary.verdict.upper_one_sided,
    );
    result.level = result.upper.map(|_| judge.confidence);
    result.method = Some(primary.method.to_owned());
    // After a failure the errors must be corrected; clean audits would only thin them out.
    result.further_clean_audits = primary
        .verdict
        .further_clean_audits
        .filter(|_| primary.status != Status::Fail);
    result.further_clean_studies = primary
        .further_clean_studies
        .filter(|_| primary.status != Status::Fail);
    result.effective_n = primary.worth.map(|worth| worth.effective_n);
    result.reference = Some(primary.count.reference_kind);
    result.n_not_applicable = primary.count.n_not_applicable;
    result.n_refused = primary.count.n_refused;
    result.by_reference = figures.iter().map(record_of).collect();
    result.reason = explain(judge, question, limit, primary);
    add_other_kinds(&mut result, question, limit, primary, &figures);
    result
}

fn figures_of<'a>(judge: &Judge<'a>, question: &Question, limit: f64) -> Vec<Figure<'a>> {
    let counts = judge.figures.error_counts.iter();
    let mut figures: Vec<_> = counts
        .filter(|count| count.stage == question.stage && count.unit == question.unit)
        .map(|count| figure_of(judge, limit, count))
        .collect();
    figures.sort_by_key(|figure| figure.count.reference_kind);
    figures
}

fn figure_of<'a>(judge: &Judge<'a>, limit: f64, count: &'a StageErrorCount) -> Figure<'a> {
    let rule = match judge.evidence {
        EvidenceRule::Bounds => Rule::Bounds,
        EvidenceRule::Point => Rule::Point,
    };
    let ClusteredVerdict {
        verdict,
        worth,
        further_clean_clusters,
    } = verdict_of(judge, limit, count, rule);
    let status = verdict.status;
    let method = match (worth, count.population) {
        (Some(worth), _) if worth.is_estimated => "clopper_pearson_one_sided_of_effective_units",
        (Some(_), _) => "clopper_pearson_one_sided_of_effective_units_assumed",
        (None, Population::Process) => "clopper_pearson_one_sided",
        (None, Population::Lot(_)) => "hypergeometric_one_sided",
    };
    Figure {
        count,
        verdict,
        status,
        method,
        worth,
        further_clean_studies: further_clean_clusters,
    }
}

/// Units of one study hang together, so that they prove less than as many that have nothing in common.
fn verdict_of(
    judge: &Judge<'_>,
    limit: f64,
    count: &StageErrorCount,
    rule: Rule,
) -> ClusteredVerdict {
    let StageErrorCount {
        n_errors,
        n_assessed,
        population,
        ref by_study,
        ..
    } = *count;
    if by_study.is_empty() {
        return ClusteredVerdict {
            verdict: judge_rate(
                n_errors,
                n_assessed,
                population,
                limit,
                judge.confidence,
                rule,
            ),
            worth: None,
            further_clean_clusters: None,
        };
    }
    let mut found = judge_clustered_rate(
        by_study,
        population,
        limit,
        judge.confidence,
        rule,
        judge.protocol.within_study_correlation,
    );
    let sums = (found.verdict.errors, found.verdict.assessed);
    if sums != (n_errors, n_assessed) {
        found.verdict.status = Status::Error;
        found.verdict.reason = format!(
            "the studies add up to {} errors among {} units",
            sums.0, sums.1
        );
    }
    found
}

impl Figure<'_> {
    fn n(&self) -> u64 {
        self.count.n_assessed
    }
}

fn counted_twice(figures: &[Figure<'_>]) -> Option<ReferenceKind> {
    figures.windows(2).find_map(|neighbours| match neighbours {
        [a, b] if a.count.reference_kind == b.count.reference_kind => Some(a.count.reference_kind),
        _ => None,
    })
}

/// The policy's kind, else that with most assessed units, else the first in precedence.
fn primary_of<'f, 'a>(
    judge: &Judge<'_>,
    question: &Question,
    figures: &'f [Figure<'a>],
) -> Option<&'f Figure<'a>> {
    let kind = |figure: &Figure<'_>| figure.count.reference_kind;
    if let Some(wanted) = question.reference {
        return figures.iter().find(|figure| kind(figure) == wanted);
    }
    let order = &judge.protocol.reference_precedence;
    let rank = |figure: &Figure<'_>| {
        order
            .iter()
            .position(|listed| *listed == kind(figure))
            .unwrap_or(order.len())
    };
    figures
        .iter()
        .min_by_key(|figure| (std::cmp::Reverse(figure.n()), rank(figure), kind(figure)))
}

fn record_of(figure: &Figure<'_>) -> ReferenceFigure {
    ReferenceFigure {
        reference: figure.count.reference_kind,
        status: figure.status,
        numerator: figure.count.n_errors,
        denominator: figure.n(),
        rate: figure.verdict.rate,
        lower: figure.verdict.lower_one_sided,
        upper: figure.verdict.upper_one_sided,
        method: figure.method.to_owned(),
    }
}

/// Another kind is never added to the primary one, but its failure is a failure, and its fault a fault.
fn add_other_kinds(
    result: &mut CheckResult,
    question: &Question,
    limit: f64,
    primary: &Figure<'_>,
    figures: &[Figure<'_>],
) {
    if figures.len() < 2 {
        return;
    }
    let primary_kind = primary.count.reference_kind;
    for other in figures
        .iter()
        .filter(|other| other.count.reference_kind != primary_kind)
    {
        let kind = other.count.reference_kind;
        match other.status {
            Status::Fail => {
                let bound = match other.verdict.rule {
                    Rule::Bounds => other
                        .verdict
                        .lower_one_sided
                        .map(|lower| ("at least ", lower)),
                    Rule::Point => other.verdict.rate.map(|rate| ("", rate)),
                };
                let (at_least, rate) = bound.unwrap_or(("", limit));
                result.reason.push_str(&format!(
                    " It fails against the {kind} reference: {} of {} wrong, a rate of {at_least}{}.",
                    other.count.n_errors,
                    question.units(other.n()),
                    percent_beside(rate, limit)
                ));
            }
            Status::Error => {
                result.reason.push_str(&format!(
                    " The {kind} reference cannot be judged: {}.",
                    other.verdict.reason
                ));
            }
            _ => continue,
        }
        result.status = result.status.min(other.status);
    }
    result.reason.push_str(&format!(
        " Kinds of reference are not mixed: {}.",
        kinds_with_n(figures, Some(primary_kind))
    ));
    if result.status == Status::Fail && primary.status != Status::Fail {
        // Clean audits against the primary kind would not mend the other one.
        result.further_clean_audits = None;
        result.further_clean_studies = None;
    }
}
