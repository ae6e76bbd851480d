//! A project with its protocol, ready for use.

use super::PipelineError;
use crate::domain::Protocol;
use crate::gates::{default_protocol_toml, parse_protocol, protocol_hash};
use crate::store::{ProjectId, ProjectRecord, Store, StoreError};
use jiff::tz::TimeZone;

/// One annotation programme and the protocol that holds now.
#[derive(Clone, Debug)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub created_at_us: i64,
    pub protocol: Protocol,
    pub protocol_toml: String,
    pub protocol_hash: String,
    pub protocol_version_no: i32,
}

impl Project {
    /// The time zone of working days.
    ///
    /// # Errors
    /// A zone that this program's database does not know.
    pub fn time_zone(&self) -> Result<TimeZone, PipelineError> {
        let name = &self.protocol.calendar.time_zone;
        TimeZone::get(name).map_err(|error| PipelineError::Parameter {
            what: "time zone",
            given: name.clone(),
            detail: error.to_string(),
        })
    }

    fn from_record(record: ProjectRecord) -> Result<Self, PipelineError> {
        Ok(Self {
            id: record.id,
            protocol: parse_protocol(
                &format!("protocol of `{}`", record.name),
                &record.protocol.toml,
            )?,
            name: record.name,
            created_at_us: record.created_at_us,
            protocol_toml: record.protocol.toml,
            protocol_hash: record.protocol.hash,
            protocol_version_no: record.protocol.version_no,
        })
    }
}

/// All projects, by name.
///
/// # Errors
/// What the store raises.
pub fn projects(store: &Store) -> Result<Vec<Project>, PipelineError> {
    store
        .projects()?
        .into_iter()
        .map(Project::from_record)
        .collect()
}

/// The project of this name.
///
/// # Errors
/// `NoSuchProject`, and what the store raises.
pub fn project(store: &Store, name: &str) -> Result<Project, PipelineError> {
    match store.project(name) {
        Err(StoreError::NotFound { .. }) => Err(PipelineError::NoSuchProject {
            key: name.to_owned(),
        }),
        found => Project::from_record(found?),
    }
}

/// Makes a project, with the default protocol unless one is given.
///
/// # Errors
/// A name that cannot stand in a URL, a faulty protocol, a name that is taken.
pub fn create_project(
    store: &Store,
    name: &str,
    protocol_toml: Option<&str>,
) -> Result<Project, PipelineError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        return Err(PipelineError::Parameter {
            what: "project name",
            given: name.chars().take(80).collect(),
            detail: "use 1 to 64 letters, digits, `-`, `_` or `.`".to_owned(),
        });
    }
    let toml = protocol_toml.unwrap_or(default_protocol_toml()).to_owned();
    let protocol = parse_protocol("protocol", &toml)?;
    let now_us = jiff::Timestamp::now().as_microsecond();
    let record = store.create_project(name, &toml, &protocol_hash(&protocol), now_us)?;
    Project::from_record(record)
}

/// Puts a new protocol in force; every item is then scored anew. False when it is the one in force already.
///
/// # Errors
/// A faulty protocol, and what the store raises.
pub fn update_protocol(
    store: &Store,
    project: &Project,
    toml: &str,
) -> Result<bool, PipelineError> {
    let protocol = parse_protocol("protocol", toml)?;
    let now_us = jiff::Timestamp::now().as_microsecond();
    Ok(store.update_protocol(project.id, toml, &protocol_hash(&protocol), now_us)?)
}
