//! What one object draws. Coordinates are shares of the image's width and height.

use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{Mask, MultiPolygon, Polygon, RotatedRect};
use crate::importers::drawn::{Drawn, boxed, dot, line, outline, too_few};
use crate::importers::json::fields::{count, given, number, word, word_for};
use crate::importers::structure;
use serde_json::Value;

/// Why an object is left out.
pub(super) enum Left {
    Broken(String),
    Unread(&'static str),
}

impl From<String> for Left {
    fn from(reason: String) -> Self {
        Self::Broken(reason)
    }
}

impl From<&str> for Left {
    fn from(reason: &str) -> Self {
        Self::Broken(reason.to_owned())
    }
}

/// An image's size in pixels.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub width_px: u32,
    pub height_px: u32,
    pub max_pixels: u64,
}

impl Frame {
    fn px(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x * f64::from(self.width_px), y * f64::from(self.height_px)]
    }

    fn point(&self, value: &Value, what: &str) -> Result<[f64; 2], Left> {
        if given(value, "z").is_some() {
            return Err(Left::Unread("is drawn in space, which is not read"));
        }
        let at = |name: &str| {
            number(value, name).map_err(|fault| format!("`{what}` holds a point that {fault}"))
        };
        Ok(self.px([at("x")?, at("y")?]))
    }
}

/// The shape of an object.
pub(super) fn drawn(object: &Value, label: &str, frame: Frame) -> Result<Drawn, Left> {
    if let Some(rect) = given(object, "boundingBox") {
        let ([x, y], [w, h]) = rectangle(rect, "boundingBox", frame)?;
        return Ok(boxed(x, y, w, h));
    }
    if let Some(rect) = given(object, "rotatableBoundingBox") {
        let ([x, y], [width, height]) = rectangle(rect, "rotatableBoundingBox", frame)?;
        let angle_deg =
            number(rect, "theta").map_err(|fault| format!("`rotatableBoundingBox` {fault}"))?;
        let fault =
            (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
        let turned = RotatedRect {
            cx: x + 0.5 * width,
            cy: y + 0.5 * height,
            width,
            height,
            angle_deg,
        };
        return Ok((Shape::RotatedBox(turned), fault));
    }
    if let Some(parts) = given(object, "polygons")
        .and_then(Value::as_array)
        .filter(|parts| !parts.is_empty())
    {
        return Ok((Shape::Polygon(polygons(parts, frame)?), None));
    }
    if let Some(ring) = given(object, "polygon") {
        return Ok(outline(numbered(ring, "polygon", frame)?)?);
    }
    if let Some(path) = given(object, "polyline") {
        return Ok(line(numbered(path, "polyline", frame)?)?);
    }
    if let Some(point) = given(object, "point") {
        return match numbered(point, "point", frame)?[..] {
            [at] => Ok(dot(label, at)),
            _ => Err("`point` does not hold exactly one point".into()),
        };
    }
    if let Some(skeleton) = given(object, "skeleton") {
        return Ok((Shape::Keypoints(skeleton_points(skeleton, frame)?), None));
    }
    if let Some(bitmask) = given(object, "bitmask") {
        return Ok((Shape::Mask(mask(bitmask, frame)?), None));
    }
    Err(Left::Unread("is of a shape that is not read"))
}

fn rectangle(rect: &Value, what: &str, frame: Frame) -> Result<([f64; 2], [f64; 2]), Left> {
    let at = |name: &str| number(rect, name).map_err(|fault| format!("`{what}` {fault}"));
    Ok((
        frame.px([at("x")?, at("y")?]),
        frame.px([at("w")?, at("h")?]),
    ))
}

/// Points in the order of their numbers, or in a list.
fn in_order<'v>(value: &'v Value, what: &str) -> Result<Vec<&'v Value>, Left> {
    match value {
        Value::Array(all) => Ok(all.iter().collect()),
        Value::Object(all) => {
            let mut numbered = Vec::with_capacity(all.len());
            for (key, point) in all {
                let key: u64 = key
                    .parse()
                    .map_err(|_| format!("`{what}` holds a point without a number"))?;
                numbered.push((key, point));
            }
            numbered.sort_by_key(|(key, _)| *key);
            Ok(numbered.into_iter().map(|(_, point)| point).collect())
        }
        other => Err(format!(
            "`{what}` is {}; an object or a list is needed",
            word_for(other)
        )
        .into()),
    }
}

fn numbered(value: &Value, what: &str, frame: Frame) -> Result<Vec<[f64; 2]>, Left> {
    in_order(value, what)?
        .into_iter()
        .map(|point| frame.point(point, what))
        .collect()
}

/// Parts of flat rings: `[[[x, y, x, y, …], hole, …], …]`.
fn polygons(parts: &[Value], frame: Frame) -> Result<MultiPolygon, Left> {
    let ring = |ring: &Value| -> Result<Vec<[f64; 2]>, Left> {
        let flat: Option<Vec<f64>> = ring
            .as_array()
            .and_then(|flat| flat.iter().map(Value::as_f64).collect());
        let flat = flat
            .filter(|flat| flat.len() % 2 == 0)
            .ok_or("`polygons` holds a ring that is no list of pairs of numbers")?;
        Ok(flat
            .chunks_exact(2)
            .map(|pair| frame.px([pair[0], pair[1]]))
            .collect())
    };
    let mut found = Vec::with_capacity(parts.len());
    for part in parts {
        let rings = part
            .as_array()
            .ok_or("`polygons` holds a part that is no list of rings")?;
        let mut rings = rings
            .iter()
            .map(ring)
            .collect::<Result<Vec<_>, _>>()?
            .into_iter();
        let exterior = rings
            .next()
            .ok_or("`polygons` holds a part without a ring")?;
        let n = exterior.len();
        found.push(Polygon::new(exterior, rings.collect()).map_err(|_| too_few(n))?);
    }
    Ok(MultiPolygon::new(found))
}

/// Points that are set; one outside the frame is not.
fn skeleton_points(skeleton: &Value, frame: Frame) -> Result<Vec<Keypoint>, Left> {
    let mut found = Vec::new();
    for point in in_order(skeleton, "skeleton")? {
        let is = |name: &str| {
            point.get(name) == Some(&Value::Bool(true))
                || word(point, "visibility").is_some_and(|word| word.eq_ignore_ascii_case(name))
        };
        if is("invisible") {
            continue;
        }
        let [x_px, y_px] = frame.point(point, "skeleton")?;
        found.push(Keypoint {
            name: word(point, "name")
                .ok_or("`skeleton` holds a point that has no `name`")?
                .to_owned(),
            x_px,
            y_px,
            z_mm: None,
            visibility: if is("occluded") {
                Visibility::Occluded
            } else {
                Visibility::Visible
            },
        });
    }
    Ok(found)
}

/// The string is COCO's code, the runs go row by row, within a part of the image.
fn mask(bitmask: &Value, frame: Frame) -> Result<Mask, Left> {
    let side = |name: &str| {
        count(bitmask, name)
            .ok_or_else(|| format!("`bitmask` has no `{name}` that is a whole number from 0 on"))
    };
    let (left, top, width, height) = (side("left")?, side("top")?, side("width")?, side("height")?);
    let fits =
        |start: u32, side: u32, whole: u32| start.checked_add(side).is_some_and(|end| end <= whole);
    if !fits(left, width, frame.width_px) || !fits(top, height, frame.height_px) {
        return Err(format!(
            "`bitmask` is `{width}x{height}` px at `{left}`, `{top}`; the image is `{}x{}`",
            frame.width_px, frame.height_px
        )
        .into());
    }
    if u64::from(frame.width_px) * u64::from(frame.height_px) > frame.max_pixels {
        return Err(format!("`bitmask` lies on more than {} pixels", frame.max_pixels).into());
    }
    let text = word(bitmask, "rleString").ok_or("`bitmask` has no `rleString`")?;
    // Read as COCO's columns of an image lying on its side, the runs come out as they stand.
    let on_its_side = Mask::from_coco_string(height, width, text)
        .map_err(|error| format!("`rleString`: {error}"))?;
    let counts = on_its_side.to_column_major_counts();
    let part = Mask::from_row_major_counts(width, height, counts.into_iter().map(u64::from))
        .map_err(|error| error.to_string())?;
    if (width, height) == (frame.width_px, frame.height_px) {
        return Ok(part);
    }
    let mut bounds = Vec::new();
    for span in part.spans() {
        let row = (span.y + top) * frame.width_px + left;
        bounds.extend([row + span.x0, row + span.x1]);
    }
    Ok(Mask::from_bounds(frame.width_px, frame.height_px, bounds)
        .map_err(|error| error.to_string())?)
}
