//! Graphic types on an image, which reports and presentation states share.
//!
//! Format: DICOM PS3.3, C.18.6 and C.10.5: columns and rows with the origin at the corner of the first pixel.

use super::Fault;
use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{Ellipse, MultiPolygon};
use crate::importers::structure;

/// How far the middles of an ellipse's axes may lie apart, px, and how far its axes may be from right angles (cosine).
const MAX_APART_PX: f64 = 1.0;
const MAX_COSINE: f64 = 0.02;

/// A shape, and why it is structurally invalid, if it is.
pub(in crate::importers) struct Drawn {
    pub shape: Shape,
    pub invalid: Option<String>,
}

/// Numbers as columns and rows.
pub(in crate::importers) fn pairs(data: &[f64]) -> Result<Vec<[f64; 2]>, Fault> {
    if data.is_empty() || !data.len().is_multiple_of(2) {
        return Err(Fault::invalid(format!(
            "graphic data are {} numbers; pairs of column and row are needed",
            data.len()
        )));
    }
    Ok(data
        .chunks_exact(2)
        .map(|pair| [pair[0], pair[1]])
        .collect())
}

/// The shape of a graphic type through points. An outline that ends where it began is a polygon.
pub(in crate::importers) fn drawn(
    kind: &str,
    points: &[[f64; 2]],
    size_px: Option<(u32, u32)>,
) -> Result<Drawn, Fault> {
    let needed = |needed: &str| {
        Fault::invalid(format!(
            "a {kind} has {} points; {needed} are needed",
            points.len()
        ))
    };
    let mut fault = None;
    let shape = match (kind, points) {
        ("POINT", [point]) => Shape::Keypoints(vec![keypoint("point".to_owned(), *point)]),
        ("POINT", _) => return Err(needed("exactly 1")),
        ("MULTIPOINT", _) => {
            let numbered = points.iter().zip(1_usize..);
            Shape::Keypoints(
                numbered
                    .map(|(point, number)| keypoint(number.to_string(), *point))
                    .collect(),
            )
        }
        ("POLYLINE" | "INTERPOLATED", [first, inner @ .., last]) => {
            if first == last && !inner.is_empty() {
                let ring = points[..points.len() - 1].to_vec();
                let polygon = MultiPolygon::from_ring(ring)
                    .map_err(|error| Fault::invalid(format!("closed outline: {error}")))?;
                Shape::Polygon(polygon)
            } else {
                Shape::Polyline(points.to_vec())
            }
        }
        ("POLYLINE" | "INTERPOLATED", _) => return Err(needed("at least 2")),
        ("CIRCLE", [centre, edge]) => {
            let radius_px = distance(*centre, *edge);
            Shape::Ellipse(Ellipse {
                cx: centre[0],
                cy: centre[1],
                rx: radius_px,
                ry: radius_px,
                angle_deg: 0.0,
            })
        }
        ("CIRCLE", _) => return Err(needed("exactly 2 (centre and edge)")),
        ("ELLIPSE", [a, b, c, d]) => {
            let (ellipse, wrong) = ellipse([*a, *b], [*c, *d]);
            fault = wrong;
            Shape::Ellipse(ellipse)
        }
        ("ELLIPSE", _) => return Err(needed("exactly 4 (the ends of both axes)")),
        _ => {
            return Err(Fault::unsupported(
                "its graphic type is none of POINT, MULTIPOINT, POLYLINE, INTERPOLATED, CIRCLE, ELLIPSE",
            ));
        }
    };
    Ok(Drawn {
        invalid: fault.or_else(|| structure::invalid(&shape, size_px)),
        shape,
    })
}

fn keypoint(name: String, [x_px, y_px]: [f64; 2]) -> Keypoint {
    Keypoint {
        name,
        x_px,
        y_px,
        z_mm: None,
        visibility: Visibility::Visible,
    }
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

/// An ellipse from the ends of its axes, and what is wrong with them. Rows run down, so a rising angle turns clockwise.
fn ellipse(major: [[f64; 2]; 2], minor: [[f64; 2]; 2]) -> (Ellipse, Option<String>) {
    let middle = |axis: [[f64; 2]; 2]| {
        [
            0.5 * (axis[0][0] + axis[1][0]),
            0.5 * (axis[0][1] + axis[1][1]),
        ]
    };
    let along = |axis: [[f64; 2]; 2]| [axis[1][0] - axis[0][0], axis[1][1] - axis[0][1]];
    let [(p, u), (q, v)] = [major, minor].map(|axis| (middle(axis), along(axis)));
    let (length, width) = (u[0].hypot(u[1]), v[0].hypot(v[1]));
    let apart_px = distance(p, q);
    let cosine = (u[0] * v[0] + u[1] * v[1]) / (length * width);
    let wrong = if apart_px > MAX_APART_PX {
        Some(format!(
            "the middles of the ellipse's axes lie {apart_px:.1} px apart; one centre is needed"
        ))
    } else if cosine.abs() > MAX_COSINE {
        Some(format!(
            "the ellipse's axes stand at {:.0}°; right angles are needed",
            cosine.clamp(-1.0, 1.0).acos().to_degrees()
        ))
    } else {
        None
    };
    let ellipse = Ellipse {
        cx: 0.5 * (p[0] + q[0]),
        cy: 0.5 * (p[1] + q[1]),
        rx: 0.5 * length,
        ry: 0.5 * width,
        angle_deg: u[1].atan2(u[0]).to_degrees().rem_euclid(180.0),
    };
    (ellipse, wrong)
}

#[cfg(test)]
mod tests {
    use super::drawn;
    use crate::domain::Shape;

    fn ellipse(points: &[[f64; 2]]) -> ([f64; 5], Option<String>) {
        let found = drawn("ELLIPSE", points, None).expect("four points");
        let Shape::Ellipse(e) = found.shape else {
            panic!("an ellipse")
        };
        ([e.cx, e.cy, e.rx, e.ry, e.angle_deg], found.invalid)
    }

    #[test]
    fn an_ellipse_is_turned_by_its_first_axis_whichever_way_it_runs() {
        let (flat, fault) = ellipse(&[[0.0, 2.0], [8.0, 2.0], [4.0, 0.0], [4.0, 4.0]]);
        assert_eq!((flat, fault), ([4.0, 2.0, 4.0, 2.0, 0.0], None));
        // The first axis runs down and to the right: 45° clockwise.
        let turned = [[1.0, 1.0], [5.0, 5.0], [4.0, 2.0], [2.0, 4.0]];
        let (down, _) = ellipse(&turned);
        assert_eq!(down[4], 45.0);
        let (back, _) = ellipse(&[turned[1], turned[0], turned[2], turned[3]]);
        assert_eq!(back, down);
    }

    #[test]
    fn axes_that_make_no_ellipse_are_flagged() {
        let (_, fault) = ellipse(&[[0.0, 2.0], [8.0, 2.0], [9.0, 0.0], [9.0, 4.0]]);
        assert!(fault.expect("a fault").contains("5.0 px apart"));
        let (_, fault) = ellipse(&[[0.0, 2.0], [8.0, 2.0], [3.0, 0.0], [5.0, 4.0]]);
        assert!(fault.expect("a fault").contains("stand at 63°"));
        let (_, fault) = ellipse(&[[4.0, 2.0], [4.0, 2.0], [4.0, 0.0], [4.0, 4.0]]);
        assert!(fault.is_some(), "no extent");
    }

    #[test]
    fn a_line_that_ends_where_it_began_is_a_polygon() {
        let ring = [[0.0, 0.0], [4.0, 0.0], [4.0, 3.0], [0.0, 0.0]];
        let closed = drawn("POLYLINE", &ring, None).expect("a ring").shape;
        assert!(matches!(closed, Shape::Polygon(_)));
        let open = drawn("POLYLINE", &ring[..3], None).expect("a line").shape;
        assert!(matches!(open, Shape::Polyline(_)));
        assert!(drawn("POLYLINE", &[ring[0], ring[1], ring[0]], None).is_err());
        assert!(drawn("POLYLINE", &ring[..1], None).is_err());
        assert!(drawn("RECTANGLE", &ring, None).is_err());
    }
}
