//! Cases and earlier decisions.

use crate::api::figure::FigureDto;
use poem_openapi::Object;

/// A disagreement worth five minutes.
#[derive(Object)]
#[oai(rename = "CalibrationCase")]
pub struct CaseDto {
    /// Item key.
    item: String,
    /// Study key.
    study: String,
    /// By the protocol's name.
    label: String,
    /// How it was annotated.
    technique: String,
    /// Who drew on it.
    raters: Vec<String>,
    /// How they compare.
    pairs: Vec<PairDto>,
    /// The protocol's rule that applies.
    rule: String,
    /// Why it was chosen.
    why: String,
    /// All outlines over the image.
    overlay_svg: Option<String>,
    /// Which slice is shown, or why there is no picture.
    overlay_note: Option<String>,
    /// The item's page.
    link: Option<String>,
}

/// How two raters compare on one case.
#[derive(Object)]
#[oai(rename = "CalibrationPair")]
pub struct PairDto {
    /// One rater.
    a: String,
    /// The other.
    b: String,
    /// The same metrics in the same order for every pair of a case.
    measures: Vec<MeasureDto>,
}

/// One metric by its printed name.
#[derive(Object)]
#[oai(rename = "CalibrationMeasure")]
pub struct MeasureDto {
    /// As printed.
    name: String,
    /// Its value.
    figure: FigureDto,
}

/// What an earlier session decided, and what was measured since.
#[derive(Object)]
#[oai(rename = "CalibrationPastDecision")]
pub struct PastDecisionDto {
    /// ISO week of the session.
    week: String,
    /// What was decided.
    text: String,
    /// What it should move.
    metric: String,
    /// In its own week and the three before.
    before: FigureDto,
    /// In all weeks since; null until something was measured.
    since: Option<FigureDto>,
    /// Whether it moved; null where that cannot be told.
    moved: Option<bool>,
    /// Nothing was measured since.
    open: bool,
}
