//! Results as CSV and Parquet.

use super::{CompareReport, PipelineError};
use polars::prelude::{CsvWriter, DataFrame, ParquetWriter, PolarsError, SerWriter};
use std::collections::BTreeSet;

/// A column of one type; a missing value is empty in CSV and null in Parquet.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    Text(Vec<Option<String>>),
    Number(Vec<Option<f64>>),
    Count(Vec<Option<u64>>),
}

/// Named columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Column)>,
}

impl Table {
    /// Adds a column at the right.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, column: Column) -> Self {
        self.columns.push((name.into(), column));
        self
    }

    /// As CSV with a header line.
    ///
    /// # Errors
    /// Columns of differing lengths or with equal names.
    pub fn to_csv(&self) -> Result<Vec<u8>, PipelineError> {
        let mut bytes = Vec::new();
        CsvWriter::new(&mut bytes)
            .finish(&mut self.frame()?)
            .map_err(unwritable)?;
        Ok(bytes)
    }

    /// As one Parquet file.
    ///
    /// # Errors
    /// As `to_csv`.
    pub fn to_parquet(&self) -> Result<Vec<u8>, PipelineError> {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .finish(&mut self.frame()?)
            .map_err(unwritable)?;
        Ok(bytes)
    }

    fn frame(&self) -> Result<DataFrame, PipelineError> {
        use polars::prelude::{Column as Series, NamedFrom as _, Series as Values};
        let columns: Vec<Series> = self
            .columns
            .iter()
            .map(|(name, column)| {
                let name = name.as_str().into();
                match column {
                    Column::Text(values) => Values::new(name, values),
                    Column::Number(values) => Values::new(name, values),
                    Column::Count(values) => Values::new(name, values),
                }
                .into()
            })
            .collect();
        DataFrame::new_infer_height(columns).map_err(unwritable)
    }
}

fn unwritable(error: PolarsError) -> PipelineError {
    PipelineError::Internal(format!("a table could not be written: {error}"))
}

/// One row a pair, one column a metric.
///
/// # Errors
/// None in practice; see [`Table::to_csv`].
pub fn pairs_table(report: &CompareReport) -> Result<Table, PipelineError> {
    let text = |of: fn(&super::compare::PairRow) -> &String| {
        Column::Text(
            report
                .pairs
                .iter()
                .map(|pair| Some(of(pair).clone()))
                .collect(),
        )
    };
    let mut table = Table::default()
        .with("item", text(|pair| &pair.item))
        .with("study", text(|pair| &pair.study))
        .with("technique", text(|pair| &pair.technique))
        .with("label", text(|pair| &pair.label))
        .with("candidate_label", text(|pair| &pair.candidate_label))
        .with("reference_id", text(|pair| &pair.reference_id))
        .with("candidate_id", text(|pair| &pair.candidate_id))
        .with("verdict", text(|pair| &pair.verdict));
    // A metric whose unit varies (mm and px) becomes one column per unit, so that no column mixes them.
    let metrics: BTreeSet<(&str, &str)> = report
        .pairs
        .iter()
        .flat_map(|pair| {
            pair.metrics
                .iter()
                .map(|(key, cell)| (*key, cell.unit.as_str()))
        })
        .collect();
    for (key, unit) in metrics {
        let values = report
            .pairs
            .iter()
            .map(|pair| {
                pair.metrics
                    .get(key)
                    .filter(|cell| cell.unit == unit)
                    .and_then(|cell| cell.value)
            })
            .collect();
        let name = if unit == "ratio" || key.ends_with(unit) {
            key.to_owned()
        } else {
            format!("{key}_{unit}")
        };
        table = table.with(name, Column::Number(values));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::{Column, Table};

    #[test]
    fn a_missing_value_is_an_empty_cell() {
        let table = Table::default()
            .with("label", Column::Text(vec![Some("a,b".into()), None]))
            .with("dice", Column::Number(vec![Some(0.5), None]));
        let csv = String::from_utf8(table.to_csv().expect("two equal columns")).expect("text");
        assert_eq!(csv, "label,dice\n\"a,b\",0.5\n,\n");
        assert!(
            table
                .to_parquet()
                .expect("two equal columns")
                .starts_with(b"PAR1")
        );
    }
}
