//! Items, readings and annotations: what an export is turned into.

use super::people::{ReferenceKind, Role, Stage, named_enum};
use super::shape::Shape;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is labelled independently: an image, slice, volume or document.
///
/// Unknown properties are `None`; a later import may fill them in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The key on which exports of different tools meet (DICOM UID, or the file stem by default).
    pub key: String,
    /// What a specialist is credited for; the item key where the export knows no study.
    pub study: String,
    pub width_px: Option<u32>,
    pub height_px: Option<u32>,
    /// Slices of a volume; 1 for a plain image.
    pub n_slices: Option<u32>,
    /// Spacing in mm along z, y, x; z is 0 for a plain image with in-plane spacing only.
    pub spacing_mm: Option<[f64; 3]>,
    pub modality: Option<String>,
    pub site: Option<String>,
    /// The file name as the export gives it (no folder of the uploader's machine).
    pub image_name: Option<String>,
}

named_enum! {
    /// The four states of an item for one rater; most exports tell only some of them apart.
    ReadingState {
        Annotated => "annotated",
        /// Looked at, and nothing found.
        ReviewedEmpty => "reviewed_empty",
        Skipped => "skipped",
        NeverAssigned => "never_assigned",
    }
}

/// Which reading an annotation belongs to. One rater may read an item several times (`session`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReadingKey {
    pub item: String,
    pub rater: String,
    pub stage: Stage,
    /// Readings are compared with each other only within one session; usually "".
    pub session: String,
    /// Exports that complement each other, such as masks and a ratings table, are different layers.
    /// A new import supersedes earlier ones of the same layer.
    pub layer: String,
}

named_enum! {
    /// What a reviewer made of a reading.
    ReviewOutcome {
        Accepted => "accepted",
        Rejected => "rejected",
        /// Accepted after the reviewer changed it.
        Corrected => "corrected",
    }
}

/// A reviewer's last word on a reading, as the export states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub outcome: ReviewOutcome,
    pub reviewer: Option<String>,
    /// Microseconds since the Unix epoch, UTC.
    pub at_us: Option<i64>,
}

/// One rater's pass over one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub key: ReadingKey,
    pub role: Role,
    pub reference: Option<ReferenceKind>,
    pub state: ReadingState,
    /// Microseconds since the Unix epoch, UTC.
    pub finished_at_us: Option<i64>,
    /// Working time that the tool reports, in ms.
    pub active_ms: Option<i64>,
    /// What a reviewer made of it, where the export says so.
    pub review: Option<Review>,
    /// How the export states positions, in a few words; "" where it is Concord's own frame or nothing is drawn.
    pub source_convention: String,
    /// Where in the upload this reading stands (a path inside the upload).
    pub source_file: String,
}

/// Attribute that names the grid of a mask or volume beyond its size: spacing, origin and direction. Two masks that
/// state different grids are never compared.
pub const GRID_ATTRIBUTE: &str = "grid";

/// Attribute that states the same grid with every digit, for writers of volumes: two exports of one grid round it differently, so it is
/// never compared.
pub const EXACT_GRID_ATTRIBUTE: &str = "grid_exact";

/// Attribute that names the frame of reference (a DICOM UID) in which the grid of a volume is placed.
pub const FRAME_OF_REFERENCE_ATTRIBUTE: &str = "frame_of_reference_uid";

/// What a tool writes about a shape, which nobody judged: on these there is no agreement between raters.
const TOOL_ATTRIBUTES: &[&str] = &[
    "algorithm_type",
    "area_px2",
    EXACT_GRID_ATTRIBUTE,
    FRAME_OF_REFERENCE_ATTRIBUTE,
    GRID_ATTRIBUTE,
    "group",
    "iscrowd",
    "occluded",
    "property_category",
    "property_type",
    "rotation",
    "segmentation_status",
    "source",
    "track_id",
    "tracking_id",
    "tracking_uid",
    "z_order",
];

/// What attributes begin with that hold a tool's measurement of the shape.
pub const MEASUREMENT_PREFIX: &str = "measured: ";

/// Whether an attribute states a rater's judgement, rather than what the tool knows about the shape.
pub fn is_judged(attribute: &str) -> bool {
    !TOOL_ATTRIBUTES.contains(&attribute) && !attribute.starts_with(MEASUREMENT_PREFIX)
}

/// One shape or label by one rater on one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// The export's own id, else the position in its file.
    pub source_id: String,
    pub label: String,
    pub shape: Shape,
    pub attributes: BTreeMap<String, String>,
    /// A model's confidence in [0, 1], where the export has one.
    pub confidence: Option<f64>,
    pub finished_at_us: Option<i64>,
    pub active_ms: Option<i64>,
    /// One mask a label and item (PNG, DICOM SEG), to be paired by label rather than matched.
    pub semantic: bool,
    /// Why this annotation is structurally invalid (outside the image, self-intersecting …); it is kept.
    pub invalid: Option<String>,
}

impl Item {
    /// Takes over what `other` knows and this item does not.
    pub fn fill_from(&mut self, other: &Self) {
        // A study that merely repeats the item's key is a stand-in for an unknown one.
        if self.study.is_empty() || (self.study == self.key && !other.study.is_empty()) {
            self.study.clone_from(&other.study);
        }
        fill(&mut self.width_px, &other.width_px);
        fill(&mut self.height_px, &other.height_px);
        fill(&mut self.n_slices, &other.n_slices);
        fill(&mut self.spacing_mm, &other.spacing_mm);
        fill(&mut self.modality, &other.modality);
        fill(&mut self.site, &other.site);
        fill(&mut self.image_name, &other.image_name);
    }
}

impl Reading {
    /// A reading of which nothing else is known.
    pub fn new(key: ReadingKey, role: Role, state: ReadingState) -> Self {
        Self {
            key,
            role,
            reference: None,
            state,
            finished_at_us: None,
            active_ms: None,
            review: None,
            source_convention: String::new(),
            source_file: String::new(),
        }
    }

    /// Takes over what `other`, a further piece of the same reading, adds: it ends with its last piece,
    /// and active times add up.
    pub fn fill_from(&mut self, other: &Self) {
        self.finished_at_us = self.finished_at_us.max(other.finished_at_us);
        self.active_ms = match (self.active_ms, other.active_ms) {
            (Some(mine), Some(theirs)) => Some(mine.saturating_add(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        fill(&mut self.reference, &other.reference);
        if other.review.as_ref().is_some_and(|news| {
            self.review
                .as_ref()
                .is_none_or(|known| news.at_us >= known.at_us)
        }) {
            self.review.clone_from(&other.review);
        }
        if self.source_convention.is_empty() {
            self.source_convention.clone_from(&other.source_convention);
        }
        if other.state == ReadingState::Annotated {
            self.state = ReadingState::Annotated;
        }
    }
}

fn fill<T: Clone>(mine: &mut Option<T>, theirs: &Option<T>) {
    if mine.is_none() {
        mine.clone_from(theirs);
    }
}
