//! Shapes and annotations from numbers that several formats write alike.

use super::structure;
use crate::domain::{Annotation, Keypoint, Shape, Visibility};
use crate::geometry::{MultiPolygon, Rect};
use std::collections::BTreeMap;

/// A shape, and why it is invalid where its numbers alone tell.
pub(super) type Drawn = (Shape, Option<String>);

/// A box from its corner and sides; sides that are not positive are kept and named.
pub(super) fn boxed(x: f64, y: f64, width: f64, height: f64) -> Drawn {
    let fault = (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
    let rect = Rect::from_corners([x, y], [x + width, y + height]);
    (Shape::Box(rect), fault)
}

/// A polygon of one ring.
pub(super) fn outline(ring: Vec<[f64; 2]>) -> Result<Drawn, String> {
    let n = ring.len();
    let polygon = MultiPolygon::from_ring(ring).map_err(|_| too_few(n))?;
    Ok((Shape::Polygon(polygon), None))
}

/// What to say of a ring that spans no area.
pub(super) fn too_few(n: usize) -> String {
    format!("polygon has {n} points; at least 3 different ones are needed")
}

/// An open line; a single point is none.
pub(super) fn line(points: Vec<[f64; 2]>) -> Result<Drawn, String> {
    if points.len() < 2 {
        return Err(format!(
            "line has {} points; at least 2 are needed",
            points.len()
        ));
    }
    Ok((Shape::Polyline(points), None))
}

/// One point, named like its label.
pub(super) fn dot(name: &str, [x_px, y_px]: [f64; 2]) -> Drawn {
    let point = Keypoint {
        name: name.to_owned(),
        x_px,
        y_px,
        z_mm: None,
        visibility: Visibility::Visible,
    };
    (Shape::Keypoints(vec![point]), None)
}

/// An annotation without attributes; structural faults are looked for here.
pub(super) fn annotation(
    source_id: String,
    label: &str,
    (shape, fault): Drawn,
    size_px: Option<(u32, u32)>,
) -> Annotation {
    Annotation {
        source_id,
        label: label.to_owned(),
        invalid: fault.or_else(|| structure::invalid(&shape, size_px)),
        shape,
        attributes: BTreeMap::new(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
    }
}
