//! What a segmentation says about itself: references, geometry, segments, frames.

use super::Fault;
use super::frames::Storage;
use super::segments::Segments;
use super::tiling;
use crate::importers::dicom_document::{items, modality_of, stated_time, text};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

/// One plane.
#[derive(Debug)]
pub struct Frame {
    /// The one segment that it shows; `None` in a label map, where pixels name theirs.
    pub segment: Option<u32>,
    /// Centre of the first pixel in mm, x y z of the patient.
    pub position_mm: Option<[f64; 3]>,
    /// The image that it was drawn on, with #number where it is one of its frames.
    pub source_image: Option<String>,
    /// Column and row of its first pixel in the total pixel matrix, from 0.
    pub tile: Option<[u32; 2]>,
}

/// A segmentation without its pixels.
#[derive(Debug)]
pub struct Header {
    pub instance: String,
    pub study: Option<String>,
    pub series: Vec<String>,
    /// SOPInstanceUIDs of the images of all series.
    pub images: Vec<String>,
    /// What those images are, where they are of one kind.
    pub modality: Option<&'static str>,
    pub frame_of_reference: Option<String>,
    pub creator: Option<String>,
    /// ContentDate, ContentTime and the offset, in the form of RFC 3339 as far as given.
    pub content_time: String,
    pub states_zone: bool,
    pub width_px: u32,
    pub height_px: u32,
    pub storage: Storage,
    /// What fractional values mean, in lower case, as far as it is one of the known terms.
    pub fractional_type: &'static str,
    /// Columns and rows of a whole slide that the frames are tiles of.
    pub matrix_px: Option<[u32; 2]>,
    /// Cosines of a row's direction and of a column's.
    pub orientation: Option<[[f64; 3]; 2]>,
    /// Between rows (y) and columns (x).
    pub spacing_yx_mm: Option<[f64; 2]>,
    pub between_slices_mm: Option<f64>,
    pub segments: Segments,
    pub frames: Vec<Frame>,
}

impl Header {
    /// Reads and checks everything but the pixels.
    pub fn read(data_set: &InMemDicomObject) -> Result<Self, Fault> {
        let class = text(data_set, tags::SOP_CLASS_UID).unwrap_or_default();
        if ![super::SEGMENTATION, super::LABEL_MAP].contains(&class.as_str()) {
            return Err(Fault::unsupported(format!(
                "is of SOP class `{class}`, no segmentation"
            )));
        }
        let storage = storage(data_set)?;
        let segments = Segments::read(data_set)?;
        let (width_px, height_px) = (
            whole(data_set, tags::COLUMNS)?,
            whole(data_set, tags::ROWS)?,
        );
        let shared = items(data_set, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
        let per_frame = items(data_set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        let n_frames = match data_set.get(tags::NUMBER_OF_FRAMES) {
            Some(_) => whole(data_set, tags::NUMBER_OF_FRAMES)?,
            None => 1,
        };
        let matrix_px = tiling::matrix(data_set)?;
        let frames = match matrix_px {
            Some(matrix_px) if tiling::is_full(data_set) => tiling::full(
                matrix_px,
                [width_px, height_px],
                n_frames,
                storage,
                &segments,
            )?,
            _ => {
                if per_frame.len() as u64 != u64::from(n_frames) {
                    return Err(Fault::invalid(format!(
                        "describes {} frames, but has {n_frames}; export it again",
                        per_frame.len()
                    )));
                }
                let read = |(index, group)| {
                    frame(group, shared, storage, matrix_px)
                        .map_err(|detail| Fault::invalid(format!("frame {}: {detail}", index + 1)))
                };
                let frames: Result<Vec<Frame>, _> =
                    per_frame.iter().enumerate().map(read).collect();
                frames?
            }
        };
        if matrix_px.is_some() {
            tiling::check_depth(per_frame)?;
        }
        let undescribed = frames
            .iter()
            .filter_map(|frame| frame.segment)
            .find(|segment| segments.get(*segment).is_none());
        if let Some(segment) = undescribed {
            return Err(Fault::invalid(format!(
                "a frame refers to segment {segment}, which is not described"
            )));
        }
        let groups = || shared.into_iter().chain(per_frame);
        let measures =
            groups().find_map(|group| items(group, tags::PIXEL_MEASURES_SEQUENCE).first());
        let references = items(data_set, tags::REFERENCED_SERIES_SEQUENCE);
        let referenced = || {
            let images = references.iter();
            images.flat_map(|series| items(series, tags::REFERENCED_INSTANCE_SEQUENCE))
        };
        let (content_time, states_zone) =
            stated_time(data_set, tags::CONTENT_DATE, tags::CONTENT_TIME);
        Ok(Self {
            instance: text(data_set, tags::SOP_INSTANCE_UID).unwrap_or_default(),
            study: text(data_set, tags::STUDY_INSTANCE_UID),
            series: references
                .iter()
                .filter_map(|series| text(series, tags::SERIES_INSTANCE_UID))
                .collect(),
            modality: modality(referenced().chain(groups().filter_map(source))),
            images: referenced()
                .filter_map(|image| text(image, tags::REFERENCED_SOP_INSTANCE_UID))
                .collect(),
            frame_of_reference: text(data_set, tags::FRAME_OF_REFERENCE_UID),
            creator: text(data_set, tags::CONTENT_CREATOR_NAME),
            content_time,
            states_zone,
            width_px,
            height_px,
            storage,
            fractional_type: match text(data_set, tags::SEGMENTATION_FRACTIONAL_TYPE).as_deref() {
                Some("PROBABILITY") => "probability",
                Some("OCCUPANCY") => "occupancy",
                _ => "of no stated kind",
            },
            matrix_px,
            orientation: orientation(groups())?,
            spacing_yx_mm: measures
                .and_then(|group| numbers(group, tags::PIXEL_SPACING))
                .filter(positive),
            between_slices_mm: measures
                .and_then(|group| numbers::<1>(group, tags::SPACING_BETWEEN_SLICES))
                .map(|[mm]| mm)
                .filter(|mm| *mm > 0.0),
            segments,
            frames,
        })
    }

    /// Pixels of one frame.
    pub fn n_pixels(&self) -> u64 {
        u64::from(self.width_px) * u64::from(self.height_px)
    }
}

fn storage(data_set: &InMemDicomObject) -> Result<Storage, Fault> {
    let kind = text(data_set, tags::SEGMENTATION_TYPE).unwrap_or_default();
    let bits = whole(data_set, tags::BITS_ALLOCATED)?;
    let colour = text(data_set, tags::PHOTOMETRIC_INTERPRETATION).unwrap_or_default();
    let samples = data_set.get(tags::SAMPLES_PER_PIXEL);
    let n_samples = samples.map_or(Some(1), |element| element.to_int::<u32>().ok());
    let storage = match (kind.as_str(), bits) {
        ("BINARY", 1) => Storage::Binary,
        ("FRACTIONAL", 8) => match whole(data_set, tags::MAXIMUM_FRACTIONAL_VALUE)? {
            maximum @ 1..=255 => Storage::Fractional {
                maximum: maximum as u16,
            },
            other => {
                return Err(Fault::invalid(format!(
                    "MaximumFractionalValue is `{other}`; 1 to 255 is expected"
                )));
            }
        },
        ("LABELMAP", 8) => Storage::LabelMap { n_bytes: 1 },
        ("LABELMAP", 16) => Storage::LabelMap { n_bytes: 2 },
        _ => {
            return Err(Fault::unsupported(format!(
                "is a `{kind}` segmentation of {bits} bits a pixel; BINARY with 1, FRACTIONAL with 8 and LABELMAP with 8 or 16 are read"
            )));
        }
    };
    let is_known = matches!(colour.as_str(), "" | "MONOCHROME2")
        || (colour == "PALETTE COLOR" && matches!(storage, Storage::LabelMap { .. }));
    if !is_known || n_samples != Some(1) {
        return Err(Fault::unsupported(format!(
            "has pixels of `{colour}` with {} samples; one sample of MONOCHROME2, or PALETTE COLOR for label maps, is read",
            n_samples.map_or("an unknown number of".to_owned(), |n| n.to_string())
        )));
    }
    Ok(storage)
}

fn frame(
    group: &InMemDicomObject,
    shared: Option<&InMemDicomObject>,
    storage: Storage,
    matrix_px: Option<[u32; 2]>,
) -> Result<Frame, String> {
    let first = |tag| {
        let own = items(group, tag).first();
        own.or_else(|| shared.and_then(|shared| items(shared, tag).first()))
    };
    let segment = if let Storage::LabelMap { .. } = storage {
        None
    } else {
        let number = first(tags::SEGMENT_IDENTIFICATION_SEQUENCE)
            .and_then(|item| item.get(tags::REFERENCED_SEGMENT_NUMBER))
            .and_then(|element| element.to_int::<u32>().ok());
        Some(number.ok_or("does not say which segment it belongs to")?)
    };
    let tile = match matrix_px {
        Some(matrix_px) => Some(tiling::place(
            first(tags::PLANE_POSITION_SLIDE_SEQUENCE),
            matrix_px,
        )?),
        None => None,
    };
    Ok(Frame {
        segment,
        position_mm: first(tags::PLANE_POSITION_SEQUENCE)
            .and_then(|plane| numbers(plane, tags::IMAGE_POSITION_PATIENT)),
        source_image: source(group)
            .or_else(|| shared.and_then(source))
            .and_then(source_image),
        tile,
    })
}

/// The first image that a frame was drawn on.
fn source(group: &InMemDicomObject) -> Option<&InMemDicomObject> {
    let derivation = items(group, tags::DERIVATION_IMAGE_SEQUENCE).first()?;
    items(derivation, tags::SOURCE_IMAGE_SEQUENCE).first()
}

/// The one modality of images by their classes.
fn modality<'a>(images: impl Iterator<Item = &'a InMemDicomObject>) -> Option<&'static str> {
    let mut found = images
        .filter_map(|image| text(image, tags::REFERENCED_SOP_CLASS_UID))
        .map(|class| modality_of(&class));
    let first = found.next()??;
    found.all(|other| other == Some(first)).then_some(first)
}

/// The image that a reference names, with #number where it names one frame of it.
fn source_image(reference: &InMemDicomObject) -> Option<String> {
    let image = text(reference, tags::REFERENCED_SOP_INSTANCE_UID)?;
    let frames = reference
        .get(tags::REFERENCED_FRAME_NUMBER)
        .and_then(|numbers| numbers.to_multi_int::<u32>().ok());
    Some(match frames.as_deref() {
        Some([frame]) => format!("{image}#{frame}"),
        _ => image,
    })
}

fn orientation<'a>(
    groups: impl Iterator<Item = &'a InMemDicomObject>,
) -> Result<Option<[[f64; 3]; 2]>, Fault> {
    let mut known: Option<[f64; 6]> = None;
    for plane in groups.filter_map(|group| items(group, tags::PLANE_ORIENTATION_SEQUENCE).first()) {
        let Some(cosines) = numbers::<6>(plane, tags::IMAGE_ORIENTATION_PATIENT) else {
            continue;
        };
        let differs =
            |known: &[f64; 6]| known.iter().zip(cosines).any(|(a, b)| (a - b).abs() > 1e-4);
        if known.as_ref().is_some_and(differs) {
            return Err(Fault::unsupported(
                "its frames are turned against each other".to_owned(),
            ));
        }
        known.get_or_insert(cosines);
    }
    Ok(known.map(|[rx, ry, rz, cx, cy, cz]| [[rx, ry, rz], [cx, cy, cz]]))
}

/// A whole number that must be there.
pub fn whole(object: &InMemDicomObject, tag: Tag) -> Result<u32, Fault> {
    object
        .get(tag)
        .and_then(|element| element.to_int::<u32>().ok())
        .ok_or_else(|| Fault::invalid(format!("lacks a whole number in data element {tag}")))
}

/// So many finite numbers.
pub fn numbers<const N: usize>(object: &InMemDicomObject, tag: Tag) -> Option<[f64; N]> {
    let numbers = object.get(tag)?.to_multi_float64().ok()?;
    let numbers: [f64; N] = numbers.try_into().ok()?;
    numbers
        .iter()
        .all(|number| number.is_finite())
        .then_some(numbers)
}

fn positive(spacing_mm: &[f64; 2]) -> bool {
    spacing_mm.iter().all(|mm| *mm > 0.0)
}
