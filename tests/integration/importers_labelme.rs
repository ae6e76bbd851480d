//! LabelMe JSON through the public interface: fixtures to the last shape, areas against shapely and Pillow, broken files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape};
use concord::geometry::{MultiPolygon, Rect};
use concord::importers::{ImportReport, MemorySink};
use std::path::{Path, PathBuf};

const ORACLE: &str = include_str!("../oracles/importers/labelme.json");

/// Worked out by hand: the circle through (23, 26) about (20, 30) has radius 5; the turned box has sides (8, 6) and (-3, 4);
/// the mask's rows `#.#` and `.##` stand at (10, 20).
const EVERY_SHAPE: &[&str] = &[
    "case 7/ flags.blurred blurred: class blurred=true",
    "case 7/ flags.rejected rejected: class rejected=false",
    "case 7/ shapes[0] cyst: box 10,20 30.5,40 group=3 sure=true",
    "case 7/ shapes[1] cyst: polygon 1,2 9,2 9,7.5",
    "case 7/ shapes[2] cyst: polygon 1,2 9,2 9,7.5 1,7",
    "case 7/ shapes[3] cyst: ellipse 20,30 5x5 0°",
    "case 7/ shapes[4] ruler: line 1,2 30,40",
    "case 7/ shapes[5] vessel: line 1,2 30,40 31,40",
    "case 7/ shapes[6] apex: points apex@5,6.25 Visible",
    "case 7/ shapes[7] prompt: points 0@5,6 Visible 1@7,8 Visible",
    "case 7/ shapes[8] cyst: mask 64x48 20:10-11 20:12-13 21:11-13",
    "case 7/ shapes[9] node: turned box 10.5,7 10x5 36.86989764584402° difficult=true grade=2 confidence=0.875",
    "case 7/ shapes[10] node: box 0,0 10,4",
];

fn fixture(name: &str) -> PathBuf {
    let paths = fixtures("labelme", "good");
    let path = paths.into_iter().find(|path| path.ends_with(name));
    path.expect("a fixture")
}

fn read(path: &Path) -> (ImportReport, MemorySink) {
    let (report, sink) = read_memory(path, &IngestOptions::default()).expect("a readable file");
    assert_eq!(report.format, "labelme", "{}", path.display());
    (report, sink)
}

#[test]
fn every_shape_is_read_to_the_last_number() {
    let (report, sink) = read(&fixture("every_shape.json"));
    check(&sink, EVERY_SHAPE);
    check_mutants(&sink, |sink| lines(sink) == EVERY_SHAPE);
    let left_out = [
        "unsupported shapes[9].kie_linking",
        "unsupported shapes[11]",
    ];
    assert_eq!(skipped(&sink), left_out);
    assert_eq!(report.notes, ["shapes whose description is not read: 1"]);
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.key.rater, "");
    assert!(record.reading.source_convention.starts_with("pixels from"));
}

#[test]
fn the_size_is_found_in_an_embedded_picture() {
    let (_, sink) = read(&fixture("embedded.json"));
    let item = &sink.items["b"];
    assert_eq!((item.width_px, item.height_px), (Some(6), Some(5)));
    check(&sink, &["b/ shapes[0] x: box 1,1 5,4"]);
}

#[test]
fn a_file_without_shapes_is_an_empty_reading() {
    let (_, sink) = read(&fixture("empty.json"));
    let states: Vec<ReadingState> = sink.readings.values().map(|r| r.reading.state).collect();
    assert_eq!(states, [ReadingState::ReviewedEmpty]);
}

#[test]
fn areas_are_those_of_other_tools() {
    let oracle: serde_json::Value = serde_json::from_str(ORACLE).expect("the oracle is JSON");
    let mut n_shapes = 0;
    for (name, wanted) in oracle["files"].as_object().expect("files") {
        let path = if name.starts_with("tests/") {
            fixture("every_shape.json")
        } else {
            let Some(path) = sample(name) else { return };
            path
        };
        let (_, sink) = read(&path);
        let records = sink.readings.values().flat_map(|r| &r.annotations);
        for one in records.filter(|one| one.source_id.starts_with("shapes")) {
            let (area, bounds) = measured(&one.shape);
            let wanted = wanted[&one.source_id].as_array().expect("numbers");
            let found = [area, bounds.x0, bounds.y0, bounds.x1, bounds.y1];
            for (found, wanted) in found.iter().zip(wanted) {
                let near = wanted
                    .as_f64()
                    .is_none_or(|wanted| (found - wanted).abs() < 1e-9);
                assert!(near, "{name} {}: {found} is not {wanted}", one.source_id);
            }
            n_shapes += 1;
        }
    }
    assert_eq!(n_shapes, 13);
}

fn measured(shape: &Shape) -> (f64, Rect) {
    let of = |polygon: MultiPolygon| {
        let bounds = polygon.bounding_box().expect("an outline");
        (polygon.area_px2(), bounds)
    };
    match shape {
        Shape::Box(rect) => (rect.area_px2(), *rect),
        Shape::RotatedBox(rect) => of(rect.into()),
        Shape::Polygon(polygon) => of(polygon.clone()),
        Shape::Ellipse(e) => {
            let rect = Rect::from_corners([e.cx - e.rx, e.cy - e.ry], [e.cx + e.rx, e.cy + e.ry]);
            (0.0, rect)
        }
        Shape::Mask(mask) => {
            let area = mask.bounding_box().expect("a mask");
            let [x0, y0, x1, y1] = [area.x0, area.y0, area.x1, area.y1].map(f64::from);
            (mask.area_px() as f64, Rect { x0, y0, x1, y1 })
        }
        Shape::Polyline(points) => (0.0, Rect::around(points).expect("points")),
        Shape::Keypoints(points) => {
            let points: Vec<[f64; 2]> = points.iter().map(|p| [p.x_px, p.y_px]).collect();
            (0.0, Rect::around(&points).expect("points"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("labelme", &IngestOptions::default()), 6);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for path in fixtures("labelme", "good") {
        assert!(truncations(&path, &IngestOptions::default(), 200) >= 100);
    }
}
