//! What every number means, from the metrics' own registry, the protocol, and the rules of evidence.

use super::PagesState;
use super::answer::{PageError, answer};
use super::frame::{Frame, render};
use super::links::key_of;
use super::views::{Empty, Section};
use crate::pipeline::{self, CatalogueEntry, Project};
use crate::reports::format;
use crate::reports::render::{CellView, TableView};
use crate::store::Store;
use poem::web::{Data, Path};
use poem::{Response, handler};

#[handler]
pub async fn show(state: Data<&PagesState>, Path(project): Path<String>) -> Response {
    answer(&state, move |store| definitions(store, key_of(&project))).await
}

fn definitions(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let frame = Frame::new(project, "definitions", "What every number means")
        .lead("From the program's own registry: what is listed here is what is computed.");
    let (metrics, coefficients): (Vec<_>, Vec<_>) = pipeline::catalogue()
        .into_iter()
        .partition(|entry| entry.scales.is_none());
    let sections = [
        Section::new("metrics", "Metrics of a pair")
            .sortable(metric_table(&metrics), Empty::quiet("Nothing to list.")),
        Section::new("coefficients", "Agreement between raters").sortable(
            coefficient_table(&coefficients),
            Empty::quiet("Nothing to list."),
        ),
        Section::new("protocol", "Limits and tolerances of this protocol")
            .table(protocol_table(project), Empty::quiet("Nothing to list.")),
        Section::new("labels", "Labels of this protocol").table(
            label_table(project),
            Empty::quiet("The protocol lists no labels: every label that occurs is accepted."),
        ),
    ];
    render(&frame, &sections)
}

/// Figures of a pair, or of several raters.
fn metric_table(entries: &[CatalogueEntry]) -> TableView {
    let row = |entry: &CatalogueEntry| {
        vec![
            CellView {
                sub: entry
                    .printed_as
                    .iter()
                    .map(|name| format!("also {name}"))
                    .collect(),
                ..CellView::text(entry.key)
            },
            CellView {
                sub: explained(entry),
                ..CellView::text(entry.title)
            },
            CellView::text(entry.unit_text()),
            CellView::text(entry.range_text()),
            CellView::text(entry.better),
            CellView::text(entry.symmetric_text()),
            CellView::text(&entry.undefined),
            CellView::text(entry.source),
        ]
    };
    TableView::new(
        &[
            "Key",
            "Metric",
            "Unit",
            "Range",
            "Best",
            "Symmetric",
            "Without value",
            "Source",
        ],
        entries.iter().map(row).collect(),
        "Undefined values are left out of means and counted beside them, never taken as 0 or 1. \
         The command concord metrics KEY gives the whole definition.",
    )
}

/// The explanation without the marks of code.
fn explained(entry: &CatalogueEntry) -> Vec<String> {
    let text = entry.explanation().map(|text| text.replace('`', ""));
    text.into_iter().collect()
}

fn coefficient_table(entries: &[CatalogueEntry]) -> TableView {
    let row = |entry: &CatalogueEntry| {
        vec![
            CellView::text(entry.key),
            CellView {
                sub: explained(entry),
                ..CellView::text(entry.title)
            },
            CellView::text(entry.kind),
            CellView::text(
                entry
                    .scales
                    .iter()
                    .flatten()
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            CellView::text(entry.range_text()),
            CellView::text(entry.gaps.unwrap_or_default()),
            CellView::text(entry.interval.unwrap_or_default()),
            CellView::text(&entry.undefined),
            CellView::text(entry.source),
        ]
    };
    TableView::new(
        &[
            "Key",
            "Coefficient",
            "Of",
            "Scales",
            "Range",
            "Missing ratings",
            "Interval",
            "Without value",
            "Source",
        ],
        entries.iter().map(row).collect(),
        "1 is perfect agreement; 0 is what chance would give, where chance is taken out.",
    )
}

fn protocol_table(project: &Project) -> TableView {
    let protocol = &project.protocol;
    let tolerance = protocol.tolerance;
    let row = |what: &str, value: String| vec![CellView::text(what), CellView::text(value)];
    let mut rows = vec![
        row("Unit of error rates", protocol.error_unit.to_string()),
        row(
            "Confidence of verdicts and intervals",
            format!("{:.0} %", protocol.confidence * 100.0),
        ),
        row(
            "Box",
            format!("every edge within {} px", tolerance.box_edge_px),
        ),
        row(
            "Polygon, ellipse, line",
            format!(
                "boundary on average less than {} px away",
                tolerance.polygon_px
            ),
        ),
        row(
            "Keypoint",
            format!(
                "within {} mm; without spacing not applicable",
                tolerance.keypoint_mm
            ),
        ),
        row(
            "Mask",
            format!("surface on average at most {} px away", tolerance.mask_px),
        ),
        row(
            "Volume mask",
            format!(
                "surface on average at most {} voxels away",
                tolerance.volume_voxels
            ),
        ),
        row(
            "Ordinal",
            format!("at most {} steps apart", tolerance.ordinal_steps),
        ),
        row(
            "Text span",
            format!(
                "start and end at most {} characters away",
                tolerance.text_chars
            ),
        ),
        row(
            "Point cloud",
            format!(
                "a share of at most {} of a label's points labelled differently",
                tolerance.cloud_error_share
            ),
        ),
        row(
            "Track",
            format!(
                "no identity switch, at most {} frames on one side only, every shared frame within its own tolerance",
                tolerance.track_frames
            ),
        ),
        row(
            "Least overlap of a match",
            format!("IoU (OKS for keypoints) {}", protocol.matching.min_overlap),
        ),
        row(
            "Tolerance of the normalised surface distance",
            format!("{} mm, or px without spacing", protocol.nsd_tolerance),
        ),
        row(
            "Throughput band",
            format!(
                "{} to {} studies per specialist and working day",
                protocol.throughput.min_per_day, protocol.throughput.max_per_day
            ),
        ),
        row(
            "References, highest first",
            protocol
                .reference_precedence
                .iter()
                .map(|kind| kind.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ];
    for (stage, limit) in &protocol.stages {
        rows.push(row(
            &format!("Limit of the {stage} stage"),
            format!("error rate below {}", format::limit(limit.max_error_rate)),
        ));
    }
    TableView::new(
        &["What", "Holds"],
        rows,
        "Tolerances can be overridden label by label.",
    )
}

fn label_table(project: &Project) -> TableView {
    let rows = project.protocol.labels.iter().map(|(label, rule)| {
        let joined = |names: &[String]| {
            if names.is_empty() {
                "–".to_owned()
            } else {
                names.join(", ")
            }
        };
        vec![
            CellView::text(label),
            CellView::text(joined(&rule.aliases)),
            CellView::text(joined(&rule.required_attributes)),
            CellView {
                numeric: true,
                ..CellView::text(format::number(
                    rule.clinical_weight.unwrap_or(1.0),
                    1,
                    false,
                ))
            },
            CellView::text(if rule.tolerance.is_some() {
                "its own"
            } else {
                "the protocol's"
            }),
        ]
    });
    TableView::new(
        &[
            "Label",
            "Also written",
            "Attributes that must agree",
            "Clinical weight",
            "Tolerances",
        ],
        rows.collect(),
        "",
    )
}
