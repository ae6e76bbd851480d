//! What one annotation, or one frame of it, draws. Pixels from the top left corner.

use super::slots::number_in;
use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::Ellipse;
use crate::importers::drawn::{Drawn, boxed, dot, even_odd, line};
use crate::importers::json::fields::{given, list, number, point, points, word};
use serde_json::Value;
use std::f64::consts::TAU;

/// Kinds that are known and not read.
const UNREAD: &[&str] = &[
    "cuboid",
    "table",
    "simple_table",
    "string",
    "graph",
    "link",
    "eye",
];
const READ: &[&str] = &[
    "polygon",
    "bounding_box",
    "ellipse",
    "line",
    "keypoint",
    "skeleton",
    "tag",
    "mask",
    "raster_layer",
];

/// What an annotation or frame holds.
pub(super) enum Kind {
    Drawn(Drawn),
    Tag,
    /// Its pixels stand in a raster layer.
    Mask,
    Raster,
    Unread,
    /// A frame that repeats the one before.
    Nothing,
}

/// Whether a value holds a kind at all.
pub(super) fn has_kind(value: &Value) -> bool {
    READ.iter()
        .chain(UNREAD)
        .any(|kind| given(value, kind).is_some())
}

/// The kind of an annotation or frame. A polygon comes with its bounding box, so it is looked for first.
pub(super) fn kind(value: &Value, label: &str) -> Result<Kind, String> {
    let held = |name: &str| given(value, name);
    let drawn = if let Some(polygon) = held("polygon") {
        even_odd(paths(polygon)?)?
    } else if let Some(rect) = held("bounding_box") {
        let at = |name: &str| number(rect, name).map_err(|fault| format!("`bounding_box` {fault}"));
        boxed(at("x")?, at("y")?, at("w")?, at("h")?)
    } else if let Some(ellipse) = held("ellipse") {
        (Shape::Ellipse(turned(ellipse)?), None)
    } else if let Some(path) = held("line") {
        line(points(list(path, "path")?).map_err(|fault| format!("`line` {fault}"))?)?
    } else if let Some(at) = held("keypoint") {
        dot(
            label,
            point(at).map_err(|fault| format!("`keypoint` {fault}"))?,
        )
    } else if let Some(skeleton) = held("skeleton") {
        (Shape::Keypoints(nodes(skeleton)?), None)
    } else if held("tag").is_some() {
        return Ok(Kind::Tag);
    } else if held("mask").is_some() {
        return Ok(Kind::Mask);
    } else if held("raster_layer").is_some() {
        return Ok(Kind::Raster);
    } else if UNREAD.iter().any(|name| held(name).is_some()) {
        return Ok(Kind::Unread);
    } else {
        return Ok(Kind::Nothing);
    };
    Ok(Kind::Drawn(drawn))
}

/// 2.0 has `paths`; 1.0 has `path` and `additional_paths`.
fn paths(polygon: &Value) -> Result<Vec<Vec<[f64; 2]>>, String> {
    let ring = |path: &Value| -> Result<Vec<[f64; 2]>, String> {
        let path = path
            .as_array()
            .ok_or("`polygon` holds a path that is no list")?;
        points(path).map_err(|fault| format!("`polygon` holds a point that {fault}"))
    };
    let mut rings = Vec::new();
    if let Some(first) = given(polygon, "path") {
        rings.push(ring(first)?);
    }
    for name in ["additional_paths", "paths"] {
        for path in list(polygon, name)? {
            rings.push(ring(path)?);
        }
    }
    if rings.is_empty() {
        return Err("`polygon` has no `paths`".to_owned());
    }
    Ok(rings)
}

fn turned(ellipse: &Value) -> Result<Ellipse, String> {
    let at = |outer: &str, name: &str| {
        number_in(ellipse, outer, name).map_err(|fault| format!("`ellipse` {fault}"))
    };
    let angle_rad = number(ellipse, "angle").map_err(|fault| format!("`ellipse` {fault}"))?;
    if angle_rad.abs() > TAU {
        return Err(format!(
            "`ellipse` is turned by `{angle_rad}`; at most one turn in radians is known"
        ));
    }
    Ok(Ellipse {
        cx: at("center", "x")?,
        cy: at("center", "y")?,
        rx: at("radius", "x")?,
        ry: at("radius", "y")?,
        angle_deg: angle_rad.to_degrees(),
    })
}

fn nodes(skeleton: &Value) -> Result<Vec<Keypoint>, String> {
    list(skeleton, "nodes")?
        .iter()
        .map(|node| {
            let [x_px, y_px] =
                point(node).map_err(|fault| format!("`skeleton` holds a node that {fault}"))?;
            let name = word(node, "name").ok_or("`skeleton` holds a node that has no `name`")?;
            let is_hidden = node.get("occluded") == Some(&Value::Bool(true));
            Ok(Keypoint {
                name: name.to_owned(),
                x_px,
                y_px,
                z_mm: None,
                visibility: if is_hidden {
                    Visibility::Occluded
                } else {
                    Visibility::Visible
                },
            })
        })
        .collect()
}
