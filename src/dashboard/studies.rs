//! Studies, page by page, and one study with its items.

use super::PagesState;
use super::answer::{PageError, answer};
use super::asked::{Asked, UnitsAsked};
use super::frame::{Frame, render};
use super::links::{Link, key_of};
use super::units::{item_link, units, units_table};
use super::views::{Empty, Section, count, linked, linked_count, plural};
use crate::pipeline::{self, Week};
use crate::reports::model::Figure;
use crate::reports::render::{CellView, TableView};
use crate::store::{Filter, Store, StudyRow};
use askama::Template;
use poem::web::{Data, Path, Query};
use poem::{Response, handler};
use std::collections::BTreeMap;

const PAGE: u32 = 100;
const MOST_ERRORS: usize = 50;

#[handler]
pub async fn show_list(
    state: Data<&PagesState>,
    Path(project): Path<String>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| {
        studies(store, key_of(&project), &asked)
    })
    .await
}

fn studies(store: &Store, name: &str, asked: &Asked) -> Result<String, PageError> {
    let project = pipeline::project(store, name)?;
    let link = |study: &str| Link::project(name).to("studies").to(study);
    let completeness = store.completeness(project.id, &Filter::default())?;
    let n_studies = completeness.len() as u64;
    let labelled: BTreeMap<&str, Figure> = completeness
        .iter()
        .map(|row| {
            (
                row.study.as_str(),
                Figure::rate(count(row.n_labelled), count(row.n_items)),
            )
        })
        .collect();
    let mut rows = store.studies(project.id, asked.text("after"), PAGE + 1)?;
    let next = rows.get(PAGE as usize).is_some();
    rows.truncate(PAGE as usize);
    let row = |row: &StudyRow| {
        vec![
            linked(CellView::text(&row.study), link(&row.study)),
            CellView::text(row.site.as_deref().unwrap_or("–")),
            CellView::count(count(row.n_items)),
            labelled
                .get(row.study.as_str())
                .map_or_else(super::views::no_number, CellView::figure),
            CellView::count(count(row.n_readings)),
            CellView::count(count(row.n_annotations)),
            CellView::count(count(row.n_raters)),
            linked_count(
                count(row.n_errors),
                Link::project(name)
                    .to("errors")
                    .with("week", "all")
                    .with("kind", "reference")
                    .with("study", row.study.as_str()),
            ),
        ]
    };
    let table = TableView::new(
        &[
            "Study",
            "Site",
            "Items",
            "Labelled",
            "Readings",
            "Annotations",
            "Raters",
            "Errors",
        ],
        rows.iter().map(row).collect(),
        "Labelled: items with a reading that is annotated or reviewed and empty. Errors: units in error against a reference, all weeks.",
    );
    let section = Section::new("studies", "").sortable(
        table,
        Empty::new(
            "No study has been imported. A study is what a specialist is credited for; where an export knows none, the \
             item stands for it.",
            format!("concord import EXPORT --project {name} --annotator NAME"),
        ),
    );
    let section = match rows.last().filter(|_| next) {
        Some(last) => section.more(
            format!("Next {PAGE}"),
            Link::project(name)
                .to("studies")
                .with("after", last.study.as_str()),
        ),
        None => section,
    };
    let frame = Frame::new(&project, "studies", plural(n_studies, "study", "studies"))
        .lead("By study key; a column sorts what is on this page.");
    render(&frame, &[section])
}

#[handler]
pub async fn show_one(
    state: Data<&PagesState>,
    Path((project, study)): Path<(String, String)>,
) -> Response {
    answer(&state, move |store| {
        study_page(store, key_of(&project), key_of(&study))
    })
    .await
}

struct Thumb {
    href: String,
    image: Option<String>,
    key: String,
    facts: String,
    n_errors: u64,
    scored: bool,
}

#[derive(Template)]
#[template(path = "pages/study.html")]
struct StudyPage<'a> {
    frame: &'a Frame,
    thumbs: &'a [Thumb],
    sections: &'a [Section],
}

fn study_page(store: &Store, name: &str, study: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let items = store.items_of_study(project.id, study)?;
    if items.is_empty() {
        return Err(PageError::not_found(format!(
            "project `{name}` has no study `{study}`"
        )));
    }
    let thumbs: Vec<Thumb> = items
        .iter()
        .map(|item| Thumb {
            href: item_link(project, &item.key).into(),
            image: item
                .has_image
                .then(|| item_link(project, &item.key).to("image.png").into()),
            key: item.key.clone(),
            facts: format!(
                "{}, {}",
                plural(count(item.n_readings), "reading", "readings"),
                plural(count(item.n_annotations), "annotation", "annotations")
            ),
            n_errors: count(item.n_errors),
            scored: !item.dirty,
        })
        .collect();
    let n_errors: u64 = thumbs.iter().map(|thumb| thumb.n_errors).sum();
    let asked = UnitsAsked {
        filter: Filter {
            study: Some(study.to_owned()),
            ..Filter::default()
        },
        ..UnitsAsked::default()
    };
    let (found, next) = units(store, project.id, &asked, None, MOST_ERRORS)?;
    let section = Section::new("errors", "Errors and disagreements").sortable(
        units_table(project, &found),
        Empty::quiet("Nobody differs on this study, or nothing in it was compared."),
    );
    let section = match next {
        Some(_) => section.more(
            "All of this study",
            super::units::errors_link(project, &Week::all()).with("study", study),
        ),
        None => section,
    };
    let frame = Frame::new(
        project,
        "studies",
        format!(
            "Study {study}: {} on {}",
            match n_errors {
                0 => "no error against a reference".to_owned(),
                n => plural(n, "unit in error", "units in error"),
            },
            plural(items.len() as u64, "item", "items")
        ),
    );
    let page = StudyPage {
        frame: &frame,
        thumbs: &thumbs,
        sections: &[section],
    };
    Ok(page.render()?)
}
