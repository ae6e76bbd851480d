//! Agreement between raters: Cohen, Scott, Fleiss, Krippendorff, Gwet, Brennan–Prediger, ICC and
//! Bland–Altman, each with its interval.

mod all;
mod bland_altman;
mod chance;
mod coefficient;
mod cohen;
mod contingency;
mod icc;
mod krippendorff;
#[cfg(test)]
mod laws;
mod matrix;
mod patterns;
pub mod registry;
#[cfg(test)]
mod tests;

pub use all::{AgreementOptions, all_coefficients};
pub use bland_altman::{LimitsOfAgreement, bland_altman};
pub use chance::{brennan_prediger, fleiss_kappa, fleiss_kappa_category, gwet_ac, scott_pi};
pub use coefficient::{AgreementError, Coefficient, Scale, Undefined, UndefinedCode, Weights};
pub use cohen::{cohen_kappa, percent_agreement};
pub use contingency::ContingencyTable;
pub use icc::{IccForm, intraclass_correlation, intraclass_correlations};
pub use krippendorff::{
    Bootstrap, krippendorff_alpha, krippendorff_alpha_of_values, krippendorff_alpha_value,
};
pub use matrix::{MAX_CATEGORIES, RatingMatrix};
pub use patterns::UnitPatterns;
