//! Health, readiness, Prometheus metrics and the OpenAPI document.

use super::problem::{Problem, ProblemJson};
use super::{ApiState, telemetry};
use poem::http::{StatusCode, header};
use poem::{Endpoint, IntoResponse, Response, endpoint::make, endpoint::make_sync};

/// The process runs.
pub fn healthz() -> impl Endpoint {
    make_sync(|_| "ok")
}

/// The database answers.
pub fn readyz(state: ApiState) -> impl Endpoint {
    make(move |_| {
        let store = state.store.clone();
        async move {
            let answer = tokio::task::spawn_blocking(move || store.projects().map(|_| ())).await;
            match answer {
                Ok(Ok(())) => "ready".into_response(),
                _ => problem(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "system.not_ready",
                    "the database does not answer",
                ),
            }
        }
    })
}

/// Counters in Prometheus' text format.
pub fn metrics() -> impl Endpoint {
    make_sync(|_| {
        Response::builder()
            .header(header::CONTENT_TYPE, "text/plain; version=0.0.4")
            .body(telemetry::exposition())
    })
}

/// A page of HTML.
pub fn page(html: String) -> impl Endpoint {
    make_sync(move |_| {
        Response::builder()
            .content_type("text/html; charset=utf-8")
            .body(html.clone())
    })
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    ProblemJson::of(Problem::new(status.as_u16(), code, detail)).into_response()
}

/// The OpenAPI document.
pub fn document(text: String) -> impl Endpoint {
    make_sync(move |_| {
        Response::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .body(text.clone())
    })
}

/// Errors that no endpoint raised (unknown paths, wrong methods) are problem documents too.
pub async fn plain_problem(error: poem::Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let status = error.status();
    match status {
        StatusCode::NOT_FOUND => problem(
            status,
            "path.not_found",
            "there is nothing at this path; /docs lists all of them",
        ),
        StatusCode::METHOD_NOT_ALLOWED => problem(
            status,
            "path.method_not_allowed",
            "this path does not take this method; see /docs",
        ),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem(
            status,
            "request.media_type",
            "the body has another content type than this operation takes; see /docs",
        ),
        status if status.is_client_error() => {
            problem(status, "request.malformed", &error.to_string())
        }
        _ => {
            tracing::error!(
                status = status.as_u16(),
                "request failed outside any operation"
            );
            problem(
                status,
                "internal",
                "something went wrong inside; the log names the cause under this request id",
            )
        }
    }
}
