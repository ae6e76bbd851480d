//! Which instance of one annotator stands for which of the other: optimal, and independent of the order of candidates.

mod assignment;
mod candidates;
mod component;
mod tracks;

pub use assignment::{Assignment, LabelledAssignment, assign, assign_by_label, assign_keyed};
pub use candidates::{candidates, scored};
pub use tracks::{TrackAssociation, associate_tracks, track_counts};
