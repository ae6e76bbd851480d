//! The images of an upload as stacks of planes, for their geometry alone.

use super::stack::{Plane, Slice, Stack, normal};
use crate::importers::dicom_document::{Fault, items, numbers, read_image_header, sop_class, text};
use crate::importers::{Upload, UploadFile};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::BTreeMap;

/// Cross-sectional images: CT, MR, PET and NM, single and enhanced, 3D X-ray and tomosynthesis, secondary captures.
const IMAGES: &[&str] = &[
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.2.2",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.4.4",
    "1.2.840.10008.5.1.4.1.1.7",
    "1.2.840.10008.5.1.4.1.1.13.1.1",
    "1.2.840.10008.5.1.4.1.1.13.1.3",
    "1.2.840.10008.5.1.4.1.1.20",
    "1.2.840.10008.5.1.4.1.1.128",
    "1.2.840.10008.5.1.4.1.1.128.1",
    "1.2.840.10008.5.1.4.1.1.130",
];

/// An image's header is no longer than this; those of thousands of frames have some megabytes.
const MAX_HEADER_BYTES: u64 = 64 << 20;

/// More planes than any series has.
const MAX_STATED_PLANES: u32 = 100_000;

/// Whether the first bytes are those of an image that contours may lie on.
pub(super) fn is_image(head: &[u8]) -> bool {
    sop_class(head).is_some_and(|class| IMAGES.contains(&class.as_str()))
}

/// Series of the upload, and what could not be used.
#[derive(Default)]
pub(super) struct Images {
    /// By series; why a series makes no stack.
    stacks: BTreeMap<String, Result<Stack, String>>,
    /// Files that are no readable images, with reasons.
    pub faults: Vec<(String, Fault)>,
}

impl Images {
    /// Reads the headers of the images among these files.
    pub fn read(upload: &Upload, files: &[usize]) -> Self {
        let mut images = Self::default();
        let mut slices: BTreeMap<String, Vec<Slice>> = BTreeMap::new();
        let files = files.iter().filter_map(|&index| upload.files().get(index));
        for file in files.filter(|file| is_image(file.head())) {
            match header(file) {
                Ok((series, found)) => slices.entry(series).or_default().extend(found),
                Err(fault) => images.faults.push((file.path().to_owned(), fault)),
            }
        }
        images.stacks = slices
            .into_iter()
            .map(|(series, slices)| (series.clone(), Stack::of(series, slices)))
            .collect();
        images
    }

    /// The stack of a series, or why there is none; `None` where the series is not in the upload.
    pub fn of_series(&self, series: &str) -> Option<Result<&Stack, &str>> {
        let found = self.stacks.get(series)?;
        Some(found.as_ref().map_err(String::as_str))
    }

    /// The only stack in a frame of reference.
    pub fn only_in(&self, frame_of_reference: &str) -> Option<&Stack> {
        let mut inside = self
            .stacks
            .values()
            .flatten()
            .filter(|stack| stack.frame_of_reference.as_deref() == Some(frame_of_reference));
        let first = inside.next()?;
        inside.next().is_none().then_some(first)
    }
}

/// The series and the planes of an image.
fn header(file: &UploadFile) -> Result<(String, Vec<Slice>), Fault> {
    let object = read_image_header(file, MAX_HEADER_BYTES)?;
    let series = text(&object, tags::SERIES_INSTANCE_UID)
        .ok_or_else(|| Fault::invalid("an image that names no series"))?;
    let instance = text(&object, tags::SOP_INSTANCE_UID)
        .ok_or_else(|| Fault::invalid("an image without an instance UID"))?;
    let shared = items(&object, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
    let frames = items(&object, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    if frames.is_empty() {
        let slice = slice(&object, &instance, [Some(&object), None], false)?;
        return Ok((series, vec![slice]));
    }
    let slices = frames
        .iter()
        .zip(1_usize..)
        .map(|(frame, number)| {
            let groups = [Some(frame), shared];
            slice(&object, &format!("{instance}#{number}"), groups, true)
        })
        .collect::<Result<_, _>>()?;
    Ok((series, slices))
}

/// One plane. `groups` are where its geometry stands, the nearest first; in functional groups it stands one level deeper.
fn slice(
    object: &InMemDicomObject,
    name: &str,
    groups: [Option<&InMemDicomObject>; 2],
    in_functional_groups: bool,
) -> Result<Slice, Fault> {
    let stated = |sequence: Tag, tag: Tag| {
        groups.iter().flatten().find_map(|group| {
            let holder = if in_functional_groups {
                items(group, sequence).first()?
            } else {
                group
            };
            numbers(holder, tag)
        })
    };
    let lacks = |what: &str| Fault::invalid(format!("an image without {what}"));
    let position = stated(tags::PLANE_POSITION_SEQUENCE, tags::IMAGE_POSITION_PATIENT)
        .and_then(|numbers| <[f64; 3]>::try_from(numbers).ok())
        .ok_or_else(|| lacks("a position in the patient"))?;
    let [rx, ry, rz, cx, cy, cz] = stated(
        tags::PLANE_ORIENTATION_SEQUENCE,
        tags::IMAGE_ORIENTATION_PATIENT,
    )
    .and_then(|numbers| <[f64; 6]>::try_from(numbers).ok())
    .ok_or_else(|| lacks("an orientation in the patient"))?;
    let spacing_yx_mm = stated(tags::PIXEL_MEASURES_SEQUENCE, tags::PIXEL_SPACING)
        .and_then(|numbers| <[f64; 2]>::try_from(numbers).ok())
        .filter(|mm| mm.iter().all(|mm| *mm > 0.0))
        .ok_or_else(|| lacks("a pixel spacing above 0"))?;
    let side = |tag, what: &str| {
        object
            .get(tag)
            .and_then(|element| element.to_int::<u32>().ok())
            .filter(|n| *n > 0)
            .ok_or_else(|| lacks(what))
    };
    Ok(Slice {
        plane: Plane {
            row: [rx, ry, rz],
            column: [cx, cy, cz],
            spacing_yx_mm,
            width_px: side(tags::COLUMNS, "columns")?,
            height_px: side(tags::ROWS, "rows")?,
        },
        image: name.to_owned(),
        position_mm: position,
        frame_of_reference: text(object, tags::FRAME_OF_REFERENCE_UID),
        study: text(object, tags::STUDY_INSTANCE_UID),
        modality: text(object, tags::MODALITY),
    })
}

/// The planes that a region states it was drawn on, where its images are not at hand.
pub(super) fn stated_planes(drawing: &InMemDicomObject) -> Option<Stack> {
    let stated = items(drawing, tags::SOURCE_PIXEL_PLANES_CHARACTERISTICS_SEQUENCE).first()?;
    let first = slice(stated, "", [Some(stated), None], false).ok()?;
    let n = stated.get(tags::NUMBER_OF_FRAMES)?.to_int::<u32>().ok()?;
    let step_mm = match numbers(stated, tags::SPACING_BETWEEN_SLICES).as_deref() {
        Some([mm]) if *mm > 0.0 => *mm,
        _ if n == 1 => 0.0,
        _ => return None,
    };
    if !(1..=MAX_STATED_PLANES).contains(&n) {
        return None;
    }
    let normal = normal(&first.plane);
    let slices = (0..n)
        .map(|number| {
            let way_mm = step_mm * f64::from(number);
            let [x, y, z] = first.position_mm;
            Slice {
                position_mm: [
                    x + way_mm * normal[0],
                    y + way_mm * normal[1],
                    z + way_mm * normal[2],
                ],
                ..first.clone()
            }
        })
        .collect();
    Stack::of(String::new(), slices).ok()
}
