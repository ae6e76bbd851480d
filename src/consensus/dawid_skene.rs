//! Dawid & Skene's model of raters who err, each in a way of their own.

use super::convergence::check_at_least_0;
use super::{ConsensusError, Convergence, Decision, EmOptions, Ratings, TIE_MARGIN};

mod confusion;
mod em;

pub use confusion::RaterConfusion;

/// Most numbers that one estimate may hold: posteriors and confusion matrices.
const MOST_NUMBERS: u64 = 1 << 26;

/// The estimate of Dawid and Skene's model.
#[derive(Clone, Debug, PartialEq)]
pub struct DawidSkene {
    /// Share of each true category; empty sums to 0 where nobody rated anything.
    pub class_shares: Vec<f64>,
    /// By number of rater.
    pub raters: Vec<RaterConfusion>,
    pub convergence: Convergence,
    /// Units with a rating; the others have no posterior and take no part.
    pub n_units_rated: u64,
    /// Categories that the raters together, when this category is true, call by another name more often than by its own. The model has no
    /// notion of names: it would fit as well with two of them exchanged. Starting from the votes ties names to classes; where this list
    /// is not empty, that tie has slipped and the estimate of these categories is not to be trusted.
    pub slipped_categories: Vec<u16>,
    /// By pattern and category.
    posteriors: Vec<f64>,
    /// Pattern of each unit.
    patterns: Vec<Option<u32>>,
}

impl DawidSkene {
    /// Posterior probability of each category for a unit; `None` where nobody rated it.
    pub fn posterior(&self, unit: usize) -> Option<&[f64]> {
        let pattern = (*self.patterns.get(unit)?)? as usize;
        let k = self.class_shares.len();
        self.posteriors.get(pattern * k..(pattern + 1) * k)
    }

    /// The category with the largest posterior, and that posterior; a tie where others come within [`TIE_MARGIN`] of it.
    pub fn decision(&self, unit: usize) -> (Decision, Option<f64>) {
        let Some(posterior) = self.posterior(unit) else {
            return (Decision::NoVotes, None);
        };
        let largest = posterior.iter().copied().fold(0.0, f64::max);
        let near = (0_u16..)
            .zip(posterior)
            .filter(|(_, p)| largest - **p <= TIE_MARGIN);
        let near: Vec<u16> = near.map(|(category, _)| category).collect();
        let decision = match near.as_slice() {
            [category] => Decision::Category(*category),
            _ => Decision::Tie(near),
        };
        (decision, Some(largest))
    }
}

/// True categories, their shares and every rater's confusion matrix, estimated from ratings alone by maximum likelihood.
///
/// # Definition
/// A unit's true category c has probability p_c; a rater r who looks at a unit of category c answers g with probability π_rcg, each
/// rating independently of all others given c. From ratings n_irg (how often r answered g to unit i), in turn until nothing changes:
/// posteriors T_ic ∝ p_c Π_r Π_g π_rcg^n_irg, in logarithms with the largest taken out; then p_c = mean of T_ic and
/// π_rcg = (Σ_i T_ic n_irg + s) / Σ_g' (Σ_i T_ic n_irg' + s), s the smoothing. The start is T_ic = the share of c among the votes on i.
/// It has converged when no p_c and no π_rcg changed by more than the tolerance. Posteriors are those of the last turn; shares and
/// matrices are what they give, and the log-likelihood Σ_i ln Σ_c p_c Π π_rcg^n_irg is that of these.
/// # Input
/// Ratings with gaps and repetitions. `smoothing` 0 (the default) is maximum likelihood: a confusion never seen at the start stays
/// impossible. A positive one is a pseudo-count in each cell, over the categories that occur; it then maximises the likelihood times
/// Π π_rcg^s.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | a unit without ratings | no posterior; it takes no part in the shares |
/// | no ratings at all | shares 0, every rate undefined, log-likelihood undefined |
/// | one category throughout | share 1, posterior 1, log-likelihood 0; after one iteration |
/// | a category never used | share 0; its row undefined for all raters; it changes nothing |
/// | a rater never met a category | that row is undefined; such a rater counts as saying nothing about it: all answers equally likely |
/// | a rater with one rating | rates are 0 or 1: read them with the expected counts beside them |
/// | two categories equally likely | `Tie` |
/// # Properties
/// Without smoothing the log-likelihood never falls from one iteration to the next (apart from rounding). Independent of the order of
/// units, exactly; of the order of raters and categories, but for rounding. Unanimous ratings come back with posterior 1. The optimum is
/// local: the model fits equally well with categories renamed, and only the start from the votes ties names to classes; see
/// `slipped_categories`. Two raters do not identify the model; the figures then follow the start.
/// # Errors
/// `Parameter` for a tolerance or smoothing that is negative or no number; `TooLarge` beyond 2²⁶ numbers of result.
/// # Example
/// ```
/// use concord::consensus::{Decision, EmOptions, Ratings, dawid_skene};
/// // Raters 0 and 1 agree on four units; rater 2 always says 0.
/// let cells: Vec<_> = [0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0].map(Some).to_vec();
/// let found = dawid_skene(&Ratings::from_cells(3, 2, &cells)?, EmOptions::default())?;
/// assert!(found.convergence.converged);
/// assert_eq!(found.decision(1).0, Decision::Category(1));
/// assert!((found.class_shares[1] - 0.5).abs() < 1e-6);
/// // Rater 2 never finds a 1: sensitivity 0, specificity 1.
/// let rater = &found.raters[2];
/// assert!(rater.sensitivity(1).unwrap() < 1e-6 && rater.specificity(1).unwrap() > 1.0 - 1e-6);
/// # Ok::<(), concord::consensus::ConsensusError>(())
/// ```
/// # Reference
/// Dawid & Skene 1979, Journal of the Royal Statistical Society C 28(1):20-28, doi:10.2307/2346806.
/// # Checked against
/// crowd-kit 1.4.2 `DawidSkene`, `tests/oracles/consensus/dawid_skene.json`; the anaesthetists' data of the paper (Table 1) with its
/// class shares and error rates, `tests/oracles/consensus/anaesthetists.json`.
pub fn dawid_skene(ratings: &Ratings, options: EmOptions) -> Result<DawidSkene, ConsensusError> {
    check_at_least_0("the tolerance", options.tolerance)?;
    check_at_least_0("the smoothing", options.smoothing)?;
    let patterns = em::Patterns::of(ratings);
    let k = ratings.n_categories();
    let n = (k as u64).saturating_mul(k as u64);
    let n = n.saturating_mul(ratings.n_raters() as u64);
    let n = n.saturating_add((k as u64).saturating_mul(patterns.len() as u64));
    if n > MOST_NUMBERS {
        return Err(ConsensusError::TooLarge {
            n,
            limit: MOST_NUMBERS,
            what: "categories or raters",
        });
    }
    Ok(em::estimate(ratings, patterns, options))
}

#[cfg(test)]
mod tests;
