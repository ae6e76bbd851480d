use super::brush::tests::pack;
use crate::domain::{Annotation, Shape};
use crate::geometry::{Ellipse, Rect};
use crate::importers::testing::{annotations, read, skips};

/// One task on a 200 × 100 image with one annotation of these results.
pub(super) fn task(results: &str) -> String {
    format!(
        r#"[{{"id":5,"data":{{"image":"/data/upload/1/a.png"}},"annotations":[{{"id":9,
            "completed_by":{{"id":4,"email":"anna@example.com"}},"created_at":"2026-11-25T08:00:00Z",
            "updated_at":"2026-11-25T09:00:00Z","lead_time":12.3456,"result":[{results}]}}]}}]"#
    )
}

pub(super) fn result(id: &str, kind: &str, value: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"{kind}","from_name":"ctl","to_name":"image","original_width":200,
            "original_height":100,"image_rotation":0,"value":{{{value}}}}}"#
    )
}

fn only(results: &str) -> Annotation {
    let (_, sink) = read("a.json", &task(results));
    assert_eq!(skips(&sink), Vec::<String>::new());
    let found = annotations(&sink);
    assert_eq!(found.len(), 1);
    found[0].clone()
}

fn rectangle(x: f64, rotation: f64) -> Shape {
    let value = format!(
        r#""x":{x},"y":20,"width":10,"height":10,"rotation":{rotation},"rectanglelabels":["n"]"#
    );
    only(&result("r", "rectanglelabels", &value)).shape
}

#[test]
fn percent_of_either_side_becomes_pixels() {
    assert_eq!(
        rectangle(5.0, 0.0),
        Shape::Box(Rect {
            x0: 10.0,
            y0: 20.0,
            x1: 30.0,
            y1: 30.0
        })
    );
    assert_ne!(
        rectangle(5.0, 0.0),
        rectangle(5.25, 0.0),
        "half a pixel matters"
    );
}

#[test]
fn a_rectangle_turns_clockwise_about_its_top_left_corner_in_pixels() {
    // 20 × 10 px at (10, 20), a quarter turn clockwise: it then lies from x = 0 to 10 and y = 20 to 40.
    let Shape::RotatedBox(turned) = rectangle(5.0, 90.0) else {
        panic!("a turned box is needed");
    };
    assert!(
        (turned.cx - 5.0).abs() < 1e-12 && (turned.cy - 30.0).abs() < 1e-12,
        "{turned:?}"
    );
    assert_eq!(
        (turned.width, turned.height, turned.angle_deg),
        (20.0, 10.0, 90.0)
    );
}

#[test]
fn polygons_ellipses_and_brushes_are_read() {
    let found = only(&result(
        "r",
        "polygonlabels",
        r#""points":[[0,0],[10,0],[10,10]],"polygonlabels":["n"]"#,
    ));
    let Shape::Polygon(polygon) = &found.shape else {
        panic!("a polygon is needed");
    };
    assert_eq!(polygon.area_px2(), 100.0);
    let value = r#""x":50,"y":50,"radiusX":10,"radiusY":10,"rotation":30,"ellipselabels":["n"]"#;
    let expected = Ellipse {
        cx: 100.0,
        cy: 50.0,
        rx: 20.0,
        ry: 10.0,
        angle_deg: 30.0,
    };
    assert_eq!(
        only(&result("r", "ellipselabels", value)).shape,
        Shape::Ellipse(expected)
    );
    let mut raster = vec![0; 200 * 100 * 4];
    raster[(3 * 200 + 7) * 4 + 3] = 255;
    let value = format!(
        r#""format":"rle","rle":{:?},"brushlabels":["n"]"#,
        pack(&raster)
    );
    let Shape::Mask(mask) = only(&result("r", "brushlabels", &value)).shape else {
        panic!("a mask is needed");
    };
    assert_eq!(mask.bounds(), [607, 608]);
}

#[test]
fn keypoints_of_one_parent_are_one_set_with_its_label_and_size() {
    let point = |id: &str, name: &str| {
        result(
            id,
            "keypointlabels",
            &format!(r#""x":1,"y":2,"width":0.2,"keypointlabels":["{name}"]"#),
        )
        .replacen('{', r#"{"parentID":"r","#, 1)
    };
    let parent = result(
        "r",
        "rectanglelabels",
        r#""x":0,"y":0,"width":10,"height":10,"rectanglelabels":["hand"]"#,
    );
    let results = [point("a", "tip"), parent, point("b", "base")].join(",");
    let (_, sink) = read("a.json", &task(&results));
    let found = annotations(&sink);
    assert_eq!(found.len(), 2);
    let set = found[1];
    let Shape::Keypoints(points) = &set.shape else {
        panic!("keypoints are needed");
    };
    let names: Vec<&str> = points.iter().map(|point| point.name.as_str()).collect();
    assert_eq!((names, set.label.as_str()), (vec!["tip", "base"], "hand"));
    assert_eq!(set.attributes["area_px2"], "200");
}

#[test]
fn points_that_share_a_name_are_separate_things() {
    let point = |id: &str, name: &str| {
        result(
            id,
            "keypointlabels",
            &format!(r#""x":1,"y":2,"keypointlabels":["{name}"]"#),
        )
    };
    let (_, sink) = read(
        "a.json",
        &task(&[point("a", "cell"), point("b", "cell")].join(",")),
    );
    let labels: Vec<&str> = annotations(&sink)
        .iter()
        .map(|found| found.label.as_str())
        .collect();
    assert_eq!(labels, ["cell", "cell"]);
    let (_, sink) = read(
        "a.json",
        &task(&[point("a", "tip"), point("b", "base")].join(",")),
    );
    let labels: Vec<&str> = annotations(&sink)
        .iter()
        .map(|found| found.label.as_str())
        .collect();
    assert_eq!(labels, ["ctl"]);
}

#[test]
fn choices_and_ratings_are_about_the_task_unless_they_share_a_region_s_id() {
    let box_ = result(
        "r",
        "rectanglelabels",
        r#""x":0,"y":0,"width":10,"height":10,"rectanglelabels":["n"]"#,
    );
    let on_region = result("r", "choices", r#""choices":["round","hard"]"#);
    let found = only(&format!("{box_},{on_region}"));
    assert_eq!(found.attributes["ctl"], "round, hard");
    let found = only(&result("q", "choices", r#""choices":["benign"]"#));
    let expected = Shape::Classification {
        question: "ctl".to_owned(),
        value: "benign".to_owned(),
    };
    assert_eq!((found.shape, found.label.as_str()), (expected, "benign"));
    let found = only(&result("q", "rating", r#""rating":4"#));
    assert_eq!(
        found.shape,
        Shape::Ordinal {
            question: "ctl".to_owned(),
            rank: 4.0
        }
    );
}

#[test]
fn a_region_without_labels_takes_those_given_under_its_id() {
    let region = result("r", "rectangle", r#""x":0,"y":0,"width":10,"height":10"#);
    let labels = result(
        "r",
        "labels",
        r#""x":0,"y":0,"width":10,"height":10,"labels":["n","m"]"#,
    );
    let (_, sink) = read("a.json", &task(&format!("{region},{labels}")));
    let found: Vec<(&str, &str)> = annotations(&sink)
        .iter()
        .map(|found| (found.label.as_str(), found.source_id.as_str()))
        .collect();
    assert_eq!(found, [("n", "r#0"), ("m", "r#1")]);
}

#[test]
fn broken_and_foreign_results_are_left_out_with_their_reason() {
    let plain = r#""x":0,"y":0,"width":10,"height":10,"rectanglelabels":["n"]"#;
    let sound = result("r", "rectanglelabels", plain);
    let cases = [
        (
            sound.replace(r#""original_width":200,"#, ""),
            "invalid_record",
            "needs `original_width`",
        ),
        (
            sound.replace(r#""x":0"#, r#""x":"left""#),
            "invalid_record",
            "`value`: `x` is a text; a finite number",
        ),
        (
            sound.replace(r#""x":0"#, r#""x":NaN"#),
            "invalid_record",
            "holds `NaN`",
        ),
        (
            sound.replace(r#""x":0,"#, ""),
            "invalid_record",
            "`value` has no `x`",
        ),
        (
            sound.replace(r#"["n"]"#, "[]"),
            "invalid_record",
            "has no label",
        ),
        (
            sound.replace(r#""type":"rectanglelabels","#, ""),
            "invalid_record",
            "has no `type`",
        ),
        (
            sound.replace(r#""image_rotation":0"#, r#""image_rotation":90"#),
            "unsupported",
            "on a turned image",
        ),
        (
            result("r", "textarea", r#""text":["x"]"#),
            "unsupported",
            "is a typed text",
        ),
        (
            result(
                "r",
                "labels",
                r#""start":1,"end":2,"channel":0,"labels":["x"]"#,
            ),
            "unsupported",
            "a region that is not read",
        ),
        (
            r#"{"type":"relation","from_id":"a","to_id":"b"}"#.to_owned(),
            "unsupported",
            "joins two regions",
        ),
        (
            result(
                "r",
                "polygonlabels",
                r#""points":[[0,0],[1,1]],"polygonlabels":["n"]"#,
            ),
            "invalid_record",
            "polygon has 2 points",
        ),
        (
            result("r", "brushlabels", r#""rle":[0,0,0,4],"brushlabels":["n"]"#),
            "invalid_record",
            "`rle` holds 4 values",
        ),
        (
            result(
                "r",
                "brushlabels",
                r#""rle":[0,0,0,400],"brushlabels":["n"]"#,
            ),
            "invalid_record",
            "is not in a form",
        ),
        (
            "7".to_owned(),
            "invalid_record",
            "is a number; an object is needed",
        ),
    ];
    for (text, kind, reason) in cases {
        let (_, sink) = read("a.json", &task(&text));
        let said = skips(&sink).join("\n");
        assert!(
            said.starts_with(&format!("{kind} tasks[0].annotations[0].result[0]: ")),
            "{text}\n{said}"
        );
        assert!(said.contains(reason), "{text}\n{said}");
        assert_eq!(
            sink.readings.len(),
            0,
            "what cannot be read does not make a task empty"
        );
    }
}

#[test]
fn structural_faults_are_kept_and_flagged() {
    let at = |value: &str, kind: &str| only(&result("r", kind, value)).invalid;
    assert_eq!(
        at(
            r#""x":95,"y":0,"width":10,"height":10,"rectanglelabels":["n"]"#,
            "rectanglelabels"
        )
        .as_deref(),
        Some("reaches x `210`, outside the image (0 to `200`)")
    );
    assert_eq!(
        at(
            r#""points":[[0,0],[2,2],[2,0],[0,2]],"polygonlabels":["n"]"#,
            "polygonlabels"
        )
        .as_deref(),
        Some("outline crosses itself near x `2.0`, y `1.0`")
    );
    assert_eq!(
        at(
            r#""closed":false,"points":[[0,0],[2,2],[2,0]],"polygonlabels":["n"]"#,
            "polygonlabels"
        )
        .as_deref(),
        Some("outline was not closed")
    );
}

#[test]
fn regions_of_a_task_with_several_images_are_counted() {
    let text = task(&result(
        "r",
        "rectanglelabels",
        r#""x":0,"y":0,"width":10,"height":10,"rectanglelabels":["n"]"#,
    ))
    .replace(
        r#""image":"/data/upload/1/a.png""#,
        r#""images":["a.png","b.png"]"#,
    );
    let (_, sink) = read("a.json", &text);
    assert!(
        skips(&sink)[0].contains("one of several images"),
        "{:?}",
        skips(&sink)
    );
}
