//! The page that a QA lead opens in the morning: verdicts, throughput, agreement, what needs somebody today.

use super::PagesState;
use super::answer::{PageError, answer};
use super::asked::Asked;
use super::frame::Frame;
use super::links::{Link, key_of};
use super::needs::{Need, needs};
use super::units::errors_link;
use super::views::plural;
use crate::domain::Status;
use crate::pipeline::{self, Project, Week};
use crate::reports::figures::{agreement_by_label, throughput};
use crate::reports::format::list;
use crate::reports::model::{AgreementRow, StageCard};
use crate::reports::render::{CardView, Plot};
use crate::store::Store;
use askama::Template;
use poem::web::{Data, Path, Query};
use poem::{Response, handler};

/// Imports listed.
const MOST_IMPORTS: usize = 6;
/// Rows of the figure; the agreement page has all.
const MOST_LABELS: usize = 12;

struct CardLink<'a> {
    view: CardView<'a>,
    href: String,
}

struct ImportLine {
    href: String,
    name: String,
    kept: String,
    skipped: String,
    has_skips: bool,
}

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct OverviewPage<'a> {
    frame: Frame,
    cards: Vec<CardLink<'a>>,
    needs: Vec<Need>,
    throughput: Option<Plot>,
    agreement: Option<Plot>,
    throughput_href: String,
    agreement_href: String,
    imports: Vec<ImportLine>,
    imports_href: String,
    project: &'a str,
    nothing_imported: bool,
}

#[handler]
pub async fn show(
    state: Data<&PagesState>,
    Path(project): Path<String>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| {
        overview(store, key_of(&project), &asked)
    })
    .await
}

fn overview(store: &Store, name: &str, asked: &Asked) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let week = &asked.week(store, project)?;
    let cards = pipeline::stage_cards(store, project, week)?;
    let annotators = pipeline::annotator_rows(store, project, week)?;
    let frame =
        Frame::new(project, "", headline(&cards)).with_weeks(store, project, week, Vec::new())?;
    let imports = import_lines(store, project)?;
    let page = OverviewPage {
        needs: needs(store, project, week, &cards, &annotators)?,
        throughput: throughput_plot(store, project, week)?,
        agreement: agreement_plot(store, project, week)?,
        throughput_href: Link::project(name)
            .to("throughput")
            .with("week", week.name())
            .into(),
        agreement_href: Link::project(name)
            .to("agreement")
            .with("week", week.name())
            .into(),
        imports_href: Link::project(name).to("imports").into(),
        nothing_imported: imports.is_empty(),
        imports,
        project: name,
        cards: cards
            .iter()
            .map(|card| CardLink {
                view: CardView::new(card),
                href: errors_link(project, week)
                    .with("kind", "reference")
                    .with("stage", card.stage.as_str())
                    .with("reference", card.reference_kind.map(|kind| kind.as_str()))
                    .into(),
            })
            .collect(),
        frame,
    };
    Ok(page.render()?)
}

/// The verdict over all stages in one line.
fn headline(cards: &[StageCard]) -> String {
    let of = |status: Status| -> Vec<&str> {
        cards
            .iter()
            .filter(|card| card.status == status)
            .map(|card| card.stage.as_str())
            .collect()
    };
    let (broken, over, unsure, passed) = (
        of(Status::Error),
        of(Status::Fail),
        of(Status::InsufficientEvidence),
        of(Status::Pass),
    );
    let mut parts = Vec::new();
    if !broken.is_empty() {
        parts.push(format!("{} could not be judged", list(&broken)));
    }
    if !over.is_empty() {
        parts.push(format!("{} over the limit", list(&over)));
    }
    if !unsure.is_empty() {
        parts.push(format!("{} short of evidence", list(&unsure)));
    }
    if !passed.is_empty() {
        parts.push(format!("{} below the limit", list(&passed)));
    }
    let line = parts.join(", ");
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "No stage has been assessed yet".to_owned(),
    }
}

fn throughput_plot(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Option<Plot>, PageError> {
    Ok(
        pipeline::throughput_of(store, project, week)?.map(|days| Plot {
            title: throughput::headline(&days),
            caption: throughput::caption(&days),
            svg: throughput::svg("throughput", &days),
        }),
    )
}

/// κ and Dice by label; the weakest come first, and each row leads to its disagreements.
fn agreement_plot(
    store: &Store,
    project: &Project,
    week: &Week,
) -> Result<Option<Plot>, PageError> {
    let mut rows: Vec<AgreementRow> = pipeline::agreement_rows(store, project, week)?;
    // One label of two raters who never differ says nothing; it stands on the agreement page.
    rows.retain(|row| row.value.value.is_some() && !row.unit.starts_with("attribute"));
    if rows.is_empty() {
        return Ok(None);
    }
    rows.sort_by(|a, b| {
        a.value
            .value
            .unwrap_or(1.0)
            .total_cmp(&b.value.value.unwrap_or(1.0))
    });
    let n_more = rows.len().saturating_sub(MOST_LABELS);
    rows.truncate(MOST_LABELS);
    for row in &mut rows {
        row.link = Some(super::agreement::row_link(project, week, row).into());
        row.label = super::agreement::row_name(row);
        row.coefficient = super::agreement::coefficient(&row.coefficient);
    }
    let mut caption = agreement_by_label::caption(&rows);
    if n_more > 0 {
        caption.push_str(&format!("; {n_more} more on the agreement page"));
    }
    Ok(Some(Plot {
        title: agreement_by_label::headline(&rows),
        caption,
        svg: agreement_by_label::svg("agreement", &rows),
    }))
}

fn import_lines(store: &Store, project: &Project) -> Result<Vec<ImportLine>, PageError> {
    let line = |import: crate::store::ImportRecord| ImportLine {
        href: Link::project(&project.name)
            .to("imports")
            .to(&import.id.to_string())
            .into(),
        name: import.identity.name,
        kept: plural(
            super::views::count(import.n_annotations),
            "annotation",
            "annotations",
        ),
        has_skips: import.n_skipped > 0,
        skipped: match import.n_skipped {
            0 => "nothing skipped".to_owned(),
            n => format!(
                "{} skipped",
                crate::reports::format::count(super::views::count(n))
            ),
        },
    };
    Ok(store
        .imports(project.id)?
        .into_iter()
        .take(MOST_IMPORTS)
        .map(line)
        .collect())
}
