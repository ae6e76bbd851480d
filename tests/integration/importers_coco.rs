//! COCO through the public interface: samples against counts by pycocotools and shapely, fixtures, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines};
use concord::domain::{Annotation, IngestOptions, ReadingState, Shape};
use concord::importers::MemorySink;
use serde_json::Value;

const COUNTS: &str = include_str!("../oracles/importers/counts.json");
const PANOPTIC_ORACLE: &str = include_str!("../oracles/importers/coco_panoptic.json");

/// By hand: number 70000 is the colour (112, 17, 1), 300 is (44, 1, 0).
const PANOPTIC: &[&str] = &[
    "a/ annotations[0].segments_info[0] nodule: mask 4x3 0:1-3 1:2-3 iscrowd=0",
    "a/ annotations[0].segments_info[1] nodule: mask 4x3 1:0-2 iscrowd=1",
    "a/ annotations[0].segments_info[2] lung: mask 4x3 2:0-4 iscrowd=0",
];

fn oracle(group: &str) -> Vec<(String, Value)> {
    let counts: Value = serde_json::from_str(COUNTS).expect("the oracle file is JSON");
    let group = counts[group].as_object().expect("a group of files").clone();
    group.into_iter().collect()
}

fn annotations(sink: &MemorySink) -> Vec<&Annotation> {
    sink.readings
        .values()
        .flat_map(|record| &record.annotations)
        .collect()
}

/// Pixels of masks, px² of outlines, number of keypoints, 0 for labels.
fn size(annotation: &Annotation) -> f64 {
    match &annotation.shape {
        Shape::Box(rect) => rect.area_px2(),
        Shape::Polygon(polygon) => polygon.area_px2(),
        Shape::Mask(mask) => mask.area_px() as f64,
        Shape::Keypoints(points) => points.len() as f64,
        _ => 0.0,
    }
}

#[test]
fn data_sets_hold_what_pycocotools_and_shapely_count() {
    let mut n_read = 0;
    for (path, expected) in oracle("coco") {
        let Some(file) = sample(&path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(report.format, "coco", "{path}");
        assert_eq!(
            Value::from(report.counts.items),
            expected["items"],
            "{path}"
        );
        assert_eq!(
            serde_json::json!(report.by_technique),
            expected["kinds"],
            "{path}"
        );
        assert_eq!(
            serde_json::json!(report.by_label),
            expected["labels"],
            "{path}"
        );
        let mut sizes: Vec<f64> = annotations(&sink).into_iter().map(size).collect();
        let mut wanted: Vec<f64> = expected["sizes"]
            .as_array()
            .expect("sizes")
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        sizes.sort_by(f64::total_cmp);
        wanted.sort_by(f64::total_cmp);
        assert_eq!(sizes.len(), wanted.len(), "{path}");
        for (found, wanted) in sizes.iter().zip(&wanted) {
            assert!(
                (found - wanted).abs() <= 1e-6 * wanted.max(1.0),
                "{path}: {found} is not {wanted}"
            );
        }
        n_read += 1;
    }
    assert_eq!(n_read, 11);
}

#[test]
fn results_hold_what_pycocotools_decodes() {
    let mut n_masks = 0;
    for (path, expected) in oracle("coco_results") {
        let Some(file) = sample(&path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(
            Value::from(report.counts.items),
            expected["items"],
            "{path}"
        );
        assert_eq!(
            serde_json::json!(report.by_technique),
            expected["kinds"],
            "{path}"
        );
        let found = annotations(&sink);
        for annotation in found {
            let at: usize = annotation
                .source_id
                .trim_start_matches("results[")
                .trim_end_matches(']')
                .parse()
                .expect("the position in the file");
            let wanted = &expected["sizes"][at];
            match &annotation.shape {
                Shape::Mask(mask) => {
                    let [x, y] = mask.centroid_px().expect("a mask that is not empty");
                    assert_eq!(Value::from(mask.area_px()), wanted[0], "{path} {at}");
                    assert!(
                        (x - wanted[1].as_f64().expect("x")).abs() < 1e-6,
                        "{path} {at}"
                    );
                    assert!(
                        (y - wanted[2].as_f64().expect("y")).abs() < 1e-6,
                        "{path} {at}"
                    );
                    n_masks += 1;
                }
                _ => assert!(
                    (size(annotation) - wanted.as_f64().expect("a size")).abs() < 1e-6,
                    "{path} {at}"
                ),
            }
        }
    }
    if sample("cocoapi-results").is_some() {
        assert_eq!(n_masks, 734);
    }
}

#[test]
fn good_fixtures_are_read_to_the_last_record() {
    let mut n_read = 0;
    for path in fixtures("coco", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
        assert_eq!(
            report.n_skipped(),
            0,
            "{}: {:?}",
            path.display(),
            report.skipped
        );
        assert_eq!(report.n_invalid, 0, "{}", path.display());
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let kinds = serde_json::json!(report.by_technique);
        match name.as_str() {
            "instances.json" | "annotations_first.json" => {
                assert_eq!(
                    kinds,
                    serde_json::json!({"box": 1, "keypoints": 1, "mask": 1, "polygon": 1})
                );
                let sizes: Vec<f64> = annotations(&sink).into_iter().map(size).collect();
                assert_eq!(sizes, [84.0, 88.0, 50.0, 2.0]);
                let states: Vec<ReadingState> = sink
                    .readings
                    .values()
                    .map(|record| record.reading.state)
                    .collect();
                assert_eq!(
                    states,
                    [ReadingState::Annotated, ReadingState::ReviewedEmpty]
                );
            }
            "panoptic" => check(&sink, PANOPTIC),
            "labels.json" => assert_eq!(kinds, serde_json::json!({"classification": 2})),
            "results.json" => assert_eq!(
                kinds,
                serde_json::json!({"box": 1, "keypoints": 1, "mask": 1})
            ),
            other => panic!("no expectation for {other}"),
        }
        n_read += 1;
    }
    assert_eq!(n_read, 5);
}

#[test]
fn panoptic_segments_are_taken_out_of_their_pictures() {
    let paths = fixtures("coco", "good");
    let path = paths.iter().find(|path| path.ends_with("panoptic"));
    let path = path.expect("the panoptic fixture");
    let (report, sink) = read_memory(path, &IngestOptions::default()).expect("a good fixture");
    check_mutants(&sink, |sink| lines(sink) == PANOPTIC);
    let are_semantic: Vec<bool> = annotations(&sink).iter().map(|one| one.semantic).collect();
    assert_eq!(
        are_semantic,
        [false, false, true],
        "stuff is one mask a label"
    );
    assert_eq!(report.notes.len(), 1, "one area is not as stated");
    let states: Vec<ReadingState> = sink.readings.values().map(|r| r.reading.state).collect();
    assert_eq!(
        states,
        [ReadingState::Annotated, ReadingState::ReviewedEmpty]
    );
}

#[test]
fn panoptic_samples_hold_the_segments_that_numpy_finds() {
    let oracle: Value = serde_json::from_str(PANOPTIC_ORACLE).expect("the oracle is JSON");
    let Some(folder) = sample(oracle["folder"].as_str().expect("a folder")) else {
        return;
    };
    let (report, sink) = read_memory(&folder, &IngestOptions::default()).expect("a sample");
    assert_eq!((report.format.as_str(), report.n_skipped()), ("coco", 0));
    let mut n_segments = 0;
    for (key, record) in &sink.readings {
        for (one, wanted) in record
            .annotations
            .iter()
            .zip(oracle["segments"][&key.item].as_array().expect("segments"))
        {
            let Shape::Mask(mask) = &one.shape else {
                panic!("a mask");
            };
            let (mut sum_x, mut sum_y) = (0, 0);
            for span in mask.spans() {
                sum_x += (span.x0..span.x1).sum::<u32>();
                sum_y += span.y * (span.x1 - span.x0);
            }
            let found = serde_json::json!([one.label, mask.area_px(), sum_x, sum_y]);
            assert_eq!(found, *wanted, "{}", key.item);
            n_segments += 1;
        }
    }
    assert_eq!(n_segments, 3);
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("coco", &IngestOptions::default()), 14);
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("coco", "good")
        .iter()
        .filter(|path| path.is_file())
        .map(|path| truncations(path, &IngestOptions::default(), 400))
        .sum();
    assert!(n_cases > 1_000, "only {n_cases} cases ran");
}

#[test]
fn misread_conventions_are_noticed() {
    // Run lengths go down the columns: column 1 whole, then the first two pixels of column 2.
    let column: Vec<String> = (0..48)
        .map(|y| format!("{y}:1-{}", if y < 2 { 3 } else { 2 }))
        .collect();
    let expected = [
        "scan-001/ 1 nodule: box 4,5 14.5,13 grade=3 iscrowd=0 occluded=false".to_owned(),
        "scan-001/ 2 nodule: polygon 20,10 32,10 32,22 + 2,30 6,30 6,34 2,34 iscrowd=0".to_owned(),
        format!(
            "scan-001/ 3 nodule: mask 64x48 {} iscrowd=1",
            column.join(" ")
        ),
        "scan-001/ 4 ruler: points start@10.5,11 Visible end@30,14 Occluded area_px2=80 iscrowd=0"
            .to_owned(),
    ];
    for path in &fixtures("coco", "good")[..2] {
        let (_, sink) = read_memory(path, &IngestOptions::default()).expect("a good fixture");
        check_mutants(&sink, |sink| lines(sink) == expected);
    }
}
