//! Shapes of objects, by the tool that drew them.

use crate::domain::{Keypoint, Shape, TextSpan, Visibility};
use crate::geometry::{MultiPolygon, Polygon, Rect};
use crate::importers::drawn::{Drawn, dot, even_odd, line, turned};
use crate::importers::json::fields::{count, given, list, number, point, word};
use serde_json::Value;

/// Why an object is left out.
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

/// What an asset is, as far as shapes need to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canvas {
    pub size_px: Option<(u32, u32)>,
    /// Coordinates are longitude and latitude.
    pub is_map: bool,
}

/// How far corners of an upright rectangle may differ, as a share of the image: doubles written and read again.
const UPRIGHT_SLACK: f64 = 1e-9;

/// Reads an object. `parts` are all entries of one object, of which only semantic ones have several.
pub(super) fn drawn(parts: &[&Value], label: &str, canvas: Canvas) -> Result<Drawn, Left> {
    let Some(object) = parts.first() else {
        return Err("is empty".into());
    };
    if given(object, "annotations").is_some() || given(object, "pageNumberArray").is_some() {
        return Err(Left::Unread(
            "lies on a page of a document, which is not read",
        ));
    }
    if given(object, "beginOffset").is_some() {
        return Ok((Shape::TextSpan(span(object)?), None));
    }
    let kind = word(object, "type").ok_or("has no `type`")?;
    if canvas.is_map {
        return Err(Left::Unread(
            "lies on a map by longitude and latitude, which is not read",
        ));
    }
    match kind {
        "semantic" => {
            let mut whole = Vec::with_capacity(parts.len());
            for part in parts {
                whole.extend(polygon(part, canvas)?);
            }
            Ok((Shape::Polygon(MultiPolygon::new(whole)), None))
        }
        "rectangle" => Ok(rectangle(object, canvas)?),
        "polygon" => {
            let parts = polygon(object, canvas)?;
            Ok((Shape::Polygon(MultiPolygon::new(parts)), None))
        }
        "marker" => {
            let at = given(object, "point").ok_or("has no `point`")?;
            Ok(dot(label, placed(at, canvas).map_err(in_point)?))
        }
        "polyline" | "vector" => {
            let points = list(object, "polyline")?;
            let points: Result<Vec<[f64; 2]>, String> =
                points.iter().map(|at| placed(at, canvas)).collect();
            Ok(line(points.map_err(in_point)?)?)
        }
        "pose" => Ok((Shape::Keypoints(pose(object, canvas)?), None)),
        _ => Err(Left::Unread("is drawn with a tool that is not read")),
    }
}

fn in_point(fault: String) -> String {
    format!("holds a point that {fault}")
}

/// A point as a share of the image, in pixels.
fn placed(at: &Value, canvas: Canvas) -> Result<[f64; 2], String> {
    let [x, y] = point(at)?;
    let (width_px, height_px) = canvas.size_px.ok_or(
        "is a share of an image whose `resolution` is not exported; export it, or state `width_px` and `height_px`",
    )?;
    Ok([x * f64::from(width_px), y * f64::from(height_px)])
}

/// The rings of `boundingPoly` in pixels: shares times the size, or pixels where the size is not known.
fn rings(object: &Value, canvas: Canvas) -> Result<Vec<Vec<[f64; 2]>>, String> {
    let listed = list(object, "boundingPoly")?;
    if listed.is_empty() {
        return Err("has no `boundingPoly`".to_owned());
    }
    listed
        .iter()
        .map(|ring| {
            if canvas.size_px.is_none() && given(ring, "vertices").is_some() {
                let pixels: Result<Vec<[f64; 2]>, String> =
                    list(ring, "vertices")?.iter().map(point).collect();
                return pixels.map_err(in_point);
            }
            let shares: Result<Vec<[f64; 2]>, String> = list(ring, "normalizedVertices")?
                .iter()
                .map(|at| placed(at, canvas))
                .collect();
            shares.map_err(in_point)
        })
        .collect()
}

/// An outline with its holes; a ring that lies apart from the outline is a part of its own.
fn polygon(object: &Value, canvas: Canvas) -> Result<Vec<Polygon>, String> {
    match even_odd(rings(object, canvas)?)? {
        (Shape::Polygon(polygon), _) => Ok(polygon.parts),
        _ => Err("has no outline".to_owned()),
    }
}

fn rectangle(object: &Value, canvas: Canvas) -> Result<Drawn, String> {
    let rings = rings(object, canvas)?;
    let corners: Option<[[f64; 2]; 4]> = match rings.as_slice() {
        [ring] => ring.as_slice().try_into().ok(),
        _ => None,
    };
    let corners = corners.ok_or_else(|| {
        let n: usize = rings.iter().map(Vec::len).sum();
        format!("rectangle has {n} corners; 4 are needed")
    })?;
    let [a, b, c, d] = corners;
    let scale = corners
        .iter()
        .flatten()
        .fold(1.0_f64, |most, part| most.max(part.abs()));
    let is_same = |p: f64, q: f64| (p - q).abs() <= UPRIGHT_SLACK * scale;
    let lies = |along: usize, across: usize| {
        is_same(a[along], b[along])
            && is_same(c[along], d[along])
            && is_same(b[across], c[across])
            && is_same(d[across], a[across])
    };
    if lies(0, 1) || lies(1, 0) {
        return Ok((Shape::Box(Rect::from_corners(a, c)), None));
    }
    turned(corners)
}

fn pose(object: &Value, canvas: Canvas) -> Result<Vec<Keypoint>, String> {
    list(object, "points")?
        .iter()
        .map(|held| {
            let name = word(held, "code")
                .or_else(|| word(held, "name"))
                .ok_or("`points` holds one without `code`")?;
            let at = given(held, "point").ok_or("`points` holds one without `point`")?;
            let [x_px, y_px] = placed(at, canvas).map_err(in_point)?;
            Ok(Keypoint {
                name: name.to_owned(),
                x_px,
                y_px,
                z_mm: None,
                visibility: Visibility::Visible,
            })
        })
        .collect()
}

/// An entity; what its places count is seen from the text that it holds.
fn span(object: &Value) -> Result<TextSpan, Left> {
    let start = count(object, "beginOffset").ok_or("`beginOffset` is no whole number")?;
    let content = given(object, "content").and_then(Value::as_str);
    let Some(content) = content.filter(|content| !content.is_empty()) else {
        return Err(Left::Unread(
            "is an entity without `content`, by which alone its places can be checked",
        ));
    };
    let n_chars = content.chars().count() as u64;
    let end = match given(object, "endOffset") {
        None => u64::from(start) + n_chars,
        Some(_) => number(object, "endOffset").map(|end| end as u64)?,
    };
    if end != u64::from(start) + n_chars {
        return Err(Left::Unread(
            "is an entity whose `content` is not as long as its places say, so that they count something other than characters",
        ));
    }
    Ok(TextSpan {
        start: u64::from(start),
        end,
    })
}
