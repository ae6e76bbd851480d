//! Why one file of volumes was left out, or why the import stops.

use super::samples::SampleFault;
use crate::domain::SkipReason;
use crate::geometry::GeometryError;
use crate::importers::skips::skip;
use crate::importers::{ImportError, Sink, SinkError, UploadFile};

#[derive(Debug)]
pub enum Fault {
    File { reason: SkipReason, detail: String },
    Import(ImportError),
}

impl Fault {
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::InvalidRecord,
            detail: detail.into(),
        }
    }

    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::Unsupported,
            detail: detail.into(),
        }
    }

    /// The file holds a picture or a measured map, and no labels.
    pub fn picture(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::NotAnnotation,
            detail: detail.into(),
        }
    }

    /// Names a file that is not there.
    pub fn dangling(detail: impl Into<String>) -> Self {
        Self::File {
            reason: SkipReason::Dangling,
            detail: detail.into(),
        }
    }

    /// Counts the file as left out. Where it is the only one of the upload, nothing else could be imported, so a
    /// broken file is a fault of the upload.
    pub fn report(
        self,
        file: &UploadFile,
        is_only: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        match self {
            Self::Import(error) => Err(error),
            Self::File {
                reason: SkipReason::InvalidRecord,
                detail,
            } if is_only => Err(ImportError::container(file.path(), detail)),
            Self::File { reason, detail } => Ok(skip(sink, reason, file.path(), "", detail)?),
        }
    }
}

impl From<ImportError> for Fault {
    fn from(error: ImportError) -> Self {
        Self::Import(error)
    }
}

impl From<SinkError> for Fault {
    fn from(error: SinkError) -> Self {
        Self::Import(error.into())
    }
}

impl From<GeometryError> for Fault {
    fn from(error: GeometryError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<SampleFault> for Fault {
    fn from(fault: SampleFault) -> Self {
        Self::invalid(fault.to_string())
    }
}
