//! Shapes of objects and figures on images and slices.

use super::bitmap;
use super::meta::Meta;
use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{MultiPolygon, Polygon, Rect, RotatedRect};
use crate::importers::drawn::{Drawn, dot, line, too_few};
use crate::importers::json::fields::{given, list, number, word, word_for};
use serde_json::Value;

/// Why an object is left out.
pub(super) enum Left {
    Broken(String),
    Unread(&'static str),
}

impl From<String> for Left {
    fn from(detail: String) -> Self {
        Self::Broken(detail)
    }
}

impl From<&str> for Left {
    fn from(detail: &str) -> Self {
        Self::Broken(detail.to_owned())
    }
}

/// What the numbers of positions mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Positions {
    /// Fractions of pixels from the image's corner.
    FromCorner,
    /// Numbers of pixels.
    OfPixels,
    /// Whole numbers that may be either.
    Unsure,
}

impl Positions {
    /// What is added to a point.
    fn to_middle(self) -> f64 {
        match self {
            Self::OfPixels => 0.5,
            Self::FromCorner | Self::Unsure => 0.0,
        }
    }

    /// What is added to the far corner of a box.
    fn to_far_edge(self) -> f64 {
        match self {
            Self::OfPixels => 1.0,
            Self::FromCorner | Self::Unsure => 0.0,
        }
    }
}

/// What shapes are drawn on.
#[derive(Clone, Copy)]
pub(super) struct Canvas<'m> {
    pub size_px: Option<(u32, u32)>,
    pub positions: Positions,
    pub meta: &'m Meta,
}

/// Reads a shape; `holder` is the object itself on images, and its `geometry` elsewhere.
pub(super) fn drawn(
    kind: &str,
    holder: &Value,
    label: &str,
    canvas: Canvas,
) -> Result<Drawn, Left> {
    match kind {
        "bitmap" => return Ok(masked(holder, canvas)?),
        "alpha_mask" => return Err(Left::Unread("is an alpha mask, which is not read")),
        "cuboid" | "cuboid_2d" => {
            return Err(Left::Unread(
                "is a cuboid drawn on an image, which is not read",
            ));
        }
        "mask_3d" | "closed_surface_mesh" => {
            return Err(Left::Unread(
                "is a mask or mesh of a volume, which has a file of its own; import the masks as NRRD",
            ));
        }
        "rectangle" | "oriented_bbox" | "polygon" | "multipolygon" | "line" | "polyline"
        | "point" | "graph" => {}
        _ => return Err(Left::Unread("is of a kind that is not read")),
    }
    if canvas.positions == Positions::Unsure {
        return Err(Left::Unread(
            "lies at whole numbers, which may count pixels or their edges; the file does not say which",
        ));
    }
    match kind {
        "rectangle" => {
            let corners = given(holder, "points").ok_or("has no `points`")?;
            let rect = corners_of(list(corners, "exterior")?, canvas)?;
            Ok((Shape::Box(rect), None))
        }
        "oriented_bbox" => {
            let rect = corners_of(list(holder, "points")?, canvas)?;
            let turned = RotatedRect {
                cx: (rect.x0 + rect.x1) / 2.0,
                cy: (rect.y0 + rect.y1) / 2.0,
                width: rect.width_px(),
                height: rect.height_px(),
                angle_deg: number(holder, "angle")?.to_degrees(),
            };
            Ok((Shape::RotatedBox(turned), None))
        }
        "polygon" => {
            let points = given(holder, "points").ok_or("has no `points`")?;
            Ok((Shape::Polygon(polygon(points, canvas)?.into()), None))
        }
        "multipolygon" => {
            let parts: Result<Vec<Polygon>, String> = list(holder, "parts")?
                .iter()
                .map(|part| polygon(part, canvas))
                .collect();
            Ok((Shape::Polygon(MultiPolygon::new(parts?)), None))
        }
        "line" | "polyline" => Ok(line(ring(exterior(holder)?, canvas)?)?),
        "point" => match ring(exterior(holder)?, canvas)?[..] {
            [at] => Ok(dot(label, at)),
            _ => Err("`exterior` holds not one point".into()),
        },
        _ => Ok((Shape::Keypoints(graph(holder, label, canvas)?), None)),
    }
}

fn exterior(holder: &Value) -> Result<&[Value], String> {
    list(
        given(holder, "points").ok_or("has no `points`")?,
        "exterior",
    )
}

/// `[x, y]`.
fn pair(value: &Value) -> Result<[f64; 2], String> {
    let held = value.as_array().filter(|held| held.len() == 2);
    let numbers = held.and_then(|held| {
        let part = |at: usize| held.get(at)?.as_f64().filter(|number| number.is_finite());
        Some([part(0)?, part(1)?])
    });
    numbers.ok_or_else(|| {
        format!(
            "holds a point that is {}; a list of two finite numbers is needed",
            word_for(value)
        )
    })
}

fn ring(points: &[Value], canvas: Canvas) -> Result<Vec<[f64; 2]>, String> {
    let shift = canvas.positions.to_middle();
    let placed = |value: &Value| Ok(pair(value)?.map(|part| part + shift));
    points.iter().map(placed).collect()
}

fn corners_of(points: &[Value], canvas: Canvas) -> Result<Rect, String> {
    let [p, q] = points else {
        return Err(format!("box has {} corners; 2 are needed", points.len()));
    };
    let mut rect = Rect::from_corners(pair(p)?, pair(q)?);
    let far = canvas.positions.to_far_edge();
    rect.x1 += far;
    rect.y1 += far;
    Ok(rect)
}

fn polygon(points: &Value, canvas: Canvas) -> Result<Polygon, String> {
    let outline = ring(list(points, "exterior")?, canvas)?;
    let n = outline.len();
    let holes = list(points, "interior")?
        .iter()
        .map(|hole| {
            let hole = hole
                .as_array()
                .ok_or("`interior` holds something other than rings")?;
            ring(hole, canvas)
        })
        .collect::<Result<Vec<_>, String>>()?;
    Polygon::new(outline, holes).map_err(|_| too_few(n))
}

fn masked(holder: &Value, canvas: Canvas) -> Result<Drawn, String> {
    let held = given(holder, "bitmap").ok_or("has no `bitmap`")?;
    let data = word(held, "data").ok_or("`bitmap` has no `data`")?;
    let [x, y] = given(held, "origin")
        .ok_or("`bitmap` has no `origin`".to_owned())
        .and_then(pair)?;
    if x.fract() != 0.0 || y.fract() != 0.0 {
        return Err("`origin` of the bitmap is no whole number of pixels".to_owned());
    }
    let size_px = canvas
        .size_px
        .ok_or("is a bitmap on an image whose size is not exported")?;
    let (mask, is_cut) = bitmap::mask(data, [x as i64, y as i64], size_px)
        .map_err(|fault| format!("`bitmap`: {fault}"))?;
    let fault = is_cut.then(|| "bitmap reaches beyond the image, where it is cut off".to_owned());
    Ok((Shape::Mask(mask), fault))
}

/// Nodes by the names that the class gives them, in the order of their names.
fn graph(holder: &Value, label: &str, canvas: Canvas) -> Result<Vec<Keypoint>, String> {
    let nodes = given(holder, "nodes")
        .and_then(Value::as_object)
        .ok_or("has no `nodes`")?;
    let shift = canvas.positions.to_middle();
    let mut points = nodes
        .iter()
        .map(|(id, node)| {
            let at = given(node, "loc").ok_or("`nodes` holds one without `loc`")?;
            let [x_px, y_px] = pair(at)?.map(|part| part + shift);
            let is_off = node.get("disabled") == Some(&Value::Bool(true));
            Ok(Keypoint {
                name: canvas.meta.node(label, id),
                x_px,
                y_px,
                z_mm: None,
                visibility: if is_off {
                    Visibility::Occluded
                } else {
                    Visibility::Visible
                },
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
    points.sort_by(|p, q| p.name.cmp(&q.name));
    Ok(points)
}

/// Whether a position of an object or figure has a fraction: only the labelling tool's own numbers do.
pub(super) fn has_fraction(holder: &Value) -> bool {
    let holder = given(holder, "geometry").unwrap_or(holder);
    let in_nodes = given(holder, "nodes")
        .and_then(Value::as_object)
        .is_some_and(|nodes| nodes.values().any(|node| any(node.get("loc"))));
    in_nodes || any(holder.get("points")) || any(holder.get("parts"))
}

fn any(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number.fract() != 0.0),
        Some(Value::Array(held)) => held.iter().any(|one| any(Some(one))),
        Some(Value::Object(held)) => held.values().any(|one| any(Some(one))),
        _ => false,
    }
}
