//! The release gate from stored readings to evidence: exactly at the numbers that decide, and byte for byte.

use crate::stored::import_text;
use concord::domain::{IngestOptions, Status};
use concord::gates::{Evidence, Policy, WaiverState, exit_code, parse_policy};
use concord::pipeline::{LotRequest, PipelineError, Project, create_project, judge};
use concord::store::Store;
use std::fmt::Write;

const HEADER: &str = "item,rater,label,study,stage,role,reference,finished_at\n";

/// A project of `n_studies` films, of which the first `n_assessed` have a gold answer and the first `n_errors` are wrong.
fn films(stage: &str, n_studies: usize, n_assessed: usize, n_errors: usize) -> (Store, Project) {
    let store = Store::in_memory().expect("a database in memory");
    let project = create_project(&store, "chest", None).expect("a project");
    let mut text = HEADER.to_owned();
    for film in 0..n_studies {
        let label = if film < n_errors { "opacity" } else { "nodule" };
        writeln!(
            text,
            "f{film},reader,{label},S{film:05},{stage},annotator,,"
        )
        .expect("text");
        if film < n_assessed {
            writeln!(
                text,
                "f{film},gold-1,nodule,S{film:05},{stage},clinician,gold,"
            )
            .expect("text");
        }
    }
    if n_studies > 0 {
        let none = IngestOptions::default();
        import_text(&store, &project, "films.csv", &text, &none).expect("a table");
    }
    (store, project)
}

fn policy(text: &str) -> Policy {
    parse_policy("policy", text).unwrap_or_else(|error| panic!("{error}"))
}

fn error_rate(stage: &str) -> String {
    format!(
        "name = \"p\"\nversion = \"1\"\n[[check]]\nkind = \"error_rate\"\nstage = \"{stage}\"\nlimit = 0.012\n"
    )
}

fn on_day(studies: Option<Vec<String>>) -> LotRequest {
    LotRequest {
        studies,
        evaluated_on: Some("2026-11-23".to_owned()),
    }
}

fn judged((store, project): &(Store, Project), policy: &Policy) -> Evidence {
    judge(store, project, policy, &on_day(None)).expect("a record")
}

#[test]
fn a_lot_passes_at_exactly_the_sample_that_the_finite_population_asks_for() {
    for (n_studies, enough) in [(250, 158), (500, 196), (1_000, 220)] {
        for (n_assessed, status, further) in [
            (enough - 1, Status::InsufficientEvidence, 1),
            (enough, Status::Pass, 0),
        ] {
            let lot = films("annotation", n_studies, n_assessed, 0);
            let evidence = judged(&lot, &policy(&error_rate("annotation")));
            let check = &evidence.checks[0];
            assert_eq!(
                (evidence.status, check.status),
                (status, status),
                "{n_assessed} of {n_studies}"
            );
            assert_eq!(
                (check.numerator, check.denominator),
                (Some(0), Some(n_assessed as u64))
            );
            assert_eq!(
                check.further_clean_audits,
                Some(further),
                "{n_assessed} of {n_studies}"
            );
        }
    }
}

#[test]
fn an_unbounded_process_needs_249_394_or_523_units() {
    for (n_errors, enough) in [(0, 249), (1, 394), (2, 523)] {
        for (n_assessed, status) in [
            (enough - 1, Status::InsufficientEvidence),
            (enough, Status::Pass),
        ] {
            let process = films("training", n_assessed, n_assessed, n_errors);
            let evidence = judged(&process, &policy(&error_rate("training")));
            assert_eq!(evidence.status, status, "{n_errors} of {n_assessed}");
        }
    }
}

#[test]
fn a_lot_that_is_assessed_as_a_whole_is_judged_by_its_rate_and_the_limit_is_strict() {
    for (n_errors, status, code) in [(2, Status::Pass, 0), (3, Status::Fail, 1)] {
        let lot = films("annotation", 250, 250, n_errors);
        let evidence = judged(&lot, &policy(&error_rate("annotation")));
        assert_eq!(evidence.status, status, "{n_errors} of 250 against 1.2 %");
        assert_eq!(exit_code(evidence.status), code);
        assert_eq!(evidence.opens_gate(), code == 0);
    }
}

#[test]
fn the_point_rule_takes_the_rate_as_observed_and_says_so() {
    let text = error_rate("annotation").replace("[[check]]", "evidence = \"point\"\n[[check]]");
    for (n_assessed, n_errors, status) in [
        (10, 0, Status::Pass),
        (84, 1, Status::Pass),
        (83, 1, Status::Fail),
    ] {
        let lot = films("annotation", 250, n_assessed, n_errors);
        let evidence = judged(&lot, &policy(&text));
        assert_eq!(evidence.status, status, "{n_errors} of {n_assessed}");
        let reason = &evidence.checks[0].reason;
        assert!(reason.contains("point rule"), "{reason}");
    }
}

#[test]
fn an_empty_project_proves_nothing() {
    let empty = films("annotation", 0, 0, 0);
    let evidence = judged(&empty, &Policy::default());
    assert_eq!(
        (evidence.status, exit_code(evidence.status)),
        (Status::NotApplicable, 3)
    );
    assert!(!evidence.opens_gate());
    assert!(
        evidence
            .checks
            .iter()
            .all(|check| check.status == Status::NotApplicable)
    );
    assert_eq!(evidence.lot.n_studies, 0);
}

#[test]
fn work_without_reference_is_not_applicable_rather_than_free_of_errors() {
    let unassessed = films("annotation", 30, 0, 0);
    let evidence = judged(&unassessed, &policy(&error_rate("annotation")));
    assert_eq!(
        (evidence.status, exit_code(evidence.status)),
        (Status::NotApplicable, 3)
    );
}

fn with_waiver(expires: &str) -> Policy {
    policy(&format!(
        "{}[[waiver]]\ncheck = \"error_rate.annotation\"\nname = \"Dr. Adler\"\nreason = \"known scanner fault\"\nexpires = \"{expires}\"\n",
        error_rate("annotation")
    ))
}

#[test]
fn a_waiver_opens_the_gate_for_a_failure_until_its_last_day_and_for_nothing_else() {
    let failing = films("annotation", 250, 250, 9);
    for (expires, state, status) in [
        ("2026-11-23", WaiverState::Applied, Status::Pass),
        ("2026-11-22", WaiverState::Expired, Status::Fail),
    ] {
        let evidence = judged(&failing, &with_waiver(expires));
        assert_eq!(
            (evidence.status, evidence.waivers[0].state),
            (status, state)
        );
        assert_eq!(
            evidence.checks[0].status,
            Status::Fail,
            "the finding itself stays"
        );
        let waived_by = evidence.checks[0].waived_by.as_deref();
        assert_eq!(
            waived_by,
            (state == WaiverState::Applied).then_some("Dr. Adler")
        );
        assert_eq!(evidence.waivers[0].reason, "known scanner fault");
    }
    let unproved = judged(&films("annotation", 250, 20, 0), &with_waiver("2026-12-31"));
    assert_eq!(unproved.waivers[0].state, WaiverState::NotWaivable);
    assert_eq!(unproved.status, Status::InsufficientEvidence);
    let passing = judged(
        &films("annotation", 250, 250, 0),
        &with_waiver("2026-12-31"),
    );
    assert_eq!(passing.waivers[0].state, WaiverState::NotNeeded);
}

#[test]
fn equal_inputs_give_equal_bytes_whatever_the_order_of_the_lot() {
    let build = || films("annotation", 60, 40, 2);
    let (first, second) = (build(), build());
    let rule = policy(&error_rate("annotation"));
    let lot: Vec<String> = (0..50).map(|film| format!("S{film:05}")).collect();
    let reversed: Vec<String> = lot.iter().rev().cloned().collect();
    let [a, b, c] = [
        judge(&first.0, &first.1, &rule, &on_day(Some(lot.clone()))),
        judge(&first.0, &first.1, &rule, &on_day(Some(lot.clone()))),
        judge(&second.0, &second.1, &rule, &on_day(Some(reversed))),
    ]
    .map(|evidence| evidence.expect("a record"));
    assert_eq!(a.to_json(), b.to_json());
    assert_eq!(a.to_json(), c.to_json());
    assert_eq!((a.lot.n_studies, a.lot.studies.len()), (50, 50));

    let kept = first.0.gate_evaluations(first.1.id, None).expect("records");
    assert_eq!(kept.len(), 2, "every evaluation is kept");
    assert_eq!(kept[0].record.evidence_json, a.to_json());
    let read: Evidence = serde_json::from_str(&kept[0].record.evidence_json).expect("a record");
    assert_eq!((read.hash(), &read), (a.hash(), &a));

    let other =
        judge(&first.0, &first.1, &rule, &on_day(Some(lot[1..].to_vec()))).expect("a record");
    assert_ne!(other.lot.hash, a.lot.hash);
}

#[test]
fn only_the_studies_of_the_lot_count() {
    let (store, project) = films("annotation", 300, 300, 9);
    let clean: Vec<String> = (9..300).map(|film| format!("S{film:05}")).collect();
    let rule = policy(&error_rate("annotation"));
    let evidence = judge(&store, &project, &rule, &on_day(Some(clean))).expect("a record");
    assert_eq!(evidence.status, Status::Pass);
    assert_eq!(
        (evidence.checks[0].numerator, evidence.checks[0].denominator),
        (Some(0), Some(291))
    );
}

#[test]
fn agreement_is_that_on_the_studies_of_the_lot() {
    let store = Store::in_memory().expect("a database in memory");
    let project = create_project(&store, "chest", None).expect("a project");
    let mut text = HEADER.to_owned();
    for film in 0..40 {
        for rater in ["a", "b"] {
            let label = if film >= 20 && rater == "b" {
                "opacity"
            } else {
                "nodule"
            };
            writeln!(
                text,
                "f{film},{rater},{label},S{film:02},annotation,annotator,,"
            )
            .expect("text");
        }
    }
    import_text(
        &store,
        &project,
        "films.csv",
        &text,
        &IngestOptions::default(),
    )
    .expect("a table");
    let rule = policy(
        "name = \"p\"\nversion = \"1\"\n[[check]]\nkind = \"agreement_floor\"\ncoefficient = \"percent_agreement\"\nfloor = 0.8\n",
    );
    let agreeing: Vec<String> = (0..20).map(|film| format!("S{film:02}")).collect();
    for (lot, status, value, n) in [
        (Some(agreeing), Status::Pass, 1.0, 20),
        (None, Status::Fail, 0.5, 40),
    ] {
        let evidence = judge(&store, &project, &rule, &on_day(lot)).expect("a record");
        let check = &evidence.checks[0];
        assert_eq!(
            (check.status, check.value, check.denominator),
            (status, Some(value), Some(n))
        );
    }
}

#[test]
fn a_lot_that_names_an_unknown_study_is_refused_and_not_recorded() {
    let (store, project) = films("annotation", 3, 3, 0);
    let lot = vec!["S00001".to_owned(), "S99999".to_owned()];
    let refused = judge(
        &store,
        &project,
        &policy(&error_rate("annotation")),
        &on_day(Some(lot)),
    );
    match refused {
        Err(PipelineError::Parameter {
            what: "lot", given, ..
        }) => assert_eq!(given, "S99999"),
        other => panic!("{other:?}"),
    }
    assert!(
        store
            .gate_evaluations(project.id, None)
            .expect("records")
            .is_empty()
    );
}
