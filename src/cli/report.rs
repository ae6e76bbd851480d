//! `concord report calibration`: the weekly session, as one file.

use super::Global;
use super::output;
use crate::pipeline::{PipelineError, calibration, open_store, project, render_report, write_file};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct ReportArgs {
    #[command(subcommand)]
    kind: ReportKind,
}

#[derive(Subcommand, Debug)]
enum ReportKind {
    /// Agreement, error rates, who moved, and the most instructive disagreements of one week
    Calibration(CalibrationArgs),
}

#[derive(clap::Args, Debug)]
struct CalibrationArgs {
    /// Project
    #[arg(long, short, default_value = "default")]
    project: String,
    /// ISO week such as 2026-W47, `latest`, or `all` for the whole programme
    #[arg(long, default_value = "latest")]
    week: String,
    /// html (one self-contained file), json or md
    #[arg(long, default_value = "html", value_parser = ["html", "json", "md"])]
    output: String,
    /// File to write; stdout otherwise
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

pub fn run(args: &ReportArgs, global: &Global) -> Result<u8, PipelineError> {
    let ReportKind::Calibration(args) = &args.kind;
    let store = open_store(&global.data_dir)?;
    let target = project(&store, &args.project)?;
    let report = calibration(&store, &target, &args.week)?;
    let content = render_report(&report, &args.output)?;
    match &args.to {
        Some(path) => {
            write_file(path, content.as_bytes())?;
            if !global.quiet {
                output::message(&format!("wrote {}", path.display()));
            }
        }
        None => output::data(&content)?,
    }
    Ok(0)
}
