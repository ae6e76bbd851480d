//! A file's table: which sheet of a workbook holds it, and how its columns are laid out.

use super::TableError;
use super::batch::Batch;
use super::choose::SUMS_UP;
use super::encoding::head_as_utf8;
use super::layout::{Layout, MAX_SAMPLE, Sample, TableShape, Unread};
use super::layout_error::LayoutError;
use super::lines::{self, JsonRows};
use super::parquet_rows::is_parquet;
use super::rows::{self, Rows};
use super::text::SEPARATORS;
use super::workbook::{self, Kind, Sheet, Workbook};
use super::{MAX_ROWS, MAX_TABLE_BYTES};
use crate::domain::{IngestOptions, SkipReason, TableOptions};
use crate::importers::concord_parquet::is_ours;
use crate::importers::{Limits, UploadFile};
use std::collections::BTreeMap;

/// Rows looked at in a sheet that may hold the ratings: a sample, its header, and titles above it.
const MAX_SHEET_SAMPLE: usize = MAX_SAMPLE + 20;

/// A table that is open, with its first rows.
pub struct Opened {
    pub rows: Rows,
    pub first: Batch,
    pub layout: Layout,
    /// What is left out as a whole: sheets, titles, columns.
    pub left_out: Vec<(SkipReason, String, String)>,
}

/// Opens a file's table; `None` where it is empty.
///
/// # Errors
/// Broken files, columns that cannot be told apart, limits.
pub fn open(
    file: &UploadFile,
    limits: &Limits,
    options: &IngestOptions,
) -> Result<Option<Opened>, TableError> {
    if file.size_bytes() > MAX_TABLE_BYTES {
        return Err(TableError::Limit {
            detail: format!("the table has {} bytes", file.size_bytes()),
            limit: format!("{MAX_TABLE_BYTES} bytes; split it"),
        });
    }
    let mut left_out = Vec::new();
    let mut rows = match workbook::kind(file) {
        Some(Kind::Unread(reason)) => return Err(TableError::NoTable(reason.to_owned())),
        Some(Kind::Workbook) => {
            let sheet = sheet(file, limits, options, &mut left_out)?;
            for row in &sheet.titles {
                left_out.push((
                    SkipReason::NotAnnotation,
                    format!("sheet `{}`, row {row}", sheet.name),
                    "a title above the table".to_owned(),
                ));
            }
            Rows::Sheet(sheet)
        }
        None => Rows::open(file, MAX_ROWS, separator(&options.table)?)?,
    };
    let Some(first) = rows.next_batch()? else {
        return Ok(None);
    };
    let layout = layout_of(&rows, &first, &options.columns, &options.table)?;
    for Unread { shown, why, .. } in &layout.unread {
        let reason = if *why == SUMS_UP {
            SkipReason::NotAnnotation
        } else {
            SkipReason::Unsupported
        };
        left_out.push((reason, shown.clone(), (*why).to_owned()));
    }
    Ok(Some(Opened {
        rows,
        first,
        layout,
        left_out,
    }))
}

fn separator(table: &TableOptions) -> Result<Option<u8>, TableError> {
    let Some(text) = table.delimiter.as_deref() else {
        return Ok(None);
    };
    let found = match text {
        "tab" | "\\t" => Some(b'\t'),
        other => SEPARATORS
            .into_iter()
            .find(|separator| other.as_bytes() == [*separator]),
    };
    found.map(Some).ok_or_else(|| {
        TableError::Option(
            "delimiter",
            "it is one of `,`, `;`, `|` and `tab`".to_owned(),
        )
    })
}

fn layout_of(
    rows: &Rows,
    first: &Batch,
    columns: &BTreeMap<String, String>,
    table: &TableOptions,
) -> Result<Layout, LayoutError> {
    let n_rows = first.n_rows().min(MAX_SAMPLE);
    let sample = Sample {
        names: rows.names(),
        rows: (0..n_rows)
            .filter(|row| rows.names().is_none() || first.fault(*row).is_none())
            .map(|row| first.row(row))
            .collect(),
        is_header_short: rows.is_header_short(),
    };
    Layout::of(&sample, columns, table)
}

/// The sheet that is read: the one that is named, else the first that reads as ratings. The others are left out with reasons.
fn sheet(
    file: &UploadFile,
    limits: &Limits,
    options: &IngestOptions,
    left_out: &mut Vec<(SkipReason, String, String)>,
) -> Result<Sheet, TableError> {
    let mut workbook = Workbook::open(file, limits)?;
    let sheets = workbook.sheets();
    let wanted = options.table.sheet.as_deref();
    if let Some(wanted) = wanted
        && sheets.iter().all(|sheet| sheet.name != wanted)
    {
        let names: Vec<String> = sheets.iter().map(|one| format!("`{}`", one.name)).collect();
        return Err(TableError::Option(
            "sheet",
            format!(
                "there is no sheet `{wanted}`; the workbook has {}",
                names.join(", ")
            ),
        ));
    }
    let mut chosen: Option<String> = None;
    let mut first_fault = None;
    for sheet in &sheets {
        let place = format!("sheet `{}`", sheet.name);
        if let Some(wanted) = wanted {
            if sheet.name == wanted {
                chosen = Some(sheet.name.clone());
            } else {
                let why = "the options name another sheet".to_owned();
                left_out.push((SkipReason::Unsupported, place, why));
            }
            continue;
        }
        if let Some(why) = sheet.unread {
            left_out.push((SkipReason::Unsupported, place, why.to_owned()));
            continue;
        }
        let fault = match reads_as_ratings(&mut workbook, &sheet.name, options) {
            Ok(()) if chosen.is_none() => {
                chosen = Some(sheet.name.clone());
                continue;
            }
            Ok(()) => {
                let why = "it reads as ratings too; name it as sheet in a mapping to import it";
                left_out.push((SkipReason::Unsupported, place, why.to_owned()));
                continue;
            }
            Err(fault) => fault,
        };
        left_out.push((SkipReason::NotAnnotation, place, fault.to_string()));
        first_fault = first_fault.or(Some(fault));
    }
    match (chosen, first_fault) {
        (Some(name), _) => workbook.sheet(&name, MAX_ROWS),
        (None, Some(fault)) if left_out.len() == 1 => Err(fault),
        (None, _) => {
            let reasons = left_out.iter();
            let reasons: Vec<String> = reasons
                .map(|(_, place, why)| format!("{place}: {why}"))
                .collect();
            Err(TableError::NoTable(format!(
                "no sheet reads as ratings; {}",
                reasons.join("; ")
            )))
        }
    }
}

fn reads_as_ratings(
    workbook: &mut Workbook,
    name: &str,
    options: &IngestOptions,
) -> Result<(), TableError> {
    let mut rows = Rows::Sheet(workbook.sheet(name, MAX_SHEET_SAMPLE)?);
    let Some(first) = rows.next_batch()? else {
        return Err(TableError::NoTable("it is empty".to_owned()));
    };
    layout_of(&rows, &first, &options.columns, &options.table)?;
    Ok(())
}

/// How surely a file is a table of ratings, or what it lacks.
pub fn suits(file: &UploadFile, limits: &Limits) -> Result<f64, &'static str> {
    if is_parquet(file) {
        if is_ours(file) {
            return Err("is Concord's own table of annotations");
        }
        return Ok(0.6);
    }
    match workbook::kind(file) {
        Some(Kind::Unread(reason)) => return Err(reason),
        Some(Kind::Workbook) => {
            return match open(file, limits, &IngestOptions::default()) {
                Ok(Some(opened)) => Ok(confidence(Ok(opened.layout))?),
                Err(TableError::Layout(error)) => confidence(Err(error)),
                // Only reading on, with options, tells what is wrong.
                Ok(None) | Err(_) => Ok(0.2),
            };
        }
        None => {}
    }
    let none = (BTreeMap::new(), TableOptions::default());
    if let Some(sniffed) = lines::sniff(file) {
        sniffed?;
        let head = head_as_utf8(file.head())?;
        let is_whole = file.size_bytes() <= file.head().len() as u64;
        let end = head.iter().rposition(|byte| *byte == b'\n');
        let end = if is_whole { None } else { end };
        let head = head.get(..end.unwrap_or(head.len())).unwrap_or_default();
        let unread = "is JSON without the columns item, rater and label";
        let mut rows = JsonRows::new(head, head).map_err(|_| unread)?;
        let n_columns = rows.names.len();
        let found = rows.next_rows(MAX_SAMPLE).map_err(|_| unread)?;
        let batch = Batch::of_rows(&found, n_columns);
        let sample = Sample {
            names: Some(&rows.names),
            rows: (0..batch.n_rows())
                .filter(|row| batch.fault(*row).is_none())
                .map(|row| batch.row(row))
                .collect(),
            is_header_short: false,
        };
        return match Layout::of(&sample, &none.0, &none.1) {
            Err(LayoutError::Unclear { .. }) => Ok(0.3),
            Err(_) => Err(unread),
            found => confidence(found),
        };
    }
    let dialect = rows::dialect(file, None)?;
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
    confidence(Layout::of(&sample, &none.0, &none.1))
}

fn confidence(layout: Result<Layout, LayoutError>) -> Result<f64, &'static str> {
    match layout {
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

/// One sentence on how a table was read, for people.
pub fn description(file: &UploadFile, opened: &Opened) -> String {
    let layout = &opened.layout;
    let items = match (layout.column("item"), &layout.names) {
        (Some(column), Some(names)) => match names.get(column).filter(|name| !name.is_empty()) {
            Some(name) => format!("items in column `{name}`"),
            None => "items in the first column".to_owned(),
        },
        (Some(_), None) => "items in the first column".to_owned(),
        (None, _) => "one item a row".to_owned(),
    };
    let condition = match (layout.column("condition"), &layout.names) {
        (Some(column), Some(names)) => names.get(column).map_or(String::new(), |name| {
            format!("; `{name}` is the condition, each one a session of its own")
        }),
        _ => String::new(),
    };
    let shape = match &layout.shape {
        TableShape::Long { attributes } => format!(
            "one rating a row, {} columns kept as attributes",
            attributes.len()
        ),
        TableShape::Wide {
            raters,
            frequency: None,
        } => format!("{} columns of one rater each", raters.len()),
        TableShape::Wide { raters, .. } => format!(
            "{} columns of one rater each, every row as often as its frequency says",
            raters.len()
        ),
        TableShape::Counts { categories } => {
            format!("{} columns of one category's count each", categories.len())
        }
    };
    let sheet = match &opened.rows {
        Rows::Sheet(sheet) => format!(", sheet `{}`,", sheet.name),
        _ => String::new(),
    };
    let filled = match &opened.rows {
        Rows::Sheet(sheet) if sheet.n_filled > 0 => {
            format!(
                "; {} cells got the text of a merged one above",
                sheet.n_filled
            )
        }
        _ => String::new(),
    };
    format!(
        "`{}`{sheet} was read with {items}, {shape}{condition}{filled}",
        file.path()
    )
}
