use crate::domain::Shape;
use crate::importers::testing::{annotations, read, skips};

fn document(annotation: &str) -> String {
    format!("<ASAP_Annotations><Annotations>{annotation}</Annotations></ASAP_Annotations>")
}

fn dot(x: &str, attributes: &str) -> String {
    document(&format!(
        r#"<Annotation Type="Dot" {attributes}><Coordinates><Coordinate Order="0" X="{x}" Y="2"/></Coordinates></Annotation>"#
    ))
}

#[test]
fn a_comma_is_a_decimal_point_and_never_both() {
    let (_, sink) = read("s.xml", &dot("12,5", ""));
    let Shape::Keypoints(points) = &annotations(&sink)[0].shape else {
        panic!("no point");
    };
    assert_eq!(points[0].x_px, 12.5);
    for x in ["1,234.5", "1,2,3", "1.2.3", "nan", "inf", ""] {
        let (_, sink) = read("s.xml", &dot(x, ""));
        assert_eq!(
            skips(&sink),
            [
                "invalid_record Annotation[0]: `X` of Coordinate[0] is no finite number with a decimal point or comma"
            ],
            "{x}"
        );
    }
}

#[test]
fn the_group_is_the_label_and_none_is_no_group() {
    for (attributes, expected) in [
        (r#"PartOfGroup="Tumor" Name="Annotation 0""#, "Tumor"),
        (r#"PartOfGroup="None" Name="Annotation 0""#, "unclassified"),
        ("", "unclassified"),
    ] {
        let (_, sink) = read("s.xml", &dot("1", attributes));
        assert_eq!(annotations(&sink)[0].label, expected);
    }
}

#[test]
fn a_rectangle_that_is_not_upright_is_a_polygon() {
    let corners = |all: [[u8; 2]; 4]| -> String {
        let point = |(at, [x, y]): (usize, &[u8; 2])| {
            format!(r#"<Coordinate Order="{at}" X="{x}" Y="{y}"/>"#)
        };
        all.iter().enumerate().map(point).collect()
    };
    for (all, is_box) in [
        ([[1, 2], [5, 2], [5, 9], [1, 9]], true),
        ([[1, 2], [1, 9], [5, 9], [5, 2]], true),
        ([[1, 2], [5, 3], [5, 9], [1, 9]], false),
    ] {
        let text = document(&format!(
            r#"<Annotation Type="Rectangle"><Coordinates>{}</Coordinates></Annotation>"#,
            corners(all)
        ));
        let (_, sink) = read("s.xml", &text);
        assert_eq!(matches!(annotations(&sink)[0].shape, Shape::Box(_)), is_box);
    }
}
