//! Concord's own table: what is exported and imported again is equal in everything that is kept.

use super::made_up::{Given, HEIGHT_PX, WIDTH_PX, annotation, given, item, work};
use crate::corpus::read_memory;
use concord::domain::{
    Annotation, IngestOptions, Item, Keypoint, PointLabels, ReadingState, ReferenceKind, Review,
    ReviewOutcome, Role, Shape, Stage, TextSpan, Track, TrackedShape, Visibility,
};
use concord::exporters::{self, ExportReport, Source};
use concord::geometry::{Cuboid, Mask, Rect, SliceAxis, Volume};
use concord::importers::MemorySink;

fn there_and_back(given: &dyn Source) -> (ExportReport, MemorySink) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exporter = exporters::by_key("parquet").expect("an exporter of that name");
    let report = exporter.write(given, folder.path()).expect("an export");
    assert_eq!(report.files, ["annotations.parquet"]);
    // Options must not bend what the file says.
    let options = IngestOptions {
        annotator: Some("somebody".to_owned()),
        stage: Some(Stage::Training),
        role: Some(Role::Model),
        layer: Some("other".to_owned()),
        ..IngestOptions::default()
    };
    let (read, sink) = read_memory(folder.path(), &options).expect("the export can be imported");
    assert_eq!(read.format, "concord_parquet");
    (report, sink)
}

fn check(given: &Given) {
    let (report, sink) = there_and_back(given);
    assert_eq!((report.n_left_out(), sink.skips.len()), (0, 0));
    assert_eq!(sink.items.len(), given.0.len());
    let mut n_readings = 0;
    for (item, works) in &given.0 {
        assert_eq!(sink.items.get(&item.key), Some(item));
        for work in works {
            n_readings += 1;
            let found = &sink.readings[&work.reading.key];
            assert_eq!(found.reading, work.reading);
            assert_eq!(found.annotations, work.annotations);
        }
    }
    assert_eq!(sink.readings.len(), n_readings);
}

/// Shapes that no other format holds, and everything that an annotation may say.
fn further() -> Vec<Annotation> {
    let slice = Mask::from_bounds(WIDTH_PX, HEIGHT_PX, vec![5, 9, 700, 701]).expect("a mask");
    let axis = SliceAxis::Micrometres;
    let volume = Volume::new(WIDTH_PX, HEIGHT_PX, axis, vec![(-2500, slice)]).expect("a volume");
    let tracked = |frame: u32| TrackedShape {
        frame,
        shape: Shape::Box(Rect::from_corners([1.0, 2.0], [3.0, 4.5])),
    };
    let track = Track::new(vec![tracked(4), tracked(9)]).expect("a track");
    let cuboid = Cuboid::new([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 0.1 + 0.2).expect("a cuboid");
    let point = Keypoint {
        name: "tip \u{1F600}".to_owned(),
        x_px: 1.0 / 3.0,
        y_px: f64::MIN_POSITIVE,
        z_mm: Some(-7.25),
        visibility: Visibility::Occluded,
    };
    vec![
        Annotation {
            semantic: true,
            confidence: Some(0.1 + 0.2),
            finished_at_us: Some(7),
            active_ms: Some(8),
            source_id: "7.b".to_owned(),
            ..annotation("organ", Shape::Volume(volume))
        },
        annotation("vehicle", Shape::Cuboid(cuboid)),
        annotation(
            "points",
            Shape::PointLabels(PointLabels {
                labels: vec!["bone".to_owned()],
                codes: vec![0, 1, 0],
            }),
        ),
        annotation("drug", Shape::TextSpan(TextSpan { start: 3, end: 9 })),
        annotation("tool", Shape::Track(track)),
        annotation("tip", Shape::Keypoints(vec![point])),
        Annotation {
            invalid: Some("outline was not closed".to_owned()),
            ..annotation("odd", Shape::Polyline(vec![[0.0, 0.0], [1.0, 1.0]]))
        },
        // Outside the image, and nobody said so: it stays as it was kept.
        annotation(
            "far",
            Shape::Box(Rect::from_corners([0.0, 0.0], [9e3, 1.0])),
        ),
    ]
}

#[test]
fn everything_that_is_kept_comes_back_equal() {
    let mut given = given();
    let (item, works) = &mut given.0[0];
    item.n_slices = Some(9);
    item.spacing_mm = Some([2.0, 0.5, 0.1 + 0.2]);
    works[0].annotations.extend(further());
    let reading = &mut works[0].reading;
    reading.review = Some(Review {
        outcome: ReviewOutcome::Corrected,
        reviewer: Some("dr gold".to_owned()),
        at_us: Some(1_795_600_000_000_000),
    });
    reading.source_convention = "voxel centres, RAS".to_owned();
    reading.source_file = "week 1/exports.zip/a.json".to_owned();
    reading.key.session = "2".to_owned();
    reading.key.layer = "masks".to_owned();
    reading.key.stage = Stage::Verification;
    works[1].reading.review = Some(Review {
        outcome: ReviewOutcome::Accepted,
        reviewer: None,
        at_us: None,
    });
    works[1].reading.finished_at_us = None;
    works[1].reading.active_ms = None;
    check(&given);
}

#[test]
fn what_is_not_there_comes_back_as_not_there() {
    let bare = Item {
        key: "bare".to_owned(),
        ..Item::default()
    };
    let states = [
        ReadingState::Skipped,
        ReadingState::NeverAssigned,
        ReadingState::ReviewedEmpty,
    ];
    let works = states.map(|state| {
        let mut one = work("bare", state.as_str(), vec![]);
        one.reading.state = state;
        one
    });
    let mut consensus = work("bare", "", vec![]);
    consensus.reading.role = Role::Model;
    consensus.reading.reference = Some(ReferenceKind::Consensus);
    let mut works = works.to_vec();
    works.push(consensus);
    // An item that nobody read has no reading, and is kept.
    check(&Given(vec![(item(0), vec![]), (bare, works)]));
}

#[test]
fn more_rows_than_are_written_at_once_come_back_in_order() {
    let marks: Vec<Annotation> = (0..20_000_u32)
        .map(|at| {
            let span = TextSpan {
                start: u64::from(at),
                end: u64::from(at) + 1,
            };
            annotation(&format!("label {}", at % 7), Shape::TextSpan(span))
        })
        .collect();
    let item = item(0);
    let works = vec![
        work(&item.key, "a", marks.clone()),
        work(&item.key, "b", marks),
    ];
    check(&Given(vec![(item, works)]));
}

#[test]
fn two_tables_that_hold_one_reading_do_not_double_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exporter = exporters::by_key("parquet").expect("an exporter of that name");
    let given = Given(vec![(item(0), vec![work(&item(0).key, "a", further())])]);
    for name in ["one", "two"] {
        let into = folder.path().join(name);
        std::fs::create_dir(&into).expect("a folder");
        exporter.write(&given, &into).expect("an export");
    }
    let (_, sink) = read_memory(folder.path(), &IngestOptions::default()).expect("readable");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.annotations, given.0[0].1[0].annotations);
    assert_eq!(record.reading.active_ms, Some(61_500));
    assert_eq!(sink.skips.len(), further().len());
}
