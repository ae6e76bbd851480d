//! The data elements of a segmentation.
//!
//! Format: DICOM PS3.3, A.51 Segmentation IOD. What Concord does not know is left out rather than made up: the single
//! images of a series, and the time of work that has none. A frame of reference that is not known is one of its own.

use super::content::{Content, Ground, Segment};
use super::elements::{fits, is_uid, object, sequence, short, text, uid_of};
use super::groups::{frames, shared};
use crate::domain::Role;
use crate::exporters::sets::Pass;
use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;
use sha2::{Digest, Sha256};

pub(super) const SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.4";
/// The values of SegmentAlgorithmType.
pub(super) const ALGORITHM_TYPES: [&str; 3] = ["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"];
/// Stands where DICOM wants a code and none is known; the importer passes over it.
const NO_CODE: (&str, &str) = ("NONE", "not stated");
const OWN_SCHEME: &str = "99CONCORD";

/// The whole data set of one reading. `creator` is its rater, `folder` its set, which tells series apart.
pub(super) fn data_set(
    pass: &Pass<'_>,
    content: &Content<'_>,
    creator: &str,
    folder: &str,
) -> InMemDicomObject {
    let item = &pass.item.key;
    let study = &pass.item.study;
    let (width, height) = content.ground.size_px();
    let pixels = packed(content);
    let time = content_time(pass.reading.finished_at_us);
    let series = uid_of(&[b"series", study.as_bytes(), folder.as_bytes()]);
    let mut identity = vec![series.as_bytes(), item.as_bytes(), &pixels];
    let described = format!("{time:?} {:?} {}", content.ground, places(content));
    identity.push(described.as_bytes());
    let labels: Vec<&[u8]> = content
        .segments
        .iter()
        .map(|segment| segment.annotation.label.as_bytes())
        .collect();
    identity.extend(labels);
    let instance = uid_of(&identity);
    let organisation = uid_of(&[b"dimensions", instance.as_bytes()]);
    let n_frames = content
        .segments
        .iter()
        .map(|one| one.planes.len())
        .sum::<usize>();

    let mut elements = vec![
        text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"),
        text(tags::IMAGE_TYPE, VR::CS, "DERIVED\\PRIMARY"),
        text(tags::SOP_CLASS_UID, VR::UI, SEGMENTATION),
        text(tags::SOP_INSTANCE_UID, VR::UI, &instance),
        text(tags::STUDY_DATE, VR::DA, ""),
        text(tags::STUDY_TIME, VR::TM, ""),
        text(tags::ACCESSION_NUMBER, VR::SH, ""),
        text(tags::MODALITY, VR::CS, "SEG"),
        text(tags::MANUFACTURER, VR::LO, "Concord"),
        text(tags::REFERRING_PHYSICIAN_NAME, VR::PN, ""),
        text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Concord"),
        text(tags::PATIENT_NAME, VR::PN, ""),
        text(tags::PATIENT_ID, VR::LO, ""),
        text(tags::PATIENT_BIRTH_DATE, VR::DA, ""),
        text(tags::PATIENT_SEX, VR::CS, ""),
        text(tags::DEVICE_SERIAL_NUMBER, VR::LO, "0"),
        text(tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION")),
        text(tags::STUDY_INSTANCE_UID, VR::UI, study),
        text(tags::SERIES_INSTANCE_UID, VR::UI, &series),
        text(tags::STUDY_ID, VR::SH, ""),
        text(tags::SERIES_NUMBER, VR::IS, "1"),
        text(tags::INSTANCE_NUMBER, VR::IS, "1"),
        dimension_organisation(&organisation),
        dimension_index(&organisation, &content.ground),
        short(tags::SAMPLES_PER_PIXEL, 1),
        text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        text(tags::NUMBER_OF_FRAMES, VR::IS, &n_frames.max(1).to_string()),
        short(tags::ROWS, height as u16),
        short(tags::COLUMNS, width as u16),
        short(tags::BITS_ALLOCATED, 1),
        short(tags::BITS_STORED, 1),
        short(tags::HIGH_BIT, 0),
        short(tags::PIXEL_REPRESENTATION, 0),
        text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00"),
        text(tags::SEGMENTATION_TYPE, VR::CS, "BINARY"),
        sequence(tags::SEGMENT_SEQUENCE, segments(pass, content)),
        text(tags::SEGMENTS_OVERLAP, VR::CS, "UNDEFINED"),
        text(tags::CONTENT_LABEL, VR::CS, "SEGMENTATION"),
        text(tags::CONTENT_DESCRIPTION, VR::LO, ""),
        text(tags::CONTENT_CREATOR_NAME, VR::PN, creator),
        sequence(
            tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
            vec![shared(pass, &content.ground)],
        ),
        sequence(
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
            frames(pass, content),
        ),
        DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::from(pixels)),
    ];
    if let Some([date, time]) = time {
        elements.push(text(tags::CONTENT_DATE, VR::DA, &date));
        elements.push(text(tags::CONTENT_TIME, VR::TM, &time));
        elements.push(text(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, "+0000"));
    }
    if let Ground::Slices {
        frame_of_reference, ..
    } = &content.ground
    {
        let own = || uid_of(&[b"frame of reference", item.as_bytes()]);
        let frame = frame_of_reference.clone().unwrap_or_else(own);
        elements.push(text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &frame));
        elements.push(text(tags::POSITION_REFERENCE_INDICATOR, VR::LO, ""));
        let referenced = object(vec![text(tags::SERIES_INSTANCE_UID, VR::UI, item)]);
        elements.push(sequence(tags::REFERENCED_SERIES_SEQUENCE, vec![referenced]));
    }
    object(elements)
}

/// Bits of all frames, each right after the one before.
fn packed(content: &Content<'_>) -> Vec<u8> {
    let (width, height) = content.ground.size_px();
    let n_pixels = u64::from(width) * u64::from(height);
    let n_frames = content
        .segments
        .iter()
        .map(|one| one.planes.len())
        .sum::<usize>();
    let n_bytes = (n_pixels * n_frames.max(1) as u64).div_ceil(8);
    let mut bytes = vec![0_u8; n_bytes.next_multiple_of(2) as usize];
    let masks = content.segments.iter().flat_map(|one| &one.planes);
    for (index, (_, mask)) in masks.enumerate() {
        for run in mask.bounds().chunks_exact(2) {
            for pixel in run[0]..run[1] {
                let bit = index as u64 * n_pixels + u64::from(pixel);
                bytes[(bit / 8) as usize] |= 1 << (bit % 8);
            }
        }
    }
    bytes
}

fn places(content: &Content<'_>) -> String {
    let keys = content.segments.iter().map(|segment| {
        let keys: Vec<i64> = segment.planes.iter().map(|(key, _)| *key).collect();
        format!("{keys:?}")
    });
    keys.collect::<Vec<_>>().join(" ")
}

/// Date and time in UTC.
fn content_time(finished_at_us: Option<i64>) -> Option<[String; 2]> {
    let instant = jiff::Timestamp::from_microsecond(finished_at_us?).ok()?;
    let utc = instant.to_zoned(jiff::tz::TimeZone::UTC);
    Some([
        utc.strftime("%Y%m%d").to_string(),
        utc.strftime("%H%M%S.%6f").to_string(),
    ])
}

fn segments(pass: &Pass<'_>, content: &Content<'_>) -> Vec<InMemDicomObject> {
    if content.segments.is_empty() {
        // A segmentation has at least one segment, also where nothing was found.
        let nothing = vec![
            short(tags::SEGMENT_NUMBER, 1),
            text(tags::SEGMENT_LABEL, VR::LO, "nothing found"),
            text(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, "MANUAL"),
            code(tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE, None),
            code(tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE, None),
        ];
        return vec![object(nothing)];
    }
    let numbered = (1_u16..).zip(&content.segments);
    numbered
        .map(|(number, segment)| described(pass, number, segment))
        .collect()
}

fn described(pass: &Pass<'_>, number: u16, segment: &Segment<'_>) -> InMemDicomObject {
    let annotation = segment.annotation;
    let stated = |name: &str| annotation.attributes.get(name).map(String::as_str);
    let by_role = if pass.reading.role == Role::Model {
        "AUTOMATIC"
    } else {
        "MANUAL"
    };
    let kind = stated("algorithm_type").filter(|kind| ALGORITHM_TYPES.contains(kind));
    let kind = kind.unwrap_or(by_role);
    let meaning = |name: &str| stated(name).filter(|text| fits(text));
    let mut elements = vec![
        short(tags::SEGMENT_NUMBER, number),
        text(tags::SEGMENT_LABEL, VR::LO, &annotation.label),
        text(tags::SEGMENT_ALGORITHM_TYPE, VR::CS, kind),
        code(
            tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE,
            meaning("property_category"),
        ),
        code(
            tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE,
            meaning("property_type"),
        ),
    ];
    if kind != "MANUAL" {
        elements.push(text(tags::SEGMENT_ALGORITHM_NAME, VR::LO, "not stated"));
    }
    if let Some(uid) = stated("tracking_uid").filter(|uid| is_uid(uid)) {
        elements.push(text(tags::TRACKING_ID, VR::UT, &annotation.label));
        elements.push(text(tags::TRACKING_UID, VR::UI, uid));
    }
    object(elements)
}

/// A code of which only the meaning is known, or none.
fn code(tag: Tag, meaning: Option<&str>) -> InMemElement {
    let value = meaning.map(|meaning| {
        let digest = Sha256::digest(meaning.as_bytes());
        let digits: String = digest[..7]
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        format!("C{digits}")
    });
    let own = object(vec![
        text(
            tags::CODE_VALUE,
            VR::SH,
            value.as_deref().unwrap_or(NO_CODE.0),
        ),
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, OWN_SCHEME),
        text(tags::CODE_MEANING, VR::LO, meaning.unwrap_or(NO_CODE.1)),
    ]);
    sequence(tag, vec![own])
}

fn dimension_organisation(uid: &str) -> InMemElement {
    let own = object(vec![text(tags::DIMENSION_ORGANIZATION_UID, VR::UI, uid)]);
    sequence(tags::DIMENSION_ORGANIZATION_SEQUENCE, vec![own])
}

fn dimension_index(uid: &str, ground: &Ground) -> InMemElement {
    let dimension = |pointer: Tag, group: Tag, label: &str| {
        object(vec![
            text(tags::DIMENSION_ORGANIZATION_UID, VR::UI, uid),
            DataElement::new(
                tags::DIMENSION_INDEX_POINTER,
                VR::AT,
                PrimitiveValue::from(pointer),
            ),
            DataElement::new(
                tags::FUNCTIONAL_GROUP_POINTER,
                VR::AT,
                PrimitiveValue::from(group),
            ),
            text(tags::DIMENSION_DESCRIPTION_LABEL, VR::LO, label),
        ])
    };
    let mut dimensions = vec![dimension(
        tags::REFERENCED_SEGMENT_NUMBER,
        tags::SEGMENT_IDENTIFICATION_SEQUENCE,
        "Segment Number",
    )];
    if let Ground::Slices { .. } = ground {
        dimensions.push(dimension(
            tags::IMAGE_POSITION_PATIENT,
            tags::PLANE_POSITION_SEQUENCE,
            "Image Position Patient",
        ));
    }
    sequence(tags::DIMENSION_INDEX_SEQUENCE, dimensions)
}
