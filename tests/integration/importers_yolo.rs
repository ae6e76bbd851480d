//! YOLO label files through the public interface: every task to the last number, samples against shapely, broken sets.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use concord::domain::{Annotation, IngestOptions, ReadingState, Role, Shape, Visibility};
use concord::geometry::{MultiPolygon, Rect};
use concord::importers::{ImportReport, MemorySink};
use std::collections::BTreeMap;
use std::path::PathBuf;

const ORACLE: &str = include_str!("../oracles/importers/yolo.json");

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("yolo", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str) -> (ImportReport, MemorySink) {
    read_memory(&fixture(name), &IngestOptions::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn annotations(sink: &MemorySink) -> Vec<&Annotation> {
    let records = sink.readings.values();
    records.flat_map(|record| &record.annotations).collect()
}

fn options(rows: &[(&str, &str)]) -> IngestOptions {
    let mut row: BTreeMap<String, String> = BTreeMap::new();
    for (column, value) in rows {
        row.insert((*column).to_owned(), (*value).to_owned());
    }
    row.insert("file".to_owned(), "*".to_owned());
    IngestOptions {
        sidecar: vec![row],
        ..IngestOptions::default()
    }
}

fn near(found: &[f64], wanted: &[f64]) -> bool {
    found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9)
}

#[test]
fn every_good_fixture_is_detected_as_yolo() {
    for path in fixtures("yolo", "good") {
        let (report, _) = read_memory(&path, &IngestOptions::default()).expect("readable");
        assert_eq!(report.format, "yolo", "{}", path.display());
        let skipped: Vec<String> = report
            .skipped
            .iter()
            .flat_map(|group| group.examples.clone())
            .filter(|example| !example.contains(".png"))
            .collect();
        assert!(skipped.is_empty(), "{skipped:?}");
    }
}

fn boxes_hold(sink: &MemorySink) -> bool {
    let wanted = [
        Rect::from_corners([15.0, 6.0], [25.0, 14.0]),
        Rect::from_corners([2.0, 4.0], [6.0, 6.0]),
    ];
    let found = annotations(sink);
    found.len() == 2
        && found
            .iter()
            .zip(wanted)
            .all(|(one, wanted)| match &one.shape {
                Shape::Box(rect) => near(
                    &[rect.x0, rect.y0, rect.x1, rect.y1],
                    &[wanted.x0, wanted.y0, wanted.x1, wanted.y1],
                ),
                _ => false,
            })
}

#[test]
fn boxes_become_pixels_and_an_empty_file_is_an_empty_reading() {
    let (report, sink) = read("boxes");
    check_mutants(&sink, boxes_hold);
    let labels: Vec<&str> = annotations(&sink).iter().map(|one| &*one.label).collect();
    assert_eq!(labels, ["cyst", "nodule"]);
    let states: Vec<(&str, ReadingState)> = sink
        .readings
        .values()
        .map(|record| (&*record.reading.key.item, record.reading.state))
        .collect();
    assert_eq!(
        states,
        [
            ("a", ReadingState::Annotated),
            ("b", ReadingState::ReviewedEmpty)
        ],
        "an image without a file is unknown"
    );
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(
        record.reading.source_convention,
        "shares of the image's width and height"
    );
    assert_eq!(record.annotations[0].source_id, "lines[0]");
    let item = &sink.items["a"];
    assert_eq!((item.width_px, item.height_px), (Some(40), Some(20)));
    assert_eq!(report.n_skipped(), 3, "the three images");
}

#[test]
fn names_of_darknet_stand_in_a_file_of_their_own() {
    let (_, sink) = read("darknet");
    // The middle of a 40 × 20 image, a quarter of its width and two fifths of its height.
    let expected = ["a/ lines[0] nodule: box 15,6 25,14"];
    crate::golden::check(&sink, &expected);
}

fn turned_hold(sink: &MemorySink) -> bool {
    let found = annotations(sink);
    let quad = [[0.0, 0.0], [10.0, 0.0], [12.0, 8.0], [0.0, 8.0]];
    let quad = MultiPolygon::from_ring(quad.to_vec()).expect("a ring");
    // Sides (8, 6) and (-3, 4): 10 by 5 px, turned by atan(3/4).
    matches!(&found[0].shape, Shape::RotatedBox(rect)
        if near(&[rect.cx, rect.cy, rect.width, rect.height, rect.angle_deg], &[14.5, 7.0, 10.0, 5.0, 0.75_f64.atan().to_degrees()]))
        && matches!(&found[1].shape, Shape::Polygon(polygon) if *polygon == quad)
}

#[test]
fn four_corners_are_a_turned_box_unless_they_form_no_rectangle() {
    check_mutants(&read("turned").1, turned_hold);
}

fn outlines_hold(sink: &MemorySink) -> bool {
    let found = annotations(sink);
    let ring = |ring: &[[f64; 2]]| MultiPolygon::from_ring(ring.to_vec()).expect("a ring");
    let wanted = [
        ring(&[[4.0, 4.0], [20.0, 4.0], [4.0, 12.0]]),
        ring(&[[0.0, 0.0], [10.0, 0.0], [12.0, 8.0], [0.0, 8.0]]),
    ];
    found
        .iter()
        .zip(&wanted)
        .all(|(one, wanted)| matches!(&one.shape, Shape::Polygon(polygon) if polygon == wanted))
        && matches!(&found[2].shape, Shape::Box(rect) if *rect == Rect::from_corners([10.0, 5.0], [30.0, 15.0]))
}

#[test]
fn outlines_and_the_boxes_among_them_are_read() {
    let (_, sink) = read("outlines");
    check_mutants(&sink, outlines_hold);
    assert!(annotations(&sink).iter().all(|one| one.label == "nodule"));
}

fn points_hold(sink: &MemorySink) -> bool {
    let found = annotations(sink);
    let Shape::Keypoints(points) = &found[0].shape else {
        return false;
    };
    let seen: Vec<(&str, f64, f64, Visibility)> = points
        .iter()
        .map(|point| (&*point.name, point.x_px, point.y_px, point.visibility))
        .collect();
    seen == [
        ("0", 10.0, 5.0, Visibility::Visible),
        ("1", 30.0, 15.0, Visibility::Occluded),
    ]
}

#[test]
fn keypoints_keep_their_visibility_and_the_area_of_their_box() {
    let (_, sink) = read("points");
    check_mutants(&sink, points_hold);
    assert_eq!(annotations(&sink)[0].attributes["area_px2"], "200");
}

#[test]
fn a_sixth_number_makes_the_reading_a_models() {
    let (_, sink) = read("predictions");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.role, Role::Model);
    assert_eq!(record.reading.key.rater, "model");
    assert_eq!(record.annotations[0].confidence, Some(0.875));
    assert_eq!(record.annotations[0].label, "cyst");
    let named = IngestOptions {
        annotator: Some("net-3".to_owned()),
        ..IngestOptions::default()
    };
    let (_, sink) = read_memory(&fixture("predictions"), &named).expect("readable");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(
        (record.reading.role, &*record.reading.key.rater),
        (Role::Model, "net-3")
    );
}

#[test]
fn folders_of_images_are_classes() {
    let (report, sink) = read("classes");
    let classes: Vec<(&str, &str, &Shape)> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let one = &record.annotations[0];
            (&*key.item, &*one.label, &one.shape)
        })
        .collect();
    let class = |value: &str| Shape::Classification {
        question: String::new(),
        value: value.to_owned(),
    };
    let [cyst, none] = [class("cyst"), class("none")];
    assert_eq!(
        classes,
        [
            ("1", "cyst", &cyst),
            ("2", "none", &none),
            ("3", "cyst", &cyst)
        ]
    );
    assert_eq!(
        (sink.items["1"].width_px, sink.items["1"].height_px),
        (Some(40), Some(20))
    );
    assert_eq!(report.n_skipped(), 0);
}

#[test]
fn nine_columns_are_what_the_user_says() {
    let folder = fixture("boxes")
        .ancestors()
        .nth(2)
        .expect("the format's folder")
        .join("bad/nine");
    for (task, technique) in [("obb", "rotated_box"), ("segment", "polygon")] {
        let (report, _) = read_memory(&folder, &options(&[("task", task)])).expect("readable");
        assert_eq!(report.by_technique.len(), 1);
        assert_eq!(serde_json::json!(report.by_technique)[technique], 1);
    }
}

#[test]
fn samples_draw_what_shapely_measures() {
    let oracle: serde_json::Value = serde_json::from_str(ORACLE).expect("the oracle is JSON");
    let mut n_shapes = 0;
    for (folder, expected) in oracle["sets"].as_object().expect("sets") {
        let Some(path) = sample(folder) else { return };
        let side = |name: &str| expected[name].to_string();
        let given = [
            ("width_px", &*side("width_px")),
            ("height_px", &*side("height_px")),
        ];
        let (report, sink) = read_memory(&path, &options(&given)).expect("a readable sample");
        assert_eq!(report.n_skipped(), 0, "{folder}: {:?}", report.skipped);
        let mut found: Vec<Vec<f64>> = annotations(&sink)
            .into_iter()
            .map(|one| {
                let (area, bounds) = match &one.shape {
                    Shape::Box(rect) => (rect.area_px2(), *rect),
                    Shape::RotatedBox(rect) => {
                        let bounds = MultiPolygon::from(rect).bounding_box();
                        (rect.area_px2(), bounds.expect("a box"))
                    }
                    Shape::Polygon(polygon) => (
                        polygon.area_px2(),
                        polygon.bounding_box().expect("an outline"),
                    ),
                    Shape::Keypoints(points) => {
                        let at = |index: usize| [points[index].x_px, points[index].y_px];
                        let ([x0, y0], [x1, y1]) = (at(0), at(1));
                        (0.0, Rect { x0, y0, x1, y1 })
                    }
                    _ => panic!("{folder}: another kind"),
                };
                vec![area, bounds.x0, bounds.y0, bounds.x1, bounds.y1]
            })
            .collect();
        found.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        let wanted = expected["shapes"].as_array().expect("shapes");
        assert_eq!(found.len(), wanted.len(), "{folder}");
        for (found, wanted) in found.iter().zip(wanted) {
            for (at, value) in found.iter().enumerate() {
                let wanted = wanted[at].as_f64().expect("a number");
                // Corners are written with six digits, and a turned box is the rectangle nearest to them.
                assert!(
                    (value - wanted).abs() < 5e-4,
                    "{folder}: {value} is not {wanted}"
                );
            }
            n_shapes += 1;
        }
    }
    assert_eq!(n_shapes, 39);
}

#[test]
fn broken_sets_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("yolo", &IngestOptions::default()), 8);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    let options = options(&[("width_px", "40"), ("height_px", "20"), ("task", "segment")]);
    let labels = fixture("outlines").join("labels/a.txt");
    assert!(truncations(&labels, &options, 200) >= 60);
}
