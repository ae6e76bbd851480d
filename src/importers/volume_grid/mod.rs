//! What label maps on a regular grid share, whatever format stores them: values read slice by slice into runs, the
//! grid's place in the patient, label tables beside them, and the way into the sink.

mod fault;
mod frame;
mod keep;
mod labels;
mod names;
mod placing;
mod samples;
mod storage;
mod tables;
mod text;
mod values;

pub(super) use fault::Fault;
pub(super) use frame::Frame;
pub(super) use keep::{Known, LabelMap, Region};
pub(super) use labels::{LabelRuns, Layout, Window, read_labels};
pub(super) use names::Names;
pub(super) use placing::Placing;
pub(super) use samples::{Raw, SampleFault, Samples, Scalar, Scaling};
pub(super) use storage::{Packing, Stored, named_beside, skip_bytes};
pub(super) use tables::{Tables, is_table};
pub(super) use text::Text;
