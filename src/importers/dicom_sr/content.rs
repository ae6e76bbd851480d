//! One content item of a report: what it is called, what kind of value it holds, and what hangs below it.
//!
//! Format: DICOM PS3.3, C.17.3 SR Document Content Module.

use crate::importers::dicom_document::{code_meaning, items, numbers, text};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// A content item.
#[derive(Clone, Copy)]
pub(super) struct Content<'a>(pub &'a InMemDicomObject);

/// A reference to an object, or to some of its frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub class: String,
    pub instance: String,
    /// Numbers from 1; none when the whole object is meant.
    pub frames: Vec<u32>,
}

impl<'a> Content<'a> {
    pub fn children(self) -> impl Iterator<Item = Content<'a>> + use<'a> {
        items(self.0, tags::CONTENT_SEQUENCE).iter().map(Content)
    }

    pub fn value_type(self) -> String {
        text(self.0, tags::VALUE_TYPE).unwrap_or_default()
    }

    pub fn relationship(self) -> String {
        text(self.0, tags::RELATIONSHIP_TYPE).unwrap_or_default()
    }

    /// The code of its name, whatever scheme it is in.
    pub fn code(self) -> String {
        items(self.0, tags::CONCEPT_NAME_CODE_SEQUENCE)
            .first()
            .and_then(code_value)
            .unwrap_or_default()
    }

    /// Its name in words, else its code.
    pub fn name(self) -> String {
        code_meaning(self.0, tags::CONCEPT_NAME_CODE_SEQUENCE).unwrap_or_else(|| self.code())
    }

    /// The coded value in words, else as a code.
    pub fn coded(self) -> Option<String> {
        let code = items(self.0, tags::CONCEPT_CODE_SEQUENCE).first()?;
        text(code, tags::CODE_MEANING).or_else(|| code_value(code))
    }

    pub fn coded_value(self) -> Option<String> {
        code_value(items(self.0, tags::CONCEPT_CODE_SEQUENCE).first()?)
    }

    /// A text or a person's name; observers' names are met as either.
    pub fn words(self) -> Option<String> {
        text(self.0, tags::TEXT_VALUE).or_else(|| text(self.0, tags::PERSON_NAME))
    }

    pub fn uid(self) -> Option<String> {
        text(self.0, tags::UID)
    }

    /// A measured value with its unit; `None` where the item states none.
    pub fn measured(self) -> Option<(f64, String)> {
        let value = items(self.0, tags::MEASURED_VALUE_SEQUENCE).first()?;
        let single = |tag: Tag| {
            numbers(value, tag)
                .filter(|numbers| numbers.len() == 1)
                .map(|numbers| numbers[0])
        };
        let number = single(tags::FLOATING_POINT_VALUE).or_else(|| single(tags::NUMERIC_VALUE))?;
        let unit = items(value, tags::MEASUREMENT_UNITS_CODE_SEQUENCE).first();
        Some((number, unit.map(unit_of).unwrap_or_default()))
    }

    pub fn graphic(self) -> Option<(String, Vec<f64>)> {
        Some((
            text(self.0, tags::GRAPHIC_TYPE)?,
            numbers(self.0, tags::GRAPHIC_DATA)?,
        ))
    }

    /// Whether positions count from the whole slide's corner rather than a frame's.
    pub fn is_of_whole_matrix(self) -> bool {
        text(self.0, tags::PIXEL_ORIGIN_INTERPRETATION).as_deref() == Some("VOLUME")
    }

    pub fn reference(self) -> Option<Reference> {
        let reference = items(self.0, tags::REFERENCED_SOP_SEQUENCE).first()?;
        let frames = reference
            .get(tags::REFERENCED_FRAME_NUMBER)
            .and_then(|element| element.to_multi_int::<u32>().ok())
            .unwrap_or_default();
        Some(Reference {
            class: text(reference, tags::REFERENCED_SOP_CLASS_UID).unwrap_or_default(),
            instance: text(reference, tags::REFERENCED_SOP_INSTANCE_UID)?,
            frames,
        })
    }

    /// Whether it is a mere pointer to another content item.
    pub fn is_pointer(self) -> bool {
        self.0
            .get(tags::REFERENCED_CONTENT_ITEM_IDENTIFIER)
            .is_some()
    }

    pub fn frame_of_reference(self) -> Option<String> {
        text(self.0, tags::REFERENCED_FRAME_OF_REFERENCE_UID)
    }
}

/// A code; long ones and addresses stand in elements of their own.
fn code_value(code: &InMemDicomObject) -> Option<String> {
    [
        tags::CODE_VALUE,
        tags::LONG_CODE_VALUE,
        tags::URN_CODE_VALUE,
    ]
    .into_iter()
    .find_map(|tag| text(code, tag))
}

/// The unit's code; `1` is no unit, but some tools write their own word for it, such as px.
fn unit_of(code: &InMemDicomObject) -> String {
    let value = code_value(code).unwrap_or_default();
    let words = text(code, tags::CODE_MEANING).unwrap_or_default();
    match (value.as_str(), words.as_str()) {
        ("1", "" | "1" | "no units" | "unity" | "no unit") => String::new(),
        ("1" | "", _) => words,
        _ => value,
    }
}
