//! A Parquet file as rows. Damage makes the reader fail or panic; both are contained.

use super::cells::{Cells, NAMES};
use crate::importers::contained::contained;
use crate::importers::{ImportError, Limits, UploadFile};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use std::fs::File;

/// More rows are refused: Parquet packs equal rows into almost nothing.
const MAX_ROWS: i64 = 200_000_000;
/// Texts that a table may unfold into, however small it is.
const FREE_BYTES: u64 = 512 << 20;
const MAGIC: &[u8] = b"PAR1";

/// The rows of a file.
pub(super) struct Table {
    rows: RowIter<'static>,
    /// For every column of the file its place among those that are known.
    places: Vec<Option<usize>>,
    n_bytes: u64,
}

/// Whether a file is a table of this form; tables of ratings are not.
pub(in crate::importers) fn is_ours(file: &UploadFile) -> bool {
    if !file.head().starts_with(MAGIC) {
        return false;
    }
    let Ok(input) = File::open(file.disk_path()) else {
        return false;
    };
    let names = contained(|| SerializedFileReader::new(input).map(|reader| column_names(&reader)));
    matches!(names, Ok(Ok(names)) if ["item", "rater", "technique", "shape", "source_convention"]
        .iter()
        .all(|needed| names.iter().any(|name| name == needed)))
}

fn column_names(reader: &SerializedFileReader<File>) -> Vec<String> {
    let schema = reader.metadata().file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    fields.iter().map(|field| field.name().to_owned()).collect()
}

impl Table {
    /// Opens a file; a column that is missing is a fault of the file.
    pub fn open(file: &UploadFile, limits: &Limits) -> Result<Self, ImportError> {
        let refuse = |detail: String| Err(ImportError::container(file.path(), detail));
        let input =
            File::open(file.disk_path()).map_err(|source| ImportError::io(file.path(), source))?;
        let reader = contain(file, || SerializedFileReader::new(input))?;
        let n_rows = reader.metadata().file_metadata().num_rows();
        let max_rows = MAX_ROWS.min(i64::try_from(limits.max_unpacked_bytes).unwrap_or(i64::MAX));
        if !(0..=max_rows).contains(&n_rows) {
            return Err(ImportError::Limit {
                file: file.path().to_owned(),
                detail: format!("the table has {n_rows} rows"),
                limit: format!("{max_rows} rows"),
            });
        }
        let names = column_names(&reader);
        for needed in NAMES {
            if !names.iter().any(|name| name == needed) {
                return refuse(format!("has no column `{needed}`"));
            }
        }
        let schema = reader.metadata().file_metadata().schema_descr();
        let fields = schema.root_schema().get_fields();
        if let Some(at) = fields.iter().position(|field| !field.is_primitive()) {
            return refuse(format!(
                "column {} holds lists or records; plain columns are read",
                at + 1
            ));
        }
        let places = names
            .iter()
            .map(|name| NAMES.iter().position(|known| known == name))
            .collect();
        let rows = contain(file, || {
            RowIter::from_file_into(Box::new(reader)).project(None)
        })?;
        Ok(Self {
            rows,
            places,
            n_bytes: 0,
        })
    }

    /// The next row; `None` behind the last.
    pub fn next_row(
        &mut self,
        file: &UploadFile,
        limits: &Limits,
    ) -> Result<Option<Cells>, ImportError> {
        let Some(row) = contain(file, || self.rows.next().transpose())? else {
            return Ok(None);
        };
        let mut cells = Cells::empty();
        for ((_, field), place) in row.into_columns().into_iter().zip(&self.places) {
            if let Field::Str(text) = &field {
                self.n_bytes += text.len() as u64;
            }
            if let Some(place) = place {
                cells.put(*place, field);
            }
        }
        // A few bytes of a dictionary can stand for any number of long texts.
        let of_ratio = file.size_bytes().saturating_mul(limits.max_ratio);
        let max_bytes = of_ratio.max(FREE_BYTES).min(limits.max_unpacked_bytes);
        if self.n_bytes > max_bytes {
            return Err(ImportError::Limit {
                file: file.path().to_owned(),
                detail: "the texts of the table take too many bytes".to_owned(),
                limit: format!("{max_bytes} bytes"),
            });
        }
        Ok(Some(cells))
    }
}

fn contain<T>(
    file: &UploadFile,
    read: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, ImportError> {
    contained(read)
        .map_err(|damage| ImportError::container(file.path(), damage))?
        .map_err(|error| {
            ImportError::container(
                file.path(),
                format!("cannot be read as Parquet ({error}); export it again"),
            )
        })
}
