//! The shape of a calibration report in the OpenAPI document; the report itself is rendered by `reports`.

use super::figure::{FigureDto, from_json};
use poem_openapi::types::Example;
use poem_openapi::{Object, Union};
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

/// A stage against its limit.
#[derive(Object)]
#[oai(rename = "CalibrationStage")]
pub struct StageDto {
    /// training, annotation or verification.
    stage: String,
    /// Kind of reference that the rate is against; null where nothing was compared.
    reference_kind: Option<String>,
    /// What is counted.
    unit: String,
    /// Errors over assessed units.
    rate: FigureDto,
    /// The rate must lie below it.
    limit: f64,
    /// pass, fail, insufficient_evidence, not_applicable or error.
    status: String,
    /// What to do.
    sentence: String,
    /// Further audits without error that would pass.
    further_clean_audits: Option<u64>,
    /// The trailing four weeks.
    previous: Option<FigureDto>,
    /// Units that no tolerance could judge.
    n_not_applicable: u64,
    /// The same stage against other kinds of reference.
    other_kinds: Vec<KindRateDto>,
    /// Oldest first.
    weeks: Vec<WeekRateDto>,
}

/// A rate against one kind of reference.
#[derive(Object)]
#[oai(rename = "CalibrationKindRate")]
pub struct KindRateDto {
    /// Kind of reference.
    reference_kind: String,
    /// Errors over assessed units.
    rate: FigureDto,
}

/// A rate in one week.
#[derive(Object)]
#[oai(rename = "CalibrationWeekRate")]
pub struct WeekRateDto {
    /// ISO week.
    week: String,
    /// Errors over assessed units.
    rate: FigureDto,
}

/// One rater.
#[derive(Object)]
#[oai(rename = "CalibrationAnnotator")]
pub struct RaterDto {
    /// Pseudonym.
    rater: String,
    /// clinician, annotator, physician or model.
    role: String,
    /// Errors over assessed units.
    rate: FigureDto,
    /// Verdict on the rate.
    status: String,
    /// Relative size difference; positive draws larger.
    size_bias: FigureDto,
    /// Instances missed.
    n_missing: u64,
    /// Instances that no reference has.
    n_extra: u64,
    /// Instances with a wrong label.
    n_wrong_label: u64,
    /// Against the pool of the others.
    kappa: FigureDto,
    /// Median Dice.
    dice: FigureDto,
    /// Median over working days.
    studies_per_day: FigureDto,
    /// Share of working days within the band.
    share_in_band: FigureDto,
    /// Against the trailing four weeks.
    change: Option<ChangeDto>,
    /// Page of the annotator.
    link: Option<String>,
}

/// This period minus the one before.
#[derive(Object)]
#[oai(rename = "CalibrationChange")]
pub struct ChangeDto {
    /// What changed.
    metric: String,
    /// By how much.
    difference: FigureDto,
    /// The interval of the difference leaves 0 out.
    moved: bool,
}

/// Agreement on one label and unit.
#[derive(Object)]
#[oai(rename = "CalibrationAgreement")]
pub struct LabelAgreementDto {
    /// Label, or `all`.
    label: String,
    /// What is rated.
    unit: String,
    /// Stable name of the coefficient.
    coefficient: String,
    /// The coefficient.
    value: FigureDto,
    /// Its standard error.
    se: Option<f64>,
    /// Share of equal ratings.
    percent_agreement: FigureDto,
    /// κ falls as it grows.
    prevalence_index: Option<f64>,
    /// How unequally the two use the categories.
    bias_index: Option<f64>,
    /// Least value that the policy accepts.
    floor: Option<f64>,
    /// The period before.
    previous: Option<FigureDto>,
    /// Where the rows stand.
    link: Option<String>,
}

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

/// Studies by specialist and day.
#[derive(Object)]
#[oai(rename = "CalibrationThroughput")]
pub struct DaysDto {
    /// The protocol's band.
    band: BandDto,
    /// IANA name of the zone of local days.
    time_zone: String,
    /// One a specialist and day.
    points: Vec<PointDto>,
}

/// Studies per working day that are aimed at.
#[derive(Object)]
#[oai(rename = "CalibrationBand")]
pub struct BandDto {
    /// Included.
    min_per_day: u32,
    /// Included.
    max_per_day: u32,
}

/// What one specialist finished on one day.
#[derive(Object)]
#[oai(rename = "CalibrationDay")]
pub struct PointDto {
    /// Pseudonym.
    rater: String,
    /// `YYYY-MM-DD`.
    day: String,
    /// Studies finished.
    n_studies: u32,
}

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
                            "status": "insufficient_evidence", "size_bias": none.clone(), "n_missing": 1, "n_extra": 0,
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
