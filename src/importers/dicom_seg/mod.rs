//! DICOM segmentations: one file, several segments, each a mask on the planes of a series.
//!
//! Format: DICOM PS3.3, A.51 Segmentation IOD and C.8.20.

mod coding;
mod document;
pub(super) mod elements;
mod frames;
mod header;
mod known;
mod pixels;
mod planes;
mod segments;
mod shapes;
mod tiles;
mod tiling;
mod turning;

use super::dicom_document::{Fault, is_person, sop_class};
use super::skips::skip;
use super::written::instant_us;
use super::{
    Context, Detection, Format, ImportError, Importer, Limits, Placement, Sink, SinkError, Upload,
    UploadFile,
};
use crate::domain::{
    Annotation, FRAME_OF_REFERENCE_ATTRIBUTE, ReadingState, Shape, Skip, SkipReason,
};
use crate::geometry::GeometryError;
use document::Document;
use header::Header;
use known::Known;
use pixels::Pixels;
use planes::Planes;
use segments::Segment;
use shapes::{flat_masks, image_item, series_item, volumes};
use std::collections::BTreeMap;
use tiles::matrix_masks;
pub(super) use turning::Turning;

const SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.4";
const LABEL_MAP: &str = "1.2.840.10008.5.1.4.1.1.66.7";

/// The largest file that is held in memory.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// DICOM SEG.
pub struct DicomSeg;

const FORMAT: Format = Format {
    key: "dicom_seg",
    title: "DICOM SEG",
    detected_by: "SOP class 1.2.840.10008.5.1.4.1.1.66.4 (or .66.7, label maps), with or without preamble",
    maps: "item: of volumes, SeriesInstanceUID of the referenced series, else the frame of reference; of flat frames, \
           SOPInstanceUID of the image that a frame names, with #number for one of its frames, else of the one referenced image; \
           of whole slides, that of the one referenced image, else the series; study: StudyInstanceUID; each segment: a volume \
           keyed by ImagePositionPatient along the slice normal, its rows and columns brought to one order for each principal \
           plane, or a mask of the image, or of the slide's total pixel matrix put together from its tiles; fractional pixels \
           count from half of MaximumFractionalValue on; label maps: each pixel value its segment's; label: SegmentLabel; \
           attributes: property type and category, algorithm type, tracking UID, grid and frame of reference; spacing; modality by the class of the referenced images; time: ContentDate and \
           ContentTime; uncompressed, deflated, RLE, and JPEG 2000 and HTJ2K without loss",
    ignores: "the background of label maps (PixelPaddingValue, code Background, undescribed 0), pixel values that no segment \
              describes (counted), other transfer syntaxes (refused by name), several focal planes, patient data",
    rater: "ContentCreatorName unless it is empty or names a tool; else the upload's annotator",
    convention: "patient millimetres of the first pixel's centre, towards left, posterior and superior",
};

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
    sop_class(head).is_some_and(|class| class == SEGMENTATION || class == LABEL_MAP)
}

fn read_file(
    file: &UploadFile,
    upload: &Upload,
    context: &Context,
    sink: &mut dyn Sink,
    known: &mut Known,
) -> Result<(), Fault> {
    let document = Document::read(file.read_all(MAX_FILE_BYTES)?)?;
    let header = Header::read(&document.data_set)?;
    check_size(&header, upload.limits())?;
    if !header.instance.is_empty() && known.instances.contains(&header.instance) {
        return Err(Fault::invalid(
            "is a copy of a file that was read already (equal SOP instance UID)",
        ));
    }
    let mut pixels = Pixels::new(&header, &document, upload.limits())?;
    let planes = match header.matrix_px {
        Some(_) => None,
        None => Planes::of(&header)?,
    };
    let (shapes, skipped) = match (&planes, header.matrix_px) {
        (Some(planes), _) => {
            let item = series_item(&header).ok_or_else(|| {
                Fault::invalid("names neither a referenced series nor a frame of reference")
            })?;
            known.check_grid(&item, planes.grid(), file.path())?;
            volumes(&header, planes, &mut pixels, &item)?
        }
        (None, Some(matrix_px)) => {
            let item = image_item(&header).ok_or_else(|| {
                Fault::invalid("names neither a series nor an image that it lies on")
            })?;
            let masks = matrix_masks(&header, matrix_px, &mut pixels)?;
            (BTreeMap::from([(item, masks)]), Vec::new())
        }
        (None, None) => (flat_masks(&header, &mut pixels)?, Vec::new()),
    };
    known.count(&header);
    let is_complete = skipped.is_empty() && pixels.undescribed.is_empty();
    // Kept with every segment, so that a mask delivered on another grid later is refused, not compared.
    let mut place = planes.as_ref().map(Planes::grid_attributes);
    if let (Some(place), Some(uid)) = (&mut place, &header.frame_of_reference) {
        place.insert(FRAME_OF_REFERENCE_ATTRIBUTE.to_owned(), uid.clone());
    }
    let place = place.unwrap_or_default();
    for (item, shapes) in shapes {
        if shapes.is_empty() && !is_complete {
            let detail = "nothing that can be kept was found on an item of which something was left out; it is not taken for an empty one";
            skip(
                sink,
                SkipReason::InvalidRecord,
                file.path(),
                "reading",
                detail,
            )?;
            continue;
        }
        let placement = context.place_item(file.path(), &item, item.clone())?;
        announce(&header, &placement, planes.as_ref(), sink)?;
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
            let Some(segment) = header.segments.get(number) else {
                continue;
            };
            known.n_same_label +=
                u64::from(!known.labels.insert((key.clone(), segment.label.clone())));
            let mut annotation = annotation(number, segment, shape, finished_at_us);
            annotation.attributes.extend(place.clone());
            sink.annotation(&key, annotation)?;
        }
    }
    for (number, detail) in skipped {
        let record = format!("segment {number}");
        skip(sink, SkipReason::InvalidRecord, file.path(), record, detail)?;
    }
    for (value, n) in &pixels.undescribed {
        let detail = format!(
            "{n} pixels have the value {value}, which SegmentSequence does not describe; describe it or name it as PixelPaddingValue"
        );
        let record = format!("pixel value {value}");
        skip(sink, SkipReason::Dangling, file.path(), record, detail)?;
    }
    Ok(())
}

/// A volume or a whole slide of each segment may be as large as the limit; many segments need not share it.
fn check_size(header: &Header, limits: &Limits) -> Result<(), Fault> {
    let n_volumes = header.segments.structures().count().max(1) as u64;
    let n_voxels = header
        .n_pixels()
        .saturating_mul(header.frames.len() as u64)
        .div_ceil(n_volumes);
    let n_matrix = header
        .matrix_px
        .map_or(0, |[width, height]| u64::from(width) * u64::from(height));
    let n = n_voxels.max(n_matrix);
    if n <= limits.max_pixels {
        return Ok(());
    }
    Err(Fault::unsupported(format!(
        "has {n} voxels a segment; the limit is {}",
        limits.max_pixels
    )))
}

fn announce(
    header: &Header,
    placement: &Placement,
    planes: Option<&Planes>,
    sink: &mut dyn Sink,
) -> Result<(), SinkError> {
    let mut item = placement.to_item();
    if let Some(study) = &header.study {
        item.study.clone_from(study);
    }
    item.modality = header.modality.map(str::to_owned).or(item.modality);
    let ([width_px, height_px], spacing_yx_mm) = match (planes, header.matrix_px) {
        (Some(planes), _) => ([planes.width_px, planes.height_px], planes.spacing_yx_mm),
        (None, Some(matrix_px)) => (matrix_px, header.spacing_yx_mm),
        (None, None) => ([header.width_px, header.height_px], header.spacing_yx_mm),
    };
    item.width_px = Some(width_px);
    item.height_px = Some(height_px);
    let between_mm = planes.and_then(|planes| planes.slice_spacing_mm(header));
    item.spacing_mm = spacing_yx_mm
        .map(|[y, x]| [between_mm.unwrap_or(0.0), y, x])
        .or(item.spacing_mm);
    // One multi-frame image may stand for a whole series, so only several images tell the number of slices.
    item.n_slices = match (planes, header.images.len()) {
        (None, _) => Some(1),
        (Some(_), n) if n > 1 && header.series.len() == 1 => u32::try_from(n).ok(),
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
