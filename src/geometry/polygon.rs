//! Polygons with holes, in continuous pixel coordinates: the first pixel covers 0 to 1 on both axes.

use serde::{Deserialize, Serialize};

use super::error::finite;
use super::planar_sweep::{Piece, sweep, swept_areas};
use super::prepared;
use super::{GeometryError, Rect};

/// One outline with holes; `[x, y]` points, closing point not repeated. A point is inside by the even-odd rule over all rings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Polygon {
    pub exterior: Vec<[f64; 2]>,
    pub holes: Vec<Vec<[f64; 2]>>,
}

/// The union of its parts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MultiPolygon {
    pub parts: Vec<Polygon>,
}

/// Areas of two shapes and of what they share, from one pass, so that equal shapes give equal areas to the last bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverlapAreas {
    pub a_px2: f64,
    pub b_px2: f64,
    pub intersection_px2: f64,
}

impl Polygon {
    /// A polygon from rings; repeated neighbouring points, and a closing point equal to the first, are dropped.
    ///
    /// # Errors
    /// A coordinate that is not finite, or a ring of fewer than three points.
    pub fn new(exterior: Vec<[f64; 2]>, holes: Vec<Vec<[f64; 2]>>) -> Result<Self, GeometryError> {
        let holes = holes.into_iter().map(ring).collect::<Result<_, _>>()?;
        Ok(Self {
            exterior: ring(exterior)?,
            holes,
        })
    }

    /// Exterior, then holes.
    pub fn rings(&self) -> impl Iterator<Item = &[[f64; 2]]> {
        std::iter::once(self.exterior.as_slice()).chain(self.holes.iter().map(Vec::as_slice))
    }
}

impl From<Polygon> for MultiPolygon {
    fn from(polygon: Polygon) -> Self {
        Self {
            parts: vec![polygon],
        }
    }
}

impl MultiPolygon {
    pub fn new(parts: Vec<Polygon>) -> Self {
        Self { parts }
    }

    /// One part without holes.
    ///
    /// # Errors
    /// As for [`Polygon::new`].
    pub fn from_ring(exterior: Vec<[f64; 2]>) -> Result<Self, GeometryError> {
        Ok(Polygon::new(exterior, Vec::new())?.into())
    }

    /// Every ring of every part.
    pub fn rings(&self) -> impl Iterator<Item = &[[f64; 2]]> {
        self.parts.iter().flat_map(Polygon::rings)
    }

    /// Whether every coordinate is a finite number.
    pub fn is_finite(&self) -> bool {
        self.rings()
            .flatten()
            .all(|[x, y]| x.is_finite() && y.is_finite())
    }

    /// Area of the union of the parts, in px².
    ///
    /// # Definition
    /// Exact up to rounding. Each part is read by the even-odd rule, so a self-crossing outline counts what it winds around an odd
    /// number of times; ground covered by two parts counts once. Independent of ring direction.
    pub fn area_px2(&self) -> f64 {
        prepared::area(self)
    }

    /// Areas of both shapes and of their intersection, in px².
    ///
    /// # Definition
    /// Between two neighbouring heights at which an edge starts, ends or meets another, the covered width is linear in y; hence the
    /// width halfway times the height is the exact area of that slab. No grid, no snapping.
    pub fn overlap_areas_px2(&self, other: &Self) -> OverlapAreas {
        self.checked_overlap_areas_px2(other)
            .unwrap_or_else(|_| swept_areas(self, other))
    }

    /// As [`Self::overlap_areas_px2`], for coordinates that may not be numbers.
    ///
    /// # Errors
    /// `NotFinite` for NaN and the infinities.
    pub(crate) fn checked_overlap_areas_px2(
        &self,
        other: &Self,
    ) -> Result<OverlapAreas, GeometryError> {
        prepared::overlap_areas(self, other)
    }

    /// Area that two shapes share, in px².
    pub fn intersection_area_px2(&self, other: &Self) -> f64 {
        self.overlap_areas_px2(other).intersection_px2
    }

    /// Summed length of all rings as drawn, in px.
    pub fn perimeter_px(&self) -> f64 {
        self.rings()
            .flat_map(edges)
            .map(|[p, q]| (q[0] - p[0]).hypot(q[1] - p[1]))
            .sum()
    }

    /// The smallest upright rectangle around all exteriors; `None` without points.
    pub fn bounding_box(&self) -> Option<Rect> {
        Rect::around(self.rings().flatten())
    }

    /// Centre of gravity `[x, y]` of the covered area; `None` when the area is zero.
    pub fn centroid_px(&self) -> Option<[f64; 2]> {
        let (mut area, mut moment) = (0.0, [0.0; 2]);
        sweep(self, &Self::default(), |piece: Piece| {
            area += piece.area();
            let [x, y] = piece.moments();
            moment[0] += x;
            moment[1] += y;
        });
        let origin = self.bounding_box()?;
        (area > 0.0).then(|| [origin.x0 + moment[0] / area, origin.y0 + moment[1] / area])
    }

    /// Every coordinate times `[x, y]` factors; with spacings, pixels become mm.
    pub fn scaled(&self, factors: [f64; 2]) -> Self {
        let scale = |ring: &[[f64; 2]]| -> Vec<[f64; 2]> {
            ring.iter()
                .map(|[x, y]| [x * factors[0], y * factors[1]])
                .collect()
        };
        let parts = self.parts.iter().map(|part| Polygon {
            exterior: scale(&part.exterior),
            holes: part.holes.iter().map(|hole| scale(hole)).collect(),
        });
        Self {
            parts: parts.collect(),
        }
    }
}

/// Edges of a closed ring, the last back to the first point.
pub(super) fn edges(ring: &[[f64; 2]]) -> impl Iterator<Item = [[f64; 2]; 2]> + '_ {
    let ends = ring.iter().skip(1).chain(ring.first());
    ring.iter().zip(ends).map(|(p, q)| [*p, *q])
}

fn ring(mut points: Vec<[f64; 2]>) -> Result<Vec<[f64; 2]>, GeometryError> {
    for [x, y] in &points {
        finite("x", *x)?;
        finite("y", *y)?;
    }
    points.dedup();
    while points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    if points.len() < 3 {
        return Err(GeometryError::TooFewPoints {
            found: points.len(),
        });
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    }

    fn shape(ring: Vec<[f64; 2]>) -> MultiPolygon {
        MultiPolygon::from_ring(ring).unwrap()
    }

    #[test]
    fn a_square_with_a_hole_has_the_area_between_its_rings() {
        let frame = Polygon::new(square(0.0, 0.0, 10.0), vec![square(2.0, 2.0, 4.0)]).unwrap();
        let frame = MultiPolygon::from(frame);
        assert_eq!(frame.area_px2(), 84.0);
        assert_eq!(frame.perimeter_px(), 56.0);
        // (50 * 10 - 16 * 4) / 84 is the hand-made balance of square and hole.
        let centre = (100.0 * 5.0 - 16.0 * 4.0) / 84.0;
        let [x, y] = frame.centroid_px().unwrap();
        assert!((x - centre).abs() < 1e-12 && (y - centre).abs() < 1e-12);
    }

    #[test]
    fn parts_that_overlap_count_shared_ground_once() {
        let parts = [square(0.0, 0.0, 2.0), square(1.0, 1.0, 2.0)];
        let parts = parts.map(|ring| Polygon::new(ring, vec![]).unwrap());
        assert_eq!(MultiPolygon::new(parts.to_vec()).area_px2(), 7.0);
    }

    #[test]
    fn overlap_of_shifted_squares_is_their_common_rectangle() {
        let a = shape(square(0.0, 0.0, 4.0));
        assert_eq!(a.intersection_area_px2(&shape(square(1.0, 3.0, 4.0))), 3.0);
        assert_eq!(a.intersection_area_px2(&shape(square(4.0, 0.0, 4.0))), 0.0);
        assert_eq!(a.intersection_area_px2(&shape(square(4.0, 4.0, 4.0))), 0.0);
        assert_eq!(a.intersection_area_px2(&shape(square(1.0, 1.0, 2.0))), 4.0);
    }

    #[test]
    fn two_triangles_that_cross_share_a_diamond() {
        let up = shape(vec![[0.0, 0.0], [4.0, 0.0], [2.0, 4.0]]);
        let down = shape(vec![[0.0, 4.0], [4.0, 4.0], [2.0, 0.0]]);
        assert!((up.intersection_area_px2(&down) - 4.0).abs() < 1e-12);
    }

    #[test]
    fn ring_direction_does_not_matter() {
        let mut backwards = square(0.0, 0.0, 3.0);
        backwards.reverse();
        let areas = shape(backwards).overlap_areas_px2(&shape(square(0.0, 0.0, 3.0)));
        assert_eq!(areas.a_px2, areas.b_px2);
        assert_eq!(areas.a_px2, areas.intersection_px2);
    }

    #[test]
    fn a_bow_tie_counts_both_wings() {
        let bow = shape(vec![[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]]);
        assert!((bow.area_px2() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn rings_are_cleaned_and_checked() {
        let closed = Polygon::new(
            vec![[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
            vec![],
        );
        assert_eq!(closed.unwrap().exterior.len(), 3);
        let line = Polygon::new(vec![[0.0, 0.0], [1.0, 0.0]], vec![]);
        assert_eq!(line, Err(GeometryError::TooFewPoints { found: 2 }));
        let hole = Polygon::new(square(0.0, 0.0, 1.0), vec![vec![[f64::NAN, 0.0]]]);
        assert!(matches!(hole, Err(GeometryError::NotFinite { .. })));
    }
}
