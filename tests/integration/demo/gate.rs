//! What the gate says, and that all of it comes out the same twice.

use super::{Demo, demo, expected, import};
use concord::domain::Status;
use concord::pipeline::{LotRequest, judge, render_report};

#[test]
fn the_gate_says_what_the_readme_promises() {
    let Demo { store, programme } = demo();
    let request = LotRequest {
        studies: None,
        evaluated_on: Some("2026-11-23".to_owned()),
    };
    let evidence = judge(store, &programme.project, &programme.policy, &request).expect("a record");
    assert_eq!(evidence.status, Status::Fail);
    assert_eq!(
        Some(evidence.lot.n_studies),
        expected()["n_studies"].as_u64()
    );
    let found: Vec<(&str, &str, Option<u64>, Option<u64>)> = evidence
        .checks
        .iter()
        .map(|check| {
            (
                check.name.as_str(),
                check.status.as_str(),
                check.numerator,
                check.denominator,
            )
        })
        .collect();
    let band = &expected()["share_of_days_in_band"]["annotation"];
    assert_eq!(
        found[..4],
        [
            ("error_rate.training", "pass", Some(0), Some(440)),
            ("error_rate.annotation", "fail", Some(73), Some(1440)),
            (
                "error_rate.verification",
                "insufficient_evidence",
                Some(0),
                Some(40)
            ),
            (
                "throughput_band.annotation",
                "fail",
                band["n_in_band"].as_u64(),
                band["n_days"].as_u64()
            ),
        ]
    );
    assert_eq!(
        (found[4].0, found[4].1),
        ("open_invalid_annotations", "pass")
    );
    assert_eq!((found[5].0, found[5].1), ("site_diversity", "pass"));
    for check in &evidence.checks[..3] {
        let stage = check.stage.expect("a stage");
        let every: Vec<(String, u64, u64)> = check
            .by_reference
            .iter()
            .map(|of| (of.status.to_string(), of.numerator, of.denominator))
            .collect();
        for of in &check.by_reference {
            let row = &expected()["error_rate_by_stage"][format!("{stage}/{}", of.reference)];
            assert_eq!(
                (Some(of.numerator), Some(of.denominator)),
                (row["n_errors"].as_u64(), row["n"].as_u64()),
                "{stage} {every:?}"
            );
            assert_eq!(
                of.status.as_str(),
                row["status"],
                "{stage} {}",
                of.reference
            );
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes_of_evidence_and_report() {
    let again = import();
    let request = LotRequest {
        studies: None,
        evaluated_on: Some("2026-11-23".to_owned()),
    };
    let outcome = |run: &Demo| {
        let Demo { store, programme } = run;
        let evidence =
            judge(store, &programme.project, &programme.policy, &request).expect("a record");
        let reports = ["2026-W47", "all"].map(|week| {
            let mut report = run.report(week);
            report.generated_on = "2026-11-23".to_owned();
            ["json", "md", "html"].map(|kind| render_report(&report, kind).expect("rendered"))
        });
        (evidence.to_json(), reports)
    };
    let (first, second) = (outcome(demo()), outcome(&again));
    assert_eq!(first.0, second.0);
    for (first, second) in first.1.iter().flatten().zip(second.1.iter().flatten()) {
        assert!(first == second, "{}", first_difference(first, second));
    }
}

fn first_difference(first: &str, second: &str) -> String {
    let different = first.lines().zip(second.lines()).find(|(a, b)| a != b);
    let cut = |line: &str| line.chars().take(300).collect::<String>();
    different.map_or("one is longer".to_owned(), |(a, b)| {
        format!("{}\n{}", cut(a), cut(b))
    })
}
