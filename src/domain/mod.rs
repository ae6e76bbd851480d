//! The nouns of the quality model. No input or output happens here.

mod annotation;
mod grid_words;
mod ingest;
mod people;
mod protocol;
mod score;
mod shape;
mod table;

pub use crate::statistics::Status;
pub use annotation::{
    Annotation, EXACT_GRID_ATTRIBUTE, FRAME_OF_REFERENCE_ATTRIBUTE, GRID_ATTRIBUTE, Item,
    MEASUREMENT_PREFIX, Reading, ReadingKey, ReadingState, Review, ReviewOutcome, is_judged,
};
pub use grid_words::{
    exact_grid_words, grid_of_exact_words, grid_of_words, grid_words, is_one_grid,
};
pub use ingest::{IngestOptions, MaskForeground, SampleCoverage, Skip, SkipReason};
pub use people::{ReferenceKind, Role, Stage};
pub use protocol::{
    Calendar, ErrorUnit, LabelRule, Matching, Protocol, StageLimit, Technique, ThroughputBand,
    Tolerance,
};
pub use score::{Comparison, ComparisonKind, DistanceUnit, ErrorKind, UnitScore};
pub use shape::{
    Keypoint, PointLabels, Shape, TextSpan, Track, TrackFault, TrackedShape, Visibility,
};
pub use table::{TableLayout, TableOptions};
