//! A text that spans lie in, kept as long as they are checked.

use crate::domain::TextSpan;

/// Characters between two marks.
const STEP: usize = 256;
/// How many characters a span may have beyond twice those that are quoted.
const SLACK: u64 = 64;

/// A text with the places of its characters.
pub(super) struct Passage {
    text: String,
    /// Where in `text` every 256th character begins.
    marks: Vec<usize>,
    n_chars: u64,
}

impl Passage {
    /// Marks the characters of a text.
    pub fn new(text: String) -> Self {
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
        }
    }

    /// Why a span does not lie where its record says, if so. `quoted` is what the record says that stands in all its stretches together.
    /// A stretch without characters is left to the check of the stretch itself.
    pub fn fault(&self, stretches: &[TextSpan], quoted: Option<&str>) -> Option<String> {
        if stretches.iter().any(|stretch| stretch.n_chars() == 0) {
            return None;
        }
        let beyond = stretches.iter().find(|stretch| stretch.end > self.n_chars);
        if let Some(TextSpan { end, .. }) = beyond {
            return Some(format!(
                "span reaches character `{end}`, behind the end of the text (`{}`)",
                self.n_chars
            ));
        }
        (!self.reads_as(stretches, quoted?)).then(|| {
            "the text at these offsets is not what the record quotes; offsets count Unicode characters from 0"
                .to_owned()
        })
    }

    /// Whether the stretches read as quoted. White space is left out: tools write line breaks and joints as blanks.
    pub fn reads_as(&self, stretches: &[TextSpan], quoted: &str) -> bool {
        let n_chars = stretches
            .iter()
            .map(TextSpan::n_chars)
            .fold(0, u64::saturating_add);
        // White space aside both are equally long; a long stretch of blanks is not walked for every span in it.
        if n_chars > 2 * quoted.len() as u64 + SLACK {
            return false;
        }
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
        let text = Passage::new("ä 😀 drug".to_owned());
        assert!(text.reads_as(&[stretch(4, 8)], "drug"));
        assert!(!text.reads_as(&[stretch(3, 7)], "drug"));
        assert!(!text.reads_as(&[stretch(4, 8)], "drugs"));
        let long = Passage::new(format!("{} drug", "é".repeat(1000)));
        assert!(long.reads_as(&[stretch(1001, 1005)], "drug"));
        assert!(!long.reads_as(&[stretch(1001, 1006)], "drug"));
    }

    #[test]
    fn a_broken_span_reads_as_its_stretches_joined() {
        let text = Passage::new("acute\nand chronic pain".to_owned());
        let stretches = [stretch(0, 5), stretch(18, 22)];
        assert!(text.reads_as(&stretches, "acute pain"));
        assert!(text.reads_as(&[stretch(0, 9)], "acute and"));
        assert!(!text.reads_as(&stretches, "acute"));
        let blanks = Passage::new(format!("a{}b", " ".repeat(200)));
        assert!(!blanks.reads_as(&[stretch(0, 202)], "a b"));
    }

    #[test]
    fn a_span_that_is_not_there_says_why() {
        let text = Passage::new("a drug".to_owned());
        let said = |start, end, quoted| text.fault(&[stretch(start, end)], quoted);
        assert_eq!(said(2, 6, Some("drug")), None);
        assert_eq!(said(2, 6, None), None);
        assert_eq!(said(3, 3, Some("drug")), None);
        assert!(said(1, 5, Some("drug")).is_some_and(|said| said.contains("quotes")));
        assert!(said(2, 7, None).is_some_and(|said| said.contains("(`6`)")));
    }
}
