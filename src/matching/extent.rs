//! The box around a shape, in as many dimensions as the index has.

use crate::geometry::{Cuboid, Ellipse, Mask, MultiPolygon, Rect, RotatedRect, SliceAxis, Volume};

/// An upright box of `D` dimensions, as the spatial index sees a shape: `[x, y]`, or `[x, y, z]`.
///
/// # Definition
/// `low[i] ≤ high[i]` in each dimension. Two extents meet where they share more than a face in every dimension.
/// # Input
/// Every shape reaches the index by its bounding box: boxes, rotated boxes, ellipses, polygons and masks in 2D; cuboids and volumes in 3D, a slice
/// being as thick as the distance within which slice positions count as one.
/// # Edge cases
/// A shape without extent (an empty mask) and one with a coordinate that is not a number: [`Extent::NOWHERE`], which meets nothing.
/// # Example
/// ```
/// use concord::geometry::{Mask, Rect, RotatedRect};
/// use concord::matching::Extent;
/// let mask = Mask::from_bounds(4, 3, vec![5, 7])?;
/// assert_eq!(Extent::from(&mask), Extent { low: [1.0, 1.0], high: [3.0, 2.0] });
/// let turned = RotatedRect { cx: 2.0, cy: 2.0, width: 2.0, height: 4.0, angle_deg: 90.0 };
/// assert_eq!(Extent::from(&turned), Extent { low: [0.0, 1.0], high: [4.0, 3.0] });
/// assert!(!Extent::from(&Mask::empty(4, 3)?).meets(&Extent::from(&mask)));
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent<const D: usize> {
    pub low: [f64; D],
    pub high: [f64; D],
}

impl<const D: usize> Extent<D> {
    /// What meets nothing.
    pub const NOWHERE: Self = Self {
        low: [f64::NAN; D],
        high: [f64::NAN; D],
    };

    /// Whether the two share more than a face.
    pub fn meets(&self, other: &Self) -> bool {
        (0..D).all(|i| (self.low[i] < other.high[i]) & (other.low[i] < self.high[i]))
    }

    /// Whether all coordinates are numbers.
    pub fn is_finite(&self) -> bool {
        let all = self.low.iter().chain(&self.high);
        all.copied().all(f64::is_finite)
    }

    /// The smallest extent around both.
    pub fn around(&self, other: &Self) -> Self {
        Self {
            low: std::array::from_fn(|i| self.low[i].min(other.low[i])),
            high: std::array::from_fn(|i| self.high[i].max(other.high[i])),
        }
    }
}

impl Extent<2> {
    /// The same on one slice `low..high` of a volume.
    pub fn at_depth(self, low: f64, high: f64) -> Extent<3> {
        Extent {
            low: [self.low[0], self.low[1], low],
            high: [self.high[0], self.high[1], high],
        }
    }
}

impl From<Rect> for Extent<2> {
    fn from(area: Rect) -> Self {
        Self {
            low: [area.x0, area.y0],
            high: [area.x1, area.y1],
        }
    }
}

impl From<&Rect> for Extent<2> {
    fn from(area: &Rect) -> Self {
        (*area).into()
    }
}

impl From<&RotatedRect> for Extent<2> {
    fn from(shape: &RotatedRect) -> Self {
        (&MultiPolygon::from(shape)).into()
    }
}

impl From<&Ellipse> for Extent<2> {
    fn from(shape: &Ellipse) -> Self {
        (&MultiPolygon::from(shape)).into()
    }
}

impl From<&MultiPolygon> for Extent<2> {
    fn from(shape: &MultiPolygon) -> Self {
        // A coordinate that is not a number would be passed over by the smallest and greatest.
        let area = shape.bounding_box().filter(|_| shape.is_finite());
        area.map_or(Self::NOWHERE, Self::from)
    }
}

impl From<&Mask> for Extent<2> {
    fn from(mask: &Mask) -> Self {
        mask.bounding_box().map_or(Self::NOWHERE, |area| Self {
            low: [area.x0, area.y0].map(f64::from),
            high: [area.x1, area.y1].map(f64::from),
        })
    }
}

impl From<&Cuboid> for Extent<3> {
    fn from(cuboid: &Cuboid) -> Self {
        let (at, half) = (cuboid.centre[2], 0.5 * cuboid.size[2].abs());
        Extent::<2>::from(&cuboid.footprint()).at_depth(at - half, at + half)
    }
}

impl From<&Volume> for Extent<3> {
    fn from(volume: &Volume) -> Self {
        // Positions in micrometres that differ by 1 are one slice.
        let half = match volume.axis() {
            SliceAxis::Index => 0.5,
            SliceAxis::Micrometres => 0.75,
        };
        let slices = volume.slices().iter().map(|(key, mask)| {
            let at = *key as f64;
            // Outwards, so that a position beyond what a float holds exactly still has a thickness.
            Extent::<2>::from(mask).at_depth((at - half).next_down(), (at + half).next_up())
        });
        slices
            .reduce(|all, slice| all.around(&slice))
            .unwrap_or(Self::NOWHERE)
    }
}
