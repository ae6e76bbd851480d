//! Two annotations in, one value out. A value is a finite number or a stated reason why there is none; misuse is an error.

mod error;
mod overlap;
mod registry;
mod value;

pub use error::MetricError;
pub use overlap::{Overlap, dice, iou, iou_matrix};
pub use registry::{ALL, Direction, EmptyPolicy, MetricSpec, WhenEmpty, find};
pub use value::{Measured, MetricValue, Undefined, Unit};
