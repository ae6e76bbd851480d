//! Concord's own Parquet table, as `concord export --format parquet` writes it: one annotation a row, nothing lost.

mod rows;

use super::contained::contained;
use super::skips::skip;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use crate::domain::{ReadingKey, SkipReason};
use polars::prelude::{ParquetReader, SerReader};
use rows::Columns;
use std::collections::HashSet;
use std::fs::File;

/// Rows that are decoded at once.
const ROWS_AT_ONCE: usize = 4_096;
/// More rows are refused: Parquet packs equal rows into almost nothing.
const MAX_ROWS: usize = 200_000_000;
const MAGIC: &[u8] = b"PAR1";

const FORMAT: Format = Format {
    key: "concord_parquet",
    title: "Concord Parquet",
    detected_by: "Parquet with the columns `item`, `rater`, `technique`, `shape` and `source_convention`",
    maps: "everything that Concord keeps: items, readings with state, times and review, annotations of every kind; what the \
           file says goes before the upload's options",
    ignores: "nothing",
    rater: "column `rater`",
};

/// The importer of Concord's own table.
pub struct ConcordParquet;

impl Importer for ConcordParquet {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.99,
            "no Parquet file has the columns item, rater, technique, shape and source_convention",
            is_ours,
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        _context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            read_file(file, sink)?;
        }
        Ok(())
    }
}

/// The names of a Parquet file's columns; `None` for what is none.
pub(super) fn column_names(file: &UploadFile) -> Option<Vec<String>> {
    if !file.head().starts_with(MAGIC) {
        return None;
    }
    let input = File::open(file.disk_path()).ok()?;
    let names = contained(|| {
        let mut reader = ParquetReader::new(input);
        let schema = reader.schema().ok()?;
        Some(schema.iter_names().map(|name| name.to_string()).collect())
    });
    names.ok()?
}

/// Whether a file is a table of this form; tables of ratings are not.
pub(super) fn is_ours(file: &UploadFile) -> bool {
    column_names(file).is_some_and(|names| {
        ["item", "rater", "technique", "shape", "source_convention"]
            .iter()
            .all(|needed| names.iter().any(|name| name == needed))
    })
}

fn read_file(file: &UploadFile, sink: &mut dyn Sink) -> Result<(), ImportError> {
    let broken = |error: polars::prelude::PolarsError| {
        ImportError::container(file.path(), error.to_string())
    };
    let open =
        || File::open(file.disk_path()).map_err(|source| ImportError::io(file.path(), source));
    let input = open()?;
    let n_rows = contained(|| ParquetReader::new(input).num_rows())
        .map_err(|damage| ImportError::container(file.path(), damage))?
        .map_err(broken)?;
    if n_rows > MAX_ROWS {
        return Err(ImportError::Limit {
            file: file.path().to_owned(),
            detail: format!("the table has {n_rows} rows"),
            limit: format!("{MAX_ROWS} rows"),
        });
    }
    let mut announced: HashSet<ReadingKey> = HashSet::new();
    let mut next = 0;
    while next < n_rows {
        let n = ROWS_AT_ONCE.min(n_rows - next);
        let input = open()?;
        let frame = contained(|| {
            ParquetReader::new(input)
                .with_slice(Some((next, n)))
                .finish()
        })
        .map_err(|damage| ImportError::container(file.path(), damage))?
        .map_err(broken)?;
        let columns =
            Columns::of(&frame).map_err(|detail| ImportError::container(file.path(), detail))?;
        for row in 0..frame.height() {
            let record = format!("row {}", next + row + 1);
            match columns.row(row, file.path()) {
                Ok(found) => {
                    let key = found.reading.key.clone();
                    // Said again, a reading's active time would add up.
                    if !announced.contains(&key) {
                        announced.insert(key.clone());
                        sink.item(found.item)?;
                        sink.reading(found.reading)?;
                    }
                    if let Some(annotation) = found.annotation {
                        sink.annotation(&key, annotation)?;
                    }
                }
                Err(detail) => skip(sink, SkipReason::InvalidRecord, file.path(), record, detail)?,
            }
        }
        next += n;
    }
    Ok(())
}
