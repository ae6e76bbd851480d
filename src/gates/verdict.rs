//! What a check answers.

use super::inputs::LotFigures;
use super::policy::{EvidenceRule, Policy, PolicyCheck};
use crate::domain::{ErrorUnit, Protocol, ReferenceKind, Stage, Status};
use serde::{Deserialize, Serialize};

/// The verdict of one check, with everything that is needed to challenge it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    pub name: String,
    pub kind: String,
    /// What the check itself found; a waiver does not change it.
    pub status: Status,
    /// What was asked, in words: `below 1.2 %`.
    pub requirement: String,
    pub numerator: Option<u64>,
    pub denominator: Option<u64>,
    /// numerator / denominator.
    pub rate: Option<f64>,
    /// The figure of a check that judges no rate: a coefficient or a count.
    pub value: Option<f64>,
    /// Bounds of `rate` or `value`.
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Confidence of the bounds; `method` says whether it holds for each or for both.
    pub level: Option<f64>,
    pub method: Option<String>,
    pub limit: Option<f64>,
    /// Further audits, all without error, that would pass; `None` where no number would, or none is asked.
    pub further_clean_audits: Option<u64>,
    /// The same in studies of the mean size, where several units of a study are counted.
    pub further_clean_studies: Option<u64>,
    /// Independent units that the denominator is worth, where several units of a study are counted.
    pub effective_n: Option<f64>,
    /// What was found and what to do.
    pub reason: String,
    pub stage: Option<Stage>,
    pub unit: Option<ErrorUnit>,
    /// The kind of reference that the figures above are against.
    pub reference: Option<ReferenceKind>,
    /// The same check against every kind that is present.
    pub by_reference: Vec<ReferenceFigure>,
    pub n_not_applicable: u64,
    pub n_refused: u64,
    /// Who waives this failure.
    pub waived_by: Option<String>,
}

/// An error rate against one kind of reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReferenceFigure {
    pub reference: ReferenceKind,
    pub status: Status,
    pub numerator: u64,
    pub denominator: u64,
    pub rate: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub method: String,
}

impl CheckResult {
    pub(super) fn new(check: &PolicyCheck, status: Status, reason: impl Into<String>) -> Self {
        Self {
            name: check.name.clone(),
            kind: check.rule.kind().to_owned(),
            status,
            requirement: String::new(),
            numerator: None,
            denominator: None,
            rate: None,
            value: None,
            lower: None,
            upper: None,
            level: None,
            method: None,
            limit: None,
            further_clean_audits: None,
            further_clean_studies: None,
            effective_n: None,
            reason: reason.into(),
            stage: None,
            unit: None,
            reference: None,
            by_reference: Vec::new(),
            n_not_applicable: 0,
            n_refused: 0,
            waived_by: None,
        }
    }

    /// Sets numerator, denominator and their quotient.
    pub(super) fn counts(mut self, numerator: u64, denominator: u64) -> Self {
        (self.numerator, self.denominator) = (Some(numerator), Some(denominator));
        self.rate = (denominator > 0).then(|| numerator as f64 / denominator as f64);
        self
    }

    pub(super) fn asks(mut self, limit: f64, requirement: impl Into<String>) -> Self {
        self.limit = Some(limit);
        self.requirement = requirement.into();
        self
    }

    /// What the check means for the gate: a waived failure counts as a pass.
    pub fn effective_status(&self) -> Status {
        match (self.status, &self.waived_by) {
            (Status::Fail, Some(_)) => Status::Pass,
            (status, _) => status,
        }
    }
}

/// What every check is judged with.
pub(super) struct Judge<'a> {
    pub figures: &'a LotFigures,
    pub protocol: &'a Protocol,
    pub evidence: EvidenceRule,
    pub confidence: f64,
}

impl<'a> Judge<'a> {
    pub fn new(figures: &'a LotFigures, policy: &Policy, protocol: &'a Protocol) -> Self {
        Self {
            figures,
            protocol,
            evidence: policy.evidence,
            confidence: policy.confidence.unwrap_or(protocol.confidence),
        }
    }
}
