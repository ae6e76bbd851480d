//! MOTChallenge and MOTS text through the public interface: fixtures to the last frame, samples against Python and pycocotools, broken files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, Role, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

const ORACLE: &str = include_str!("../oracles/importers/mot.json");

/// Pixel 11 from 1 begins at corner 10 from 0; frame 1 is frame 0.
const CHALLENGE: &[&str] = &[
    "MOT16-99/ 2 distractor: track 1[box 1,0 11,10] 2[box 0,0 10,10] ignored=true",
    "MOT16-99/ 7 pedestrian: track 0[box 10,20 40,60] 1[box 12.5,20 42.5,60]",
    "MOT16-99/ line 6 unclassified: track 2[box 100,100 104,105]",
];
const CVAT: &[&str] =
    &["cvat/ 1 needle: track 0[box 10,20 40,60] 2[box 12,20 42,60] ignored=in part"];
const DETECTIONS: &[&str] = &[
    "MOT15-01/model line 1 unclassified: track 0[box 10,20 40,60] confidence=0.875",
    "MOT15-01/model line 2 unclassified: track 1[box 10,20 40,60] score=17.5",
];
const MASKS: &[&str] = &[
    "0002/ 1001 car: track 0[mask 4x3 0:1-3 1:2-3] 2[mask 4x3 0:2-4 1:3-4]",
    "0002/ 2001 pedestrian: track 0[mask 4x3 2:0-4]",
    "0002/ line 4 ignore region: track 0[mask 4x3 2:0-4] ignored=true",
    "0002/ line 5 ignore region: track 2[mask 4x3 2:0-4] ignored=true",
];

fn fixture(name: &str) -> PathBuf {
    let paths = fixtures("mot", "good");
    let path = paths.into_iter().find(|path| path.ends_with(name));
    path.expect("a fixture")
}

fn read(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    let (report, sink) = read_memory(&fixture(name), options).expect("a good fixture");
    assert_eq!(report.format, "mot", "{name}");
    (report, sink)
}

#[test]
fn every_line_finds_its_track_and_frame() {
    for (name, expected, convention, n_notes) in [
        ("challenge", CHALLENGE, "pixels counted from 1", 1),
        ("cvat", CVAT, "corners in pixels from 0", 1),
        ("detections", DETECTIONS, "pixels counted from 1", 1),
        ("masks", MASKS, "masks by run lengths down the columns", 0),
    ] {
        let (report, sink) = read(name, &IngestOptions::default());
        check(&sink, expected);
        check_mutants(&sink, |sink| lines(sink) == expected);
        assert_eq!(report.n_skipped(), 0, "{name}: {:?}", report.skipped);
        assert_eq!(report.n_invalid, 0, "{name}");
        assert_eq!(report.notes.len(), n_notes, "{name}: {:?}", report.notes);
        let record = sink.readings.values().next().expect("a reading");
        assert_eq!(record.reading.source_convention, convention, "{name}");
        let role = if name == "detections" {
            Role::Model
        } else {
            Role::Annotator
        };
        assert_eq!(record.reading.role, role, "{name}");
    }
    let item = &read("challenge", &IngestOptions::default()).1.items["MOT16-99"];
    assert_eq!((item.width_px, item.height_px), (Some(640), Some(480)));
}

#[test]
fn the_user_says_what_positions_count_from() {
    let row: BTreeMap<String, String> = [("file", "*"), ("origin", "one_based")]
        .map(|(column, value)| (column.to_owned(), value.to_owned()))
        .into();
    let options = IngestOptions {
        sidecar: vec![row],
        ..IngestOptions::default()
    };
    let (_, sink) = read("cvat", &options);
    assert!(lines(&sink)[0].contains("0[box 9,19 39,59]"));
}

#[test]
fn samples_and_masks_are_those_that_python_and_pycocotools_read() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle is JSON");
    let mut found = Vec::new();
    for one in read("masks", &IngestOptions::default())
        .1
        .readings
        .values()
        .flat_map(|r| &r.annotations)
    {
        let Shape::Track(track) = &one.shape else {
            panic!("a track")
        };
        for shape in track.shapes() {
            let Shape::Mask(mask) = &shape.shape else {
                panic!("a mask")
            };
            let area = mask.bounding_box().expect("not empty");
            let number = one.source_id.parse().unwrap_or(10_000_u32);
            let [x, y, w, h] =
                [area.x0, area.y0, area.x1 - area.x0, area.y1 - area.y0].map(f64::from);
            found.push(json!([number, shape.frame, mask.area_px(), x, y, w, h]));
        }
    }
    let key = |value: &Value| (value[0].as_u64(), value[1].as_u64());
    let mut wanted = oracle["masks"].as_array().expect("masks").clone();
    wanted.sort_by_key(key);
    found.sort_by_key(key);
    assert_eq!(found, wanted);
    for (path, wanted) in oracle["boxes"].as_object().expect("samples") {
        let Some(folder) = sample(path) else { return };
        let (report, sink) = read_memory(&folder, &IngestOptions::default()).expect("a sample");
        assert_eq!(report.format, "mot", "{path}");
        let mut found = Vec::new();
        for one in sink.readings.values().flat_map(|r| &r.annotations) {
            let Shape::Track(track) = &one.shape else {
                panic!("a track")
            };
            for shape in track.shapes() {
                let Shape::Box(rect) = &shape.shape else {
                    panic!("a box")
                };
                found.push(json!([
                    one.label,
                    shape.frame,
                    rect.x0,
                    rect.y0,
                    rect.x1,
                    rect.y1
                ]));
            }
        }
        assert_eq!(json!(found), *wanted, "{path}");
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("mot", &IngestOptions::default()), 3);
    let path = fixtures("mot", "bad").remove(0);
    let (_, sink) = read_memory(&path, &IngestOptions::default()).expect("lines are skipped");
    assert_eq!(lines(&sink).len(), 2, "{:?}", skipped(&sink));
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["challenge/MOT16-99/gt/gt.txt", "masks/0002.txt"] {
        let whole = fixtures("mot", "good")[0].with_file_name(name);
        assert!(truncations(&whole, &IngestOptions::default(), 150) >= 90);
    }
}
