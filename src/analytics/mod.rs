//! Pairing, scoring and aggregation: from stored readings to comparisons, from comparisons to figures.

mod measure;
mod pairing;
mod scoring;
mod verdict;
mod works;

pub use scoring::{compare_readings, score_item};
pub use works::ReadingInput;
