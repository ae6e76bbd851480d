//! Supervisely projects through the public interface: fixtures to the last object, a sample against another reader, mutants.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{IngestOptions, ReadingState, Role, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/supervisely.json");

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("supervisely", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "supervisely", "{name}");
    (report, sink)
}

const PROJECT: &[&str] = &[
    // The two first pixels of the image.
    "scan-1/bob 10 bar: mask 200x100 0:0-2",
    "scan-1/bob 12 nodule: box 0,0 4,4 source=changed prediction",
    "scan-1/bob tags[1] rough: class margin=rough",
    // Both corners belong to the box: pixels 10 to 50 and 20 to 49.
    "scan-1/ann 1 nodule: box 10,20 51,50 margin=smooth size=4.5 sure=set",
    "scan-1/ann 2 tube: turned box 15,22.5 10x5 28.64788975654116°",
    // Points lie in the middles of their pixels.
    "scan-1/ann 3 organ: polygon 5.5,8.5 25.5,8.5 25.5,18.5 5.5,18.5 - 10.5,10.5 14.5,10.5 14.5,12.5 10.5,12.5",
    "scan-1/ann 4 lung: polygon 0.5,0.5 4.5,0.5 4.5,4.5 + 10.5,0.5 14.5,0.5 14.5,4.5",
    "scan-1/ann 5 wire: line 1.5,2.5 3.5,5.5",
    "scan-1/ann 6 tip: points tip@7.5,9.5 Visible",
    "scan-1/ann 7 spine: points C1@100.5,40.5 Visible C2@101.5,52.5 Occluded",
    "scan-1/ann 8 ring: mask 200x100 1:2-5 2:2-3 2:4-5 3:2-5",
    "scan-1/ann 9 ring: mask 200x100 97:197-200 98:197-198 98:199-200 99:197-200 group=pair",
    "scan-1/ann tags[0] sure: class tags=sure",
    "scan-1/ann tags[2] size: Ordinal { question: \"size\", rank: 3.0 }",
    "scan-1/model 11 nodule: box 0,0 4,4 source=prediction",
];

const TOOL: &[&str] = &[
    "tool/ann 1 nodule: box 10.25,20 50.5,50",
    "tool/ann 2 organ: polygon 5,8 25,8 25,18",
    "tool/ann 3 tip: points tip@7,9 Visible",
    "tool/ann 4 ring: mask 200x100 1:2-5 2:2-3 2:4-5 3:2-5",
    "tool/ann 5 tube: turned box 15,22.5 10x5 28.64788975654116°",
];

fn sorted(lines: Vec<String>) -> Vec<String> {
    let mut lines = lines;
    lines.sort();
    lines
}

fn expected(lines: &[&str]) -> Vec<String> {
    sorted(lines.iter().map(|line| (*line).to_owned()).collect())
}

#[test]
fn a_project_is_read_to_the_last_object() {
    let (report, sink) = good("project");
    assert_eq!(
        sorted(golden::lines(&sink)).join("\n"),
        expected(PROJECT).join("\n")
    );
    assert_eq!((report.n_skipped(), report.n_invalid), (0, 0));
    let readings: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let reading = &record.reading;
            (key.item.as_str(), key.rater.as_str(), reading.state)
        })
        .collect();
    assert_eq!(
        readings,
        [
            ("clear", "", ReadingState::ReviewedEmpty),
            ("scan-1", "ann", ReadingState::Annotated),
            ("scan-1", "bob", ReadingState::Annotated),
            ("scan-1", "model", ReadingState::Annotated),
        ]
    );
    let of = |rater: &str| {
        let found = sink.readings.iter().find(|(key, _)| key.rater == rater);
        &found.expect("a reading").1.reading
    };
    assert_eq!(of("model").role, Role::Model);
    // 2026-04-01T08:00:30.5Z, the tags, whose times are written in another style.
    assert_eq!(of("ann").finished_at_us, Some(1_775_030_430_500_000));
    assert_eq!(sink.items["scan-1"].width_px, Some(200));
    assert_eq!(
        sink.notes,
        [
            "2 typed tags are not read",
            "1 images state positions as whole numbers, which are taken to count pixels, as Supervisely's export does"
        ]
    );
}

#[test]
fn positions_with_fractions_are_the_labelling_tool_s() {
    let (report, sink) = good("tool.json");
    golden::check(&sink, TOOL);
    assert_eq!(report.n_skipped(), 0);
    let reading = &sink.readings.values().next().expect("a reading").reading;
    assert_eq!(
        reading.source_convention,
        "fractions of pixels from the image's top left corner"
    );
    assert!(sink.notes.is_empty());
}

fn volume_holds(sink: &MemorySink) -> bool {
    let found: Vec<_> = sink
        .readings
        .iter()
        .flat_map(|(key, record)| {
            record
                .annotations
                .iter()
                .map(|one| (key.rater.as_str(), one))
        })
        .collect();
    let [("ann", axial), ("ann", coronal), ("ann", _), ("bob", track)] = found[..] else {
        return false;
    };
    let (Shape::Volume(lung), Shape::Volume(edge)) = (&axial.shape, &coronal.shape) else {
        return false;
    };
    let Shape::Track(boxes) = &track.shape else {
        return false;
    };
    let boxes: Vec<_> = boxes
        .shapes()
        .iter()
        .map(|one| match &one.shape {
            Shape::Box(rect) => (one.frame, rect.x0, rect.y0, rect.x1, rect.y1),
            _ => (one.frame, 0.0, 0.0, 0.0, 0.0),
        })
        .collect();
    let slices = |volume: &concord::geometry::Volume| -> Vec<(i64, Vec<u32>)> {
        let slices = volume.slices().iter();
        slices
            .map(|(slice, mask)| (*slice, mask.bounds().to_vec()))
            .collect()
    };
    (lung.width_px(), lung.height_px()) == (10, 8)
        // The ring from (1, 2) and two pixels beside it; one pixel in the lower left corner.
        && slices(lung) == [(2, vec![21, 24, 26, 28, 31, 32, 33, 34, 41, 44]), (4, vec![70, 71])]
        && (edge.width_px(), edge.height_px()) == (10, 6)
        && slices(edge) == [(7, vec![59, 60])]
        && boxes == [(2, 1.5, 2.0, 4.0, 5.0), (4, 2.0, 2.0, 4.0, 5.0)]
}

#[test]
fn a_volume_is_read_plane_by_plane() {
    let (report, sink) = good("volume");
    assert!(volume_holds(&sink), "{:?}", golden::lines(&sink));
    assert_eq!(golden::skipped(&sink), ["unsupported spatialFigures[0]"]);
    assert_eq!(report.n_invalid, 0);
    let item = &sink.items["ct"];
    assert_eq!(
        (item.width_px, item.height_px, item.n_slices),
        (Some(10), Some(8), Some(6))
    );
    assert_eq!(item.spacing_mm, Some([2.5, 0.75, 0.5]));
    let lung = &sink
        .readings
        .values()
        .next()
        .expect("a reading")
        .annotations[0];
    assert_eq!(lung.label, "lung");
    assert_eq!(lung.attributes["sure"], "set");
    assert!(lung.attributes["grid"].starts_with("supervisely axial \"RAS\" [0.5"));
}

#[test]
fn cuboids_of_clouds_are_read() {
    let (report, sink) = good("cloud.json");
    golden::check(
        &sink,
        &["cloud/ann fig-1 bone: cuboid 1.5,14,-0.5 4x2x1.5 yaw 0.250000 side=left"],
    );
    assert_eq!(report.n_skipped(), 0);
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&good("project").1, |sink| {
        sorted(golden::lines(sink)) == expected(PROJECT)
    });
    check_mutants(&good("tool.json").1, |sink| golden::lines(sink) == TOOL);
    check_mutants(&good("volume").1, volume_holds);
}

#[test]
fn samples_hold_what_another_reader_finds() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("JSON");
    for (path, expected) in oracle["files"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(report.format, "supervisely");
        let read: Vec<Value> = sink
            .readings
            .iter()
            .flat_map(|(key, record)| record.annotations.iter().map(move |one| (key, one)))
            .filter_map(|(key, one)| {
                let line = |drawn: Value| json!([key.item, key.rater, one.label, drawn]);
                match &one.shape {
                    Shape::Cuboid(c) => Some(line(json!([c.centre, c.size, c.yaw_rad]))),
                    Shape::Box(r) => Some(line(json!([r.x0, r.y0, r.x1, r.y1]))),
                    Shape::Polygon(p) => Some(line(json!(p.area_px2()))),
                    Shape::Ordinal { rank, .. } => Some(line(json!(rank))),
                    _ => None,
                }
            })
            .collect();
        assert_eq!(json!(read), expected["read"], "{path}");
        assert_eq!(json!(sink.notes.first()), expected["note"], "{path}");
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("supervisely", &IngestOptions::default()),
        21
    );
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("supervisely", "good") {
        if path.is_file() {
            truncations(&path, &IngestOptions::default(), 150);
        }
    }
}
