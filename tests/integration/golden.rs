//! What an importer kept, one line a record, to be held against lines worked out by hand.

use concord::domain::{Annotation, Shape};
use concord::geometry::MultiPolygon;
use concord::importers::MemorySink;

/// Every annotation: `item/rater label shape attributes`, in the order of readings.
pub fn lines(sink: &MemorySink) -> Vec<String> {
    let mut found = Vec::new();
    for (key, record) in &sink.readings {
        for annotation in &record.annotations {
            found.push(format!("{}/{} {}", key.item, key.rater, line(annotation)));
        }
    }
    found
}

/// Asserts that exactly these lines were kept.
#[track_caller]
pub fn check(sink: &MemorySink, expected: &[&str]) {
    assert_eq!(lines(sink).join("\n"), expected.join("\n"));
}

/// The skips: reason and record.
pub fn skipped(sink: &MemorySink) -> Vec<String> {
    let line = |skip: &concord::domain::Skip| format!("{} {}", skip.reason.as_str(), skip.record);
    sink.skips.iter().map(line).collect()
}

fn line(annotation: &Annotation) -> String {
    let mut text = format!(
        "{} {}: {}",
        annotation.source_id,
        annotation.label,
        drawn(&annotation.shape)
    );
    for (name, value) in &annotation.attributes {
        text.push_str(&format!(" {name}={value}"));
    }
    if let Some(confidence) = annotation.confidence {
        text.push_str(&format!(" confidence={confidence}"));
    }
    if let Some(reason) = &annotation.invalid {
        text.push_str(&format!(" INVALID {reason}"));
    }
    text
}

fn drawn(shape: &Shape) -> String {
    match shape {
        Shape::Box(rect) => format!("box {},{} {},{}", rect.x0, rect.y0, rect.x1, rect.y1),
        Shape::RotatedBox(r) => format!(
            "turned box {},{} {}x{} {}°",
            r.cx, r.cy, r.width, r.height, r.angle_deg
        ),
        Shape::Ellipse(e) => format!(
            "ellipse {},{} {}x{} {}°",
            e.cx, e.cy, e.rx, e.ry, e.angle_deg
        ),
        Shape::Polygon(polygon) => format!("polygon {}", rings(polygon)),
        Shape::Polyline(points) => format!("line {}", points_text(points)),
        Shape::Keypoints(points) => {
            let point = |p: &concord::domain::Keypoint| {
                format!("{}@{},{} {:?}", p.name, p.x_px, p.y_px, p.visibility)
            };
            format!(
                "points {}",
                points.iter().map(point).collect::<Vec<_>>().join(" ")
            )
        }
        Shape::Mask(mask) => {
            let span = |s: concord::geometry::Span| format!("{}:{}-{}", s.y, s.x0, s.x1);
            let spans: Vec<_> = mask.spans().map(span).collect();
            format!(
                "mask {}x{} {}",
                mask.width_px(),
                mask.height_px(),
                spans.join(" ")
            )
        }
        Shape::Cuboid(c) => {
            let [x, y, z] = c.centre;
            let [a, b, h] = c.size;
            format!("cuboid {x},{y},{z} {a}x{b}x{h} yaw {:.6}", c.yaw_rad)
        }
        Shape::Track(track) => {
            let one = |one: &concord::domain::TrackedShape| {
                format!("{}[{}]", one.frame, drawn(&one.shape))
            };
            format!(
                "track {}",
                track.shapes().iter().map(one).collect::<Vec<_>>().join(" ")
            )
        }
        Shape::PointLabels(labels) => format!("cloud {:?} {:?}", labels.labels, labels.codes),
        Shape::Classification { question, value } => format!("class {question}={value}"),
        other => format!("{other:?}"),
    }
}

fn rings(polygon: &MultiPolygon) -> String {
    let part = |part: &concord::geometry::Polygon| {
        let rings: Vec<_> = part.rings().map(points_text).collect();
        rings.join(" - ")
    };
    polygon
        .parts
        .iter()
        .map(part)
        .collect::<Vec<_>>()
        .join(" + ")
}

fn points_text(points: &[[f64; 2]]) -> String {
    let point = |[x, y]: &[f64; 2]| format!("{x},{y}");
    points.iter().map(point).collect::<Vec<_>>().join(" ")
}
