//! The list of all coefficients: what each is called, takes and promises, where it is defined, and who else was asked. The property
//! tests hold every entry to its promises.

use super::Scale;
use crate::definitions::{DefinedIn, defined_in};

/// How many raters a coefficient is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raters {
    /// Two; among more, each pair has its own.
    Two,
    /// All at once, two or more.
    TwoOrMore,
}

/// What missing ratings do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// Units that both raters rated count.
    RatedByBoth,
    /// Units with two or more ratings count.
    RatedByTwo,
    /// Units with two or more ratings count; a lone rating enters the chance term only (Gwet 2014).
    LoneForChance,
    /// Units that all raters rated count.
    Complete,
}

/// The best value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Best {
    One,
    Zero,
}

/// One coefficient: its names and its promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoefficientSpec {
    /// `name` in the answers of command and API.
    pub key: &'static str,
    pub title: &'static str,
    pub raters: Raters,
    pub scales: &'static [Scale],
    pub gaps: Gaps,
    /// Least and greatest possible value.
    pub range: (f64, f64),
    pub best: Best,
    /// How its interval is made.
    pub interval: &'static str,
    /// When it has no value.
    pub undefined: &'static str,
    pub source: &'static str,
    /// The function that computes it; its docstring is the definition.
    pub defined_in: DefinedIn,
    /// Files below `tests/oracles` that hold other tools' answers to it.
    pub oracles: &'static [&'static str],
}

const ALL_SCALES: &[Scale] = &[
    Scale::Nominal,
    Scale::Ordinal,
    Scale::Interval,
    Scale::Ratio,
];
const CATEGORIES: &[Scale] = &[Scale::Nominal, Scale::Ordinal];
const NUMBERS: &[Scale] = &[Scale::Interval, Scale::Ratio];
const CHANCE_CORRECTED: (f64, f64) = (-1.0, 1.0);
const OPEN_BELOW: (f64, f64) = (f64::NEG_INFINITY, 1.0);
const ORACLES: &[&str] = &["agreement/random.json", "agreement/categorical.json"];
const MEASURED: &[&str] = &["agreement/random.json", "agreement/numeric.json"];

/// A coefficient of several raters that takes chance out, with Gwet's standard error.
const fn corrected(
    key: &'static str,
    title: &'static str,
    undefined: &'static str,
    source: &'static str,
    defined_in: DefinedIn,
) -> CoefficientSpec {
    CoefficientSpec {
        key,
        title,
        raters: Raters::TwoOrMore,
        scales: CATEGORIES,
        gaps: Gaps::LoneForChance,
        range: OPEN_BELOW,
        best: Best::One,
        interval: "t with n − 1 degrees of freedom, Gwet's standard error",
        undefined,
        source,
        defined_in,
        oracles: ORACLES,
    }
}

/// Every coefficient, in the order in which tables show them.
pub const ALL: &[CoefficientSpec] = &[
    CoefficientSpec {
        key: "percent_agreement",
        title: "Percent agreement",
        raters: Raters::Two,
        scales: ALL_SCALES,
        gaps: Gaps::RatedByBoth,
        range: (0.0, 1.0),
        best: Best::One,
        interval: "Wilson",
        undefined: "no unit rated by both",
        source: "Wilson 1927, doi:10.1080/01621459.1927.10502953",
        defined_in: defined_in!("agreement/cohen.rs", "percent_agreement"),
        oracles: ORACLES,
    },
    CoefficientSpec {
        key: "cohen_kappa",
        title: "Cohen's κ, unweighted, linear or quadratic",
        raters: Raters::Two,
        scales: CATEGORIES,
        gaps: Gaps::RatedByBoth,
        range: CHANCE_CORRECTED,
        best: Best::One,
        interval: "normal, with the standard error of Fleiss, Cohen & Everitt 1969",
        undefined: "both raters used one and the same category throughout",
        source: "Cohen 1960, doi:10.1177/001316446002000104; Cohen 1968, doi:10.1037/h0026256",
        defined_in: defined_in!("agreement/cohen.rs", "cohen_kappa"),
        oracles: ORACLES,
    },
    CoefficientSpec {
        key: "cohen_kappa_category",
        title: "Cohen's κ of one category against the rest, of more than two",
        raters: Raters::Two,
        scales: CATEGORIES,
        gaps: Gaps::RatedByBoth,
        range: CHANCE_CORRECTED,
        best: Best::One,
        interval: "normal, with the standard error of Fleiss, Cohen & Everitt 1969",
        undefined: "the category never or always used by both",
        source: "Cohen 1960, doi:10.1177/001316446002000104; Fleiss, Levin & Paik 2003, doi:10.1002/0471445428",
        defined_in: defined_in!("agreement/cohen.rs", "cohen_kappa_categories"),
        oracles: &["agreement/categorical.json"],
    },
    CoefficientSpec {
        raters: Raters::Two,
        gaps: Gaps::RatedByBoth,
        range: CHANCE_CORRECTED,
        ..corrected(
            "scott_pi",
            "Scott's π, unweighted, linear or quadratic",
            "one category throughout",
            "Scott 1955, doi:10.1086/266577",
            defined_in!("agreement/chance.rs", "scott_pi"),
        )
    },
    corrected(
        "fleiss_kappa",
        "Fleiss' κ, unweighted, linear, quadratic or ordinal",
        "one category throughout",
        "Fleiss 1971, doi:10.1037/h0031619",
        defined_in!("agreement/chance.rs", "fleiss_kappa"),
    ),
    corrected(
        "fleiss_kappa_category",
        "Fleiss' κ of one category against the rest",
        "the category never or always used",
        "Fleiss 1971, doi:10.1037/h0031619; Fleiss, Nee & Landis 1979, doi:10.1037/0033-2909.86.5.974",
        defined_in!("agreement/chance.rs", "fleiss_kappa_category"),
    ),
    CoefficientSpec {
        oracles: &["agreement/categorical.json"],
        ..corrected(
            "conger_kappa",
            "Conger's κ: Cohen's for more than two raters",
            "one category throughout",
            "Conger 1980, doi:10.1037/0033-2909.88.2.322",
            defined_in!("agreement/conger.rs", "conger_kappa"),
        )
    },
    CoefficientSpec {
        key: "krippendorff_alpha",
        title: "Krippendorff's α",
        raters: Raters::TwoOrMore,
        scales: ALL_SCALES,
        gaps: Gaps::RatedByTwo,
        range: OPEN_BELOW,
        best: Best::One,
        interval: "bootstrap over units, percentiles; seed and B stated",
        undefined: "no variation",
        source: "Krippendorff 2011, Computing Krippendorff's alpha-reliability",
        defined_in: defined_in!("agreement/krippendorff.rs", "krippendorff_alpha"),
        oracles: &[
            "agreement/random.json",
            "agreement/categorical.json",
            "agreement/numeric.json",
        ],
    },
    corrected(
        "gwet_ac1",
        "Gwet's AC1",
        "fewer than two categories possible",
        "Gwet 2008, doi:10.1348/000711006X126600; Gwet 2014",
        defined_in!("agreement/chance.rs", "gwet_ac"),
    ),
    CoefficientSpec {
        scales: &[Scale::Ordinal],
        ..corrected(
            "gwet_ac2",
            "Gwet's AC2, with weights",
            "fewer than two categories possible",
            "Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed.",
            defined_in!("agreement/chance.rs", "gwet_ac"),
        )
    },
    corrected(
        "brennan_prediger",
        "Brennan–Prediger (two categories: PABAK)",
        "fewer than two categories possible",
        "Brennan & Prediger 1981, doi:10.1177/001316448104100307",
        defined_in!("agreement/chance.rs", "brennan_prediger"),
    ),
    CoefficientSpec {
        key: "icc",
        title: "Intraclass correlation in six forms",
        raters: Raters::TwoOrMore,
        scales: NUMBERS,
        gaps: Gaps::Complete,
        range: OPEN_BELOW,
        best: Best::One,
        interval: "F distribution",
        undefined: "no variation, or fewer than two complete units",
        source: "Shrout & Fleiss 1979, doi:10.1037/0033-2909.86.2.420; McGraw & Wong 1996, doi:10.1037/1082-989X.1.1.30",
        defined_in: defined_in!("agreement/icc.rs", "intraclass_correlation"),
        oracles: MEASURED,
    },
    CoefficientSpec {
        key: "bland_altman",
        title: "Bland–Altman bias and limits of agreement",
        raters: Raters::Two,
        scales: NUMBERS,
        gaps: Gaps::RatedByBoth,
        range: (f64::NEG_INFINITY, f64::INFINITY),
        best: Best::Zero,
        interval: "t with n − 1 degrees of freedom; limits also by the noncentral t",
        undefined: "fewer than two units rated by both",
        source: "Bland & Altman 1986, doi:10.1016/S0140-6736(86)90837-8",
        defined_in: defined_in!("agreement/bland_altman.rs", "bland_altman"),
        oracles: &["agreement/numeric.json", "agreement/limits.json"],
    },
];

/// The coefficient with a key.
pub fn find(key: &str) -> Option<&'static CoefficientSpec> {
    ALL.iter().find(|spec| spec.key == key)
}
