//! Intervals that take the units of one study together.

use serde::Serialize;

use super::all::AgreementOptions;
use super::coefficient::Coefficient;
use super::error::AgreementError;
use super::krippendorff::Bootstrap;
use super::matrix::RatingMatrix;
use super::scale::Scale;
use crate::statistics::{ResampleSource, percentile_bootstrap};

mod categories;
mod numbers;

/// How resamples were made.
///
/// # Definition
/// `n_resamples` draws of `n_clusters` clusters with replacement; a draw on which the figure is
/// undefined is dropped and counted.
/// # Properties
/// The seed fixes every draw on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Resampling {
    /// What was drawn: `unit` or `study`.
    pub by: &'static str,
    /// Units or studies there are.
    pub n_clusters: u64,
    pub n_resamples: u32,
    /// Resamples on which the figure was undefined.
    pub n_dropped: u32,
    pub seed: u64,
}

/// Percentile interval of a figure over resampled studies.
///
/// # Definition
/// From the (1−level)/2 to the (1+level)/2 quantile (type 7) of the figure over resamples of whole
/// studies; `se` is their standard deviation.
/// # Edge cases
/// Fewer than two studies, or undefined on more than half of the resamples: no bounds, and a
/// `reason`.
/// # Reference
/// Field & Welsh 2007, J R Stat Soc B 69(3):369-390, doi:10.1111/j.1467-9868.2007.00593.x.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StudyInterval {
    pub se: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(flatten)]
    pub resampling: Resampling,
}

/// Gives each figure that has a value its interval over studies; nothing where no studies are known.
///
/// `found` is the list that [`super::all_coefficients`] makes of the same matrix, in its order.
pub(super) fn add_study_intervals(
    matrix: &RatingMatrix,
    scale: Scale,
    options: AgreementOptions,
    found: &mut [Coefficient],
) -> Result<(), AgreementError> {
    if matrix.n_studies() == 0 || options.bootstrap.n_resamples == 0 {
        return Ok(());
    }
    match scale {
        Scale::Nominal | Scale::Ordinal => categories::add(matrix, scale, options, found),
        Scale::Interval | Scale::Ratio => numbers::add(matrix, scale, options, found),
    }
}

/// A matrix's studies and how they are drawn.
#[derive(Clone, Copy)]
struct Studies {
    n: u32,
    bootstrap: Bootstrap,
    level: f64,
}

impl Studies {
    fn of(matrix: &RatingMatrix, options: AgreementOptions) -> Self {
        Self {
            n: matrix.n_studies(),
            bootstrap: options.bootstrap,
            level: options.level,
        }
    }

    /// Evaluates the figures on every resample and adds their intervals.
    ///
    /// `evaluate` is told how often each study was drawn and answers in the order of `found`. Every call draws the same
    /// resamples.
    fn add_intervals(
        self,
        found: &mut [Coefficient],
        mut evaluate: impl FnMut(&[u32]) -> Result<Vec<Option<f64>>, AgreementError>,
    ) -> Result<(), AgreementError> {
        let mut values: Vec<Vec<Option<f64>>> = vec![Vec::new(); found.len()];
        if self.n >= 2 {
            let mut source = ResampleSource::new(self.bootstrap.seed);
            let mut times = vec![0_u32; self.n as usize];
            for _ in 0..self.bootstrap.n_resamples {
                times.fill(0);
                for _ in 0..self.n {
                    if let Some(count) = times.get_mut(source.below(self.n.into()) as usize) {
                        *count += 1;
                    }
                }
                for (all, value) in values.iter_mut().zip(evaluate(&times)?) {
                    all.push(value);
                }
            }
        }
        for (one, values) in found.iter_mut().zip(values) {
            if let Some(value) = one.value {
                one.study_interval = Some(self.interval(value, &values)?);
            }
        }
        Ok(())
    }

    fn interval(self, value: f64, values: &[Option<f64>]) -> Result<StudyInterval, AgreementError> {
        let Bootstrap { n_resamples, seed } = self.bootstrap;
        let n_dropped = values.iter().filter(|v| v.is_none()).count() as u32;
        let mut interval = StudyInterval {
            se: None,
            lower: None,
            upper: None,
            reason: None,
            resampling: Resampling {
                by: "study",
                n_clusters: self.n.into(),
                n_resamples: values.len() as u32,
                n_dropped,
                seed,
            },
        };
        if self.n < 2 {
            interval.reason = Some("fewer than two studies");
            return Ok(interval);
        }
        let mut next = values.iter().copied();
        let replicate = || next.next().flatten();
        match percentile_bootstrap(value, n_resamples, seed, self.level, replicate)? {
            Some(estimate) => {
                interval.se = Some(estimate.se);
                interval.lower = Some(estimate.interval.lower);
                interval.upper = Some(estimate.interval.upper);
            }
            None => interval.reason = Some("undefined on more than half of the resamples"),
        }
        Ok(interval)
    }
}

/// How often each unit was drawn, from how often its study was.
fn times_of_units(matrix: &RatingMatrix, times: &[u32]) -> Vec<u32> {
    let of_study = |study: &u32| times.get(*study as usize).copied().unwrap_or(0);
    matrix.study_of_unit().iter().map(of_study).collect()
}
