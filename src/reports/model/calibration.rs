//! The weekly calibration report as a whole.

use super::{
    AgendaCase, AgreementRow, AnnotatorRow, ConfusionMatrix, Decision, Distribution, Figure,
    Heatmap, StageCard, Throughput,
};
use crate::domain::ErrorUnit;
use serde::{Deserialize, Serialize};

/// Everything that one calibration session looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationReport {
    pub project: String,
    /// ISO week such as `2026-W47`, or `all`.
    pub week: String,
    pub period: Option<Period>,
    /// Date of the rendering, given by the caller (`YYYY-MM-DD`).
    pub generated_on: String,
    /// Version of the software that computed the numbers.
    pub software: String,
    pub protocol: ProtocolStamp,
    /// What error rates count.
    pub error_unit: ErrorUnit,
    /// Most urgent first.
    pub findings: Vec<Finding>,
    pub stages: Vec<StageCard>,
    pub annotators: Vec<AnnotatorRow>,
    pub agreement: Vec<AgreementRow>,
    pub heatmaps: Vec<Heatmap>,
    pub confusions: Vec<ConfusionMatrix>,
    pub distributions: Vec<Distribution>,
    pub throughput: Option<Throughput>,
    pub agenda: Vec<AgendaCase>,
    pub decisions: Vec<Decision>,
    pub tables: Vec<DataTable>,
    pub method: Vec<MethodNote>,
    pub imports: Vec<ImportCaveat>,
}

/// First and last local day, both included (`YYYY-MM-DD`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub first_day: String,
    pub last_day: String,
}

/// Which protocol the numbers follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolStamp {
    pub name: String,
    pub version: String,
    /// Content hash, hexadecimal.
    pub hash: String,
}

/// How urgent a finding is, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A limit is broken; somebody must act.
    Act,
    /// Moving the wrong way, or not enough evidence.
    Watch,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word that is printed beside the sentence.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Watch => "watch",
            Self::Note => "note",
        }
    }
}

/// One line of the findings page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    /// A full sentence that states the finding, with its numbers.
    pub sentence: String,
    /// Where the evidence stands: an anchor of the report (`#stage-annotation`, `#annotators`, `#agreement`, `#throughput`,
    /// `#confusions`, `#decisions`, `#imports`, `#case-1`) or a path of the server.
    pub link: Option<String>,
}

/// A further table of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataTable {
    /// States the finding.
    pub title: String,
    /// n, interval method, protocol version.
    pub caption: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    Text(String),
    Count(u64),
    Figure(Figure),
}

/// One paragraph on how numbers were made: interval methods, B, seed, units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodNote {
    pub topic: String,
    pub text: String,
}

/// What an import left out, which every number below inherits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCaveat {
    pub file: String,
    pub format: String,
    pub n_annotations: u64,
    pub skipped: Vec<SkippedCount>,
    /// What the export does not say (`annotator`, `spacing`).
    pub missing: Vec<String>,
}

/// Records skipped for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedCount {
    pub reason: String,
    pub n: u64,
}

impl ImportCaveat {
    pub fn n_skipped(&self) -> u64 {
        self.skipped.iter().map(|skip| skip.n).sum()
    }
}
