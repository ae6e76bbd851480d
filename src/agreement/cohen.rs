//! Two raters: percent agreement and Cohen's κ.

use super::coefficient::{Coefficient, UndefinedCode};
use super::contingency::ContingencyTable;
use super::error::AgreementError;
use super::weights::Weights;
use crate::statistics::{check_level, normal_quantile, wilson};

/// Share of units on which two raters chose the same category.
///
/// # Definition
/// Σᵢ nᵢᵢ/n, with Wilson's interval. For two categories `prevalence_index`, `bias_index` and
/// `pabak` = 2 p_o − 1 stand beside it.
/// # Input
/// `level` in (0, 1).
/// # Edge cases
/// No units: undefined (`no_units`).
/// # Properties
/// In [0, 1]; symmetric; unchanged when categories are renamed.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, percent_agreement};
/// let table = ContingencyTable::new(vec!["yes".into(), "no".into()], vec![20, 5, 10, 15])?;
/// let found = percent_agreement(&table, 0.95)?;
/// assert_eq!(found.value, Some(0.7));
/// assert_eq!((found.prevalence_index, found.bias_index), (Some(0.1), Some(0.1)));
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Interval: Wilson 1927, JASA 22(158):209-212, doi:10.1080/01621459.1927.10502953.
/// # Checked against
/// NumPy 2.4.6 (value) and statsmodels 0.15.0 (interval),
/// `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`.
pub fn percent_agreement(
    table: &ContingencyTable,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let (agreed, n) = (table.n_agreed(), table.total());
    let interval = wilson(agreed, n, level)?;
    let method = "share of equal ratings; Wilson 1927 interval; binomial standard error";
    let mut found = Coefficient::new("percent_agreement", level, n, method);
    found.set_indices(table);
    let Some(interval) = interval else {
        return Ok(found.undefined(UndefinedCode::NoUnits, "no unit was rated by both"));
    };
    let share = agreed as f64 / n as f64;
    found.value = Some(share);
    found.se = Some((share * (1.0 - share) / n as f64).sqrt());
    found.lower = Some(interval.lower);
    found.upper = Some(interval.upper);
    Ok(found)
}

/// Cohen's κ, unweighted or weighted.
///
/// # Definition
/// κ = (p_o − p_e)/(1 − p_e), p_o = Σ wᵢⱼ pᵢⱼ, p_e = Σ wᵢⱼ pᵢ. p.ⱼ.
/// Variance: [Σ pᵢⱼ (wᵢⱼ − (w̄ᵢ. + w̄.ⱼ)(1 − κ))² − (κ − p_e(1 − κ))²] / (n (1 − p_e)²).
/// `se_null`, if the true κ were 0: [Σ pᵢ. p.ⱼ (wᵢⱼ − (w̄ᵢ. + w̄.ⱼ))² − p_e²] / (n (1 − p_e)²).
/// `kappa_max`, unweighted only: κ if the margins stood and all that they allow were agreement,
/// (Σ min(pᵢ., p.ᵢ) − p_e)/(1 − p_e).
/// # Input
/// Categories in their order where weighted; `level` in (0, 1).
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no units | undefined (`no_units`) |
/// | one category used by both throughout | undefined (`no_variation`) |
/// | perfect agreement | 1 with standard error 0 |
/// # Properties
/// At most `kappa_max`, which is at most 1; symmetric; unweighted κ is unchanged when categories
/// are permuted.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, Weights, cohen_kappa};
/// // p_o = 35/50, p_e = 0.5·0.6 + 0.5·0.4 = 0.5.
/// let table = ContingencyTable::new(vec!["yes".into(), "no".into()], vec![20, 5, 10, 15])?;
/// let kappa = cohen_kappa(&table, Weights::Unweighted, 0.95)?;
/// assert!((kappa.value.unwrap() - 0.4).abs() < 1e-15);
/// // With these margins at most 25 + 20 of 50 could agree.
/// assert!((kappa.kappa_max.unwrap() - 0.8).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Cohen 1960, Educ Psychol Meas 20(1):37-46, doi:10.1177/001316446002000104; Cohen 1968,
/// Psychol Bull 70(4):213-220, doi:10.1037/h0026256; Fleiss, Cohen & Everitt 1969, Psychol Bull
/// 72(5):323-327, doi:10.1037/h0028106 (standard errors).
/// # Checked against
/// scikit-learn 1.9.1 and statsmodels 0.15.0, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`.
pub fn cohen_kappa(
    table: &ContingencyTable,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    let source = match weights {
        Weights::Unweighted => "Cohen 1960".to_owned(),
        _ => format!("Cohen 1968, {}", weights.formula()),
    };
    let method =
        format!("{source}; normal interval with the Fleiss-Cohen-Everitt 1969 standard error");
    let mut found = Coefficient::new("cohen_kappa", level, table.total(), method);
    found.weights = Some(weights.name());
    found.set_indices(table);
    let k = table.categories().len();
    let mut found = with_kappa(found, table, |i, j| weights.disagreement(i, j, k));
    if found.value.is_some() && weights == Weights::Unweighted {
        found.kappa_max = kappa_max(table);
    }
    Ok(found)
}

/// Cohen's weighted κ with disagreements of one's own, such as their clinical weight.
///
/// # Definition
/// κ_w = 1 − Σ vᵢⱼ pᵢⱼ / Σ vᵢⱼ pᵢ. p.ⱼ: [`cohen_kappa`] with w = 1 − v/max v.
/// # Input
/// k × k disagreements, row by row: 0 where i = j, else above 0; they need not be symmetric (rows
/// are rater a). Only their ratios count.
/// # Edge cases
/// As [`cohen_kappa`].
/// # Properties
/// At most 1; unchanged when all disagreements are scaled.
/// # Errors
/// `InvalidLevel`; `ShapeMismatch` where they are not k × k; `InvalidDisagreement` for a diagonal
/// that is not 0, or another entry that is not above 0 and finite.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, cohen_kappa_of_disagreements};
/// let names = ["personality disorder", "neurosis", "psychosis"].map(String::from).to_vec();
/// // Cohen 1968: 200 patients; to take a neurosis for a psychosis is six times as bad as the least error.
/// let table = ContingencyTable::new(names, vec![88, 14, 18, 10, 40, 10, 2, 6, 12])?;
/// let v = [0.0, 1.0, 3.0, 1.0, 0.0, 6.0, 3.0, 6.0, 0.0];
/// let kappa = cohen_kappa_of_disagreements(&table, &v, 0.95)?;
/// assert!((kappa.value.unwrap() - 0.348).abs() < 5e-4);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Cohen 1968, Psychol Bull 70(4):213-220, doi:10.1037/h0026256; Fleiss, Cohen & Everitt 1969,
/// Psychol Bull 72(5):323-327, doi:10.1037/h0028106 (standard errors).
/// # Checked against
/// NumPy 2.4.6 by the definition, `tests/oracles/agreement/categorical.json`.
pub fn cohen_kappa_of_disagreements(
    table: &ContingencyTable,
    disagreements: &[f64],
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    let k = table.categories().len();
    if disagreements.len() != k * k {
        return Err(AgreementError::ShapeMismatch {
            found: disagreements.len(),
            rows: k,
            columns: k,
        });
    }
    let is_wrong = |at: usize, v: f64| {
        if at.is_multiple_of(k + 1) {
            v != 0.0
        } else {
            !(v > 0.0 && v <= 1e150)
        }
    };
    let mut entries = disagreements.iter().copied().enumerate();
    if let Some((at, value)) = entries.find(|(at, v)| is_wrong(*at, *v)) {
        return Err(AgreementError::InvalidDisagreement {
            row: at / k,
            column: at % k,
            value,
        });
    }
    let highest = disagreements.iter().copied().fold(0.0, f64::max);
    let method = "Cohen 1968, given disagreements; normal interval with the Fleiss-Cohen-Everitt 1969 standard error";
    let mut found = Coefficient::new("cohen_kappa", level, table.total(), method);
    found.weights = Some("given");
    found.set_indices(table);
    Ok(with_kappa(found, table, |i, j| {
        disagreements[i * k + j] / highest
    }))
}

/// κ for disagreements `v`, which are 0 where i = j and above 0 elsewhere.
///
/// All sums are of disagreement, v = 1 − w, and centred: nothing cancels where agreement is high.
fn with_kappa(
    mut found: Coefficient,
    table: &ContingencyTable,
    v: impl Fn(usize, usize) -> f64,
) -> Coefficient {
    let n_units = table.total();
    if n_units == 0 {
        return found.undefined(UndefinedCode::NoUnits, "no unit was rated by both");
    }
    let k = table.categories().len();
    let n = n_units as f64;
    let (rows, columns) = table.margins();
    if (0..k).any(|i| rows.get(i) == Some(&n_units) && columns.get(i) == Some(&n_units)) {
        let reason = "both raters used one and the same category throughout";
        return found.undefined(UndefinedCode::NoVariation, reason);
    }
    let share = |counts: &[u64]| counts.iter().map(|c| *c as f64 / n).collect::<Vec<_>>();
    let (p_a, p_b) = (share(&rows), share(&columns));
    let used = |p: &[f64]| -> Vec<(usize, f64)> {
        let all = p.iter().copied().enumerate();
        all.filter(|(_, p)| *p > 0.0).collect()
    };
    let (used_a, used_b) = (used(&p_a), used(&p_b));
    // Disagreement to expect of a unit that a, or b, put into each category.
    let of_a = |i: usize| used_b.iter().map(|(j, p)| v(i, *j) * p).sum::<f64>();
    let of_b = |j: usize| used_a.iter().map(|(i, p)| v(*i, j) * p).sum::<f64>();
    let row: Vec<f64> = (0..k).map(of_a).collect();
    let column: Vec<f64> = (0..k).map(of_b).collect();
    let expected: f64 = p_a.iter().zip(&row).map(|(p, v)| p * v).sum();
    let cells = || table.cells().map(|(i, j, c)| (i, j, c as f64 / n));
    let observed: f64 = cells().map(|(i, j, p)| p * v(i, j)).sum();
    let ratio = observed / expected;
    let moment = |(i, j, p): (usize, usize, f64)| {
        p * (v(i, j) - ratio * (row[i] + column[j]) + observed).powi(2)
    };
    let scale = n * expected * expected;
    // Perfect agreement leaves nothing but rounding.
    let variance = if observed == 0.0 {
        0.0
    } else {
        cells().map(moment).sum::<f64>() / scale
    };
    let mut null_variance = 0.0;
    for (i, p) in &used_a {
        for (j, q) in &used_b {
            null_variance += p * q * (v(*i, *j) - row[*i] - column[*j] + expected).powi(2);
        }
    }
    found.se_null = Some((null_variance / scale).sqrt());
    let quantile = normal_quantile(0.5 + 0.5 * found.level);
    found.with_symmetric_interval(1.0 - ratio, Some(variance.sqrt()), quantile)
}

/// κ if all that the margins allow were agreement; `None` without disagreement to expect.
fn kappa_max(table: &ContingencyTable) -> Option<f64> {
    let n = table.total() as f64;
    let (rows, columns) = table.margins();
    let apart: u64 = rows.iter().zip(&columns).map(|(a, b)| a.abs_diff(*b)).sum();
    let shares = rows.iter().zip(&columns);
    let expected: f64 = shares
        .map(|(a, b)| *a as f64 / n * ((n - *b as f64) / n))
        .sum();
    (expected > 0.0).then(|| 1.0 - 0.5 * apart as f64 / n / expected)
}

/// Cohen's κ of each category against all others, in order of categories.
///
/// # Definition
/// [`cohen_kappa`] of the 2 × 2 table in which every other category is merged, with its own
/// prevalence and bias index: how the two indices of Byrt et al. are read with more than two
/// categories.
/// # Input
/// `level` in (0, 1).
/// # Edge cases
/// As [`cohen_kappa`]; a category that neither rater, or both always, used is undefined
/// (`no_variation`).
/// # Properties
/// As many as categories. Unweighted κ over all categories is their mean, weighted by
/// pᵢ.(1 − p.ᵢ) + p.ᵢ(1 − pᵢ.).
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, cohen_kappa_categories};
/// let names = ["a", "b", "c"].map(String::from).to_vec();
/// let table = ContingencyTable::new(names, vec![5, 0, 0, 0, 3, 2, 0, 2, 3])?;
/// let found = cohen_kappa_categories(&table, 0.95)?;
/// assert_eq!(found[0].value, Some(1.0)); // Nobody disagrees on a.
/// // b against the rest: p_o = 11/15, p_e = (1/3)² + (2/3)² = 5/9.
/// assert!((found[1].value.unwrap() - 0.4).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Cohen 1960; Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, 3rd ed.,
/// ch. 18, doi:10.1002/0471445428 (one category against the rest); Byrt, Bishop & Carlin 1993,
/// J Clin Epidemiol 46(5):423-429, doi:10.1016/0895-4356(93)90018-V (indices).
/// # Checked against
/// scikit-learn 1.9.1 and statsmodels 0.15.0 on merged tables,
/// `tests/oracles/agreement/categorical.json`.
pub fn cohen_kappa_categories(
    table: &ContingencyTable,
    level: f64,
) -> Result<Vec<Coefficient>, AgreementError> {
    check_level(level)?;
    let (rows, columns) = table.margins();
    let margins = rows.iter().zip(&columns).enumerate();
    let of_category = |(i, (row, column)): (usize, (&u64, &u64))| {
        let merged = table.one_against_rest_of_margins(i, *row, *column);
        let mut found = cohen_kappa(&merged, Weights::Unweighted, level)?;
        found.name = "cohen_kappa_category";
        found.category = table.categories().get(i).cloned();
        Ok(found)
    };
    margins.map(of_category).collect()
}
