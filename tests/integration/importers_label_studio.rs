//! Label Studio JSON through the public interface: samples against shapely, fixtures, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines};
use concord::domain::{IngestOptions, ReadingState, Role, Shape};
use concord::geometry::MultiPolygon;
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const COUNTS: &str = include_str!("../oracles/importers/counts.json");

#[test]
fn rectangles_of_samples_lie_where_shapely_turns_them() {
    let counts: Value = serde_json::from_str(COUNTS).expect("the oracle file is JSON");
    let mut n_rectangles = 0;
    for (path, expected) in counts["label_studio"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(
            Value::from(report.counts.items),
            expected["items"],
            "{path}"
        );
        let by_people: Vec<_> = sink
            .readings
            .iter()
            .filter(|(_, record)| record.reading.role != Role::Model)
            .collect();
        assert_eq!(json!(by_people.len()), expected["readings"], "{path}");
        let raters: BTreeSet<&str> = by_people
            .iter()
            .map(|(key, _)| key.rater.as_str())
            .filter(|rater| !rater.is_empty())
            .collect();
        assert_eq!(json!(raters), expected["raters"], "{path}");
        let mut found: Vec<[f64; 7]> = Vec::new();
        for annotation in by_people.iter().flat_map(|(_, record)| &record.annotations) {
            let outline = match &annotation.shape {
                Shape::Box(rect) => MultiPolygon::from(rect),
                Shape::RotatedBox(rect) => MultiPolygon::from(rect),
                _ => continue,
            };
            let (bounds, [x, y]) = (
                outline.bounding_box().expect("corners"),
                outline.centroid_px().expect("an area"),
            );
            found.push([
                x,
                y,
                outline.area_px2(),
                bounds.x0,
                bounds.y0,
                bounds.x1,
                bounds.y1,
            ]);
        }
        let mut wanted: Vec<[f64; 7]> =
            serde_json::from_value(expected["rectangles"].clone()).expect("seven numbers each");
        assert_eq!(found.len(), wanted.len(), "{path}");
        let order = |a: &[f64; 7], b: &[f64; 7]| a[0].total_cmp(&b[0]);
        found.sort_by(order);
        wanted.sort_by(order);
        for (found, wanted) in found.iter().zip(&wanted) {
            for (found, wanted) in found.iter().zip(wanted) {
                assert!(
                    (found - wanted).abs() < 1e-6 * wanted.abs().max(1.0),
                    "{path}: {found} is not {wanted}"
                );
            }
            n_rectangles += 1;
        }
    }
    if sample("labelstudio").is_some() {
        assert_eq!(n_rectangles, 36);
    }
}

#[test]
fn good_fixtures_are_read_to_the_last_result() {
    let mut n_read = 0;
    for path in fixtures("label_studio", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
        assert_eq!(report.n_invalid, 0, "{}", path.display());
        let kinds = json!(report.by_technique);
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        match name.as_str() {
            "project.json" => {
                let expected = json!({"box": 3, "classification": 1, "ellipse": 1, "keypoints": 1, "mask": 1,
                    "ordinal": 1, "polygon": 1, "rotated_box": 1});
                assert_eq!(kinds, expected);
                assert_eq!(report.raters, ["net-1", "user-1", "user-2"]);
                let states: Vec<(&str, &str, ReadingState)> = sink
                    .readings
                    .iter()
                    .map(|(key, record)| {
                        (key.item.as_str(), key.rater.as_str(), record.reading.state)
                    })
                    .collect();
                assert_eq!(
                    states,
                    [
                        ("scan-001", "net-1", ReadingState::Annotated),
                        ("scan-001", "user-1", ReadingState::Annotated),
                        ("scan-001", "user-2", ReadingState::Annotated),
                        ("scan-002", "user-1", ReadingState::ReviewedEmpty),
                        ("scan-002", "user-2", ReadingState::Skipped),
                    ]
                );
                let mask = sink
                    .readings
                    .values()
                    .flat_map(|record| &record.annotations)
                    .find_map(|annotation| match &annotation.shape {
                        Shape::Mask(mask) => Some(mask),
                        _ => None,
                    })
                    .expect("the brush mask");
                // 10 × 15 px of alpha 255; the row of alpha 100 is covered by less than half.
                assert_eq!(mask.area_px(), 150);
                assert_eq!(mask.centroid_px(), Some([37.5, 15.0]));
                assert_eq!(report.n_skipped(), 1, "a relation: {:?}", report.skipped);
            }
            "texts.json" => {
                assert_eq!((kinds, report.n_skipped()), (json!({"text_span": 6}), 0));
                let spans: Vec<(u64, u64)> = sink
                    .readings
                    .values()
                    .flat_map(|record| &record.annotations)
                    .filter_map(|annotation| match &annotation.shape {
                        Shape::TextSpan(span) => Some((span.start, span.end)),
                        _ => None,
                    })
                    .collect();
                // The emoji before the last span counts two in the export and one here.
                let (first, second) = ([(0, 7), (8, 13), (26, 31)], [(0, 7), (8, 19), (26, 31)]);
                assert_eq!(spans, [first, second].concat());
            }
            "completions.json" => assert_eq!((kinds, report.n_skipped()), (json!({"box": 1}), 0)),
            // Each has a test of its own.
            "pages.json" | "video.json" | "tasks.ndjson" | "flat_min.json" | "flat.csv"
            | "flat.tsv" => {
                assert_eq!(report.format, "label_studio");
            }
            other => panic!("no expectation for {other}"),
        }
        n_read += 1;
    }
    assert_eq!(n_read, 9);
}

fn read(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    let paths = fixtures("label_studio", "good");
    let path = paths.iter().find(|path| path.ends_with(name));
    read_memory(path.expect("a fixture of that name"), options).expect("a good fixture")
}

/// Percent of 80 × 40 px, worked out by hand.
const PAGES: &[&str] = &[
    "l/user-3 k1 tip: points tip@40,20 Visible",
    "p-0/anna r1 nodule: box 8,10 24,30 count=3 site=lung / left",
    "p-0/net-2 m nodule: box 4,2 12,6 confidence=0.5",
    "p-1/anna v1 duct: line 0,0 40,10 80,40",
    "p-1/anna v2 cyst: polygon 8,4 24,4 24,20",
    "p-1/anna m1 organ: mask 80x40 3:5-9",
    "p-1/anna t1 nodule: turned box 35,24 8x10 90°",
    "p-1/anna q1 good: class quality=good",
    "r/user-3 e1 cyst: ellipse 20,20 4x4 30°",
    "task-21/anna q2 benign: class verdict=benign",
    "task-21/anna q3#0 order: mdn: Ordinal { question: \"order: mdn\", rank: 1.0 }",
    "task-21/anna q3#1 order: wiki: Ordinal { question: \"order: wiki\", rank: 2.0 }",
    "task-22/user-3 p1 left: class better=left",
    "task-22/user-3 d1 2026-11-20: class seen=2026-11-20",
];

#[test]
fn images_of_one_task_are_read_to_the_last_answer() {
    let (report, sink) = read("pages.json", &IngestOptions::default());
    check(&sink, PAGES);
    check_mutants(&sink, |sink| lines(sink) == PAGES);
    let said = |key: &str| {
        let readings = sink.readings.iter().filter(|(of, _)| of.item == key);
        let said =
            readings.map(|(of, one)| (of.rater.clone(), one.reading.role, one.reading.state));
        said.collect::<Vec<_>>()
    };
    use ReadingState::{Annotated, ReviewedEmpty, Skipped};
    let person = |name: &str, state| (name.to_owned(), Role::Annotator, state);
    assert_eq!(
        said("p-0"),
        [
            person("anna", Annotated),
            person("ben", ReviewedEmpty),
            ("net-2".to_owned(), Role::Model, Annotated)
        ]
    );
    // The model is asked about both images of its task, and found nothing on the second.
    assert_eq!(
        said("p-1").last(),
        Some(&("net-2".to_owned(), Role::Model, ReviewedEmpty))
    );
    assert_eq!(
        said("r"),
        [person("user-3", Annotated), person("user-4", Skipped)]
    );
    let item = &sink.items["p-1"];
    assert_eq!(
        (
            item.width_px,
            item.height_px,
            item.study.as_str(),
            item.modality.as_deref()
        ),
        (Some(80), Some(40), "1.2.3", Some("CR"))
    );
    assert_eq!(
        crate::golden::skipped(&sink),
        [
            "unsupported tasks[0].annotations[0].result[11]",
            "withdrawn tasks[0].drafts[0]",
        ]
    );
    assert_eq!(report.notes.len(), 4, "{:?}", report.notes);
    assert!(!format!("{report:?} {sink:?}").contains("example.com"));
}

#[test]
fn rectangles_of_videos_are_tracks_from_frame_0() {
    let sizes = [
        ("file", "clip.mp4"),
        ("width_px", "200"),
        ("height_px", "100"),
    ];
    let row = sizes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = IngestOptions {
        sidecar: vec![row.into()],
        ..IngestOptions::default()
    };
    let (_, sink) = read("video.json", &options);
    // The first object grows from 10 to 30 percent of 100 px while it moves by 10 percent of 200, and goes with frame 3 of the tool.
    let expected = [
        "clip.mp4/user-1 a tool: track 0[box 20,20 40,30] 1[box 30,20 50,40] 2[box 40,20 60,50]",
        "clip.mp4/user-1 b organ: track 3[box 0,0 100,50] 4[box 0,0 100,50] 5[box 0,0 100,50]",
        "clip.mp4/user-1 d skill: Ordinal { question: \"skill\", rank: 3.0 }",
    ];
    check(&sink, &expected);
    check_mutants(&sink, |sink| lines(sink) == expected);
    let skips = crate::golden::skipped(&sink);
    assert_eq!(skips, ["unsupported tasks[0].annotations[0].result[2]"]);
}

#[test]
fn tasks_one_a_line_are_read() {
    let (report, sink) = read("tasks.ndjson", &IngestOptions::default());
    let expected = [
        "scan-001/user-1 r nodule: box 8,10 24,30",
        "scan-002/user-2 r nodule: box 16,10 32,30",
    ];
    check(&sink, &expected);
    assert_eq!(report.n_skipped(), 0);
}

#[test]
fn flat_exports_hold_what_their_columns_tell() {
    let expected = [
        "scan-001/anna region-0 nodule: box 4,6 20,18 texture=solid, round",
        "scan-001/anna region-1 organ: mask 64x48 10:30-33 11:30-33 12:30-31",
        "scan-001/anna answer-4 quality: Ordinal { question: \"quality\", rank: 4.0 }",
        "scan-001/anna answer-5 lung / left: class site=lung / left",
        "scan-001/user-2 region-0 nodule: box 32,24 40,36",
    ];
    let sorted = |mut lines: Vec<String>| {
        // The order of the columns is the export's own, and numbers of answers follow it.
        for line in &mut lines {
            for number in 0..9 {
                for name in ["answer", "region"] {
                    *line = line.replace(&format!("{name}-{number}"), name);
                }
            }
        }
        lines.sort();
        lines
    };
    let wanted = sorted(expected.map(str::to_owned).to_vec());
    for name in ["flat_min.json", "flat.csv", "flat.tsv"] {
        let (report, sink) = read(name, &IngestOptions::default());
        assert_eq!(report.format, "label_studio", "{name}");
        assert_eq!(sorted(lines(&sink)), wanted, "{name}");
        check_mutants(&sink, |sink| sorted(lines(sink)) == wanted);
        let found: Vec<(&str, &str, ReadingState)> = sink
            .readings
            .iter()
            .map(|(key, one)| (&*key.item, &*key.rater, one.reading.state))
            .collect();
        use ReadingState::{Annotated, ReviewedEmpty};
        assert_eq!(
            found,
            [
                ("scan-001", "anna", Annotated),
                ("scan-001", "user-2", Annotated),
                ("scan-002", "user-2", ReviewedEmpty),
            ],
            "{name}: nobody read the third image"
        );
        assert!(sink.items.contains_key("scan-003"), "{name}");
        let reading = &sink.readings.values().next().expect("a reading").reading;
        assert_eq!(reading.active_ms, Some(40_000), "{name}");
        let notes = report.notes.join(" ");
        assert!(
            notes.contains("columns `finding`, `remark` hold plain texts"),
            "{name}: {notes}"
        );
        let options = IngestOptions {
            columns: [("label".to_owned(), "finding".to_owned())].into(),
            ..IngestOptions::default()
        };
        let (_, sink) = read(name, &options);
        let lines = lines(&sink);
        assert!(
            lines
                .iter()
                .any(|line| line.ends_with("benign: class finding=benign")),
            "{lines:?}"
        );
    }
}

#[test]
fn only_flat_exports_of_label_studio_are_taken_for_them() {
    let table = "item,annotator,label\na,1,x\na,2,y\nb,1,x\nb,2,x\n";
    let options = IngestOptions {
        columns: [("rater".to_owned(), "annotator".to_owned())].into(),
        ..IngestOptions::default()
    };
    let (report, _) =
        crate::corpus::read_bytes("ratings.csv", table.as_bytes(), &options).expect("a table");
    assert_eq!(report.format, "ratings_table");
    for name in ["flat.csv", "flat.tsv", "flat_min.json", "tasks.ndjson"] {
        let (report, _) = read(name, &IngestOptions::default());
        assert!(report.confidence > 0.9, "{name}");
        let table = report
            .rejected
            .iter()
            .find(|one| one.format == "ratings_table");
        assert!(table.is_some(), "{name}: {:?}", report.rejected);
    }
}

/// Percent of 64 × 48 px, worked out by hand.
#[test]
fn misread_conventions_are_noticed() {
    let (_, sink) = read("project.json", &IngestOptions::default());
    let holds = |sink: &MemorySink| {
        let found = lines(sink);
        let wanted = [
            "scan-001/net-1 m nodule: box 3.84,5.76 19.84,18.240000000000002 confidence=0.8",
            "scan-001/user-1 r1 nodule: box 4,6 20,18 texture=solid",
            "scan-001/user-1 p1 vessel: polygon 6.4,4.8 12.8,4.8 12.8,14.4",
            "scan-001/user-1 e1 nodule: ellipse 32,24 6.4x2.4 20°",
            "scan-001/user-1 k1 nodule: points tip@6.4,9.6 Visible base@7.68,10.56 Visible area_px2=192",
            "scan-001/user-2 q nodule: box 4,6 20,18.48",
        ];
        wanted
            .iter()
            .all(|wanted| found.iter().any(|line| line == wanted))
    };
    check_mutants(&sink, holds);
}

#[test]
fn the_same_export_gives_the_model_s_side_when_asked() {
    let paths = fixtures("label_studio", "good");
    let path = paths.iter().find(|path| path.ends_with("project.json"));
    let path = path.expect("a fixture of that name");
    let options = IngestOptions {
        role: Some(Role::Model),
        ..IngestOptions::default()
    };
    let (report, sink) = read_memory(path, &options).expect("a good fixture");
    assert_eq!(
        (report.raters, report.counts.annotations),
        (vec!["net-1".to_owned()], 1)
    );
    assert!(
        sink.readings
            .values()
            .all(|record| record.reading.role == Role::Model)
    );
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("label_studio", &IngestOptions::default()),
        27
    );
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("label_studio", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 400))
        .sum();
    assert!(n_cases > 1_000, "only {n_cases} cases ran");
}
