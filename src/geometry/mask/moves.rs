//! A mask put elsewhere, and cut out.

use ndarray::Array2;

use super::{Mask, RunBuilder, n_pixels};
use crate::geometry::{GeometryError, PixelBox};

impl Mask {
    /// The mask moved by `dx_px`, `dy_px` within the same image.
    ///
    /// # Edge cases
    /// An empty mask can be moved anywhere.
    /// # Properties
    /// Moving back gives the mask; area and shape stay.
    /// # Errors
    /// `OutsideImage` when a set pixel would leave the image.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// let dot = Mask::from_bounds(4, 3, vec![5, 6])?;
    /// assert_eq!(dot.translate(1, -1)?.bounds(), [2, 3]);
    /// assert!(dot.translate(-2, 0).is_err());
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    pub fn translate(&self, dx_px: i64, dy_px: i64) -> Result<Self, GeometryError> {
        self.moved(dx_px, dy_px, self.width_px, self.height_px)
    }

    /// This small mask put into a larger image, its first pixel at `left`, `top`.
    ///
    /// # Edge cases
    /// An empty mask gives an empty image.
    /// # Errors
    /// `OutsideImage` when a set pixel would leave the image; `ImageSize`.
    /// # Example
    /// ```
    /// use concord::geometry::Mask;
    /// let dot = Mask::from_bounds(4, 3, vec![5, 6])?;
    /// assert_eq!(dot.placed(2, 1, 10, 10)?.bounds(), [23, 24]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    pub fn placed(
        &self,
        left: u32,
        top: u32,
        width_px: u32,
        height_px: u32,
    ) -> Result<Self, GeometryError> {
        self.moved(i64::from(left), i64::from(top), width_px, height_px)
    }

    fn moved(
        &self,
        dx_px: i64,
        dy_px: i64,
        width_px: u32,
        height_px: u32,
    ) -> Result<Self, GeometryError> {
        n_pixels(width_px, height_px)?;
        let Some(area) = self.bounding_box() else {
            return Self::empty(width_px, height_px);
        };
        let (x0, y0, x1, y1) = (
            i64::from(area.x0).saturating_add(dx_px),
            i64::from(area.y0).saturating_add(dy_px),
            i64::from(area.x1).saturating_add(dx_px),
            i64::from(area.y1).saturating_add(dy_px),
        );
        if x0 < 0 || y0 < 0 || x1 > i64::from(width_px) || y1 > i64::from(height_px) {
            return Err(GeometryError::OutsideImage {
                x0,
                y0,
                x1,
                y1,
                width_px,
                height_px,
            });
        }
        let mut runs = RunBuilder::default();
        for span in self.spans() {
            let row = (i64::from(span.y) + dy_px) * i64::from(width_px) + dx_px;
            runs.push(
                (row + i64::from(span.x0)) as u32,
                (row + i64::from(span.x1)) as u32,
            );
        }
        Ok(Self::from_runs(width_px, height_px, runs.finish()))
    }

    /// The pixels of `area` as an array `(y, x)`; what lies outside the image is unset.
    ///
    /// # Input
    /// A box of a size that fits into memory: the array has a byte a pixel.
    /// # Example
    /// ```
    /// use concord::geometry::{Mask, PixelBox};
    /// let dot = Mask::from_bounds(4, 3, vec![5, 6])?;
    /// let window = dot.window(PixelBox { x0: 1, y0: 0, x1: 3, y1: 2 });
    /// assert_eq!(window, ndarray::arr2(&[[false, false], [true, false]]));
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    pub fn window(&self, area: PixelBox) -> Array2<bool> {
        let shape = (area.height_px() as usize, area.width_px() as usize);
        let mut pixels = Array2::from_elem(shape, false);
        for span in self.spans() {
            if span.y < area.y0 || span.y >= area.y1 {
                continue;
            }
            for x in span.x0.max(area.x0)..span.x1.min(area.x1) {
                pixels[[(span.y - area.y0) as usize, (x - area.x0) as usize]] = true;
            }
        }
        pixels
    }
}
