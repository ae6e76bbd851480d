//! Pascal VOC XML through the public interface: fixtures to the last box, samples against lxml, broken files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState};
use concord::importers::{ImportReport, MemorySink};
use std::collections::BTreeMap;

const ORACLE: &str = include_str!("../oracles/importers/voc.json");

/// Pixels 11 to 30 from 1 are corners 10 to 30 from 0.
const CHALLENGE: &[&str] = &[
    "a/ object[0] person: box 10,20 30,40 action.reading=1 difficult=0 pose=Left truncated=1",
    "a/ object[0]/part[0] head: box 12,20 20,28 group=object[0]",
    "a/ object[1] dot: box 63,47 64,48",
];
const BORROWED: &[&str] = &[
    "a/ object[0] cyst: box 10,20 30,40",
    "b/ object[0] cyst: box 0,1 30,40",
];
const FOLDER: &[&str] = &["a/ object[0] cyst: box 10,20 30,40"];
const TOOL: &[&str] = &[
    "case 7/ object[0] nodule: box 1.5,2 10.25,8 grade=3 occluded=1",
    "case 7/ object[1] nodule: box 0,0 64,48",
];

fn read(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    let paths = fixtures("voc", "good");
    let path = paths.iter().find(|path| path.ends_with(name));
    let (report, sink) = read_memory(path.expect("a fixture"), options).expect("a good fixture");
    assert_eq!(report.format, "voc", "{name}");
    (report, sink)
}

fn origin(word: &str) -> IngestOptions {
    let row = [("file", "*"), ("origin", word)];
    let row: BTreeMap<String, String> = row
        .map(|(column, value)| (column.to_owned(), value.to_owned()))
        .into();
    IngestOptions {
        sidecar: vec![row],
        ..IngestOptions::default()
    }
}

#[test]
fn the_challenge_counts_from_one_and_tools_from_zero() {
    for (name, expected, convention) in [
        (
            "challenge",
            CHALLENGE,
            "pixels counted from 1, the last included",
        ),
        ("borrowed", BORROWED, "corners in pixels from 0"),
        ("tool.xml", TOOL, "corners in pixels from 0"),
        ("folder.xml", FOLDER, "corners in pixels from 0"),
    ] {
        let (report, sink) = read(name, &IngestOptions::default());
        check(&sink, expected);
        check_mutants(&sink, |sink| lines(sink) == expected);
        assert_eq!(report.n_skipped(), 0, "{name}");
        assert_eq!(report.notes.len(), usize::from(!name.ends_with(".xml")));
        for record in sink.readings.values() {
            assert_eq!(record.reading.source_convention, convention, "{name}");
        }
    }
}

#[test]
fn the_user_says_what_numbers_count() {
    let (_, sink) = read("tool.xml", &origin("one_based"));
    check(
        &sink,
        &[
            "case 7/ object[0] nodule: box 0.5,1 10.25,8 grade=3 occluded=1",
            "case 7/ object[1] nodule: box -1,-1 64,48",
        ],
    );
    let (_, sink) = read("challenge", &origin("zero_based"));
    assert!(lines(&sink)[0].contains("box 11,21 30,40"));
    let path = fixtures("voc", "good").pop().expect("a fixture");
    let refused = read_memory(&path, &origin("two_based")).expect_err("no such origin");
    assert!(refused.to_string().contains("one_based, zero_based"));
}

#[test]
fn a_file_without_objects_is_an_empty_reading() {
    let (_, sink) = read("empty.xml", &IngestOptions::default());
    let states: Vec<ReadingState> = sink.readings.values().map(|r| r.reading.state).collect();
    assert_eq!(states, [ReadingState::ReviewedEmpty]);
    let item = &sink.items["empty"];
    assert_eq!((item.width_px, item.height_px), (Some(64), Some(48)));
}

#[test]
fn samples_hold_the_boxes_that_lxml_reads() {
    let oracle: serde_json::Value = serde_json::from_str(ORACLE).expect("the oracle is JSON");
    for (path, wanted) in oracle["sets"].as_object().expect("sets") {
        let Some(folder) = sample(path) else { return };
        let (report, sink) = read_memory(&folder, &IngestOptions::default()).expect("a sample");
        assert_eq!(report.format, "voc", "{path}");
        let mut found: Vec<String> = lines(&sink)
            .iter()
            .map(|line| {
                let (_, drawn) = line.split_once("] ").expect("a record");
                let words: Vec<&str> = drawn.split(' ').take(4).collect();
                words.join(" ")
            })
            .collect();
        found.sort();
        assert_eq!(serde_json::json!(found), *wanted, "{path}");
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("voc", &IngestOptions::default()), 4);
    let path = fixtures("voc", "bad").remove(2);
    let (_, sink) = read_memory(&path, &IngestOptions::default()).expect("records are skipped");
    assert_eq!(lines(&sink).len(), 2, "{:?}", skipped(&sink));
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for path in fixtures("voc", "good") {
        if path.is_file() {
            assert!(truncations(&path, &IngestOptions::default(), 120) >= 100);
        }
    }
}
