//! Shapes by name and numbers (versions 1 and 2), and as one list of numbers (version 3).

use crate::domain::{Shape, SkipReason};
use crate::geometry::{Ellipse, Rect};
use crate::importers::drawn::{self, Drawn};
use crate::importers::json::fields::{given, list, number, word};
use serde_json::Value;

/// Why a region is left out.
pub(super) type Refusal = (SkipReason, String);

/// A shape of versions 1 and 2.
pub(super) fn named(shape: &Value, label: &str) -> Result<Drawn, Refusal> {
    let of = |name: &str| number(shape, name);
    let read = || -> Result<Option<Drawn>, String> {
        let kind = word(shape, "name").ok_or("has no `shape_attributes.name`")?;
        Ok(Some(match kind {
            "rect" => drawn::boxed(of("x")?, of("y")?, of("width")?, of("height")?),
            "circle" => ellipse([of("cx")?, of("cy")?], [of("r")?; 2], 0.0),
            "ellipse" => {
                let turn = match given(shape, "theta") {
                    Some(_) => of("theta")?,
                    None => 0.0,
                };
                ellipse([of("cx")?, of("cy")?], [of("rx")?, of("ry")?], turn)
            }
            "point" => drawn::dot(label, [of("cx")?, of("cy")?]),
            "polygon" => drawn::outline(points(shape)?)?,
            "polyline" | "line" => drawn::line(points(shape)?)?,
            _ => return Ok(None),
        }))
    };
    let finite = |drawn: Option<Drawn>| drawn.map(drawn::finite).transpose();
    match read().and_then(finite) {
        Ok(Some(drawn)) => Ok(drawn),
        Ok(None) => Err(unknown()),
        Err(detail) => Err((SkipReason::InvalidRecord, detail)),
    }
}

fn unknown() -> Refusal {
    let detail = "is of a shape that is not known";
    (SkipReason::Unsupported, detail.to_owned())
}

fn ellipse([cx, cy]: [f64; 2], [rx, ry]: [f64; 2], turn_rad: f64) -> Drawn {
    let ellipse = Ellipse {
        cx,
        cy,
        rx,
        ry,
        angle_deg: turn_rad.to_degrees(),
    };
    (Shape::Ellipse(ellipse), None)
}

fn points(shape: &Value) -> Result<Vec<[f64; 2]>, String> {
    let (xs, ys) = (list(shape, "all_points_x")?, list(shape, "all_points_y")?);
    if xs.len() != ys.len() {
        return Err(format!(
            "has {} of `all_points_x`, but {} of `all_points_y`",
            xs.len(),
            ys.len()
        ));
    }
    let pairs = xs.iter().zip(ys).enumerate();
    pairs
        .map(|(at, (x, y))| {
            let both = x.as_f64().zip(y.as_f64());
            both.map(|(x, y)| [x, y])
                .ok_or_else(|| format!("point {at} is no pair of numbers"))
        })
        .collect()
}

/// A shape of version 3: its kind, then its numbers.
pub(super) fn numbered(xy: &[f64], label: &str) -> Result<Drawn, Refusal> {
    let Some((&kind, rest)) = xy.split_first() else {
        return Err(unknown());
    };
    if kind.fract() != 0.0 || !(1.0..=9.0).contains(&kind) {
        return Err(unknown());
    }
    let pairs = || rest.chunks_exact(2).map(|xy| [xy[0], xy[1]]).collect();
    let is_even = rest.len().is_multiple_of(2);
    let drawn = match (kind as u8, rest) {
        (1, &[x, y]) => Ok(drawn::dot(label, [x, y])),
        (2, &[x, y, width, height]) => Ok(drawn::boxed(x, y, width, height)),
        (3, &[cx, cy, radius]) => Ok(ellipse([cx, cy], [radius; 2], 0.0)),
        (4, &[cx, cy, rx, ry]) => Ok(ellipse([cx, cy], [rx, ry], 0.0)),
        (5, &[_, _, _, _]) => drawn::line(pairs()),
        (6, _) if is_even => drawn::line(pairs()),
        (7, _) if is_even => drawn::outline(pairs()),
        (8, &[_, _, _, _, _, _, _, _]) => Rect::around(&pairs())
            .map(|rect| drawn::boxed(rect.x0, rect.y0, rect.width_px(), rect.height_px()))
            .ok_or_else(|| "has no extreme points".to_owned()),
        (9, &[ax, ay, bx, by, cx, cy]) => circle_through([[ax, ay], [bx, by], [cx, cy]]),
        _ => Err(format!(
            "`xy` has {} numbers behind its kind `{kind}`, which does not fit",
            rest.len()
        )),
    };
    drawn
        .and_then(drawn::finite)
        .map_err(|detail| (SkipReason::InvalidRecord, detail))
}

/// The circle through three points.
fn circle_through([a, b, c]: [[f64; 2]; 3]) -> Result<Drawn, String> {
    let (u, v) = ([b[0] - a[0], b[1] - a[1]], [c[0] - a[0], c[1] - a[1]]);
    let area = 2.0 * (u[0] * v[1] - u[1] * v[0]);
    let (uu, vv) = (u[0] * u[0] + u[1] * u[1], v[0] * v[0] + v[1] * v[1]);
    let centre = [
        (v[1] * uu - u[1] * vv) / area,
        (u[0] * vv - v[0] * uu) / area,
    ];
    let radius = centre[0].hypot(centre[1]);
    if !radius.is_finite() {
        return Err("has three points on one line, through which no circle runs".to_owned());
    }
    let middle = [a[0] + centre[0], a[1] + centre[1]];
    Ok(ellipse(middle, [radius; 2], 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_points_make_a_circle_unless_they_lie_on_a_line() {
        let made = circle_through([[7.0, 5.0], [4.0, 8.0], [1.0, 5.0]]);
        let Ok((Shape::Ellipse(circle), None)) = made else {
            panic!("a circle");
        };
        assert_eq!((circle.cx, circle.cy, circle.rx), (4.0, 5.0, 3.0));
        assert!(circle_through([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]).is_err());
    }
}
