//! Calibration reports and decisions.

use super::calibration_model::CalibrationDto;
use super::content::{HTML, JSON, JsonText, MARKDOWN, Read, entity_tag, has_already, negotiate};
use super::figure::FigureDto;
use super::parameters::Given;
use super::{ApiError, ApiState, timestamp};
use crate::pipeline::{
    MeasuredDecision, calibration, decision_list, record_decision, render_report,
};
use poem::Request;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Object, OpenApi, ResponseContent};

/// The report in the form that the client asked for.
#[derive(ResponseContent)]
enum ReportContent {
    Json(JsonText<CalibrationDto>),
    #[oai(content_type = "text/html")]
    Html(PlainText<String>),
    #[oai(content_type = "text/markdown")]
    Markdown(PlainText<String>),
}

#[derive(ApiResponse)]
enum ReportRead {
    /// The report: its model as JSON, one self-contained page, or Markdown.
    #[oai(status = 200)]
    Found(
        ReportContent,
        /// Changes whenever the answer does; send it back in `If-None-Match`.
        #[oai(header = "ETag")]
        String,
        /// `Accept`: the form depends on it.
        #[oai(header = "Vary")]
        String,
    ),
    /// Nothing changed since the answer with this entity tag.
    #[oai(status = 304)]
    NotModified(#[oai(header = "ETag")] String),
}

/// A decision to be recorded.
#[derive(Object)]
#[oai(example)]
pub struct NewDecision {
    /// What was decided, in 1 to 2,000 characters.
    text: String,
    /// What it should move: `error_rate`, alone or with scopes as in `error_rate:rater=reader-d,stage=annotation`.
    metric: String,
}

impl Example for NewDecision {
    fn example() -> Self {
        Self {
            text: "Reader D redraws the pleural line of the last two weeks".to_owned(),
            metric: "error_rate:rater=reader-d".to_owned(),
        }
    }
}

/// A decision and what became of its metric.
#[derive(Object)]
#[oai(rename = "Decision", example)]
pub struct DecisionDto {
    /// Number of the decision.
    id: i64,
    /// ISO week of the session.
    week: String,
    /// What was decided.
    text: String,
    /// What it should move.
    metric: String,
    /// RFC 3339, UTC.
    created_at: String,
    /// In its own week and the three before.
    before: FigureDto,
    /// In all weeks since; null until something was measured.
    since: Option<FigureDto>,
}

impl Example for DecisionDto {
    fn example() -> Self {
        let new = NewDecision::example();
        Self {
            id: 1,
            week: "2026-W47".to_owned(),
            text: new.text,
            metric: new.metric,
            created_at: "2026-11-20T10:00:00Z".to_owned(),
            before: FigureDto::example(),
            since: None,
        }
    }
}

impl From<MeasuredDecision> for DecisionDto {
    fn from(measured: MeasuredDecision) -> Self {
        let decision = measured.record.decision;
        Self {
            id: measured.record.id,
            week: decision.week,
            text: decision.decision,
            metric: decision.metric,
            created_at: timestamp(decision.created_at_us),
            before: measured.before.into(),
            since: measured.since.map(FigureDto::from),
        }
    }
}

/// Decisions of a session and those before it.
#[derive(Object)]
#[oai(example)]
pub struct DecisionList {
    /// Oldest first.
    decisions: Vec<DecisionDto>,
}

impl Example for DecisionList {
    fn example() -> Self {
        Self {
            decisions: vec![DecisionDto::example()],
        }
    }
}

#[derive(ApiResponse)]
enum Decided {
    /// Recorded.
    #[oai(status = 201)]
    Recorded(JsonText<DecisionDto>),
}

pub struct CalibrationsApi(pub ApiState);

#[OpenApi(tag = "super::Area::Calibrations")]
impl CalibrationsApi {
    /// Read the calibration report of a week
    ///
    /// As JSON, as one self-contained HTML page, or as Markdown, by `Accept`.
    #[oai(
        path = "/projects/:project/calibrations/:week",
        method = "get",
        operation_id = "calibration"
    )]
    async fn report(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// ISO week such as `2026-W47`, `latest`, or `all`.
        week: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<ReportRead, ApiError> {
        Given::read(request, &[])?;
        let media_type = negotiate(request.headers(), &[JSON, HTML, MARKDOWN])?;
        self.0
            .with_project(project.0, move |store, project| {
                let report = calibration(store, project, &week)?;
                let kind = match media_type {
                    HTML => "html",
                    MARKDOWN => "md",
                    _ => "json",
                };
                let text = render_report(&report, kind)?;
                let tag = entity_tag(text.as_bytes());
                if has_already(if_none_match.0.as_deref(), &tag) {
                    return Ok(ReportRead::NotModified(tag));
                }
                let content = match media_type {
                    HTML => ReportContent::Html(PlainText(text)),
                    MARKDOWN => ReportContent::Markdown(PlainText(text)),
                    _ => ReportContent::Json(JsonText::of_text(text)),
                };
                Ok(ReportRead::Found(content, tag, "Accept".to_owned()))
            })
            .await
    }

    /// List decisions up to a week
    #[oai(
        path = "/projects/:project/calibrations/:week/decisions",
        method = "get",
        operation_id = "list_decisions"
    )]
    async fn decisions(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// ISO week such as `2026-W47`, `latest`, or `all`.
        week: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<DecisionList>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let found = decision_list(store, project, &week)?
                    .into_iter()
                    .map(DecisionDto::from)
                    .collect();
                Ok(Read::of(
                    &DecisionList { decisions: found },
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }

    /// Record a decision
    ///
    /// Later reports show its metric before and since.
    #[oai(
        path = "/projects/:project/calibrations/:week/decisions",
        method = "post",
        operation_id = "record_decision"
    )]
    async fn decide(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// ISO week of the session, such as `2026-W47`, or `latest`.
        week: Path<String>,
        new: Json<NewDecision>,
    ) -> Result<Decided, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let recorded = record_decision(store, project, &week, &new.text, &new.metric)?;
                Ok(Decided::Recorded(JsonText::of(&DecisionDto::from(
                    recorded,
                ))))
            })
            .await
    }
}
