//! Frames put together: a volume a segment, or a mask an image and segment.

use super::Fault;
use super::header::Header;
use super::pixels::Pixels;
use super::planes::Planes;
use crate::domain::Shape;
use crate::geometry::{Mask, SliceAxis, Volume};
use std::collections::BTreeMap;

/// Shapes by item, each with its segment's number; an item without shapes was reviewed.
pub(super) type ShapesByItem = BTreeMap<String, Vec<(u32, Shape)>>;

/// The item of a segmentation of one series.
pub(super) fn series_item(header: &Header) -> Option<String> {
    header
        .series
        .first()
        .or(header.frame_of_reference.as_ref())
        .cloned()
}

/// One volume a segment, and the segments that make none.
pub(super) fn volumes(
    header: &Header,
    planes: &Planes,
    pixels: &mut Pixels<'_>,
    item: &str,
) -> Result<(ShapesByItem, Vec<(u32, String)>), Fault> {
    let mut slices: BTreeMap<u32, Vec<(i64, Mask)>> = BTreeMap::new();
    for (index, frame) in header.frames.iter().enumerate() {
        for (segment, bounds) in pixels.frame(index)? {
            let mask = Mask::from_bounds(header.width_px, header.height_px, bounds)?;
            let mask = planes.turning.mask(mask)?;
            slices
                .entry(segment)
                .or_default()
                .push((planes.key_um(frame), mask));
        }
    }
    let mut shapes = Vec::new();
    let mut skipped = Vec::new();
    for (number, slices) in slices {
        match Volume::new(
            planes.width_px,
            planes.height_px,
            SliceAxis::Micrometres,
            slices,
        ) {
            Ok(volume) if volume.is_empty() => {}
            Ok(volume) => shapes.push((number, Shape::Volume(volume))),
            Err(error) => skipped.push((number, error.to_string())),
        }
    }
    Ok((BTreeMap::from([(item.to_owned(), shapes)]), skipped))
}

/// The item of flat frames: the one image that the segmentation lies on, else its series.
pub(super) fn image_item(header: &Header) -> Option<String> {
    match header.images.as_slice() {
        [image] => Some(image.clone()),
        _ => series_item(header),
    }
}

/// Frames without positions: each of the image or the image's frame that it names, else all of one item.
pub(super) fn flat_masks(header: &Header, pixels: &mut Pixels<'_>) -> Result<ShapesByItem, Fault> {
    let mut by_item: BTreeMap<String, BTreeMap<u32, Mask>> = BTreeMap::new();
    if header.frames.is_empty() {
        // Nothing was found, and no frame is there to say on what.
        by_item.extend(image_item(header).map(|item| (item, BTreeMap::new())));
    }
    for (index, frame) in header.frames.iter().enumerate() {
        let item = frame
            .source_image
            .clone()
            .or_else(|| image_item(header))
            .ok_or_else(|| Fault::invalid("names neither a series nor an image that it lies on"))?;
        let masks = by_item.entry(item).or_default();
        for (segment, bounds) in pixels.frame(index)? {
            let mask = Mask::from_bounds(header.width_px, header.height_px, bounds)?;
            if masks.insert(segment, mask).is_some() {
                return Err(Fault::unsupported(format!(
                    "has several frames of segment {segment} without positions or images of their own"
                )));
            }
        }
    }
    let shapes_of = |masks: BTreeMap<u32, Mask>| {
        let set = masks.into_iter().filter(|(_, mask)| !mask.is_empty());
        set.map(|(number, mask)| (number, Shape::Mask(mask)))
            .collect()
    };
    Ok(by_item
        .into_iter()
        .map(|(item, masks)| (item, shapes_of(masks)))
        .collect())
}
