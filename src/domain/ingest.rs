//! What an importer is told beside the bytes, and what it says about what it left out.

use super::people::{ReferenceKind, Role, Stage, named_enum};
use super::table::TableOptions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether an item that an export lists without annotations was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleCoverage {
    /// A listed item without annotations was reviewed and found empty.
    #[default]
    Listed,
    /// Only annotated items count as read; the rest is unknown.
    Annotated,
}

named_enum! {
    /// Which pixels of a black-and-white mask are drawn.
    MaskForeground {
        Light => "light",
        Dark => "dark",
    }
}

/// What the export itself lacks, from flags, query parameters, patterns or a sidecar table.
///
/// Equal bytes with equal options are the same import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IngestOptions {
    /// Key of the importer, or `None` for detection.
    pub format: Option<String>,
    /// The one rater of this upload; an export that names raters itself keeps its own.
    pub annotator: Option<String>,
    pub role: Option<Role>,
    pub stage: Option<Stage>,
    pub reference: Option<ReferenceKind>,
    pub session: Option<String>,
    pub layer: Option<String>,
    pub study: Option<String>,
    pub site: Option<String>,
    pub modality: Option<String>,
    /// Spacing in mm along z, y, x (z = 0 for plain images).
    pub spacing_mm: Option<[f64; 3]>,
    /// When the work was finished, for exports without times (RFC 3339 instant, in µs since the epoch).
    pub finished_at_us: Option<i64>,
    /// Regular expression over the path inside the upload, with any of the named groups
    /// `rater`, `item`, `study`, `site`, `stage`, `session`, `label`.
    pub pattern: Option<String>,
    /// How items are named: `stem` (default), `name` or `path`.
    pub item_key: Option<String>,
    /// Items whose keys differ in upper and lower case only are one item, named in lower case.
    pub fold_case: bool,
    /// The label of a mask whose export has none.
    pub label: Option<String>,
    /// Column of the table that holds each known field: `rater` → `Reader`.
    pub columns: BTreeMap<String, String>,
    /// `nominal` (default) or `ordinal`, for ratings tables.
    pub scale: Option<String>,
    pub coverage: SampleCoverage,
    /// Only these label values count as "set" in PNG masks with no colour map: threshold, default 128 on 0–255 images.
    pub mask_threshold: Option<u8>,
    /// Which pixels of black-and-white PNG masks are drawn. `None`: the light ones, unless a rater's images are light
    /// all round their border.
    pub mask_foreground: Option<MaskForeground>,
    /// A sidecar table, as rows of column → value; the columns `item` or `file` say what a row is about.
    pub sidecar: Vec<BTreeMap<String, String>>,
    /// How tables are read. Left out where empty, so that options stored before it existed stay equal to new ones.
    #[serde(skip_serializing_if = "TableOptions::is_default")]
    pub table: TableOptions,
}

/// Why something in an upload was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The record itself is broken.
    InvalidRecord,
    /// Sound, but this importer does not read it.
    Unsupported,
    /// Not part of the annotations (a read-me, a thumbnail).
    NotAnnotation,
    /// The export marks it as deleted, cancelled or deprecated.
    Withdrawn,
    /// It names something that is not there (an image id, a category).
    Dangling,
    /// Written by a model or by a consensus, kept apart from people.
    NotHuman,
}

impl SkipReason {
    /// The stable name in reports and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRecord => "invalid_record",
            Self::Unsupported => "unsupported",
            Self::NotAnnotation => "not_annotation",
            Self::Withdrawn => "withdrawn",
            Self::Dangling => "dangling",
            Self::NotHuman => "not_human",
        }
    }
}

/// One thing that was left out, with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skip {
    pub reason: SkipReason,
    /// Path inside the upload.
    pub file: String,
    /// Record within the file, such as ``annotations[41]``.
    pub record: String,
    /// What was found and what was expected; never a patient's data.
    pub detail: String,
}
