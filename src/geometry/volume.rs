//! A 3D mask as sparse slices.

use serde::{Deserialize, Serialize};

use super::error::{finite, positive};
use super::{GeometryError, Mask};

/// What a slice's key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SliceAxis {
    /// Micrometres along the slice normal.
    Micrometres,
    /// Slice numbers.
    Index,
}

impl SliceAxis {
    fn name(self) -> &'static str {
        match self {
            Self::Micrometres => "micrometres",
            Self::Index => "slice number",
        }
    }

    /// Keys that differ by no more than this are one position.
    pub(super) fn tolerance(self) -> i64 {
        match self {
            Self::Micrometres => 1,
            Self::Index => 0,
        }
    }
}

/// A 3D mask: slices with something in them, by position.
///
/// # Definition
/// A set of masks of one size, each with a key along the slice normal. A slice that is not given is empty. Positions in micrometres
/// that differ by 1 are one position, since exports round them.
/// # Input
/// Slices in any order.
/// # Edge cases
/// Empty slices are dropped, so an empty volume has none.
/// # Properties
/// Equal sets of voxels make equal volumes, whatever the order and the empty slices given.
/// # Example
/// ```
/// use concord::geometry::{Mask, SliceAxis, Volume};
/// let run = |to: u32| Mask::from_bounds(4, 3, vec![0, to]);
/// let volume = Volume::new(4, 3, SliceAxis::Index, vec![(5, run(4)?), (2, run(2)?), (9, run(0)?)])?;
/// assert_eq!((volume.voxels(), volume.slices().len(), volume.slices()[0].0), (6, 2, 2));
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// The slices of DICOM PS3.3 C.7.6.2, by position along the normal.
/// # Checked against
/// NumPy 2.4.6 counts of 500 volumes, `tests/oracles/boundary/surfaces.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredVolume", into = "StoredVolume")]
pub struct Volume {
    width_px: u32,
    height_px: u32,
    axis: SliceAxis,
    slices: Vec<(i64, Mask)>,
}

#[derive(Serialize, Deserialize)]
struct StoredVolume {
    width_px: u32,
    height_px: u32,
    axis: SliceAxis,
    slices: Vec<(i64, Mask)>,
}

impl Volume {
    /// A volume from slices in any order; empty slices are dropped.
    ///
    /// # Definition
    /// The slices sorted by key.
    /// # Input
    /// Masks of `width_px` by `height_px` with their keys, in the unit of `axis`.
    /// # Edge cases
    /// No slices, or empty ones only: an empty volume.
    /// # Properties
    /// The order of the slices and empty slices make no difference.
    /// # Errors
    /// `ImageSize` for an unusable size; `SizeMismatch` for a slice of another size; `DuplicateSlice` for a position given twice.
    /// # Example
    /// See [`Volume`].
    /// # Reference
    /// The slices of DICOM PS3.3 C.7.6.2, by position along the normal.
    /// # Checked against
    /// NumPy 2.4.6 counts of 500 volumes, `tests/oracles/boundary/surfaces.json`.
    pub fn new(
        width_px: u32,
        height_px: u32,
        axis: SliceAxis,
        mut slices: Vec<(i64, Mask)>,
    ) -> Result<Self, GeometryError> {
        let frame = Mask::empty(width_px, height_px)?;
        for (_, mask) in &slices {
            frame.check_size(mask)?;
        }
        slices.sort_by_key(|(key, _)| *key);
        let same = |pair: &&[(i64, Mask)]| same_position(axis, pair[0].0, pair[1].0);
        if let Some(pair) = slices.windows(2).find(same) {
            return Err(GeometryError::DuplicateSlice { key: pair[1].0 });
        }
        slices.retain(|(_, mask)| !mask.is_empty());
        Ok(Self {
            width_px,
            height_px,
            axis,
            slices,
        })
    }

    /// Width of every slice.
    pub fn width_px(&self) -> u32 {
        self.width_px
    }

    /// Height of every slice.
    pub fn height_px(&self) -> u32 {
        self.height_px
    }

    /// What the keys of the slices count.
    pub fn axis(&self) -> SliceAxis {
        self.axis
    }

    /// Non-empty slices, by rising key.
    pub fn slices(&self) -> &[(i64, Mask)] {
        &self.slices
    }

    /// Whether no voxel is set.
    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// Number of set voxels.
    ///
    /// # Definition
    /// Σ of the slices' pixels.
    /// # Edge cases
    /// 0 for an empty volume.
    /// # Example
    /// See [`Volume`].
    /// # Checked against
    /// NumPy 2.4.6 counts of 500 volumes, `tests/oracles/boundary/surfaces.json`.
    pub fn voxels(&self) -> u64 {
        self.slices.iter().map(|(_, mask)| mask.area_px()).sum()
    }

    /// Number of voxels set in both.
    ///
    /// # Definition
    /// Σ over positions that both have of the pixels that both slices set.
    /// # Input
    /// Volumes of one slice size, placed in one way.
    /// # Edge cases
    /// 0 where either is empty.
    /// # Properties
    /// Symmetric; at most the voxels of either.
    /// # Errors
    /// `SizeMismatch` or `AxisMismatch` when the two are not on one grid.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SliceAxis, Volume};
    /// let slice = |from: u32, to: u32| Mask::from_bounds(4, 3, vec![from, to]);
    /// let a = Volume::new(4, 3, SliceAxis::Index, vec![(2, slice(0, 2)?), (5, slice(0, 4)?)])?;
    /// let b = Volume::new(4, 3, SliceAxis::Index, vec![(2, slice(1, 5)?), (3, slice(0, 9)?)])?;
    /// assert_eq!((a.intersection_voxels(&b)?, a.union_voxels(&b)?), (1, 18));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Dice 1945, Ecology 26:297–302, doi:10.2307/1932409, whose numerator it is.
    /// # Checked against
    /// SimpleITK 2.5.7 through Dice and Jaccard of 500 volumes, `tests/oracles/boundary/simpleitk.json`.
    pub fn intersection_voxels(&self, other: &Volume) -> Result<u64, GeometryError> {
        self.check_grid(other)?;
        let (mut j, mut n) = (0, 0);
        for (key, mask) in &self.slices {
            let same = |theirs: i64| same_position(self.axis, *key, theirs);
            while other
                .slices
                .get(j)
                .is_some_and(|(theirs, _)| theirs < key && !same(*theirs))
            {
                j += 1;
            }
            if let Some((_, theirs)) = other.slices.get(j).filter(|(theirs, _)| same(*theirs)) {
                n += mask.intersection_px(theirs)?;
                // One slice stands for one: positions may lie a micrometre from each of two.
                j += 1;
            }
        }
        Ok(n)
    }

    /// Number of voxels set in either.
    ///
    /// # Definition
    /// |A| + |B| − |A∩B|.
    /// # Input
    /// As for [`Self::intersection_voxels`].
    /// # Edge cases
    /// The voxels of the other where one is empty.
    /// # Properties
    /// Symmetric; at least the voxels of either.
    /// # Errors
    /// As for [`Self::intersection_voxels`].
    /// # Example
    /// See [`Self::intersection_voxels`].
    /// # Reference
    /// Jaccard 1912, New Phytologist 11:37–50, doi:10.1111/j.1469-8137.1912.tb05611.x, whose denominator it is.
    /// # Checked against
    /// SimpleITK 2.5.7 through Jaccard of 500 volumes, `tests/oracles/boundary/simpleitk.json`.
    pub fn union_voxels(&self, other: &Volume) -> Result<u64, GeometryError> {
        Ok(self.voxels() + other.voxels() - self.intersection_voxels(other)?)
    }

    /// Voxels set here and not in `other`.
    ///
    /// # Definition
    /// Slice by slice as [`Mask::difference`]; slices with nothing left are dropped.
    /// # Input
    /// As for [`Self::intersection_voxels`].
    /// # Edge cases
    /// Empty when this is empty; the same volume when the other is.
    /// # Properties
    /// Holds |A| − |A∩B| voxels.
    /// # Errors
    /// As for [`Self::intersection_voxels`].
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SliceAxis, Volume};
    /// let slice = |to: u32| Mask::from_bounds(4, 3, vec![0, to]);
    /// let a = Volume::new(4, 3, SliceAxis::Index, vec![(0, slice(5)?), (1, slice(2)?)])?;
    /// let b = Volume::new(4, 3, SliceAxis::Index, vec![(0, slice(3)?), (1, slice(4)?)])?;
    /// assert_eq!((a.difference(&b)?.voxels(), b.difference(&a)?.voxels()), (2, 2));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Serra 1982, Image Analysis and Mathematical Morphology, Academic Press, ISBN 0-12-637240-3.
    /// # Checked against
    /// SciPy 1.17.1 through the boundary IoU of 500 volumes, `tests/oracles/boundary/boundary_iou.json`.
    pub fn difference(&self, other: &Volume) -> Result<Self, GeometryError> {
        self.check_grid(other)?;
        let slices = self.slices.iter().map(|(key, mask)| {
            let at = other.slices.partition_point(|(theirs, _)| {
                *theirs < *key && !same_position(self.axis, *key, *theirs)
            });
            let theirs = other.slices.get(at);
            let theirs = theirs.filter(|(theirs, _)| same_position(self.axis, *key, *theirs));
            let left = match theirs {
                Some((_, theirs)) => mask.difference(theirs)?,
                None => mask.clone(),
            };
            Ok((*key, left))
        });
        let slices = slices.collect::<Result<_, GeometryError>>()?;
        Self::new(self.width_px, self.height_px, self.axis, slices)
    }

    /// Volume in mm³ on a spacing of `[z, y, x]` mm.
    ///
    /// # Definition
    /// Number of set voxels times the volume of one.
    /// # Input
    /// Spacings above 0.
    /// # Edge cases
    /// 0 for an empty volume.
    /// # Properties
    /// Grows with the cube of the spacing.
    /// # Errors
    /// `NotPositive` or `NotFinite` spacing; `NotFinite` for a volume beyond the range of f64.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SliceAxis, Volume};
    /// let slice = Mask::from_bounds(4, 3, vec![0, 6])?;
    /// let volume = Volume::new(4, 3, SliceAxis::Index, vec![(0, slice)])?;
    /// assert_eq!(volume.volume_mm3([2.0, 0.5, 0.5])?, 3.0);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// The voxel count of Heimann et al. 2009, IEEE TMI 28(8):1251–1265, doi:10.1109/TMI.2009.2013851.
    /// # Checked against
    /// SimpleITK 2.5.7, sizes of 500 volumes in mm³, `tests/oracles/boundary/simpleitk.json`.
    pub fn volume_mm3(&self, spacing_mm: [f64; 3]) -> Result<f64, GeometryError> {
        let mut voxel_mm3 = 1.0;
        for spacing in spacing_mm {
            voxel_mm3 *= positive("spacing in mm", spacing)?;
        }
        finite("volume in mm³", self.voxels() as f64 * voxel_mm3)
    }

    /// Mean of the set voxels' centres: `[key, y, x]`, key in the unit of the axis; `None` for an empty volume.
    ///
    /// # Definition
    /// Along y and x as [`Mask::centroid_px`], the first voxel's centre being 0.5; along the axis the mean of the keys.
    /// # Edge cases
    /// `None` for an empty volume; the voxel's centre for one voxel.
    /// # Properties
    /// Moves with the volume.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SliceAxis, Volume};
    /// let slice = |to: u32| Mask::from_bounds(4, 3, vec![0, to]);
    /// let volume = Volume::new(4, 3, SliceAxis::Index, vec![(0, slice(1)?), (3, slice(2)?)])?;
    /// assert_eq!(volume.centroid(), Some([2.0, 0.5, 2.5 / 3.0]));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Maier-Hein et al. 2024, Nature Methods 21:195–212, doi:10.1038/s41592-023-02151-z (centre distance).
    /// # Checked against
    /// MetricsReloaded cb38dfc through the distance of centroids, `tests/oracles/boundary/metrics_reloaded.json`.
    pub fn centroid(&self) -> Option<[f64; 3]> {
        let (mut n, mut sum) = (0.0, [0.0; 3]);
        for (key, mask) in &self.slices {
            let Some([x, y]) = mask.centroid_px() else {
                continue;
            };
            let weight = mask.area_px() as f64;
            n += weight;
            for (total, value) in sum.iter_mut().zip([*key as f64, y, x]) {
                *total += weight * value;
            }
        }
        (n > 0.0).then(|| sum.map(|total| total / n))
    }

    /// Whether two volumes are of one slice size and placed in one way.
    ///
    /// # Errors
    /// `SizeMismatch` or `AxisMismatch` when they are not.
    pub fn check_grid(&self, other: &Volume) -> Result<(), GeometryError> {
        if (self.width_px, self.height_px) != (other.width_px, other.height_px) {
            return Err(GeometryError::SizeMismatch {
                a_width_px: self.width_px,
                a_height_px: self.height_px,
                b_width_px: other.width_px,
                b_height_px: other.height_px,
            });
        }
        if self.axis != other.axis {
            return Err(GeometryError::AxisMismatch {
                a: self.axis.name(),
                b: other.axis.name(),
            });
        }
        Ok(())
    }
}

/// Whether two keys name one slice position.
pub(super) fn same_position(axis: SliceAxis, a: i64, b: i64) -> bool {
    a.abs_diff(b) <= axis.tolerance().unsigned_abs()
}

impl From<Volume> for StoredVolume {
    fn from(volume: Volume) -> Self {
        Self {
            width_px: volume.width_px,
            height_px: volume.height_px,
            axis: volume.axis,
            slices: volume.slices,
        }
    }
}

impl TryFrom<StoredVolume> for Volume {
    type Error = GeometryError;

    fn try_from(stored: StoredVolume) -> Result<Self, GeometryError> {
        Self::new(
            stored.width_px,
            stored.height_px,
            stored.axis,
            stored.slices,
        )
    }
}

#[cfg(test)]
mod tests;
