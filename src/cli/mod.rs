//! The command line: parse, call one pipeline function, render. Data on stdout, messages on stderr.

mod agreement;
mod compare;
mod compare_wholes;
mod explain;
mod export;
mod formats;
mod gate;
mod import;
mod ingest_flags;
mod metrics;
mod output;
mod progress;
mod protocol;
mod report;
mod serve;
mod verify;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Exit code for a request that could not be carried out.
pub const EXIT_ERROR: u8 = 2;

/// Quality assurance and agreement analytics for medical annotation teams.
#[derive(Parser, Debug)]
#[command(
    name = "concord",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(
    after_help = "Exit codes: 0 done (gate: pass), 1 gate fails, 2 error, 3 gate lacks evidence."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// Options of every command.
#[derive(clap::Args, Clone, Debug)]
pub struct Global {
    /// Folder of the database
    #[arg(long, global = true, default_value = "concord-data")]
    pub data_dir: PathBuf,
    /// No messages and no progress bars
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// The main job on the shipped exports: import, score, gate, calibration report, then serve
    Demo(serve::DemoArgs),
    /// The server: API at /api/v1, pages at /, Swagger UI at /docs
    Serve(serve::ServeArgs),
    /// Import exports into a project and score what they touch
    Import(import::ImportArgs),
    /// What would be read, what skipped, and why; writes nothing
    Explain(explain::ExplainArgs),
    /// Annotations, a consensus or the differences of two raters in the form of another tool
    Export(export::ExportArgs),
    /// The importers and exporters, how each format is detected, and what each maps
    Formats(formats::FormatsArgs),
    /// Every metric and coefficient: definition, unit, range, source, and what it was checked against
    Metrics(metrics::MetricsArgs),
    /// Two exports in, every pair and metric out; needs no project
    Compare(compare::CompareArgs),
    /// A ratings table in, coefficients with intervals out; needs no project
    Agreement(agreement::AgreementArgs),
    /// The weekly calibration report
    Report(report::ReportArgs),
    /// Protocols to begin with, the mistakes in one, and the annotators' sheet
    Protocol(protocol::ProtocolArgs),
    /// Judge a release; exit code 0 pass, 1 fail, 2 error, 3 insufficient evidence
    Gate(gate::GateArgs),
    /// Check an evidence record: signature, hashes, and verdicts against their counts; needs no database
    Verify(verify::VerifyArgs),
}

/// Runs the command line and gives the exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Demo(args) => serve::demo(&args, &cli.global),
        Command::Serve(args) => serve::serve(&args, &cli.global),
        Command::Import(args) => import::run(&args, &cli.global),
        Command::Explain(args) => explain::run(&args),
        Command::Export(args) => export::run(&args, &cli.global),
        Command::Formats(args) => formats::run(&args),
        Command::Metrics(args) => metrics::run(&args),
        Command::Compare(args) => compare::run(&args, &cli.global),
        Command::Agreement(args) => agreement::run(&args),
        Command::Report(args) => report::run(&args, &cli.global),
        Command::Gate(args) => gate::run(&args, &cli.global),
        Command::Protocol(args) => protocol::run(&args),
        Command::Verify(args) => verify::run(&args),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::message(&format!("concord: {}", output::chain(&error)));
            ExitCode::from(EXIT_ERROR)
        }
    }
}
