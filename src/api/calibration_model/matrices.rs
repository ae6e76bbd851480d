//! Raters or labels on both sides, and distributions.

use crate::api::figure::FigureDto;
use poem_openapi::Object;

/// Agreement of every rater with every other.
#[derive(Object)]
#[oai(rename = "CalibrationHeatmap")]
pub struct HeatmapDto {
    /// Label.
    label: String,
    /// As printed.
    metric: String,
    /// n, interval method, unit.
    caption: String,
    /// In the order of rows and columns.
    raters: Vec<String>,
    /// A pair that is absent was never compared.
    cells: Vec<HeatCellDto>,
}

/// One pair of raters, by position.
#[derive(Object)]
#[oai(rename = "CalibrationHeatCell")]
pub struct HeatCellDto {
    /// Position of one rater.
    row: u64,
    /// Position of the other.
    column: u64,
    /// Their agreement.
    value: FigureDto,
    /// The items behind the cell.
    link: Option<String>,
}

/// Reference labels (rows) against candidate labels (columns).
#[derive(Object)]
#[oai(rename = "CalibrationConfusionMatrix")]
pub struct ConfusionMatrixDto {
    /// States the finding.
    title: String,
    /// n and choice of units.
    caption: String,
    /// Name of the rows' side.
    row_side: String,
    /// Name of the columns' side.
    column_side: String,
    /// In the order of rows and columns.
    labels: Vec<String>,
    /// By row and column.
    counts: Vec<Vec<u64>>,
    /// Most frequent first.
    top: Vec<ConfusionDto>,
}

/// One label taken for another.
#[derive(Object)]
#[oai(rename = "CalibrationConfusion")]
pub struct ConfusionDto {
    /// Label of the reference.
    reference: String,
    /// What it is taken for.
    candidate: String,
    /// Of all units with that reference label.
    share: FigureDto,
    /// Where the units stand.
    link: Option<String>,
}

/// Values of one metric for one rater.
#[derive(Object)]
#[oai(rename = "CalibrationDistribution")]
pub struct ValuesDto {
    /// Pseudonym.
    rater: String,
    /// As printed.
    metric: String,
    /// One a pair.
    values: Vec<f64>,
    /// Pairs without a value.
    n_undefined: u64,
}
