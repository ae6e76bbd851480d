//! MD.ai JSON through the public interface: fixtures to the last record, cut files, mutants. No export of MD.ai is public.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, truncations};
use crate::frame::check_mutants;
use concord::domain::{IngestOptions, ReviewOutcome, Role, Shape};
use concord::geometry::{MultiPolygon, Rect};
use concord::importers::{ImportReport, MemorySink};
use serde_json::json;

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("mdai", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    read_memory(&path, &IngestOptions::default()).expect("a good fixture")
}

fn shapes<'s>(sink: &'s MemorySink, item: &str, rater: &str) -> Vec<&'s Shape> {
    sink.readings
        .iter()
        .filter(|(key, _)| key.item == item && key.rater == rater)
        .flat_map(|(_, record)| record.annotations.iter().map(|one| &one.shape))
        .collect()
}

fn geometry_holds(sink: &MemorySink) -> bool {
    let found = shapes(sink, "1.2.3.4.5", "U_ann");
    let [
        Shape::Box(rect),
        Shape::Polygon(effusion),
        Shape::Polygon(mass),
        Shape::Polyline(line),
        Shape::Keypoints(tip),
        Shape::Polygon(lung),
    ] = found[..]
    else {
        return false;
    };
    *rect == Rect::from_corners([20.5, 30.25], [60.5, 40.25])
        && effusion.parts[0].exterior == [[100.0, 20.0], [140.0, 20.0], [120.0, 60.0]]
        && mass.bounding_box() == Some(Rect::from_corners([200.0, 100.0], [210.0, 130.0]))
        && *line == [[5.0, 7.0], [25.0, 47.0]]
        && (tip[0].x_px, tip[0].y_px) == (33.0, 44.0)
        // 40 × 30 less the hole of 10 × 10, and a part of 10 × 10.
        && lung.area_px2() == 1200.0
        && lung.parts[0].holes[0][0] == [20.0, 20.0]
}

#[test]
fn the_project_is_read_to_the_last_annotation() {
    let (report, sink) = good("project.json");
    assert_eq!(
        (report.format.as_str(), report.n_invalid, report.n_skipped()),
        ("mdai", 0, 0)
    );
    assert_eq!(
        json!(report.by_technique),
        json!({"box": 3, "polygon": 3, "polyline": 1, "keypoints": 1, "classification": 3})
    );
    assert!(geometry_holds(&sink));
    let readings: Vec<(&str, &str, Option<ReviewOutcome>, Role)> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let review = record.reading.review.as_ref().map(|review| review.outcome);
            (
                key.item.as_str(),
                key.rater.as_str(),
                review,
                record.reading.role,
            )
        })
        .collect();
    let annotator = Role::Annotator;
    assert_eq!(
        readings,
        [
            ("1.2.3", "U_ann", None, annotator),
            ("1.2.3.4", "U_ann", None, annotator),
            ("1.2.3.4.5", "M_net", None, Role::Model),
            (
                "1.2.3.4.5",
                "U_ann",
                Some(ReviewOutcome::Accepted),
                annotator
            ),
            (
                "1.2.3.4.5",
                "U_bob",
                Some(ReviewOutcome::Rejected),
                annotator
            ),
            // MD.ai's frame 0 is DICOM's frame 1.
            ("1.2.3.4.6#1", "U_ann", None, annotator),
        ]
    );
    let item = &sink.items["1.2.3.4.5"];
    assert_eq!(
        (item.study.as_str(), item.width_px, item.height_px),
        ("1.2.3", Some(300), Some(200))
    );
    let ann = sink.readings.values().nth(3).expect("a reading");
    assert_eq!(ann.annotations[0].attributes["Nodule"], "Calcified, Solid");
    assert_eq!(ann.annotations[4].attributes["source"], "imported");
    // 2026-03-02T11:00:08Z: the author's last change.
    assert_eq!(ann.reading.finished_at_us, Some(1_772_449_208_000_000));
    let bob = sink.readings.values().nth(4).expect("a reading");
    // Changed by someone else at 11:00:09; created at 10:00:09.
    assert_eq!(bob.reading.finished_at_us, Some(1_772_445_609_000_000));
    let exam = &sink
        .readings
        .values()
        .next()
        .expect("a reading")
        .annotations[0];
    let expected = Shape::Classification {
        question: "Findings".to_owned(),
        value: "Abnormal".to_owned(),
    };
    assert_eq!(exam.shape, expected);
    assert!(sink.notes[0].starts_with("1 of 2 studies have no annotation"));
}

#[test]
fn background_that_reaches_over_the_foreground_is_cut_out() {
    let (report, sink) = good("datasets_first.json");
    assert_eq!(report.n_skipped(), 0);
    let [Shape::Mask(mask)] = shapes(&sink, "9.9#5", "U_ann")[..] else {
        panic!("one mask");
    };
    // 10 × 10 less its upper right quarter.
    assert_eq!(mask.area_px(), 75);
    let corner =
        MultiPolygon::from_ring(vec![[15.0, 10.0], [20.0, 10.0], [20.0, 15.0], [15.0, 15.0]]);
    let corner =
        concord::geometry::Mask::from_polygon(300, 200, &corner.expect("a ring")).expect("a size");
    assert_eq!(mask.intersection_px(&corner), Ok(0));
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    let (_, sink) = good("project.json");
    check_mutants(&sink, geometry_holds);
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("mdai", &IngestOptions::default()), 10);
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("mdai", "good") {
        assert!(truncations(&path, &IngestOptions::default(), 300) > 100);
    }
}
