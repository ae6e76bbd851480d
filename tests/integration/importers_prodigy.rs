//! Prodigy's JSON lines through the public interface: fixtures to the last span, a sample against Python's strings, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape, TextSpan};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const ORACLE: &str = include_str!("../oracles/importers/prodigy.json");

/// Worked out by hand; the smiley is one character.
const NOTES: &[&str] = &[
    "100/notes-ann line 1.spans[0] DRUG: TextSpan(TextSpan { start: 7, end: 16 })",
    "100/notes-ann line 1.spans[1] DOSE: TextSpan(TextSpan { start: 18, end: 24 })",
    "100/notes-ann line 6.spans[0] DRUG: TextSpan(TextSpan { start: 7, end: 16 })",
    "100/notes-ann line 6.spans[1] DOSE: TextSpan(TextSpan { start: 18, end: 23 })",
    "100/notes-bob line 2.spans[0] DRUG: TextSpan(TextSpan { start: 7, end: 15 })",
    "400/notes-ann line 7 reject: class URGENT=reject",
    "400/notes-ann line 8 ILL: class =ILL",
];

/// Worked out by hand: the box by its sides, the other by its corners, which reach over the image of 64 by 48 pixels.
const IMAGES: &[&str] = &[
    "case-1/ line 1.spans[0] LESION: box 10.5,20 40.5,25.25",
    "case-1/ line 1.spans[1] LESION: polygon 1,2 9,2 9,7.5",
    "case-1/ line 1.spans[2] VESSEL: polygon 1,1 4,1 4,3 1,3",
    "case-1/ line 1.spans[3] LESION: box 50,40 70,44 INVALID reaches x `70`, outside the image (0 to `64`)",
    "case-3/ line 3#0 accept: class GOOD=accept",
    "case-3/ line 3#1 reject: class BAD=reject",
    "case-3/ line 3#2 accept: class 3=accept",
];

#[test]
fn good_fixtures_are_read_to_the_last_span() {
    let [images, notes] = &fixtures("prodigy", "good")[..] else {
        panic!("two fixtures are expected");
    };
    assert!(images.ends_with("images.jsonl") && notes.ends_with("notes.jsonl"));
    let (report, sink) = read_memory(notes, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "prodigy");
    check(&sink, NOTES);
    let left_out = [
        "unsupported line 2.relations[0]",
        "withdrawn line 5",
        "unsupported line 9",
    ];
    assert_eq!(skipped(&sink), left_out);
    let readings: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let reading = &record.reading;
            let at_s = reading
                .finished_at_us
                .map(|us| us / 1_000_000 - 1_795_597_200);
            (
                key.item.as_str(),
                key.rater.as_str(),
                key.session.as_str(),
                reading.state,
                at_s,
            )
        })
        .collect();
    let (annotated, skipped) = (ReadingState::Annotated, ReadingState::Skipped);
    let expected = [
        (
            "-200",
            "notes-ann",
            "",
            ReadingState::ReviewedEmpty,
            Some(-200),
        ),
        ("-200", "notes-bob", "", skipped, Some(-200)),
        ("100", "notes-ann", "", annotated, Some(100)),
        ("100", "notes-ann", "#2", annotated, Some(100)),
        ("100", "notes-bob", "", annotated, Some(100)),
        ("300", "notes-ann", "", skipped, Some(300)),
        ("400", "notes-ann", "", annotated, Some(400)),
    ];
    assert_eq!(readings, expected);
    let (report, sink) = read_memory(images, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "prodigy");
    check(&sink, IMAGES);
    check_mutants(&sink, |sink| lines(sink) == IMAGES);
    let case_2 = sink
        .readings
        .values()
        .find(|one| one.reading.key.item == "case-2");
    assert_eq!(
        case_2.map(|one| one.reading.state),
        Some(ReadingState::ReviewedEmpty)
    );
    assert_eq!(sink.items["case-1"].width_px, Some(64));
}

#[test]
fn a_sample_holds_what_python_finds() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    let Some(file) = sample(oracle["path"].as_str().expect("a path")) else {
        return;
    };
    let (report, sink) = read_memory(&file, &IngestOptions::default()).expect("a sample");
    assert_eq!(report.format, "prodigy");
    assert_eq!(json!(report.by_label), oracle["labels"]);
    assert_eq!((report.n_invalid, report.n_skipped()), (0, 0));
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut spans, mut n_chars) = (Vec::new(), 0);
    for (key, record) in &sink.readings {
        *states.entry(record.reading.state.as_str()).or_default() += 1;
        for one in &record.annotations {
            let Shape::TextSpan(span) = one.shape else {
                panic!("no span");
            };
            let TextSpan { start, end } = span;
            n_chars += span.n_chars();
            spans.push(json!([key.item, start, end, one.label]));
        }
    }
    spans.sort_by_key(|span| {
        let number = |at: usize| span[at].as_u64();
        let text = |at: usize| span[at].as_str().map(str::to_owned);
        (text(0), number(1), number(2), text(3))
    });
    assert_eq!(json!(states), oracle["states"]);
    assert_eq!(json!(n_chars), oracle["characters"]);
    assert_eq!(json!(spans), oracle["spans"]);
}

#[test]
fn flat_tasks_are_no_table_of_ratings() {
    let task = |label: &str| {
        format!(
            "{{\"item\":\"a\",\"rater\":\"b\",\"text\":\"x\",\"label\":\"{label}\",\"_input_hash\":1,\"_task_hash\":2,\"answer\":\"accept\"}}\n"
        )
    };
    let lines = format!("{}{}", task("yes"), task("no"));
    let (report, _) = read_bytes("d.jsonl", lines.as_bytes(), &IngestOptions::default())
        .expect("a readable file");
    assert_eq!(report.format, "prodigy");
    let table = report
        .rejected
        .iter()
        .find(|one| one.format == "ratings_table");
    let reason = table.map(|one| one.reason.as_str()).unwrap_or_default();
    assert!(reason.contains("is JSON of tasks"), "{reason}");
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("prodigy", &IngestOptions::default()), 3);
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("prodigy", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 400))
        .sum();
    assert!(n_cases > 500, "only {n_cases} cases ran");
}
