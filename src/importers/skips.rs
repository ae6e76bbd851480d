//! The one way in which importers report what they leave out.

use super::{Sink, SinkError};
use crate::domain::{Skip, SkipReason};

/// Counts a record of a file as left out. `detail` says what was found and what is needed, and quotes nothing
/// that a person may have typed.
pub(super) fn skip(
    sink: &mut dyn Sink,
    reason: SkipReason,
    file: &str,
    record: impl Into<String>,
    detail: impl Into<String>,
) -> Result<(), SinkError> {
    sink.skip(Skip {
        reason,
        file: file.to_owned(),
        record: record.into(),
        detail: detail.into(),
    })
}
