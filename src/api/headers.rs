//! What every response says to browsers, and which requests browsers may not make for others.

use super::problem::{Problem, ProblemJson};
use poem::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};

/// Nothing from outside, no frames, no scripts but our own files.
const PAGES_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' \
                            data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                            frame-ancestors 'none'";
/// Swagger UI comes as one page with its script and style in it.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                           img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; \
                           base-uri 'none'; frame-ancestors 'none'";

/// Sets security headers, and turns down writes that a page of another site sends.
pub struct SecurityHeaders;

impl<E: Endpoint> Middleware<E> for SecurityHeaders {
    type Output = SecurityHeadersEndpoint<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        SecurityHeadersEndpoint { endpoint }
    }
}

/// The endpoint that `SecurityHeaders` makes.
pub struct SecurityHeadersEndpoint<E> {
    endpoint: E,
}

impl<E: Endpoint> Endpoint for SecurityHeadersEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let path = request.uri().path();
        let policy = if path == "/docs" || path.starts_with("/docs/") {
            DOCS_POLICY
        } else {
            PAGES_POLICY
        };
        let reads = matches!(
            *request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        );
        // Browsers set this header themselves; there is no access control that a foreign page would lack.
        let foreign = request
            .header("sec-fetch-site")
            .is_some_and(|site| site == "cross-site" || site == "same-site");
        let mut response = if foreign && !reads {
            let mut refusal = ProblemJson::of(Problem::new(
                403,
                "request.cross_site",
                "a page of another site may not write here",
            ))
            .into_response();
            refusal.set_status(StatusCode::FORBIDDEN);
            refusal
        } else {
            self.endpoint.call(request).await?.into_response()
        };
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &'static str| {
            headers
                .entry(name)
                .or_insert(HeaderValue::from_static(value));
        };
        set(header::CONTENT_SECURITY_POLICY, policy);
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::REFERRER_POLICY, "no-referrer");
        set(header::X_FRAME_OPTIONS, "DENY");
        // Answers hold what was measured of people; no cache outside the client keeps them.
        set(header::CACHE_CONTROL, "private, no-cache");
        Ok(response)
    }
}
