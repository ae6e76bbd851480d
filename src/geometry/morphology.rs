//! Erosion of masks by squares, run by run.

use super::Mask;
use super::mask::RunBuilder;

impl Mask {
    /// The pixels whose square of `2·radius_px + 1` pixels around them is set throughout; beyond the image all is unset.
    pub fn eroded(&self, radius_px: u32) -> Self {
        let (width, height) = (self.width_px(), self.height_px());
        let mut runs = RunBuilder::default();
        for span in self.row_runs() {
            let (from, to) = (
                span.0.saturating_add(radius_px),
                span.1.saturating_sub(radius_px),
            );
            runs.push(from, to);
        }
        let narrowed = Mask::from_runs(width, height, runs.finish());
        // Rows y to y + n − 1 at once, n doubling; two windows that overlap make any length.
        let window = radius_px.saturating_mul(2).saturating_add(1);
        if window > height {
            return Mask::from_runs(width, height, Vec::new());
        }
        let (mut kept, mut n_rows) = (narrowed, 1);
        while n_rows < window {
            let step = n_rows.min(window - n_rows);
            kept = kept.shared_with(&kept.raised(step));
            n_rows += step;
        }
        kept.lowered(radius_px)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
}
