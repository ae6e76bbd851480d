//! The rules of the house, read off the sources: who may import whom, what the pure rooms may know, how large a
//! file may be, what no source may hold, and what every importer owns.

mod figures;
mod rooms;
mod sources;

use concord::importers::ALL;
use sources::{closing_bracket, is_word, root, rust_files, sources};
use std::path::{Path, PathBuf};

/// Left to whoever runs tests: in the program each of these ends it, or writes where nobody asked.
const NEVER_IN_SOURCES: &[&str] = &[
    ".unwrap()",
    "panic!(",
    "todo!(",
    "unimplemented!(",
    "dbg!(",
    "println!(",
    "eprintln!(",
    "print!(",
    "eprint!(",
];

const N_LINES_AIM: usize = 300;
const N_LINES_MOST: usize = 450;

/// Longer than they should be, with how long they may be at most: this list only ever shrinks.
const OVERLONG: &[(&str, usize)] = &[];

#[test]
fn no_module_is_a_drawer_for_everything() {
    let mut n_seen = 0;
    for source in sources() {
        for part in source.path.trim_end_matches(".rs").split('/') {
            let drawer = [
                "utils", "util", "helpers", "helper", "common", "manager", "misc",
            ];
            assert!(
                !drawer.contains(&part),
                "src/{}: name it after what it holds",
                source.path
            );
            n_seen += 1;
        }
    }
    assert!(n_seen > 500, "only {n_seen} names seen");
}

#[test]
fn no_source_is_too_long_to_read_in_one_sitting() {
    let mut faults = Vec::new();
    let mut n_seen = 0;
    let mut over_aim = Vec::new();
    for folder in ["src", "tests", "examples", "benches"] {
        for path in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&path).expect("a source is text");
            let below = path.strip_prefix(root()).expect("below the project");
            let name = below.to_string_lossy().replace('\\', "/");
            let n_lines = text.lines().count();
            n_seen += 1;
            let most = OVERLONG
                .iter()
                .find(|(path, _)| *path == name)
                .map_or(N_LINES_MOST, |(_, most)| *most);
            if n_lines > most {
                faults.push(format!("{name}: {n_lines} lines, {most} are the most"));
            }
            if n_lines > N_LINES_AIM {
                over_aim.push(format!("{n_lines} {name}"));
            }
        }
    }
    println!(
        "over the aim of {N_LINES_AIM} lines:\n{}",
        over_aim.join("\n")
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_seen > 300, "only {n_seen} sources seen");
    for (name, most) in OVERLONG {
        let text = std::fs::read_to_string(root().join(name)).expect("the list names files");
        assert!(
            text.lines().count() > N_LINES_MOST && text.lines().count() <= *most,
            "{name} is short enough: take it off the list"
        );
    }
}

#[test]
fn the_program_neither_panics_by_intent_nor_prints_beside_its_output() {
    let mut n_seen = 0;
    let mut n_tests = 0;
    let mut faults = Vec::new();
    for source in sources() {
        n_seen += source.shipped.len();
        n_tests += source.code.matches(".unwrap()").count();
        for word in NEVER_IN_SOURCES {
            for (at, _) in source.shipped.match_indices(word) {
                // `print!` within `println!`, `panic!` within another macro's name.
                let within = !word.starts_with('.')
                    && source.shipped[..at]
                        .bytes()
                        .next_back()
                        .is_some_and(is_word);
                if !within {
                    faults.push(format!(
                        "src/{}:{}: {word}",
                        source.path,
                        source.line_of(at)
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_seen > 1_000_000, "only {n_seen} bytes seen");
    assert!(
        n_tests > 20,
        "unit tests may unwrap, and only {n_tests} do: is the reader blind?"
    );
}

#[test]
fn sql_is_written_in_queries_and_never_put_together_from_text() {
    let words = [
        "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "ALTER ", "DROP ", " WHERE ",
        " FROM ",
    ];
    let mut n_seen = 0;
    let mut n_formats = 0;
    let mut faults = Vec::new();
    for source in sources() {
        n_seen += 1;
        for (at, macro_name) in source
            .shipped
            .match_indices("format!(")
            .chain(source.shipped.match_indices("concat!("))
            .chain(source.shipped.match_indices("write!("))
        {
            n_formats += 1;
            let open = at + macro_name.len() - 1;
            let end = open + closing_bracket(&source.code[open..]);
            let argument = &source.text[open..end];
            if words.iter().any(|word| argument.contains(word)) {
                faults.push(format!(
                    "src/{}:{}: {argument}",
                    source.path,
                    source.line_of(at)
                ));
            }
        }
        // Outside tests only the store speaks to the database at all.
        if source.room != "store" && source.shipped.contains("duckdb::") {
            faults.push(format!(
                "src/{}: only the store may name the database",
                source.path
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(
        n_seen > 250 && n_formats > 200,
        "{n_seen} sources, {n_formats} formats"
    );
}

#[test]
fn every_importer_and_detection_have_a_fuzz_target() {
    let fuzz = root().join("tests/fuzz");
    let read = |path: &str| {
        let path = fuzz.join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let targets = read("Cargo.toml");
    let keys = ALL.iter().map(|importer| importer.format().key);
    for (key, format) in keys.map(|key| (key, key)).chain([("detection", "auto")]) {
        let target = read(&format!("fuzz_targets/{key}.rs"));
        assert!(
            target.contains(&format!("concord_fuzz::target!(\"{format}\", ")),
            "{target}"
        );
        let entry = format!("name = \"{key}\"\npath = \"fuzz_targets/{key}.rs\"");
        assert!(
            targets.contains(&entry),
            "`{key}` is not in the list; run make_targets.sh"
        );
    }
    // What is mounted is built from the same versions as what ships.
    let shipped = std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let (_, own) = targets
        .split_once("[dependencies]\n")
        .expect("dependencies");
    let lines = own.lines().take_while(|line| !line.starts_with('#'));
    let mut n_compared = 0;
    for line in lines.filter(|line| line.contains('=') && !line.starts_with("libfuzzer-sys")) {
        assert!(shipped.lines().any(|shipped| shipped == line), "{line}");
        n_compared += 1;
    }
    assert!(n_compared >= 15, "{n_compared}");
}

/// A suite with the files beside it that continue it, and the answers of another reader that it holds fixtures against.
fn suite_of(key: &str) -> String {
    let suite = format!("importers_{key}");
    let mut text = String::new();
    for path in rust_files(&root().join("tests/integration")) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if stem == suite.as_str() || stem.starts_with(&format!("{suite}_")) {
            text += &std::fs::read_to_string(&path).expect("a source is text");
        }
    }
    let answers = root().join(format!("tests/oracles/importers/{key}.json"));
    text + &std::fs::read_to_string(answers).unwrap_or_default()
}

/// A fixture that no suite names is read by loops alone, which look at nothing in it; and what is drawn holds only where
/// a suite notices half a pixel, exchanged axes and flips.
#[test]
fn every_importer_has_golden_and_mutation_cases() {
    let mut n_drawing = 0;
    let mut faults = Vec::new();
    for importer in ALL {
        let format = importer.format();
        let key = format.key;
        let suite = suite_of(key);
        let folder = root().join("tests/fixtures").join(key).join("good");
        let fixtures = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for fixture in fixtures {
            let name = fixture.expect("a readable entry").file_name();
            let name = name.to_string_lossy();
            let ends = |byte: Option<u8>| matches!(byte, Some(b'"' | b'/'));
            let is_named = suite.match_indices(&*name).any(|(at, _)| {
                let (before, after) = (&suite[..at], &suite[at + name.len()..]);
                ends(before.bytes().next_back()) && ends(after.bytes().next())
            });
            if !is_named {
                faults.push(format!("`{key}`: its suite expects nothing of `{name}`"));
            }
        }
        // Places in a text have no axes and no half pixels.
        let draws = !format.convention.is_empty() && key != "brat";
        n_drawing += usize::from(draws);
        if draws && !suite.contains("check_mutants(") {
            faults.push(format!("`{key}` draws, and its suite checks no mutants"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_drawing >= 15, "only {n_drawing} importers draw");
}

#[test]
fn every_importer_owns_good_bad_and_truncated_cases() {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("a readable entry").path())
            .collect()
    };
    let registered = std::fs::read_to_string(root().join("tests/integration/main.rs"))
        .expect("the list of suites");
    let mut n_good = 0;
    let mut n_bad = 0;
    for importer in ALL {
        let key = importer.format().key;
        let folder = root().join("tests/fixtures").join(key);
        let good = entries(&folder.join("good"));
        assert!(!good.is_empty(), "`{key}` has no good fixture");
        n_good += good.len();
        let bad = entries(&folder.join("bad"));
        let (words, broken): (Vec<_>, Vec<_>) = bad
            .iter()
            .partition(|path| path.extension().is_some_and(|extension| extension == "txt"));
        assert!(
            broken.len() >= 3,
            "`{key}` has only {} bad fixtures",
            broken.len()
        );
        assert_eq!(
            words.len(),
            broken.len(),
            "`{key}`: a message beside each bad fixture"
        );
        n_bad += broken.len();
        let suite = format!("importers_{key}");
        assert!(
            registered.contains(&format!("mod {suite};")),
            "`{key}` has no suite in main.rs"
        );
        let text = std::fs::read_to_string(root().join(format!("tests/integration/{suite}.rs")))
            .expect("a suite beside its registration");
        assert!(
            text.contains("check_bad_fixtures("),
            "{suite} reads no bad fixture"
        );
        assert!(text.contains("truncations("), "{suite} cuts no file short");
        assert!(text.contains("\"good\""), "{suite} reads no good fixture");
    }
    let on_disk = entries(&root().join("tests/fixtures"))
        .into_iter()
        .filter(|path| path.join("good").is_dir())
        .count();
    assert_eq!(
        on_disk,
        ALL.len(),
        "a folder of fixtures without an importer"
    );
    assert!(
        ALL.len() >= 7 && n_good >= 25 && n_bad >= 60,
        "{n_good} good, {n_bad} bad"
    );
}
