//! The program as scripts meet it: exit codes, data on stdout, messages on stderr, and the JSON that clients parse.

mod agreement;
mod compare;
mod consensus;
mod gate;
mod metrics;
mod streams;

use crate::corpus::fixtures;
use concord::importers::ALL;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program in a folder of its own, without what the caller's environment says about colour.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_concord"));
    command
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    command
}

fn run<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    program(folder)
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// Stdout as JSON, of a call that went well.
fn json<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Value {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// A call that is refused: exit code 2, nothing on stdout, one message on stderr that holds `words`.
fn refused<S: AsRef<OsStr>>(folder: &Path, arguments: &[S], words: &[&str]) {
    let output = run(folder, arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "{}", stdout(&output));
    assert!(!said.contains("panicked"), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn formats_lists_every_importer_with_all_that_it_says_about_itself() {
    let folder = folder();
    let found = json(folder.path(), &["formats", "--output", "json"]);
    let rows = found.as_array().expect("a list");
    assert_eq!(rows.len(), ALL.len());
    for (row, importer) in rows.iter().zip(ALL) {
        assert_eq!(row["format"], importer.format().key);
        assert_eq!(
            keys(row),
            [
                "convention",
                "detected_by",
                "format",
                "ignores",
                "maps",
                "rater",
                "title"
            ]
        );
        assert!(
            row.as_object()
                .expect("an object")
                .iter()
                // What draws nothing, or states positions of several kinds, has no convention of its own.
                .filter(|(key, _)| *key != "convention" || !importer.format().convention.is_empty())
                .all(|(_, text)| text.as_str().is_some_and(|text| text.len() > 3))
        );
    }
    let written = json(folder.path(), &["formats", "--output", "json", "--written"]);
    let written = written.as_array().expect("a list");
    assert_eq!(written.len(), concord::exporters::ALL.len());
    assert_eq!(
        keys(&written[0]),
        ["export", "leaves_out", "title", "writes"]
    );
    let table = stdout(&run(folder.path(), &["formats"]));
    assert!(
        ALL.iter()
            .all(|importer| table.contains(importer.format().title)),
        "{table}"
    );
}

#[test]
fn the_page_of_formats_says_what_the_command_says() {
    let folder = folder();
    let made = stdout(&run(folder.path(), &["formats", "--output", "markdown"]));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    if std::env::var_os("CONCORD_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &made).expect("a written page");
    }
    let kept = std::fs::read_to_string(&path).expect("a page");
    assert!(
        kept == made,
        "a format says something else; run with CONCORD_UPDATE_SNAPSHOTS=1 and read the difference"
    );
    let n_described = made.matches("\n### ").count();
    assert_eq!(n_described, ALL.len() + concord::exporters::ALL.len());
}

#[test]
fn explain_answers_in_one_shape_for_every_good_fixture() {
    let folder = folder();
    let mut n_read = 0;
    for importer in ALL {
        let key = importer.format().key;
        for path in fixtures(key, "good") {
            let name = path.to_string_lossy().into_owned();
            let found = json(folder.path(), &["explain", &name, "--output", "json"]);
            assert_eq!(found["format"], key, "{name}");
            let mut wanted = [
                "format",
                "confidence",
                "rejected",
                "counts",
                "by_technique",
                "by_label",
                "raters",
                "skipped",
                "missing",
                "n_invalid",
                "notes",
            ];
            wanted.sort_unstable();
            let mut has = keys(&found);
            has.sort_unstable();
            assert_eq!(has, wanted, "{name}");
            let mut counted = keys(&found["counts"]);
            counted.sort_unstable();
            assert_eq!(
                counted,
                ["annotations", "files", "items", "readings", "studies"],
                "{name}"
            );
            let rejected = found["rejected"].as_array().expect("a list");
            assert_eq!(
                rejected.len(),
                ALL.len() - 1,
                "{name}: every other format says why not"
            );
            assert!(rejected.iter().all(|row| {
                row["reason"]
                    .as_str()
                    .is_some_and(|reason| reason.len() > 10)
            }));
            let sum = |field: &str| -> u64 {
                let counts = found[field].as_object().expect("an object");
                counts.values().map(|n| n.as_u64().expect("a count")).sum()
            };
            assert_eq!(
                sum("by_technique"),
                found["counts"]["annotations"],
                "{name}"
            );
            assert_eq!(sum("by_label"), found["counts"]["annotations"], "{name}");
            let table = run(folder.path(), &["explain", &name]);
            assert_eq!(table.status.code(), Some(0));
            assert!(
                stdout(&table).contains(&format!("{} annotations", found["counts"]["annotations"])),
                "{name}"
            );
            assert!(table.stderr.is_empty(), "{name}: {}", stderr(&table));
            n_read += 1;
        }
    }
    assert!(n_read >= 30, "only {n_read} fixtures");
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        0,
        "explain writes nothing"
    );
}

#[test]
fn what_cannot_be_done_is_said_with_code_2_and_nothing_on_stdout() {
    let folder = folder();
    let at = folder.path();
    let good = fixtures("coco", "good")[1].to_string_lossy().into_owned();
    std::fs::write(at.join("nonsense.bin"), b"nothing that anybody wrote").expect("a file");
    refused(
        at,
        &["explain", "missing.json"],
        &["`missing.json`", "No such file"],
    );
    refused(
        at,
        &["compare", "missing.json", &good],
        &["`missing.json`", "No such file"],
    );
    refused(
        at,
        &["compare", &good, "missing.json"],
        &["`missing.json`", "No such file"],
    );
    refused(
        at,
        &["agreement", "missing.csv"],
        &["`missing.csv`", "No such file"],
    );
    refused(
        at,
        &["import", "missing.json", "--annotator", "a"],
        &["`missing.json`", "No such file"],
    );
    refused(
        at,
        &["gate", "--policy", "missing.toml"],
        &["`missing.toml`", "No such file"],
    );
    refused(
        at,
        &["gate", "--project", "nobody"],
        &["there is no project `nobody`"],
    );
    refused(
        at,
        &["report", "calibration", "--project", "nobody"],
        &["there is no project `nobody`"],
    );
    refused(
        at,
        &["import", &good],
        &["does not say who annotated", "--annotator"],
    );
    refused(at, &["explain", "nonsense.bin"], &["no known format fits"]);
    refused(
        at,
        &["explain", &good, "--format", "cvat"],
        &["`cvat` was asked for"],
    );
    refused(
        at,
        &["explain", &good, "--format", "zebra"],
        &["`zebra`", "concord formats"],
    );
    refused(
        at,
        &["explain", &good, "--spacing-mm", "wide"],
        &["spacing_mm", "`wide`"],
    );
    refused(
        at,
        &["explain", &good, "--spacing-mm=-1,1"],
        &["spacing_mm"],
    );
    refused(at, &["explain", &good, "--pattern", "("], &["pattern"]);
    refused(
        at,
        &["explain", &good, "--finished-at", "yesterday"],
        &["finished-at", "`yesterday`"],
    );
    refused(
        at,
        &["explain", &good, "--column", "rater"],
        &["--column", "FIELD=COLUMN"],
    );
    refused(
        at,
        &["explain", &good, "--sidecar", "missing.csv"],
        &["`missing.csv`"],
    );
    refused(
        at,
        &["explain", &good, "--role", "wizard"],
        &["wizard", "clinician"],
    );
    refused(
        at,
        &["explain", &good, "--output", "xml"],
        &["xml", "table, json"],
    );
    refused(
        at,
        &[
            "compare",
            &good,
            &good,
            "--annotator",
            "a",
            "--nsd-tolerance=-1",
        ],
        &["--nsd-tolerance"],
    );
    refused(
        at,
        &[
            "compare",
            &good,
            &good,
            "--annotator",
            "a",
            "--nsd-tolerance",
            "NaN",
        ],
        &["--nsd-tolerance"],
    );
    refused(
        at,
        &[
            "compare",
            &good,
            &good,
            "--annotator",
            "a",
            "--min-overlap",
            "0",
        ],
        &["--min-overlap"],
    );
    refused(
        at,
        &[
            "compare",
            &good,
            &good,
            "--annotator",
            "a",
            "--protocol",
            &good,
        ],
        &["instances.json"],
    );
    refused(at, &["agreement", &good], &["concord: "]);
    refused(at, &["explain"], &["FILES"]);
    refused(at, &["explain", &good, "--zebra"], &["--zebra"]);
    refused(at, &["zebra"], &["zebra"]);
    refused::<&str>(at, &[], &["Usage"]);
    refused(at, &["serve", "--bind", "nowhere"], &["nowhere"]);
}

#[test]
fn help_and_version_are_data() {
    let folder = folder();
    let mut n_helped = 0;
    for command in [
        "demo",
        "serve",
        "import",
        "explain",
        "export",
        "formats",
        "compare",
        "agreement",
        "report",
        "gate",
    ] {
        let output = run(folder.path(), &[command, "--help"]);
        assert_eq!(output.status.code(), Some(0), "{command}");
        assert!(stdout(&output).contains("Usage: concord"), "{command}");
        assert!(output.stderr.is_empty(), "{command}");
        n_helped += 1;
    }
    assert_eq!(n_helped, 10);
    let whole = stdout(&run(folder.path(), &["--help"]));
    assert!(
        whole.contains(
            "Exit codes: 0 done (gate: pass), 1 gate fails, 2 error, 3 gate lacks evidence."
        ),
        "{whole}"
    );
    let version = stdout(&run(folder.path(), &["--version"]));
    assert_eq!(
        version.trim(),
        concat!("concord ", env!("CARGO_PKG_VERSION"))
    );
}
