//! Round trips: what is exported and imported again is the same, in every format and for every shape that it holds.

mod made_up;

use crate::corpus::read_memory;
use crate::draw::Draw;
use concord::domain::{
    Annotation, IngestOptions, PointLabels, Reading, Review, ReviewOutcome, Shape, TextSpan, Track,
    TrackedShape,
};
use concord::exporters::{self, ExportReport, ReadingSet};
use concord::geometry::{Cuboid, Rect, SliceAxis, Volume};
use concord::importers::{MemorySink, read_sidecar};
use made_up::{Given, HEIGHT_PX, WIDTH_PX, annotation, given, random_mask};

/// Exports and imports again.
fn there_and_back(key: &str, given: &Given) -> (ExportReport, MemorySink) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exporter = exporters::by_key(key).expect("an exporter of that name");
    let report = exporter.write(given, folder.path()).expect("an export");
    for file in &report.files {
        assert!(folder.path().join(file).is_file(), "{file} is not there");
    }
    let sidecar = folder.path().join("sidecar.csv");
    let options = if sidecar.exists() {
        IngestOptions {
            pattern: Some(ReadingSet::PATTERN.to_owned()),
            sidecar: read_sidecar(&sidecar).expect("the sidecar can be read"),
            ..IngestOptions::default()
        }
    } else {
        IngestOptions::default()
    };
    let (_, sink) = read_memory(folder.path(), &options).expect("the export can be imported");
    (report, sink)
}

/// Numbers in a shape to nine digits, so that percent and back are no difference.
fn rounded(annotation: &Annotation) -> String {
    let value = serde_json::to_value((
        &annotation.label,
        &annotation.shape,
        &annotation.attributes,
        annotation.confidence,
    ))
    .expect("serialisable");
    fn walk(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Number(number) if number.is_f64() => {
                serde_json::json!(format!("{:.9}", number.as_f64().unwrap_or_default() + 0.0))
            }
            serde_json::Value::Array(all) => all.into_iter().map(walk).collect(),
            serde_json::Value::Object(all) => all
                .into_iter()
                .map(|(key, value)| (key, walk(value)))
                .collect(),
            other => other,
        }
    }
    walk(value).to_string()
}

/// Every label that `holds` names comes back as it was, for every reading; nothing else does.
fn check(key: &str, holds: &[&str], keeps_times: bool) {
    let given = given();
    let (report, sink) = there_and_back(key, &given);
    assert_eq!(
        sink.skips
            .iter()
            .filter(|skip| skip.file != "sidecar.csv")
            .count(),
        0,
        "{:?}",
        sink.skips
    );
    let mut n_expected = 0;
    let mut n_all = 0;
    for (item, works) in &given.0 {
        let found = sink
            .items
            .get(&item.key)
            .unwrap_or_else(|| panic!("{} is lost", item.key));
        assert_eq!(
            (&found.study, &found.site, &found.modality, found.spacing_mm),
            (&item.study, &item.site, &item.modality, item.spacing_mm)
        );
        assert_eq!(found.image_name, item.image_name);
        assert_eq!(
            (found.width_px, found.height_px),
            (item.width_px, item.height_px)
        );
        for work in works {
            let record = sink.readings.get(&work.reading.key).unwrap_or_else(|| {
                panic!(
                    "{:?} is lost among {:?}",
                    work.reading.key,
                    sink.readings.keys()
                )
            });
            assert_eq!(
                (
                    record.reading.role,
                    record.reading.reference,
                    record.reading.state
                ),
                (
                    work.reading.role,
                    work.reading.reference,
                    work.reading.state
                )
            );
            if keeps_times {
                assert_eq!(
                    (record.reading.finished_at_us, record.reading.active_ms),
                    (work.reading.finished_at_us, work.reading.active_ms)
                );
            }
            let mut expected: Vec<String> = work
                .annotations
                .iter()
                .filter(|one| holds.contains(&one.label.as_str()))
                .map(rounded)
                .collect();
            let mut found: Vec<String> = record
                .annotations
                .iter()
                .map(|one| {
                    let mut one = one.clone();
                    // What the tool adds by itself.
                    for name in ["iscrowd", "area_px2"] {
                        one.attributes.remove(name);
                    }
                    rounded(&one)
                })
                .collect();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{key}: {:?}", work.reading.key);
            n_expected += expected.len() as u64;
            n_all += work.annotations.len() as u64;
        }
    }
    assert!(n_expected > 0);
    assert_eq!(report.n_annotations, n_expected, "{key}");
    assert_eq!(
        report.n_left_out(),
        n_all - n_expected,
        "{key}: {:?}",
        report.left_out
    );
    assert_eq!(report.n_readings, 18);
}

#[test]
fn coco_comes_back_as_it_was() {
    check(
        "coco",
        &[
            "box", "outline", "parts", "joints", "leg", "organ", "finding",
        ],
        false,
    );
}

#[test]
fn cvat_comes_back_as_it_was() {
    check(
        "cvat",
        &[
            "box", "turned", "ellipse", "outline", "line", "joints", "leg", "organ", "finding",
        ],
        false,
    );
}

#[test]
fn label_studio_comes_back_as_it_was() {
    check(
        "label-studio",
        &[
            "box", "turned", "ellipse", "outline", "joints", "organ", "finding", "severe", "grade",
        ],
        true,
    );
}

#[test]
fn parquet_loses_nothing() {
    let mut given = given();
    let (item, works) = &mut given.0[0];
    item.n_slices = Some(9);
    item.spacing_mm = Some([2.0, 0.5, 0.5]);
    let reading = &mut works[0].reading;
    reading.review = Some(Review {
        outcome: ReviewOutcome::Corrected,
        reviewer: Some("dr gold".to_owned()),
        at_us: Some(1_795_600_000_000_000),
    });
    reading.source_convention = "voxel centres, RAS".to_owned();
    let slice = random_mask(&mut Draw(5));
    let volume = Volume::new(
        WIDTH_PX,
        HEIGHT_PX,
        SliceAxis::Micrometres,
        vec![(-2500, slice)],
    )
    .expect("a volume");
    let tracked = TrackedShape {
        frame: 4,
        shape: Shape::Box(Rect::from_corners([1.0, 2.0], [3.0, 4.5])),
    };
    works[0].annotations.extend([
        Annotation {
            semantic: true,
            confidence: Some(0.1 + 0.2),
            finished_at_us: Some(7),
            active_ms: Some(8),
            source_id: "7.b".to_owned(),
            ..annotation("organ", Shape::Volume(volume))
        },
        annotation(
            "vehicle",
            Shape::Cuboid(Cuboid::new([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 0.3).expect("a cuboid")),
        ),
        annotation(
            "points",
            Shape::PointLabels(PointLabels {
                labels: vec!["bone".to_owned()],
                codes: vec![0, 1, 0],
            }),
        ),
        annotation("drug", Shape::TextSpan(TextSpan { start: 3, end: 9 })),
        annotation(
            "tool",
            Shape::Track(Track::new(vec![tracked]).expect("a track")),
        ),
        Annotation {
            invalid: Some("outline was not closed".to_owned()),
            ..annotation("odd", Shape::Polyline(vec![[0.0, 0.0], [1.0, 1.0]]))
        },
    ]);
    let (report, sink) = there_and_back("parquet", &given);
    assert_eq!((report.n_left_out(), sink.skips.len()), (0, 0));
    for (item, works) in &given.0 {
        assert_eq!(sink.items.get(&item.key), Some(item));
        for work in works {
            let found = &sink.readings[&work.reading.key];
            let expected = Reading {
                source_file: "annotations.parquet".to_owned(),
                ..work.reading.clone()
            };
            assert_eq!(found.reading, expected);
            assert_eq!(found.annotations, work.annotations);
        }
    }
}
