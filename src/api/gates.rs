//! Gate evaluations: a lot judged by a policy, and the records of it, which never change.

use super::content::{JsonText, Read};
use super::evidence::EvidenceDto;
use super::operations::EVALUATE;
use super::parameters::{EVALUATED_ON, Given, LOT_STUDY};
use super::spool::TomlBody;
use super::{ApiError, ApiState, blocking, timestamp};
use crate::domain::Status;
use crate::pipeline::{
    LotRequest, evaluate_lot, evaluation, evaluations, policy_named, public_evidence_key,
};
use crate::store::GateRecord;
use poem::Request;
use poem_openapi::param::{Header, Path};
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Object, OpenApi};

/// One evaluation in a list.
#[derive(Object)]
#[oai(rename = "Evaluation", example)]
pub struct EvaluationDto {
    /// Number of the record.
    id: i64,
    /// Name of the policy.
    policy: String,
    /// SHA-256 of what the policy says.
    policy_hash: String,
    /// SHA-256 of the lot's studies.
    lot_hash: String,
    /// pass, fail, insufficient_evidence, not_applicable or error.
    status: String,
    /// Only `pass` opens the gate.
    opens_gate: bool,
    /// RFC 3339, UTC.
    created_at: String,
}

impl Example for EvaluationDto {
    fn example() -> Self {
        Self {
            id: 1,
            policy: "release".to_owned(),
            policy_hash: "1f0e3dad99908345f7439f8ffabdffc4d41d8cd98f00b204e9800998ecf8427e"
                .to_owned(),
            lot_hash: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8".to_owned(),
            status: "insufficient_evidence".to_owned(),
            opens_gate: false,
            created_at: "2026-11-23T09:00:00Z".to_owned(),
        }
    }
}

impl From<GateRecord> for EvaluationDto {
    fn from(kept: GateRecord) -> Self {
        Self {
            id: kept.id,
            policy: kept.record.policy_name,
            policy_hash: kept.record.policy_hash,
            lot_hash: kept.record.lot_hash,
            status: kept.record.status.to_string(),
            opens_gate: kept.record.status == Status::Pass,
            created_at: timestamp(kept.record.created_at_us),
        }
    }
}

/// Evaluations of one policy.
#[derive(Object)]
#[oai(example)]
pub struct EvaluationList {
    /// Newest first.
    evaluations: Vec<EvaluationDto>,
}

impl Example for EvaluationList {
    fn example() -> Self {
        Self {
            evaluations: vec![EvaluationDto::example()],
        }
    }
}

/// By what evidence of this server is signed.
#[derive(Object)]
#[oai(example)]
pub struct EvidenceKeyDto {
    /// ed25519.
    algorithm: String,
    /// 64 hexadecimal digits; null where the server keeps nothing on disk.
    public_key: Option<String>,
}

impl Example for EvidenceKeyDto {
    fn example() -> Self {
        Self {
            algorithm: "ed25519".to_owned(),
            public_key: Some(
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".to_owned(),
            ),
        }
    }
}

#[derive(ApiResponse)]
enum Evaluated {
    /// Judged and recorded. The body is the record, byte for byte as it is kept.
    #[oai(status = 201)]
    Recorded(
        JsonText<EvidenceDto>,
        /// Where the record is found.
        #[oai(header = "Location")]
        String,
    ),
}

pub struct GatesApi(pub ApiState);

#[OpenApi(tag = "super::Area::Gates")]
impl GatesApi {
    /// Read the public key of evidence
    ///
    /// Give it to `concord verify --key` where records of this server are to be believed.
    #[oai(
        path = "/evidence-key",
        method = "get",
        operation_id = "get_evidence_key"
    )]
    async fn evidence_key(
        &self,
        request: &Request,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<EvidenceKeyDto>, ApiError> {
        Given::read(request, &[])?;
        let store = self.0.store.clone();
        blocking(move || {
            let key = EvidenceKeyDto {
                algorithm: "ed25519".to_owned(),
                public_key: public_evidence_key(&store)?.map(|key| key.to_string()),
            };
            Ok(Read::of(&key, if_none_match.0.as_deref()))
        })
        .await
    }

    /// Judge a lot
    ///
    /// By the policy in the body, which must bear the name in the path; without a body, `default` is the policy
    /// that Concord ships with. All studies are judged unless some are named.
    #[oai(
        path = "/projects/:project/gates/:policy/evaluations",
        method = "post",
        operation_id = "evaluate_gate"
    )]
    async fn evaluate(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// Name of the policy.
        policy: Path<String>,
        /// The policy as TOML.
        toml: TomlBody,
    ) -> Result<Evaluated, ApiError> {
        let given = Given::read(request, EVALUATE)?;
        let studies: Vec<String> = given
            .all(&LOT_STUDY)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let lot = LotRequest {
            studies: (!studies.is_empty()).then_some(studies),
            evaluated_on: given.owned(&EVALUATED_ON),
        };
        self.0
            .with_project(project.0, move |store, project| {
                let toml = Some(toml.0.as_str()).filter(|text| !text.trim().is_empty());
                let judged_by = policy_named(&policy, toml)?;
                let kept = evaluate_lot(store, project, &judged_by, &lot)?;
                let location = format!(
                    "/api/v1/projects/{}/gates/{}/evaluations/{}",
                    project.name, policy.0, kept.id
                );
                Ok(Evaluated::Recorded(
                    JsonText::of_text(kept.record.evidence_json),
                    location,
                ))
            })
            .await
    }

    /// List evaluations
    #[oai(
        path = "/projects/:project/gates/:policy/evaluations",
        method = "get",
        operation_id = "list_evaluations"
    )]
    async fn list(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// Name of the policy.
        policy: Path<String>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<EvaluationList>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let found = evaluations(store, project, &policy)?;
                let list = EvaluationList {
                    evaluations: found.into_iter().map(EvaluationDto::from).collect(),
                };
                Ok(Read::of(&list, if_none_match.0.as_deref()))
            })
            .await
    }

    /// Read an evaluation
    ///
    /// The evidence record as canonical JSON (RFC 8785), byte for byte as it was made.
    #[oai(
        path = "/projects/:project/gates/:policy/evaluations/:evaluation",
        method = "get",
        operation_id = "get_evaluation"
    )]
    async fn get(
        &self,
        request: &Request,
        /// Name of the project.
        project: Path<String>,
        /// Name of the policy.
        policy: Path<String>,
        /// Number of the evaluation.
        evaluation: Path<i64>,
        /// The entity tag of an earlier answer.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Read<EvidenceDto>, ApiError> {
        Given::read(request, &[])?;
        self.0
            .with_project(project.0, move |store, project| {
                let kept = self::evaluation(store, project, &policy, evaluation.0)?;
                Ok(Read::text(
                    kept.record.evidence_json,
                    if_none_match.0.as_deref(),
                ))
            })
            .await
    }
}
