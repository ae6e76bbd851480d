//! The use cases that command line and server share. Only this room writes to the store.

mod agreement;
mod calibrate;
mod catalogue;
mod compare;
mod consensus;
mod decision_list;
pub mod decisions;
mod demo;
mod error;
mod evaluations;
mod export;
mod export_tables;
mod files;
mod images;
mod ingest;
mod judge;
mod metrics;
mod pictures;
mod progress;
mod project;
mod publish;
mod rater_card;
mod score;
pub mod scorecard;
mod signing;
mod studies;
mod uploads;

pub use agreement::{AgreementReport, AgreementRequest, agreement};
pub use calibrate::{
    Week, agreement_rows, annotator_rows, calibration, confusions, distributions, heatmaps,
    latest_week, protocol_stamp, stage_cards, throughput_of,
};
pub use catalogue::{CatalogueEntry, DefinitionSection, catalogue};
pub use compare::{CompareReport, CompareSource, SourceInfo, compare};
pub use consensus::{ConsensusFigures, ConsensusMethod, ConsensusReport, consensus_table};
pub use decision_list::{MeasuredDecision, decision_list, record_decision};
pub use demo::{Programme, import_programme};
pub use error::PipelineError;
pub use evaluations::{SHIPPED_POLICY, evaluate_lot, evaluation, evaluations, policy_named};
pub use export::{ExportContent, ExportRequest, ExportSelection, export_files, export_project};
pub use export_tables::{Column, Table, pairs_table};
pub use files::{open_store, read_policy, read_protocol, read_text, write_file};
pub use images::{AttachedImages, attach_images};
pub use ingest::{Ingested, explain, import_only, ingest};
pub use judge::{LotRequest, judge, lot_figures};
pub use metrics::{
    AgreementQuestion, RatedUnit, agreement_metrics, distribution_metrics, error_metrics,
    throughput_metrics,
};
pub use pictures::{ItemOverlay, Wanted, item_overlay};
pub use progress::{Progress, Silent};
pub use project::{Project, create_project, project, projects, update_protocol};
pub use publish::{protocol_sheet, render_report};
pub use rater_card::{RaterCard, rater_card, raters};
pub use score::{ScoreSummary, score_all, score_dirty};
pub use signing::public_evidence_key;
pub use studies::{StudyDetail, StudyPage, study_detail, study_page, worklist};
pub use uploads::{KnownImport, explain_spooled, import_of, imports, ingest_spooled};
