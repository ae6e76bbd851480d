//! Labelbox exports through the public interface: fixtures, samples against counts by another reader, mutants.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use concord::domain::{IngestOptions, ReadingState, ReviewOutcome, Shape, TextSpan};
use concord::geometry::Rect;
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/labelbox.json");

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("labelbox", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "labelbox", "{name}");
    (report, sink)
}

fn shapes<'s>(sink: &'s MemorySink, item: &str, rater: &str) -> Vec<&'s Shape> {
    sink.readings
        .iter()
        .filter(|(key, _)| key.item == item && key.rater == rater)
        .flat_map(|(_, record)| record.annotations.iter().map(|one| &one.shape))
        .collect()
}

fn project_holds(sink: &MemorySink) -> bool {
    let found = shapes(sink, "scan-1", "ann");
    let [
        Shape::Box(nodule),
        Shape::Polygon(organ),
        Shape::Polyline(wire),
        Shape::Keypoints(tip),
        ..,
    ] = found[..]
    else {
        return false;
    };
    *nodule == Rect::from_corners([10.0, 20.0], [50.5, 50.0])
        && organ.parts[0].exterior == [[5.0, 8.0], [30.0, 4.0], [20.0, 40.0]]
        && *wire == [[1.0, 2.0], [3.0, 5.5]]
        && (tip[0].x_px, tip[0].y_px) == (7.0, 9.25)
}

#[test]
fn a_project_is_read_to_the_last_label() {
    let (report, sink) = good("project.ndjson");
    assert_eq!(
        (report.n_invalid, report.n_skipped()),
        (0, 1),
        "the mask: {:?}",
        report.skipped
    );
    assert_eq!(report.counts.items, 3);
    assert!(project_holds(&sink));
    let readings: Vec<(&str, &str, ReadingState, Option<ReviewOutcome>)> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let review = record.reading.review.as_ref().map(|review| review.outcome);
            (
                key.item.as_str(),
                key.rater.as_str(),
                record.reading.state,
                review,
            )
        })
        .collect();
    assert_eq!(
        readings,
        [
            // The later review is the rejection, whatever the order in the file.
            (
                "scan-1",
                "ann",
                ReadingState::Annotated,
                Some(ReviewOutcome::Rejected)
            ),
            (
                "scan-1",
                "ann~2",
                ReadingState::Annotated,
                Some(ReviewOutcome::Accepted)
            ),
            ("scan-1", "bob", ReadingState::ReviewedEmpty, None),
            ("scan-2", "ann", ReadingState::Skipped, None),
        ]
    );
    let first = sink.readings.values().next().expect("a reading");
    assert_eq!(first.reading.active_ms, Some(12_500));
    // 2026-04-01T08:00:01Z
    assert_eq!(first.reading.finished_at_us, Some(1_775_030_401_000_000));
    assert_eq!(
        json!(first.annotations[0].attributes),
        json!({"margin": "smooth", "margin/smooth/sure": "calm, yes"})
    );
    let answers: Vec<(&str, &str)> = first
        .annotations
        .iter()
        .filter_map(|one| match &one.shape {
            Shape::Classification { question, value } => Some((question.as_str(), value.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(
        answers,
        [("view", "AP"), ("signs", "cough"), ("signs", "fever")]
    );
    assert_eq!(sink.items["scan-1"].width_px, Some(200));
    assert_eq!(sink.notes, ["1 typed answers are not read"]);
}

#[test]
fn videos_and_texts_are_read() {
    let (report, sink) = good("media.json");
    assert_eq!(report.n_skipped(), 1, "an answer on a frame");
    let [Shape::Track(track)] = shapes(&sink, "clip.mp4", "ann")[..] else {
        panic!("one track");
    };
    let boxes: Vec<(u32, f64)> = track
        .shapes()
        .iter()
        .filter_map(|one| match &one.shape {
            Shape::Box(rect) => Some((one.frame, rect.x0)),
            _ => None,
        })
        .collect();
    // Labelbox's first frame is 1.
    assert_eq!(boxes, [(0, 10.0), (1, 12.0)]);
    assert!(
        sink.notes[0].starts_with("1 frames within segments"),
        "{:?}",
        sink.notes
    );
    let expected = Shape::TextSpan(TextSpan { start: 3, end: 10 });
    assert_eq!(shapes(&sink, "note.txt", "ann"), [&expected]);
}

#[test]
fn version_1_is_read() {
    let (report, sink) = good("version_1.json");
    assert_eq!(
        (report.n_invalid, report.n_skipped()),
        (0, 0),
        "{:?}",
        report.skipped
    );
    let found = shapes(&sink, "pic%201", "ann");
    let [
        Shape::Box(nodule),
        Shape::Polygon(_),
        Shape::TextSpan(span),
        Shape::Classification { .. },
    ] = found[..]
    else {
        panic!("{found:?}");
    };
    assert_eq!(*nodule, Rect::from_corners([10.0, 20.0], [50.5, 50.0]));
    assert_eq!(span.n_chars(), 1);
    let review = sink
        .readings
        .values()
        .next()
        .and_then(|record| record.reading.review.clone());
    assert_eq!(
        review.map(|review| (review.outcome, review.reviewer)),
        Some((ReviewOutcome::Rejected, Some("eve".to_owned())))
    );
    let second = sink.readings.iter().nth(1).expect("a second reading");
    assert_eq!(
        (second.0.item.as_str(), second.1.reading.state),
        ("two", ReadingState::Skipped)
    );
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&good("project.ndjson").1, project_holds);
}

#[test]
fn samples_hold_what_another_reader_finds() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("JSON");
    for (path, expected) in oracle["files"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(json!(report.by_technique), expected["kinds"], "{path}");
        let mut areas: Vec<f64> = sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
            .filter_map(|one| match &one.shape {
                Shape::Box(rect) => Some(rect.area_px2()),
                Shape::Polygon(polygon) => Some(polygon.area_px2()),
                _ => None,
            })
            .collect();
        areas.sort_by(f64::total_cmp);
        let wanted: Vec<f64> = serde_json::from_value(expected["areas"].clone()).expect("numbers");
        assert_eq!(areas.len(), wanted.len(), "{path}");
        for (found, wanted) in areas.iter().zip(&wanted) {
            assert!(
                (found - wanted).abs() <= 1e-9 * wanted,
                "{path}: {found} is not {wanted}"
            );
        }
    }
}

#[test]
fn payloads_for_imports_are_refused_by_name() {
    for name in [
        "rectangle_import",
        "polyline_import",
        "video_import",
        "text_entity_import",
        "classification_import",
    ] {
        let Some(file) = sample(&format!("labelbox/ndjson/{name}.json")) else {
            return;
        };
        let error = read_memory(&file, &IngestOptions::default()).expect_err("a payload");
        let said = error.to_string();
        assert!(
            said.contains("a payload for an import into Labelbox"),
            "{name}: {said}"
        );
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("labelbox", &IngestOptions::default()),
        11
    );
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("labelbox", "good") {
        truncations(&path, &IngestOptions::default(), 250);
    }
}
