//! Every parameter of questions: filters, splits, pages.

use super::{Form, Parameter};
use crate::domain::{ComparisonKind, ErrorUnit, ReferenceKind, Role, Stage, Technique};
use crate::pipeline::RatedUnit;
use crate::store::OverlapMetric;

fn stages() -> Vec<&'static str> {
    Stage::ALL.iter().map(|value| value.as_str()).collect()
}

fn roles() -> Vec<&'static str> {
    Role::ALL.iter().map(|value| value.as_str()).collect()
}

fn techniques() -> Vec<&'static str> {
    Technique::ALL.iter().map(|value| value.as_str()).collect()
}

fn references() -> Vec<&'static str> {
    ReferenceKind::ALL
        .iter()
        .map(|value| value.as_str())
        .collect()
}

fn kinds() -> Vec<&'static str> {
    ComparisonKind::ALL
        .iter()
        .map(|value| value.as_str())
        .collect()
}

fn error_units() -> Vec<&'static str> {
    ErrorUnit::ALL.iter().map(|value| value.as_str()).collect()
}

fn rated_units() -> Vec<&'static str> {
    RatedUnit::ALL.iter().map(|(name, _)| *name).collect()
}

fn groups() -> Vec<&'static str> {
    vec![
        "stage",
        "rater",
        "label",
        "technique",
        "study",
        "site",
        "week",
    ]
}

/// Metrics of extent: how much of two shapes is shared, and which is larger.
pub const OVERLAPS: &[OverlapMetric] = &[
    OverlapMetric::Dice,
    OverlapMetric::Iou,
    OverlapMetric::Oks,
    OverlapMetric::SizeDifference,
    OverlapMetric::RelativeSizeDifference,
];

/// Metrics of distance: how far two shapes lie from each other. NSD is the share of both surfaces that is near.
pub const DISTANCES: &[OverlapMetric] = &[
    OverlapMetric::Hd,
    OverlapMetric::Hd95,
    OverlapMetric::Assd,
    OverlapMetric::Nsd,
    OverlapMetric::SurfacePx,
    OverlapMetric::SurfaceVoxels,
    OverlapMetric::BoundaryPx,
    OverlapMetric::BoxEdgePx,
    OverlapMetric::KeypointPx,
    OverlapMetric::KeypointMm,
    OverlapMetric::KeypointMaxMm,
];

pub const STAGE: Parameter = Parameter::new(
    "stage",
    "Only work of this stage: the candidate's.",
    "annotation",
)
.one_of(stages);
pub const RATER: Parameter = Parameter::new(
    "rater",
    "Only this rater: the candidate, or either side among peers.",
    "reader-a",
);
pub const ROLE: Parameter = Parameter::new(
    "role",
    "Only raters in this role; people of any role unless given.",
    "annotator",
)
.one_of(roles);
pub const LABEL: Parameter = Parameter::new(
    "label",
    "Only this label, by the protocol's name.",
    "nodule",
);
pub const STUDY: Parameter = Parameter::new("study", "Only this study.", "study-0042");
pub const SITE: Parameter = Parameter::new("site", "Only studies of this site.", "north");
pub const TECHNIQUE: Parameter =
    Parameter::new("technique", "Only annotations made this way.", "mask").one_of(techniques);
pub const REFERENCE: Parameter = Parameter::new(
    "reference",
    "Only comparisons with this kind of reference; kinds are never mixed in one row.",
    "adjudicated",
)
.one_of(references);
pub const KIND: Parameter = Parameter::new(
    "kind",
    "Only comparisons with a reference, or only those among peers.",
    "peer",
)
.one_of(kinds);
pub const WEEK: Parameter = Parameter::new(
    "week",
    "Only this ISO week, `latest` for the last with work, or `all`.",
    "2026-W47",
);
pub const FROM: Parameter = Parameter::new(
    "from",
    "Only work finished on this day or later, in the project's time zone.",
    "2026-11-16",
)
.form(Form::Day);
pub const TO: Parameter = Parameter::new(
    "to",
    "Only work finished on this day or earlier, in the project's time zone.",
    "2026-11-22",
)
.form(Form::Day);

pub const GROUP_BY: Parameter = Parameter::new(
    "group_by",
    "By what figures are split, with commas between. Kinds of reference are always kept apart.",
    "stage,rater",
)
.form(Form::List)
.one_of(groups);
pub const ERROR_UNIT: Parameter = Parameter::new(
    "unit",
    "What is counted; the protocol's unit unless given.",
    "item",
)
.one_of(error_units);
pub const OVERLAP_METRIC: Parameter = Parameter::new(
    "metric",
    "Only these metrics, with commas between.",
    "dice,iou",
)
.form(Form::List)
.one_of(|| OVERLAPS.iter().map(|metric| metric.as_str()).collect());
pub const DISTANCE_METRIC: Parameter = Parameter::new(
    "metric",
    "Only these metrics, with commas between.",
    "hd95,nsd",
)
.form(Form::List)
.one_of(|| DISTANCES.iter().map(|metric| metric.as_str()).collect());
pub const RATED_UNIT: Parameter = Parameter::new(
    "unit",
    "On what raters agree: `presence` unless given.",
    "classification",
)
.one_of(rated_units);
pub const SIDES: Parameter = Parameter::new(
    "sides",
    "`pairs`: every pair of raters. `pool`: every rater against all others. `pairs` unless given.",
    "pool",
)
.one_of(|| vec!["pairs", "pool"]);
pub const AGREEMENT_GROUP_BY: Parameter = Parameter::new(
    "group_by",
    "By what figures are split beside the raters, with commas between.",
    "label",
)
.form(Form::List)
.one_of(|| vec!["label", "study"]);
pub const THROUGHPUT_GROUP_BY: Parameter = Parameter::new(
    "group_by",
    "`day`: one row a specialist, stage and local day; else one row a specialist and stage.",
    "day",
)
.form(Form::List)
.one_of(|| vec!["rater", "stage", "day"]);

pub const AFTER: Parameter =
    Parameter::new("after", "The `next` of the page before.", "study-0042");
pub const LIMIT: Parameter =
    Parameter::new("limit", "Rows at most; 100 unless given.", "50").form(Form::Whole(1, 1_000));
pub const PER_PAIR: Parameter = Parameter::new(
    "per_pair",
    "Rows at most per pair of raters; 10 unless given.",
    "3",
)
.form(Form::Whole(1, 1_000));

pub const LOT_STUDY: Parameter = Parameter::new(
    "study",
    "A study of the lot, once for each; all studies unless given.",
    "study-0042",
)
.form(Form::Repeated);
pub const EVALUATED_ON: Parameter = Parameter::new(
    "evaluated_on",
    "The day on which waivers are looked at; today in the project's time zone unless given.",
    "2026-11-23",
)
.form(Form::Day);
