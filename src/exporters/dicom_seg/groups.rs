//! Functional groups: what all frames share, and each frame's segment and place.

use super::content::{Content, Ground};
use super::elements::{decimals, object, sequence, short, text};
use crate::exporters::sets::Pass;
use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;

/// What all frames share: spacing, and directions where they have any.
pub(super) fn shared(pass: &Pass<'_>, ground: &Ground) -> InMemDicomObject {
    let mut groups = Vec::new();
    let spacing_mm = match ground {
        Ground::Slices { grid, .. } => {
            let [y, x] = grid.spacing_yx_mm;
            Some([grid.between_mm, y, x])
        }
        Ground::Image { .. } => pass.item.spacing_mm,
    };
    if let Some([between, y, x]) = spacing_mm.filter(|[_, y, x]| *y > 0.0 && *x > 0.0) {
        let mut measures = vec![text(tags::PIXEL_SPACING, VR::DS, &decimals(&[y, x]))];
        let is_stack = between > 0.0 && matches!(ground, Ground::Slices { .. });
        // Readers ask for a thickness; where slices and their distances are not known, it stands empty.
        let thickness = if is_stack {
            let between = decimals(&[between]);
            measures.push(text(tags::SPACING_BETWEEN_SLICES, VR::DS, &between));
            between
        } else {
            String::new()
        };
        measures.push(text(tags::SLICE_THICKNESS, VR::DS, &thickness));
        groups.push(sequence(
            tags::PIXEL_MEASURES_SEQUENCE,
            vec![object(measures)],
        ));
    }
    if let Ground::Slices { grid, .. } = ground {
        let cosines = decimals(&[grid.row, grid.column].concat());
        let plane = object(vec![text(
            tags::IMAGE_ORIENTATION_PATIENT,
            VR::DS,
            &cosines,
        )]);
        groups.push(sequence(tags::PLANE_ORIENTATION_SEQUENCE, vec![plane]));
    }
    object(groups)
}

pub(super) fn frames(pass: &Pass<'_>, content: &Content<'_>) -> Vec<InMemDicomObject> {
    if content.segments.is_empty() {
        return vec![frame(pass, content, 1, 0, 1)];
    }
    let mut keys: Vec<i64> = content
        .segments
        .iter()
        .flat_map(|segment| segment.planes.iter().map(|(key, _)| *key))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut frames = Vec::new();
    for (number, segment) in (1_u16..).zip(&content.segments) {
        for (key, _) in &segment.planes {
            let place = keys.partition_point(|other| other < key) as u32 + 1;
            frames.push(frame(pass, content, number, *key, place));
        }
    }
    frames
}

fn frame(
    pass: &Pass<'_>,
    content: &Content<'_>,
    segment: u16,
    key_um: i64,
    place: u32,
) -> InMemDicomObject {
    let number = object(vec![short(tags::REFERENCED_SEGMENT_NUMBER, segment)]);
    let mut groups = vec![sequence(
        tags::SEGMENT_IDENTIFICATION_SEQUENCE,
        vec![number],
    )];
    let mut values = vec![u32::from(segment)];
    match &content.ground {
        Ground::Slices { grid, .. } => {
            values.push(place);
            let position = decimals(&grid.position_mm(key_um));
            let position = text(tags::IMAGE_POSITION_PATIENT, VR::DS, &position);
            groups.push(sequence(
                tags::PLANE_POSITION_SEQUENCE,
                vec![object(vec![position])],
            ));
        }
        Ground::Image { .. } => groups.push(derivation(&pass.item.key)),
    }
    let values = DataElement::new(
        tags::DIMENSION_INDEX_VALUES,
        VR::UL,
        PrimitiveValue::U32(values.into()),
    );
    groups.push(sequence(
        tags::FRAME_CONTENT_SEQUENCE,
        vec![object(vec![values])],
    ));
    object(groups)
}

/// The image, or the frame of it, that a mask was drawn on.
fn derivation(item: &str) -> InMemElement {
    let (image, number) = super::image_and_frame(item);
    let mut reference = vec![text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, image)];
    if let Some(number) = number {
        reference.push(text(tags::REFERENCED_FRAME_NUMBER, VR::IS, number));
    }
    let source = sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![object(reference)]);
    sequence(tags::DERIVATION_IMAGE_SEQUENCE, vec![object(vec![source])])
}
