//! Uploads that lie in a spool file, and the record of what was imported.

use super::ingest::{Discard, Ingested, ingest};
use super::{PipelineError, Project, Silent};
use crate::domain::IngestOptions;
use crate::importers::{ImportReport, Limits, Upload, import};
use crate::store::{ImportRecord, Store, StoreError};
use std::path::Path;

/// Imports the bytes in a spool file under the name that the client gave them, and scores what they touch.
///
/// # Errors
/// As `ingest`.
pub fn ingest_spooled(
    store: &Store,
    project: &Project,
    spooled: &Path,
    name: &str,
    options: &IngestOptions,
) -> Result<Ingested, PipelineError> {
    let upload = Upload::open_named(spooled, name, Limits::DEFAULT)?;
    ingest(store, project, &upload, options, &Silent)
}

/// What such an import would read and leave out; writes nothing.
///
/// # Errors
/// What importing raises.
pub fn explain_spooled(
    spooled: &Path,
    name: &str,
    options: &IngestOptions,
) -> Result<ImportReport, PipelineError> {
    let upload = Upload::open_named(spooled, name, Limits::DEFAULT)?;
    Ok(import(&upload, options, &mut Discard)?)
}

/// An import with its report.
#[derive(Clone, Debug)]
pub struct KnownImport {
    pub record: ImportRecord,
    pub report: ImportReport,
}

/// A project's imports, newest first.
///
/// # Errors
/// What the store raises.
pub fn imports(store: &Store, project: &Project) -> Result<Vec<KnownImport>, PipelineError> {
    store.imports(project.id)?.into_iter().map(known).collect()
}

/// One import of a project.
///
/// # Errors
/// `NotFound`, and what the store raises.
pub fn import_of(store: &Store, project: &Project, id: i64) -> Result<KnownImport, PipelineError> {
    let found = store
        .imports(project.id)?
        .into_iter()
        .find(|record| record.id == id);
    known(found.ok_or_else(|| StoreError::NotFound {
        what: "import",
        key: id.to_string(),
    })?)
}

fn known(record: ImportRecord) -> Result<KnownImport, PipelineError> {
    let report = serde_json::from_str(&record.report_json)
        .map_err(|error| PipelineError::Internal(error.to_string()))?;
    Ok(KnownImport { record, report })
}
