//! 3D Slicer markups: made-up ones to the last number, real lists against Python's csv.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{IngestOptions, ReadingState, Shape};
use concord::importers::MemorySink;
use serde_json::Value;
use std::path::PathBuf;

fn options() -> IngestOptions {
    IngestOptions {
        annotator: Some("ann".to_owned()),
        ..IngestOptions::default()
    }
}

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("slicer_markups", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str) -> MemorySink {
    let (report, sink) = read_memory(&fixture(name), &options()).expect("readable");
    assert_eq!(report.format, "slicer_markups", "{name}");
    sink
}

/// As the shared lines, with heights.
fn drawn(sink: &MemorySink) -> Vec<String> {
    let annotations = sink
        .readings
        .iter()
        .flat_map(|(key, record)| record.annotations.iter().map(move |one| (key, one)));
    let plain = golden::lines(sink);
    annotations
        .zip(plain)
        .map(|((key, one), line)| match &one.shape {
            Shape::Keypoints(points) => {
                let points: Vec<String> = points
                    .iter()
                    .map(|p| {
                        let z_mm = p.z_mm.expect("a height");
                        format!("{}@{},{},{z_mm}", p.name, p.x_px, p.y_px)
                    })
                    .collect();
                format!(
                    "{}/{} {} {}: {}",
                    key.item,
                    key.rater,
                    one.source_id,
                    one.label,
                    points.join(" ")
                )
            }
            _ => line,
        })
        .collect()
}

const SEVERAL: &[&str] = &[
    "several#mm/ann markups[0] Long axis: 1@-1,-2,3 2@-4,-6,3",
    "several#mm/ann markups[1] Angle: 1@1,0,0 2@0,0,0 3@0,2,0.5",
    "several#mm/ann markups[2].0 lesion: point@10,10,10",
    "several#mm/ann markups[2].1 lesion: point@20,20,20",
    "several#mm/ann markups[2].2 Fiducial: point@30,30,30",
    "several#mm/ann markups[3] Bladder: cuboid -10,-20,30 4x6x8 yaw 0.000000",
    "several#mm/ann markups[4] ROI: cuboid 1,2,3 6x8x4 yaw 0.000000",
    "several#mm/ann markups[5] ROI: cuboid 1,2,3 4x6x8 yaw 0.523599",
];

const CURVES: &[&str] = &[
    "curves#mm@-12.50/ann markups[0] ClosedCurve: polygon 0,0 -4,0 -4,-3 0,-3",
    "curves#mm@7.00/ann markups[1] Midline: line 1,2 3,4 5,2",
];

#[test]
fn landmarks_are_one_set_of_named_points_in_lps() {
    let sink = read("landmarks.mrk.json");
    assert_eq!(
        drawn(&sink),
        ["landmarks#mm/ann markups[0] Fiducial: nasion@1.5,-2.25,30 inion@-4,5,-6.5"]
    );
    assert_eq!(
        golden::skipped(&sink),
        [
            "not_annotation markups[0].controlPoints[2]",
            "not_annotation markups[0].controlPoints[3]"
        ]
    );
    let item = &sink.items["landmarks#mm"];
    assert_eq!(item.spacing_mm, Some([1.0; 3]));
    assert_eq!(item.study, "landmarks");
}

#[test]
fn every_kind_of_markup_is_read_to_the_last_number() {
    let sink = read("several.mrk.json");
    assert_eq!(drawn(&sink), SEVERAL);
    assert_eq!(golden::skipped(&sink), ["unsupported markups[6]"]);
    let line = &sink
        .readings
        .values()
        .next()
        .expect("a reading")
        .annotations[0];
    assert_eq!(line.attributes.len(), 1, "an area was not measured");
    assert_eq!(line.attributes["measured: length [mm]"], "5");
    let curves = read("curves.mrk.json");
    assert_eq!(drawn(&curves), CURVES);
    assert_eq!(
        curves.items["curves#mm@7.00"].spacing_mm,
        Some([0.0, 1.0, 1.0])
    );
    assert_eq!(
        curves.notes,
        [
            "curves read as straight lines between control points, since the file does not say how they are bent: 2"
        ]
    );
}

#[test]
fn fiducial_lists_are_ras_unless_they_say_otherwise() {
    for (name, expected) in [
        (
            "ras.fcsv",
            "ras#mm/ann points Fiducial: apex@-10.5,-20.25,-30 base, left@1,2,3",
        ),
        (
            "lps.fcsv",
            "lps#mm/ann points Fiducial: apex@10.5,20.25,-30",
        ),
        ("one.fcsv", "one#mm/ann points Fiducial: apex@1,2,3"),
        (
            "slicer3.fcsv",
            "slicer3#mm/ann points Fiducial: tip@-12.5,93.5,7.5 root@-5.5,93.5,-25.5",
        ),
        (
            "target.acsv",
            "target#mm/ann points Fiducial: target@-64.25,-3.5,-62",
        ),
    ] {
        assert_eq!(drawn(&read(name)), [expected], "{name}");
    }
    let convention = |name: &str| {
        let sink = read(name);
        let record = sink.readings.into_values().next().expect("a reading");
        record.reading.source_convention
    };
    assert_eq!(convention("ras.fcsv"), "3D Slicer: RAS mm, 1 mm a pixel");
    assert_eq!(convention("lps.fcsv"), "3D Slicer: LPS mm, 1 mm a pixel");
}

#[test]
fn a_misread_convention_would_be_noticed() {
    check_mutants(&read("several.mrk.json"), |sink| drawn(sink) == SEVERAL);
    check_mutants(&read("curves.mrk.json"), |sink| drawn(sink) == CURVES);
}

#[test]
fn a_file_without_a_point_was_read_and_equal_names_are_told_apart_by_a_pattern() {
    let sink = read("nothing_placed.mrk.json");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
    let folder = fixtures("slicer_markups", "bad")
        .into_iter()
        .find(|path| path.ends_with("same_name"))
        .expect("a folder");
    for (pattern, item_key, items) in [
        (Some(r"(?P<item>case\d)/"), None, ["case1#mm", "case2#mm"]),
        (None, Some("path"), ["case1/F#mm", "case2/F#mm"]),
    ] {
        let told = IngestOptions {
            pattern: pattern.map(str::to_owned),
            item_key: item_key.map(str::to_owned),
            ..options()
        };
        let (_, sink) = read_memory(&folder, &told).expect("readable");
        let found: Vec<&String> = sink.items.keys().collect();
        assert_eq!(found, items);
    }
}

#[test]
fn real_lists_hold_the_points_that_python_finds() {
    let Some(folder) = sample("slicer") else {
        return;
    };
    let oracle: Value =
        serde_json::from_str(include_str!("../oracles/importers/slicer_markups.json"))
            .expect("JSON");
    for (name, expected) in oracle["files"].as_object().expect("files") {
        let (report, sink) = read_memory(&folder.join(name), &options()).expect("readable");
        assert_eq!(report.format, "slicer_markups", "{name}");
        let record = sink.readings.values().next().expect("a reading");
        let Shape::Keypoints(points) = &record.annotations[0].shape else {
            panic!("points")
        };
        let found: Vec<(String, f64, f64, f64)> = points
            .iter()
            .map(|p| (p.name.clone(), p.x_px, p.y_px, p.z_mm.expect("a height")))
            .collect();
        let expected: Vec<(String, f64, f64, f64)> =
            serde_json::from_value(expected.clone()).expect("points");
        assert_eq!(found, expected, "{name}");
        assert!(sink.skips.is_empty(), "{name}: {:?}", sink.skips);
    }
}

#[test]
fn free_texts_are_never_passed_on() {
    for path in fixtures("slicer_markups", "good") {
        let (report, sink) = read_memory(&path, &options()).expect("readable");
        assert!(!format!("{report:?} {sink:?}").contains("SECRET"));
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("slicer_markups", &options()), 18);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in [
        "several.mrk.json",
        "ras.fcsv",
        "slicer3.fcsv",
        "target.acsv",
    ] {
        assert!(truncations(&fixture(name), &options(), 250) >= 100);
    }
}
