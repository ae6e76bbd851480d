//! Exact bounds on the number of erroneous units in a finite lot.

use super::interval::{Interval, IntervalMethod, StatisticsError, check_count, check_level};
use super::special::binomial_pmf;

/// Tail probabilities that equal the allowed error on paper may differ in the last digits.
pub(super) const TIE: f64 = 1.0 + 1e-11;
/// A sum has as many terms as some nine standard deviations of the count: 10⁵ here, and 0.2 s for a verdict.
const LARGEST_LOT: u64 = 1_000_000_000;

/// Probability of exactly `found` erroneous units in a random audit.
pub(super) fn hypergeometric_pmf(found: u64, audited: u64, erroneous: u64, lot_size: u64) -> f64 {
    if found > erroneous || found > audited || audited - found > lot_size - erroneous {
        return 0.0;
    }
    if audited == lot_size {
        return if found == erroneous { 1.0 } else { 0.0 };
    }
    // Loader's form: three binomial terms at the sampling fraction.
    let p = audited as f64 / lot_size as f64;
    let q = (lot_size - audited) as f64 / lot_size as f64;
    binomial_pmf(found, erroneous, p, q) * binomial_pmf(audited - found, lot_size - erroneous, p, q)
        / binomial_pmf(audited, lot_size, p, q)
}

/// P(X ≤ found).
pub(super) fn probability_at_most(found: u64, audited: u64, erroneous: u64, lot_size: u64) -> f64 {
    if found >= audited.min(erroneous) {
        return 1.0;
    }
    if below_mean(found, audited, erroneous, lot_size) {
        lower_sum(found, audited, erroneous, lot_size)
    } else {
        1.0 - upper_sum(found + 1, audited, erroneous, lot_size)
    }
}

/// P(X ≥ found).
fn probability_at_least(found: u64, audited: u64, erroneous: u64, lot_size: u64) -> f64 {
    if found == 0 {
        return 1.0;
    }
    if below_mean(found - 1, audited, erroneous, lot_size) {
        1.0 - lower_sum(found - 1, audited, erroneous, lot_size)
    } else {
        upper_sum(found, audited, erroneous, lot_size)
    }
}

fn below_mean(found: u64, audited: u64, erroneous: u64, lot_size: u64) -> bool {
    (found as f64) * (lot_size as f64) < audited as f64 * erroneous as f64
}

/// P(X ≤ found) below the mean: terms fall from `found` downwards.
fn lower_sum(found: u64, audited: u64, erroneous: u64, lot_size: u64) -> f64 {
    let least = audited.saturating_sub(lot_size - erroneous);
    if found < least {
        return 0.0;
    }
    let mut term = hypergeometric_pmf(found, audited, erroneous, lot_size);
    let mut sum = term;
    for k in (least + 1..=found).rev() {
        let clean = (lot_size - erroneous) as f64 - audited as f64;
        term *= (k as f64 * (clean + k as f64))
            / ((erroneous - k + 1) as f64 * (audited - k + 1) as f64);
        sum += term;
        if term < sum * 1e-18 {
            break;
        }
    }
    sum.min(1.0)
}

/// P(X ≥ found) above the mean: terms fall from `found` upwards.
fn upper_sum(found: u64, audited: u64, erroneous: u64, lot_size: u64) -> f64 {
    let most = audited.min(erroneous);
    if found > most {
        return 0.0;
    }
    let mut term = hypergeometric_pmf(found, audited, erroneous, lot_size);
    let mut sum = term;
    for k in found..most {
        let clean = (lot_size - erroneous) as f64 - audited as f64;
        term *= ((erroneous - k) as f64 * (audited - k) as f64)
            / ((k + 1) as f64 * (clean + k as f64 + 1.0));
        sum += term;
        if term < sum * 1e-18 {
            break;
        }
    }
    sum.min(1.0)
}

/// Whether the audit rules out, at error `alpha`, that the lot holds `erroneous` or more.
pub(super) fn rules_out_at_least(
    erroneous: u64,
    found: u64,
    audited: u64,
    lot_size: u64,
    alpha: f64,
) -> bool {
    erroneous > lot_size - (audited - found)
        || (erroneous > found
            && probability_at_most(found, audited, erroneous, lot_size) <= alpha * TIE)
}

/// Most erroneous units that the lot may hold, with one-sided `confidence`.
///
/// # Definition
/// Largest D with P(X ≤ errors | D) > 1 − confidence, X hypergeometric in (lot size, D, audited).
/// # Input
/// `errors` ≤ `audited` ≤ `lot_size` ≤ 10⁹; `audited` drawn at random without replacement.
/// # Edge cases
/// Nothing audited: the whole lot. All audited: `errors`. A probability that equals the allowed error rules the count out.
/// # Properties
/// From `errors` to `lot_size − (audited − errors)`; never rises with further clean audits; at least the true count with
/// probability at least `confidence`.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`, `AuditExceedsLot`, `InvalidParameter`.
/// # Example
/// ```
/// // 158 clean audits leave room for at most 2 erroneous units in a lot of 250.
/// assert_eq!(concord::statistics::hypergeometric_upper(0, 158, 250, 0.95)?, 2);
/// assert_eq!(concord::statistics::hypergeometric_upper(0, 157, 250, 0.95)?, 3);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Buonaccorsi 1987, Biometrical Journal 29(6):741-748 (exact interval for a finite population).
/// # Checked against
/// Exact fractions over all counts and scipy.stats.hypergeom, `tests/oracles/statistics/evidence.json`; its coverage summed for
/// every count in `statistics/coverage_tests.rs`.
pub fn hypergeometric_upper(
    errors: u64,
    audited: u64,
    lot_size: u64,
    confidence: f64,
) -> Result<u64, StatisticsError> {
    check_level(confidence)?;
    check_lot(errors, audited, lot_size)?;
    Ok(most_possible(errors, audited, lot_size, 1.0 - confidence))
}

fn most_possible(errors: u64, audited: u64, lot_size: u64, alpha: f64) -> u64 {
    let (mut possible, mut excluded) = (errors, lot_size - (audited - errors) + 1);
    while excluded - possible > 1 {
        let middle = possible + (excluded - possible) / 2;
        if rules_out_at_least(middle, errors, audited, lot_size, alpha) {
            excluded = middle;
        } else {
            possible = middle;
        }
    }
    possible
}

/// Fewest erroneous units that the lot may hold, with one-sided `confidence`.
///
/// # Definition
/// Smallest D with P(X ≥ errors | D) > 1 − confidence.
/// # Input
/// As [`hypergeometric_upper`].
/// # Edge cases
/// No errors found: 0. All audited: `errors`.
/// # Properties
/// From `errors` upwards; at most the true count with probability at least `confidence`.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`, `AuditExceedsLot`, `InvalidParameter`.
/// # Example
/// ```
/// // Both of two audited units were wrong: of 3 in 10 that has probability 3/45, of 2 only 1/45.
/// assert_eq!(concord::statistics::hypergeometric_lower(2, 2, 10, 0.95)?, 3);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Buonaccorsi 1987, Biometrical Journal 29(6):741-748.
/// # Checked against
/// As [`hypergeometric_upper`].
pub fn hypergeometric_lower(
    errors: u64,
    audited: u64,
    lot_size: u64,
    confidence: f64,
) -> Result<u64, StatisticsError> {
    check_level(confidence)?;
    check_lot(errors, audited, lot_size)?;
    Ok(fewest_possible(errors, audited, lot_size, 1.0 - confidence))
}

fn fewest_possible(errors: u64, audited: u64, lot_size: u64, alpha: f64) -> u64 {
    let excluded = |d: u64| probability_at_least(errors, audited, d, lot_size) <= alpha * TIE;
    let (mut low, mut high) = (errors, lot_size - (audited - errors));
    while low < high {
        let middle = low + (high - low) / 2;
        if excluded(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Two-sided exact interval for the error rate of a finite lot.
///
/// # Definition
/// Both one-sided bounds at (1 + level)/2, divided by the lot size.
/// # Input
/// As [`hypergeometric_upper`]; `level` in (0, 1).
/// # Edge cases
/// Nothing audited: `None`. All audited: the rate itself.
/// # Properties
/// Within [0, 1]; covers the true rate with probability at least `level`.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`, `AuditExceedsLot`, `InvalidParameter`.
/// # Example
/// ```
/// let known = concord::statistics::hypergeometric_interval(3, 250, 250, 0.95)?.unwrap();
/// assert_eq!((known.lower, known.upper), (0.012, 0.012));
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Buonaccorsi 1987, Biometrical Journal 29(6):741-748.
/// # Checked against
/// As [`hypergeometric_upper`].
pub fn hypergeometric_interval(
    errors: u64,
    audited: u64,
    lot_size: u64,
    level: f64,
) -> Result<Option<Interval>, StatisticsError> {
    check_level(level)?;
    check_lot(errors, audited, lot_size)?;
    if audited == 0 {
        return Ok(None);
    }
    // The tail itself, since (1 + level)/2 may round to 1.
    let alpha = 0.5 * (1.0 - level);
    let share = |count: u64| count as f64 / lot_size as f64;
    Ok(Some(Interval {
        lower: share(fewest_possible(errors, audited, lot_size, alpha)),
        upper: share(most_possible(errors, audited, lot_size, alpha)),
        level,
        method: IntervalMethod::Hypergeometric,
    }))
}

/// Checks that the audit lies within the lot, and that the lot is one whose sums end in time.
pub(super) fn check_lot(errors: u64, audited: u64, lot_size: u64) -> Result<(), StatisticsError> {
    check_count(errors, audited)?;
    if audited > lot_size {
        return Err(StatisticsError::AuditExceedsLot { audited, lot_size });
    }
    if lot_size > LARGEST_LOT {
        return Err(StatisticsError::InvalidParameter {
            name: "lot_size",
            value: lot_size as f64,
            needed: "a lot of at most 10⁹ units is needed",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_tie_with_the_allowed_error_is_ruled_out() {
        // One erroneous unit among 20 escapes an audit of 19 with probability exactly 1/20.
        assert_eq!(hypergeometric_upper(0, 19, 20, 0.95), Ok(0));
        assert_eq!(hypergeometric_upper(0, 18, 20, 0.95), Ok(1));
    }

    #[test]
    fn a_fully_audited_lot_is_known() {
        for errors in [0, 1, 17, 30] {
            assert_eq!(hypergeometric_upper(errors, 30, 30, 0.95), Ok(errors));
            assert_eq!(hypergeometric_lower(errors, 30, 30, 0.95), Ok(errors));
        }
    }

    #[test]
    fn an_unaudited_lot_is_unknown() {
        assert_eq!(hypergeometric_upper(0, 0, 30, 0.95), Ok(30));
        assert_eq!(hypergeometric_lower(0, 0, 30, 0.95), Ok(0));
        assert_eq!(hypergeometric_interval(0, 0, 30, 0.95), Ok(None));
    }

    #[test]
    fn bounds_agree_with_plain_enumeration_in_small_lots() {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
        for lot_size in 1..=14_u64 {
            for audited in 0..=lot_size {
                for errors in 0..=audited {
                    let tail = |d: u64, range: std::ops::RangeInclusive<u64>| -> f64 {
                        range
                            .filter(|&k| k <= d && k <= audited && audited - k <= lot_size - d)
                            .map(|k| choose(d, k) * choose(lot_size - d, audited - k))
                            .sum::<f64>()
                            / choose(lot_size, audited)
                    };
                    let possible = errors..=lot_size - (audited - errors);
                    let upper = possible.clone().rfind(|&d| tail(d, 0..=errors) > 0.1 * TIE);
                    let lower = possible
                        .clone()
                        .find(|&d| tail(d, errors..=audited) > 0.1 * TIE);
                    assert_eq!(
                        hypergeometric_upper(errors, audited, lot_size, 0.9).ok(),
                        upper
                    );
                    assert_eq!(
                        hypergeometric_lower(errors, audited, lot_size, 0.9).ok(),
                        lower
                    );
                }
            }
        }
    }
}
