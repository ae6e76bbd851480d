//! Seeded resampling.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use super::interval::{Interval, IntervalMethod, StatisticsError, check_level};
use super::quantile::quantile_of_sorted;
use super::special::binomial_pmf;

/// Stream of random numbers that a seed fixes on every machine (ChaCha with 8 rounds).
///
/// # Definition
/// The 64-bit words of ChaCha8 keyed by the seed as `rand_core` expands it.
/// # Properties
/// Equal seeds give equal streams, on every machine and for good.
/// # Example
/// ```
/// use concord::statistics::ResampleSource;
/// let (mut one, mut other) = (ResampleSource::new(7), ResampleSource::new(7));
/// assert_eq!(one.below(1000), other.below(1000));
/// ```
/// # Reference
/// Bernstein 2008, ChaCha, a variant of Salsa20, <https://cr.yp.to/chacha/chacha-20080128.pdf>.
pub struct ResampleSource(ChaCha8Rng);

impl ResampleSource {
    /// Starts the stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform in [0, 1), in steps of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform among 0, 1, …, `n` − 1, without bias (Lemire 2019, doi:10.1145/3230636); 0 for n = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(n);
            let low = product as u64;
            if low >= n || low >= n.wrapping_neg() % n.max(1) {
                return (product >> 64) as u64;
            }
        }
    }

    /// Binomial variate by exact inversion outwards from the mode (Kemp 1986).
    ///
    /// # Input
    /// `p` in [0, 1]; below 0 counts as 0, above 1 as 1.
    /// # Edge cases
    /// n = 0 or p = 0: 0. p = 1: n.
    /// # Properties
    /// In 0 … n; one uniform number a variate.
    /// # Reference
    /// Kemp 1986, A modal method for generating binomial variables.
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if n == 0 || p <= 0.0 {
            return 0;
        }
        if p >= 1.0 {
            return n;
        }
        let odds = p / (1.0 - p);
        let mode = (((n + 1) as f64 * p).floor() as u64).min(n);
        let at_mode = binomial_pmf(mode, n, p, 1.0 - p);
        let mut u = self.uniform() - at_mode;
        let (mut low, mut high) = (mode, mode);
        let (mut p_low, mut p_high) = (at_mode, at_mode);
        while u >= 0.0 && (low > 0 || high < n) {
            if high < n {
                p_high *= (n - high) as f64 / (high + 1) as f64 * odds;
                high += 1;
                u -= p_high;
                if u < 0.0 {
                    return high;
                }
            }
            if low > 0 {
                p_low *= low as f64 / (n - low + 1) as f64 / odds;
                low -= 1;
                u -= p_low;
                if u < 0.0 {
                    return low;
                }
            }
            // Both steps are below the rounding of u: only lost probability is left.
            if p_low + p_high < 1e-20 {
                return mode;
            }
        }
        mode
    }
}

/// Draws `n` indices below `n` with replacement.
///
/// # Properties
/// Each index is equally likely at each place.
/// # Example
/// ```
/// use concord::statistics::{ResampleSource, resample_indices};
/// let drawn = resample_indices(&mut ResampleSource::new(1), 5);
/// assert!(drawn.len() == 5 && drawn.iter().all(|i| *i < 5));
/// ```
pub fn resample_indices(source: &mut ResampleSource, n: usize) -> Vec<usize> {
    (0..n).map(|_| source.below(n as u64) as usize).collect()
}

/// Resamples grouped units: the multinomial counts of drawing Σ counts units with replacement.
///
/// # Definition
/// A chain of conditional binomials, so that the cost follows the groups and not the units.
/// # Input
/// Units in each group; `drawn` is overwritten.
/// # Edge cases
/// No groups, or no units: nothing is drawn.
/// # Properties
/// The drawn counts add up to Σ counts; an empty group stays empty.
/// # Example
/// ```
/// use concord::statistics::{ResampleSource, resample_counts};
/// let mut drawn = Vec::new();
/// resample_counts(&mut ResampleSource::new(1), &[5, 0, 95], &mut drawn);
/// assert_eq!((drawn[1], drawn.iter().sum::<u64>()), (0, 100));
/// ```
/// # Reference
/// Davis 1993, The computer generation of multinomial random variates, Comput Stat Data Anal 16:205-217.
pub fn resample_counts(source: &mut ResampleSource, counts: &[u64], drawn: &mut Vec<u64>) {
    let mut left = counts.iter().sum::<u64>();
    let mut to_draw = left;
    drawn.clear();
    for &count in counts {
        let share = if left == 0 {
            0.0
        } else {
            count as f64 / left as f64
        };
        let taken = source.binomial(to_draw, share);
        drawn.push(taken);
        to_draw -= taken;
        left -= count;
    }
}

/// An estimate with its bootstrap interval.
///
/// # Definition
/// See [`percentile_bootstrap`].
/// # Properties
/// Holds what it takes to repeat it: seed, resamples, and how many of them were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BootstrapEstimate {
    /// The statistic on the clusters as they are.
    pub value: f64,
    pub interval: Interval,
    /// Standard deviation over the resamples.
    pub se: f64,
    pub n_resamples: u32,
    /// Resamples on which the statistic was undefined; they are dropped.
    pub n_undefined: u32,
    pub seed: u64,
}

/// Percentile bootstrap over whole clusters.
///
/// # Definition
/// Draw as many clusters as there are, with replacement, `n_resamples` times; the interval runs
/// from the (1−level)/2 to the (1+level)/2 quantile (type 7) of the statistic over the resamples.
/// # Input
/// One entry per cluster (a study with all its units); `statistic` may be undefined on a resample.
/// # Edge cases
/// Fewer than two clusters, statistic undefined on the data, or on more than half of the
/// resamples: `None`.
/// # Properties
/// The same seed gives the same interval on every machine.
/// # Errors
/// `InvalidLevel`; `InvalidParameter` for no resamples.
/// # Example
/// ```
/// use concord::statistics::cluster_bootstrap;
/// // Errors and units of three studies; the rate is their ratio.
/// let studies = [(1, 10), (0, 12), (2, 8)];
/// let rate = |drawn: &[&(u32, u32)]| {
///     let (errors, units) = drawn.iter().fold((0, 0), |(e, n), s| (e + s.0, n + s.1));
///     (units > 0).then(|| f64::from(errors) / f64::from(units))
/// };
/// let found = cluster_bootstrap(&studies, rate, 500, 7, 0.95)?.unwrap();
/// assert_eq!((found.value, found.n_undefined), (0.1, 0));
/// assert!(found.interval.lower <= 0.1 && 0.1 <= found.interval.upper);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13; Field & Welsh 2007,
/// J R Stat Soc B 69(3):369-390, doi:10.1111/j.1467-9868.2007.00593.x (clusters).
pub fn cluster_bootstrap<C>(
    clusters: &[C],
    statistic: impl Fn(&[&C]) -> Option<f64>,
    n_resamples: u32,
    seed: u64,
    level: f64,
) -> Result<Option<BootstrapEstimate>, StatisticsError> {
    let all: Vec<&C> = clusters.iter().collect();
    let Some(value) = statistic(&all) else {
        check_level(level)?;
        return Ok(None);
    };
    if clusters.len() < 2 {
        check_level(level)?;
        return Ok(None);
    }
    let mut source = ResampleSource::new(seed);
    let mut drawn = Vec::with_capacity(clusters.len());
    percentile_bootstrap(value, n_resamples, seed, level, || {
        drawn.clear();
        for _ in 0..clusters.len() {
            drawn.extend(clusters.get(source.below(clusters.len() as u64) as usize));
        }
        statistic(&drawn)
    })
}

/// Percentile interval and standard deviation over `n_resamples` calls of `replicate`.
///
/// # Definition
/// The interval runs from the (1−level)/2 to the (1+level)/2 quantile (type 7) of the replicates that
/// are defined; `se` is their standard deviation.
/// # Input
/// The statistic on the data, and a source of replicates; one without a value, or not finite, is
/// dropped and counted.
/// # Edge cases
/// More than half undefined: `None`. All equal: an interval without width and a standard error of 0.
/// # Properties
/// The interval lies within the replicates; it need not hold the value.
/// # Errors
/// `InvalidLevel`; `InvalidParameter` for no resamples.
/// # Example
/// ```
/// use concord::statistics::percentile_bootstrap;
/// let mut next = 0.0;
/// let replicate = || {
///     next += 1.0;
///     Some(next)
/// };
/// // 101 replicates 1 … 101: the quantiles of .05 and .95 are 6 and 96.
/// let found = percentile_bootstrap(51.0, 101, 0, 0.9, replicate)?.unwrap();
/// assert!((found.interval.lower - 6.0).abs() < 1e-9 && (found.interval.upper - 96.0).abs() < 1e-9);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13.
pub fn percentile_bootstrap(
    value: f64,
    n_resamples: u32,
    seed: u64,
    level: f64,
    mut replicate: impl FnMut() -> Option<f64>,
) -> Result<Option<BootstrapEstimate>, StatisticsError> {
    check_level(level)?;
    if n_resamples == 0 {
        return Err(StatisticsError::InvalidParameter {
            name: "n_resamples",
            value: 0.0,
            needed: "at least one resample is needed",
        });
    }
    let mut replicates: Vec<f64> = (0..n_resamples)
        .filter_map(|_| replicate())
        .filter(|x| x.is_finite())
        .collect();
    let n_undefined = n_resamples - replicates.len() as u32;
    if n_undefined > n_resamples / 2 {
        return Ok(None);
    }
    replicates.sort_unstable_by(f64::total_cmp);
    let tail = 0.5 * (1.0 - level);
    let (Some(lower), Some(upper)) = (
        quantile_of_sorted(&replicates, tail),
        quantile_of_sorted(&replicates, 1.0 - tail),
    ) else {
        return Ok(None);
    };
    // Equal replicates may leave a rounding error below 0.
    let variance = super::summary::sample_variance(&replicates).unwrap_or(0.0);
    let se = variance.max(0.0).sqrt();
    let interval = Interval {
        lower,
        upper,
        level,
        method: IntervalMethod::ClusterBootstrap,
    };
    Ok(Some(BootstrapEstimate {
        value,
        interval,
        se,
        n_resamples,
        n_undefined,
        seed,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_fixes_the_interval() {
        let clusters: Vec<f64> = (0..50).map(f64::from).collect();
        let average =
            |drawn: &[&f64]| super::super::mean(&drawn.iter().map(|x| **x).collect::<Vec<_>>());
        let run = |seed| {
            cluster_bootstrap(&clusters, average, 500, seed, 0.95)
                .unwrap()
                .unwrap()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7).interval, run(8).interval);
        // The mean of 0…49 has standard error 14.43/√50 = 2.04.
        assert!((run(7).se - 2.04).abs() < 0.2);
        assert!(run(7).interval.lower < 24.5 && 24.5 < run(7).interval.upper);
    }

    #[test]
    fn an_undefined_statistic_has_no_interval() {
        let none = |_: &[&f64]| None;
        assert_eq!(cluster_bootstrap(&[1.0, 2.0], none, 10, 1, 0.95), Ok(None));
        assert_eq!(
            cluster_bootstrap(&[1.0], |_| Some(1.0), 10, 1, 0.95),
            Ok(None)
        );
    }

    #[test]
    fn equal_replicates_have_no_error() {
        // A thirtieth added up a thousand times is not a thousand thirtieths.
        let found = percentile_bootstrap(1.0 / 30.0, 1000, 1, 0.95, || Some(1.0 / 30.0));
        let found = found.unwrap().unwrap();
        assert!(found.se.is_finite() && found.se < 1e-16, "{}", found.se);
        assert_eq!(found.interval.lower, found.interval.upper);
    }

    #[test]
    fn binomial_variates_have_the_right_mean_and_variance() {
        let mut source = ResampleSource::new(3);
        for (n, p) in [(10_u64, 0.3), (1000, 0.002), (100_000, 0.7)] {
            let draws: Vec<f64> = (0..20_000).map(|_| source.binomial(n, p) as f64).collect();
            let (mean, variance) = (n as f64 * p, n as f64 * p * (1.0 - p));
            let found = super::super::mean(&draws).unwrap();
            assert!(
                (found - mean).abs() < 5.0 * (variance / 20_000.0).sqrt(),
                "{n} {p}: {found}"
            );
            let spread = super::super::sample_variance(&draws).unwrap();
            assert!(
                (spread / variance - 1.0).abs() < 0.06,
                "{n} {p}: {spread} {variance}"
            );
        }
    }

    #[test]
    fn resampled_counts_keep_their_total() {
        let mut source = ResampleSource::new(1);
        let mut drawn = Vec::new();
        for counts in [vec![5, 0, 3, 92], vec![1], vec![0, 0], vec![]] {
            resample_counts(&mut source, &counts, &mut drawn);
            assert_eq!(drawn.iter().sum::<u64>(), counts.iter().sum::<u64>());
            assert!(drawn.iter().zip(&counts).all(|(d, c)| *c > 0 || *d == 0));
        }
    }
}
