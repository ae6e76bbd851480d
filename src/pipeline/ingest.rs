//! Bringing exports in: explain without keeping, import in one transaction, score what was touched.

use super::score::{ScoreSummary, score_dirty};
use super::{PipelineError, Progress, Project};
use crate::domain::{Annotation, IngestOptions, Item, Reading, ReadingKey, Skip};
use crate::importers::{ImportReport, Limits, Sink, SinkError, Upload, import};
use crate::store::{ImportIdentity, ImportRecord, ImportStart, ImportWriter, Store};
use jiff::tz::TimeZone;
use std::path::Path;

/// What an import did.
#[derive(Clone, Debug)]
pub struct Ingested {
    pub record: ImportRecord,
    pub report: ImportReport,
    /// The same bytes with the same options were imported before; nothing changed.
    pub already_imported: bool,
    pub scored: ScoreSummary,
}

/// What an import would read, keep and leave out; writes nothing.
///
/// # Errors
/// What importing raises.
pub fn explain(path: &Path, options: &IngestOptions) -> Result<ImportReport, PipelineError> {
    let upload = Upload::open(path, Limits::DEFAULT)?;
    Ok(import(&upload, options, &mut Discard)?)
}

/// Imports one upload and scores the items that it touched.
///
/// # Errors
/// What importing raises, an unknown rater, and what the store refuses; nothing is kept then.
pub fn ingest(
    store: &Store,
    project: &Project,
    upload: &Upload,
    options: &IngestOptions,
    progress: &dyn Progress,
) -> Result<Ingested, PipelineError> {
    let imported = import_only(store, project, upload, options)?;
    let scored = score_dirty(store, project, progress)?;
    Ok(Ingested { scored, ..imported })
}

/// As `ingest`, leaving the scoring to a later call of [`score_dirty`]; for many uploads in a row.
///
/// # Errors
/// As `ingest`.
pub fn import_only(
    store: &Store,
    project: &Project,
    upload: &Upload,
    options: &IngestOptions,
) -> Result<Ingested, PipelineError> {
    let identity = ImportIdentity {
        sha256: upload.sha256().to_owned(),
        options_json: serde_json::to_string(options)
            .map_err(|error| PipelineError::Internal(error.to_string()))?,
        format: options.format.clone().unwrap_or_else(|| "auto".to_owned()),
        name: upload.name().to_owned(),
        received_at_us: jiff::Timestamp::now().as_microsecond(),
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let writer = match store.begin_import(project.id, identity)? {
        ImportStart::Existing(record) => {
            let report = serde_json::from_str(&record.report_json)
                .map_err(|error| PipelineError::Internal(error.to_string()))?;
            return Ok(Ingested {
                record: *record,
                report,
                already_imported: true,
                scored: ScoreSummary::default(),
            });
        }
        ImportStart::New(writer) => writer,
    };
    let mut sink = StoreSink {
        writer: *writer,
        zone: project.time_zone()?,
    };
    let report = import(upload, options, &mut sink)?;
    if report.lacks_annotator() {
        return Err(PipelineError::MissingAnnotator);
    }
    let json = serde_json::to_string(&report)
        .map_err(|error| PipelineError::Internal(error.to_string()))?;
    let committed = sink.writer.commit(&json)?;
    tracing::info!(
        import = committed.record.id,
        format = report.format,
        n_items = report.counts.items,
        n_annotations = report.counts.annotations,
        n_skipped = report.n_skipped(),
        "imported"
    );
    Ok(Ingested {
        record: committed.record,
        report,
        already_imported: false,
        scored: ScoreSummary::default(),
    })
}

/// Passes what is read on to the database.
struct StoreSink<'a> {
    writer: ImportWriter<'a>,
    zone: TimeZone,
}

fn refused(error: crate::store::StoreError) -> SinkError {
    SinkError(Box::new(error))
}

impl Sink for StoreSink<'_> {
    fn item(&mut self, item: Item) -> Result<(), SinkError> {
        self.writer.item(&item).map_err(refused)
    }

    fn reading(&mut self, reading: Reading) -> Result<(), SinkError> {
        let local_day = reading
            .finished_at_us
            .and_then(|instant_us| jiff::Timestamp::from_microsecond(instant_us).ok())
            .map(|instant| instant.to_zoned(self.zone.clone()).date());
        self.writer.reading(&reading, local_day).map_err(refused)
    }

    fn annotation(&mut self, key: &ReadingKey, annotation: Annotation) -> Result<(), SinkError> {
        self.writer.annotation(key, &annotation).map_err(refused)
    }

    fn skip(&mut self, skip: Skip) -> Result<(), SinkError> {
        self.writer.skip(&skip).map_err(refused)
    }
}

/// Keeps nothing: the report alone is wanted.
pub(super) struct Discard;

impl Sink for Discard {
    fn item(&mut self, _: Item) -> Result<(), SinkError> {
        Ok(())
    }

    fn reading(&mut self, _: Reading) -> Result<(), SinkError> {
        Ok(())
    }

    fn annotation(&mut self, _: &ReadingKey, _: Annotation) -> Result<(), SinkError> {
        Ok(())
    }

    fn skip(&mut self, _: Skip) -> Result<(), SinkError> {
        Ok(())
    }
}
