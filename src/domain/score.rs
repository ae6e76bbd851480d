//! What scoring yields: one comparison per pair of readings, one unit per matched or left-over annotation.

use super::people::{ReferenceKind, Stage, named_enum};
use super::protocol::Technique;
use serde::{Deserialize, Serialize};

named_enum! {
    /// The primary error of a unit, in order of priority.
    ErrorKind {
        Missing => "missing",
        Extra => "extra",
        WrongLabel => "wrong_label",
        OutOfTolerance => "out_of_tolerance",
        WrongAttribute => "wrong_attribute",
    }
}

named_enum! {
    /// Whether one side of a comparison is called true.
    ComparisonKind {
        Reference => "reference",
        Peer => "peer",
    }
}

named_enum! {
    /// Unit of the distance columns of a unit score.
    DistanceUnit {
        Mm => "mm",
        Px => "px",
    }
}

/// One pair of readings of one item. In a reference comparison, a is the reference and b the candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub item: String,
    pub kind: ComparisonKind,
    /// The stage of b, the candidate (both share it in a peer comparison).
    pub stage: Stage,
    pub session: String,
    pub reference_kind: Option<ReferenceKind>,
    pub a_rater: String,
    pub a_stage: Stage,
    pub b_rater: String,
    /// Why the two could not be compared (grids that differ); units are then empty.
    pub refused: Option<String>,
    /// Why one side's masks seem to be stored mirrored or turned; the units are measured as stored.
    pub suspected: Option<String>,
    pub units: Vec<UnitScore>,
}

impl Comparison {
    /// Units with an error.
    pub fn n_errors(&self) -> usize {
        self.units
            .iter()
            .filter(|unit| unit.error.is_some())
            .count()
    }
}

/// One matched pair, or one annotation that has no counterpart. `None` in a metric means undefined or
/// not applicable; `undefined` then says why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitScore {
    pub technique: Option<Technique>,
    /// Label by a (reference) and by b (candidate); equal unless the unit is a `wrong_label` or one-sided.
    pub a_label: Option<String>,
    pub b_label: Option<String>,
    /// Number of the annotation, as handed to scoring.
    pub a_annotation: Option<usize>,
    pub b_annotation: Option<usize>,
    pub error: Option<ErrorKind>,
    /// What the error consists of, in words with units; or why no verdict applies.
    pub detail: Option<String>,
    /// The tolerance could not be judged (no spacing); neither right nor wrong.
    pub not_applicable: bool,
    pub dice: Option<f64>,
    pub iou: Option<f64>,
    /// Sizes for pooled figures: pixels, voxels or px².
    pub a_size: Option<f64>,
    pub b_size: Option<f64>,
    pub intersection_size: Option<f64>,
    /// Pixels or voxels of the union's bounding box (masks only).
    pub frame_size: Option<f64>,
    pub hd: Option<f64>,
    pub hd95: Option<f64>,
    pub assd: Option<f64>,
    pub nsd: Option<f64>,
    /// Tolerance of `nsd`, in `distance_unit`.
    pub nsd_tolerance: Option<f64>,
    pub distance_unit: Option<DistanceUnit>,
    /// Mean surface distance in pixels (2D) and in voxels, a voxel being the smallest spacing (3D): what the
    /// tolerance is held against.
    pub surface_px: Option<f64>,
    pub surface_voxels: Option<f64>,
    /// Largest absolute deviation of a box edge.
    pub box_edge_px: Option<f64>,
    /// Signed deviations left, top, right, bottom (candidate − reference).
    pub box_edges_px: Option<[f64; 4]>,
    /// Mean symmetric boundary distance of polygons.
    pub boundary_px: Option<f64>,
    /// Mean keypoint distance.
    pub keypoint_px: Option<f64>,
    pub keypoint_mm: Option<f64>,
    pub keypoint_max_mm: Option<f64>,
    pub oks: Option<f64>,
    /// Points named by both; by a only; by b only; by both with differing visibility.
    pub n_points: Option<u32>,
    pub n_points_missing: Option<u32>,
    pub n_points_extra: Option<u32>,
    pub n_visibility_differs: Option<u32>,
    /// Candidate − reference, in mm³ (volumes with spacing), mm², px² or voxels; see `size_unit`.
    pub size_difference: Option<f64>,
    /// (candidate − reference) / reference.
    pub relative_size_difference: Option<f64>,
    pub size_unit: Option<String>,
    /// Start and end of a text span in characters, candidate − reference.
    pub start_difference_chars: Option<f64>,
    pub end_difference_chars: Option<f64>,
    /// Frames of a track: that a shows, that b shows, and in which a's shape was matched with one of b's, whichever track that was on.
    pub n_frames_a: Option<u32>,
    pub n_frames_b: Option<u32>,
    pub n_frames_matched: Option<u32>,
    /// Times a's track went over to another track of b, and times it was lost and found again.
    pub n_identity_switches: Option<u32>,
    pub n_fragmentations: Option<u32>,
    /// Ranks of an ordinal unit.
    pub a_rank: Option<f64>,
    pub b_rank: Option<f64>,
    /// Reason code for undefined metrics.
    pub undefined: Option<String>,
}
