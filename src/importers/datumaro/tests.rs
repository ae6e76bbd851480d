use crate::domain::Shape;
use crate::importers::testing::{annotations, read, skips};

fn file(annotation: &str) -> String {
    format!(
        r#"{{"infos":{{}},"items":[{{"id":"a","annotations":[{annotation}],"image":{{"path":"x/a.png","size":[10,20]}}}}],
        "categories":{{"label":{{"labels":[{{"name":"cat"}},{{"parent":""}}]}},"points":{{"items":[{{"label_id":0,"labels":["l","r"]}}]}}}}}}"#
    )
}

#[test]
fn categories_may_stand_behind_the_items_and_sizes_are_height_first() {
    let (report, sink) = read("a.json", &file(r#"{"type":"label","label_id":0}"#));
    assert_eq!(report.format, "datumaro");
    let item = &sink.items["a"];
    assert_eq!((item.width_px, item.height_px), (Some(20), Some(10)));
    assert_eq!(item.image_name.as_deref(), Some("a.png"));
    assert_eq!(annotations(&sink)[0].label, "cat");
}

#[test]
fn labels_that_are_not_listed_dangle() {
    for id in ["1", "7"] {
        let (_, sink) = read(
            "a.json",
            &file(&format!(r#"{{"type":"label","label_id":{id}}}"#)),
        );
        assert!(skips(&sink).contains(&format!(
            "dangling items[0].annotations[0]: names label `{id}`, which `categories.label.labels` does not list"
        )));
    }
}

#[test]
fn points_are_named_where_the_list_fits() {
    let two = r#"{"type":"points","label_id":0,"points":[1,2,3,4],"visibility":[2,1]}"#;
    let three = r#"{"type":"points","label_id":0,"points":[1,2,3,4,5,6]}"#;
    let one = r#"{"type":"points","label_id":null,"points":[1,2]}"#;
    for (text, expected) in [
        (two, vec!["l", "r"]),
        (three, vec!["0", "1", "2"]),
        (one, vec!["unclassified"]),
    ] {
        let (_, sink) = read("a.json", &file(text));
        let Shape::Keypoints(points) = &annotations(&sink)[0].shape else {
            panic!("no points");
        };
        let names: Vec<_> = points.iter().map(|point| point.name.as_str()).collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn a_score_that_is_a_probability_is_the_confidence() {
    let (_, sink) = read(
        "a.json",
        &file(r#"{"type":"bbox","label_id":0,"bbox":[1,2,3,4],"attributes":{"score":0.25}}"#),
    );
    let found = annotations(&sink)[0];
    assert_eq!(found.confidence, Some(0.25));
    assert!(found.attributes.is_empty());
    let (_, sink) = read(
        "a.json",
        &file(r#"{"type":"bbox","label_id":0,"bbox":[1,2,3,4],"attributes":{"score":7}}"#),
    );
    assert_eq!(annotations(&sink)[0].attributes["score"], "7");
}
