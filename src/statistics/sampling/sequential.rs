//! Wald's sequential probability ratio test of an error rate.

use serde::{Deserialize, Serialize};

use crate::statistics::interval::{StatisticsError, check_level, check_rate};

/// Most units after which a truncated test may end; the exact sums take a step for each.
const LARGEST_TRUNCATION: u64 = 10_000_000;

/// Acceptance and rejection lines of a sequential test, unit by unit.
///
/// # Definition
/// With g = ln(p₁(1−p₀)/(p₀(1−p₁))): after n units accept at s n − h₀ errors or fewer, reject at s n + h₁ or more, where
/// s = ln((1−p₀)/(1−p₁))/g, h₀ = ln((1−α)/β)/g and h₁ = ln((1−β)/α)/g. p₀ and α are the acceptable rate and the producer's
/// risk, p₁ and β the rejectable rate and the consumer's risk.
/// # Properties
/// The true risks are together at most α + β.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SequentialPlan {
    pub acceptable_rate: f64,
    pub rejectable_rate: f64,
    pub producer_risk: f64,
    pub consumer_risk: f64,
    /// s.
    pub slope: f64,
    /// h₀.
    pub accept_intercept: f64,
    /// h₁.
    pub reject_intercept: f64,
}

/// Where a sequential test stands.
///
/// # Definition
/// Accepted, rejected, or undecided: assess a further unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SequentialDecision {
    Accept,
    Reject,
    Continue,
}

/// How a sequential test behaves at one error rate.
///
/// # Definition
/// Probability to accept, and mean number of units until the decision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SequentialBehaviour {
    pub acceptance: f64,
    pub average_sample: f64,
}

impl SequentialPlan {
    /// Plan for (acceptable rate, producer's risk) and (rejectable rate, consumer's risk).
    ///
    /// # Definition
    /// As the type says.
    /// # Input
    /// 0 < acceptable < rejectable < 1; risks in (0, 1), together below 1.
    /// # Edge cases
    /// A rate of 0 or 1 has no likelihood ratio: `InvalidParameter`.
    /// # Properties
    /// acceptable < slope < rejectable; both intercepts > 0.
    /// # Errors
    /// `InvalidParameter`, `InvalidLevel`.
    /// # Example
    /// ```
    /// use concord::statistics::{SequentialDecision, SequentialPlan};
    /// // Montgomery 2013, 15.3.3: accept at −1.22 + 0.028 n, reject at 1.57 + 0.028 n.
    /// let plan = SequentialPlan::new((0.01, 0.05), (0.06, 0.10))?;
    /// assert!((plan.accept_intercept - 1.22).abs() < 5e-3 && (plan.reject_intercept - 1.57).abs() < 5e-3);
    /// assert!((plan.slope - 0.028).abs() < 5e-4);
    /// assert_eq!(plan.decide(0, 43), SequentialDecision::Continue);
    /// assert_eq!(plan.decide(0, 44), SequentialDecision::Accept);
    /// assert_eq!(plan.decide(2, 2), SequentialDecision::Reject);
    /// # Ok::<(), concord::statistics::StatisticsError>(())
    /// ```
    /// # Reference
    /// Wald 1945, Ann Math Statist 16(2):117-186, doi:10.1214/aoms/1177731118; Wald 1947, Sequential Analysis.
    /// # Checked against
    /// Lines in mpmath, behaviour by an independent recursion, `tests/oracles/statistics/evidence.json`.
    pub fn new(
        (acceptable_rate, producer_risk): (f64, f64),
        (rejectable_rate, consumer_risk): (f64, f64),
    ) -> Result<Self, StatisticsError> {
        check_level(producer_risk)?;
        check_level(consumer_risk)?;
        let fault = |name, value, needed| {
            Err(StatisticsError::InvalidParameter {
                name,
                value,
                needed,
            })
        };
        if !(acceptable_rate > 0.0 && acceptable_rate < rejectable_rate) {
            return fault(
                "acceptable_rate",
                acceptable_rate,
                "a rate above 0 and below the rejectable one is needed",
            );
        }
        if !(rejectable_rate > 0.0 && rejectable_rate < 1.0) {
            return fault(
                "rejectable_rate",
                rejectable_rate,
                "a rate above 0 and below 1 is needed",
            );
        }
        if producer_risk + consumer_risk >= 1.0 {
            return fault(
                "consumer_risk",
                consumer_risk,
                "two risks that are together below 1 are needed",
            );
        }
        let (of_error, of_clean) = ratios(acceptable_rate, rejectable_rate);
        let g = of_error - of_clean;
        Ok(Self {
            acceptable_rate,
            rejectable_rate,
            producer_risk,
            consumer_risk,
            slope: -of_clean / g,
            accept_intercept: ((1.0 - producer_risk) / consumer_risk).ln() / g,
            reject_intercept: ((1.0 - consumer_risk) / producer_risk).ln() / g,
        })
    }

    /// Most errors among `n` units at which the test accepts.
    ///
    /// # Definition
    /// ⌊s n − h₀⌋.
    /// # Input
    /// Any number of units.
    /// # Edge cases
    /// Too few units to accept at all: `None`.
    /// # Properties
    /// Never falls as n grows.
    /// # Example
    /// ```
    /// let plan = concord::statistics::SequentialPlan::new((0.01, 0.05), (0.06, 0.10))?;
    /// assert_eq!((plan.acceptance_number(43), plan.acceptance_number(44)), (None, Some(0)));
    /// # Ok::<(), concord::statistics::StatisticsError>(())
    /// ```
    /// # Reference
    /// Wald 1947, Sequential Analysis, 5.3.
    /// # Checked against
    /// NIST/SEMATECH e-Handbook, 6.2.6, in `statistics/published_tests.rs`.
    pub fn acceptance_number(&self, n: u64) -> Option<u64> {
        let line = (self.slope * n as f64 - self.accept_intercept).floor();
        (line >= 0.0).then_some(line as u64)
    }

    /// Fewest errors among `n` units at which the test rejects.
    ///
    /// # Definition
    /// ⌈s n + h₁⌉.
    /// # Input
    /// Any number of units.
    /// # Edge cases
    /// Greater than n where n units cannot reject.
    /// # Properties
    /// At least 1; above the acceptance number; never falls as n grows.
    /// # Example
    /// ```
    /// let plan = concord::statistics::SequentialPlan::new((0.01, 0.05), (0.06, 0.10))?;
    /// assert_eq!((plan.rejection_number(2), plan.rejection_number(20)), (2, 3));
    /// # Ok::<(), concord::statistics::StatisticsError>(())
    /// ```
    /// # Reference
    /// Wald 1947, Sequential Analysis, 5.3.
    /// # Checked against
    /// NIST/SEMATECH e-Handbook, 6.2.6, in `statistics/published_tests.rs`.
    pub fn rejection_number(&self, n: u64) -> u64 {
        (self.slope * n as f64 + self.reject_intercept).ceil() as u64
    }

    /// Decision after `n` units with `errors` among them.
    ///
    /// # Definition
    /// Accept at [`acceptance_number`](Self::acceptance_number) or fewer, reject at
    /// [`rejection_number`](Self::rejection_number) or more.
    /// # Input
    /// To be asked after every unit: the first decision counts, and the risks hold for no other way of asking.
    /// # Edge cases
    /// No units: `Continue`.
    /// # Properties
    /// More errors never turn a rejection into anything else, fewer never an acceptance.
    /// # Example
    /// As [`new`](Self::new).
    /// # Reference
    /// Wald 1947, Sequential Analysis, 5.3.
    /// # Checked against
    /// Its own numbers at every count, `statistics/sampling/tests.rs`.
    pub fn decide(&self, errors: u64, n: u64) -> SequentialDecision {
        if self.acceptance_number(n).is_some_and(|most| errors <= most) {
            SequentialDecision::Accept
        } else if errors >= self.rejection_number(n) {
            SequentialDecision::Reject
        } else {
            SequentialDecision::Continue
        }
    }

    /// Wald's approximation, which takes the lines as met and never overshot.
    ///
    /// # Definition
    /// P = (A^h − 1)/(A^h − B^h) with A = (1−β)/α, B = β/(1−α) and h ≠ 0 the root of
    /// p (p₁/p₀)^h + (1−p) ((1−p₁)/(1−p₀))^h = 1; mean sample (P ln B + (1−P) ln A)/(p ln(p₁/p₀) + (1−p) ln((1−p₁)/(1−p₀))).
    /// At p = s: P = h₁/(h₀ + h₁) and h₀h₁/(s(1−s)).
    /// # Input
    /// `rate` in [0, 1].
    /// # Edge cases
    /// Rate 0: accepted after h₀/s units. Rate 1: rejected after h₁/(1−s).
    /// # Properties
    /// At the acceptable rate 1 − α, at the rejectable rate β. Overshoot makes the true risks smaller and samples larger;
    /// [`truncated`](Self::truncated) is exact.
    /// # Errors
    /// `InvalidParameter`.
    /// # Example
    /// ```
    /// let plan = concord::statistics::SequentialPlan::new((0.01, 0.05), (0.06, 0.10))?;
    /// assert!((plan.approximate(0.01)?.acceptance - 0.95).abs() < 1e-9);
    /// assert!((plan.approximate(0.06)?.acceptance - 0.10).abs() < 1e-9);
    /// # Ok::<(), concord::statistics::StatisticsError>(())
    /// ```
    /// # Reference
    /// Wald 1947, Sequential Analysis, 5.2 and 5.5.
    /// # Checked against
    /// mpmath, `tests/oracles/statistics/evidence.json`.
    pub fn approximate(&self, rate: f64) -> Result<SequentialBehaviour, StatisticsError> {
        check_rate("rate", rate)?;
        let (u, v) = ratios(self.acceptable_rate, self.rejectable_rate);
        let g = u - v;
        // ln A and ln B.
        let (a, b) = (self.reject_intercept * g, -self.accept_intercept * g);
        if rate == 0.0 || rate == 1.0 {
            let acceptance = 1.0 - rate;
            let average_sample = if rate == 0.0 { b / v } else { a / u };
            return Ok(SequentialBehaviour {
                acceptance,
                average_sample,
            });
        }
        let drift = rate * u + (1.0 - rate) * v;
        let h = exponent(rate, u, v, drift);
        if h.abs() < 1e-6 {
            return Ok(SequentialBehaviour {
                acceptance: a / (a - b),
                average_sample: -a * b / (rate * u * u + (1.0 - rate) * v * v),
            });
        }
        let acceptance = if h > 0.0 {
            (-a * h).exp_m1() / ((b - a) * h).exp_m1()
        } else {
            (-b * h).exp() * (a * h).exp_m1() / ((a - b) * h).exp_m1()
        };
        Ok(SequentialBehaviour {
            acceptance,
            average_sample: (acceptance * b + (1.0 - acceptance) * a) / drift,
        })
    }

    /// Exact behaviour of the test when it ends after `most` units at the latest.
    ///
    /// # Definition
    /// The binomial walk between the lines, unit by unit. After `most` units without a decision the test accepts at s·most
    /// errors or fewer, where the likelihood ratio is at most 1, and rejects otherwise.
    /// # Input
    /// `rate` in [0, 1]; `most` from 1 to 10⁷, commonly three times the single plan's sample.
    /// # Edge cases
    /// Rate 0: accepted as soon as the acceptance line reaches 0.
    /// # Properties
    /// With `most` large enough the untruncated test; its time and memory are `most` times, and once, the width between
    /// the lines.
    /// # Errors
    /// `InvalidParameter`.
    /// # Example
    /// ```
    /// let plan = concord::statistics::SequentialPlan::new((0.01, 0.05), (0.06, 0.10))?;
    /// // Without an error the test accepts at the 44th unit.
    /// let clean = plan.truncated(0.0, 330)?;
    /// assert_eq!((clean.acceptance, clean.average_sample), (1.0, 44.0));
    /// # Ok::<(), concord::statistics::StatisticsError>(())
    /// ```
    /// # Reference
    /// Wald 1947, Sequential Analysis, 3.8 (truncation); Aroian 1968, Technometrics 10(1):125-132 (direct
    /// method).
    /// # Checked against
    /// Independent recursion over all counts in numpy, `tests/oracles/statistics/evidence.json`.
    pub fn truncated(&self, rate: f64, most: u64) -> Result<SequentialBehaviour, StatisticsError> {
        check_rate("rate", rate)?;
        if most == 0 || most > LARGEST_TRUNCATION {
            return Err(StatisticsError::InvalidParameter {
                name: "most",
                value: most as f64,
                needed: "a number of units from 1 to 10,000,000 is needed",
            });
        }
        let (mut accepted, mut average) = (0.0, 0.0);
        // Chances of `fewest`, `fewest + 1`, … errors without a decision so far.
        let (mut open, mut fewest) = (vec![1.0], 0_u64);
        for n in 1..=most {
            let mut carried = 0.0;
            for chance in &mut open {
                let here = *chance;
                *chance = here * (1.0 - rate) + carried;
                carried = here * rate;
            }
            open.push(carried);
            let end = n == most;
            let accept_to = if end {
                Some((self.slope * n as f64).floor() as u64)
            } else {
                self.acceptance_number(n)
            };
            let reject_from = if end { 0 } else { self.rejection_number(n) };
            let n_accepted = accept_to.map_or(0, |count| (count + 1).saturating_sub(fewest));
            let n_accepted = usize::try_from(n_accepted).map_or(open.len(), |n| n.min(open.len()));
            let now_accepted: f64 = open.drain(..n_accepted).sum();
            fewest += n_accepted as u64;
            let n_kept = usize::try_from(reject_from.saturating_sub(fewest)).unwrap_or(open.len());
            let n_kept = n_kept.min(open.len());
            let now_rejected: f64 = open.drain(n_kept..).sum();
            accepted += now_accepted;
            average += n as f64 * (now_accepted + now_rejected);
            if open.iter().sum::<f64>() < 1e-18 {
                break;
            }
        }
        Ok(SequentialBehaviour {
            acceptance: accepted,
            average_sample: average,
        })
    }
}

/// Logarithms of the likelihood ratio of an error and of a clean unit.
fn ratios(acceptable_rate: f64, rejectable_rate: f64) -> (f64, f64) {
    let of_error = (rejectable_rate / acceptable_rate).ln();
    let of_clean = (-rejectable_rate).ln_1p() - (-acceptable_rate).ln_1p();
    (of_error, of_clean)
}

/// Root h ≠ 0 of p e^(hu) + (1−p) e^(hv) = 1: its sign is against the drift's, and 0 where there is no drift.
fn exponent(rate: f64, u: f64, v: f64, drift: f64) -> f64 {
    let side = if drift < 0.0 { 1.0 } else { -1.0 };
    // The logarithm of the left side: below 0 between the roots.
    let excess = |size: f64| {
        let (x, y) = (
            side * size * u + rate.ln(),
            side * size * v + (-rate).ln_1p(),
        );
        x.max(y) + (-(x - y).abs()).exp().ln_1p()
    };
    let mut high = 1.0;
    while excess(high) < 0.0 && high < 1e300 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if excess(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    side * 0.5 * (low + high)
}
