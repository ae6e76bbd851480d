//! `concord serve` and `concord demo`.

use super::Global;
use super::output::{self, Align};
use super::progress::Bar;
use crate::config::ServerConfig;
use crate::dashboard::PagesState;
use crate::gates::{Evidence, exit_code};
use crate::pipeline::{
    LotRequest, PipelineError, Programme, calibration, import_programme, judge, open_store,
    render_report, score_all, stage_cards, write_file,
};
use crate::pipeline::{Week, annotator_rows};
use crate::store::Store;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

#[derive(clap::Args, Debug)]
pub struct ServeArgs {
    /// Address to listen on; loopback only until there is access control
    #[arg(long, default_value = "127.0.0.1:8080")]
    bind: SocketAddr,
    /// Largest upload that is taken, in bytes
    #[arg(long, default_value_t = 8 << 30, value_name = "BYTES")]
    max_upload_bytes: u64,
    /// How long running requests may take to end after a stop signal, in seconds
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    grace_s: u64,
}

#[derive(clap::Args, Debug)]
pub struct DemoArgs {
    /// Folder of the shipped exports
    #[arg(long, value_name = "FOLDER")]
    examples: Option<PathBuf>,
    /// Stop before serving
    #[arg(long)]
    exit: bool,
    #[command(flatten)]
    serve: ServeArgs,
}

/// Serves until a stop signal.
pub fn serve(args: &ServeArgs, global: &Global) -> Result<u8, PipelineError> {
    let store = Arc::new(open_store(&global.data_dir)?);
    score_all(&store, &Bar::new(global.quiet))?;
    listen(args, global, store)
}

/// The main job on the shipped exports.
pub fn demo(args: &DemoArgs, global: &Global) -> Result<u8, PipelineError> {
    let started = Instant::now();
    let folder = examples_folder(args.examples.as_deref())?;
    // The demo keeps its own data, so that it never touches a real programme.
    let data_dir = global.data_dir.join("demo");
    let store = Arc::new(open_store(&data_dir)?);
    let bar = Bar::new(global.quiet);
    let programme = import_programme(&store, "demo", &folder.join("manifest.toml"), &bar)?;
    let evidence = judge(
        &store,
        &programme.project,
        &programme.policy,
        &LotRequest::default(),
    )?;
    let report_path = data_dir.join("calibration.html");
    let report = calibration(&store, &programme.project, "latest")?;
    write_file(&report_path, render_report(&report, "html")?.as_bytes())?;
    output::data(&summary(&store, &programme, &evidence)?)?;
    output::data(&format!(
        "\nweekly report: {}\ndone in {:.1} s\n",
        report_path.display(),
        started.elapsed().as_secs_f64()
    ))?;
    if args.exit {
        return Ok(0);
    }
    listen(&args.serve, global, store)
}

fn summary(
    store: &Store,
    programme: &Programme,
    evidence: &Evidence,
) -> Result<String, PipelineError> {
    let mut text = format!(
        "{} exports{}: {} annotations, {} records left out; {} items scored, {} comparisons\n\n",
        programme.n_imports,
        if programme.n_already_imported > 0 {
            format!(" ({} imported before)", programme.n_already_imported)
        } else {
            String::new()
        },
        programme.n_annotations,
        programme.n_skipped,
        programme.scored.n_items,
        programme.scored.n_comparisons
    );
    let all = Week::all();
    let cards = stage_cards(store, &programme.project, &all)?;
    let rows: Vec<Vec<String>> = cards
        .iter()
        .map(|card| {
            vec![
                card.status.mark().to_owned(),
                card.stage.to_string(),
                card.rate.text_beside(card.limit),
                card.rate.interval_text(),
                card.rate.n_text(),
                card.reference_kind
                    .map_or("–".to_owned(), |kind| kind.to_string()),
                card.status.word().to_owned(),
            ]
        })
        .collect();
    text.push_str(&output::table(
        &[
            ("", Align::Left),
            ("stage", Align::Left),
            ("error rate", Align::Right),
            ("95 % interval", Align::Left),
            ("errors", Align::Right),
            ("reference", Align::Left),
            ("status", Align::Left),
        ],
        &rows,
    ));
    text.push('\n');
    let annotators = annotator_rows(store, &programme.project, &all)?;
    let rows: Vec<Vec<String>> = annotators
        .iter()
        .map(|row| {
            vec![
                row.status.mark().to_owned(),
                row.rater.clone(),
                row.rate.text(),
                row.rate.n_text(),
                match row.size_of() {
                    Some(of) => format!(
                        "{}, {of}, {}",
                        row.size_bias.text_with_interval(),
                        row.size_bias.n_text()
                    ),
                    None => row.size_bias.text_with_interval(),
                },
                row.n_missing.to_string(),
                row.dice.text(),
                row.kappa.text_with_interval(),
                row.studies_per_day.text(),
            ]
        })
        .collect();
    text.push_str(&output::table(
        &[
            ("", Align::Left),
            ("rater", Align::Left),
            ("error rate", Align::Right),
            ("errors", Align::Right),
            ("size against reference", Align::Left),
            ("missed", Align::Right),
            ("Dice (median)", Align::Right),
            ("κ against the others", Align::Left),
            ("studies/day", Align::Right),
        ],
        &rows,
    ));
    text.push_str(&format!(
        "\n{} (exit code {} from `concord gate`)\n",
        evidence.headline(),
        exit_code(evidence.status)
    ));
    Ok(text)
}

/// The folder that was named, that lies beside where the program is run, or that the package installs.
fn examples_folder(named: Option<&Path>) -> Result<PathBuf, PipelineError> {
    let places = [
        named.map(Path::to_owned),
        Some(PathBuf::from("examples")),
        Some(PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples"
        ))),
        Some(PathBuf::from("/usr/share/concord/examples")),
    ];
    let tried = if named.is_some() {
        &places[..1]
    } else {
        &places[1..]
    };
    tried
        .iter()
        .flatten()
        .find(|folder| folder.join("manifest.toml").is_file())
        .cloned()
        .ok_or_else(|| PipelineError::Parameter {
            what: "examples",
            given: named.map_or("examples".to_owned(), |path| path.display().to_string()),
            detail: "there is no manifest.toml in it; name the folder with --examples".to_owned(),
        })
}

fn listen(args: &ServeArgs, global: &Global, store: Arc<Store>) -> Result<u8, PipelineError> {
    let config = ServerConfig {
        bind: args.bind,
        data_dir: global.data_dir.clone(),
        max_upload_bytes: args.max_upload_bytes,
        grace_s: args.grace_s,
    };
    config.check().map_err(|error| PipelineError::Parameter {
        what: "--bind",
        given: args.bind.to_string(),
        detail: error.to_string(),
    })?;
    let internal = |error: &dyn std::error::Error| PipelineError::Internal(error.to_string());
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| internal(&error))?;
    let quiet = global.quiet;
    let pages = crate::dashboard::pages(PagesState {
        store: Arc::clone(&store),
    });
    runtime
        .block_on(crate::api::run(config, store, pages, move |address| {
            if !quiet {
                output::message(&format!(
                    "Concord at http://{address}/ (pages), /docs (API), /metrics. Stop with Ctrl-C."
                ));
            }
        }))
        .map_err(|error| internal(&error))?;
    Ok(0)
}
