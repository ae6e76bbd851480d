//! RedBrick AI JSON through the public interface: fixtures to the last label, cut files, mutants. No export of RedBrick is public.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, truncations};
use crate::frame::check_mutants;
use concord::domain::{IngestOptions, ReadingState, ReferenceKind, Role, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::json;

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("redbrick", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "redbrick", "{name}");
    (report, sink)
}

fn shapes<'s>(sink: &'s MemorySink, item: &str) -> Vec<&'s Shape> {
    sink.readings
        .iter()
        .filter(|(key, _)| key.item == item)
        .flat_map(|(_, record)| record.annotations.iter().map(|one| &one.shape))
        .collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

fn flat_holds(sink: &MemorySink) -> bool {
    let found = shapes(sink, "flat/A");
    let [
        Shape::Box(nodule),
        Shape::Polygon(organ),
        Shape::Polyline(wire),
        Shape::Keypoints(point),
        Shape::Classification { .. },
    ] = found[..]
    else {
        return false;
    };
    let ([Shape::Ellipse(cyst)], [Shape::Box(xray)], [Shape::Track(track)]) = (
        &shapes(sink, "flat/B")[..],
        &shapes(sink, "1.2.3.4.5")[..],
        &shapes(sink, "clip")[..],
    ) else {
        return false;
    };
    let starts: Vec<(u32, f64)> = track
        .shapes()
        .iter()
        .filter_map(|one| match &one.shape {
            Shape::Box(rect) => Some((one.frame, rect.x0)),
            _ => None,
        })
        .collect();
    // 20 × 10 px.
    near(nodule.x0, 2.0) && near(nodule.y0, 2.0) && near(nodule.x1, 10.0) && near(nodule.y1, 7.0)
        && organ.parts[0].exterior == [[0.0, 0.0], [10.0, 0.0], [10.0, 5.0]]
        && near(wire[0][0], 1.0) && near(wire[0][1], 1.0) && near(wire[1][0], 10.0) && near(wire[1][1], 2.5)
        && near(point[0].x_px, 5.0) && near(point[0].y_px, 7.5)
        // 40 × 40 px.
        && near(cyst.cx, 20.0) && near(cyst.cy, 10.0) && near(cyst.rx, 8.0) && near(cyst.ry, 4.0)
        && near(cyst.angle_deg, 30.0)
        // 200 × 100 px, by the rows and columns of the DICOM file.
        && near(xray.x0, 20.0) && near(xray.y0, 20.0) && near(xray.x1, 100.0) && near(xray.y1, 70.0)
        && starts == [(0, 2.0), (1, 4.0)]
}

#[test]
fn flat_shapes_take_their_size_from_the_images_beside() {
    let (report, sink) = good("with_images");
    assert_eq!(report.n_invalid, 0);
    // The three images are no annotations.
    assert_eq!(report.n_skipped(), 3, "{:?}", report.skipped);
    assert!(flat_holds(&sink));
    let xray = &sink.items["1.2.3.4.5"];
    assert_eq!(
        (xray.study.as_str(), xray.modality.as_deref(), xray.width_px),
        ("1.2.3", Some("DX"), Some(200))
    );
    let first = sink
        .readings
        .values()
        .find(|record| record.reading.key.item == "flat/A")
        .expect("a reading");
    assert_eq!(first.reading.key.rater, "ann");
    // 2026-05-02T09:30:00Z
    assert_eq!(first.reading.finished_at_us, Some(1_777_714_200_000_000));
    assert_eq!(
        json!(first.annotations[0].attributes),
        json!({"margin": "calm, smooth", "sure": "true"})
    );
    assert_eq!(
        (
            first.annotations[1].label.as_str(),
            first.annotations[3].label.as_str()
        ),
        ("organ/liver", "7")
    );
}

fn volumes_hold(sink: &MemorySink) -> bool {
    let found = shapes(sink, "ct");
    let [
        Shape::Track(apex),
        Shape::Track(axis),
        Shape::Classification { .. },
    ] = found[..]
    else {
        return false;
    };
    let (Some(Shape::Keypoints(apex)), Some(Shape::Polyline(axis))) = (apex.at(5), axis.at(6))
    else {
        return false;
    };
    (apex[0].x_px, apex[0].y_px) == (3.5, 4.5) && *axis == [[1.5, 2.5], [4.5, 6.5]]
}

#[test]
fn voxels_lie_on_slices_and_states_are_told_apart() {
    let (report, sink) = good("volumes.json");
    assert_eq!(
        (report.n_invalid, report.n_skipped()),
        (0, 0),
        "{:?}",
        report.skipped
    );
    assert!(volumes_hold(&sink));
    let states: Vec<(&str, ReadingState)> = sink
        .readings
        .iter()
        .map(|(key, record)| (key.item.as_str(), record.reading.state))
        .collect();
    assert_eq!(
        states,
        [
            ("clear", ReadingState::ReviewedEmpty),
            ("ct", ReadingState::Annotated),
            ("ct/2", ReadingState::Annotated),
            ("left", ReadingState::Skipped),
        ]
    );
    assert!(
        sink.items.contains_key("open"),
        "never assigned: an item without a reading"
    );
}

#[test]
fn each_annotator_has_a_reading_and_the_super_truth_is_the_consensus() {
    let (report, sink) = good("consensus.json");
    assert_eq!(report.n_skipped(), 0);
    let readings: Vec<_> = sink
        .readings
        .values()
        .map(|record| {
            let reading = &record.reading;
            (
                reading.key.rater.as_str(),
                reading.state,
                reading.role,
                reading.reference,
            )
        })
        .collect();
    assert_eq!(
        readings,
        [
            ("ann", ReadingState::Annotated, Role::Annotator, None),
            ("bob", ReadingState::ReviewedEmpty, Role::Annotator, None),
            (
                "consensus",
                ReadingState::Annotated,
                Role::Model,
                Some(ReferenceKind::Consensus)
            ),
        ]
    );
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&good("with_images").1, flat_holds);
    check_mutants(&good("volumes.json").1, volumes_hold);
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("redbrick", &IngestOptions::default()),
        11
    );
}

#[test]
fn cut_files_never_panic() {
    let mut n_files = 0;
    for path in fixtures("redbrick", "good")
        .into_iter()
        .filter(|path| path.is_file())
    {
        truncations(&path, &IngestOptions::default(), 250);
        n_files += 1;
    }
    assert_eq!(n_files, 2);
}
