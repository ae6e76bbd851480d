//! `concord agreement --consensus`: each rater against the consensus, and a table that can be imported as a reference.

use super::{folder, json, refused, run, stderr, stdout};
use serde_json::Value;

/// Three raters on four films; the fourth ties between two of them.
const TABLE: &str = "item,r1,r2,r3\na,yes,yes,yes\nb,yes,yes,no\nc,no,no,no\nd,yes,no,\n";

fn with_table() -> tempfile::TempDir {
    let folder = folder();
    std::fs::write(folder.path().join("t.csv"), TABLE).expect("a file");
    folder
}

#[test]
fn a_majority_says_how_often_each_rater_agrees_with_all_and_with_the_others() {
    let folder = with_table();
    let found = json(
        folder.path(),
        &[
            "agreement",
            "t.csv",
            "--consensus",
            "majority",
            "--output",
            "json",
        ],
    );
    let consensus = &found["consensus"];
    assert_eq!(consensus["method"], "majority");
    assert_eq!(consensus["n_units"], 4);
    assert_eq!(
        (&consensus["n_decided"], &consensus["n_tied"]),
        (&Value::from(3), &Value::from(1))
    );
    let third = &consensus["raters"][2];
    assert_eq!(third["rater"], "r3");
    assert_eq!(third["with_all"]["n_agreed"], 2);
    assert_eq!(third["with_all"]["n"], 3);
    assert_eq!(third["with_others"]["share"], 2.0 / 3.0);
    // Without r1, films b and d leave one vote against the other or one alone: r1 says yes on d, r2 no.
    let first = &consensus["raters"][0]["with_others"];
    assert_eq!(
        (&first["n_agreed"], &first["n"]),
        (&Value::from(2), &Value::from(3))
    );
    assert_eq!(first["n_undecided"], 1);
    let text = stdout(&run(
        folder.path(),
        &["agreement", "t.csv", "--consensus", "majority"],
    ));
    assert!(
        text.contains("consensus by majority: 3 of 4 units decided, 1 tied"),
        "{text}"
    );
    assert!(text.contains("with the others"), "{text}");
    let without = json(folder.path(), &["agreement", "t.csv", "--output", "json"]);
    assert!(without.get("consensus").is_none());
}

#[test]
fn dawid_skene_gives_sensitivity_specificity_and_how_it_converged() {
    let folder = with_table();
    let arguments = ["agreement", "t.csv", "--consensus", "dawid-skene"];
    let found = json(
        folder.path(),
        &[&arguments[..], &["--output", "json"]].concat(),
    );
    let consensus = &found["consensus"];
    assert_eq!(consensus["convergence"]["converged"], true);
    assert!(
        consensus["convergence"]["log_likelihood"]
            .as_f64()
            .is_some_and(|value| value < 0.0)
    );
    assert_eq!(consensus["slipped_categories"], serde_json::json!([]));
    let shares = consensus["class_shares"].as_array().expect("a list");
    assert_eq!(shares.len(), 2);
    for rater in consensus["raters"].as_array().expect("a list") {
        for (at, category) in rater["categories"]
            .as_array()
            .expect("a list")
            .iter()
            .enumerate()
        {
            assert_eq!(category["category"], ["no", "yes"][at]);
            assert_eq!(category["sensitivity"], category["given"][at]);
            let other = &rater["categories"][1 - at]["sensitivity"];
            assert_eq!(&category["specificity"], other, "of two categories");
        }
    }
    let text = stdout(&run(folder.path(), &arguments));
    assert!(text.contains("converged after"), "{text}");
    assert!(text.contains("sensitivity"), "{text}");
}

#[test]
fn the_consensus_can_be_imported_as_a_reference() {
    let folder = with_table();
    let at = folder.path();
    let arguments = [
        "agreement",
        "t.csv",
        "--consensus",
        "majority",
        "--consensus-output",
        "out/c.csv",
    ];
    let output = run(at, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let csv = std::fs::read_to_string(at.join("out/c.csv")).expect("a table");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(
        (lines[0], lines[4]),
        ("item,rater,label,share", "d,majority,,0.5")
    );
    let read = json(
        at,
        &[
            "explain",
            "out/c.csv",
            "--reference",
            "consensus",
            "--output",
            "json",
        ],
    );
    assert_eq!(read["counts"]["readings"], 3, "a tie is no rating");
    assert_eq!(read["raters"][0], "majority");
    let imported = run(
        at,
        &[
            "import",
            "out/c.csv",
            "--project",
            "p",
            "--reference",
            "consensus",
            "--data-dir",
            "data",
        ],
    );
    assert_eq!(imported.status.code(), Some(0), "{}", stderr(&imported));
}

#[test]
fn a_consensus_of_numbers_and_a_table_without_a_method_are_refused() {
    let folder = folder();
    std::fs::write(folder.path().join("t.csv"), "item,r1,r2\na,1,2\nb,2,2\n").expect("a file");
    let at = folder.path();
    refused(
        at,
        &[
            "agreement",
            "t.csv",
            "--scale",
            "interval",
            "--consensus",
            "majority",
        ],
        &["--consensus", "nominal or ordinal"],
    );
    refused(
        at,
        &["agreement", "t.csv", "--consensus", "lottery"],
        &["lottery", "majority"],
    );
    refused(
        at,
        &["agreement", "t.csv", "--consensus-output", "c.csv"],
        &["--consensus"],
    );
}
