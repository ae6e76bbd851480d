//! DICOM Segmentation objects (BINARY, one segment), written element by element.

use crate::chance::Chance;
use crate::phantom::{ORIGIN_MM, Phantom, Raster, SIZE, SPACING_MM};
use crate::world::Moment;
use dicom_core::dictionary::DataDictionary;
use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject, StandardDataDictionary};

const SEG_CLASS: &str = "1.2.840.10008.5.1.4.1.1.66.4";
const CT_CLASS: &str = "1.2.840.10008.5.1.4.1.1.2";
const EXPLICIT_LITTLE_ENDIAN: &str = "1.2.840.10008.1.2.1";

/// One rater's SEG of one volume, as file bytes.
pub fn write(volume: &Phantom, raster: &Raster, rater: &str, at: Moment) -> Vec<u8> {
    let mut chance = Chance::of(&format!("seg/{rater}/{}", volume.series_uid));
    let [seg_uid, seg_series_uid, dimension_uid] = [chance.uid(), chance.uid(), chance.uid()];
    let [date, time] = at.dicom();
    let slice_voxels = SIZE[1] * SIZE[2];
    let slices: Vec<usize> = (0..SIZE[0])
        .filter(|z| raster[z * slice_voxels..(z + 1) * slice_voxels].contains(&true))
        .collect();
    let number = |value: usize| value.to_string();

    let mut seg = object(&[
        ("SpecificCharacterSet", "ISO_IR 192"),
        ("ImageType", "DERIVED\\PRIMARY"),
        ("SOPClassUID", SEG_CLASS),
        ("SOPInstanceUID", &seg_uid),
        (
            "StudyDate",
            &Moment {
                day: volume.day(),
                second: 0,
            }
            .dicom()[0],
        ),
        ("StudyTime", "070000"),
        ("SeriesDate", &date),
        ("SeriesTime", &time),
        ("ContentDate", &date),
        ("ContentTime", &time),
        ("InstanceCreationDate", &date),
        ("InstanceCreationTime", &time),
        ("TimezoneOffsetFromUTC", "+0100"),
        ("AccessionNumber", ""),
        ("Modality", "SEG"),
        ("Manufacturer", "Concord demo"),
        ("ManufacturerModelName", "generator"),
        ("DeviceSerialNumber", "1"),
        ("SoftwareVersions", "1"),
        ("ReferringPhysicianName", ""),
        ("PatientName", &volume.patient),
        ("PatientID", &volume.patient),
        ("PatientBirthDate", ""),
        ("PatientSex", ""),
        ("StudyInstanceUID", &volume.study_uid),
        ("SeriesInstanceUID", &seg_series_uid),
        ("StudyID", "1"),
        ("SeriesNumber", "100"),
        ("InstanceNumber", "1"),
        ("FrameOfReferenceUID", &volume.frame_of_reference_uid),
        ("PositionReferenceIndicator", ""),
        ("SamplesPerPixel", "1"),
        ("PhotometricInterpretation", "MONOCHROME2"),
        ("NumberOfFrames", &number(slices.len())),
        ("Rows", &number(SIZE[1])),
        ("Columns", &number(SIZE[2])),
        ("BitsAllocated", "1"),
        ("BitsStored", "1"),
        ("HighBit", "0"),
        ("PixelRepresentation", "0"),
        ("LossyImageCompression", "00"),
        ("SegmentationType", "BINARY"),
        ("ContentLabel", "SEGMENTATION"),
        ("ContentDescription", ""),
        ("ContentCreatorName", rater),
        ("SegmentsOverlap", "NO"),
    ]);
    sequence(&mut seg, "SegmentSequence", vec![segment()]);
    sequence(
        &mut seg,
        "ReferencedSeriesSequence",
        vec![referenced_series(volume)],
    );
    sequence(
        &mut seg,
        "DimensionOrganizationSequence",
        vec![object(&[("DimensionOrganizationUID", &dimension_uid)])],
    );
    let dimension = |pointer: &str, group: &str| {
        let mut item = object(&[
            ("DimensionOrganizationUID", &dimension_uid),
            ("DimensionDescriptionLabel", pointer),
        ]);
        pointer_to(&mut item, "DimensionIndexPointer", pointer);
        pointer_to(&mut item, "FunctionalGroupPointer", group);
        item
    };
    sequence(
        &mut seg,
        "DimensionIndexSequence",
        vec![
            dimension("ReferencedSegmentNumber", "SegmentIdentificationSequence"),
            dimension("ImagePositionPatient", "PlanePositionSequence"),
        ],
    );
    sequence(
        &mut seg,
        "SharedFunctionalGroupsSequence",
        vec![shared_groups()],
    );
    let frames = (slices.iter().enumerate())
        .map(|(index, &z)| frame_groups(volume, index, z))
        .collect();
    sequence(&mut seg, "PerFrameFunctionalGroupsSequence", frames);
    let bits: Vec<bool> = (slices.iter())
        .flat_map(|z| {
            raster[z * slice_voxels..(z + 1) * slice_voxels]
                .iter()
                .copied()
        })
        .collect();
    let (tag, vr) = entry("PixelData");
    seg.put(DataElement::new(
        tag,
        vr,
        PrimitiveValue::from(packed(&bits)),
    ));

    let mut bytes = Vec::new();
    seg.with_meta(
        FileMetaTableBuilder::new()
            .transfer_syntax(EXPLICIT_LITTLE_ENDIAN)
            .media_storage_sop_class_uid(SEG_CLASS),
    )
    .expect("complete file meta information")
    .write_all(&mut bytes)
    .expect("a Vec takes all bytes");
    bytes
}

/// Least significant bit first, over frame borders, to an even number of bytes.
fn packed(bits: &[bool]) -> Vec<u8> {
    let mut bytes: Vec<u8> = (bits.chunks(8))
        .map(|eight| {
            (eight.iter().zip(0..)).fold(0, |byte, (&bit, place)| byte | (u8::from(bit) << place))
        })
        .collect();
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

fn segment() -> InMemDicomObject {
    let mut segment = object(&[
        ("SegmentNumber", "1"),
        ("SegmentLabel", "lesion"),
        ("SegmentAlgorithmType", "MANUAL"),
        ("TrackingID", "lesion"),
        ("TrackingUID", &Chance::of("tracking").uid()),
    ]);
    let category = code("49755003", "SCT", "Morphologically abnormal structure");
    sequence(
        &mut segment,
        "SegmentedPropertyCategoryCodeSequence",
        vec![category],
    );
    sequence(
        &mut segment,
        "SegmentedPropertyTypeCodeSequence",
        vec![code("52988006", "SCT", "Lesion")],
    );
    segment
}

fn referenced_series(volume: &Phantom) -> InMemDicomObject {
    let mut series = object(&[("SeriesInstanceUID", &volume.series_uid)]);
    let slices = volume.slice_uids.iter().map(|uid| reference(uid)).collect();
    sequence(&mut series, "ReferencedInstanceSequence", slices);
    series
}

fn shared_groups() -> InMemDicomObject {
    let mut groups = InMemDicomObject::new_empty();
    let orientation = object(&[("ImageOrientationPatient", "1\\0\\0\\0\\1\\0")]);
    sequence(&mut groups, "PlaneOrientationSequence", vec![orientation]);
    let measures = object(&[
        (
            "PixelSpacing",
            &format!("{}\\{}", SPACING_MM[1], SPACING_MM[2]),
        ),
        ("SliceThickness", &SPACING_MM[0].to_string()),
        ("SpacingBetweenSlices", &SPACING_MM[0].to_string()),
    ]);
    sequence(&mut groups, "PixelMeasuresSequence", vec![measures]);
    groups
}

fn frame_groups(volume: &Phantom, index: usize, z: usize) -> InMemDicomObject {
    let mut groups = InMemDicomObject::new_empty();
    let mut source = reference(&volume.slice_uids[z]);
    source.put_str_named("SpatialLocationsPreserved", "YES");
    let purpose = code(
        "121322",
        "DCM",
        "Source image for image processing operation",
    );
    sequence(&mut source, "PurposeOfReferenceCodeSequence", vec![purpose]);
    let mut derivation = InMemDicomObject::new_empty();
    sequence(&mut derivation, "SourceImageSequence", vec![source]);
    sequence(
        &mut derivation,
        "DerivationCodeSequence",
        vec![code("113076", "DCM", "Segmentation")],
    );
    sequence(&mut groups, "DerivationImageSequence", vec![derivation]);
    let mut content = InMemDicomObject::new_empty();
    let (tag, vr) = entry("DimensionIndexValues");
    content.put(DataElement::new(
        tag,
        vr,
        PrimitiveValue::U32(vec![1, index as u32 + 1].into()),
    ));
    sequence(&mut groups, "FrameContentSequence", vec![content]);
    let z_mm = ORIGIN_MM[0] + z as f64 * SPACING_MM[0];
    let position = object(&[(
        "ImagePositionPatient",
        &format!("{}\\{}\\{z_mm}", ORIGIN_MM[2], ORIGIN_MM[1]),
    )]);
    sequence(&mut groups, "PlanePositionSequence", vec![position]);
    let identification = object(&[("ReferencedSegmentNumber", "1")]);
    sequence(
        &mut groups,
        "SegmentIdentificationSequence",
        vec![identification],
    );
    groups
}

fn reference(uid: &str) -> InMemDicomObject {
    object(&[
        ("ReferencedSOPClassUID", CT_CLASS),
        ("ReferencedSOPInstanceUID", uid),
    ])
}

fn code(value: &str, scheme: &str, meaning: &str) -> InMemDicomObject {
    object(&[
        ("CodeValue", value),
        ("CodingSchemeDesignator", scheme),
        ("CodeMeaning", meaning),
    ])
}

trait PutNamed {
    fn put_str_named(&mut self, keyword: &str, value: &str);
}

impl PutNamed for InMemDicomObject {
    /// Text for text elements, a number for US; the dictionary knows which.
    fn put_str_named(&mut self, keyword: &str, value: &str) {
        let (tag, vr) = entry(keyword);
        let value = match vr {
            dicom_core::VR::US => {
                PrimitiveValue::from(value.parse::<u16>().expect("a small number"))
            }
            _ if value.is_empty() => PrimitiveValue::Empty,
            _ => PrimitiveValue::Strs(value.split('\\').map(str::to_owned).collect()),
        };
        self.put(DataElement::new(tag, vr, value));
    }
}

fn object(elements: &[(&str, &str)]) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    for (keyword, value) in elements {
        object.put_str_named(keyword, value);
    }
    object
}

fn sequence(object: &mut InMemDicomObject, keyword: &str, items: Vec<InMemDicomObject>) {
    let (tag, vr) = entry(keyword);
    object.put(DataElement::new(tag, vr, DataSetSequence::from(items)));
}

fn pointer_to(object: &mut InMemDicomObject, keyword: &str, target: &str) {
    let (tag, vr) = entry(keyword);
    object.put(DataElement::new(
        tag,
        vr,
        PrimitiveValue::from(entry(target).0),
    ));
}

fn entry(keyword: &str) -> (dicom_core::Tag, dicom_core::VR) {
    let entry = StandardDataDictionary
        .by_name(keyword)
        .expect("a keyword of the standard");
    // Pixel data of one bit is bytes; whatever else has two representations is unsigned here.
    let vr = if keyword == "PixelData" {
        dicom_core::VR::OB
    } else {
        entry.vr.relaxed()
    };
    (entry.tag.inner(), vr)
}
