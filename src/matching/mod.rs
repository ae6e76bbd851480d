//! Which instance of one annotator stands for which of the other: optimal, and independent of the order of candidates.

mod assignment;
mod box_index;
mod candidates;
mod component;
mod extent;
mod ties;
mod tracks;
mod usable;

pub use assignment::{Assignment, LabelledAssignment, assign, assign_by_label, assign_keyed};
pub use candidates::{MAX_PAIRS, ScoringError, candidates, scored};
pub use extent::Extent;
pub use tracks::{TrackAssociation, associate_tracks, track_counts};
