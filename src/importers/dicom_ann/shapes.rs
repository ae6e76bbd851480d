//! Points of one shape as that shape.

use crate::domain::Shape;
use crate::geometry::{MultiPolygon, Rect, RotatedRect};
use crate::importers::dicom_document::{Drawn, Fault, drawn};
use crate::importers::structure;

/// How far corners may be from a rectangle's, in parts of its diagonal.
const MAX_SKEW: f64 = 1e-3;

/// The shape of a graphic type. Rectangles of a group are all boxes or all turned boxes, so that they can be compared.
pub(super) fn shape(kind: &str, points: &[[f64; 2]], is_upright: bool) -> Result<Drawn, Fault> {
    let shape = match (kind, points) {
        ("RECTANGLE", [a, _, c, _]) if is_upright => Shape::Box(Rect::from_corners(*a, *c)),
        ("RECTANGLE", [a, b, c, d]) => return rectangle([*a, *b, *c, *d]),
        ("POLYGON", _) => {
            let mut ring = points.to_vec();
            if ring.len() > 1 && ring.first() == ring.last() {
                ring.pop();
            }
            let polygon = MultiPolygon::from_ring(ring)
                .map_err(|error| Fault::invalid(format!("outline: {error}")))?;
            Shape::Polygon(polygon)
        }
        // Unlike in reports, a line that ends where it began stays a line: outlines have a type of their own.
        ("POLYLINE", [_, _, ..]) => Shape::Polyline(points.to_vec()),
        _ => return drawn(kind, points, None),
    };
    Ok(Drawn {
        invalid: structure::invalid(&shape, None),
        shape,
    })
}

/// Whether a rectangle's sides run along rows and columns.
pub(super) fn is_upright(points: &[[f64; 2]]) -> bool {
    matches!(points, [a, b, c, d]
        if (a[1] == b[1] && b[0] == c[0] && c[1] == d[1] && d[0] == a[0])
            || (a[0] == b[0] && b[1] == c[1] && c[0] == d[0] && d[1] == a[1]))
}

/// A rectangle from its corners: top left, top right, bottom right, bottom left before it was turned.
fn rectangle([a, b, c, d]: [[f64; 2]; 4]) -> Result<Drawn, Fault> {
    let along = |p: [f64; 2], q: [f64; 2]| [q[0] - p[0], q[1] - p[1]];
    let length = |v: [f64; 2]| v[0].hypot(v[1]);
    let (u, v) = (along(a, b), along(a, d));
    let diagonal = length(along(a, c));
    let gap = length([a[0] + c[0] - b[0] - d[0], a[1] + c[1] - b[1] - d[1]]);
    let is_square = (u[0] * v[0] + u[1] * v[1]).abs() <= MAX_SKEW * length(u) * length(v);
    if gap > MAX_SKEW * diagonal || !is_square {
        return Err(Fault::invalid(
            "the corners of a rectangle do not stand at right angles",
        ));
    }
    let shape = Shape::RotatedBox(RotatedRect {
        cx: 0.25 * (a[0] + b[0] + c[0] + d[0]),
        cy: 0.25 * (a[1] + b[1] + c[1] + d[1]),
        width: length(u),
        height: length(v),
        angle_deg: u[1].atan2(u[0]).to_degrees().rem_euclid(180.0),
    });
    Ok(Drawn {
        invalid: structure::invalid(&shape, None),
        shape,
    })
}

#[cfg(test)]
mod tests {
    use super::{is_upright, rectangle};
    use crate::domain::Shape;

    #[test]
    fn rectangles_may_be_turned_but_not_skewed() {
        let turned =
            rectangle([[0.0, 0.0], [4.0, 4.0], [2.0, 6.0], [-2.0, 2.0]]).expect("a rectangle");
        let Shape::RotatedBox(found) = turned.shape else {
            panic!("a turned box")
        };
        assert_eq!((found.cx, found.cy, found.angle_deg), (1.0, 3.0, 45.0));
        assert!((found.width - 32.0_f64.sqrt()).abs() < 1e-12);
        assert!((found.height - 8.0_f64.sqrt()).abs() < 1e-12);
        assert!(rectangle([[0.0, 0.0], [4.0, 0.0], [5.0, 2.0], [1.0, 2.0]]).is_err());
        assert!(rectangle([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [1.0, 2.0]]).is_err());
        assert!(is_upright(&[
            [0.0, 0.0],
            [0.0, 2.0],
            [3.0, 2.0],
            [3.0, 0.0]
        ]));
        assert!(!is_upright(&[
            [0.0, 0.0],
            [4.0, 4.0],
            [2.0, 6.0],
            [-2.0, 2.0]
        ]));
    }
}
