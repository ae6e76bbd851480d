//! Mean squares of a complete units × raters table, and what follows from them.

use super::IccForm;
use crate::agreement::coefficient::UndefinedCode;
use crate::agreement::matrix::RatingMatrix;
use crate::statistics::f_quantile;

/// Mean squares of a complete units × raters table.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeanSquares {
    pub n: f64,
    k: f64,
    /// Between units.
    pub units: f64,
    /// Within units.
    pub within: f64,
    /// Between raters.
    raters: f64,
    /// Left over.
    error: f64,
}

/// Mean squares of the units that all rated, each taken as often as `times` says; else why not, and the number of units.
pub(super) fn mean_squares(
    matrix: &RatingMatrix,
    times: Option<&[u32]>,
) -> Result<MeanSquares, (UndefinedCode, u64)> {
    let k = matrix.raters().len();
    let rows = matrix.numbers().chunks_exact(k.max(1)).enumerate();
    let complete = || {
        rows.clone().filter_map(|(unit, row)| {
            let taken = times.map_or(1, |times| times.get(unit).copied().unwrap_or(0));
            (taken > 0 && !row.iter().any(|x| x.is_nan())).then_some((row, taken))
        })
    };
    let n_units: u64 = complete().map(|(_, taken)| u64::from(taken)).sum();
    if k < 2 {
        return Err((UndefinedCode::TooFewRaters, n_units));
    }
    if n_units < 2 {
        return Err((UndefinedCode::TooFewUnits, n_units));
    }
    let (n, k_real) = (n_units as f64, k as f64);
    // Each rating is taken from its unit's first, and each unit's mean from the first unit's, so that equal numbers leave
    // exactly 0 and numbers far from 0 keep their digits.
    let mean_above_first = |row: &[f64]| row.iter().map(|x| x - row[0]).sum::<f64>() / k_real;
    let origin = complete().next().map_or(0.0, |(row, _)| row[0]);
    let unit_mean = |row: &[f64], above: f64| row[0] - origin + above;
    let first_mean = complete()
        .next()
        .map_or(0.0, |(row, _)| unit_mean(row, mean_above_first(row)));
    let mut rater_sums = vec![0.0; k];
    let (mut mean_sum, mut within) = (0.0, 0.0);
    for (row, taken) in complete() {
        let taken = f64::from(taken);
        let above = mean_above_first(row);
        mean_sum += taken * (unit_mean(row, above) - first_mean);
        for (sum, x) in rater_sums.iter_mut().zip(row) {
            let deviation = x - row[0] - above;
            *sum += taken * deviation;
            within += taken * deviation * deviation;
        }
    }
    let shifts: Vec<f64> = rater_sums.iter().map(|sum| sum / n).collect();
    let grand = mean_sum / n;
    let (mut between, mut error) = (0.0, 0.0);
    for (row, taken) in complete() {
        let taken = f64::from(taken);
        let above = mean_above_first(row);
        between += taken * (unit_mean(row, above) - first_mean - grand).powi(2);
        for (shift, x) in shifts.iter().zip(row) {
            error += taken * (x - row[0] - above - shift).powi(2);
        }
    }
    let raters: f64 = shifts.iter().map(|shift| n * shift * shift).sum();
    Ok(MeanSquares {
        n,
        k: k_real,
        units: k_real * between / (n - 1.0),
        within: within / (n * (k_real - 1.0)),
        raters: raters / (k_real - 1.0),
        error: error / ((n - 1.0) * (k_real - 1.0)),
    })
}

impl MeanSquares {
    pub(super) fn value(&self, form: IccForm) -> Option<f64> {
        let Self {
            n,
            k,
            units,
            within,
            raters,
            error,
        } = *self;
        let (numerator, denominator) = match form {
            IccForm::OneWaySingle => (units - within, units + (k - 1.0) * within),
            IccForm::OneWayMean => (units - within, units),
            IccForm::TwoWayFixedSingle => (units - error, units + (k - 1.0) * error),
            IccForm::TwoWayFixedMean => (units - error, units),
            IccForm::TwoWayRandomSingle => (
                units - error,
                units + (k - 1.0) * error + k * (raters - error) / n,
            ),
            IccForm::TwoWayRandomMean => (units - error, units + (raters - error) / n),
        };
        // Mean squares that cancel leave rounding, not variance.
        let rounding = 1e-12 * (units + within + (raters + error) * k);
        (denominator > rounding).then(|| numerator / denominator)
    }

    pub(super) fn interval(&self, form: IccForm, level: f64) -> (Option<f64>, Option<f64>) {
        let Self {
            n,
            k,
            units,
            within,
            error,
            ..
        } = *self;
        let p = 0.5 + 0.5 * level;
        // (F/q − 1)/(F/q + k − 1) with F = units/noise, free of a division by no noise.
        let single = |noise: f64, df: f64| {
            let bound = |q: f64| ratio(units - q * noise, units + (k - 1.0) * q * noise);
            (
                bound(f_quantile(p, n - 1.0, df)),
                bound(1.0 / f_quantile(p, df, n - 1.0)),
            )
        };
        let mean = |noise: f64, df: f64| {
            let bound = |q: f64| ratio(units - q * noise, units);
            (
                bound(f_quantile(p, n - 1.0, df)),
                bound(1.0 / f_quantile(p, df, n - 1.0)),
            )
        };
        let error_df = (n - 1.0) * (k - 1.0);
        match form {
            IccForm::OneWaySingle => single(within, n * (k - 1.0)),
            IccForm::OneWayMean => mean(within, n * (k - 1.0)),
            IccForm::TwoWayFixedSingle => single(error, error_df),
            IccForm::TwoWayFixedMean => mean(error, error_df),
            IccForm::TwoWayRandomSingle => self.random_interval(p),
            IccForm::TwoWayRandomMean => {
                let (lower, upper) = self.random_interval(p);
                // A single rater's bound of −1/(k − 1) and below has no counterpart: the mean's is open.
                let step_up = |bound: f64| {
                    let denominator = 1.0 + (k - 1.0) * bound;
                    (denominator > 1e-12).then(|| k * bound / denominator)
                };
                (lower.and_then(step_up), upper.and_then(step_up))
            }
        }
    }

    /// Interval of ICC(2,1) with Satterthwaite's degrees of freedom.
    fn random_interval(&self, p: f64) -> (Option<f64>, Option<f64>) {
        let Self {
            n,
            k,
            units,
            raters,
            error,
            ..
        } = *self;
        let Some(rho) = self.value(IccForm::TwoWayRandomSingle) else {
            return (None, None);
        };
        let rater_part = k * rho * raters;
        let error_part = (n * (1.0 + (k - 1.0) * rho) - k * rho) * error;
        let scale = (n - 1.0) * rater_part.powi(2) + error_part.powi(2);
        if scale == 0.0 {
            // Without differences between raters or error the ratings agree exactly.
            let certain = (raters == 0.0 && error == 0.0).then_some(1.0);
            return (certain, certain);
        }
        let df = (k - 1.0) * (n - 1.0) * (rater_part + error_part).powi(2) / scale;
        if df <= 0.0 {
            return (None, None);
        }
        let noise = k * raters + (k * n - k - n) * error;
        let high = f_quantile(p, n - 1.0, df);
        let low = f_quantile(p, df, n - 1.0);
        (
            ratio(n * (units - high * error), high * noise + n * units),
            ratio(n * (low * units - error), noise + n * low * units),
        )
    }
}

fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    let value = numerator / denominator;
    value.is_finite().then_some(value)
}
