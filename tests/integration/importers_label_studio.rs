//! Label Studio JSON through the public interface: samples against shapely, fixtures, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use concord::domain::{IngestOptions, ReadingState, Role, Shape};
use concord::geometry::MultiPolygon;
use serde_json::{Value, json};

const COUNTS: &str = include_str!("../oracles/importers/counts.json");

#[test]
fn rectangles_of_samples_lie_where_shapely_turns_them() {
    let counts: Value = serde_json::from_str(COUNTS).expect("the oracle file is JSON");
    let mut n_rectangles = 0;
    for (path, expected) in counts["label_studio"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(
            Value::from(report.counts.items),
            expected["items"],
            "{path}"
        );
        assert_eq!(
            Value::from(report.counts.readings),
            expected["readings"],
            "{path}"
        );
        assert_eq!(json!(report.raters), expected["raters"], "{path}");
        let mut found: Vec<[f64; 7]> = Vec::new();
        for annotation in sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
        {
            let outline = match &annotation.shape {
                Shape::Box(rect) => MultiPolygon::from(rect),
                Shape::RotatedBox(rect) => MultiPolygon::from(rect),
                _ => continue,
            };
            let (bounds, [x, y]) = (
                outline.bounding_box().expect("corners"),
                outline.centroid_px().expect("an area"),
            );
            found.push([
                x,
                y,
                outline.area_px2(),
                bounds.x0,
                bounds.y0,
                bounds.x1,
                bounds.y1,
            ]);
        }
        let mut wanted: Vec<[f64; 7]> =
            serde_json::from_value(expected["rectangles"].clone()).expect("seven numbers each");
        assert_eq!(found.len(), wanted.len(), "{path}");
        let order = |a: &[f64; 7], b: &[f64; 7]| a[0].total_cmp(&b[0]);
        found.sort_by(order);
        wanted.sort_by(order);
        for (found, wanted) in found.iter().zip(&wanted) {
            for (found, wanted) in found.iter().zip(wanted) {
                assert!(
                    (found - wanted).abs() < 1e-6 * wanted.abs().max(1.0),
                    "{path}: {found} is not {wanted}"
                );
            }
            n_rectangles += 1;
        }
    }
    if sample("labelstudio").is_some() {
        assert_eq!(n_rectangles, 36);
    }
}

#[test]
fn good_fixtures_are_read_to_the_last_result() {
    let mut n_read = 0;
    for path in fixtures("label_studio", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
        assert_eq!(report.n_invalid, 0, "{}", path.display());
        let kinds = json!(report.by_technique);
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        match name.as_str() {
            "project.json" => {
                let expected = json!({"box": 2, "classification": 1, "ellipse": 1, "keypoints": 1, "mask": 1,
                    "ordinal": 1, "polygon": 1, "rotated_box": 1});
                assert_eq!(kinds, expected);
                assert_eq!(report.raters, ["user-1", "user-2"]);
                let states: Vec<(&str, &str, ReadingState)> = sink
                    .readings
                    .iter()
                    .map(|(key, record)| {
                        (key.item.as_str(), key.rater.as_str(), record.reading.state)
                    })
                    .collect();
                assert_eq!(
                    states,
                    [
                        ("scan-001", "user-1", ReadingState::Annotated),
                        ("scan-001", "user-2", ReadingState::Annotated),
                        ("scan-002", "user-1", ReadingState::ReviewedEmpty),
                        ("scan-002", "user-2", ReadingState::Skipped),
                    ]
                );
                let mask = sink
                    .readings
                    .values()
                    .flat_map(|record| &record.annotations)
                    .find_map(|annotation| match &annotation.shape {
                        Shape::Mask(mask) => Some(mask),
                        _ => None,
                    })
                    .expect("the brush mask");
                // 10 × 15 px of alpha 255; the row of alpha 100 is covered by less than half.
                assert_eq!(mask.area_px(), 150);
                assert_eq!(mask.centroid_px(), Some([37.5, 15.0]));
                assert_eq!(
                    report.n_skipped(),
                    2,
                    "a relation and a prediction: {:?}",
                    report.skipped
                );
            }
            "texts.json" => {
                assert_eq!((kinds, report.n_skipped()), (json!({"text_span": 6}), 0));
                let spans: Vec<(u64, u64)> = sink
                    .readings
                    .values()
                    .flat_map(|record| &record.annotations)
                    .filter_map(|annotation| match &annotation.shape {
                        Shape::TextSpan(span) => Some((span.start, span.end)),
                        _ => None,
                    })
                    .collect();
                // The emoji before the last span counts two in the export and one here.
                let (first, second) = ([(0, 7), (8, 13), (26, 31)], [(0, 7), (8, 19), (26, 31)]);
                assert_eq!(spans, [first, second].concat());
            }
            "completions.json" => assert_eq!((kinds, report.n_skipped()), (json!({"box": 1}), 0)),
            other => panic!("no expectation for {other}"),
        }
        n_read += 1;
    }
    assert_eq!(n_read, 3);
}

#[test]
fn the_same_export_gives_the_model_s_side_when_asked() {
    let path = fixtures("label_studio", "good").remove(1);
    let options = IngestOptions {
        role: Some(Role::Model),
        ..IngestOptions::default()
    };
    let (report, sink) = read_memory(&path, &options).expect("a good fixture");
    assert_eq!(
        (report.raters, report.counts.annotations),
        (vec!["net-1".to_owned()], 1)
    );
    assert!(
        sink.readings
            .values()
            .all(|record| record.reading.role == Role::Model)
    );
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("label_studio", &IngestOptions::default()),
        15
    );
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("label_studio", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 1_000))
        .sum();
    assert!(n_cases > 1_000, "only {n_cases} cases ran");
}
