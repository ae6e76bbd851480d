//! What one region of a Label Studio export draws. Coordinates are percent of the image's sides.

use super::kinds::drawn_kind;
use super::value::{RegionValue, Vertex};
use super::{bitmask, brush};
use crate::domain::Shape;
use crate::geometry::{Ellipse, MultiPolygon, Rect, RotatedRect};
use crate::importers::structure;
use std::cell::Cell;

/// The image that a region lies on, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub width_px: u32,
    pub height_px: u32,
}

impl Frame {
    pub fn x_px(&self, percent: f64) -> f64 {
        percent * f64::from(self.width_px) / 100.0
    }

    pub fn y_px(&self, percent: f64) -> f64 {
        percent * f64::from(self.height_px) / 100.0
    }
}

/// How masks are read.
pub(super) struct MaskRules {
    pub alpha_threshold: u8,
    /// Runs of pixels that the masks of one annotation may still take.
    pub runs_left: Cell<usize>,
}

/// The shape of a region on an image, and why it is invalid where its numbers alone tell. Keypoints and videos have readers of their own.
pub(super) fn drawn(
    kind: &str,
    value: &RegionValue,
    outer_rotation: Option<f64>,
    frame: Frame,
    masks: &MaskRules,
) -> Result<(Shape, Option<String>), String> {
    let angle_deg = value.rotation.or(outer_rotation).unwrap_or(0.0);
    match drawn_kind(kind) {
        "rectangle" => {
            let corner = [needed(value.x, "x")?, needed(value.y, "y")?];
            let sides = [
                needed(value.width, "width")?,
                needed(value.height, "height")?,
            ];
            Ok(rectangle(corner, sides, angle_deg, frame))
        }
        "polygon" => {
            let points = value.points.as_deref().ok_or("`value` has no `points`")?;
            let ring = points
                .iter()
                .map(|[x, y]| [frame.x_px(*x), frame.y_px(*y)])
                .collect();
            let open = (value.closed == Some(false)).then(|| "outline was not closed".to_owned());
            Ok((outline(ring)?, open))
        }
        "ellipse" => {
            let shape = Ellipse {
                cx: frame.x_px(needed(value.x, "x")?),
                cy: frame.y_px(needed(value.y, "y")?),
                rx: frame.x_px(needed(value.radius_x, "radiusX")?),
                ry: frame.y_px(needed(value.radius_y, "radiusY")?),
                angle_deg,
            };
            Ok((Shape::Ellipse(shape), None))
        }
        "brush" | "magicwand" => {
            let bytes = value
                .rle
                .as_deref()
                .ok_or("`value` has no `rle`; export brush masks as JSON, not as links")?;
            let mask = brush::mask(bytes, frame.width_px, frame.height_px, masks)?;
            Ok((Shape::Mask(mask), None))
        }
        "bitmask" => {
            let url = value
                .image_data_url
                .as_deref()
                .ok_or("`value` has no `imageDataURL`")?;
            let mask = bitmask::mask(url, frame.width_px, frame.height_px, masks)?;
            Ok((Shape::Mask(mask), None))
        }
        "vector" => {
            let vertices = value
                .vertices
                .as_deref()
                .ok_or("`value` has no `vertices`")?;
            vector(vertices, value.closed == Some(true), frame)
        }
        _ => Err("is no region that is known".to_owned()),
    }
}

fn outline(ring: Vec<[f64; 2]>) -> Result<Shape, String> {
    let n = ring.len();
    let polygon = MultiPolygon::from_ring(ring)
        .map_err(|_| format!("polygon has {n} points; at least 3 different ones are needed"))?;
    Ok(Shape::Polygon(polygon))
}

/// A path of straight pieces in the order of its points, closed or open.
fn vector(
    vertices: &[Vertex],
    is_closed: bool,
    frame: Frame,
) -> Result<(Shape, Option<String>), String> {
    if vertices.iter().any(|vertex| vertex.is_bezier) {
        return Err("is drawn with curves, which are not read".to_owned());
    }
    let mut before: Option<&Vertex> = None;
    for vertex in vertices {
        let follows = before.is_none_or(|before| {
            vertex.previous.is_none() || before.id.is_none() || vertex.previous == before.id
        });
        if !follows {
            return Err("has branches, which are not read".to_owned());
        }
        before = Some(vertex);
    }
    let points: Vec<[f64; 2]> = vertices
        .iter()
        .map(|vertex| [frame.x_px(vertex.x), frame.y_px(vertex.y)])
        .collect();
    if is_closed {
        return Ok((outline(points)?, None));
    }
    if points.len() < 2 {
        return Err(format!(
            "line has {} points; at least 2 are needed",
            points.len()
        ));
    }
    Ok((Shape::Polyline(points), None))
}

/// Label Studio turns a rectangle clockwise about its top left corner, in pixels.
pub(super) fn rectangle(
    [x, y]: [f64; 2],
    [width, height]: [f64; 2],
    angle_deg: f64,
    frame: Frame,
) -> (Shape, Option<String>) {
    let (left, top) = (frame.x_px(x), frame.y_px(y));
    let (width, height) = (frame.x_px(width), frame.y_px(height));
    let invalid =
        (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
    if angle_deg.rem_euclid(360.0) == 0.0 {
        let rect = Rect::from_corners([left, top], [left + width, top + height]);
        return (Shape::Box(rect), invalid);
    }
    let (sin, cos) = angle_deg.to_radians().sin_cos();
    let (half_width, half_height) = (0.5 * width, 0.5 * height);
    let turned = RotatedRect {
        cx: left + cos * half_width - sin * half_height,
        cy: top + sin * half_width + cos * half_height,
        width,
        height,
        angle_deg,
    };
    (Shape::RotatedBox(turned), invalid)
}

/// A coordinate that the region cannot do without.
pub(super) fn needed(value: Option<f64>, name: &str) -> Result<f64, String> {
    value.ok_or_else(|| format!("`value` has no `{name}`"))
}
