//! Who may name whom, what the pure rooms may know, and who may write.

use super::sources::{Source, is_word, named_rooms, sources};

/// The rooms, and which other rooms each may name. Everything flows downwards; nothing flows back.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("geometry", &[]),
    ("statistics", &[]),
    // How a figure is declared: the same for metrics and coefficients.
    ("definitions", &[]),
    ("metrics", &["geometry", "statistics", "definitions"]),
    ("matching", &["geometry", "metrics"]),
    ("agreement", &["statistics", "definitions"]),
    ("consensus", &["geometry", "statistics"]),
    // The status of a figure (`statistics::Status`) is a noun of every page, so the domain passes it on.
    ("domain", &["geometry", "metrics", "statistics"]),
    ("importers", &["domain", "geometry"]),
    ("exporters", &["domain", "geometry"]),
    ("privacy", &["domain"]),
    // Masks and volumes are kept as run lengths and have to be built again from them.
    ("store", &["domain", "geometry"]),
    (
        "analytics",
        &[
            "store",
            "domain",
            "geometry",
            "statistics",
            "metrics",
            "matching",
            "agreement",
            "consensus",
        ],
    ),
    // Checks get plain figures as input and judge them; intervals and verdicts are `statistics`.
    ("gates", &["analytics", "store", "domain", "statistics"]),
    ("reports", &["gates", "analytics", "domain"]),
    (
        "pipeline",
        &[
            "geometry",
            "statistics",
            "definitions",
            "metrics",
            "matching",
            "agreement",
            "consensus",
            "domain",
            "importers",
            "exporters",
            "privacy",
            "store",
            "analytics",
            "gates",
            "reports",
        ],
    ),
    // The bind address and limits of the server; plain data.
    ("config", &[]),
    // Beyond pipeline, domain and config the outer rooms name what pipeline functions take and return: the
    // store's rows and handle, evidence, report models and their rendering, figures, reports of imports and exports.
    (
        "api",
        &[
            "pipeline",
            "domain",
            "config",
            "store",
            "importers",
            "reports",
            "analytics",
        ],
    ),
    (
        "dashboard",
        &[
            "pipeline",
            "domain",
            "config",
            "store",
            "importers",
            "gates",
            "reports",
            "analytics",
        ],
    ),
    (
        "cli",
        &[
            "pipeline",
            "domain",
            "config",
            "store",
            "importers",
            "exporters",
            "gates",
            // `concord agreement --scale`.
            "agreement",
            // `concord serve` mounts both.
            "api",
            "dashboard",
        ],
    ),
];

/// Rooms that know no clock, environment, log, file, async or SQL. Work shared between cores (rayon) is none of these.
const PURE: &[&str] = &[
    "geometry",
    "statistics",
    "definitions",
    "metrics",
    "matching",
    "agreement",
    "consensus",
    "domain",
];

/// Numbers for tests, out of `tests/draw`: no room, and never in what ships.
const FOR_TESTS: &str = "draw";

const UNKNOWN_TO_PURE: &[&str] = &[
    "std::time",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::io",
    "tracing",
    "tokio",
    "poem",
    "duckdb",
    "polars",
    "Timestamp::now",
    "Zoned::now",
];

#[test]
fn every_room_names_only_rooms_that_stand_before_it() {
    let mut n_named = 0;
    let mut faults = Vec::new();
    for source in sources() {
        if source.path == "lib.rs" || source.path == "main.rs" {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(room, _)| *room == source.room) else {
            faults.push(format!(
                "{}: room `{}` is not in the table",
                source.path, source.room
            ));
            continue;
        };
        if named_rooms(&source.shipped)
            .iter()
            .any(|(_, named)| named == FOR_TESTS)
        {
            faults.push(format!("src/{}: `{FOR_TESTS}` is for tests", source.path));
        }
        for (at, named) in named_rooms(&source.code) {
            if named == FOR_TESTS {
                continue;
            }
            n_named += 1;
            if named != source.room && !allowed.contains(&named.as_str()) {
                faults.push(format!(
                    "src/{}:{}: `{}` may not name `{named}`",
                    source.path,
                    source.line_of(at),
                    source.room
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_named > 400, "only {n_named} imports seen");
}

#[test]
fn the_import_table_has_no_cycle_and_no_unknown_room() {
    // `cli` names `api`, `api` names `dashboard`: rows stand in the order in which rooms build on each other.
    let order = |room: &str| MAY_IMPORT.iter().position(|(name, _)| *name == room);
    let mut n_edges = 0;
    for (room, allowed) in MAY_IMPORT {
        for named in *allowed {
            assert!(
                order(named).is_some(),
                "`{room}` names an unknown room `{named}`"
            );
            let back = MAY_IMPORT
                .iter()
                .any(|(name, theirs)| name == named && theirs.contains(room));
            assert!(!back, "`{room}` and `{named}` name each other");
            n_edges += 1;
        }
    }
    assert!(n_edges > 40, "only {n_edges} entries seen");
}

/// Methods of the store that change it: their bodies take the one connection that writes.
fn writing_methods(sources: &[Source]) -> Vec<String> {
    let mut methods = Vec::new();
    for source in sources.iter().filter(|source| source.room == "store") {
        // Private ways to the writer are named by their callers below.
        for function in source.shipped.split("pub fn ").skip(1) {
            let body_end = function.find("\n    }\n").unwrap_or(function.len());
            let body = &function[..body_end];
            if body.contains("self.write(") || body.contains("self.writer()") {
                let name = body
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_');
                methods.push(name.collect());
            }
        }
    }
    methods
}

#[test]
fn only_the_pipeline_writes_to_the_store() {
    let sources = sources();
    let methods = writing_methods(&sources);
    assert!(methods.len() >= 6, "only {methods:?} seen");
    let mut n_calls = 0;
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| source.room != "store") {
        for method in &methods {
            for (at, _) in source.shipped.match_indices(&format!(".{method}(")) {
                n_calls += 1;
                if source.room != "pipeline" {
                    faults.push(format!(
                        "src/{}:{}: {method}",
                        source.path,
                        source.line_of(at)
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(n_calls >= 6, "only {n_calls} calls seen");
}

#[test]
fn pure_rooms_know_no_clock_file_log_or_database() {
    let mut n_seen = 0;
    let mut faults = Vec::new();
    for source in sources() {
        if !PURE.contains(&source.room.as_str()) {
            continue;
        }
        n_seen += 1;
        for word in UNKNOWN_TO_PURE {
            for (at, _) in source.code.match_indices(word) {
                let before = source.code[..at].bytes().next_back();
                let after = source.code[at + word.len()..].bytes().next();
                if !before.is_some_and(is_word) && !after.is_some_and(is_word) {
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
    assert!(n_seen > 70, "only {n_seen} sources of pure rooms seen");
}
