//! Tracks: one object with a shape in each frame in which it is seen.
//!
//! CVAT's exports list every frame, the interpolated ones with `keyframe="0"`. Tools that write keyframes only, and CVAT's own backups,
//! leave the frames between to the reader; these are filled in as CVAT does it, and the last shape lasts to the end.

use super::between::Way;
use super::drawing::{Drawn, Motion};
use crate::domain::{Keypoint, Shape, Track, TrackedShape};
use std::collections::BTreeMap;

/// Numbers that may be filled in for one file; more is no annotation but an attack on memory.
pub(super) const MAX_FILLED: u64 = 10_000_000;

/// Which frames the video has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameGrid {
    /// Between frames that are annotated.
    pub step: u32,
    /// The last frame, where the export says so.
    pub stop: Option<u32>,
}

/// What may still be filled in, and what could not be.
pub(super) struct Budget {
    n_left: u64,
    /// Frames between keyframes that could not be filled in.
    pub n_gaps: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            n_left: MAX_FILLED,
            n_gaps: 0,
        }
    }
}

/// A shape of a track as the export lists it.
pub(super) struct Listed {
    pub frame: u32,
    pub is_outside: bool,
    pub drawn: Drawn,
}

/// The shapes that are seen, with those between keyframes where only these are listed.
pub(super) fn filled(
    mut listed: Vec<Listed>,
    is_whole: bool,
    grid: FrameGrid,
    budget: &mut Budget,
) -> Result<Vec<TrackedShape>, String> {
    listed.sort_by_key(|one| one.frame);
    let mut found = Vec::new();
    for (at, one) in listed.iter().enumerate() {
        if one.is_outside {
            continue;
        }
        found.push(TrackedShape {
            frame: one.frame,
            shape: one.drawn.shape.clone(),
        });
        let next = listed.get(at + 1);
        let end = match (next, grid.stop) {
            _ if is_whole => continue,
            (Some(next), _) => next.frame,
            (None, Some(stop)) => stop.saturating_add(1),
            (None, None) => continue,
        };
        let between = (one.frame.saturating_add(grid.step)..end).step_by(grid.step as usize);
        let n_between = between.len() as u64;
        let way = match next {
            _ if n_between == 0 => continue,
            Some(next) if next.drawn.motion == one.drawn.motion => {
                Way::new(&one.drawn.shape, &next.drawn.shape, one.drawn.motion)
            }
            Some(_) => None,
            None => Way::new(&one.drawn.shape, &one.drawn.shape, Motion::Stays),
        };
        let Some(way) = way else {
            budget.n_gaps += n_between;
            continue;
        };
        // Asked before any is made, so that two frames far apart cost nothing.
        budget.take(n_between, way.weight())?;
        for frame in between {
            let share = f64::from(frame - one.frame) / f64::from(end - one.frame);
            match way.at(share) {
                Some(shape) => found.push(TrackedShape { frame, shape }),
                None => budget.n_gaps += 1,
            }
        }
    }
    Ok(found)
}

impl Budget {
    fn take(&mut self, n_shapes: u64, weight: u64) -> Result<(), String> {
        self.n_left = n_shapes
            .checked_mul(weight.saturating_add(3))
            .and_then(|needed| self.n_left.checked_sub(needed))
            .ok_or_else(|| {
                format!(
                    "more than {MAX_FILLED} numbers lie between the keyframes of this file; export every frame"
                )
            })?;
        Ok(())
    }
}

/// The points of a skeleton, each a track of its own, put together frame by frame.
#[derive(Default)]
pub(super) struct Skeleton {
    sets: BTreeMap<u32, Vec<Keypoint>>,
}

impl Skeleton {
    /// Adds one point, filled in already.
    pub fn add(&mut self, name: &str, shapes: Vec<TrackedShape>) -> Result<(), String> {
        for one in shapes {
            let Shape::Keypoints(points) = one.shape else {
                return Err(not_a_point(one.frame));
            };
            let Ok([only]) = <[Keypoint; 1]>::try_from(points) else {
                return Err(not_a_point(one.frame));
            };
            let set = self.sets.entry(one.frame).or_default();
            if set.iter().any(|known| known.name == name) {
                return Err(format!(
                    "frame {}: a point of the skeleton is given twice",
                    one.frame
                ));
            }
            set.push(Keypoint {
                name: name.to_owned(),
                ..only
            });
        }
        Ok(())
    }

    pub fn shapes(self) -> Vec<TrackedShape> {
        let one = |(frame, points)| TrackedShape {
            frame,
            shape: Shape::Keypoints(points),
        };
        self.sets.into_iter().map(one).collect()
    }
}

fn not_a_point(frame: u32) -> String {
    format!("frame {frame}: a point of the skeleton is not one point")
}

/// A track of shapes that are seen; one that is never seen is none.
pub(super) fn seen(shapes: Vec<TrackedShape>) -> Result<Track, String> {
    if shapes.is_empty() {
        return Err("is seen in no frame".to_owned());
    }
    Track::new(shapes).map_err(|fault| fault.to_string())
}

/// Attributes that are the same in every frame that is seen; `n_changing` counts those that are not.
pub(super) fn constant<'a>(
    of_shapes: impl Iterator<Item = BTreeMap<String, String>> + 'a,
    n_changing: &mut u64,
) -> BTreeMap<String, String> {
    let mut common: Option<BTreeMap<String, String>> = None;
    for of_shape in of_shapes {
        match &mut common {
            Some(common) => common.retain(|name, value| {
                let is_same = of_shape.get(name) == Some(value);
                *n_changing += u64::from(!is_same);
                is_same
            }),
            None => common = Some(of_shape),
        }
    }
    common.unwrap_or_default()
}
