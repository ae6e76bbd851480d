//! Shapes by `spatial_type`.

use crate::domain::Shape;
use crate::geometry::{Cuboid, Rect};
use crate::importers::drawn::{Drawn, dot, even_odd, line};
use crate::importers::json::fields::{given, list, word_for};
use serde_json::Value;

/// What an annotation is.
pub(super) enum Kind {
    /// On a frame, or on the one image.
    Drawn(Drawn),
    /// Over all frames, whichever it is said to lie on.
    OverFrames(Drawn),
    FrameLabel,
    Label,
    /// An area in which others were deleted.
    Deletion,
    Unread,
}

/// Reads a shape.
pub(super) fn kind(annotation: &Value, spatial_type: &str, label: &str) -> Result<Kind, String> {
    let payload = || list(annotation, "spatial_payload");
    Ok(match spatial_type {
        "bbox" => match points(payload()?)?[..] {
            [p, q] => Kind::Drawn((Shape::Box(Rect::from_corners(p, q)), None)),
            ref other => return Err(format!("box has {} corners; 2 are needed", other.len())),
        },
        "point" => match points(payload()?)?[..] {
            [at] => Kind::Drawn(dot(label, at)),
            _ => return Err("`spatial_payload` holds not one point".to_owned()),
        },
        "polyline" | "contour" | "tbar" => Kind::Drawn(line(points(payload()?)?)?),
        "polygon" => Kind::Drawn(even_odd(rings(payload()?)?)?),
        "bbox3" => Kind::OverFrames(cuboid(payload()?)?),
        "whole-image" => Kind::FrameLabel,
        "global" => Kind::Label,
        "delete_polygon" | "delete_bbox" => Kind::Deletion,
        _ => Kind::Unread,
    })
}

fn numbers<const N: usize>(value: &Value) -> Result<[f64; N], String> {
    let held = value.as_array().filter(|held| held.len() >= N);
    let part = |at: usize| {
        let number = held?.get(at)?.as_f64()?;
        number.is_finite().then_some(number)
    };
    let mut found = [0.0; N];
    for (at, slot) in found.iter_mut().enumerate() {
        *slot = part(at).ok_or_else(|| {
            format!(
                "`spatial_payload` holds a point that is {}; a list of {N} finite numbers is needed",
                word_for(value)
            )
        })?;
    }
    Ok(found)
}

fn points(payload: &[Value]) -> Result<Vec<[f64; 2]>, String> {
    payload.iter().map(numbers).collect()
}

/// One ring, or several.
fn rings(payload: &[Value]) -> Result<Vec<Vec<[f64; 2]>>, String> {
    let is_simple = payload
        .first()
        .and_then(Value::as_array)
        .and_then(|first| first.first())
        .is_some_and(Value::is_number);
    if is_simple {
        return Ok(vec![points(payload)?]);
    }
    payload
        .iter()
        .map(|ring| {
            let ring = ring
                .as_array()
                .ok_or("`spatial_payload` holds something other than rings")?;
            points(ring)
        })
        .collect()
}

/// Both frames belong to a box, as both are drawn with it.
fn cuboid(payload: &[Value]) -> Result<Drawn, String> {
    let [p, q] = payload else {
        return Err(format!("box has {} corners; 2 are needed", payload.len()));
    };
    let (p, q) = (numbers::<3>(p)?, numbers::<3>(q)?);
    if p[2].fract() != 0.0 || q[2].fract() != 0.0 {
        return Err("box ends between two frames".to_owned());
    }
    let low = [0, 1, 2].map(|axis| p[axis].min(q[axis]));
    let mut high = [0, 1, 2].map(|axis| p[axis].max(q[axis]));
    high[2] += 1.0;
    let centre = [0, 1, 2].map(|axis| (low[axis] + high[axis]) / 2.0);
    let size = [0, 1, 2].map(|axis| high[axis] - low[axis]);
    let cuboid = Cuboid::new(centre, size, 0.0).map_err(|error| error.to_string())?;
    Ok((Shape::Cuboid(cuboid), None))
}

/// The class that is held for most certain; names are not in the file.
pub(super) fn class(annotation: &Value) -> Result<String, String> {
    let mut best: Option<(f64, &Value)> = None;
    let mut is_tied = false;
    for payload in list(annotation, "classification_payloads")? {
        let id = given(payload, "class_id")
            .ok_or("`classification_payloads` holds one without `class_id`")?;
        // A single class may stand without its confidence.
        let confidence = given(payload, "confidence")
            .and_then(Value::as_f64)
            .unwrap_or(1.0);
        match best {
            Some((known, _)) if confidence == known => is_tied = true,
            Some((known, _)) if confidence < known => {}
            _ => {
                is_tied = false;
                best = Some((confidence, id));
            }
        }
    }
    match best {
        Some((confidence, id)) if !is_tied && confidence > 0.0 => Ok(match id {
            Value::String(name) => name.clone(),
            other => format!("class-{other}"),
        }),
        _ => Err(
            "`classification_payloads` holds no class that is more certain than all others"
                .to_owned(),
        ),
    }
}
