//! Chance-corrected coefficients for any number of raters: Fleiss' κ, Scott's π, Gwet's AC1 and
//! AC2, Brennan–Prediger; gaps allowed.

use super::coefficient::{AgreementError, Coefficient, UndefinedCode, Weights};
use super::contingency::ContingencyTable;
use super::patterns::{Pattern, UnitPatterns};
use crate::statistics::{check_level, student_t_quantile};

/// How agreement by chance is modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chance {
    /// All raters draw from the pooled distribution of categories.
    Pooled,
    /// Gwet: only part of the ratings are random, and those are uniform.
    Gwet,
    /// Every category is equally likely.
    Uniform,
}

/// Fleiss' κ for any number of raters.
///
/// # Definition
/// κ = (p_a − p_e)/(1 − p_e): p_a the mean over units of agreeing pairs of ratings, p_e = Σ π_c²,
/// π_c the mean over units of the share of ratings in c. With equal numbers of ratings this is
/// Fleiss' formula; with gaps it is Gwet's extension.
/// # Input
/// Units with at least one rating; those with two or more enter p_a.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no unit with two ratings | undefined (`no_pairable_units`) |
/// | one category throughout | undefined (`no_variation`) |
/// # Properties
/// At most 1; unchanged when raters or categories are permuted.
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Fleiss 1971, Psychol Bull 76(5):378-382, doi:10.1037/h0031619; Gwet 2014, Handbook of
/// Inter-Rater Reliability, 4th ed. (gaps, non-null standard error); Fleiss, Nee & Landis 1979,
/// Psychol Bull 86(5):974-977, doi:10.1037/0033-2909.86.5.974 (`se_null`).
/// # Checked against
/// statsmodels and irrCAC, `tests/oracles/agreement/`.
pub fn fleiss_kappa(units: &UnitPatterns, level: f64) -> Result<Coefficient, AgreementError> {
    let method = "Fleiss 1971, gaps as in Gwet 2014; t interval with Gwet's standard error over units; se_null of Fleiss, Nee & Landis 1979";
    let found = Coefficient::new("fleiss_kappa", level, units.n_units(), method);
    let mut found = chance_corrected(found, units, Weights::Unweighted, Chance::Pooled)?;
    found.se_null = found.value.and(null_standard_error(units));
    Ok(found)
}

/// Fleiss' κ of one category against all others.
///
/// # Definition
/// Fleiss' κ after every other category is merged.
/// # Edge cases
/// As [`fleiss_kappa`]; a category never or always used is undefined (`no_variation`).
/// # Errors
/// `InvalidLevel`, `UnknownCode`.
/// # Reference
/// Fleiss 1971, Psychol Bull 76(5):378-382, doi:10.1037/h0031619; Fleiss, Nee & Landis 1979,
/// Psychol Bull 86(5):974-977, doi:10.1037/0033-2909.86.5.974.
/// # Checked against
/// statsmodels on merged tables, `tests/oracles/agreement/`.
pub fn fleiss_kappa_category(
    units: &UnitPatterns,
    category: usize,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let n_categories = units.categories.len();
    let Some(name) = units.categories.get(category) else {
        return Err(AgreementError::UnknownCode {
            code: category,
            n_categories,
        });
    };
    let mut found = fleiss_kappa(&units.one_against_rest(category), level)?;
    found.name = "fleiss_kappa_category";
    found.category = Some(name.clone());
    Ok(found)
}

/// Scott's π for two raters.
///
/// # Definition
/// (p_o − p_e)/(1 − p_e), p_e = Σ ((pᵢ. + p.ᵢ)/2)².
/// # Edge cases
/// No units: undefined (`no_pairable_units`). One category throughout: undefined (`no_variation`).
/// # Properties
/// At most 1; never above Cohen's κ; symmetric.
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Scott 1955, Public Opin Q 19(3):321-325, doi:10.1086/266577; standard error: Gwet 2014.
/// # Checked against
/// irrCAC, `tests/oracles/agreement/`.
pub fn scott_pi(table: &ContingencyTable, level: f64) -> Result<Coefficient, AgreementError> {
    let method = "Scott 1955; t interval with Gwet's standard error over units";
    let found = Coefficient::new("scott_pi", level, table.total(), method);
    chance_corrected(
        found,
        &UnitPatterns::from_table(table),
        Weights::Unweighted,
        Chance::Pooled,
    )
}

/// Gwet's AC1 (unweighted) or AC2 (weighted).
///
/// # Definition
/// (p_a − p_e)/(1 − p_e), p_e = Σ w / (k(k−1)) · Σ π_c (1 − π_c), w the agreement weights and k the
/// number of declared categories.
/// # Input
/// Declare every category that could have been used: p_e depends on their number.
/// # Edge cases
/// No unit with two ratings: undefined (`no_pairable_units`). One declared category: undefined
/// (`no_variation`). One of several categories throughout: 1.
/// # Properties
/// At most 1; stays high where prevalence is skewed.
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Gwet 2008, Br J Math Stat Psychol 61(1):29-48, doi:10.1348/000711006X126600; Gwet 2014, Handbook
/// of Inter-Rater Reliability, 4th ed.
/// # Checked against
/// irrCAC, `tests/oracles/agreement/`.
pub fn gwet_ac(
    units: &UnitPatterns,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let (name, method) = match weights {
        Weights::Unweighted => (
            "gwet_ac1",
            "Gwet 2008 AC1 over declared categories; t interval with Gwet's standard error over units",
        ),
        _ => (
            "gwet_ac2",
            "Gwet 2014 AC2 over declared categories; t interval with Gwet's standard error over units",
        ),
    };
    let found = Coefficient::new(name, level, units.n_units(), method);
    chance_corrected(found, units, weights, Chance::Gwet)
}

/// Brennan–Prediger coefficient; with two categories and two raters, PABAK.
///
/// # Definition
/// (p_a − p_e)/(1 − p_e), p_e = Σ w / k².
/// # Input
/// Declare every category that could have been used: p_e depends on their number k.
/// # Edge cases
/// As [`gwet_ac`].
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Brennan & Prediger 1981, Educ Psychol Meas 41(3):687-699, doi:10.1177/001316448104100307;
/// standard error: Gwet 2014.
/// # Checked against
/// irrCAC, `tests/oracles/agreement/`.
pub fn brennan_prediger(
    units: &UnitPatterns,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let method = "Brennan & Prediger 1981 over declared categories; t interval with Gwet's standard error over units";
    let found = Coefficient::new("brennan_prediger", level, units.n_units(), method);
    chance_corrected(found, units, weights, Chance::Uniform)
}

/// Value, standard error and interval shared by all of them (Gwet 2014, ch. 2 to 5).
fn chance_corrected(
    mut found: Coefficient,
    units: &UnitPatterns,
    weights: Weights,
    chance: Chance,
) -> Result<Coefficient, AgreementError> {
    check_level(found.level)?;
    found.weights = Some(weights.name());
    let k = units.categories.len();
    let (n, n_pairable) = (units.n_units() as f64, units.n_pairable() as f64);
    if n_pairable == 0.0 {
        let reason = "no unit holds two ratings";
        return Ok(found.undefined(UndefinedCode::NoPairableUnits, reason));
    }
    let mut shares = vec![0.0; k];
    for pattern in &units.patterns {
        for (category, share) in rating_shares(pattern) {
            shares[category] += share * pattern.n_units as f64 / n;
        }
    }
    let agreement = |pattern: &Pattern| agreeing_pairs(pattern, weights, k);
    let observed = units
        .pairable()
        .map(|p| p.n_units as f64 * agreement(p))
        .sum::<f64>()
        / n_pairable;
    let credit = chance_credit(&shares, weights, chance);
    let expected: f64 = shares.iter().zip(&credit).map(|(share, c)| share * c).sum();
    if shares.iter().any(|share| *share == 1.0 || k < 2) && (chance == Chance::Pooled || k < 2) {
        let reason = "one and the same category was used throughout";
        return Ok(found.undefined(UndefinedCode::NoVariation, reason));
    }
    let value = (observed - expected) / (1.0 - expected);
    let mut squares = 0.0;
    for pattern in &units.patterns {
        let own = if pattern.n_ratings < 2 {
            0.0
        } else {
            n / n_pairable * (agreement(pattern) - expected) / (1.0 - expected)
        };
        let by_chance: f64 = rating_shares(pattern)
            .map(|(c, share)| share * credit[c])
            .sum();
        // The chance term moves with the shares, twice as fast where both raters draw from them.
        let moved = match chance {
            Chance::Uniform => 0.0,
            _ => 2.0 * (1.0 - value) * (by_chance - expected) / (1.0 - expected),
        };
        squares += pattern.n_units as f64 * (own - moved - value).powi(2);
    }
    let n_units = units.n_units();
    let se = (n_units >= 2).then(|| (squares / (n * (n - 1.0))).sqrt());
    let quantile = student_t_quantile(0.5 + 0.5 * found.level, (n - 1.0).max(1.0));
    Ok(found.with_symmetric_interval(value, se, quantile))
}

fn rating_shares(pattern: &Pattern) -> impl Iterator<Item = (usize, f64)> {
    let n = f64::from(pattern.n_ratings);
    pattern
        .ratings
        .iter()
        .map(move |&(category, count)| (category, f64::from(count) / n))
}

/// Share of ordered pairs of ratings of one unit that agree, by weight.
fn agreeing_pairs(pattern: &Pattern, weights: Weights, k: usize) -> f64 {
    let n = f64::from(pattern.n_ratings);
    let mut pairs = 0.0;
    for &(i, count) in &pattern.ratings {
        let credited: f64 = pattern
            .ratings
            .iter()
            .map(|&(j, c)| weights.between(i, j, k) * f64::from(c))
            .sum();
        pairs += f64::from(count) * (credited - 1.0);
    }
    pairs / (n * (n - 1.0))
}

/// Chance of agreement with a rating in each category; their mean over ratings is p_e.
fn chance_credit(shares: &[f64], weights: Weights, chance: Chance) -> Vec<f64> {
    let k = shares.len();
    let total_weight = || -> f64 {
        (0..k)
            .map(|i| (0..k).map(|j| weights.between(i, j, k)).sum::<f64>())
            .sum()
    };
    match chance {
        Chance::Pooled => (0..k)
            .map(|i| {
                shares
                    .iter()
                    .enumerate()
                    .map(|(j, p)| weights.between(i, j, k) * p)
                    .sum()
            })
            .collect(),
        Chance::Gwet => {
            let scale = total_weight() / (k * (k.max(2) - 1)) as f64;
            shares.iter().map(|share| scale * (1.0 - share)).collect()
        }
        Chance::Uniform => vec![total_weight() / (k * k) as f64; k],
    }
}

/// Standard error of Fleiss' κ if the true κ were 0; `None` with unequal numbers of ratings.
fn null_standard_error(units: &UnitPatterns) -> Option<f64> {
    let m = units.patterns.first()?.n_ratings;
    if m < 2 || units.patterns.iter().any(|p| p.n_ratings != m) {
        return None;
    }
    let (n, m) = (units.n_units() as f64, f64::from(m));
    let mut shares = vec![0.0; units.categories.len()];
    for pattern in &units.patterns {
        for (category, share) in rating_shares(pattern) {
            shares[category] += share * pattern.n_units as f64 / n;
        }
    }
    let spread: f64 = shares.iter().map(|p| p * (1.0 - p)).sum();
    let skew: f64 = shares.iter().map(|p| p * (1.0 - p) * (1.0 - 2.0 * p)).sum();
    (spread > 0.0)
        .then(|| (2.0 / (n * m * (m - 1.0))).sqrt() * (spread * spread - skew).sqrt() / spread)
}
