//! What pages ask beyond the weekly report: rates by any split, weeks under control limits, work by day, and which
//! raters can be told apart.

use super::calibrate::rate_figure;
use super::{PipelineError, Project};
use crate::analytics::{ThroughputDay, ThroughputSummary, error_figures, throughput};
use crate::domain::{ErrorKind, ReferenceKind, Stage, Status};
use crate::reports::figures::control_chart::ControlChart;
use crate::reports::model::{AnnotatorRow, Figure};
use crate::statistics::{
    RunRules, StatisticsError, individuals_chart, newcombe_difference, p_chart,
};
use crate::store::{Filter, GroupBy, Store};
use std::collections::BTreeMap;

/// An error rate of one group against one kind of reference.
#[derive(Clone, Debug)]
pub struct RateRow {
    pub stage: Option<Stage>,
    pub reference_kind: Option<ReferenceKind>,
    pub rater: Option<String>,
    pub label: Option<String>,
    pub week: Option<String>,
    pub rate: Figure,
    pub limit: Option<f64>,
    pub status: Status,
    /// Instances in error by primary kind.
    pub kinds: BTreeMap<ErrorKind, u64>,
    pub n_not_applicable: u64,
    /// Limits of a p chart over the group's weeks, where there are two weeks or more.
    pub control: Option<ControlLimits>,
}

/// Three-sigma limits of one week's rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlLimits {
    pub centre: f64,
    pub lower: f64,
    pub upper: f64,
    pub beyond: bool,
}

/// Error rates by the given split.
///
/// # Errors
/// What store and figures raise.
pub fn rates(
    store: &Store,
    project: &Project,
    filter: &Filter,
    by: GroupBy,
) -> Result<Vec<RateRow>, PipelineError> {
    let unit = project.protocol.error_unit;
    let figures = error_figures(store, project.id, &project.protocol, unit, filter, by)?;
    let row = |figure: crate::analytics::ErrorFigure| RateRow {
        rate: rate_figure(&figure),
        status: figure
            .verdict
            .as_ref()
            .map_or(Status::NotApplicable, |verdict| verdict.status),
        stage: figure.group.stage,
        reference_kind: figure.group.reference_kind,
        rater: figure.group.rater,
        label: figure.group.label,
        week: figure.group.week,
        limit: figure.limit,
        kinds: figure.kinds,
        n_not_applicable: figure.n_not_applicable,
        control: None,
    };
    Ok(figures.into_iter().map(row).collect())
}

/// A rater's error rate by stage, kind of reference and week, each series under the limits of its own p chart.
///
/// # Errors
/// What store and figures raise.
pub fn weekly_rates(
    store: &Store,
    project: &Project,
    rater: &str,
) -> Result<Vec<RateRow>, PipelineError> {
    let filter = Filter {
        rater: Some(rater.to_owned()),
        ..Filter::default()
    };
    let by = GroupBy {
        stage: true,
        week: true,
        ..GroupBy::default()
    };
    let mut rows = rates(store, project, &filter, by)?;
    rows.retain(|row| row.week.is_some());
    rows.sort_by(|a, b| {
        (a.stage, a.reference_kind, &a.week).cmp(&(b.stage, b.reference_kind, &b.week))
    });
    for series in
        rows.chunk_by_mut(|a, b| (a.stage, a.reference_kind) == (b.stage, b.reference_kind))
    {
        let assessed = || {
            series
                .iter()
                .map(|row| (row.rate.numerator.unwrap_or(0), row.rate.n))
        };
        let periods: Vec<(u64, u64)> = assessed().filter(|(_, n)| *n > 0).collect();
        let Some(chart) =
            p_chart(&periods, None, RunRules::LimitsOnly)?.filter(|_| periods.len() > 1)
        else {
            continue;
        };
        // The chart has one point for each week in which something was assessed.
        let weeks = series.iter_mut().filter(|row| row.rate.n > 0);
        for (row, point) in weeks.zip(&chart.points) {
            row.control = Some(ControlLimits {
                centre: point.centre,
                lower: point.lower,
                upper: point.upper,
                beyond: !point.signals.is_empty(),
            });
        }
    }
    Ok(rows)
}

/// Work by day, its summaries, and a chart for each specialist and stage with two working days or more.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub days: Vec<ThroughputDay>,
    pub summaries: Vec<ThroughputSummary>,
    pub charts: Vec<ControlChart>,
}

/// Throughput of everyone whom the filter admits.
///
/// # Errors
/// What store and figures raise.
pub fn work(store: &Store, project: &Project, filter: &Filter) -> Result<Work, PipelineError> {
    let (days, summaries) = throughput(store, project.id, &project.protocol, filter)?;
    let charts = summaries
        .iter()
        .filter_map(|summary| {
            let of_rater = days.iter().filter(|day| {
                (&day.rater, day.role, day.stage) == (&summary.rater, summary.role, summary.stage)
                    && day.is_workday
                    && day.n_studies > 0
            });
            let values: Vec<(String, f64)> = of_rater
                .filter_map(|day| Some((day.day?.to_string(), day.n_studies as f64)))
                .collect();
            chart(format!("{}, {}", summary.rater, summary.stage), values).transpose()
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Work {
        days,
        summaries,
        charts,
    })
}

/// Individuals and moving ranges of studies per day; a day has no fewer than 0.
fn chart(
    subject: String,
    mut values: Vec<(String, f64)>,
) -> Result<Option<ControlChart>, StatisticsError> {
    values.sort_by(|a, b| a.0.cmp(&b.0));
    let numbers: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    let Some(found) = individuals_chart(&numbers, RunRules::LimitsOnly)? else {
        return Ok(None);
    };
    let (individuals, ranges) = (found.individuals.points, found.moving_range.points);
    let (Some(individual), Some(range)) = (individuals.first(), ranges.first()) else {
        return Ok(None);
    };
    Ok(Some(ControlChart {
        subject,
        values,
        centre: individual.centre,
        lower: individual.lower.max(0.0),
        upper: individual.upper,
        range_centre: range.centre,
        range_upper: range.upper,
        decimals: 1,
    }))
}

/// Letters, one text a row: raters of one role who share a letter cannot be told apart by their error rates, since
/// Newcombe's interval of the difference covers 0. Raters without a rate have none.
///
/// # Errors
/// A confidence level that is none.
pub fn indistinguishable(rows: &[AnnotatorRow], level: f64) -> Result<Vec<String>, PipelineError> {
    let mut letters = vec![String::new(); rows.len()];
    let mut next = 0;
    let mut roles: Vec<_> = rows.iter().map(|row| row.role).collect();
    roles.sort_unstable();
    roles.dedup();
    for role in roles {
        let mut sorted: Vec<usize> = (0..rows.len())
            .filter(|&i| rows[i].role == role && rows[i].rate.value.is_some())
            .collect();
        sorted.sort_by(|&a, &b| {
            let rate = |i: usize| rows[i].rate.value.unwrap_or(0.0);
            rate(a).total_cmp(&rate(b))
        });
        let counts = |i: usize| (rows[i].rate.numerator.unwrap_or(0), rows[i].rate.n);
        let mut end_before = 0;
        for from in 0..sorted.len() {
            let mut end = from + 1;
            while end < sorted.len() {
                let interval =
                    newcombe_difference(counts(sorted[end]), counts(sorted[from]), level)?;
                if interval.is_some_and(|interval| interval.lower > 0.0 || interval.upper < 0.0) {
                    break;
                }
                end += 1;
            }
            // A run within an earlier one says nothing new.
            if end <= end_before {
                continue;
            }
            end_before = end;
            let letter = letter(next);
            next += 1;
            for &i in &sorted[from..end] {
                letters[i].push_str(&letter);
            }
        }
    }
    Ok(letters)
}

/// a, b, … z, a2, b2 …
fn letter(n: usize) -> String {
    let name = char::from(b'a' + (n % 26) as u8);
    match n / 26 {
        0 => name.to_string(),
        round => format!("{name}{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{chart, indistinguishable};
    use crate::domain::{Role, Status};
    use crate::reports::model::{AnnotatorRow, Figure, Unit};

    fn row(rater: &str, n_errors: u64, n: u64) -> AnnotatorRow {
        let none = |unit| Figure::undefined("not_measured", 0, unit);
        AnnotatorRow {
            rater: rater.to_owned(),
            role: Role::Annotator,
            rate: Figure::rate(n_errors, n),
            status: Status::NotApplicable,
            size_bias: none(Unit::Relative),
            size_technique: None,
            n_missing: 0,
            n_extra: 0,
            n_wrong_label: 0,
            kappa: none(Unit::Ratio),
            dice: none(Unit::Ratio),
            studies_per_day: none(Unit::PerDay),
            share_in_band: none(Unit::Share),
            change: None,
            link: None,
        }
    }

    #[test]
    fn raters_who_cannot_be_told_apart_share_a_letter() {
        let rows = [
            row("far", 200, 400),
            row("low", 4, 400),
            row("near", 6, 400),
            row("none", 0, 0),
        ];
        assert_eq!(indistinguishable(&rows, 0.95).unwrap(), ["b", "a", "a", ""]);
    }

    #[test]
    fn a_rater_in_the_middle_may_belong_to_both_sides() {
        let rows = [
            row("low", 10, 200),
            row("middle", 20, 200),
            row("high", 32, 200),
        ];
        assert_eq!(indistinguishable(&rows, 0.95).unwrap(), ["a", "ab", "b"]);
    }

    #[test]
    fn limits_are_those_of_the_mean_moving_range() {
        let days = [
            ("2026-11-16", 46.0),
            ("2026-11-17", 48.0),
            ("2026-11-18", 47.0),
        ];
        let chart = chart(
            "a".into(),
            days.map(|(day, n)| (day.to_owned(), n)).to_vec(),
        )
        .unwrap()
        .unwrap();
        assert_eq!((chart.centre, chart.range_centre), (47.0, 1.5));
        assert!((chart.upper - (47.0 + 2.66 * 1.5)).abs() < 1e-12);
        assert!((chart.range_upper - 3.267 * 1.5).abs() < 1e-12);
    }
}
