//! What every figure owes that the registries declare: a docstring of the full form, and answers of another tool that a test reads.
//! Laws are held beside the code, in `metrics/laws.rs` and `agreement/laws.rs`.

use concord::definitions::DefinedIn;
use concord::{agreement, metrics};
use std::path::{Path, PathBuf};

/// A declared figure: its key, where it is defined, and its oracles.
type Declared = (&'static str, DefinedIn, &'static [&'static str]);

/// The functions of the consensus room. No registry declares them: each gives a whole estimate, not one figure.
macro_rules! of_consensus {
    ($file:literal, $function:literal, $oracles:expr) => {
        (
            $function,
            DefinedIn {
                file: $file,
                source: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/", $file)),
                function: $function,
            },
            $oracles,
        )
    };
}

const CONSENSUS: &[Declared] = &[
    of_consensus!(
        "consensus/majority.rs",
        "majority",
        &["consensus/dawid_skene.json"]
    ),
    of_consensus!(
        "consensus/dawid_skene.rs",
        "dawid_skene",
        &["consensus/dawid_skene.json", "consensus/anaesthetists.json"]
    ),
    of_consensus!(
        "consensus/mask_majority.rs",
        "majority_mask",
        &["consensus/staple.json"]
    ),
    of_consensus!("consensus/staple.rs", "staple", &["consensus/staple.json"]),
    of_consensus!(
        "consensus/fused_boxes.rs",
        "fuse_boxes",
        &["consensus/boxes.json"]
    ),
];

fn declared() -> Vec<Declared> {
    let metrics = metrics::ALL.iter();
    let metrics = metrics.map(|spec| (spec.key, spec.defined_in, spec.oracles));
    let coefficients = agreement::registry::ALL.iter();
    let coefficients = coefficients.map(|spec| (spec.key, spec.defined_in, spec.oracles));
    let figures = metrics.chain(coefficients);
    figures.chain(CONSENSUS.iter().copied()).collect()
}

#[test]
fn every_figure_has_a_docstring_of_the_full_form_and_answers_of_another_tool() {
    let tests = test_sources();
    assert!(tests.len() > 40, "only {} sources hold tests", tests.len());
    let mut faults = Vec::new();
    let all = declared();
    assert!(all.len() >= 35, "only {} figures declared", all.len());
    for (key, defined_in, oracles) in all {
        let found = faults_of(defined_in, oracles, &tests);
        if !found.is_empty() {
            faults.push(format!("{key}: {}", found.join("; ")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults_of(defined_in: DefinedIn, oracles: &[&str], tests: &[(PathBuf, String)]) -> Vec<String> {
    let DefinedIn { file, function, .. } = defined_in;
    let Some(docstring) = defined_in.docstring() else {
        return vec![format!("`{function}` has no docstring in src/{file}")];
    };
    let mut faults = docstring.faults();
    let checked = docstring.section("Checked against").unwrap_or_default();
    if oracles.is_empty() {
        faults.push("no oracle".to_owned());
    }
    for oracle in oracles {
        if !checked.contains(oracle) {
            faults.push(format!("`# Checked against` does not name `{oracle}`"));
        }
        if !tests.iter().any(|(_, text)| text.contains(oracle)) {
            faults.push(format!("no test reads `{oracle}`"));
        }
        faults.extend(faults_of_oracle(&root().join("tests/oracles").join(oracle)));
    }
    faults
}

/// An oracle says which tool in which version answered, and the script that asked it lies in the project.
fn faults_of_oracle(path: &Path) -> Vec<String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return vec![format!("{}: {error}", path.display())],
    };
    let oracle: serde_json::Value = match serde_json::from_str(&text) {
        Ok(oracle) => oracle,
        Err(error) => return vec![format!("{}: {error}", path.display())],
    };
    let mut faults = Vec::new();
    let has = |key: &str| oracle.get(key).is_some_and(|value| !value.is_null());
    for key in ["date", "script"] {
        if !has(key) {
            faults.push(format!("{}: no `{key}`", path.display()));
        }
    }
    // One tool and its version, or the versions of several by name.
    if !(has("tools") || has("tool") && has("version")) {
        faults.push(format!("{}: no `tool` and `version`", path.display()));
    }
    let script = oracle.get("script").and_then(|script| script.as_str());
    if !script.is_some_and(|script| root().join(script).is_file()) {
        faults.push(format!("{}: no script at {script:?}", path.display()));
    }
    faults
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Sources that hold tests, this one left out.
fn test_sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src"), root().join("tests/integration")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("house/figures.rs")
            {
                let text = std::fs::read_to_string(&path).expect("a source is text");
                // A comment that names a file reads nothing.
                let code = text
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("//"));
                let text: String = code.flat_map(|line| [line, "\n"]).collect();
                if text.contains("#[test]") || text.contains("proptest!") {
                    found.push((path, text));
                }
            }
        }
    }
    found
}
