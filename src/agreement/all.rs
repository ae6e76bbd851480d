//! Every coefficient that applies to a table of ratings.

use super::bland_altman::bland_altman;
use super::chance::{brennan_prediger, fleiss_kappa, fleiss_kappa_category, gwet_ac, scott_pi};
use super::coefficient::{Coefficient, UndefinedCode};
use super::cohen::{cohen_kappa, cohen_kappa_categories, percent_agreement};
use super::conger::repeated_conger_kappa;
use super::contingency::ContingencyTable;
use super::error::AgreementError;
use super::icc::intraclass_correlations;
use super::krippendorff::{Bootstrap, krippendorff_alpha, krippendorff_alpha_of_values};
use super::matrix::RatingMatrix;
use super::patterns::UnitPatterns;
use super::scale::Scale;
use super::study_bootstrap::add_study_intervals;
use super::weights::Weights;
use crate::statistics::wilson;

/// How intervals are made; no hidden defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementOptions {
    /// Confidence level, such as 0.95.
    pub level: f64,
    /// Resampling of units for Krippendorff's α, and of studies for all where studies are known.
    pub bootstrap: Bootstrap,
}

/// Weightings of the coefficients for two raters on an ordinal scale.
const PAIR_WEIGHTS: &[Weights] = &[Weights::Unweighted, Weights::Linear, Weights::Quadratic];

/// Weightings of the coefficients for all raters on an ordinal scale.
const OVERALL_WEIGHTS: &[Weights] = &[
    Weights::Unweighted,
    Weights::Linear,
    Weights::Quadratic,
    Weights::Ordinal,
];

/// Every coefficient that applies to the scale: two-rater figures per pair, the others overall.
///
/// # Definition
/// | scale | per pair of raters | over all raters |
/// |---|---|---|
/// | nominal | percent agreement, Cohen's κ, Scott's π; κ of each category where there are more than two | Fleiss' κ overall and per category, Conger's κ where there are more than two raters, Krippendorff's α, AC1, Brennan–Prediger |
/// | ordinal | as nominal, and κ and π with linear and quadratic weights | as nominal with ordinal α, and Fleiss' κ, Conger's κ, AC2 and Brennan–Prediger with linear, quadratic and ordinal weights |
/// | interval, ratio | percent of equal values, Bland–Altman | α, ICC in six forms |
///
/// Where the matrix has studies, each value also has a `study_interval`: whole studies resampled.
/// # Input
/// Categories for nominal and ordinal scales, numbers for interval and ratio scales.
/// # Edge cases
/// What has no value is listed all the same, with its reason.
/// # Properties
/// The same list for any order of units; overall figures also for any order of raters.
/// # Errors
/// `NoCategories`, `NotNumeric`, `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::*;
/// let rows = [("a", "u", "x"), ("b", "u", "x"), ("a", "v", "x"), ("b", "v", "y")];
/// let matrix = RatingMatrix::from_labels(rows, None)?;
/// let options = AgreementOptions { level: 0.95, bootstrap: Bootstrap { n_resamples: 200, seed: 7 } };
/// let found = all_coefficients(&matrix, Scale::Nominal, options)?;
/// assert_eq!((found[0].name, found[0].value), ("percent_agreement", Some(0.5)));
/// # Ok::<(), AgreementError>(())
/// ```
/// # Reference
/// As each function says.
/// # Checked against
/// scikit-learn, statsmodels, krippendorff, irrCAC and pingouin, `tests/oracles/agreement/`.
pub fn all_coefficients(
    matrix: &RatingMatrix,
    scale: Scale,
    options: AgreementOptions,
) -> Result<Vec<Coefficient>, AgreementError> {
    match scale {
        Scale::Nominal | Scale::Ordinal => categorical(matrix, scale, options),
        Scale::Interval | Scale::Ratio
            if matrix.numbers().is_empty() && !matrix.codes().is_empty() =>
        {
            let numeric = matrix.clone().with_numeric_categories()?;
            numeric_coefficients(&numeric, scale, options)
        }
        Scale::Interval | Scale::Ratio => numeric_coefficients(matrix, scale, options),
    }
}

pub(super) fn rater_pairs(n_raters: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n_raters).flat_map(move |a| (a + 1..n_raters).map(move |b| (a, b)))
}

fn pair_names(matrix: &RatingMatrix, a: usize, b: usize) -> Vec<String> {
    let names = [a, b].into_iter();
    names
        .filter_map(|rater| matrix.raters().get(rater).cloned())
        .collect()
}

fn weightings(all: &'static [Weights], scale: Scale) -> &'static [Weights] {
    match scale {
        Scale::Ordinal => all,
        _ => &all[..1],
    }
}

fn categorical(
    matrix: &RatingMatrix,
    scale: Scale,
    options: AgreementOptions,
) -> Result<Vec<Coefficient>, AgreementError> {
    if matrix.categories().is_empty() && !matrix.numbers().is_empty() {
        return Err(AgreementError::NoCategories);
    }
    let mut found = Vec::new();
    for (a, b) in rater_pairs(matrix.raters().len()) {
        let raters = pair_names(matrix, a, b);
        let of_pair = pair_figures(&matrix.table(a, b)?, scale, options.level)?;
        found.extend(of_pair.into_iter().map(|c| c.for_raters(&raters)));
    }
    let units = UnitPatterns::from_matrix(matrix);
    let mut overall = pooled_figures(&units, scale, options)?;
    overall.extend(conger_figures(matrix, None, scale, options.level)?);
    found.extend(overall.into_iter().map(|c| c.for_raters(matrix.raters())));
    add_study_intervals(matrix, scale, options, &mut found)?;
    Ok(found)
}

/// Figures of one pair of raters.
pub(super) fn pair_figures(
    table: &ContingencyTable,
    scale: Scale,
    level: f64,
) -> Result<Vec<Coefficient>, AgreementError> {
    let mut found = vec![percent_agreement(table, level)?];
    for weights in weightings(PAIR_WEIGHTS, scale) {
        found.push(cohen_kappa(table, *weights, level)?);
    }
    for weights in weightings(PAIR_WEIGHTS, scale) {
        found.push(scott_pi(table, *weights, level)?);
    }
    // Of two categories each is the other's rest.
    if table.categories().len() > 2 {
        found.extend(cohen_kappa_categories(table, level)?);
    }
    Ok(found)
}

/// Figures over all raters that see only how often each category was given to a unit.
pub(super) fn pooled_figures(
    units: &UnitPatterns,
    scale: Scale,
    AgreementOptions { level, bootstrap }: AgreementOptions,
) -> Result<Vec<Coefficient>, AgreementError> {
    let weightings = weightings(OVERALL_WEIGHTS, scale);
    let mut found = Vec::new();
    for weights in weightings {
        found.push(fleiss_kappa(units, *weights, level)?);
    }
    for category in 0..units.categories.len() {
        found.push(fleiss_kappa_category(units, category, level)?);
    }
    found.push(krippendorff_alpha(units, scale, bootstrap, level)?);
    for weights in weightings {
        found.push(gwet_ac(units, *weights, level)?);
        found.push(brennan_prediger(units, *weights, level)?);
    }
    Ok(found)
}

/// Conger's κ where it is not Cohen's, each unit taken as often as `times` says.
pub(super) fn conger_figures(
    matrix: &RatingMatrix,
    times: Option<&[u64]>,
    scale: Scale,
    level: f64,
) -> Result<Vec<Coefficient>, AgreementError> {
    if matrix.raters().len() < 3 {
        return Ok(Vec::new());
    }
    let weightings = weightings(OVERALL_WEIGHTS, scale).iter();
    weightings
        .map(|weights| repeated_conger_kappa(matrix, times, *weights, level))
        .collect()
}

fn numeric_coefficients(
    matrix: &RatingMatrix,
    scale: Scale,
    options: AgreementOptions,
) -> Result<Vec<Coefficient>, AgreementError> {
    let AgreementOptions { level, bootstrap } = options;
    let mut found = Vec::new();
    for (a, b) in rater_pairs(matrix.raters().len()) {
        let pairs = matrix.value_pairs(a, b);
        let raters = pair_names(matrix, a, b);
        found.push(percent_equal(&pairs, level)?.for_raters(&raters));
        found.push(bland_altman(&pairs, level)?.for_raters(&raters));
    }
    let alpha = krippendorff_alpha_of_values(matrix, scale, bootstrap, level)?;
    found.push(alpha.for_raters(matrix.raters()));
    let correlations = intraclass_correlations(matrix, level)?;
    found.extend(
        correlations
            .into_iter()
            .map(|c| c.for_raters(matrix.raters())),
    );
    add_study_intervals(matrix, scale, options, &mut found)?;
    Ok(found)
}

/// Percent agreement of numbers: exactly equal or not.
fn percent_equal(pairs: &[(f64, f64)], level: f64) -> Result<Coefficient, AgreementError> {
    let n = pairs.len() as u64;
    let equal = pairs.iter().filter(|(a, b)| a == b).count() as u64;
    let method = "share of exactly equal values; Wilson 1927 interval; binomial standard error";
    let mut found = Coefficient::new("percent_agreement", level, n, method);
    let Some(interval) = wilson(equal, n, level)? else {
        return Ok(found.undefined(UndefinedCode::NoUnits, "no unit was rated by both"));
    };
    let share = equal as f64 / n as f64;
    found.value = Some(share);
    found.se = Some((share * (1.0 - share) / n as f64).sqrt());
    found.lower = Some(interval.lower);
    found.upper = Some(interval.upper);
    Ok(found)
}
