use super::fixtures::{clean_lot, count, judged};
use crate::domain::{ReferenceKind, Stage, Status};
use crate::gates::*;
use serde_json::Value;

fn key() -> EvidenceKey {
    EvidenceKey::of_seed(&[7; 32])
}

fn record() -> String {
    judged(&Policy::default(), &clean_lot())
        .signed(&key())
        .to_json()
}

/// The record with one member changed and signed again, as a faulty program would write it.
fn resigned(change: impl FnOnce(&mut Evidence)) -> String {
    let mut evidence = judged(&Policy::default(), &clean_lot());
    change(&mut evidence);
    evidence.signed(&key()).to_json()
}

#[test]
fn a_signed_record_is_verified_and_equal_inputs_give_equal_bytes() {
    assert_eq!(record(), record());
    let verified = verify_evidence(&record(), &[]).expect("a sound record");
    assert_eq!(verified.evidence.status, Status::Pass);
    assert_eq!(verified.public_key, key().public());
    assert!(!verified.is_trusted);
    let verified = verify_evidence(&record(), &[key().public()]).expect("a sound record");
    assert!(verified.is_trusted);
    // Spaces and the order of keys are no part of what is signed.
    let value: Value = serde_json::from_str(&record()).expect("JSON");
    let spread = serde_json::to_string_pretty(&value).expect("JSON");
    assert_ne!(spread, record());
    assert!(verify_evidence(&spread, &[]).is_ok());
}

#[test]
fn the_signature_is_that_of_rfc_8032() {
    // The secret and public key of test 1 in section 7.1.
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let bytes: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&seed[2 * at..2 * at + 2], 16).expect("digits"))
        .collect();
    let key = EvidenceKey::of_seed(&bytes.try_into().expect("32 bytes"));
    assert_eq!(
        key.public().to_string(),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
}

#[test]
fn no_byte_of_a_record_can_be_changed() {
    let record = record();
    let mut n_refused = 0;
    for at in 0..record.len() {
        for bit in [0, 1, 4] {
            let mut bytes = record.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            let equal = serde_json::from_str::<Value>(&text).ok()
                == serde_json::from_str::<Value>(&record).ok();
            assert!(equal || verify_evidence(&text, &[]).is_err(), "byte {at}");
            n_refused += usize::from(!equal);
        }
    }
    assert!(n_refused > 1_000, "only {n_refused}");
}

#[test]
fn faults_are_told_apart() {
    let fault = |text: &str| verify_evidence(text, &[]).expect_err("a fault");
    assert!(matches!(fault("{"), EvidenceFault::NoRecord(_)));
    assert!(matches!(fault("[]"), EvidenceFault::NoRecord(_)));
    let unsigned = judged(&Policy::default(), &clean_lot()).to_json();
    assert_eq!(fault(&unsigned), EvidenceFault::Unsigned);
    let other = EvidenceKey::of_seed(&[8; 32]).public();
    let stranger = verify_evidence(&record(), &[other]).expect_err("another key");
    assert!(stranger.to_string().contains(&key().public().to_string()));
    let newer = resigned(|evidence| evidence.schema = EVIDENCE_SCHEMA + 1);
    assert_eq!(
        fault(&newer),
        EvidenceFault::Schema {
            found: EVIDENCE_SCHEMA + 1
        }
    );
    // A key that is replaced beside the record does not fit its signature.
    let replaced = record().replace(&key().public().to_string(), &other.to_string());
    assert_eq!(fault(&replaced), EvidenceFault::Changed);
    let cut = record().replace(&key().public().to_string(), "ab");
    assert_eq!(fault(&cut), EvidenceFault::Malformed);
}

#[test]
fn a_signed_record_that_contradicts_itself_is_not_believed() {
    let mut figures = clean_lot();
    figures.error_counts = Stage::ALL
        .iter()
        .map(|&stage| count(stage, ReferenceKind::Gold, 9, 249))
        .collect();
    let failed = judged(&Policy::default(), &figures);
    assert_ne!(failed.status, Status::Pass);
    let doubts = [
        {
            let mut opened = failed.clone();
            opened.status = Status::Pass;
            opened.signed(&key()).to_json()
        },
        {
            let mut passed = failed.clone();
            for check in &mut passed.checks {
                check.status = Status::Pass;
            }
            passed.status = Status::Pass;
            passed.signed(&key()).to_json()
        },
        resigned(|evidence| evidence.checks[0].numerator = Some(3)),
        resigned(|evidence| evidence.checks[0].upper = Some(0.001)),
        resigned(|evidence| evidence.lot.studies.truncate(3)),
        resigned(|evidence| evidence.lot.studies[0] = "another".to_owned()),
    ];
    for record in &doubts {
        let fault = verify_evidence(record, &[]).expect_err("a contradiction");
        assert!(matches!(fault, EvidenceFault::Contradiction(_)), "{fault}");
    }
    assert_eq!(doubts.len(), 6);
    assert!(verify_evidence(&failed.signed(&key()).to_json(), &[]).is_ok());
}
