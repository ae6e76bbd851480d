//! CSV and TSV exports: quoted fields over several lines, read record by record.

use super::flat::MAX_ROW_BYTES;
use super::task::Reader;
use crate::importers::json::{Element, elements, members};
use crate::importers::{ImportError, Limits, UploadFile};
use std::io::{BufRead, Read};

/// How far detection reads for the names of the columns.
const HEADER_BYTES: u64 = 1 << 20;

/// Columns that together only Label Studio writes.
const SIGNATURE: &[&str] = &["annotation_id", "annotator", "lead_time"];

/// The separator of a CSV export; `None` for any other file.
pub(super) fn separator(file: &UploadFile) -> Option<u8> {
    let first = file.head().trim_ascii_start().first()?;
    if matches!(first, b'{' | b'[' | b'<') {
        return None;
    }
    let named = SIGNATURE[0].as_bytes();
    memchr::memmem::find(file.head(), named)?;
    b",\t".iter().copied().find(|separator| {
        let Ok(opened) = file.open() else {
            return false;
        };
        let reader = std::io::BufReader::new(opened.take(HEADER_BYTES));
        let mut records = Records::new(reader, *separator, HEADER_BYTES as usize);
        let Ok(Some(Record::Fields(names))) = records.next() else {
            return false;
        };
        SIGNATURE
            .iter()
            .all(|wanted| names.iter().any(|name| name == wanted))
    })
}

/// Reads a file of this form.
pub(super) fn read(
    reader: &mut Reader,
    file: &UploadFile,
    separator: u8,
    limits: &Limits,
) -> Result<(), ImportError> {
    let broken = |what: Fault| match what {
        Fault::Io(error) => ImportError::io(file.path(), error),
        Fault::Text(what) => ImportError::container(file.path(), what),
    };
    let mut records = Records::new(
        file.open()?,
        separator,
        limits.max_token_bytes.min(MAX_ROW_BYTES),
    );
    let names = match records.next().map_err(broken)? {
        Some(Record::Fields(names)) => names,
        _ => return Err(ImportError::container(file.path(), "has no header")),
    };
    let mut at = 0;
    while let Some(record) = records.next().map_err(broken)? {
        let place = format!("row[{at}]");
        match record {
            Record::TooLarge => reader.record(file.path(), &place, at, Element::TooLarge)?,
            Record::Fields(fields) if fields.len() != names.len() => {
                let detail = format!(
                    "has {} fields; the header names {}",
                    fields.len(),
                    names.len()
                );
                reader.skip(
                    crate::domain::SkipReason::InvalidRecord,
                    file.path(),
                    &place,
                    &detail,
                )?;
            }
            Record::Fields(fields) => {
                let row = as_json(&names, &fields);
                drop(fields);
                reader.record(file.path(), &place, at, Element::Raw(&row))?;
            }
        }
        at += 1;
    }
    Ok(())
}

/// A row as the JSON-MIN export would hold it: cells that are lists or objects as such, all others as texts.
fn as_json(names: &[String], fields: &[String]) -> Vec<u8> {
    let mut row = vec![b'{'];
    for (name, field) in names.iter().zip(fields) {
        let cell = field.trim();
        if cell.is_empty() {
            continue;
        }
        if row.len() > 1 {
            row.push(b',');
        }
        row.extend_from_slice(
            serde_json::Value::from(name.as_str())
                .to_string()
                .as_bytes(),
        );
        row.push(b':');
        let is_json = elements(cell.as_bytes()).is_ok() || members(cell.as_bytes()).is_ok();
        if is_json && serde_json::from_str::<serde::de::IgnoredAny>(cell).is_ok() {
            row.extend_from_slice(cell.as_bytes());
        } else {
            row.extend_from_slice(serde_json::Value::from(cell).to_string().as_bytes());
        }
    }
    // An empty cell says as much as a missing one, but for the columns that say what the row is.
    for name in &SIGNATURE[..2] {
        if !names
            .iter()
            .zip(fields)
            .any(|(known, field)| known == name && !field.trim().is_empty())
        {
            row.extend_from_slice(if row.len() > 1 { b",\"" } else { b"\"" });
            row.extend_from_slice(name.as_bytes());
            row.extend_from_slice(b"\":null");
        }
    }
    row.push(b'}');
    row
}

enum Record {
    Fields(Vec<String>),
    TooLarge,
}

enum Fault {
    Io(std::io::Error),
    Text(&'static str),
}

/// Records of a file whose fields may be quoted.
struct Records<R> {
    reader: R,
    separator: u8,
    max_bytes: usize,
    is_first: bool,
}

impl<R: BufRead> Records<R> {
    fn new(reader: R, separator: u8, max_bytes: usize) -> Self {
        Self {
            reader,
            separator,
            max_bytes,
            is_first: true,
        }
    }

    /// The next record that is not blank.
    fn next(&mut self) -> Result<Option<Record>, Fault> {
        loop {
            let mut fields: Vec<Vec<u8>> = vec![Vec::new()];
            let (mut is_quoted, mut was_quote, mut n_bytes) = (false, false, 0_usize);
            let mut is_at_end = true;
            'record: loop {
                let piece = self.reader.fill_buf().map_err(Fault::Io)?;
                if piece.is_empty() {
                    break;
                }
                is_at_end = false;
                let mut taken = 0;
                let mut is_done = false;
                for &byte in piece {
                    taken += 1;
                    n_bytes += 1;
                    match byte {
                        b'"' if is_quoted => (is_quoted, was_quote) = (false, true),
                        b'"' => {
                            // Two quotation marks within a field are one.
                            if was_quote {
                                push(&mut fields, byte, n_bytes, self.max_bytes);
                            }
                            (is_quoted, was_quote) = (true, false);
                        }
                        b'\n' if !is_quoted => {
                            is_done = true;
                            break;
                        }
                        _ if byte == self.separator && !is_quoted => {
                            was_quote = false;
                            if n_bytes <= self.max_bytes {
                                fields.push(Vec::new());
                            }
                        }
                        _ => {
                            was_quote = false;
                            push(&mut fields, byte, n_bytes, self.max_bytes);
                        }
                    }
                }
                self.reader.consume(taken);
                if is_done {
                    break 'record;
                }
            }
            if is_quoted {
                return Err(Fault::Text(
                    "ends within quotation marks: the file is cut short; export it again",
                ));
            }
            if is_at_end {
                return Ok(None);
            }
            if n_bytes > self.max_bytes {
                return Ok(Some(Record::TooLarge));
            }
            if let Some(last) = fields.last_mut().filter(|last| last.ends_with(b"\r")) {
                last.pop();
            }
            if fields.len() == 1 && fields[0].is_empty() {
                continue;
            }
            if self.is_first {
                self.is_first = false;
                if let Some(rest) = fields[0].strip_prefix(b"\xef\xbb\xbf") {
                    fields[0] = rest.to_vec();
                }
            }
            let texts: Result<Vec<String>, _> = fields.into_iter().map(String::from_utf8).collect();
            return match texts {
                Ok(texts) => Ok(Some(Record::Fields(texts))),
                Err(_) => Err(Fault::Text("is not UTF-8 text; export it again")),
            };
        }
    }
}

fn push(fields: &mut [Vec<u8>], byte: u8, n_bytes: usize, max_bytes: usize) {
    if n_bytes <= max_bytes
        && let Some(last) = fields.last_mut()
    {
        last.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str, max_bytes: usize) -> Result<Vec<Vec<String>>, &'static str> {
        let reader = std::io::BufReader::with_capacity(3, text.as_bytes());
        let mut records = Records::new(reader, b',', max_bytes);
        let mut all = Vec::new();
        loop {
            match records.next() {
                Ok(Some(Record::Fields(fields))) => all.push(fields),
                Ok(Some(Record::TooLarge)) => all.push(vec!["too large".to_owned()]),
                Ok(None) => return Ok(all),
                Err(Fault::Text(what)) => return Err(what),
                Err(Fault::Io(_)) => return Err("io"),
            }
        }
    }

    #[test]
    fn quoted_fields_hold_separators_lines_and_quotation_marks() {
        let text = "\u{feff}\"a\",b\r\n\"x,\"\"y\"\"\nz\",\"\"\r\n\r\n1,\n";
        let expected = [vec!["a", "b"], vec!["x,\"y\"\nz", ""], vec!["1", ""]];
        assert_eq!(records(text, 100).expect("sound"), expected);
        assert_eq!(
            records("abcdef,g\n1,2", 5).expect("sound"),
            [vec!["too large"], vec!["1", "2"]]
        );
        assert!(records("\"a,b\n", 100).is_err_and(|said| said.contains("cut short")));
    }

    #[test]
    fn a_row_becomes_what_the_other_flat_export_holds() {
        let names = ["annotation_id", "annotator", "label", "note"].map(str::to_owned);
        let fields = ["7", "", "[{\"x\": 1}]", "[half"].map(str::to_owned);
        assert_eq!(
            String::from_utf8(as_json(&names, &fields)).expect("text"),
            r#"{"annotation_id":"7","label":[{"x": 1}],"note":"[half","annotator":null}"#
        );
    }
}
