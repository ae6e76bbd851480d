//! What one region draws.

use crate::domain::{Shape, SkipReason};
use crate::geometry::{Ellipse, MultiPolygon, Rect};
use crate::importers::structure::no_extent;
use crate::importers::xml::Node;

/// One shape of a layer.
pub(super) struct Region {
    pub record: String,
    pub shape: Shape,
    /// Whether it marks what does not belong to the regions around it.
    pub is_negative: bool,
    pub invalid: Option<String>,
}

/// Reads a region, or says why not.
pub(super) fn region(node: &Node, record: String) -> Result<Region, (String, SkipReason, String)> {
    match drawn(node) {
        Ok((shape, invalid)) => Ok(Region {
            record,
            shape,
            is_negative: node.tag.get("NegativeROA").map(str::trim) == Some("1"),
            invalid,
        }),
        Err((reason, detail)) => Err((record, reason, detail)),
    }
}

fn drawn(node: &Node) -> Result<(Shape, Option<String>), (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    if let Some(fault) = node.tag.fault() {
        return Err(invalid(fault.to_owned()));
    }
    let kind = node.tag.get("Type").map(str::trim).unwrap_or_default();
    if !["0", "1", "2", "3", "4"].contains(&kind) {
        let detail = "`Type` is none of 0 to 4".to_owned();
        return Err((SkipReason::Unsupported, detail));
    }
    let points = vertices(node).map_err(invalid)?;
    let n = points.len();
    let ring = |points: Vec<[f64; 2]>| {
        MultiPolygon::from_ring(points)
            .map(Shape::Polygon)
            .map_err(|_| {
                invalid(format!(
                    "polygon has {n} points; at least 3 different ones are needed"
                ))
            })
    };
    let shape = match (kind, framed(&points)) {
        ("1", Some(rect)) => Shape::Box(rect),
        ("2", Some(rect)) => {
            let [cx, cy] = rect.centre_px();
            let ellipse = Ellipse {
                cx,
                cy,
                rx: 0.5 * rect.width_px(),
                ry: 0.5 * rect.height_px(),
                angle_deg: 0.0,
            };
            Shape::Ellipse(ellipse)
        }
        ("2", None) => {
            let detail =
                "ellipse is not given by two corners, or four upright ones, of the box around it";
            return Err(invalid(detail.to_owned()));
        }
        ("3" | "4", _) if n < 2 => {
            return Err(invalid(format!(
                "line has {n} points; at least 2 are needed"
            )));
        }
        ("3" | "4", _) => Shape::Polyline(points),
        _ => ring(points)?,
    };
    let fault = match &shape {
        Shape::Box(rect) if rect.width_px() <= 0.0 || rect.height_px() <= 0.0 => {
            Some(no_extent("box", rect.width_px(), rect.height_px()))
        }
        _ => None,
    };
    Ok((shape, fault))
}

fn vertices(node: &Node) -> Result<Vec<[f64; 2]>, String> {
    let listed = node.all("Vertices").flat_map(|list| list.all("Vertex"));
    let read = |(at, vertex): (usize, &Node)| -> Result<[f64; 2], String> {
        let number = |name: &str| {
            vertex
                .tag
                .get(name)
                .and_then(|text| text.trim().parse::<f64>().ok())
                .filter(|number| number.is_finite())
                .ok_or_else(|| {
                    format!("`{name}` of Vertex[{at}] is no finite number with a decimal point")
                })
        };
        Ok([number("X")?, number("Y")?])
    };
    listed.enumerate().map(read).collect()
}

/// The box that two opposite corners give, or four in order round it (a fifth may repeat the first).
fn framed(points: &[[f64; 2]]) -> Option<Rect> {
    let points = match points {
        [first, .., last] if points.len() == 5 && first == last => &points[..4],
        all => all,
    };
    match *points {
        [p, q] => Some(Rect::from_corners(p, q)),
        [a, b, c, d] => {
            let across_first = a[1] == b[1] && b[0] == c[0] && c[1] == d[1] && d[0] == a[0];
            let down_first = a[0] == b[0] && b[1] == c[1] && c[0] == d[0] && d[1] == a[1];
            (across_first || down_first).then(|| Rect::from_corners(a, c))
        }
        _ => None,
    }
}
