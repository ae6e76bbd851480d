//! The text that spans lie in: whether they read as their records quote them, and how line breaks were counted.

use crate::domain::TextSpan;
use crate::importers::{ImportError, UploadFile};

/// A longer text is no document that people mark spans in.
const MAX_TEXT_BYTES: u64 = 64 << 20;
/// Characters between two marks.
const STEP: usize = 256;

/// A text with the places of its characters. Line breaks of two characters count as one, as brat reads texts.
pub(super) struct Text {
    text: String,
    /// Where in `text` every 256th character begins.
    marks: Vec<usize>,
    n_chars: u64,
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
        let text = raw.replace("\r\n", "\n");
        let mut n_chars = 0_u64;
        let mut marks = Vec::new();
        for (at, (byte, _)) in text.char_indices().enumerate() {
            if at.is_multiple_of(STEP) {
                marks.push(byte);
            }
            n_chars += 1;
        }
        Self {
            text,
            marks,
            n_chars,
            doubled,
        }
    }

    /// Characters in it.
    pub fn n_chars(&self) -> u64 {
        self.n_chars
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

    /// Whether the stretches read as a record quotes them. White space is left out: records write line breaks and joints as blanks.
    pub fn reads_as(&self, stretches: &[TextSpan], quoted: &str) -> bool {
        let mut wanted = quoted.chars().filter(|letter| !letter.is_whitespace());
        let fits = stretches.iter().all(|stretch| {
            self.between(stretch).is_some_and(|mut letters| {
                letters.all(|letter| letter.is_whitespace() || wanted.next() == Some(letter))
            })
        });
        fits && wanted.next().is_none()
    }

    fn between(&self, stretch: &TextSpan) -> Option<impl Iterator<Item = char>> {
        if stretch.end > self.n_chars || stretch.start > stretch.end {
            return None;
        }
        let start = usize::try_from(stretch.start).ok()?;
        let n = usize::try_from(stretch.n_chars()).ok()?;
        let from = self.marks.get(start / STEP).copied();
        let rest = self.text.get(from.unwrap_or(self.text.len())..)?;
        Some(rest.chars().skip(start % STEP).take(n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(start: u64, end: u64) -> TextSpan {
        TextSpan { start, end }
    }

    #[test]
    fn offsets_count_characters_and_not_bytes_or_halves() {
        let text = Text::new("ä 😀 drug");
        assert!(text.reads_as(&[stretch(4, 8)], "drug"));
        assert!(!text.reads_as(&[stretch(5, 9)], "drug"));
        assert!(!text.reads_as(&[stretch(4, 8)], "drugs"));
        let long = Text::new(&format!("{} drug", "é".repeat(1000)));
        assert!(long.reads_as(&[stretch(1001, 1005)], "drug"));
        assert!(!long.reads_as(&[stretch(1001, 1006)], "drug"));
    }

    #[test]
    fn a_broken_span_reads_as_its_stretches_joined() {
        let text = Text::new("acute\nand chronic pain");
        let stretches = [stretch(0, 5), stretch(18, 22)];
        assert!(text.reads_as(&stretches, "acute pain"));
        assert!(text.reads_as(&[stretch(0, 9)], "acute and"));
        assert!(!text.reads_as(&stretches, "acute"));
    }

    #[test]
    fn line_breaks_of_two_characters_count_once() {
        let text = Text::new("a\r\nb\r\nc");
        assert_eq!(text.n_chars(), 5);
        assert!(text.has_doubled_breaks());
        let once: Vec<u64> = (0..=7).map(|offset| text.once(offset)).collect();
        assert_eq!(once, [0, 1, 1, 2, 3, 3, 4, 5]);
    }
}
