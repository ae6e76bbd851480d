//! A report as a file.

use super::PipelineError;
use crate::reports::model::CalibrationReport;
use crate::reports::render::{self, Audience};

/// Renders as `html` (one self-contained file), `md` or `json`.
///
/// # Errors
/// An unknown kind, and what rendering raises.
pub fn render_report(report: &CalibrationReport, kind: &str) -> Result<String, PipelineError> {
    match kind {
        "html" => Ok(render::html(report, Audience::File)?),
        "md" => Ok(render::markdown(report)),
        "json" => Ok(render::json(report)?),
        other => Err(PipelineError::Parameter {
            what: "output",
            given: other.to_owned(),
            detail: "write html, md or json".to_owned(),
        }),
    }
}
