//! Why a use case could not be carried out, by who can mend it.

use crate::importers::ImportError;
use crate::metrics::MetricError;
use crate::statistics::StatisticsError;

/// A use case that failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    #[error(transparent)]
    Analytics(#[from] crate::analytics::AnalyticsError),
    #[error(transparent)]
    Metric(#[from] MetricError),
    #[error(transparent)]
    Agreement(#[from] crate::agreement::AgreementError),
    #[error(transparent)]
    Consensus(#[from] crate::consensus::ConsensusError),
    #[error(transparent)]
    Export(#[from] crate::exporters::ExportError),
    #[error("there is no export format `{format}`; {known} are known")]
    NoSuchExport { format: String, known: String },
    #[error(
        "nothing fits what was asked for: no reading of these raters, stages, studies or items, or not of two raters on one item"
    )]
    NothingSelected,
    #[error("`{folder}` is not empty, and an export writes over nothing; name a new folder")]
    FolderInUse { folder: String },
    #[error(transparent)]
    Config(#[from] crate::gates::ConfigError),
    #[error(transparent)]
    Report(#[from] crate::reports::render::RenderError),
    #[error(
        "the export does not say who annotated; name the rater with --annotator, a --pattern with a `rater` group, or a sidecar table"
    )]
    MissingAnnotator,
    #[error("the {side} holds no readings; `concord explain` shows what was skipped and why")]
    NoReadings { side: &'static str },
    #[error(
        "the {side} holds several raters ({}); name one with --{side}-rater", raters.join(", ")
    )]
    WhichRater {
        side: &'static str,
        raters: Vec<String>,
    },
    #[error(
        "the {side} holds several readings of item `{item}` by `{rater}`; compare one stage or session at a time"
    )]
    SeveralReadings {
        side: &'static str,
        rater: String,
        item: String,
    },
    #[error(
        "no item could be compared; the reference has {}, the candidate {}{}",
        quoted(reference), quoted(candidate),
        refused.as_ref().map_or_else(
            || "; items meet by file stem, see --item-key and --pattern".to_owned(),
            |reason| format!("; {reason}")
        )
    )]
    NothingInCommon {
        reference: Vec<String>,
        candidate: Vec<String>,
        refused: Option<String>,
    },
    #[error("there is no project `{key}`; `concord import` or POST /api/v1/projects makes one")]
    NoSuchProject { key: String },
    #[error("{what} `{given}`: {detail}")]
    Parameter {
        what: &'static str,
        given: String,
        detail: String,
    },
    #[error("`{file}` cannot be read or written")]
    Io {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{file}` is not to be believed: {fault}")]
    Unverified {
        file: String,
        fault: crate::gates::EvidenceFault,
    },
    #[error("an internal step failed: {0}")]
    Internal(String),
}

impl PipelineError {
    /// Stable code for problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Import(error) => error.code(),
            Self::Store(_) | Self::Analytics(_) => "store.failed",
            Self::Statistics(_) | Self::Metric(_) | Self::Agreement(_) | Self::Consensus(_) => {
                "request.impossible_value"
            }
            Self::Config(_) => "config.invalid",
            Self::Report(_) | Self::Internal(_) => "internal",
            Self::Export(_) => "export.failed",
            Self::NoSuchExport { .. } => "export.no_such_format",
            Self::NothingSelected => "export.nothing_selected",
            Self::FolderInUse { .. } => "export.folder_in_use",
            Self::MissingAnnotator => "import.missing_annotator",
            Self::NoReadings { .. } => "compare.no_readings",
            Self::WhichRater { .. } => "compare.which_rater",
            Self::SeveralReadings { .. } => "compare.several_readings",
            Self::NothingInCommon { .. } => "compare.nothing_in_common",
            Self::NoSuchProject { .. } => "project.not_found",
            Self::Parameter { .. } => "request.parameter",
            Self::Io { .. } => "file.unreadable",
            Self::Unverified { .. } => "evidence.unverified",
        }
    }
}

fn quoted(keys: &[String]) -> String {
    if keys.is_empty() {
        return "no items".to_owned();
    }
    keys.iter()
        .map(|key| format!("`{key}`"))
        .collect::<Vec<_>>()
        .join(", ")
        + " …"
}
