//! STAPLE: the mask behind several raters' masks, and each rater's performance.

use serde::Serialize;

use super::convergence::check_at_least_0;
use super::vote_patterns::VotePatterns;
use super::{ConsensusError, Convergence, RaterPerformance, Region, TIE_MARGIN};
use crate::geometry::{Mask, Volume};

mod em;

/// How STAPLE is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StapleOptions {
    /// Pixels that the estimate is about. Specificity and prior depend on it: a large empty margin pushes the one up and the other down.
    pub region: Region,
    /// Probability that a pixel of the region is foreground, in (0, 1); the mean share that raters set where not given.
    pub prior: Option<f64>,
    pub max_iterations: u32,
    /// Largest change of a sensitivity or specificity in one iteration that counts as none.
    pub tolerance: f64,
}

impl Default for StapleOptions {
    fn default() -> Self {
        Self {
            region: Region::UnionBox,
            prior: None,
            max_iterations: 1000,
            tolerance: 1e-8,
        }
    }
}

/// Pixels that the same raters set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatternProbability {
    /// The raters who set them; none for what nobody set.
    pub raters: Vec<u32>,
    pub n_px: u64,
    /// Probability that these pixels are foreground.
    pub probability: f64,
}

/// The estimate of STAPLE over masks, or over volumes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Staple<M> {
    /// Pixels with a probability above one half. Outside the region it is what all raters agree on.
    pub consensus: M,
    /// Pixels with a probability of one half, within 1e-9; not in `consensus`.
    pub n_tied_px: u64,
    pub raters: Vec<RaterPerformance>,
    /// The prior used; `None` where the region holds no pixel.
    pub prior: Option<f64>,
    pub region: Region,
    pub n_region_px: u64,
    pub n_disputed_px: u64,
    pub convergence: Convergence,
    /// The map of probabilities, by pattern of votes.
    pub patterns: Vec<PatternProbability>,
}

/// Simultaneous truth and performance level estimation (STAPLE) of a binary mask.
///
/// # Definition
/// A pixel is foreground with probability γ; a rater j sets a foreground pixel with probability p_j (sensitivity) and leaves out another
/// with probability q_j (specificity), independently given the truth. In turn until nothing changes, with W the probability that a pixel
/// is foreground: p_j = Σ W D_j / Σ W and q_j = Σ (1 − W)(1 − D_j) / Σ (1 − W), D_j = 1 where rater j set the pixel; then
/// W = γ Π p_j^D_j (1 − p_j)^(1 − D_j) / (that + (1 − γ) Π q_j^(1 − D_j) (1 − q_j)^D_j), in logarithms, 1 − p_j and 1 − q_j summed and not
/// subtracted. The start is W = the share of raters who set the pixel. γ stays as it is; not given, it is the mean of that share over the
/// region. It has converged when no p_j and no q_j changed by more than the tolerance. The mask is W > ½. Pixels set by the same raters
/// have the same W, so the work is by pattern of votes, not by pixel.
/// # Input
/// One mask per rater, all of one image. The region is the union box unless chosen otherwise.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | all masks empty | empty; sensitivity undefined; in the union box nothing is defined, in the image specificity 1 |
/// | all masks equal | that mask, without iteration; sensitivity 1, specificity 1 where the region holds background |
/// | no disputed pixel, region `Disputed` | the common mask; all figures undefined |
/// | probability one half | not in the mask; counted in `n_tied_px` |
/// | one rater | that mask |
/// | two raters | the model is not identified; the result follows prior and start |
/// # Properties
/// The log-likelihood never falls from one iteration to the next (apart from rounding). Independent of the order of raters but for
/// rounding. With the union box, or disputed pixels, unchanged when the image is padded.
/// # Errors
/// `NoRaters`; `SizeMismatch` from geometry; `Parameter` for a prior outside (0, 1) or a tolerance that is negative or no number.
/// # Example
/// ```
/// use concord::consensus::{StapleOptions, staple};
/// use concord::geometry::Mask;
/// let mask = |from, to| Mask::from_bounds(10, 1, vec![from, to]);
/// // Two raters agree, the third sets one pixel of their four and four others.
/// let (a, b, c) = (mask(0, 4)?, mask(0, 4)?, mask(3, 8)?);
/// let found = staple(&[&a, &b, &c], StapleOptions::default())?;
/// assert!(found.convergence.converged);
/// assert_eq!(found.consensus, a);
/// assert!((found.raters[2].sensitivity.unwrap() - 0.25).abs() < 1e-6);
/// assert!(found.raters[2].specificity.unwrap() < 1e-6);
/// # Ok::<(), concord::consensus::ConsensusError>(())
/// ```
/// # Reference
/// Warfield, Zou & Wells 2004, IEEE Transactions on Medical Imaging 23(7):903-921, doi:10.1109/TMI.2004.828354. The paper starts from
/// performances near 1; the start from shares is that of ITK.
/// # Checked against
/// SimpleITK 2.5.7 `STAPLEImageFilter`, `tests/oracles/consensus/staple.json`.
pub fn staple(masks: &[&Mask], options: StapleOptions) -> Result<Staple<Mask>, ConsensusError> {
    check(options)?;
    let patterns = VotePatterns::of_masks(masks)?;
    patterns.check_size()?;
    let estimate = em::Estimate::of(&patterns, options);
    let consensus =
        patterns.select_mask(options.region, |pattern| estimate.is_foreground(pattern))?;
    Ok(estimate.with(consensus))
}

/// STAPLE of a volume; as [`staple`], over the slices at which any rater set a voxel.
///
/// Where positions of one slice differ by rounding, the lowest is given.
///
/// # Errors
/// As [`staple`], and `AxisMismatch` from geometry.
pub fn staple_volumes(
    volumes: &[&Volume],
    options: StapleOptions,
) -> Result<Staple<Volume>, ConsensusError> {
    check(options)?;
    let first = volumes.first().ok_or(ConsensusError::NoRaters)?;
    let patterns = VotePatterns::of_volumes(volumes)?;
    patterns.check_size()?;
    let estimate = em::Estimate::of(&patterns, options);
    let slices = patterns.select(options.region, |pattern| estimate.is_foreground(pattern))?;
    let consensus = Volume::new(first.width_px(), first.height_px(), first.axis(), slices)?;
    Ok(estimate.with(consensus))
}

fn check(options: StapleOptions) -> Result<(), ConsensusError> {
    check_at_least_0("the tolerance", options.tolerance)?;
    match options.prior {
        Some(found) if !(found > 0.0 && found < 1.0) => Err(ConsensusError::Parameter {
            what: "the prior",
            found,
            wanted: "a number between 0 and 1, or leave it out for the mean share",
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
