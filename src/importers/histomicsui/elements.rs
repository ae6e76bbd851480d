//! Elements into shapes.

use crate::domain::Shape;
use crate::geometry::{Ellipse, Polygon, Rect, RotatedRect};
use crate::importers::drawn::{Drawn, dot, line, too_few};
use crate::importers::json::fields::{given, list, number, word, word_for};
use serde_json::Value;

/// Why an element is left out.
pub(super) enum Left {
    Broken(String),
    Unread(&'static str),
}

impl From<String> for Left {
    fn from(detail: String) -> Self {
        Self::Broken(detail)
    }
}

/// Reads an element; `has_height` is set where a coordinate lies above or below the slide.
pub(super) fn drawn(element: &Value, label: &str, has_height: &mut bool) -> Result<Drawn, Left> {
    let kind = word(element, "type").ok_or("has no `type`".to_owned())?;
    let middle = |has_height: &mut bool| -> Result<[f64; 2], String> {
        let held = given(element, "center").ok_or("has no `center`")?;
        coordinate(held, has_height)
    };
    match kind {
        "point" => Ok(dot(label, middle(has_height)?)),
        "circle" => {
            let [cx, cy] = middle(has_height)?;
            let radius = number(element, "radius")?;
            let circle = Ellipse {
                cx,
                cy,
                rx: radius,
                ry: radius,
                angle_deg: 0.0,
            };
            Ok((Shape::Ellipse(circle), None))
        }
        "ellipse" | "rectangle" => turned(element, kind, middle(has_height)?),
        "polyline" => Ok(outline(element, has_height)?),
        _ => Err(Left::Unread("is of a type that is not read")),
    }
}

/// An ellipse or a rectangle about its middle.
fn turned(element: &Value, kind: &str, [cx, cy]: [f64; 2]) -> Result<Drawn, Left> {
    let (width, height) = (number(element, "width")?, number(element, "height")?);
    let angle_deg = match given(element, "rotation") {
        None => 0.0,
        Some(_) => number(element, "rotation")?.to_degrees(),
    };
    if !list(element, "normal")?.is_empty() {
        let normal: Vec<Option<f64>> = list(element, "normal")?.iter().map(Value::as_f64).collect();
        if normal[..2.min(normal.len())] != [Some(0.0), Some(0.0)]
            || normal.get(2).copied().flatten().is_none_or(|z| z <= 0.0)
        {
            return Err(Left::Unread(
                "does not lie flat on the slide, which is not read",
            ));
        }
    }
    if kind == "ellipse" {
        let ellipse = Ellipse {
            cx,
            cy,
            rx: width / 2.0,
            ry: height / 2.0,
            angle_deg,
        };
        return Ok((Shape::Ellipse(ellipse), None));
    }
    if angle_deg == 0.0 {
        let low = [cx - width / 2.0, cy - height / 2.0];
        let rect = Rect::from_corners(low, [low[0] + width, low[1] + height]);
        return Ok((Shape::Box(rect), None));
    }
    let rect = RotatedRect {
        cx,
        cy,
        width,
        height,
        angle_deg,
    };
    Ok((Shape::RotatedBox(rect), None))
}

fn outline(element: &Value, has_height: &mut bool) -> Result<Drawn, String> {
    let points = ring(list(element, "points")?, has_height)?;
    if element.get("closed") != Some(&Value::Bool(true)) {
        return line(points);
    }
    let n = points.len();
    let mut holes = Vec::new();
    for hole in list(element, "holes")? {
        let hole = hole
            .as_array()
            .ok_or_else(|| format!("`holes` holds {}; a ring is needed", word_for(hole)))?;
        holes.push(ring(hole, has_height)?);
    }
    let polygon = Polygon::new(points, holes).map_err(|_| too_few(n))?;
    Ok((Shape::Polygon(polygon.into()), None))
}

fn ring(points: &[Value], has_height: &mut bool) -> Result<Vec<[f64; 2]>, String> {
    points
        .iter()
        .map(|held| coordinate(held, has_height))
        .collect()
}

/// `[x, y, z]`, of which z may be missing.
fn coordinate(value: &Value, has_height: &mut bool) -> Result<[f64; 2], String> {
    let part = |at: usize| {
        let number = value.as_array()?.get(at)?.as_f64()?;
        number.is_finite().then_some(number)
    };
    *has_height |= part(2).is_some_and(|z| z != 0.0);
    let both = part(0).zip(part(1)).map(|(x, y)| [x, y]);
    both.ok_or_else(|| {
        format!(
            "holds a coordinate that is {}; a list of finite numbers x, y, z is needed",
            word_for(value)
        )
    })
}
