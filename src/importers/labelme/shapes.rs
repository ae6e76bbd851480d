//! What one LabelMe shape draws.

use crate::domain::{Annotation, Keypoint, Shape, SkipReason, Visibility};
use crate::geometry::{Ellipse, Mask, Rect};
use crate::importers::drawn::{self, Drawn};
use crate::importers::json::fields::{given, list, word, word_for};
use crate::importers::png_mask::pixels::Runs;
use crate::importers::turned::{is_upright, rectangle};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Cursor;

/// Why a shape is left out.
type Refusal = (SkipReason, String);

/// Corners of a turned rectangle are dragged by hand and stored in full; they may be off by this much.
const SLACK_PX: f64 = 0.05;

/// The annotation that a shape holds; `stated` stands in for a label that is not there.
pub(super) fn annotation(
    shape: &Value,
    place: &str,
    stated: Option<String>,
    size_px: Option<(u32, u32)>,
    max_pixels: u64,
) -> Result<Annotation, Refusal> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let label = word(shape, "label")
        .map(str::to_owned)
        .or(stated)
        .ok_or_else(|| invalid("has no `label`".to_owned()))?;
    let points = points(shape).map_err(invalid)?;
    // Old versions knew polygons only and did not say so.
    let kind = word(shape, "shape_type").unwrap_or("polygon");
    let drawn = match (kind, &points[..]) {
        ("mask", _) => mask(shape, &points, size_px, max_pixels),
        ("polygon" | "quadrilateral", _) => drawn::outline(points),
        ("rectangle" | "rotation" | "oriented_rectangle", _) => boxed(points),
        ("circle", &[centre, edge]) => Ok(circle(centre, edge)),
        ("line", [_, _]) | ("linestrip", _) => drawn::line(points),
        ("point", &[only]) => Ok(drawn::dot(&label, only)),
        ("points", [_, ..]) => Ok(dots(&points)),
        ("circle" | "line" | "point" | "points", _) => Err(format!(
            "has {} points, which make no shape of its kind",
            points.len()
        )),
        _ => {
            let detail =
                "is of a kind that is not read: no rectangle, polygon, circle, line, point or mask";
            return Err((SkipReason::Unsupported, detail.to_owned()));
        }
    };
    let drawn = drawn.and_then(drawn::finite).map_err(invalid)?;
    let mut annotation = drawn::annotation(place.to_owned(), &label, drawn, size_px);
    annotation.attributes = attributes(shape).map_err(invalid)?;
    annotation.confidence = given(shape, "score")
        .and_then(Value::as_f64)
        .filter(|score| (0.0..=1.0).contains(score));
    Ok(annotation)
}

fn points(shape: &Value) -> Result<Vec<[f64; 2]>, String> {
    let pair = |value: &Value| {
        let [x, y] = value.as_array()?.as_slice() else {
            return None;
        };
        x.as_f64().zip(y.as_f64()).map(|(x, y)| [x, y])
    };
    let all = list(shape, "points")?;
    let mut found = Vec::with_capacity(all.len());
    for (at, value) in all.iter().enumerate() {
        found.push(pair(value).ok_or_else(|| {
            format!(
                "`points[{at}]` is {}; two numbers are needed",
                word_for(value)
            )
        })?);
    }
    Ok(found)
}

/// A box from two corners in any order, or from all four.
fn boxed(points: Vec<[f64; 2]>) -> Result<Drawn, String> {
    match points[..] {
        [p, q] => Ok(drawn::boxed(
            p[0].min(q[0]),
            p[1].min(q[1]),
            (p[0] - q[0]).abs(),
            (p[1] - q[1]).abs(),
        )),
        [a, b, c, d] => {
            if is_upright([a, b, c, d]) {
                return Ok((Shape::Box(Rect::from_corners(a, c)), None));
            }
            match rectangle([a, b, c, d], SLACK_PX) {
                Some(rect) => Ok((Shape::RotatedBox(rect), None)),
                None => drawn::outline(points),
            }
        }
        _ => Err(format!(
            "rectangle has {} points; 2 or 4 are needed",
            points.len()
        )),
    }
}

/// A circle from its centre and any point on it.
fn circle([cx, cy]: [f64; 2], [x, y]: [f64; 2]) -> Drawn {
    let radius = (x - cx).hypot(y - cy);
    let ellipse = Ellipse {
        cx,
        cy,
        rx: radius,
        ry: radius,
        angle_deg: 0.0,
    };
    (Shape::Ellipse(ellipse), None)
}

/// Points that were set one after the other, named by their place.
fn dots(points: &[[f64; 2]]) -> Drawn {
    let point = |(at, [x_px, y_px]): (usize, &[f64; 2])| Keypoint {
        name: at.to_string(),
        x_px: *x_px,
        y_px: *y_px,
        z_mm: None,
        visibility: Visibility::Visible,
    };
    let points = points.iter().enumerate().map(point).collect();
    (Shape::Keypoints(points), None)
}

/// A small picture put between its two corner pixels.
fn mask(
    shape: &Value,
    points: &[[f64; 2]],
    size_px: Option<(u32, u32)>,
    max_pixels: u64,
) -> Result<Drawn, String> {
    let (width_px, height_px) =
        size_px.ok_or("mask needs the image's size, which the file does not state")?;
    let &[first, last] = points else {
        return Err(format!(
            "mask has {} points; the 2 corner pixels are needed",
            points.len()
        ));
    };
    // The tool cuts fractions off, as here.
    let at = |value: f64| {
        let whole = value.trunc();
        (0.0..f64::from(u32::MAX))
            .contains(&whole)
            .then_some(whole as u32)
            .ok_or("mask begins or ends outside the image")
    };
    let [left, top] = [at(first[0])?, at(first[1])?];
    let [right, bottom] = [at(last[0])?, at(last[1])?];
    let text = word(shape, "mask").ok_or("has no `mask`, the picture in base64")?;
    let bytes = STANDARD
        .decode(text)
        .map_err(|_| "`mask` is no base64 text")?;
    let runs =
        Runs::read(Cursor::new(bytes), max_pixels).map_err(|said| format!("`mask` {said}"))?;
    let needed = |low: u32, high: u32| u64::from(high).saturating_sub(u64::from(low)) + 1;
    let (wide, high) = (needed(left, right), needed(top, bottom));
    if (u64::from(runs.width_px), u64::from(runs.height_px)) != (wide, high) {
        return Err(format!(
            "mask is `{}x{}` px, but its corners are `{wide}x{high}` px apart, both included",
            runs.width_px, runs.height_px
        ));
    }
    let spans = runs.not_black();
    let placed = Mask::from_bounds(runs.width_px, runs.height_px, spans)
        .and_then(|small| small.placed(left, top, width_px, height_px))
        .map_err(|said| said.to_string())?;
    Ok((Shape::Mask(placed), None))
}

/// What was ticked and chosen about a shape.
fn attributes(shape: &Value) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    for name in ["flags", "attributes"] {
        let Some(held) = given(shape, name) else {
            continue;
        };
        let held = held
            .as_object()
            .ok_or_else(|| format!("`{name}` is {}; an object is needed", word_for(held)))?;
        for (key, value) in held {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Null => continue,
                other => other.to_string(),
            };
            found.insert(key.clone(), text);
        }
    }
    if let Some(group) = given(shape, "group_id") {
        found.insert("group".to_owned(), group.to_string());
    }
    if let Some(difficult) = given(shape, "difficult").and_then(Value::as_bool) {
        found.insert("difficult".to_owned(), difficult.to_string());
    }
    Ok(found)
}
