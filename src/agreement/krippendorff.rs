//! Krippendorff's α with a bootstrap interval over units.

use super::coefficient::{Coefficient, UndefinedCode};
use super::error::AgreementError;
use super::matrix::RatingMatrix;
use super::patterns::UnitPatterns;
use super::scale::Scale;
use super::study_bootstrap::Resampling;
use crate::statistics::{ResampleSource, check_level, percentile_bootstrap};

mod pairable;

pub(super) use pairable::Pairable;

/// Distinct values up to which the ratio scale's pairwise differences are summed.
const MAX_RATIO_VALUES: usize = 20_000;

/// Resampling; no hidden defaults.
///
/// # Definition
/// `n_resamples` draws, each of as many units (or studies) as there are, with replacement, from the
/// ChaCha8 stream of `seed`.
/// # Edge cases
/// `n_resamples` 0: no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of resamples; 0 for no interval.
    pub n_resamples: u32,
    pub seed: u64,
}

/// Krippendorff's α of categories, on a nominal or ordinal scale.
///
/// # Definition
/// α = 1 − D_o/D_e: the mean squared difference δ² within units over that between all pairable
/// ratings. Nominal δ² = 1 for different categories; ordinal δ = the number of ratings that lie
/// between the two categories, half of each category's own included. Interval: percentile
/// bootstrap over units; `se` is the standard deviation of the resamples, `resampling` says how
/// many were made and how many dropped.
/// # Input
/// Any pattern of gaps; units with fewer than two ratings are left out. `n` counts the others.
/// `level` in (0, 1).
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no unit with two ratings | undefined (`no_pairable_units`) |
/// | all pairable ratings equal | undefined (`no_variation`) |
/// | one pairable unit, or no resamples asked for | value without interval |
/// | undefined on more than half of the resamples | value without interval |
/// # Properties
/// At most 1; unchanged when raters are permuted, and on the nominal scale categories.
/// # Errors
/// `InvalidLevel`; `NotNumeric` for an interval or ratio scale.
/// # Example
/// ```
/// use concord::agreement::*;
/// let rows = [("a", "u", "x"), ("b", "u", "x"), ("a", "v", "x"), ("b", "v", "y")];
/// let units = UnitPatterns::from_matrix(&RatingMatrix::from_labels(rows, None)?);
/// let no_interval = Bootstrap { n_resamples: 0, seed: 0 };
/// // Within units 2 of 4 ordered pairs differ, of all 12 ordered pairs 6 do: 1 − (2/4)/(6/12).
/// let alpha = krippendorff_alpha(&units, Scale::Nominal, no_interval, 0.95)?;
/// assert_eq!(alpha.value, Some(0.0));
/// # Ok::<(), AgreementError>(())
/// ```
/// # Reference
/// Krippendorff 2011, Computing Krippendorff's alpha-reliability,
/// <https://repository.upenn.edu/asc_papers/43>. Interval: percentile bootstrap over units as in
/// Efron & Tibshirani 1993, ch. 13; Krippendorff's own resampling draws pairs of values from the
/// observed disagreements and takes D_e as known, so the two intervals differ.
/// # Checked against
/// krippendorff 0.9.0 (Python) and irrCAC 0.4.4, `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/categorical.json`; numbers in `tests/oracles/agreement/numeric.json`.
pub fn krippendorff_alpha(
    units: &UnitPatterns,
    scale: Scale,
    bootstrap: Bootstrap,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    alpha_with_interval(&pairable_patterns(units, scale)?, bootstrap, level)
}

/// The value of [`krippendorff_alpha`] alone; `None` where undefined.
///
/// # Definition
/// As [`krippendorff_alpha`].
/// # Errors
/// `NotNumeric` for an interval or ratio scale.
pub fn krippendorff_alpha_value(
    units: &UnitPatterns,
    scale: Scale,
) -> Result<Option<f64>, AgreementError> {
    let pairable = pairable_patterns(units, scale)?;
    Ok(pairable.alpha(&pairable.counts))
}

fn pairable_patterns(units: &UnitPatterns, scale: Scale) -> Result<Pairable, AgreementError> {
    if matches!(scale, Scale::Interval | Scale::Ratio) {
        let category = units.categories.first().cloned().unwrap_or_default();
        return Err(AgreementError::NotNumeric { category });
    }
    Ok(Pairable::of_patterns(units, scale))
}

/// Krippendorff's α of numbers, on an ordinal, interval or ratio scale (or nominal: equal or not).
///
/// # Definition
/// As [`krippendorff_alpha`]; interval δ = x − y; ratio δ = (x − y)/(x + y), 0 for x = y = 0.
/// # Input
/// A matrix with numbers; on the ratio scale none below 0.
/// # Edge cases
/// As [`krippendorff_alpha`]. Ratio scale with a value below 0: undefined (`negative_values`); with
/// more than 20,000 distinct values: undefined (`too_many_values`), since their pairwise
/// differences have no short sum.
/// # Properties
/// Interval: unchanged by shift and scale. Ratio: unchanged by scale.
/// # Errors
/// `InvalidLevel`.
/// # Example
/// ```
/// use concord::agreement::*;
/// let rows = [("a", "u", 1.0), ("b", "u", 2.0), ("a", "v", 4.0), ("b", "v", 5.0)];
/// let matrix = RatingMatrix::from_values(rows)?;
/// let no_interval = Bootstrap { n_resamples: 0, seed: 0 };
/// // Mean squared difference within units 1; over all pairs (1 + 9 + 16 + 4 + 9 + 1)/6.
/// let alpha = krippendorff_alpha_of_values(&matrix, Scale::Interval, no_interval, 0.95)?;
/// assert!((alpha.value.unwrap() - (1.0 - 6.0 / 40.0)).abs() < 1e-15);
/// # Ok::<(), AgreementError>(())
/// ```
/// # Reference
/// Krippendorff 2011, Computing Krippendorff's alpha-reliability,
/// <https://repository.upenn.edu/asc_papers/43>.
/// # Checked against
/// krippendorff 0.9.0 (Python), `tests/oracles/agreement/random.json`,
/// `tests/oracles/agreement/numeric.json`.
pub fn krippendorff_alpha_of_values(
    matrix: &RatingMatrix,
    scale: Scale,
    bootstrap: Bootstrap,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    alpha_with_interval(&Pairable::of_values(matrix, scale), bootstrap, level)
}

fn alpha_with_interval(
    pairable: &Pairable,
    bootstrap: Bootstrap,
    level: f64,
) -> Result<Coefficient, AgreementError> {
    check_level(level)?;
    let Bootstrap { n_resamples, seed } = bootstrap;
    let n_units: u64 = pairable.counts.iter().sum();
    let mut found = Coefficient::new("krippendorff_alpha", level, n_units, "Krippendorff 2011");
    found.scale = Some(pairable.scale.name());
    if n_units == 0 {
        let reason = "no unit holds two ratings";
        return Ok(found.undefined(UndefinedCode::NoPairableUnits, reason));
    }
    if pairable.scale == Scale::Ratio && pairable.numbers.first().is_some_and(|x| *x < 0.0) {
        let reason = "a ratio scale has no values below 0";
        return Ok(found.undefined(UndefinedCode::NegativeValues, reason));
    }
    if pairable.scale == Scale::Ratio && pairable.n_values > MAX_RATIO_VALUES {
        let reason = "more than 20000 distinct values on a ratio scale";
        return Ok(found.undefined(UndefinedCode::TooManyValues, reason));
    }
    let Some(alpha) = pairable.alpha(&pairable.counts) else {
        let reason = "all ratings that can be paired are equal";
        return Ok(found.undefined(UndefinedCode::NoVariation, reason));
    };
    found.value = Some(alpha);
    if n_resamples == 0 || n_units < 2 {
        found.method += "; no interval";
        return Ok(found);
    }
    let mut source = ResampleSource::new(seed);
    let mut drawn = Vec::new();
    let mut n_dropped = 0;
    let replicate = || {
        pairable.resample(&mut source, &mut drawn);
        let alpha = pairable.alpha(&drawn);
        n_dropped += u32::from(alpha.is_none());
        alpha
    };
    let estimate = percentile_bootstrap(alpha, n_resamples, seed, level, replicate)?;
    found.resampling = Some(Resampling {
        by: "unit",
        n_clusters: n_units,
        n_resamples,
        n_dropped,
        seed,
    });
    found.method += &format!("; percentile bootstrap over units, B = {n_resamples}, seed {seed}");
    if let Some(estimate) = estimate {
        found.se = Some(estimate.se);
        found.lower = Some(estimate.interval.lower);
        found.upper = Some(estimate.interval.upper);
        if n_dropped > 0 {
            found.method += &format!(", {n_dropped} undefined and dropped");
        }
    } else {
        found.method += ", undefined on most resamples: no interval";
    }
    Ok(found)
}
