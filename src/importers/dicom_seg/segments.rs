//! What was segmented: labels, codes, and which pixel values mean nothing at all.

use super::Fault;
use super::header::whole;
use crate::importers::dicom_document::{code_meaning, items, text};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::BTreeMap;

/// One structure that was segmented.
#[derive(Debug, Default)]
pub struct Segment {
    pub label: String,
    pub attributes: BTreeMap<String, String>,
    /// Described for the sake of completeness: what belongs to no structure.
    is_background: bool,
}

/// The structures by number, and how label maps mark pixels of none.
#[derive(Debug, Default)]
pub struct Segments {
    described: BTreeMap<u32, Segment>,
    padding: Option<u32>,
}

impl Segments {
    pub fn read(data_set: &InMemDicomObject) -> Result<Self, Fault> {
        let mut described = BTreeMap::new();
        for item in items(data_set, tags::SEGMENT_SEQUENCE) {
            let number = whole(item, tags::SEGMENT_NUMBER)?;
            if described.insert(number, segment(item, number)).is_some() {
                return Err(Fault::invalid(format!(
                    "segment {number} is described twice"
                )));
            }
        }
        let padding = data_set.get(tags::PIXEL_PADDING_VALUE);
        Ok(Self {
            described,
            padding: padding.and_then(|element| element.to_int::<u32>().ok()),
        })
    }

    pub fn get(&self, number: u32) -> Option<&Segment> {
        self.described.get(&number)
    }

    /// Numbers of all that is described, a background included.
    pub fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.described.keys().copied()
    }

    /// Structures, without a background.
    pub fn structures(&self) -> impl Iterator<Item = (u32, &Segment)> {
        self.described
            .iter()
            .map(|(number, segment)| (*number, segment))
            .filter(|(number, _)| !self.is_background(*number))
    }

    /// Whether a pixel of this value of a label map belongs to no structure.
    pub fn is_background(&self, value: u32) -> bool {
        self.padding == Some(value)
            || match self.described.get(&value) {
                Some(segment) => segment.is_background,
                None => value == 0,
            }
    }
}

fn segment(item: &InMemDicomObject, number: u32) -> Segment {
    let known = [
        (
            "property_type",
            stated_meaning(item, tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE),
        ),
        (
            "property_category",
            stated_meaning(item, tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE),
        ),
        ("algorithm_type", text(item, tags::SEGMENT_ALGORITHM_TYPE)),
        ("tracking_uid", text(item, tags::TRACKING_UID)),
    ];
    let attributes: BTreeMap<String, String> = known
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    let label = text(item, tags::SEGMENT_LABEL)
        .or_else(|| attributes.get("property_type").cloned())
        .unwrap_or_else(|| format!("segment {number}"));
    Segment {
        is_background: is_coded_background(item)
            || (number == 0 && label.eq_ignore_ascii_case("background")),
        label,
        attributes,
    }
}

/// The meaning of the first code, unless it is the one that Concord's own exports put where none is known.
fn stated_meaning(item: &InMemDicomObject, tag: Tag) -> Option<String> {
    code_meaning(item, tag).filter(|_| !is_coded(item, tag, "NONE", "99CONCORD"))
}

fn is_coded_background(item: &InMemDicomObject) -> bool {
    let tag = tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE;
    is_coded(item, tag, "125040", "DCM")
}

/// Whether the first code is this one of this scheme.
fn is_coded(item: &InMemDicomObject, tag: Tag, value: &str, scheme: &str) -> bool {
    items(item, tag).first().is_some_and(|code| {
        text(code, tags::CODE_VALUE).as_deref() == Some(value)
            && text(code, tags::CODING_SCHEME_DESIGNATOR).as_deref() == Some(scheme)
    })
}
