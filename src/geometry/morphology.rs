//! Erosion of masks and volumes by boxes, run by run.

use super::mask::RunBuilder;
use super::slice_grid::Layers;
use super::{GeometryError, Mask, Volume};

impl Mask {
    /// The mask without its rim of `radius_px` pixels.
    ///
    /// # Definition
    /// The pixels whose square of `2·radius_px + 1` pixels around them is set throughout; beyond the image all is unset.
    /// # Edge cases
    /// Radius 0 changes nothing. An empty mask stays empty.
    /// # Properties
    /// Eroding by r and then by s is eroding by r + s. Moves with the mask.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// // Three rows of three pixels keep the one in the middle.
    /// let block = Mask::from_bounds(5, 5, vec![6, 9, 11, 14, 16, 19])?;
    /// assert_eq!(block.eroded(1).bounds(), [12, 13]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Serra 1982, Image Analysis and Mathematical Morphology, Academic Press, ISBN 0-12-637240-3.
    /// # Checked against
    /// OpenCV 5.0.0 and SciPy 1.17.1 through the boundary IoU, `tests/oracles/boundary/boundary_iou.json`.
    pub fn eroded(&self, radius_px: u32) -> Self {
        self.eroded_by([radius_px, radius_px])
    }

    /// As [`Mask::eroded`], with a radius along `[y, x]` each.
    pub(super) fn eroded_by(&self, [radius_y, radius_x]: [u32; 2]) -> Self {
        let (width, height) = (self.width_px(), self.height_px());
        let mut runs = RunBuilder::default();
        for (start, end) in self.row_runs() {
            let (from, to) = (start.saturating_add(radius_x), end.saturating_sub(radius_x));
            runs.push(from, to);
        }
        let narrowed = Mask::from_runs(width, height, runs.finish());
        // Rows y to y + n − 1 at once, n doubling; two windows that overlap make any length.
        let window = radius_y.saturating_mul(2).saturating_add(1);
        if window > height {
            return Mask::from_runs(width, height, Vec::new());
        }
        let (mut kept, mut n_rows) = (narrowed, 1);
        while n_rows < window {
            let step = n_rows.min(window - n_rows);
            kept = kept.shared_with(&kept.raised(step));
            n_rows += step;
        }
        kept.lowered(radius_y)
    }

    /// Flat bounds of the pieces of each row; unlike spans, they need no multiplication.
    fn row_runs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let width = self.width_px();
        self.spans()
            .map(move |span| (span.y * width + span.x0, span.y * width + span.x1))
    }

    fn shared_with(&self, other: &Self) -> Self {
        self.intersection(other)
            .expect("a mask and its shifted copy are of one size")
    }

    /// Moved up; what leaves the image is lost.
    fn raised(&self, rows: u32) -> Self {
        let by = rows * self.width_px();
        let moved = self.bounds().iter().map(|bound| bound.saturating_sub(by));
        self.with_bounds(moved.collect())
    }

    /// Moved down; what leaves the image is lost.
    fn lowered(&self, rows: u32) -> Self {
        let (by, n_pixels) = (rows * self.width_px(), self.width_px() * self.height_px());
        let moved = self
            .bounds()
            .iter()
            .map(|bound| bound.saturating_add(by).min(n_pixels));
        self.with_bounds(moved.collect())
    }

    fn with_bounds(&self, bounds: Vec<u32>) -> Self {
        let mut runs = RunBuilder::default();
        for run in bounds.chunks_exact(2) {
            runs.push(run[0], run[1]);
        }
        Mask::from_runs(self.width_px(), self.height_px(), runs.finish())
    }
}

impl Volume {
    /// The volume without its rim, `[z, y, x]` voxels wide.
    ///
    /// # Definition
    /// The voxels whose box of `2·radius + 1` voxels along each axis is set throughout; beyond the volume, and in slices that are
    /// not given, all is unset.
    /// # Input
    /// `step_mm`: distance between slices, for positions in micrometres; slice numbers do not need it.
    /// # Edge cases
    /// Radius 0 leaves an axis alone: `[0, 1, 1]` erodes each slice by itself. Slices with nothing left are dropped.
    /// # Properties
    /// In one slice, with radius 0 along z, as [`Mask::eroded`].
    /// # Errors
    /// `IrregularSlices` where positions are not on the grid of the step.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, SliceAxis, Volume};
    /// let block = Mask::from_bounds(5, 5, vec![6, 9, 11, 14, 16, 19])?;
    /// let slices = (0..3).map(|z| (z, block.clone())).collect();
    /// let cube = Volume::new(5, 5, SliceAxis::Index, slices)?;
    /// assert_eq!(cube.eroded([1, 1, 1], 1.0)?.voxels(), 1);
    /// assert_eq!(cube.eroded([0, 1, 1], 1.0)?.voxels(), 3);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Serra 1982, Image Analysis and Mathematical Morphology, Academic Press, ISBN 0-12-637240-3.
    /// # Checked against
    /// SciPy 1.17.1 through the boundary IoU, `tests/oracles/boundary/boundary_iou.json`.
    pub fn eroded(
        &self,
        [radius_z, radius_y, radius_x]: [u32; 3],
        step_mm: f64,
    ) -> Result<Self, GeometryError> {
        let layers = Layers::new(self, self, step_mm)?.of_a;
        let window = (radius_z as usize).saturating_mul(2).saturating_add(1);
        let placed: Vec<_> = layers.into_iter().zip(self.slices()).collect();
        let mut slices = Vec::new();
        for stack in placed.chunk_by(|(below, _), (above, _)| below + 1 == *above) {
            if stack.len() < window {
                continue;
            }
            let mut kept: Vec<Mask> = stack
                .iter()
                .map(|(_, (_, mask))| mask.eroded_by([radius_y, radius_x]))
                .collect();
            // Slices z to z + n − 1 at once, n doubling, as for the rows of a mask.
            let mut n_slices = 1;
            while n_slices < window {
                let step = n_slices.min(window - n_slices);
                for z in 0..kept.len() - step {
                    kept[z] = kept[z].shared_with(&kept[z + step]);
                }
                kept.truncate(kept.len() - step);
                n_slices += step;
            }
            let middle = stack[radius_z as usize..].iter();
            slices.extend(middle.zip(kept).map(|((_, (key, _)), mask)| (*key, mask)));
        }
        Volume::new(self.width_px(), self.height_px(), self.axis(), slices)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::SliceAxis;

    proptest! {
        #[test]
        fn a_pixel_stays_when_its_whole_square_is_set(
            holes in proptest::collection::vec(0_usize..108, 0..6),
            radius in 0_u32..6,
        ) {
            let mut raster = vec![1_u8; 108];
            holes.iter().for_each(|&at| raster[at] = 0);
            let eroded = Mask::from_raster(12, 9, &raster).unwrap().eroded(radius);
            let r = radius as i32;
            let stays = |at: i32| (-r..=r).all(|dy| (-r..=r).all(|dx| {
                let (x, y) = (at % 12 + dx, at / 12 + dy);
                (0..12).contains(&x) && (0..9).contains(&y) && raster[(y * 12 + x) as usize] == 1
            }));
            let expected: Vec<u8> = (0..108).map(|at| u8::from(stays(at))).collect();
            prop_assert_eq!(eroded, Mask::from_raster(12, 9, &expected).unwrap());
        }
    }

    #[test]
    fn slices_that_are_not_given_end_a_stack() {
        let full = Mask::from_bounds(4, 4, vec![0, 16]).unwrap();
        let volume = |keys: &[i64], axis| {
            let slices = keys.iter().map(|&key| (key, full.clone())).collect();
            Volume::new(4, 4, axis, slices).unwrap()
        };
        let numbered = volume(&[0, 1, 2, 4, 5, 7, 8, 9, 10], SliceAxis::Index);
        let keys = |eroded: &Volume| {
            eroded
                .slices()
                .iter()
                .map(|(key, _)| *key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&numbered.eroded([1, 0, 0], 1.0).unwrap()), [1, 8, 9]);
        assert!(numbered.eroded([2, 0, 0], 1.0).unwrap().is_empty());
        assert_eq!(numbered.eroded([0, 0, 0], 1.0).unwrap(), numbered);
        let placed = volume(&[0, 2_500, 5_001], SliceAxis::Micrometres);
        assert_eq!(keys(&placed.eroded([1, 1, 1], 2.5).unwrap()), [2_500]);
        assert!(placed.eroded([1, 1, 1], 2.0).is_err());
        assert!(numbered.eroded([u32::MAX; 3], 1.0).unwrap().is_empty());
    }

    #[test]
    fn eroding_twice_is_eroding_by_the_sum() {
        for case in crate::geometry::boundary_cases::volumes() {
            let [a, b] = case.volumes();
            for volume in [a, b] {
                let twice = volume.eroded([1, 0, 1], 1.0).unwrap();
                let twice = twice.eroded([0, 2, 1], 1.0).unwrap();
                assert_eq!(twice, volume.eroded([1, 2, 2], 1.0).unwrap());
            }
        }
    }
}
