//! What came in, and what was left out and why.

use super::PagesState;
use super::answer::{PageError, answer};
use super::frame::{Frame, render};
use super::links::{Link, key_of};
use super::views::{Empty, Section, count, instant, linked, plain, plural};
use crate::importers::ImportReport;
use crate::pipeline;
use crate::reports::format;
use crate::reports::render::{CellView, TableView};
use crate::store::{ImportRecord, Store};
use poem::web::{Data, Path};
use poem::{Response, handler};
use std::collections::BTreeMap;

/// Imports listed, newest first.
const MOST_IMPORTS: usize = 500;

#[handler]
pub async fn show_list(state: Data<&PagesState>, Path(project): Path<String>) -> Response {
    answer(&state, move |store| imports(store, key_of(&project))).await
}

fn imports(store: &Store, name: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let zone = project.time_zone()?;
    let records = store.imports(project.id)?;
    let mut reasons: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for row in store.skipped(project.id)? {
        let reason = format!("{} {}", format::count(count(row.n)), plain(&row.reason));
        reasons.entry(row.import).or_default().push(reason);
    }
    let n_conflicts = store.item_conflicts(project.id)?.len() as u64;
    let row = |record: &ImportRecord| {
        let link = Link::project(name).to("imports").to(&record.id.to_string());
        let report = serde_json::from_str::<ImportReport>(&record.report_json).ok();
        vec![
            CellView::text(instant(record.identity.received_at_us, &zone)),
            linked(CellView::text(&record.identity.name), link),
            CellView::text(
                report
                    .as_ref()
                    .map_or(record.identity.format.as_str(), |report| {
                        report.format.as_str()
                    }),
            ),
            CellView::count(count(record.n_items)),
            CellView::count(count(record.n_readings)),
            CellView::count(count(record.n_annotations)),
            CellView::count(report.as_ref().map_or(0, |report| report.n_invalid)),
            CellView::count(count(record.n_skipped)),
            CellView::text(
                reasons
                    .get(&record.id)
                    .map_or_else(|| "–".to_owned(), |reasons| reasons.join(", ")),
            ),
            CellView::text(
                match report.as_ref().map(|report| report.missing.as_slice()) {
                    None | Some([]) => "–".to_owned(),
                    Some(missing) => plain(&missing.join(", ")),
                },
            ),
        ]
    };
    let n_skipped: u64 = records.iter().map(|record| count(record.n_skipped)).sum();
    let headline = match (records.len() as u64, n_skipped) {
        (0, _) => "Nothing has been imported yet".to_owned(),
        (n, 0) => format!("{}, nothing skipped", plural(n, "import", "imports")),
        (n, skipped) => format!(
            "{}, {} skipped",
            plural(n, "import", "imports"),
            plural(skipped, "record", "records")
        ),
    };
    let table = TableView::new(
        &[
            "Received",
            "File",
            "Format",
            "Items",
            "Readings",
            "Annotations",
            "Invalid",
            "Skipped",
            "Why",
            "Not in the export",
        ],
        records.iter().take(MOST_IMPORTS).map(row).collect(),
        "Invalid annotations are kept and flagged. Every number in this project inherits what was skipped.",
    );
    let section = Section::new("imports", "").sortable(
        table,
        Empty::new(
            "Give Concord an export of any tool it knows (see concord formats); concord explain shows what would be read.",
            format!("concord import EXPORT --project {name} --annotator NAME"),
        ),
    );
    let section = match n_conflicts {
        0 => section,
        n => section.more(
            plural(
                n,
                "contradiction between imports",
                "contradictions between imports",
            ),
            Link::project(name).to("conflicts"),
        ),
    };
    let frame = Frame::new(project, "imports", headline);
    render(&frame, &[section])
}

#[handler]
pub async fn show_one(
    state: Data<&PagesState>,
    Path((project, import)): Path<(String, String)>,
) -> Response {
    answer(&state, move |store| {
        report(store, key_of(&project), &import)
    })
    .await
}

fn report(store: &Store, name: &str, id: &str) -> Result<String, PageError> {
    let project = &pipeline::project(store, name)?;
    let zone = project.time_zone()?;
    let unknown = || PageError::not_found(format!("project `{name}` has no import `{id}`"));
    let wanted: i64 = id.parse().map_err(|_| unknown())?;
    let record = store
        .imports(project.id)?
        .into_iter()
        .find(|record| record.id == wanted)
        .ok_or_else(unknown)?;
    let report: ImportReport = serde_json::from_str(&record.report_json).map_err(|_| {
        PageError::not_found(
            "the report of this import was written by another version and does not read back",
        )
    })?;
    let n_skipped = report.n_skipped();
    let headline = match n_skipped {
        0 => format!("{}: nothing skipped", record.identity.name),
        n => format!(
            "{}: {} skipped",
            record.identity.name,
            plural(n, "record", "records")
        ),
    };
    let frame = Frame::new(project, "imports", headline).lead(format!(
        "Read as {} on {}: {}, {}, {}, {}",
        report.format,
        instant(record.identity.received_at_us, &zone),
        plural(report.counts.studies, "study", "studies"),
        plural(report.counts.items, "item", "items"),
        plural(report.counts.readings, "reading", "readings"),
        plural(report.counts.annotations, "annotation", "annotations"),
    ));
    let pairs = |first: &str, second: &str, rows: Vec<Vec<CellView>>| {
        TableView::new(&[first, second], rows, "")
    };
    let counts = |counts: &BTreeMap<String, u64>| -> Vec<Vec<CellView>> {
        counts
            .iter()
            .map(|(name, n)| vec![CellView::text(plain(name)), CellView::count(*n)])
            .collect()
    };
    let skipped = report.skipped.iter().map(|group| {
        vec![
            CellView::text(plain(&group.reason)),
            CellView::count(group.n),
            CellView::text(group.examples.join("; ")),
        ]
    });
    let notes = report.notes.iter().map(|note| vec![CellView::text(note)]);
    let rejected = report
        .rejected
        .iter()
        .map(|one| vec![CellView::text(&one.format), CellView::text(&one.reason)]);
    let mut sections = vec![
        Section::new("skipped", "What was skipped").table(
            TableView::new(
                &["Reason", "Records", "Examples"],
                skipped.collect(),
                "At most ten examples of each reason.",
            ),
            Empty::quiet("Nothing was skipped."),
        ),
        Section::new("techniques", "By technique").table(
            pairs("Technique", "Annotations", counts(&report.by_technique)),
            Empty::quiet("No annotation."),
        ),
        Section::new("labels", "By label").sortable(
            pairs("Label", "Annotations", label_counts(&report)),
            Empty::quiet("No annotation."),
        ),
        Section::new("notes", "Notes").table(
            TableView::new(&["Note"], notes.collect(), ""),
            Empty::quiet("Nothing to list."),
        ),
        Section::new("identity", "Identity").table(
            pairs("Property", "Value", identity(&record, &report)),
            Empty::quiet("Nothing to list."),
        ),
    ];
    if !report.rejected.is_empty() {
        sections.push(Section::new("rejected", "Formats that did not fit").table(
            TableView::new(&["Format", "Reason"], rejected.collect(), ""),
            Empty::default(),
        ));
    }
    render(&frame, &sections)
}

/// Labels as the export spells them.
fn label_counts(report: &ImportReport) -> Vec<Vec<CellView>> {
    report
        .by_label
        .iter()
        .map(|(name, n)| vec![CellView::text(name), CellView::count(*n)])
        .collect()
}

fn identity(record: &ImportRecord, report: &ImportReport) -> Vec<Vec<CellView>> {
    let row = |name: &str, value: String| vec![CellView::text(name), CellView::text(value)];
    vec![
        row("SHA-256 of the bytes", record.identity.sha256.clone()),
        row("Options", record.identity.options_json.clone()),
        row(
            "Confidence of the detection",
            format::number(report.confidence, 2, false),
        ),
        row("Raters", report.raters.join(", ")),
        row(
            "Invalid annotations, kept and flagged",
            format::count(report.n_invalid),
        ),
        row(
            "Not in the export",
            if report.missing.is_empty() {
                "–".to_owned()
            } else {
                plain(&report.missing.join(", "))
            },
        ),
        row(
            "Read by",
            format!("Concord {}", record.identity.software_version),
        ),
    ]
}
