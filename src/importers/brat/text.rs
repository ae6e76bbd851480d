//! The text beside an annotation file, and how line breaks were counted.

use crate::importers::passage::Passage;
use crate::importers::{ImportError, UploadFile};

/// A longer text is no document that people mark spans in.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// A text whose line breaks of two characters count as one, as brat reads texts.
pub(super) struct Text {
    pub passage: Passage,
    /// Places of line breaks that take two characters in the file, counted in the file's own characters, rising.
    doubled: Vec<u64>,
}

impl Text {
    /// Reads a text; `None` where it is no UTF-8.
    pub fn read(file: &UploadFile) -> Result<Option<Self>, ImportError> {
        let bytes = file.read_all(MAX_TEXT_BYTES)?;
        Ok(String::from_utf8(bytes).ok().map(|text| Self::new(&text)))
    }

    fn new(raw: &str) -> Self {
        let mut doubled = Vec::new();
        let mut before = '\0';
        for (place, letter) in (0_u64..).zip(raw.chars()) {
            if before == '\r' && letter == '\n' {
                doubled.push(place - 1);
            }
            before = letter;
        }
        Self {
            passage: Passage::new(raw.replace("\r\n", "\n")),
            doubled,
        }
    }

    /// Whether the file has line breaks that may count twice.
    pub fn has_doubled_breaks(&self) -> bool {
        !self.doubled.is_empty()
    }

    /// An offset in the file's own characters as one in which line breaks count once.
    pub fn once(&self, offset: u64) -> u64 {
        let n_before = self.doubled.partition_point(|place| *place < offset);
        offset - n_before as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_of_two_characters_count_once() {
        let text = Text::new("a\r\nb\r\nc");
        assert!(text.has_doubled_breaks());
        let once: Vec<u64> = (0..=7).map(|offset| text.once(offset)).collect();
        assert_eq!(once, [0, 1, 1, 2, 3, 3, 4, 5]);
    }
}
