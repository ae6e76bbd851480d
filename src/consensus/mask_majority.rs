//! Majority vote on masks, pixel by pixel.

use serde::Serialize;

use super::vote_patterns::VotePatterns;
use super::{ConsensusError, RaterPerformance, Region};
use crate::geometry::{Mask, Volume};

/// The majority of masks, or of volumes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MaskMajority<M> {
    /// Pixels that more than half of the raters set.
    pub consensus: M,
    /// Pixels that exactly half of the raters set; not in `consensus`.
    pub tied: M,
    pub n_tied_px: u64,
    /// By number of rater, over the union box without tied pixels; the rater's own vote counts in the majority.
    pub raters: Vec<RaterPerformance>,
}

/// The pixels that more than half of the raters set.
///
/// # Definition
/// With v of n raters setting a pixel, it is in the majority where 2v > n and tied where 2v = n. A rater's sensitivity is the share of
/// the majority's pixels that the rater set; the specificity is the share, among the other pixels of the smallest box around all masks,
/// that the rater left out. Tied pixels count in neither.
/// # Input
/// One mask per rater, all of one image.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | all masks empty | empty, no ties, sensitivity and specificity undefined |
/// | two raters | their intersection; what only one set is tied |
/// | no pixel outside the majority within the box | specificity undefined |
/// | one rater | that mask |
/// # Properties
/// Within the union and around the intersection of the masks; independent of the order of raters.
/// # Errors
/// `NoRaters`; `SizeMismatch` from geometry.
/// # Example
/// ```
/// use concord::consensus::majority_mask;
/// use concord::geometry::Mask;
/// let mask = |from, to| Mask::from_bounds(8, 1, vec![from, to]);
/// let (a, b, c) = (mask(0, 4)?, mask(2, 6)?, mask(3, 4)?);
/// let found = majority_mask(&[&a, &b, &c])?;
/// assert_eq!(found.consensus.bounds(), &[2, 4]);
/// assert_eq!(found.raters[2].sensitivity, Some(0.5));
/// assert_eq!(found.raters[0].specificity, Some(0.5));
/// # Ok::<(), concord::consensus::ConsensusError>(())
/// ```
/// # Reference
/// As the rule that STAPLE is compared with: Warfield, Zou & Wells 2004, IEEE Trans Med Imaging 23(7):903-921, doi:10.1109/TMI.2004.828354.
/// # Checked against
/// SimpleITK 2.5.7 (sums of masks), `tests/oracles/consensus/staple.json`.
pub fn majority_mask(masks: &[&Mask]) -> Result<MaskMajority<Mask>, ConsensusError> {
    let patterns = VotePatterns::of_masks(masks)?;
    let consensus =
        patterns.select_mask(Region::Disputed, |pattern| is_majority(&patterns, pattern))?;
    let tied = patterns.select_mask(Region::Disputed, |pattern| is_tie(&patterns, pattern))?;
    Ok(counted(&patterns, consensus, tied))
}

/// The voxels that more than half of the raters set; as [`majority_mask`], slice by slice.
///
/// Slices at which no rater set a voxel count nothing. Where positions of one slice differ by rounding, the lowest is given.
///
/// # Errors
/// `NoRaters`; `SizeMismatch` or `AxisMismatch` from geometry.
pub fn majority_volume(volumes: &[&Volume]) -> Result<MaskMajority<Volume>, ConsensusError> {
    let first = volumes.first().ok_or(ConsensusError::NoRaters)?;
    let patterns = VotePatterns::of_volumes(volumes)?;
    let volume = |slices| Volume::new(first.width_px(), first.height_px(), first.axis(), slices);
    let consensus = patterns.select(Region::Disputed, |pattern| is_majority(&patterns, pattern))?;
    let tied = patterns.select(Region::Disputed, |pattern| is_tie(&patterns, pattern))?;
    Ok(counted(&patterns, volume(consensus)?, volume(tied)?))
}

fn is_majority(patterns: &VotePatterns, pattern: usize) -> bool {
    2 * patterns.n_votes(pattern) > patterns.n_raters
}

fn is_tie(patterns: &VotePatterns, pattern: usize) -> bool {
    2 * patterns.n_votes(pattern) == patterns.n_raters
}

fn counted<M>(patterns: &VotePatterns, consensus: M, tied: M) -> MaskMajority<M> {
    let n_px = patterns.in_region(Region::UnionBox);
    let sum = |is_counted: &dyn Fn(usize) -> bool| -> u64 {
        let counted = n_px
            .iter()
            .enumerate()
            .filter(|(pattern, _)| is_counted(*pattern));
        counted.map(|(_, n)| n).sum()
    };
    let inside = |pattern: usize| is_majority(patterns, pattern);
    let outside = |pattern: usize| !inside(pattern) && !is_tie(patterns, pattern);
    let share = |n: u64, of: u64| (of > 0).then(|| n as f64 / of as f64);
    let (n_inside, n_outside) = (sum(&inside), sum(&outside));
    let of_rater = |rater| RaterPerformance {
        sensitivity: share(
            sum(&|pattern| inside(pattern) && patterns.is_set_by(pattern, rater)),
            n_inside,
        ),
        specificity: share(
            sum(&|pattern| outside(pattern) && !patterns.is_set_by(pattern, rater)),
            n_outside,
        ),
    };
    MaskMajority {
        consensus,
        tied,
        n_tied_px: sum(&|pattern| is_tie(patterns, pattern)),
        raters: (0..patterns.n_raters).map(of_rater).collect(),
    }
}
