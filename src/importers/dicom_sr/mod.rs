//! DICOM structured reports of measurements: one report, several groups, each of one finding.
//!
//! Format: DICOM PS3.16, TID 1500 Measurement Report; PS3.3, A.35 and C.18.

mod content;
mod group;
mod places;
mod report;
mod write;

use super::dicom_document::{Fault, read_document, sop_class};
use super::dicom_seg::elements::Elements;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile, skips};
use crate::domain::SkipReason;
use dicom_dictionary_std::tags;
use report::{Report, TITLES};
use std::collections::BTreeSet;
use std::io::Read;
use write::Writer;

const SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.4";
const SURFACES: &str = "1.2.840.10008.5.1.4.1.1.66.5";
const LABEL_MAP: &str = "1.2.840.10008.5.1.4.1.1.66.7";
const REAL_WORLD_VALUES: &str = "1.2.840.10008.5.1.4.1.1.67";

/// Enhanced, Comprehensive, Comprehensive 3D and Extensible SR.
const REPORTS: &[&str] = &[
    "1.2.840.10008.5.1.4.1.1.88.22",
    "1.2.840.10008.5.1.4.1.1.88.33",
    "1.2.840.10008.5.1.4.1.1.88.34",
    "1.2.840.10008.5.1.4.1.1.88.35",
];

/// How far detection looks for a report's title.
const TITLE_WITHIN_BYTES: u64 = 1 << 20;

/// DICOM SR.
pub struct DicomSr;

const FORMAT: Format = Format {
    key: "dicom_sr",
    title: "DICOM SR measurement report",
    detected_by: "SOP class 1.2.840.10008.5.1.4.1.1.88.22, .33, .34 or .35 and the title 126000 to 126003 (TID 1500)",
    maps: "item: SOPInstanceUID of the image, with #number for a frame; points, polylines, closed outlines (polygons), circles and \
           ellipses in pixels; points in the patient (SCOORD3D): item FrameOfReferenceUID#mm with 1 mm a pixel; label: finding, else \
           category, tool or tracking identifier; measurements with unit, coded answers and sites as attributes of the group's \
           shapes, else as ordinal and nominal answers on the image or series (layer measurements); tracking identifier; session: \
           activity session and time point; review: verification by another person than the observer; time: ContentDate and \
           ContentTime; size, spacing and modality from the image library",
    ignores: "segmentations that a group refers to, free texts, other shapes in the patient, references between content items, \
              measurement methods, other kinds of reports, patient data",
    rater: "Person Observer Name unless it is empty or names a tool; a report by a device alone is a model's; else the upload's annotator",
    convention: "",
};

impl Importer for DicomSr {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.98,
            "no DICOM structured report has the title of a measurement report (126000 to 126003)",
            is_measurement_report,
        )
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut known = Known::default();
        for file in files.iter().filter_map(|&index| upload.files().get(index)) {
            match read_file(file, context, sink, &mut known) {
                Ok(()) => {}
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
        Ok(known.notes().try_for_each(|note| sink.note(note))?)
    }
}

/// What is said once about the whole upload.
#[derive(Default)]
struct Known {
    instances: BTreeSet<String>,
    n_without_zone: u64,
    n_partial: u64,
    n_self_verified: u64,
    n_library_images: u64,
}

impl Known {
    fn notes(&self) -> impl Iterator<Item = String> + use<> {
        let counted = [
            (
                "reports that state no time zone (read as UTC)",
                self.n_without_zone,
            ),
            ("reports marked PARTIAL, read as they stand", self.n_partial),
            (
                "reports verified by their own observer (no review)",
                self.n_self_verified,
            ),
            (
                "images listed in image libraries (used for size, spacing and modality only)",
                self.n_library_images,
            ),
        ];
        counted
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(what, n)| format!("{what}: {n}"))
    }
}

fn is_measurement_report(file: &UploadFile) -> bool {
    sop_class(file.head()).is_some_and(|class| REPORTS.contains(&class.as_str()))
        && title(file).is_some_and(|title| TITLES.contains(&title.as_str()))
}

/// The code of the root container's name: the first code behind the first value type.
fn title(file: &UploadFile) -> Option<String> {
    let mut bytes = Vec::new();
    file.open()
        .ok()?
        .take(TITLE_WITHIN_BYTES)
        .read_to_end(&mut bytes)
        .ok()?;
    let mut elements = Elements::new(&bytes).ok()?;
    let mut in_root = false;
    while let Some(Ok(element)) = elements.next() {
        if in_root && element.tag == tags::CODE_VALUE {
            return Some(elements.text(&element));
        }
        in_root |= element.tag == tags::VALUE_TYPE;
    }
    None
}

fn read_file(
    file: &UploadFile,
    context: &Context,
    sink: &mut dyn Sink,
    known: &mut Known,
) -> Result<(), Fault> {
    let object = read_document(file)?;
    let report = Report::read(&object)?;
    if !report.instance.is_empty() && !known.instances.insert(report.instance.clone()) {
        return Err(Fault::invalid(
            "is a copy of a file that was read already (equal SOP instance UID)",
        ));
    }
    known.n_without_zone += u64::from(report.lacks_zone);
    known.n_partial += u64::from(report.is_partial);
    known.n_self_verified += u64::from(report.is_self_verified);
    known.n_library_images += report.library.len() as u64;
    Writer::new(file.path(), context, &report, sink).write(content::Content(&object))
}
