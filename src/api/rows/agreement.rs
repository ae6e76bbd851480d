//! Coefficients of agreement.

use super::{Cell, TableRow};
use crate::analytics::AgreementFigure;
use crate::pipeline::Table;
use poem_openapi::Object;
use poem_openapi::types::Example;

table_row! {
    /// One coefficient of agreement between two raters, or between one and all others.
    #[derive(Object, Clone, Debug)]
    #[oai(example)]
    pub struct AgreementRow {
        /// What is rated: classification, ordinal, instance_label, presence, attribute or pixel.
        pub unit: String,
        /// One rater.
        pub a: String,
        /// The other; null: all others.
        pub b: Option<String>,
        /// Study key; null where the figure was not split by it.
        pub study: Option<String>,
        /// Question, attribute or label; null over all.
        pub scope: Option<String>,
        /// percent_agreement or cohen_kappa.
        pub coefficient: String,
        /// unweighted, linear or quadratic.
        pub weights: Option<String>,
        /// The coefficient; null where undefined.
        pub value: Option<f64>,
        /// Standard error.
        pub se: Option<f64>,
        /// Lower bound of the interval.
        pub lower: Option<f64>,
        /// Upper bound of the interval.
        pub upper: Option<f64>,
        /// Confidence level of the interval.
        pub level: f64,
        /// Formula, kind of interval and source.
        pub method: String,
        /// Units rated by both.
        pub n: u64,
        /// How unequally the categories occur; κ falls as it grows.
        pub prevalence_index: Option<f64>,
        /// How unequally the two use the categories.
        pub bias_index: Option<f64>,
        /// Why there is no value.
        pub undefined: Option<String>,
    }
}

impl AgreementRow {
    /// One row a coefficient.
    pub fn of(figure: AgreementFigure) -> Vec<Self> {
        let AgreementFigure {
            group,
            unit,
            coefficients,
            ..
        } = figure;
        coefficients
            .into_iter()
            .map(|found| Self {
                unit: unit.to_owned(),
                a: group.a_rater.clone(),
                b: group.b_rater.clone(),
                study: group.study.clone(),
                scope: group.scope.clone(),
                coefficient: found.name.to_owned(),
                weights: found.weights.map(str::to_owned),
                value: found.value,
                se: found.se,
                lower: found.lower,
                upper: found.upper,
                level: found.level,
                method: found.method,
                n: found.n,
                prevalence_index: found.prevalence_index,
                bias_index: found.bias_index,
                undefined: found.undefined.map(|undefined| undefined.reason.to_owned()),
            })
            .collect()
    }
}

impl Example for AgreementRow {
    fn example() -> Self {
        Self {
            unit: "presence".to_owned(),
            a: "reader-a".to_owned(),
            b: Some("reader-b".to_owned()),
            study: None,
            scope: Some("nodule".to_owned()),
            coefficient: "cohen_kappa".to_owned(),
            weights: Some("unweighted".to_owned()),
            value: Some(0.43),
            se: Some(0.05),
            lower: Some(0.33),
            upper: Some(0.53),
            level: 0.95,
            method: "Cohen 1960; standard error by Fleiss, Cohen & Everitt 1969".to_owned(),
            n: 320,
            prevalence_index: Some(0.61),
            bias_index: Some(0.04),
            undefined: None,
        }
    }
}
