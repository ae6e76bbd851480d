//! What exporters say about themselves is what they do.

use super::made_up::{Given, HEIGHT_PX, WIDTH_PX, annotation, item, work};
use concord::domain::{
    Annotation, Keypoint, PointLabels, ReadingState, Shape, Technique, TextSpan, Track,
    TrackedShape, Visibility,
};
use concord::exporters::{self, Exporter};
use concord::geometry::{
    Cuboid, Ellipse, Mask, MultiPolygon, Polygon, Rect, RotatedRect, SliceAxis, Volume,
};

/// A plain shape of every technique.
fn every_technique() -> Vec<Shape> {
    let rect = Rect::from_corners([4.0, 2.0], [9.5, 8.25]);
    let mask = Mask::from_bounds(WIDTH_PX, HEIGHT_PX, vec![5, 9]).expect("a mask");
    let turned = RotatedRect {
        cx: 50.0,
        cy: 40.0,
        width: 20.0,
        height: 10.0,
        angle_deg: 30.0,
    };
    let ellipse = Ellipse {
        cx: 50.0,
        cy: 40.0,
        rx: 20.0,
        ry: 10.0,
        angle_deg: 30.0,
    };
    let point = Keypoint {
        name: "mark".to_owned(),
        x_px: 5.0,
        y_px: 6.0,
        z_mm: None,
        visibility: Visibility::Visible,
    };
    let slices = vec![(1, mask.clone())];
    let tracked = TrackedShape {
        frame: 4,
        shape: Shape::Box(rect),
    };
    vec![
        Shape::Box(rect),
        Shape::RotatedBox(turned),
        Shape::Polygon(ring()),
        Shape::Polyline(vec![[1.0, 1.0], [5.0, 6.0]]),
        Shape::Ellipse(ellipse),
        Shape::Keypoints(vec![point]),
        Shape::Mask(mask),
        Shape::Volume(Volume::new(WIDTH_PX, HEIGHT_PX, SliceAxis::Index, slices).expect("one")),
        Shape::Classification {
            question: "kind".to_owned(),
            value: "mark".to_owned(),
        },
        Shape::Ordinal {
            question: "mark".to_owned(),
            rank: 2.0,
        },
        Shape::Cuboid(Cuboid::new([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], 0.3).expect("a cuboid")),
        Shape::PointLabels(PointLabels {
            labels: vec!["bone".to_owned()],
            codes: vec![0],
        }),
        Shape::TextSpan(TextSpan { start: 0, end: 4 }),
        Shape::Track(Track::new(vec![tracked]).expect("a track")),
    ]
}

fn ring() -> MultiPolygon {
    MultiPolygon::from_ring(vec![[1.0, 1.0], [60.0, 1.0], [30.0, 50.0]]).expect("a ring")
}

/// The words by which texts call a technique.
fn words(technique: Technique) -> &'static [&'static str] {
    match technique {
        Technique::Box => &["boxes"],
        Technique::RotatedBox => &["rotated boxes"],
        Technique::Polygon => &["polygons"],
        Technique::Polyline => &["lines"],
        Technique::Ellipse => &["ellipses"],
        Technique::Keypoints => &["points"],
        Technique::Mask => &["masks"],
        Technique::VolumeMask => &["volumes"],
        Technique::Classification => &["answers to a named question", "choices"],
        Technique::Ordinal => &["ranks", "ratings"],
        Technique::Cuboid => &["cuboids"],
        Technique::PointCloud => &["clouds"],
        Technique::TextSpan => &["text"],
        Technique::Track => &["tracks"],
    }
}

/// How many annotations and readings of a lone reading are left out.
fn n_left_out(exporter: &dyn Exporter, annotations: Vec<Annotation>, state: ReadingState) -> u64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let item = item(0);
    let mut one = work(&item.key, "a", annotations);
    one.reading.state = state;
    let given = Given(vec![(item, vec![one])]);
    exporter
        .write(&given, folder.path())
        .expect("an export")
        .n_left_out()
}

#[test]
fn every_technique_is_written_or_counted_as_the_text_says() {
    for exporter in exporters::ALL {
        let format = exporter.format();
        let (counted, _) = format
            .leaves_out
            .split_once("Without a count: ")
            .unwrap_or((format.leaves_out, ""));
        for shape in every_technique() {
            let technique = shape.technique();
            let one = vec![annotation("mark", shape)];
            let is_counted = n_left_out(*exporter, one, ReadingState::Annotated) == 1;
            let text = if is_counted { counted } else { format.writes };
            let is_said = words(technique).iter().any(|word| text.contains(word))
                || (!is_counted && text.contains("annotations of every kind"));
            assert!(is_said, "{}: {technique} in `{text}`", format.key);
        }
    }
}

#[test]
fn holes_parts_and_states_are_written_or_counted_as_the_text_says() {
    let hole = vec![[20.0, 5.0], [40.0, 5.0], [30.0, 20.0]];
    let outer = ring().parts[0].exterior.clone();
    let holed = MultiPolygon::new(vec![Polygon::new(outer, vec![hole]).expect("rings")]);
    let parts = MultiPolygon::new(vec![ring().parts[0].clone(), ring().parts[0].clone()]);
    for exporter in exporters::ALL {
        let format = exporter.format();
        let drawn = [
            (holed.clone(), "holes"),
            (parts.clone(), "polygons of several parts"),
        ];
        for (polygon, word) in drawn {
            let one = vec![annotation("mark", Shape::Polygon(polygon))];
            let is_counted = n_left_out(*exporter, one, ReadingState::Annotated) == 1;
            assert_eq!(
                is_counted,
                format.leaves_out.contains(word),
                "{}: {word}",
                format.key
            );
        }
        let states = [
            (ReadingState::Skipped, "skipped or never assigned"),
            (ReadingState::NeverAssigned, "never assigned"),
        ];
        for (state, word) in states {
            let is_counted = n_left_out(*exporter, vec![], state) == 1;
            assert_eq!(
                is_counted,
                format.leaves_out.contains(word),
                "{}: {word}",
                format.key
            );
        }
    }
}
