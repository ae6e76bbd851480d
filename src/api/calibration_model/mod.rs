//! The shape of a calibration report in the OpenAPI document; the report itself is rendered by `reports`.

mod agenda;
mod matrices;
mod rates;

use super::figure::{FigureDto, from_json};
use agenda::{CaseDto, PastDecisionDto};
use matrices::{ConfusionMatrixDto, HeatmapDto, ValuesDto};
use poem_openapi::types::Example;
use poem_openapi::{Object, Union};
use rates::{DaysDto, LabelAgreementDto, RaterDto, StageDto};
use serde_json::json;

/// Everything that one calibration session looks at.
#[derive(Object)]
#[oai(rename = "CalibrationReport", example)]
pub struct CalibrationDto {
    /// Name of the project.
    project: String,
    /// ISO week, or `all`.
    week: String,
    /// First and last day; null for the whole programme.
    period: Option<PeriodDto>,
    /// Day of the rendering.
    generated_on: String,
    /// Name and version of the software.
    software: String,
    /// The protocol that the numbers follow.
    protocol: StampDto,
    /// What error rates count.
    error_unit: String,
    /// Most urgent first.
    findings: Vec<FindingDto>,
    /// Each stage against its limit.
    stages: Vec<StageDto>,
    /// Each rater.
    annotators: Vec<RaterDto>,
    /// Agreement by label and unit.
    agreement: Vec<LabelAgreementDto>,
    /// Agreement of every rater with every other.
    heatmaps: Vec<HeatmapDto>,
    /// What is taken for what.
    confusions: Vec<ConfusionMatrixDto>,
    /// Values of one metric by rater.
    distributions: Vec<ValuesDto>,
    /// Studies by specialist and day.
    throughput: Option<DaysDto>,
    /// The most instructive disagreements.
    agenda: Vec<CaseDto>,
    /// Earlier decisions and what became of them.
    decisions: Vec<PastDecisionDto>,
    /// Further tables.
    tables: Vec<TableDto>,
    /// How numbers were made.
    method: Vec<MethodDto>,
    /// What imports left out.
    imports: Vec<CaveatDto>,
}

/// First and last local day, both included.
#[derive(Object)]
#[oai(rename = "CalibrationPeriod")]
pub struct PeriodDto {
    /// `YYYY-MM-DD`.
    first_day: String,
    /// `YYYY-MM-DD`.
    last_day: String,
}

/// The protocol that the numbers follow.
#[derive(Object)]
#[oai(rename = "CalibrationProtocol")]
pub struct StampDto {
    /// Its own name.
    name: String,
    /// Its own version.
    version: String,
    /// SHA-256 of what it says.
    hash: String,
}

/// One line of the findings.
#[derive(Object)]
#[oai(rename = "CalibrationFinding")]
pub struct FindingDto {
    /// act, watch or note.
    severity: String,
    /// States the finding with its numbers.
    sentence: String,
    /// Where the evidence stands.
    link: Option<String>,
}

/// A further table.
#[derive(Object)]
#[oai(rename = "CalibrationTable")]
pub struct TableDto {
    /// States the finding.
    title: String,
    /// n, interval method, protocol version.
    caption: String,
    /// Headers.
    columns: Vec<String>,
    /// By row and column.
    rows: Vec<Vec<CellDto>>,
}

/// One cell of a table: an object with one key.
#[derive(Union)]
#[oai(rename = "CalibrationCell")]
pub enum CellDto {
    Text(TextCellDto),
    Count(CountCellDto),
    Figure(FigureCellDto),
}

/// A cell of text.
#[derive(Object)]
#[oai(rename = "CalibrationTextCell")]
pub struct TextCellDto {
    /// As printed.
    text: String,
}

/// A cell with a count.
#[derive(Object)]
#[oai(rename = "CalibrationCountCell")]
pub struct CountCellDto {
    /// How many.
    count: u64,
}

/// A cell with a figure.
#[derive(Object)]
#[oai(rename = "CalibrationFigureCell")]
pub struct FigureCellDto {
    /// With its interval.
    figure: FigureDto,
}

/// How numbers were made.
#[derive(Object)]
#[oai(rename = "CalibrationMethod")]
pub struct MethodDto {
    /// What it is about.
    topic: String,
    /// Interval methods, resamples, seeds, units.
    text: String,
}

/// What an import left out.
#[derive(Object)]
#[oai(rename = "CalibrationImport")]
pub struct CaveatDto {
    /// Name of the upload.
    file: String,
    /// Key of the importer.
    format: String,
    /// Annotations kept.
    n_annotations: u64,
    /// Left out, by reason.
    skipped: Vec<SkippedDto>,
    /// What the export does not say.
    missing: Vec<String>,
}

/// Records left out for one reason.
#[derive(Object)]
#[oai(rename = "CalibrationSkipped")]
pub struct SkippedDto {
    /// Why.
    reason: String,
    /// How many.
    n: u64,
}

impl Example for CalibrationDto {
    fn example() -> Self {
        let rate = json!({"value": 0.025, "undefined": null, "lower": 0.004, "upper": 0.129, "numerator": 1, "n": 40,
                          "unit": "share", "method": "Wilson, 95 %"});
        let kappa = json!({"value": 0.74, "undefined": null, "lower": 0.6, "upper": 0.86, "numerator": null, "n": 320,
                           "unit": "ratio", "method": "percentile cluster bootstrap by study, B = 500"});
        let none = json!({"value": null, "undefined": "no_dated_work", "lower": null, "upper": null, "numerator": null,
                          "n": 0, "unit": "per_day", "method": ""});
        from_json(json!({
            "project": "chest",
            "week": "2026-W47",
            "period": {"first_day": "2026-11-16", "last_day": "2026-11-22"},
            "generated_on": "2026-11-23",
            "software": "Concord 0.1.0",
            "protocol": {"name": "chest CT", "version": "3", "hash": "0a1b2c3d"},
            "error_unit": "study",
            "findings": [{"severity": "watch", "link": "#stage-annotation",
                          "sentence": "Annotation: 1 of 40 studies is wrong; the evidence does not suffice."}],
            "stages": [{"stage": "annotation", "reference_kind": "adjudicated", "unit": "study", "rate": rate.clone(),
                        "limit": 0.012, "status": "insufficient_evidence",
                        "sentence": "Not enough evidence yet.", "further_clean_audits": 354, "previous": null,
                        "n_not_applicable": 0, "other_kinds": [],
                        "weeks": [{"week": "2026-W47", "rate": rate.clone()}]}],
            "annotators": [{"rater": "reader-a", "role": "annotator", "rate": rate.clone(),
                            "status": "insufficient_evidence", "size_bias": none.clone(), "size_technique": null, "n_missing": 1, "n_extra": 0,
                            "n_wrong_label": 0, "kappa": kappa.clone(), "dice": none.clone(),
                            "studies_per_day": none.clone(), "share_in_band": none, "change": null, "link": null}],
            "agreement": [{"label": "nodule", "unit": "item and label", "coefficient": "cohen_kappa",
                           "value": kappa, "se": null, "percent_agreement": rate, "prevalence_index": 0.4,
                           "bias_index": 0.02, "floor": null, "previous": null, "link": null}],
            "heatmaps": [], "confusions": [], "distributions": [], "throughput": null, "agenda": [],
            "decisions": [], "tables": [],
            "method": [{"topic": "Error rates", "text": "Wilson intervals at 95 %."}],
            "imports": [{"file": "reader-a.json", "format": "coco", "n_annotations": 87,
                         "skipped": [{"reason": "dangling", "n": 2}], "missing": []}],
        }))
    }
}
