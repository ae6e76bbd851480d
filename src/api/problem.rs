//! Errors on the wire: RFC 9457 problem documents with stable codes.

use crate::pipeline::PipelineError;
use poem::{IntoResponse, Response};
use poem_openapi::payload::{Payload, Json};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry};
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
    status: u16,
    /// Stable, for programs: `import.unknown_format`.
    code: String,
    /// What failed, where, what was found and what to do.
    detail: String,
    /// Given back in the `x-request-id` header and found in the log.
    request_id: Option<String>,
    /// Every format that was turned down, with the reason.
    rejected: Option<Vec<RejectedFormat>>,
}

/// A format that an upload is not in.
#[derive(Object, Clone, Debug)]
pub struct RejectedFormat {
    pub format: String,
    pub reason: String,
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
pub struct ProblemJson(pub Problem);

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
        let mut response = Json(self.0.to_json()).0.to_string().into_response();
        response.headers_mut().insert(
            poem::http::header::CONTENT_TYPE,
            poem::http::HeaderValue::from_static(Self::CONTENT_TYPE),
        );
        response
    }
}

impl ApiResponse for ProblemJson {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Problem",
                status: None,
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: Self::CONTENT_TYPE,
                    schema: Self::schema_ref(),
                }],
                headers: vec![],
            }],
        }
    }

    fn register(registry: &mut Registry) {
        <Self as Payload>::register(registry);
    }
}

/// How a request can fail. Every endpoint can meet each of these.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "malformed")]
pub enum ApiError {
    /// A parameter or body that is not what it should be.
    #[oai(status = 400)]
    BadRequest(ProblemJson),
    /// There is no such project, import, item, policy or week.
    #[oai(status = 404)]
    NotFound(ProblemJson),
    /// It exists already, or is in use.
    #[oai(status = 409)]
    Conflict(ProblemJson),
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

fn malformed(error: poem::Error) -> ApiError {
    ApiError::BadRequest(ProblemJson(Problem::new(400, "request.malformed", error.to_string())))
}

impl ApiError {
    /// A malformed parameter.
    pub fn parameter(name: &str, detail: &str) -> Self {
        Self::BadRequest(ProblemJson(Problem::new(
            400,
            "request.parameter",
            format!("parameter `{name}`: {detail}"),
        )))
    }

    /// Something that is not there.
    pub fn not_found(code: &str, detail: impl Into<String>) -> Self {
        Self::NotFound(ProblemJson(Problem::new(404, code, detail)))
    }

    /// The upload exceeds the server's limit.
    pub fn too_large(limit_bytes: u64) -> Self {
        Self::TooLarge(ProblemJson(Problem::new(
            413,
            "import.too_large",
            format!("the upload is larger than {limit_bytes} bytes; send it in parts or raise --max-upload-bytes"),
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
        Self::Internal(ProblemJson(Problem::internal()))
    }
}

impl From<PipelineError> for ApiError {
    fn from(error: PipelineError) -> Self {
        use crate::importers::ImportError;
        let code = error.code();
        let detail = super::chain(&error);
        let problem = |status| ProblemJson(Problem::new(status, code, detail.clone()));
        match &error {
            PipelineError::NoSuchProject { .. } => Self::NotFound(problem(404)),
            PipelineError::Parameter { .. } => Self::BadRequest(problem(400)),
            PipelineError::Import(ImportError::UnknownFormat { rejected }) => {
                let mut found = problem(422);
                found.0.detail = "no known format fits this upload; `rejected` says why for each".to_owned();
                found.0.rejected = Some(
                    rejected
                        .iter()
                        .map(|one| RejectedFormat {
                            format: one.format.clone(),
                            reason: one.reason.clone(),
                        })
                        .collect(),
                );
                Self::Unprocessable(found)
            }
            PipelineError::Import(ImportError::Io { .. } | ImportError::Sink(_))
            | PipelineError::Report(_)
            | PipelineError::Internal(_)
            | PipelineError::Io { .. } => Self::internal(&error),
            PipelineError::Import(ImportError::Option { .. } | ImportError::NoSuchImporter { .. }) => {
                Self::BadRequest(problem(400))
            }
            PipelineError::Store(store) => match store {
                crate::store::StoreError::NotFound { .. } => Self::NotFound(problem(404)),
                crate::store::StoreError::ProjectExists { .. } => Self::Conflict(problem(409)),
                _ => Self::internal(&error),
            },
            _ => Self::Unprocessable(problem(422)),
        }
    }
}
