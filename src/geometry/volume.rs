//! A 3D mask as sparse slices.

use serde::{Deserialize, Serialize};

use super::error::positive;
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
/// Positions in micrometres that differ by 1 are one position, since exports round them.
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
    /// # Errors
    /// An unusable size, a slice of another size, or a position given twice.
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

    pub fn width_px(&self) -> u32 {
        self.width_px
    }

    pub fn height_px(&self) -> u32 {
        self.height_px
    }

    pub fn axis(&self) -> SliceAxis {
        self.axis
    }

    /// Non-empty slices, by rising key.
    pub fn slices(&self) -> &[(i64, Mask)] {
        &self.slices
    }

    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// Number of set voxels.
    pub fn voxels(&self) -> u64 {
        self.slices.iter().map(|(_, mask)| mask.area_px()).sum()
    }

    /// Number of voxels set in both.
    ///
    /// # Errors
    /// `SizeMismatch` or `AxisMismatch` when the two are not on one grid.
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
    pub fn union_voxels(&self, other: &Volume) -> Result<u64, GeometryError> {
        Ok(self.voxels() + other.voxels() - self.intersection_voxels(other)?)
    }

    /// Volume in mm³ on a spacing of `[z, y, x]` mm.
    pub fn volume_mm3(&self, spacing_mm: [f64; 3]) -> Result<f64, GeometryError> {
        let mut voxel_mm3 = 1.0;
        for spacing in spacing_mm {
            voxel_mm3 *= positive("spacing in mm", spacing)?;
        }
        Ok(self.voxels() as f64 * voxel_mm3)
    }

    /// Mean of the set voxels' centres: `[key, y, x]`, key in the unit of the axis; `None` for an empty volume.
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
mod tests {
    use super::*;

    fn volume(slices: &[(i64, [u32; 2])]) -> Volume {
        let slices = slices
            .iter()
            .map(|(key, run)| (*key, Mask::from_bounds(4, 3, run.to_vec()).unwrap()))
            .collect();
        Volume::new(4, 3, SliceAxis::Index, slices).unwrap()
    }

    #[test]
    fn slices_are_sorted_and_counted_by_key() {
        let a = volume(&[(5, [0, 4]), (2, [0, 2])]);
        let b = volume(&[(2, [1, 5]), (3, [0, 12]), (5, [2, 4])]);
        assert_eq!(a.slices()[0].0, 2);
        assert_eq!((a.voxels(), b.voxels()), (6, 18));
        assert_eq!(a.intersection_voxels(&b), Ok(3));
        assert_eq!(a.union_voxels(&b), Ok(21));
        assert_eq!(a.volume_mm3([2.0, 0.5, 0.5]), Ok(3.0));
    }

    #[test]
    fn the_centroid_weighs_slices_by_their_pixels() {
        let a = volume(&[(0, [0, 1]), (3, [0, 2])]);
        assert_eq!(a.centroid(), Some([2.0, 0.5, 2.5 / 3.0]));
        assert_eq!(volume(&[]).centroid(), None);
    }

    #[test]
    fn a_position_given_twice_is_refused() {
        let mask = Mask::empty(4, 3).unwrap();
        let twice = Volume::new(4, 3, SliceAxis::Index, vec![(1, mask.clone()), (1, mask)]);
        assert_eq!(twice, Err(GeometryError::DuplicateSlice { key: 1 }));
    }

    #[test]
    fn positions_a_micrometre_apart_are_one_position() {
        let slice = |key| {
            let mask = Mask::from_bounds(4, 3, vec![0, 3]).unwrap();
            Volume::new(4, 3, SliceAxis::Micrometres, vec![(key, mask)]).unwrap()
        };
        assert_eq!(slice(1_250).intersection_voxels(&slice(1_251)), Ok(3));
        assert_eq!(slice(1_251).intersection_voxels(&slice(1_250)), Ok(3));
        assert_eq!(slice(1_250).intersection_voxels(&slice(1_252)), Ok(0));
        // Between two slices of the other: it meets one of them, not both.
        let mask = Mask::from_bounds(4, 3, vec![0, 3]).unwrap();
        let two = vec![(1_250, mask.clone()), (1_252, mask)];
        let two = Volume::new(4, 3, SliceAxis::Micrometres, two).unwrap();
        assert_eq!(two.intersection_voxels(&slice(1_251)), Ok(3));
        assert_eq!(slice(1_251).intersection_voxels(&two), Ok(3));
    }

    #[test]
    fn volumes_placed_in_different_units_are_not_compared() {
        let a = volume(&[(0, [0, 1])]);
        let b = Volume::new(4, 3, SliceAxis::Micrometres, a.slices().to_vec()).unwrap();
        assert!(matches!(
            a.intersection_voxels(&b),
            Err(GeometryError::AxisMismatch { .. })
        ));
    }
}
