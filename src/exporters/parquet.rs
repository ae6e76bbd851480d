//! One Parquet file with everything that Concord knows of annotations: one row each, nothing lost.
//!
//! The importer `concord_parquet` reads it again. Other programs find the usual columns, and shapes as JSON in Concord's frame.

use super::report::Tally;
use super::spool::{close, create};
use super::{ExportError, ExportFormat, ExportReport, Exporter, Source, Work};
use crate::domain::{Annotation, Item};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

/// Writes Concord's own table.
pub(super) struct Parquet;

const FORMAT: ExportFormat = ExportFormat {
    key: "parquet",
    title: "Concord Parquet",
    writes: "everything: items, also those without a reading; readings with stage, role, session, layer, times, reviews and states; annotations of \
             every kind in Concord's frame, a row each, with shapes and attributes as JSON",
    leaves_out: "nothing; a shape of more than 256 MiB as JSON ends the export",
};

const FILE: &str = "annotations.parquet";

/// Rows, and bytes of shapes, that are held before they are written.
const ROWS_PER_GROUP: usize = 8_192;
const BYTES_PER_GROUP: usize = 32 << 20;
/// What importers take as one text.
const MAX_SHAPE_BYTES: usize = 256 << 20;

type Writer = SerializedFileWriter<BufWriter<File>>;

impl Exporter for Parquet {
    fn format(&self) -> &'static ExportFormat {
        &FORMAT
    }

    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError> {
        let mut tally = Tally::default();
        let mut rows = Rows::default();
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression);
        let schema = parse_message_type(&schema()).map_err(failed)?;
        let mut writer = Writer::new(
            create(folder, FILE)?,
            Arc::new(schema),
            Arc::new(properties.build()),
        )
        .map_err(failed)?;
        source.each(&mut |item, works| {
            tally.n_items += 1;
            if works.is_empty() {
                rows.push(item, None, None)?;
            }
            for work in works {
                tally.n_readings += 1;
                if work.annotations.is_empty() {
                    rows.push(item, Some(work), None)?;
                }
                for annotation in &work.annotations {
                    tally.n_annotations += 1;
                    rows.push(item, Some(work), Some(annotation))?;
                    if rows.is_full() {
                        rows.flush(&mut writer)?;
                    }
                }
            }
            Ok(())
        })?;
        rows.flush(&mut writer)?;
        close(FILE, writer.into_inner().map_err(failed)?)?;
        let again = format!("concord import FOLDER/{FILE}");
        Ok(tally.finish(FORMAT.key, vec![FILE.to_owned()], again))
    }
}

fn failed(error: ParquetError) -> ExportError {
    ExportError::encode(FILE, error)
}

/// Columns of text, of whole numbers and of fractions, in this order in the file; one of flags follows.
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
    "source_file",
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

fn schema() -> String {
    let mut text = "message annotations {\n".to_owned();
    let kinds: [(&[&str], &str, &str); 4] = [
        (TEXTS, "BYTE_ARRAY", " (STRING)"),
        (WHOLES, "INT64", ""),
        (FRACTIONS, "DOUBLE", ""),
        (&[SEMANTIC], "BOOLEAN", ""),
    ];
    for (names, kind, meaning) in kinds {
        for name in names {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "OPTIONAL {kind} {name}{meaning};");
        }
    }
    text + "}"
}

/// The values of a column that are there, and for every row whether it has one.
struct Column<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            levels: Vec::new(),
        }
    }
}

impl<T> Column<T> {
    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn write<D: DataType<T = T>>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, BufWriter<File>>,
    ) -> Result<(), ExportError> {
        let missing = || ExportError::encode(FILE, "there are more columns than the schema names");
        let mut column = group.next_column().map_err(failed)?.ok_or_else(missing)?;
        column
            .typed::<D>()
            .write_batch(&self.values, Some(&self.levels), None)
            .map_err(failed)?;
        column.close().map_err(failed)
    }
}

#[derive(Default)]
struct Rows {
    texts: [Column<ByteArray>; TEXTS.len()],
    wholes: [Column<i64>; WHOLES.len()],
    fractions: [Column<f64>; FRACTIONS.len()],
    semantic: Column<bool>,
    n_bytes: usize,
}

impl Rows {
    fn n_rows(&self) -> usize {
        self.semantic.levels.len()
    }

    fn is_full(&self) -> bool {
        self.n_rows() >= ROWS_PER_GROUP || self.n_bytes >= BYTES_PER_GROUP
    }

    fn push(
        &mut self,
        item: &Item,
        work: Option<&Work>,
        annotation: Option<&Annotation>,
    ) -> Result<(), ExportError> {
        let reading = work.map(|work| &work.reading);
        let key = reading.map(|reading| &reading.key);
        let review = reading.and_then(|reading| reading.review.as_ref());
        let shape = annotation.map(|one| json(&one.shape)).transpose()?;
        let attributes = annotation.map(|one| json(&one.attributes)).transpose()?;
        let texts: [Option<&str>; TEXTS.len()] = [
            Some(&item.key),
            Some(&item.study),
            item.site.as_deref(),
            item.modality.as_deref(),
            item.image_name.as_deref(),
            key.map(|key| key.rater.as_str()),
            key.map(|key| key.stage.as_str()),
            reading.map(|reading| reading.role.as_str()),
            reading.and_then(|reading| Some(reading.reference?.as_str())),
            key.map(|key| key.session.as_str()),
            key.map(|key| key.layer.as_str()),
            reading.map(|reading| reading.state.as_str()),
            review.map(|review| review.outcome.as_str()),
            review.and_then(|review| review.reviewer.as_deref()),
            reading.map(|reading| reading.source_convention.as_str()),
            reading.map(|reading| reading.source_file.as_str()),
            annotation.map(|one| one.source_id.as_str()),
            annotation.map(|one| one.shape.technique().as_str()),
            annotation.map(|one| one.label.as_str()),
            shape.as_deref(),
            attributes.as_deref(),
            annotation.and_then(|one| one.invalid.as_deref()),
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            self.n_bytes += text.map_or(0, str::len);
            column.push(text.map(ByteArray::from));
        }
        let wholes: [Option<i64>; WHOLES.len()] = [
            item.width_px.map(i64::from),
            item.height_px.map(i64::from),
            item.n_slices.map(i64::from),
            reading.and_then(|reading| reading.finished_at_us),
            reading.and_then(|reading| reading.active_ms),
            review.and_then(|review| review.at_us),
            annotation.and_then(|one| one.finished_at_us),
            annotation.and_then(|one| one.active_ms),
        ];
        for (column, number) in self.wholes.iter_mut().zip(wholes) {
            column.push(number);
        }
        let [z, y, x] = [0, 1, 2].map(|axis| item.spacing_mm.map(|mm| mm[axis]));
        let fractions = [z, y, x, annotation.and_then(|one| one.confidence)];
        for (column, number) in self.fractions.iter_mut().zip(fractions) {
            column.push(number);
        }
        self.semantic.push(annotation.map(|one| one.semantic));
        Ok(())
    }

    fn flush(&mut self, writer: &mut Writer) -> Result<(), ExportError> {
        if self.n_rows() == 0 {
            return Ok(());
        }
        let rows = std::mem::take(self);
        let mut group = writer.next_row_group().map_err(failed)?;
        for column in &rows.texts {
            column.write::<ByteArrayType>(&mut group)?;
        }
        for column in &rows.wholes {
            column.write::<Int64Type>(&mut group)?;
        }
        for column in &rows.fractions {
            column.write::<DoubleType>(&mut group)?;
        }
        rows.semantic.write::<BoolType>(&mut group)?;
        group.close().map_err(failed)?;
        Ok(())
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, ExportError> {
    let text = serde_json::to_string(value).map_err(|error| ExportError::encode(FILE, error))?;
    if text.len() > MAX_SHAPE_BYTES {
        let detail = format!(
            "a shape takes {} bytes as JSON; {MAX_SHAPE_BYTES} can be read again",
            text.len()
        );
        return Err(ExportError::encode(FILE, detail));
    }
    Ok(text)
}
