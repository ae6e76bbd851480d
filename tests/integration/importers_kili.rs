//! Kili exports through the public interface: fixtures to the last label, samples against shapely, mutants.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{
    IngestOptions, ReadingState, ReferenceKind, ReviewOutcome, Role, Shape, Stage,
};
use concord::importers::{ImportReport, MemorySink};
use serde_json::{Value, json};

const ORACLE: &str = include_str!("../oracles/importers/kili.json");

fn good(name: &str) -> (ImportReport, MemorySink) {
    let path = fixtures("kili", "good")
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect("the fixture");
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "kili", "{name}");
    (report, sink)
}

const IMAGE: &[&str] = &[
    "scan-1/ann FINDINGS#0 COUGH: class FINDINGS=COUGH",
    "scan-1/ann FINDINGS#1 FEVER: class FINDINGS=FEVER",
    "scan-1/ann m-1 NODULE: box 10,20 50,50 MARGIN=SMOOTH MARGIN/SMOOTH/SURE=YES SIGNS=A, B group=OBJECTS",
    "scan-1/ann m-2 TUBE: turned box 12.5,25 10x5 36.86989764584402° group=OBJECTS",
    "scan-1/ann m-3 ORGAN: polygon 5,8 25,8 25,18 5,18 group=OBJECTS source=prediction",
    "scan-1/ann m-4 LUNG: polygon 100,10 120,10 120,30 100,30 - 104,15 110,15 110,20 104,20 + 160,10 170,10 170,20 group=OBJECTS",
    "scan-1/ann m-5 TIP: points TIP@7,9.25 Visible group=OBJECTS",
    "scan-1/ann m-6 WIRE: line 1,2 3,5.5 group=OBJECTS",
    "scan-1/ann m-7 FLOW: line 50,25 100,50 group=OBJECTS",
    "scan-1/ann m-8 SPINE: points C1@100,25 Visible C2@100,50 Visible group=POSE",
    "scan-1/ann VIEW#0 AP: class VIEW=AP",
    "scan-1/ann VIEW#1 YES: class VIEW/AP/SUPINE=YES",
];

/// Numbers to nine digits: shares times sizes are no round numbers.
fn rounded(sink: &MemorySink) -> Vec<String> {
    golden::lines(sink)
        .iter()
        .map(|line| with_rounded_numbers(line))
        .collect()
}

fn with_rounded_numbers(line: &str) -> String {
    let (mut text, mut digits) = (String::new(), String::new());
    for letter in line.chars().chain(['\n']) {
        if letter.is_ascii_digit() || (letter == '.' && !digits.is_empty()) {
            digits.push(letter);
            continue;
        }
        match digits.parse::<f64>() {
            Ok(number) if digits.contains('.') => {
                text.push_str(&((number * 1e9).round() / 1e9).to_string());
            }
            _ => text.push_str(&digits),
        }
        digits.clear();
        text.push(letter);
    }
    text.trim_end().to_owned()
}

fn expected() -> Vec<String> {
    IMAGE
        .iter()
        .map(|line| with_rounded_numbers(line))
        .collect()
}

#[test]
fn an_image_is_read_to_the_last_answer() {
    let (report, sink) = good("image.json");
    assert_eq!(rounded(&sink).join("\n"), expected().join("\n"));
    assert_eq!((report.n_skipped(), report.n_invalid), (0, 0));
    assert_eq!(sink.notes, ["2 transcriptions are not read"]);
    let reading = &sink.readings.values().next().expect("a reading").reading;
    assert_eq!(reading.active_ms, Some(12_500));
    // 2026-04-01T08:00:01Z
    assert_eq!(reading.finished_at_us, Some(1_775_030_401_000_000));
    assert_eq!(sink.items["scan-1"].width_px, Some(200));
}

#[test]
fn labels_of_a_project_are_told_apart() {
    use ReadingState::{Annotated, ReviewedEmpty, Skipped};
    use ReviewOutcome::{Accepted, Corrected, Rejected};
    let (_, sink) = good("project.json");
    let found: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let reading = &record.reading;
            (
                format!("{}/{}{}", key.item, key.rater, key.session),
                key.stage,
                reading.state,
                reading.review.as_ref().map(|review| review.outcome),
                record.annotations.len(),
            )
        })
        .collect();
    let line = |name: &str, stage, state, review, n| (name.to_owned(), stage, state, review, n);
    let (first, second) = (Stage::Annotation, Stage::Verification);
    assert_eq!(
        found,
        [
            line("scan-1/ann", first, Annotated, Some(Corrected), 2),
            line("scan-1/eve", second, Annotated, None, 1),
            line("scan-1/net-1", first, Annotated, None, 2),
            line("scan-1/net-1#2", first, Annotated, None, 2),
            line("scan-2/ann", first, Annotated, None, 1),
            line("scan-2/ann~2", first, ReviewedEmpty, None, 0),
            line("scan-2/eve", second, Annotated, None, 1),
            line("scan-3/ann", first, Annotated, Some(Accepted), 1),
            line("scan-3/eve", second, Annotated, None, 1),
            line("scan-4/ann", first, Annotated, Some(Rejected), 1),
            line("scan-5/ann", first, Skipped, None, 0),
            line("scan-7/ann", first, Annotated, None, 1),
            line("scan-8/ann", first, ReviewedEmpty, None, 0),
            line("scan-9/ann", first, Annotated, None, 1),
        ]
    );
    assert_eq!(
        golden::skipped(&sink),
        [
            "withdrawn assets[0].labels[0]",
            "withdrawn assets[0].labels[1]"
        ]
    );
    let of = |item: &str, rater: &str| {
        let found = sink
            .readings
            .iter()
            .find(|(key, _)| key.item == item && key.rater == rater);
        found.expect("a reading").1
    };
    let review = of("scan-1", "ann")
        .reading
        .review
        .clone()
        .expect("a review");
    assert_eq!(review.reviewer.as_deref(), Some("eve"));
    let model = of("scan-1", "net-1");
    assert_eq!(model.reading.role, Role::Model);
    let certain: Vec<_> = model.annotations.iter().map(|one| one.confidence).collect();
    assert_eq!(certain, [Some(0.8), Some(0.6)]);
    assert_eq!(of("scan-1", "ann").annotations[0].confidence, None);
    let gold = &of("scan-2", "eve").reading;
    assert_eq!(
        (gold.reference, gold.role),
        (Some(ReferenceKind::Gold), Role::Physician)
    );
    assert_eq!(of("scan-1", "eve").reading.reference, None);
    assert!(
        sink.items.contains_key("scan-6"),
        "listed, and never labelled"
    );
}

#[test]
fn videos_and_texts_are_read() {
    let (_, sink) = good("video.json");
    let lines = rounded(&sink);
    assert_eq!(
        lines,
        [
            "clip.mp4/ann m-1 TOOL: track 1[box 50,20 70,50] 2[box 100,20 120,50] 10[box 150,20 170,50] HELD=LEFT group=OBJECTS"
        ]
    );
    let skipped: Vec<_> = sink.skips.iter().map(|skip| skip.record.as_str()).collect();
    assert_eq!(
        skipped,
        ["assets[0].latestLabel.jsonResponse.PHASE on 1 frames"]
    );
    let (report, sink) = good("text.json");
    assert_eq!(report.n_skipped(), 0);
    let spans: Vec<_> = sink
        .readings
        .values()
        .flat_map(|record| &record.annotations)
        .map(|one| match &one.shape {
            Shape::TextSpan(span) => (span.start, span.end),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(spans, [(3, 10), (12, 16)]);
}

#[test]
fn mutants_of_the_geometry_are_noticed() {
    check_mutants(&good("image.json").1, |sink| rounded(sink) == expected());
}

#[test]
fn samples_are_where_shapely_finds_them() {
    let oracle: Value = serde_json::from_str(ORACLE).expect("JSON");
    for (path, expected) in oracle["files"].as_object().expect("files") {
        let Some(file) = sample(path) else { return };
        let (report, sink) =
            read_memory(&file, &IngestOptions::default()).expect("a readable sample");
        assert_eq!(report.format, "kili");
        assert_eq!(json!(report.by_technique), expected["kinds"], "{path}");
        assert_eq!(json!(report.n_skipped()), expected["n_skipped"], "{path}");
        assert!(sink.readings.keys().all(|key| key.rater == "user0"));
        for one in expected["shapes"].as_array().expect("shapes") {
            let (item, id) = (one["item"].as_str(), one["id"].as_str());
            let read = sink
                .readings
                .iter()
                .filter(|(key, _)| Some(key.item.as_str()) == item)
                .flat_map(|(_, record)| &record.annotations)
                .find(|annotation| Some(annotation.source_id.as_str()) == id)
                .unwrap_or_else(|| panic!("{path}: {id:?} is not read"));
            let polygon = match &read.shape {
                Shape::Polygon(polygon) => polygon.clone(),
                Shape::Track(track) => {
                    let found: Vec<_> = track
                        .shapes()
                        .iter()
                        .map(|one| match &one.shape {
                            Shape::Box(rect) => (one.frame, rect.area_px2()),
                            other => panic!("{other:?}"),
                        })
                        .collect();
                    for ((frame, area), wanted) in found
                        .into_iter()
                        .zip(one["frames"].as_array().expect("frames"))
                    {
                        assert_eq!(json!(frame), wanted[0]);
                        let wanted = wanted[1].as_f64().expect("a number");
                        assert!((area - wanted).abs() <= 1e-9 * wanted, "{path}: {area}");
                    }
                    continue;
                }
                other => panic!("{path}: {id:?} is {other:?}"),
            };
            let [x, y] = polygon.centroid_px().expect("an area");
            for (found, name) in [(polygon.area_px2(), "area"), (x, "x"), (y, "y")] {
                let wanted = one[name].as_f64().expect("a number");
                assert!(
                    (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
                    "{path}: {id:?}: {name} {found} is not {wanted}"
                );
            }
        }
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("kili", &IngestOptions::default()), 20);
}

#[test]
fn cut_files_never_panic() {
    for path in fixtures("kili", "good") {
        truncations(&path, &IngestOptions::default(), 150);
    }
}
