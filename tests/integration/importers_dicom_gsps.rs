//! DICOM presentation states, to the last number; one of them is written by highdicom.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::IngestOptions;
use concord::importers::MemorySink;
use std::path::PathBuf;

const ROOT: &str = "1.2.826.0.1.3680043.10.9996";

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("dicom_gsps", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str) -> MemorySink {
    let (report, sink) = read_memory(&fixture(name), &IngestOptions::default()).expect("readable");
    assert_eq!(report.format, "dicom_gsps", "{name}");
    sink
}

fn drawn(sink: &MemorySink) -> Vec<String> {
    let lines = golden::lines(sink);
    lines.iter().map(|line| line.replace(ROOT, "")).collect()
}

const EVERYTHING: &[&str] = &[
    ".9.1/Reader^Zoë annotations[0].graphics[0] FINDINGS: points point@7.5,9.25 Visible",
    ".9.1/Reader^Zoë annotations[0].graphics[1] Nodule: polygon 10,20 30,20 30,40.5",
    ".9.1/Reader^Zoë annotations[0].graphics[2] FINDINGS: line 0,5 20,5 20,8",
    ".9.1/Reader^Zoë annotations[0].graphics[3] FINDINGS: ellipse 100.5,50 5x5 0°",
    ".9.1/Reader^Zoë annotations[0].graphics[4] FINDINGS: ellipse 120,70 14.142135623730951x7.0710678118654755 45°",
    ".9.1/Reader^Zoë annotations[4].graphics[0] FINDINGS: line 1,2 3,4 group=5",
    ".9.1/Reader^Zoë annotations[5].graphics[0] FINDINGS: points point@3,4 Visible tracking_id=Lesion 1 tracking_uid=.7",
    ".9.2/Reader^Zoë annotations[2].graphics[0] FINDINGS: points point@125,20 Visible",
    ".9.2/Reader^Zoë annotations[2].graphics[1] FINDINGS: line 100,10 200,30",
    ".9.2/Reader^Zoë annotations[5].graphics[0] FINDINGS: points point@3,4 Visible tracking_id=Lesion 1 tracking_uid=.7",
    ".9.3#3/Reader^Zoë annotations[1].graphics[0] SECOND: line 1,2 3,4.5",
    ".9.3#3/Reader^Zoë annotations[5].graphics[0] FINDINGS: points point@3,4 Visible tracking_id=Lesion 1 tracking_uid=.7",
    ".9.3#4/Reader^Zoë annotations[1].graphics[0] SECOND: line 1,2 3,4.5",
    ".9.3#4/Reader^Zoë annotations[5].graphics[0] FINDINGS: points point@3,4 Visible tracking_id=Lesion 1 tracking_uid=.7",
    ".9.4/Reader^Zoë annotations[3].graphics[0] FINDINGS: points point@1000.5,2000 Visible",
];

#[test]
fn every_graphic_is_read_to_the_last_number() {
    let sink = read("everything.dcm");
    assert_eq!(drawn(&sink), EVERYTHING);
    assert_eq!(drawn(&read("implicit.dcm")), EVERYTHING);
    assert_eq!(
        golden::skipped(&sink),
        [
            "unsupported annotations[0].texts[0]",
            "unsupported annotations[0].texts[1]",
            "unsupported annotations[4].compounds[0]",
            "unsupported annotations[4].compounds[1]"
        ]
    );
    for record in sink.readings.values() {
        assert_eq!(record.reading.finished_at_us, Some(1_794_817_800_500_000));
        assert!(record.reading.source_convention.contains("corner"));
    }
    assert!(
        sink.items
            .values()
            .all(|item| item.study == format!("{ROOT}.2"))
    );
    assert_eq!(
        sink.notes,
        [
            "interpolated curves, read as straight lines between their points: 1",
            "annotations that name no image and so lie on every image of their presentation state: 1"
        ]
    );
}

#[test]
fn what_highdicom_writes_is_read_as_it_was_drawn() {
    let sink = read("by_highdicom.dcm");
    assert_eq!(
        drawn(&sink),
        [
            ".9.1/Reader^One annotations[0].graphics[0] Lesion: polygon 10,20 30,20 30,40.5 tracking_id=T1 tracking_uid=.7",
            ".9.1/Reader^One annotations[0].graphics[1] FINDINGS: ellipse 100.5,50 5x5 0°",
            ".9.1/Reader^One annotations[0].graphics[2] FINDINGS: ellipse 120,70 14.142135623730951x7.0710678118654755 45°",
            ".9.1/Reader^One annotations[0].graphics[3] FINDINGS: points point@256,128 Visible"
        ]
    );
}

#[test]
fn pixels_are_those_of_the_image_however_it_is_displayed() {
    let sink = read("turned.dcm");
    assert_eq!(
        drawn(&sink),
        [".9.1/ annotations[0].graphics[0] FINDINGS: points point@7.5,9.25 Visible"]
    );
    assert_eq!(
        golden::skipped(&sink),
        ["unsupported annotations[0].graphics[1]"]
    );
}

#[test]
fn a_misread_convention_would_be_noticed() {
    check_mutants(&read("everything.dcm"), |sink| drawn(sink) == EVERYTHING);
}

#[test]
fn the_options_may_name_the_label() {
    let options = IngestOptions {
        label: Some("lesion".to_owned()),
        ..IngestOptions::default()
    };
    let (_, sink) = read_memory(&fixture("everything.dcm"), &options).expect("readable");
    let mut annotations = sink
        .readings
        .values()
        .flat_map(|record| &record.annotations);
    assert!(annotations.all(|one| one.label == "lesion"));
}

#[test]
fn patients_and_free_texts_are_never_passed_on() {
    for path in fixtures("dicom_gsps", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
        assert!(!format!("{report:?} {sink:?}").contains("SECRET"));
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("dicom_gsps", &IngestOptions::default()),
        16
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["everything.dcm", "by_highdicom.dcm"] {
        assert!(truncations(&fixture(name), &IngestOptions::default(), 250) >= 200);
    }
}
