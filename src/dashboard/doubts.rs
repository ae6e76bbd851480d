//! What the data itself puts in doubt: invalid annotations, items that nothing was compared with, contradictions.

use super::PagesState;
use super::answer::{PageError, answer};
use super::frame::{Frame, render};
use super::links::{Link, key_of};
use super::units::{item_link, rater_link};
use super::views::{Empty, Section, count, linked, plain, plural};
use crate::pipeline::{self, Project, Week};
use crate::reports::render::{CellView, TableView};
use crate::store::{Filter, Store};
use poem::web::{Data, Path};
use poem::{Response, handler};

/// Rows shown; the headline says how many there are.
const MOST_ROWS: usize = 500;

fn caption(n: usize) -> String {
    match n.saturating_sub(MOST_ROWS) {
        0 => String::new(),
        n_more => format!("{n_more} more are not listed."),
    }
}

/// An item's key, which leads to the item.
fn item_cell(project: &Project, item_key: &str) -> CellView {
    linked(CellView::text(item_key), item_link(project, item_key))
}

/// A study, which leads to the study.
fn study_cell(project: &Project, study: &str) -> CellView {
    let link = Link::project(&project.name).to("studies").to(study);
    linked(CellView::text(study), link)
}

#[handler]
pub async fn show_invalid(state: Data<&PagesState>, Path(project): Path<String>) -> Response {
    answer(&state, move |store| invalid_page(store, key_of(&project))).await
}

fn invalid_page(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let found = store.invalid_annotations(project.id, &Filter::default(), &project.protocol)?;
    let row = |row: &crate::store::InvalidAnnotation| {
        vec![
            item_cell(project, &row.item_key),
            CellView::text(&row.study),
            linked(
                CellView::text(&row.rater),
                rater_link(project, &row.rater, &Week::all()),
            ),
            CellView::text(row.stage.as_str()),
            CellView::text(&row.label),
            CellView::text(plain(row.technique.as_str())),
            CellView::text(&row.reason),
            CellView {
                sub: vec![row.source_id.clone()],
                ..CellView::text(&row.source_file)
            },
        ]
    };
    let table = TableView::new(
        &[
            "Item",
            "Study",
            "Rater",
            "Stage",
            "Label",
            "Technique",
            "Why",
            "From",
        ],
        found.iter().take(MOST_ROWS).map(row).collect(),
        caption(found.len()),
    );
    let n = found.len() as u64;
    let headline = match n {
        0 => "No annotation is structurally invalid".to_owned(),
        n => format!(
            "{} structurally invalid",
            plural(n, "annotation is", "annotations are")
        ),
    };
    let frame = Frame::new(project, "errors", headline)
        .lead("Found without any reference; kept and flagged, never dropped. Have the rater correct them and import again.");
    render(
        &frame,
        &[Section::new("invalid", "").sortable(table, Empty::quiet("Nothing to mend."))],
    )
}

#[handler]
pub async fn show_unmatched(state: Data<&PagesState>, Path(project): Path<String>) -> Response {
    answer(&state, move |store| unmatched_page(store, key_of(&project))).await
}

fn unmatched_page(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let found = store.unmatched_items(project.id)?;
    let row = |row: &crate::store::UnmatchedItem| {
        vec![
            item_cell(project, &row.item_key),
            study_cell(project, &row.study),
            CellView::text(&row.rater),
            CellView::count(count(row.n_readings)),
        ]
    };
    let table = TableView::new(
        &["Item", "Study", "Read by", "Readings"],
        found.iter().take(MOST_ROWS).map(row).collect(),
        caption(found.len()),
    );
    let headline = match found.len() as u64 {
        0 => "Every item that was read was compared".to_owned(),
        n => format!(
            "{} compared with nothing",
            plural(n, "item was", "items were")
        ),
    };
    let frame = Frame::new(project, "studies", headline)
        .lead("Nobody else read these items and no reference exists, so no figure says anything about them.");
    let empty = Empty::quiet("Nothing is unmatched.");
    render(
        &frame,
        &[Section::new("unmatched", "").sortable(table, empty)],
    )
}

#[handler]
pub async fn show_suspected_turns(
    state: Data<&PagesState>,
    Path(project): Path<String>,
) -> Response {
    answer(&state, move |store| {
        suspected_turns_page(store, key_of(&project))
    })
    .await
}

fn suspected_turns_page(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let found = store.suspected_turns(project.id)?;
    let row = |row: &crate::store::SuspectedTurn| {
        vec![
            item_cell(project, &row.item_key),
            study_cell(project, &row.study),
            CellView::text(&row.a_rater),
            CellView::text(&row.b_rater),
            CellView::text(&row.why),
        ]
    };
    let table = TableView::new(
        &["Item", "Study", "Reference or first", "Read by", "Why"],
        found.iter().take(MOST_ROWS).map(row).collect(),
        caption(found.len()),
    );
    let headline = match found.len() as u64 {
        0 => "No masks seem to be mirrored or turned".to_owned(),
        n => format!(
            "{} mirrored or turned masks",
            plural(n, "comparison suggests", "comparisons suggest")
        ),
    };
    let frame = Frame::new(project, "errors", headline)
        .lead("Measured as stored: nothing is turned back. Look at the picture, and export again if one side lies wrongly.");
    let empty = Empty::quiet("Nothing to look at.");
    render(
        &frame,
        &[Section::new("orientation", "").sortable(table, empty)],
    )
}

#[handler]
pub async fn show_conflicts(state: Data<&PagesState>, Path(project): Path<String>) -> Response {
    answer(&state, move |store| conflicts_page(store, key_of(&project))).await
}

fn conflicts_page(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let found = store.item_conflicts(project.id)?;
    let row = |row: &crate::store::ItemConflict| {
        vec![
            item_cell(project, &row.item_key),
            CellView::text(plain(&row.field)),
            CellView::text(&row.kept),
            CellView::text(&row.offered),
            linked(
                CellView::text(format!("import {}", row.import)),
                Link::project(name)
                    .to("imports")
                    .to(&row.import.to_string()),
            ),
        ]
    };
    let table = TableView::new(
        &["Item", "Property", "In force", "Contradicted by", "Where"],
        found.iter().take(MOST_ROWS).map(row).collect(),
        caption(found.len()),
    );
    let headline = match found.len() as u64 {
        0 => "No import contradicts another".to_owned(),
        n => format!(
            "{} between imports",
            plural(n, "contradiction", "contradictions")
        ),
    };
    let frame = Frame::new(project, "imports", headline)
        .lead("The first statement stays in force; the later one is kept here so that somebody can decide.");
    render(
        &frame,
        &[Section::new("conflicts", "").sortable(table, Empty::quiet("Nothing to decide."))],
    )
}
