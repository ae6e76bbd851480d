//! DICOM segmentations: one file, several segments, each a mask on the planes of a series.
//!
//! Format: DICOM PS3.3, A.51 Segmentation IOD and C.8.20.

pub(super) mod elements;
mod frames;
mod header;
mod known;
mod planes;
mod shapes;

use super::written::instant_us;
use super::{
    Context, Detection, Format, ImportError, Importer, Placement, Sink, SinkError, Upload,
    UploadFile,
};
use crate::domain::{Annotation, ReadingState, Shape, Skip, SkipReason};
use crate::geometry::GeometryError;
use dicom_dictionary_std::tags;
use elements::Elements;
use header::{Header, Segment};
use known::Known;
use planes::Planes;
use shapes::{flat_masks, series_item, volumes};

const SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.4";
const LABEL_MAP: &str = "1.2.840.10008.5.1.4.1.1.66.7";

/// The largest file that is held in memory.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// ContentCreatorName values that name a tool or no one, in lower case without marks.
const NOT_A_PERSON: &[&str] = &[
    "slicer",
    "3dslicer",
    "dcmqi",
    "ohif",
    "mitk",
    "highdicom",
    "itksnap",
    "monai",
    "pydicomseg",
    "weasis",
    "horos",
    "osirix",
    "mdai",
    "unknown",
    "unknownunknown",
    "anonymous",
    "anonymized",
    "anonymised",
    "anon",
    "none",
    "na",
];

/// DICOM SEG.
pub struct DicomSeg;

const FORMAT: Format = Format {
    key: "dicom_seg",
    title: "DICOM SEG",
    detected_by: "SOP class 1.2.840.10008.5.1.4.1.1.66.4 (or .66.7, which is counted and not read), with or without preamble",
    maps: "item: SeriesInstanceUID of the referenced series, else the frame of reference; study: StudyInstanceUID; each segment: \
           a volume mask keyed by ImagePositionPatient along the slice normal, or a 2D mask where frames have no position; label: \
           SegmentLabel; attributes: property type and category, algorithm type, tracking UID; spacing; time: ContentDate and \
           ContentTime; fractional pixels count from half of MaximumFractionalValue on",
    ignores: "label maps, compressed and big-endian transfer syntaxes, tiled whole-slide segmentations, patient data",
    rater: "ContentCreatorName unless it is empty or names a tool; else the upload's annotator",
    convention: "patient millimetres of the first pixel's centre, towards left, posterior and superior",
};

/// Why one file was left out, or why the import stops.
#[derive(Debug)]
enum Fault {
    File { reason: SkipReason, detail: String },
    Import(ImportError),
}

impl Fault {
    fn invalid(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::InvalidRecord,
            detail: detail.into(),
        }
    }

    fn unsupported(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::Unsupported,
            detail: detail.into(),
        }
    }
}

impl From<ImportError> for Fault {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl From<SinkError> for Fault {
    fn from(error: SinkError) -> Self {
        Self::Import(error.into())
    }
}

impl From<GeometryError> for Fault {
    fn from(error: GeometryError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl Importer for DicomSeg {
    fn format(&self) -> &'static Format {
        &FORMAT
    }

    fn detect(&self, upload: &Upload) -> Detection {
        Detection::of_files(
            upload,
            1.0,
            "no DICOM file has the SOP class of a segmentation",
            |file| is_segmentation(file.head()),
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
            match read_file(file, upload, context, sink, &mut known) {
                Ok(()) => {}
                Err(Fault::Import(error)) => return Err(error),
                // Nothing else could be imported, so this is a fault of the upload.
                Err(Fault::File {
                    reason: SkipReason::InvalidRecord,
                    detail,
                }) if files.len() == 1 => {
                    return Err(ImportError::container(file.path(), detail));
                }
                Err(Fault::File { reason, detail }) => sink.skip(Skip {
                    reason,
                    file: file.path().to_owned(),
                    record: String::new(),
                    detail,
                })?,
            }
        }
        Ok(known
            .notes()
            .into_iter()
            .try_for_each(|note| sink.note(note))?)
    }
}

fn is_segmentation(head: &[u8]) -> bool {
    let Ok(mut elements) = Elements::new(head) else {
        return false;
    };
    while let Some(Ok(element)) = elements.next() {
        if matches!(
            element.tag,
            tags::MEDIA_STORAGE_SOP_CLASS_UID | tags::SOP_CLASS_UID
        ) {
            return matches!(elements.text(&element).as_str(), SEGMENTATION | LABEL_MAP);
        }
        if element.tag.group() > 0x0008 {
            return false;
        }
    }
    false
}

fn read_file(
    file: &UploadFile,
    upload: &Upload,
    context: &Context,
    sink: &mut dyn Sink,
    known: &mut Known,
) -> Result<(), Fault> {
    let bytes = file.read_all(MAX_FILE_BYTES)?;
    let header = Header::read(&bytes)?;
    let n_voxels =
        u64::from(header.width_px) * u64::from(header.height_px) * header.frames.len() as u64;
    if n_voxels > upload.limits().max_pixels {
        return Err(Fault::unsupported(format!(
            "has {n_voxels} voxels; the limit is {}",
            upload.limits().max_pixels
        )));
    }
    if !header.instance.is_empty() && known.instances.contains(&header.instance) {
        return Err(Fault::invalid(
            "is a copy of a file that was read already (equal SOP instance UID)",
        ));
    }
    let pixels = bytes.get(header.pixels.clone()).unwrap_or_default();
    let planes = Planes::of(&header)?;
    let (shapes, skipped) = match &planes {
        Some(planes) => {
            let item = series_item(&header).ok_or_else(|| {
                Fault::invalid("names neither a referenced series nor a frame of reference")
            })?;
            known.check_grid(&item, planes.grid(&header), file.path())?;
            volumes(&header, planes, pixels, &item)?
        }
        None => (flat_masks(&header, pixels)?, Vec::new()),
    };
    known.count(&header);
    let spacing_mm = header.spacing_yx_mm.map(|[y, x]| {
        let between = planes
            .as_ref()
            .and_then(|planes| planes.slice_spacing_mm(&header));
        [between.unwrap_or(0.0), y, x]
    });
    // Kept with every segment, so that a mask delivered on another grid later is refused, not compared.
    let grid = planes
        .as_ref()
        .map(|planes| planes.grid_attributes(&header))
        .unwrap_or_default();
    for (item, shapes) in shapes {
        let placement = context.place_item(file.path(), &item, item.clone())?;
        announce(&header, &placement, spacing_mm, planes.is_some(), sink)?;
        let person = header.creator.as_deref().filter(|name| is_person(name));
        let key = placement.reading_key(person);
        let state = if shapes.is_empty() {
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        let mut reading = placement.to_reading(key.clone(), state, file.path());
        reading.finished_at_us = instant_us(&header.content_time).or(placement.finished_at_us);
        let finished_at_us = reading.finished_at_us;
        sink.reading(reading)?;
        for (number, shape) in shapes {
            let Some(segment) = header.segments.get(&number) else {
                continue;
            };
            known.n_same_label +=
                u64::from(!known.labels.insert((key.clone(), segment.label.clone())));
            let mut annotation = annotation(number, segment, shape, finished_at_us);
            annotation.attributes.extend(grid.clone());
            sink.annotation(&key, annotation)?;
        }
    }
    for (number, detail) in skipped {
        sink.skip(Skip {
            reason: SkipReason::InvalidRecord,
            file: file.path().to_owned(),
            record: format!("segment {number}"),
            detail,
        })?;
    }
    Ok(())
}

fn announce(
    header: &Header,
    placement: &Placement,
    spacing_mm: Option<[f64; 3]>,
    is_volume: bool,
    sink: &mut dyn Sink,
) -> Result<(), SinkError> {
    let mut item = placement.to_item();
    if let Some(study) = &header.study {
        item.study.clone_from(study);
    }
    item.width_px = Some(header.width_px);
    item.height_px = Some(header.height_px);
    item.spacing_mm = spacing_mm.or(item.spacing_mm);
    // One multi-frame image may stand for a whole series, so only several images tell the number of slices.
    item.n_slices = match (is_volume, header.n_referenced_images) {
        (false, _) => Some(1),
        (true, n) if n > 1 && header.series.len() == 1 => u32::try_from(n).ok(),
        _ => None,
    };
    sink.item(item)
}

fn annotation(
    number: u32,
    segment: &Segment,
    shape: Shape,
    finished_at_us: Option<i64>,
) -> Annotation {
    Annotation {
        source_id: number.to_string(),
        label: segment.label.clone(),
        shape,
        attributes: segment.attributes.clone(),
        confidence: None,
        finished_at_us,
        active_ms: None,
        semantic: true,
        invalid: None,
    }
}

fn is_person(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    !plain.is_empty() && !NOT_A_PERSON.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_person;

    #[test]
    fn a_tool_or_no_one_is_not_a_rater() {
        for name in [
            "",
            "Slicer",
            "3D Slicer",
            "unknown^unknown",
            "ANONYMOUS",
            "^^",
        ] {
            assert!(!is_person(name), "{name}");
        }
        for name in ["User1", "Doe^John", "Slicer^Jane"] {
            assert!(is_person(name), "{name}");
        }
    }
}
