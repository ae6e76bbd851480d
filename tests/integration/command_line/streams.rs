//! Streams: data on stdout, messages on stderr, readers that stop early, colour and silence as asked for.

use super::{folder, program, run, stderr, stdout};
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

/// An export whose comparison with itself fills more than any pipe holds.
fn large(folder: &Path) {
    let images: Vec<String> = (0..600)
        .map(|at| {
            format!("{{\"id\": {at}, \"file_name\": \"i{at}.png\", \"width\": 64, \"height\": 64}}")
        })
        .collect();
    let boxes: Vec<String> = (0..600)
        .map(|at| {
            format!(
                "{{\"id\": {at}, \"image_id\": {at}, \"category_id\": 1, \"bbox\": [1, 2, 30, 40]}}"
            )
        })
        .collect();
    let text = format!(
        "{{\"images\": [{}], \"categories\": [{{\"id\": 1, \"name\": \"n\"}}], \"annotations\": [{}]}}",
        images.join(","),
        boxes.join(",")
    );
    std::fs::write(folder.join("large.json"), text).expect("a file");
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    let folder = folder();
    large(folder.path());
    let mut n_cases = 0;
    for output in ["json", "csv", "parquet", "table"] {
        for n_read in [0, 1, 100] {
            let mut child = program(folder.path())
                .args([
                    "compare",
                    "large.json",
                    "large.json",
                    "--annotator",
                    "x",
                    "--output",
                    output,
                ])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts");
            let mut pipe = child.stdout.take().expect("a pipe");
            pipe.read_exact(&mut vec![0; n_read])
                .expect("that much at least");
            drop(pipe);
            let ended = child.wait_with_output().expect("a child");
            assert_eq!(
                ended.status.code(),
                Some(0),
                "{output}, {n_read}: {}",
                stderr(&ended)
            );
            assert!(
                ended.stderr.is_empty(),
                "{output}, {n_read}: {}",
                stderr(&ended)
            );
            n_cases += 1;
        }
    }
    assert_eq!(n_cases, 12);
    // Messages may have no reader either.
    let mut child = program(folder.path())
        .args(["explain", "missing.json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("a child").code(), Some(2));
}

#[test]
fn colour_goes_to_nobody_who_did_not_ask_and_never_against_no_color() {
    let folder = folder();
    large(folder.path());
    let coloured = |set: &[(&str, &str)], arguments: &[&str]| {
        let output = program(folder.path())
            .args(arguments)
            .envs(set.iter().copied())
            .output()
            .expect("it starts");
        output.stdout.contains(&0x1b) || output.stderr.contains(&0x1b)
    };
    let calls: [&[&str]; 5] = [
        &["explain", "large.json"],
        &["compare", "large.json", "large.json", "--annotator", "x"],
        &["formats"],
        &["--help"],
        &["--zebra"],
    ];
    for call in calls {
        assert!(!coloured(&[], call), "{call:?} is coloured in a pipe");
        assert!(
            !coloured(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], call),
            "{call:?} against NO_COLOR"
        );
    }
    assert!(
        coloured(&[("CLICOLOR_FORCE", "1")], &["--zebra"]),
        "otherwise this test sees nothing"
    );
}

#[test]
fn quiet_silences_messages_and_leaves_data_and_errors() {
    let folder = folder();
    large(folder.path());
    let one = std::fs::read_to_string(folder.path().join("large.json"))
        .expect("a file")
        .replace("i7.png", "other.png");
    std::fs::write(folder.path().join("other.json"), one).expect("a file");
    let call = |more: &[&'static str]| {
        run(
            folder.path(),
            &[
                &["compare", "large.json", "other.json", "--annotator", "x"],
                more,
            ]
            .concat(),
        )
    };
    let loud = call(&[]);
    let silent = call(&["--quiet"]);
    assert!(stderr(&loud).contains("only in the reference"));
    assert!(silent.stderr.is_empty(), "{}", stderr(&silent));
    assert_eq!(stdout(&loud), stdout(&silent));
    let import = run(
        folder.path(),
        &[
            "import",
            "large.json",
            "--annotator",
            "x",
            "-q",
            "--data-dir",
            "data",
        ],
    );
    assert!(import.stderr.is_empty(), "{}", stderr(&import));
    assert!(stdout(&import).contains("scored 600 items"));
    let report = [
        "report",
        "calibration",
        "--week",
        "all",
        "--data-dir",
        "data",
        "--output",
        "json",
        "--to",
        "out/r.json",
    ];
    let written = run(folder.path(), &report);
    assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
    assert!(
        written.stdout.is_empty() && stderr(&written).contains("wrote out/r.json"),
        "{}",
        stderr(&written)
    );
    let text = std::fs::read(folder.path().join("out/r.json")).expect("a report");
    serde_json::from_slice::<serde_json::Value>(&text).expect("JSON");
    let error = run(folder.path(), &["explain", "missing.json", "--quiet"]);
    assert!(
        stderr(&error).contains("`missing.json`"),
        "errors are never silenced"
    );
}
