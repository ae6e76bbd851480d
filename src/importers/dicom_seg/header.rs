//! What a segmentation says about itself: references, geometry, segments, frames.

use super::Fault;
use super::elements::{EXPLICIT_LITTLE_ENDIAN, Elements, IMPLICIT_LITTLE_ENDIAN, PIXEL_DATA};
use super::frames::Storage;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, OpenFileOptions};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;

/// One structure that was segmented.
#[derive(Debug, Default)]
pub struct Segment {
    pub label: String,
    pub attributes: BTreeMap<String, String>,
}

/// One plane of one segment.
#[derive(Debug)]
pub struct Frame {
    pub segment: u32,
    /// Centre of the first pixel in mm, x y z of the patient.
    pub position_mm: Option<[f64; 3]>,
    pub source_image: Option<String>,
}

/// A segmentation without its pixels.
#[derive(Debug)]
pub struct Header {
    pub instance: String,
    pub study: Option<String>,
    pub series: Vec<String>,
    pub n_referenced_images: usize,
    pub frame_of_reference: Option<String>,
    pub creator: Option<String>,
    /// ContentDate, ContentTime and the offset, in the form of RFC 3339 as far as given.
    pub content_time: String,
    pub states_zone: bool,
    pub width_px: u32,
    pub height_px: u32,
    pub storage: Storage,
    /// Cosines of a row's direction and of a column's.
    pub orientation: Option<[[f64; 3]; 2]>,
    /// Between rows (y) and columns (x).
    pub spacing_yx_mm: Option<[f64; 2]>,
    pub between_slices_mm: Option<f64>,
    pub segments: BTreeMap<u32, Segment>,
    pub frames: Vec<Frame>,
    pub pixels: Range<usize>,
}

impl Header {
    /// Reads and checks everything but the pixels.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let (data_set, pixels) = data_set(bytes)?;
        let class = text(&data_set, tags::SOP_CLASS_UID).unwrap_or_default();
        if class == super::LABEL_MAP {
            return Err(Fault::unsupported(
                "is a label map segmentation; save it as a binary segmentation",
            ));
        }
        if class != super::SEGMENTATION {
            return Err(Fault::unsupported(format!(
                "is of SOP class `{class}`, no segmentation"
            )));
        }
        if text(&data_set, tags::DIMENSION_ORGANIZATION_TYPE).as_deref() == Some("TILED_FULL")
            || data_set.get(tags::TOTAL_PIXEL_MATRIX_COLUMNS).is_some()
        {
            return Err(Fault::unsupported(
                "is a tiled whole-slide segmentation; only segmentations of images and volumes are read".to_owned(),
            ));
        }
        let shared = items(&data_set, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
        let per_frame = items(&data_set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        let n_frames = match data_set.get(tags::NUMBER_OF_FRAMES) {
            Some(_) => whole(&data_set, tags::NUMBER_OF_FRAMES)?,
            None => 1,
        };
        if per_frame.len() as u64 != u64::from(n_frames) {
            return Err(Fault::invalid(format!(
                "describes {} frames, but has {n_frames}; export it again",
                per_frame.len()
            )));
        }
        let groups = || shared.into_iter().chain(per_frame);
        let measures =
            groups().find_map(|group| items(group, tags::PIXEL_MEASURES_SEQUENCE).first());
        let references = items(&data_set, tags::REFERENCED_SERIES_SEQUENCE);
        let header = Self {
            instance: text(&data_set, tags::SOP_INSTANCE_UID).unwrap_or_default(),
            study: text(&data_set, tags::STUDY_INSTANCE_UID),
            series: references
                .iter()
                .filter_map(|series| text(series, tags::SERIES_INSTANCE_UID))
                .collect(),
            n_referenced_images: references
                .iter()
                .map(|series| items(series, tags::REFERENCED_INSTANCE_SEQUENCE).len())
                .sum(),
            frame_of_reference: text(&data_set, tags::FRAME_OF_REFERENCE_UID),
            creator: text(&data_set, tags::CONTENT_CREATOR_NAME),
            content_time: content_time(&data_set),
            states_zone: data_set.get(tags::TIMEZONE_OFFSET_FROM_UTC).is_some(),
            width_px: whole(&data_set, tags::COLUMNS)?,
            height_px: whole(&data_set, tags::ROWS)?,
            storage: storage(&data_set)?,
            orientation: orientation(groups())?,
            spacing_yx_mm: measures
                .and_then(|group| numbers(group, tags::PIXEL_SPACING))
                .filter(positive),
            between_slices_mm: measures
                .and_then(|group| numbers::<1>(group, tags::SPACING_BETWEEN_SLICES))
                .map(|[mm]| mm)
                .filter(|mm| *mm > 0.0),
            segments: segments(&data_set)?,
            frames: per_frame
                .iter()
                .enumerate()
                .map(|(index, group)| {
                    frame(group, shared)
                        .map_err(|detail| Fault::invalid(format!("frame {}: {detail}", index + 1)))
                })
                .collect::<Result<_, _>>()?,
            pixels,
        };
        header.check()
    }

    fn check(self) -> Result<Self, Fault> {
        if let Some(frame) = self
            .frames
            .iter()
            .find(|frame| !self.segments.contains_key(&frame.segment))
        {
            return Err(Fault::invalid(format!(
                "a frame refers to segment {}, which is not described",
                frame.segment
            )));
        }
        let n_pixels = u64::from(self.width_px) * u64::from(self.height_px);
        let needed = n_pixels
            .checked_mul(self.frames.len() as u64)
            .map_or(u64::MAX, |n_pixels| self.storage.n_bytes(n_pixels));
        let found = self.pixels.len() as u64;
        if found != needed && Some(found) != needed.checked_add(1) {
            return Err(Fault::invalid(format!(
                "{} frames of {}x{} px take {needed} bytes, but the pixel data have {found}; export it again",
                self.frames.len(),
                self.width_px,
                self.height_px
            )));
        }
        Ok(self)
    }
}

/// Everything before the pixel data, decoded, and where the pixels lie.
fn data_set(bytes: &[u8]) -> Result<(InMemDicomObject, Range<usize>), Fault> {
    let invalid = |error: super::elements::ElementError| Fault::invalid(error.to_string());
    let mut elements = Elements::new(bytes).map_err(invalid)?;
    let mut first = None;
    let mut pixels = None;
    while let Some(element) = elements.next() {
        // A compressed data set is no sequence of elements; its transfer syntax says so.
        let element = match element {
            Err(_) if !is_read(elements.transfer_syntax()) => break,
            element => element.map_err(invalid)?,
        };
        if element.tag.group() != 0x0002 {
            first.get_or_insert(element.start);
        }
        if element.tag == PIXEL_DATA {
            pixels = Some(element);
            break;
        }
    }
    let syntax = elements.transfer_syntax();
    if !is_read(syntax) {
        return Err(Fault::unsupported(format!(
            "is compressed or big endian (transfer syntax `{syntax}`); save it as Explicit VR Little Endian"
        )));
    }
    let pixels = pixels.ok_or_else(|| {
        Fault::invalid("has no pixel data; it was cut short or is broken".to_owned())
    })?;
    if pixels.encapsulated {
        return Err(Fault::invalid(
            "has compressed pixel data under an uncompressed transfer syntax".to_owned(),
        ));
    }
    let before_pixels = bytes
        .get(first.unwrap_or(0)..pixels.start)
        .unwrap_or_default();
    let meta = meta_group(syntax);
    let object = OpenFileOptions::new()
        .read_preamble(dicom_object::file::ReadPreamble::Never)
        .from_reader(meta.chain(before_pixels))
        .map_err(|error| Fault::invalid(format!("cannot be decoded ({})", causes(&error))))?;
    Ok((object.into_inner(), pixels.value))
}

fn is_read(syntax: &str) -> bool {
    syntax == EXPLICIT_LITTLE_ENDIAN || syntax == IMPLICIT_LITTLE_ENDIAN
}

/// A file meta group that says nothing but the transfer syntax; that of the file may be missing or incomplete.
fn meta_group(syntax: &str) -> &'static [u8] {
    if syntax == IMPLICIT_LITTLE_ENDIAN {
        b"DICM\x02\x00\x00\x00UL\x04\x00\x1a\x00\x00\x00\x02\x00\x10\x00UI\x12\x001.2.840.10008.1.2\x00"
    } else {
        b"DICM\x02\x00\x00\x00UL\x04\x00\x1c\x00\x00\x00\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn storage(data_set: &InMemDicomObject) -> Result<Storage, Fault> {
    let kind = text(data_set, tags::SEGMENTATION_TYPE).unwrap_or_default();
    let bits = whole(data_set, tags::BITS_ALLOCATED)?;
    match (kind.as_str(), bits) {
        ("BINARY", 1) => Ok(Storage::Binary),
        ("FRACTIONAL", 8) => match whole(data_set, tags::MAXIMUM_FRACTIONAL_VALUE)? {
            maximum @ 1..=255 => Ok(Storage::Fractional {
                maximum: maximum as u16,
            }),
            other => Err(Fault::invalid(format!(
                "MaximumFractionalValue is `{other}`; 1 to 255 is expected"
            ))),
        },
        _ => Err(Fault::unsupported(format!(
            "is a `{kind}` segmentation of {bits} bits a pixel; BINARY with 1 and FRACTIONAL with 8 are read"
        ))),
    }
}

fn segments(data_set: &InMemDicomObject) -> Result<BTreeMap<u32, Segment>, Fault> {
    let mut segments = BTreeMap::new();
    for item in items(data_set, tags::SEGMENT_SEQUENCE) {
        let number = whole(item, tags::SEGMENT_NUMBER)?;
        let meaning = |tag| {
            items(item, tag)
                .first()
                .and_then(|code| text(code, tags::CODE_MEANING))
        };
        let known = [
            (
                "property_type",
                meaning(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE),
            ),
            (
                "property_category",
                meaning(tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE),
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
        if segments
            .insert(number, Segment { label, attributes })
            .is_some()
        {
            return Err(Fault::invalid(format!(
                "segment {number} is described twice"
            )));
        }
    }
    Ok(segments)
}

fn frame(group: &InMemDicomObject, shared: Option<&InMemDicomObject>) -> Result<Frame, String> {
    let first = |tag| {
        let own = items(group, tag).first();
        own.or_else(|| shared.and_then(|shared| items(shared, tag).first()))
    };
    let segment = first(tags::SEGMENT_IDENTIFICATION_SEQUENCE)
        .and_then(|item| item.get(tags::REFERENCED_SEGMENT_NUMBER))
        .and_then(|element| element.to_int::<u32>().ok())
        .ok_or("does not say which segment it belongs to")?;
    let source = first(tags::DERIVATION_IMAGE_SEQUENCE)
        .and_then(|derivation| items(derivation, tags::SOURCE_IMAGE_SEQUENCE).first())
        .and_then(|source| text(source, tags::REFERENCED_SOP_INSTANCE_UID));
    Ok(Frame {
        segment,
        position_mm: first(tags::PLANE_POSITION_SEQUENCE)
            .and_then(|plane| numbers(plane, tags::IMAGE_POSITION_PATIENT)),
        source_image: source,
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

/// Date and time as they stand, joined to what `instant_us` reads.
fn content_time(data_set: &InMemDicomObject) -> String {
    let digits = |tag, n: usize| {
        text(data_set, tag)
            .filter(|text| text.len() >= n && text.as_bytes()[..n].iter().all(u8::is_ascii_digit))
    };
    let Some(date) = digits(tags::CONTENT_DATE, 8) else {
        return String::new();
    };
    let date = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..8]);
    let Some(time) = digits(tags::CONTENT_TIME, 6) else {
        return date;
    };
    let offset = text(data_set, tags::TIMEZONE_OFFSET_FROM_UTC)
        .filter(|offset| offset.len() == 5 && offset.is_ascii())
        .map_or_else(String::new, |offset| {
            format!("{}:{}", &offset[..3], &offset[3..])
        });
    format!(
        "{date}T{}:{}:{}{offset}",
        &time[..2],
        &time[2..4],
        &time[4..]
    )
}

fn items(object: &InMemDicomObject, tag: Tag) -> &[InMemDicomObject] {
    object
        .get(tag)
        .and_then(|element| element.items())
        .unwrap_or_default()
}

fn text(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let text = object.get(tag)?.to_str().ok()?;
    let text = text.trim_matches(['\0', ' ']);
    (!text.is_empty()).then(|| text.to_owned())
}

fn whole(object: &InMemDicomObject, tag: Tag) -> Result<u32, Fault> {
    object
        .get(tag)
        .and_then(|element| element.to_int::<u32>().ok())
        .ok_or_else(|| Fault::invalid(format!("lacks a whole number in data element {tag}")))
}

fn numbers<const N: usize>(object: &InMemDicomObject, tag: Tag) -> Option<[f64; N]> {
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
