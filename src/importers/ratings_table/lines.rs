//! One JSON object a line (NDJSON, JSON Lines): keys are columns, values are cells.

use super::TableError;
use super::batch::RawRow;
use super::encoding::head_as_utf8;
use crate::importers::UploadFile;
use crate::importers::json::{Members, members, text};
use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, Read};
use std::rc::Rc;

/// A longer line is no rating.
const MAX_LINE_BYTES: u64 = 16 << 20;
/// More keys are no columns of ratings.
const MAX_KEYS: usize = 4_096;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whether a file has one flat object a line, from its first bytes; `None` for a file that is something else altogether.
pub fn sniff(file: &UploadFile) -> Option<Result<(), &'static str>> {
    let head = head_as_utf8(file.head()).ok()?;
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head);
    let head = head.trim_ascii_start();
    if !head.starts_with(b"{") {
        return None;
    }
    let end = head.iter().position(|byte| *byte == b'\n');
    let is_whole = file.size_bytes() <= file.head().len() as u64;
    let line = match end {
        Some(end) => &head[..end],
        None if is_whole => head,
        None => return Some(Err("is JSON whose first line is too long to be a rating")),
    };
    let Ok(found) = object(line) else {
        return Some(Err("is JSON, but not one object a line"));
    };
    let has = |name: &str| found.iter().any(|(key, _)| key == name);
    if has("_input_hash") && has("_task_hash") {
        return Some(Err("is JSON of tasks, not of ratings"));
    }
    if found.iter().any(|(_, value)| is_nested(value)) {
        return Some(Err("is JSON of nested objects, not of ratings"));
    }
    let rest = head.get(line.len()..).unwrap_or_default();
    match rest.trim_ascii_start().first() {
        None | Some(b'{') => Some(Ok(())),
        Some(_) => Some(Err("is JSON, but not one object a line")),
    }
}

fn is_nested(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'{' | b'['))
}

/// The members of a line that is sound JSON throughout.
fn object(line: &[u8]) -> Result<Members<'_>, String> {
    let line = line.trim_ascii();
    serde_json::from_slice::<serde::de::IgnoredAny>(line)
        .map_err(|error| format!("is no JSON object ({error})"))?;
    members(line)
}

/// Lines of a file, each bounded.
struct Lines<R> {
    reader: R,
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            number: 0,
            line: Vec::new(),
        }
    }

    /// The next line that is not blank; false at the end.
    fn advance(&mut self) -> Result<bool, TableError> {
        loop {
            self.line.clear();
            let n = Read::by_ref(&mut self.reader)
                .take(MAX_LINE_BYTES + 1)
                .read_until(b'\n', &mut self.line)
                .map_err(TableError::read)?;
            self.number += 1;
            if n as u64 > MAX_LINE_BYTES {
                return Err(TableError::NoTable(format!(
                    "line {} is longer than {MAX_LINE_BYTES} bytes",
                    self.number
                )));
            }
            if n == 0 {
                return Ok(false);
            }
            if self.number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
                self.line.drain(..BYTE_ORDER_MARK.len());
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}

/// A table of one object a line.
pub struct JsonRows<R> {
    lines: Lines<R>,
    pub names: Vec<String>,
    columns: HashMap<String, usize>,
}

impl<R: BufRead> JsonRows<R> {
    /// Collects the keys of all lines from one reader, to read the rows from another.
    pub fn new(first_pass: R, second_pass: R) -> Result<Self, TableError> {
        let mut lines = Lines::new(first_pass);
        let mut names = Vec::new();
        let mut columns = HashMap::new();
        while lines.advance()? {
            let Ok(members) = object(&lines.line) else {
                continue;
            };
            for (key, _) in members {
                if !columns.contains_key(&*key) {
                    columns.insert(key.clone().into_owned(), names.len());
                    names.push(key.trim().to_owned());
                }
            }
            if names.len() > MAX_KEYS {
                return Err(TableError::NoTable(format!(
                    "has more than {MAX_KEYS} different keys"
                )));
            }
        }
        Ok(Self {
            lines: Lines::new(second_pass),
            names,
            columns,
        })
    }

    /// The next rows, at most `max_rows`; none at the end.
    pub fn next_rows(&mut self, max_rows: usize) -> Result<Vec<RawRow>, TableError> {
        let mut rows = Vec::new();
        while rows.len() < max_rows && self.lines.advance()? {
            let (cells, fault) = match self.cells() {
                Ok(cells) => (cells, None),
                Err(fault) => (Vec::new(), Some(fault)),
            };
            rows.push(RawRow {
                number: self.lines.number,
                cells,
                fault,
            });
        }
        Ok(rows)
    }

    fn cells(&self) -> Result<Vec<(usize, Rc<str>)>, String> {
        let mut cells = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, value) in object(&self.lines.line)? {
            let Some(&column) = self.columns.get(&*key) else {
                continue;
            };
            if !seen.insert(column) {
                return Err(format!("gives `{key}` twice"));
            }
            if is_nested(value) {
                return Err(format!(
                    "`{key}` is a list or an object; a text or a number is needed"
                ));
            }
            let cell = match value {
                b"null" => continue,
                [b'"', ..] => text(value).ok_or_else(|| format!("`{key}` is no sound text"))?,
                _ => String::from_utf8_lossy(value),
            };
            cells.push((column, cell.into()));
        }
        Ok(cells)
    }
}
