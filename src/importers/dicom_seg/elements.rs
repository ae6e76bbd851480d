//! A walk over the element headers of a DICOM file, before anything is decoded.
//!
//! Lengths are what their writer claims. Checking each against the bytes that are there keeps the decoder, which reserves memory
//! first, from reserving more than the file holds; and it finds the pixel data without copying them.
//!
//! Format: DICOM PS3.5, chapter 7 and annex A.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_object::StandardDataDictionary;
use std::ops::Range;

pub const IMPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2";
pub const EXPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";
const UNDEFINED: u32 = u32::MAX;
const TRANSFER_SYNTAX: Tag = Tag(0x0002, 0x0010);
pub const PIXEL_DATA: Tag = Tag(0x7FE0, 0x0010);

/// Why the headers do not hang together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    #[error("is no DICOM file: neither `DICM` at byte 128 nor a data element at byte 0")]
    NotDicom,
    #[error("ends within the header of a data element at byte {at}; it was cut short")]
    CutShort { at: usize },
    #[error(
        "claims {claimed} bytes for data element {tag} at byte {at}, but only {left} follow; it was cut short or is broken"
    )]
    Length {
        tag: Tag,
        at: usize,
        claimed: u32,
        left: usize,
    },
    #[error("has no value representation at byte {at}, where its transfer syntax requires one")]
    NoValueRepresentation { at: usize },
}

/// One data element that is no sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub tag: Tag,
    /// Where its header begins.
    pub start: usize,
    pub value: Range<usize>,
    /// Compressed pixel data have no stated length.
    pub encapsulated: bool,
}

/// Walks over all elements, those inside sequences included.
pub struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
    in_meta: bool,
    explicit: bool,
    transfer_syntax: Option<String>,
    /// Nesting inside a sequence of unknown representation, which is always implicit.
    unknown_depth: usize,
    ended: bool,
}

impl<'a> Elements<'a> {
    /// Begins at the file's first element.
    ///
    /// # Errors
    /// `NotDicom`.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ElementError> {
        let (at, in_meta) = if bytes.get(128..132) == Some(b"DICM") {
            (132, true)
        } else if bytes.starts_with(b"DICM") {
            (4, true)
        } else if bytes.starts_with(&[0x02, 0x00]) && has_representation(bytes) {
            (0, true)
        } else if bytes.starts_with(&[0x08, 0x00]) && bytes.get(3) == Some(&0) {
            (0, false)
        } else {
            return Err(ElementError::NotDicom);
        };
        Ok(Self {
            bytes,
            at,
            in_meta,
            explicit: in_meta || has_representation(bytes),
            transfer_syntax: None,
            unknown_depth: 0,
            ended: false,
        })
    }

    /// The transfer syntax that the file states, or that its first bytes are in.
    pub fn transfer_syntax(&self) -> &str {
        match (&self.transfer_syntax, self.explicit) {
            (Some(stated), _) => stated,
            (None, true) => EXPLICIT_LITTLE_ENDIAN,
            (None, false) => IMPLICIT_LITTLE_ENDIAN,
        }
    }

    /// The value of an element as text.
    pub fn text(&self, element: &Element) -> String {
        let bytes = self.bytes.get(element.value.clone()).unwrap_or_default();
        String::from_utf8_lossy(bytes)
            .trim_matches(['\0', ' '])
            .to_owned()
    }

    fn step(&mut self) -> Result<Option<Element>, ElementError> {
        loop {
            let Some(rest) = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()) else {
                return Ok(None);
            };
            let start = self.at;
            let tag = Tag(
                u16_at(rest, 0).ok_or(ElementError::CutShort { at: start })?,
                u16_at(rest, 2).ok_or(ElementError::CutShort { at: start })?,
            );
            if self.in_meta && tag.group() != 0x0002 {
                self.in_meta = false;
                self.explicit = self.transfer_syntax() != IMPLICIT_LITTLE_ENDIAN;
            }
            let header = self
                .header(rest, tag)
                .ok_or(ElementError::CutShort { at: start })??;
            self.at += header.n_bytes;
            let left = self.bytes.len() - self.at.min(self.bytes.len());
            let too_long = ElementError::Length {
                tag,
                at: start,
                claimed: header.length,
                left,
            };
            let is_too_long = header.length != UNDEFINED && header.length as usize > left;
            if tag.group() == 0xFFFE {
                // Where no item may stand, the decoder takes one for an element with a value.
                if is_too_long {
                    return Err(too_long);
                }
                if tag.element() == 0xE0DD {
                    self.unknown_depth = self.unknown_depth.saturating_sub(1);
                }
                continue;
            }
            let encapsulated = tag == PIXEL_DATA && header.length == UNDEFINED;
            if encapsulated {
                self.ended = true;
                return Ok(Some(Element {
                    tag,
                    start,
                    value: self.at..self.bytes.len(),
                    encapsulated,
                }));
            }
            if header.length == UNDEFINED && (header.is_unknown || self.unknown_depth > 0) {
                self.unknown_depth += 1;
                continue;
            }
            if header.is_sequence || header.length == UNDEFINED {
                continue;
            }
            if is_too_long {
                return Err(too_long);
            }
            let value = self.at..self.at + header.length as usize;
            self.at = value.end;
            let element = Element {
                tag,
                start,
                value,
                encapsulated,
            };
            if tag == TRANSFER_SYNTAX {
                self.transfer_syntax = Some(self.text(&element)).filter(|uid| !uid.is_empty());
            }
            return Ok(Some(element));
        }
    }

    /// `None` when the bytes end within the header.
    fn header(&self, rest: &[u8], tag: Tag) -> Option<Result<Header, ElementError>> {
        if tag.group() == 0xFFFE || !self.explicit || self.unknown_depth > 0 {
            let is_sequence = || {
                StandardDataDictionary
                    .by_tag(tag)
                    .is_some_and(|entry| entry.vr().exact() == Some(VR::SQ))
            };
            return Some(Ok(Header {
                n_bytes: 8,
                length: u32_at(rest, 4)?,
                is_sequence: is_sequence(),
                is_unknown: false,
            }));
        }
        let vr = rest.get(4..6)?;
        if !vr.iter().all(u8::is_ascii_uppercase) {
            return Some(Err(ElementError::NoValueRepresentation { at: self.at }));
        }
        // As the decoder does: a representation that it does not know has a long header and is as good as UN.
        let known = VR::from_binary([vr[0], vr[1]]).unwrap_or(VR::UN);
        let is_long = matches!(
            known,
            VR::OB
                | VR::OD
                | VR::OF
                | VR::OL
                | VR::OV
                | VR::OW
                | VR::SQ
                | VR::SV
                | VR::UC
                | VR::UN
                | VR::UR
                | VR::UT
                | VR::UV
        );
        Some(Ok(Header {
            n_bytes: if is_long { 12 } else { 8 },
            length: if is_long {
                u32_at(rest, 8)?
            } else {
                u32::from(u16_at(rest, 6)?)
            },
            is_sequence: known == VR::SQ,
            is_unknown: known == VR::UN,
        }))
    }
}

struct Header {
    n_bytes: usize,
    length: u32,
    is_sequence: bool,
    is_unknown: bool,
}

impl Iterator for Elements<'_> {
    type Item = Result<Element, ElementError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let step = self.step().transpose();
        self.ended |= !matches!(step, Some(Ok(_)));
        step
    }
}

/// Whether the first element names its value representation.
fn has_representation(bytes: &[u8]) -> bool {
    bytes
        .get(4..6)
        .is_some_and(|vr| vr.iter().all(u8::is_ascii_uppercase))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{ElementError, Elements, PIXEL_DATA};
    use dicom_core::Tag;

    fn explicit(group: u16, element: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
        let mut bytes = [group.to_le_bytes(), element.to_le_bytes()].concat();
        bytes.extend(vr);
        bytes.extend((value.len() as u16).to_le_bytes());
        bytes.extend(value);
        bytes
    }

    #[test]
    fn elements_inside_sequences_are_walked_too() {
        let inner = explicit(0x0008, 0x1155, b"UI", b"1.2\0");
        let mut bytes = explicit(0x0008, 0x0016, b"UI", b"1.9\0");
        bytes.extend([
            0x08, 0x00, 0x15, 0x11, b'S', b'Q', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
        ]);
        bytes.extend([0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]);
        bytes.extend(inner);
        bytes.extend([
            0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0,
        ]);
        bytes.extend([0xE0, 0x7F, 0x10, 0x00, b'O', b'B', 0, 0, 2, 0, 0, 0, 7, 7]);
        let elements: Vec<_> = Elements::new(&bytes)
            .expect("an element at byte 0")
            .map(|element| element.expect("sound"))
            .collect();
        let tags: Vec<Tag> = elements.iter().map(|element| element.tag).collect();
        assert_eq!(tags, [Tag(0x0008, 0x0016), Tag(0x0008, 0x1155), PIXEL_DATA]);
        assert_eq!(elements[2].value.len(), 2);
    }

    #[test]
    fn a_length_beyond_the_file_is_refused_before_anything_is_reserved() {
        let mut bytes = vec![0x08, 0x00, 0x16, 0x00, b'O', b'B', 0, 0];
        bytes.extend(4_000_000_000_u32.to_le_bytes());
        let found = Elements::new(&bytes).expect("an element at byte 0").next();
        assert!(matches!(
            found,
            Some(Err(ElementError::Length {
                claimed: 4_000_000_000,
                left: 0,
                ..
            }))
        ));
    }

    #[test]
    fn a_representation_that_nobody_knows_has_the_long_header_that_the_decoder_takes() {
        let mut bytes = explicit(0x0008, 0x0016, b"UI", b"1.9\0");
        bytes.extend(explicit(0x0008, 0x5455, b"MI", b"1.2.826.0.1"));
        let found = Elements::new(&bytes).expect("an element at byte 0").nth(1);
        let claimed = u32::from_le_bytes(*b"1.2.");
        assert!(
            matches!(found, Some(Err(ElementError::Length { claimed: n, .. })) if n == claimed),
            "{found:?}"
        );
    }

    #[test]
    fn an_item_is_no_longer_than_the_rest_of_the_file() {
        let mut bytes = explicit(0x0008, 0x0016, b"UI", b"1.9\0");
        bytes.extend([0xFE, 0xFF, 0x00, 0xE0, 0x28, 0x00, 0xFD, 0xFF]);
        let found = Elements::new(&bytes).expect("an element at byte 0").nth(1);
        assert!(
            matches!(
                found,
                Some(Err(ElementError::Length {
                    claimed: 0xFFFD_0028,
                    left: 0,
                    ..
                }))
            ),
            "{found:?}"
        );
    }

    #[test]
    fn text_is_no_dicom() {
        assert_eq!(
            Elements::new(b"item,rater,label\n").err(),
            Some(ElementError::NotDicom)
        );
    }
}
