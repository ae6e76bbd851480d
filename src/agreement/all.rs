//! Every coefficient that applies to a table of ratings.

use super::bland_altman::bland_altman;
use super::chance::{brennan_prediger, fleiss_kappa, fleiss_kappa_category, gwet_ac, scott_pi};
use super::coefficient::{AgreementError, Coefficient, Scale, UndefinedCode, Weights};
use super::cohen::{cohen_kappa, percent_agreement};
use super::icc::intraclass_correlations;
use super::krippendorff::{Bootstrap, krippendorff_alpha, krippendorff_alpha_of_values};
use super::matrix::RatingMatrix;
use super::patterns::UnitPatterns;
use crate::statistics::wilson;

/// How intervals are made; no hidden defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementOptions {
    /// Confidence level, such as 0.95.
    pub level: f64,
    /// Resampling for Krippendorff's α.
    pub bootstrap: Bootstrap,
}

/// Every coefficient that applies to the scale: two-rater figures per pair, the others overall.
///
/// # Definition
/// | scale | per pair of raters | over all raters |
/// |---|---|---|
/// | nominal | percent agreement, Cohen's κ, Scott's π | Fleiss' κ overall and per category, Krippendorff's α, AC1, Brennan–Prediger |
/// | ordinal | as nominal, and κ with linear and quadratic weights | as nominal with ordinal α, and AC2 and Brennan–Prediger with both weights |
/// | interval, ratio | percent of equal values, Bland–Altman | α, ICC in six forms |
/// # Input
/// Categories for nominal and ordinal scales, numbers for interval and ratio scales.
/// # Edge cases
/// What has no value is listed all the same, with its reason.
/// # Errors
/// `NoCategories`, `NotNumeric`, `InvalidLevel`.
pub fn all_coefficients(
    matrix: &RatingMatrix,
    scale: Scale,
    options: AgreementOptions,
) -> Result<Vec<Coefficient>, AgreementError> {
    match scale {
        Scale::Nominal | Scale::Ordinal => categorical(matrix, scale, options),
        Scale::Interval | Scale::Ratio
            if matrix.values().is_empty() && !matrix.cells().is_empty() =>
        {
            let numeric = matrix.clone().with_numeric_categories()?;
            numeric_coefficients(&numeric, scale, options)
        }
        Scale::Interval | Scale::Ratio => numeric_coefficients(matrix, scale, options),
    }
}

fn rater_pairs(n_raters: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n_raters).flat_map(move |a| (a + 1..n_raters).map(move |b| (a, b)))
}

fn pair_names(matrix: &RatingMatrix, a: usize, b: usize) -> Vec<String> {
    [a, b]
        .iter()
        .filter_map(|rater| matrix.raters().get(*rater).cloned())
        .collect()
}

fn categorical(
    matrix: &RatingMatrix,
    scale: Scale,
    AgreementOptions { level, bootstrap }: AgreementOptions,
) -> Result<Vec<Coefficient>, AgreementError> {
    if matrix.categories().is_empty() && !matrix.values().is_empty() {
        return Err(AgreementError::NoCategories);
    }
    let weightings: &[Weights] = match scale {
        Scale::Ordinal => &[Weights::Unweighted, Weights::Linear, Weights::Quadratic],
        _ => &[Weights::Unweighted],
    };
    let mut found = Vec::new();
    for (a, b) in rater_pairs(matrix.raters().len()) {
        let table = matrix.table(a, b)?;
        let raters = pair_names(matrix, a, b);
        found.push(percent_agreement(&table, level)?.for_raters(&raters));
        for weights in weightings {
            found.push(cohen_kappa(&table, *weights, level)?.for_raters(&raters));
        }
        found.push(scott_pi(&table, level)?.for_raters(&raters));
    }
    let units = UnitPatterns::from_matrix(matrix);
    let mut overall = vec![fleiss_kappa(&units, level)?];
    for category in 0..matrix.categories().len() {
        overall.push(fleiss_kappa_category(&units, category, level)?);
    }
    overall.push(krippendorff_alpha(&units, scale, bootstrap, level)?);
    for weights in weightings {
        overall.push(gwet_ac(&units, *weights, level)?);
        overall.push(brennan_prediger(&units, *weights, level)?);
    }
    found.extend(overall.into_iter().map(|c| c.for_raters(matrix.raters())));
    Ok(found)
}

fn numeric_coefficients(
    matrix: &RatingMatrix,
    scale: Scale,
    AgreementOptions { level, bootstrap }: AgreementOptions,
) -> Result<Vec<Coefficient>, AgreementError> {
    let mut found = Vec::new();
    for (a, b) in rater_pairs(matrix.raters().len()) {
        let pairs = matrix.value_pairs(a, b);
        let raters = pair_names(matrix, a, b);
        found.push(percent_equal(&pairs, level)?.for_raters(&raters));
        found.push(bland_altman(&pairs, level)?.for_raters(&raters));
    }
    let mut overall = vec![krippendorff_alpha_of_values(
        matrix, scale, bootstrap, level,
    )?];
    overall.extend(intraclass_correlations(matrix, level)?);
    found.extend(overall.into_iter().map(|c| c.for_raters(matrix.raters())));
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
