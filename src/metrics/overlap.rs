//! Dice and IoU of masks, volumes, boxes, polygons and ellipses.

use std::iter::Sum;
use std::ops::Add;

use rayon::prelude::*;

use super::error::{not_negative, positive};
use super::{MetricError, MetricValue, Undefined};
use crate::geometry::{
    Cuboid, Ellipse, GeometryError, Mask, MultiPolygon, PixelBox, Rect, RotatedRect, Volume,
};

/// Sizes of two shapes and of what they share, in one unit (px, px², voxels or mm³). `a` is the reference where there is one.
///
/// Overlaps add up: the sum over labels or items gives the micro mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Overlap {
    a: f64,
    b: f64,
    intersection: f64,
}

impl Overlap {
    /// # Errors
    /// A size that is negative or not finite; an intersection larger than either shape by more than rounding (1e-9 of it).
    pub fn new(a: f64, b: f64, intersection: f64) -> Result<Self, MetricError> {
        not_negative("size of a", a)?;
        not_negative("size of b", b)?;
        not_negative("size of the intersection", intersection)?;
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
    pub fn of_masks(a: &Mask, b: &Mask) -> Result<Self, MetricError> {
        let shared = a.intersection_px(b)? as f64;
        Self::new(a.area_px() as f64, b.area_px() as f64, shared)
    }

    /// Voxels of two volumes on one grid.
    pub fn of_volumes(a: &Volume, b: &Volume) -> Result<Self, MetricError> {
        let shared = a.intersection_voxels(b)? as f64;
        Self::new(a.voxels() as f64, b.voxels() as f64, shared)
    }

    /// Areas of two upright boxes.
    pub fn of_rects(a: &Rect, b: &Rect) -> Result<Self, MetricError> {
        let shared = a.intersection_area_px2(b);
        Self::new(a.area_px2(), b.area_px2(), shared)
    }

    /// Areas of two polygons, exact up to rounding.
    pub fn of_polygons(a: &MultiPolygon, b: &MultiPolygon) -> Result<Self, MetricError> {
        if !a.is_finite() || !b.is_finite() {
            return Err(not_finite("a polygon's coordinate"));
        }
        let areas = a.overlap_areas_px2(b);
        Self::new(areas.a_px2, areas.b_px2, areas.intersection_px2)
    }

    /// Areas of two rotated boxes.
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
    /// shapely 2.2.0 footprints times heights, `tests/oracles/vectors/`.
    pub fn of_cuboids(a: &Cuboid, b: &Cuboid) -> Result<Self, MetricError> {
        if !a.is_finite() || !b.is_finite() {
            return Err(not_finite("a cuboid's number"));
        }
        Self::new(a.volume(), b.volume(), a.intersection_volume(b))
    }

    /// Areas of two ellipses, by polygons that keep the area; see [`Ellipse::to_polygon`] for the error.
    pub fn of_ellipses(a: &Ellipse, b: &Ellipse) -> Result<Self, MetricError> {
        Self::of_polygons(&a.into(), &b.into())
    }

    pub fn a(&self) -> f64 {
        self.a
    }

    pub fn b(&self) -> f64 {
        self.b
    }

    pub fn intersection(&self) -> f64 {
        self.intersection
    }

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
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; symmetric; 1 exactly for equal shapes; unchanged by moving or scaling both.
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
/// pycocotools 2.0 masks and shapely 2.2.0 polygons, `tests/oracles/overlap/`.
pub fn dice(overlap: &Overlap) -> MetricValue {
    share(2.0 * overlap.intersection, overlap.a + overlap.b)
}

/// Intersection over union (Jaccard index).
///
/// # Definition
/// |A∩B| / |A∪B|.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; symmetric; never above Dice; IoU = Dice / (2 − Dice).
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
/// pycocotools 2.0 masks and shapely 2.2.0 polygons, `tests/oracles/overlap/`.
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

/// IoU of every mask in `a` with every mask in `b`, row by row.
///
/// # Definition
/// `matrix[i][j]` as [`iou`]; 0 where the bounding boxes do not meet, found without walking the runs. Two empty masks: `None`.
/// # Errors
/// `SizeMismatch` unless all masks are of one image size.
pub fn iou_matrix(a: &[Mask], b: &[Mask]) -> Result<Vec<Vec<Option<f64>>>, MetricError> {
    let (sides_a, sides_b) = (summaries(a), summaries(b));
    if let Some(first) = a.first() {
        for mask in a.iter().chain(b) {
            first.check_size(mask)?;
        }
    }
    let row = |(mask, side): (&Mask, &Summary)| -> Result<Vec<Option<f64>>, MetricError> {
        b.iter()
            .zip(&sides_b)
            .map(|(other, theirs)| side.iou(theirs, || mask.intersection_px(other)))
            .collect()
    };
    a.par_iter().zip(&sides_a).map(row).collect()
}

struct Summary {
    area_px: u64,
    bounding_box: Option<PixelBox>,
}

fn summaries(masks: &[Mask]) -> Vec<Summary> {
    let summary = |mask: &Mask| Summary {
        area_px: mask.area_px(),
        bounding_box: mask.bounding_box(),
    };
    masks.iter().map(summary).collect()
}

impl Summary {
    fn iou(
        &self,
        other: &Self,
        shared: impl Fn() -> Result<u64, GeometryError>,
    ) -> Result<Option<f64>, MetricError> {
        let (Some(ours), Some(theirs)) = (&self.bounding_box, &other.bounding_box) else {
            return Ok((self.area_px + other.area_px > 0).then_some(0.0));
        };
        if !ours.meets(theirs) {
            return Ok(Some(0.0));
        }
        let shared = shared()?;
        let union = self.area_px + other.area_px - shared;
        Ok(Some(shared as f64 / union as f64))
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

    #[test]
    fn the_matrix_holds_what_pairs_give() {
        let a = [mask(&[0, 4]), mask(&[]), mask(&[5, 7])];
        let b = [mask(&[2, 6]), mask(&[]), mask(&[11, 12])];
        let matrix = iou_matrix(&a, &b).unwrap();
        for (i, row) in matrix.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let pair = Overlap::of_masks(&a[i], &b[j]).unwrap();
                assert_eq!(*value, iou(&pair).value());
            }
        }
        assert_eq!(matrix[0][0], Some(2.0 / 6.0));
        let other_size = [Mask::empty(3, 4).unwrap()];
        assert!(iou_matrix(&a, &other_size).is_err());
    }
}
