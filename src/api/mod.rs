//! The HTTP interface under `/api/v1`: thin typed endpoints over the pipeline.

mod annotators;
mod calibrations;
mod content;
mod gates;
mod imports;
mod metrics;
mod problem;
mod projects;
mod request_id;
mod studies;
mod system;
mod telemetry;

use crate::store::Store;
use poem::{Endpoint, EndpointExt, IntoResponse, Route};
use poem_openapi::OpenApiService;
use std::path::PathBuf;
use std::sync::Arc;

pub use problem::ApiError;

/// What every resource shares.
#[derive(Clone)]
pub struct ApiState {
    pub store: Arc<Store>,
    /// Folder for uploads on their way in; cleared by the operating system.
    pub spool_dir: PathBuf,
    pub max_upload_bytes: u64,
}

type Resources = (
    projects::ProjectsApi,
    imports::ImportsApi,
    metrics::MetricsApi,
    annotators::AnnotatorsApi,
    studies::StudiesApi,
    gates::GatesApi,
    calibrations::CalibrationsApi,
);

fn service(state: &ApiState) -> OpenApiService<Resources, ()> {
    let resources = (
        projects::ProjectsApi(state.clone()),
        imports::ImportsApi(state.clone()),
        metrics::MetricsApi(state.clone()),
        annotators::AnnotatorsApi(state.clone()),
        studies::StudiesApi(state.clone()),
        gates::GatesApi(state.clone()),
        calibrations::CalibrationsApi(state.clone()),
    );
    OpenApiService::new(resources, "Concord", env!("CARGO_PKG_VERSION"))
        .description(
            "Quality assurance and agreement analytics for medical annotation teams. Every figure comes with its n, \
             its interval and its unit; an undefined figure says why. Errors are RFC 9457 problem documents with a \
             stable `code`.",
        )
        .server("/api/v1")
}

/// The OpenAPI document as JSON.
pub fn openapi_json(state: &ApiState) -> String {
    service(state).spec()
}

/// API, documentation, health and metrics; `pages` answers everything else.
pub fn routes(state: ApiState, pages: Route) -> impl Endpoint {
    let service = service(&state);
    let swagger = service.swagger_ui();
    let document = service.spec();
    pages
        .nest("/api/v1", service)
        .nest("/docs", swagger)
        .at("/openapi.json", system::document(document))
        .at("/healthz", system::healthz())
        .at("/readyz", system::readyz(state))
        .at("/metrics", system::metrics())
        .catch_all_error(system::plain_problem)
        .with(request_id::RequestId)
        .map_to_response()
}

/// An error with its causes, outermost first.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// Runs database and computing work off the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let id = request_id::current();
    tokio::task::spawn_blocking(move || request_id::within(id, work))
        .await
        .unwrap_or_else(|error| Err(ApiError::internal(&error)))
}
