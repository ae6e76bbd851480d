//! Annotations over the frames of a video or the slices of a volume.

use super::shapes::{Kind, has_kind, kind};
use super::slots::{Slot, is_hidden, n_in_ranges};
use crate::domain::{Shape, Track, TrackedShape};
use crate::geometry::{Mask, SliceAxis, Volume};
use crate::importers::drawn::{Drawn, filled};
use crate::importers::json::fields::given;
use crate::importers::structure;
use serde_json::Value;
use std::collections::BTreeMap;

/// What an annotation with frames is.
pub(super) enum Framed {
    /// With the number of frames between keyframes that the export does not list.
    Drawn(Drawn, u64),
    Tag {
        n_frames: u64,
    },
    Mask,
    Raster,
    Unread,
}

/// The frames of an annotation by number; `sections` is an older word for them.
pub(super) fn listed(value: &Value) -> Result<BTreeMap<u32, &Value>, String> {
    let mut found = BTreeMap::new();
    for name in ["frames", "sections"] {
        let Some(frames) = given(value, name) else {
            continue;
        };
        let frames = frames
            .as_object()
            .ok_or_else(|| format!("`{name}` is no object"))?;
        for (number, frame) in frames {
            let number = number
                .parse::<u32>()
                .map_err(|_| format!("`{name}` holds a frame that is no whole number from 0 on"))?;
            found.insert(number, frame);
        }
    }
    Ok(found)
}

/// Reads all frames. A frame without a shape repeats the one before, as V7 itself reads it.
pub(super) fn framed(
    value: &Value,
    label: &str,
    slot: &Slot,
    n_left: &mut u64,
) -> Result<Framed, String> {
    let frames = listed(value)?;
    let mut shapes: Vec<(u32, Shape)> = Vec::new();
    let mut invalid = None;
    let mut before: Option<&Value> = None;
    for (&number, &frame) in &frames {
        let current = if has_kind(frame) {
            frame
        } else {
            before.unwrap_or(frame)
        };
        before = Some(current);
        let place = |fault: String| format!("frame {number}: {fault}");
        match kind(current, label).map_err(place)? {
            Kind::Drawn((shape, fault)) => {
                if is_hidden(value, number) {
                    continue;
                }
                // A volume's slices are cut off at the image's edge, so this is the last time that it can be seen.
                let fault = fault.or_else(|| {
                    structure::invalid(&shape, slot.size_px).filter(|_| slot.is_volume)
                });
                if let Some(fault) = fault {
                    invalid.get_or_insert(format!("frame {number}: {fault}"));
                }
                shapes.push((number, shape));
            }
            Kind::Tag => {
                let n_frames = n_in_ranges(value).max(frames.len() as u64);
                return Ok(Framed::Tag { n_frames });
            }
            Kind::Mask => return Ok(Framed::Mask),
            Kind::Raster => return Ok(Framed::Raster),
            Kind::Unread => return Ok(Framed::Unread),
            Kind::Nothing => {}
        }
    }
    if shapes.is_empty() {
        return Err("is drawn on no frame".to_owned());
    }
    let n_gaps = n_in_ranges(value).saturating_sub(frames.len() as u64);
    let shape = over_frames(shapes, slot, n_left)?;
    Ok(Framed::Drawn((shape, invalid), n_gaps))
}

/// Shapes of several frames as one: alone on an image of one frame, polygons and masks of a volume as a volume, else a track.
pub(super) fn over_frames(
    mut shapes: Vec<(u32, Shape)>,
    slot: &Slot,
    n_left: &mut u64,
) -> Result<Shape, String> {
    if slot.n_frames <= 1
        && let [(0, _)] = shapes[..]
        && let Some((_, shape)) = shapes.pop()
    {
        return Ok(shape);
    }
    if slot.is_volume
        && let Some(slices) = slices(&shapes, slot, n_left)?
    {
        let (width_px, height_px) = slot.size_px.ok_or("its slot has no `width` and `height`")?;
        return Volume::new(width_px, height_px, SliceAxis::Index, slices)
            .map(Shape::Volume)
            .map_err(|error| error.to_string());
    }
    let shapes = shapes
        .into_iter()
        .map(|(frame, shape)| TrackedShape { frame, shape });
    Track::new(shapes.collect())
        .map(Shape::Track)
        .map_err(|fault| fault.to_string())
}

/// Slices by pixel centres; `None` when a shape spans no area.
fn slices(
    shapes: &[(u32, Shape)],
    slot: &Slot,
    n_left: &mut u64,
) -> Result<Option<Vec<(i64, Mask)>>, String> {
    let size_px = slot.size_px.ok_or("its slot has no `width` and `height`")?;
    let mut found = Vec::with_capacity(shapes.len());
    for (slice, shape) in shapes {
        let mask = match shape {
            Shape::Mask(mask) => mask.clone(),
            Shape::Polygon(polygon) => filled(polygon, size_px, n_left)?,
            _ => return Ok(None),
        };
        found.push((i64::from(*slice), mask));
    }
    Ok(Some(found))
}
