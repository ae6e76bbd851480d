//! What Datumaro has places of its own for, and what it would take for something else.

use super::made_up::{Given, HEIGHT_PX, WIDTH_PX, annotation, item, work};
use super::{rounded, there_and_back};
use concord::domain::{Annotation, Keypoint, Shape, TextSpan, Visibility};
use concord::geometry::{Cuboid, Mask, Rect, RotatedRect};
use std::collections::BTreeMap;

fn with(label: &str, shape: Shape, attributes: &[(&str, &str)]) -> Annotation {
    let attributes = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Annotation {
        attributes: BTreeMap::from_iter(attributes),
        ..annotation(label, shape)
    }
}

fn boxed() -> Shape {
    Shape::Box(Rect::from_corners([4.0, 2.0], [9.5, 8.25]))
}

fn sorted(annotations: &[Annotation]) -> Vec<String> {
    let mut found: Vec<String> = annotations.iter().map(rounded).collect();
    found.sort();
    found
}

#[test]
fn attributes_with_places_of_their_own_come_back_as_they_were() {
    let point = |name: &str, visibility| Keypoint {
        name: name.to_owned(),
        x_px: 7.5,
        y_px: 1.25,
        z_mm: None,
        visibility,
    };
    let cuboid = Cuboid::new([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], -0.3).expect("a cuboid");
    let mask = Mask::from_bounds(WIDTH_PX, HEIGHT_PX, vec![5, 9, 700, 701]).expect("a mask");
    let held = vec![
        with(
            "a",
            boxed(),
            &[("group", "4"), ("z_order", "-2"), ("occluded", "true")],
        ),
        with(
            "b",
            boxed(),
            &[("group", "T3"), ("z_order", "0"), ("occluded", "partly")],
        ),
        with(
            "c",
            boxed(),
            &[("group", "007"), ("size", "12"), ("sure", "true")],
        ),
        Annotation {
            confidence: Some(0.75),
            ..with("d", boxed(), &[])
        },
        with("e", Shape::Cuboid(cuboid), &[]),
        with("f", Shape::Mask(mask), &[("area_px2", "5")]),
        with(
            "g",
            Shape::Keypoints(vec![point("only", Visibility::Visible)]),
            &[],
        ),
        with(
            "h",
            Shape::Keypoints(vec![point("x", Visibility::Occluded)]),
            &[],
        ),
        with(
            "h",
            Shape::Keypoints(vec![point("y", Visibility::Visible)]),
            &[],
        ),
        with("h", Shape::Keypoints(vec![]), &[]),
    ];
    let crowd = with("crowd", boxed(), &[("iscrowd", "1")]);
    let item = item(0);
    let all = held.iter().chain([&crowd]).cloned().collect();
    let given = Given(vec![(item.clone(), vec![work(&item.key, "a", all)])]);
    let (report, sink) = there_and_back("datumaro", &given);
    assert_eq!(report.n_left_out(), 0, "{:?}", report.left_out);
    let record = sink.readings.values().next().expect("a reading");
    let expected: Vec<Annotation> = held.into_iter().chain([crowd]).collect();
    assert_eq!(sorted(&record.annotations), sorted(&expected));
}

#[test]
fn what_datumaro_would_take_for_something_else_is_counted() {
    let upright = Shape::RotatedBox(RotatedRect {
        cx: 20.0,
        cy: 20.0,
        width: 8.0,
        height: 4.0,
        angle_deg: 0.0,
    });
    let deep = Shape::Keypoints(vec![Keypoint {
        name: "tip".to_owned(),
        x_px: 1.0,
        y_px: 2.0,
        z_mm: Some(3.0),
        visibility: Visibility::Visible,
    }]);
    let refused = vec![
        with("a", boxed(), &[("rotation", "30")]),
        with("a", boxed(), &[("keyframe", "true")]),
        with("a", boxed(), &[("score", "good")]),
        with("a", boxed(), &[("is_crowd", "yes")]),
        Annotation {
            confidence: Some(1.5),
            ..with("a", boxed(), &[])
        },
        with("", boxed(), &[]),
        with("a", upright, &[]),
        with("a", deep, &[]),
        with("a", Shape::Polyline(vec![[1.0, 1.0]]), &[]),
        with("a", Shape::TextSpan(TextSpan { start: 0, end: 4 }), &[]),
    ];
    let n_refused = refused.len() as u64;
    let item = item(0);
    let works = vec![
        work(&item.key, "a", refused),
        work(&item.key, "b", vec![with("a", boxed(), &[])]),
    ];
    let (report, sink) = there_and_back("datumaro", &Given(vec![(item, works)]));
    assert_eq!(
        (report.n_left_out(), report.n_readings_left_out),
        (n_refused, 1)
    );
    assert_eq!(sink.readings.len(), 1);
}
