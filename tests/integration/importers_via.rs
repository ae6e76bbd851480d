//! VIA through the public interface: fixtures of all versions to the last region, samples against Python and shapely, broken files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/via.json");

const FIRST: &[&str] = &[
    "case 1/ images[0].file_attributes.quality quality: class quality=poor",
    "case 1/ images[0].regions[0] cyst: box 10,20 40,25 grade=2",
    "case 1/ images[0].regions[1] cyst: ellipse 20,30 4x4 0°",
    "case 1/ images[0].regions[2] node: polygon 1,2 9,2 9,7.5",
    "case 1/ images[0].regions[3] apex: points apex@5,6 Visible",
    "case 1/ images[0].regions[4] unclassified: line 1,2 30,40",
];
/// Half a radian is 28.64… degrees.
const SECOND: &[&str] = &[
    "a/ images[0].file_attributes.view view: class view=axial",
    "a/ images[0].regions[0] liver: ellipse 40,30 20x10 28.64788975654116° note=by the edge signs=a, b",
    "a/ images[0].regions[1] spleen: ellipse 40,30 20x10 0°",
];
const TABLE: &[&str] = &[
    "a, left/ line 2.file_attributes.quality quality: class quality=good",
    "a, left/ line 2 said \"cyst\", perhaps: box 10,20 40,25",
    "a, left/ line 3 apex: points apex@5.5,6 Visible",
];
/// The circle through (7, 5), (4, 8) and (1, 5) has its middle at (4, 5).
const THIRD: &[&str] = &[
    "a/ metadata[0] cyst: points cyst@5,6 Visible",
    "a/ metadata[1] node: box 10,20 40,25 signs=large, soft",
    "a/ metadata[2] unclassified: ellipse 20,30 4x4 0°",
    "a/ metadata[3] cyst: ellipse 40,30 20x10 0°",
    "a/ metadata[4] cyst: line 1,2 30,40",
    "a/ metadata[5] cyst: line 1,2 30,40 31,40",
    "a/ metadata[6] cyst: polygon 1,2 9,2 9,7.5",
    "a/ metadata[7] cyst: box 2,1 9,8",
    "a/ metadata[8] cyst: ellipse 4,5 3x3 0°",
    "a/ metadata[9].quality quality: class quality=fair",
    "v.mp4#t=1.25/ metadata[10] cyst: box 1,2 4,6",
];
const THIRD_TABLE: &[&str] = &["a/ line 5 node: box 10,20 40,25"];

fn read(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    let paths = fixtures("via", "good");
    let path = paths.iter().find(|path| path.ends_with(name));
    let (report, sink) = read_memory(path.expect("a fixture"), options).expect("a good fixture");
    assert_eq!(report.format, "via", "{name}");
    (report, sink)
}

#[test]
fn all_versions_are_read_to_the_last_region() {
    for (name, expected, left_out) in [
        (
            "first.json",
            FIRST,
            &["unsupported images[0].file_attributes.report"][..],
        ),
        ("second.json", SECOND, &["unsupported images[0].regions[2]"]),
        ("table.csv", TABLE, &[]),
        (
            "third.json",
            THIRD,
            &["unsupported metadata[11]", "unsupported metadata[12]"],
        ),
        ("third_table.csv", THIRD_TABLE, &["unsupported line 6"]),
    ] {
        let (report, sink) = read(name, &IngestOptions::default());
        check(&sink, expected);
        check_mutants(&sink, |sink| lines(sink) == expected);
        assert_eq!(skipped(&sink), left_out, "{name}");
        assert_eq!(report.raters, Vec::<String>::new(), "{name}");
        assert!(report.notes[0].starts_with("labels of regions are taken"));
    }
}

#[test]
fn listed_images_without_regions_are_empty_readings() {
    for (name, item) in [
        ("first.json", "case 2"),
        ("table.csv", "b"),
        ("third.json", "empty"),
    ] {
        let (_, sink) = read(name, &IngestOptions::default());
        let mut records = sink.readings.values();
        let found = records.find(|record| record.reading.key.item == item);
        let state = found.map(|record| record.reading.state);
        assert_eq!(state, Some(ReadingState::ReviewedEmpty), "{name}");
    }
}

#[test]
fn the_user_says_which_attribute_is_the_label() {
    let options = IngestOptions {
        columns: [("label".to_owned(), "note".to_owned())].into(),
        label: Some("finding".to_owned()),
        ..IngestOptions::default()
    };
    let (_, sink) = read("second.json", &options);
    let found = lines(&sink);
    assert!(
        found[1].contains("regions[0] by the edge: ellipse"),
        "{found:?}"
    );
    assert!(
        found[2].contains("regions[1] finding: ellipse"),
        "{found:?}"
    );
    assert!(found[2].ends_with("organ=spleen"), "{found:?}");
}

#[test]
fn samples_hold_what_python_finds() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle is JSON");
    for (path, wanted) in oracle["files"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) = read_memory(&file, &IngestOptions::default()).expect("a sample");
        assert_eq!(report.format, "via", "{path}");
        let mut kinds = report.by_technique.clone();
        kinds.remove("classification");
        assert_eq!(json!(kinds), wanted["kinds"], "{path}");
        assert_eq!(json!(report.counts.items), wanted["images"], "{path}");
        assert_eq!(report.n_skipped(), 0, "{path}: {:?}", report.skipped);
        let (mut area, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
        for one in sink.readings.values().flat_map(|r| &r.annotations) {
            let [x, y, more] = match &one.shape {
                Shape::Box(rect) => [rect.x0, rect.y0, rect.area_px2()],
                Shape::Ellipse(e) => [e.cx, e.cy, std::f64::consts::PI * e.rx * e.ry],
                Shape::Polygon(polygon) => [0.0, 0.0, polygon.area_px2()],
                Shape::Keypoints(points) => [points[0].x_px, points[0].y_px, 0.0],
                _ => [0.0; 3],
            };
            (area, sum_x, sum_y) = (area + more, sum_x + x, sum_y + y);
        }
        for (found, key) in [(area, "area_px2"), (sum_x, "sum_x"), (sum_y, "sum_y")] {
            let wanted = wanted[key].as_f64().expect("a number");
            assert!(
                (found - wanted).abs() < 1e-6,
                "{path} {key}: {found} {wanted}"
            );
        }
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("via", &IngestOptions::default()), 5);
}

#[test]
fn two_peoples_files_are_never_one_reading() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = fixtures("via", "good").remove(1);
    for name in ["ann.json", "bob.json"] {
        std::fs::copy(&source, folder.path().join(name)).expect("a copy");
    }
    let (report, _) = read_memory(folder.path(), &IngestOptions::default()).expect("readable");
    assert_eq!(report.counts.annotations, SECOND.len() as u64);
    let by_file = IngestOptions {
        pattern: Some(r"^(?P<rater>\w+)\.json".to_owned()),
        ..IngestOptions::default()
    };
    let (report, _) = read_memory(folder.path(), &by_file).expect("readable");
    assert_eq!(report.raters, ["ann", "bob"]);
    assert_eq!(report.counts.annotations, 2 * SECOND.len() as u64);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for path in fixtures("via", "good") {
        assert!(truncations(&path, &IngestOptions::default(), 150) >= 100);
    }
}
