//! `concord import`: exports into a project.

use super::Global;
use super::explain::as_text;
use super::ingest_flags::IngestFlags;
use super::output;
use super::progress::Bar;
use crate::importers::{Limits, Upload};
use crate::pipeline::{
    Ingested, PipelineError, attach_images, create_project, import_only, open_store, project,
    read_text, score_dirty, update_protocol,
};
use std::path::PathBuf;

#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// Exports: files, folders or archives
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Project; made where it does not exist
    #[arg(long, short, default_value = "default")]
    project: String,
    /// Protocol file to put in force first
    #[arg(long, value_name = "FILE")]
    protocol: Option<PathBuf>,
    /// Folder of PNG images, by item key, to draw outlines over
    #[arg(long, value_name = "FOLDER")]
    images: Option<PathBuf>,
    /// table or json
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    output: String,
    #[command(flatten)]
    ingest: IngestFlags,
}

pub fn run(args: &ImportArgs, global: &Global) -> Result<u8, PipelineError> {
    let options = args.ingest.to_options()?;
    let store = open_store(&global.data_dir)?;
    let protocol_toml = args.protocol.as_deref().map(read_text).transpose()?;
    let mut target = match project(&store, &args.project) {
        Err(PipelineError::NoSuchProject { .. }) => {
            create_project(&store, &args.project, protocol_toml.as_deref())?
        }
        found => found?,
    };
    if let Some(toml) = &protocol_toml
        && update_protocol(&store, &target, toml)?
    {
        target = project(&store, &args.project)?;
    }
    let bar = Bar::new(global.quiet);
    let mut imported = Vec::new();
    for file in &args.files {
        let upload = Upload::open(file, Limits::DEFAULT)?;
        imported.push(import_only(&store, &target, &upload, &options)?);
    }
    let scored = score_dirty(&store, &target, &bar)?;
    if let Some(folder) = &args.images {
        let attached = attach_images(&store, &target, folder, &options)?;
        if !global.quiet {
            output::message(&format!(
                "{} images kept for outlines, {} of no known item",
                attached.n_kept, attached.n_unknown
            ));
        }
    }
    if args.output == "json" {
        let reports: Vec<_> = imported.iter().map(as_json).collect();
        output::json(&reports)?;
    } else {
        for one in &imported {
            output::data(&as_text(&one.record.identity.name, &one.report))?;
            if one.already_imported {
                output::data(&format!(
                    "  imported before as import {}; nothing changed\n",
                    one.record.id
                ))?;
            }
        }
        output::data(&format!(
            "scored {} items: {} comparisons, {} units\n",
            scored.n_items, scored.n_comparisons, scored.n_units
        ))?;
    }
    Ok(0)
}

fn as_json(one: &Ingested) -> serde_json::Value {
    serde_json::json!({
        "import": one.record.id,
        "file": one.record.identity.name,
        "sha256": one.record.identity.sha256,
        "already_imported": one.already_imported,
        "report": one.report,
    })
}
