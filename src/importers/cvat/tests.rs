use crate::domain::{Annotation, IngestOptions, ReadingState, Shape, Visibility};
use crate::geometry::{Ellipse, Rect, RotatedRect};
use crate::importers::testing::{annotations, read, read_files, skips};

const META: &str = "<meta><job><updated>2026-11-20 10:00:00+00:00</updated>\
    <assignee><username>anna</username><email>a@b.c</email></assignee></job></meta>";

/// A file with one 20 × 10 image and these shapes.
fn file(shapes: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations><version>1.1</version>{META}\
         <image id=\"0\" name=\"ct/a.png\" width=\"20\" height=\"10\">{shapes}</image></annotations>\n"
    )
}

fn only(shape: &str) -> Annotation {
    let (_, sink) = read("a.xml", &file(shape));
    assert_eq!(skips(&sink), Vec::<String>::new());
    let found = annotations(&sink);
    assert_eq!(found.len(), 1);
    found[0].clone()
}

#[test]
fn a_box_with_rotation_is_turned_about_its_centre() {
    let found = only(
        r#"<box label="n" xtl="1" ytl="2" xbr="5" ybr="8" occluded="1" source="manual"><attribute name="grade">high &amp; dry</attribute></box>"#,
    );
    assert_eq!(
        found.shape,
        Shape::Box(Rect {
            x0: 1.0,
            y0: 2.0,
            x1: 5.0,
            y1: 8.0
        })
    );
    assert_eq!(found.attributes["grade"], "high & dry");
    assert_eq!(
        (
            found.attributes["occluded"].as_str(),
            found.source_id.as_str()
        ),
        ("1", "image[0]/box[0]")
    );
    let turned = only(r#"<box label="n" xtl="4" ytl="2" xbr="8" ybr="4" rotation="30.00"/>"#);
    let expected = RotatedRect {
        cx: 6.0,
        cy: 3.0,
        width: 4.0,
        height: 2.0,
        angle_deg: 30.0,
    };
    assert_eq!(turned.shape, Shape::RotatedBox(expected));
    assert_eq!(
        only(r#"<box label="n" xtl="1" ytl="2" xbr="5" ybr="8" rotation="0.00"/>"#).shape,
        found.shape
    );
}

#[test]
fn half_a_pixel_of_shift_changes_what_is_read() {
    let at = |x: f64| only(&format!(r#"<polygon label="n" points="{x},1;5,1;5,4"/>"#)).shape;
    assert_ne!(at(1.0), at(1.5));
}

#[test]
fn points_are_named_by_number_or_by_their_label_when_alone() {
    let Shape::Keypoints(points) = only(r#"<points label="n" points="1.5,2;3,4"/>"#).shape else {
        panic!("keypoints are needed");
    };
    let names: Vec<&str> = points.iter().map(|point| point.name.as_str()).collect();
    assert_eq!((names, points[0].x_px), (vec!["0", "1"], 1.5));
    let Shape::Keypoints(points) = only(r#"<points label="n" points="1,2" occluded="1"/>"#).shape
    else {
        panic!("keypoints are needed");
    };
    assert_eq!(
        (points[0].name.as_str(), points[0].visibility),
        ("n", Visibility::Occluded)
    );
}

#[test]
fn points_of_a_skeleton_outside_the_image_are_absent() {
    let found = only(
        r#"<skeleton label="hand"><points label="tip" points="1,2" outside="0" occluded="1"><attribute name="sure">no</attribute></points>
           <points label="base" points="3,4" outside="1"/></skeleton>"#,
    );
    let Shape::Keypoints(points) = &found.shape else {
        panic!("keypoints are needed");
    };
    assert_eq!((points.len(), points[0].name.as_str()), (1, "tip"));
    assert_eq!(points[0].visibility, Visibility::Occluded);
    assert_eq!(found.attributes["tip.sure"], "no");
}

#[test]
fn a_mask_lies_row_by_row_in_its_frame() {
    let found = only(r#"<mask label="n" rle="1, 2, 1, 2" left="4" top="3" width="3" height="2"/>"#);
    let Shape::Mask(mask) = &found.shape else {
        panic!("a mask is needed");
    };
    // Rows of the frame: . # # / . # # ; the frame starts at x = 4, y = 3 of a 20 px wide image.
    assert_eq!(mask.bounds(), [65, 67, 85, 87]);
    assert_eq!((mask.width_px(), mask.height_px()), (20, 10));
}

#[test]
fn ellipses_polylines_and_tags_are_read() {
    let found = only(r#"<ellipse label="n" cx="5" cy="4" rx="3" ry="2" rotation="10"/>"#);
    let expected = Ellipse {
        cx: 5.0,
        cy: 4.0,
        rx: 3.0,
        ry: 2.0,
        angle_deg: 10.0,
    };
    assert_eq!(found.shape, Shape::Ellipse(expected));
    let found = only(r#"<polyline label="n" points="1,2;3,4"/>"#);
    assert_eq!(found.shape, Shape::Polyline(vec![[1.0, 2.0], [3.0, 4.0]]));
    let found = only(r#"<tag label="blurred"/>"#);
    let value = "blurred".to_owned();
    assert_eq!(
        found.shape,
        Shape::Classification {
            question: String::new(),
            value
        }
    );
}

#[test]
fn broken_shapes_are_left_out_with_their_reason() {
    let cases = [
        (
            r#"<box label="n" xtl="1" ytl="2" xbr="5"/>"#,
            "box",
            "has no `ybr`",
        ),
        (
            r#"<box label="n" xtl="nan" ytl="2" xbr="5" ybr="6"/>"#,
            "box",
            "`xtl` does not hold a finite number",
        ),
        (
            r#"<box label="n" xtl="1,5" ytl="2" xbr="5" ybr="6"/>"#,
            "box",
            "`xtl` does not hold a finite number",
        ),
        (
            r#"<box xtl="1" ytl="2" xbr="5" ybr="6"/>"#,
            "box",
            "has no `label`",
        ),
        (
            r#"<box label="&x;" xtl="1" ytl="2" xbr="5" ybr="6"/>"#,
            "box",
            "`label` holds an entity",
        ),
        (
            r#"<polygon label="n" points="1,1;2,2"/>"#,
            "polygon",
            "polygon has 2 points; at least 3",
        ),
        (
            r#"<polygon label="n" points="1,1;2;3,3"/>"#,
            "polygon",
            "two finite numbers at point 1",
        ),
        (
            r#"<polyline label="n" points="1,1"/>"#,
            "polyline",
            "polyline has 1 points; at least 2",
        ),
        (
            r#"<mask label="n" rle="1,2" left="0" top="0" width="2" height="2"/>"#,
            "mask",
            "run counts add up to `3`",
        ),
        (
            r#"<mask label="n" rle="0,4" left="19" top="0" width="2" height="2"/>"#,
            "mask",
            "outside the image",
        ),
        (
            r#"<mask label="n" rle="0,-4" left="1" top="0" width="2" height="2"/>"#,
            "mask",
            "a whole number from 0 on",
        ),
        (
            r#"<mask label="n" rle="0,4" left="1" width="2" height="2"/>"#,
            "mask",
            "mask has no `top`",
        ),
        (
            r#"<skeleton label="n"><points points="1,2"/></skeleton>"#,
            "skeleton",
            "has no `label`",
        ),
    ];
    for (shape, kind, reason) in cases {
        let (_, sink) = read("a.xml", &file(shape));
        let said = skips(&sink).join("\n");
        assert!(
            said.starts_with(&format!("invalid_record image[0]/{kind}[0]: ")),
            "{said}"
        );
        assert!(said.contains(reason), "{shape}\n{said}");
        assert_eq!(
            sink.readings.len(),
            0,
            "a broken shape does not make an image empty"
        );
    }
}

#[test]
fn structural_faults_are_kept_and_flagged() {
    let cases = [
        (
            r#"<box label="n" xtl="5" ytl="2" xbr="1" ybr="8"/>"#,
            "box is `-4x6` px; both sides must be positive",
        ),
        (
            r#"<polygon label="n" points="0,0;2,2;2,0;0,2"/>"#,
            "outline crosses itself near x `1.0`, y `1.0`",
        ),
        (
            r#"<box label="n" xtl="5" ytl="2" xbr="21.5" ybr="8"/>"#,
            "reaches x `21.5`, outside the image (0 to `20`)",
        ),
        (
            r#"<ellipse label="n" cx="5" cy="4" rx="0" ry="2"/>"#,
            "ellipse is `0x4` px; both sides must be positive",
        ),
        (
            r#"<mask label="n" rle="4" left="0" top="0" width="2" height="2"/>"#,
            "mask is empty",
        ),
    ];
    for (shape, reason) in cases {
        assert_eq!(only(shape).invalid.as_deref(), Some(reason), "{shape}");
    }
}

#[test]
fn a_cuboid_is_its_eight_corners_by_name() {
    let corners = ["tl1", "bl1", "tr1", "br1", "tl2", "bl2", "tr2", "br2"];
    let places: String = corners
        .iter()
        .enumerate()
        .map(|(at, name)| format!(r#" x{name}="{at}" y{name}="{}""#, at % 2))
        .collect();
    let Shape::Keypoints(points) = only(&format!(r#"<cuboid label="n"{places}/>"#)).shape else {
        panic!("keypoints are needed");
    };
    assert_eq!(points.len(), 8);
    assert_eq!(
        (points[3].name.as_str(), points[3].x_px, points[3].y_px),
        ("br1", 3.0, 1.0)
    );
    let (_, sink) = read("a.xml", &file(r#"<cuboid label="n" xtl1="1"/>"#));
    assert_eq!(
        skips(&sink),
        ["invalid_record image[0]/cuboid[0]: has no `ytl1`"]
    );
}

/// Rater, role, reference and sources of each reading.
fn whose(sink: &crate::importers::MemorySink) -> Vec<String> {
    let line = |record: &crate::importers::ReadingRecord| {
        let reading = &record.reading;
        let reference = reading.reference.map_or("-", |kind| kind.as_str());
        let sources = record
            .annotations
            .iter()
            .map(|one| &one.attributes["source"]);
        let sources: Vec<&str> = sources.map(String::as_str).collect();
        format!(
            "{} {} {reference} {}",
            reading.key.rater,
            reading.role,
            sources.join(",")
        )
    };
    sink.readings.values().map(line).collect()
}

#[test]
fn what_a_model_drew_alone_is_the_model_s_and_what_was_merged_the_consensus() {
    let tags = |sources: &[&str]| -> String {
        let tag = |source: &&str| format!(r#"<tag label="n" source="{source}"/>"#);
        sources.iter().map(tag).collect()
    };
    let whose_are = |sources: &[&str]| whose(&read("a.xml", &file(&tags(sources))).1);
    assert_eq!(whose_are(&["auto", "auto"]), ["model model - auto,auto"]);
    assert_eq!(
        whose_are(&["auto", "manual", "auto"]),
        ["anna annotator - auto,manual,auto"]
    );
    assert_eq!(whose_are(&["semi-auto"]), ["anna annotator - semi-auto"]);
    assert_eq!(
        whose_are(&["manual", "consensus"]),
        ["consensus model consensus manual,consensus"]
    );
    let stated = IngestOptions {
        role: Some(crate::domain::Role::Annotator),
        ..IngestOptions::default()
    };
    let text = file(&tags(&["auto"]));
    let (_, sink) = read_files(&[("a.xml", &text)], &stated).expect("a readable file");
    assert_eq!(whose(&sink), ["anna annotator - auto"]);
    // What the role of the upload is does not make a merged image anyone's.
    let text = file(&tags(&["consensus"]));
    let (_, sink) = read_files(&[("a.xml", &text)], &stated).expect("a readable file");
    assert_eq!(whose(&sink), ["consensus model consensus consensus"]);
    let by_pattern = IngestOptions {
        pattern: Some("(?P<role>annotator)/.*".to_owned()),
        ..IngestOptions::default()
    };
    let text = file(&tags(&["auto"])).replace("ct/a.png", "annotator/a.png");
    let (_, sink) = read_files(&[("a.xml", &text)], &by_pattern).expect("a readable file");
    assert_eq!(whose(&sink), ["anna annotator - auto"]);
}

#[test]
fn layers_and_groups_are_attributes_unless_they_are_none() {
    let found = only(r#"<tag label="n" z_order="0" group_id="0"/>"#);
    assert_eq!(found.attributes.len(), 0);
    let found = only(r#"<tag label="n" z_order="-1" group_id="7"/>"#);
    assert_eq!(found.attributes["z_order"], "-1");
    assert_eq!(found.attributes["group"], "7");
}

#[test]
fn frames_of_videos_carry_the_name_of_their_video() {
    let image = |task: u32| {
        format!(r#"<image id="3" name="frame_000003" task_id="{task}"><tag label="n"/></image>"#)
    };
    let task = |id: u32, name: &str| {
        format!("<task><id>{id}</id><name>{name}</name><mode>interpolation</mode></task>")
    };
    let text = format!(
        "<annotations><version>1.1</version><meta><project><tasks>{}{}</tasks></project></meta>{}{}</annotations>",
        task(1, "colon.mp4"),
        task(2, "ileum"),
        image(1),
        image(2)
    );
    let (_, sink) = read("a.xml", &text);
    let items: Vec<&str> = sink.items.keys().map(String::as_str).collect();
    assert_eq!(items, ["colon.mp4#frame_000003", "ileum#frame_000003"]);
}

#[test]
fn one_assignee_for_several_jobs_is_said() {
    let segments = "<segments><segment><start>0</start></segment><segment><start>5</start></segment></segments></task>";
    let text = file(r#"<tag label="n"/>"#)
        .replace("job>", "task>")
        .replace("</task>", segments);
    let (report, _) = read("a.xml", &text);
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("all of its 2 jobs")),
        "{:?}",
        report.notes
    );
    let (report, _) = read(
        "a.xml",
        &file(r#"<tag label="n"/>"#).replace("anna", "anna@b.org"),
    );
    assert_eq!(report.raters, ["anna"]);
}

#[test]
fn the_job_s_assignee_is_the_rater_and_its_last_change_the_time() {
    let (report, sink) = read("a.xml", &file(r#"<tag label="n"/>"#));
    assert_eq!(report.raters, ["anna"]);
    let reading = &sink.readings.values().next().expect("a reading").reading;
    assert_eq!(reading.finished_at_us, Some(1_795_168_800_000_000));
    assert!(report.notes[0].contains("last changed"));
    let (report, _) = read(
        "a.xml",
        &file(r#"<tag label="n"/>"#).replace("job>", "task>"),
    );
    assert_eq!(report.raters, ["anna"]);
    let stated = IngestOptions {
        annotator: Some("bert".to_owned()),
        finished_at_us: Some(5),
        ..IngestOptions::default()
    };
    let text = file(r#"<tag label="n"/>"#).replace("anna", "");
    let (report, sink) = read_files(&[("a.xml", &text)], &stated).expect("a readable file");
    assert_eq!(report.raters, ["bert"]);
    assert!(
        sink.readings
            .values()
            .all(|record| record.reading.finished_at_us == Some(5))
    );
}

#[test]
fn images_of_a_project_belong_to_the_assignee_of_their_task() {
    let text = r#"<annotations><version>1.1</version><meta><project><tasks>
        <task><id>1</id><assignee><username>anna</username></assignee></task>
        <task><id>2</id><assignee><username>bert</username></assignee></task></tasks></project></meta>
        <image id="0" name="a.png" task_id="1"><tag label="n"/></image>
        <image id="1" name="a.png" task_id="2"><tag label="n"/></image>
        <image id="2" name="x/a.png" task_id="2"><tag label="n"/></image></annotations>"#;
    let (report, sink) = read("a.xml", text);
    assert_eq!(report.raters, ["anna", "bert"]);
    assert_eq!(
        skips(&sink),
        [
            "invalid_record image[2]: gives the same item key as an earlier image; name items by path (item key `path`)"
        ]
    );
}

#[test]
fn an_image_without_shapes_was_reviewed_and_found_empty() {
    let (_, sink) = read("a.xml", &file(""));
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
}

#[test]
fn files_that_declare_entities_or_end_early_are_refused() {
    let refused = |text: &str| {
        read_files(&[("a.xml", text)], &IngestOptions::default())
            .expect_err("refused")
            .to_string()
    };
    let bomb = file("").replace(
        "<annotations>",
        "<!DOCTYPE a [<!ENTITY x \"xxxx\">]><annotations>",
    );
    assert!(refused(&bomb).contains("declares a document type, which is refused"));
    let whole = file(r#"<tag label="n"/>"#);
    assert!(refused(&whole[..whole.len() - 20]).contains("cut short"));
    assert!(refused(&whole[..whole.len() - 40]).contains("cut short"));
    let unknown = file(r#"<tag label="n"><attribute name="a">&x;</attribute></tag>"#);
    assert!(refused(&unknown).contains("entities are not expanded"));
    let deep = file(&"<a>".repeat(70));
    assert!(refused(&deep).contains("nested too deeply; the limit is 64 levels"));
    assert!(refused(&format!("{whole}<more/>")).contains("goes on behind"));
}
