//! What one label draws.

use crate::domain::{Shape, Track, TrackedShape};
use crate::geometry::Ellipse;
use crate::importers::drawn::{Drawn, boxed, dot, line, outline};
use crate::importers::json::fields::{given, list, number};
use serde_json::Value;

/// Lists of flat shapes in a series.
pub(super) const FLAT: &[&str] = &[
    "boundingBoxes",
    "polygons",
    "polylines",
    "ellipses",
    "landmarks",
];
/// Lists of shapes by voxel.
pub(super) const BY_VOXEL: &[&str] = &["landmarks3d", "measurements"];

/// Why a label is left out.
pub(super) enum Left {
    Broken(String),
    Unread(&'static str),
}

impl From<String> for Left {
    fn from(reason: String) -> Self {
        Self::Broken(reason)
    }
}

/// A flat shape on an image of this size.
pub(super) fn flat(
    kind: &str,
    label: &Value,
    name: &str,
    (width, height): (u32, u32),
) -> Result<Drawn, Left> {
    let (width, height) = (f64::from(width), f64::from(height));
    let point = |value: &Value| -> Result<[f64; 2], String> {
        let at = |name: &str| number(value, name).map_err(|fault| format!("a point {fault}"));
        Ok([at("xNorm")? * width, at("yNorm")? * height])
    };
    let named = |key: &str| -> Result<[f64; 2], String> {
        point(given(label, key).ok_or_else(|| format!("has no `{key}`"))?)
    };
    let points =
        || -> Result<Vec<[f64; 2]>, String> { list(label, "points")?.iter().map(point).collect() };
    Ok(match kind {
        "boundingBoxes" => {
            let [x, y] = named("pointTopLeft")?;
            boxed(
                x,
                y,
                number(label, "wNorm")? * width,
                number(label, "hNorm")? * height,
            )
        }
        "polygons" => outline(points()?)?,
        "polylines" => line(points()?)?,
        "landmarks" => dot(name, named("point")?),
        _ if width != height => {
            return Err(Left::Unread(
                "is an ellipse on an image that is not square; the schema states both radii as shares of the width, which cannot be told from shares of either side",
            ));
        }
        _ => {
            let [cx, cy] = named("pointCenter")?;
            let ellipse = Ellipse {
                cx,
                cy,
                rx: number(label, "xRadiusNorm")? * width,
                ry: number(label, "yRadiusNorm")? * height,
                angle_deg: number(label, "rotationRad")?.to_degrees(),
            };
            (Shape::Ellipse(ellipse), None)
        }
    })
}

/// Voxel shapes lie on a slice, so they are tracks of that one slice: on different slices nothing is the same.
pub(super) fn by_voxel(kind: &str, label: &Value, name: &str) -> Result<Drawn, Left> {
    let voxel = |key: &str| -> Result<([f64; 2], u32), String> {
        let held = given(label, key).ok_or_else(|| format!("has no `{key}`"))?;
        let at = |axis: &str| number(held, axis).map_err(|fault| format!("`{key}` {fault}"));
        let slice = at("k")?;
        if slice < 0.0 || slice.fract() != 0.0 || slice > f64::from(u32::MAX) {
            return Err(format!(
                "`{key}` lies on slice `{slice}`; a whole number from 0 on is needed"
            ));
        }
        Ok(([at("i")? + 0.5, at("j")? + 0.5], slice as u32))
    };
    let (slice, (shape, fault)) = if kind == "landmarks3d" {
        let (point, slice) = voxel("point")?;
        (slice, dot(name, point))
    } else {
        let keys: &[&str] = match given(label, "type").and_then(Value::as_str) {
            Some("length") => &["point1", "point2"],
            Some("angle") => &["point1", "vertex", "point2"],
            _ => return Err(Left::Unread("is a measurement of a type that is not read")),
        };
        let ends = keys
            .iter()
            .map(|key| voxel(key))
            .collect::<Result<Vec<_>, _>>()?;
        let slice = ends[0].1;
        if ends.iter().any(|(_, other)| *other != slice) {
            return Err(Left::Unread(
                "is a measurement across slices, which is not read",
            ));
        }
        (
            slice,
            line(ends.into_iter().map(|(point, _)| point).collect())?,
        )
    };
    let track = Track::new(vec![TrackedShape {
        frame: slice,
        shape,
    }])
    .map_err(|fault| fault.to_string())?;
    Ok((Shape::Track(track), fault))
}

/// The frame and track of a label; `None` on a single image.
pub(super) fn frame(label: &Value) -> Option<(u32, Option<&str>)> {
    let video = given(label, "video")?;
    let frame = given(video, "frameIndex")?.as_u64()?;
    let track = given(video, "trackId").and_then(Value::as_str);
    Some((u32::try_from(frame).ok()?, track))
}
