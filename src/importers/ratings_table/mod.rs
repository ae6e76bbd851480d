//! Ratings as a table: CSV, TSV or Parquet, one rating a row or one column a rater.

mod guess;
mod layout;
mod parquet_rows;
mod ratings;
mod rows;
mod text;

use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use layout::{Layout, LayoutError, MAX_SAMPLE, Sample, TableShape};
use ratings::{Table, Tally};
use rows::{Batch, Rows};

/// Larger tables are refused.
const MAX_TABLE_BYTES: u64 = 2 << 30;
/// More rows are refused (Parquet packs equal rows into almost nothing).
const MAX_ROWS: usize = 50_000_000;

/// Ratings tables.
pub struct RatingsTable;

const FORMAT: Format = Format {
    key: "ratings_table",
    title: "ratings table",
    detected_by: "delimited text (comma, semicolon, tab, bar) with equally many fields a line, or Parquet; most surely with the \
                  columns item, rater and label",
    maps: "long: item, rater, label and where present study, stage, role, reference, finished_at, active_s, confidence, site, \
           modality, session, question; other columns become attributes; --column names columns of other names. wide: one column \
           a rater, the first column items where it names rows. Labels are classifications, or ranks with the scale ordinal",
    ignores: "empty, NA, N/A, null and . (no rating), comment lines (#), total rows, spreadsheet errors",
    rater: "the rater column or the columns' names; rater-1, rater-2, … in a table without names",
    convention: "",
};

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
enum TableError {
    #[error("{0}")]
    NoTable(String),
    #[error("is not UTF-8 text; save it as CSV UTF-8")]
    NotUtf8,
    #[error("a quotation mark opened in row {row} is never closed")]
    OpenQuote { row: u64 },
    #[error("a stretch of {counted} rows reads as {read}; check its quotation marks")]
    Rows { counted: usize, read: usize },
    #[error("has {found} rows; the limit is {limit}")]
    TooManyRows { found: usize, limit: usize },
    #[error("cannot be read as a table ({0})")]
    Polars(#[from] polars::prelude::PolarsError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error("cannot be read")]
    Io(std::io::Error),
}

impl TableError {
    fn at(self, file: &UploadFile) -> ImportError {
        match self {
            Self::Io(source) => ImportError::io(file.path(), source),
            Self::Layout(error) => ImportError::Option {
                option: "columns".to_owned(),
                detail: format!("`{}`: {error}", file.path()),
            },
            other => ImportError::container(file.path(), other.to_string()),
        }
    }
}

impl Importer for RatingsTable {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        let mut confidence: f64 = 0.0;
        let mut reason = "there is no table in it";
        let detection = Detection::of_files(upload, 1.0, "", |file| match suits(file) {
            Ok(found) => {
                confidence = confidence.max(found);
                true
            }
            Err(found) => {
                reason = found;
                false
            }
        });
        match detection {
            Detection::Accepts { files, .. } => Detection::Accepts { confidence, files },
            Detection::Rejects { .. } if upload.files().len() == 1 => {
                Detection::rejects(format!("the file {reason}"))
            }
            Detection::Rejects { .. } => Detection::rejects("no file in it is a table"),
        }
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let is_ordinal = match context.options().scale.as_deref() {
            None | Some("nominal") => false,
            Some("ordinal") => true,
            Some(other) => {
                return Err(ImportError::Option {
                    option: "scale".to_owned(),
                    detail: format!("`{other}` is not one of nominal, ordinal"),
                });
            }
        };
        let mut tally = Tally::default();
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            if file.size_bytes() > MAX_TABLE_BYTES {
                return Err(ImportError::Limit {
                    file: file.path().to_owned(),
                    detail: format!("the table has {} bytes", file.size_bytes()),
                    limit: format!("{MAX_TABLE_BYTES} bytes; split it"),
                });
            }
            let mut rows = Rows::open(file, MAX_ROWS).map_err(|error| error.at(file))?;
            let Some(first) = rows.next_batch().map_err(|error| error.at(file))? else {
                continue;
            };
            let layout = layout_of(&rows, &first, context).map_err(|error| error.at(file))?;
            sink.note(description(file, &layout))?;
            let mut table = Table::new(
                file,
                context,
                layout,
                is_ordinal,
                rows.dialect(),
                files.len() > 1,
                &mut tally,
            );
            let mut batch = Some(first);
            while let Some(current) = batch {
                table.pass_on(&current, sink)?;
                batch = rows.next_batch().map_err(|error| error.at(file))?;
            }
        }
        Ok(tally
            .notes()
            .into_iter()
            .try_for_each(|note| sink.note(note))?)
    }
}

fn layout_of(rows: &Rows, first: &Batch, context: &Context) -> Result<Layout, TableError> {
    let sample = Sample {
        names: rows.names(),
        rows: (0..first.n_rows().min(MAX_SAMPLE))
            .map(|row| first.row(row))
            .collect(),
        is_header_short: rows
            .dialect()
            .is_some_and(|dialect| dialect.n_fields_first < dialect.n_fields),
    };
    Ok(Layout::of(&sample, &context.options().columns)?)
}

/// How surely a file is a ratings table, or what it lacks.
fn suits(file: &UploadFile) -> Result<f64, &'static str> {
    if parquet_rows::is_parquet(file) {
        return Ok(0.6);
    }
    let dialect = rows::dialect(file)?;
    let Some(first) = rows::sample(file)? else {
        return Ok(0.2);
    };
    let sample = Sample {
        names: None,
        rows: (0..first.n_rows().min(MAX_SAMPLE))
            .map(|row| first.row(row))
            .collect(),
        is_header_short: dialect.n_fields_first < dialect.n_fields,
    };
    match Layout::of(&sample, &Default::default()) {
        Ok(Layout {
            shape: TableShape::Long { .. },
            known,
            ..
        }) if known.contains_key("rater") => Ok(0.9),
        Ok(_) => Ok(0.4),
        // Columns of other names may be mapped by options, which detection does not see.
        Err(LayoutError::Unclear { .. }) => Ok(0.3),
        Err(LayoutError::Boxes { .. }) => Err("holds boxes, not ratings"),
        Err(_) => Ok(0.2),
    }
}

fn description(file: &UploadFile, layout: &Layout) -> String {
    let items = match (layout.column("item"), &layout.names) {
        (Some(column), Some(names)) => match names.get(column).filter(|name| !name.is_empty()) {
            Some(name) => format!("items in column `{name}`"),
            None => "items in the first column".to_owned(),
        },
        (Some(_), None) => "items in the first column".to_owned(),
        (None, _) => "one item a row".to_owned(),
    };
    let shape = match &layout.shape {
        TableShape::Long { attributes } => format!(
            "one rating a row, {} columns kept as attributes",
            attributes.len()
        ),
        TableShape::Wide { raters } => format!("{} columns of one rater each", raters.len()),
    };
    format!("`{}` was read with {items}, {shape}", file.path())
}
