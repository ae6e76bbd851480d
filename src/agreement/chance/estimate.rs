//! The estimate that Fleiss, Scott, Gwet and Brennan–Prediger share, and its standard error.

use crate::agreement::coefficient::{Coefficient, UndefinedCode};
use crate::agreement::error::AgreementError;
use crate::agreement::patterns::{Pattern, UnitPatterns};
use crate::agreement::weights::Weights;
use crate::statistics::{check_level, student_t_quantile};

/// How agreement by chance is modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chance {
    /// All raters draw from the pooled distribution of categories.
    Pooled,
    /// Gwet: only part of the ratings are random, and those are uniform.
    Gwet,
    /// Every category is equally likely.
    Uniform,
}

/// Value, standard error and interval (Gwet 2014, ch. 2 to 5).
///
/// All is written in disagreement, v = 1 − w: value 1 − D_o/D_e. Where agreement is high, 1 − p_e
/// and 1 − p_a would lose the digits that D_e and D_o keep.
pub(super) fn chance_corrected(
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
    if k < 2 || (chance == Chance::Pooled && uses_one_category(units)) {
        let reason = "one and the same category was used throughout";
        return Ok(found.undefined(UndefinedCode::NoVariation, reason));
    }
    let shares = category_shares(units);
    let charge = chance_disagreement(&shares, weights, chance);
    let expected: f64 = shares.iter().zip(&charge).map(|(p, c)| p * c).sum();
    let disagreement = |pattern: &Pattern| disagreeing_pairs(pattern, weights, k);
    let observed = units
        .pairable()
        .map(|p| p.n_units as f64 * disagreement(p))
        .sum::<f64>()
        / n_pairable;
    let ratio = observed / expected;
    let value = 1.0 - ratio;
    let mut squares = 0.0;
    for pattern in &units.patterns {
        let own = if pattern.n_ratings < 2 {
            0.0
        } else {
            n / n_pairable * (1.0 - disagreement(pattern) / expected)
        };
        // The chance term moves with the shares, twice as fast where both raters draw from them.
        let moved = match chance {
            Chance::Uniform => 0.0,
            _ => {
                let by_chance: f64 = rating_shares(pattern).map(|(c, p)| p * charge[c]).sum();
                2.0 * ratio * (1.0 - by_chance / expected)
            }
        };
        squares += pattern.n_units as f64 * (own - moved - value).powi(2);
    }
    let se = (units.n_units() >= 2).then(|| (squares / (n * (n - 1.0))).sqrt());
    let quantile = student_t_quantile(0.5 + 0.5 * found.level, (n - 1.0).max(1.0));
    Ok(found.with_symmetric_interval(value, se, quantile))
}

/// Whether all ratings of all units are of one category.
fn uses_one_category(units: &UnitPatterns) -> bool {
    let mut used = units.patterns.iter().flat_map(|p| &p.ratings).map(|r| r.0);
    let first = used.next();
    used.all(|category| Some(category) == first)
}

/// π: mean over units of the share of their ratings in each category.
pub(super) fn category_shares(units: &UnitPatterns) -> Vec<f64> {
    let n = units.n_units() as f64;
    let mut shares = vec![0.0; units.categories.len()];
    for pattern in &units.patterns {
        for (category, share) in rating_shares(pattern) {
            shares[category] += share * pattern.n_units as f64 / n;
        }
    }
    shares
}

fn rating_shares(pattern: &Pattern) -> impl Iterator<Item = (usize, f64)> {
    let n = f64::from(pattern.n_ratings);
    let share = move |&(category, count): &(usize, u32)| (category, f64::from(count) / n);
    pattern.ratings.iter().map(share)
}

/// Mean disagreement of the ordered pairs of ratings of one unit.
fn disagreeing_pairs(pattern: &Pattern, weights: Weights, k: usize) -> f64 {
    let n = f64::from(pattern.n_ratings);
    let mut pairs = 0.0;
    for (place, &(i, count)) in pattern.ratings.iter().enumerate() {
        for &(j, other) in &pattern.ratings[..place] {
            pairs += weights.disagreement(i, j, k) * f64::from(count) * f64::from(other);
        }
    }
    2.0 * pairs / (n * (n - 1.0))
}

/// Disagreement by chance with a rating in each category; their mean over ratings is D_e.
fn chance_disagreement(shares: &[f64], weights: Weights, chance: Chance) -> Vec<f64> {
    let k = shares.len();
    let row = |i: usize| (0..k).map(move |j| weights.disagreement(i, j, k));
    let total = || (0..k).map(|i| row(i).sum::<f64>()).sum::<f64>();
    let k_squared = (k * k) as f64;
    match chance {
        Chance::Pooled => (0..k)
            .map(|i| row(i).zip(shares).map(|(v, p)| v * p).sum())
            .collect(),
        Chance::Gwet => {
            let scale = (k_squared - total()) / (k_squared - k as f64);
            shares.iter().map(|p| 1.0 - scale * (1.0 - p)).collect()
        }
        Chance::Uniform => vec![total() / k_squared; k],
    }
}

/// Standard error of Fleiss' κ if the true κ were 0; `None` with unequal numbers of ratings.
pub(super) fn null_standard_error(units: &UnitPatterns) -> Option<f64> {
    let m = units.patterns.first()?.n_ratings;
    if m < 2 || units.patterns.iter().any(|p| p.n_ratings != m) {
        return None;
    }
    let (n, m) = (units.n_units() as f64, f64::from(m));
    let shares = category_shares(units);
    let spread: f64 = shares.iter().map(|p| p * (1.0 - p)).sum();
    let skew: f64 = shares.iter().map(|p| p * (1.0 - p) * (1.0 - 2.0 * p)).sum();
    (spread > 0.0)
        .then(|| (2.0 / (n * m * (m - 1.0))).sqrt() * (spread * spread - skew).sqrt() / spread)
}
