//! Error rates.

use super::{Cell, Split, TableRow};
use crate::analytics::ErrorFigure;
use crate::domain::ErrorKind;
use crate::pipeline::Table;
use poem_openapi::Object;
use poem_openapi::types::Example;

table_row! {
    /// An error rate of one group against one kind of reference.
    #[derive(Object, Clone, Debug)]
    #[oai(example)]
    pub struct ErrorRateRow {
        /// What the comparison calls true: adjudicated, gold, verification or consensus.
        pub reference: Option<String>,
        /// Null where the figure was not split by it.
        pub stage: Option<String>,
        /// The candidate.
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
        /// What is counted: study, item or instance.
        pub unit: String,
        /// Units with an error.
        pub numerator: u64,
        /// Assessed units.
        pub denominator: u64,
        /// Assessed units, as `denominator`.
        pub n: u64,
        /// numerator / denominator, from 0 to 1; null when nothing was assessed.
        pub rate: Option<f64>,
        /// Lower bound of the interval of `rate`.
        pub lower: Option<f64>,
        /// Upper bound of the interval of `rate`.
        pub upper: Option<f64>,
        /// Confidence level of the interval.
        pub level: Option<f64>,
        /// How the interval was made.
        pub method: Option<String>,
        /// Why there is no rate.
        pub undefined: Option<String>,
        /// Units that no tolerance could judge; not in the denominator.
        pub n_not_applicable: u64,
        /// Units that could not be compared; not in the denominator.
        pub n_refused: u64,
        /// The rate must lie below it; null where the group spans stages.
        pub limit: Option<f64>,
        /// pass, fail, insufficient_evidence, not_applicable or error, by one-sided exact bounds.
        pub status: Option<String>,
        /// Audits, all without error, that would turn insufficient evidence into a pass.
        pub further_clean_audits: Option<u64>,
        /// The same in studies like these, where several units of a study are counted.
        pub further_clean_studies: Option<u64>,
        /// Independent units that the denominator is worth, where several units of a study are counted.
        pub effective_n: Option<f64>,
        /// Instances whose primary error this is; their sum may exceed `numerator`, which counts units.
        pub missing: u64,
        /// Instances that no reference has.
        pub extra: u64,
        /// Instances with another label than their reference.
        pub wrong_label: u64,
        /// Instances further from their reference than the protocol allows.
        pub out_of_tolerance: u64,
        /// Instances with another value of a required attribute.
        pub wrong_attribute: u64,
    }
}

impl From<ErrorFigure> for ErrorRateRow {
    fn from(figure: ErrorFigure) -> Self {
        let split = Split::of(&figure.group);
        let of_kind = |kind| figure.kinds.get(&kind).copied().unwrap_or(0);
        Self {
            reference: split.reference,
            stage: split.stage,
            technique: split.technique,
            unit: figure.unit.to_string(),
            numerator: figure.n_errors,
            denominator: figure.n_assessed,
            n: figure.n_assessed,
            rate: figure.rate,
            lower: figure.interval.map(|interval| interval.lower),
            upper: figure.interval.map(|interval| interval.upper),
            level: figure.interval.map(|interval| interval.level),
            method: figure.interval_method().map(str::to_owned),
            effective_n: figure.effective_n,
            further_clean_studies: figure.further_clean_studies,
            undefined: figure.rate.is_none().then(|| "nothing_assessed".to_owned()),
            n_not_applicable: figure.n_not_applicable,
            n_refused: figure.n_refused,
            limit: figure.limit,
            status: figure
                .verdict
                .as_ref()
                .map(|verdict| verdict.status.to_string()),
            further_clean_audits: figure
                .verdict
                .as_ref()
                .and_then(|verdict| verdict.further_clean_audits),
            missing: of_kind(ErrorKind::Missing),
            extra: of_kind(ErrorKind::Extra),
            wrong_label: of_kind(ErrorKind::WrongLabel),
            out_of_tolerance: of_kind(ErrorKind::OutOfTolerance),
            wrong_attribute: of_kind(ErrorKind::WrongAttribute),
            rater: figure.group.rater,
            label: figure.group.label,
            study: figure.group.study,
            site: figure.group.site,
            week: figure.group.week,
        }
    }
}

impl Example for ErrorRateRow {
    fn example() -> Self {
        Self {
            reference: Some("adjudicated".to_owned()),
            stage: Some("annotation".to_owned()),
            rater: Some("reader-a".to_owned()),
            label: None,
            technique: None,
            study: None,
            site: None,
            week: None,
            unit: "study".to_owned(),
            numerator: 1,
            denominator: 48,
            n: 48,
            rate: Some(0.020_833_333_333_333_332),
            lower: Some(0.003_686),
            upper: Some(0.108_943),
            level: Some(0.95),
            method: Some("wilson".to_owned()),
            undefined: None,
            n_not_applicable: 0,
            n_refused: 0,
            limit: Some(0.012),
            status: Some("insufficient_evidence".to_owned()),
            further_clean_audits: Some(346),
            further_clean_studies: None,
            effective_n: None,
            missing: 1,
            extra: 0,
            wrong_label: 0,
            out_of_tolerance: 0,
            wrong_attribute: 0,
        }
    }
}
