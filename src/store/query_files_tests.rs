//! Every file of `queries/` against `queries/README.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Path below `queries/` and text of every query that is no migration.
fn queries() -> BTreeMap<String, String> {
    let folder = root().join("queries");
    let found: BTreeMap<String, String> = files(&folder, "sql")
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&folder).unwrap();
            let name = name.to_str().unwrap().replace('\\', "/");
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .filter(|(name, _)| !name.starts_with("migrations/"))
        .collect();
    assert!(found.len() > 50, "only {} queries were found", found.len());
    found
}

fn header(text: &str) -> Vec<&str> {
    text.lines()
        .take_while(|line| line.starts_with("-- "))
        .collect()
}

#[test]
fn every_query_says_what_it_asks_takes_and_returns() {
    for (name, text) in queries() {
        let header = header(&text);
        let first = header.first().copied().unwrap_or_default();
        let question = first.strip_prefix(&format!("-- {name}: "));
        assert!(
            question.is_some_and(|asked| asked.len() > 10),
            "{name}: {first}"
        );
        for field in ["-- Params:", "-- Grain:", "-- Returns:"] {
            let filled = header.iter().any(|line| {
                line.strip_prefix(field)
                    .is_some_and(|rest| !rest.trim().is_empty())
            });
            assert!(filled, "{name} lacks `{field}`");
        }
        assert!(
            !text.contains("SELECT *"),
            "{name} does not list its columns"
        );
    }
}

#[test]
fn every_parameter_stands_in_the_header() {
    for (name, text) in queries() {
        let header = header(&text).join("\n");
        let body = &text[header.len()..];
        let filtered = body.contains("-- end of filter");
        for found in body.split('$').skip(1) {
            let parameter: String = found
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let of_filter = filtered && FILTER_PARAMETERS.contains(&parameter.as_str());
            let stated = header
                .match_indices(&format!("${parameter}"))
                .any(|(at, text)| {
                    !header[at + text.len()..]
                        .starts_with(|c: char| c.is_alphanumeric() || c == '_')
                });
            assert!(of_filter || stated, "{name} does not state `${parameter}`");
        }
    }
}

const FILTER_PARAMETERS: [&str; 11] = [
    "project",
    "kind",
    "stage",
    "rater",
    "role",
    "study",
    "site",
    "reference_kind",
    "week",
    "local_day_from",
    "local_day_to",
];

#[test]
fn every_question_has_a_stated_order() {
    let mut n_questions = 0;
    for (name, text) in queries() {
        let body = &text[header(&text).join("\n").len()..];
        let asks = body.trim_start().starts_with("SELECT") || body.trim_start().starts_with("WITH");
        if asks {
            n_questions += 1;
            assert!(body.contains("ORDER BY"), "{name} has no order");
        }
    }
    assert!(n_questions > 35, "{n_questions}");
}

#[test]
fn the_filter_is_the_same_everywhere() {
    let blocks: BTreeMap<String, String> = queries()
        .into_iter()
        .filter_map(|(name, text)| {
            let (_, rest) = text.split_once("      -- filter\n")?;
            let (block, _) = rest.split_once("      -- end of filter\n")?;
            Some((name, block.to_owned()))
        })
        .collect();
    assert!(blocks.len() >= 14, "{}", blocks.len());
    let first = blocks.values().next().unwrap();
    for (name, block) in &blocks {
        assert_eq!(block, first, "{name}");
    }
}

#[test]
fn every_query_is_embedded_exactly_once() {
    let sources: Vec<String> = files(&root().join("src/store"), "rs")
        .into_iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    for name in queries().keys() {
        let wanted = format!("query!(\"{name}\")");
        let n: usize = sources
            .iter()
            .map(|text| text.matches(&wanted).count())
            .sum();
        assert_eq!(n, 1, "{name} is embedded {n} times");
    }
    let migrations = files(&root().join("queries/migrations"), "sql");
    for path in migrations {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let n: usize = sources
            .iter()
            .map(|text| text.matches(&format!(", \"{name}\")")).count())
            .sum();
        assert_eq!(n, 1, "{name}");
    }
}
