//! One graphic as it stands.

use crate::importers::dicom_document::{Fault, numbers, pairs, text};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// What positions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Units {
    Pixels,
    /// Pixels of a whole slide, whatever its frames are.
    WholeMatrix,
    /// Shares of the displayed area.
    Display,
}

/// A simple graphic.
pub(super) struct Graphic {
    pub kind: String,
    pub units: Units,
    pub points: Vec<[f64; 2]>,
    pub group: Option<u32>,
    /// The compound graphic that it is a part of the drawing of.
    pub compound: Option<u32>,
    pub tracking_id: Option<String>,
    pub tracking_uid: Option<String>,
}

impl Graphic {
    pub fn read(item: &InMemDicomObject) -> Result<Self, Fault> {
        let number = |tag: Tag| item.get(tag)?.to_int::<u32>().ok();
        let units = match text(item, tags::GRAPHIC_ANNOTATION_UNITS).as_deref() {
            Some("PIXEL") => Units::Pixels,
            Some("MATRIX") => Units::WholeMatrix,
            Some("DISPLAY") => Units::Display,
            _ => {
                return Err(Fault::invalid(
                    "its units are none of PIXEL, DISPLAY, MATRIX",
                ));
            }
        };
        if number(tags::GRAPHIC_DIMENSIONS).is_some_and(|n| n != 2) {
            return Err(Fault::invalid("its points have not 2 dimensions"));
        }
        let data = numbers(item, tags::GRAPHIC_DATA)
            .ok_or_else(|| Fault::invalid("its graphic data are missing or not finite numbers"))?;
        let points = pairs(&data)?;
        let stated = number(tags::NUMBER_OF_GRAPHIC_POINTS);
        if stated.is_some_and(|n| n as usize != points.len()) {
            return Err(Fault::invalid(format!(
                "states {} points and holds {}; it was cut short or is broken",
                stated.unwrap_or_default(),
                points.len()
            )));
        }
        Ok(Self {
            kind: text(item, tags::GRAPHIC_TYPE).unwrap_or_default(),
            units,
            points,
            group: number(tags::GRAPHIC_GROUP_ID),
            compound: number(tags::COMPOUND_GRAPHIC_INSTANCE_ID),
            tracking_id: text(item, tags::TRACKING_ID),
            tracking_uid: text(item, tags::TRACKING_UID),
        })
    }
}
