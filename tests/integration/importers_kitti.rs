//! KITTI's labels through the public interface: fixtures to the last object, samples against numpy, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape};
use serde_json::{Value, json};
use std::path::Path;

const ORACLE: &str = include_str!("../oracles/importers/kitti.json");

/// Worked out by hand: 12 m ahead, 2.5 m to the right; the middle is half a height above the bottom at 1.75 m below the camera.
const FOLDER: &[&str] = &[
    "000001/ line 1 Car: box 614.25,181.5 727,284.75 measured: truncated=0.25 occluded=1",
    "000001/ line 1/3d Car: cuboid 12,-2.5,-1 4x1.75x1.5 yaw 0.000000 measured: truncated=0.25 occluded=1",
    "000001/ line 2 Pedestrian: box 0,185 61.5,238.5 measured: truncated=0 occluded=0",
    "000001/ line 4/3d Van: cuboid 20,4,0 3x1.5x2 yaw -1.570796",
];

#[test]
fn good_fixtures_are_read_to_the_last_object() {
    // The folder; text files count as messages there.
    let folder = &fixtures("kitti", "good")[0];
    let (report, sink) = read_memory(folder, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "kitti");
    check(&sink, FOLDER);
    assert_eq!(skipped(&sink), ["not_annotation line 3"]);
    check_mutants(&sink, |sink| lines(sink) == FOLDER);
    let states: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| (key.item.as_str(), record.reading.state))
        .collect();
    let expected = [
        ("000001", ReadingState::Annotated),
        ("000002", ReadingState::ReviewedEmpty),
    ];
    assert_eq!(states, expected);
}

#[test]
fn results_are_a_models() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kitti/good/000003.txt");
    let (report, sink) = read_memory(&file, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "kitti");
    let expected = "000003/model line 1 Car: box 10,20 30.5,44 measured: truncated=0 occluded=0 confidence=0.875";
    check(&sink, &[expected]);
}

#[test]
fn samples_have_the_boxes_that_numpy_finds() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    for (path, wanted) in oracle["folders"].as_object().expect("folders") {
        let Some(folder) = sample(path) else { return };
        let (report, sink) = read_memory(&folder, &IngestOptions::default()).expect("a sample");
        assert_eq!(report.format, "kitti", "{path}");
        assert_eq!(json!(report.by_label), wanted["labels"], "{path}");
        let mut sums = [0.0; 10];
        for annotation in sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
        {
            match &annotation.shape {
                Shape::Box(r) => {
                    for (sum, value) in sums.iter_mut().zip([r.x0, r.y0, r.x1, r.y1]) {
                        *sum += value;
                    }
                }
                Shape::Cuboid(c) => {
                    // The corner ahead of the middle, to its left, on top.
                    let (sin, cos) = c.yaw_rad.sin_cos();
                    let [u, v] = [0.5 * c.size[0], 0.5 * c.size[1]];
                    let corner = [
                        c.centre[0] + cos * u - sin * v,
                        c.centre[1] + sin * u + cos * v,
                        c.centre[2] + 0.5 * c.size[2],
                    ];
                    for (sum, value) in sums[4..].iter_mut().zip(c.centre.into_iter().chain(corner))
                    {
                        *sum += value;
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        for (found, wanted) in sums.iter().zip(wanted["sums"].as_array().expect("sums")) {
            assert!(
                (found - wanted.as_f64().expect("a number")).abs() < 1e-9,
                "{path}: {sums:?}"
            );
        }
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures_of_folders(), 3);
}

/// The bad fixtures are folders, as labels are text files themselves and so are the messages beside them.
fn check_bad_fixtures_of_folders() -> usize {
    assert!(fixtures("kitti", "bad").iter().all(|path| path.is_dir()));
    check_bad_fixtures("kitti", &IngestOptions::default())
}

#[test]
fn cut_files_never_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kitti/good");
    let n_cases: usize = ["000003.txt", "training/label_2/000001.txt"]
        .iter()
        .map(|name| truncations(&folder.join(name), &IngestOptions::default(), 400))
        .sum();
    assert!(n_cases > 300, "only {n_cases} cases ran");
}
