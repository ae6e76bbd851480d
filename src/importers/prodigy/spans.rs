//! Spans of a text, and shapes on an image.

use crate::domain::{Annotation, Shape, TextSpan};
use crate::geometry::{MultiPolygon, Rect};
use crate::importers::json::fields::{given, number, word, word_for};
use crate::importers::one_reading::plain;
use crate::importers::passage::Passage;
use crate::importers::structure::{invalid, no_extent};
use serde_json::Value;

/// Reads one element of `spans`.
pub(super) fn span(
    span: &Value,
    id: String,
    text: Option<&Passage>,
    size_px: Option<(u32, u32)>,
) -> Result<Annotation, String> {
    let label = word(span, "label").ok_or("has no `label`")?;
    let is_drawn = given(span, "points").is_some() || given(span, "x").is_some();
    let (shape, fault) = match is_drawn {
        true => drawn(span)?,
        false => marked(span, text)?,
    };
    let fault = fault.or_else(|| invalid(&shape, size_px));
    // The tool's own id of a shape may be the same in copies of a task; with the place in the list it is not.
    let confidence = given(span, "score").and_then(Value::as_f64);
    Ok(Annotation {
        confidence: confidence.filter(|score| (0.0..=1.0).contains(score)),
        invalid: fault,
        ..plain(id, label, shape)
    })
}

type Read = (Shape, Option<String>);

fn marked(span: &Value, text: Option<&Passage>) -> Result<Read, String> {
    let offset = |name: &str| {
        let value = given(span, name).ok_or_else(|| format!("has no `{name}`"))?;
        value.as_u64().ok_or_else(|| {
            format!(
                "`{name}` is {}; a whole number from 0 on is needed",
                word_for(value)
            )
        })
    };
    let found = TextSpan {
        start: offset("start")?,
        end: offset("end")?,
    };
    let fault = text.and_then(|text| text.fault(&[found], word(span, "text")));
    Ok((Shape::TextSpan(found), fault))
}

fn drawn(span: &Value) -> Result<Read, String> {
    let has_sides = ["x", "y", "width", "height"]
        .into_iter()
        .all(|side| given(span, side).is_some());
    match word(span, "type") {
        Some("rect") | None if has_sides => {
            let [x, y, width, height] =
                ["x", "y", "width", "height"].map(|side| number(span, side));
            let (x, y, width, height) = (x?, y?, width?, height?);
            let rect = Rect::from_corners([x, y], [x + width, y + height]);
            if !rect.is_finite() {
                return Err("its box reaches beyond what numbers can hold".to_owned());
            }
            let fault = (width <= 0.0 || height <= 0.0).then(|| no_extent("box", width, height));
            Ok((Shape::Box(rect), fault))
        }
        Some("rect") => {
            let ring = points(span)?;
            let around = Rect::around(&ring).ok_or("`points` is empty")?;
            Ok((Shape::Box(around), None))
        }
        Some("polygon" | "freehand") | None => {
            let ring = points(span)?;
            let n = ring.len();
            let polygon = MultiPolygon::from_ring(ring).map_err(|_| {
                format!("outline has {n} points; at least 3 different ones are needed")
            })?;
            Ok((Shape::Polygon(polygon), None))
        }
        Some(_) => Err("`type` is none of rect, polygon, freehand".to_owned()),
    }
}

fn points(span: &Value) -> Result<Vec<[f64; 2]>, String> {
    let listed = given(span, "points")
        .and_then(Value::as_array)
        .ok_or("has no list `points`")?;
    let point = |(at, point): (usize, &Value)| {
        let pair = point.as_array().map(Vec::as_slice);
        let [x, y] = pair.unwrap_or_default() else {
            return Err(format!("`points[{at}]` is no pair of numbers"));
        };
        match (x.as_f64(), y.as_f64()) {
            (Some(x), Some(y)) if x.is_finite() && y.is_finite() => Ok([x, y]),
            _ => Err(format!("`points[{at}]` is no pair of numbers")),
        }
    };
    listed.iter().enumerate().map(point).collect()
}
