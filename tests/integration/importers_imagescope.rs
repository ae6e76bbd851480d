//! ImageScope XML through the public interface: fixtures to the last region, a sample against lxml and shapely, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape};
use concord::geometry::Rect;
use serde_json::Value;

const ORACLE: &str = include_str!("../oracles/importers/imagescope.json");

/// Worked out by hand from `good/slide-9.svs.xml`.
const SLIDE: &[&str] = &[
    "slide-9/ Annotation[0]/Region[0] Tumor: polygon 10,20 40,20 40,50 10,50 - 15,25 20,25 20,31",
    "slide-9/ Annotation[0]/Region[2] Tumor: box 100.5,200 130,260",
    "slide-9/ Annotation[1]/Region[0] #0000ff: ellipse 320,410 20x10 0°",
    "slide-9/ Annotation[1]/Region[1] #0000ff: line 1,2 3,8",
    "slide-9/ Annotation[1]/Region[2] #0000ff: line 5,6 8,10",
];

#[test]
fn good_fixtures_are_read_to_the_last_region() {
    let [empty, slide] = &fixtures("imagescope", "good")[..] else {
        panic!("two fixtures are expected");
    };
    assert!(empty.ends_with("nothing_drawn.xml") && slide.ends_with("slide-9.svs.xml"));
    let (report, sink) = read_memory(slide, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "imagescope");
    check(&sink, SLIDE);
    assert_eq!(skipped(&sink), ["unsupported Annotation[1]/Region[3]"]);
    assert_eq!(
        sink.items["slide-9"].spacing_mm,
        Some([0.0, 0.00025, 0.00025])
    );
    check_mutants(&sink, |sink| lines(sink) == SLIDE);
    let (report, sink) = read_memory(empty, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "imagescope");
    let states: Vec<_> = sink.readings.values().map(|r| r.reading.state).collect();
    assert_eq!(states, [ReadingState::ReviewedEmpty]);
}

#[test]
fn a_sample_has_the_areas_that_lxml_and_shapely_find() {
    let Some(path) = sample("pathology-formats/test.xml") else {
        return;
    };
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a sample");
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    let expected = oracle["regions"].as_object().expect("regions");
    assert_eq!(report.n_skipped(), 0);
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.annotations.len(), expected.len());
    for annotation in &record.annotations {
        let wanted = &expected[&annotation.source_id];
        assert_eq!(wanted["label"], annotation.label);
        let (area, bounds) = match &annotation.shape {
            Shape::Polygon(polygon) => (polygon.area_px2(), polygon.bounding_box()),
            Shape::Box(rect) => (rect.area_px2(), Some(*rect)),
            Shape::Ellipse(e) => {
                let corners = [[e.cx - e.rx, e.cy - e.ry], [e.cx + e.rx, e.cy + e.ry]];
                (std::f64::consts::PI * e.rx * e.ry, Rect::around(&corners))
            }
            Shape::Polyline(points) => {
                let [[x0, y0], [x1, y1]] = points[..] else {
                    panic!("an arrow has two ends");
                };
                ((x1 - x0).hypot(y1 - y0), Rect::around(points))
            }
            other => panic!("{other:?} has no area"),
        };
        let bounds = bounds.expect("bounds");
        let found = [area, bounds.x0, bounds.y0, bounds.x1, bounds.y1];
        let wanted = wanted["area_bounds"].as_array().expect("numbers");
        for (found, wanted) in found.into_iter().zip(wanted) {
            let wanted = wanted.as_f64().expect("a number");
            assert!(
                (found - wanted).abs() < 1e-6 * wanted.max(1.0),
                "{found} {wanted}"
            );
        }
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("imagescope", &IngestOptions::default()),
        3
    );
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("imagescope", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 600))
        .sum();
    assert!(n_cases > 500, "only {n_cases} cases ran");
}
