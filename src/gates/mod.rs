//! Protocol and policy files, checks over a lot, verdicts and the evidence record.
//!
//! Checks are judged on the plain figures of [`inputs`]; nothing here reaches for the store or a clock.

mod canonical;
mod checks;
mod config;
mod config_values;
mod day;
mod evidence;
pub mod inputs;
mod junit;
mod policy;
mod policy_file;
mod protocol_file;
mod protocol_templates;
mod signature;
mod summary;
mod verdict;
mod wording;

#[cfg(test)]
mod tests;

pub use canonical::{canonical_json, content_hash};
pub use config::{ConfigError, ConfigFault};
pub use day::Day;
pub use evidence::{
    EVIDENCE_SCHEMA, Evaluation, Evidence, LotRecord, PolicyRecord, ProtocolRecord, WaiverRecord,
    WaiverState, evaluate, exit_code, lot_hash,
};
pub use junit::junit_xml;
pub use policy::{CheckRule, EvidenceRule, Policy, PolicyCheck, Waiver};
pub use policy_file::{FLOOR_COEFFICIENTS, default_policy_toml, parse_policy, policy_hash};
pub use protocol_file::{default_protocol_toml, parse_protocol, protocol_hash, protocol_toml};
pub use protocol_templates::{PROTOCOL_TEMPLATES, ProtocolTemplate, protocol_template};
pub use signature::{
    EvidenceFault, EvidenceKey, PublicKey, Signature, VerifiedEvidence, verify_evidence,
};
pub use summary::markdown_summary;
pub use verdict::{CheckResult, ReferenceFigure};
