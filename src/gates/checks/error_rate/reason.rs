//! The sentences that explain a verdict on an error rate.

use super::{Figure, Question};
use crate::domain::{ErrorUnit, ReferenceKind, Status};
use crate::gates::inputs::StageErrorCount;
use crate::gates::policy::EvidenceRule;
use crate::gates::verdict::Judge;
use crate::gates::wording::{counted, percent, percent_beside};
use crate::statistics::{ClusteredRate, MIN_ERRONEOUS_CLUSTERS, Population};

pub(super) fn nothing_compared(question: &Question, figures: &[Figure<'_>]) -> String {
    let Question { stage, unit, .. } = question;
    let (one, _) = unit_words(*unit);
    match question.reference {
        Some(kind) if !figures.is_empty() => format!(
            "No {one} of the {stage} stage was compared with a {kind} reference, though with others ({}); import {kind} readings or change `reference` in the policy.",
            kinds_with_n(figures, None)
        ),
        kind => format!(
            "No {one} of the {stage} stage was compared with a {}reference; import reference readings of this lot, or take the check out of the policy.",
            kind.map_or(String::new(), |kind| format!("{kind} "))
        ),
    }
}

pub(super) fn explain(
    judge: &Judge<'_>,
    question: &Question,
    limit: f64,
    figure: &Figure<'_>,
) -> String {
    let (stage, kind) = (question.stage, figure.count.reference_kind);
    let (errors, assessed) = (figure.count.n_errors, figure.n());
    let beside = |share: Option<f64>| percent_beside(share.unwrap_or_default(), limit);
    let allowed = percent(limit);
    let level = percent(judge.confidence);
    let verb = if assessed == 1 { "was" } else { "were" };
    let mut found = format!(
        "{errors} of {} {verb} wrong at the {stage} stage against the {kind} reference",
        question.units(assessed)
    );
    if let Some(units) = figure.worth {
        found.push_str(&worth(&units));
    }
    let verdict = &figure.verdict;
    let whole_lot = figure.count.population == Population::Lot(assessed);
    match (figure.status, judge.evidence) {
        (Status::Error, _) => {
            format!(
                "The {stage} stage cannot be judged against the {kind} reference: {}.",
                verdict.reason
            )
        }
        (Status::NotApplicable, _) => unjudged(question, figure),
        (Status::Pass, EvidenceRule::Point) => format!(
            "{found}; the observed rate of {} is below the limit of {allowed} (point rule: how sure that is was not asked).",
            beside(verdict.rate)
        ),
        (_, EvidenceRule::Point) => format!(
            "{found}; the observed rate of {} is not below the limit of {allowed} (point rule): have the errors corrected and audit again.",
            beside(verdict.rate)
        ),
        (Status::Pass, _) if whole_lot => format!(
            "{found}; the whole lot was assessed and its rate of {} is below the limit of {allowed}.",
            beside(verdict.rate)
        ),
        (Status::Pass, _) => format!(
            "{found}; with {level} confidence the rate is at most {}, below the limit of {allowed}.",
            beside(verdict.upper_one_sided)
        ),
        (Status::Fail, _) if whole_lot => format!(
            "{found}; the whole lot was assessed and its rate of {} is not below the limit of {allowed}: have the errors corrected and audit again.",
            beside(verdict.rate)
        ),
        (Status::Fail, _) => format!(
            "{found}; with {level} confidence the rate is at least {}, not below the limit of {allowed}: have the errors corrected and audit again.",
            beside(verdict.lower_one_sided)
        ),
        (Status::InsufficientEvidence, _) => {
            let advice = match (
                verdict.further_clean_audits,
                figure.further_clean_studies,
                figure.count.population,
            ) {
                (Some(more), _, _) => format!("audit {} without an error to pass", question.further(more)),
                (None, Some(more), _) => format!(
                    "audit {} like these without an error to pass",
                    counted(more, "further study", "further studies")
                ),
                (None, None, Population::Lot(_)) => {
                    "even clean audits of all the rest would not pass, so have the errors corrected and audit again".to_owned()
                }
                _ => "audit further studies".to_owned(),
            };
            format!(
                "{found}; with {level} confidence the rate may be as high as {}, limit {allowed}: {advice}.",
                beside(verdict.upper_one_sided)
            )
        }
    }
}

fn unjudged(question: &Question, figure: &Figure<'_>) -> String {
    let StageErrorCount {
        reference_kind: kind,
        n_not_applicable,
        n_refused,
        ..
    } = figure.count;
    let (one, many) = unit_words(question.unit);
    let start = format!(
        "No {one} of the {} stage could be judged against the {kind} reference",
        question.stage
    );
    let without = counted(*n_not_applicable, one, many);
    let refused = counted(*n_refused, "comparison was", "comparisons were");
    match (*n_not_applicable, *n_refused) {
        (0, 0) => format!("{start}; have some audited, or take the check out of the policy."),
        (_, 0) => format!(
            "{start}: {without} had no tolerance that applies; give the spacing of the images."
        ),
        (0, _) => format!(
            "{start}: {refused} refused because the grids differ; import both readings on one grid."
        ),
        _ => format!(
            "{start}: {without} had no tolerance that applies and {refused} refused because the grids differ; give the spacing and import both readings on one grid."
        ),
    }
}

pub(super) fn kinds_with_n(figures: &[Figure<'_>], primary: Option<ReferenceKind>) -> String {
    let named = figures.iter().map(|figure| {
        let kind = figure.count.reference_kind;
        let mark = if primary == Some(kind) { ", shown" } else { "" };
        format!("{kind} (n = {}{mark})", figure.n())
    });
    named.collect::<Vec<_>>().join(", ")
}

impl Question {
    pub(super) fn units(&self, n: u64) -> String {
        let (one, many) = unit_words(self.unit);
        counted(n, one, many)
    }

    fn further(&self, n: u64) -> String {
        let (one, many) = unit_words(self.unit);
        counted(n, &format!("further {one}"), &format!("further {many}"))
    }
}

const fn unit_words(unit: ErrorUnit) -> (&'static str, &'static str) {
    match unit {
        ErrorUnit::Study => ("study", "studies"),
        ErrorUnit::Item => ("item", "items"),
        ErrorUnit::Instance => ("instance", "instances"),
    }
}

/// What clustered units are worth, and how that is known.
fn worth(bounds: &ClusteredRate) -> String {
    let studies = counted(bounds.n_clusters, "study", "studies");
    let known = if bounds.is_estimated {
        "as their errors cluster by study".to_owned()
    } else {
        format!(
            "since errors may cluster by study ({} of {MIN_ERRONEOUS_CLUSTERS} studies with errors, from which on that is measured)",
            bounds.n_erroneous_clusters
        )
    };
    format!(
        ", in {studies}; they prove as much as {:.0} independent ones, {known}",
        bounds.effective_n
    )
}
