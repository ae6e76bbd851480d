//! Shapes made ready to be compared with many others, and the areas that two of them share.

use super::edge_boxes::{RunBoxes, less, more};
use super::error::finite;
use super::orientation::{side_of_moved_line, side_of_moved_point};
use super::planar_sweep::swept_areas;
use super::rings::{Fan, Rings};
use super::{GeometryError, MultiPolygon, OverlapAreas, Rect};

type Point = [f64; 2];

/// A shape with its area, bounding box and the boxes of its edges worked out once, to be held against many others.
///
/// Gives the same numbers as [`MultiPolygon::overlap_areas_px2`], without walking all corners again for each comparison.
///
/// # Example
/// ```
/// use concord::geometry::{MultiPolygon, PreparedPolygon, Rect};
/// let square = |x: f64| MultiPolygon::from(&Rect::from_corners([x, 0.0], [x + 2.0, 2.0]));
/// let reference = square(0.0);
/// let reference = PreparedPolygon::new(&reference)?;
/// for x in [0.5, 1.0, 3.0] {
///     let candidate = square(x);
///     let areas = reference.overlap_areas_px2(&PreparedPolygon::new(&candidate)?);
///     assert_eq!(areas.intersection_px2, 2.0 * (2.0 - x).max(0.0));
/// }
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
pub struct PreparedPolygon<'a> {
    shape: &'a MultiPolygon,
    bounds: Option<Rect>,
    area_px2: f64,
    /// `None` where the shape's outline meets itself; those are swept.
    rings: Option<Rings>,
}

impl<'a> PreparedPolygon<'a> {
    /// Prepares a shape, in steps of about its number of corners, and as much memory.
    ///
    /// # Errors
    /// `NotFinite` for a coordinate that is NaN or infinite.
    pub fn new(shape: &'a MultiPolygon) -> Result<Self, GeometryError> {
        let bounds = bounds(shape)?;
        Ok(Self::within(shape, bounds))
    }

    fn within(shape: &'a MultiPolygon, bounds: Option<Rect>) -> Self {
        let rings = bounds.and_then(|bounds| Rings::of(shape, &bounds));
        let area_px2 = rings.as_ref().map_or_else(
            || swept_areas(shape, &MultiPolygon::default()).a_px2,
            Rings::area,
        );
        Self {
            shape,
            bounds,
            area_px2,
            rings,
        }
    }

    /// As [`MultiPolygon::area_px2`].
    pub fn area_px2(&self) -> f64 {
        self.area_px2
    }

    /// As [`MultiPolygon::bounding_box`].
    pub fn bounding_box(&self) -> Option<Rect> {
        self.bounds
    }

    /// As [`MultiPolygon::overlap_areas_px2`].
    pub fn overlap_areas_px2(&self, other: &Self) -> OverlapAreas {
        let with = |intersection_px2| OverlapAreas {
            a_px2: self.area_px2,
            b_px2: other.area_px2,
            intersection_px2,
        };
        let (Some(a), Some(b)) = (&self.bounds, &other.bounds) else {
            return with(0.0);
        };
        if !a.meets(b) {
            return with(0.0);
        }
        if self.shape == other.shape {
            return with(self.area_px2);
        }
        let shared = match (&self.rings, &other.rings) {
            (Some(a), Some(b)) => shared_area(a, b),
            _ => None,
        };
        let most = self.area_px2.min(other.area_px2);
        match shared {
            // Rounding, and nothing else, may lead out of the possible.
            Some(area) if area > -1e-9 * most && area <= most * (1.0 + 1e-9) => {
                with(area.clamp(0.0, most))
            }
            _ => swept_areas(self.shape, other.shape),
        }
    }
}

/// Areas of two shapes and of what they share.
pub(super) fn overlap_areas(
    a: &MultiPolygon,
    b: &MultiPolygon,
) -> Result<OverlapAreas, GeometryError> {
    let (bounds_a, bounds_b) = (bounds(a)?, bounds(b)?);
    if let (Some(ours), Some(theirs)) = (&bounds_a, &bounds_b)
        && ours.meets(theirs)
        && a != b
    {
        let a = PreparedPolygon::within(a, bounds_a);
        return Ok(a.overlap_areas_px2(&PreparedPolygon::within(b, bounds_b)));
    }
    let a_px2 = area_within(a, bounds_a);
    let equal = bounds_a == bounds_b && a == b;
    Ok(OverlapAreas {
        a_px2,
        b_px2: if equal {
            a_px2
        } else {
            area_within(b, bounds_b)
        },
        intersection_px2: if equal { a_px2 } else { 0.0 },
    })
}

/// Area of a shape.
pub(super) fn area(shape: &MultiPolygon) -> f64 {
    match bounds(shape) {
        Ok(bounds) => area_within(shape, bounds),
        Err(_) => swept_areas(shape, &MultiPolygon::default()).a_px2,
    }
}

fn area_within(shape: &MultiPolygon, bounds: Option<Rect>) -> f64 {
    let Some(bounds) = bounds else {
        return 0.0;
    };
    // Most outlines are one ring that is seen whole from the middle.
    if let [part] = shape.parts.as_slice()
        && part.holes.is_empty()
    {
        let mut fan = Fan::default();
        fan.add_ring(bounds.centre_px(), &part.exterior, |_, _| ());
        if fan.is_simple(&bounds) {
            return 0.5 * fan.sum.abs();
        }
    }
    PreparedPolygon::within(shape, Some(bounds)).area_px2
}

/// The box around all rings; refuses coordinates that are not finite.
fn bounds(shape: &MultiPolygon) -> Result<Option<Rect>, GeometryError> {
    // Two of each, so that no step waits for the one before.
    let mut low = [[f64::INFINITY; 2]; 2];
    let mut high = [[f64::NEG_INFINITY; 2]; 2];
    let mut sums = [[0.0; 2]; 2];
    let mut add = |lane: usize, point: &Point| {
        for axis in 0..2 {
            low[lane][axis] = less(point[axis], low[lane][axis]);
            high[lane][axis] = more(point[axis], high[lane][axis]);
            sums[lane][axis] += point[axis];
        }
    };
    for ring in shape.rings() {
        let (twos, rest) = ring.as_chunks::<2>();
        for two in twos {
            for (lane, point) in two.iter().enumerate() {
                add(lane, point);
            }
        }
        for point in rest {
            add(0, point);
        }
    }
    let least = |axis: usize| {
        low.iter()
            .fold(f64::INFINITY, |all, one| less(one[axis], all))
    };
    let most = |axis: usize| {
        high.iter()
            .fold(f64::NEG_INFINITY, |all, one| more(one[axis], all))
    };
    let (low, high) = ([least(0), least(1)], [most(0), most(1)]);
    // A sum is finite only if its terms are; the converse may fail for huge ones.
    if !sums.iter().flatten().sum::<f64>().is_finite() {
        for value in shape.rings().flatten().flatten() {
            finite("a polygon's coordinate", *value)?;
        }
    }
    Ok((low[0] <= high[0]).then_some(Rect {
        x0: low[0],
        y0: low[1],
        x1: high[0],
        y1: high[1],
    }))
}

/// Area that two shapes share, by half the integral of `x dy − y dx` along what borders it.
fn shared_area(a: &Rings, b: &Rings) -> Option<f64> {
    let mut area = 0.0;
    for ring in &a.rings {
        let point = a.start(ring);
        // b is moved up: a height is reached from below where it is equal.
        if b.covers(point, |y| y >= point[1], side_of_moved_line)? {
            area += ring.sign() * ring.enclosed;
        }
    }
    for ring in &b.rings {
        let point = b.start(ring);
        if a.covers(point, |y| y > point[1], side_of_moved_point)? {
            area += ring.sign() * ring.enclosed;
        }
    }
    let mut balance = 0.0;
    a.boxes.pairs(&b.boxes, |i, j, shared| {
        let (ours, theirs) = (RunBoxes::of(&a.runs[i]), RunBoxes::of(&b.runs[j]));
        for e in ours.touching(shared) {
            for f in theirs.touching(&ours.edge(e)) {
                let (sum, sign) = crossing(a, b, [i, e], [j, f])?;
                area += sum;
                balance += sign;
            }
        }
        Some(())
    })?;
    (balance == 0.0).then_some(area)
}

/// What the crossing of two edges adds to the area, 0 where they do not cross; and whether a enters or leaves b there.
#[inline]
fn crossing(a: &Rings, b: &Rings, i: [usize; 2], j: [usize; 2]) -> Option<(f64, f64)> {
    let ([p, q], [r, s]) = (a.edge(i), b.edge(j));
    let (at_r, at_s) = (side_of_moved_point(p, q, r)?, side_of_moved_point(p, q, s)?);
    if at_r.left == at_s.left {
        return Some((0.0, 0.0));
    }
    let (at_p, at_q) = (side_of_moved_line(r, s, p)?, side_of_moved_line(r, s, q)?);
    if at_p.left == at_q.left {
        return Some((0.0, 0.0));
    }
    let (before, after) = (at_r.double_area.abs(), at_s.double_area.abs());
    let share = if before + after > 0.0 {
        before / (before + after)
    } else {
        0.5
    };
    let (ring_a, ring_b) = (a.ring_of(i[0]), b.ring_of(j[0]));
    // Places count from the origins: far from zero, the digits of a thin shape would not fit beside those of its place.
    let moved = [b.origin[0] - a.origin[0], b.origin[1] - a.origin[1]];
    let from_b = [
        (r[0] - b.origin[0]) + share * (s[0] - r[0]),
        (r[1] - b.origin[1]) + share * (s[1] - r[1]),
    ];
    let from_a = [from_b[0] + moved[0], from_b[1] + moved[1]];
    // b's integral is brought to a's origin.
    let start = b.start(ring_b);
    let step = [
        from_b[0] - (start[0] - b.origin[0]),
        from_b[1] - (start[1] - b.origin[1]),
    ];
    let swept = a.swept_to(i, from_a)
        - b.swept_to(j, from_b)
        - 0.5 * (moved[0] * step[1] - moved[1] * step[0]);
    let turn = if at_s.left { 1.0 } else { -1.0 };
    let sign = turn * ring_a.sign() * ring_b.sign();
    Some((sign * swept, turn * ring_b.sign()))
}

#[cfg(test)]
mod tests;
