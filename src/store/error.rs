use super::codec::CodecError;
use std::path::PathBuf;

/// Who can put a failure right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller asked for something that is not there or cannot be.
    Caller,
    /// Whoever runs the server: disk, locks, versions, memory.
    Operator,
    /// Nobody but us: a bug, or a damaged file.
    Program,
}

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no {what} `{key}`")]
    NotFound { what: &'static str, key: String },
    #[error("a project named `{name}` exists already; choose another name")]
    ProjectExists { name: String },
    #[error("`{question}` cannot be filtered or grouped by `{by}`; leave it out")]
    FilterUnsupported { question: &'static str, by: String },

    #[error(
        "database `{path}` is in use by another process; stop it or choose another data directory"
    )]
    Locked {
        path: PathBuf,
        #[source]
        source: duckdb::Error,
    },
    #[error("database `{path}` is open in this process already; share that one")]
    AlreadyOpen { path: PathBuf },
    #[error(
        "database `{path}` has schema version {found}, but this program knows versions up to {known}; use the newer program"
    )]
    NewerFile {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error("could not {action} `{path}`")]
    Io {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("database failed in `{during}`")]
    Database {
        during: &'static str,
        #[source]
        source: duckdb::Error,
    },

    #[error("migration `{name}` failed")]
    Migration {
        name: &'static str,
        #[source]
        source: duckdb::Error,
    },
    #[error("row of `{during}` does not read back: column {column} holds {detail}")]
    Corrupt {
        during: &'static str,
        column: usize,
        detail: String,
    },
    #[error("shape of annotation {annotation_id} does not read back")]
    Shape {
        annotation_id: i64,
        #[source]
        source: CodecError,
    },
    #[error("shape could not be encoded")]
    Encode(#[source] CodecError),
    #[error("{0}")]
    Misuse(String),
}

impl StoreError {
    /// Who can put this right.
    pub fn fault(&self) -> Fault {
        match self {
            Self::NotFound { .. } | Self::ProjectExists { .. } | Self::FilterUnsupported { .. } => {
                Fault::Caller
            }
            Self::Locked { .. }
            | Self::NewerFile { .. }
            | Self::Io { .. }
            | Self::Database { .. } => Fault::Operator,
            Self::AlreadyOpen { .. }
            | Self::Migration { .. }
            | Self::Corrupt { .. }
            | Self::Shape { .. }
            | Self::Encode(_)
            | Self::Misuse(_) => Fault::Program,
        }
    }
}
