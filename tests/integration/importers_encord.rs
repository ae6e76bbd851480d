//! Encord JSON through the public interface: fixtures to the last object (bitmasks coded by pycocotools), mutants. No export of
//! Encord is public as a file.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, truncations};
use crate::frame::check_mutants;
use concord::domain::{IngestOptions, ReadingState, ReviewOutcome, Shape, Visibility};
use concord::geometry::Rect;
use concord::importers::{ImportReport, MemorySink};
use serde_json::json;

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("encord", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "encord", "{name}");
    (report, sink)
}

fn shapes<'s>(sink: &'s MemorySink, item: &str, rater: &str) -> Vec<&'s Shape> {
    sink.readings
        .iter()
        .filter(|(key, _)| key.item == item && key.rater == rater)
        .flat_map(|(_, record)| record.annotations.iter().map(|one| &one.shape))
        .collect()
}

fn image_holds(sink: &MemorySink) -> bool {
    let found = shapes(sink, "scan", "ann");
    let [
        Shape::Box(nodule),
        Shape::RotatedBox(tube),
        Shape::Polygon(organ),
        Shape::Polygon(lobe),
        Shape::Polyline(wire),
        Shape::Keypoints(tip),
        Shape::Keypoints(spine),
        Shape::Mask(lung),
        Shape::Mask(heart),
        ..,
    ] = found[..]
    else {
        return false;
    };
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    // 20 × 10 px: a tenth is 2 px across and 1 px down.
    let rect = Rect::from_corners([2.0, 2.0], [10.0, 7.0]);
    near(nodule.x0, rect.x0) && near(nodule.y0, rect.y0) && near(nodule.x1, rect.x1) && near(nodule.y1, rect.y1)
        && near(tube.cx, 6.0) && near(tube.cy, 4.5) && near(tube.width, 8.0) && near(tube.height, 5.0)
        && near(tube.angle_deg, 30.0)
        // 10 × 5 less 2 × 1, and 2 × 2 beside it.
        && near(organ.area_px2(), 52.0)
        && organ.parts.len() == 2
        && near(organ.parts[0].holes[0][0][0], 2.0)
        && lobe.parts[0].exterior == [[0.0, 0.0], [10.0, 0.0], [10.0, 5.0], [0.0, 5.0]]
        && near(wire[0][0], 1.0) && near(wire[0][1], 1.0) && near(wire[1][0], 10.0) && near(wire[1][1], 2.5)
        && near(tip[0].x_px, 5.0) && near(tip[0].y_px, 7.5)
        && spine.len() == 2
        && spine[0].name == "C1"
        && (near(spine[1].x_px, 4.0) && near(spine[1].y_px, 2.0) && spine[1].visibility == Visibility::Occluded)
        && lung.bounds() == [23, 28, 40, 41, 199, 200]
        // Rows 3 and 4 from column 4: the right pixel of the first, both of the second.
        && heart.bounds() == [65, 66, 84, 86]
}

#[test]
fn an_image_is_read_to_the_last_object() {
    let (report, sink) = good("image.json");
    assert_eq!(
        (report.n_invalid, report.n_skipped()),
        (0, 1),
        "the deleted one: {:?}",
        report.skipped
    );
    assert!(image_holds(&sink));
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
            ("clear", "", ReadingState::ReviewedEmpty, None),
            // Its classification was not reviewed, so the whole is not accepted.
            ("scan", "ann", ReadingState::Annotated, None),
            (
                "scan",
                "bob",
                ReadingState::Annotated,
                Some(ReviewOutcome::Corrected)
            ),
        ]
    );
    let ann = sink.readings.values().nth(1).expect("a reading");
    assert_eq!(
        json!(ann.annotations[0].attributes),
        json!({"Margin": "Calm, Smooth", "Size": "4.5"})
    );
    assert_eq!(ann.annotations[8].attributes["source"], "automatic");
    assert_eq!(ann.annotations[8].confidence, Some(0.5));
    let view = Shape::Classification {
        question: "View".to_owned(),
        value: "AP".to_owned(),
    };
    assert_eq!(ann.annotations[9].shape, view);
    // 2023-01-17T11:44:00Z, the classification.
    assert_eq!(ann.reading.finished_at_us, Some(1_673_955_840_000_000));
    let review = sink
        .readings
        .values()
        .nth(2)
        .and_then(|record| record.reading.review.clone());
    assert_eq!(
        review.and_then(|review| review.reviewer).as_deref(),
        Some("eve")
    );
    assert_eq!(sink.notes, ["1 typed answers are not read"]);
    assert_eq!(sink.items["scan"].width_px, Some(20));
}

#[test]
fn slices_are_items_and_frames_are_tracks() {
    let (report, sink) = good("frames.json");
    assert_eq!(
        (report.n_invalid, report.n_skipped()),
        (0, 1),
        "the video's answer: {:?}",
        report.skipped
    );
    let items: Vec<&str> = sink.items.keys().map(String::as_str).collect();
    assert_eq!(items, ["1.2.3.4.5.0", "1.2.3.4.5.1", "clip.mp4", "ct"]);
    assert_eq!(sink.items["1.2.3.4.5.0"].study, "ct");
    let [Shape::Box(node), Shape::Classification { value, .. }] =
        shapes(&sink, "1.2.3.4.5.0", "ann")[..]
    else {
        panic!("a box and an answer");
    };
    assert!(
        (node.x1 - 20.0).abs() < 1e-9 && (node.y1 - 14.0).abs() < 1e-9,
        "{node:?}"
    );
    assert_eq!(value, "Venous");
    let good = Shape::Classification {
        question: "Quality".to_owned(),
        value: "Good".to_owned(),
    };
    assert_eq!(shapes(&sink, "ct", "ann"), [&good]);
    let [Shape::Track(track)] = shapes(&sink, "clip.mp4", "ann")[..] else {
        panic!("one track");
    };
    let at: Vec<(u32, f64)> = track
        .shapes()
        .iter()
        .filter_map(|one| match &one.shape {
            Shape::Box(rect) => Some((one.frame, rect.x0)),
            _ => None,
        })
        .collect();
    assert_eq!(at, [(2, 2.0), (3, 4.0)]);
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&good("image.json").1, image_holds);
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("encord", &IngestOptions::default()), 11);
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("encord", "good") {
        truncations(&path, &IngestOptions::default(), 250);
    }
}
