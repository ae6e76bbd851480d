//! What one region of a Label Studio export draws. Coordinates are percent of the image's sides.

use super::brush;
use crate::domain::Shape;
use crate::geometry::{Ellipse, MultiPolygon, Rect, RotatedRect};
use crate::importers::json::{Members, Shape as Field, member, record};
use crate::importers::structure;
use serde::Deserialize;

/// The `value` of a result, as far as it is read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RegionValue {
    pub x: Option<f64>,
    pub y: Option<f64>,
    width: Option<f64>,
    height: Option<f64>,
    rotation: Option<f64>,
    #[serde(rename = "radiusX")]
    radius_x: Option<f64>,
    #[serde(rename = "radiusY")]
    radius_y: Option<f64>,
    points: Option<Vec<[f64; 2]>>,
    closed: Option<bool>,
    rle: Option<Vec<u8>>,
    labels: Option<Vec<String>>,
    rectanglelabels: Option<Vec<String>>,
    polygonlabels: Option<Vec<String>>,
    keypointlabels: Option<Vec<String>>,
    ellipselabels: Option<Vec<String>>,
    brushlabels: Option<Vec<String>>,
    /// Offsets of a span of text; of other kinds they may be paths or seconds.
    pub start: Option<serde_json::Value>,
    pub end: Option<serde_json::Value>,
    /// What the span reads, or what was typed.
    pub text: Option<serde_json::Value>,
    pub channel: Option<serde_json::Value>,
    pub choices: Option<Vec<String>>,
    pub rating: Option<f64>,
}

const FIELDS: &[(&str, Field)] = &[
    ("x", Field::Number),
    ("y", Field::Number),
    ("width", Field::Number),
    ("height", Field::Number),
    ("rotation", Field::Number),
    ("radiusX", Field::Number),
    ("radiusY", Field::Number),
    ("points", Field::Nested),
    ("rle", Field::Numbers),
    ("choices", Field::List),
    ("rating", Field::Number),
];

impl RegionValue {
    /// Reads the `value` of a result.
    pub fn read(result: &Members) -> Result<Self, String> {
        let raw = member(result, "value").ok_or("has no `value`")?;
        record(raw, FIELDS).map_err(|fault| format!("`value`: {fault}"))
    }

    /// The labels given to the region.
    pub fn labels(&self) -> &[String] {
        [
            &self.rectanglelabels,
            &self.polygonlabels,
            &self.keypointlabels,
            &self.ellipselabels,
            &self.brushlabels,
            &self.labels,
        ]
        .into_iter()
        .flatten()
        .find(|labels| !labels.is_empty())
        .map_or(&[], Vec::as_slice)
    }
}

/// The image that a region lies on, in pixels.
#[derive(Clone, Copy)]
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

/// The shape of a region other than a keypoint, and why it is invalid where its numbers alone tell.
pub(super) fn drawn(
    kind: &str,
    value: &RegionValue,
    outer_rotation: Option<f64>,
    frame: Frame,
    alpha_threshold: u8,
) -> Result<(Shape, Option<String>), String> {
    let angle_deg = value.rotation.or(outer_rotation).unwrap_or(0.0);
    match kind {
        "rectanglelabels" | "rectangle" => rectangle(value, angle_deg, frame),
        "polygonlabels" | "polygon" => {
            let points = value.points.as_deref().ok_or("`value` has no `points`")?;
            let ring = points
                .iter()
                .map(|[x, y]| [frame.x_px(*x), frame.y_px(*y)])
                .collect();
            let polygon = MultiPolygon::from_ring(ring).map_err(|_| {
                format!(
                    "polygon has {} points; at least 3 different ones are needed",
                    points.len()
                )
            })?;
            let open = (value.closed == Some(false)).then(|| "outline was not closed".to_owned());
            Ok((Shape::Polygon(polygon), open))
        }
        "ellipselabels" | "ellipse" => {
            let shape = Ellipse {
                cx: frame.x_px(needed(value.x, "x")?),
                cy: frame.y_px(needed(value.y, "y")?),
                rx: frame.x_px(needed(value.radius_x, "radiusX")?),
                ry: frame.y_px(needed(value.radius_y, "radiusY")?),
                angle_deg,
            };
            Ok((Shape::Ellipse(shape), None))
        }
        "brushlabels" | "brush" => {
            let bytes = value
                .rle
                .as_deref()
                .ok_or("`value` has no `rle`; export brush masks as JSON, not as links")?;
            let mask = brush::mask(bytes, frame.width_px, frame.height_px, alpha_threshold)?;
            Ok((Shape::Mask(mask), None))
        }
        _ => Err("is no region that is known".to_owned()),
    }
}

/// Label Studio turns a rectangle clockwise about its top left corner, in pixels.
fn rectangle(
    value: &RegionValue,
    angle_deg: f64,
    frame: Frame,
) -> Result<(Shape, Option<String>), String> {
    let left = frame.x_px(needed(value.x, "x")?);
    let top = frame.y_px(needed(value.y, "y")?);
    let width = frame.x_px(needed(value.width, "width")?);
    let height = frame.y_px(needed(value.height, "height")?);
    let invalid =
        (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
    if angle_deg.rem_euclid(360.0) == 0.0 {
        let rect = Rect::from_corners([left, top], [left + width, top + height]);
        return Ok((Shape::Box(rect), invalid));
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
    Ok((Shape::RotatedBox(turned), invalid))
}

/// A coordinate that the region cannot do without.
pub(super) fn needed(value: Option<f64>, name: &str) -> Result<f64, String> {
    value.ok_or_else(|| format!("`value` has no `{name}`"))
}
