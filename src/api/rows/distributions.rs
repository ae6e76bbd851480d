//! Distributions of metrics of pairs.

use super::{Cell, Split, TableRow};
use crate::analytics::{OverlapFigure, bootstrap_method};
use crate::pipeline::Table;
use poem_openapi::Object;
use poem_openapi::types::Example;

table_row! {
    /// The distribution of one metric in one group and one unit of measurement.
    #[derive(Object, Clone, Debug)]
    #[oai(example)]
    pub struct DistributionRow {
        /// dice, iou, hd95 …
        pub metric: String,
        /// reference or peer.
        pub kind: String,
        /// Kind of reference; null among peers.
        pub reference: Option<String>,
        /// Null where the figure was not split by it.
        pub stage: Option<String>,
        /// The candidate; among peers each of the two in turn.
        pub rater: Option<String>,
        /// By the protocol's name.
        pub label: Option<String>,
        /// How it was annotated.
        pub technique: Option<String>,
        /// Study key.
        pub study: Option<String>,
        /// Null also where the site is unknown.
        pub site: Option<String>,
        /// ISO week in which the candidate finished; null also where the day is unknown.
        pub week: Option<String>,
        /// ratio, px, mm, voxel …; null where all values are undefined.
        pub unit: Option<String>,
        /// Tolerance of nsd.
        pub tolerance: Option<f64>,
        /// Unit of the tolerance.
        pub tolerance_unit: Option<String>,
        /// Pairs with a value.
        pub n: u64,
        /// Pairs for which the metric is undefined; they are left out of every figure of this row.
        pub n_undefined: u64,
        /// Arithmetic mean.
        pub mean: Option<f64>,
        /// Lower bound of the interval of the mean; null with fewer than two studies.
        pub lower: Option<f64>,
        /// Upper bound of the interval of the mean.
        pub upper: Option<f64>,
        /// Confidence level of the interval.
        pub level: Option<f64>,
        /// How the interval was made.
        pub method: Option<String>,
        /// Smallest value.
        pub min: Option<f64>,
        /// 5th percentile.
        pub p05: Option<f64>,
        /// First quartile.
        pub q1: Option<f64>,
        /// Median.
        pub median: Option<f64>,
        /// Third quartile.
        pub q3: Option<f64>,
        /// 95th percentile.
        pub p95: Option<f64>,
        /// Largest value.
        pub max: Option<f64>,
        /// Why there is no figure.
        pub undefined: Option<String>,
    }
}

impl From<OverlapFigure> for DistributionRow {
    fn from(figure: OverlapFigure) -> Self {
        let split = Split::of(&figure.group);
        Self {
            metric: figure.metric.as_str().to_owned(),
            kind: figure.group.kind.to_string(),
            reference: split.reference,
            stage: split.stage,
            technique: split.technique,
            unit: figure.measure.unit,
            tolerance: figure.measure.tolerance,
            tolerance_unit: figure.measure.tolerance_unit,
            n: figure.n,
            n_undefined: figure.n_undefined,
            mean: figure.mean,
            lower: figure.interval.map(|interval| interval.lower),
            upper: figure.interval.map(|interval| interval.upper),
            level: figure.interval.map(|interval| interval.level),
            method: figure.interval.map(|_| bootstrap_method()),
            min: figure.min,
            p05: figure.p05,
            q1: figure.q1,
            median: figure.median,
            q3: figure.q3,
            p95: figure.p95,
            max: figure.max,
            undefined: figure.mean.is_none().then(|| "all_undefined".to_owned()),
            rater: figure.group.rater,
            label: figure.group.label,
            study: figure.group.study,
            site: figure.group.site,
            week: figure.group.week,
        }
    }
}

impl Example for DistributionRow {
    fn example() -> Self {
        Self {
            metric: "dice".to_owned(),
            kind: "peer".to_owned(),
            reference: None,
            stage: Some("annotation".to_owned()),
            rater: None,
            label: Some("nodule".to_owned()),
            technique: None,
            study: None,
            site: None,
            week: None,
            unit: Some("ratio".to_owned()),
            tolerance: None,
            tolerance_unit: None,
            n: 120,
            n_undefined: 3,
            mean: Some(0.91),
            lower: Some(0.89),
            upper: Some(0.93),
            level: Some(0.95),
            method: Some(bootstrap_method()),
            min: Some(0.52),
            p05: Some(0.78),
            q1: Some(0.88),
            median: Some(0.92),
            q3: Some(0.95),
            p95: Some(0.98),
            max: Some(0.99),
            undefined: None,
        }
    }
}
