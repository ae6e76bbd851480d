//! One Parquet file with everything that Concord knows of annotations: one row each, nothing lost.
//!
//! The importer `concord_parquet` reads it again. Other programs find the usual columns, and shapes as JSON in Concord's frame.

use super::report::Tally;
use super::spool::create;
use super::{ExportError, ExportFormat, ExportReport, Exporter, Source, Work};
use crate::domain::{Annotation, Item};
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{Column, DataFrame, DataType, Field, ParquetWriter, PolarsError, Schema};
use std::fs::File;
use std::path::Path;

/// Writes Concord's own table.
pub(super) struct Parquet;

const FORMAT: ExportFormat = ExportFormat {
    key: "parquet",
    title: "Parquet",
    writes: "everything: items, readings with times, reviews and states, annotations of every kind in Concord's frame",
    leaves_out: "nothing",
};

const FILE: &str = "annotations.parquet";

/// Rows, and bytes of shapes, that are held before they are written.
const ROWS_PER_BATCH: usize = 8_192;
const BYTES_PER_BATCH: usize = 32 << 20;

impl Exporter for Parquet {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        let mut tally = Tally::default();
        let mut rows = Rows::default();
        // Pages are put together in memory; a buffer of its own would hide a full disk.
        let out = create(folder, FILE)?
            .into_inner()
            .map_err(|error| ExportError::io(FILE, error.into_error()))?;
        let mut writer = ParquetWriter::new(out).batched(&schema()).map_err(failed)?;
        source.each(&mut |item, works| {
            tally.n_items += 1;
            for work in works {
                tally.n_readings += 1;
                if work.annotations.is_empty() {
                    rows.push(item, work, None)?;
                }
                for annotation in &work.annotations {
                    tally.n_annotations += 1;
                    rows.push(item, work, Some(annotation))?;
                    if rows.is_full() {
                        rows.flush(&mut writer)?;
                    }
                }
            }
            Ok(())
        })?;
        rows.flush(&mut writer)?;
        writer.finish().map_err(failed)?;
        let again = format!("concord import {FILE}");
        Ok(tally.finish(FORMAT.key, vec![FILE.to_owned()], again))
    }
}

fn failed(error: PolarsError) -> ExportError {
    ExportError::encode(FILE, error)
}

/// Columns of text, of whole numbers, of fractions and of flags, in this order in the file.
const TEXTS: &[&str] = &[
    "item",
    "study",
    "site",
    "modality",
    "image_name",
    "rater",
    "stage",
    "role",
    "reference",
    "session",
    "layer",
    "state",
    "review",
    "reviewer",
    "source_convention",
    "source_id",
    "technique",
    "label",
    "shape",
    "attributes",
    "invalid",
];
const WHOLES: &[&str] = &[
    "width_px",
    "height_px",
    "n_slices",
    "finished_at_us",
    "active_ms",
    "reviewed_at_us",
    "annotation_finished_at_us",
    "annotation_active_ms",
];
const FRACTIONS: &[&str] = &["spacing_z_mm", "spacing_y_mm", "spacing_x_mm", "confidence"];
const SEMANTIC: &str = "semantic";

fn schema() -> Schema {
    let of = |names: &'static [&'static str], kind: DataType| {
        names
            .iter()
            .map(move |name| Field::new((*name).into(), kind.clone()))
    };
    Schema::from_iter(
        of(TEXTS, DataType::String)
            .chain(of(WHOLES, DataType::Int64))
            .chain(of(FRACTIONS, DataType::Float64))
            .chain(of(&[SEMANTIC], DataType::Boolean)),
    )
}

#[derive(Default)]
struct Rows {
    texts: Vec<[Option<String>; TEXTS.len()]>,
    wholes: Vec<[Option<i64>; WHOLES.len()]>,
    fractions: Vec<[Option<f64>; FRACTIONS.len()]>,
    semantic: Vec<Option<bool>>,
    n_bytes: usize,
}

impl Rows {
    fn is_full(&self) -> bool {
        self.texts.len() >= ROWS_PER_BATCH || self.n_bytes >= BYTES_PER_BATCH
    }

    fn push(
        &mut self,
        item: &Item,
        work: &Work,
        annotation: Option<&Annotation>,
    ) -> Result<(), ExportError> {
        let reading = &work.reading;
        let key = &reading.key;
        let json = |value: Result<String, serde_json::Error>| {
            value.map_err(|error| ExportError::encode(FILE, error))
        };
        let shape = annotation
            .map(|one| json(serde_json::to_string(&one.shape)))
            .transpose()?;
        let attributes = annotation
            .map(|one| json(serde_json::to_string(&one.attributes)))
            .transpose()?;
        self.n_bytes += shape.as_ref().map_or(0, String::len);
        let text = |text: &str| Some(text.to_owned());
        let review = reading.review.as_ref();
        self.texts.push([
            text(&item.key),
            text(&item.study),
            item.site.clone(),
            item.modality.clone(),
            item.image_name.clone(),
            text(&key.rater),
            text(key.stage.as_str()),
            text(reading.role.as_str()),
            reading.reference.and_then(|kind| text(kind.as_str())),
            text(&key.session),
            text(&key.layer),
            text(reading.state.as_str()),
            review.and_then(|review| text(review.outcome.as_str())),
            review.and_then(|review| review.reviewer.clone()),
            text(&reading.source_convention),
            annotation.map(|one| one.source_id.clone()),
            annotation.and_then(|one| text(one.shape.technique().as_str())),
            annotation.map(|one| one.label.clone()),
            shape,
            attributes,
            annotation.and_then(|one| one.invalid.clone()),
        ]);
        self.wholes.push([
            item.width_px.map(i64::from),
            item.height_px.map(i64::from),
            item.n_slices.map(i64::from),
            reading.finished_at_us,
            reading.active_ms,
            review.and_then(|review| review.at_us),
            annotation.and_then(|one| one.finished_at_us),
            annotation.and_then(|one| one.active_ms),
        ]);
        let spacing = |axis: usize| item.spacing_mm.map(|mm| mm[axis]);
        self.fractions.push([
            spacing(0),
            spacing(1),
            spacing(2),
            annotation.and_then(|one| one.confidence),
        ]);
        self.semantic.push(annotation.map(|one| one.semantic));
        Ok(())
    }

    fn flush(&mut self, writer: &mut BatchedWriter<File>) -> Result<(), ExportError> {
        let n_rows = self.texts.len();
        if n_rows == 0 {
            return Ok(());
        }
        let rows = std::mem::take(self);
        let mut columns: Vec<Column> = Vec::new();
        for (at, name) in TEXTS.iter().enumerate() {
            let values: Vec<Option<&str>> =
                rows.texts.iter().map(|row| row[at].as_deref()).collect();
            columns.push(Column::new((*name).into(), values));
        }
        for (at, name) in WHOLES.iter().enumerate() {
            let values: Vec<Option<i64>> = rows.wholes.iter().map(|row| row[at]).collect();
            columns.push(Column::new((*name).into(), values));
        }
        for (at, name) in FRACTIONS.iter().enumerate() {
            let values: Vec<Option<f64>> = rows.fractions.iter().map(|row| row[at]).collect();
            columns.push(Column::new((*name).into(), values));
        }
        columns.push(Column::new(SEMANTIC.into(), rows.semantic));
        let frame = DataFrame::new(n_rows, columns).map_err(failed)?;
        writer.write_batch(&frame).map_err(failed)
    }
}
