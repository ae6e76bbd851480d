//! SuperAnnotate exports through the public interface: fixtures to the last instance, samples against shapely, mutants.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{IngestOptions, ReadingState, ReviewOutcome, Role, Shape};
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/superannotate.json");

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("superannotate", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "superannotate", "{name}");
    (report, sink)
}

const IMAGE: &[&str] = &[
    "scan-1/ instances[12] old: box 10,20 50.5,50 source=preannotation",
    "scan-1/ann instances[0] nodule: box 10,20 50.5,50 group=3 margin=smooth point 0=first signs=a, b size=4.5 tracking_id=t-1",
    "scan-1/ann instances[1] tube: turned box 12.5,25 10x5 36.86989764584402°",
    "scan-1/ann instances[2] organ: polygon 5,8 25,8 25,18 5,18 - 10,10 14,10 14,12 10,12",
    "scan-1/ann instances[3] wire: line 1,2 3,5.5 8,1",
    "scan-1/ann instances[4] tip: points tip@7,9.25 Visible",
    "scan-1/ann instances[5] cyst: ellipse 60,30 8x4 30°",
    // A circle turned is the same circle.
    "scan-1/ann instances[6] disc: ellipse 160,70 5x5 0°",
    "scan-1/ann instances[7] spine: points 1@100,40 Visible 4@101,52.5 Visible point 1=C2",
    "scan-1/ann instances[8] unclassified: box 10,20 50.5,50",
    "scan-1/ann instances[13] view: class tags=view",
    "scan-1/ann instances[13]/plane/axial axial: class view/plane=axial",
    "scan-1/ann instances[13]/quality quality: Ordinal { question: \"view/quality\", rank: 3.0 }",
    "scan-1/bob instances[9] nodule: box 0,0 4,4",
    "scan-1/bob instances[11] guess: box 10,20 50.5,50 source=changed prediction",
    "scan-1/cam tags[0] urgent: class tags=urgent",
    "scan-1/model instances[10] guess: box 10,20 50.5,50 source=prediction confidence=0.8",
];

const MASKS: &[&str] = &[
    "Cat/ann instances[0] ring: mask 6x4 0:0-3 1:0-1 1:2-3 2:0-3",
    "Cat/ann instances[1] both: mask 6x4 0:0-3 0:4-5 1:0-1 1:2-3 1:4-5 2:0-3",
    "dog/ann instances[0] tail: mask 6x4 0:4-5 1:4-5",
];

fn label(annotation: &concord::domain::Annotation) -> &str {
    &annotation.label
}

#[test]
fn an_image_is_read_to_the_last_instance() {
    let (report, sink) = good("image.json");
    golden::check(&sink, IMAGE);
    assert_eq!(golden::skipped(&sink), ["unsupported comments"]);
    assert_eq!(report.n_invalid, 0);
    let of = |rater: &str| {
        let found = sink.readings.iter().find(|(key, _)| key.rater == rater);
        &found.expect("a reading").1.reading
    };
    // 2026-04-01T08:00:09Z, the ellipse that its creator changed; the changes of others are no work of the creator.
    assert_eq!(of("ann").finished_at_us, Some(1_775_030_409_000_000));
    assert_eq!(of("ann").review, None);
    assert_eq!(of("model").role, Role::Model);
    let review = of("bob").review.clone().expect("a correction");
    assert_eq!(
        (review.outcome, review.reviewer.as_deref(), review.at_us),
        (
            ReviewOutcome::Corrected,
            Some("eve"),
            Some(1_775_030_430_000_000)
        )
    );
    assert_eq!(sink.items["scan-1"].width_px, Some(200));
    assert_eq!(
        sink.notes,
        [
            "1 typed attributes are not read",
            "1 images with annotations are not handed in yet; they are read as they stand"
        ]
    );
}

#[test]
fn states_and_reviews_of_a_project_are_told_apart() {
    let (report, sink) = good("project");
    assert_eq!(report.n_skipped(), 0, "{:?}", report.skipped);
    let found: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let review = record.reading.review.as_ref();
            (
                key.item.as_str(),
                record.reading.state,
                review.map(|review| (review.outcome, review.at_us)),
            )
        })
        .collect();
    // 2026-04-02T08:00:00Z, in milliseconds.
    let at = Some(1_775_116_800_000_000);
    assert_eq!(
        found,
        [
            (
                "accepted",
                ReadingState::Annotated,
                Some((ReviewOutcome::Accepted, at))
            ),
            (
                "clear",
                ReadingState::ReviewedEmpty,
                Some((ReviewOutcome::Accepted, at))
            ),
            (
                "doubted",
                ReadingState::Annotated,
                Some((ReviewOutcome::Rejected, None))
            ),
            (
                "returned",
                ReadingState::Annotated,
                Some((ReviewOutcome::Rejected, at))
            ),
            ("skipped", ReadingState::Skipped, None),
        ]
    );
    assert!(sink.readings.keys().all(|key| key.rater == "ann"));
    let items: Vec<&str> = sink.items.keys().map(String::as_str).collect();
    assert_eq!(
        items,
        [
            "accepted", "begun", "clear", "doubted", "returned", "skipped", "waiting"
        ]
    );
    let first = &sink
        .readings
        .values()
        .next()
        .expect("a reading")
        .annotations[0];
    assert_eq!(label(first), "nodule", "named by classes.json");
    assert_eq!(json!(first.attributes), json!({"margin": "smooth"}));
}

#[test]
fn masks_are_colours_of_the_picture() {
    let (report, sink) = good("masks");
    golden::check(&sink, MASKS);
    assert_eq!(golden::skipped(&sink), ["dangling instances"]);
    assert_eq!(report.n_invalid, 0);
    assert_eq!(sink.items["dog"].width_px, Some(6));
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    for (name, expected) in [("image.json", IMAGE), ("masks", MASKS)] {
        check_mutants(&good(name).1, |sink| golden::lines(sink) == expected);
    }
}

#[test]
fn samples_are_where_shapely_finds_them() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("JSON");
    for (path, expected) in oracle["files"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(report.format, "superannotate");
        assert_eq!(json!(report.by_technique), expected["kinds"], "{path}");
        assert_eq!(json!(golden::skipped(&sink)), expected["skipped"], "{path}");
        for one in expected["shapes"].as_array().expect("shapes") {
            let id = one["id"].as_str().expect("an id");
            let read = sink
                .readings
                .values()
                .flat_map(|record| &record.annotations)
                .find(|annotation| annotation.source_id == id)
                .unwrap_or_else(|| panic!("{path}: {id} is not read"));
            let polygon = match &read.shape {
                Shape::Polygon(polygon) => polygon.clone(),
                Shape::Box(rect) => rect.into(),
                Shape::RotatedBox(rect) => rect.into(),
                Shape::Ellipse(ellipse) => {
                    assert_eq!(json!([ellipse.cx, ellipse.cy]), one["centre"], "{path}");
                    continue;
                }
                other => panic!("{path}: {id} is {other:?}"),
            };
            let [x, y] = polygon.centroid_px().expect("an area");
            for (found, name, slack) in [
                (polygon.area_px2(), "area", 1e-4),
                (x, "x", 1e-5),
                (y, "y", 1e-5),
            ] {
                let wanted = one[name].as_f64().expect("a number");
                assert!(
                    (found - wanted).abs() <= slack * wanted.abs().max(1.0),
                    "{path}: {id}: {name} {found} is not {wanted}"
                );
            }
        }
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    let n = check_bad_fixtures("superannotate", &IngestOptions::default());
    assert_eq!(n, 23);
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("superannotate", "good") {
        if path.is_file() {
            truncations(&path, &IngestOptions::default(), 150);
        }
    }
}
