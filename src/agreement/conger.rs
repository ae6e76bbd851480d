//! Cohen's κ for more than two raters: Conger's κ, gaps allowed.

use super::coefficient::{Coefficient, UndefinedCode};
use super::error::AgreementError;
use super::matrix::RatingMatrix;
use super::weights::Weights;
use crate::statistics::{check_level, student_t_quantile};

/// Conger's κ: Cohen's κ for any number of raters, unweighted or weighted.
///
/// # Definition
/// (p_a − p_e)/(1 − p_e): p_a as in [`super::fleiss_kappa`]; p_e the mean over pairs of raters of
/// Σ w_cd p_gc p_hd, p_gc the share of rater g's ratings in c. Each rater keeps a distribution of
/// their own, which Fleiss' κ pools. Standard error: that of the mean over units of the linearised
/// κ (Gwet). Interval: t with n − 1 degrees of freedom, cut to [−1, 1].
/// # Input
/// Units with at least one rating; raters without any are left out. Categories in their order where
/// weighted; `level` in (0, 1).
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no unit with two ratings | undefined (`no_pairable_units`) |
/// | one category throughout | undefined (`no_variation`) |
/// | one unit | value without standard error and interval |
/// # Properties
/// At most 1; unchanged when raters, and if unweighted categories, are permuted. With two raters
/// and no gaps it is Cohen's κ, with √(n/(n − 1)) times the standard error.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{RatingMatrix, Weights, conger_kappa};
/// let names = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
/// // Three raters, three units: x x x, x x y, y x y.
/// let codes = vec![0, 0, 0, 0, 0, 1, 1, 0, 1];
/// let matrix = RatingMatrix::from_codes(names(&["a", "b", "c"]), names(&["x", "y"]), codes)?;
/// // p_a = (1 + 1/3 + 1/3)/3 = 5/9. Shares of x: 2/3, 1, 1/3; p_e = (2/3 + 4/9 + 1/3)/3 = 13/27.
/// let kappa = conger_kappa(&matrix, Weights::Unweighted, 0.95)?;
/// assert!((kappa.value.unwrap() - 2.0 / 14.0).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Conger 1980, Psychol Bull 88(2):322-328, doi:10.1037/0033-2909.88.2.322; gaps, weights and
/// standard error: Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., ISBN 978-0970806284.
/// # Checked against
/// irrCAC 0.4.4, `tests/oracles/agreement/categorical.json`.
pub fn conger_kappa(
    matrix: &RatingMatrix,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    repeated_conger_kappa(matrix, None, weights, level)
}

/// As [`conger_kappa`], each unit taken as often as `times` says.
pub(super) fn repeated_conger_kappa(
    matrix: &RatingMatrix,
    times: Option<&[u64]>,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    let source = match weights {
        Weights::Unweighted => "Conger 1980, gaps as in Gwet 2014".to_owned(),
        _ => format!("Conger 1980, gaps as in Gwet 2014, {}", weights.formula()),
    };
    let method = format!("{source}; t interval with Gwet's standard error over units");
    let k = matrix.categories().len();
    let n_raters = matrix.raters().len();
    // Units with any rating, and how often each is taken.
    let rows = matrix.codes().chunks_exact(n_raters.max(1)).enumerate();
    let units = rows.filter_map(|(unit, row)| {
        let taken = times.map_or(1, |times| times.get(unit).copied().unwrap_or(0));
        let rated = row.iter().any(|code| *code != RatingMatrix::GAP);
        (taken > 0 && rated).then_some((row, taken))
    });
    let mut counts = vec![vec![0_u64; k]; n_raters];
    let (mut n_units, mut n_pairable) = (0, 0);
    for (row, taken) in units.clone() {
        n_units += taken;
        let mut n_ratings = 0;
        for (of_rater, code) in counts.iter_mut().zip(row) {
            if let Some(count) = of_rater.get_mut(usize::from(*code)) {
                *count += taken;
                n_ratings += 1;
            }
        }
        n_pairable += if n_ratings >= 2 { taken } else { 0 };
    }
    let mut found = Coefficient::new("conger_kappa", level, n_units, method);
    found.weights = Some(weights.name());
    if n_pairable == 0 {
        let reason = "no unit holds two ratings";
        return Ok(found.undefined(UndefinedCode::NoPairableUnits, reason));
    }
    let is_used = |c: &usize| counts.iter().any(|of_rater| of_rater[*c] > 0);
    if (0..k).filter(is_used).count() < 2 {
        let reason = "one and the same category was used throughout";
        return Ok(found.undefined(UndefinedCode::NoVariation, reason));
    }
    let n = n_units as f64;
    let chance = Chance::new(&counts, n, weights);
    let v: Vec<f64> = (0..k * k)
        .map(|at| weights.disagreement(at / k, at % k, k))
        .collect();
    let disagreement = |row: &[u16]| -> Option<f64> {
        let (mut sum, mut n_ratings) = (0.0, 0.0);
        for (place, a) in row.iter().enumerate().filter(|a| usize::from(*a.1) < k) {
            n_ratings += 1.0;
            let before = row[..place].iter().filter(|b| usize::from(**b) < k);
            sum += before
                .map(|b| v[usize::from(*a) * k + usize::from(*b)])
                .sum::<f64>();
        }
        (n_ratings >= 2.0).then(|| 2.0 * sum / (n_ratings * (n_ratings - 1.0)))
    };
    let per_pairable = n / n_pairable as f64;
    let observed = units
        .clone()
        .filter_map(|(row, taken)| Some(taken as f64 * disagreement(row)?))
        .sum::<f64>()
        / n_pairable as f64;
    let ratio = observed / chance.expected;
    let value = 1.0 - ratio;
    let mut squares = 0.0;
    for (row, taken) in units {
        let own = disagreement(row).map_or(0.0, |d| per_pairable * (1.0 - d / chance.expected));
        let moved = -2.0 * ratio * chance.deviation(row) / chance.expected;
        squares += taken as f64 * (own - moved - value).powi(2);
    }
    let se = (n_units >= 2).then(|| (squares / (n * (n - 1.0))).sqrt());
    let quantile = student_t_quantile(0.5 + 0.5 * level, (n - 1.0).max(1.0));
    Ok(found.with_symmetric_interval(value, se, quantile))
}

/// Disagreement by chance between raters who keep their own distributions.
struct Chance {
    /// D_e = 1 − p_e.
    expected: f64,
    /// By rater and category: how far a rating there moves D_e, half of its influence.
    deviations: Vec<Vec<f64>>,
}

impl Chance {
    /// From each rater's counts of categories; at least one rater has some.
    fn new(counts: &[Vec<u64>], n: f64, weights: Weights) -> Self {
        let k = counts.first().map_or(0, Vec::len);
        let n_rated = |of_rater: &Vec<u64>| of_rater.iter().sum::<u64>() as f64;
        let r = counts.iter().filter(|c| n_rated(c) > 0.0).count() as f64;
        let shares = |of_rater: &Vec<u64>| -> Vec<f64> {
            let all = n_rated(of_rater).max(1.0);
            of_rater.iter().map(|c| *c as f64 / all).collect()
        };
        let shares: Vec<Vec<f64>> = counts.iter().map(shares).collect();
        // Disagreement of a rating in each category with a random rating of one rater, and of all.
        let against = |p: &Vec<f64>| -> Vec<f64> {
            let one = |c| (0..k).map(|d| weights.disagreement(c, d, k) * p[d]).sum();
            (0..k).map(one).collect()
        };
        let against: Vec<Vec<f64>> = shares.iter().map(against).collect();
        let with_all: Vec<f64> = (0..k)
            .map(|c| against.iter().map(|of_rater| of_rater[c]).sum())
            .collect();
        let mut expected = 0.0;
        let mut deviations = Vec::with_capacity(counts.len());
        for ((p, own), of_rater) in shares.iter().zip(&against).zip(counts) {
            let others: Vec<f64> = with_all
                .iter()
                .zip(own)
                .map(|(all, own)| all - own)
                .collect();
            let mean: f64 = p.iter().zip(&others).map(|(p, v)| p * v).sum();
            expected += mean / (r * (r - 1.0));
            let scale = n / n_rated(of_rater).max(1.0) / (r * (r - 1.0));
            deviations.push(others.iter().map(|v| scale * (v - mean)).collect());
        }
        Self {
            expected,
            deviations,
        }
    }

    fn deviation(&self, row: &[u16]) -> f64 {
        let by_rater = self.deviations.iter().zip(row);
        by_rater
            .filter_map(|(of_rater, code)| of_rater.get(usize::from(*code)))
            .sum()
    }
}
