//! Stages, raters, labels and days.

use crate::api::figure::FigureDto;
use poem_openapi::Object;

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
    /// Mean relative size difference; positive draws larger.
    size_bias: FigureDto,
    /// Technique that `size_bias` is of: that with most units.
    size_technique: Option<String>,
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
