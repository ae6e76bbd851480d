//! DICOM microscopy bulk annotations, to the last number; the groups are written by highdicom, and a real file is held against it.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{IngestOptions, ReadingState, Role, Shape};
use concord::importers::MemorySink;
use serde_json::Value;
use std::path::PathBuf;

const ROOT: &str = "1.2.826.0.1.3680043.10.9995";

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("dicom_ann", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str) -> MemorySink {
    let (report, sink) = read_memory(&fixture(name), &IngestOptions::default()).expect("readable");
    assert_eq!(report.format, "dicom_ann", "{name}");
    assert!(sink.skips.is_empty(), "{name}: {:?}", sink.skips);
    sink
}

/// Without what every annotation of these files has.
fn drawn(sink: &MemorySink) -> Vec<String> {
    golden::lines(sink)
        .iter()
        .map(|line| {
            line.replace(ROOT, "")
                .replace(" property_category=Anatomical Structure", "")
                .replace(" property_type=Nucleus", "")
        })
        .collect()
}

const EVERYTHING: &[&str] = &[
    ".9.1/NucleusFinder 2 groups[6].annotations[0] Mitosis: points point@3,4 Visible algorithm_type=AUTOMATIC",
    ".9.1/NucleusFinder 2 groups[6].annotations[1] Mitosis: points point@5,6 Visible algorithm_type=AUTOMATIC",
    ".9.1/Reader^Zoë groups[0].annotations[0] Nucleus: polygon 1,2 5,2 5,6.5 algorithm_type=MANUAL measured: Area [um2]=7.5",
    ".9.1/Reader^Zoë groups[0].annotations[1] Nucleus: polygon 10,10 20,10 20,20 10,20 algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[1].annotations[0] Centre: points point@1.5,2.25 Visible algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[1].annotations[1] Centre: points point@100,50 Visible algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[2].annotations[0] Vessel: line 0,0 3,4 0,0 algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[2].annotations[1] Vessel: line 7,8 9,8 algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[3].annotations[0] Gland: ellipse 120,70 14.142135623730951x7.0710678118654755 45° algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[4].annotations[0] Field: box 10,20 14,26 algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[5].annotations[0] Tilted field: turned box 12,23 4x6 0° algorithm_type=MANUAL",
    ".9.1/Reader^Zoë groups[5].annotations[1] Tilted field: turned box 1,3 5.656854249492381x2.8284271247461903 45° algorithm_type=MANUAL",
];

#[test]
fn every_group_is_read_to_the_last_number() {
    let sink = read("everything.dcm");
    assert_eq!(drawn(&sink), EVERYTHING);
    assert_eq!(drawn(&read("implicit.dcm")), EVERYTHING);
    for (key, record) in &sink.readings {
        assert_eq!(record.reading.finished_at_us, Some(1_794_817_800_500_000));
        let is_model = record.reading.role == Role::Model;
        assert_eq!(is_model, key.rater == "NucleusFinder 2");
    }
    assert!(
        sink.items
            .values()
            .all(|item| item.study == format!("{ROOT}.2"))
    );
    assert_eq!(
        drawn(&read("frame.dcm")),
        [
            ".9.1#3/Reader^Zoë groups[0].annotations[0] Cell: points point@1.5,2.25 Visible algorithm_type=MANUAL"
        ]
    );
}

const ON_SLIDE: &[&str] = &[
    ".4#mm/Reader^Zoë groups[1].annotations[0] Centre: points point@1.5,2.25 Visible algorithm_type=MANUAL",
    ".4#mm/Reader^Zoë groups[1].annotations[1] Centre: points point@3,4 Visible algorithm_type=MANUAL",
    ".4#mm@0.5000/Reader^Zoë groups[0].annotations[0] Nucleus: polygon 1,2 5,2 5,6.5 algorithm_type=MANUAL",
    ".4#mm@0.5000/Reader^Zoë groups[0].annotations[1] Nucleus: polygon 1,1 2,1 2,2 algorithm_type=MANUAL",
];

#[test]
fn positions_on_the_slide_stay_in_millimetres() {
    let sink = read("slide.dcm");
    assert_eq!(drawn(&sink), ON_SLIDE);
    let heights: Vec<Option<f64>> = sink
        .readings
        .values()
        .flat_map(|record| &record.annotations)
        .filter_map(|one| match &one.shape {
            Shape::Keypoints(points) => Some(points[0].z_mm),
            _ => None,
        })
        .collect();
    assert_eq!(heights, [Some(0.25), Some(0.75)]);
    let spacing = |item: &str| sink.items[&format!("{ROOT}.4{item}")].spacing_mm;
    assert_eq!(spacing("#mm"), Some([1.0; 3]));
    assert_eq!(spacing("#mm@0.5000"), Some([0.0, 1.0, 1.0]));
}

#[test]
fn a_misread_convention_would_be_noticed() {
    check_mutants(&read("everything.dcm"), |sink| drawn(sink) == EVERYTHING);
    check_mutants(&read("slide.dcm"), |sink| drawn(sink) == ON_SLIDE);
}

#[test]
fn empty_groups_are_an_empty_reading() {
    let sink = read("nothing_found.dcm");
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!(key.item, format!("{ROOT}.9.1"));
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
    assert!(record.annotations.is_empty());
}

#[test]
fn a_real_file_holds_what_highdicom_finds() {
    let Some(folder) = sample("dicom") else {
        return;
    };
    let oracle: Value =
        serde_json::from_str(include_str!("../oracles/importers/dicom_ann.json")).expect("JSON");
    for (name, expected) in oracle["files"].as_object().expect("files") {
        let (report, sink) =
            read_memory(&folder.join(name), &IngestOptions::default()).expect("readable");
        assert_eq!(report.format, "dicom_ann");
        let annotations: Vec<_> = sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
            .collect();
        let found: Vec<(String, Vec<Vec<f64>>)> = annotations
            .iter()
            .map(|one| match &one.shape {
                Shape::Keypoints(points) => (
                    one.label.clone(),
                    points.iter().map(|p| vec![p.x_px, p.y_px]).collect(),
                ),
                _ => panic!("{name} holds points alone"),
            })
            .collect();
        let mut wanted = Vec::new();
        for group in expected["groups"].as_array().expect("groups") {
            let label = group["label"].as_str().expect("a label");
            for shape in group["shapes"].as_array().expect("shapes") {
                let points: Vec<Vec<f64>> = serde_json::from_value(shape.clone()).expect("points");
                wanted.push((label.to_owned(), points));
            }
        }
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn patients_and_free_texts_are_never_passed_on() {
    for path in fixtures("dicom_ann", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
        let everything = format!("{report:?} {sink:?}");
        assert!(!everything.contains("SECRET") && !everything.contains("Nobody"));
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("dicom_ann", &IngestOptions::default()),
        18
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["everything.dcm", "slide.dcm"] {
        assert!(truncations(&fixture(name), &IngestOptions::default(), 250) >= 200);
    }
}
