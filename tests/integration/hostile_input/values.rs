//! Every value of every good export, one after another, replaced by what does not belong there.

use super::{lost_silently, read_hostile};
use crate::corpus::{fixtures, read_memory};
use concord::domain::IngestOptions;
use concord::importers::ImportReport;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Raw JSON to stand in a value's place.
const JSON: &[&str] = &[
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "NaN",
    "-Infinity",
    "1.5",
    "18446744073709551616",
    "\"\"",
    "\"zebra\"",
    "\"NaN\"",
    "[]",
    "{}",
    "[[[]]]",
    "[null]",
    "\"\\ud800\"",
    "\"\\u0000\"",
];

/// Text to stand in an attribute's, a text node's or a cell's place.
const TEXT: &[&str] = &[
    "",
    " ",
    "NaN",
    "inf",
    "-1",
    "1e999",
    "zebra",
    "0",
    "1,2;3",
    "99999999999999999999",
    "&lt;",
    "\u{feff}",
    "é\u{0301}",
    "-0.0000001",
    "%s%n",
    "=1+1",
];

fn whole(path: &Path) -> (String, String, ImportReport) {
    let text = std::fs::read_to_string(path).expect("a text fixture");
    let name = path
        .file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned();
    let (report, _) = read_memory(path, &IngestOptions::default()).expect("a good fixture");
    (name, text, report)
}

/// Reads the text once for each place and replacement and returns how often. `is_empty` knows the replacements that
/// make a sound export with less in it.
fn replace_each(
    path: &Path,
    places: &[Range<usize>],
    replacements: &[&str],
    is_empty: impl Fn(&str, &str) -> bool,
) -> usize {
    let (name, text, report) = whole(path);
    let mut n_cases = 0;
    let mut lost = Vec::new();
    for place in places {
        for replacement in replacements {
            let mut changed = text.clone();
            changed.replace_range(place.clone(), replacement);
            let start = text[..place.start]
                .char_indices()
                .rev()
                .nth(40)
                .map_or(0, |(at, _)| at);
            let before = text[start..place.start].replace('\n', " ");
            let what = format!("`{replacement}` after `{before}`");
            let outcome = read_hostile(&name, changed.as_bytes(), &what);
            if !is_empty(&before, replacement)
                && let Some(fault) = lost_silently(&outcome, &report)
            {
                lost.push(format!("{name}, {what}: {fault}"));
            }
            n_cases += 1;
        }
    }
    assert!(
        lost.is_empty(),
        "{} cases:\n{}",
        lost.len(),
        lost.join("\n")
    );
    n_cases
}

/// Every number, text, literal, list and object of a JSON text, by where it stands; keys are left alone.
fn json_values(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut values = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                open.push(at);
                at += 1;
            }
            b'}' | b']' => {
                at += 1;
                values.push(open.pop().expect("a good fixture")..at);
            }
            b'"' => {
                let start = at;
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
                let is_key = text[at..].trim_start().starts_with(':');
                if !is_key {
                    values.push(start..at);
                }
            }
            b if b.is_ascii_alphanumeric() || b == b'-' => {
                let start = at;
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric() || b"+-.".contains(&bytes[at]))
                {
                    at += 1;
                }
                values.push(start..at);
            }
            _ => at += 1,
        }
    }
    values
}

/// Every attribute value and every text between tags.
fn xml_values(text: &str) -> Vec<Range<usize>> {
    let pattern = regex::Regex::new(r#"="([^"]*)"|>([^<>]*[^<>\s][^<>]*)<"#).expect("a pattern");
    pattern
        .captures_iter(text)
        .map(|found| found.get(1).or(found.get(2)).expect("either").range())
        .collect()
}

/// Every field of a table, separators left alone. A bar parts cells where nothing else does.
fn cells(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut cells = Vec::new();
    let separators: &[char] = if text.contains([',', ';', '\t']) {
        &[',', ';', '\t', '\n', '\r']
    } else {
        &['|', '\n', '\r']
    };
    for (at, c) in text.char_indices() {
        if separators.contains(&c) {
            cells.push(start..at);
            start = at + c.len_utf8();
        }
    }
    cells
}

#[test]
fn any_value_of_a_coco_file_may_be_wrong() {
    let mut n_cases = 0;
    // Pictures of segments lie beside the file in a folder, which `damage` changes.
    let files = fixtures("coco", "good").into_iter();
    for path in files.filter(|path| path.is_file()) {
        let (_, text, _) = whole(&path);
        n_cases += replace_each(&path, &json_values(&text), JSON, |before, replacement| {
            // An export of images that nobody marked is sound.
            replacement == "[]" && before.ends_with("\"annotations\": ")
        });
    }
    assert!(n_cases > 3_000, "only {n_cases} cases ran");
}

#[test]
fn any_value_of_a_label_studio_file_may_be_wrong() {
    let mut n_cases = 0;
    // A column of a flat export that holds something else than results may as well belong to the task.
    let is_typed = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with("flat")
    };
    let paths = fixtures("label_studio", "good");
    for path in paths.into_iter().filter(is_typed) {
        let (_, text, _) = whole(&path);
        let values: Vec<Range<usize>> = json_values(&text)
            .into_iter()
            // The bytes of a brush mask are damaged elsewhere; here a few of them stand for all.
            .enumerate()
            .filter(|(at, place)| place.len() > 3 || at % 7 == 0)
            .map(|(_, place)| place)
            .collect();
        n_cases += replace_each(&path, &values, JSON, |before, replacement| {
            // A task that nobody was given, and an annotation that found nothing, are sound.
            let is_list = |name: &str| before.ends_with(&format!("\"{name}\": "));
            match replacement {
                "[]" => {
                    is_list("result")
                        || ["completions", "annotations", "predictions"]
                            .into_iter()
                            .any(is_list)
                }
                "null" => ["completions", "annotations", "predictions"]
                    .into_iter()
                    .any(is_list),
                _ => false,
            }
        });
    }
    assert!(n_cases > 3_000, "only {n_cases} cases ran");
}

#[test]
fn any_value_of_an_xml_export_may_be_wrong() {
    let mut n_cases = [0, 0];
    for (key, n_of_key) in ["cvat", "lidc"].into_iter().zip(&mut n_cases) {
        let paths = fixtures(key, "good").into_iter();
        for path in paths.filter(|path| path.extension().is_some_and(|name| name == "xml")) {
            let (_, text, _) = whole(&path);
            *n_of_key += replace_each(&path, &xml_values(&text), TEXT, |_, _| false);
        }
    }
    assert!(
        n_cases[0] > 1_500 && n_cases[1] > 500,
        "only {n_cases:?} cases ran"
    );
}

#[test]
fn any_cell_of_a_ratings_table_may_be_wrong() {
    let mut n_cases = 0;
    // Cells of other tables are no text; `damage` and the suite of ratings tables change their bytes.
    let is_text = |path: &PathBuf| {
        let is_delimited = path
            .extension()
            .is_some_and(|extension| extension == "csv" || extension == "tsv");
        is_delimited && std::fs::read(path).is_ok_and(|bytes| String::from_utf8(bytes).is_ok())
    };
    for path in fixtures("ratings_table", "good")
        .into_iter()
        .filter(is_text)
    {
        let (_, text, _) = whole(&path);
        n_cases += replace_each(&path, &cells(&text), TEXT, |_, _| false);
    }
    assert!(n_cases > 800, "only {n_cases} cases ran");
}

#[test]
fn the_finders_of_values_find_all_of_them() {
    let text = r#"{"a": [1, -2.5e3, "x\"y"], "b": {"c": null}}"#;
    let found: Vec<&str> = json_values(text)
        .into_iter()
        .map(|place| &text[place])
        .collect();
    assert_eq!(
        found,
        [
            "1",
            "-2.5e3",
            r#""x\"y""#,
            r#"[1, -2.5e3, "x\"y"]"#,
            "null",
            r#"{"c": null}"#,
            text
        ]
    );
    let text = "<a b=\"1\"> <c>2</c></a>";
    let found: Vec<&str> = xml_values(text)
        .into_iter()
        .map(|place| &text[place])
        .collect();
    assert_eq!(found, ["1", "2"]);
    assert_eq!(cells("a,b\n1,2\n"), [0..1, 2..3, 4..5, 6..7]);
    assert_eq!(cells("a|b\n"), [0..1, 2..3]);
}
