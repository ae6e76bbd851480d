//! Workbooks (.xlsx): told by their parts, bounded before they are read, one sheet at a time.
//!
//! Cells are [ECMA-376](https://ecma-international.org/publications-and-standards/standards/ecma-376/) SpreadsheetML, read by calamine.

use super::TableError;
use super::batch::RawRow;
use super::guess::number;
use crate::importers::{Limits, UploadFile};
use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::rc::Rc;

const COMPOUND_FILE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Unpacked bytes of the parts that are held in memory, which unfold to several times as much.
const MAX_STRINGS_BYTES: u64 = 64 << 20;
const MAX_OTHER_PART_BYTES: u64 = 8 << 20;
/// Unpacked bytes of one sheet, which is read cell by cell; a comment in it may be as long as itself.
const MAX_SHEET_BYTES: u64 = 256 << 20;
/// Rows of a sheet, and columns of which ratings may stand in; a sheet can have more of these.
const MAX_ROWS: u32 = 1 << 20;
const MAX_COLUMNS: u32 = 2_048;
/// Cells between the first and the last with content, most of which may be empty.
const MAX_AREA: usize = 100_000_000;
/// Cells with content of one sheet, and their text.
const MAX_CELLS: usize = 4_000_000;
const MAX_TEXT_BYTES: usize = 128 << 20;
/// Small workbooks of equal rows pack very well.
const MIN_BUDGET_BYTES: u64 = 64 << 20;

/// What a file is that a spreadsheet program may have written.
pub enum Kind {
    Workbook,
    /// Recognised to be named.
    Unread(&'static str),
}

/// Whether a file is a workbook, by its content.
pub fn kind(file: &UploadFile) -> Option<Kind> {
    if file.head().starts_with(COMPOUND_FILE) {
        return Some(Kind::Unread(
            "is an old workbook (.xls) or another compound file, which is not read here; save it as .xlsx or CSV",
        ));
    }
    if !file.head().starts_with(b"PK\x03\x04") {
        return None;
    }
    let reader = BufReader::new(File::open(file.disk_path()).ok()?);
    let archive = zip::ZipArchive::new(reader).ok()?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("xl/workbook.xml") {
        Some(Kind::Workbook)
    } else if has("xl/workbook.bin") {
        Some(Kind::Unread(
            "is a binary workbook (.xlsb), which is not read here; save it as .xlsx or CSV",
        ))
    } else if has("mimetype") && has("content.xml") {
        Some(Kind::Unread(
            "is an OpenDocument file (.ods), which is not read here; save it as .xlsx or CSV",
        ))
    } else {
        None
    }
}

/// Unpacks every part once and counts, because a zip's own directory can lie about sizes.
fn check_sizes(file: &UploadFile, limits: &Limits) -> Result<(), TableError> {
    let broken = |error: zip::result::ZipError| {
        TableError::NoTable(format!("the workbook is broken ({error}); save it again"))
    };
    let reader = BufReader::new(File::open(file.disk_path()).map_err(TableError::Io)?);
    let mut archive = zip::ZipArchive::new(reader).map_err(broken)?;
    let budget = limits.max_unpacked_bytes.min(
        file.size_bytes()
            .saturating_mul(limits.max_ratio)
            .max(MIN_BUDGET_BYTES),
    );
    let mut used: u64 = 0;
    if archive.len() > limits.max_files {
        return Err(TableError::Limit {
            detail: "the workbook has too many parts".to_owned(),
            limit: format!("{} parts", limits.max_files),
        });
    }
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(broken)?;
        let name = part.name().map_err(broken)?.to_ascii_lowercase();
        let most = match name.as_str() {
            "xl/sharedstrings.xml" => MAX_STRINGS_BYTES,
            name if name.starts_with("xl/worksheets/") => MAX_SHEET_BYTES,
            name if name.starts_with("xl/") && name.ends_with(".xml") => MAX_OTHER_PART_BYTES,
            _ => u64::MAX,
        };
        let most = most.min(budget - used);
        let n = std::io::copy(
            &mut Read::by_ref(&mut part).take(most + 1),
            &mut std::io::sink(),
        )
        .map_err(|error| {
            TableError::NoTable(format!(
                "a part of the workbook does not unpack ({error}); save it again"
            ))
        })?;
        if n > most {
            return Err(TableError::Limit {
                detail: "a part of the workbook unpacks to far more than it should".to_owned(),
                limit: format!("{most} bytes"),
            });
        }
        used += n;
    }
    Ok(())
}

/// A workbook that is open.
pub struct Workbook {
    xlsx: Xlsx<BufReader<File>>,
}

/// One sheet of a workbook.
pub struct SheetName {
    pub name: String,
    /// Why it cannot hold ratings, where that is plain without reading it.
    pub unread: Option<&'static str>,
}

impl Workbook {
    /// # Errors
    /// Broken workbooks, and those that unfold beyond the limits.
    pub fn open(file: &UploadFile, limits: &Limits) -> Result<Self, TableError> {
        check_sizes(file, limits)?;
        let reader = BufReader::new(File::open(file.disk_path()).map_err(TableError::Io)?);
        let xlsx = Xlsx::new(reader).map_err(|error| broken(&error))?;
        Ok(Self { xlsx })
    }

    pub fn sheets(&self) -> Vec<SheetName> {
        let sheets = self.xlsx.sheets_metadata().iter();
        let unread = |typ: SheetType, visible: SheetVisible| match (typ, visible) {
            (SheetType::WorkSheet, SheetVisible::Visible) => None,
            (SheetType::WorkSheet, _) => {
                Some("the sheet is hidden; name it in the mapping if it holds the ratings")
            }
            _ => Some("the sheet holds a chart or macros, no cells"),
        };
        sheets
            .map(|sheet| SheetName {
                name: sheet.name.clone(),
                unread: unread(sheet.typ, sheet.visible),
            })
            .collect()
    }

    /// Reads a sheet, or its first rows.
    ///
    /// # Errors
    /// Broken sheets, and more cells than the limits allow.
    pub fn sheet(&mut self, name: &str, max_rows: usize) -> Result<Sheet, TableError> {
        let mut reader = self
            .xlsx
            .worksheet_cells_reader(name)
            .map_err(|error| broken(&error))?;
        let mut cells: Vec<RawCell> = Vec::new();
        let mut n_bytes = 0;
        let mut n_rows = 0;
        while let Some(cell) = reader.next_cell().map_err(|error| broken(&error))? {
            let (row, column) = cell.get_position();
            // Addresses are not checked where they are parsed, and may have wrapped round.
            if row >= MAX_ROWS || column >= MAX_COLUMNS {
                return Err(TableError::Limit {
                    detail:
                        "a cell lies outside what a table of ratings needs; save the table as CSV"
                            .to_owned(),
                    limit: format!("{MAX_ROWS} rows and {MAX_COLUMNS} columns"),
                });
            }
            let text = text(cell.get_value());
            if text.trim().is_empty() {
                continue;
            }
            if cells.last().is_none_or(|(last, _, _)| *last != row) {
                n_rows += 1;
                if n_rows > max_rows {
                    break;
                }
            }
            n_bytes += text.len();
            if cells.len() >= MAX_CELLS || n_bytes > MAX_TEXT_BYTES {
                return Err(TableError::Limit {
                    detail: "the sheet is too large to be held; save it as CSV".to_owned(),
                    limit: format!("{MAX_CELLS} cells and {MAX_TEXT_BYTES} bytes of text"),
                });
            }
            cells.push((row, column, text.trim().into()));
        }
        drop(reader);
        let last_column = cells.iter().map(|(_, column, _)| *column as usize).max();
        if last_column.unwrap_or_default().saturating_mul(n_rows) > MAX_AREA {
            return Err(TableError::Limit {
                detail: "the sheet has few cells in a wide area; save the table as CSV".to_owned(),
                limit: format!("{MAX_AREA} cells, empty ones too"),
            });
        }
        let n_filled = self.fill_merged(name, &mut cells)?;
        Ok(Sheet::of(name, cells, n_filled))
    }

    /// Cells merged downwards hold their text in the first alone: the rows below it, where they have anything else, get it too.
    fn fill_merged(&mut self, name: &str, cells: &mut Vec<RawCell>) -> Result<u64, TableError> {
        let merged = self.xlsx.merge_cells_by_sheet_name(name);
        let merged = merged.map_err(|error| broken(&error))?;
        if merged.is_empty() {
            return Ok(0);
        }
        let rows: BTreeSet<u32> = cells.iter().map(|(row, _, _)| *row).collect();
        let known: HashMap<(u32, u32), usize> = cells
            .iter()
            .enumerate()
            .map(|(at, (row, column, _))| ((*row, *column), at))
            .collect();
        let (mut n_filled, mut n_visited) = (0, 0);
        for region in &merged {
            let (top, column) = region.start;
            if region.end.1 != column || region.end.0 <= top {
                continue;
            }
            let Some(&at) = known.get(&(top, column)) else {
                continue;
            };
            for &row in rows.range(top + 1..=region.end.0) {
                n_visited += 1;
                if n_visited > MAX_CELLS || cells.len() >= MAX_CELLS {
                    return Err(TableError::Limit {
                        detail: "the sheet has too many merged cells; save it as CSV".to_owned(),
                        limit: format!("{MAX_CELLS} cells"),
                    });
                }
                if !known.contains_key(&(row, column))
                    && let Some((_, _, text)) = cells.get(at).cloned()
                {
                    cells.push((row, column, text));
                    n_filled += 1;
                }
            }
        }
        Ok(n_filled)
    }
}

/// Row, column (both from 0) and text.
type RawCell = (u32, u32, Rc<str>);

/// The cells of one sheet.
pub struct Sheet {
    pub name: String,
    /// Column of the sheet in which the table begins, from 0.
    pub first_column: u32,
    pub n_columns: usize,
    /// Rows above the table that hold one text only.
    pub titles: Vec<u64>,
    /// Cells below a merged one that got its text.
    pub n_filled: u64,
    cells: std::iter::Peekable<std::vec::IntoIter<RawCell>>,
}

impl Sheet {
    fn of(name: &str, mut cells: Vec<RawCell>, n_filled: u64) -> Self {
        cells.sort_by_key(|(row, column, _)| (*row, *column));
        // A cell that is given twice counts once; programs show the last.
        cells.reverse();
        cells.dedup_by_key(|(row, column, _)| (*row, *column));
        cells.reverse();
        let first_column = cells
            .iter()
            .map(|(_, column, _)| *column)
            .min()
            .unwrap_or_default();
        let n_columns = cells
            .iter()
            .map(|(_, column, _)| *column - first_column + 1)
            .max()
            .unwrap_or_default() as usize;
        let mut titles = Vec::new();
        if n_columns > 2 {
            let mut at = 0;
            while let [first, second, ..] = &cells[at..] {
                if first.0 == second.0 || number(&first.2).is_some() {
                    break;
                }
                titles.push(u64::from(first.0) + 1);
                at += 1;
            }
            cells.drain(..at);
        }
        Self {
            name: name.to_owned(),
            first_column,
            n_columns,
            titles,
            n_filled,
            cells: cells.into_iter().peekable(),
        }
    }

    /// The next rows with content, at most `max_rows`; none at the end.
    pub fn next_rows(&mut self, max_rows: usize) -> Vec<RawRow> {
        let mut rows: Vec<RawRow> = Vec::new();
        while let Some((row, _, _)) = self.cells.peek() {
            let number = u64::from(*row) + 1;
            if rows.last().is_none_or(|last| last.number != number) {
                if rows.len() == max_rows {
                    break;
                }
                rows.push(RawRow {
                    number,
                    cells: Vec::new(),
                    fault: None,
                });
            }
            let (Some((_, column, text)), Some(last)) = (self.cells.next(), rows.last_mut()) else {
                break;
            };
            last.cells
                .push(((column - self.first_column) as usize, text));
        }
        rows
    }
}

/// A cell's address, such as `C7`.
pub fn address(column: u32, row: u64) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let letter = ((rest - 1) % 26) as u8;
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{row}")
}

fn broken(error: &calamine::XlsxError) -> TableError {
    match error {
        calamine::XlsxError::Password => TableError::NoTable(
            "the workbook is protected by a password; save it without".to_owned(),
        ),
        // Messages about structure only: these quote no cells.
        _ => TableError::NoTable("the workbook is broken; save it again, or as CSV".to_owned()),
    }
}

/// A cell as a table in CSV would have it; dates and times in the forms that readings take.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::String(value) => value.clone(),
        DataRef::SharedString(value) => (*value).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(value) => date_or_time(value),
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => value.clone(),
        DataRef::Error(CellErrorType::NA) => "#N/A".to_owned(),
        DataRef::Error(error) => error.to_string(),
    }
}

fn date_or_time(value: &ExcelDateTime) -> String {
    let days = value.as_f64();
    if value.is_duration() || (0.0..1.0).contains(&days) {
        let milliseconds = (days * 86_400_000.0).round();
        let (seconds, rest) = ((milliseconds / 1000.0).floor(), milliseconds % 1000.0);
        let clock = format!(
            "{}:{:02}:{:02}",
            (seconds / 3600.0).floor(),
            (seconds / 60.0).floor() % 60.0,
            seconds % 60.0
        );
        return if rest == 0.0 {
            clock
        } else {
            format!("{clock}.{rest:03}")
        };
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{address, date_or_time};
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    #[test]
    fn addresses_count_columns_in_letters() {
        for (column, expected) in [(0, "A1"), (25, "Z1"), (26, "AA1"), (16_383, "XFD1")] {
            assert_eq!(address(column, 1), expected);
        }
    }

    #[test]
    fn serial_numbers_are_dates_or_clock_times() {
        let shown = |days: f64, kind| date_or_time(&ExcelDateTime::new(days, kind, false));
        let date = ExcelDateTimeType::DateTime;
        assert_eq!(shown(46_342.0, date), "2026-11-16");
        assert_eq!(shown(46_342.5, date), "2026-11-16T12:00:00");
        assert_eq!(shown(90.0 / 86_400.0, date), "0:01:30");
        assert_eq!(
            shown(1.5, ExcelDateTimeType::TimeDelta),
            "36:00:00",
            "beyond a day"
        );
    }
}
