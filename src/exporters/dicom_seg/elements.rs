//! Data elements and the values that they can hold.

use dicom_core::value::{DataSetSequence, PrimitiveValue};
use dicom_core::{DataElement, Tag, VR};
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;
use sha2::{Digest, Sha256};

/// Whether a text can stand in an element of 64 characters and comes back as it is.
pub(super) fn fits(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.chars().count() <= 64
        && !text
            .chars()
            .any(|letter| letter.is_control() || letter == '\\')
}

/// Whether a text is a unique identifier of DICOM.
pub(super) fn is_uid(text: &str) -> bool {
    text.len() <= 64
        && text.contains('.')
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An identifier that equal content always gets.
pub(super) fn uid_of(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // A UUID of version 8, as PS3.5 B.2 wants it.
    bytes[6] = 0x80 | bytes[6] & 0x0F;
    bytes[8] = 0x80 | bytes[8] & 0x3F;
    format!("2.25.{}", u128::from_be_bytes(bytes))
}

/// Decimal strings have at most 16 characters.
pub(super) fn decimals(numbers: &[f64]) -> String {
    let one = |number: &f64| {
        let shortest = format!("{}", number + 0.0);
        if shortest.len() <= 16 {
            return shortest;
        }
        let rounded = (0..=14).rev().map(|n| format!("{number:.n$}"));
        rounded
            .into_iter()
            .find(|text| text.len() <= 16)
            .unwrap_or(shortest)
    };
    numbers.iter().map(one).collect::<Vec<_>>().join("\\")
}

pub(super) fn object(elements: Vec<InMemElement>) -> InMemDicomObject {
    InMemDicomObject::from_element_iter(elements)
}

pub(super) fn text(tag: Tag, vr: VR, value: &str) -> InMemElement {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

pub(super) fn short(tag: Tag, value: u16) -> InMemElement {
    DataElement::new(tag, VR::US, PrimitiveValue::from(value))
}

pub(super) fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> InMemElement {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

#[cfg(test)]
mod tests {
    use super::{decimals, fits, is_uid, uid_of};

    #[test]
    fn numbers_have_at_most_sixteen_characters() {
        assert_eq!(decimals(&[0.7, -0.0, 2.5]), "0.7\\0\\2.5");
        assert_eq!(decimals(&[1.0 / 3.0]), "0.33333333333333");
        assert_eq!(decimals(&[-1.0 / 3.0]), "-0.3333333333333");
    }

    #[test]
    fn texts_and_identifiers_are_checked() {
        assert!(fits("Liver") && fits(&"ü".repeat(64)));
        for text in ["", " a", "a\\b", "a\nb", &"x".repeat(65)] {
            assert!(!fits(text), "{text}");
        }
        assert!(is_uid("1.2.840.10008"));
        for text in ["1", "1..2", "1.2.", "case 1", "1.2#3"] {
            assert!(!is_uid(text), "{text}");
        }
        let uid = uid_of(&[b"a", b"bc"]);
        assert!(is_uid(&uid) && uid.len() <= 64);
        assert_ne!(uid, uid_of(&[b"ab", b"c"]));
    }
}
