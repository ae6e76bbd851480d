//! Decisions with what became of them.

use super::decisions::{measured, record};
use super::{PipelineError, Project, Week};
use crate::reports::model::Figure;
use crate::store::{CalibrationDecision, Store};

/// A decision, and its metric before and since.
#[derive(Clone, Debug)]
pub struct MeasuredDecision {
    pub record: CalibrationDecision,
    pub before: Figure,
    /// `None` until something was measured.
    pub since: Option<Figure>,
}

/// Decisions up to and including a week (`2026-W47`, `latest`), or `all`; oldest first.
///
/// # Errors
/// A week that is none, and what store and figures raise.
pub fn decision_list(
    store: &Store,
    project: &Project,
    week: &str,
) -> Result<Vec<MeasuredDecision>, PipelineError> {
    let week = Week::parse(store, project, week)?;
    let up_to = week.days().map(|_| week.name().to_owned());
    store
        .calibration_decisions(project.id, up_to.as_deref())?
        .into_iter()
        .map(|record| {
            let (before, since) = measured(store, project, &record)?;
            Ok(MeasuredDecision {
                record,
                before,
                since,
            })
        })
        .collect()
}

/// Records a decision of one week's session.
///
/// # Errors
/// As [`record`], and a session of no week.
pub fn record_decision(
    store: &Store,
    project: &Project,
    week: &str,
    text: &str,
    metric: &str,
) -> Result<MeasuredDecision, PipelineError> {
    if Week::parse(store, project, week)?.days().is_none() {
        return Err(PipelineError::Parameter {
            what: "week",
            given: week.chars().take(20).collect(),
            detail: "a decision belongs to the session of one ISO week, such as 2026-W47"
                .to_owned(),
        });
    }
    let id = record(store, project, week, text, metric)?;
    decision_list(store, project, "all")?
        .into_iter()
        .find(|found| found.record.id == id)
        .ok_or_else(|| PipelineError::Internal("a decision was not kept".to_owned()))
}
