//! The plain counts and values that checks are judged on; the pipeline fills them from the store.

use super::day::Day;
use crate::domain::{ErrorUnit, ReferenceKind, Stage};
use crate::statistics::{ClusterCount, Population};
use std::collections::BTreeMap;

/// The studies that a release proposes to ship.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lot {
    /// How the lot was chosen, such as `project lung, all studies`.
    pub source: String,
    /// Study keys, in any order.
    pub studies: Vec<String>,
}

/// Everything that a policy may ask about one lot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LotFigures {
    pub lot: Lot,
    /// One row a stage, unit and reference kind; kinds are never added up.
    pub error_counts: Vec<StageErrorCount>,
    pub agreement: Vec<AgreementFigure>,
    pub completeness: Completeness,
    pub throughput: Vec<SpecialistDay>,
    pub raters: RatersPerItem,
    pub open_invalid: OpenInvalid,
    pub sites: Vec<SiteStudies>,
}

/// Errors of one stage against one kind of reference.
#[derive(Clone, Debug, PartialEq)]
pub struct StageErrorCount {
    pub stage: Stage,
    pub unit: ErrorUnit,
    pub reference_kind: ReferenceKind,
    pub n_errors: u64,
    /// Units judged right or wrong.
    pub n_assessed: u64,
    /// Units without an applicable tolerance, such as keypoints without spacing.
    pub n_not_applicable: u64,
    /// Comparisons that were refused, such as masks on differing grids.
    pub n_refused: u64,
    /// A finite lot drawn from without replacement, or an unbounded process.
    pub population: Population,
    /// The same counts study by study, where the unit lies below the study: units of one study hang together.
    pub by_study: Vec<ClusterCount>,
}

/// One agreement coefficient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgreementFigure {
    /// `None` for the figure over all labels.
    pub label: Option<String>,
    /// A name of `FLOOR_COEFFICIENTS`.
    pub coefficient: String,
    /// Who is compared; empty for all raters of the lot.
    pub raters: Vec<String>,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Two-sided level of the interval.
    pub level: Option<f64>,
    pub method: Option<String>,
    /// Units that entered.
    pub n: u64,
    /// Reason code where `value` is `None`.
    pub undefined: Option<String>,
}

/// Labelled items among those that must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    pub n_required: u64,
    pub n_labelled: u64,
    /// Studies with items still to be labelled.
    pub gaps: Vec<StudyGap>,
}

/// What one study lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyGap {
    pub study: String,
    pub n_missing: u64,
}

/// What one specialist finished on one local day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialistDay {
    pub annotator: String,
    pub stage: Stage,
    pub day: Day,
    pub n_studies: u32,
}

/// How many raters read each item of the lot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RatersPerItem {
    /// Number of raters → number of items, items without any rater included.
    pub n_items_by_raters: BTreeMap<u32, u64>,
    /// Items with the fewest raters, to be named.
    pub fewest: Vec<String>,
}

/// Structurally invalid annotations that nobody has corrected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenInvalid {
    /// Annotations of the lot that were looked at.
    pub n_annotations: u64,
    pub n_open: u64,
    /// Where some of them are and what is wrong with them.
    pub examples: Vec<String>,
}

/// How many studies of the lot one site gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteStudies {
    /// `None` for studies whose site is not known.
    pub site: Option<String>,
    pub n_studies: u64,
}
