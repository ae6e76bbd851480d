//! Units in error, or on which peers differ, by any filter, page by page; each leads to its outlines.

use super::PagesState;
use super::answer::{PageError, answer};
use super::asked::{Asked, UnitsAsked};
use super::frame::Frame;
use super::links::{Link, key_of};
use super::units::{units, units_table};
use super::views::{Empty, Section, plain};
use crate::domain::{ComparisonKind, ErrorKind, ReferenceKind, Stage, Technique};
use crate::pipeline::{self, Project};
use crate::store::Store;
use askama::Template;
use poem::web::{Data, Path, Query};
use poem::{Response, handler};
use std::collections::BTreeSet;

const PAGE: usize = 100;

struct Choice {
    name: &'static str,
    text: &'static str,
    /// Value, text, chosen.
    options: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "pages/errors.html")]
struct ErrorsPage<'a> {
    frame: &'a Frame,
    choices: Vec<Choice>,
    kept: Vec<(&'static str, String)>,
    clear: String,
    sections: &'a [Section],
}

#[handler]
pub async fn show(
    state: Data<&PagesState>,
    Path(project): Path<String>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| errors(store, key_of(&project), &asked)).await
}

fn errors(store: &Store, name: &str, asked: &Asked) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let week = asked.week(store, project)?;
    let wanted = UnitsAsked::read(asked, &week)?;
    let after = asked.cursor()?;
    let (found, next) = units(store, project.id, &wanted, after, PAGE)?;
    let mut section = Section::new("units", "").sortable(
        units_table(project, &found),
        Empty::new(
            "No unit fits this filter. Where nothing was compared at all, a reference or a second reading is missing.",
            format!("concord import EXPORT --project {name} --annotator NAME --reference gold"),
        ),
    );
    if let Some(next) = next {
        let mut link = Link::project(name).to("errors");
        for field in FIELDS {
            link = link.with(field, asked.text(field));
        }
        let after = format!("{}.{}", next.comparison, next.unit_no);
        section = section.more(format!("Next {PAGE}"), link.with("after", after.as_str()));
    }
    let frame = Frame::new(
        project,
        "errors",
        headline(&wanted, found.len(), next.is_some() || after.is_some()),
    );
    let page = ErrorsPage {
        frame: &frame,
        choices: choices(store, project, asked, week.name())?,
        kept: ["other", "a_label", "b_label", "study"]
            .into_iter()
            .filter_map(|field| Some((field, asked.text(field)?.to_owned())))
            .collect(),
        clear: Link::project(name).to("errors").with("week", "all").into(),
        sections: &[section],
    };
    Ok(page.render()?)
}

const FIELDS: [&str; 12] = [
    "week",
    "kind",
    "stage",
    "rater",
    "other",
    "label",
    "error",
    "technique",
    "reference",
    "study",
    "a_label",
    "b_label",
];

fn headline(wanted: &UnitsAsked, n: usize, is_part: bool) -> String {
    let what = match wanted.filter.kind {
        Some(ComparisonKind::Reference) => "errors against references",
        Some(ComparisonKind::Peer) => "differences between peers",
        None => "errors and differences",
    };
    let mut parts = vec![match (n, is_part) {
        (0, _) => format!("No {what}"),
        (n, false) => format!("{n} {what}"),
        (n, true) => format!("{n} of many {what}"),
    }];
    let filter = &wanted.filter;
    if let Some(stage) = filter.stage {
        parts.push(format!("{stage} stage"));
    }
    match (&filter.rater, &wanted.other) {
        (Some(a), Some(b)) => parts.push(format!("{a} and {b}")),
        (Some(a), None) | (None, Some(a)) => parts.push(a.clone()),
        (None, None) => {}
    }
    if let Some(label) = &filter.label {
        parts.push(label.clone());
    }
    if let (Some(a), Some(b)) = (&wanted.a_label, &wanted.b_label) {
        parts.push(format!("{a} read as {b}"));
    }
    if let Some(error) = wanted.error {
        parts.push(plain(error.as_str()));
    }
    if let Some(study) = &filter.study {
        parts.push(format!("study {study}"));
    }
    parts.join(" · ")
}

/// The fields of the form, with what occurs in the project.
fn choices(
    store: &Store,
    project: &Project,
    asked: &Asked,
    week: &str,
) -> Result<Vec<Choice>, PageError> {
    let weeks = store
        .weeks(project.id)?
        .into_iter()
        .rev()
        .map(|row| row.week);
    let raters: BTreeSet<String> = store
        .raters(project.id)?
        .into_iter()
        .map(|row| row.rater)
        .collect();
    let labels: BTreeSet<String> = store
        .labels(project.id)?
        .into_iter()
        .map(|row| project.protocol.canonical_label(&row.label).to_owned())
        .collect();
    let closed = |values: Vec<&'static str>| -> Vec<(String, String)> {
        values
            .into_iter()
            .map(|value| (value.to_owned(), plain(value)))
            .collect()
    };
    let open = |values: Vec<String>| -> Vec<(String, String)> {
        values
            .into_iter()
            .map(|value| (value.clone(), value))
            .collect()
    };
    let choice = |name: &'static str, text: &'static str, values: Vec<(String, String)>| {
        let chosen = asked.text(name).unwrap_or_default();
        let mut options = vec![(String::new(), "any".to_owned(), chosen.is_empty())];
        // What a link asks for stays chosen even where it no longer occurs.
        if !chosen.is_empty() && !values.iter().any(|(value, _)| value == chosen) {
            options.push((chosen.to_owned(), chosen.to_owned(), true));
        }
        options.extend(values.into_iter().map(|(value, text)| {
            let is_chosen = value == chosen;
            (value, text, is_chosen)
        }));
        Choice {
            name,
            text,
            options,
        }
    };
    let mut week_options: Vec<(String, String, bool)> = weeks
        .map(|name| (name.clone(), name.clone(), name == week))
        .collect();
    week_options.push(("all".to_owned(), "all weeks".to_owned(), week == "all"));
    Ok(vec![
        Choice {
            name: "week",
            text: "Week",
            options: week_options,
        },
        choice(
            "kind",
            "Compared with",
            closed(
                ComparisonKind::ALL
                    .iter()
                    .map(|kind| kind.as_str())
                    .collect(),
            ),
        ),
        choice(
            "stage",
            "Stage",
            closed(Stage::ALL.iter().map(|stage| stage.as_str()).collect()),
        ),
        choice("rater", "Rater", open(raters.into_iter().collect())),
        choice("label", "Label", open(labels.into_iter().collect())),
        choice(
            "error",
            "Error",
            closed(ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()),
        ),
        choice(
            "technique",
            "Technique",
            closed(
                Technique::ALL
                    .iter()
                    .map(|technique| technique.as_str())
                    .collect(),
            ),
        ),
        choice(
            "reference",
            "Reference",
            closed(
                ReferenceKind::ALL
                    .iter()
                    .map(|kind| kind.as_str())
                    .collect(),
            ),
        ),
    ])
}
