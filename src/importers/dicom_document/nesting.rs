//! How deep sequences lie in each other and how many headers there are, before a decoder follows them.
//!
//! The decoder calls itself for every level and keeps every element: a small file of nothing but openings would exhaust it.

use super::Fault;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_object::StandardDataDictionary;

/// Sequences and items within each other; reports nest about ten sequences.
const MAX_DEPTH: usize = 128;
const MAX_HEADERS: usize = 2_000_000;
const UNDEFINED: u32 = u32::MAX;

/// An opened sequence or item.
struct Open {
    /// Where it ends, if its length is stated.
    end: Option<usize>,
    explicit: bool,
}

/// Refuses a data set that nests too deeply or holds too many elements.
pub(super) fn check(bytes: &[u8], explicit: bool) -> Result<(), Fault> {
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    let mut n_headers = 0_usize;
    loop {
        while open
            .last()
            .is_some_and(|last| last.end.is_some_and(|end| at >= end))
        {
            open.pop();
        }
        let Some(header) = bytes
            .get(at..)
            .and_then(|rest| header(rest, open.last().map_or(explicit, |last| last.explicit)))
        else {
            return Ok(());
        };
        n_headers += 1;
        if n_headers > MAX_HEADERS {
            return Err(Fault::unsupported(format!(
                "has more than {MAX_HEADERS} data elements and items, which is the limit"
            )));
        }
        at += header.n_bytes;
        if header.tag.group() == 0xFFFE && header.tag.element() != 0xE000 {
            open.pop();
            continue;
        }
        let is_item = header.tag.group() == 0xFFFE;
        if is_item || header.is_sequence || header.length == UNDEFINED {
            if open.len() >= MAX_DEPTH {
                return Err(Fault::unsupported(format!(
                    "has sequences nested more than {MAX_DEPTH} levels deep, which is the limit"
                )));
            }
            let inherited = open.last().map_or(explicit, |last| last.explicit);
            open.push(Open {
                end: (header.length != UNDEFINED)
                    .then(|| at.saturating_add(header.length as usize)),
                // What lies in a sequence of unknown representation is always implicit.
                explicit: inherited && !header.is_unknown,
            });
        } else {
            at = at.saturating_add(header.length as usize);
        }
    }
}

struct Header {
    tag: Tag,
    n_bytes: usize,
    length: u32,
    is_sequence: bool,
    is_unknown: bool,
}

fn header(rest: &[u8], explicit: bool) -> Option<Header> {
    let tag = Tag(u16_at(rest, 0)?, u16_at(rest, 2)?);
    if tag.group() == 0xFFFE || !explicit {
        let by_dictionary = StandardDataDictionary
            .by_tag(tag)
            .is_some_and(|entry| entry.vr().exact() == Some(VR::SQ));
        return Some(Header {
            tag,
            n_bytes: 8,
            length: u32_at(rest, 4)?,
            is_sequence: by_dictionary,
            is_unknown: false,
        });
    }
    let vr = rest.get(4..6)?;
    let is_long = matches!(
        vr,
        b"OB"
            | b"OD"
            | b"OF"
            | b"OL"
            | b"OV"
            | b"OW"
            | b"SQ"
            | b"SV"
            | b"UC"
            | b"UN"
            | b"UR"
            | b"UT"
            | b"UV"
    );
    Some(Header {
        tag,
        n_bytes: if is_long { 12 } else { 8 },
        length: if is_long {
            u32_at(rest, 8)?
        } else {
            u32::from(u16_at(rest, 6)?)
        },
        is_sequence: vr == b"SQ",
        is_unknown: vr == b"UN",
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_file_of_nothing_but_openings_is_refused() {
        let level: &[u8] =
            b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff";
        assert!(check(&level.repeat(60), true).is_ok());
        assert!(check(&level.repeat(70), true).is_err());
    }

    #[test]
    fn sequences_beside_each_other_are_not_deep() {
        let one: &[u8] = b"\x40\x00\x30\xa7SQ\0\0\x08\0\0\0\xfe\xff\x00\xe0\0\0\0\0";
        assert!(check(&one.repeat(5000), true).is_ok());
        let ended: &[u8] =
            b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff\
            \xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0";
        assert!(check(&ended.repeat(5000), true).is_ok());
        let implicit: &[u8] = b"\x40\x00\x30\xa7\x08\0\0\0\xfe\xff\x00\xe0\0\0\0\0";
        assert!(check(&implicit.repeat(5000), false).is_ok());
    }
}
