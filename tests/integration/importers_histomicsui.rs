//! HistomicsUI annotations through the public interface: fixtures to the last element, turned shapes against shapely, mutants.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{IngestOptions, ReadingState, ReviewOutcome, Shape};
use concord::geometry::MultiPolygon;
use concord::importers::{ImportReport, MemorySink};
use serde_json::Value;

const ORACLE: &str = include_str!("../oracles/importers/histomicsui.json");

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("histomicsui", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "histomicsui", "{name}");
    (report, sink)
}

const SLIDE: &[&str] = &[
    "slide/ 000000000000000000000001 tumour: points tumour@7,9.25 Visible",
    "slide/ 000000000000000000000002 tumour: ellipse 60,30 5x5 0°",
    "slide/ 000000000000000000000003 tumour: ellipse 60,30 8x4 45°",
    "slide/ 000000000000000000000004 tumour: box 10,20 50.5,50",
    "slide/ 000000000000000000000005 tumour: turned box 12.5,25 10x5 36.86989764584402°",
    "slide/ 000000000000000000000006 tumour: polygon 5,8 25,8 25,18 5,18 - 10,10 14,10 14,12 10,12",
    "slide/ 000000000000000000000007 vessel: line 1,2 3,5.5 8,1",
    "slide/ 000000000000000000000008 unclassified: polygon 5,8 25,8 25,18",
];

#[test]
fn a_slide_is_read_to_the_last_element() {
    let (report, sink) = good("slide.json");
    golden::check(&sink, SLIDE);
    assert_eq!((report.n_skipped(), report.n_invalid), (0, 0));
    assert_eq!(
        sink.notes,
        [
            "1 captions beside a group are not read",
            "1 elements lie above or below the slide; their heights are not read"
        ]
    );
}

#[test]
fn records_tell_people_times_and_corrections() {
    let (report, sink) = good("records.json");
    assert_eq!(report.n_skipped(), 0);
    let found: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let reading = &record.reading;
            (
                &key.rater[..1],
                reading.state,
                record.annotations.len(),
                reading.review.as_ref().map(|review| review.outcome),
                reading.finished_at_us.unwrap_or_default() % 60_000_000 / 1_000,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("c", ReadingState::Annotated, 2, None, 2_000),
            // Made at 08:00:00.250; what came later is the corrector's.
            (
                "d",
                ReadingState::Annotated,
                1,
                Some(ReviewOutcome::Corrected),
                250
            ),
            ("f", ReadingState::ReviewedEmpty, 0, None, 4_000),
        ]
    );
    let (_, sink) = good("record.json");
    assert_eq!(
        golden::lines(&sink),
        [format!(
            "{}/{} 000000000000000000000004 tumour: box 10,20 50.5,50",
            "j".repeat(24),
            "c".repeat(24)
        )]
    );
}

#[test]
fn turned_shapes_are_where_shapely_turns_them() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("JSON");
    let (_, sink) = good("slide.json");
    let expected = oracle["corners"].as_object().expect("shapes");
    assert!(!expected.is_empty());
    for (id, corners) in expected {
        let annotation = sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
            .find(|annotation| annotation.source_id == *id)
            .expect("the shape");
        let corners: Vec<[f64; 2]> =
            serde_json::from_value(corners.clone()).expect("a list of points");
        let turned = MultiPolygon::from_ring(corners).expect("a ring");
        let (read, share) = match &annotation.shape {
            Shape::RotatedBox(rect) => (MultiPolygon::from(rect), 1.0),
            // An ellipse fills π/4 of the box around it.
            Shape::Ellipse(ellipse) => (MultiPolygon::from(ellipse), std::f64::consts::FRAC_PI_4),
            other => panic!("{other:?}"),
        };
        let shared = read.intersection_area_px2(&turned);
        let wanted = turned.area_px2() * share;
        assert!(
            (shared - wanted).abs() <= 2e-3 * wanted,
            "{id}: {shared} is not {wanted}"
        );
    }
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&good("slide.json").1, |sink| golden::lines(sink) == SLIDE);
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("histomicsui", &IngestOptions::default()),
        12
    );
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("histomicsui", "good") {
        truncations(&path, &IngestOptions::default(), 150);
    }
}
