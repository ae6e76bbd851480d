//! One answer out of several raters' answers, and how far each rater is from it, where nobody's answer is called true.
//!
//! Majority vote and the model of Dawid and Skene for categories, majority and STAPLE for masks, fused boxes for detections. Raters,
//! units and categories are numbers here; their names stay with the caller. What agrees most is not thereby true: raters who err alike
//! are a majority.

mod convergence;
mod dawid_skene;
mod decision;
mod error;
mod fused_boxes;
mod majority;
mod mask_majority;
mod ratings;
mod staple;
mod vote_patterns;

pub use convergence::{Convergence, EmOptions};
pub use dawid_skene::{DawidSkene, RaterConfusion, dawid_skene};
pub use decision::{Decision, TIE_MARGIN};
pub use error::ConsensusError;
pub use fused_boxes::{FusedBox, FusedBoxes, RaterHits, fuse_boxes};
pub use majority::{Majority, RaterShare, RaterShares, UnitVote, majority};
pub use mask_majority::{MaskMajority, majority_mask, majority_volume};
pub use ratings::{Ratings, Votes};
pub use staple::{PatternProbability, Staple, StapleOptions, staple, staple_volumes};
pub use vote_patterns::{RaterPerformance, Region};

#[cfg(test)]
mod laws;
