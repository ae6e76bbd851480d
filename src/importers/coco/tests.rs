use crate::domain::{IngestOptions, ReadingState, Role, SampleCoverage, Shape, Visibility};
use crate::geometry::Rect;
use crate::importers::testing::{annotations, read, read_files, skips};

/// A data set of one 10 × 8 image and one category, with these annotations.
fn dataset(annotations: &str) -> String {
    format!(
        r#"{{"images":[{{"id":1,"file_name":"ct/a.png","width":10,"height":8}}],
            "categories":[{{"id":3,"name":"nodule","keypoints":["tip","base"]}}],
            "annotations":[{annotations}]}}"#
    )
}

fn only(annotation: &str) -> crate::domain::Annotation {
    let (_, sink) = read("a.json", &dataset(annotation));
    assert_eq!(skips(&sink), Vec::<String>::new());
    let found = annotations(&sink);
    assert_eq!(found.len(), 1);
    found[0].clone()
}

fn refused(annotation: &str) -> String {
    let (_, sink) = read("a.json", &dataset(annotation));
    assert_eq!(annotations(&sink).len(), 0);
    skips(&sink).join("\n")
}

#[test]
fn a_box_is_corner_and_size() {
    let found = only(
        r#"{"id":7,"image_id":1,"category_id":3,"bbox":[1,2,3,4],"iscrowd":0,
           "attributes":{"grade":2,"sure":true,"note":null,"track":{"id":"t"}}}"#,
    );
    assert_eq!(
        found.shape,
        Shape::Box(Rect {
            x0: 1.0,
            y0: 2.0,
            x1: 4.0,
            y1: 6.0
        })
    );
    assert_eq!(
        (found.source_id.as_str(), found.label.as_str()),
        ("7", "nodule")
    );
    let attributes: Vec<(&str, &str)> = found
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        attributes,
        [
            ("grade", "2"),
            ("iscrowd", "0"),
            ("sure", "true"),
            ("track.id", "t")
        ]
    );
}

#[test]
fn half_a_pixel_of_shift_changes_what_is_read() {
    let at = |x: f64| {
        only(&format!(
            r#"{{"id":7,"image_id":1,"category_id":3,"bbox":[{x},2,3,4]}}"#
        ))
        .shape
    };
    assert_ne!(at(1.0), at(1.5));
    let at = |x: f64| {
        let text = format!(
            r#"{{"id":7,"image_id":1,"category_id":3,"segmentation":[[{x},1,5,1,5,4]],"bbox":[1,1,4,3]}}"#
        );
        let Shape::Polygon(polygon) = only(&text).shape else {
            panic!("a polygon is needed");
        };
        polygon.area_px2()
    };
    assert_eq!((at(1.0), at(1.5)), (6.0, 5.25));
}

#[test]
fn run_lengths_go_down_columns_in_both_spellings() {
    // Column 1 is full (8 pixels), column 2 has its top pixel.
    let list = only(
        r#"{"id":1,"image_id":1,"category_id":3,"segmentation":{"size":[8,10],"counts":[8,9,63]}}"#,
    );
    let text = only(
        r#"{"id":1,"image_id":1,"category_id":3,"segmentation":{"counts":"89o1","size":[8,10]}}"#,
    );
    let Shape::Mask(mask) = &list.shape else {
        panic!("a mask is needed");
    };
    assert_eq!(mask.bounds()[..2], [1, 3]);
    assert_eq!(mask.area_px(), 9);
    assert_eq!(list.shape, text.shape);
}

#[test]
fn parts_of_a_segmentation_are_one_annotation() {
    let found = only(
        r#"{"id":1,"image_id":1,"category_id":3,"bbox":[0,0,9,9],
           "segmentation":[[0,0,2,0,2,2,0,2],[],[4,4,6,4,6,6,4,6]]}"#,
    );
    let Shape::Polygon(polygon) = &found.shape else {
        panic!("a polygon is needed");
    };
    assert_eq!((polygon.parts.len(), polygon.area_px2()), (2, 8.0));
}

#[test]
fn keypoints_that_were_not_labelled_are_absent() {
    let found = only(
        r#"{"id":1,"image_id":1,"category_id":3,"bbox":[1,1,4,3],"area":5.5,"keypoints":[0,0,0,4,5,1]}"#,
    );
    let Shape::Keypoints(points) = &found.shape else {
        panic!("keypoints are needed");
    };
    assert_eq!(points.len(), 1);
    assert_eq!(
        (points[0].name.as_str(), points[0].x_px, points[0].y_px),
        ("base", 4.0, 5.0)
    );
    assert_eq!(points[0].visibility, Visibility::Occluded);
    assert_eq!(found.attributes["area_px2"], "5.5");
    let without_area =
        only(r#"{"id":1,"image_id":1,"category_id":3,"bbox":[1,1,4,3],"keypoints":[1,1,2,4,5,2]}"#);
    assert_eq!(without_area.attributes["area_px2"], "12");
}

#[test]
fn without_any_labelled_keypoint_the_other_shape_counts() {
    let found =
        only(r#"{"id":1,"image_id":1,"category_id":3,"bbox":[1,1,4,3],"keypoints":[0,0,0,0,0,0]}"#);
    assert!(matches!(found.shape, Shape::Box(_)));
    let found = only(r#"{"id":1,"image_id":1,"category_id":3,"keypoints":[0,0,0,0,0,0]}"#);
    assert_eq!(found.invalid.as_deref(), Some("no point is set"));
}

#[test]
fn a_record_without_a_shape_is_a_label_of_its_image() {
    let found = only(r#"{"id":1,"image_id":1,"category_id":3}"#);
    let value = "nodule".to_owned();
    assert_eq!(
        found.shape,
        Shape::Classification {
            question: String::new(),
            value
        }
    );
}

#[test]
fn broken_records_are_left_out_with_their_reason() {
    let cases = [
        (
            r#"{"id":1,"image_id":1,"category_id":3,"bbox":[1,2,3]}"#,
            "`bbox` has 3 numbers; 4 are needed",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"bbox":[NaN,2,3,4]}"#,
            "holds `NaN`, which is no JSON number",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"bbox":[1,"2",3,4]}"#,
            "`bbox[1]` is a text; a finite number",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"segmentation":[[1,2,3,4]]}"#,
            "`segmentation[0]` has 2 points",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"segmentation":[[1,2,3]]}"#,
            "x and y must come in pairs",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"segmentation":[1,2,3,4,5,6]}"#,
            "`segmentation` is not in a form",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"segmentation":{"size":[8,10],"counts":[79]}}"#,
            "`segmentation`: run counts add up to `79`",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"segmentation":{"size":[4000000000,1],"counts":[1]}}"#,
            "more than an image may have",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"keypoints":[1,1,3,1,1,2]}"#,
            "v is 0, 1 or 2",
        ),
        (
            r#"{"id":1,"image_id":1,"category_id":3,"keypoints":[1,1,2]}"#,
            "has 1 points, its category names 2",
        ),
        (r#"{"id":1,"image_id":1}"#, "has no `category_id`"),
        (
            r#"{"id":1,"category_id":3,"bbox":[1,2,3,4]}"#,
            "has no `image_id`",
        ),
        (r#"7"#, "is a number; an object is needed"),
    ];
    for (record, reason) in cases {
        let said = refused(record);
        assert!(
            said.starts_with("invalid_record annotations[0]: "),
            "{said}"
        );
        assert!(said.contains(reason), "{record}\n{said}");
    }
}

#[test]
fn what_points_nowhere_is_dangling_and_what_comes_twice_is_counted() {
    let text = r#"{
        "annotations":[{"id":1,"image_id":1,"category_id":3,"bbox":[1,1,2,2]},
                       {"id":1,"image_id":1,"category_id":3,"bbox":[1,1,2,2]},
                       {"id":2,"image_id":9,"category_id":3,"bbox":[1,1,2,2]},
                       {"id":3,"image_id":1,"category_id":9,"bbox":[1,1,2,2]}],
        "images":[{"id":1,"file_name":"a.png"},{"id":1,"file_name":"b.png"},{"id":2,"file_name":"x/a.png"},
                  {"file_name":"c.png"},{"id":4,"width":"wide"}],
        "categories":[{"id":3,"name":"nodule"},{"id":3,"name":"cyst"},{"id":4}]}"#;
    let (report, sink) = read("a.json", text);
    assert_eq!(report.counts.annotations, 1);
    assert_eq!(
        skips(&sink),
        [
            "invalid_record images[1]: image id `1` is taken by an earlier image",
            "invalid_record images[2]: gives the same item key as image 0 of the list; name items by path (item key `path`)",
            "invalid_record images[3]: has no `id`",
            "invalid_record images[4]: `width` is a text; a finite number is needed",
            "invalid_record categories[1]: category id `3` is taken by an earlier category",
            "invalid_record categories[2]: has no `name`",
            "invalid_record annotations[1]: id `1` is taken by an earlier annotation",
            "dangling annotations[2]: names image `9`, which `images` does not list",
            "dangling annotations[3]: names category `9`, which `categories` does not list",
        ]
    );
}

#[test]
fn structural_faults_are_kept_and_flagged() {
    let cases = [
        (
            r#""bbox":[1,2,-3,4]"#,
            "box is `-3x4` px; both sides must be positive",
        ),
        (
            r#""bbox":[1,2,3,0]"#,
            "box is `3x0` px; both sides must be positive",
        ),
        (
            r#""bbox":[1,2,30,4]"#,
            "reaches x `31`, outside the image (0 to `10`)",
        ),
        (
            r#""segmentation":[[0,0,2,2,2,0,0,2]]"#,
            "outline crosses itself near x `1.0`, y `1.0`",
        ),
        (
            r#""segmentation":{"size":[10,8],"counts":[1,79]}"#,
            "mask is `8x10` px, the image `10x8`",
        ),
        (
            r#""segmentation":{"size":[8,10],"counts":[80]}"#,
            "mask is empty",
        ),
    ];
    for (shape, reason) in cases {
        let found = only(&format!(
            r#"{{"id":1,"image_id":1,"category_id":3,{shape}}}"#
        ));
        assert_eq!(found.invalid.as_deref(), Some(reason), "{shape}");
    }
    let (report, _) = read(
        "a.json",
        &dataset(r#"{"id":1,"image_id":1,"category_id":3,"bbox":[1,2,3,0]}"#),
    );
    assert_eq!(report.n_invalid, 1);
}

const TWO_IMAGES: &str = r#"{"images":[{"id":1,"file_name":"a.png"},{"id":2,"file_name":"b.png"}],
    "categories":[{"id":3,"name":"nodule"}],"annotations":[FIRST]}"#;

#[test]
fn a_listed_image_without_annotations_was_reviewed_and_found_empty() {
    let text = TWO_IMAGES.replace(
        "FIRST",
        r#"{"id":1,"image_id":1,"category_id":3,"bbox":[1,1,2,2]}"#,
    );
    let (_, sink) = read("a.json", &text);
    let states: Vec<ReadingState> = sink
        .readings
        .values()
        .map(|record| record.reading.state)
        .collect();
    assert_eq!(
        states,
        [ReadingState::Annotated, ReadingState::ReviewedEmpty]
    );
    let options = IngestOptions {
        coverage: SampleCoverage::Annotated,
        ..IngestOptions::default()
    };
    let (_, sink) = read_files(&[("a.json", &text)], &options).expect("a readable file");
    assert_eq!((sink.items.len(), sink.readings.len()), (2, 1));
}

#[test]
fn an_image_whose_annotations_are_all_broken_is_not_empty() {
    let text = TWO_IMAGES.replace(
        "FIRST",
        r#"{"id":1,"image_id":1,"category_id":3,"bbox":[NaN,1,2,2]}"#,
    );
    let (_, sink) = read("a.json", &text);
    let items: Vec<&str> = sink.readings.keys().map(|key| key.item.as_str()).collect();
    assert_eq!(items, ["b"]);
    let text = TWO_IMAGES.replace("FIRST", r#"{"id":1,"category_id":3,"bbox":[1,1,2,2]}"#);
    let (report, sink) = read("a.json", &text);
    assert_eq!(sink.readings.len(), 0);
    assert!(
        report.notes[0].contains("1 annotations name no image"),
        "{:?}",
        report.notes
    );
}

#[test]
fn captions_are_unsupported_and_segments_need_their_picture() {
    assert_eq!(
        refused(r#"{"id":1,"image_id":1,"caption":"a scan"}"#),
        "unsupported annotations[0]: is a caption; free text is not compared"
    );
    let said = refused(r#"{"image_id":1,"file_name":"a.png","segments_info":[{"id":7},{"id":8}]}"#);
    assert!(
        said.starts_with("dangling annotations[0]: its picture of segments is not in the upload"),
        "{said}"
    );
}

const RESULTS: &str = r#"[{"image_id":1,"category_id":3,"bbox":[1,2,3,4],"score":0.25},
    {"image_id":9,"category_id":3,"bbox":[1,2,3,4],"score":0.5}]"#;

#[test]
fn results_alone_are_a_model_s_and_are_named_by_number() {
    let (report, sink) = read("net.json", RESULTS);
    assert_eq!(report.raters, ["net"]);
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!((key.item.as_str(), record.reading.role), ("1", Role::Model));
    assert_eq!(record.annotations[0].confidence, Some(0.25));
    assert_eq!(record.annotations[0].label, "3");
    assert!(report.notes[0].contains("by number only"));
}

#[test]
fn results_take_names_from_the_data_set_beside_them() {
    let data = dataset(r#"{"id":7,"image_id":1,"category_id":3,"bbox":[1,2,3,4]}"#);
    let options = IngestOptions {
        annotator: Some("anna".to_owned()),
        ..IngestOptions::default()
    };
    let (report, sink) =
        read_files(&[("a.json", &data), ("net.json", RESULTS)], &options).expect("readable files");
    assert_eq!(report.raters, ["anna", "net"]);
    let labels: Vec<&str> = annotations(&sink)
        .iter()
        .map(|found| found.label.as_str())
        .collect();
    assert_eq!(labels, ["nodule", "nodule"]);
    assert!(sink.readings.keys().all(|key| key.item == "a"));
    assert_eq!(
        skips(&sink),
        ["dangling results[1]: names image `9`, which no file of this upload lists"]
    );
    let (report, _) = read_files(&[("net.json", RESULTS)], &options).expect("a readable file");
    assert_eq!(report.raters, ["anna"]);
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let annotation = r#"{"id":7,"image_id":1,"category_id":3,"bbox":[1,2,3,4]}"#;
    let (_, before) = read("a.json", &dataset(annotation));
    let (images, categories) = (
        r#"[{"id":1,"file_name":"ct/a.png","width":10,"height":8}]"#,
        r#"[{"id":3,"name":"nodule"}]"#,
    );
    let turned = format!(
        r#"{{"info":{{"x":[1]}},"annotations":[{annotation}],"categories":{categories},"images":{images}}}"#
    );
    let (_, after) = read("a.json", &turned);
    assert_eq!(before.readings, after.readings);
    assert_eq!(before.items, after.items);
}

#[test]
fn a_file_that_ends_early_is_refused_as_a_whole() {
    let whole = dataset(r#"{"id":7,"image_id":1,"category_id":3,"bbox":[1,2,3,4]}"#);
    let cut = &whole[..whole.len() - 20];
    let error = read_files(&[("a.json", cut)], &IngestOptions::default()).expect_err("cut short");
    assert_eq!(
        error.to_string(),
        "`a.json`: the JSON ends at `annotations[0]`: the file is cut short; export it again"
    );
}
