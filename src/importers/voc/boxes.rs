//! What one object of a VOC file states.

use super::Origin;
use crate::geometry::Rect;
use crate::importers::annotation_root::number;
use crate::importers::structure;
use crate::importers::xml::Node;
use std::collections::BTreeMap;

/// A box, and why it is invalid where its numbers alone tell.
pub(super) struct Boxed {
    pub rect: Rect,
    pub invalid: Option<String>,
}

/// The box of an object or part; `None` where it is drawn in another way, which is counted apart.
pub(super) fn boxed(node: &Node, origin: Origin) -> Result<Option<Boxed>, String> {
    let Some(corners) = node.at(&["bndbox"]) else {
        let is_other = ["robndbox", "polygon", "mask", "point", "keypoints"]
            .iter()
            .any(|name| node.all(name).next().is_some());
        return if is_other {
            Ok(None)
        } else {
            Err("has no `bndbox`".to_owned())
        };
    };
    let (mut x0, mut y0) = (number(corners, "xmin")?, number(corners, "ymin")?);
    let (x1, y1) = (number(corners, "xmax")?, number(corners, "ymax")?);
    if origin == Origin::One {
        x0 -= 1.0;
        y0 -= 1.0;
    }
    let (width, height) = (x1 - x0, y1 - y0);
    Ok(Some(Boxed {
        rect: Rect::from_corners([x0, y0], [x1, y1]),
        invalid: (width <= 0.0 || height <= 0.0)
            .then(|| structure::no_extent("box", width, height)),
    }))
}

/// Whether any corner lies below 1, which no file that counts from 1 can hold.
pub(super) fn has_zero(root: &Node) -> bool {
    let below = |node: &Node| {
        node.at(&["bndbox"]).is_some_and(|corners| {
            ["xmin", "ymin"]
                .iter()
                .any(|name| number(corners, name).is_ok_and(|at| at < 1.0))
        })
    };
    root.all("object")
        .any(|object| below(object) || object.all("part").any(below))
}

/// What annotators ticked about an object.
pub(super) fn attributes(node: &Node) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for name in ["difficult", "truncated", "occluded", "pose"] {
        if let Some(value) = node.text_at(&[name])
            && value != "Unspecified"
        {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    for action in node
        .at(&["actions"])
        .into_iter()
        .flat_map(|all| &all.children)
    {
        let value = action.text.trim().to_owned();
        found.insert(format!("action.{}", action.name()), value);
    }
    for attribute in node
        .at(&["attributes"])
        .into_iter()
        .flat_map(|all| all.all("attribute"))
    {
        if let (Some(name), Some(value)) =
            (attribute.text_at(&["name"]), attribute.text_at(&["value"]))
        {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    found
}
