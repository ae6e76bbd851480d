//! Rates of units that come in clusters, such as the findings of one study: how many independent units are they worth?

use serde::{Deserialize, Serialize};

use super::distributions::{beta_quantile, student_t_quantile};
use super::evidence::{Population, RateVerdict, Rule, judge_rate};
use super::interval::{StatisticsError, check_count, check_level};
use super::status::Status;

/// Errors of one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterCount {
    pub errors: u64,
    pub assessed: u64,
}

/// One-sided bounds of a rate whose units come in clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClusteredRate {
    /// Clusters in which something was assessed.
    pub n_clusters: u64,
    pub n_erroneous_clusters: u64,
    /// How many times the variance of as many independent units; at least 1.
    pub design_effect: f64,
    /// Independent units that the sample is worth.
    pub effective_n: f64,
    pub lower: f64,
    pub upper: f64,
    /// The design effect was estimated; otherwise it was assumed, since too few clusters have errors.
    pub is_estimated: bool,
}

/// With fewer clusters in error than this, how errors cluster cannot be told from the sample.
pub const MIN_ERRONEOUS_CLUSTERS: u64 = 30;

/// Bounds of an error rate where units of one cluster hang together.
///
/// # Definition
/// Clopper–Pearson bounds, beta quantiles, of rate × n* errors among n* = n / deff units (Korn & Graubard). deff is the
/// linearised variance of the rate between clusters, k/(k − 1) · Σ(eᵢ − p nᵢ)² / n², as a multiple of p(1 − p)/n, times
/// (t / z-like t of n)⁻²: n* shrinks by the squared quotient of Student's t with n − 1 and with b − 1 degrees of freedom, b being
/// the clusters with errors, since they alone tell how errors cluster. With b < [`MIN_ERRONEOUS_CLUSTERS`] deff is at least
/// 1 + (m − 1)·`correlation`, where m = Σnᵢ² / n is the size of the cluster in which a unit finds itself.
/// # Input
/// One count a cluster; `confidence` in (0.5, 1); `correlation` in [0, 1]: that of two units of one cluster, assumed until errors
/// tell. 1, all of a cluster right or all wrong, assumes nothing in favour of a pass.
/// # Edge cases
/// Nothing assessed: `None`. Clusters with nothing assessed are left out. One unit a cluster: Clopper–Pearson's own bounds. No error, with
/// a correlation of 1 and equal clusters: the clusters count as units. All wrong: upper bound 1.
/// # Properties
/// 1 ≤ deff ≤ m, so that n* lies between the number of equal clusters and the number of units; the bounds are never narrower
/// than those of independent units but for rounding. In simulations (beta-binomial clusters of equal and of very unequal sizes,
/// correlations 0 to 1, 3,000 runs each) a process at the limit passed in at most 6.3 %, one at twice the limit never.
/// # Errors
/// `InvalidLevel`, `CountExceedsTotal`, `InvalidParameter`.
/// # Example
/// ```
/// use concord::statistics::{ClusterCount, clustered_rate};
/// // 249 clean studies of 40 findings each prove as much as 249 findings that have nothing in common.
/// let clean = vec![ClusterCount { errors: 0, assessed: 40 }; 249];
/// let bounds = clustered_rate(&clean, 0.95, 1.0)?.unwrap();
/// assert!((bounds.effective_n - 249.0).abs() < 1e-9 && bounds.upper < 0.012);
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// Korn & Graubard 1998, Survey Methodology 24(2):193-201; Kish 1965, Survey Sampling, 5.4 (design effect).
/// # Checked against
/// The same formulas with scipy.stats.beta and t, `tests/oracles/statistics/clustered.json`; simulated in
/// `statistics/clustered_tests.rs`.
pub fn clustered_rate(
    clusters: &[ClusterCount],
    confidence: f64,
    correlation: f64,
) -> Result<Option<ClusteredRate>, StatisticsError> {
    check_level(confidence)?;
    if !(0.0..=1.0).contains(&correlation) {
        return Err(StatisticsError::InvalidParameter {
            name: "correlation",
            value: correlation,
            needed: "a correlation from 0 to 1 is needed",
        });
    }
    for cluster in clusters {
        check_count(cluster.errors, cluster.assessed)?;
    }
    let sums = Sums::of(clusters);
    if sums.n == 0.0 {
        return Ok(None);
    }
    let rate = sums.errors / sums.n;
    let deviations = clusters.iter().map(|cluster| {
        let off = cluster.errors as f64 - rate * cluster.assessed as f64;
        off * off
    });
    Ok(Some(sums.bounds(deviations.sum(), confidence, correlation)))
}

/// The verdict on a rate whose units come in clusters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusteredVerdict {
    /// Bounds and status as clustered units carry them; `further_clean_audits` where units are independent.
    pub verdict: RateVerdict,
    /// What the units are worth; `None` where no cluster has more than one, or nothing can be judged.
    pub worth: Option<ClusteredRate>,
    /// Further clusters of the mean size, all without error, that would pass; where `worth` is there.
    pub further_clean_clusters: Option<u64>,
}

/// Judges an error rate whose units come in clusters against a strict limit.
///
/// # Definition
/// As [`judge_rate`], with the bounds of [`clustered_rate`] where a cluster has more than one unit.
/// # Input
/// As both.
/// # Edge cases
/// At most one unit a cluster: [`judge_rate`] itself. Rule `Point` is not moved by clusters. A lot of which every unit was assessed is
/// known for certain, however its errors cluster.
/// # Properties
/// Clustered units pass no sooner than as many independent ones.
/// # Errors
/// None: faulty questions are the status `error` with their reason.
/// # Example
/// ```
/// use concord::statistics::{ClusterCount, Population, Rule, Status, judge_clustered_rate};
/// // 9,000 clean findings of one study: nothing is known of other studies.
/// let one = [ClusterCount { errors: 0, assessed: 9_000 }];
/// let found = judge_clustered_rate(&one, Population::Process, 0.012, 0.95, Rule::Bounds, 1.0);
/// assert_eq!(found.verdict.status, Status::InsufficientEvidence);
/// assert_eq!(found.further_clean_clusters, Some(248));
/// ```
/// # Reference
/// As [`clustered_rate`].
/// # Checked against
/// As [`clustered_rate`].
pub fn judge_clustered_rate(
    clusters: &[ClusterCount],
    population: Population,
    limit: f64,
    confidence: f64,
    rule: Rule,
    correlation: f64,
) -> ClusteredVerdict {
    let errors = clusters.iter().map(|cluster| cluster.errors).sum();
    let assessed = clusters.iter().map(|cluster| cluster.assessed).sum();
    let mut found = ClusteredVerdict {
        verdict: judge_rate(errors, assessed, population, limit, confidence, rule),
        worth: None,
        further_clean_clusters: None,
    };
    let is_judged = !matches!(found.verdict.status, Status::Error | Status::NotApplicable);
    let are_apart = clusters.iter().all(|cluster| cluster.assessed <= 1);
    if !is_judged || are_apart || population == Population::Lot(assessed) {
        return found;
    }
    let worth = clustered_rate(clusters, confidence, correlation);
    let further = further_clean_clusters(clusters, limit, confidence, correlation);
    let verdict = &mut found.verdict;
    match (worth, further) {
        (Ok(Some(worth)), Ok(further)) => {
            verdict.lower_one_sided = Some(worth.lower);
            verdict.upper_one_sided = Some(worth.upper);
            found.worth = Some(worth);
            if rule == Rule::Bounds {
                verdict.status = if worth.upper < limit {
                    Status::Pass
                } else if worth.lower >= limit {
                    Status::Fail
                } else {
                    Status::InsufficientEvidence
                };
                verdict.further_clean_audits = (verdict.status == Status::Pass).then_some(0);
                found.further_clean_clusters = further;
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            verdict.status = Status::Error;
            verdict.further_clean_audits = None;
            verdict.reason = error.to_string();
        }
        (Ok(None), Ok(_)) => {}
    }
    found
}

/// Further clusters, all without error and of the mean size, after which the upper bound lies below a limit.
///
/// # Definition
/// The least k for which [`clustered_rate`] of the sample and k clean clusters of the mean size has an upper bound below `limit`.
/// # Input
/// As [`clustered_rate`]; `limit` in (0, 1].
/// # Edge cases
/// 0 where the bound is below already. Nothing assessed: clusters of one unit. `None` beyond 10⁷ clusters.
/// # Properties
/// Exactly this many pass and one fewer does not.
/// # Errors
/// As [`clustered_rate`].
/// # Example
/// ```
/// use concord::statistics::{ClusterCount, further_clean_clusters};
/// let clean = vec![ClusterCount { errors: 0, assessed: 40 }; 49];
/// assert_eq!(further_clean_clusters(&clean, 0.012, 0.95, 1.0)?, Some(200));
/// # Ok::<(), concord::statistics::StatisticsError>(())
/// ```
/// # Reference
/// As [`clustered_rate`].
/// # Checked against
/// A plain scan, `statistics/clustered_tests.rs`.
pub fn further_clean_clusters(
    clusters: &[ClusterCount],
    limit: f64,
    confidence: f64,
    correlation: f64,
) -> Result<Option<u64>, StatisticsError> {
    const MOST: u64 = 10_000_000;
    let known = clustered_rate(clusters, confidence, correlation)?;
    let sums = Sums::of(clusters);
    let size = if known.is_some() {
        sums.n / sums.n_clusters
    } else {
        1.0
    };
    let passes = |further: u64| {
        let more = sums.with_clean(further as f64, size);
        if more.n == 0.0 {
            return false;
        }
        let rate = more.errors / more.n;
        let counted = clusters.iter().map(|cluster| {
            let off = cluster.errors as f64 - rate * cluster.assessed as f64;
            off * off
        });
        let of_clean = further as f64 * (rate * size).powi(2);
        let deviations = counted.sum::<f64>() + of_clean;
        more.bounds(deviations, confidence, correlation).upper < limit
    };
    if passes(0) {
        return Ok(Some(0));
    }
    let (mut failing, mut passing) = (0, 1);
    while !passes(passing) {
        if passing >= MOST {
            return Ok(None);
        }
        failing = passing;
        passing = (passing * 2).min(MOST);
    }
    while passing - failing > 1 {
        let middle = failing + (passing - failing) / 2;
        if passes(middle) {
            passing = middle;
        } else {
            failing = middle;
        }
    }
    Ok(Some(passing))
}

/// What the bounds need of the clusters.
#[derive(Clone, Copy)]
struct Sums {
    n_clusters: f64,
    n_erroneous: u64,
    errors: f64,
    n: f64,
    squares: f64,
}

impl Sums {
    fn of(clusters: &[ClusterCount]) -> Self {
        let mut sums = Self {
            n_clusters: 0.0,
            n_erroneous: 0,
            errors: 0.0,
            n: 0.0,
            squares: 0.0,
        };
        for cluster in clusters.iter().filter(|cluster| cluster.assessed > 0) {
            let n = cluster.assessed as f64;
            sums.n_clusters += 1.0;
            sums.n_erroneous += u64::from(cluster.errors > 0);
            sums.errors += cluster.errors as f64;
            sums.n += n;
            sums.squares += n * n;
        }
        sums
    }

    fn with_clean(self, further: f64, size: f64) -> Self {
        Self {
            n_clusters: self.n_clusters + further,
            n: self.n + further * size,
            squares: self.squares + further * size * size,
            ..self
        }
    }

    /// Bounds where the errors' squared deviations from the common rate have this sum.
    fn bounds(self, deviations: f64, confidence: f64, correlation: f64) -> ClusteredRate {
        let Self { n, errors, .. } = self;
        let rate = errors / n;
        let own_cluster = self.squares / n;
        let mut worth = 1.0;
        let mut design_effect: f64 = 1.0;
        let mut is_estimated = false;
        if self.n_erroneous >= 2 && errors < n && self.n_clusters > 1.0 {
            let variance = self.n_clusters / (self.n_clusters - 1.0) * deviations / (n * n);
            design_effect = variance / (rate * (1.0 - rate) / n);
            let quotient = student_t_quantile(confidence, n - 1.0)
                / student_t_quantile(confidence, (self.n_erroneous - 1) as f64);
            worth = quotient * quotient;
            is_estimated = self.n_erroneous >= MIN_ERRONEOUS_CLUSTERS;
        }
        if !is_estimated {
            design_effect = design_effect.max(1.0 + (own_cluster - 1.0) * correlation);
        }
        // What is worth less than one unit a cluster would make the clusters worse than their worst case.
        let design_effect = (design_effect.max(1.0) / worth).clamp(1.0, own_cluster.max(1.0));
        let effective_n = n / design_effect;
        let effective_errors = rate * effective_n;
        let rest = effective_n - effective_errors;
        let upper = if errors == n {
            1.0
        } else {
            beta_quantile(confidence, effective_errors + 1.0, rest)
        };
        let lower = if errors == 0.0 {
            0.0
        } else {
            beta_quantile(1.0 - confidence, effective_errors, rest + 1.0)
        };
        ClusteredRate {
            n_clusters: self.n_clusters as u64,
            n_erroneous_clusters: self.n_erroneous,
            design_effect,
            effective_n,
            lower,
            upper,
            is_estimated,
        }
    }
}
