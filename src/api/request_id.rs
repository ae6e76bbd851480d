//! A request id for every request: taken from the client where it is sound, given back, and logged.

use poem::http::HeaderValue;
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};
use std::time::Instant;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request that is being answered.
pub fn current() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// Carries the id over to another thread, so that problems raised there name it too.
pub fn within<T>(id: Option<String>, work: impl FnOnce() -> T) -> T {
    match id {
        Some(id) => REQUEST_ID.sync_scope(id, work),
        None => work(),
    }
}

/// Gives each request its id and logs one line when it is done. Paths are logged by their route, never with the
/// keys of studies or people in them.
pub struct RequestId;

impl<E: Endpoint> Middleware<E> for RequestId {
    type Output = RequestIdEndpoint<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        RequestIdEndpoint { endpoint }
    }
}

/// The endpoint that `RequestId` makes.
pub struct RequestIdEndpoint<E> {
    endpoint: E,
}

impl<E: Endpoint> Endpoint for RequestIdEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let id = request
            .header("x-request-id")
            .filter(|id| is_sound(id))
            .map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
        let method = request.method().clone();
        let area = area(request.uri().path());
        let started = Instant::now();
        let outcome = REQUEST_ID
            .scope(id.clone(), self.endpoint.call(request))
            .await;
        let mut response = match outcome {
            Ok(output) => output.into_response(),
            Err(error) => error.into_response(),
        };
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-request-id", value);
        }
        let duration = started.elapsed();
        super::telemetry::observe(area, response.status().as_u16(), duration.as_secs_f64());
        tracing::info!(
            request_id = id,
            %method,
            area,
            status = response.status().as_u16(),
            duration_ms = duration.as_millis() as u64,
            "answered"
        );
        Ok(response)
    }
}

fn is_sound(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Which part of the interface a path belongs to, without any key in it.
fn area(path: &str) -> &'static str {
    const RESOURCES: &[&str] = &[
        "protocol",
        "imports",
        "metrics",
        "annotators",
        "studies",
        "worklist",
        "gates",
        "calibrations",
    ];
    if let Some(rest) = path.strip_prefix("/api/v1") {
        return rest
            .split('/')
            .find_map(|part| RESOURCES.iter().find(|resource| **resource == part))
            .copied()
            .unwrap_or("projects");
    }
    match path {
        "/healthz" | "/readyz" | "/metrics" => "system",
        path if path.starts_with("/docs") || path == "/openapi.json" => "documentation",
        _ => "pages",
    }
}

#[cfg(test)]
mod tests {
    use super::{area, is_sound};

    #[test]
    fn a_log_line_names_the_area_and_no_key() {
        assert_eq!(area("/api/v1/projects/chest/studies/1.2.840.99"), "studies");
        assert_eq!(area("/projects/chest/annotators/jane"), "pages");
        assert_eq!(area("/healthz"), "system");
    }

    #[test]
    fn an_id_with_line_breaks_or_of_great_length_is_not_taken_over() {
        assert!(is_sound("abc-123"));
        assert!(!is_sound("a\nb"));
        assert!(!is_sound(&"x".repeat(129)));
    }
}
