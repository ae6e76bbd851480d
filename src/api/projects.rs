//! Projects and their protocols.

use super::content::{JsonText, Read, has_already, quoted};
use super::parameters::Given;
use super::spool::TomlBody;
use super::{ApiError, ApiState, blocking, timestamp};
use crate::pipeline::{
    Project, ScoreSummary, Silent, create_project, projects, score_dirty, update_protocol,
};
use poem::Request;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Object, OpenApi};

/// A project to be made.
#[derive(Object)]
#[oai(example)]
pub struct NewProject {
    /// 1 to 64 letters, digits, `-`, `_` or `.`; it stands in addresses, so it must name no patient.
    name: String,
    /// The protocol as TOML; the commented default where none is given.
    protocol: Option<String>,
}

impl Example for NewProject {
    fn example() -> Self {
        Self {
            name: "chest".to_owned(),
            protocol: None,
        }
    }
}

/// One annotation programme.
#[derive(Object)]
#[oai(rename = "Project", example)]
pub struct ProjectDto {
    /// Stands in addresses.
    name: String,
    /// RFC 3339, UTC.
    created_at: String,
    /// The protocol's own name.
    protocol_name: String,
    /// The protocol's own version.
    protocol_version: String,
    /// SHA-256 of what the protocol says; the entity tag of the protocol.
    protocol_hash: String,
    /// How many protocols were in force so far, this one included.
    protocol_version_no: u64,
    /// What error rates count: study, item or instance.
    error_unit: String,
    /// IANA name of the zone of working days.
    time_zone: String,
}

impl Example for ProjectDto {
    fn example() -> Self {
        Self {
            name: "chest".to_owned(),
            created_at: "2026-11-16T08:00:00Z".to_owned(),
            protocol_name: "chest CT".to_owned(),
            protocol_version: "3".to_owned(),
            protocol_hash: "0a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778899aabbccddeeff"
                .to_owned(),
            protocol_version_no: 3,
            error_unit: "study".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        }
    }
}

impl From<Project> for ProjectDto {
    fn from(project: Project) -> Self {
        Self {
            created_at: timestamp(project.created_at_us),
            protocol_name: project.protocol.name,
            protocol_version: project.protocol.version,
            protocol_hash: project.protocol_hash,
            protocol_version_no: u64::try_from(project.protocol_version_no).unwrap_or(0),
            error_unit: project.protocol.error_unit.to_string(),
            time_zone: project.protocol.calendar.time_zone,
            name: project.name,
        }
    }
}

/// All projects.
#[derive(Object)]
#[oai(example)]
pub struct ProjectList {
    /// By name.
    projects: Vec<ProjectDto>,
}

impl Example for ProjectList {
    fn example() -> Self {
        Self {
            projects: vec![ProjectDto::example()],
        }
    }
}

/// How much was scored.
#[derive(Object)]
#[oai(example)]
pub struct Scored {
    /// Items compared anew.
    n_items: u64,
    /// Pairs of readings.
    n_comparisons: u64,
    /// Matched pairs and annotations without a counterpart.
    n_units: u64,
}

impl Example for Scored {
    fn example() -> Self {
        Self {
            n_items: 40,
            n_comparisons: 120,
            n_units: 310,
        }
    }
}

impl From<ScoreSummary> for Scored {
    fn from(summary: ScoreSummary) -> Self {
        Self {
            n_items: summary.n_items as u64,
            n_comparisons: summary.n_comparisons as u64,
            n_units: summary.n_units as u64,
        }
    }
}

/// What became of a protocol that was put.
#[derive(Object)]
#[oai(example)]
pub struct ProtocolPut {
    /// Its hash, which is in force now.
    protocol_hash: String,
    /// False when it said what was in force already.
    changed: bool,
    /// What was scored anew because of it.
    scored: Scored,
}

impl Example for ProtocolPut {
    fn example() -> Self {
        Self {
            protocol_hash: ProjectDto::example().protocol_hash,
            changed: true,
            scored: Scored::example(),
        }
    }
}

#[derive(ApiResponse)]
enum Created {
    /// The project was made.
    #[oai(status = 201)]
    Created(
        JsonText<ProjectDto>,
        /// Where it is found.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
enum ProtocolRead {
    /// The protocol in force, as it was given.
    #[oai(status = 200, content_type = "application/toml")]
    Found(
        PlainText<String>,
        /// The protocol's hash.
        #[oai(header = "ETag")]
        String,
    ),
    /// Nothing changed since the answer with this entity tag.
    #[oai(status = 304)]
    NotModified(#[oai(header = "ETag")] String),
}

#[derive(ApiResponse)]
enum ProtocolAnswer {
    /// The protocol is in force, and everything is scored by it.
    #[oai(status = 200)]
    InForce(
        Json<ProtocolPut>,
        /// The protocol's hash.
        #[oai(header = "ETag")]
        String,
    ),
}

pub struct ProjectsApi(pub ApiState);

#[OpenApi(tag = "super::Area::Projects")]
impl ProjectsApi {
    /// List projects
    #[oai(path = "/projects", method = "get", operation_id = "list_projects")]
    async fn list(
        &self,
        request: &Request,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<ProjectList>, ApiError> {
        Given::read(request, &[])?;
        let store = self.0.store.clone();
        blocking(move || {
            let found = projects(&store)?
                .into_iter()
                .map(ProjectDto::from)
                .collect();
            Ok(Read::of(
                &ProjectList { projects: found },
                if_none_match.0.as_deref(),
            ))
        })
        .await
    }

    /// Make a project
    #[oai(path = "/projects", method = "post", operation_id = "create_project")]
    async fn create(&self, request: &Request, new: Json<NewProject>) -> Result<Created, ApiError> {
        Given::read(request, &[])?;
        let store = self.0.store.clone();
        blocking(move || {
            let made = create_project(&store, &new.name, new.protocol.as_deref())?;
            let location = format!("/api/v1/projects/{}", made.name);
            Ok(Created::Created(
                JsonText::of(&ProjectDto::from(made)),
                location,
            ))
        })
        .await
    }

    /// Read a project
    #[oai(
        path = "/projects/:project",
        method = "get",
        operation_id = "get_project"
    )]
    async fn get(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<ProjectDto>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |_, project| {
                Ok(Read::of(
                    &ProjectDto::from(project.clone()),
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }

    /// Read the protocol in force
    #[oai(
        path = "/projects/:project/protocol",
        method = "get",
        operation_id = "get_protocol"
    )]
    async fn protocol(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<ProtocolRead, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |_, project| {
                let tag = quoted(&project.protocol_hash);
                Ok(if has_already(if_none_match.0.as_deref(), &tag) {
                    ProtocolRead::NotModified(tag)
                } else {
                    ProtocolRead::Found(PlainText(project.protocol_toml.clone()), tag)
                })
            })
            .await
    }

    /// Put a protocol in force
    ///
    /// Every item is scored anew by it before the answer comes.
    #[oai(
        path = "/projects/:project/protocol",
        method = "put",
        operation_id = "put_protocol"
    )]
    async fn put_protocol(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// The entity tag of the protocol that this one replaces; refused when another is in force by now.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        /// The protocol as TOML.
        toml: TomlBody,
    ) -> Result<ProtocolAnswer, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, known| {
                if let Some(given) = if_match.0.as_deref()
                    && !has_already(Some(given), &quoted(&known.protocol_hash))
                {
                    return Err(ApiError::changed_meanwhile());
                }
                let changed = update_protocol(store, known, &toml.0)?;
                let now = crate::pipeline::project(store, &known.name)?;
                let scored = score_dirty(store, &now, &Silent)?.into();
                let tag = quoted(&now.protocol_hash);
                let answer = ProtocolPut {
                    protocol_hash: now.protocol_hash,
                    changed,
                    scored,
                };
                Ok(ProtocolAnswer::InForce(Json(answer), tag))
            })
            .await
    }
}
