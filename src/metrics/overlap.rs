//! Dice and IoU of masks, volumes, boxes, polygons and ellipses.

use std::iter::Sum;
use std::ops::Add;

use super::error::{not_negative, positive};
use super::{MetricError, MetricValue, Undefined};
use crate::geometry::{
    Cuboid, Ellipse, GeometryError, Mask, MultiPolygon, OverlapAreas, PreparedPolygon, Rect,
    RotatedRect, Volume,
};

/// Largest size that is taken; sums and doubles of such sizes stay within f64.
const MOST_SIZE: f64 = 1e150;

/// Sizes of two shapes and of what they share, in one unit (px, px², voxels or mm³). `a` is the reference where there is one.
///
/// # Definition
/// |A|, |B| and |A∩B|. Masks count pixels and volumes voxels; boxes, polygons and ellipses are measured exactly, not as rasters.
/// # Input
/// Two shapes of one kind on one grid, or three sizes that are known.
/// # Edge cases
/// An empty shape has size 0 and shares nothing.
/// # Properties
/// Overlaps add up: the sum over labels or items gives the micro mean.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::Overlap;
/// let run = |from: u32, to: u32| Mask::from_bounds(10, 1, vec![from, to]);
/// let overlap = Overlap::of_masks(&run(0, 4)?, &run(2, 8)?)?;
/// assert_eq!((overlap.a(), overlap.b(), overlap.intersection(), overlap.union()), (4.0, 6.0, 2.0, 8.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Dice 1945, Ecology 26:297–302, doi:10.2307/1932409.
/// # Checked against
/// pycocotools 2.0 masks and shapely 2.2.0 polygons, `tests/oracles/overlap/`; SimpleITK 2.5.7, `tests/oracles/boundary/simpleitk.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Overlap {
    a: f64,
    b: f64,
    intersection: f64,
}

impl Overlap {
    /// From sizes that are known.
    ///
    /// # Errors
    /// A size that is negative, not finite or above 1e150; an intersection larger than either shape by more than rounding (1e-9 of it).
    pub fn new(a: f64, b: f64, intersection: f64) -> Result<Self, MetricError> {
        not_negative("size of a", a)?;
        not_negative("size of b", b)?;
        not_negative("size of the intersection", intersection)?;
        for (metric, found) in [("size of a", a), ("size of b", b)] {
            if found > MOST_SIZE {
                return Err(MetricError::NotFinite { metric, found });
            }
        }
        let most = a.min(b);
        if intersection > most * (1.0 + 1e-9) {
            return Err(MetricError::Overlap { a, b, intersection });
        }
        Ok(Self {
            a,
            b,
            intersection: intersection.min(most),
        })
    }

    /// Pixels of two masks of one image.
    ///
    /// # Errors
    /// `SizeMismatch`.
    pub fn of_masks(a: &Mask, b: &Mask) -> Result<Self, MetricError> {
        let shared = a.intersection_px(b)? as f64;
        Self::new(a.area_px() as f64, b.area_px() as f64, shared)
    }

    /// Voxels of two volumes on one grid.
    ///
    /// # Errors
    /// `SizeMismatch`; `AxisMismatch`.
    pub fn of_volumes(a: &Volume, b: &Volume) -> Result<Self, MetricError> {
        let shared = a.intersection_voxels(b)? as f64;
        Self::new(a.voxels() as f64, b.voxels() as f64, shared)
    }

    /// Areas of two upright boxes.
    ///
    /// # Errors
    /// `Negative` or `NotFinite` areas, from coordinates that are not finite.
    pub fn of_rects(a: &Rect, b: &Rect) -> Result<Self, MetricError> {
        let shared = a.intersection_area_px2(b);
        Self::new(a.area_px2(), b.area_px2(), shared)
    }

    /// Areas of two polygons, exact up to rounding.
    ///
    /// # Errors
    /// `NotFinite` coordinates.
    pub fn of_polygons(a: &MultiPolygon, b: &MultiPolygon) -> Result<Self, MetricError> {
        Self::of_areas(a.checked_overlap_areas_px2(b)?)
    }

    /// Areas of two polygons that were prepared, which pays where each meets several.
    pub fn of_prepared(a: &PreparedPolygon, b: &PreparedPolygon) -> Result<Self, MetricError> {
        Self::of_areas(a.overlap_areas_px2(b))
    }

    fn of_areas(areas: OverlapAreas) -> Result<Self, MetricError> {
        Self::new(areas.a_px2, areas.b_px2, areas.intersection_px2)
    }

    /// Areas of two rotated boxes.
    ///
    /// # Errors
    /// As for [`Self::of_polygons`].
    pub fn of_rotated_rects(a: &RotatedRect, b: &RotatedRect) -> Result<Self, MetricError> {
        if !a.is_finite() || !b.is_finite() {
            return Err(not_finite("a rotated box's number"));
        }
        Self::new(a.area_px2(), b.area_px2(), a.intersection_area_px2(b))
    }

    /// Volumes of two upright cuboids turned about z.
    ///
    /// # Definition
    /// [`Cuboid::volume`] and [`Cuboid::intersection_volume`]; [`iou`] of it is the 3D IoU. Exact up to rounding.
    /// # Input
    /// Two cuboids in one frame and unit; the sizes come in the cube of that unit.
    /// # Edge cases
    /// Flat cuboids have no volume: two of them give `Undefined(BothEmpty)`, one gives 0.
    /// # Errors
    /// A number that is not finite.
    /// # Example
    /// ```
    /// use concord::geometry::Cuboid;
    /// use concord::metrics::{Overlap, iou};
    /// let a = Cuboid::new([0.0, 0.0, 0.0], [2.0, 2.0, 2.0], 0.0)?;
    /// let b = Cuboid::new([1.0, 0.0, 0.0], [2.0, 2.0, 2.0], 0.0)?;
    /// // 4 shared of 8 + 8 - 4.
    /// assert_eq!(iou(&Overlap::of_cuboids(&a, &b)?).value(), Some(4.0 / 12.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    /// # Reference
    /// Geiger et al. 2012, Are we ready for autonomous driving? The KITTI vision benchmark suite, doi:10.1109/CVPR.2012.6248074.
    /// # Checked against
    /// shapely 2.2.0 footprints times heights, `tests/oracles/vectors/cuboids.json`.
    pub fn of_cuboids(a: &Cuboid, b: &Cuboid) -> Result<Self, MetricError> {
        if !a.is_finite() || !b.is_finite() {
            return Err(not_finite("a cuboid's number"));
        }
        Self::new(a.volume(), b.volume(), a.intersection_volume(b))
    }

    /// Areas of two ellipses, exact up to rounding; see [`Ellipse::intersection_area_px2`].
    ///
    /// # Errors
    /// A number that is not finite.
    pub fn of_ellipses(a: &Ellipse, b: &Ellipse) -> Result<Self, MetricError> {
        if !a.is_finite() || !b.is_finite() {
            return Err(not_finite("an ellipse's number"));
        }
        Self::new(a.area_px2(), b.area_px2(), a.intersection_area_px2(b))
    }

    /// Size of the first shape, the reference where there is one.
    pub fn a(&self) -> f64 {
        self.a
    }

    /// Size of the second shape, the candidate where there is one.
    pub fn b(&self) -> f64 {
        self.b
    }

    /// Size of what both share.
    pub fn intersection(&self) -> f64 {
        self.intersection
    }

    /// Size of what either covers.
    pub fn union(&self) -> f64 {
        self.a + self.b - self.intersection
    }

    /// All sizes times a positive factor, such as the volume of a voxel in mm³.
    ///
    /// # Errors
    /// A factor that is not positive and finite.
    pub fn scaled(&self, factor: f64) -> Result<Self, MetricError> {
        let factor = positive("factor", factor)?;
        Self::new(self.a * factor, self.b * factor, self.intersection * factor)
    }
}

fn not_finite(what: &'static str) -> MetricError {
    MetricError::Geometry(GeometryError::NotFinite {
        what,
        found: f64::NAN,
    })
}

impl Add for Overlap {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            a: self.a + other.a,
            b: self.b + other.b,
            intersection: self.intersection + other.intersection,
        }
    }
}

impl Sum for Overlap {
    fn sum<I: Iterator<Item = Self>>(overlaps: I) -> Self {
        overlaps.fold(Self::default(), Add::add)
    }
}

/// Dice coefficient.
///
/// # Definition
/// 2·|A∩B| / (|A| + |B|).
/// # Input
/// The overlap of two shapes of any kind.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; symmetric; 1 exactly for equal shapes; unchanged by moving or scaling both.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::{dice, Overlap};
/// // Shapes of 4 and 2 pixels that share 2: 2 * 2 / (4 + 2).
/// let overlap = Overlap::new(4.0, 2.0, 2.0)?;
/// assert_eq!(dice(&overlap).value(), Some(4.0 / 6.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Dice 1945, Ecology 26:297–302, doi:10.2307/1932409.
/// # Checked against
/// pycocotools 2.0 masks and shapely 2.2.0 polygons, `tests/oracles/overlap/masks.json` and `tests/oracles/overlap/polygons.json`;
/// SimpleITK 2.5.7 on 750 pairs, `tests/oracles/boundary/simpleitk.json`; shapely 2.2.0 on vector shapes of every kind,
/// `tests/oracles/vectors/polygons.json`, `tests/oracles/vectors/rectangles.json`, `tests/oracles/vectors/ellipses.json` and
/// `tests/oracles/vectors/cuboids.json`.
pub fn dice(overlap: &Overlap) -> MetricValue {
    share(2.0 * overlap.intersection, overlap.a + overlap.b)
}

/// Intersection over union (Jaccard index).
///
/// # Definition
/// |A∩B| / |A∪B|.
/// # Input
/// The overlap of two shapes of any kind.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; symmetric; never above Dice; IoU = Dice / (2 − Dice).
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::{iou, Overlap};
/// let overlap = Overlap::new(4.0, 2.0, 2.0)?;
/// assert_eq!(iou(&overlap).value(), Some(0.5));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Jaccard 1912, New Phytologist 11:37–50, doi:10.1111/j.1469-8137.1912.tb05611.x.
/// # Checked against
/// pycocotools 2.0 masks and shapely 2.2.0 polygons, `tests/oracles/overlap/masks.json` and `tests/oracles/overlap/polygons.json`;
/// SimpleITK 2.5.7 on 750 pairs, `tests/oracles/boundary/simpleitk.json`; shapely 2.2.0 on vector shapes of every kind,
/// `tests/oracles/vectors/polygons.json`, `tests/oracles/vectors/rectangles.json`, `tests/oracles/vectors/ellipses.json` and
/// `tests/oracles/vectors/cuboids.json`.
pub fn iou(overlap: &Overlap) -> MetricValue {
    share(overlap.intersection, overlap.union())
}

fn share(part: f64, whole: f64) -> MetricValue {
    if whole > 0.0 {
        MetricValue::Defined((part / whole).min(1.0))
    } else {
        MetricValue::Undefined(Undefined::BothEmpty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(bounds: &[u32]) -> Mask {
        Mask::from_bounds(4, 3, bounds.to_vec()).unwrap()
    }

    #[test]
    fn both_empty_is_undefined_and_one_empty_is_zero() {
        let none = Overlap::of_masks(&mask(&[]), &mask(&[])).unwrap();
        assert_eq!(dice(&none), Undefined::BothEmpty.into());
        assert_eq!(iou(&none), Undefined::BothEmpty.into());
        let one = Overlap::of_masks(&mask(&[]), &mask(&[0, 3])).unwrap();
        assert_eq!(
            (dice(&one).value(), iou(&one).value()),
            (Some(0.0), Some(0.0))
        );
    }

    #[test]
    fn micro_overlap_is_the_sum_over_parts() {
        let parts = [(4.0, 4.0, 4.0), (2.0, 0.0, 0.0)];
        let sum: Overlap = parts
            .map(|(a, b, i)| Overlap::new(a, b, i).unwrap())
            .into_iter()
            .sum();
        assert_eq!(dice(&sum).value(), Some(0.8));
    }

    #[test]
    fn an_intersection_beyond_rounding_is_refused() {
        assert!(Overlap::new(1.0, 2.0, 1.1).is_err());
        assert!(Overlap::new(-1.0, 2.0, 0.0).is_err());
        assert!(Overlap::new(f64::NAN, 2.0, 0.0).is_err());
        assert_eq!(
            Overlap::new(1.0, 2.0, 1.0 + 1e-12).unwrap().intersection(),
            1.0
        );
    }
}
