//! Why an export could not be written.

/// A failed export; what a format cannot hold is no error but counted.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("`{file}` cannot be written")]
    Io {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{file}` cannot be written: {detail}")]
    Encode { file: String, detail: String },
    #[error("the annotations to export cannot be read")]
    Source(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ExportError {
    /// A fault of the disk, with the file's name inside the export.
    pub(super) fn io(file: &str, source: std::io::Error) -> Self {
        Self::Io {
            file: file.to_owned(),
            source,
        }
    }

    /// A value that its file cannot hold.
    pub(super) fn encode(file: &str, detail: impl std::fmt::Display) -> Self {
        Self::Encode {
            file: file.to_owned(),
            detail: detail.to_string(),
        }
    }
}
