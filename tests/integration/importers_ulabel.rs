//! ULabel saves through the public interface: fixtures to the last annotation, mutants. Public files are KiTS21's alone, of some megabytes each.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{IngestOptions, ReadingState, ReviewOutcome, SampleCoverage};
use concord::importers::{ImportReport, MemorySink};

fn good(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    let path = fixtures("ulabel", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, options).expect("a good fixture");
    assert_eq!(report.format, "ulabel", "{name}");
    (report, sink)
}

fn session() -> (ImportReport, MemorySink) {
    good("session.json", &IngestOptions::default())
}

const SESSION: &[&str] = &[
    "session/ann a-1 class-3: box 10,20 50.5,50 group=lesions",
    "session/ann a-2 class-3: polygon 5,8 25,8 25,18 5,18 group=lesions",
    "session/ann a-3 class-3: polygon 5,8 25,8 25,18 5,18 - 10,10 14,10 14,12 10,12 group=lesions",
    "session/ann a-4 class-3: line 1,2 3,5.5 8,1 group=lesions",
    "session/ann a-5 class-3: line 1,2 2,2.25 group=lesions",
    "session/ann a-6 class-3: line 7,8 9,12 group=lesions",
    // Frames 2, 3, 4 and 5 are four: their middle lies between 3 and 4, which is 4 where frame i spans [i, i + 1].
    "session/ann a-8 class-3: cuboid 20,23,4 20x6x4 yaw 0.000000 group=lesions",
    "session/ann a-13 blurred: class quality=blurred group=quality",
    "session/2/ann a-7 class-3: points class-3@7,9.25 Visible group=lesions",
    "session/2/ann a-12 class-20: class quality=class-20 group=quality",
    "session/2/bob a-9 class-3: box 0,0 4,4 group=lesions",
];

#[test]
fn a_session_is_read_to_the_last_annotation() {
    let (report, sink) = session();
    golden::check(&sink, SESSION);
    assert_eq!(
        golden::skipped(&sink),
        [
            "withdrawn annotations.lesions[9]",
            "withdrawn annotations.lesions[10]"
        ]
    );
    assert_eq!(report.n_invalid, 0);
    assert_eq!(sink.items["session/2"].study, "session");
    let bob = sink
        .readings
        .iter()
        .find(|(key, _)| key.rater == "bob")
        .expect("a reading")
        .1;
    let review = bob.reading.review.clone().expect("a correction");
    assert_eq!(
        (review.outcome, review.reviewer.as_deref()),
        (ReviewOutcome::Corrected, Some("eve"))
    );
    // 2026-04-01T08:00:09Z: when it was made, not when it was corrected.
    assert_eq!(bob.reading.finished_at_us, Some(1_775_030_409_000_000));
    assert_eq!(
        sink.notes,
        [
            "1 typed texts are not read",
            "10 annotations have classes whose names are not in the files; they are called by their numbers"
        ]
    );
}

#[test]
fn the_folders_of_kits_tell_structure_task_and_user() {
    let (_, sink) = good("kits", &IngestOptions::default());
    let lines: Vec<String> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            format!(
                "{} {} {} {} {}",
                key.item,
                key.rater,
                key.session,
                record.annotations.len(),
                record.reading.finished_at_us.unwrap_or_default() / 1_000_000
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            // 2026-04-01T08:00:01Z, later than what the name says.
            "case_00001/artery/00 ann localization 1 1775030401",
            "case_00001/artery/00/4 bob delineation 1 1775030500",
            "case_00001/artery/00/4 shared delineation 1 1775030600",
            "case_00001/artery/00/4 shared delineation#2 1 1775030700",
            "case_00001/artery/00/5 bob delineation 1 1775030500",
        ]
    );
    let skips: Vec<_> = sink.skips.iter().map(|skip| skip.file.as_str()).collect();
    assert_eq!(
        skips,
        ["case_00001/raw/artery/00/delineation1/1775030400_bob.json"]
    );
}

#[test]
fn options_tell_the_people_of_a_shared_account_apart() {
    let options = IngestOptions {
        pattern: Some(r"raw/artery/00/(?P<rater>(?P<session>delineation)\d)/".to_owned()),
        ..IngestOptions::default()
    };
    let (_, sink) = good("kits", &options);
    let on_4: Vec<_> = sink
        .readings
        .keys()
        .filter(|key| key.item.ends_with("/4"))
        .map(|key| (key.rater.as_str(), key.session.as_str()))
        .collect();
    assert_eq!(
        on_4,
        [
            ("delineation1", "delineation"),
            ("delineation2", "delineation"),
            ("delineation3", "delineation")
        ]
    );
}

#[test]
fn a_save_without_annotations_is_an_empty_reading_where_options_say_so() {
    let (_, sink) = good("1775030400_ann.json", &IngestOptions::default());
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!(
        (key.rater.as_str(), record.reading.state),
        ("ann", ReadingState::ReviewedEmpty)
    );
    assert_eq!(record.reading.finished_at_us, Some(1_775_030_400_000_000));
    let options = IngestOptions {
        coverage: SampleCoverage::Annotated,
        ..IngestOptions::default()
    };
    let (_, sink) = good("1775030400_ann.json", &options);
    assert!(sink.readings.is_empty() && sink.items.len() == 1);
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&session().1, |sink| golden::lines(sink) == SESSION);
}

#[test]
fn a_save_by_a_guest_asks_for_a_rater() {
    let text = r#"{"task_meta": {}, "annotations": [{"spatial_type": "point", "spatial_payload": [[1, 2]], "created_by": "guest",
        "classification_payloads": [{"class_id": 1}]}]}"#;
    let (_, sink) = read_bytes("scan.json", text.as_bytes(), &IngestOptions::default())
        .expect("a readable save");
    let key = sink.readings.keys().next().expect("a reading");
    assert_eq!((key.item.as_str(), key.rater.as_str()), ("scan", ""));
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("ulabel", &IngestOptions::default()), 14);
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("ulabel", "good") {
        if path.is_file() {
            truncations(&path, &IngestOptions::default(), 150);
        }
    }
}
