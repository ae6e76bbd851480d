//! Rows of a table as text, in batches, from delimited text or Parquet.

use super::TableError;
use super::parquet_rows::{ParquetRows, is_parquet};
use super::text::{Block, Blocks, Dialect};
use crate::importers::UploadFile;
use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataFrame, DataType, Field, PolarsError, Schema, SerReader,
    StringChunked,
};
use std::io::Cursor;
use std::sync::Arc;

/// Rows decoded at once from Parquet.
const PARQUET_ROWS: usize = 1 << 17;

/// Some rows, column by column.
pub struct Batch {
    columns: Vec<StringChunked>,
    n_rows: usize,
    n_columns: usize,
}

impl Batch {
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// A cell without surrounding white space; "" for nothing.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let text = self.columns.get(column).and_then(|column| column.get(row));
        text.unwrap_or_default().trim()
    }

    /// Whether a row has more fields than the table has columns.
    pub fn overflows(&self, row: usize) -> bool {
        self.columns
            .get(self.n_columns)
            .is_some_and(|extra| extra.get(row).is_some())
    }

    /// One row's cells.
    pub fn row(&self, row: usize) -> Vec<String> {
        (0..self.n_columns)
            .map(|column| self.cell(row, column).to_owned())
            .collect()
    }

    fn of_block(block: Block, dialect: Dialect) -> Result<Self, TableError> {
        // One column more than the table has catches rows with too many fields.
        let fields = (0..=dialect.n_fields)
            .map(|index| Field::new(format!("{index}").into(), DataType::String));
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_rechunk(true)
            .with_schema(Some(Arc::new(Schema::from_iter(fields))))
            .with_parse_options(
                CsvParseOptions::default()
                    .with_separator(dialect.separator)
                    .with_truncate_ragged_lines(true),
            );
        let frame = options
            .into_reader_with_file_handle(Cursor::new(block.text))
            .finish()?;
        if frame.height() != block.n_records {
            return Err(TableError::Rows {
                counted: block.n_records,
                read: frame.height(),
            });
        }
        Self::of_frame(&frame, dialect.n_fields)
    }

    fn of_frame(frame: &DataFrame, n_columns: usize) -> Result<Self, TableError> {
        let columns = frame
            .columns()
            .iter()
            .map(|column| {
                let text = column.cast(&DataType::String)?;
                Ok(text.str()?.rechunk().into_owned())
            })
            .collect::<Result<Vec<_>, PolarsError>>()?;
        Ok(Self {
            columns,
            n_rows: frame.height(),
            n_columns,
        })
    }

    fn of_cells(rows: &[Vec<Option<String>>], n_columns: usize) -> Self {
        let column = |at: usize| {
            let cells = rows
                .iter()
                .map(|row| row.get(at).and_then(Option::as_deref));
            cells.collect()
        };
        Self {
            columns: (0..n_columns).map(column).collect(),
            n_rows: rows.len(),
            n_columns,
        }
    }
}

/// A table being read.
pub enum Rows {
    Text {
        blocks: Box<Blocks<std::io::BufReader<std::fs::File>>>,
        dialect: Dialect,
    },
    Parquet(Box<ParquetRows>),
}

impl Rows {
    /// Opens a table.
    pub fn open(file: &UploadFile, max_rows: usize) -> Result<Self, TableError> {
        if is_parquet(file) {
            let rows = ParquetRows::open(file, max_rows)?;
            return Ok(Self::Parquet(Box::new(rows)));
        }
        let dialect = dialect(file).map_err(|reason| TableError::NoTable(reason.to_owned()))?;
        let reader = std::fs::File::open(file.disk_path()).map_err(TableError::Io)?;
        Ok(Self::Text {
            blocks: Box::new(Blocks::new(std::io::BufReader::new(reader), dialect)),
            dialect,
        })
    }

    /// Column names, where the format has them apart from the rows.
    pub fn names(&self) -> Option<&[String]> {
        match self {
            Self::Text { .. } => None,
            Self::Parquet(rows) => Some(rows.names()),
        }
    }

    /// Separator of delimited text.
    pub fn dialect(&self) -> Option<Dialect> {
        match self {
            Self::Text { dialect, .. } => Some(*dialect),
            Self::Parquet(_) => None,
        }
    }

    /// The next rows; `None` at the end.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, TableError> {
        match self {
            Self::Text { blocks, dialect } => {
                let block = blocks.next_block()?;
                block
                    .map(|block| Batch::of_block(block, *dialect))
                    .transpose()
            }
            Self::Parquet(rows) => {
                let n_columns = rows.names().len();
                let found = rows.next_rows(PARQUET_ROWS)?;
                Ok((!found.is_empty()).then(|| Batch::of_cells(&found, n_columns)))
            }
        }
    }
}

/// How the file is written, from its first bytes.
pub fn dialect(file: &UploadFile) -> Result<Dialect, &'static str> {
    let is_whole = file.size_bytes() <= file.head().len() as u64;
    Dialect::sniff(file.head(), is_whole)
}

/// The first rows, from the bytes at hand; `None` where only reading on tells what is wrong with them.
pub fn sample(file: &UploadFile) -> Result<Option<Batch>, &'static str> {
    let dialect = dialect(file)?;
    let is_whole = file.size_bytes() <= file.head().len() as u64;
    let end = if is_whole {
        file.head().len()
    } else {
        file.head()
            .iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap_or(0)
    };
    let head = file.head().get(..end).unwrap_or_default();
    match Blocks::new(head, dialect).next_block() {
        Ok(Some(block)) => Ok(Batch::of_block(block, dialect).ok()),
        Err(TableError::NotUtf8) => Err("is not UTF-8 text; save it as CSV UTF-8"),
        Ok(None) | Err(_) => Ok(None),
    }
}
