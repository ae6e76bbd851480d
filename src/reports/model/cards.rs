//! Verdicts by stage, and the rows about annotators, labels and days.

use super::Figure;
use crate::domain::{ErrorUnit, ReferenceKind, Role, Stage, Status, Technique, ThroughputBand};
use serde::{Deserialize, Serialize};

/// A stage held against its limit. Kinds of reference are never mixed in one card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageCard {
    pub stage: Stage,
    pub reference_kind: Option<ReferenceKind>,
    pub unit: ErrorUnit,
    /// Errors over assessed units, with the interval that is shown (Wilson).
    pub rate: Figure,
    /// The rate must lie below this share.
    pub limit: f64,
    pub status: Status,
    /// What to do, in one sentence.
    pub sentence: String,
    /// Further audits without error that would pass.
    pub further_clean_audits: Option<u64>,
    /// The trailing four weeks.
    pub previous: Option<Figure>,
    /// Units that no tolerance could judge; not part of `rate`.
    pub n_not_applicable: u64,
    /// The same stage against other kinds of reference.
    pub other_kinds: Vec<KindRate>,
    /// Oldest first, this week last.
    pub weeks: Vec<WeekRate>,
}

/// A rate against one kind of reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindRate {
    pub reference_kind: ReferenceKind,
    pub rate: Figure,
}

/// A rate in one ISO week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeekRate {
    pub week: String,
    pub rate: Figure,
}

/// This period minus the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What changed, such as `error rate`.
    pub metric: String,
    pub difference: Figure,
    /// The interval of the difference leaves 0 out.
    pub moved: bool,
}

/// One person or model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnnotatorRow {
    pub rater: String,
    pub role: Role,
    pub rate: Figure,
    pub status: Status,
    /// Mean relative size difference to the reference; positive draws larger.
    pub size_bias: Figure,
    /// The technique that `size_bias` is of, that with most units: areas and volumes are never averaged together.
    pub size_technique: Option<Technique>,
    pub n_missing: u64,
    pub n_extra: u64,
    pub n_wrong_label: u64,
    /// Against the pool of the others.
    pub kappa: Figure,
    /// Median.
    pub dice: Figure,
    /// Median over working days.
    pub studies_per_day: Figure,
    /// Share of working days within the throughput band.
    pub share_in_band: Figure,
    /// Against the trailing four weeks.
    pub change: Option<Change>,
    /// Page of the annotator, where one is served.
    pub link: Option<String>,
}

impl AnnotatorRow {
    /// What `size_bias` is of, in words, such as `volume mask`.
    pub fn size_of(&self) -> Option<String> {
        Some(self.size_technique?.as_str().replace('_', " "))
    }
}

/// Agreement on one label, unit and coefficient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgreementRow {
    pub label: String,
    /// What is rated: `item`, `item and label`, `instance`, `pixel`.
    pub unit: String,
    /// Stable name: `cohen_kappa`, `fleiss_kappa`, `krippendorff_alpha`, `dice` …
    pub coefficient: String,
    pub value: Figure,
    pub se: Option<f64>,
    pub percent_agreement: Figure,
    pub prevalence_index: Option<f64>,
    pub bias_index: Option<f64>,
    /// Least value that the policy accepts.
    pub floor: Option<f64>,
    /// The period before.
    pub previous: Option<Figure>,
    pub link: Option<String>,
}

/// Studies per specialist and day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throughput {
    pub band: ThroughputBand,
    /// IANA time zone of the local days.
    pub time_zone: String,
    pub points: Vec<ThroughputPoint>,
}

/// What one specialist finished on one local day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThroughputPoint {
    pub rater: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    pub n_studies: u32,
}
