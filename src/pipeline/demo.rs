//! A programme described by a manifest: exports, how to import each, protocol, policy and images.

use super::{
    PipelineError, Progress, Project, attach_images, create_project, import_only, project,
    read_policy, read_text, score_dirty, update_protocol,
};
use crate::domain::IngestOptions;
use crate::gates::Policy;
use crate::importers::{Limits, Upload, parse_instant, parse_spacing_mm, read_sidecar};
use crate::store::Store;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `manifest.toml`; paths are relative to its folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    protocol: Option<PathBuf>,
    policy: Option<PathBuf>,
    images: Option<PathBuf>,
    import: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: PathBuf,
    format: Option<String>,
    annotator: Option<String>,
    role: Option<String>,
    stage: Option<String>,
    reference: Option<String>,
    session: Option<String>,
    layer: Option<String>,
    study: Option<String>,
    site: Option<String>,
    modality: Option<String>,
    spacing_mm: Option<String>,
    finished_at: Option<String>,
    pattern: Option<String>,
    item_key: Option<String>,
    #[serde(default)]
    fold_case: bool,
    label: Option<String>,
    scale: Option<String>,
    mask_foreground: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    sidecar: Option<PathBuf>,
}

/// What was imported.
#[derive(Debug)]
pub struct Programme {
    pub project: Project,
    pub policy: Policy,
    pub n_imports: usize,
    pub n_already_imported: usize,
    pub n_annotations: u64,
    pub n_skipped: u64,
    pub n_images: usize,
    pub scored: super::ScoreSummary,
}

/// Imports everything that a manifest lists into a project, which is made where it does not exist, and scores it.
///
/// # Errors
/// A manifest that cannot be read, and what importing and scoring raise.
pub fn import_programme(
    store: &Store,
    name: &str,
    manifest: &Path,
    progress: &dyn Progress,
) -> Result<Programme, PipelineError> {
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let read: Manifest =
        toml::from_str(&read_text(manifest)?).map_err(|error| PipelineError::Parameter {
            what: "manifest",
            given: manifest.display().to_string(),
            detail: error.to_string(),
        })?;
    let policy = read_policy(read.policy.map(|path| folder.join(path)).as_deref())?;
    let protocol_toml = read
        .protocol
        .map(|path| read_text(&folder.join(path)))
        .transpose()?;
    let mut target = match project(store, name) {
        Err(PipelineError::NoSuchProject { .. }) => {
            create_project(store, name, protocol_toml.as_deref())?
        }
        found => found?,
    };
    if let Some(toml) = &protocol_toml
        && update_protocol(store, &target, toml)?
    {
        target = project(store, name)?;
    }
    let mut programme = Programme {
        project: target,
        policy,
        n_imports: 0,
        n_already_imported: 0,
        n_annotations: 0,
        n_skipped: 0,
        n_images: 0,
        scored: super::ScoreSummary::default(),
    };
    progress.start("importing", read.import.len() as u64);
    for entry in &read.import {
        let upload = Upload::open(&folder.join(&entry.path), Limits::DEFAULT)?;
        let imported = import_only(store, &programme.project, &upload, &options(folder, entry)?)?;
        programme.n_imports += 1;
        programme.n_already_imported += usize::from(imported.already_imported);
        programme.n_annotations += imported.report.counts.annotations;
        programme.n_skipped += imported.report.n_skipped();
        progress.advance(1);
    }
    progress.finish();
    programme.scored = score_dirty(store, &programme.project, progress)?;
    if let Some(images) = read.images {
        let attached = attach_images(
            store,
            &programme.project,
            &folder.join(images),
            &IngestOptions::default(),
        )?;
        programme.n_images = attached.n_kept;
    }
    Ok(programme)
}

fn options(folder: &Path, entry: &Entry) -> Result<IngestOptions, PipelineError> {
    fn named<T: std::str::FromStr<Err = String>>(
        what: &'static str,
        given: Option<&String>,
    ) -> Result<Option<T>, PipelineError> {
        given
            .map(|text| {
                text.parse().map_err(|detail| PipelineError::Parameter {
                    what,
                    given: text.clone(),
                    detail,
                })
            })
            .transpose()
    }
    Ok(IngestOptions {
        format: entry.format.clone(),
        annotator: entry.annotator.clone(),
        role: named("role", entry.role.as_ref())?,
        stage: named("stage", entry.stage.as_ref())?,
        reference: named("reference", entry.reference.as_ref())?,
        session: entry.session.clone(),
        layer: entry.layer.clone(),
        study: entry.study.clone(),
        site: entry.site.clone(),
        modality: entry.modality.clone(),
        spacing_mm: entry
            .spacing_mm
            .as_deref()
            .map(parse_spacing_mm)
            .transpose()?,
        finished_at_us: entry
            .finished_at
            .as_deref()
            .map(|text| parse_instant("finished_at", text))
            .transpose()?,
        pattern: entry.pattern.clone(),
        item_key: entry.item_key.clone(),
        fold_case: entry.fold_case,
        label: entry.label.clone(),
        scale: entry.scale.clone(),
        mask_foreground: named("mask_foreground", entry.mask_foreground.as_ref())?,
        columns: entry.columns.clone(),
        sidecar: match &entry.sidecar {
            Some(path) => read_sidecar(&folder.join(path))?,
            None => Vec::new(),
        },
        ..IngestOptions::default()
    })
}
