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
    pub refused: Vec<RefusedItem>,
}

/// An item that both sides have and that could not be compared.
#[derive(Clone, Debug, Serialize)]
pub struct RefusedItem {
    pub item: String,
    pub reason: String,
}

/// The whole answer of `concord compare`.
#[derive(Clone, Debug, Serialize)]
pub struct CompareReport {
    pub reference: SourceInfo,
    pub candidate: SourceInfo,
    pub pairs: Vec<PairRow>,
    pub errors: Vec<ErrorRow>,
    pub summary: Vec<SummaryRow>,
    pub error_rate: ErrorRate,
    pub unmatched: Unmatched,
    pub protocol: String,
}
