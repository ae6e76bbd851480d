//! What one shape of CVAT's XML draws.

use super::drawing::{self, CUBOID_CORNERS, Drawn, Motion, visibility};
use crate::domain::{Keypoint, Shape};
use crate::importers::xml::{Node, Tag};
use std::collections::BTreeMap;

/// The tags that stand for shapes, `tag` included.
pub(super) const SHAPES: &[&str] = &[
    "box", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "skeleton", "tag",
];

/// Reads a shape; its name is one of [`SHAPES`].
pub(super) fn drawn(
    node: &Node,
    label: &str,
    size_px: Option<(u32, u32)>,
) -> Result<Drawn, String> {
    let tag = &node.tag;
    match node.name() {
        "box" => {
            let corners = ["xtl", "ytl", "xbr", "ybr"].map(|name| number(tag, name));
            let [x0, y0, x1, y1] = corners;
            Ok(drawing::boxed([x0?, y0?, x1?, y1?], rotation_deg(tag)?))
        }
        "polygon" => drawing::polygon(points(tag)?),
        "polyline" => drawing::polyline(points(tag)?),
        "points" => Ok(drawing::points(
            points(tag)?,
            tag.get("label"),
            visibility(is_set(tag, "occluded")),
        )),
        "ellipse" => Ok(drawing::ellipse(
            [number(tag, "cx")?, number(tag, "cy")?],
            [number(tag, "rx")?, number(tag, "ry")?],
            rotation_deg(tag)?,
        )),
        "cuboid" => cuboid(tag),
        "mask" => mask(tag, size_px),
        "skeleton" => skeleton(node),
        _ => {
            let shape = Shape::Classification {
                question: String::new(),
                value: label.to_owned(),
            };
            Ok(Drawn::sound(shape, Motion::Stays))
        }
    }
}

/// What annotators ticked and typed for a shape, and for each point of a skeleton.
pub(super) fn attributes(node: &Node) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for name in ["occluded", "source"] {
        if let Some(value) = node.tag.get(name) {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    // 0 stands for the lowest layer and for no group, and is written on everything.
    for (name, kept_as) in [("z_order", "z_order"), ("group_id", "group")] {
        if let Some(value) = node.tag.get(name).filter(|value| *value != "0") {
            found.insert(kept_as.to_owned(), value.to_owned());
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
        let name = point.tag.get("label").unwrap_or_default();
        take(&format!("{name}."), point);
    }
    found
}

pub(super) fn is_set(tag: &Tag, name: &str) -> bool {
    tag.get(name) == Some("1")
}

fn cuboid(tag: &Tag) -> Result<Drawn, String> {
    let mut corners = [[0.0; 2]; 8];
    for (corner, name) in corners.iter_mut().zip(CUBOID_CORNERS) {
        *corner = [
            number(tag, &format!("x{name}"))?,
            number(tag, &format!("y{name}"))?,
        ];
    }
    Ok(drawing::cuboid(
        corners,
        visibility(is_set(tag, "occluded")),
    ))
}

fn skeleton(node: &Node) -> Result<Drawn, String> {
    let mut found: Vec<Keypoint> = Vec::new();
    for child in node.all("points") {
        let tag = &child.tag;
        if let Some(fault) = tag.fault() {
            return Err(format!("point {}: {fault}", found.len()));
        }
        if is_set(tag, "outside") {
            continue;
        }
        let name = tag
            .get("label")
            .ok_or("a point of the skeleton has no `label`")?;
        let &[at] = points(tag)?.as_slice() else {
            return Err("a point of the skeleton is not one point".to_owned());
        };
        let visibility = visibility(is_set(tag, "occluded"));
        found.push(drawing::keypoint(name.to_owned(), at, visibility));
    }
    Ok(Drawn::sound(Shape::Keypoints(found), Motion::Stays))
}

fn mask(tag: &Tag, size_px: Option<(u32, u32)>) -> Result<Drawn, String> {
    let side = |name: &str| whole(tag, name, tag.get(name));
    let counts = tag.get("rle").ok_or("has no `rle`")?;
    let counts = counts
        .split(',')
        .map(|count| whole(tag, "rle", Some(count)).map(u64::from))
        .collect::<Result<Vec<_>, _>>()?;
    let (width, height, left, top) = (side("width")?, side("height")?, side("left")?, side("top")?);
    drawing::mask(counts, [left, top, width, height], size_px)
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
