//! The record of one evaluation of a policy over a lot. It is never changed.

use super::canonical::{canonical_json, content_hash};
use super::checks;
use super::day::Day;
use super::inputs::{Lot, LotFigures};
use super::policy::{EvidenceRule, Policy};
use super::policy_file::policy_hash;
use super::protocol_file::protocol_hash;
use super::signature::Signature;
use super::verdict::{CheckResult, Judge};
use crate::domain::{Protocol, Status};
use serde::{Deserialize, Serialize};

/// Version of the record's own shape; readers refuse what they do not know.
pub const EVIDENCE_SCHEMA: u32 = 1;

/// Everything that one evaluation depends on.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'a> {
    pub policy: &'a Policy,
    pub protocol: &'a Protocol,
    pub figures: &'a LotFigures,
    pub software_version: &'a str,
    /// SHA-256 of every import that the figures rest on, in any order.
    pub import_hashes: &'a [String],
    /// Decides which waivers still hold; the caller's day, never the clock's.
    pub evaluated_on: Day,
}

/// The outcome of an evaluation, with all that is needed to repeat it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub schema: u32,
    /// Worst of the checks, a waived failure counting as a pass.
    pub status: Status,
    pub lot: LotRecord,
    pub policy: PolicyRecord,
    pub protocol: ProtocolRecord,
    pub software_version: String,
    /// SHA-256 of every import, sorted.
    pub inputs: Vec<String>,
    pub checks: Vec<CheckResult>,
    pub waivers: Vec<WaiverRecord>,
    pub evaluated_on: Day,
    /// Over everything above; a record in memory has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// The lot as it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotRecord {
    pub hash: String,
    pub n_studies: u64,
    pub source: String,
    /// Study keys, sorted, each once.
    pub studies: Vec<String>,
}

/// The policy as it was applied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyRecord {
    pub name: String,
    pub version: String,
    pub hash: String,
    pub evidence: EvidenceRule,
    pub confidence: f64,
}

/// The protocol by which errors were told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtocolRecord {
    pub name: String,
    pub version: String,
    pub hash: String,
}

/// A waiver of the policy and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRecord {
    pub check: String,
    pub name: String,
    pub reason: String,
    pub expires: Day,
    pub state: WaiverState,
}

/// What became of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaiverState {
    /// It lets a failure pass.
    Applied,
    /// Its last day is over.
    Expired,
    /// The check passes without it.
    NotNeeded,
    /// The check did not fail but could not be judged or proved, which cannot be waived.
    NotWaivable,
    /// The policy has no such check.
    UnknownCheck,
}

/// Judges every check of the policy over the lot.
pub fn evaluate(evaluation: &Evaluation<'_>) -> Evidence {
    let Evaluation {
        policy,
        protocol,
        figures,
        ..
    } = *evaluation;
    let judge = Judge::new(figures, policy, protocol);
    let mut checks: Vec<_> = policy
        .checks
        .iter()
        .map(|check| checks::judge(&judge, check))
        .collect();
    let waivers = apply_waivers(policy, &mut checks, evaluation.evaluated_on);
    Evidence {
        schema: EVIDENCE_SCHEMA,
        status: overall(&checks),
        lot: lot_record(&figures.lot),
        policy: PolicyRecord {
            name: policy.name.clone(),
            version: policy.version.clone(),
            hash: policy_hash(policy),
            evidence: judge.evidence,
            confidence: judge.confidence,
        },
        protocol: ProtocolRecord {
            name: protocol.name.clone(),
            version: protocol.version.clone(),
            hash: protocol_hash(protocol),
        },
        software_version: evaluation.software_version.to_owned(),
        inputs: sorted_once(evaluation.import_hashes),
        checks,
        waivers,
        evaluated_on: evaluation.evaluated_on,
        signature: None,
    }
}

/// Identifies a lot by its studies, whatever their order.
pub fn lot_hash(lot: &Lot) -> String {
    lot_hash_of(&lot.studies)
}

pub(super) fn lot_hash_of(studies: &[String]) -> String {
    content_hash(&sorted_once(studies))
}

/// Exit code of a command that ends with this status.
pub const fn exit_code(status: Status) -> u8 {
    match status {
        Status::Pass => 0,
        Status::Fail => 1,
        Status::Error => 2,
        // Neither is proved to fail; both lack evidence.
        Status::InsufficientEvidence | Status::NotApplicable => 3,
    }
}

impl Evidence {
    /// The record as it is stored and handed out: canonical JSON, equal for equal inputs.
    pub fn to_json(&self) -> String {
        canonical_json(self)
    }

    /// Identifies the record, whoever signs it.
    pub fn hash(&self) -> String {
        content_hash(&Self {
            signature: None,
            ..self.clone()
        })
    }

    /// The status that the checks give.
    pub(super) fn overall(&self) -> Status {
        overall(&self.checks)
    }

    /// Whether the lot may ship.
    pub fn opens_gate(&self) -> bool {
        self.status == Status::Pass
    }

    /// One sentence for the top of a page.
    pub fn headline(&self) -> String {
        let n_checks = self.checks.len();
        let n_waived = self
            .checks
            .iter()
            .filter(|check| check.waived_by.is_some())
            .count();
        let shut: Vec<_> = self
            .checks
            .iter()
            .filter(|check| check.effective_status() != Status::Pass)
            .map(|check| format!("{} ({})", check.name, check.status.word()))
            .collect();
        match (self.opens_gate(), n_waived) {
            (true, 0) => format!("The gate is open: all {n_checks} checks pass."),
            (true, _) => {
                format!("The gate is open: all {n_checks} checks pass, {n_waived} by waiver.")
            }
            (false, _) if n_checks == 0 => "The gate is shut: the policy has no checks.".to_owned(),
            (false, _) => {
                format!(
                    "The gate is shut by {} of {n_checks} checks: {}.",
                    shut.len(),
                    shut.join(", ")
                )
            }
        }
    }
}

/// The worst status; a policy without checks proves nothing.
fn overall(checks: &[CheckResult]) -> Status {
    checks
        .iter()
        .map(CheckResult::effective_status)
        .min()
        .unwrap_or(Status::NotApplicable)
}

fn apply_waivers(policy: &Policy, checks: &mut [CheckResult], today: Day) -> Vec<WaiverRecord> {
    let mut records = Vec::new();
    for waiver in &policy.waivers {
        let check = checks.iter_mut().find(|check| check.name == waiver.check);
        let state = match check {
            None => WaiverState::UnknownCheck,
            Some(_) if today > waiver.expires => WaiverState::Expired,
            Some(check) => match check.status {
                Status::Fail => {
                    check.waived_by.get_or_insert_with(|| waiver.name.clone());
                    WaiverState::Applied
                }
                Status::Pass => WaiverState::NotNeeded,
                _ => WaiverState::NotWaivable,
            },
        };
        records.push(WaiverRecord {
            check: waiver.check.clone(),
            name: waiver.name.clone(),
            reason: waiver.reason.clone(),
            expires: waiver.expires,
            state,
        });
    }
    records
}

fn lot_record(lot: &Lot) -> LotRecord {
    let studies = sorted_once(&lot.studies);
    LotRecord {
        hash: lot_hash(lot),
        n_studies: studies.len() as u64,
        source: lot.source.clone(),
        studies,
    }
}

fn sorted_once(texts: &[String]) -> Vec<String> {
    let mut texts = texts.to_vec();
    texts.sort();
    texts.dedup();
    texts
}
