//! DICOM objects without pixels (reports, presentation states, annotations): checked, decoded, and read by tag.
//!
//! Format: DICOM PS3.5, chapters 7 and 10.

mod graphics;
mod modality;
mod nesting;
mod people;

pub(super) use graphics::{Drawn, drawn, pairs};
pub(super) use modality::modality_of;
pub(super) use people::is_person;

use super::dicom_seg::elements::{
    EXPLICIT_LITTLE_ENDIAN, ElementError, Elements, IMPLICIT_LITTLE_ENDIAN, PIXEL_DATA,
};
use super::{ImportError, SinkError, UploadFile};
use crate::domain::SkipReason;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, OpenFileOptions};
use std::io::Read;
use std::ops::Range;

/// The largest document that is held in memory.
pub(super) const MAX_DOCUMENT_BYTES: u64 = 256 << 20;

/// Room for the number of any value that is taken out.
const MIN_TAKEN_BYTES: usize = 12;

/// Transfer syntaxes under which not even the header is plain: deflated, big endian.
const NO_PLAIN_HEADER: &[&str] = &["1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"];

/// Why one file was left out, or why the import stops.
#[derive(Debug)]
pub(super) enum Fault {
    File { reason: SkipReason, detail: String },
    Import(ImportError),
}

impl Fault {
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::InvalidRecord,
            detail: detail.into(),
        }
    }

    pub(super) fn unsupported(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::Unsupported,
            detail: detail.into(),
        }
    }
}

impl Fault {
    /// The same fault of a file once more, for a fault that is kept beside what was read.
    pub(super) fn copied(&self) -> Self {
        match self {
            Self::File { reason, detail } => Self::File {
                reason: *reason,
                detail: detail.clone(),
            },
            Self::Import(error) => Self::invalid(error.to_string()),
        }
    }
}

impl From<ImportError> for Fault {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl From<SinkError> for Fault {
    fn from(error: SinkError) -> Self {
        Self::Import(error.into())
    }
}

impl From<ElementError> for Fault {
    fn from(error: ElementError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// The SOP class that a file's first bytes state.
pub(super) fn sop_class(head: &[u8]) -> Option<String> {
    let mut elements = Elements::new(head).ok()?;
    while let Some(Ok(element)) = elements.next() {
        if matches!(
            element.tag,
            tags::MEDIA_STORAGE_SOP_CLASS_UID | tags::SOP_CLASS_UID
        ) {
            return Some(elements.text(&element));
        }
        if element.tag.group() > 0x0008 {
            return None;
        }
    }
    None
}

/// A document, checked for lengths and nesting before anything is decoded.
pub(super) fn read_document(file: &UploadFile) -> Result<InMemDicomObject, Fault> {
    let bytes = file.read_all(MAX_DOCUMENT_BYTES)?;
    let plain = Plain::of(&bytes, None)?;
    decode_between(&bytes, plain.start, plain.end, plain.syntax)
}

/// As `read_document`, with the values of one element taken out first, since the decoder keeps each number of a list as a text of its own.
/// In their place stand `@0`, `@1` … in the order of the file; values shorter than `MIN_TAKEN_BYTES` are left where they are.
pub(super) fn read_document_without(
    file: &UploadFile,
    tag: Tag,
    mut take: impl FnMut(&[u8]),
) -> Result<InMemDicomObject, Fault> {
    let mut bytes = file.read_all(MAX_DOCUMENT_BYTES)?;
    let Plain {
        start,
        end,
        syntax,
        found,
    } = Plain::of(&bytes, Some(tag))?;
    for (number, range) in found.into_iter().enumerate() {
        let Some(value) = bytes.get_mut(range) else {
            continue;
        };
        take(value);
        value.fill(b' ');
        for (byte, mark) in value.iter_mut().zip(format!("@{number}").into_bytes()) {
            *byte = mark;
        }
    }
    decode_between(&bytes, start, end, syntax)
}

/// Where the data set of a document lies.
struct Plain {
    start: Option<usize>,
    end: usize,
    syntax: &'static str,
    /// Values of the element that was asked for.
    found: Vec<Range<usize>>,
}

impl Plain {
    fn of(bytes: &[u8], wanted: Option<Tag>) -> Result<Self, Fault> {
        let mut elements = Elements::new(bytes)?;
        let mut start = None;
        let mut end = bytes.len();
        let mut found = Vec::new();
        while let Some(element) = elements.next() {
            // A compressed data set is no sequence of elements; its transfer syntax says so.
            let element = match element {
                Err(_) if !is_read(elements.transfer_syntax()) => break,
                element => element?,
            };
            if element.tag.group() != 0x0002 {
                start.get_or_insert(element.start);
            }
            if element.tag == PIXEL_DATA {
                end = element.start;
                break;
            }
            if wanted == Some(element.tag) && element.value.len() >= MIN_TAKEN_BYTES {
                found.push(element.value);
            }
        }
        let syntax = match elements.transfer_syntax() {
            EXPLICIT_LITTLE_ENDIAN => EXPLICIT_LITTLE_ENDIAN,
            IMPLICIT_LITTLE_ENDIAN => IMPLICIT_LITTLE_ENDIAN,
            other => {
                return Err(Fault::unsupported(format!(
                    "is compressed or big endian (transfer syntax `{other}`); save it as Explicit VR Little Endian"
                )));
            }
        };
        Ok(Self {
            start,
            end,
            syntax,
            found,
        })
    }
}

/// What an image says before its pixels. Only so many bytes are read; compressed pixels make no difference.
pub(super) fn read_image_header(
    file: &UploadFile,
    max_bytes: u64,
) -> Result<InMemDicomObject, Fault> {
    let mut bytes = Vec::new();
    file.open()?
        .take(max_bytes)
        .read_to_end(&mut bytes)
        .map_err(|source| ImportError::io(file.path(), source))?;
    let mut elements = Elements::new(&bytes)?;
    let mut start = None;
    let mut end = bytes.len();
    for element in elements.by_ref() {
        let (tag, at) = match element {
            Ok(element) => (element.tag, element.start),
            // The pixels are cut off with the rest of the file.
            Err(ElementError::Length { tag, at, .. }) if tag == PIXEL_DATA => (tag, at),
            Err(error) => return Err(error.into()),
        };
        if tag.group() != 0x0002 {
            start.get_or_insert(at);
        }
        if tag == PIXEL_DATA {
            end = at;
            break;
        }
    }
    let syntax = elements.transfer_syntax();
    if NO_PLAIN_HEADER.contains(&syntax) {
        return Err(Fault::unsupported(format!(
            "is deflated or big endian (transfer syntax `{syntax}`); save it as Explicit VR Little Endian"
        )));
    }
    decode_between(&bytes, start, end, syntax)
}

fn decode_between(
    bytes: &[u8],
    start: Option<usize>,
    end: usize,
    syntax: &str,
) -> Result<InMemDicomObject, Fault> {
    let data_set = bytes
        .get(start.unwrap_or(bytes.len())..end)
        .unwrap_or_default();
    decode(syntax, data_set)
}

/// Decodes a data set without pixels, whose lengths were checked, as the transfer syntax writes its elements: all but
/// one state the representation of each value.
pub(super) fn decode(syntax: &str, data_set: &[u8]) -> Result<InMemDicomObject, Fault> {
    nesting::check(data_set, syntax != IMPLICIT_LITTLE_ENDIAN)?;
    let object = OpenFileOptions::new()
        .read_preamble(dicom_object::file::ReadPreamble::Never)
        .from_reader(meta_group(syntax).chain(data_set))
        .map_err(|error| Fault::invalid(format!("cannot be decoded ({})", causes(&error))))?;
    Ok(object.into_inner())
}

/// Whether a data set in this transfer syntax is a plain sequence of little-endian elements.
pub(super) fn is_read(syntax: &str) -> bool {
    syntax == EXPLICIT_LITTLE_ENDIAN || syntax == IMPLICIT_LITTLE_ENDIAN
}

/// A file meta group that says nothing but the transfer syntax; that of the file may be missing or incomplete.
fn meta_group(syntax: &str) -> &'static [u8] {
    if syntax == IMPLICIT_LITTLE_ENDIAN {
        b"DICM\x02\x00\x00\x00UL\x04\x00\x1a\x00\x00\x00\x02\x00\x10\x00UI\x12\x001.2.840.10008.1.2\x00"
    } else {
        b"DICM\x02\x00\x00\x00UL\x04\x00\x1c\x00\x00\x00\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
    }
}

/// The decoder's reasons, without the values that it quotes.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The items of a sequence; none where it is missing or no sequence.
pub(super) fn items(object: &InMemDicomObject, tag: Tag) -> &[InMemDicomObject] {
    object
        .get(tag)
        .and_then(|element| element.items())
        .unwrap_or_default()
}

/// A text without padding; `None` where it is missing or empty.
pub(super) fn text(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let text = object.get(tag)?.to_str().ok()?;
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!text.is_empty()).then(|| text.to_owned())
}

/// Finite numbers, however many; `None` where the element is missing or holds something else.
pub(super) fn numbers(object: &InMemDicomObject, tag: Tag) -> Option<Vec<f64>> {
    let numbers = object.get(tag)?.to_multi_float64().ok()?;
    numbers
        .iter()
        .all(|number| number.is_finite())
        .then_some(numbers)
}

/// The meaning of the first code of a sequence.
pub(super) fn code_meaning(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    text(items(object, tag).first()?, tags::CODE_MEANING)
}

/// Date and time as they stand, joined to what `instant_us` reads, and whether a time zone is stated; "" without a date.
pub(super) fn stated_time(object: &InMemDicomObject, date: Tag, time: Tag) -> (String, bool) {
    let offset = text(object, tags::TIMEZONE_OFFSET_FROM_UTC);
    let stated = |tag| text(object, tag).unwrap_or_default();
    joined_time(
        &format!("{}{}", stated(date), stated(time)),
        offset.as_deref(),
    )
}

/// As `stated_time`, for a DICOM date and time in one value: `20261116093000.5+0100`, shortened at will behind the day.
pub(super) fn joined_time(stated: &str, default_offset: Option<&str>) -> (String, bool) {
    let (digits, own_offset) = match stated.find(['+', '-']) {
        Some(at) => (&stated[..at], Some(&stated[at..])),
        None => (stated, None),
    };
    let n_digits = digits.bytes().take_while(u8::is_ascii_digit).count();
    if n_digits < 8 || !digits.is_ascii() {
        return (String::new(), false);
    }
    let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8]);
    if n_digits < 14 {
        return (date, false);
    }
    let offset = own_offset
        .or(default_offset)
        .filter(|offset| offset.len() == 5 && offset.is_ascii());
    let zone = offset.map_or_else(String::new, |offset| {
        format!("{}:{}", &offset[..3], &offset[3..])
    });
    (
        format!(
            "{date}T{}:{}:{}{zone}",
            &digits[8..10],
            &digits[10..12],
            &digits[12..]
        ),
        offset.is_some(),
    )
}

#[cfg(test)]
mod tests {
    use super::joined_time;

    #[test]
    fn times_of_dicom_become_times_that_are_read() {
        let cases = [
            ("20261116093000.5+0100", "2026-11-16T09:30:00.5+01:00", true),
            ("20261116093000", "2026-11-16T09:30:00", false),
            ("202611160930", "2026-11-16", false),
            ("20261116", "2026-11-16", false),
            ("2026", "", false),
            ("", "", false),
        ];
        for (given, expected, zoned) in cases {
            assert_eq!(joined_time(given, None), (expected.to_owned(), zoned));
        }
        assert_eq!(
            joined_time("20261116093000", Some("-0500")).0,
            "2026-11-16T09:30:00-05:00"
        );
    }
}
