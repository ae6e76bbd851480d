//! DICOM measurement reports: made-up ones to the last number, and real ones against what pydicom finds.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use concord::domain::{Annotation, IngestOptions, ReadingState, ReviewOutcome, Role, Shape};
use concord::importers::MemorySink;
use std::path::PathBuf;

const ROOT: &str = "1.2.826.0.1.3680043.10.9998";

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("dicom_sr", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str) -> MemorySink {
    let (report, sink) =
        read_memory(&fixture(name), &IngestOptions::default()).expect("a readable report");
    assert_eq!(report.format, "dicom_sr", "{name}");
    sink
}

fn found(sink: &MemorySink) -> Vec<(String, &Annotation)> {
    sink.readings
        .iter()
        .flat_map(|(key, record)| record.annotations.iter().map(|one| (key.item.clone(), one)))
        .collect()
}

fn geometry(sink: &MemorySink) -> Vec<String> {
    let mut lines: Vec<String> = found(sink)
        .into_iter()
        .map(|(item, one)| {
            let item = item.strip_prefix(ROOT).expect("own root").to_owned();
            let what = match &one.shape {
                Shape::Polygon(polygon) => format!("polygon {:?}", polygon.parts[0].exterior),
                Shape::Polyline(points) => format!("line {points:?}"),
                Shape::Ellipse(e) => format!(
                    "ellipse {} {} {:.3} {:.3} {}",
                    e.cx, e.cy, e.rx, e.ry, e.angle_deg
                ),
                Shape::Keypoints(points) => {
                    let points: Vec<_> = points.iter().map(|p| (p.x_px, p.y_px, p.z_mm)).collect();
                    format!("points {points:?}")
                }
                Shape::Ordinal { question, rank } => format!("{question} = {rank}"),
                Shape::Classification { question, value } => format!("{question} = {value}"),
                _ => "other".to_owned(),
            };
            format!("{item} {what}")
        })
        .collect();
    lines.sort();
    lines
}

const EVERYTHING: &[&str] = &[
    ".4#mm points [(1.0, 2.0, Some(3.0)), (-4.0, -5.0, Some(-6.0))]",
    ".4#mm points [(123.5, 234.25, Some(-23.75))]",
    ".5 Tumour: Volume [ml] (Tumour 1) = 33.5",
    ".5 Tumour: Volume [ml] (Tumour 2) = 4.25",
    ".9.1 Image quality = Good",
    ".9.1 Noise = 12.5",
    ".9.1 line [[0.0, 5.0], [20.0, 5.0]]",
    ".9.1 line [[11.0, 1.0], [11.0, 9.0]]",
    ".9.1 polygon [[10.0, 20.0], [30.0, 20.0], [30.0, 40.5]]",
    ".9.2 points [(1.0, 2.0, None), (3.0, 5.0, None)]",
    ".9.2#3 ellipse 100.5 50 5.000 5.000 0",
    ".9.2#3 ellipse 120 70 14.142 7.071 45",
    ".9.2#3 points [(7.5, 9.25, None)]",
    ".9.2#4 points [(7.5, 9.25, None)]",
];

#[test]
fn everything_in_a_report_is_read_to_the_last_number() {
    let sink = read("everything.dcm");
    assert_eq!(geometry(&sink), EVERYTHING);
    for name in ["implicit.dcm", "without_preamble.dcm"] {
        assert_eq!(geometry(&read(name)), EVERYTHING, "{name}");
    }
    let (key, record) = sink
        .readings
        .iter()
        .find(|(key, _)| !key.session.is_empty())
        .expect("a session");
    assert_eq!(
        (key.rater.as_str(), key.session.as_str()),
        ("Reader^One", "2, time point 1")
    );
    assert_eq!(record.reading.finished_at_us, Some(1_794_817_800_500_000));
    let review = record.reading.review.as_ref().expect("a review");
    assert_eq!(review.outcome, ReviewOutcome::Accepted);
    assert_eq!(review.reviewer.as_deref(), Some("Senior^Zoë"));
    let lesion = &record.annotations[0];
    assert_eq!(lesion.label, "Nodule");
    for (name, value) in [
        ("Diameter [mm]", "10.25"),
        ("Attenuation Coefficient (Mean) [[hnsf'U]]", "-31.5"),
        ("Finding Site", "Lung"),
        ("Laterality", "Left"),
        ("Margin", "Spiculated"),
        ("Diameter: Level of Significance", "Significant"),
        ("tracking_id", "Lesion 1"),
    ] {
        assert_eq!(
            lesion.attributes.get(name).map(String::as_str),
            Some(value),
            "{name}"
        );
    }
    let item = &sink.items[&format!("{ROOT}.9.1")];
    assert_eq!((item.width_px, item.height_px), (Some(512), Some(256)));
    assert_eq!(item.spacing_mm, Some([0.0, 0.8, 0.7]));
    assert_eq!(sink.skips.len(), 2, "two references to a segmentation");
}

#[test]
fn a_misread_convention_would_be_noticed() {
    check_mutants(&read("everything.dcm"), |sink| geometry(sink) == EVERYTHING);
}

#[test]
fn observers_are_people_devices_or_no_one() {
    let rater = |name: &str| {
        let sink = read(name);
        let (key, record) = sink.readings.iter().next().expect("a reading");
        (key.rater.clone(), record.reading.role == Role::Model)
    };
    assert_eq!(rater("no_one.dcm"), (String::new(), false));
    assert_eq!(rater("text_observer.dcm"), ("Foo".to_owned(), false));
    assert_eq!(rater("device.dcm"), ("LungFinder 2".to_owned(), true));
    let slide = read("slide.dcm");
    let (key, record) = slide.readings.iter().next().expect("a reading");
    assert_eq!(key.item, format!("{ROOT}.9.2"), "the whole slide");
    assert_eq!(record.reading.review, None, "verified by its own observer");
    let empty = read("nothing_found.dcm");
    assert_eq!(empty.readings.len(), 2);
    assert!(
        empty
            .readings
            .values()
            .all(|record| record.reading.state == ReadingState::ReviewedEmpty)
    );
}

#[test]
fn real_reports_hold_what_pydicom_finds() {
    let Some(folder) = sample("dicom") else {
        return;
    };
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("../oracles/importers/dicom_sr.json")).expect("JSON");
    for (name, expected) in oracle["files"].as_object().expect("files") {
        let (report, sink) =
            read_memory(&folder.join(name), &IngestOptions::default()).expect("readable");
        assert_eq!(report.format, "dicom_sr");
        let drawn = found(&sink)
            .into_iter()
            .filter(|(_, one)| {
                !matches!(
                    one.shape,
                    Shape::Ordinal { .. } | Shape::Classification { .. }
                )
            })
            .count() as u64;
        assert_eq!(Some(drawn), expected["drawn"].as_u64(), "{name}");
        for image in expected["images"].as_array().expect("images") {
            assert!(
                sink.items.contains_key(image.as_str().expect("a UID")),
                "{name}"
            );
        }
    }
}

#[test]
fn patients_are_never_passed_on() {
    for path in fixtures("dicom_sr", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
        let everything = format!("{report:?} {sink:?}");
        assert!(!everything.contains("SECRET") && !everything.contains("Nobody"));
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("dicom_sr", &IngestOptions::default()),
        16
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["everything.dcm", "implicit.dcm"] {
        assert!(truncations(&fixture(name), &IngestOptions::default(), 250) >= 200);
    }
}
