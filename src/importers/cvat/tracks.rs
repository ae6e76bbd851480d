//! Tracks of a CVAT export "for video": one object with a shape in each frame in which it is seen.
//!
//! CVAT writes every frame, the interpolated ones with `keyframe="0"`. Tools that write keyframes only leave the frames between to the
//! reader; these are filled in as CVAT does it: boxes, ellipses and points move in a straight line, a mask stays, and the last shape lasts
//! to the end of the video. Polygons and lines are matched corner by corner in CVAT, which is not repeated here: their gaps stay gaps and
//! are counted.

use super::shapes::{SHAPES, attributes, drawn};
use crate::domain::{Keypoint, Shape, Track, TrackedShape};
use crate::geometry::{Ellipse, Rect, RotatedRect};
use crate::importers::xml::Node;
use std::collections::BTreeMap;

/// Shapes that may be filled in for one file; more is no annotation but an attack on memory.
pub(super) const MAX_FILLED: u64 = 2_000_000;

/// Which frames the video has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameGrid {
    /// Between frames that are annotated.
    pub step: u32,
    /// The last frame, where the export says so.
    pub stop: Option<u32>,
}

/// A track as it is kept.
pub(super) struct TrackRead {
    pub track: Track,
    /// What holds for the whole track: attributes that are the same in every frame.
    pub attributes: BTreeMap<String, String>,
    /// Why a shape is invalid by its numbers alone, with its frame.
    pub invalid: Option<String>,
    /// Frames between keyframes that could not be filled in.
    pub n_gaps: u64,
}

/// A shape of a track as the export lists it.
struct Listed {
    frame: u32,
    is_outside: bool,
    is_keyframe: bool,
    shape: Shape,
}

/// Reads a track with all its shapes; `n_left` is how many shapes may still be filled in.
pub(super) fn track(
    node: &Node,
    label: &str,
    size_px: Option<(u32, u32)>,
    grid: FrameGrid,
    n_left: &mut u64,
) -> Result<TrackRead, String> {
    let (listed, invalid) = match node.all("skeleton").next() {
        Some(_) => (skeleton(node, grid, n_left)?, None),
        None => listed(node, label, size_px)?,
    };
    let mut n_gaps = 0;
    let shapes = filled(listed, grid, n_left, &mut n_gaps)?;
    if shapes.is_empty() {
        return Err("is seen in no frame".to_owned());
    }
    Ok(TrackRead {
        track: Track::new(shapes).map_err(|fault| fault.to_string())?,
        attributes: constant_attributes(node),
        invalid,
        n_gaps,
    })
}

fn listed(
    node: &Node,
    label: &str,
    size_px: Option<(u32, u32)>,
) -> Result<(Vec<Listed>, Option<String>), String> {
    let mut found = Vec::new();
    let mut invalid = None;
    for child in shapes_of(node) {
        let (frame, is_outside, is_keyframe) = flags(child)?;
        let (shape, fault) = drawn(child, label, size_px)
            .and_then(|drawn| drawn.ok_or_else(|| "cuboids are not read".to_owned()))
            .map_err(|fault| format!("frame {frame}: {fault}"))?;
        if let Some(fault) = fault.filter(|_| !is_outside) {
            invalid.get_or_insert(format!("frame {frame}: {fault}"));
        }
        found.push(Listed {
            frame,
            is_outside,
            is_keyframe,
            shape,
        });
    }
    Ok((found, invalid))
}

fn shapes_of(node: &Node) -> impl Iterator<Item = &Node> {
    let is_shape = |child: &&Node| SHAPES.contains(&child.name()) && child.name() != "tag";
    node.children.iter().filter(is_shape)
}

fn flags(shape: &Node) -> Result<(u32, bool, bool), String> {
    if let Some(fault) = shape.tag.fault() {
        return Err(fault.to_owned());
    }
    let frame = shape
        .tag
        .get("frame")
        .and_then(|frame| frame.trim().parse::<u32>().ok())
        .ok_or("a shape has no `frame` that is a whole number from 0 on")?;
    let is_outside = shape.tag.get("outside") == Some("1");
    Ok((frame, is_outside, shape.tag.get("keyframe") != Some("0")))
}

/// A skeleton's points are tracks of their own within the track; together they are one set of points a frame.
fn skeleton(node: &Node, grid: FrameGrid, n_left: &mut u64) -> Result<Vec<Listed>, String> {
    let mut sets: BTreeMap<u32, Vec<Keypoint>> = BTreeMap::new();
    for point in node.all("track") {
        let name = point
            .tag
            .get("label")
            .filter(|name| !name.is_empty())
            .ok_or("a point of the skeleton has no `label`")?;
        let (listed, _) = listed(point, name, None)?;
        for one in filled(listed, grid, n_left, &mut 0)? {
            let only = match &one.shape {
                Shape::Keypoints(points) if points.len() == 1 => points.first(),
                _ => None,
            };
            let Some(only) = only else {
                return Err(format!(
                    "frame {}: a point of the skeleton is not one point",
                    one.frame
                ));
            };
            sets.entry(one.frame).or_default().push(Keypoint {
                name: name.to_owned(),
                ..only.clone()
            });
        }
    }
    let set = |(frame, points)| Listed {
        frame,
        is_outside: false,
        // The points were filled in already.
        is_keyframe: false,
        shape: Shape::Keypoints(points),
    };
    Ok(sets.into_iter().map(set).collect())
}

/// The shapes that are seen, with those between keyframes where only these are listed.
fn filled(
    mut listed: Vec<Listed>,
    grid: FrameGrid,
    n_left: &mut u64,
    n_gaps: &mut u64,
) -> Result<Vec<TrackedShape>, String> {
    listed.sort_by_key(|one| one.frame);
    let is_whole = listed.iter().any(|one| !one.is_keyframe);
    let mut found = Vec::new();
    for (at, one) in listed.iter().enumerate() {
        if one.is_outside {
            continue;
        }
        found.push(TrackedShape {
            frame: one.frame,
            shape: one.shape.clone(),
        });
        let next = listed.get(at + 1);
        let end = match (next, grid.stop) {
            _ if is_whole => continue,
            (Some(next), _) => next.frame,
            (None, Some(stop)) => stop.saturating_add(1),
            (None, None) => continue,
        };
        // Asked before any is made, so that two frames far apart cost nothing.
        let n_between = u64::from(end.saturating_sub(one.frame) / grid.step);
        *n_left = n_left.checked_sub(n_between).ok_or_else(|| {
            format!(
                "more than {MAX_FILLED} shapes lie between the keyframes of this file; export every frame"
            )
        })?;
        for frame in (one.frame.saturating_add(grid.step)..end).step_by(grid.step as usize) {
            let shape = match next {
                Some(next) => {
                    let share = f64::from(frame - one.frame) / f64::from(end - one.frame);
                    between(&one.shape, &next.shape, share)
                }
                None => Some(one.shape.clone()),
            };
            match shape {
                Some(shape) => found.push(TrackedShape { frame, shape }),
                None => *n_gaps += 1,
            }
        }
    }
    Ok(found)
}

/// The shape at a share of the way from one keyframe to the next; `None` where CVAT's rule is not repeated here.
fn between(from: &Shape, to: &Shape, share: f64) -> Option<Shape> {
    let mix = |from: f64, to: f64| from + (to - from) * share;
    Some(match (from, to) {
        (Shape::Box(a), Shape::Box(b)) => Shape::Box(Rect {
            x0: mix(a.x0, b.x0),
            y0: mix(a.y0, b.y0),
            x1: mix(a.x1, b.x1),
            y1: mix(a.y1, b.y1),
        }),
        (Shape::Box(_) | Shape::RotatedBox(_), Shape::Box(_) | Shape::RotatedBox(_)) => {
            let (a, b) = (turned(from)?, turned(to)?);
            Shape::RotatedBox(RotatedRect {
                cx: mix(a.cx, b.cx),
                cy: mix(a.cy, b.cy),
                width: mix(a.width, b.width),
                height: mix(a.height, b.height),
                angle_deg: turn(a.angle_deg, b.angle_deg, share),
            })
        }
        (Shape::Ellipse(a), Shape::Ellipse(b)) => Shape::Ellipse(Ellipse {
            cx: mix(a.cx, b.cx),
            cy: mix(a.cy, b.cy),
            rx: mix(a.rx, b.rx),
            ry: mix(a.ry, b.ry),
            angle_deg: turn(a.angle_deg, b.angle_deg, share),
        }),
        (Shape::Keypoints(a), Shape::Keypoints(b)) if a.len() == b.len() => {
            let moved = |(a, b): (&Keypoint, &Keypoint)| Keypoint {
                x_px: mix(a.x_px, b.x_px),
                y_px: mix(a.y_px, b.y_px),
                ..a.clone()
            };
            Shape::Keypoints(a.iter().zip(b).map(moved).collect())
        }
        (Shape::Mask(_), _) => from.clone(),
        _ => return None,
    })
}

fn turned(shape: &Shape) -> Option<RotatedRect> {
    match shape {
        Shape::RotatedBox(rect) => Some(*rect),
        Shape::Box(rect) => Some(RotatedRect {
            cx: 0.5 * (rect.x0 + rect.x1),
            cy: 0.5 * (rect.y0 + rect.y1),
            width: rect.width_px(),
            height: rect.height_px(),
            angle_deg: 0.0,
        }),
        _ => None,
    }
}

/// The shorter way round.
fn turn(from_deg: f64, to_deg: f64, share: f64) -> f64 {
    let way = (to_deg - from_deg + 180.0).rem_euclid(360.0) - 180.0;
    (from_deg + way * share).rem_euclid(360.0)
}

/// Attributes that the track itself or every shape of it that is seen gives alike.
fn constant_attributes(node: &Node) -> BTreeMap<String, String> {
    let seen = shapes_of(node).filter(|shape| shape.tag.get("outside") != Some("1"));
    let mut common: Option<BTreeMap<String, String>> = None;
    for shape in seen {
        let mut of_shape = attributes(shape);
        of_shape.remove("occluded");
        match &mut common {
            Some(common) => common.retain(|name, value| of_shape.get(name) == Some(value)),
            None => common = Some(of_shape),
        }
    }
    let mut found = common.unwrap_or_default();
    for attribute in node.all("attribute") {
        if let Some(name) = attribute.tag.get("name") {
            found.insert(name.to_owned(), attribute.text.trim().to_owned());
        }
    }
    if let Some(source) = node.tag.get("source") {
        found.insert("source".to_owned(), source.to_owned());
    }
    found
}
