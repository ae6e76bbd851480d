//! The HTTP interface under `/api/v1`: thin typed endpoints over the pipeline.

mod annotators;
mod calibration_model;
mod calibrations;
mod content;
mod document;
mod evidence;
mod figure;
mod gates;
mod headers;
mod import_options;
mod imports;
mod metrics;
mod operations;
mod parameters;
mod problem;
mod projects;
mod request_id;
mod rows;
mod server;
mod spool;
mod studies;
mod system;
mod telemetry;
mod units;

use crate::pipeline::{Project, project};
use crate::store::Store;
use poem::{Endpoint, EndpointExt, Route};
use poem_openapi::{OpenApiService, Tags};
use std::path::PathBuf;
use std::sync::Arc;

pub use problem::ApiError;
pub use server::{ServeError, run, run_until};

/// Groups of operations in the OpenAPI document.
#[derive(Tags)]
enum Area {
    /// Annotation programmes and their protocols.
    Projects,
    /// Exports in, with a report on everything that was left out.
    Imports,
    /// Figures with n, interval and unit; JSON, CSV or Parquet.
    Metrics,
    /// Raters and their scorecards.
    Annotators,
    /// Studies, their errors, and the largest disagreements.
    Studies,
    /// Release gates and their evidence.
    Gates,
    /// Weekly sessions and their decisions.
    Calibrations,
}

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

impl ApiState {
    /// Runs `work` on a project, off the async threads.
    async fn with_project<T: Send + 'static>(
        &self,
        name: String,
        work: impl FnOnce(&Store, &Project) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = self.store.clone();
        blocking(move || {
            let project = project(&store, &name)?;
            work(&store, &project)
        })
        .await
    }
}

/// The OpenAPI document as JSON.
pub fn openapi_json(state: &ApiState) -> String {
    document::complete(&service(state).spec())
}

/// API, documentation, health and metrics; `pages` answers everything else.
pub fn routes(state: ApiState, pages: Route) -> impl Endpoint {
    let service = service(&state);
    let document = openapi_json(&state);
    // One page without anything from outside; it shows the completed document.
    let swagger = service
        .swagger_ui_html()
        .replacen(&service.spec(), &document, 1);
    pages
        .nest("/api/v1", service)
        .at("/docs", system::page(swagger))
        .at("/openapi.json", system::document(document))
        .at("/healthz", system::healthz())
        .at("/readyz", system::readyz(state))
        .at("/metrics", system::metrics())
        .with(spool::SmallBodies)
        .catch_all_error(system::plain_problem)
        .with(headers::SecurityHeaders)
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

/// Microseconds since the epoch as RFC 3339 in UTC.
fn timestamp(us: i64) -> String {
    jiff::Timestamp::from_microsecond(us)
        .map(|instant| instant.to_string())
        .unwrap_or_default()
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
