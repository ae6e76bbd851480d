//! Shapes of instances in vector projects.

use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{Ellipse, MultiPolygon, Polygon, Rect};
use crate::importers::drawn::{Drawn, dot, line, outline, too_few, turned};
use crate::importers::json::fields::{given, list, number, word, word_for};
use serde_json::Value;
use std::f64::consts::TAU;

/// Why an instance is left out.
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

/// Reads the shape of an instance of a vector project.
pub(super) fn drawn(instance: &Value, label: &str) -> Result<Drawn, Left> {
    match word(instance, "type").ok_or("has no `type`")? {
        "bbox" => {
            let [p, q] = [("x1", "y1"), ("x2", "y2")].map(|names| corner(instance, names));
            Ok((Shape::Box(Rect::from_corners(p?, q?)), None))
        }
        "rbbox" => {
            let names = [("x1", "y1"), ("x2", "y2"), ("x3", "y3"), ("x4", "y4")];
            let [a, b, c, d] = names.map(|names| corner(instance, names));
            Ok(turned([a?, b?, c?, d?])?)
        }
        "polygon" => Ok(polygon(instance)?),
        "polyline" => Ok(line(pairs(instance, "points")?)?),
        "point" => {
            let at = [number(instance, "x")?, number(instance, "y")?];
            Ok(dot(label, at))
        }
        "ellipse" => ellipse(instance),
        "template" => Ok((Shape::Keypoints(template(instance)?), None)),
        "cuboid" => Err(Left::Unread(
            "is a cuboid drawn on an image, which is not read",
        )),
        "entity" => Err(Left::Unread(
            "lies in a text, and what its places count is not stated; it is not read",
        )),
        _ => Err(Left::Unread("is of a type that is not read")),
    }
}

fn corner(instance: &Value, (x, y): (&str, &str)) -> Result<[f64; 2], String> {
    let points = given(instance, "points").ok_or("has no `points`")?;
    let coordinate = |name: &str| number(points, name).map_err(|fault| format!("`points` {fault}"));
    Ok([coordinate(x)?, coordinate(y)?])
}

/// A ring or line as x, y, x, y … under a key.
fn pairs(instance: &Value, name: &str) -> Result<Vec<[f64; 2]>, String> {
    flat(name, list(instance, name)?)
}

fn flat(name: &str, numbers: &[Value]) -> Result<Vec<[f64; 2]>, String> {
    if !numbers.len().is_multiple_of(2) {
        return Err(format!(
            "`{name}` holds {} numbers; an x and a y for each point are needed",
            numbers.len()
        ));
    }
    let coordinate = |value: &Value| {
        value
            .as_f64()
            .filter(|number| number.is_finite())
            .ok_or_else(|| {
                format!(
                    "`{name}` holds {}; finite numbers are needed",
                    word_for(value)
                )
            })
    };
    numbers
        .chunks_exact(2)
        .map(|pair| Ok([coordinate(&pair[0])?, coordinate(&pair[1])?]))
        .collect()
}

fn polygon(instance: &Value) -> Result<Drawn, String> {
    let ring = pairs(instance, "points")?;
    let excluded = list(instance, "exclude")?;
    if excluded.is_empty() {
        return outline(ring);
    }
    // One hole may stand without the list around it.
    let rings = if excluded.iter().all(Value::is_array) {
        excluded
            .iter()
            .filter_map(Value::as_array)
            .map(|hole| flat("exclude", hole))
            .collect::<Result<Vec<_>, _>>()?
    } else {
        vec![flat("exclude", excluded)?]
    };
    let n = ring.len();
    let whole = MultiPolygon::from_ring(ring.clone()).map_err(|_| too_few(n))?;
    let mut fault = None;
    for hole in &rings {
        let hole = MultiPolygon::from_ring(hole.clone()).map_err(|_| too_few(hole.len()))?;
        let area = hole.area_px2();
        if hole.intersection_area_px2(&whole) < area * (1.0 - 1e-6) {
            fault = Some("a hole reaches beyond its outline".to_owned());
        }
    }
    let polygon = Polygon::new(ring, rings).map_err(|error| error.to_string())?;
    Ok((Shape::Polygon(polygon.into()), fault))
}

fn ellipse(instance: &Value) -> Result<Drawn, Left> {
    let [cx, cy, rx, ry] = ["cx", "cy", "rx", "ry"].map(|name| number(instance, name));
    let (cx, cy, rx, ry) = (cx?, cy?, rx?, ry?);
    let angle_deg = match given(instance, "angle") {
        None => 0.0,
        Some(_) => number(instance, "angle")?,
    };
    if angle_deg != 0.0 && angle_deg.abs() <= TAU && rx != ry {
        return Err(Left::Unread(
            "is an ellipse turned by an angle that may be degrees or radians, which the export does not say",
        ));
    }
    let ellipse = Ellipse {
        cx,
        cy,
        rx,
        ry,
        angle_deg: if rx == ry { 0.0 } else { angle_deg },
    };
    Ok((Shape::Ellipse(ellipse), None))
}

/// Points by their ids: names that users gave single points may differ from image to image.
fn template(instance: &Value) -> Result<Vec<Keypoint>, String> {
    let points = list(instance, "points")?;
    points
        .iter()
        .enumerate()
        .map(|(at, point)| {
            let place = |fault: String| format!("`points[{at}]` {fault}");
            let id = given(point, "id").and_then(Value::as_i64);
            Ok(Keypoint {
                name: id.map_or_else(|| (at + 1).to_string(), |id| id.to_string()),
                x_px: number(point, "x").map_err(place)?,
                y_px: number(point, "y").map_err(place)?,
                z_mm: None,
                visibility: Visibility::Visible,
            })
        })
        .collect()
}
