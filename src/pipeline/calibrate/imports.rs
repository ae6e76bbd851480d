//! What imports left out, since every number inherits it.

use crate::importers::ImportReport;
use crate::pipeline::{PipelineError, Project};
use crate::reports::model::{ImportCaveat, SkippedCount};
use crate::store::Store;

/// Imports, newest first, with what they left out or do not say.
pub(super) fn caveats(
    store: &Store,
    project: &Project,
) -> Result<Vec<ImportCaveat>, PipelineError> {
    store
        .imports(project.id)?
        .into_iter()
        .map(|record| {
            let report: ImportReport = serde_json::from_str(&record.report_json)
                .map_err(|error| PipelineError::Internal(error.to_string()))?;
            Ok(ImportCaveat {
                file: record.identity.name,
                format: report.format,
                n_annotations: report.counts.annotations,
                skipped: report
                    .skipped
                    .into_iter()
                    .map(|group| SkippedCount {
                        reason: group.reason,
                        n: group.n,
                    })
                    .collect(),
                missing: report.missing,
            })
        })
        .collect()
}
