//! What a sample is drawn from.

use crate::statistics::evidence::{Population, least_count_reaching};
use crate::statistics::incomplete::incomplete_beta;
use crate::statistics::lot::{hypergeometric_pmf, probability_at_most};
use crate::statistics::special::binomial_pmf;

/// A process with an error rate, or a lot with so many erroneous units.
#[derive(Debug, Clone, Copy)]
pub(super) enum Nature {
    Process { rate: f64 },
    Lot { erroneous: u64, size: u64 },
}

impl Nature {
    /// At `rate`, or the count that comes nearest to it.
    pub fn nearest(rate: f64, population: Population) -> Self {
        match population {
            Population::Process => Self::Process { rate },
            Population::Lot(size) => Self::Lot {
                erroneous: ((rate * size as f64).round() as u64).min(size),
                size,
            },
        }
    }

    /// The worst that has at most `rate`.
    pub fn worst_up_to(rate: f64, population: Population) -> Self {
        match population {
            Population::Process => Self::Process { rate },
            Population::Lot(size) => {
                let reaching = least_count_reaching(rate, size).min(size);
                let at_rate = reaching as f64 / size as f64 <= rate;
                let erroneous = if at_rate {
                    reaching
                } else {
                    reaching.saturating_sub(1)
                };
                Self::Lot { erroneous, size }
            }
        }
    }

    /// The best that has at least `rate`.
    pub fn best_from(rate: f64, population: Population) -> Self {
        match population {
            Population::Process => Self::Process { rate },
            Population::Lot(size) => Self::Lot {
                erroneous: least_count_reaching(rate, size).min(size),
                size,
            },
        }
    }

    /// P(X ≤ count) among `n` units.
    pub fn at_most(self, count: u64, n: u64) -> f64 {
        match self {
            _ if count >= n => 1.0,
            Self::Process { rate } => {
                let (a, b) = (count as f64 + 1.0, (n - count) as f64);
                incomplete_beta(a, b, rate, 1.0 - rate).upper
            }
            Self::Lot { erroneous, size } => probability_at_most(count, n, erroneous, size),
        }
    }

    /// P(X = count) among `n` units.
    pub fn exactly(self, count: u64, n: u64) -> f64 {
        match self {
            Self::Process { rate } => binomial_pmf(count, n, rate, 1.0 - rate),
            Self::Lot { erroneous, size } => hypergeometric_pmf(count, n, erroneous, size),
        }
    }

    /// What is left when a sample of `n` held `found` errors.
    pub fn after(self, found: u64, n: u64) -> Self {
        match self {
            Self::Process { .. } => self,
            Self::Lot { erroneous, size } => Self::Lot {
                erroneous: erroneous.saturating_sub(found),
                size: size.saturating_sub(n),
            },
        }
    }
}
