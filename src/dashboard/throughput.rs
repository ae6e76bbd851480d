//! Studies per specialist and working day against the band.

use super::PagesState;
use super::answer::{PageError, answer};
use super::asked::Asked;
use super::frame::{Frame, render};
use super::links::key_of;
use super::units::rater_link;
use super::views::{Empty, Section, linked, no_number, plain};
use crate::analytics::{ThroughputDay, ThroughputSummary};
use crate::pipeline::scorecard::{Work, work};
use crate::pipeline::{self, Project, Week};
use crate::reports::figures::{control_chart, throughput};
use crate::reports::format;
use crate::reports::model::{Figure, Unit};
use crate::reports::render::{CellView, Plot, TableView};
use crate::store::{Filter, Store};
use poem::web::{Data, Path, Query};
use poem::{Response, handler};

/// Days listed; the newest.
const MOST_DAYS: usize = 200;

#[handler]
pub async fn show(
    state: Data<&PagesState>,
    Path(project): Path<String>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| days(store, key_of(&project), &asked)).await
}

fn days(store: &Store, name: &str, asked: &Asked) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let week = &asked.week(store, project)?;
    let rater = asked.text("rater");
    let filter = Filter {
        rater: rater.map(str::to_owned),
        ..week.fortnight_filter()
    };
    let work = work(store, project, &filter)?;
    let figure = pipeline::throughput_of(store, project, week)?;
    let headline = match &figure {
        Some(days) => throughput::headline(days),
        None => "No finished work has a date in this period".to_owned(),
    };
    let kept = rater
        .map(|rater| ("rater", rater.to_owned()))
        .into_iter()
        .collect();
    let band = project.protocol.throughput;
    let frame = Frame::new(project, "throughput", headline)
        .lead(format!(
            "Band {}–{} studies per specialist and working day; a study counts once, on the local day of its last \
             annotation. {}",
            band.min_per_day,
            band.max_per_day,
            match rater {
                Some(rater) => format!("Tables show {rater} only."),
                None => "This week and the one before.".to_owned(),
            }
        ))
        .with_weeks(store, project, week, kept)?;
    let plot = figure.map(|days| Plot {
        title: "The last ten working days".to_owned(),
        caption: throughput::caption(&days),
        svg: throughput::svg("throughput", &days),
    });
    let empty = || {
        Empty::new(
            "No reading says when it was finished. Import exports with finished-at times, or a sidecar table with the \
             columns item and finished_at.",
            format!(
                "concord import EXPORT --project {} --sidecar TIMES.csv",
                project.name
            ),
        )
    };
    let charts = Section::new("control", "Stability: individuals and moving ranges")
        .plots(chart_plots(&work));
    let mut sections = vec![
        Section::new("days", "").plots(plot.into_iter().collect()),
        Section::new("summary", "By specialist and stage")
            .sortable(summary_table(project, week, &work), empty()),
    ];
    if !charts.plots.is_empty() {
        sections.push(charts);
    }
    sections.push(Section::new("rows", "Day by day").sortable(
        day_table(project, week, &work.days),
        Empty::quiet("No day to list."),
    ));
    render(&frame, &sections)
}

/// One small chart a specialist.
pub fn chart_plots(work: &Work) -> Vec<Plot> {
    let plot = |(i, chart): (usize, &control_chart::ControlChart)| Plot {
        title: chart.headline(),
        caption: format!(
            "Studies per working day above, moving ranges below; n = {} days; limits: mean ± 2.66 and 3.267 mean moving ranges",
            chart.values.len()
        ),
        svg: control_chart::svg(&format!("control-{i}"), chart),
    };
    work.charts.iter().enumerate().map(plot).collect()
}

/// Median, spread and place against the band.
pub fn summary_table(project: &Project, week: &Week, work: &Work) -> TableView {
    let names = [
        "Specialist",
        "Stage",
        "Working days",
        "Studies",
        "Median a day",
        "Variation",
        "Days below",
        "Days within",
        "Days above",
        "In band",
        "Reworked",
        "Without a date",
        "Minutes a study",
    ];
    let row = |summary: &ThroughputSummary| {
        let per_day = |value: Option<f64>| {
            value.map_or_else(no_number, |value| CellView {
                numeric: true,
                ..CellView::text(format::number(value, 1, false))
            })
        };
        vec![
            linked(
                CellView::text(&summary.rater),
                rater_link(project, &summary.rater, week),
            ),
            CellView::text(summary.stage.as_str()),
            CellView::count(summary.n_days),
            CellView::count(summary.n_studies),
            per_day(summary.median_per_day),
            summary
                .coefficient_of_variation
                .map_or_else(no_number, |value| CellView {
                    numeric: true,
                    ..CellView::text(format!("{} %", format::number(value * 100.0, 0, false)))
                }),
            CellView::count(summary.band.n_below),
            CellView::count(summary.band.n_within),
            CellView::count(summary.band.n_above),
            CellView::figure(&Figure::rate(summary.band.n_within, summary.n_days)),
            CellView::count(summary.n_rework),
            CellView::count(summary.n_undated),
            summary
                .minutes_per_study
                .map_or_else(no_number, |value| CellView {
                    numeric: true,
                    ..CellView::text(Figure::new(value, summary.n_studies, Unit::Minutes).text())
                }),
        ]
    };
    TableView::new(
        &names,
        work.summaries.iter().map(row).collect(),
        format!(
            "Working days on which something was finished; days in {}. Variation: standard deviation over mean. Reworked: \
             studies delivered again later. Working time is unknown, not zero, where an export lacks it.",
            project.protocol.calendar.time_zone
        ),
    )
}

fn day_table(project: &Project, week: &Week, days: &[ThroughputDay]) -> TableView {
    let mut sorted: Vec<&ThroughputDay> = days.iter().collect();
    sorted.sort_by(|a, b| {
        b.day
            .cmp(&a.day)
            .then_with(|| (&a.rater, a.stage).cmp(&(&b.rater, b.stage)))
    });
    let row = |day: &&ThroughputDay| {
        vec![
            CellView::text(
                day.day
                    .map_or_else(|| "no date".to_owned(), |day| day.to_string()),
            ),
            linked(
                CellView::text(&day.rater),
                rater_link(project, &day.rater, week),
            ),
            CellView::text(day.stage.as_str()),
            CellView::count(day.n_studies),
            CellView::text(match (day.place, day.is_workday) {
                (None, _) => "–".to_owned(),
                (Some(_), false) => "no working day".to_owned(),
                (Some(place), true) => plain(place.as_str()),
            }),
            CellView::count(day.n_rework),
            CellView::count(day.n_items),
            CellView::count(day.n_annotations),
            day.active_ms.map_or_else(no_number, |ms| CellView {
                numeric: true,
                ..CellView::text(format::number(ms as f64 / 60_000.0, 0, false))
            }),
        ]
    };
    let n_more = sorted.len().saturating_sub(MOST_DAYS);
    TableView::new(
        &[
            "Day",
            "Specialist",
            "Stage",
            "Studies",
            "Band",
            "Reworked",
            "Items",
            "Annotations",
            "Active minutes",
        ],
        sorted.iter().take(MOST_DAYS).map(row).collect(),
        match n_more {
            0 => String::new(),
            n => format!("{n} earlier days are not listed; choose an earlier week."),
        },
    )
}
