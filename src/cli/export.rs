//! `concord export`: annotations in the form of another tool.

use super::Global;
use super::output;
use crate::domain::{IngestOptions, Protocol, Stage};
use crate::exporters::{ALL, ExportReport};
use crate::pipeline::{
    ExportContent, ExportRequest, ExportSelection, PipelineError, export_files, export_project,
    open_store, project, read_protocol,
};
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    /// Exports of other tools to write anew; without any, the project is written
    files: Vec<PathBuf>,
    /// The form to write
    #[arg(long, value_parser = PossibleValuesParser::new(ALL.iter().map(|exporter| exporter.format().key)))]
    format: String,
    /// Folder to write into; it must be new or empty
    #[arg(long, short, value_name = "FOLDER")]
    into: PathBuf,
    /// Project to export
    #[arg(long, short, default_value = "default")]
    project: String,
    /// Only this rater; this and the next five may be given several times
    #[arg(long = "only-rater", value_name = "NAME")]
    raters: Vec<String>,
    /// Only this stage: training, annotation or verification
    #[arg(long = "only-stage", value_name = "STAGE")]
    stages: Vec<Stage>,
    /// Only readings of this session
    #[arg(long = "only-session", value_name = "NAME")]
    sessions: Vec<String>,
    /// Only items of this study
    #[arg(long = "only-study", value_name = "STUDY")]
    studies: Vec<String>,
    /// Only this item
    #[arg(long = "only-item", value_name = "ITEM")]
    items: Vec<String>,
    /// Only annotations with this label; images on which it was not found stay, as empty ones
    #[arg(long = "only-label", value_name = "LABEL")]
    labels: Vec<String>,
    /// Only what two raters differ in; the first is called true
    #[arg(long, num_args = 2, value_names = ["REFERENCE", "CANDIDATE"], conflicts_with = "consensus")]
    differences: Option<Vec<String>>,
    /// What more than half of the raters say, instead of what each says
    #[arg(long)]
    consensus: bool,
    /// Protocol for --differences between FILES; a project has its own
    #[arg(long, value_name = "FILE")]
    protocol: Option<PathBuf>,
    /// table or json
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    /// The one rater of FILES that name none
    #[arg(long, value_name = "NAME")]
    annotator: Option<String>,
    /// Regular expression over the paths of FILES, with groups rater, item, study, site, stage, session, label, role, reference
    #[arg(long, value_name = "REGEX")]
    pattern: Option<String>,
}

pub fn run(args: &ExportArgs, global: &Global) -> Result<u8, PipelineError> {
    let selection = ExportSelection {
        raters: args.raters.iter().cloned().collect(),
        stages: args.stages.iter().copied().collect(),
        sessions: args.sessions.iter().cloned().collect(),
        studies: args.studies.iter().cloned().collect(),
        items: args.items.iter().cloned().collect(),
        labels: args.labels.iter().cloned().collect(),
    };
    let content = match args.differences.as_deref() {
        Some([reference, candidate]) => ExportContent::Differences {
            reference: reference.clone(),
            candidate: candidate.clone(),
        },
        _ if args.consensus => ExportContent::Consensus,
        _ => ExportContent::Readings,
    };
    let request = ExportRequest {
        selection,
        content,
        format: args.format.clone(),
        folder: args.into.clone(),
    };
    let report = if args.files.is_empty() {
        let store = open_store(&global.data_dir)?;
        let project = project(&store, &args.project)?;
        export_project(&store, &project, &request)?
    } else {
        let protocol = match &args.protocol {
            Some(path) => read_protocol(path)?,
            None => Protocol::default(),
        };
        // The format of the files to read is found by itself: --format names the one to write.
        let options = IngestOptions {
            annotator: args.annotator.clone(),
            pattern: args.pattern.clone(),
            ..IngestOptions::default()
        };
        export_files(&args.files, &options, &protocol, &request)?
    };
    if args.output == "json" {
        output::json(&report)?;
    } else {
        output::data(&as_text(&report, &args.into.display().to_string()))?;
    }
    Ok(0)
}

fn as_text(report: &ExportReport, folder: &str) -> String {
    let mut text = format!(
        "{folder}: {}\n  {} files · {} items · {} readings · {} annotations\n",
        report.format,
        report.files.len(),
        report.n_items,
        report.n_readings,
        report.n_annotations
    );
    if report.n_readings == 0 {
        text.push_str("  nothing of what was asked for could be written, or there is none of it\n");
    }
    if report.n_readings_left_out > 0 {
        text.push_str(&format!(
            "  readings of which nothing could be written, and which are not listed: {}\n",
            report.n_readings_left_out
        ));
    }
    if report.n_left_out() > 0 {
        text.push_str(&format!("  left out: {}\n", report.n_left_out()));
        for group in &report.left_out {
            text.push_str(&format!(
                "    {} × {} (such as in {})\n",
                group.n,
                group.reason,
                group.examples.join(", ")
            ));
        }
    }
    if report.n_readings > 0 {
        text.push_str(&format!(
            "  to import it again: {}\n",
            report.import_again.replace("FOLDER", folder)
        ));
    }
    text
}
