//! Rows of a table as text, in batches, from delimited text, lines of JSON, a workbook or Parquet.

use super::TableError;
use super::batch::Batch;
use super::encoding::{Utf16, head_as_utf8, is_utf16};
use super::lines::JsonRows;
use super::parquet_rows::{ParquetRows, is_parquet};
use super::text::{Blocks, Dialect};
use super::workbook::Sheet;
use crate::importers::UploadFile;
use std::fs::File;
use std::io::{BufReader, Read};

/// Cells of a batch, except of delimited text.
const BATCH_CELLS: usize = 1 << 19;

type Text = Box<dyn Read>;

/// A table being read.
pub enum Rows {
    Text {
        blocks: Box<Blocks<Text>>,
        dialect: Dialect,
    },
    Json(Box<JsonRows<BufReader<Text>>>),
    Sheet(Sheet),
    Parquet(Box<ParquetRows>),
}

impl Rows {
    /// Opens a table that is no workbook.
    pub fn open(
        file: &UploadFile,
        max_rows: usize,
        separator: Option<u8>,
    ) -> Result<Self, TableError> {
        if is_parquet(file) {
            let rows = ParquetRows::open(file, max_rows)?;
            return Ok(Self::Parquet(Box::new(rows)));
        }
        if let Some(sniffed) = super::lines::sniff(file) {
            sniffed.map_err(|reason| TableError::NoTable(reason.to_owned()))?;
            let reader = || text_of(file).map(BufReader::new);
            let rows = JsonRows::new(reader()?, reader()?)?;
            return Ok(Self::Json(Box::new(rows)));
        }
        let dialect =
            dialect(file, separator).map_err(|reason| TableError::NoTable(reason.to_owned()))?;
        Ok(Self::Text {
            blocks: Box::new(Blocks::new(text_of(file)?, dialect)),
            dialect,
        })
    }

    /// Column names, where the format has them apart from the rows.
    pub fn names(&self) -> Option<&[String]> {
        match self {
            Self::Text { .. } | Self::Sheet(_) => None,
            Self::Json(rows) => Some(&rows.names),
            Self::Parquet(rows) => Some(rows.names()),
        }
    }

    /// Whether R left out the name of the row names, so that the header is one field short.
    pub fn is_header_short(&self) -> bool {
        matches!(self, Self::Text { dialect, .. } if dialect.n_fields_first < dialect.n_fields)
    }

    /// Whether a comma in a number cannot be what separates cells.
    pub fn has_decimal_commas(&self) -> bool {
        match self {
            Self::Text { dialect, .. } => dialect.separator != b',',
            Self::Sheet(_) => true,
            Self::Json(_) | Self::Parquet(_) => false,
        }
    }

    /// Where rows stand: what a row is called, and of a sheet its name and first column.
    pub fn place(&self) -> Place {
        match self {
            Self::Json(_) => Place::Line,
            Self::Sheet(sheet) => Place::Sheet {
                name: sheet.name.clone(),
                first_column: sheet.first_column,
            },
            Self::Text { .. } | Self::Parquet(_) => Place::Row,
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
            Self::Json(rows) => {
                let n_columns = rows.names.len();
                let found = rows.next_rows(rows_at_once(n_columns))?;
                Ok((!found.is_empty()).then(|| Batch::of_rows(&found, n_columns)))
            }
            Self::Sheet(sheet) => {
                let found = sheet.next_rows(rows_at_once(sheet.n_columns));
                Ok((!found.is_empty()).then(|| Batch::of_rows(&found, sheet.n_columns)))
            }
            Self::Parquet(rows) => {
                let n_columns = rows.names().len();
                let found = rows.next_rows(rows_at_once(n_columns))?;
                Ok((!found.is_empty()).then(|| Batch::of_cells(&found, n_columns)))
            }
        }
    }
}

/// How a row's place in a file is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    Row,
    Line,
    Sheet { name: String, first_column: u32 },
}

impl Place {
    /// A row, or a cell of it, for people.
    pub fn of(&self, row: u64, cell: Option<(usize, &str)>) -> String {
        let column = cell.map_or(String::new(), |(_, name)| format!(", column `{name}`"));
        match self {
            Self::Row => format!("row {row}{column}"),
            Self::Line => format!("line {row}{column}"),
            Self::Sheet { name, first_column } => match cell {
                None => format!("sheet `{name}`, row {row}"),
                Some((at, _)) => {
                    let at = first_column.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
                    let cell = super::workbook::address(at, row);
                    format!("sheet `{name}`, cell {cell}{column}")
                }
            },
        }
    }
}

fn rows_at_once(n_columns: usize) -> usize {
    (BATCH_CELLS / n_columns.max(1)).max(1)
}

/// A file's text as UTF-8.
fn text_of(file: &UploadFile) -> Result<Text, TableError> {
    let reader = BufReader::new(File::open(file.disk_path()).map_err(TableError::Io)?);
    Ok(if is_utf16(file.head()) {
        Box::new(Utf16::new(reader, false))
    } else {
        Box::new(reader)
    })
}

/// How the file is written, from its first bytes.
pub fn dialect(file: &UploadFile, separator: Option<u8>) -> Result<Dialect, &'static str> {
    let is_whole = file.size_bytes() <= file.head().len() as u64;
    Dialect::sniff(&head_as_utf8(file.head())?, is_whole, separator)
}

/// The first rows of delimited text, from the bytes at hand; `None` where only reading on tells what is wrong with them.
pub fn sample(file: &UploadFile) -> Result<Option<Batch>, &'static str> {
    let dialect = dialect(file, None)?;
    let head = head_as_utf8(file.head())?;
    let is_whole = file.size_bytes() <= file.head().len() as u64;
    let end = if is_whole {
        head.len()
    } else {
        head.iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap_or(0)
    };
    let head = head.get(..end).unwrap_or_default();
    match Blocks::new(head, dialect).next_block() {
        Ok(Some(block)) => Ok(Batch::of_block(block, dialect).ok()),
        Err(TableError::NotUtf8) => Err("is not UTF-8 text; save it as CSV UTF-8"),
        Ok(None) | Err(_) => Ok(None),
    }
}
