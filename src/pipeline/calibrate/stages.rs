//! Each stage held against its limit.

use super::Week;
use crate::analytics::{ErrorFigure, error_figures};
use crate::domain::{ErrorUnit, ReferenceKind, Stage, Status};
use crate::pipeline::{PipelineError, Project};
use crate::reports::model::{Figure, KindRate, StageCard, WeekRate};
use crate::statistics::{Interval, IntervalMethod};
use crate::store::{Filter, GroupBy, Store};

/// One card a stage, in the order of work.
///
/// # Errors
/// What store and figures raise.
pub fn stage_cards(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Vec<StageCard>, PipelineError> {
    let by = GroupBy {
        stage: true,
        ..GroupBy::default()
    };
    let by_week = GroupBy { week: true, ..by };
    let unit = project.protocol.error_unit;
    let figures =
        |filter: &Filter, by| error_figures(store, project.id, &project.protocol, unit, filter, by);
    let now = figures(&week.filter(), by)?;
    let trailing = match week.trailing_filter() {
        Some(filter) => figures(&filter, by)?,
        None => Vec::new(),
    };
    let weekly = figures(&Filter::default(), by_week)?;
    Ok(Stage::ALL
        .iter()
        .filter_map(|&stage| {
            let limit = project.protocol.stages.get(&stage)?.max_error_rate;
            Some(card(project, stage, limit, unit, &now, &trailing, &weekly))
        })
        .collect())
}

fn card(
    project: &Project,
    stage: Stage,
    limit: f64,
    unit: ErrorUnit,
    now: &[ErrorFigure],
    trailing: &[ErrorFigure],
    weekly: &[ErrorFigure],
) -> StageCard {
    let mut of_stage: Vec<&ErrorFigure> = now
        .iter()
        .filter(|figure| figure.group.stage == Some(stage))
        .collect();
    let precedence = |kind: Option<ReferenceKind>| {
        project
            .protocol
            .reference_precedence
            .iter()
            .position(|&listed| Some(listed) == kind)
            .unwrap_or(usize::MAX)
    };
    // The kind with most evidence speaks for the stage; the others are shown beside it.
    of_stage.sort_by_key(|figure| {
        (
            std::cmp::Reverse(figure.n_assessed),
            precedence(figure.group.reference_kind),
        )
    });
    let Some((&primary, others)) = of_stage.split_first() else {
        return StageCard {
            stage,
            reference_kind: None,
            unit,
            rate: Figure::rate(0, 0),
            limit,
            status: Status::NotApplicable,
            sentence: format!(
                "Nothing of this stage was compared with a reference. Import references for the {stage} stage (gold, adjudicated or verified readings of the same items)."
            ),
            further_clean_audits: None,
            previous: None,
            n_not_applicable: 0,
            other_kinds: Vec::new(),
            weeks: Vec::new(),
        };
    };
    let kind = primary.group.reference_kind;
    let same = |figure: &&ErrorFigure| {
        figure.group.stage == Some(stage) && figure.group.reference_kind == kind
    };
    let verdict = primary.verdict.as_ref();
    let mut status = verdict.map_or(Status::NotApplicable, |verdict| verdict.status);
    let mut sentence = sentence(primary, limit, status);
    // Evidence against another kind of reference is never outvoted.
    let failing = others
        .iter()
        .filter(|figure| {
            figure
                .verdict
                .as_ref()
                .is_some_and(|verdict| verdict.status == Status::Fail)
        })
        .find_map(|figure| Some((figure.group.reference_kind?, *figure)));
    if let Some((failing_kind, figure)) = failing
        && status > Status::Fail
    {
        status = Status::Fail;
        sentence = format!(
            "Over the limit against {failing_kind} references ({} of {}), whatever the other kinds say.",
            figure.n_errors, figure.n_assessed
        );
    }
    StageCard {
        stage,
        reference_kind: kind,
        unit,
        rate: rate_figure(primary),
        limit,
        status,
        sentence,
        further_clean_audits: verdict.and_then(|verdict| verdict.further_clean_audits),
        previous: trailing.iter().find(same).map(rate_figure),
        n_not_applicable: primary.n_not_applicable,
        other_kinds: others
            .iter()
            .filter_map(|figure| {
                Some(KindRate {
                    reference_kind: figure.group.reference_kind?,
                    rate: rate_figure(figure),
                })
            })
            .collect(),
        weeks: weekly
            .iter()
            .filter(same)
            .filter_map(|figure| {
                Some(WeekRate {
                    week: figure.group.week.clone()?,
                    rate: rate_figure(figure),
                })
            })
            .collect(),
    }
}

/// A rate with the interval that is shown.
pub(in crate::pipeline) fn rate_figure(figure: &ErrorFigure) -> Figure {
    let rate = Figure::rate(figure.n_errors, figure.n_assessed);
    match figure.interval {
        Some(interval) => rate.with_interval(
            interval.lower,
            interval.upper,
            format!("{}, {:.0} %", method(interval), interval.level * 100.0),
        ),
        None => rate,
    }
}

fn method(interval: Interval) -> &'static str {
    match interval.method {
        IntervalMethod::EffectiveSample => "exact, of the units that clustered ones are worth",
        _ => "Wilson",
    }
}

fn sentence(figure: &ErrorFigure, limit: f64, status: Status) -> String {
    let limit = percent(limit);
    let unit = figure.unit;
    let further = figure
        .verdict
        .as_ref()
        .and_then(|verdict| verdict.further_clean_audits);
    match (status, further) {
        (Status::Pass, _) => format!("Below {limit} with 95 % confidence: nothing to do."),
        (Status::Fail, _) => format!(
            "At or above {limit} with 95 % confidence. Find the cause before more is produced: see who and which label below."
        ),
        (Status::InsufficientEvidence, Some(n)) => format!(
            "Not enough evidence yet: {n} more audited {} without an error would show that the rate is below {limit}.",
            if unit == ErrorUnit::Study {
                "studies".to_owned()
            } else {
                format!("{unit}s")
            }
        ),
        (Status::InsufficientEvidence, None) if figure.further_clean_studies.is_some() => {
            let n = figure.further_clean_studies.unwrap_or_default();
            format!(
                "Not enough evidence yet, since errors may cluster by study: {n} more studies like these without an error would show that the rate is below {limit}."
            )
        }
        (Status::InsufficientEvidence, None) => {
            format!(
                "Not enough evidence, and no number of further clean audits of this lot would show a rate below {limit}."
            )
        }
        (Status::NotApplicable, _) => {
            format!(
                "No {unit} of this stage could be judged: {} could not be compared.",
                figure.n_not_applicable + figure.n_refused
            )
        }
        (Status::Error, _) => "The verdict could not be worked out.".to_owned(),
    }
}

fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
