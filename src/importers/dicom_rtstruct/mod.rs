//! DICOM structure sets: regions of interest as contours in the patient, on the grid of their images where that is known.
//!
//! Format: DICOM PS3.3, A.19 RT Structure Set IOD, C.8.8.5 and C.8.8.6.

mod contours;
mod images;
mod regions;
mod stack;
mod structure_set;
mod subject;
mod write;

use super::dicom_document::{Fault, read_document_without};
use super::dicom_seg::elements::Elements;
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile, skips};
use crate::domain::{ReadingKey, SkipReason};
use contours::{Taken, parsed};
use dicom_dictionary_std::tags;
use images::{Images, is_image};
use std::collections::BTreeSet;
use structure_set::StructureSet;
use write::Writer;

const STRUCTURE_SET: &str = "1.2.840.10008.5.1.4.1.1.481.3";

const IN_MM: &str = "DICOM patient coordinates: LPS mm, 1 mm a pixel";

/// A structure set is held twice, and its numbers a third time.
const MAX_FILE_BYTES: u64 = 160 << 20;

/// DICOM RTSTRUCT.
pub struct DicomRtstruct;

const FORMAT: Format = Format {
    key: "dicom_rtstruct",
    title: "DICOM RTSTRUCT",
    detected_by: "SOP class 1.2.840.10008.5.1.4.1.1.481.3, or modality RTSTRUCT where no SOP class is stated, with or without preamble",
    maps: "closed contours: a volume mask on the planes of the referenced images where these are in the upload (or the file states its \
           pixel planes), item SeriesInstanceUID, of the pixels whose centre an odd number of contours hold; without images polygons \
           in mm, item SOPInstanceUID#mm, else FrameOfReferenceUID#mm@z, 1 mm a pixel; points: with z along the slice normal, on the \
           series, else on FrameOfReferenceUID#mm; open planar contours: polylines on their image; label: ROIName; attributes: \
           interpreted type, generation algorithm; study: StudyInstanceUID; review: ApprovalStatus with reviewer and time; time: \
           StructureSetDate and StructureSetTime",
    ignores: "OPEN_NONPLANAR contours, contours with an offset, contours off the planes of their images and, without images, contours \
              that are not axial (the whole region is then left out), slab thickness, relations between regions, patient data",
    rater: "ROIInterpreter, else OperatorsName, unless empty or a tool's; AUTOMATIC regions without an interpreter are a model's; else the upload's annotator",
    convention: "DICOM patient coordinates: LPS mm",
};

impl Importer for DicomRtstruct {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        if !upload
            .files()
            .iter()
            .any(|file| is_structure_set(file.head()))
        {
            return Detection::rejects("no DICOM file is a structure set");
        }
        // Images lend their geometry, so they belong to it.
        Detection::of_files(upload, 0.99, "no DICOM file is a structure set", |file| {
            is_structure_set(file.head()) || is_image(file.head())
        })
    }

    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let mut images = Images::read(upload, files);
        for (file, fault) in std::mem::take(&mut images.faults) {
            match fault {
                Fault::Import(error) => return Err(error),
                Fault::File { reason, detail } => skips::skip(sink, reason, &file, "", detail)?,
            }
        }
        let sets: Vec<&UploadFile> = files
            .iter()
            .filter_map(|&index| upload.files().get(index))
            .filter(|file| is_structure_set(file.head()))
            .collect();
        let mut known = Known::default();
        for file in &sets {
            match read_file(file, context, &images, sink, &mut known) {
                Ok(()) => {}
                Err(Fault::Import(error)) => return Err(error),
                // Nothing else could be imported, so this is a fault of the upload.
                Err(Fault::File {
                    reason: SkipReason::InvalidRecord,
                    detail,
                }) if sets.len() == 1 => {
                    return Err(ImportError::container(file.path(), detail));
                }
                Err(Fault::File { reason, detail }) => {
                    skips::skip(sink, reason, file.path(), "", detail)?;
                }
            }
        }
        Ok(known
            .notes()
            .into_iter()
            .try_for_each(|note| sink.note(note))?)
    }
}

/// What is said once about the whole upload.
#[derive(Default)]
struct Known {
    instances: BTreeSet<String>,
    labels: BTreeSet<(ReadingKey, String)>,
    /// Why series in the upload make no grid.
    unusable: BTreeSet<String>,
    n_without_zone: u64,
    n_without_grid: u64,
    n_with_gaps: u64,
    n_same_label: u64,
    n_self_approved: u64,
}

impl Known {
    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self
            .unusable
            .iter()
            .map(|why| format!("a series gives no grid, so its contours stay in mm: {why}"))
            .collect();
        let counted = [
            (
                "structure sets that state no time zone (read as UTC)",
                self.n_without_zone,
            ),
            (
                "regions kept as outlines in mm, since the grid of their images is unknown (upload the images with them for volumes)",
                self.n_without_grid,
            ),
            (
                "regions with planes left out between the first and the last (nothing is interpolated)",
                self.n_with_gaps,
            ),
            (
                "regions that repeat a label of the same rater and item",
                self.n_same_label,
            ),
            (
                "readings approved by their own rater (no review)",
                self.n_self_approved,
            ),
        ];
        let counted = counted.iter().filter(|(_, n)| *n > 0);
        notes.extend(counted.map(|(what, n)| format!("{what}: {n}")));
        notes
    }
}

fn is_structure_set(head: &[u8]) -> bool {
    let Ok(mut elements) = Elements::new(head) else {
        return false;
    };
    while let Some(Ok(element)) = elements.next() {
        match element.tag {
            tags::MEDIA_STORAGE_SOP_CLASS_UID | tags::SOP_CLASS_UID => {
                return elements.text(&element) == STRUCTURE_SET;
            }
            tags::MODALITY => return elements.text(&element) == "RTSTRUCT",
            tag if tag.group() > 0x0008 => return false,
            _ => {}
        }
    }
    false
}

fn read_file(
    file: &UploadFile,
    context: &Context,
    images: &Images,
    sink: &mut dyn Sink,
    known: &mut Known,
) -> Result<(), Fault> {
    if file.size_bytes() > MAX_FILE_BYTES {
        return Err(Fault::unsupported(format!(
            "has {} bytes; structure sets of up to {MAX_FILE_BYTES} bytes are read, so export fewer regions at a time",
            file.size_bytes()
        )));
    }
    let mut taken = Taken::new();
    let object = read_document_without(file, tags::CONTOUR_DATA, |value| {
        taken.push(parsed(value));
    })?;
    let set = StructureSet::read(&object, taken);
    drop(object);
    if !set.instance.is_empty() && !known.instances.insert(set.instance.clone()) {
        return Err(Fault::invalid(
            "is a copy of a file that was read already (equal SOP instance UID)",
        ));
    }
    known.n_without_zone += u64::from(set.lacks_zone);
    Writer::new(file.path(), context, (&set, images), sink, known).write()
}
