//! How a page is answered: worked out off the async threads, with headers that keep it to itself; a failure is a page too.

use super::PagesState;
use super::frame::problem_page;
use crate::pipeline::PipelineError;
use crate::store::{Store, StoreError};
use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};

/// Scripts and pictures come from this server only; style attributes are part of the figures.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; \
     img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Why there is no page, in words for whoever asked.
#[derive(Debug)]
pub struct PageError {
    pub status: StatusCode,
    pub title: &'static str,
    pub detail: String,
}

impl PageError {
    pub fn parameter(name: &str, detail: &str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            title: "This cannot be asked",
            detail: format!("`{name}`: {detail}"),
        }
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            title: "There is no such page",
            detail: detail.into(),
        }
    }

    pub fn forbidden(detail: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            title: "Not from here",
            detail: detail.to_owned(),
        }
    }

    /// Logs the cause once and keeps it from the page.
    fn internal(cause: &dyn std::error::Error) -> Self {
        let mut causes = vec![cause.to_string()];
        let mut source = cause.source();
        while let Some(inner) = source {
            causes.push(inner.to_string());
            source = inner.source();
        }
        tracing::error!(causes = causes.join(": "), "page failed");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            title: "The page could not be made",
            detail: "Something went wrong inside; the server's log names the cause.".to_owned(),
        }
    }
}

impl From<PipelineError> for PageError {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::NoSuchProject { .. } => Self::not_found(error.to_string()),
            PipelineError::Parameter { .. } => Self {
                status: StatusCode::BAD_REQUEST,
                title: "This cannot be asked",
                detail: error.to_string(),
            },
            PipelineError::Store(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::not_found(error.to_string()),
            error => Self::internal(&error),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<crate::reports::render::RenderError> for PageError {
    fn from(error: crate::reports::render::RenderError) -> Self {
        Self::internal(&error)
    }
}

/// Works a page out on a thread that may block.
pub async fn answer(
    state: &PagesState,
    work: impl FnOnce(&Store) -> Result<String, PageError> + Send + 'static,
) -> Response {
    match blocking(state, work).await {
        Ok(page) => html(StatusCode::OK, page),
        Err(error) => problem(&error),
    }
}

/// Runs database work off the async threads.
pub async fn blocking<T: Send + 'static>(
    state: &PagesState,
    work: impl FnOnce(&Store) -> Result<T, PageError> + Send + 'static,
) -> Result<T, PageError> {
    let store = state.store.clone();
    tokio::task::spawn_blocking(move || work(&store))
        .await
        .unwrap_or_else(|error| Err(PageError::internal(&error)))
}

/// The failure as a page.
pub fn problem(error: &PageError) -> Response {
    html(error.status, problem_page(error))
}

/// A page with its headers.
pub fn html(status: StatusCode, page: String) -> Response {
    Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer")
        .body(page)
        .into_response()
}
