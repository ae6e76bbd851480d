//! The shape of an evidence record in the OpenAPI document; the record itself is served as it is kept.

use poem_openapi::Object;
use poem_openapi::types::Example;

/// The outcome of a gate evaluation, with all that is needed to repeat it.
#[derive(Object)]
#[oai(rename = "Evidence", example, deny_unknown_fields)]
pub struct EvidenceDto {
    /// Version of the record's own shape.
    schema: u32,
    /// Worst of the checks, a waived failure counting as a pass. Only `pass` opens the gate.
    status: String,
    /// The lot as it was judged.
    lot: LotDto,
    /// The policy as it was applied.
    policy: PolicyDto,
    /// The protocol by which errors were told.
    protocol: ProtocolDto,
    /// Version of the software that judged.
    software_version: String,
    /// SHA-256 of every import, sorted.
    inputs: Vec<String>,
    /// In the order of the policy.
    checks: Vec<CheckDto>,
    /// Waivers of the policy and what became of them.
    waivers: Vec<WaiverDto>,
    /// The day on which waivers were looked at.
    evaluated_on: String,
    /// Over everything else; `concord verify` checks it.
    signature: Option<SignatureDto>,
}

/// Who vouches for a record.
#[derive(Object)]
#[oai(rename = "EvidenceSignature", example, deny_unknown_fields)]
pub struct SignatureDto {
    /// ed25519, over the canonical JSON (RFC 8785) of the record without its signature.
    algorithm: String,
    /// 64 hexadecimal digits; compare them with those of `/api/v1/evidence-key`.
    public_key: String,
    /// 128 hexadecimal digits.
    value: String,
}

/// The studies that were judged.
#[derive(Object)]
#[oai(rename = "EvidenceLot", example, deny_unknown_fields)]
pub struct LotDto {
    /// SHA-256 of the studies.
    hash: String,
    /// How many.
    n_studies: u64,
    /// How the lot was chosen.
    source: String,
    /// Study keys, sorted.
    studies: Vec<String>,
}

/// The policy of an evaluation.
#[derive(Object)]
#[oai(rename = "EvidencePolicy", example, deny_unknown_fields)]
pub struct PolicyDto {
    /// Its own name.
    name: String,
    /// Its own version.
    version: String,
    /// SHA-256 of what it says.
    hash: String,
    /// bounds: thresholds must be proved; point: the plain figure decides.
    evidence: String,
    /// One-sided confidence of verdicts.
    confidence: f64,
}

/// The protocol of an evaluation.
#[derive(Object)]
#[oai(rename = "EvidenceProtocol", example, deny_unknown_fields)]
pub struct ProtocolDto {
    /// Its own name.
    name: String,
    /// Its own version.
    version: String,
    /// SHA-256 of what it says.
    hash: String,
}

/// The verdict of one check, with everything that is needed to challenge it.
#[derive(Object)]
#[oai(rename = "EvidenceCheck", example, deny_unknown_fields)]
pub struct CheckDto {
    /// The name that waivers use.
    name: String,
    /// error_rate, agreement_floor, completeness …
    kind: String,
    /// What the check itself found; a waiver does not change it.
    status: String,
    /// What was asked, in words.
    requirement: String,
    /// Units counted.
    numerator: Option<u64>,
    /// Of so many.
    denominator: Option<u64>,
    /// numerator / denominator.
    rate: Option<f64>,
    /// The figure of a check that judges no rate.
    value: Option<f64>,
    /// Lower bound of `rate` or `value`.
    lower: Option<f64>,
    /// Upper bound of `rate` or `value`.
    upper: Option<f64>,
    /// Confidence of the bounds.
    level: Option<f64>,
    /// How the bounds were made.
    method: Option<String>,
    /// The threshold.
    limit: Option<f64>,
    /// Audits, all without error, that would pass; null where no number would, or none is asked.
    further_clean_audits: Option<u64>,
    /// The same in studies of the mean size, where several units of a study are counted.
    further_clean_studies: Option<u64>,
    /// Independent units that the denominator is worth, where several units of a study are counted.
    effective_n: Option<f64>,
    /// What was found and what to do.
    reason: String,
    /// Stage that is judged.
    stage: Option<String>,
    /// What is counted.
    unit: Option<String>,
    /// Kind of reference that the figures are against.
    reference: Option<String>,
    /// The same check against every kind that is present.
    by_reference: Vec<ReferenceFigureDto>,
    /// Units that no tolerance could judge.
    n_not_applicable: u64,
    /// Comparisons that were refused.
    n_refused: u64,
    /// Who waives this failure.
    waived_by: Option<String>,
}

/// An error rate against one kind of reference.
#[derive(Object)]
#[oai(rename = "EvidenceReferenceFigure", example, deny_unknown_fields)]
pub struct ReferenceFigureDto {
    /// adjudicated, gold, verification or consensus.
    reference: String,
    /// Verdict against this kind.
    status: String,
    /// Units with an error.
    numerator: u64,
    /// Assessed units.
    denominator: u64,
    /// numerator / denominator.
    rate: Option<f64>,
    /// Lower bound.
    lower: Option<f64>,
    /// Upper bound.
    upper: Option<f64>,
    /// How the bounds were made.
    method: String,
}

/// A waiver and what became of it.
#[derive(Object)]
#[oai(rename = "EvidenceWaiver", example, deny_unknown_fields)]
pub struct WaiverDto {
    /// Name of the check.
    check: String,
    /// Who answers for it.
    name: String,
    /// Why.
    reason: String,
    /// The last day on which it holds.
    expires: String,
    /// applied, expired, not_needed, not_waivable or unknown_check.
    state: String,
}

const HASH: &str = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

impl Example for EvidenceDto {
    fn example() -> Self {
        Self {
            schema: 1,
            status: "insufficient_evidence".to_owned(),
            lot: LotDto::example(),
            policy: PolicyDto::example(),
            protocol: ProtocolDto::example(),
            software_version: "0.1.0".to_owned(),
            inputs: vec![HASH.to_owned()],
            checks: vec![CheckDto::example()],
            waivers: vec![WaiverDto::example()],
            evaluated_on: "2026-11-23".to_owned(),
            signature: Some(SignatureDto::example()),
        }
    }
}

impl Example for SignatureDto {
    fn example() -> Self {
        Self {
            algorithm: "ed25519".to_owned(),
            public_key: HASH.to_owned(),
            value: HASH.repeat(2),
        }
    }
}

impl Example for LotDto {
    fn example() -> Self {
        Self {
            hash: HASH.to_owned(),
            n_studies: 1,
            source: "project chest, all studies".to_owned(),
            studies: vec!["study-0042".to_owned()],
        }
    }
}

impl Example for PolicyDto {
    fn example() -> Self {
        Self {
            name: "release".to_owned(),
            version: "1".to_owned(),
            hash: HASH.to_owned(),
            evidence: "bounds".to_owned(),
            confidence: 0.95,
        }
    }
}

impl Example for ProtocolDto {
    fn example() -> Self {
        Self {
            name: "chest CT".to_owned(),
            version: "3".to_owned(),
            hash: HASH.to_owned(),
        }
    }
}

impl Example for CheckDto {
    fn example() -> Self {
        Self {
            name: "error_rate.training".to_owned(),
            kind: "error_rate".to_owned(),
            status: "insufficient_evidence".to_owned(),
            requirement: "below 1.2 %".to_owned(),
            numerator: Some(0),
            denominator: Some(48),
            rate: Some(0.0),
            value: None,
            lower: Some(0.0),
            upper: Some(0.060_5),
            level: Some(0.95),
            method: Some("Clopper–Pearson, one-sided".to_owned()),
            limit: Some(0.012),
            further_clean_audits: Some(201),
            further_clean_studies: None,
            effective_n: None,
            reason: "0 of 48 studies are wrong; 201 more without an error would pass".to_owned(),
            stage: Some("training".to_owned()),
            unit: Some("study".to_owned()),
            reference: Some("gold".to_owned()),
            by_reference: vec![ReferenceFigureDto::example()],
            n_not_applicable: 0,
            n_refused: 0,
            waived_by: None,
        }
    }
}

impl Example for ReferenceFigureDto {
    fn example() -> Self {
        Self {
            reference: "gold".to_owned(),
            status: "insufficient_evidence".to_owned(),
            numerator: 0,
            denominator: 48,
            rate: Some(0.0),
            lower: Some(0.0),
            upper: Some(0.060_5),
            method: "Clopper–Pearson, one-sided".to_owned(),
        }
    }
}

impl Example for WaiverDto {
    fn example() -> Self {
        Self {
            check: "throughput_band.annotation".to_owned(),
            name: "Head of annotation".to_owned(),
            reason: "two specialists were in training for half of the lot".to_owned(),
            expires: "2026-12-31".to_owned(),
            state: "applied".to_owned(),
        }
    }
}
