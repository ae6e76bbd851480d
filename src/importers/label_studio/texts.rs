//! Spans of text. Label Studio counts JavaScript's way, in UTF-16 units; they become Unicode scalar values.

use super::pieces::Piece;
use crate::domain::TextSpan;
use crate::importers::json::{Members, text};
use std::cell::OnceCell;

/// The texts of a task, taken apart when the first span asks for them.
pub(super) struct Texts<'d> {
    data: &'d Members<'d>,
    found: OnceCell<Vec<Text>>,
}

struct Text {
    units: Vec<u16>,
    /// Places of the second halves of characters that take two units, rising.
    second_halves: Vec<usize>,
}

/// A span, and whether the text that it lies in was found.
pub(super) struct Located {
    pub span: TextSpan,
    pub is_sure: bool,
    pub invalid: Option<String>,
}

impl<'d> Texts<'d> {
    /// Every text in the `data` of a task but images that are written out in it.
    pub fn of(data: &'d Members<'d>) -> Self {
        Self {
            data,
            found: OnceCell::new(),
        }
    }

    fn all(&self) -> &[Text] {
        self.found.get_or_init(|| {
            let texts = self.data.iter().filter_map(|(_, raw)| text(raw));
            let texts = texts.filter(|text| !text.starts_with("data:"));
            texts.map(|text| Text::new(&text)).collect()
        })
    }

    /// Turns a span's offsets into Unicode scalar values.
    ///
    /// The text is the one in which the span reads as the export quotes it; a span without a quote lies in the only text of the task.
    /// Where neither is so (the task holds the address of its text), the offsets stay as they are: they are right unless the text
    /// before them holds characters beyond the basic plane, such as emoji.
    pub fn locate(&self, start: u64, end: u64, quoted: Option<&str>) -> Result<Located, String> {
        // Line breaks within quotes are written as `\n`.
        let quotes: Vec<Vec<u16>> = quoted
            .iter()
            .flat_map(|quoted| [(*quoted).to_owned(), quoted.replace("\\n", "\n")])
            .map(|quoted| quoted.encode_utf16().collect())
            .collect();
        let reads_so = |text: &&Text| {
            let found = usize_of(start)
                .zip(usize_of(end))
                .and_then(|(start, end)| text.units.get(start..end));
            found.is_some_and(|found| quotes.iter().any(|quote| quote == found))
        };
        let text = match (quoted, self.all()) {
            (Some(_), texts) => texts.iter().find(reads_so),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let Some(text) = text else {
            let span = TextSpan { start, end };
            return Ok(Located {
                span,
                is_sure: false,
                invalid: None,
            });
        };
        let n_units = text.units.len() as u64;
        let invalid = (end > n_units).then(|| {
            format!("span reaches character `{end}`, behind the end of the text (`{n_units}`)")
        });
        let span = TextSpan {
            start: text.scalars_before(start)?,
            end: text.scalars_before(end)?,
        };
        Ok(Located {
            span,
            is_sure: true,
            invalid,
        })
    }
}

fn usize_of(offset: u64) -> Option<usize> {
    usize::try_from(offset).ok()
}

impl Text {
    fn new(text: &str) -> Self {
        let units: Vec<u16> = text.encode_utf16().collect();
        let halves = units.iter().enumerate();
        let halves = halves.filter(|(_, unit)| (0xDC00..0xE000).contains(*unit));
        Self {
            second_halves: halves.map(|(at, _)| at).collect(),
            units,
        }
    }

    /// Unicode scalar values before a UTF-16 offset; beyond the text each unit counts as one.
    fn scalars_before(&self, offset: u64) -> Result<u64, String> {
        let at = usize_of(offset).unwrap_or(usize::MAX);
        match self.second_halves.binary_search(&at) {
            Ok(_) => Err(format!("offset `{offset}` lies within a character")),
            Err(n_halves) => Ok(offset - n_halves as u64),
        }
    }
}

/// The offsets of a span of text; `None` for a result that is none. Sounds have offsets too, in seconds, and say their length or channel.
pub(super) fn offsets(piece: &Piece) -> Option<Result<(u64, u64), String>> {
    let value = &piece.value;
    let (start, end) = (value.start.as_ref()?, value.end.as_ref()?);
    if piece.kind != "labels" || piece.is_sound || value.channel.is_some() || value.x.is_some() {
        return None;
    }
    let whole = |name: &str, offset: &serde_json::Value| {
        let whole = offset.as_u64().or_else(|| {
            let number = offset.as_f64().filter(|number| {
                number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(number)
            });
            number.map(|number| number as u64)
        });
        whole.ok_or_else(|| format!("`{name}` holds no whole number from 0 on"))
    };
    Some(whole("start", start).and_then(|start| Ok((start, whole("end", end)?))))
}

#[cfg(test)]
mod tests {
    use super::{Members, OnceCell, Text, Texts};

    fn texts(all: &[&str]) -> Texts<'static> {
        let found = OnceCell::new();
        let all = all.iter().map(|text| Text::new(text)).collect();
        assert!(found.set(all).is_ok());
        const NONE: &Members = &Vec::new();
        Texts { data: NONE, found }
    }

    fn located(text: &str, start: u64, end: u64, quoted: Option<&str>) -> (u64, u64, bool) {
        let texts = texts(&[text]);
        let found = texts.locate(start, end, quoted).unwrap();
        (found.span.start, found.span.end, found.is_sure)
    }

    #[test]
    fn an_emoji_counts_two_in_the_export_and_one_here() {
        assert_eq!(located("😀 drug", 3, 7, Some("drug")), (2, 6, true));
        assert_eq!(located("ä drug", 2, 6, Some("drug")), (2, 6, true));
        assert_eq!(located("a\ndrug", 0, 6, Some("a\\ndrug")), (0, 6, true));
        assert_eq!(located("😀 drug", 3, 7, None), (2, 6, true));
    }

    #[test]
    fn a_text_that_reads_otherwise_is_not_the_span_s() {
        assert_eq!(
            located("http://host/a.txt", 3, 7, Some("drug")),
            (3, 7, false)
        );
        let texts = texts(&["x drug", "😀 drug"]);
        assert_eq!(texts.locate(3, 7, Some("drug")).unwrap().span.start, 2);
        assert!(!texts.locate(3, 7, None).unwrap().is_sure);
    }

    #[test]
    fn half_a_character_and_the_end_of_the_text_are_told() {
        let texts = texts(&["😀"]);
        assert!(texts.locate(1, 2, None).is_err());
        let beyond = texts.locate(0, u64::MAX, None).unwrap();
        assert!(beyond.invalid.unwrap().contains("behind the end"));
    }
}
