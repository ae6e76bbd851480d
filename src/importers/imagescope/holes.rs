//! Negative regions: what ImageScope leaves out of the regions of the same layer.
//!
//! A negative region that lies wholly within a region becomes a hole of it. One that reaches over the outline cannot be taken out without
//! cutting the outline, so that region is kept as drawn and flagged.

use super::regions::Region;
use crate::domain::Shape;
use crate::geometry::{MultiPolygon, Polygon, Rect};

/// Corners that are looked at in all comparisons of one layer; more is no annotation but an attack on time.
const MAX_CORNERS: usize = 20_000_000;
/// Rounding of areas, relative.
const ROUNDING: f64 = 1e-9;

const OVERLAPS: &str =
    "a negative region of its layer overlaps it without lying in it and is not taken out";
const TOO_MANY: &str =
    "has more negative regions in its layer than can be checked; they are not taken out";

/// The positive regions with their holes, and the negative ones that lie in none, each with what is to be said.
pub(super) fn punched(regions: Vec<Region>) -> (Vec<Region>, Vec<(String, &'static str)>) {
    let (negative, mut kept): (Vec<_>, Vec<_>) =
        regions.into_iter().partition(|region| region.is_negative);
    let mut left = Vec::new();
    let mut outlines: Vec<Option<(MultiPolygon, Rect)>> =
        kept.iter().map(|region| outline(&region.shape)).collect();
    let mut n_left = MAX_CORNERS;
    for region in negative {
        let Some((hole, bounds)) = outline(&region.shape) else {
            left.push((region.record, "is negative, but encloses nothing"));
            continue;
        };
        let mut is_used = false;
        for (positive, outline) in kept.iter_mut().zip(&mut outlines) {
            let Some((around, around_bounds)) = outline else {
                continue;
            };
            if !around_bounds.meets(&bounds) {
                continue;
            }
            let n_corners = corners(around) + corners(&hole);
            let Some(rest) = n_left.checked_sub(n_corners) else {
                positive.invalid.get_or_insert_with(|| TOO_MANY.to_owned());
                continue;
            };
            n_left = rest;
            let shared = around.intersection_area_px2(&hole);
            let area = hole.area_px2();
            if shared <= ROUNDING * area {
                continue;
            }
            // What earlier holes took away is no longer there, so overlapping holes are no longer within.
            if shared < area * (1.0 - ROUNDING) {
                positive.invalid.get_or_insert_with(|| OVERLAPS.to_owned());
                continue;
            }
            let rings = hole.parts.iter().map(|part| part.exterior.clone());
            if let Some(part) = around.parts.first_mut() {
                part.holes.extend(rings);
            }
            positive.shape = Shape::Polygon(around.clone());
            is_used = true;
        }
        if !is_used {
            left.push((
                region.record,
                "is negative, but lies in no region of its layer",
            ));
        }
    }
    (kept, left)
}

fn corners(polygon: &MultiPolygon) -> usize {
    polygon.rings().map(<[_]>::len).sum()
}

fn outline(shape: &Shape) -> Option<(MultiPolygon, Rect)> {
    let polygon: MultiPolygon = match shape {
        Shape::Polygon(polygon) => polygon.clone(),
        Shape::Box(rect) => Polygon::new(rect.to_polygon().exterior, Vec::new())
            .ok()?
            .into(),
        Shape::Ellipse(ellipse) => Polygon::new(ellipse.to_polygon().exterior, Vec::new())
            .ok()?
            .into(),
        _ => return None,
    };
    let bounds = polygon.bounding_box()?;
    (polygon.area_px2() > 0.0).then_some((polygon, bounds))
}
