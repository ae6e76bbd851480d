//! Who vouches for an evidence record, and whether a record is still what was signed.
//!
//! The signature is Ed25519 (RFC 8032) over the canonical JSON (RFC 8785) of the record without its signature, after a line that says what
//! is signed. It is deterministic: equal inputs and one key give equal bytes.

use super::canonical::canonical_json;
use super::checks::follows_from_counts;
use super::evidence::{EVIDENCE_SCHEMA, Evidence, lot_hash_of};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Write as _;
use std::str::FromStr;

/// What a signature is over, so that no other signed text can be passed off as evidence.
const CONTEXT: &str = "concord evidence 1\n";
const ALGORITHM: &str = "ed25519";
const MEMBER: &str = "signature";

/// The secret half of a key.
pub struct EvidenceKey(SigningKey);

/// The half by which anyone can check a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKey(VerifyingKey);

/// The signature within a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub algorithm: String,
    /// 64 hexadecimal digits.
    pub public_key: String,
    /// 128 hexadecimal digits.
    pub value: String,
}

/// Why a record is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceFault {
    #[error("it is no evidence record ({0}); give a file that `concord gate --output json` wrote")]
    NoRecord(String),
    #[error(
        "it has the shape `{found}`; this program knows `{EVIDENCE_SCHEMA}`, so take the version of Concord that wrote it"
    )]
    Schema { found: u32 },
    #[error("it carries no signature")]
    Unsigned,
    #[error("its signature is of the kind `{0}`; `{ALGORITHM}` is read")]
    Algorithm(String),
    #[error("its public key is not 64 hexadecimal digits of a key, or its signature not 128")]
    Malformed,
    #[error(
        "its signature does not fit: the record was changed after it was signed, or signed with another key"
    )]
    Changed,
    #[error("it is signed with the key {found}, not with one that you trust")]
    Stranger { found: String },
    #[error("it contradicts itself: {0}")]
    Contradiction(String),
}

/// A record that is what was signed and does not contradict itself.
#[derive(Clone, Debug)]
pub struct VerifiedEvidence {
    pub evidence: Evidence,
    pub public_key: PublicKey,
    /// Whether the key is one of those that were to be trusted.
    pub is_trusted: bool,
}

impl EvidenceKey {
    /// The key of 32 secret bytes.
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The half that is published.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    fn sign(&self, record: &Value) -> Signature {
        let value = self.0.sign(message(record).as_bytes()).to_bytes();
        Signature {
            algorithm: ALGORITHM.to_owned(),
            public_key: self.public().to_string(),
            value: hexadecimal(&value),
        }
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hexadecimal(self.0.as_bytes()))
    }
}

impl FromStr for PublicKey {
    type Err = EvidenceFault;

    fn from_str(text: &str) -> Result<Self, EvidenceFault> {
        let bytes = bytes_of::<32>(text.trim()).ok_or(EvidenceFault::Malformed)?;
        VerifyingKey::from_bytes(&bytes)
            .map(Self)
            .map_err(|_| EvidenceFault::Malformed)
    }
}

impl Evidence {
    /// The record with a signature, in the place of one that it may have.
    pub fn signed(mut self, key: &EvidenceKey) -> Self {
        self.signature = None;
        let record = serde_json::to_value(&self).expect("records have string keys only");
        self.signature = Some(key.sign(&record));
        self
    }
}

/// Checks a record without the store that it came from: its signature, its shape, that its lot is the one that its hash names, that its
/// status is the worst of its checks, and that the verdict on every rate follows from its counts.
///
/// # Errors
/// What is wrong with it, the signature first. With `trusted` keys, a record of another key is refused.
pub fn verify_evidence(
    text: &str,
    trusted: &[PublicKey],
) -> Result<VerifiedEvidence, EvidenceFault> {
    let no_record = |error: serde_json::Error| EvidenceFault::NoRecord(error.to_string());
    let mut record: Value = serde_json::from_str(text).map_err(no_record)?;
    let members = record
        .as_object_mut()
        .ok_or_else(|| EvidenceFault::NoRecord("it is no JSON object".to_owned()))?;
    let signature = members.remove(MEMBER).ok_or(EvidenceFault::Unsigned)?;
    let signature: Signature = serde_json::from_value(signature).map_err(no_record)?;
    let public_key = check(&record, &signature)?;
    let is_trusted = trusted.contains(&public_key);
    if !trusted.is_empty() && !is_trusted {
        return Err(EvidenceFault::Stranger {
            found: public_key.to_string(),
        });
    }
    let schema = record.get("schema").and_then(Value::as_u64);
    if let Some(found) = schema.and_then(|found| u32::try_from(found).ok())
        && found != EVIDENCE_SCHEMA
    {
        return Err(EvidenceFault::Schema { found });
    }
    let mut evidence: Evidence = serde_json::from_value(record).map_err(no_record)?;
    contradiction(&evidence).map_or(Ok(()), |what| Err(EvidenceFault::Contradiction(what)))?;
    evidence.signature = Some(signature);
    Ok(VerifiedEvidence {
        evidence,
        public_key,
        is_trusted,
    })
}

fn check(record: &Value, signature: &Signature) -> Result<PublicKey, EvidenceFault> {
    if signature.algorithm != ALGORITHM {
        return Err(EvidenceFault::Algorithm(signature.algorithm.clone()));
    }
    let public_key: PublicKey = signature.public_key.parse()?;
    let value = bytes_of::<64>(&signature.value).ok_or(EvidenceFault::Malformed)?;
    let value = ed25519_dalek::Signature::from_bytes(&value);
    // Strict, so that no second signature of one record is accepted.
    public_key
        .0
        .verify_strict(message(record).as_bytes(), &value)
        .map_err(|_| EvidenceFault::Changed)?;
    Ok(public_key)
}

/// A record that was signed and yet cannot be: the program that signed it was faulty, or its key was misused.
fn contradiction(evidence: &Evidence) -> Option<String> {
    if evidence.lot.n_studies != evidence.lot.studies.len() as u64 {
        return Some("its lot does not have the number of studies that it states".to_owned());
    }
    if evidence.lot.hash != lot_hash_of(&evidence.lot.studies) {
        return Some("the hash of its lot is not that of its studies".to_owned());
    }
    if evidence.status != evidence.overall() {
        return Some(format!(
            "its status is {}, the worst of its checks {}",
            evidence.status,
            evidence.overall()
        ));
    }
    evidence.checks.iter().find_map(|check| {
        let doubt = follows_from_counts(check, evidence).err()?;
        Some(format!("check `{}`: {doubt}", check.name))
    })
}

fn message(record: &Value) -> String {
    format!("{CONTEXT}{}", canonical_json(record))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Exactly so many bytes in hexadecimal digits.
fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}
