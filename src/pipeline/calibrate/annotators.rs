//! Each rater: error rate, bias in size, what is missed, agreement with the others, throughput, and change.

use super::Week;
use super::stages::rate_figure;
use crate::analytics::{
    ErrorFigure, OverlapFigure, agreement_figures, bootstrap_method, error_figures,
    overlap_figures, throughput,
};
use crate::domain::{ComparisonKind, ErrorKind, Role, Stage, Status};
use crate::pipeline::{PipelineError, Project};
use crate::reports::model::{AnnotatorRow, Change, Figure, Throughput, ThroughputPoint, Unit};
use crate::statistics::newcombe_difference;
use crate::store::{
    AgreementUnit, ContingencyQuestion, Filter, GroupBy, OverlapMetric, Sides, Store,
};

/// One row a rater, people before models, by name.
///
/// # Errors
/// What store and figures raise.
pub fn annotator_rows(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Vec<AnnotatorRow>, PipelineError> {
    let level = project.protocol.confidence;
    let unit = project.protocol.error_unit;
    let by_rater = GroupBy {
        rater: true,
        ..GroupBy::default()
    };
    let by_stage = GroupBy {
        stage: true,
        ..by_rater
    };
    let filter = week.filter();
    let errors = error_figures(
        store,
        project.id,
        &project.protocol,
        unit,
        &filter,
        by_stage,
    )?;
    let trailing = match week.trailing_filter() {
        Some(filter) => error_figures(
            store,
            project.id,
            &project.protocol,
            unit,
            &filter,
            by_stage,
        )?,
        None => Vec::new(),
    };
    let against_reference = Filter {
        kind: Some(ComparisonKind::Reference),
        ..filter.clone()
    };
    let among_peers = Filter {
        kind: Some(ComparisonKind::Peer),
        ..filter.clone()
    };
    let bias = overlap_figures(
        store,
        project.id,
        &[OverlapMetric::RelativeSizeDifference],
        &against_reference,
        // An area and a volume err by different shares for the same hand, so they are never averaged together.
        GroupBy {
            technique: true,
            ..by_rater
        },
        level,
    )?;
    let dice_reference = overlap_figures(
        store,
        project.id,
        &[OverlapMetric::Dice],
        &against_reference,
        by_rater,
        level,
    )?;
    let dice_peers = overlap_figures(
        store,
        project.id,
        &[OverlapMetric::Dice],
        &among_peers,
        by_rater,
        level,
    )?;
    let kappas = kappas_against_pool(store, project, &filter)?;
    let (_, summaries) = throughput(store, project.id, &project.protocol, &filter)?;

    let mut rows = Vec::new();
    for rater in store.raters(project.id)? {
        let own = |figures: &[ErrorFigure]| -> Vec<ErrorFigure> {
            figures
                .iter()
                .filter(|figure| figure.group.rater.as_deref() == Some(&rater.rater))
                .cloned()
                .collect()
        };
        let mine = own(&errors);
        let main = main_stage(rater.role, &mine);
        let before = main.as_ref().and_then(|main| {
            own(&trailing).into_iter().find(|figure| {
                figure.group.stage == main.group.stage
                    && figure.group.reference_kind == main.group.reference_kind
            })
        });
        let n_kind = |kind| {
            mine.iter()
                .filter_map(|figure| figure.kinds.get(&kind))
                .sum()
        };
        let of_rater = |figures: &[OverlapFigure]| -> Option<OverlapFigure> {
            figures
                .iter()
                .filter(|figure| figure.group.rater.as_deref() == Some(&rater.rater))
                .max_by_key(|figure| figure.n)
                .cloned()
        };
        let summary = summaries
            .iter()
            .filter(|summary| summary.rater == rater.rater && summary.role == rater.role)
            .max_by_key(|summary| summary.n_studies);
        rows.push(AnnotatorRow {
            status: main
                .as_ref()
                .and_then(|main| main.verdict.as_ref())
                .map_or(Status::NotApplicable, |verdict| verdict.status),
            rate: main
                .as_ref()
                .map_or_else(|| Figure::rate(0, 0), rate_figure),
            size_technique: of_rater(&bias).and_then(|found| found.group.technique),
            size_bias: of_rater(&bias).map_or_else(
                || Figure::undefined("no_sizes_against_a_reference", 0, Unit::Relative),
                |found| mean_figure(&found, Unit::Relative),
            ),
            n_missing: n_kind(ErrorKind::Missing),
            n_extra: n_kind(ErrorKind::Extra),
            n_wrong_label: n_kind(ErrorKind::WrongLabel),
            kappa: kappas
                .iter()
                .filter(|(name, _)| *name == rater.rater)
                .map(|(_, figure)| figure)
                .max_by_key(|figure| figure.n)
                .cloned()
                .unwrap_or_else(|| Figure::undefined("no_peers", 0, Unit::Ratio)),
            dice: of_rater(&dice_reference)
                .or_else(|| of_rater(&dice_peers))
                .and_then(|found| Some(Figure::new(found.median?, found.n, Unit::Ratio)))
                .unwrap_or_else(|| Figure::undefined("no_overlap", 0, Unit::Ratio)),
            studies_per_day: summary
                .and_then(|found| {
                    Some(Figure::new(
                        found.median_per_day?,
                        found.n_days,
                        Unit::PerDay,
                    ))
                })
                .unwrap_or_else(|| Figure::undefined("no_dated_work", 0, Unit::PerDay)),
            share_in_band: summary.map_or_else(
                || Figure::rate(0, 0),
                |found| Figure::rate(found.band.n_within, found.n_days),
            ),
            change: main
                .as_ref()
                .zip(before.as_ref())
                .and_then(|(now, before)| change(now, before, level)),
            link: None,
            rater: rater.rater,
            role: rater.role,
        });
    }
    rows.sort_by(|left, right| {
        ((left.role == Role::Model), &left.rater).cmp(&((right.role == Role::Model), &right.rater))
    });
    Ok(rows)
}

/// The stage that a rater is judged by: their own tier's, else the one with most assessed units.
fn main_stage(role: Role, figures: &[ErrorFigure]) -> Option<ErrorFigure> {
    let home = match role {
        Role::Physician => Stage::Verification,
        Role::Clinician => Stage::Training,
        Role::Annotator | Role::Model => Stage::Annotation,
    };
    figures
        .iter()
        .max_by_key(|figure| (figure.group.stage == Some(home), figure.n_assessed))
        .cloned()
}

/// This period's rate minus the earlier one's, with Newcombe's interval.
fn change(now: &ErrorFigure, before: &ErrorFigure, level: f64) -> Option<Change> {
    let interval = newcombe_difference(
        (now.n_errors, now.n_assessed),
        (before.n_errors, before.n_assessed),
        level,
    )
    .ok()
    .flatten()?;
    let difference = now.rate? - before.rate?;
    Some(Change {
        metric: "error rate".to_owned(),
        difference: Figure::new(
            difference,
            now.n_assessed + before.n_assessed,
            Unit::ShareDifference,
        )
        .with_interval(
            interval.lower,
            interval.upper,
            "Newcombe 1998, hybrid score",
        ),
        moved: interval.lower > 0.0 || interval.upper < 0.0,
    })
}

/// A mean with its bootstrap interval.
pub(super) fn mean_figure(found: &OverlapFigure, unit: Unit) -> Figure {
    let Some(mean) = found.mean else {
        return Figure::undefined("all_undefined", 0, unit);
    };
    let figure = Figure::new(mean, found.n, unit);
    match found.interval {
        Some(interval) => figure.with_interval(interval.lower, interval.upper, bootstrap_method()),
        None => figure,
    }
}

/// κ of each rater against all others, by the unit of agreement that has most units.
fn kappas_against_pool(
    store: &Store,
    project: &Project,
    filter: &Filter,
) -> Result<Vec<(String, Figure)>, PipelineError> {
    let mut found = Vec::new();
    for (unit, weights) in [
        (AgreementUnit::Classification, "unweighted"),
        (AgreementUnit::Ordinal, "quadratic"),
        (AgreementUnit::InstanceLabel, "unweighted"),
        (AgreementUnit::Presence, "unweighted"),
    ] {
        let question = ContingencyQuestion {
            unit,
            sides: Sides::EachAgainstOthers,
            by_study: false,
            by_label: false,
        };
        for figure in agreement_figures(
            store,
            project.id,
            &question,
            filter,
            project.protocol.confidence,
        )? {
            if let Some(kappa) = figure.coefficient("cohen_kappa", Some(weights)) {
                found.push((figure.group.a_rater.clone(), coefficient_figure(kappa)));
            }
        }
    }
    Ok(found)
}

/// A coefficient with its own interval.
pub(super) fn coefficient_figure(found: &crate::agreement::Coefficient) -> Figure {
    let figure = match (&found.undefined, found.value) {
        (None, Some(value)) => Figure::new(value, found.n, Unit::Ratio),
        (Some(undefined), _) => Figure::undefined(undefined.reason, found.n, Unit::Ratio),
        (None, None) => Figure::undefined("undefined", found.n, Unit::Ratio),
    };
    match (found.lower, found.upper) {
        (Some(lower), Some(upper)) => figure.with_interval(lower, upper, found.method.clone()),
        _ => figure,
    }
}

/// Studies by specialist and day, of this week and the one before.
pub fn throughput_of(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Option<Throughput>, PipelineError> {
    let filter = Filter {
        stage: Some(Stage::Annotation),
        ..week.fortnight_filter()
    };
    let (days, _) = throughput(store, project.id, &project.protocol, &filter)?;
    let points: Vec<ThroughputPoint> = days
        .into_iter()
        .filter(|day| day.is_workday && day.n_studies > 0)
        .filter_map(|day| {
            Some(ThroughputPoint {
                day: day.day?.to_string(),
                rater: day.rater,
                n_studies: u32::try_from(day.n_studies).unwrap_or(u32::MAX),
            })
        })
        .collect();
    Ok((!points.is_empty()).then(|| Throughput {
        band: project.protocol.throughput,
        time_zone: project.protocol.calendar.time_zone.clone(),
        points,
    }))
}
