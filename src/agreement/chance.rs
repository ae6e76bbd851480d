//! Chance-corrected coefficients for any number of raters: Fleiss' κ, Scott's π, Gwet's AC1 and
//! AC2, Brennan–Prediger; gaps allowed.

use super::coefficient::Coefficient;
use super::contingency::ContingencyTable;
use super::error::AgreementError;
use super::patterns::UnitPatterns;
use super::weights::Weights;

mod estimate;

use estimate::{Chance, chance_corrected, null_standard_error};

const ERROR_AND_INTERVAL: &str = "t interval with Gwet's standard error over units";

fn blank(name: &'static str, source: &str, weights: Weights, n: u64, level: f64) -> Coefficient {
    let method = match weights {
        Weights::Unweighted => format!("{source}; {ERROR_AND_INTERVAL}"),
        _ => format!("{source}, {}; {ERROR_AND_INTERVAL}", weights.formula()),
    };
    Coefficient::new(name, level, n, method)
}

/// Fleiss' κ for any number of raters, unweighted or weighted.
///
/// # Definition
/// κ = (p_a − p_e)/(1 − p_e): p_a the mean over units of the mean weight of a pair of ratings,
/// p_e = Σ w_cd π_c π_d, π_c the mean over units of the share of ratings in c. With equal numbers
/// of ratings and no weights this is Fleiss' formula; with gaps it is Gwet's extension. Standard
/// error: that of the mean over units of the linearised κ (Gwet), which holds when κ is not 0;
/// `se_null` is that of Fleiss, Nee & Landis, which holds when it is. Interval: t with n − 1
/// degrees of freedom, cut to [−1, 1].
/// # Input
/// Units with at least one rating; those with two or more enter p_a. Categories in their order
/// where weighted; `level` in (0, 1).
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no unit with two ratings | undefined (`no_pairable_units`) |
/// | one category throughout | undefined (`no_variation`) |
/// | one unit | value without standard error and interval |
/// | unequal numbers of ratings, or weights | no `se_null` |
/// # Properties
/// At most 1; unchanged when raters, and if unweighted categories, are permuted. With two raters
/// and no gaps it is Scott's π.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{RatingMatrix, UnitPatterns, Weights, fleiss_kappa};
/// let rows = [("a", "u", "x"), ("b", "u", "x"), ("a", "v", "x"), ("b", "v", "y")];
/// let units = UnitPatterns::from_matrix(&RatingMatrix::from_labels(rows, None)?);
/// // p_a = 1/2, π = (3/4, 1/4), p_e = 10/16: κ = −1/3.
/// let kappa = fleiss_kappa(&units, Weights::Unweighted, 0.95)?;
/// assert!((kappa.value.unwrap() + 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Fleiss 1971, Psychol Bull 76(5):378-382, doi:10.1037/h0031619; Gwet 2014, Handbook of
/// Inter-Rater Reliability, 4th ed., ISBN 978-0970806284 (weights, gaps, standard error); Fleiss,
/// Nee & Landis 1979, Psychol Bull 86(5):974-977, doi:10.1037/0033-2909.86.5.974 (`se_null`).
/// # Checked against
/// statsmodels 0.15.0 and irrCAC 0.4.4, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`.
pub fn fleiss_kappa(
    units: &UnitPatterns,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let source = "Fleiss 1971, gaps as in Gwet 2014";
    let found = blank("fleiss_kappa", source, weights, units.n_units(), level);
    let mut found = chance_corrected(found, units, weights, Chance::Pooled)?;
    if weights == Weights::Unweighted {
        found.se_null = found.value.and(null_standard_error(units));
        found.method += "; se_null of Fleiss, Nee & Landis 1979";
    }
    Ok(found)
}

/// Fleiss' κ of one category against all others.
///
/// # Definition
/// Fleiss' κ after every other category is merged: Fleiss' κ_j. `se_null` is √(2/(n m (m − 1))).
/// # Input
/// `category` counts from 0.
/// # Edge cases
/// As [`fleiss_kappa`]; a category never or always used is undefined (`no_variation`).
/// # Properties
/// Unweighted κ over all categories is the mean of these, weighted by π_c (1 − π_c).
/// # Errors
/// `InvalidLevel`, `UnknownCode`.
/// # Example
/// ```
/// use concord::agreement::{RatingMatrix, UnitPatterns, fleiss_kappa_category};
/// let rows = [("a", "u", "x"), ("b", "u", "x"), ("a", "v", "y"), ("b", "v", "z")];
/// let units = UnitPatterns::from_matrix(&RatingMatrix::from_labels(rows, None)?);
/// // Nobody disagrees on x; y was never chosen twice for a unit.
/// assert_eq!(fleiss_kappa_category(&units, 0, 0.95)?.value, Some(1.0));
/// assert!(fleiss_kappa_category(&units, 1, 0.95)?.value < Some(0.0));
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Fleiss 1971, Psychol Bull 76(5):378-382, doi:10.1037/h0031619; Fleiss, Nee & Landis 1979,
/// Psychol Bull 86(5):974-977, doi:10.1037/0033-2909.86.5.974.
/// # Checked against
/// statsmodels 0.15.0 and irrCAC 0.4.4 on merged tables, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`.
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
    let merged = units.one_against_rest(category);
    let mut found = fleiss_kappa(&merged, Weights::Unweighted, level)?;
    found.name = "fleiss_kappa_category";
    found.category = Some(name.clone());
    Ok(found)
}

/// Scott's π for two raters, unweighted or weighted.
///
/// # Definition
/// (p_o − p_e)/(1 − p_e), p_o = Σ w_ij p_ij, p_e = Σ w_ij π_i π_j, π_i = (pᵢ. + p.ᵢ)/2. Standard
/// error and interval as [`fleiss_kappa`].
/// # Input
/// Categories in their order where weighted; `level` in (0, 1).
/// # Edge cases
/// No units: undefined (`no_pairable_units`). One category throughout: undefined (`no_variation`).
/// # Properties
/// At most 1; unweighted never above Cohen's κ; symmetric.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, Weights, scott_pi};
/// // p_o = 35/50, π = (0.55, 0.45), p_e = 0.505.
/// let table = ContingencyTable::new(vec!["yes".into(), "no".into()], vec![20, 5, 10, 15])?;
/// let pi = scott_pi(&table, Weights::Unweighted, 0.95)?;
/// assert!((pi.value.unwrap() - 0.195 / 0.495).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Scott 1955, Public Opin Q 19(3):321-325, doi:10.1086/266577; weights and standard error: Gwet
/// 2014, Handbook of Inter-Rater Reliability, 4th ed., ISBN 978-0970806284.
/// # Checked against
/// irrCAC 0.4.4, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`.
pub fn scott_pi(
    table: &ContingencyTable,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let units = UnitPatterns::from_table(table);
    let found = blank("scott_pi", "Scott 1955", weights, table.total(), level);
    chance_corrected(found, &units, weights, Chance::Pooled)
}

/// Gwet's AC1 (unweighted) or AC2 (weighted).
///
/// # Definition
/// (p_a − p_e)/(1 − p_e), p_e = Σ w / (k(k−1)) · Σ π_c (1 − π_c), w the agreement weights and k the
/// number of categories; p_a, π, standard error and interval as [`fleiss_kappa`].
/// # Input
/// Declare every category that could have been used: p_e depends on their number k.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no unit with two ratings | undefined (`no_pairable_units`) |
/// | fewer than two categories declared | undefined (`no_variation`) |
/// | one of several categories throughout | 1 |
/// # Properties
/// At most 1; unchanged when raters, and if unweighted categories, are permuted; falls less than κ
/// when one category dominates.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, UnitPatterns, Weights, gwet_ac};
/// // p_a = 35/50, π = (0.55, 0.45), p_e = 2 · 0.55 · 0.45 = 0.495.
/// let table = ContingencyTable::new(vec!["yes".into(), "no".into()], vec![20, 5, 10, 15])?;
/// let ac1 = gwet_ac(&UnitPatterns::from_table(&table), Weights::Unweighted, 0.95)?;
/// assert!((ac1.value.unwrap() - 0.205 / 0.505).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Gwet 2008, Br J Math Stat Psychol 61(1):29-48, doi:10.1348/000711006X126600; Gwet 2014, Handbook
/// of Inter-Rater Reliability, 4th ed., ISBN 978-0970806284.
/// # Checked against
/// irrCAC 0.4.4, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`.
pub fn gwet_ac(
    units: &UnitPatterns,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let (name, source) = match weights {
        Weights::Unweighted => ("gwet_ac1", "Gwet 2008 AC1 over declared categories"),
        _ => ("gwet_ac2", "Gwet 2014 AC2 over declared categories"),
    };
    let found = blank(name, source, weights, units.n_units(), level);
    chance_corrected(found, units, weights, Chance::Gwet)
}

/// Brennan–Prediger coefficient; with two categories and two raters, PABAK.
///
/// # Definition
/// (p_a − p_e)/(1 − p_e), p_e = Σ w / k²; p_a, standard error and interval as [`fleiss_kappa`].
/// # Input
/// Declare every category that could have been used: p_e depends on their number k.
/// # Edge cases
/// As [`gwet_ac`].
/// # Properties
/// At most 1, at least −1/(k − 1) if unweighted; rises with p_a alone.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::{ContingencyTable, UnitPatterns, Weights, brennan_prediger};
/// // p_a = 35/50, p_e = 1/2.
/// let table = ContingencyTable::new(vec!["yes".into(), "no".into()], vec![20, 5, 10, 15])?;
/// let pabak = brennan_prediger(&UnitPatterns::from_table(&table), Weights::Unweighted, 0.95)?;
/// assert!((pabak.value.unwrap() - 0.4).abs() < 1e-15);
/// # Ok::<(), concord::agreement::AgreementError>(())
/// ```
/// # Reference
/// Brennan & Prediger 1981, Educ Psychol Meas 41(3):687-699, doi:10.1177/001316448104100307;
/// Byrt, Bishop & Carlin 1993, J Clin Epidemiol 46(5):423-429, doi:10.1016/0895-4356(93)90018-V
/// (PABAK); weights and standard error: Gwet 2014.
/// # Checked against
/// irrCAC 0.4.4, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`.
pub fn brennan_prediger(
    units: &UnitPatterns,
    weights: Weights,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    let source = "Brennan & Prediger 1981 over declared categories";
    let found = blank("brennan_prediger", source, weights, units.n_units(), level);
    chance_corrected(found, units, weights, Chance::Uniform)
}
