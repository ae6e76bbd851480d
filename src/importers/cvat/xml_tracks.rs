//! Tracks of CVAT's XML "for video". The points of a skeleton stand within it frame by frame, in older exports as tracks of their own.

use super::drawing::Drawn;
use super::tracks::{Budget, FrameGrid, Listed, Skeleton, constant, filled, seen};
use super::xml_shapes::{SHAPES, attributes, drawn, is_set};
use crate::domain::{Track, TrackedShape};
use crate::importers::xml::Node;
use std::collections::BTreeMap;

/// A track as it is kept.
pub(super) struct TrackRead {
    pub track: Track,
    /// What holds for the whole track: attributes that are the same in every frame.
    pub attributes: BTreeMap<String, String>,
    /// Why a shape is invalid by its numbers alone, with its frame.
    pub invalid: Option<String>,
    /// Attributes that change within the track.
    pub n_changing: u64,
}

/// Reads a track with all its shapes.
pub(super) fn track(
    node: &Node,
    label: &str,
    size_px: Option<(u32, u32)>,
    grid: FrameGrid,
    budget: &mut Budget,
) -> Result<TrackRead, String> {
    let is_whole = lists_every_frame(node);
    let (shapes, invalid) = if node.all("skeleton").next().is_some() {
        (skeleton(node, is_whole, grid, budget)?, None)
    } else {
        let (listed, invalid) = listed(node, label, size_px)?;
        (filled(listed, is_whole, grid, budget)?, invalid)
    };
    let mut n_changing = 0;
    Ok(TrackRead {
        track: seen(shapes)?,
        attributes: constant_attributes(node, &mut n_changing),
        invalid,
        n_changing,
    })
}

/// Whether frames between keyframes are listed, anywhere in the track.
fn lists_every_frame(node: &Node) -> bool {
    node.children
        .iter()
        .any(|child| child.tag.get("keyframe") == Some("0") || lists_every_frame(child))
}

fn listed(
    node: &Node,
    label: &str,
    size_px: Option<(u32, u32)>,
) -> Result<(Vec<Listed>, Option<String>), String> {
    let mut found = Vec::new();
    let mut invalid = None;
    for child in shapes_of(node) {
        let frame = frame_of(child)?;
        let mut one = one_listed(child, frame, label, size_px)?;
        if let Some(fault) = one.drawn.invalid.take().filter(|_| !one.is_outside) {
            invalid.get_or_insert(format!("frame {frame}: {fault}"));
        }
        found.push(one);
    }
    Ok((found, invalid))
}

fn one_listed(
    shape: &Node,
    frame: u32,
    label: &str,
    size_px: Option<(u32, u32)>,
) -> Result<Listed, String> {
    let drawn: Drawn =
        drawn(shape, label, size_px).map_err(|fault| format!("frame {frame}: {fault}"))?;
    Ok(Listed {
        frame,
        is_outside: is_set(&shape.tag, "outside"),
        drawn,
    })
}

fn shapes_of(node: &Node) -> impl Iterator<Item = &Node> {
    let is_shape = |child: &&Node| SHAPES.contains(&child.name()) && child.name() != "tag";
    node.children.iter().filter(is_shape)
}

fn frame_of(shape: &Node) -> Result<u32, String> {
    if let Some(fault) = shape.tag.fault() {
        return Err(fault.to_owned());
    }
    let frame = shape.tag.get("frame");
    frame
        .and_then(|frame| frame.trim().parse::<u32>().ok())
        .ok_or_else(|| "a shape has no `frame` that is a whole number from 0 on".to_owned())
}

/// A skeleton's points, gathered by name from the frames in which they stand or from tracks of their own.
fn skeleton(
    node: &Node,
    is_whole: bool,
    grid: FrameGrid,
    budget: &mut Budget,
) -> Result<Vec<TrackedShape>, String> {
    let mut names: Vec<&str> = Vec::new();
    let mut by_name: BTreeMap<&str, Vec<Listed>> = BTreeMap::new();
    for frame_set in node.all("skeleton") {
        let frame = frame_of(frame_set)?;
        for point in frame_set.all("points") {
            if let Some(fault) = point.tag.fault() {
                return Err(fault.to_owned());
            }
            let name = name_of(point)?;
            let one = one_listed(point, frame, name, None)?;
            let entry = by_name.entry(name).or_default();
            if entry.is_empty() {
                names.push(name);
            }
            entry.push(one);
        }
    }
    let mut found = Skeleton::default();
    for name in names {
        let listed = by_name.remove(name).unwrap_or_default();
        found.add(name, filled(listed, is_whole, grid, budget)?)?;
    }
    for point in node.all("track") {
        let name = name_of(point)?;
        let (listed, _) = listed(point, name, None)?;
        found.add(name, filled(listed, is_whole, grid, budget)?)?;
    }
    Ok(found.shapes())
}

fn name_of(point: &Node) -> Result<&str, String> {
    let name = point.tag.get("label").filter(|name| !name.is_empty());
    name.ok_or_else(|| "a point of the skeleton has no `label`".to_owned())
}

/// Attributes that the track itself or every shape of it that is seen gives alike.
fn constant_attributes(node: &Node, n_changing: &mut u64) -> BTreeMap<String, String> {
    let seen = shapes_of(node).filter(|shape| !is_set(&shape.tag, "outside"));
    let without_place = |shape: &Node| {
        let mut found = attributes(shape);
        // Whether it is hidden and what lies above it belongs to the frame.
        found.remove("occluded");
        found.remove("z_order");
        found
    };
    let mut found = constant(seen.map(without_place), n_changing);
    for attribute in node.all("attribute") {
        if let Some(name) = attribute.tag.get("name") {
            found.insert(name.to_owned(), attribute.text.trim().to_owned());
        }
    }
    for (name, kept_as) in [("source", "source"), ("group_id", "group")] {
        if let Some(value) = node.tag.get(name).filter(|value| *value != "0") {
            found.insert(kept_as.to_owned(), value.to_owned());
        }
    }
    found
}
