//! brat standoff through the public interface: fixtures to the last span, a sample against Python's strings, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::golden::{check, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape, TextSpan};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ORACLE: &str = include_str!("../oracles/importers/brat.json");

/// Worked out by hand. The smiley is one character; `bob` counts the line break before `200 mg` as two, which becomes one.
const READERS: &[&str] = &[
    "note-1/ann T1 Give: TextSpan(TextSpan { start: 2, end: 6 }) Negation=true",
    "note-1/ann T2 Drug: TextSpan(TextSpan { start: 7, end: 16 }) Certain=false Form=oral normalised: ATC=M01AE01 normalised: RxNorm=1 | 5640",
    "note-1/ann T3#0 Dose: TextSpan(TextSpan { start: 18, end: 24 }) group=T3",
    "note-1/ann T3#1 Dose: TextSpan(TextSpan { start: 29, end: 35 }) group=T3",
    "note-1/bob T1 Drug: TextSpan(TextSpan { start: 7, end: 16 }) Certain=true",
    "note-1/bob T2 Dose: TextSpan(TextSpan { start: 29, end: 35 })",
    "note-1/bob T3 Drug: TextSpan(TextSpan { start: 40, end: 44 }) Certain=false",
];

const ALONE: &[&str] = &[
    "alone/ T1 Lesion: TextSpan(TextSpan { start: 4, end: 10 }) Size=3mm",
    "alone/ T2 Side: TextSpan(TextSpan { start: 11, end: 15 })",
    "alone/ T7 Side: TextSpan(TextSpan { start: 16, end: 16 }) INVALID span from `16` to `16` holds no character; the end must lie behind the start",
];

fn folders_are_raters() -> IngestOptions {
    IngestOptions {
        pattern: Some("(?P<rater>[^/]+)/[^/]+$".to_owned()),
        ..IngestOptions::default()
    }
}

#[test]
fn good_fixtures_are_read_to_the_last_span() {
    let [alone, readers] = &fixtures("brat", "good")[..] else {
        panic!("two fixtures are expected");
    };
    assert!(alone.ends_with("alone.ann") && readers.ends_with("readers"));
    let (report, sink) = read_memory(readers, &folders_are_raters()).expect("a good fixture");
    assert_eq!(report.format, "brat");
    assert_eq!(report.missing, ["finished_at", "study"]);
    check(&sink, READERS);
    let left_out = [
        "unsupported line 4",
        "unsupported line 5",
        "unsupported line 8",
        "unsupported line 12",
        "not_annotation ",
    ];
    assert_eq!(skipped(&sink), left_out);
    let states: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| (key.item.as_str(), key.rater.as_str(), record.reading.state))
        .collect();
    let expected = [
        ("note-1", "ann", ReadingState::Annotated),
        ("note-1", "bob", ReadingState::Annotated),
        ("note-2", "ann", ReadingState::ReviewedEmpty),
    ];
    assert_eq!(states, expected);
    assert_eq!(sink.items.len(), 2);
    let (report, sink) = read_memory(alone, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "brat");
    check(&sink, ALONE);
}

#[test]
fn a_sample_holds_what_python_finds() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    let Some(folder) = sample("text-ner/TDT") else {
        return;
    };
    let (report, sink) = read_memory(&folder, &IngestOptions::default()).expect("a sample");
    assert_eq!(report.format, "brat");
    assert_eq!(json!(report.by_label), oracle["labels"]);
    let n_valid = report.counts.annotations - report.n_invalid;
    assert_eq!(json!(n_valid), oracle["quoted"]);
    let of = |kind: &str| oracle["others"][kind].as_u64().unwrap_or_default();
    assert_eq!(report.n_skipped(), of("#") + of("R"));
    let (mut spans, mut attributes) = (Vec::new(), BTreeMap::new());
    for one in sink
        .readings
        .values()
        .flat_map(|record| &record.annotations)
    {
        let Shape::TextSpan(TextSpan { start, end }) = one.shape else {
            panic!("no span");
        };
        spans.push([start, end]);
        for name in one.attributes.keys() {
            *attributes.entry(name.as_str()).or_insert(0) += 1;
        }
    }
    assert_eq!(json!(spans), oracle["spans"]);
    assert_eq!(json!(attributes), oracle["attributes"]);
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("brat", &IngestOptions::default()), 4);
}

#[test]
fn cut_files_never_panic() {
    let [alone, readers] = &fixtures("brat", "good")[..] else {
        panic!("two fixtures are expected");
    };
    let n_cases: usize = [alone.clone(), readers.join("ann/note-1.ann")]
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 400))
        .sum();
    assert!(n_cases > 300, "only {n_cases} cases ran");
}
