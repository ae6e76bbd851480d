//! Rows of a Parquet table as text.
//!
//! The reader is the one of the Arrow project: of damaged files it reports errors or panics, which can be contained. That of polars asks
//! for as much memory as a damaged page claims, and no program survives that.

use super::TableError;
use crate::importers::UploadFile;
use crate::importers::contained::contained;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use std::fs::File;

const MAGIC: &[u8] = b"PAR1";

/// A Parquet table being read.
pub struct ParquetRows {
    names: Vec<String>,
    /// Columns that hold nanoseconds since the Unix epoch, which the reader gives as bare numbers.
    nanoseconds: Vec<bool>,
    rows: RowIter<'static>,
}

/// Whether a file begins like Parquet.
pub fn is_parquet(file: &UploadFile) -> bool {
    file.head().starts_with(MAGIC)
}

impl ParquetRows {
    /// Opens a table of plain columns.
    pub fn open(file: &UploadFile, max_rows: usize) -> Result<Self, TableError> {
        let input = File::open(file.disk_path()).map_err(TableError::Io)?;
        let reader = contain(|| SerializedFileReader::new(input))?;
        let metadata = reader.metadata().file_metadata();
        let n_rows = usize::try_from(metadata.num_rows()).unwrap_or(usize::MAX);
        if n_rows > max_rows {
            return Err(TableError::TooManyRows {
                found: n_rows,
                limit: max_rows,
            });
        }
        let schema = metadata.schema_descr();
        let fields = schema.root_schema().get_fields();
        if let Some(nested) = fields.iter().find(|field| !field.is_primitive()) {
            return Err(TableError::NoTable(format!(
                "column `{}` holds lists or records; plain columns are read",
                nested.name()
            )));
        }
        let names = fields
            .iter()
            .map(|field| field.name().trim().to_owned())
            .collect();
        let nanoseconds = schema
            .columns()
            .iter()
            .map(|column| {
                matches!(
                    column.logical_type_ref(),
                    Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS
                )
            })
            .collect();
        let rows = contain(|| RowIter::from_file_into(Box::new(reader)).project(None))?;
        Ok(Self {
            names,
            nanoseconds,
            rows,
        })
    }

    /// The columns' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Up to `n` further rows, each a list of cells; none at the end.
    pub fn next_rows(&mut self, n: usize) -> Result<Vec<Vec<Option<String>>>, TableError> {
        let nanoseconds = &self.nanoseconds;
        let rows = &mut self.rows;
        contain(|| {
            rows.take(n)
                .map(|row| row.map(|row| cells(row, nanoseconds)))
                .collect()
        })
    }
}

fn contain<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, TableError> {
    contained(read)
        .map_err(|damage| TableError::NoTable(damage.to_owned()))?
        .map_err(|error| TableError::NoTable(format!("cannot be read as Parquet ({error})")))
}

fn cells(row: Row, nanoseconds: &[bool]) -> Vec<Option<String>> {
    row.into_columns()
        .into_iter()
        .zip(nanoseconds.iter().chain(std::iter::repeat(&false)))
        .map(|((_, field), is_nanoseconds)| match field {
            Field::Long(number) if *is_nanoseconds => instant(number.div_euclid(1_000)),
            field => text(field),
        })
        .collect()
}

/// `None` for a missing value.
fn text(field: Field) -> Option<String> {
    match field {
        Field::Null => None,
        Field::Str(text) => Some(text),
        // Text without its mark; what is no text shows as such.
        Field::Bytes(bytes) => Some(String::from_utf8_lossy(bytes.data()).into_owned()),
        Field::Float(number) => Some(number.to_string()),
        Field::Double(number) => Some(number.to_string()),
        Field::Date(days) => jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().try_days(days).ok()?)
            .ok()
            .map(|date| date.to_string()),
        Field::TimestampMillis(ms) => instant(ms.checked_mul(1_000)?),
        Field::TimestampMicros(us) => instant(us),
        other => Some(other.to_string()),
    }
}

fn instant(us: i64) -> Option<String> {
    let instant = jiff::Timestamp::from_microsecond(us).ok()?;
    Some(instant.to_string())
}
