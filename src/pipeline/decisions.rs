//! Calibration decisions: what was decided, and what became of the metric that it should move.

use super::{PipelineError, Project, Week};
use crate::analytics::error_figures;
use crate::domain::Stage;
use crate::reports::model::{Figure, Unit};
use crate::store::{CalibrationDecision, Filter, GroupBy, NewCalibrationDecision, Store};
use jiff::ToSpan;
use std::str::FromStr;

/// What a decision should move: an error rate of a stage, of a rater, or of a label.
///
/// Written `error_rate`, `error_rate:stage=annotation`, `error_rate:rater=reader-d` or `error_rate:label=nodule`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackedMetric {
    stage: Option<Stage>,
    rater: Option<String>,
    label: Option<String>,
}

impl FromStr for TrackedMetric {
    type Err = PipelineError;

    fn from_str(text: &str) -> Result<Self, PipelineError> {
        let refuse = |detail: &str| PipelineError::Parameter {
            what: "metric",
            given: text.chars().take(80).collect(),
            detail: detail.to_owned(),
        };
        let mut tracked = Self {
            stage: None,
            rater: None,
            label: None,
        };
        let (name, scopes) = text.split_once(':').unwrap_or((text, ""));
        if name != "error_rate" {
            return Err(refuse(
                "write error_rate, with scopes such as error_rate:rater=NAME,stage=annotation",
            ));
        }
        for scope in scopes.split(',').filter(|scope| !scope.is_empty()) {
            match scope.split_once('=') {
                Some(("stage", value)) => {
                    tracked.stage = Some(value.parse().map_err(|detail: String| refuse(&detail))?);
                }
                Some(("rater", value)) => tracked.rater = Some(value.to_owned()),
                Some(("label", value)) => tracked.label = Some(value.to_owned()),
                _ => return Err(refuse("a scope is stage=…, rater=… or label=…")),
            }
        }
        Ok(tracked)
    }
}

/// Records a decision; its id.
///
/// # Errors
/// A week or metric that is none, an empty text, and what the store raises.
pub fn record(
    store: &Store,
    project: &Project,
    week: &str,
    text: &str,
    metric: &str,
) -> Result<i64, PipelineError> {
    let week = Week::parse(store, project, week)?;
    metric.parse::<TrackedMetric>()?;
    if text.trim().is_empty() || text.len() > 2_000 {
        return Err(PipelineError::Parameter {
            what: "text",
            given: format!("{} characters", text.chars().count()),
            detail: "say in 1 to 2,000 characters what was decided".to_owned(),
        });
    }
    Ok(store.record_calibration_decision(
        project.id,
        &NewCalibrationDecision {
            week: week.name().to_owned(),
            decision: text.trim().to_owned(),
            metric: metric.to_owned(),
            created_at_us: jiff::Timestamp::now().as_microsecond(),
        },
    )?)
}

/// The decision's metric in its own week and the three before, and in all weeks since.
///
/// # Errors
/// What store and figures raise.
pub fn measured(
    store: &Store,
    project: &Project,
    decision: &CalibrationDecision,
) -> Result<(Figure, Option<Figure>), PipelineError> {
    let tracked: TrackedMetric = decision.decision.metric.parse()?;
    let week = Week::parse(store, project, &decision.decision.week)?;
    let Some((from, to)) = week.days() else {
        return Ok((Figure::undefined("no_week", 0, Unit::Share), None));
    };
    let before = Filter {
        local_day_from: from.checked_sub(21.days()).ok(),
        local_day_to: Some(to),
        ..Filter::default()
    };
    let since = Filter {
        local_day_from: to.checked_add(1.day()).ok(),
        ..Filter::default()
    };
    let since = rate(store, project, &tracked, since)?;
    Ok((
        rate(store, project, &tracked, before)?,
        since.value.is_some().then_some(since),
    ))
}

fn rate(
    store: &Store,
    project: &Project,
    tracked: &TrackedMetric,
    filter: Filter,
) -> Result<Figure, PipelineError> {
    let filter = Filter {
        stage: tracked.stage,
        rater: tracked.rater.clone(),
        label: tracked.label.clone(),
        ..filter
    };
    let unit = project.protocol.error_unit;
    let figures = error_figures(
        store,
        project.id,
        &project.protocol,
        unit,
        &filter,
        GroupBy::default(),
    )?;
    // Kinds of reference are never mixed: the one with most evidence speaks.
    Ok(figures
        .into_iter()
        .max_by_key(|figure| figure.n_assessed)
        .map_or_else(
            || Figure::rate(0, 0),
            |figure| super::calibrate::rate_figure(&figure),
        ))
}
