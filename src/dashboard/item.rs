//! One item: every outline over its image, how each pair compares, and who read it.

use super::PagesState;
use super::answer::{PageError, answer, blocking, problem};
use super::asked::Asked;
use super::frame::Frame;
use super::links::{Link, key_of};
use super::units::{cell, distance, error_name, item_link, rater_link};
use super::views::{Empty, Section, filled_columns, instant, linked, no_number, plain};
use crate::domain::{DistanceUnit, Item, Shape, Technique};
use crate::pipeline::{self, ItemOverlay, Project, Wanted, Week, item_overlay};
use crate::reports::model::Unit;
use crate::reports::render::{CellView, TableView};
use crate::store::{Store, StoredItem, StoredReading, StoredUnit};
use askama::Template;
use poem::http::header;
use poem::web::{Data, Path, Query};
use poem::{Response, handler};
use std::collections::BTreeMap;

/// Pairs listed.
const MOST_UNITS: usize = 300;

struct LabelChoice {
    href: String,
    text: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "pages/item.html")]
struct ItemPage<'a> {
    frame: Frame,
    overlay: ItemOverlay,
    labels: Vec<LabelChoice>,
    facts: Vec<(&'static str, String)>,
    study: String,
    study_href: String,
    sections: &'a [Section],
}

#[handler]
pub async fn show(
    state: Data<&PagesState>,
    Path((project, item)): Path<(String, String)>,
    asked: Query<Vec<(String, String)>>,
) -> Response {
    let asked = Asked::from(asked);
    answer(&state, move |store| {
        viewer(store, key_of(&project), key_of(&item), &asked)
    })
    .await
}

fn viewer(store: &Store, name: &str, key: &str, asked: &Asked) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let id = store.item_id(project.id, key)?;
    let stored = store.load_item(project.id, id)?;
    let drawn = drawn_labels(project, &stored);
    // A label that was only ticked has no outline; everything is shown then.
    let label = asked
        .text("label")
        .filter(|label| drawn.contains_key(*label));
    let overlay = item_overlay(
        store,
        &project.protocol,
        &stored,
        Wanted {
            label,
            raters: None,
        },
    )?;
    let all = store.units_of_item(project.id, id)?;
    let of_label = |unit: &&StoredUnit| {
        label.is_none_or(|label| {
            unit.score.a_label.as_deref() == Some(label)
                || unit.score.b_label.as_deref() == Some(label)
        })
    };
    let mut shown: Vec<&StoredUnit> = all.iter().filter(of_label).collect();
    // References before peers, errors before what is right, shapes before answers.
    shown.sort_by_key(|unit| {
        (
            unit.reference_kind.is_none(),
            unit.score.error.is_none(),
            is_answer(unit),
        )
    });
    shown.truncate(MOST_UNITS);
    let n_errors = all
        .iter()
        .filter(|unit| unit.score.error.is_some() && unit.reference_kind.is_some())
        .count();
    let n_references = all
        .iter()
        .filter(|unit| unit.reference_kind.is_some())
        .count();
    let headline = match (n_references, n_errors) {
        (0, _) => format!("{key}: no reference to compare with"),
        (n, 0) => format!("{key}: none of {n} units in error"),
        (n, errors) => format!("{key}: {errors} of {n} units in error against references"),
    };
    let sections = [
        Section::new("pairs", "Pair by pair").sortable(
            pair_table(&shown),
            Empty::new(
                "Nothing on this item was compared: it needs a second reading or a reference.",
                format!("concord import EXPORT --project {name} --annotator NAME --reference gold"),
            ),
        ),
        Section::new("readings", "Readings").table(
            reading_table(project, &stored.readings)?,
            Empty::quiet("Nobody has read this item."),
        ),
    ];
    let mut labels = vec![LabelChoice {
        href: item_link(project, key).into(),
        text: "all labels".to_owned(),
        current: label.is_none(),
    }];
    labels.extend(drawn.iter().map(|(name, n)| LabelChoice {
        href: item_link(project, key).with("label", name.as_str()).into(),
        text: format!("{name} ({n})"),
        current: label == Some(name),
    }));
    let study = stored.item.study.clone();
    let page = ItemPage {
        frame: Frame::new(project, "studies", headline),
        overlay,
        labels,
        facts: facts(&stored.item),
        study_href: Link::project(name).to("studies").to(&study).into(),
        study,
        sections: &sections,
    };
    Ok(page.render()?)
}

/// Labels with something drawn, and how many shapes.
fn drawn_labels(project: &Project, stored: &StoredItem) -> BTreeMap<String, usize> {
    let mut labels = BTreeMap::new();
    for (_, annotation) in stored
        .readings
        .iter()
        .flat_map(|reading| &reading.annotations)
    {
        if annotation.shape.lies_in_a_plane()
            || matches!(annotation.shape, Shape::Volume(_) | Shape::Track(_))
        {
            let label = project
                .protocol
                .canonical_label(&annotation.label)
                .to_owned();
            *labels.entry(label).or_insert(0) += 1;
        }
    }
    labels
}

fn facts(item: &Item) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let (Some(width), Some(height)) = (item.width_px, item.height_px) {
        let slices = match item.n_slices {
            Some(n) if n > 1 => format!(" × {n} slices"),
            _ => String::new(),
        };
        facts.push(("Size", format!("{width} × {height} px{slices}")));
    }
    facts.push((
        "Spacing",
        match item.spacing_mm {
            Some([z, y, x]) if z > 0.0 => format!("{z} × {y} × {x} mm (z, y, x)"),
            Some([_, y, x]) => format!("{y} × {x} mm (y, x)"),
            None => "unknown: distances are in px, tolerances in mm do not apply".to_owned(),
        },
    ));
    let mut add = |name, value: &Option<String>| {
        if let Some(value) = value {
            facts.push((name, value.clone()));
        }
    };
    add("Modality", &item.modality);
    add("Site", &item.site);
    add("Image", &item.image_name);
    facts
}

fn is_answer(unit: &StoredUnit) -> bool {
    matches!(
        unit.score.technique,
        Some(Technique::Classification | Technique::Ordinal)
    )
}

/// One row a unit: overlap, distances, and the verdict.
fn pair_table(units: &[&StoredUnit]) -> TableView {
    let names = [
        "Compared with",
        "By",
        "Label",
        "Verdict",
        "Detail",
        "Dice",
        "IoU",
        "Tolerance measure",
        "HD",
        "HD95",
        "Mean surface",
        "NSD",
        "Size",
    ];
    let row = |unit: &&StoredUnit| {
        let score = &unit.score;
        let surface = match score.distance_unit {
            Some(DistanceUnit::Mm) => Unit::Mm,
            _ => Unit::Px,
        };
        let label = match (&score.a_label, &score.b_label) {
            (Some(a), Some(b)) if a == b => a.clone(),
            (a, b) => format!(
                "{} → {}",
                a.as_deref().unwrap_or("(none)"),
                b.as_deref().unwrap_or("(none)")
            ),
        };
        let verdict = match (unit.reference_kind, score.error, score.not_applicable) {
            (_, None, true) => "– cannot be judged".to_owned(),
            (Some(_), None, false) => "✓ right".to_owned(),
            (Some(_), Some(_), _) => format!("✕ {}", error_name(unit)),
            (None, None, false) => "✓ alike".to_owned(),
            (None, Some(_), _) => format!("≠ {}", error_name(unit)),
        };
        vec![
            CellView {
                sub: vec![
                    unit.reference_kind
                        .map_or_else(|| "peer".to_owned(), |kind| format!("{kind} reference")),
                ],
                ..CellView::text(&unit.a_rater)
            },
            CellView {
                sub: vec![unit.stage.to_string()],
                ..CellView::text(&unit.b_rater)
            },
            CellView {
                sub: score
                    .technique
                    .iter()
                    .map(|technique| plain(technique.as_str()))
                    .collect(),
                ..CellView::text(label)
            },
            CellView::text(verdict),
            CellView::text(
                score
                    .detail
                    .as_deref()
                    .or(score.undefined.as_deref())
                    .map_or_else(|| "–".to_owned(), plain),
            ),
            cell(score.dice, Unit::Ratio),
            cell(score.iou, Unit::Ratio),
            distance(unit).map_or_else(no_number, |(value, unit)| cell(Some(value), unit)),
            cell(score.hd, surface),
            cell(score.hd95, surface),
            cell(score.assd, surface),
            cell(score.nsd, Unit::Ratio),
            cell(score.relative_size_difference, Unit::Relative),
        ]
    };
    filled_columns(
        &names,
        units.iter().map(row).collect(),
        "Tolerance measure: what the protocol's tolerance is held against (furthest edge, mean boundary or mean point \
         distance, mean surface, steps). A dash: not defined for this technique, or one side is missing. Size: (by − \
         compared with) / compared with.",
    )
}

fn reading_table(project: &Project, readings: &[StoredReading]) -> Result<TableView, PageError> {
    let zone = project.time_zone()?;
    let row = |stored: &StoredReading| {
        let reading = &stored.reading;
        vec![
            linked(
                CellView::text(&reading.key.rater),
                rater_link(project, &reading.key.rater, &Week::all()),
            ),
            CellView::text(reading.role.as_str()),
            CellView::text(reading.key.stage.as_str()),
            CellView::text(reading.reference.map_or("–", |kind| kind.as_str())),
            CellView::text(&reading.key.layer),
            CellView::text(plain(reading.state.as_str())),
            CellView::count(stored.annotations.len() as u64),
            CellView::text(
                reading
                    .finished_at_us
                    .map_or_else(|| "unknown".to_owned(), |us| instant(us, &zone)),
            ),
            linked(
                CellView::text(&reading.source_file),
                Link::project(&project.name)
                    .to("imports")
                    .to(&stored.import.to_string()),
            ),
        ]
    };
    Ok(TableView::new(
        &[
            "Rater",
            "Role",
            "Stage",
            "Reference",
            "Layer",
            "State",
            "Annotations",
            "Finished",
            "From",
        ],
        readings.iter().map(row).collect(),
        "",
    ))
}

/// The item's pixels as they were given.
#[handler]
pub async fn show_image(
    state: Data<&PagesState>,
    Path((project, item)): Path<(String, String)>,
) -> Response {
    let found = blocking(&state, move |store| {
        let project = pipeline::project(store, key_of(&project))?;
        let id = store.item_id(project.id, key_of(&item))?;
        store
            .item_image(id)?
            .ok_or_else(|| PageError::not_found("no image of this item was imported"))
    })
    .await;
    match found {
        Ok(image) => Response::builder()
            .content_type("image/png")
            .header(header::CACHE_CONTROL, "private, max-age=300")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(image.png),
        Err(error) => problem(&error),
    }
}
