//! How long expectation–maximisation goes on, and how it ended.

use serde::Serialize;

use super::ConsensusError;

/// When expectation–maximisation stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmOptions {
    /// Most iterations; with 0, parameters come from the shares of votes alone.
    pub max_iterations: u32,
    /// Largest change of any parameter in one iteration that counts as none.
    pub tolerance: f64,
    /// Added to every expected count of a rater's confusion matrix; 0 is maximum likelihood.
    pub smoothing: f64,
}

impl Default for EmOptions {
    fn default() -> Self {
        Self {
            max_iterations: 1000,
            tolerance: 1e-8,
            smoothing: 0.0,
        }
    }
}

/// How expectation–maximisation ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Convergence {
    pub n_iterations: u32,
    /// Whether the last iteration changed no parameter by more than the tolerance.
    pub converged: bool,
    /// Largest change of a parameter in the last iteration; 0 where there was nothing to iterate.
    pub largest_change: f64,
    pub tolerance: f64,
    /// Natural logarithm of the likelihood of all ratings under the parameters given; `None` without ratings.
    pub log_likelihood: Option<f64>,
}

/// Refuses NaN, the infinities and less than 0.
pub(super) fn check_at_least_0(what: &'static str, found: f64) -> Result<(), ConsensusError> {
    if found.is_finite() && found >= 0.0 {
        return Ok(());
    }
    let wanted = "a finite number of at least 0";
    Err(ConsensusError::Parameter {
        what,
        found,
        wanted,
    })
}
