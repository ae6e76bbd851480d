//! Which instance of one annotator stands for which of the other: optimal, and independent of the order of candidates.

mod assignment;
mod candidates;
mod component;

pub use assignment::{Assignment, LabelledAssignment, assign, assign_by_label, assign_keyed};
pub use candidates::{candidates, scored};
