use super::tests::{result, task};
use crate::domain::{IngestOptions, ReadingState, Shape};
use crate::importers::testing::{annotations, read, read_files, skips};
use std::collections::BTreeMap;

/// Question, and value or rank, of every answer.
fn answers(results: &str) -> Vec<(String, String)> {
    let (_, sink) = read("a.json", &task(results));
    assert_eq!(skips(&sink), Vec::<String>::new());
    let said = |shape: &Shape| match shape {
        Shape::Classification { question, value } => (question.clone(), value.clone()),
        Shape::Ordinal { question, rank } => (question.clone(), rank.to_string()),
        _ => panic!("an answer"),
    };
    annotations(&sink)
        .into_iter()
        .map(|one| said(&one.shape))
        .collect()
}

#[test]
fn every_kind_of_question_has_its_answers() {
    let cases = [
        ("number", r#""number":2.5"#, vec![("ctl", "2.5")]),
        (
            "datetime",
            r#""datetime":"2026-11-25""#,
            vec![("ctl", "2026-11-25")],
        ),
        ("pairwise", r#""selected":"left""#, vec![("ctl", "left")]),
        (
            "taxonomy",
            r#""taxonomy":[["lung","left"],["heart"]]"#,
            vec![("ctl", "lung / left"), ("ctl", "heart")],
        ),
        (
            "choices",
            r#""choices":[["a","b"],"c"]"#,
            vec![("ctl", "a / b"), ("ctl", "c")],
        ),
        (
            "ranker",
            r#""ranker":{"ctl":["mdn",7]}"#,
            vec![("ctl: mdn", "1"), ("ctl: 7", "2")],
        ),
        (
            "ranker",
            r#""ranker":{"_":["x"],"best":["mdn"],"ads":["blog"]}"#,
            vec![("ctl: blog", "ads"), ("ctl: mdn", "best")],
        ),
    ];
    for (kind, value, expected) in cases {
        let mut expected: Vec<(String, String)> = expected
            .into_iter()
            .map(|(question, said)| (question.to_owned(), said.to_owned()))
            .collect();
        let mut found = answers(&result("q", kind, value));
        if kind == "ranker" {
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "{kind}");
    }
}

#[test]
fn answers_that_hold_nothing_are_told() {
    for (kind, value) in [
        ("number", r#""rating":1"#),
        ("taxonomy", r#""taxonomy":[]"#),
        ("pairwise", ""),
        ("ranker", r#""ranker":7"#),
        ("ranker", r#""ranker":{"_":["x"]}"#),
        ("ranker", r#""ranker":{"ctl":[{}]}"#),
    ] {
        let (_, sink) = read("a.json", &task(&result("q", kind, value)));
        let said = skips(&sink).join("\n");
        assert!(
            said.starts_with("invalid_record tasks[0].annotations[0].result[0]"),
            "{kind}: {said}"
        );
    }
}

#[test]
fn a_region_carries_what_every_control_says_about_it_and_is_one() {
    let place = r#""x":0,"y":0,"width":10,"height":10"#;
    let results = [
        result(
            "r",
            "rectanglelabels",
            &format!(r#"{place},"rectanglelabels":["n"]"#),
        ),
        result(
            "r",
            "rectanglelabels",
            &format!(r#"{place},"rectanglelabels":["big"]"#),
        )
        .replace("\"ctl\"", "\"size\""),
        result("r", "labels", &format!(r#"{place},"labels":["x","y"]"#))
            .replace("\"ctl\"", "\"more\""),
        result(
            "r",
            "taxonomy",
            &format!(r#"{place},"taxonomy":[["lung","left"]]"#),
        )
        .replace("\"ctl\"", "\"site\""),
        result("r", "number", r#""number":3"#).replace("\"ctl\"", "\"count\""),
        // Another place under the same id is a region of its own.
        result(
            "r",
            "rectanglelabels",
            r#""x":5,"y":0,"width":10,"height":10,"rectanglelabels":["m"]"#,
        ),
    ];
    let text = task(&results.join(",")).replacen(
        "\"image_rotation\":0",
        "\"origin\":\"prediction-changed\"",
        1,
    );
    let (_, sink) = read("a.json", &text);
    assert_eq!(skips(&sink), Vec::<String>::new());
    let found = annotations(&sink);
    let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["n", "m"]);
    let expected = [
        ("count", "3"),
        ("more", "x, y"),
        ("site", "lung / left"),
        ("size", "big"),
        ("source", "prediction-changed"),
    ];
    let expected: BTreeMap<String, String> = expected
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(found[0].attributes, expected);
}

fn boxed(tag: &str, index: &str) -> String {
    let value = r#""x":10,"y":10,"width":10,"height":10,"rectanglelabels":["n"]"#;
    result("r", "rectanglelabels", value).replace(
        r#""to_name":"image""#,
        &format!(r#""to_name":"{tag}"{index}"#),
    )
}

#[test]
fn images_of_one_task_are_items_of_their_own() {
    let text = task(&boxed("mammo", r#","item_index":1"#)).replace(
        r#""image":"/data/upload/1/a.png""#,
        r#""views":["s3://b/left.png","s3://b/right.png"]"#,
    );
    let (report, sink) = read("a.json", &text);
    let states: Vec<(&str, ReadingState, Option<i64>)> = sink
        .readings
        .iter()
        .map(|(key, one)| (key.item.as_str(), one.reading.state, one.reading.active_ms))
        .collect();
    assert_eq!(
        states,
        [
            ("left", ReadingState::ReviewedEmpty, None),
            ("right", ReadingState::Annotated, None),
        ]
    );
    assert_eq!(sink.items["left"].study, "task-5");
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("one working time for all of them"))
    );
    // By key, with an answer about the task as a whole.
    let whole = result("q", "choices", r#""choices":["benign"]"#).replace("\"image\"", "\"both\"");
    let results = [boxed("left", ""), whole, boxed("somewhere", "")].join(",");
    let text = task(&results).replace(
        r#""image":"/data/upload/1/a.png""#,
        r#""left":"a/l.png","right":"a/r.png","note":"x.txt""#,
    );
    let (_, sink) = read("a.json", &text);
    let keys: Vec<(&str, usize)> = sink
        .readings
        .iter()
        .map(|(key, one)| (key.item.as_str(), one.annotations.len()))
        .collect();
    assert_eq!(keys, [("l", 1), ("task-5", 1)]);
    assert!(skips(&sink)[0].contains("which neither `item_index` nor `to_name` tells apart"));
}

#[test]
fn images_of_one_task_whose_names_are_equal_stay_apart() {
    let text = task(&boxed("mammo", r#","item_index":1"#)).replace(
        r#""image":"/data/upload/1/a.png""#,
        r#""views":["s3://b/cc/1.png","s3://b/mlo/1.png"]"#,
    );
    let (_, sink) = read("a.json", &text);
    let items: Vec<&str> = sink.items.keys().map(String::as_str).collect();
    assert_eq!(items, ["task-5-0", "task-5-1"]);
}

#[test]
fn a_size_may_come_from_another_result_or_the_sidecar() {
    let sizeless = |text: String| text.replacen(r#""original_width":200,"#, "", 1);
    let two = [sizeless(boxed("image", "")), boxed("image", "")].join(",");
    let (_, sink) = read("a.json", &task(&two));
    assert_eq!(skips(&sink), Vec::<String>::new());
    let sidecar = [("file", "a.png"), ("width_px", "300"), ("height_px", "50")];
    let row = sidecar.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = IngestOptions {
        sidecar: vec![row.into()],
        ..IngestOptions::default()
    };
    let text = task(&sizeless(boxed("image", "")));
    let (_, sink) = read_files(&[("a.json", &text)], &options).expect("readable");
    let Shape::Box(rect) = &annotations(&sink)[0].shape else {
        panic!("a box");
    };
    assert_eq!(
        (rect.x0, rect.y0, rect.x1, rect.y1),
        (30.0, 5.0, 60.0, 10.0)
    );
}

#[test]
fn vectors_and_bitmasks_are_read() {
    let vector = |closed: bool, extra: &str| {
        result(
            "v",
            "vectorlabels",
            &format!(
                r#""closed":{closed},"vectorlabels":["n"],"vertices":[{{"id":"a","x":0,"y":0,"prevPointId":null,"isBezier":false}},
                {{"id":"b","x":10,"y":0,"prevPointId":"a"{extra}}},{{"id":"c","x":10,"y":10,"prevPointId":"b"}}]"#
            ),
        )
    };
    let shape = |text: &str| {
        let (_, sink) = read("a.json", &task(text));
        let found = annotations(&sink);
        found
            .first()
            .map(|one| one.shape.clone())
            .ok_or(skips(&sink).join("\n"))
    };
    assert_eq!(
        shape(&vector(false, "")),
        Ok(Shape::Polyline(vec![[0.0, 0.0], [20.0, 0.0], [20.0, 10.0]]))
    );
    assert!(matches!(shape(&vector(true, "")), Ok(Shape::Polygon(_))));
    let curved = shape(&vector(true, r#","isBezier":true"#)).expect_err("curves");
    assert!(curved.contains("is drawn with curves"), "{curved}");
    let branch = shape(&vector(true, "").replace(r#""prevPointId":"b""#, r#""prevPointId":"a""#));
    assert!(branch.expect_err("branches").contains("has branches"));
}

#[test]
fn keypoints_of_a_flat_export_keep_the_region_that_they_belong_to() {
    let frame = r#""original_width":200,"original_height":100"#;
    let text = format!(
        r#"[{{"image":"a.png","id":1,"annotation_id":1,"annotator":1,"lead_time":null,
            "box":[{{"x":0,"y":0,"width":10,"height":10,"rectanglelabels":["hand"],"id":"r",{frame}}}],
            "tips":[{{"x":1,"y":2,"keypointlabels":["tip"],"id":"a","parentID":"r",{frame}}}]}},
           {{"image":"b.png","id":2,"annotation_id":2,"annotator":1,"lead_time":2,"box":{{"x":1}}}},
           {{"image":"c.png","id":3,"annotation_id":3,"annotator":1,"box":[{{"x":"left","y":0,"rectanglelabels":["hand"]}}]}}]"#
    );
    let (_, sink) = read("a.json", &text);
    let labels: Vec<&str> = annotations(&sink)
        .iter()
        .map(|one| one.label.as_str())
        .collect();
    assert_eq!(labels, ["hand", "hand"]);
    assert_eq!(
        skips(&sink),
        [
            "invalid_record tasks[1].box: is no list of results, which this column holds in other rows",
            "invalid_record tasks[2].box: `value`: `x` is a text; a finite number is needed",
        ]
    );
    assert_eq!(
        sink.readings.len(),
        1,
        "what cannot be read does not make a task empty"
    );
}

#[test]
fn a_brush_and_its_label_meet_in_a_flat_export_however_long_the_brush_is() {
    let mut raster = vec![0; 200 * 100 * 4];
    for at in (0..20_000).step_by(7) {
        raster[at * 4 + 3] = 255;
    }
    let rle = format!("{:?}", super::brush::tests::pack(&raster));
    let place = format!(r#""format":"rle","rle":{rle},"original_width":200,"original_height":100"#);
    let text = format!(
        r#"[{{"image":"a.png","id":1,"annotation_id":1,"annotator":1,"brush":[{{{place}}}],"label":[{{{place},"labels":["organ"]}}]}}]"#
    );
    let (_, sink) = read("a.json", &text);
    assert_eq!(skips(&sink), Vec::<String>::new());
    let found = annotations(&sink);
    assert_eq!((found.len(), found[0].label.as_str()), (1, "organ"));
}
