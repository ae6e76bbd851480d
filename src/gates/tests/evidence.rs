use super::fixtures::{TODAY, clean_lot, count, day, judged};
use crate::domain::{ReferenceKind, Stage, Status};
use crate::gates::inputs::{Completeness, Lot, LotFigures};
use crate::gates::*;

fn incomplete_lot() -> LotFigures {
    LotFigures {
        completeness: Completeness {
            n_required: 300,
            n_labelled: 299,
            gaps: Vec::new(),
        },
        ..clean_lot()
    }
}

fn waived(check: &str, expires: &str) -> Policy {
    let waiver = Waiver {
        check: check.to_owned(),
        name: "Head of annotation".to_owned(),
        reason: "one study was lost".to_owned(),
        expires: day(expires),
    };
    Policy {
        waivers: vec![waiver],
        ..Policy::default()
    }
}

#[test]
fn a_clean_lot_opens_the_gate() {
    let evidence = judged(&Policy::default(), &clean_lot());
    assert!(evidence.opens_gate());
    assert_eq!(evidence.headline(), "The gate is open: all 6 checks pass.");
    assert_eq!(evidence.inputs, ["a".repeat(64), "b".repeat(64)]);
    assert_eq!(
        (evidence.lot.n_studies, evidence.schema),
        (300, EVIDENCE_SCHEMA)
    );
    assert_eq!(
        (evidence.policy.confidence, evidence.policy.evidence),
        (0.95, EvidenceRule::Bounds)
    );
}

#[test]
fn the_overall_status_is_the_worst_of_the_checks() {
    let too_few = |figures: &mut LotFigures| figures.error_counts[0].n_assessed = 100;
    let failed = |figures: &mut LotFigures| figures.completeness.n_labelled = 299;
    let nothing = |figures: &mut LotFigures| figures.throughput.clear();
    let broken = |figures: &mut LotFigures| figures.open_invalid.n_open = 9999;
    type Spoil<'a> = &'a dyn Fn(&mut LotFigures);
    let rows: [(&[Spoil<'_>], Status, u8); 6] = [
        (&[], Status::Pass, 0),
        (&[&too_few], Status::InsufficientEvidence, 3),
        (&[&too_few, &failed], Status::Fail, 1),
        (&[&nothing], Status::NotApplicable, 3),
        (&[&too_few, &failed, &nothing], Status::NotApplicable, 3),
        (&[&too_few, &failed, &nothing, &broken], Status::Error, 2),
    ];
    for (spoils, status, code) in rows {
        let mut figures = clean_lot();
        spoils.iter().for_each(|spoil| spoil(&mut figures));
        let evidence = judged(&Policy::default(), &figures);
        assert_eq!(
            (evidence.status, exit_code(evidence.status)),
            (status, code)
        );
        assert_eq!(evidence.opens_gate(), code == 0);
    }
}

#[test]
fn an_empty_lot_opens_nothing() {
    let figures = LotFigures {
        lot: Lot::default(),
        ..clean_lot()
    };
    let evidence = judged(&Policy::default(), &figures);
    assert!(
        evidence
            .checks
            .iter()
            .all(|check| check.status == Status::NotApplicable)
    );
    assert_eq!(
        (evidence.status, evidence.lot.n_studies),
        (Status::NotApplicable, 0)
    );
    let nothing_known = judged(&Policy::default(), &LotFigures::default());
    assert_eq!(nothing_known.status, Status::NotApplicable);
}

#[test]
fn a_policy_without_checks_opens_nothing() {
    let evidence = judged(
        &Policy {
            checks: Vec::new(),
            ..Policy::default()
        },
        &clean_lot(),
    );
    assert_eq!(evidence.status, Status::NotApplicable);
    assert_eq!(
        evidence.headline(),
        "The gate is shut: the policy has no checks."
    );
}

#[test]
fn a_waiver_lets_a_failure_pass_until_the_end_of_its_last_day() {
    for (expires, status, state) in [
        (TODAY, Status::Pass, WaiverState::Applied),
        ("2027-01-01", Status::Pass, WaiverState::Applied),
        ("2026-11-22", Status::Fail, WaiverState::Expired),
    ] {
        let evidence = judged(&waived("completeness", expires), &incomplete_lot());
        assert_eq!(
            (evidence.status, evidence.waivers[0].state),
            (status, state)
        );
        let check = evidence
            .checks
            .iter()
            .find(|check| check.name == "completeness")
            .unwrap();
        // The check itself still says that it failed.
        assert_eq!(check.status, Status::Fail);
        let by = (state == WaiverState::Applied).then_some("Head of annotation");
        assert_eq!(check.waived_by.as_deref(), by);
    }
    let evidence = judged(&waived("completeness", TODAY), &incomplete_lot());
    assert_eq!(
        evidence.headline(),
        "The gate is open: all 6 checks pass, 1 by waiver."
    );
}

#[test]
fn an_expired_waiver_does_not_hide_a_renewed_one() {
    let mut policy = waived("completeness", "2026-01-01");
    policy
        .waivers
        .extend(waived("completeness", "2026-12-31").waivers);
    let evidence = judged(&policy, &incomplete_lot());
    let states: Vec<_> = evidence.waivers.iter().map(|waiver| waiver.state).collect();
    assert_eq!(states, [WaiverState::Expired, WaiverState::Applied]);
    assert!(evidence.opens_gate());
}

#[test]
fn only_a_failure_can_be_waived() {
    let mut thin = clean_lot();
    thin.error_counts[0] = count(Stage::Training, ReferenceKind::Gold, 0, 20);
    let mut absent = clean_lot();
    absent.error_counts.remove(0);
    let policy = waived("error_rate.training", TODAY);
    let rows = [
        (clean_lot(), Status::Pass, WaiverState::NotNeeded),
        (thin, Status::InsufficientEvidence, WaiverState::NotWaivable),
        (absent, Status::NotApplicable, WaiverState::NotWaivable),
    ];
    for (figures, status, state) in rows {
        let evidence = judged(&policy, &figures);
        assert_eq!(
            (evidence.status, evidence.waivers[0].state),
            (status, state)
        );
    }
    let other = judged(&waived("no such check", TODAY), &incomplete_lot());
    assert_eq!(
        (other.status, other.waivers[0].state),
        (Status::Fail, WaiverState::UnknownCheck)
    );
}

#[test]
fn equal_inputs_give_equal_bytes_whatever_their_order() {
    let figures = clean_lot();
    let mut shuffled = clean_lot();
    shuffled.lot.studies.reverse();
    shuffled.lot.studies.push(figures.lot.studies[7].clone());
    shuffled.error_counts.reverse();
    shuffled.sites.reverse();
    shuffled.throughput.reverse();
    let (a, b) = (
        judged(&Policy::default(), &figures),
        judged(&Policy::default(), &shuffled),
    );
    assert_eq!(a.to_json(), b.to_json());
    assert_eq!(a.hash(), b.hash());
    assert_eq!(lot_hash(&figures.lot), lot_hash(&shuffled.lot));
    shuffled.lot.studies.push("another".to_owned());
    assert_ne!(lot_hash(&figures.lot), lot_hash(&shuffled.lot));
}

#[test]
fn the_record_reads_back_and_is_canonical() {
    for figures in [clean_lot(), incomplete_lot(), LotFigures::default()] {
        let evidence = judged(&waived("completeness", TODAY), &figures);
        let json = evidence.to_json();
        assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), evidence);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(canonical_json(&value), json);
        for key in ["status", "lot", "policy", "checks"] {
            assert!(value.get(key).is_some(), "{key}");
        }
        for check in value["checks"].as_array().unwrap() {
            for key in [
                "name",
                "status",
                "numerator",
                "denominator",
                "rate",
                "lower",
                "upper",
                "limit",
                "further_clean_audits",
                "reason",
            ] {
                assert!(check.get(key).is_some(), "{key}");
            }
        }
    }
}

#[test]
fn every_part_of_the_inputs_shows_in_the_record() {
    let base = judged(&Policy::default(), &clean_lot()).to_json();
    let mut figures = clean_lot();
    figures.error_counts[2].n_assessed = 250;
    assert_ne!(judged(&Policy::default(), &figures).to_json(), base);
    let policy = Policy {
        version: "2".to_owned(),
        ..Policy::default()
    };
    assert_ne!(judged(&policy, &clean_lot()).to_json(), base);
    figures = clean_lot();
    figures.lot.source = "project liver".to_owned();
    assert_ne!(judged(&Policy::default(), &figures).to_json(), base);
}
