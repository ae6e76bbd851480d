//! `concord explain`: what an import would do, without doing it.

use super::ingest_flags::IngestFlags;
use super::output::{self, Align};
use crate::importers::ImportReport;
use crate::pipeline::{PipelineError, explain};
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct ExplainArgs {
    /// Exports to look at: files, folders or archives
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// table or json
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    #[command(flatten)]
    ingest: IngestFlags,
}

pub fn run(args: &ExplainArgs) -> Result<u8, PipelineError> {
    let options = args.ingest.to_options()?;
    for file in &args.files {
        let report = explain(file, &options)?;
        if args.output == "json" {
            output::json(&report)?;
        } else {
            output::data(&as_text(&file.display().to_string(), &report))?;
        }
    }
    Ok(0)
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
    if !report.rejected.is_empty() {
        text.push_str("  not this, because:\n");
        for rejected in &report.rejected {
            text.push_str(&format!("    {}: {}\n", rejected.format, rejected.reason));
        }
    }
    text
}
