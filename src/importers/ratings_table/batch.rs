//! Some rows of a table, column by column, whatever the table was written as.

use super::TableError;
use super::text::{Block, Dialect};
use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataFrame, DataType, Field, PolarsError, Schema, SerReader,
    StringChunked,
};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::rc::Rc;
use std::sync::Arc;

/// Some rows, column by column.
pub struct Batch {
    columns: Vec<StringChunked>,
    n_rows: usize,
    n_columns: usize,
    /// Rows' numbers in the file, where blank rows or broken lines make them differ from a count.
    numbers: Option<Vec<u64>>,
    /// What is wrong with whole rows.
    faults: BTreeMap<usize, String>,
}

/// One row before it becomes part of a batch.
pub struct RawRow {
    pub number: u64,
    /// Cells with their columns, in any order.
    pub cells: Vec<(usize, Rc<str>)>,
    pub fault: Option<String>,
}

impl Batch {
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// A row's number in the file, where it is known.
    pub fn number(&self, row: usize) -> Option<u64> {
        self.numbers.as_ref()?.get(row).copied()
    }

    /// A cell without surrounding white space; "" for nothing.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let text = self.columns.get(column).and_then(|column| column.get(row));
        text.unwrap_or_default().trim()
    }

    /// Why a whole row cannot be read.
    pub fn fault(&self, row: usize) -> Option<String> {
        let overflows = self
            .columns
            .get(self.n_columns)
            .is_some_and(|extra| extra.get(row).is_some());
        if overflows {
            let n = self.n_columns;
            return Some(format!("has more than the table's {n} fields"));
        }
        self.faults.get(&row).cloned()
    }

    /// One row's cells.
    pub fn row(&self, row: usize) -> Vec<String> {
        (0..self.n_columns)
            .map(|column| self.cell(row, column).to_owned())
            .collect()
    }

    pub fn of_block(block: Block, dialect: Dialect) -> Result<Self, TableError> {
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
        if frame.height() != block.rows.len() {
            return Err(TableError::Rows {
                counted: block.rows.len(),
                read: frame.height(),
            });
        }
        Self::of_frame(&frame, dialect.n_fields, block.rows)
    }

    fn of_frame(
        frame: &DataFrame,
        n_columns: usize,
        numbers: Vec<u64>,
    ) -> Result<Self, TableError> {
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
            numbers: Some(numbers),
            faults: BTreeMap::new(),
        })
    }

    /// Rows whose cells are all there, in the columns' order.
    pub fn of_cells(rows: &[Vec<Option<String>>], n_columns: usize) -> Self {
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
            numbers: None,
            faults: BTreeMap::new(),
        }
    }

    pub fn of_rows(rows: &[RawRow], n_columns: usize) -> Self {
        let mut cells: Vec<Vec<Option<&str>>> = vec![vec![None; rows.len()]; n_columns];
        for (at, row) in rows.iter().enumerate() {
            for (column, text) in &row.cells {
                if let Some(cell) = cells.get_mut(*column).and_then(|cells| cells.get_mut(at)) {
                    *cell = Some(text);
                }
            }
        }
        let columns = cells
            .into_iter()
            .map(|cells| cells.into_iter().collect::<StringChunked>())
            .collect();
        let faults = rows.iter().enumerate();
        Self {
            columns,
            n_rows: rows.len(),
            n_columns,
            numbers: Some(rows.iter().map(|row| row.number).collect()),
            faults: faults
                .filter_map(|(at, row)| Some((at, row.fault.clone()?)))
                .collect(),
        }
    }
}
