//! LabelMe web XML through the public interface: fixtures to the last object, a sample against lxml and Pillow, broken files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, ReviewOutcome, Shape};
use concord::importers::{ImportReport, MemorySink};

const ORACLE: &str = include_str!("../oracles/importers/labelme_web.json");

const TWO_PEOPLE: &[&str] = &[
    "case 1/ 4 dot: points dot@7,3 Visible",
    "case 1/ann 0 cup: polygon 30,12 38,12 34,18 grade=2 occluded=yes round=true",
    "case 1/ann 1 handle: box 13,9 23,15 group=0",
    "case 1/bob 2 cup: polygon 1,2 9,2 9,4 1,4",
    "case 1/bob 3 line: line 1,2 9,5.5",
];
const MASKS: &[&str] = &["a/ann 3 lesion: mask 4x3 1:1-3 2:2-3"];

fn read(name: &str) -> (ImportReport, MemorySink) {
    let paths = fixtures("labelme_web", "good");
    let path = paths.iter().find(|path| path.ends_with(name));
    let options = IngestOptions::default();
    let (report, sink) = read_memory(path.expect("a fixture"), &options).expect("a good fixture");
    assert_eq!(report.format, "labelme_web", "{name}");
    (report, sink)
}

#[test]
fn objects_belong_to_the_person_who_drew_them() {
    let (report, sink) = read("two_people.xml");
    check(&sink, TWO_PEOPLE);
    check_mutants(&sink, |sink| lines(sink) == TWO_PEOPLE);
    assert_eq!(skipped(&sink), ["withdrawn object[5]"]);
    assert_eq!(report.notes.len(), 1, "bob's work is verified in part");
    let by_rater = |rater: &str| {
        let mut records = sink.readings.values();
        let found = records.find(|record| record.reading.key.rater == rater);
        &found.expect("a reading").reading
    };
    let ann = by_rater("ann");
    let review = ann.review.as_ref().map(|review| review.outcome);
    assert_eq!(review, Some(ReviewOutcome::Accepted));
    assert_eq!(
        ann.finished_at_us,
        Some(1_573_891_200_000_000),
        "the later of two objects"
    );
    assert_eq!(by_rater("bob").review, None);
    assert_eq!(by_rater("bob").finished_at_us, Some(1_573_828_731_000_000));
    assert_eq!(ann.source_convention, "pixels from the image's corner");
    let item = &sink.items["case 1"];
    assert_eq!((item.width_px, item.height_px), (Some(40), Some(20)));
}

#[test]
fn masks_are_read_from_their_folder_and_scribbles_counted() {
    let (_, sink) = read("masks");
    check(&sink, MASKS);
    check_mutants(&sink, |sink| lines(sink) == MASKS);
    assert_eq!(skipped(&sink), ["not_annotation "], "the scribble");
}

#[test]
fn a_file_without_objects_is_an_empty_reading() {
    let (_, sink) = read("empty.xml");
    let states: Vec<ReadingState> = sink.readings.values().map(|r| r.reading.state).collect();
    assert_eq!(states, [ReadingState::ReviewedEmpty]);
}

#[test]
fn the_sample_holds_what_lxml_pillow_and_shapely_find() {
    let oracle: serde_json::Value = serde_json::from_str(ORACLE).expect("the oracle is JSON");
    let Some(folder) = sample("datumaro-assets/labelme_dataset") else {
        return;
    };
    let (report, sink) = read_memory(&folder, &IngestOptions::default()).expect("a sample");
    assert_eq!(report.format, "labelme_web");
    let mut n_found = 0;
    for (key, record) in &sink.readings {
        for one in &record.annotations {
            let wanted = &oracle["objects"][&one.source_id];
            let area = match &one.shape {
                Shape::Polygon(polygon) => polygon.area_px2(),
                Shape::Mask(mask) => mask.area_px() as f64,
                Shape::Box(rect) => rect.area_px2(),
                other => panic!("{other:?}"),
            };
            assert_eq!(Some(area), wanted["area"].as_f64(), "{}", one.source_id);
            let rater = wanted["username"].as_str().expect("a name");
            assert_eq!(key.rater, rater.replace("anonymous", ""));
            assert_eq!(wanted["name"], *one.label);
            n_found += 1;
        }
    }
    assert_eq!(
        n_found,
        oracle["objects"].as_object().expect("objects").len()
    );
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("labelme_web", &IngestOptions::default()),
        4
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for path in fixtures("labelme_web", "good") {
        if path.is_file() {
            assert!(truncations(&path, &IngestOptions::default(), 120) >= 90);
        }
    }
}
