//! Resampled studies of numeric ratings.

use super::{Studies, times_of_units};
use crate::agreement::all::{AgreementOptions, rater_pairs};
use crate::agreement::coefficient::Coefficient;
use crate::agreement::error::AgreementError;
use crate::agreement::icc::weighted_correlations;
use crate::agreement::krippendorff::Pairable;
use crate::agreement::matrix::RatingMatrix;
use crate::agreement::scale::Scale;

/// What a pair of raters adds to percent agreement and bias, by study.
#[derive(Clone, Copy, Default)]
struct PairSums {
    n: u64,
    n_equal: u64,
    difference: f64,
}

pub(super) fn add(
    matrix: &RatingMatrix,
    scale: Scale,
    options: AgreementOptions,
    found: &mut [Coefficient],
) -> Result<(), AgreementError> {
    let studies = Studies::of(matrix, options);
    let mut rest = found;
    for (a, b) in rater_pairs(matrix.raters().len()) {
        let sums = sums_by_study(matrix, a, b);
        // Percent agreement and bias.
        let (of_pair, others) = rest.split_at_mut(2);
        rest = others;
        studies.add_intervals(of_pair, |times| {
            let mut all = PairSums::default();
            for (study, times) in sums.iter().zip(times) {
                all.n += u64::from(*times) * study.n;
                all.n_equal += u64::from(*times) * study.n_equal;
                all.difference += f64::from(*times) * study.difference;
            }
            let n = all.n as f64;
            Ok(vec![
                (all.n > 0).then(|| all.n_equal as f64 / n),
                (all.n > 1).then(|| all.difference / n),
            ])
        })?;
    }
    // α first, as in the list; without a value it is not asked for.
    let has_alpha = rest.first().is_some_and(|alpha| alpha.value.is_some());
    let pairable = Pairable::of_single_units(matrix, scale);
    let mut counts = Vec::new();
    studies.add_intervals(rest, |times| {
        let times = times_of_units(matrix, times);
        counts.clear();
        counts.extend(times.iter().map(|n| u64::from(*n)));
        let alpha = if has_alpha {
            pairable.alpha(&counts)
        } else {
            None
        };
        let correlations = weighted_correlations(matrix, Some(&times), options.level)?;
        let mut values = vec![alpha];
        values.extend(correlations.into_iter().map(|one| one.value));
        Ok(values)
    })
}

fn sums_by_study(matrix: &RatingMatrix, a: usize, b: usize) -> Vec<PairSums> {
    let mut sums = vec![PairSums::default(); matrix.n_studies() as usize];
    let rows = matrix.numbers().chunks_exact(matrix.raters().len().max(1));
    for (row, study) in rows.zip(matrix.study_of_unit()) {
        let (Some(x), Some(y)) = (row.get(a), row.get(b)) else {
            continue;
        };
        if x.is_nan() || y.is_nan() {
            continue;
        }
        if let Some(sum) = sums.get_mut(*study as usize) {
            sum.n += 1;
            sum.n_equal += u64::from(x == y);
            sum.difference += x - y;
        }
    }
    sums
}
