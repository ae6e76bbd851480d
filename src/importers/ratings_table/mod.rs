//! Ratings as a table: delimited text, lines of JSON, a workbook or Parquet; one rating a row, one column a rater, counts of
//! categories, or patterns with their frequency.

mod batch;
mod cells;
mod choose;
mod counts;
mod encoding;
mod guess;
mod layout;
mod layout_error;
mod lines;
mod mapping;
mod opening;
mod parquet_rows;
mod placed;
mod preview;
mod ratings;
mod rows;
mod shapes;
mod standing;
mod text;
mod words;
mod workbook;

use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile};
use crate::domain::Skip;
pub use mapping::Mapping;
pub use preview::{Preview, PreviewColumn, PreviewRating, preview};

use cells::Tally;
use layout_error::LayoutError;
use opening::{description, open, suits};
use ratings::Table;

/// Larger tables are refused.
const MAX_TABLE_BYTES: u64 = 2 << 30;
/// More rows are refused (Parquet packs equal rows into almost nothing).
const MAX_ROWS: usize = 50_000_000;

/// Ratings tables.
pub struct RatingsTable;

const FORMAT: Format = Format {
    key: "ratings_table",
    title: "ratings table",
    detected_by: "delimited text (comma, semicolon, tab, bar; UTF-8 or UTF-16) with equally many fields a line, one flat JSON object \
                  a line, a workbook (.xlsx) or Parquet; most surely with the columns item, rater and label",
    maps: "long: item, rater, label and where present study, stage, role, reference, finished_at, active_s, confidence, site, \
           modality, session, question, condition; other columns become attributes; --column names columns of other names. wide: \
           one column a rater, the first column items where it names rows; with a frequency, each row that often. counts: one \
           column a category, read as numbered readings. A condition, or a modality that tells readings of one item apart, is a \
           session. Labels are classifications, or ranks with the scale ordinal. A mapping says what the table does not",
    ignores: "empty, NA, N/A, null and . (no rating), comment lines (#), titles, total rows and columns, columns without a name, \
              spreadsheet errors, all sheets but one",
    rater: "the rater column or the columns' names; rater-1, rater-2, … in a table without names; reading-1, … in counts; consensus, \
            truth and models are set apart by name or mapping",
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
    #[error("is broken UTF-16 text; save it as CSV UTF-8")]
    NotUtf16,
    #[error("{detail}; the limit is {limit}")]
    Limit { detail: String, limit: String },
    #[error("option `{0}`: {1}")]
    Option(&'static str, String),
    #[error("cannot be read as a table ({0})")]
    Polars(#[from] polars::prelude::PolarsError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error("cannot be read")]
    Io(std::io::Error),
}

impl TableError {
    /// A fault while reading text, which may have been decoded.
    fn read(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::InvalidData {
            Self::NotUtf16
        } else {
            Self::Io(error)
        }
    }

    fn at(self, file: &UploadFile) -> ImportError {
        match self {
            Self::Io(source) => ImportError::io(file.path(), source),
            Self::Layout(error) => ImportError::Option {
                option: "columns".to_owned(),
                detail: format!("`{}`: {error}", file.path()),
            },
            Self::Limit { detail, limit } => ImportError::Limit {
                file: file.path().to_owned(),
                detail,
                limit,
            },
            Self::Option(option, detail) => ImportError::Option {
                option: option.to_owned(),
                detail: format!("`{}`: {detail}", file.path()),
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
        let detection =
            Detection::of_files(upload, 1.0, "", |file| match suits(file, upload.limits()) {
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
            let opened = open(file, upload.limits(), context.options());
            let Some(opened) = opened.map_err(|error| error.at(file))? else {
                continue;
            };
            sink.note(description(file, &opened))?;
            for (reason, record, detail) in &opened.left_out {
                sink.skip(Skip {
                    reason: *reason,
                    file: file.path().to_owned(),
                    record: record.clone(),
                    detail: detail.clone(),
                })?;
            }
            let mut rows = opened.rows;
            let mut table = Table::new(
                file,
                context,
                opened.layout,
                is_ordinal,
                &rows,
                files.len() > 1,
                &mut tally,
            )?;
            let mut batch = Some(opened.first);
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
