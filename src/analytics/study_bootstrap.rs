//! Intervals of means whose values come in clusters: studies are resampled, not values.

use crate::statistics::{Interval, IntervalMethod, ResampleSource, quantile};
use std::collections::BTreeMap;

/// Resamples behind each interval.
pub const N_RESAMPLES: u32 = 1_000;
/// Seed of the resampling, so that equal inputs give equal intervals.
pub const SEED: u64 = 20_261_102;

/// How these intervals are made, in words.
pub fn method() -> String {
    format!("percentile cluster bootstrap by study, B = {N_RESAMPLES}, seed {SEED}")
}

/// Percentile interval of the mean of `values`, resampling studies with replacement.
///
/// # Input
/// Study and value; `level` in (0, 1).
/// # Edge cases
/// Fewer than two studies: `None`, since nothing is known about how studies differ.
pub fn mean_interval_by_study<'a>(
    values: impl IntoIterator<Item = (&'a str, f64)>,
    level: f64,
) -> Option<Interval> {
    let mut clusters: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (study, value) in values {
        let sums = clusters.entry(study).or_default();
        sums.0 += value;
        sums.1 += 1.0;
    }
    let clusters: Vec<(f64, f64)> = clusters.into_values().collect();
    if clusters.len() < 2 {
        return None;
    }
    let mut source = ResampleSource::new(SEED);
    let means: Vec<f64> = (0..N_RESAMPLES)
        .map(|_| {
            let (sum, n) = (0..clusters.len()).fold((0.0, 0.0), |(sum, n), _| {
                let drawn = clusters[source.below(clusters.len() as u64) as usize];
                (sum + drawn.0, n + drawn.1)
            });
            sum / n
        })
        .collect();
    let tail = (1.0 - level) / 2.0;
    Some(Interval {
        lower: quantile(&means, tail)?,
        upper: quantile(&means, 1.0 - tail)?,
        level,
        method: IntervalMethod::ClusterBootstrap,
    })
}

#[cfg(test)]
mod tests {
    use super::mean_interval_by_study;

    #[test]
    fn one_study_gives_no_interval_however_many_values_it_has() {
        let values = [("s1", 0.2), ("s1", 0.9), ("s1", 0.4)];
        assert!(mean_interval_by_study(values, 0.95).is_none());
    }

    #[test]
    fn studies_that_agree_within_themselves_widen_the_interval() {
        let clustered: Vec<(String, f64)> = (0..10)
            .flat_map(|study| (0..10).map(move |_| (format!("s{study}"), f64::from(study) / 10.0)))
            .collect();
        let spread: Vec<(String, f64)> = (0..100)
            .map(|i| (format!("s{i}"), f64::from(i % 10) / 10.0))
            .collect();
        let width = |values: &[(String, f64)]| {
            let interval =
                mean_interval_by_study(values.iter().map(|(s, v)| (s.as_str(), *v)), 0.95)
                    .expect("ten studies");
            interval.upper - interval.lower
        };
        assert!(width(&clustered) > 2.0 * width(&spread));
    }
}
