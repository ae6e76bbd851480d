use crate::domain::Shape;
use crate::importers::testing::{annotations, read, skips};

fn layer(attributes: &str, regions: &[(&str, &str, &[[i32; 2]])]) -> String {
    let mut text =
        format!("<Annotations MicronsPerPixel=\"0.25\"><Annotation {attributes}><Regions>");
    for (kind, negative, points) in regions {
        text.push_str(&format!(
            "<Region Type=\"{kind}\" NegativeROA=\"{negative}\"><Vertices>"
        ));
        for [x, y] in *points {
            text.push_str(&format!("<Vertex X=\"{x}\" Y=\"{y}\" Z=\"0\"/>"));
        }
        text.push_str("</Vertices></Region>");
    }
    text + "</Regions></Annotation></Annotations>"
}

const SQUARE: &[[i32; 2]] = &[[0, 0], [10, 0], [10, 10], [0, 10]];

fn area(shape: &Shape) -> f64 {
    match shape {
        Shape::Polygon(polygon) => polygon.area_px2(),
        Shape::Box(rect) => rect.area_px2(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn colours_are_blue_green_red() {
    for (attributes, expected) in [
        ("LineColor=\"255\"", "#ff0000"),
        ("LineColor=\"16711680\" Name=\" \"", "#0000ff"),
        ("LineColor=\"65280\" Name=\"Tumor\"", "Tumor"),
        ("", "unclassified"),
    ] {
        let (_, sink) = read("s.xml", &layer(attributes, &[("0", "0", SQUARE)]));
        assert_eq!(annotations(&sink)[0].label, expected);
    }
}

#[test]
fn a_negative_region_within_is_a_hole_and_one_across_is_flagged() {
    let within: &[[i32; 2]] = &[[2, 2], [4, 2], [4, 4], [2, 4]];
    let across: &[[i32; 2]] = &[[8, 2], [12, 2], [12, 4], [8, 4]];
    let apart: &[[i32; 2]] = &[[80, 2], [82, 2], [82, 4]];
    let (_, sink) = read(
        "s.xml",
        &layer("", &[("0", "1", within), ("1", "0", SQUARE)]),
    );
    let found = annotations(&sink);
    assert_eq!((area(&found[0].shape), &found[0].invalid), (96.0, &None));
    let (_, sink) = read(
        "s.xml",
        &layer("", &[("0", "0", SQUARE), ("0", "1", across)]),
    );
    let found = annotations(&sink);
    assert_eq!(area(&found[0].shape), 100.0);
    assert!(
        found[0]
            .invalid
            .as_ref()
            .is_some_and(|why| why.contains("overlaps it"))
    );
    assert_eq!(skips(&sink).len(), 1);
    let (_, sink) = read(
        "s.xml",
        &layer("", &[("0", "0", SQUARE), ("0", "1", apart)]),
    );
    assert_eq!(annotations(&sink)[0].invalid, None);
    assert_eq!(
        skips(&sink),
        ["unsupported Annotation[0]/Region[1]: is negative, but lies in no region of its layer"]
    );
}

#[test]
fn overlapping_holes_are_never_filled_again() {
    let first: &[[i32; 2]] = &[[2, 2], [6, 2], [6, 6], [2, 6]];
    let second: &[[i32; 2]] = &[[4, 4], [8, 4], [8, 8], [4, 8]];
    let regions = [("0", "0", SQUARE), ("0", "1", first), ("0", "1", second)];
    let (_, sink) = read("s.xml", &layer("", &regions));
    let found = annotations(&sink);
    assert_eq!(area(&found[0].shape), 84.0);
    assert!(found[0].invalid.is_some());
}
