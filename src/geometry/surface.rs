//! Distances between the surfaces of two masks or volumes: computed once, read many times.

mod border;

use rayon::join;

use super::distance_transform::{Lattice, MOST_ROWS};
use super::mask::PixelBox;
use super::surface_elements::{areas, lengths};
use super::{GeometryError, Mask, Volume};
use border::Border;

/// Most lattice points that one comparison may hold in memory: 2 bytes each, for one side at a time, besides the elements.
const MOST_POINTS: u64 = 1 << 28;
/// Distances and shares that meet their limit but for rounding do meet it.
const ROUNDING: f64 = 1e-9;
/// Spacings from a femtometre to a thousand kilometres, in mm; within them no square or product leaves the range of f64.
const SPACING_RANGE: [f64; 2] = [1e-12, 1e9];

/// The surface elements of two shapes with their distances to the other's surface.
///
/// # Definition
/// Elements sit at pixel corners, where the 2x2 (2x2x2) block around is neither empty nor full; each has the length (area) of its
/// marching-squares (-cubes) piece. Its distance is the Euclidean distance to the nearest element of the other shape. Beyond the
/// image all is unset, so a shape that touches the image border has a surface there.
/// # Input
/// Two masks or two volumes of one grid; see the constructors.
/// # Edge cases
/// An empty shape has no elements, and then the other's have no distances: every figure is `None`.
/// # Properties
/// Distances depend on the box around both shapes only, not on the image. Exchanging the shapes exchanges the two sides.
/// # Example
/// ```
/// use concord::geometry::{Mask, SurfaceDistances};
/// // One pixel each, 2 mm apart. The corners between them are 1 mm off, the outer ones 2 mm.
/// let dot = |x: u32| Mask::from_bounds(8, 8, vec![16 + x, 17 + x]);
/// let found = SurfaceDistances::of_masks(&dot(3)?, &dot(5)?, [2.0, 1.0])?;
/// assert_eq!(found.elements()[0].len(), 4);
/// assert_eq!(found.maximum(), Some([2.0, 2.0]));
/// assert_eq!(found.share_within(1.0), Some(0.5));
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/boundary/surfaces.json` and `tests/oracles/surface_distance/`.
#[derive(Clone, Debug, PartialEq)]
pub struct SurfaceDistances {
    a: Vec<SurfaceElement>,
    b: Vec<SurfaceElement>,
    a_is_empty: bool,
    b_is_empty: bool,
}

/// An element's distance to the other surface, and its own length or area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfaceElement {
    /// In the unit of the spacing.
    pub distance: f64,
    /// Length (2D) or area (3D), in the unit of the spacing or its square.
    pub size: f64,
}

impl SurfaceDistances {
    /// Between two masks, on a spacing of `[y, x]`.
    ///
    /// # Input
    /// Masks of one image; spacings from 1e-12 to 1e9.
    /// # Edge cases
    /// An empty mask: no elements on either side.
    /// # Errors
    /// `SizeMismatch`; `SpacingRange`; `TooLarge` and `TooManyRows` where the box around both masks has more than 2²⁸ corners or 65,535
    /// rows of them.
    pub fn of_masks(a: &Mask, b: &Mask, spacing: [f64; 2]) -> Result<Self, GeometryError> {
        a.check_size(b)?;
        let spacing = checked(spacing)?;
        let (Some(area_a), Some(area_b)) = (a.bounding_box(), b.bounding_box()) else {
            return Ok(Self::without_distances(a.is_empty(), b.is_empty()));
        };
        let area = area_a.around(&area_b);
        let lattice = lattice(1, area, [1.0, spacing[0], spacing[1]])?;
        let borders = [a, b].map(|mask| Border::of_mask(mask, area));
        Ok(Self::between(lattice, borders, &lengths(spacing)))
    }

    /// Between two volumes, on a spacing of `[z, y, x]`.
    ///
    /// # Definition
    /// Slices take their place on a regular grid: for positions in micrometres the step is the spacing along z (each gap may be off
    /// by 5 % of a step, as rounded exports are); for slice numbers the step is 1. A slice that is not given is empty.
    /// # Input
    /// Volumes of one slice size, placed in one way; spacings from 1e-12 to 1e9.
    /// # Edge cases
    /// An empty volume: no elements on either side. A single slice has surfaces above and below.
    /// # Errors
    /// As for masks; `AxisMismatch`; `IrregularSlices` when a slice lies off the grid.
    pub fn of_volumes(a: &Volume, b: &Volume, spacing: [f64; 3]) -> Result<Self, GeometryError> {
        a.check_grid(b)?;
        let spacing = checked(spacing)?;
        let (Some(area_a), Some(area_b)) = (around(a), around(b)) else {
            return Ok(Self::without_distances(a.is_empty(), b.is_empty()));
        };
        let area = area_a.around(&area_b);
        let layers = super::slice_grid::Layers::new(a, b, spacing[0])?;
        let lattice = lattice(layers.n_layers, area, spacing)?;
        let border = |volume: &Volume, layers: &[usize]| {
            let slices = volume.slices().iter().map(|(_, mask)| mask);
            Border::of_slices(slices.zip(layers.iter().copied()), area, lattice.shape[0])
        };
        let (border_a, border_b) = join(|| border(a, &layers.of_a), || border(b, &layers.of_b));
        Ok(Self::between(
            lattice,
            [border_a, border_b],
            &areas(spacing),
        ))
    }

    fn without_distances(a_is_empty: bool, b_is_empty: bool) -> Self {
        Self {
            a: Vec::new(),
            b: Vec::new(),
            a_is_empty,
            b_is_empty,
        }
    }

    fn between(lattice: Lattice, [a, b]: [Border; 2], sizes: &[f64]) -> Self {
        let to_b = a.elements(lattice.distances(&a.points, &b.points), sizes);
        let to_a = b.elements(lattice.distances(&b.points, &a.points), sizes);
        Self {
            a: to_b,
            b: to_a,
            a_is_empty: false,
            b_is_empty: false,
        }
    }

    /// Whether the first shape has nothing set.
    pub fn a_is_empty(&self) -> bool {
        self.a_is_empty
    }

    /// Whether the second shape has nothing set.
    pub fn b_is_empty(&self) -> bool {
        self.b_is_empty
    }

    /// Elements of a and of b, by rising distance; none where a shape is empty.
    pub fn elements(&self) -> [&[SurfaceElement]; 2] {
        [&self.a, &self.b]
    }

    /// Lengths (areas) of both surfaces; `None` where a shape is empty.
    ///
    /// # Definition
    /// Σ of the elements' sizes: the length of the outline by marching squares, the area of the surface by marching cubes.
    /// # Edge cases
    /// One pixel: four pieces of half a diagonal.
    /// # Properties
    /// Do not depend on the other shape, nor on where the shape lies.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SurfaceDistances};
    /// let dot = Mask::from_bounds(8, 8, vec![9, 10])?;
    /// let found = SurfaceDistances::of_masks(&dot, &dot, [3.0, 4.0])?;
    /// assert_eq!(found.sizes(), Some([10.0, 10.0]));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Nikolov et al. 2021, doi:10.2196/26151; Lorensen & Cline 1987, doi:10.1145/37402.37422.
    /// # Checked against
    /// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
    pub fn sizes(&self) -> Option<[f64; 2]> {
        self.both(|elements| sum(elements.iter().map(|element| element.size)))
    }

    /// Greatest distance from a to b and from b to a; `None` where a shape is empty.
    pub fn maximum(&self) -> Option<[f64; 2]> {
        Some([self.a.last()?.distance, self.b.last()?.distance])
    }

    /// The least distance within which `percent` of a surface lies, from a to b and from b to a; `None` where a shape is empty.
    ///
    /// # Definition
    /// The first element, by rising distance, at which the sizes passed reach `percent` of the surface. No value between two elements is
    /// made up. A share met but for rounding (1e-9 of it) counts as met.
    /// # Input
    /// `percent` from 0 to 100; [`crate::metrics::hd_percentile`] refuses others.
    /// # Edge cases
    /// 0: the least distance; 100: the greatest.
    /// # Properties
    /// Never falls as the percentage grows.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SurfaceDistances};
    /// let dot = |x: u32| Mask::from_bounds(8, 8, vec![16 + x, 17 + x]);
    /// let found = SurfaceDistances::of_masks(&dot(3)?, &dot(5)?, [2.0, 1.0])?;
    /// assert_eq!(found.percentile(50.0), Some([1.0, 1.0]));
    /// assert_eq!(found.percentile(51.0), Some([2.0, 2.0]));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Nikolov et al. 2021, doi:10.2196/26151, in its public implementation; where a share is met exactly, that may go on to the next
    /// distance by rounding.
    /// # Checked against
    /// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
    pub fn percentile(&self, percent: f64) -> Option<[f64; 2]> {
        Some([percentile(&self.a, percent)?, percentile(&self.b, percent)?])
    }

    /// Mean distances from a to b and from b to a, weighted by size; `None` where a shape is empty.
    ///
    /// # Definition
    /// Σ distance · size / Σ size over the elements of each surface.
    /// # Edge cases
    /// 0 for equal shapes.
    /// # Properties
    /// At least 0; at most the greatest distance.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SurfaceDistances};
    /// // Pixels 4 mm wide, 3 apart: half of each outline is 8 mm away, the rest 12 mm.
    /// let dot = |x: u32| Mask::from_bounds(8, 8, vec![x, x + 1]);
    /// let found = SurfaceDistances::of_masks(&dot(1)?, &dot(4)?, [3.0, 4.0])?;
    /// assert_eq!((found.means(), found.mean()), (Some([10.0, 10.0]), Some(10.0)));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Nikolov et al. 2021, doi:10.2196/26151.
    /// # Checked against
    /// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
    pub fn means(&self) -> Option<[f64; 2]> {
        let [size_a, size_b] = self.sizes()?;
        let [moment_a, moment_b] = self.moments()?;
        Some([moment_a / size_a, moment_b / size_b])
    }

    /// Mean distance over both surfaces, weighted by size; `None` where a shape is empty.
    ///
    /// # Definition
    /// As for [`Self::means`], both surfaces taken as one.
    /// # Edge cases
    /// 0 for equal shapes.
    /// # Properties
    /// Between the two directed means; exchanging the shapes changes nothing, not even rounding.
    /// # Example
    /// See [`Self::means`].
    /// # Reference
    /// Nikolov et al. 2021, doi:10.2196/26151.
    /// # Checked against
    /// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
    pub fn mean(&self) -> Option<f64> {
        // Each side is summed on its own, so that exchanging the shapes changes nothing, not even rounding.
        let [size_a, size_b] = self.sizes()?;
        let [moment_a, moment_b] = self.moments()?;
        Some((moment_a + moment_b) / (size_a + size_b))
    }

    /// Share of a within `tolerance` of b, and of b within `tolerance` of a; `None` where a shape is empty.
    ///
    /// # Definition
    /// By size. A distance that equals the tolerance but for rounding (1e-9 of it) is within.
    /// # Input
    /// `tolerance` of at least 0 in the unit of the spacing; [`crate::metrics::surface_overlap`] refuses others.
    /// # Edge cases
    /// Tolerance 0: the share that both surfaces have in common.
    /// # Properties
    /// In [0, 1]; never fall as the tolerance grows.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SurfaceDistances};
    /// let dot = |x: u32| Mask::from_bounds(8, 8, vec![16 + x, 17 + x]);
    /// let found = SurfaceDistances::of_masks(&dot(3)?, &dot(5)?, [2.0, 1.0])?;
    /// assert_eq!(found.shares_within(1.0), Some([0.5, 0.5]));
    /// assert_eq!(found.share_within(0.9), Some(0.0));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Nikolov et al. 2021, doi:10.2196/26151, where a distance that exceeds the tolerance by rounding alone is outside.
    /// # Checked against
    /// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
    pub fn shares_within(&self, tolerance: f64) -> Option<[f64; 2]> {
        let [size_a, size_b] = self.sizes()?;
        let [within_a, within_b] = self.within(tolerance)?;
        Some([within_a / size_a, within_b / size_b])
    }

    /// Share of both surfaces within `tolerance` of the other; `None` where a shape is empty.
    ///
    /// # Definition
    /// As for [`Self::shares_within`], both surfaces taken as one.
    /// # Input
    /// As for [`Self::shares_within`].
    /// # Edge cases
    /// As for [`Self::shares_within`].
    /// # Properties
    /// Between the two directed shares.
    /// # Example
    /// See [`Self::shares_within`].
    /// # Reference
    /// Nikolov et al. 2021, doi:10.2196/26151.
    /// # Checked against
    /// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
    pub fn share_within(&self, tolerance: f64) -> Option<f64> {
        let [size_a, size_b] = self.sizes()?;
        let [within_a, within_b] = self.within(tolerance)?;
        Some((within_a + within_b) / (size_a + size_b))
    }

    fn moments(&self) -> Option<[f64; 2]> {
        self.both(|elements| sum(elements.iter().map(|one| one.distance * one.size)))
    }

    fn within(&self, tolerance: f64) -> Option<[f64; 2]> {
        let limit = tolerance * (1.0 + ROUNDING);
        self.both(|elements| {
            let n_within = elements.partition_point(|element| element.distance <= limit);
            sum(elements[..n_within].iter().map(|element| element.size))
        })
    }

    fn both(&self, figure: impl Fn(&[SurfaceElement]) -> f64) -> Option<[f64; 2]> {
        let has_distances = !self.a.is_empty() && !self.b.is_empty();
        has_distances.then(|| [figure(&self.a), figure(&self.b)])
    }
}

/// A sum that carries its rounding along: millions of elements cost no digit. Nothing adds up to 0, not to −0.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, lost) = values.fold((0.0_f64, 0.0), |(sum, lost), value| {
        let next = sum + value;
        // No value is negative, so what is lost can be told from the two in either order.
        let (large, small) = if sum >= value {
            (sum, value)
        } else {
            (value, sum)
        };
        (next, lost + ((large - next) + small))
    });
    sum + lost
}

fn percentile(elements: &[SurfaceElement], percent: f64) -> Option<f64> {
    let size = sum(elements.iter().map(|element| element.size));
    let enough = size * (percent / 100.0) * (1.0 - ROUNDING);
    let mut passed = 0.0;
    let reached = elements.iter().find(|element| {
        passed += element.size;
        passed >= enough
    });
    reached.or(elements.last()).map(|element| element.distance)
}

fn checked<const N: usize>(spacing: [f64; N]) -> Result<[f64; N], GeometryError> {
    let [least, most] = SPACING_RANGE;
    for found in spacing {
        if !(least..=most).contains(&found) {
            return Err(GeometryError::SpacingRange { found, least, most });
        }
    }
    Ok(spacing)
}

fn around(volume: &Volume) -> Option<PixelBox> {
    let boxes = volume.slices().iter();
    let boxes = boxes.filter_map(|(_, mask)| mask.bounding_box());
    boxes.reduce(|a, b| a.around(&b))
}

/// The lattice of pixel corners of a window; a single layer stays one.
fn lattice(n_layers: usize, area: PixelBox, spacing: [f64; 3]) -> Result<Lattice, GeometryError> {
    let shape = [
        n_layers,
        area.height_px() as usize + 1,
        area.width_px() as usize + 1,
    ];
    let n_points = shape
        .iter()
        .fold(1_u64, |n, &side| n.saturating_mul(side as u64));
    if shape[1] > MOST_ROWS {
        return Err(GeometryError::TooManyRows {
            n_rows: shape[1] as u64,
            limit: MOST_ROWS as u64,
        });
    }
    if n_points > MOST_POINTS {
        return Err(GeometryError::TooLarge {
            n_voxels: n_points,
            limit: MOST_POINTS,
        });
    }
    Ok(Lattice { shape, spacing })
}

#[cfg(test)]
mod tests;
