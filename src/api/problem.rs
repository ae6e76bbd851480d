//! Errors on the wire: RFC 9457 problem documents with stable codes.

use crate::importers::ImportError;
use crate::pipeline::PipelineError;
use crate::store::StoreError;
use poem::{IntoResponse, Response};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{Example, ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

/// What went wrong, as RFC 9457 describes it. Never holds patient identifiers, names of people or uploaded bytes.
#[derive(Object, Clone, Debug)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Problem {
    /// `about:blank`: the code says more than a page could.
    #[oai(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The status of the response.
    status: u16,
    /// Stable, for programs: `import.unknown_format`.
    code: String,
    /// What failed, where, what was found and what to do.
    detail: String,
    /// Given back in the `x-request-id` header and found in the log.
    request_id: Option<String>,
    /// Every format that was turned down, with the reason.
    rejected: Option<Vec<RejectedFormat>>,
    /// Every mistake in a protocol or policy.
    faults: Option<Vec<FileFault>>,
}

/// A format that an upload is not in.
#[derive(Object, Clone, Debug)]
#[oai(example)]
pub struct RejectedFormat {
    /// Key of the importer.
    pub format: String,
    /// What the format requires and the upload lacks.
    pub reason: String,
}

/// A mistake in a protocol or policy.
#[derive(Object, Clone, Debug)]
#[oai(example)]
pub struct FileFault {
    /// Counted from 1.
    pub line: u64,
    /// Dotted path of the key; empty where the text is not TOML at all.
    pub key: String,
    /// What was found and what to write instead.
    pub problem: String,
}

impl Example for FileFault {
    fn example() -> Self {
        Self {
            line: 7,
            key: "confidence".to_owned(),
            problem: "`1.5` is not a share between 0 and 1".to_owned(),
        }
    }
}

impl Example for RejectedFormat {
    fn example() -> Self {
        Self {
            format: "coco".to_owned(),
            reason: "no file is a JSON object with `images` and `annotations`".to_owned(),
        }
    }
}

impl Example for Problem {
    fn example() -> Self {
        Self::new(404, "project.not_found", "there is no project `chest`")
    }
}

impl Problem {
    /// A problem with this status, code and detail.
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        let title = poem::http::StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Error");
        Self {
            kind: "about:blank".to_owned(),
            title: title.to_owned(),
            status,
            code: code.to_owned(),
            detail: detail.into(),
            request_id: super::request_id::current(),
            rejected: None,
            faults: None,
        }
    }

    fn internal() -> Self {
        Self::new(
            500,
            "internal",
            "something went wrong inside; the log names the cause under this request id",
        )
    }
}

/// A problem document as a response body.
pub struct ProblemJson(Box<Problem>);

impl ProblemJson {
    /// The document; boxed, so that results stay small.
    pub fn of(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl Payload for ProblemJson {
    const CONTENT_TYPE: &'static str = "application/problem+json";

    fn schema_ref() -> MetaSchemaRef {
        Problem::schema_ref()
    }

    fn register(registry: &mut Registry) {
        Problem::register(registry);
    }
}

impl IntoResponse for ProblemJson {
    fn into_response(self) -> Response {
        let mut response = self.0.to_json_string().into_response();
        if let Ok(status) = poem::http::StatusCode::from_u16(self.0.status) {
            response.set_status(status);
        }
        response.headers_mut().insert(
            poem::http::header::CONTENT_TYPE,
            poem::http::HeaderValue::from_static(Self::CONTENT_TYPE),
        );
        response
    }
}

/// How a request can fail. The OpenAPI document names at each operation those that it can meet.
#[derive(ApiResponse)]
pub enum ApiError {
    /// A parameter or body that is not what it should be.
    #[oai(status = 400)]
    BadRequest(ProblemJson),
    /// There is no such project, import, item, policy or week.
    #[oai(status = 404)]
    NotFound(ProblemJson),
    /// `Accept` names no form that this answer has.
    #[oai(status = 406)]
    NotAcceptable(ProblemJson),
    /// It exists already.
    #[oai(status = 409)]
    Conflict(ProblemJson),
    /// `If-Match` names another version than the one in force.
    #[oai(status = 412)]
    PreconditionFailed(ProblemJson),
    /// The upload is larger than the server takes.
    #[oai(status = 413)]
    TooLarge(ProblemJson),
    /// Understood, but the content cannot be processed: an unknown format, a faulty protocol or policy.
    #[oai(status = 422)]
    Unprocessable(ProblemJson),
    /// A fault of the server; the details are in its log.
    #[oai(status = 500)]
    Internal(ProblemJson),
}

impl ApiError {
    /// A malformed parameter.
    pub fn parameter(name: &str, detail: &str) -> Self {
        Self::BadRequest(ProblemJson::of(Problem::new(
            400,
            "request.parameter",
            format!("parameter `{name}`: {detail}"),
        )))
    }

    /// A body or stream that cannot be read.
    pub fn malformed(detail: &str) -> Self {
        Self::BadRequest(ProblemJson::of(Problem::new(
            400,
            "request.malformed",
            detail,
        )))
    }

    /// Something that is not there.
    pub fn not_found(code: &str, detail: impl Into<String>) -> Self {
        Self::NotFound(ProblemJson::of(Problem::new(404, code, detail)))
    }

    /// No form of the answer fits `Accept`.
    pub fn not_acceptable(offered: &[&str]) -> Self {
        Self::NotAcceptable(ProblemJson::of(Problem::new(
            406,
            "request.not_acceptable",
            format!(
                "`Accept` fits no form of this answer; it comes as {}",
                offered.join(", ")
            ),
        )))
    }

    /// Somebody else was faster.
    pub fn changed_meanwhile() -> Self {
        Self::PreconditionFailed(ProblemJson::of(Problem::new(
            412,
            "request.precondition",
            "`If-Match` names another version than the one in force; read it again",
        )))
    }

    /// The body of anything but an upload exceeds what such bodies need.
    pub fn body_too_large(limit_bytes: usize) -> Self {
        Self::TooLarge(ProblemJson::of(Problem::new(
            413,
            "request.too_large",
            format!("the body is larger than {limit_bytes} bytes"),
        )))
    }

    /// The upload exceeds the server's limit.
    pub fn too_large(limit_bytes: u64) -> Self {
        Self::TooLarge(ProblemJson::of(Problem::new(
            413,
            "import.too_large",
            format!(
                "the upload is larger than {limit_bytes} bytes; send it in parts or raise --max-upload-bytes"
            ),
        )))
    }

    /// Logs the cause once and hides it from the client.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        let mut causes = vec![cause.to_string()];
        let mut source = cause.source();
        while let Some(inner) = source {
            causes.push(inner.to_string());
            source = inner.source();
        }
        tracing::error!(causes = causes.join(": "), "request failed");
        Self::Internal(ProblemJson::of(Problem::internal()))
    }
}

impl From<PipelineError> for ApiError {
    fn from(error: PipelineError) -> Self {
        use crate::analytics::AnalyticsError;
        match &error {
            PipelineError::Store(store)
            | PipelineError::Analytics(AnalyticsError::Store(store)) => of_store(store),
            PipelineError::NoSuchProject { .. } => Self::NotFound(described(404, &error)),
            PipelineError::Parameter { .. } => Self::BadRequest(described(400, &error)),
            PipelineError::MissingAnnotator => {
                let mut problem = described(422, &error);
                problem.0.detail =
                    "the export does not say who annotated; name the rater with the parameter \
                                    `annotator`, or with a `pattern` that has a `rater` group"
                        .to_owned();
                Self::Unprocessable(problem)
            }
            PipelineError::Import(import) => of_import(import, &error),
            PipelineError::Config(config) => {
                let mut problem = described(422, &error);
                problem.0.faults = Some(
                    config
                        .faults
                        .iter()
                        .map(|fault| FileFault {
                            line: fault.line as u64,
                            key: fault.key.clone(),
                            problem: fault.problem.clone(),
                        })
                        .collect(),
                );
                Self::Unprocessable(problem)
            }
            PipelineError::Report(_)
            | PipelineError::Internal(_)
            | PipelineError::Export(_)
            | PipelineError::Io { .. } => Self::internal(&error),
            _ => Self::Unprocessable(described(422, &error)),
        }
    }
}

fn described(status: u16, error: &PipelineError) -> ProblemJson {
    ProblemJson::of(Problem::new(status, error.code(), super::chain(error)))
}

fn of_store(error: &StoreError) -> ApiError {
    match error {
        StoreError::NotFound { what, .. } => {
            let code = format!("{}.not_found", what.replace(' ', "_"));
            ApiError::not_found(&code, error.to_string())
        }
        StoreError::ProjectExists { .. } => ApiError::Conflict(ProblemJson::of(Problem::new(
            409,
            "project.exists",
            error.to_string(),
        ))),
        StoreError::FilterUnsupported { by, .. } => ApiError::parameter(
            by,
            "this question cannot be filtered or split by it; leave it out",
        ),
        _ => ApiError::internal(error),
    }
}

fn of_import(import: &ImportError, error: &PipelineError) -> ApiError {
    match import {
        ImportError::UnknownFormat { rejected } => {
            let mut found = described(422, error);
            found.0.detail =
                "no known format fits this upload; `rejected` says why for each".to_owned();
            found.0.rejected = Some(
                rejected
                    .iter()
                    .map(|one| RejectedFormat {
                        format: one.format.clone(),
                        reason: one.reason.clone(),
                    })
                    .collect(),
            );
            ApiError::Unprocessable(found)
        }
        ImportError::Io { .. } | ImportError::Sink(_) => ApiError::internal(error),
        ImportError::Option { .. } | ImportError::NoSuchImporter { .. } => {
            ApiError::BadRequest(described(400, error))
        }
        _ => ApiError::Unprocessable(described(422, error)),
    }
}
