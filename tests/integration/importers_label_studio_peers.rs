//! Label Studio's results as others read them: brushes by its own encoder, tracks by its own filler of keyframes, shapes by shapely.

use crate::corpus::{read_bytes, read_memory, sample};
use concord::domain::{Annotation, IngestOptions, Role, Shape};
use concord::importers::MemorySink;
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/label_studio.json");

fn oracle() -> Value {
    serde_json::from_str(ORACLE).expect("the oracle file is JSON")
}

fn annotations(sink: &MemorySink, role: Role) -> Vec<&Annotation> {
    let records = sink.readings.values();
    let records =
        records.filter(|record| (record.reading.role == Role::Model) == (role == Role::Model));
    records.flat_map(|record| &record.annotations).collect()
}

/// Reads one result on an image or video of this size.
fn read_one(mut result: Value, width: u64, height: u64) -> Annotation {
    result["original_width"] = json!(width);
    result["original_height"] = json!(height);
    let annotation = json!({"id": 1, "completed_by": 1, "result": [result]});
    let task = json!([{"id": 1, "data": {"image": "a.png"}, "annotations": [annotation]}]);
    let (report, sink) = read_bytes(
        "a.json",
        task.to_string().as_bytes(),
        &IngestOptions::default(),
    )
    .expect("a readable task");
    assert_eq!(report.n_skipped(), 0, "{:?}", report.skipped);
    annotations(&sink, Role::Annotator)[0].clone()
}

#[test]
fn brushes_that_the_tool_s_own_library_packs_are_unpacked_to_the_pixel() {
    let mut n_runs = 0;
    for brush in oracle()["brushes"].as_array().expect("brushes") {
        let value = json!({"format": "rle", "rle": brush["rle"], "brushlabels": ["x"]});
        let result = json!({"id": "b", "type": "brushlabels", "from_name": "f", "to_name": "image", "value": value});
        let side = |name: &str| brush[name].as_u64().expect("a side");
        let Shape::Mask(mask) = read_one(result, side("width"), side("height")).shape else {
            panic!("a mask");
        };
        assert_eq!(json!(mask.bounds()), brush["bounds"]);
        n_runs += mask.bounds().len() / 2;
    }
    assert!(n_runs > 200, "only {n_runs} runs");
}

#[test]
fn keyframes_are_filled_in_as_the_tool_s_own_library_does() {
    let mut n_shapes = 0;
    for track in oracle()["tracks"].as_array().expect("tracks") {
        let Shape::Track(found) = read_one(track["result"].clone(), 200, 100).shape else {
            panic!("a track");
        };
        let frames = track["frames"].as_object().expect("frames");
        assert_eq!(found.shapes().len(), frames.len());
        for (frame, wanted) in frames {
            let [x, y, width, height, angle]: [f64; 5] =
                serde_json::from_value(wanted.clone()).expect("five numbers");
            let shape = found
                .at(frame.parse().expect("a number"))
                .expect("a shape in that frame");
            let (corner, sides, turn) = match shape {
                Shape::Box(rect) => ([rect.x0, rect.y0], [rect.width_px(), rect.height_px()], 0.0),
                Shape::RotatedBox(rect) => {
                    let (sin, cos) = rect.angle_deg.to_radians().sin_cos();
                    let (across, down) = (0.5 * rect.width, 0.5 * rect.height);
                    let corner = [
                        rect.cx - cos * across + sin * down,
                        rect.cy - sin * across - cos * down,
                    ];
                    (corner, [rect.width, rect.height], rect.angle_deg)
                }
                other => panic!("{other:?}"),
            };
            let found = [corner[0] / 2.0, corner[1], sides[0] / 2.0, sides[1], turn];
            for (found, wanted) in found.into_iter().zip([x, y, width, height, angle]) {
                assert!(
                    (found - wanted).abs() < 1e-9,
                    "frame {frame}: {found} is not {wanted}"
                );
            }
            n_shapes += 1;
        }
    }
    assert_eq!(n_shapes, 87);
}

#[test]
fn shapes_of_samples_lie_where_shapely_and_python_put_them() {
    let mut n_compared = 0;
    for (path, expected) in oracle()["shapes"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (_, sink) = read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        let mut found = [const { Vec::<Vec<f64>>::new() }; 3];
        for annotation in annotations(&sink, Role::Annotator) {
            match &annotation.shape {
                Shape::Polygon(polygon) => {
                    let [x, y] = polygon.centroid_px().expect("an area");
                    found[0].push(vec![polygon.area_px2(), x, y]);
                }
                Shape::Keypoints(points) => {
                    found[1].extend(points.iter().map(|point| vec![point.x_px, point.y_px]));
                }
                _ => {}
            }
        }
        for annotation in annotations(&sink, Role::Model) {
            let Shape::Box(rect) = &annotation.shape else {
                panic!("{path}: a box");
            };
            let score = annotation.confidence.expect("a score");
            found[2].push(vec![score, rect.x0, rect.y0, rect.x1, rect.y1]);
        }
        for (kind, mut found) in ["polygons", "points", "predicted"].into_iter().zip(found) {
            found.sort_by(|a, b| a[0].total_cmp(&b[0]));
            let wanted: Vec<Vec<f64>> =
                serde_json::from_value(expected[kind].clone()).expect("rows");
            assert_eq!(found.len(), wanted.len(), "{path}: {kind}");
            for (found, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
                assert!(
                    (found - wanted).abs() < 1e-6 * wanted.abs().max(1.0),
                    "{path}: {found} is not {wanted}"
                );
                n_compared += 1;
            }
        }
    }
    assert_eq!(n_compared, 3 * 3 + 5 * 2 + 2 * 5);
}

#[test]
fn samples_without_one_image_are_read_as_their_task() {
    let read = |name: &str| {
        let file = sample(&format!("labelstudio/data/{name}"))?;
        Some(read_memory(&file, &IngestOptions::default()).expect("a readable sample"))
    };
    let Some((_, sink)) = read("test_export_csv/csv_test_history.json") else {
        return;
    };
    // An address within a text is no image.
    let keys: Vec<(&str, &str)> = sink
        .readings
        .keys()
        .map(|key| (&*key.item, &*key.rater))
        .collect();
    assert_eq!(keys, [("task-6141", "user-14")]);
    // Three images in a list, and regions that do not say on which of them they lie.
    let (report, sink) = read("test_export_json_min/data_repeater.json").expect("samples");
    assert_eq!((report.n_skipped(), sink.readings.len()), (2, 0));
    // A table of the converter for a task whose one answer is a plain text that no column is known for.
    let (report, sink) = read("test_export_csv/csv_test2_result.csv").expect("samples");
    assert_eq!(
        (
            report.format.as_str(),
            report.n_skipped(),
            sink.readings.len()
        ),
        ("label_studio", 1, 0)
    );
    let (report, _) = read("test_export_json_min/chat_data.json").expect("samples");
    assert_eq!(report.n_skipped(), 4);
}
