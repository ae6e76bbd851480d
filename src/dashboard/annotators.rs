//! Everyone in one table: rate, bias, misses, agreement, throughput, and who cannot be told apart.

use super::PagesState;
use super::answer::{PageError, answer};
use super::asked::Asked;
use super::frame::{Frame, render};
use super::links::{Link, key_of};
use super::units::{errors_link, rater_link};
use super::views::{Empty, Section, linked, linked_count, linked_figure, no_number};
use crate::domain::{ErrorKind, Role, Stage, Status};
use crate::pipeline::scorecard::indistinguishable;
use crate::pipeline::{self, Project, Week};
use crate::reports::figures::{distribution, rater_rates};
use crate::reports::format::list;
use crate::reports::model::AnnotatorRow;
use crate::reports::render::{CellView, Plot, TableView};
use crate::store::Store;
use poem::web::{Data, Path, Query};
use poem::{Response, handler};

#[handler]
pub async fn show(
    state: Data<&PagesState>,
    Path(project): Path<String>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| {
        annotators(store, key_of(&project), &asked)
    })
    .await
}

fn annotators(store: &Store, name: &str, asked: &Asked) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let week = &asked.week(store, project)?;
    let mut rows = pipeline::annotator_rows(store, project, week)?;
    for row in &mut rows {
        row.link = Some(rater_link(project, &row.rater, week).into());
    }
    let letters = indistinguishable(&rows, project.protocol.confidence)?;
    let frame = Frame::new(project, "annotators", headline(&rows)).with_weeks(
        store,
        project,
        week,
        Vec::new(),
    )?;
    let table = Section {
        note: "Each column sorts. Every figure leads to the units behind it.".to_owned(),
        ..Section::new("annotators", "")
    }
    .sortable(
        table(project, week, &rows, &letters),
        Empty::new(
            "Nobody has annotated anything yet. Import exports that name their annotator, or name the annotator.",
            format!("concord import EXPORT --project {} --annotator NAME", project.name),
        ),
    );
    let mut sections = rates(project, &rows);
    sections.push(table);
    let spread = pipeline::distributions(
        store,
        project,
        week,
        crate::domain::ComparisonKind::Reference,
    )?;
    if !spread.is_empty() {
        sections.push(
            Section::new("overlap", "Overlap by annotator").plots(vec![Plot {
                title: distribution::headline(&spread),
                caption: distribution::caption(&spread),
                svg: distribution::svg("distribution", &spread),
            }]),
        );
    }
    render(&frame, &sections)
}

/// Those of each limit in one figure; people are held to the limit of their own tier.
fn rates(project: &Project, rows: &[AnnotatorRow]) -> Vec<Section> {
    let mut by_limit: Vec<(f64, Vec<AnnotatorRow>)> = Vec::new();
    for row in rows.iter().filter(|row| row.rate.value.is_some()) {
        let stage = match row.role {
            Role::Physician => Stage::Verification,
            Role::Clinician => Stage::Training,
            Role::Annotator | Role::Model => Stage::Annotation,
        };
        let Some(limit) = project
            .protocol
            .stages
            .get(&stage)
            .map(|stage| stage.max_error_rate)
        else {
            continue;
        };
        match by_limit.iter_mut().find(|(known, _)| *known == limit) {
            Some((_, of_limit)) => of_limit.push(row.clone()),
            None => by_limit.push((limit, vec![row.clone()])),
        }
    }
    let section = |(i, (limit, rows)): (usize, (f64, Vec<AnnotatorRow>))| {
        Section::new(format!("rates-{i}"), "").plots(vec![Plot {
            title: rater_rates::headline(&rows, limit),
            caption: rater_rates::caption(&rows),
            svg: rater_rates::svg(&format!("rater-rates-{i}"), &rows, limit),
        }])
    };
    by_limit.into_iter().enumerate().map(section).collect()
}

fn headline(rows: &[AnnotatorRow]) -> String {
    let of = |status| -> Vec<&str> {
        rows.iter()
            .filter(|row| row.status == status)
            .map(|row| row.rater.as_str())
            .collect()
    };
    match (
        of(Status::Fail).as_slice(),
        of(Status::InsufficientEvidence).len(),
        of(Status::Pass).len(),
    ) {
        ([], 0, 0) => "No annotator can be judged yet".to_owned(),
        ([], 0, n) => format!("All {n} judged annotators are below the limit"),
        ([], n, _) => format!("Nobody is shown to be over the limit; {n} short of evidence"),
        (over, _, _) => format!("{} over the limit", list(over)),
    }
}

fn table(project: &Project, week: &Week, rows: &[AnnotatorRow], letters: &[String]) -> TableView {
    let names = [
        "Annotator",
        "Status",
        "Error rate",
        "Alike",
        "Missing",
        "Extra",
        "Wrong label",
        "Size bias",
        "κ to the others",
        "Dice, median",
        "Studies a day",
        "Days in band",
        "Change",
    ];
    let row = |(row, letters): (&AnnotatorRow, &String)| {
        let errors = || {
            errors_link(project, week)
                .with("kind", "reference")
                .with("rater", row.rater.as_str())
        };
        let kind = |kind: ErrorKind, n| linked_count(n, errors().with("error", kind.as_str()));
        let work = || {
            Link::project(&project.name)
                .to("throughput")
                .with("week", week.name())
                .with("rater", row.rater.as_str())
        };
        let card = || rater_link(project, &row.rater, week);
        let peers = || {
            errors_link(project, week)
                .with("kind", "peer")
                .with("rater", row.rater.as_str())
        };
        vec![
            linked(
                CellView {
                    sub: vec![row.role.to_string()],
                    ..CellView::text(&row.rater)
                },
                card(),
            ),
            CellView::status(row.status),
            linked_figure(&row.rate, errors()),
            CellView::text(if letters.is_empty() { "–" } else { letters }),
            kind(ErrorKind::Missing, row.n_missing),
            kind(ErrorKind::Extra, row.n_extra),
            kind(ErrorKind::WrongLabel, row.n_wrong_label),
            {
                let mut cell = linked_figure(&row.size_bias, card().at("labels"));
                cell.sub.extend(row.size_of());
                cell
            },
            linked_figure(&row.kappa, peers()),
            linked_figure(&row.dice, card().at("labels")),
            linked_figure(&row.studies_per_day, work()),
            linked_figure(&row.share_in_band, work()),
            change(row),
        ]
    };
    TableView::new(
        &names,
        rows.iter().zip(letters).map(row).collect(),
        format!(
            "Error rate with Wilson's interval; unit: {}. Alike: people of one role who share a letter cannot be told apart \
             by their error rates (Newcombe's {:.0} % interval of the difference covers 0, pairs not adjusted for their \
             number). Change: against the four weeks before. Missing, extra and wrong label count instances. Size bias: mean relative difference to the reference, of the technique \
             with most units.",
            project.protocol.error_unit,
            project.protocol.confidence * 100.0
        ),
    )
}

fn change(row: &AnnotatorRow) -> CellView {
    match &row.change {
        Some(change) => CellView {
            numeric: true,
            strong: change.moved,
            sub: vec![
                change.difference.interval_text(),
                if change.moved {
                    "moved"
                } else {
                    "within chance"
                }
                .to_owned(),
            ],
            ..CellView::text(change.difference.text())
        },
        None => no_number(),
    }
}
