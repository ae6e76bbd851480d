//! What one annotation draws.

use crate::domain::{Keypoint, Shape, SkipReason, Visibility};
use crate::geometry::{Cuboid, Ellipse, Mask, MultiPolygon, Rect, RotatedRect};
use crate::importers::Limits;
use crate::importers::json::{Members, member, members};
use crate::importers::structure::no_extent;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Sides beyond this are no image: the run lengths of a mask are turned column by column, row by row.
const MAX_SIDE_PX: u64 = 1_000_000;

type Drawn = (Shape, Option<String>);

/// The shape of an annotation of this type, and why it is invalid where its numbers alone tell.
pub(super) fn drawn(
    kind: &str,
    record: &Members,
    label: &str,
    point_names: &[String],
    rotation_deg: Option<f64>,
    limits: &Limits,
) -> Result<Drawn, (SkipReason, String)> {
    let shape = match kind {
        "bbox" => numbers(record, "bbox").and_then(|found| boxed(&found, rotation_deg)),
        "polygon" => points(record).and_then(|ring| {
            let n = ring.len();
            let polygon = MultiPolygon::from_ring(ring).map_err(|_| {
                format!("polygon has {n} points; at least 3 different ones are needed")
            })?;
            Ok((Shape::Polygon(polygon), None))
        }),
        "polyline" => points(record).and_then(|line| match line.len() {
            0 | 1 => Err(format!(
                "line has {} points; at least 2 are needed",
                line.len()
            )),
            _ => Ok((Shape::Polyline(line), None)),
        }),
        "points" => keypoints(record, label, point_names),
        "skeleton" => skeleton(record, label, point_names),
        "ellipse" => numbers(record, "points").and_then(|found| ellipse(&found, rotation_deg)),
        "mask" => mask(record, limits).map(|mask| (Shape::Mask(mask), None)),
        "cuboid_3d" => return cuboid(record),
        "caption" => {
            let detail = "is a caption; free text is not compared".to_owned();
            return Err((SkipReason::Unsupported, detail));
        }
        _ => {
            let detail = "is of a `type` that is not read".to_owned();
            return Err((SkipReason::Unsupported, detail));
        }
    };
    shape.map_err(|detail| (SkipReason::InvalidRecord, detail))
}

fn parsed<T: DeserializeOwned>(record: &Members, key: &str, needed: &str) -> Result<T, String> {
    let raw = member(record, key).ok_or_else(|| format!("has no `{key}`"))?;
    serde_json::from_slice(raw).map_err(|_| format!("`{key}` is not {needed}"))
}

fn numbers(record: &Members, key: &str) -> Result<Vec<f64>, String> {
    parsed(record, key, "a list of finite numbers")
}

fn points(record: &Members) -> Result<Vec<[f64; 2]>, String> {
    let found = numbers(record, "points")?;
    if !found.len().is_multiple_of(2) {
        return Err(format!(
            "`points` has {} numbers; x and y must come in pairs",
            found.len()
        ));
    }
    Ok(found.chunks_exact(2).map(|xy| [xy[0], xy[1]]).collect())
}

/// `[x, y, width, height]` of the corner, turned clockwise about its centre.
fn boxed(bbox: &[f64], rotation_deg: Option<f64>) -> Result<Drawn, String> {
    let &[x, y, width, height] = bbox else {
        return Err(format!("`bbox` has {} numbers; 4 are needed", bbox.len()));
    };
    let rect = Rect::from_corners([x, y], [x + width, y + height]);
    if !rect.is_finite() {
        return Err("`bbox` reaches beyond what numbers can hold".to_owned());
    }
    let fault = (width <= 0.0 || height <= 0.0).then(|| no_extent("box", width, height));
    let shape = match rotation_deg.filter(|deg| *deg != 0.0) {
        Some(angle_deg) => Shape::RotatedBox(RotatedRect {
            cx: x + 0.5 * width,
            cy: y + 0.5 * height,
            width,
            height,
            angle_deg,
        }),
        None => Shape::Box(rect),
    };
    Ok((shape, fault))
}

/// Two corners of the box around it, turned clockwise about its centre.
fn ellipse(corners: &[f64], rotation_deg: Option<f64>) -> Result<Drawn, String> {
    let &[x0, y0, x1, y1] = corners else {
        return Err(format!(
            "`points` of an ellipse has {} numbers; the 4 of its box are needed",
            corners.len()
        ));
    };
    let ellipse = Ellipse {
        cx: 0.5 * (x0 + x1),
        cy: 0.5 * (y0 + y1),
        rx: 0.5 * (x1 - x0),
        ry: 0.5 * (y1 - y0),
        angle_deg: rotation_deg.unwrap_or(0.0),
    };
    if !ellipse.is_finite() {
        return Err("`points` reaches beyond what numbers can hold".to_owned());
    }
    Ok((Shape::Ellipse(ellipse), None))
}

fn keypoints(record: &Members, label: &str, names: &[String]) -> Result<Drawn, String> {
    let found = points(record)?;
    let seen: Vec<u8> = match member(record, "visibility") {
        Some(_) => parsed(record, "visibility", "a list of 0, 1 or 2")?,
        None => vec![2; found.len()],
    };
    if seen.len() != found.len() {
        return Err(format!(
            "has {} points and {} visibilities; one each is needed",
            found.len(),
            seen.len()
        ));
    }
    named_points(found.into_iter().zip(seen), label, names)
}

/// `[x, y, visibility, …]`.
fn skeleton(record: &Members, label: &str, names: &[String]) -> Result<Drawn, String> {
    let found = numbers(record, "points")?;
    if !found.len().is_multiple_of(3) {
        return Err(format!(
            "`points` of a skeleton has {} numbers; x, y, visibility must come in threes",
            found.len()
        ));
    }
    let listed: Vec<([f64; 2], u8)> = found
        .chunks_exact(3)
        .map(|xyv| {
            let seen = [0_u8, 1, 2]
                .into_iter()
                .find(|seen| f64::from(*seen) == xyv[2]);
            ([xyv[0], xyv[1]], seen.unwrap_or(u8::MAX))
        })
        .collect();
    named_points(listed.into_iter(), label, names)
}

/// Points named by their label's list where it fits; one point alone bears its label.
fn named_points(
    listed: impl ExactSizeIterator<Item = ([f64; 2], u8)>,
    label: &str,
    names: &[String],
) -> Result<Drawn, String> {
    let n = listed.len();
    let mut found = Vec::new();
    for (at, ([x_px, y_px], seen)) in listed.enumerate() {
        let visibility = match seen {
            0 => continue,
            1 => Visibility::Occluded,
            2 => Visibility::Visible,
            _ => return Err(format!("visibility of point {at} is none of 0, 1, 2")),
        };
        let name = match names.get(at).filter(|_| names.len() == n) {
            Some(name) => name.clone(),
            None if n == 1 => label.to_owned(),
            None => at.to_string(),
        };
        found.push(Keypoint {
            name,
            x_px,
            y_px,
            z_mm: None,
            visibility,
        });
    }
    Ok((Shape::Keypoints(found), None))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Counts {
    Text(String),
    List(Vec<u64>),
}

fn mask(record: &Members, limits: &Limits) -> Result<Mask, String> {
    let raw = member(record, "rle").ok_or("has no `rle`")?;
    let rle = members(raw).map_err(|fault| format!("`rle` {fault}"))?;
    let [height, width]: [u64; 2] = parsed(&rle, "size", "`[height, width]` in whole numbers")?;
    let n_pixels = height.saturating_mul(width);
    if height.max(width) > MAX_SIDE_PX || n_pixels > limits.max_pixels {
        return Err(format!(
            "`rle.size` is `{height}x{width}`; that is more than an image may have"
        ));
    }
    let (width, height) = (width as u32, height as u32);
    let mask = match parsed(&rle, "counts", "a text or a list of whole numbers")? {
        Counts::Text(text) => Mask::from_coco_string(width, height, &text),
        Counts::List(counts) => Mask::from_column_major_counts(width, height, counts),
    };
    mask.map_err(|error| format!("`rle`: {error}"))
}

/// Position of the centre, turn about each axis in radians, and full extents along the cuboid's own axes.
fn cuboid(record: &Members) -> Result<Drawn, (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let triple = |key: &str| -> Result<[f64; 3], (SkipReason, String)> {
        parsed(record, key, "a list of three finite numbers").map_err(invalid)
    };
    let (centre, rotation, size) = (triple("position")?, triple("rotation")?, triple("scale")?);
    let [roll, pitch, yaw_rad] = rotation;
    if roll != 0.0 || pitch != 0.0 {
        let detail = "cuboid is tilted about x or y; only upright ones are compared".to_owned();
        return Err((SkipReason::Unsupported, detail));
    }
    let cuboid = Cuboid::new(centre, size, yaw_rad).map_err(|error| invalid(error.to_string()))?;
    Ok((Shape::Cuboid(cuboid), None))
}
