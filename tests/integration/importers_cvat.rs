//! CVAT XML through the public interface: samples against counts by lxml and numpy, fixtures, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use concord::domain::{IngestOptions, ReadingState, Shape};
use serde_json::{Value, json};

const COUNTS: &str = include_str!("../oracles/importers/counts.json");

/// The technique that a CVAT tag is read as.
fn technique(tag: &str) -> &str {
    match tag {
        "points" | "skeleton" => "keypoints",
        "tag" => "classification",
        other => other,
    }
}

#[test]
fn samples_hold_what_lxml_and_numpy_count() {
    let counts: Value = serde_json::from_str(COUNTS).expect("the oracle file is JSON");
    let mut n_read = 0;
    for (path, expected) in counts["cvat"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(
            Value::from(report.counts.items),
            expected["items"],
            "{path}"
        );
        assert_eq!(json!(report.by_label), expected["labels"], "{path}");
        let mut kinds = std::collections::BTreeMap::<&str, u64>::new();
        for (tag, n) in expected["kinds"].as_object().expect("kinds") {
            *kinds.entry(technique(tag)).or_default() += n.as_u64().expect("a count");
        }
        let n_tracks = expected["tracks"].as_u64().expect("a count");
        if n_tracks > 0 {
            kinds.insert("track", n_tracks);
        }
        assert_eq!(json!(report.by_technique), json!(kinds), "{path}");
        let mut masks = Vec::new();
        let mut frames: Vec<Vec<u32>> = Vec::new();
        let mut points = Vec::new();
        for annotation in sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
        {
            match &annotation.shape {
                Shape::Mask(mask) => {
                    let [x, y] = mask.centroid_px().expect("a mask that is not empty");
                    masks.push((mask.area_px(), x, y));
                }
                Shape::Keypoints(found) if annotation.source_id.contains("skeleton") => {
                    points.push(found.len())
                }
                Shape::Track(track) => {
                    frames.push(track.shapes().iter().map(|one| one.frame).collect());
                }
                _ => {}
            }
        }
        assert_eq!(json!(frames), expected["track_frames"], "{path}");
        assert_eq!(json!(points), expected["skeleton_points"], "{path}");
        let wanted = expected["masks"].as_array().expect("masks");
        assert_eq!(masks.len(), wanted.len(), "{path}");
        for ((area, x, y), wanted) in masks.into_iter().zip(wanted) {
            assert_eq!(Value::from(area), wanted[0]);
            assert!((x - wanted[1].as_f64().expect("x")).abs() < 1e-9);
            assert!((y - wanted[2].as_f64().expect("y")).abs() < 1e-9);
        }
        n_read += 1;
    }
    assert_eq!(n_read, 4);
}

#[test]
fn good_fixtures_are_read_to_the_last_shape() {
    let mut n_read = 0;
    for path in fixtures("cvat", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
        assert_eq!(report.n_invalid, 0, "{}", path.display());
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let kinds = json!(report.by_technique);
        match name.as_str() {
            "job.xml" => {
                let expected = json!({"box": 1, "classification": 1, "ellipse": 1, "keypoints": 2, "mask": 1,
                    "polygon": 1, "polyline": 1, "rotated_box": 1});
                assert_eq!(kinds, expected);
                assert_eq!(report.raters, ["reader-a"]);
                assert_eq!(report.n_skipped(), 1, "the cuboid");
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
            "no_meta.xml" => assert_eq!((kinds, report.n_skipped()), (json!({"box": 1}), 0)),
            "video.xml" => assert_eq!((kinds, report.n_skipped()), (json!({"track": 1}), 0)),
            "video_reader_a.xml" | "video_reader_b.xml" => {
                assert_eq!((kinds, report.n_skipped()), (json!({"track": 2}), 0));
                assert_eq!(sink.items.len(), 1, "one video");
            }
            other => panic!("no expectation for {other}"),
        }
        n_read += 1;
    }
    assert_eq!(n_read, 5);
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("cvat", &IngestOptions::default()), 17);
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("cvat", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 600))
        .sum();
    assert!(n_cases > 1_000, "only {n_cases} cases ran");
}
