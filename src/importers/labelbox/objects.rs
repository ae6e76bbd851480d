//! What one object draws, in the words of either version. Absolute pixels from the top left corner.

use crate::domain::{Shape, TextSpan};
use crate::importers::drawn::{Drawn, boxed, dot, line, outline};
use crate::importers::json::fields::{given, list, number, point, points, word};
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

/// An object's label.
pub(super) fn label(object: &Value) -> Result<&str, String> {
    word(object, "name")
        .or_else(|| word(object, "title"))
        .ok_or_else(|| "has no `name`".to_owned())
}

/// The shape of an object.
pub(super) fn drawn(object: &Value, label: &str) -> Result<Drawn, Left> {
    if given(object, "page_number")
        .or_else(|| given(object, "page"))
        .is_some()
    {
        return Err(Left::Unread(
            "lies on a page of a document, which is not read",
        ));
    }
    for name in ["bounding_box", "bbox"] {
        if let Some(rect) = given(object, name) {
            let at = |side: &str| number(rect, side).map_err(|fault| format!("`{name}` {fault}"));
            return Ok(boxed(at("left")?, at("top")?, at("width")?, at("height")?));
        }
    }
    let ring = |name: &str| -> Result<Vec<[f64; 2]>, String> {
        points(list(object, name)?).map_err(|fault| format!("`{name}` holds a point that {fault}"))
    };
    if given(object, "polygon").is_some() {
        return Ok(outline(ring("polygon")?)?);
    }
    if given(object, "line").is_some() {
        return Ok(line(ring("line")?)?);
    }
    if let Some(at) = given(object, "point") {
        return Ok(dot(
            label,
            point(at).map_err(|fault| format!("`point` {fault}"))?,
        ));
    }
    let location = given(object, "location").or_else(|| given(given(object, "data")?, "location"));
    if let Some(location) = location {
        return Ok((Shape::TextSpan(span(location)?), None));
    }
    if given(object, "mask")
        .or_else(|| given(object, "composite_mask"))
        .is_some()
        || given(object, "instanceURI").is_some()
    {
        return Err(Left::Unread(
            "is a mask that the export holds as a link only; fetch the PNG files with Labelbox's SDK and import them as PNG masks",
        ));
    }
    Err(Left::Unread("is of a kind that is not read"))
}

/// Both ends belong to an entity.
fn span(location: &Value) -> Result<TextSpan, String> {
    let end = |name: &str| -> Result<u64, String> {
        let place = number(location, name).map_err(|fault| format!("`location` {fault}"))?;
        if place < 0.0 || place.fract() != 0.0 || place > 1e15 {
            return Err(format!(
                "`location` holds `{name}` `{place}`; a whole number from 0 on is needed"
            ));
        }
        Ok(place as u64)
    };
    let (start, last) = (end("start")?, end("end")?);
    if last < start {
        return Err(format!(
            "`location` ends at `{last}`, before its start `{start}`"
        ));
    }
    Ok(TextSpan {
        start,
        end: last + 1,
    })
}
