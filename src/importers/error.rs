//! Why an upload as a whole could not be imported, by who can mend it.

use super::detection::Rejected;
use super::sink::SinkError;

/// A failed import. One broken record is not an error but a counted skip.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("no known format fits this upload; {}", list(rejected))]
    UnknownFormat { rejected: Vec<Rejected> },
    #[error("this upload fits {} equally well; name one with --format", formats.join(" and "))]
    TiedFormats { formats: Vec<String> },
    #[error("there is no importer `{key}`; `concord formats` lists them")]
    NoSuchImporter { key: String },
    #[error("`{format}` was asked for, but {reason}")]
    NotThisFormat { format: String, reason: String },
    #[error("`{file}`: {detail}")]
    Container { file: String, detail: String },
    #[error("`{file}`: {detail}; the limit is {limit}")]
    Limit {
        file: String,
        detail: String,
        limit: String,
    },
    #[error("option `{option}`: {detail}")]
    Option { option: String, detail: String },
    #[error("`{file}` cannot be read")]
    Io {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Sink(#[from] SinkError),
}

impl ImportError {
    /// Stable code for problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat { .. } => "import.unknown_format",
            Self::TiedFormats { .. } => "import.tied_formats",
            Self::NoSuchImporter { .. } => "import.no_such_format",
            Self::NotThisFormat { .. } => "import.not_this_format",
            Self::Container { .. } => "import.broken_container",
            Self::Limit { .. } => "import.limit",
            Self::Option { .. } => "import.option",
            Self::Io { .. } => "import.unreadable",
            Self::Sink(_) => "import.not_stored",
        }
    }

    /// A container fault in a file of the upload.
    pub fn container(file: &str, detail: impl Into<String>) -> Self {
        Self::Container {
            file: file.to_owned(),
            detail: detail.into(),
        }
    }

    /// An input fault, named by the path inside the upload.
    pub fn io(file: &str, source: std::io::Error) -> Self {
        Self::Io {
            file: file.to_owned(),
            source,
        }
    }
}

fn list(rejected: &[Rejected]) -> String {
    rejected
        .iter()
        .map(|entry| format!("{}: {}", entry.format, entry.reason))
        .collect::<Vec<_>>()
        .join("; ")
}
