//! Two raters: percent agreement and Cohen's κ.

use super::coefficient::{AgreementError, Coefficient, UndefinedCode, Weights};
use super::contingency::ContingencyTable;
use crate::statistics::{check_level, normal_quantile, wilson};

/// Share of units on which two raters chose the same category.
///
/// # Definition
/// Σᵢ nᵢᵢ/n.
/// # Edge cases
/// No units: undefined (`no_units`).
/// # Properties
/// In [0, 1]; symmetric; unchanged when categories are renamed.
/// # Errors
/// `InvalidLevel`.
/// # Reference
/// Interval: Wilson 1927, JASA 22(158):209-212, doi:10.1080/01621459.1927.10502953.
pub fn percent_agreement(
    table: &ContingencyTable,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let (agreed, n) = (table.n_agreed(), table.total());
    let interval = wilson(agreed, n, level)?;
    let method = "share of equal ratings; Wilson 1927 interval; binomial standard error";
    let mut found = Coefficient::new("percent_agreement", level, n, method);
    found.prevalence_index = table.prevalence_index();
    found.bias_index = table.bias_index();
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
/// # Input
/// Categories in their order where weighted; `level` in (0, 1).
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no units | undefined (`no_units`) |
/// | one category used by both throughout | undefined (`no_variation`) |
/// | perfect agreement | 1 with standard error 0 |
/// # Properties
/// At most 1; symmetric; unweighted κ is unchanged when categories are permuted.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, Weights, cohen_kappa};
/// // p_o = 35/50, p_e = 0.5·0.6 + 0.5·0.4 = 0.5.
/// let table = ContingencyTable::new(vec!["yes".into(), "no".into()], vec![20, 5, 10, 15])?;
/// let kappa = cohen_kappa(&table, Weights::Unweighted, 0.95)?;
/// assert!((kappa.value.unwrap() - 0.4).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Cohen 1960, Educ Psychol Meas 20(1):37-46, doi:10.1177/001316446002000104; Cohen 1968,
/// Psychol Bull 70(4):213-220, doi:10.1037/h0026256; Fleiss, Cohen & Everitt 1969, Psychol Bull
/// 72(5):323-327, doi:10.1037/h0028106 (standard error).
/// # Checked against
/// scikit-learn and statsmodels, `tests/oracles/agreement/`.
pub fn cohen_kappa(
    table: &ContingencyTable,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    let n_units = table.total();
    let method = match weights {
        Weights::Unweighted => {
            "Cohen 1960; normal interval with the Fleiss-Cohen-Everitt 1969 standard error"
        }
        Weights::Linear => {
            "Cohen 1968, weights 1-|i-j|/(k-1); normal interval with the Fleiss-Cohen-Everitt 1969 standard error"
        }
        Weights::Quadratic => {
            "Cohen 1968, weights 1-(i-j)^2/(k-1)^2; normal interval with the Fleiss-Cohen-Everitt 1969 standard error"
        }
    };
    let mut found = Coefficient::new("cohen_kappa", level, n_units, method);
    found.weights = Some(weights.name());
    found.prevalence_index = table.prevalence_index();
    found.bias_index = table.bias_index();
    if n_units == 0 {
        return Ok(found.undefined(UndefinedCode::NoUnits, "no unit was rated by both"));
    }
    let k = table.categories().len();
    let n = n_units as f64;
    let (rows, columns) = table.margins();
    if (0..k).any(|i| rows.get(i) == Some(&n_units) && columns.get(i) == Some(&n_units)) {
        let reason = "both raters used one and the same category throughout";
        return Ok(found.undefined(UndefinedCode::NoVariation, reason));
    }
    let weight = |i: usize, j: usize| weights.between(i, j, k);
    let share = |counts: &[u64]| counts.iter().map(|c| *c as f64 / n).collect::<Vec<_>>();
    let (p_a, p_b) = (share(&rows), share(&columns));
    let mean_weight = |other: &[f64], i: usize| -> f64 {
        other
            .iter()
            .enumerate()
            .map(|(j, p)| weight(i, j) * p)
            .sum()
    };
    let row_weights: Vec<f64> = (0..k).map(|i| mean_weight(&p_b, i)).collect();
    let column_weights: Vec<f64> = (0..k).map(|j| mean_weight(&p_a, j)).collect();
    // Sums of disagreement, 1 − w: nothing cancels where agreement is high.
    let observed: f64 = table
        .cells()
        .map(|(i, j, c)| c as f64 * (1.0 - weight(i, j)))
        .sum::<f64>()
        / n;
    let mut expected = 0.0;
    for (i, p) in p_a.iter().enumerate() {
        for (j, q) in p_b.iter().enumerate() {
            expected += p * q * (1.0 - weight(i, j));
        }
    }
    let ratio = observed / expected;
    let kappa = 1.0 - ratio;
    let second_moment: f64 = table
        .cells()
        .map(|(i, j, c)| {
            let mean_weights = row_weights[i] + column_weights[j];
            c as f64 / n * (weight(i, j) - mean_weights * ratio).powi(2)
        })
        .sum();
    let square_of_mean = (kappa - (1.0 - expected) * ratio).powi(2);
    let variance = (second_moment - square_of_mean).max(0.0) / (n * expected * expected);
    let quantile = normal_quantile(0.5 + 0.5 * level);
    // At perfect agreement every term is 1 and only rounding is left.
    let se = if observed == 0.0 {
        0.0
    } else {
        variance.sqrt()
    };
    Ok(found.with_symmetric_interval(kappa, Some(se), quantile))
}
