//! Polygons with holes, in continuous pixel coordinates: the first pixel covers 0 to 1 on both axes.

use serde::{Deserialize, Serialize};

use super::error::finite;
use super::planar_sweep::{Piece, sweep, swept_areas};
use super::prepared_polygon;
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

/// Areas of two shapes and of what they share, in px². Equal shapes give equal areas to the last bit.
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
    /// The union of `parts`.
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
    /// Each part is read by the even-odd rule: a point is inside when a ray from it crosses the part's rings an odd number of times. So
    /// an outline that crosses itself counts what it winds around an odd number of times, and ground covered by two parts counts once.
    /// # Input
    /// Rings of any direction; the closing point may be repeated or not.
    /// # Edge cases
    /// 0 for a shape without points. A ring that encloses nothing adds nothing.
    /// # Properties
    /// At least 0; exact up to rounding (about 10⁻¹⁵ of the box around the shape); independent of ring direction and starting point.
    /// # Errors
    /// None; coordinates must be finite ([`Self::is_finite`]).
    /// # Example
    /// ```
    /// use concord::geometry::MultiPolygon;
    /// let bow = MultiPolygon::from_ring(vec![[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]])?;
    /// // Two wings of 1 px² each.
    /// assert_eq!(bow.area_px2(), 2.0);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Green's theorem on outlines that do not meet themselves; a sweep in slabs on others.
    /// # Checked against
    /// shapely 2.2.0: `tests/oracles/vectors/polygons.json`; on outlines that cross themselves, its faces with an odd number of
    /// crossings and its `make_valid` of method `linework`, which keeps the same rule. Its method `structure` and `buffer(0)` differ:
    /// `tests/oracles/vectors/crossings.json`.
    pub fn area_px2(&self) -> f64 {
        prepared_polygon::area(self)
    }

    /// Areas of both shapes and of their intersection, in px².
    ///
    /// # Definition
    /// Shapes as in [`Self::area_px2`]. The area of the intersection is half the integral of `x dy − y dx` along what borders it: those
    /// pieces of either outline that lie within the other shape. Only where the outlines cross, and which way, has to be found; both
    /// are decided exactly. Where outlines touch, share edges or corners, the answer is that for one of them moved by a vanishing
    /// amount (up and right), which has the same area. No grid, no snapping.
    ///
    /// Shapes whose own outline meets itself, or whose parts overlap, are swept in slabs instead: between two neighbouring heights at
    /// which an edge starts, ends or meets another, the covered width is linear in y, so the width halfway times the height is the
    /// area of that slab.
    /// # Input
    /// As for [`Self::area_px2`]. One of many comparisons of a shape is faster from a [`super::PreparedPolygon`].
    /// # Edge cases
    /// An intersection of 0 for shapes that only touch, and for an empty shape.
    /// # Properties
    /// Symmetric up to rounding; the intersection is never above either area; equal shapes give three equal areas.
    /// # Errors
    /// None; coordinates must be finite ([`Self::is_finite`]).
    /// # Example
    /// ```
    /// use concord::geometry::{MultiPolygon, Rect};
    /// let a = MultiPolygon::from(&Rect::from_corners([0.0, 0.0], [4.0, 4.0]));
    /// let b = MultiPolygon::from(&Rect::from_corners([1.0, 3.0], [9.0, 5.0]));
    /// let areas = a.overlap_areas_px2(&b);
    /// assert_eq!((areas.a_px2, areas.b_px2, areas.intersection_px2), (16.0, 16.0, 3.0));
    /// ```
    /// # Reference
    /// Shewchuk 1997, doi:10.1007/PL00009321 (exact signs); Edelsbrunner & Mücke 1990, doi:10.1145/77635.77639 (touching outlines).
    /// # Checked against
    /// shapely 2.2.0: `tests/oracles/vectors/polygons.json`, `tests/oracles/overlap/polygons.json`; the two ways against each other
    /// on millions of pairs (`geometry/prepared_polygon/tests.rs`).
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
        prepared_polygon::overlap_areas(self, other)
    }

    /// Area that two shapes share, in px²; see [`Self::overlap_areas_px2`].
    pub fn intersection_area_px2(&self, other: &Self) -> f64 {
        self.overlap_areas_px2(other).intersection_px2
    }

    /// Summed length of all rings as drawn, in px.
    ///
    /// # Example
    /// ```
    /// use concord::geometry::{MultiPolygon, Rect};
    /// let square = MultiPolygon::from(&Rect::from_corners([0.0, 0.0], [3.0, 4.0]));
    /// assert_eq!(square.perimeter_px(), 14.0);
    /// ```
    /// # Checked against
    /// `length` of shapely 2.2.0, `tests/oracles/vectors/polygons.json`.
    pub fn perimeter_px(&self) -> f64 {
        self.rings()
            .flat_map(edges)
            .map(|[p, q]| (q[0] - p[0]).hypot(q[1] - p[1]))
            .sum()
    }

    /// The smallest upright rectangle around all rings; `None` without points.
    pub fn bounding_box(&self) -> Option<Rect> {
        Rect::around(self.rings().flatten())
    }

    /// Centre of gravity `[x, y]` of the covered area; `None` when the area is zero.
    ///
    /// # Definition
    /// The mean place of all points of the shape, which is read as in [`Self::area_px2`]; by exact moments of the slabs.
    /// # Example
    /// ```
    /// use concord::geometry::MultiPolygon;
    /// let triangle = MultiPolygon::from_ring(vec![[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])?;
    /// let [x, y] = triangle.centroid_px().unwrap();
    /// assert!((x - 1.0).abs() < 1e-15 && (y - 1.0).abs() < 1e-15);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Checked against
    /// `centroid` of shapely 2.2.0, `tests/oracles/vectors/polygons.json`.
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
mod tests;
