//! DICOM presentation states: graphics over images, as viewers of an archive keep them.
//!
//! Format: DICOM PS3.3, A.33 Softcopy Presentation State IODs, C.10.4 Displayed Area, C.10.5 Graphic Annotation.

mod areas;
mod graphics;
mod state;
mod write;

use super::dicom_document::{Fault, read_document, sop_class};
use super::{Context, Detection, Format, ImportError, Importer, Sink, Upload, UploadFile, skips};
use crate::domain::SkipReason;
use state::State;
use std::collections::BTreeSet;
use write::Writer;

/// Grayscale, colour and pseudo-colour presentation states, which have the same graphics.
const STATES: &[&str] = &[
    "1.2.840.10008.5.1.4.1.1.11.1",
    "1.2.840.10008.5.1.4.1.1.11.2",
    "1.2.840.10008.5.1.4.1.1.11.3",
];

/// DICOM GSPS.
pub struct DicomGsps;

const FORMAT: Format = Format {
    key: "dicom_gsps",
    title: "DICOM presentation state",
    detected_by: "SOP class 1.2.840.10008.5.1.4.1.1.11.1, .11.2 or .11.3",
    maps: "item: SOPInstanceUID of each image that a graphic lies on, with #number for a frame; points, polylines, closed outlines \
           (polygons), circles and ellipses in pixels, whole-slide pixels or shares of the displayed area; label: the options, else the \
           label of the graphic group, else the graphic layer; study: StudyInstanceUID; time: PresentationCreationDate and \
           PresentationCreationTime",
    ignores: "texts, compound graphics (the simple graphics that draw them are read), overlay planes, shares of the displayed area of images \
              shown turned or mirrored, how images are displayed, patient data",
    rater: "ContentCreatorName unless it is empty or names a tool; else the upload's annotator",
    convention: "DICOM image coordinates: pixels, origin at the corner of the first pixel",
};

impl Importer for DicomGsps {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            0.97,
            "no DICOM file has the SOP class of a presentation state",
            |file| sop_class(file.head()).is_some_and(|class| STATES.contains(&class.as_str())),
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
    n_interpolated: u64,
    n_on_all_images: u64,
}

impl Known {
    fn notes(&self) -> impl Iterator<Item = String> + use<> {
        let counted = [
            (
                "presentation states that state no time zone (read as UTC)",
                self.n_without_zone,
            ),
            (
                "interpolated curves, read as straight lines between their points",
                self.n_interpolated,
            ),
            (
                "annotations that name no image and so lie on every image of their presentation state",
                self.n_on_all_images,
            ),
        ];
        counted
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(what, n)| format!("{what}: {n}"))
    }
}

fn read_file(
    file: &UploadFile,
    context: &Context,
    sink: &mut dyn Sink,
    known: &mut Known,
) -> Result<(), Fault> {
    let object = read_document(file)?;
    let state = State::read(&object);
    if !state.instance.is_empty() && !known.instances.insert(state.instance.clone()) {
        return Err(Fault::invalid(
            "is a copy of a file that was read already (equal SOP instance UID)",
        ));
    }
    known.n_without_zone += u64::from(state.lacks_zone);
    Writer::new(file.path(), context, &state, sink, known).write(&object)
}
