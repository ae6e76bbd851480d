//! Points of the patient as shapes of items in which a pixel is a millimetre.

use crate::domain::{Annotation, Keypoint, Shape, SkipReason, Visibility};
use crate::geometry::{Cuboid, MultiPolygon};
use crate::importers::one_reading::plain;
use std::collections::BTreeSet;

/// Points this level lie in an axial plane.
const LEVEL_MM: f64 = 0.1;

/// One placed point.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    /// Where it stands in its list, for messages and ids.
    pub at: usize,
    pub label: String,
    pub mm: [f64; 3],
}

fn keypoint(name: &str, [x_px, y_px, z_mm]: [f64; 3]) -> Keypoint {
    Keypoint {
        name: name.to_owned(),
        x_px,
        y_px,
        z_mm: Some(z_mm),
        visibility: Visibility::Visible,
    }
}

/// A list of landmarks: one set where each has a name of its own, else a point each.
pub(super) fn landmarks(points: &[Point], label: &str, place: &str) -> Vec<Annotation> {
    let names: BTreeSet<&str> = points.iter().map(|point| point.label.as_str()).collect();
    if names.len() == points.len() && !names.contains("") {
        let set = points
            .iter()
            .map(|point| keypoint(&point.label, point.mm))
            .collect();
        return vec![plain(place, label, Shape::Keypoints(set))];
    }
    points
        .iter()
        .map(|point| {
            let label = if point.label.is_empty() {
                label
            } else {
                &point.label
            };
            let shape = Shape::Keypoints(vec![keypoint("point", point.mm)]);
            plain(format!("{place}.{}", point.at), label, shape)
        })
        .collect()
}

/// The points of a line or an angle, by number: their places tell them apart, their names do not.
pub(super) fn numbered(points: &[Point]) -> Shape {
    let numbered = points.iter().zip(1_usize..);
    Shape::Keypoints(
        numbered
            .map(|(point, number)| keypoint(&number.to_string(), point.mm))
            .collect(),
    )
}

/// A curve in an axial plane, straight between its control points, and its height in mm.
pub(super) fn curve(
    points: &[Point],
    is_closed: bool,
) -> Result<(f64, Shape), (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let needed = if is_closed { 3 } else { 2 };
    if points.len() < needed {
        return Err(invalid(too_few(points.len(), needed)));
    }
    let z_mm = points.first().map_or(0.0, |point| point.mm[2]);
    if points
        .iter()
        .any(|point| (point.mm[2] - z_mm).abs() > LEVEL_MM)
    {
        return Err((
            SkipReason::Unsupported,
            "a curve that lies in no axial plane".to_owned(),
        ));
    }
    let line: Vec<[f64; 2]> = points
        .iter()
        .map(|point| [point.mm[0], point.mm[1]])
        .collect();
    let shape = if is_closed {
        Shape::Polygon(MultiPolygon::from_ring(line).map_err(|error| invalid(error.to_string()))?)
    } else {
        Shape::Polyline(line)
    };
    Ok((z_mm, shape))
}

/// A box that stands upright.
pub(super) fn cuboid(
    centre: [f64; 3],
    size: [f64; 3],
    (order, yaw_rad): ([usize; 3], f64),
) -> Result<Shape, String> {
    let size = order.map(|axis| size[axis]);
    let cuboid = Cuboid::new(centre, size, yaw_rad).map_err(|error| error.to_string())?;
    Ok(Shape::Cuboid(cuboid))
}

/// What to say of a markup of which too few points are placed.
pub(super) fn too_few(found: usize, needed: usize) -> String {
    format!("has {found} placed points; {needed} are needed")
}
