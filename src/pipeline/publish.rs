//! A report as a file.

use super::PipelineError;
use crate::domain::Protocol;
use crate::gates::protocol_hash;
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

/// The sheet that annotators work by, as one HTML file.
///
/// # Errors
/// What rendering raises.
pub fn protocol_sheet(protocol: &Protocol) -> Result<String, PipelineError> {
    Ok(render::protocol_sheet(protocol, &protocol_hash(protocol))?)
}
