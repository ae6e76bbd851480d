//! What `concord compare` answers; a stable shape that clients parse.

use serde::Serialize;
use std::collections::BTreeMap;

/// Where one side came from.
#[derive(Clone, Debug, Serialize)]
pub struct SourceInfo {
    pub file: String,
    pub format: String,
    pub sha256: String,
    pub rater: String,
    pub n_items: usize,
    pub n_annotations: u64,
    pub n_skipped: u64,
    pub n_invalid: u64,
}

/// A metric of one pair: a value with its unit, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricCell {
    pub value: Option<f64>,
    pub unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// One matched pair.
#[derive(Clone, Debug, Serialize)]
pub struct PairRow {
    pub item: String,
    pub study: String,
    pub technique: String,
    pub label: String,
    pub candidate_label: String,
    pub reference_id: String,
    pub candidate_id: String,
    pub metrics: BTreeMap<&'static str, MetricCell>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<PointRow>,
    pub verdict: String,
    pub detail: Option<String>,
}

/// One named keypoint of a pair.
#[derive(Clone, Debug, Serialize)]
pub struct PointRow {
    pub name: String,
    pub distance_px: Option<f64>,
    pub distance_mm: Option<f64>,
    pub status: &'static str,
}

/// One unit in error.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRow {
    pub item: String,
    pub study: String,
    pub label: String,
    pub kind: String,
    pub reference_id: Option<String>,
    pub candidate_id: Option<String>,
    pub detail: Option<String>,
}

/// A metric over all pairs of one label and technique.
#[derive(Clone, Debug, Serialize)]
pub struct SummaryRow {
    pub label: String,
    pub technique: String,
    pub metric: String,
    pub unit: String,
    pub n: u64,
    /// Pairs for which the metric is undefined; they are left out of mean and median.
    pub n_undefined: u64,
    pub mean: Option<f64>,
    pub median: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub level: f64,
    pub method: String,
}

/// A mean over the labels of maps: micro pools the pixels of all labels, macro takes every label alike.
#[derive(Clone, Debug, Serialize)]
pub struct LabelMeanRow {
    pub technique: String,
    pub metric: String,
    /// `micro` or `macro`.
    pub mean: String,
    pub value: Option<f64>,
    pub unit: String,
    /// Labels that entered.
    pub n: u64,
    /// Labels that are empty on both sides.
    pub n_undefined: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// Erroneous over assessed units.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRate {
    pub unit: String,
    pub numerator: u64,
    pub denominator: u64,
    pub rate: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub method: String,
    pub level: f64,
    pub n_not_applicable: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// Items that only one side has; they are in no figure.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Unmatched {
    pub reference_only: Vec<String>,
    pub candidate_only: Vec<String>,
    /// Items on both sides of which nothing could be compared, with the reason.
    pub refused: Vec<ItemRemark>,
}

/// An item that both sides have, and why it could not be compared or should be looked at.
#[derive(Clone, Debug, Serialize)]
pub struct ItemRemark {
    pub item: String,
    pub reason: String,
}

/// Spans of one label over all texts, matched in one way.
#[derive(Clone, Debug, Serialize)]
pub struct SpanRow {
    pub label: String,
    /// `exact`, `overlap` or `characters`.
    pub matched_by: &'static str,
    pub n_reference: u64,
    pub n_candidate: u64,
    pub n_matched: u64,
    /// Null where there is nothing to divide by.
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
}

/// Cohen's κ of the labels on the characters of all texts. Neighbouring characters hang together, so it carries no interval.
#[derive(Clone, Debug, Serialize)]
pub struct TextKappa {
    pub unit: String,
    /// Which characters count.
    pub frame: String,
    pub value: Option<f64>,
    /// Characters.
    pub n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// The tracks of one video (CLEAR MOT and identities), or of all together.
#[derive(Clone, Debug, Serialize)]
pub struct VideoRow {
    pub item: String,
    /// Frames in which either shows anything.
    pub n_frames: u64,
    /// Shapes of the reference and the candidate over all frames, and how many were matched.
    pub n_reference: u64,
    pub n_candidate: u64,
    pub n_matched: u64,
    pub n_misses: u64,
    pub n_false_positives: u64,
    pub n_identity_switches: u64,
    pub n_fragmentations: u64,
    pub mota: Option<f64>,
    /// Mean similarity of the matched shapes: IoU where they have an area.
    pub motp: Option<f64>,
    pub idf1: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<String>,
}

/// Labels on the points of one cloud.
#[derive(Clone, Debug, Serialize)]
pub struct CloudRow {
    pub item: String,
    pub n_points: u64,
    pub n_equal: u64,
    pub accuracy: Option<f64>,
    /// Over the labels that either names.
    pub mean_iou: Option<f64>,
    pub n_labels: u64,
    /// Labels that are named and on no point.
    pub n_undefined: u64,
}

/// The whole answer of `concord compare`.
#[derive(Clone, Debug, Serialize)]
pub struct CompareReport {
    pub reference: SourceInfo,
    pub candidate: SourceInfo,
    pub pairs: Vec<PairRow>,
    pub errors: Vec<ErrorRow>,
    pub summary: Vec<SummaryRow>,
    /// Only where maps hold two or more labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub label_means: Vec<LabelMeanRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<SpanRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_kappa: Option<TextKappa>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub videos: Vec<VideoRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clouds: Vec<CloudRow>,
    pub error_rate: ErrorRate,
    pub unmatched: Unmatched,
    /// Items of which one side's masks seem to be stored mirrored or turned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suspected: Vec<ItemRemark>,
    pub protocol: String,
}
