//! V7 Darwin JSON through the public interface: fixtures, samples against V7's own NIfTI files and shapely, mutants.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use concord::domain::{IngestOptions, ReadingState, Role, Shape, Visibility};
use concord::geometry::{MultiPolygon, Rect};
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/darwin.json");

fn good(name: &str) -> (ImportReport, MemorySink) {
    good_with(name, &IngestOptions::default())
}

fn good_with(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    let path = fixtures("darwin", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, options).expect("a good fixture");
    assert_eq!(report.format, "darwin", "{name}");
    (report, sink)
}

fn shapes(sink: &MemorySink) -> Vec<(&str, &str, &Shape)> {
    sink.readings
        .iter()
        .flat_map(|(key, record)| {
            let shape = move |one| -> (&str, &str, &Shape) {
                let one: &concord::domain::Annotation = one;
                (key.rater.as_str(), one.label.as_str(), &one.shape)
            };
            record.annotations.iter().map(shape)
        })
        .collect()
}

fn image_holds(sink: &MemorySink) -> bool {
    let found = shapes(sink);
    let shape = |rater: &str, label: &str| {
        found
            .iter()
            .find(|one| one.0 == rater && one.1 == label)
            .map(|one| one.2)
    };
    let (Some(Shape::Box(nodule)), Some(Shape::Polygon(organ)), Some(Shape::Ellipse(cyst))) = (
        shape("ann", "nodule"),
        shape("ann", "organ"),
        shape("ann", "cyst"),
    ) else {
        return false;
    };
    let (Some(Shape::Polyline(wire)), Some(Shape::Keypoints(tip)), Some(Shape::Keypoints(spine))) = (
        shape("ann", "wire"),
        shape("ann", "tip"),
        shape("ann", "spine"),
    ) else {
        return false;
    };
    let (Some(Shape::Mask(lung)), Some(Shape::Mask(heart))) =
        (shape("ann", "lung"), shape("ann+bob", "heart"))
    else {
        return false;
    };
    *nodule == Rect::from_corners([2.5, 3.25], [6.5, 8.25])
        // 8 × 6 less a hole of 2 × 2.
        && organ.area_px2() == 44.0
        && organ.parts[0].holes[0][0] == [3.0, 3.0]
        && (cyst.cx, cyst.cy, cyst.rx, cyst.ry) == (10.0, 6.0, 4.0, 2.0)
        && (cyst.angle_deg - 30.0).abs() < 1e-12
        && *wire == [[0.5, 1.0], [4.0, 9.0], [6.0, 2.0]]
        && (tip[0].x_px, tip[0].y_px) == (7.25, 8.5)
        && (spine[1].x_px, spine[1].y_px, spine[1].visibility) == (3.0, 4.0, Visibility::Occluded)
        && (lung.width_px(), lung.height_px(), lung.bounds()) == (20, 12, &[2, 5][..])
        && heart.bounds() == [20, 21]
}

#[test]
fn an_image_is_read_to_the_last_annotation() {
    let (report, sink) = good("image.json");
    assert_eq!(
        (report.n_invalid, report.n_skipped()),
        (0, 0),
        "{:?}",
        report.skipped
    );
    assert_eq!(report.raters, ["ann", "ann+bob", "net-2"]);
    assert!(image_holds(&sink));
    let readings: Vec<_> = sink.readings.values().collect();
    assert_eq!(readings[2].reading.role, Role::Model);
    assert_eq!(readings[2].annotations[0].confidence, Some(0.75));
    let nodule = &readings[0].annotations[0];
    assert_eq!(
        json!(nodule.attributes),
        json!({"margin": "smooth", "site": "a, b", "track_id": "7"})
    );
    assert_eq!(readings[0].annotations[1].attributes["attributes"], "left");
    let item = &sink.items["scan"];
    assert_eq!((item.width_px, item.height_px), (Some(20), Some(12)));
    assert_eq!(
        sink.notes.len(),
        2,
        "a reviewer and a text: {:?}",
        sink.notes
    );
}

fn volume_holds(sink: &MemorySink) -> bool {
    let found = shapes(sink);
    let [
        (_, "liver", Shape::Volume(liver)),
        (_, "tumour", Shape::Volume(tumour)),
        (_, "node", Shape::Track(node)),
        ..,
    ] = found[..]
    else {
        return false;
    };
    let slices: Vec<(i64, Vec<u32>)> = [liver, tumour]
        .into_iter()
        .flat_map(|volume| volume.slices())
        .map(|(slice, mask)| (*slice, mask.bounds().to_vec()))
        .collect();
    // Rows of 8: the square from (1, 1) to (4, 3) holds pixels 9..12 and 17..20.
    slices
        == [
            (1, vec![9, 11]),
            (2, vec![9, 10]),
            (0, vec![9, 12, 17, 20]),
            (1, vec![9, 12, 17, 20]),
        ]
        && node.at(3) == Some(&Shape::Box(Rect::from_corners([1.0, 2.0], [4.0, 3.5])))
}

#[test]
fn slices_of_a_volume_become_volumes_of_the_series() {
    let (report, sink) = good("volume.json");
    assert_eq!(
        (report.n_invalid, report.n_skipped()),
        (0, 0),
        "{:?}",
        report.skipped
    );
    assert!(volume_holds(&sink));
    assert_eq!(
        json!(report.by_technique),
        json!({"volume_mask": 2, "track": 1, "classification": 1})
    );
    let item = &sink.items["1.2.3.4"];
    assert_eq!(item.n_slices, Some(4));
    assert_eq!(item.spacing_mm, Some([2.0, 0.5, 0.5]));
    let first = &sink
        .readings
        .values()
        .next()
        .expect("a reading")
        .annotations[0];
    assert!(first.attributes["grid"].starts_with("darwin Axial"));
}

#[test]
fn a_video_s_frames_become_a_track() {
    let (report, sink) = good("video.json");
    assert_eq!(report.n_skipped(), 0);
    let found = shapes(&sink);
    let [(_, "tool", Shape::Track(track))] = found[..] else {
        panic!("one track");
    };
    let at = |frame| match track.at(frame) {
        Some(Shape::Box(rect)) => Some((rect.x0, rect.y0)),
        _ => None,
    };
    // Frame 2 repeats frame 1; frame 4 is hidden; frame 5 is in the range and not in the export.
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(at),
        [
            None,
            Some((10.0, 5.0)),
            Some((10.0, 5.0)),
            Some((14.0, 7.0)),
            None,
            None
        ]
    );
    assert!(sink.notes[0].starts_with("1 frames between keyframes"));
}

#[test]
fn other_files_tell_their_states_and_panes() {
    let (report, sink) = good("first_version.json");
    assert_eq!((report.n_invalid, report.n_skipped()), (0, 0));
    let found = shapes(&sink);
    let [
        ("", "organ", Shape::Polygon(organ)),
        ("", "nodule", Shape::Box(_)),
    ] = found[..]
    else {
        panic!("a polygon and a box");
    };
    assert_eq!(organ.area_px2(), 44.0);
    let named = IngestOptions {
        annotator: Some("ann".to_owned()),
        ..IngestOptions::default()
    };
    let (report, sink) = good_with("empty.json", &named);
    assert_eq!((report.n_skipped(), report.counts.annotations), (0, 1));
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!((key.item.as_str(), key.rater.as_str()), ("clear", "ann"));
    assert_eq!(
        record.reading.state,
        ReadingState::Annotated,
        "the item's own property"
    );
    let (_, sink) = good("empty.json");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
    let (_, sink) = good("panes.json");
    let items: Vec<&str> = sink.items.keys().map(String::as_str).collect();
    assert_eq!(items, ["pair/left", "pair/right"]);
    assert!(sink.items.values().all(|item| item.study == "pair"));
    assert_eq!(
        sink.readings.keys().next().expect("a reading").item,
        "pair/right"
    );
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&good("image.json").1, image_holds);
    check_mutants(&good("volume.json").1, volume_holds);
}

#[test]
fn masks_of_samples_are_where_v7_writes_them_as_nifti() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("JSON");
    for (path, expected) in oracle["masks"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (_, sink) = read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        let found = shapes(&sink);
        let volume = found
            .iter()
            .find_map(|one| match one {
                (_, "test_mask_basic", Shape::Volume(volume)) => Some(volume),
                _ => None,
            })
            .expect("the mask");
        let mut slices = serde_json::Map::new();
        for (slice, mask) in volume.slices() {
            let mut sums = [0_u64; 3];
            for span in mask.spans() {
                for x in span.x0..span.x1 {
                    sums = [
                        sums[0] + 1,
                        sums[1] + u64::from(x),
                        sums[2] + u64::from(span.y),
                    ];
                }
            }
            slices.insert(slice.to_string(), json!(sums));
        }
        assert_eq!(Value::Object(slices), *expected, "{path}");
    }
}

#[test]
fn polygons_and_boxes_of_samples_are_shapely_s() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("JSON");
    for (path, expected) in oracle["shapes"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (_, sink) = read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        for one in expected.as_array().expect("shapes") {
            let id = one["id"].as_str().expect("an id");
            let read = sink
                .readings
                .values()
                .flat_map(|record| &record.annotations)
                .find(|annotation| annotation.source_id == id)
                .unwrap_or_else(|| panic!("{path}: {id} is not read"));
            let polygon = match &read.shape {
                Shape::Polygon(polygon) => polygon.clone(),
                Shape::Box(rect) => MultiPolygon::from(rect),
                other => panic!("{path}: {id} is {other:?}"),
            };
            if one["valid"] == json!(false) {
                assert!(read.invalid.is_some(), "{path}: {id} crosses itself");
                continue;
            }
            let [x, y] = polygon.centroid_px().expect("an area");
            for (found, name) in [(polygon.area_px2(), "area"), (x, "x"), (y, "y")] {
                let wanted = one[name].as_f64().expect("a number");
                assert!(
                    (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
                    "{path}: {id}: {name} {found} is not {wanted}"
                );
            }
        }
    }
}

#[test]
fn every_sample_is_accounted_for() {
    for (path, n_annotations, n_skipped) in [
        (
            "darwin-v7/e2e_tests/data/import/image_new_annotations_with_properties/image_1.json",
            7,
            0,
        ),
        (
            "darwin-v7/e2e_tests/data/import/video_annotations_with_subtypes/mini_uct.json",
            7,
            1,
        ),
        (
            "darwin-v7/e2e_tests/data/convert/nifti-multi-segment/from/coronal_LAS_pixdim_0.1_0.2_0.5.json",
            2,
            0,
        ),
        ("pathology-formats/files/103S.json", 17, 0),
        ("pathology-formats/files/raster.json", 0, 1),
    ] {
        let Some(file) = sample(path) else { return };
        let (report, _) = read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(
            (report.counts.annotations, report.n_skipped()),
            (n_annotations, n_skipped),
            "{path}: {:?}",
            report.skipped
        );
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("darwin", &IngestOptions::default()), 14);
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("darwin", "good") {
        truncations(&path, &IngestOptions::default(), 150);
    }
}
