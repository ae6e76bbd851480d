//! DICOM Microscopy Bulk Simple Annotations: groups of very many shapes of one kind on a slide.
//!
//! Format: DICOM PS3.3, A.87 Microscopy Bulk Simple Annotations IOD and C.37.1. Positions on an image are read with the origin at the corner
//! of the first pixel, as those of reports and presentation states; the list of first points counts coordinate values from 1.

mod group;
mod shapes;
mod write;

use super::dicom_document::{Fault, is_person, items, read_document, sop_class, stated_time, text};
use super::written::instant_us;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile, skips};
use crate::domain::SkipReason;
use dicom_dictionary_std::tags;
use std::collections::BTreeSet;
use write::{Plane, Writer};

const ANNOTATIONS: &str = "1.2.840.10008.5.1.4.1.1.91.1";

/// Coordinates are held three times, once with twice their bytes.
const MAX_FILE_BYTES: u64 = 96 << 20;

/// DICOM ANN.
pub struct DicomAnn;

const FORMAT: Format = Format {
    key: "dicom_ann",
    title: "DICOM microscopy bulk annotations",
    detected_by: "SOP class 1.2.840.10008.5.1.4.1.1.91.1",
    maps: "item: SOPInstanceUID of the image, with #number where positions are those of a frame; points, polylines, polygons, ellipses and \
           rectangles (boxes, or turned boxes where one of the group is turned) in pixels; positions on the slide in mm: points on item \
           FrameOfReferenceUID#mm, other shapes of one height on FrameOfReferenceUID#mm@z, 1 mm a pixel; label: the options, else the \
           group's label, else its property type; attributes: property type and category, generation type, measurements; study: \
           StudyInstanceUID; time: ContentDate and ContentTime",
    ignores: "optical paths, shapes through several heights, anatomic regions, patient and specimen data",
    rater: "ContentCreatorName unless it is empty or names a tool; AUTOMATIC groups are a model's, named after its algorithm; else the upload's annotator",
    convention: "DICOM image coordinates: pixels, origin at the corner of the first pixel",
};

impl Importer for DicomAnn {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.96,
            "no DICOM file has the SOP class of microscopy bulk annotations",
            |file| sop_class(file.head()).as_deref() == Some(ANNOTATIONS),
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut instances = BTreeSet::new();
        let mut n_without_zone = 0_u64;
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            match read_file(file, context, sink, &mut instances) {
                Ok(states_zone) => n_without_zone += u64::from(!states_zone),
                Err(Fault::Import(error)) => return Err(error),
                // Nothing else could be imported, so this is a fault of the upload.
                Err(Fault::File {
                    reason: SkipReason::InvalidRecord,
                    detail,
                }) if files.len() == 1 => {
                    return Err(ImportError::container(file.path(), detail));
                }
                Err(Fault::File { reason, detail }) => {
                    skips::skip(sink, reason, file.path(), "", detail)?;
                }
            }
        }
        if n_without_zone > 0 {
            sink.note(format!(
                "files that state no time zone (read as UTC): {n_without_zone}"
            ))?;
        }
        Ok(())
    }
}

/// Reads one file; `false` where it states a time without its zone.
fn read_file(
    file: &UploadFile,
    context: &Context,
    sink: &mut dyn Sink,
    instances: &mut BTreeSet<String>,
) -> Result<bool, Fault> {
    if file.size_bytes() > MAX_FILE_BYTES {
        return Err(Fault::unsupported(format!(
            "has {} bytes; files of up to {MAX_FILE_BYTES} bytes are read, so export fewer groups at a time",
            file.size_bytes()
        )));
    }
    let object = read_document(file)?;
    let instance = text(&object, tags::SOP_INSTANCE_UID).unwrap_or_default();
    if !instance.is_empty() && !instances.insert(instance) {
        return Err(Fault::invalid(
            "is a copy of a file that was read already (equal SOP instance UID)",
        ));
    }
    let plane = match text(&object, tags::ANNOTATION_COORDINATE_TYPE).as_deref() {
        Some("2D") => Plane::Image(image(&object)?),
        Some("3D") => {
            Plane::Slide(text(&object, tags::FRAME_OF_REFERENCE_UID).ok_or_else(|| {
                Fault::invalid("has positions on the slide and names no frame of reference")
            })?)
        }
        _ => {
            return Err(Fault::invalid(
                "its type of coordinates is neither 2D nor 3D",
            ));
        }
    };
    let (time, states_zone) = stated_time(&object, tags::CONTENT_DATE, tags::CONTENT_TIME);
    let writer = Writer {
        file: file.path(),
        context,
        sink,
        plane,
        study: text(&object, tags::STUDY_INSTANCE_UID),
        creator: text(&object, tags::CONTENT_CREATOR_NAME).filter(|name| is_person(name)),
        finished_at_us: instant_us(&time),
        announced: BTreeSet::new(),
        is_complete: true,
    };
    writer.write(items(&object, tags::ANNOTATION_GROUP_SEQUENCE))?;
    Ok(states_zone || time.is_empty())
}

/// The one image that positions are relative to.
fn image(object: &dicom_object::InMemDicomObject) -> Result<String, Fault> {
    let [image] = items(object, tags::REFERENCED_IMAGE_SEQUENCE) else {
        return Err(Fault::invalid("does not name exactly one image"));
    };
    let instance = text(image, tags::REFERENCED_SOP_INSTANCE_UID)
        .ok_or_else(|| Fault::invalid("does not name exactly one image"))?;
    if text(object, tags::PIXEL_ORIGIN_INTERPRETATION).as_deref() != Some("FRAME") {
        return Ok(instance);
    }
    let frames = image
        .get(tags::REFERENCED_FRAME_NUMBER)
        .and_then(|element| element.to_multi_int::<u32>().ok())
        .unwrap_or_default();
    match frames[..] {
        [frame] => Ok(format!("{instance}#{frame}")),
        [] => Ok(instance),
        _ => Err(Fault::invalid(
            "has positions relative to a frame and names several",
        )),
    }
}
