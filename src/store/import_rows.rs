//! What an import appends, in bulk.

use super::codec::encode_shape;
use super::database::database;
use super::query::{day_value, iso_week};
use super::{AnnotationId, ImportId, ItemId, ProjectId, ReadingId, StoreError};
use crate::domain::{Annotation, Reading, ReferenceKind, Shape, Skip};
use duckdb::types::Value;
use duckdb::{Connection, params};
use jiff::civil::Date;
use std::sync::Arc;

/// Annotations wait here until there are enough to append.
#[derive(Default)]
pub(super) struct AnnotationRows {
    rows: Vec<AnnotationRow>,
    n_shape_bytes: usize,
    first_id: AnnotationId,
    n_pushed: usize,
}

struct AnnotationRow {
    id: AnnotationId,
    reading_id: ReadingId,
    shape: Vec<u8>,
    question: Option<String>,
    technique: &'static str,
    annotation: Facts,
}

/// An annotation without its shape.
struct Facts {
    source_id: String,
    label: String,
    attributes: Vec<(String, String)>,
    confidence: Option<f64>,
    finished_at_us: Option<i64>,
    active_ms: Option<i64>,
    semantic: bool,
    invalid: Option<String>,
}

const ROWS_PER_BATCH: usize = 8_192;
const BYTES_PER_BATCH: usize = 64 << 20;

impl AnnotationRows {
    pub(super) fn start_at(&mut self, first_id: AnnotationId) {
        self.first_id = first_id;
    }

    pub(super) fn n_pushed(&self) -> usize {
        self.n_pushed
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= ROWS_PER_BATCH || self.n_shape_bytes >= BYTES_PER_BATCH
    }

    pub(super) fn push(
        &mut self,
        reading_id: ReadingId,
        annotation: &Annotation,
    ) -> Result<(), StoreError> {
        let shape = encode_shape(&annotation.shape).map_err(StoreError::Encode)?;
        self.n_shape_bytes += shape.len();
        self.rows.push(AnnotationRow {
            id: self.first_id + self.n_pushed as i64,
            reading_id,
            shape,
            question: question(&annotation.shape).map(str::to_owned),
            technique: annotation.shape.technique().as_str(),
            annotation: Facts {
                source_id: annotation.source_id.clone(),
                label: annotation.label.clone(),
                attributes: annotation
                    .attributes
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
                confidence: annotation.confidence,
                finished_at_us: annotation.finished_at_us,
                active_ms: annotation.active_ms,
                semantic: annotation.semantic,
                invalid: annotation.invalid.clone(),
            },
        });
        self.n_pushed += 1;
        Ok(())
    }

    pub(super) fn flush(&mut self, conn: &Connection) -> Result<(), StoreError> {
        append_annotations(conn, &self.rows).map_err(|source| database("annotation", source))?;
        append_attributes(conn, &self.rows).map_err(|source| database("attribute", source))?;
        self.rows.clear();
        self.n_shape_bytes = 0;
        Ok(())
    }
}

fn question(shape: &Shape) -> Option<&str> {
    match shape {
        Shape::Classification { question, .. } | Shape::Ordinal { question, .. } => Some(question),
        _ => None,
    }
}

fn append_annotations(conn: &Connection, rows: &[AnnotationRow]) -> Result<(), duckdb::Error> {
    let mut appender = conn.appender("annotation")?;
    for row in rows {
        let facts = &row.annotation;
        appender.append_row(params![
            row.id,
            row.reading_id,
            facts.source_id,
            facts.label,
            row.technique,
            row.question,
            row.shape,
            facts.confidence,
            facts.finished_at_us,
            facts.active_ms,
            facts.semantic,
            facts.invalid,
        ])?;
    }
    appender.flush()
}

fn append_attributes(conn: &Connection, rows: &[AnnotationRow]) -> Result<(), duckdb::Error> {
    if rows.iter().all(|row| row.annotation.attributes.is_empty()) {
        return Ok(());
    }
    let mut appender = conn.appender("attribute")?;
    for row in rows {
        for (name, value) in &row.annotation.attributes {
            appender.append_row(params![row.id, name, value])?;
        }
    }
    appender.flush()
}

/// One reading with all its names; `reading.key` is not looked at but for the stage.
pub(super) struct ReadingRow {
    pub id: ReadingId,
    pub item_id: ItemId,
    pub rater: Arc<str>,
    pub session: Arc<str>,
    pub layer: Arc<str>,
    pub reading: Reading,
    pub local_day: Option<Date>,
    pub n_annotations: i64,
}

pub(super) fn append_readings(
    conn: &Connection,
    project: ProjectId,
    import: ImportId,
    rows: &[ReadingRow],
) -> Result<(), StoreError> {
    let append = || -> Result<(), duckdb::Error> {
        let mut appender = conn.appender("reading")?;
        for row in rows {
            let reading = &row.reading;
            appender.append_row(params![
                row.id,
                project,
                row.item_id,
                import,
                &*row.rater,
                reading.key.stage.as_str(),
                &*row.session,
                &*row.layer,
                reading.role.as_str(),
                reading.reference.map(ReferenceKind::as_str),
                reading.state.as_str(),
                reading.finished_at_us,
                reading.active_ms,
                reading.source_file,
                row.local_day.map_or(Value::Null, day_value),
                row.local_day.map(iso_week),
                row.n_annotations,
                None::<i64>,
                reading
                    .review
                    .as_ref()
                    .map(|review| review.outcome.as_str()),
                reading
                    .review
                    .as_ref()
                    .and_then(|review| review.reviewer.as_deref()),
                reading.review.as_ref().and_then(|review| review.at_us),
                reading.source_convention,
            ])?;
        }
        appender.flush()
    };
    append().map_err(|source| database("reading", source))
}

pub(super) fn append_skips(
    conn: &Connection,
    import: ImportId,
    first_no: i64,
    skips: &[Skip],
) -> Result<(), StoreError> {
    let append = || -> Result<(), duckdb::Error> {
        let mut appender = conn.appender("skipped")?;
        for (skip, skip_no) in skips.iter().zip(first_no..) {
            appender.append_row(params![
                import,
                skip_no,
                skip.reason.as_str(),
                skip.file,
                skip.record,
                skip.detail,
            ])?;
        }
        appender.flush()
    };
    append().map_err(|source| database("skipped", source))
}
