//! Figures of one object over the slices of a plane.

use crate::domain::{Shape, Track, TrackedShape};
use crate::geometry::{Mask, SliceAxis, Volume};
use crate::importers::drawn::{Drawn, filled};
use std::collections::BTreeMap;

/// A figure on a slice.
pub(super) struct Figure {
    pub slice: u32,
    pub shape: Shape,
    pub fault: Option<String>,
}

/// Bitmaps and polygons as a volume, by the middles of pixels; anything else as a track.
pub(super) fn over_slices(
    figures: Vec<Figure>,
    size_px: Option<(u32, u32)>,
    n_runs_left: &mut u64,
) -> Result<Drawn, String> {
    let fault = figures.iter().find_map(|figure| {
        let fault = figure.fault.as_ref()?;
        Some(format!("slice {}: {fault}", figure.slice))
    });
    let is_area = |figure: &Figure| matches!(figure.shape, Shape::Mask(_) | Shape::Polygon(_));
    if !figures.iter().all(is_area) {
        let shapes = figures.into_iter().map(|figure| TrackedShape {
            frame: figure.slice,
            shape: figure.shape,
        });
        let track = Track::new(shapes.collect()).map_err(|fault| fault.to_string())?;
        return Ok((Shape::Track(track), fault));
    }
    let (width_px, height_px) = size_px.ok_or("lies on a volume whose size is not exported")?;
    let mut slices: BTreeMap<i64, Mask> = BTreeMap::new();
    for figure in figures {
        let mask = match figure.shape {
            Shape::Mask(mask) => mask,
            Shape::Polygon(polygon) => filled(&polygon, (width_px, height_px), n_runs_left)?,
            _ => continue,
        };
        let slice = i64::from(figure.slice);
        let whole = match slices.remove(&slice) {
            Some(known) => known.union(&mask).map_err(|error| error.to_string())?,
            None => mask,
        };
        slices.insert(slice, whole);
    }
    let slices = slices.into_iter().collect();
    let volume = Volume::new(width_px, height_px, SliceAxis::Index, slices)
        .map_err(|error| error.to_string())?;
    Ok((Shape::Volume(volume), fault))
}
