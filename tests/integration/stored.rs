//! Ways from an export into a store.

use concord::domain::IngestOptions;
use concord::importers::{Limits, Upload};
use concord::pipeline::{Ingested, PipelineError, Project, Silent, ingest};
use concord::store::Store;

/// Imports a text under a name and scores what it touches.
pub fn import_text(
    store: &Store,
    project: &Project,
    name: &str,
    text: &str,
    options: &IngestOptions,
) -> Result<Ingested, PipelineError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("the temporary folder can be written");
    let upload = Upload::open(&path, Limits::DEFAULT)?;
    ingest(store, project, &upload, options, &Silent)
}
