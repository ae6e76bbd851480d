//! `concord import` and `concord gate`: what exit codes, evidence and JUnit files tell a pipeline.

use super::{folder, json, refused, run, stderr, stdout};
use serde_json::Value;
use std::path::Path;

const POLICY: &str = "name = \"release\"\nversion = \"1\"\nevidence = \"bounds\"\nconfidence = 0.95\n\
    [[check]]\nkind = \"error_rate\"\nstage = \"annotation\"\nlimit = 0.012\n";

/// A project of `n` studies of which the first `n_assessed` have a reference, the first `n_wrong` against it.
fn project(folder: &Path, name: &str, n: usize, n_assessed: usize, n_wrong: usize) {
    let mut text = String::from("item,rater,label,stage,reference,finished_at\n");
    for at in 0..n {
        let label = if at < n_wrong { "malignant" } else { "benign" };
        text += &format!("c{at},anna,{label},annotation,,2026-11-16\n");
        if at < n_assessed {
            text += &format!("c{at},expert,benign,annotation,adjudicated,2026-11-16\n");
        }
    }
    let file = format!("{name}.csv");
    std::fs::write(folder.join(&file), text).expect("a file");
    let output = run(
        folder,
        &[
            "import",
            &file,
            "--project",
            name,
            "--quiet",
            "--data-dir",
            "data",
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn the_exit_code_of_the_gate_is_its_verdict() {
    let folder = folder();
    let at = folder.path();
    std::fs::write(at.join("policy.toml"), POLICY).expect("a file");
    project(at, "pass", 400, 400, 0);
    project(at, "fail", 200, 200, 40);
    project(at, "few", 600, 20, 0);
    // A pipeline that reads the JUnit file alone must not take a lack of evidence for a pass.
    for (name, code, status, n_failures) in [
        ("pass", 0, "pass", 0),
        ("fail", 1, "fail", 1),
        ("few", 3, "insufficient_evidence", 1),
    ] {
        let call = |output: &str| {
            run(
                at,
                &[
                    "gate",
                    "--project",
                    name,
                    "--policy",
                    "policy.toml",
                    "--data-dir",
                    "data",
                    "--output",
                    output,
                    "--junit",
                    "out/junit.xml",
                ],
            )
        };
        let answer = call("json");
        assert_eq!(
            answer.status.code(),
            Some(code),
            "{name}: {} {}",
            stdout(&answer),
            stderr(&answer)
        );
        let evidence: Value = serde_json::from_slice(&answer.stdout).expect("JSON");
        assert_eq!(evidence["status"], status, "{name}");
        for field in ["lot", "policy", "checks"] {
            assert!(!evidence[field].is_null(), "{name}: {field}");
        }
        let check = &evidence["checks"][0];
        for field in [
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
            assert!(check.get(field).is_some(), "{name}: {field} in {check}");
        }
        assert_eq!(check["status"], status, "{name}");
        assert_eq!(check["limit"], 0.012);
        let junit = std::fs::read_to_string(at.join("out/junit.xml")).expect("a JUnit file");
        assert!(junit.starts_with("<?xml"), "{junit}");
        assert_eq!(junit.matches("<testcase ").count(), 1, "{junit}");
        assert_eq!(
            junit.matches("<failure").count(),
            n_failures,
            "{name}: {junit}"
        );
        for output in ["table", "md"] {
            let answer = call(output);
            assert_eq!(answer.status.code(), Some(code), "{name} {output}");
            assert!(
                stdout(&answer).contains("error_rate.annotation"),
                "{name} {output}: {}",
                stdout(&answer)
            );
        }
    }
    let of = |name: &str| json_of(at, name);
    assert_eq!(
        (
            &of("fail")["checks"][0]["numerator"],
            &of("fail")["checks"][0]["denominator"]
        ),
        (&40.into(), &200.into())
    );
    // 20 clean audits prove nothing about 1.2 %: some hundreds more are needed.
    let further = of("few")["checks"][0]["further_clean_audits"]
        .as_u64()
        .expect("a count");
    assert!((100..400).contains(&further), "{further}");
}

fn json_of(folder: &Path, name: &str) -> Value {
    let answer = run(
        folder,
        &[
            "gate",
            "--project",
            name,
            "--policy",
            "policy.toml",
            "--data-dir",
            "data",
            "--output",
            "json",
        ],
    );
    serde_json::from_slice(&answer.stdout).expect("JSON")
}

#[test]
fn a_gate_that_cannot_judge_answers_with_2() {
    let folder = folder();
    let at = folder.path();
    project(at, "p", 10, 10, 0);
    let broken = POLICY
        .replace("error_rate", "mood")
        .replace("limit", "limits");
    std::fs::write(at.join("broken.toml"), broken).expect("a file");
    std::fs::write(at.join("policy.toml"), POLICY).expect("a file");
    std::fs::write(at.join("lot.txt"), "c1\nnobody\n").expect("a file");
    let gate = |more: &[&'static str]| -> Vec<&'static str> {
        [&["gate", "--data-dir", "data"], more].concat()
    };
    refused(
        at,
        &gate(&["--project", "p", "--policy", "broken.toml"]),
        &["broken.toml", "mood"],
    );
    refused(at, &gate(&["--project", "q"]), &["there is no project `q`"]);
    refused(
        at,
        &gate(&["--project", "p", "--lot", "missing.txt"]),
        &["`missing.txt`"],
    );
    refused(at, &gate(&["--project", "p", "--on", "soon"]), &["soon"]);
    // A study that nobody imported cannot ship unnoticed.
    let unknown = run(
        at,
        &gate(&[
            "--project",
            "p",
            "--policy",
            "policy.toml",
            "--lot",
            "lot.txt",
        ]),
    );
    assert_ne!(unknown.status.code(), Some(0), "{}", stdout(&unknown));
}

#[test]
fn the_same_export_imported_twice_is_one_import() {
    let folder = folder();
    let at = folder.path();
    std::fs::write(
        at.join("r.csv"),
        "item,rater,label\na,x,yes\na,y,no\nb,x,yes\n",
    )
    .expect("a file");
    let import = |more: &[&'static str]| -> Value {
        json(
            at,
            &[
                &[
                    "import",
                    "r.csv",
                    "--project",
                    "p",
                    "--data-dir",
                    "data",
                    "--output",
                    "json",
                ],
                more,
            ]
            .concat(),
        )
    };
    let first = import(&[]);
    let second = import(&[]);
    assert_eq!(first[0]["already_imported"], false);
    assert_eq!(second[0]["already_imported"], true);
    for field in ["import", "file", "sha256", "report"] {
        assert_eq!(first[0][field], second[0][field], "{field}");
    }
    // Other options make it another import.
    let third = import(&["--stage", "training"]);
    assert_eq!(third[0]["already_imported"], false);
    assert_ne!(third[0]["import"], first[0]["import"]);
    let text = stdout(&run(
        at,
        &["import", "r.csv", "--project", "p", "--data-dir", "data"],
    ));
    assert!(text.contains("imported before as import"), "{text}");
}

#[test]
fn a_failed_import_keeps_nothing() {
    let folder = folder();
    let at = folder.path();
    std::fs::write(at.join("good.csv"), "item,rater,label\na,x,yes\n").expect("a file");
    std::fs::write(
        at.join("bad.json"),
        "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}], \"annotations\": [{\"id\"",
    )
    .expect("a file");
    let import = |file: &'static str| {
        run(
            at,
            &[
                "import",
                file,
                "--project",
                "p",
                "--annotator",
                "z",
                "--data-dir",
                "data",
            ],
        )
    };
    assert_eq!(import("good.csv").status.code(), Some(0));
    let bad = import("bad.json");
    assert_eq!(bad.status.code(), Some(2), "{}", stdout(&bad));
    assert!(stderr(&bad).contains("bad.json"), "{}", stderr(&bad));
    let store = concord::store::Store::open(&at.join("data")).expect("a store");
    let projects = store.projects().expect("projects");
    assert_eq!(projects.len(), 1);
    assert_eq!(store.imports(projects[0].id).expect("imports").len(), 1);
}
