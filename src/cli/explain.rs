//! `concord explain`: what an import would do, without doing it.

use super::ingest_flags::IngestFlags;
use super::output::{self, Align};
use crate::importers::{ImportReport, Limits, TablePreview, Upload, preview_table};
use crate::pipeline::{PipelineError, explain};
use std::path::PathBuf;

/// From here on nobody asks why an export is of no other format.
const SURE: f64 = 0.9;

#[derive(clap::Args, Debug)]
pub struct ExplainArgs {
    /// Exports to look at: files, folders or archives
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// table or json
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    /// Show how a ratings table would be read: layout, columns, first rows, and a mapping to save
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    ingest: IngestFlags,
}

pub fn run(args: &ExplainArgs) -> Result<u8, PipelineError> {
    let options = args.ingest.to_options()?;
    for file in &args.files {
        if args.preview {
            let upload = Upload::open(file, Limits::DEFAULT)?;
            let shown = preview_table(&upload, &options)?;
            if args.output == "json" {
                output::json(&shown)?;
            } else {
                output::data(&preview_as_text(&shown))?;
            }
            continue;
        }
        let report = explain(file, &options)?;
        if args.output == "json" {
            output::json(&report)?;
        } else {
            output::data(&as_text(&file.display().to_string(), &report))?;
        }
    }
    Ok(0)
}

/// How a table would be read, as people read it; the mapping stands last, to be saved.
fn preview_as_text(shown: &TablePreview) -> String {
    let indented =
        |text: String| -> String { text.lines().map(|line| format!("    {line}\n")).collect() };
    let mut text = format!("{}\n", shown.summary);
    if shown.is_guessed {
        text.push_str(
            "  columns were guessed from their headings; an import needs the mapping below\n",
        );
    }
    if !shown.other_files.is_empty() {
        text.push_str(&format!(
            "  further tables in the upload: {}\n",
            shown.other_files.join(", ")
        ));
    }
    let columns: Vec<Vec<String>> = shown
        .columns
        .iter()
        .map(|one| vec![one.name.clone(), one.role.clone()])
        .collect();
    let heads = [("column", Align::Left), ("read as", Align::Left)];
    text.push_str(&indented(output::table(&heads, &columns)));
    text.push_str("  the first rows:\n");
    let rows: Vec<Vec<String>> = shown
        .rows
        .iter()
        .map(|one| {
            vec![
                one.place.clone(),
                one.item.clone(),
                one.rater.clone(),
                one.session.clone(),
                one.question.clone(),
                one.value.clone(),
            ]
        })
        .collect();
    let heads = ["place", "item", "rater", "session", "question", "value"];
    let heads = heads.map(|head| (head, Align::Left));
    text.push_str(&indented(output::table(&heads, &rows)));
    text.push_str(&format!("  ratings: {}\n", shown.n_ratings));
    for note in &shown.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    for group in &shown.left_out {
        text.push_str(&format!("  left out, {}: {}\n", group.reason, group.n));
        for example in &group.examples {
            text.push_str(&format!("    {example}\n"));
        }
    }
    text.push_str("  mapping, for --mapping:\n\n");
    text.push_str(&shown.mapping_toml);
    text
}

/// The report as people read it.
pub(super) fn as_text(name: &str, report: &ImportReport) -> String {
    let mut text = format!(
        "{name}: {} (confidence {:.2})\n",
        report.format, report.confidence
    );
    let counts = report.counts;
    text.push_str(&format!(
        "  {} files · {} studies · {} items · {} readings · {} annotations\n",
        counts.files, counts.studies, counts.items, counts.readings, counts.annotations
    ));
    let list = |pairs: &std::collections::BTreeMap<String, u64>| {
        let mut sorted: Vec<_> = pairs.iter().collect();
        sorted.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), (*name).clone()));
        let shown: Vec<String> = sorted
            .iter()
            .take(12)
            .map(|(name, n)| format!("{name} {n}"))
            .collect();
        let rest = sorted.len().saturating_sub(12);
        let tail = if rest > 0 {
            format!(", and {rest} more")
        } else {
            String::new()
        };
        shown.join(", ") + &tail
    };
    text.push_str(&format!("  techniques: {}\n", list(&report.by_technique)));
    text.push_str(&format!("  labels: {}\n", list(&report.by_label)));
    text.push_str(&format!("  raters: {}\n", report.raters.join(", ")));
    if report.n_invalid > 0 {
        text.push_str(&format!(
            "  structurally invalid, kept and flagged: {}\n",
            report.n_invalid
        ));
    }
    if !report.missing.is_empty() {
        text.push_str(&format!(
            "  not in the export: {}\n",
            report.missing.join(", ")
        ));
    }
    for note in &report.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    if !report.skipped.is_empty() {
        text.push_str(&format!("  left out: {}\n", report.n_skipped()));
        let rows: Vec<Vec<String>> = report
            .skipped
            .iter()
            .map(|group| {
                vec![
                    group.reason.clone(),
                    group.n.to_string(),
                    group.examples.first().cloned().unwrap_or_default(),
                ]
            })
            .collect();
        let table = output::table(
            &[
                ("reason", Align::Left),
                ("n", Align::Right),
                ("first", Align::Left),
            ],
            &rows,
        );
        for line in table.lines() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    if report.confidence >= SURE {
        let n = report.rejected.len();
        text.push_str(&format!(
            "  not one of the {n} other formats; --output json says why\n"
        ));
    } else if !report.rejected.is_empty() {
        text.push_str("  not this, because:\n");
        for rejected in &report.rejected {
            text.push_str(&format!("    {}: {}\n", rejected.format, rejected.reason));
        }
    }
    text
}
