//! Datumaro JSON through the public interface: fixtures to the last annotation, samples against pycocotools and numpy, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/datumaro.json");

/// Worked out by hand from `good/default.json`. The mask's runs go down the columns: row 1 of column 0, rows 1 and 2 of column 1.
const DEFAULT: &[&str] = &[
    "case-1/ items[0].annotations[0]#1 lesion: class =lesion sure=true",
    "case-1/ items[0].annotations[1]#2 lesion: box 10.5,20 40.5,25 group=4 occluded=false z_order=2",
    "case-1/ items[0].annotations[2]#3 lesion: turned box 25,23 30x6 30°",
    "case-1/ items[0].annotations[3] unclassified: polygon 1,2 9,2 9,7.5",
    "case-1/ items[0].annotations[4] lesion: line 1,2 30,40",
    "case-1/ items[0].annotations[5] hand: points thumb@5,6 Visible index@7,80 Occluded",
    "case-1/ items[0].annotations[6] hand: points thumb@11,12 Visible",
    "case-1/ items[0].annotations[7] lesion: ellipse 40,40 20x10 0° confidence=0.75",
    "case-2/ items[1].annotations[0]#7 lesion: mask 4x3 1:0-2 2:1-2 iscrowd=0",
    "cloud/ items[2].annotations[0] lesion: cuboid 0.84,-0.22,0.64 4x2x1.5 yaw 0.500000 occluded=false",
];

#[test]
fn good_fixtures_are_read_to_the_last_annotation() {
    let [default, empty] = &fixtures("datumaro", "good")[..] else {
        panic!("two fixtures are expected");
    };
    assert!(default.ends_with("default.json") && empty.ends_with("empty_subset.json"));
    let (report, sink) = read_memory(default, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "datumaro");
    check(&sink, DEFAULT);
    let expected = [
        "unsupported items[0].annotations[8]",
        "unsupported items[0].annotations[9]",
    ];
    assert_eq!(skipped(&sink), expected);
    check_mutants(&sink, |sink| lines(sink) == DEFAULT);
    let of_case_3 = sink
        .readings
        .values()
        .find(|r| r.reading.key.item == "case-3");
    assert_eq!(
        of_case_3.map(|r| r.reading.state),
        Some(ReadingState::ReviewedEmpty)
    );
    let (report, sink) = read_memory(empty, &IngestOptions::default()).expect("a good fixture");
    assert_eq!((report.format.as_str(), sink.items.len()), ("datumaro", 0));
}

#[test]
fn samples_hold_what_python_counts() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    for (path, wanted) in oracle["files"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) = read_memory(&file, &IngestOptions::default()).expect("a sample");
        assert_eq!(report.format, "datumaro", "{path}");
        assert_eq!(json!(report.counts.items), wanted["items"], "{path}");
        assert_eq!(json!(report.by_label), wanted["labels"], "{path}");
        assert_eq!(json!(report.n_skipped()), wanted["left_out"], "{path}");
        let found: Vec<String> = lines(&sink)
            .into_iter()
            .filter_map(|line| line.split_once(": ").map(|(_, shape)| shape.to_owned()))
            .collect();
        for shape in wanted["shapes"].as_array().expect("shapes") {
            let shape = shape.as_str().expect("a text");
            assert!(
                found.iter().any(|line| line.starts_with(shape)),
                "{path}: {shape} in {found:?}"
            );
        }
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("datumaro", &IngestOptions::default()), 4);
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("datumaro", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 600))
        .sum();
    assert!(n_cases > 500, "only {n_cases} cases ran");
}
