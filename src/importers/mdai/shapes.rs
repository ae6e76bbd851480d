//! What an annotation draws, by the mode of its label. Pixels from the top left corner of the image.

use crate::domain::Shape;
use crate::geometry::{MultiPolygon, Polygon};
use crate::importers::drawn::{Drawn, boxed, dot, filled, line, outline, too_few};
use crate::importers::json::fields::{list, number};
use serde_json::Value;

/// Why nothing is drawn.
pub(super) enum Undrawn {
    /// The mode is not read.
    Unknown,
    Broken(String),
}

impl From<String> for Undrawn {
    fn from(reason: String) -> Self {
        Self::Broken(reason)
    }
}

/// The shape of `data` under a mode.
pub(super) fn shape(
    mode: &str,
    data: &Value,
    label: &str,
    size_px: Option<(u32, u32)>,
    n_left: &mut u64,
) -> Result<Drawn, Undrawn> {
    let at = |name: &str| number(data, name).map_err(|fault| format!("`data` {fault}"));
    Ok(match mode {
        "bbox" | "boundingBox" => boxed(at("x")?, at("y")?, at("width")?, at("height")?),
        "polygon" | "freeform" => outline(vertices(data)?)?,
        "line" => line(vertices(data)?)?,
        "location" => dot(label, [at("x")?, at("y")?]),
        "mask" => mask(data, size_px, n_left)?,
        _ => return Err(Undrawn::Unknown),
    })
}

fn vertices(data: &Value) -> Result<Vec<[f64; 2]>, String> {
    let all = list(data, "vertices")?;
    if all.is_empty() {
        return Err("`data` has no `vertices`".to_owned());
    }
    ring(all)
}

fn ring(points: &[Value]) -> Result<Vec<[f64; 2]>, String> {
    points
        .iter()
        .map(|point| match point.as_array().map(Vec::as_slice) {
            Some([x, y]) => x
                .as_f64()
                .zip(y.as_f64())
                .map(|(x, y)| [x, y])
                .ok_or_else(|| "`data` holds a point that is not two numbers".to_owned()),
            _ => Err("`data` holds a point that is not two numbers".to_owned()),
        })
        .collect()
}

/// The outlines of the foreground without those of the background. A background outline within one foreground outline
/// is a hole; any other arrangement is cut out pixel by pixel.
fn mask(data: &Value, size_px: Option<(u32, u32)>, n_left: &mut u64) -> Result<Drawn, String> {
    let rings = |name: &str| -> Result<Vec<Polygon>, String> {
        list(data, name)?
            .iter()
            .map(|one| {
                let points = one
                    .as_array()
                    .ok_or_else(|| format!("`{name}` holds an outline that is no list"))?;
                Polygon::new(ring(points)?, Vec::new()).map_err(|_| too_few(points.len()))
            })
            .collect()
    };
    let (mut parts, holes) = (rings("foreground")?, rings("background")?);
    if parts.is_empty() {
        return Err("`data` has no `foreground`; a mask needs at least one outline".to_owned());
    }
    if let Some(inside) = nested(&parts, &holes) {
        for (hole, part) in holes.into_iter().zip(inside) {
            parts[part].holes.push(hole.exterior);
        }
        return Ok((Shape::Polygon(MultiPolygon::new(parts)), None));
    }
    let size_px = size_px.ok_or(
        "background outlines reach over the foreground; `width` and `height` are needed to cut them out",
    )?;
    let mut fill = |polygons| filled(&MultiPolygon::new(polygons), size_px, n_left);
    let (inside, outside) = (fill(parts)?, fill(holes)?);
    let cut = inside
        .difference(&outside)
        .map_err(|error| error.to_string())?;
    Ok((Shape::Mask(cut), None))
}

/// For each hole the one part that holds it, if all lie wholly within one part and none meets another.
fn nested(parts: &[Polygon], holes: &[Polygon]) -> Option<Vec<usize>> {
    let shared = |a: &Polygon, b: &Polygon| {
        MultiPolygon::from(a.clone()).intersection_area_px2(&MultiPolygon::from(b.clone()))
    };
    holes
        .iter()
        .enumerate()
        .map(|(at, hole)| {
            let area = MultiPolygon::from(hole.clone()).area_px2();
            if holes[..at].iter().any(|other| shared(hole, other) > 0.0) {
                return None;
            }
            let touched: Vec<usize> = (0..parts.len())
                .filter(|&part| shared(hole, &parts[part]) > 0.0)
                .collect();
            match touched[..] {
                [part] if shared(hole, &parts[part]) >= area * (1.0 - 1e-9) => Some(part),
                _ => None,
            }
        })
        .collect()
}
