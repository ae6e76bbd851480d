//! The serialised model, for clients.

use super::RenderError;
use crate::reports::model::CalibrationReport;

/// The model as indented JSON with a final newline.
pub fn json(report: &CalibrationReport) -> Result<String, RenderError> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    Ok(text)
}
