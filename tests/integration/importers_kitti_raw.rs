//! KITTI's raw tracklets through the public interface: fixtures to the last pose, a sample against lxml and numpy, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::Value;
use std::path::Path;

const ORACLE: &str = include_str!("../oracles/importers/kitti_raw.json");

/// Worked out by hand: the middle lies half a height, 0.75 m and 1 m, above the position.
const DRIVE: &[&str] = &[
    "0000000002/ item[0].pose[0] Car: cuboid 12,-2.5,-1 4x1.75x1.5 yaw 0.500000 measured: truncated=0 occluded=0 track_id=item[0]",
    "0000000003/ item[0].pose[1] Car: cuboid 13,-2.5,-1 4x1.75x1.5 yaw 0.250000 measured: interpolated=1 measured: truncated=1 \
     occluded=1 track_id=item[0]",
    "0000000003/ item[1].pose[0] Pedestrian: cuboid 6,3,-1 0.75x0.5x2 yaw -1.000000 track_id=item[1]",
];

/// CVAT's own cuboids: 4 m along x, 2 m along y, 1.5 m along z about their middle.
const CVAT_EXPORT: &[&str] = &[
    "b/ item[0].pose[0] bed: cuboid 1,-3,0.25 4x2x1.5 yaw 0.125000 measured: truncated=0 occluded=0 rail=up track_id=item[0]",
    "c/ item[0].pose[1] bed: cuboid 1.5,-3,0.25 4x2x1.5 yaw 0.000000 measured: truncated=0 occluded=1 track_id=item[0]",
];

fn good(name: &str) -> (ImportReport, MemorySink) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kitti_raw/good");
    let (report, sink) =
        read_memory(&folder.join(name), &IngestOptions::default()).expect("a good fixture");
    assert_eq!((report.format.as_str(), report.n_invalid), ("kitti_raw", 0));
    (report, sink)
}

fn states(sink: &MemorySink) -> Vec<(&str, ReadingState)> {
    let readings = sink.readings.iter();
    readings
        .map(|(key, record)| (key.item.as_str(), record.reading.state))
        .collect()
}

#[test]
fn good_fixtures_are_read_to_the_last_pose() {
    let (report, sink) = good("drive");
    check(&sink, DRIVE);
    check_mutants(&sink, |sink| lines(sink) == DRIVE);
    // The pose outside the image, and four clouds.
    assert_eq!(skipped(&sink)[0], "not_annotation item[0].pose[2]");
    assert_eq!(report.n_skipped(), 5);
    let expected = [
        ("0000000002", ReadingState::Annotated),
        ("0000000003", ReadingState::Annotated),
        ("0000000004", ReadingState::ReviewedEmpty),
        ("0000000005", ReadingState::ReviewedEmpty),
    ];
    assert_eq!(states(&sink), expected);
    let (report, sink) = good("cvat_export");
    check(&sink, CVAT_EXPORT);
    check_mutants(&sink, |sink| lines(sink) == CVAT_EXPORT);
    assert_eq!(report.n_skipped(), 0);
    assert_eq!(states(&sink)[0], ("a", ReadingState::ReviewedEmpty));
    let conventions: Vec<bool> = sink
        .readings
        .values()
        .map(|record| record.reading.source_convention.contains("middle"))
        .collect();
    assert_eq!(conventions, [true; 3]);
    assert_eq!(fixtures("kitti_raw", "good").len(), 2);
}

#[test]
fn drives_of_one_upload_are_kept_apart() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kitti_raw/good");
    let (_, sink) = read_memory(&folder, &IngestOptions::default()).expect("two drives");
    let items: Vec<&str> = sink.items.keys().map(String::as_str).collect();
    assert_eq!(items[..2], ["cvat_export#a", "cvat_export#b"]);
    assert_eq!(items[3], "drive#0000000002");
    assert_eq!(items.len(), 7);
}

#[test]
fn a_sample_has_the_corners_that_numpy_finds() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    for (path, wanted) in oracle["files"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) = read_memory(&file, &IngestOptions::default()).expect("a sample");
        assert_eq!(report.format, "kitti_raw", "{path}");
        // One pose of the sample is tilted.
        assert_eq!(report.n_skipped(), 1);
        let wanted = wanted.as_array().expect("cuboids");
        let mut n_found = 0;
        for (key, record) in &sink.readings {
            let frame: u64 = key.item.parse().expect("a number");
            for one in &record.annotations {
                let Shape::Cuboid(cuboid) = &one.shape else {
                    panic!("a cuboid is needed");
                };
                let found = sorted(corners(cuboid));
                let is_this = |wanted: &&Value| {
                    let points = serde_json::from_value(wanted[2].clone()).expect("points");
                    let points = sorted(points);
                    let pairs = points.iter().flatten().zip(found.iter().flatten());
                    wanted[0] == frame
                        && wanted[1] == one.label.as_str()
                        && pairs.map(|(a, b)| (a - b).abs()).all(|apart| apart < 1e-9)
                };
                n_found += wanted.iter().filter(is_this).count();
            }
        }
        assert_eq!((n_found, wanted.len()), (3, 3), "{path}");
    }
}

fn sorted(mut points: Vec<[f64; 3]>) -> Vec<[f64; 3]> {
    points.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    points
}

/// The corners of an upright cuboid, by its own definition: half of each side along the turned axes.
fn corners(cuboid: &concord::geometry::Cuboid) -> Vec<[f64; 3]> {
    let (sin, cos) = cuboid.yaw_rad.sin_cos();
    let [x, y, z] = cuboid.centre;
    let [a, b, c] = cuboid.size.map(|side| 0.5 * side);
    let mut found = Vec::new();
    for (sx, sy, sz) in [-1.0, 1.0]
        .into_iter()
        .flat_map(|sx| [-1.0, 1.0].map(move |sy| (sx, sy)))
        .flat_map(|(sx, sy)| [-1.0, 1.0].map(move |sz| (sx, sy, sz)))
    {
        found.push([
            x + sx * a * cos - sy * b * sin,
            y + sx * a * sin + sy * b * cos,
            z + sz * c,
        ]);
    }
    found
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("kitti_raw", &IngestOptions::default()),
        7
    );
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("kitti_raw", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 120))
        .sum();
    assert!(n_cases > 300, "only {n_cases} cases ran");
}
