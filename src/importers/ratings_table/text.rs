//! Delimited text, cut into blocks of whole records with one kind of line end, whatever the program that wrote it.
//!
//! Understood: comma, semicolon, tab or bar; LF, CRLF or CR alone; a byte order mark; comment lines; blank lines; quotation marks.
//! UTF-16 has become UTF-8 before.

use super::TableError;
use std::io::Read;

/// Separators in the order in which they are preferred when several fit: commas also occur within numbers and text.
pub const SEPARATORS: [u8; 4] = [b'\t', b';', b'|', b','];
/// Records looked at to find the separator.
const MAX_SNIFFED: usize = 200;
/// Bytes handed on at once.
const BLOCK_BYTES: usize = 4 << 20;
/// A longer record has a quotation mark that is never closed.
const MAX_RECORD_BYTES: usize = 16 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// What spreadsheets write in place of a value; such a line is no comment.
pub const SPREADSHEET_ERRORS: [&str; 11] = [
    "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#DATA!", "#SPILL!",
    "#CALC!", "#FIELD!",
];

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub separator: u8,
    /// Fields of most records.
    pub n_fields: usize,
    /// Fields of the first record; R leaves out the name of the row names.
    pub n_fields_first: usize,
}

impl Dialect {
    /// Finds the separator from the first bytes of a file, unless it is given.
    ///
    /// # Errors
    /// What keeps these bytes from being a table.
    pub fn sniff(head: &[u8], is_whole: bool, separator: Option<u8>) -> Result<Self, &'static str> {
        let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
        if head.contains(&0) {
            return Err("is binary");
        }
        if matches!(
            head.iter().find(|byte| !byte.is_ascii_whitespace()),
            Some(b'{' | b'[' | b'<')
        ) {
            return Err("is JSON or XML");
        }
        let mut best: Option<(usize, Self)> = None;
        for separator in SEPARATORS
            .into_iter()
            .filter(|one| separator.is_none_or(|given| given == *one))
        {
            let found = Self::with(separator, head, is_whole);
            // Only a clearly better fit displaces a preferred separator.
            if let Some((n_fit, _)) =
                found.filter(|(n_fit, _)| best.is_none_or(|(known, _)| *n_fit > known))
            {
                best = found.map(|(_, dialect)| (n_fit, dialect));
            }
        }
        best.map(|(_, dialect)| dialect)
            .ok_or("has no separator (comma, semicolon, tab or bar) that cuts its lines into equally many fields")
    }

    /// The dialect with this separator and how many records fit it; most must.
    fn with(separator: u8, head: &[u8], is_whole: bool) -> Option<(usize, Self)> {
        let mut cutter = Cutter::new(separator);
        let mut counts = Vec::new();
        for &byte in head {
            if cutter.push(byte) && !cutter.take_is_ignored() {
                counts.push(cutter.n_fields);
                if counts.len() == MAX_SNIFFED {
                    break;
                }
            }
        }
        if is_whole && counts.len() < MAX_SNIFFED && cutter.finish() && !cutter.take_is_ignored() {
            counts.push(cutter.n_fields);
        }
        let (&first, rest) = counts.split_first()?;
        let n_with = |n_fields: usize| rest.iter().filter(|n| **n == n_fields).count();
        let n_fields = rest.iter().copied().max_by_key(|n| (n_with(*n), *n))?;
        let n_fit = n_with(n_fields);
        // A header may lack the name of the row names; single records may be broken.
        let fits = n_fit * 3 >= rest.len() * 2 && (first == n_fields || first + 1 == n_fields);
        (n_fields > 1 && fits).then_some((
            n_fit,
            Self {
                separator,
                n_fields,
                n_fields_first: first,
            },
        ))
    }
}

/// Finds the ends of records, byte by byte.
struct Cutter {
    separator: u8,
    state: State,
    after_return: bool,
    record: Vec<u8>,
    n_separators: usize,
    n_fields: usize,
    is_ignored: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

impl Cutter {
    fn new(separator: u8) -> Self {
        Self {
            separator,
            state: State::FieldStart,
            after_return: false,
            record: Vec::new(),
            n_separators: 0,
            n_fields: 0,
            is_ignored: false,
        }
    }

    /// Takes one byte; true when it ends a record, which then stands in `ended`.
    fn push(&mut self, byte: u8) -> bool {
        let after_return = std::mem::take(&mut self.after_return);
        if self.state == State::Quoted {
            if byte == b'"' {
                self.state = State::QuoteInQuoted;
            }
            self.record.push(byte);
            return false;
        }
        match byte {
            b'\n' if after_return => false,
            b'\n' | b'\r' => {
                self.after_return = byte == b'\r';
                self.end()
            }
            byte if byte == self.separator => {
                self.state = State::FieldStart;
                self.n_separators += 1;
                self.record.push(byte);
                false
            }
            byte => {
                let quotes =
                    byte == b'"' && matches!(self.state, State::FieldStart | State::QuoteInQuoted);
                self.state = if quotes { State::Quoted } else { State::Plain };
                self.record.push(byte);
                false
            }
        }
    }

    fn end(&mut self) -> bool {
        self.n_fields = self.n_separators + 1;
        self.n_separators = 0;
        self.state = State::FieldStart;
        self.is_ignored = is_ignored(&self.record);
        true
    }

    /// Ends the last record, where no line end follows it. False when there is none.
    fn finish(&mut self) -> bool {
        !self.record.is_empty() && self.end()
    }

    /// Clears the ended record; true when it was blank or a comment.
    fn take_is_ignored(&mut self) -> bool {
        self.record.clear();
        self.is_ignored
    }
}

fn is_ignored(record: &[u8]) -> bool {
    let is_error = |name: &str| record.starts_with(name.as_bytes());
    record.iter().all(u8::is_ascii_whitespace)
        || is_hint(record)
        || (record.first() == Some(&b'#') && !SPREADSHEET_ERRORS.iter().any(|name| is_error(name)))
}

/// Spreadsheets of some countries name their separator in a line of its own.
fn is_hint(record: &[u8]) -> bool {
    record.len() == 5 && record.starts_with(b"sep=")
}

/// A piece of a table: whole records, each ended by LF.
pub struct Block {
    pub text: Vec<u8>,
    /// Where each record stands in the file: rows as a spreadsheet counts them, blank lines and comments included.
    pub rows: Vec<u64>,
}

/// Reads a table in blocks.
pub struct Blocks<R> {
    reader: R,
    cutter: Cutter,
    pending: Vec<u8>,
    is_first: bool,
    is_done: bool,
    n_rows: u64,
}

impl<R: Read> Blocks<R> {
    pub fn new(reader: R, dialect: Dialect) -> Self {
        Self {
            reader,
            cutter: Cutter::new(dialect.separator),
            pending: Vec::new(),
            is_first: true,
            is_done: false,
            n_rows: 0,
        }
    }

    /// The next block; `None` at the end.
    pub fn next_block(&mut self) -> Result<Option<Block>, TableError> {
        let mut block = Block {
            text: Vec::new(),
            rows: Vec::new(),
        };
        while !self.is_done && block.text.len() < BLOCK_BYTES {
            let mut chunk = std::mem::take(&mut self.pending);
            chunk.resize(256 << 10, 0);
            let n = self.reader.read(&mut chunk).map_err(TableError::read)?;
            let mut bytes = chunk.get(..n).unwrap_or_default();
            if std::mem::take(&mut self.is_first) {
                bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
            }
            for &byte in bytes {
                if self.cutter.push(byte) {
                    self.take(&mut block);
                }
            }
            if self.cutter.record.len() > MAX_RECORD_BYTES {
                return Err(self.open_quote());
            }
            if n == 0 {
                self.is_done = true;
                if self.cutter.state == State::Quoted {
                    return Err(self.open_quote());
                }
                if self.cutter.finish() {
                    self.take(&mut block);
                }
            }
            self.pending = chunk;
        }
        if std::str::from_utf8(&block.text).is_err() {
            return Err(TableError::NotUtf8);
        }
        Ok((!block.rows.is_empty()).then_some(block))
    }

    fn take(&mut self, block: &mut Block) {
        // Spreadsheets do not show the line that names their separator.
        self.n_rows += u64::from(!is_hint(&self.cutter.record));
        if !self.cutter.is_ignored {
            block.text.extend_from_slice(&self.cutter.record);
            block.text.push(b'\n');
            block.rows.push(self.n_rows);
        }
        self.cutter.record.clear();
    }

    fn open_quote(&self) -> TableError {
        TableError::OpenQuote {
            row: self.n_rows + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Blocks, Dialect};

    fn normalised(text: &[u8]) -> (Dialect, String) {
        let dialect = Dialect::sniff(text, true, None).expect("a table");
        let mut blocks = Blocks::new(text, dialect);
        let block = blocks.next_block().expect("sound text").expect("a block");
        assert!(blocks.next_block().expect("sound text").is_none());
        (dialect, String::from_utf8(block.text).expect("text"))
    }

    #[test]
    fn line_ends_marks_comments_and_blank_lines_do_not_matter() {
        let plain = "item,a,b\nx,1,2\n";
        for text in [
            "item,a,b\r\nx,1,2",
            "item,a,b\rx,1,2\r",
            "\u{feff}# made by hand\nitem,a,b\n\nx,1,2\n",
            "sep=,\r\nitem,a,b\r\nx,1,2\r\n",
        ] {
            assert_eq!(normalised(text.as_bytes()).1, plain, "{text:?}");
        }
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        let text = b"sep=,\r\nitem,a\r\n# by hand\r\n\r\n\"x\r\ny\",1\r\nz,2";
        let dialect = Dialect::sniff(text, true, None).expect("a table");
        let block = Blocks::new(&text[..], dialect).next_block();
        assert_eq!(block.expect("sound text").expect("a block").rows, [1, 4, 5]);
    }

    #[test]
    fn a_semicolon_wins_over_decimal_commas() {
        let (dialect, _) = normalised(b"item;a;b\nx;1,5;2,5\ny;2,0;1,5\n");
        assert_eq!(dialect.separator, b';');
    }

    #[test]
    fn a_line_end_or_separator_in_quotation_marks_is_text() {
        let (dialect, text) = normalised(b"item,a\n\"x, \"\"y\"\"\nz\",1\nq,2\n");
        assert_eq!(dialect.n_fields, 2);
        assert_eq!(text.lines().count(), 4);
    }

    #[test]
    fn a_header_may_lack_the_name_of_the_row_names() {
        let (dialect, _) = normalised(b"a,b\n1,x,y\n2,x,x\n");
        assert_eq!((dialect.n_fields_first, dialect.n_fields), (2, 3));
    }

    #[test]
    fn a_spreadsheet_error_is_no_comment() {
        assert_eq!(normalised(b"#REF!,1\n2,3\n").1, "#REF!,1\n2,3\n");
    }

    #[test]
    fn prose_is_no_table() {
        assert!(Dialect::sniff(b"Dear reader,\nthis is text.\nYours\n", true, None).is_err());
        assert!(Dialect::sniff(b"{\"a\": 1,\n\"b\": 2}\n", true, None).is_err());
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_named_by_its_row() {
        let text = b"a,b\n1,2\n\"3,4\n5,6\n";
        let dialect = Dialect {
            separator: b',',
            n_fields: 2,
            n_fields_first: 2,
        };
        let error = Blocks::new(&text[..], dialect)
            .next_block()
            .err()
            .map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("a quotation mark opened in row 3 is never closed")
        );
    }
}
