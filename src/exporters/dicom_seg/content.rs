//! What of a reading goes into one segmentation: its segments, and what they lie on.

use super::data_set::ALGORITHM_TYPES;
use super::elements::{fits, is_uid};
use super::grid::Grid;
use crate::domain::{
    Annotation, EXACT_GRID_ATTRIBUTE, FRAME_OF_REFERENCE_ATTRIBUTE, GRID_ATTRIBUTE, Shape,
};
use crate::exporters::sets::{Pass, Refused};
use crate::geometry::{Mask, SliceAxis};

/// Columns and rows that DICOM can count.
const MAX_SIDE_PX: u32 = 65_535;
/// Pixel data that are held in memory while a file is written.
const MAX_PIXEL_BYTES: u64 = 256 << 20;
/// Segments that DICOM can count.
const MAX_SEGMENTS: usize = 65_535;

/// Attributes that the importer reads from a segment's own elements.
const HELD: [&str; 7] = [
    EXACT_GRID_ATTRIBUTE,
    GRID_ATTRIBUTE,
    FRAME_OF_REFERENCE_ATTRIBUTE,
    "property_type",
    "property_category",
    "algorithm_type",
    "tracking_uid",
];

/// What the frames lie on.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ground {
    /// Slices of a series, placed in the patient.
    Slices {
        grid: Grid,
        frame_of_reference: Option<String>,
    },
    /// An image, or one frame of it.
    Image { size_px: (u32, u32) },
}

impl Ground {
    pub fn size_px(&self) -> (u32, u32) {
        match self {
            Self::Slices { grid, .. } => (grid.width_px, grid.height_px),
            Self::Image { size_px } => *size_px,
        }
    }
}

/// One structure.
pub(super) struct Segment<'a> {
    pub annotation: &'a Annotation,
    /// Non-empty planes with their place along the normal, in micrometres.
    pub planes: Vec<(i64, &'a Mask)>,
}

/// One file's worth.
pub(super) struct Content<'a> {
    pub ground: Ground,
    /// None where nothing was found.
    pub segments: Vec<Segment<'a>>,
}

impl<'a> Content<'a> {
    /// What can be written of a reading. What cannot, or only in part, goes to `refuse`. `around` is the grid of the
    /// item's other readings, on which one that found nothing lies too.
    pub fn of(
        pass: &Pass<'a>,
        around: Option<&Ground>,
        refuse: &mut dyn FnMut(&Annotation, Refused),
    ) -> Option<Self> {
        let mut ground = None;
        let mut segments = Vec::new();
        let mut n_pixels = 0_u64;
        for annotation in &pass.annotations {
            match segment(pass, annotation, &mut ground, &mut n_pixels) {
                Ok(_) if segments.len() >= MAX_SEGMENTS => refuse(
                    annotation,
                    Refused::Because("a segmentation has at most 65535 segments"),
                ),
                Ok(segment) => {
                    if !is_held_whole(annotation) {
                        let reason = "written without its confidence and further attributes, for which a segment has no place";
                        refuse(annotation, Refused::Because(reason));
                    }
                    segments.push(segment);
                }
                Err(refused) => refuse(annotation, refused),
            }
        }
        if segments.is_empty() && pass.annotations.is_empty() {
            ground = match (around, pass.item.width_px.zip(pass.item.height_px)) {
                (Some(ground), _) => Some(ground.clone()),
                (None, Some(size_px)) if is_countable(size_px) => Some(Ground::Image { size_px }),
                (None, _) => None,
            };
        }
        let ground = ground.filter(|_| !segments.is_empty() || pass.annotations.is_empty())?;
        Some(Self { ground, segments })
    }
}

/// What the first volume lies on that states its grid.
pub(super) fn ground_of(pass: &Pass<'_>) -> Option<Ground> {
    pass.annotations
        .iter()
        .filter(|annotation| matches!(annotation.shape, Shape::Volume(_)))
        .find_map(|annotation| slices(pass, annotation).ok())
}

fn slices(pass: &Pass<'_>, annotation: &Annotation) -> Result<Ground, Refused> {
    let words = annotation.attributes.get(GRID_ATTRIBUTE);
    let words = words.ok_or(Refused::Because("its grid is not known"))?;
    let exact = annotation.attributes.get(EXACT_GRID_ATTRIBUTE);
    let exact = exact.map(String::as_str);
    let frame = annotation.attributes.get(FRAME_OF_REFERENCE_ATTRIBUTE);
    Ok(Ground::Slices {
        grid: Grid::read(words, exact, pass.item.spacing_mm)?,
        frame_of_reference: frame.filter(|uid| is_uid(uid)).cloned(),
    })
}

fn segment<'a>(
    pass: &Pass<'a>,
    annotation: &'a Annotation,
    ground: &mut Option<Ground>,
    n_pixels: &mut u64,
) -> Result<Segment<'a>, Refused> {
    let (own, planes) = match &annotation.shape {
        Shape::Volume(volume) => {
            if volume.axis() == SliceAxis::Index {
                let reason = "its slices are known by number only, not by place";
                return Err(Refused::Because(reason));
            }
            let ground = slices(pass, annotation)?;
            if super::image_and_frame(&pass.item.key).1.is_some() {
                return Err(Refused::Because("a volume does not lie on one frame"));
            }
            if ground.size_px() != (volume.width_px(), volume.height_px()) {
                return Err(Refused::Because("its grid is of another size"));
            }
            let planes = volume.slices().iter();
            (
                ground,
                planes.map(|(key, mask)| (*key, mask)).collect::<Vec<_>>(),
            )
        }
        Shape::Mask(mask) => {
            if pass.item.modality.as_deref() == Some("SM") {
                let reason = "masks of whole slides are not cut into tiles here";
                return Err(Refused::Because(reason));
            }
            let size_px = (mask.width_px(), mask.height_px());
            (Ground::Image { size_px }, vec![(0, mask)])
        }
        _ => return Err(Refused::NoForm),
    };
    if !is_countable(own.size_px()) {
        return Err(Refused::Because("it has more than 65535 columns or rows"));
    }
    if !fits(&annotation.label) {
        let reason = "its label is empty, longer than 64 characters or holds signs that DICOM does not allow";
        return Err(Refused::Because(reason));
    }
    let is_empty = planes.iter().all(|(_, mask)| mask.is_empty());
    if is_empty {
        return Err(Refused::Because("nothing is drawn in it"));
    }
    if ground.as_ref().is_some_and(|ground| *ground != own) {
        let reason = "it lies on another grid than the first of its reading";
        return Err(Refused::Because(reason));
    }
    let (width, height) = own.size_px();
    let more = u64::from(width) * u64::from(height) * planes.len() as u64;
    if (*n_pixels + more).div_ceil(8) > MAX_PIXEL_BYTES {
        return Err(Refused::Because(
            "its file would hold more pixels than fit into memory",
        ));
    }
    *n_pixels += more;
    ground.get_or_insert(own);
    Ok(Segment { annotation, planes })
}

fn is_countable((width_px, height_px): (u32, u32)) -> bool {
    let side = 1..=MAX_SIDE_PX;
    side.contains(&width_px) && side.contains(&height_px)
}

/// Whether everything about a segment has a place in its file.
fn is_held_whole(annotation: &Annotation) -> bool {
    annotation.confidence.is_none()
        && annotation
            .attributes
            .iter()
            .all(|(name, value)| HELD.contains(&name.as_str()) && is_held(name, value))
}

fn is_held(name: &str, value: &str) -> bool {
    match name {
        GRID_ATTRIBUTE | EXACT_GRID_ATTRIBUTE => true,
        "algorithm_type" => ALGORITHM_TYPES.contains(&value),
        "tracking_uid" | FRAME_OF_REFERENCE_ATTRIBUTE => is_uid(value),
        _ => fits(value),
    }
}
