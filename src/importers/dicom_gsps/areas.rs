//! The part of an image that is displayed, in pixels.

use super::state::{Image, images};
use crate::importers::dicom_document::items;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// A displayed area and the images that it is stated for; none means all.
pub(super) struct Area {
    images: Vec<Image>,
    /// Corners as continuous pixels: left, top, right, bottom.
    corners: Option<[f64; 4]>,
}

/// The displayed areas of a presentation state.
pub(super) fn areas(object: &InMemDicomObject) -> Vec<Area> {
    items(object, tags::DISPLAYED_AREA_SELECTION_SEQUENCE)
        .iter()
        .map(|item| {
            let corner = |tag: Tag| {
                let numbers = item.get(tag)?.to_multi_int::<i32>().ok()?;
                <[i32; 2]>::try_from(numbers).ok()
            };
            let read = || {
                let [left, top] = corner(tags::DISPLAYED_AREA_TOP_LEFT_HAND_CORNER)?.map(f64::from);
                let [right, bottom] =
                    corner(tags::DISPLAYED_AREA_BOTTOM_RIGHT_HAND_CORNER)?.map(f64::from);
                // Corners are pixels, counted from 1, and belong to the area.
                (left <= right && top <= bottom).then_some([left - 1.0, top - 1.0, right, bottom])
            };
            Area {
                images: images(item),
                corners: read(),
            }
        })
        .collect()
}

/// The one area that an image is displayed with.
pub(super) fn area_of(areas: &[Area], image: &Image) -> Option<[f64; 4]> {
    let holds = |area: &&Area| {
        area.images.is_empty()
            || area.images.iter().any(|one| {
                one.instance == image.instance && (one.frame.is_none() || one.frame == image.frame)
            })
    };
    let mut found = areas.iter().filter(holds);
    let first = found.next()?;
    // Two areas for one image leave the place open.
    found.next().is_none().then_some(first.corners).flatten()
}

/// Shares of an area as pixels.
pub(super) fn to_px([left, top, right, bottom]: [f64; 4], [x, y]: [f64; 2]) -> [f64; 2] {
    [left + x * (right - left), top + y * (bottom - top)]
}
