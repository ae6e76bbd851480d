//! What one shape of a CVAT export draws.

use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{Ellipse, Mask, MultiPolygon, Rect, RotatedRect};
use crate::importers::structure;
use crate::importers::xml::{Node, Tag};
use std::collections::BTreeMap;

/// A shape, and why it is invalid where its numbers alone tell.
pub(super) type Drawn = (Shape, Option<String>);

/// The tags that stand for shapes, `tag` and `cuboid` included.
pub(super) const SHAPES: &[&str] = &[
    "box", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "skeleton", "tag",
];

/// Reads a shape; `None` for one that is not supported.
pub(super) fn drawn(
    node: &Node,
    label: &str,
    size_px: Option<(u32, u32)>,
) -> Result<Option<Drawn>, String> {
    let tag = &node.tag;
    let shape = match node.name() {
        "box" => return boxed(tag).map(Some),
        "polygon" => Shape::Polygon(
            MultiPolygon::from_ring(points(tag)?).map_err(|_| too_few(tag, "polygon", 3))?,
        ),
        "polyline" => {
            let line = points(tag)?;
            if line.len() < 2 {
                return Err(too_few(tag, "polyline", 2));
            }
            Shape::Polyline(line)
        }
        "points" => Shape::Keypoints(named_points(tag)?),
        "ellipse" => Shape::Ellipse(Ellipse {
            cx: number(tag, "cx")?,
            cy: number(tag, "cy")?,
            rx: number(tag, "rx")?,
            ry: number(tag, "ry")?,
            angle_deg: rotation_deg(tag)?,
        }),
        "mask" => Shape::Mask(mask(tag, size_px)?),
        "skeleton" => Shape::Keypoints(skeleton(node)?),
        "tag" => Shape::Classification {
            question: String::new(),
            value: label.to_owned(),
        },
        _ => return Ok(None),
    };
    Ok(Some((shape, None)))
}

/// What annotators ticked and typed for a shape, and for each point of a skeleton.
pub(super) fn attributes(node: &Node) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for name in ["occluded", "source"] {
        if let Some(value) = node.tag.get(name) {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    let mut take = |prefix: &str, node: &Node| {
        for attribute in node.all("attribute") {
            if let Some(name) = attribute.tag.get("name") {
                found.insert(format!("{prefix}{name}"), attribute.text.trim().to_owned());
            }
        }
    };
    take("", node);
    for point in node.all("points") {
        take(
            &format!("{}.", point.tag.get("label").unwrap_or_default()),
            point,
        );
    }
    found
}

/// CVAT turns a box about its centre, clockwise in degrees.
fn boxed(tag: &Tag) -> Result<Drawn, String> {
    let (x0, y0) = (number(tag, "xtl")?, number(tag, "ytl")?);
    let (x1, y1) = (number(tag, "xbr")?, number(tag, "ybr")?);
    let (width, height) = (x1 - x0, y1 - y0);
    let invalid =
        (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
    let angle_deg = rotation_deg(tag)?;
    let shape = if angle_deg.rem_euclid(360.0) == 0.0 {
        Shape::Box(Rect::from_corners([x0, y0], [x1, y1]))
    } else {
        Shape::RotatedBox(RotatedRect {
            cx: 0.5 * (x0 + x1),
            cy: 0.5 * (y0 + y1),
            width,
            height,
            angle_deg,
        })
    };
    Ok((shape, invalid))
}

fn named_points(tag: &Tag) -> Result<Vec<Keypoint>, String> {
    let points = points(tag)?;
    let alone = points.len() == 1;
    let visibility = visibility(tag);
    Ok(points
        .into_iter()
        .enumerate()
        .map(|(index, [x_px, y_px])| Keypoint {
            name: match tag.get("label") {
                Some(label) if alone => label.to_owned(),
                _ => index.to_string(),
            },
            x_px,
            y_px,
            z_mm: None,
            visibility,
        })
        .collect())
}

fn skeleton(node: &Node) -> Result<Vec<Keypoint>, String> {
    let mut found = Vec::new();
    for child in node.all("points") {
        let tag = &child.tag;
        if let Some(fault) = tag.fault() {
            return Err(format!("point {}: {fault}", found.len()));
        }
        if tag.get("outside") == Some("1") {
            continue;
        }
        let name = tag
            .get("label")
            .ok_or("a point of the skeleton has no `label`")?;
        let &[[x_px, y_px]] = points(tag)?.as_slice() else {
            return Err("a point of the skeleton is not one point".to_owned());
        };
        found.push(Keypoint {
            name: name.to_owned(),
            x_px,
            y_px,
            z_mm: None,
            visibility: visibility(tag),
        });
    }
    Ok(found)
}

fn visibility(tag: &Tag) -> Visibility {
    if tag.get("occluded") == Some("1") {
        Visibility::Occluded
    } else {
        Visibility::Visible
    }
}

/// Run lengths along rows, zeros first, inside a frame that lies in the image.
fn mask(tag: &Tag, size_px: Option<(u32, u32)>) -> Result<Mask, String> {
    let (image_width, image_height) =
        size_px.ok_or("a mask needs `width` and `height` of its image")?;
    let side = |name: &str| whole(tag, name, tag.get(name));
    let counts = tag.get("rle").ok_or("has no `rle`")?;
    let counts = counts
        .split(',')
        .map(|count| whole(tag, "rle", Some(count)).map(u64::from))
        .collect::<Result<Vec<_>, _>>()?;
    let (width, height, left, top) = (side("width")?, side("height")?, side("left")?, side("top")?);
    Mask::from_row_major_counts(width, height, counts)
        .and_then(|mask| mask.placed(left, top, image_width, image_height))
        .map_err(|error| error.to_string())
}

fn whole(tag: &Tag, name: &str, text: Option<&str>) -> Result<u32, String> {
    let text = text.ok_or_else(|| format!("{} has no `{name}`", tag.name))?;
    let number = finite(name, text)?;
    if number < 0.0 || number.fract() != 0.0 || number > f64::from(u32::MAX) {
        return Err(format!(
            "`{name}` holds `{number}`; a whole number from 0 on is needed"
        ));
    }
    Ok(number as u32)
}

fn rotation_deg(tag: &Tag) -> Result<f64, String> {
    tag.get("rotation")
        .map_or(Ok(0.0), |text| finite("rotation", text))
}

fn number(tag: &Tag, name: &str) -> Result<f64, String> {
    let text = tag.get(name).ok_or_else(|| format!("has no `{name}`"))?;
    finite(name, text)
}

fn finite(name: &str, text: &str) -> Result<f64, String> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("`{name}` does not hold a finite number with a decimal point"))
}

fn points(tag: &Tag) -> Result<Vec<[f64; 2]>, String> {
    let text = tag.get("points").ok_or("has no `points`")?;
    let read = |(index, pair): (usize, &str)| -> Result<[f64; 2], String> {
        let bad = || format!("`points` does not hold two finite numbers at point {index}");
        let (x, y) = pair.split_once(',').ok_or_else(bad)?;
        let number = |text: &str| finite("points", text).map_err(|_| bad());
        Ok([number(x)?, number(y)?])
    };
    text.split(';').enumerate().map(read).collect()
}

fn too_few(tag: &Tag, what: &str, needed: usize) -> String {
    let n = tag.get("points").map_or(0, |text| text.split(';').count());
    format!("{what} has {n} points; at least {needed} different ones are needed")
}
