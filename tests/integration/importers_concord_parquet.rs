//! Concord's own Parquet table through the public interface: tables that pyarrow wrote, cut and damaged files, mutants. Round trips are in
//! `exporters`.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, truncations};
use crate::draw::Draw;
use crate::frame::check_mutants;
use crate::golden::{check, lines};
use concord::domain::{
    IngestOptions, Reading, ReadingKey, ReadingState, ReferenceKind, Review, ReviewOutcome, Role,
    Stage,
};

/// Worked out by hand from `make.py`.
const SHAPES: &[&str] = &[
    "case-1/ann s0 lesion: box 10.5,20 40,25.25",
    "case-1/ann s1 lesion: turned box 20,15 8x4 30°",
    "case-1/ann s2 lesion: polygon 0,0 20,0 20,20 - 1,2 9,2 9,7.5 + 1,2 9,2 9,7.5",
    "case-1/ann s3 lesion: line 1,2 30,4.5",
    "case-1/ann s4 lesion: ellipse 20,15 8x4 0°",
    "case-1/ann s5 lesion: points tip@5,6.5 Occluded",
    "case-1/ann s6 lesion: mask 4x3 0:1-3 1:0-1",
    "case-1/ann s7 lesion: Volume(Volume { width_px: 4, height_px: 3, axis: Micrometres, slices: [(-2500, Mask { width_px: 4, height_px: 3, bounds: [1, 3, 4, 5] })] })",
    "case-1/ann s8 lesion: class severity=mild",
    "case-1/ann s9 lesion: Ordinal { question: \"grade\", rank: 3.0 }",
    "case-1/ann s10 lesion: cuboid 1,2,3 4x5x6 yaw 0.500000",
    "case-1/ann s11 lesion: cloud [\"bone\"] [0, 1]",
    "case-1/ann s12 lesion: TextSpan(TextSpan { start: 3, end: 9 })",
    "case-1/ann s13 lesion: track 4[box 1,2 3,4.5]",
];

#[test]
fn every_kind_of_shape_is_read() {
    let [shapes, _] = &fixtures("concord_parquet", "good")[..] else {
        panic!("two fixtures are expected");
    };
    assert!(shapes.ends_with("shapes.parquet"));
    let (report, sink) = read_memory(shapes, &IngestOptions::default()).expect("a good table");
    assert_eq!(report.format, "concord_parquet");
    assert_eq!(report.n_skipped(), 0);
    check(&sink, SHAPES);
    check_mutants(&sink, |sink| lines(sink) == SHAPES);
    let item = &sink.items["case-1"];
    assert_eq!(
        (item.width_px, item.height_px, item.n_slices),
        (Some(40), Some(30), Some(4))
    );
    assert_eq!(
        (item.study.as_str(), item.spacing_mm),
        ("study-1", Some([2.5, 0.5, 0.25]))
    );
    let texts = [&item.modality, &item.site, &item.image_name].map(Option::as_deref);
    assert_eq!(texts, [Some("CT"), Some("north"), Some("case-1.png")]);
    let table = report
        .rejected
        .iter()
        .find(|one| one.format == "ratings_table");
    assert!(table.is_some_and(|one| one.reason.contains("Concord's own table")));
}

#[test]
fn readings_keep_their_state_and_review() {
    let [_, states] = &fixtures("concord_parquet", "good")[..] else {
        panic!("two fixtures are expected");
    };
    assert!(states.ends_with("states.parquet"));
    let (_, sink) = read_memory(states, &IngestOptions::default()).expect("a good table");
    let found: Vec<Reading> = sink
        .readings
        .values()
        .map(|record| record.reading.clone())
        .collect();
    let key = |rater: &str, stage: Stage, session: &str| ReadingKey {
        item: "case-1".to_owned(),
        rater: rater.to_owned(),
        stage,
        session: session.to_owned(),
        layer: "annotations".to_owned(),
    };
    let common = Reading {
        finished_at_us: Some(1_795_597_200_000_000),
        active_ms: Some(61_500),
        source_convention: "pixel centres from 1".to_owned(),
        source_file: "a/b.json".to_owned(),
        ..Reading::new(
            key("ann", Stage::Annotation, ""),
            Role::Annotator,
            ReadingState::ReviewedEmpty,
        )
    };
    let review = Review {
        outcome: ReviewOutcome::Corrected,
        reviewer: Some("dr gold".to_owned()),
        at_us: Some(1_795_597_200_000_001),
    };
    let expected = [
        Reading {
            review: Some(review),
            ..common.clone()
        },
        Reading {
            key: key("bob", Stage::Annotation, ""),
            state: ReadingState::Skipped,
            ..common.clone()
        },
        Reading {
            key: key("consensus", Stage::Verification, "2"),
            role: Role::Model,
            reference: Some(ReferenceKind::Consensus),
            state: ReadingState::Annotated,
            ..common
        },
    ];
    assert_eq!(found, expected);
    check(
        &sink,
        &[
            "case-1/consensus 7 lesion: box 10.5,20 40,25.25 sure=yes confidence=0.75 INVALID was said to be so",
        ],
    );
    let one = &sink.readings[&expected[2].key].annotations[0];
    assert_eq!(
        (one.finished_at_us, one.active_ms, one.semantic),
        (Some(7), Some(8), true)
    );
    assert_eq!(sink.items.len(), 2);
}

#[test]
fn every_bad_table_gets_its_answer() {
    assert_eq!(
        check_bad_fixtures("concord_parquet", &IngestOptions::default()),
        4
    );
}

#[test]
fn a_cut_table_never_panics() {
    for path in fixtures("concord_parquet", "good") {
        assert!(truncations(&path, &IngestOptions::default(), 60) > 20);
    }
}

#[test]
fn a_damaged_table_is_refused_or_read_and_never_ends_the_program() {
    let mut draw = Draw(7);
    let options = IngestOptions {
        format: Some("concord_parquet".to_owned()),
        ..IngestOptions::default()
    };
    for path in fixtures("concord_parquet", "good") {
        let whole = std::fs::read(&path).expect("a fixture");
        for _ in 0..150 {
            let mut bytes = whole.clone();
            for _ in 0..=draw.below(3_u32) {
                let at = draw.below(bytes.len() as u32) as usize;
                bytes[at] = draw.below(256_u32) as u8;
            }
            if let Err(error) = read_bytes("damaged.parquet", &bytes, &options) {
                assert!(error.to_string().len() > 10);
            }
        }
    }
}
