//! The database: one DuckDB file, one writer, pooled readers. The only room that reads `queries/`.
//!
//! Every call blocks; callers on an async runtime use `spawn_blocking`.

mod agreement;
mod calibration;
mod codec;
mod completeness;
mod confusion;
mod database;
mod error;
mod error_rate;
mod error_units;
mod filter;
mod gate_records;
mod images;
mod import_rows;
mod import_writer;
mod imports;
mod item_merge;
mod items;
mod migrations;
mod overlap;
mod overview;
mod packed;
mod projects;
mod query;
mod reading_names;
mod scores;
mod throughput;
mod unmatched;
mod worklist;

#[cfg(test)]
mod query_files_tests;
#[cfg(test)]
mod seed;

pub use agreement::{AgreementUnit, ContingencyQuestion, ContingencyRow, PixelRow, Sides};
pub use calibration::{CalibrationDecision, NewCalibrationDecision};
pub use completeness::{CompletenessRow, InvalidAnnotation};
pub use confusion::ConfusionRow;
pub use database::{Store, StoreConfig};
pub use error::{Fault, StoreError};
pub use error_rate::{ErrorKindRow, ErrorRateRow};
pub use error_units::{StoredUnit, UnitCursor};
pub use filter::{Filter, Group, GroupBy};
pub use gate_records::{GateRecord, NewGateRecord};
pub use images::ItemImage;
pub use import_writer::{CommittedImport, ImportWriter};
pub use imports::{ImportIdentity, ImportRecord, ImportStart};
pub use items::{StoredItem, StoredReading};
pub use overlap::{BiasRow, Measure, OverlapMetric, OverlapSummaryRow, OverlapValueRow};
pub use overview::{
    ItemConflict, ItemRow, LabelRow, RaterRow, RatersOfItem, ReadingStateRow, SkippedRow, StudyRow,
    WeekRow,
};
pub use projects::{ProjectRecord, ProtocolRecord};
pub use scores::{ReplacedScores, ScoredComparison, ScoredItem};
pub use throughput::ThroughputRow;
pub use unmatched::{SuspectedTurn, UnmatchedItem};
pub use worklist::{RankedUnit, WorklistLimits};

pub type ProjectId = i64;
pub type ImportId = i64;
pub type ItemId = i64;
pub type ReadingId = i64;
pub type AnnotationId = i64;
pub type ComparisonId = i64;
