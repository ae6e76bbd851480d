//! Round trips: what is exported and imported again is the same, in every format and for every shape that it holds.

mod dicom_seg;
mod made_up;
mod nifti;

use crate::corpus::read_memory;
use concord::domain::{Annotation, IngestOptions, Shape};
use concord::exporters::{self, ExportReport, ReadingSet};
use concord::geometry::{Mask, Rect, SliceAxis, Volume};
use concord::importers::{MemorySink, read_sidecar};
use made_up::{Given, HEIGHT_PX, WIDTH_PX, annotation, given, item, work};

/// Exports and imports again.
fn there_and_back(key: &str, given: &Given) -> (ExportReport, MemorySink) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exporter = exporters::by_key(key).expect("an exporter of that name");
    let report = exporter.write(given, folder.path()).expect("an export");
    for file in &report.files {
        assert!(folder.path().join(file).is_file(), "{file} is not there");
    }
    let sidecar = folder.path().join("sidecar.csv");
    let options = IngestOptions {
        pattern: Some(ReadingSet::PATTERN.to_owned()),
        sidecar: read_sidecar(&sidecar).expect("the sidecar can be read"),
        ..IngestOptions::default()
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

/// Every label that `holds` names comes back as it was, for every reading; nothing else does. Ids are given anew, and the formats do not say
/// whether a mask is the only one of its label.
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
                    // COCO always says whether a record stands for a crowd.
                    one.attributes.remove("iscrowd");
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

/// What no format of this kind can hold.
fn volume() -> Annotation {
    let slice = Mask::from_bounds(WIDTH_PX, HEIGHT_PX, vec![5, 9]).expect("a mask");
    let volume = Volume::new(WIDTH_PX, HEIGHT_PX, SliceAxis::Index, vec![(1, slice)]);
    annotation("organ", Shape::Volume(volume.expect("a volume")))
}

#[test]
fn work_that_cannot_be_written_does_not_come_back_as_nothing_found() {
    for key in ["coco", "cvat", "label-studio"] {
        let (item, other) = (item(0), item(1));
        let held = work(&item.key, "a", vec![volume()]);
        let empty = work(&item.key, "b", vec![]);
        let unseen = work(&other.key, "a", vec![volume()]);
        let given = Given(vec![(item, vec![held, empty]), (other, vec![unseen])]);
        let (report, sink) = there_and_back(key, &given);
        assert_eq!((report.n_items, report.n_readings), (1, 1), "{key}");
        assert_eq!(
            (report.n_left_out(), report.n_readings_left_out),
            (2, 2),
            "{key}"
        );
        let [only] = sink.readings.keys().collect::<Vec<_>>()[..] else {
            panic!("{key}: {:?}", sink.readings.keys());
        };
        assert_eq!(only.rater, "b", "{key}");
    }
}

#[test]
fn layers_of_one_reading_are_one_image_of_the_file() {
    let boxed = |label: &str, at: f64| {
        let rect = Rect::from_corners([at, 2.0], [at + 9.0, 8.0]);
        annotation(label, Shape::Box(rect))
    };
    for key in ["coco", "cvat", "label-studio"] {
        let item = item(0);
        let mut further = work(&item.key, "a", vec![boxed("second", 20.0)]);
        further.reading.key.layer = "ratings".to_owned();
        let first = work(&item.key, "a", vec![boxed("first", 4.0)]);
        let given = Given(vec![(item, vec![first, further])]);
        let (report, sink) = there_and_back(key, &given);
        assert_eq!((report.n_readings, report.n_annotations), (1, 2), "{key}");
        assert_eq!(sink.readings.len(), 1, "{key}");
        let found = sink.readings.values().next().expect("one reading");
        let labels: Vec<&str> = found
            .annotations
            .iter()
            .map(|one| one.label.as_str())
            .collect();
        assert_eq!(labels, ["first", "second"], "{key}");
    }
}

#[test]
fn two_raters_and_two_images_stay_two_whatever_they_are_called() {
    let mark = |label: &str| {
        vec![annotation(
            label,
            Shape::Box(Rect::from_corners([1.0, 1.0], [5.0, 5.0])),
        )]
    };
    for key in ["coco", "cvat", "label-studio"] {
        let mut items = [item(0), item(1)];
        for item in &mut items {
            item.image_name = Some("slice.png".to_owned());
        }
        let given = Given(
            items
                .into_iter()
                .map(|item| {
                    let works =
                        ["a/b", "a_b", "../c"].map(|rater| work(&item.key, rater, mark(rater)));
                    (item, works.to_vec())
                })
                .collect(),
        );
        let (_, sink) = there_and_back(key, &given);
        assert_eq!(sink.readings.len(), 6, "{key}");
        for (reading, record) in &sink.readings {
            let drawn = &record.annotations[0].label;
            let named = drawn.replace("../", "%2E.%2F").replace('/', "%2F");
            assert_eq!(
                (record.annotations.len(), &reading.rater),
                (1, &named),
                "{key}"
            );
        }
    }
}
