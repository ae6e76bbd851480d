//! Agreement between raters: Cohen, Scott, Fleiss, Conger, Krippendorff, Gwet, Brennan–Prediger, ICC
//! and Bland–Altman, each with its interval.

mod all;
mod bland_altman;
mod chance;
mod coefficient;
mod cohen;
mod conger;
mod contingency;
mod error;
mod icc;
mod krippendorff;
#[cfg(test)]
mod laws;
mod matrix;
mod patterns;
pub mod registry;
mod scale;
mod study_bootstrap;
#[cfg(test)]
mod tests;
mod weights;

pub use all::{AgreementOptions, all_coefficients};
pub use bland_altman::{LimitsOfAgreement, bland_altman};
pub use chance::{brennan_prediger, fleiss_kappa, fleiss_kappa_category, gwet_ac, scott_pi};
pub use coefficient::{Coefficient, Undefined, UndefinedCode};
pub use cohen::{
    cohen_kappa, cohen_kappa_categories, cohen_kappa_of_disagreements, percent_agreement,
};
pub use conger::conger_kappa;
pub use contingency::ContingencyTable;
pub use error::AgreementError;
pub use icc::{IccForm, intraclass_correlation, intraclass_correlations};
pub use krippendorff::{
    Bootstrap, krippendorff_alpha, krippendorff_alpha_of_values, krippendorff_alpha_value,
};
pub use matrix::{MAX_CATEGORIES, RatingMatrix};
pub use patterns::UnitPatterns;
pub use scale::Scale;
pub use study_bootstrap::{Resampling, StudyInterval};
pub use weights::Weights;
