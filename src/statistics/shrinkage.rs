//! Empirical-Bayes shrinkage of many small error rates.

use serde::{Deserialize, Serialize};

use super::distributions::beta_quantile;
use super::interval::{Interval, IntervalMethod, StatisticsError, check_count, check_level};
use super::special::{ln_gamma, stirling_error};

/// Beta prior shared by a group of raters.
///
/// # Definition
/// Density ∝ p^(α−1) (1−p)^(β−1): mean α/(α+β), precision α + β in units.
/// # Input
/// Both finite and above 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RatePrior {
    pub alpha: f64,
    pub beta: f64,
}

/// A rate drawn towards its group.
///
/// # Definition
/// Mean and equal-tailed interval of the rater's beta posterior.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShrunkRate {
    /// Posterior mean.
    pub rate: f64,
    /// Equal-tailed interval of the posterior.
    pub interval: Interval,
}

/// Prior of a group by maximum marginal likelihood of the beta-binomial.
///
/// # Definition
/// (α, β) maximising Σ ln B(xᵢ+α, nᵢ−xᵢ+β) − ln B(α, β).
/// # Input
/// (erroneous, assessed) per rater.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | fewer than two raters with anything assessed | `None` |
/// | all errors, or none at all | `None`: the likelihood has no maximum |
/// | raters no more varied than chance | precision α + β capped at 10⁶: full pooling |
/// # Properties
/// Independent of the raters' order, but for rounding.
/// # Errors
/// `CountExceedsTotal`.
/// # Example
/// ```
/// // Equal raters say nothing of how raters differ: the prior is their common rate.
/// let prior = concord::statistics::fit_rate_prior(&[(5, 100), (5, 100)])?.unwrap();
/// assert!((prior.alpha / (prior.alpha + prior.beta) - 0.05).abs() < 1e-5);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Griffiths 1973, Biometrics 29(4):637-648, doi:10.2307/2529131.
/// # Checked against
/// scipy.optimize on scipy.stats.betabinom, `tests/oracles/statistics/evidence.json`.
pub fn fit_rate_prior(groups: &[(u64, u64)]) -> Result<Option<RatePrior>, StatisticsError> {
    for &(count, total) in groups {
        check_count(count, total)?;
    }
    let groups: Vec<(f64, f64)> = groups
        .iter()
        .filter(|g| g.1 > 0)
        .map(|g| (g.0 as f64, (g.1 - g.0) as f64))
        .collect();
    let errors: f64 = groups.iter().map(|g| g.0).sum();
    let clean: f64 = groups.iter().map(|g| g.1).sum();
    if groups.len() < 2 || errors == 0.0 || clean == 0.0 {
        return Ok(None);
    }
    let likelihood = |mean: f64, precision: f64| {
        let (a, b) = (mean * precision, (1.0 - mean) * precision);
        groups
            .iter()
            .map(|&(x, y)| {
                // ln B(x+a, y+b) − ln B(a, b), with what depends on the mean alone apart.
                let at_mean = x * mean.ln() + y * (-mean).ln_1p();
                at_mean + rising(a, x) + rising(b, y) - rising(precision, x + y)
            })
            .sum::<f64>()
    };
    // The mean's logit and the precision's logarithm are profiled one inside the other.
    let logistic = |v: f64| 1.0 / (1.0 + (-v).exp());
    let centre = (errors / clean).ln();
    let best_mean = |precision: f64| {
        logistic(maximise(centre - 4.0, centre + 4.0, |v| {
            likelihood(logistic(v), precision)
        }))
    };
    let log_precision = maximise(0.01_f64.ln(), 1e6_f64.ln(), |v| {
        likelihood(best_mean(v.exp()), v.exp())
    });
    let precision = log_precision.exp();
    let mean = best_mean(precision);
    Ok(Some(RatePrior {
        alpha: mean * precision,
        beta: (1.0 - mean) * precision,
    }))
}

/// Draws each rate towards its group's prior.
///
/// # Definition
/// Posterior beta(α + x, β + n − x): its mean and equal-tailed interval.
/// # Input
/// (erroneous, assessed) per rater; a prior above 0; `level` in (0, 1).
/// # Edge cases
/// Nothing assessed: the prior itself.
/// # Properties
/// Between the raw rate and the prior mean; the fewer the units, the nearer to the prior mean.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`, `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::{RatePrior, shrink_rates};
/// // No error in two units, drawn towards ½ by a prior worth two units: 1/4.
/// let shrunk = shrink_rates(&[(0, 2)], RatePrior { alpha: 1.0, beta: 1.0 }, 0.95)?;
/// assert_eq!(shrunk[0].rate, 0.25);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Efron & Morris 1975, JASA 70(350):311-319, doi:10.1080/01621459.1975.10479864.
/// # Checked against
/// scipy.stats.beta, `tests/oracles/statistics/evidence.json`.
pub fn shrink_rates(
    groups: &[(u64, u64)],
    prior: RatePrior,
    level: f64,
) -> Result<Vec<ShrunkRate>, StatisticsError> {
    check_level(level)?;
    for (name, shape) in [("alpha", prior.alpha), ("beta", prior.beta)] {
        super::memory_charts::check_positive(name, shape)?;
    }
    groups
        .iter()
        .map(|&(count, total)| {
            check_count(count, total)?;
            let a = prior.alpha + count as f64;
            let b = prior.beta + (total - count) as f64;
            let tail = 0.5 * (1.0 - level);
            let interval = Interval {
                lower: beta_quantile(tail, a, b),
                upper: beta_quantile(1.0 - tail, a, b),
                level,
                method: IntervalMethod::BetaPosterior,
            };
            Ok(ShrunkRate {
                rate: a / (a + b),
                interval,
            })
        })
        .collect()
}

/// ln Γ(a + x) − ln Γ(a) − x ln a, which keeps its digits where x is small beside a.
fn rising(a: f64, x: f64) -> f64 {
    if a < 15.0 {
        return ln_gamma(a + x) - ln_gamma(a) - x * a.ln();
    }
    (a + x - 0.5) * (x / a).ln_1p() - x + stirling_error(a + x) - stirling_error(a)
}

/// Argument of the maximum of a function with one peak, by golden-section search.
fn maximise(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let mut left = high - GOLDEN * (high - low);
    let mut right = low + GOLDEN * (high - low);
    let (mut at_left, mut at_right) = (f(left), f(right));
    while high - low > 1e-8 {
        if at_left >= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - GOLDEN * (high - low);
            at_left = f(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + GOLDEN * (high - low);
            at_right = f(right);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varied_raters_are_shrunk_by_their_size() {
        let groups = [(0, 10), (30, 100), (2, 100), (50, 1000), (1, 5), (9, 60)];
        let prior = fit_rate_prior(&groups).unwrap().unwrap();
        let centre = prior.alpha / (prior.alpha + prior.beta);
        let shrunk = shrink_rates(&groups, prior, 0.95).unwrap();
        for (&(x, n), found) in groups.iter().zip(&shrunk) {
            let raw = x as f64 / n as f64;
            assert!((raw - found.rate) * (found.rate - centre) >= 0.0);
            assert!(found.interval.lower < found.rate && found.rate < found.interval.upper);
        }
        let moved = |i: usize| {
            let raw = groups[i].0 as f64 / groups[i].1 as f64;
            (shrunk[i].rate - raw) / (centre - raw)
        };
        assert!(moved(4) > moved(1) && moved(1) > moved(3));
    }

    #[test]
    fn equal_raters_are_pooled_and_errorless_groups_have_no_prior() {
        let prior = fit_rate_prior(&[(5, 100), (5, 100), (5, 100)])
            .unwrap()
            .unwrap();
        assert!(prior.alpha + prior.beta > 9e5);
        assert!((prior.alpha / (prior.alpha + prior.beta) - 0.05).abs() < 1e-5);
        assert_eq!(fit_rate_prior(&[(0, 100), (0, 50)]), Ok(None));
        assert_eq!(fit_rate_prior(&[(1, 100)]), Ok(None));
    }
}
