//! One matched pair, or one annotation without a counterpart, as clients see it.

use crate::store::StoredUnit;
use poem_openapi::Object;
use poem_openapi::types::Example;

/// A unit of a comparison. Null in a metric: undefined, or of no meaning for the technique.
#[derive(Object)]
#[oai(rename = "ComparedUnit", example)]
pub struct UnitDto {
    /// Item key.
    item: String,
    /// Study key.
    study: String,
    /// Site of the study, where known.
    site: Option<String>,
    /// Stage of `b`.
    stage: String,
    /// Reading session; usually empty.
    session: String,
    /// reference or peer.
    kind: String,
    /// Kind of reference; null among peers.
    reference: Option<String>,
    /// The reference, or the first of two peers.
    a: String,
    /// The candidate, or the second of two peers.
    b: String,
    /// ISO week in which `b` finished; null where unknown.
    week: Option<String>,
    /// How it was annotated.
    technique: Option<String>,
    /// Label by `a`; null where only `b` has it.
    a_label: Option<String>,
    /// Label by `b`; null where only `a` has it.
    b_label: Option<String>,
    /// missing, extra, wrong_label, out_of_tolerance or wrong_attribute.
    error: Option<String>,
    /// What the error consists of, with units.
    detail: Option<String>,
    /// No tolerance could judge it; neither right nor wrong.
    not_applicable: bool,
    /// Dice, 0 to 1.
    dice: Option<f64>,
    /// Intersection over union, 0 to 1.
    iou: Option<f64>,
    /// Hausdorff distance in `distance_unit`.
    hd: Option<f64>,
    /// 95th percentile Hausdorff distance in `distance_unit`.
    hd95: Option<f64>,
    /// Mean symmetric surface distance in `distance_unit`.
    assd: Option<f64>,
    /// Share of both surfaces within the tolerance, 0 to 1.
    nsd: Option<f64>,
    /// Tolerance of `nsd` in `distance_unit`.
    nsd_tolerance: Option<f64>,
    /// mm, or px where spacing is unknown.
    distance_unit: Option<String>,
    /// Mean boundary distance of polygons in px.
    boundary_px: Option<f64>,
    /// Largest deviation of a box edge in px.
    box_edge_px: Option<f64>,
    /// Mean keypoint distance in px.
    keypoint_px: Option<f64>,
    /// Mean keypoint distance in mm.
    keypoint_mm: Option<f64>,
    /// Object keypoint similarity, 0 to 1.
    oks: Option<f64>,
    /// (b − a) / a of the sizes.
    relative_size_difference: Option<f64>,
    /// Start of a text span in characters, b − a.
    start_difference_chars: Option<f64>,
    /// End of a text span in characters, b − a.
    end_difference_chars: Option<f64>,
    /// Frames in which `a` shows the track.
    n_frames_a: Option<u32>,
    /// Frames in which `b` shows the track.
    n_frames_b: Option<u32>,
    /// Frames of a's track that were matched with a shape of `b`.
    n_frames_matched: Option<u32>,
    /// Times a's track went over to another track of `b`.
    n_identity_switches: Option<u32>,
    /// Times a's track was lost and found again.
    n_fragmentations: Option<u32>,
    /// Rank by `a`.
    a_rank: Option<f64>,
    /// Rank by `b`.
    b_rank: Option<f64>,
    /// Why metrics are undefined.
    undefined: Option<String>,
}

impl From<StoredUnit> for UnitDto {
    fn from(unit: StoredUnit) -> Self {
        let score = unit.score;
        Self {
            item: unit.item_key,
            study: unit.study,
            site: unit.site,
            stage: unit.stage.to_string(),
            session: unit.session,
            kind: unit.kind.to_string(),
            reference: unit.reference_kind.map(|kind| kind.to_string()),
            a: unit.a_rater,
            b: unit.b_rater,
            week: unit.week,
            technique: score.technique.map(|technique| technique.to_string()),
            a_label: score.a_label,
            b_label: score.b_label,
            error: score.error.map(|error| error.to_string()),
            detail: score.detail,
            not_applicable: score.not_applicable,
            dice: score.dice,
            iou: score.iou,
            hd: score.hd,
            hd95: score.hd95,
            assd: score.assd,
            nsd: score.nsd,
            nsd_tolerance: score.nsd_tolerance,
            distance_unit: score.distance_unit.map(|unit| unit.to_string()),
            boundary_px: score.boundary_px,
            box_edge_px: score.box_edge_px,
            keypoint_px: score.keypoint_px,
            keypoint_mm: score.keypoint_mm,
            oks: score.oks,
            relative_size_difference: score.relative_size_difference,
            start_difference_chars: score.start_difference_chars,
            end_difference_chars: score.end_difference_chars,
            n_frames_a: score.n_frames_a,
            n_frames_b: score.n_frames_b,
            n_frames_matched: score.n_frames_matched,
            n_identity_switches: score.n_identity_switches,
            n_fragmentations: score.n_fragmentations,
            a_rank: score.a_rank,
            b_rank: score.b_rank,
            undefined: score.undefined,
        }
    }
}

impl Example for UnitDto {
    fn example() -> Self {
        Self {
            item: "image-0007".to_owned(),
            study: "study-0042".to_owned(),
            site: Some("north".to_owned()),
            stage: "annotation".to_owned(),
            session: String::new(),
            kind: "reference".to_owned(),
            reference: Some("adjudicated".to_owned()),
            a: "physician-1".to_owned(),
            b: "reader-a".to_owned(),
            week: Some("2026-W47".to_owned()),
            technique: Some("mask".to_owned()),
            a_label: Some("nodule".to_owned()),
            b_label: Some("nodule".to_owned()),
            error: Some("out_of_tolerance".to_owned()),
            detail: Some(
                "the surface lies on average 1.62 px away; at most 1 px is allowed".to_owned(),
            ),
            not_applicable: false,
            dice: Some(0.84),
            iou: Some(0.72),
            hd: Some(4.1),
            hd95: Some(3.2),
            assd: Some(1.13),
            nsd: Some(0.61),
            nsd_tolerance: Some(1.0),
            distance_unit: Some("mm".to_owned()),
            boundary_px: None,
            box_edge_px: None,
            keypoint_px: None,
            keypoint_mm: None,
            oks: None,
            relative_size_difference: Some(0.19),
            start_difference_chars: None,
            end_difference_chars: None,
            n_frames_a: None,
            n_frames_b: None,
            n_frames_matched: None,
            n_identity_switches: None,
            n_fragmentations: None,
            a_rank: None,
            b_rank: None,
            undefined: None,
        }
    }
}
