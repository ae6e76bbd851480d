//! The use cases that command line and server share. Only this room writes to the store.

mod compare;
mod error;

pub use compare::{CompareReport, CompareSource, compare};
pub use error::PipelineError;
