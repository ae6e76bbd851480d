//! A binary mask of one image, held as runs.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::GeometryError;

/// A binary mask as row-major runs.
///
/// # Definition
/// `bounds` = `[start0, end0, start1, end1, …)`: flat pixel indices `y * width + x`, strictly increasing, the last at most
/// `width * height`. A pixel is set when its index lies in one of the half-open runs. A run may go on over the end of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredMask", into = "StoredMask")]
pub struct Mask {
    width_px: u32,
    height_px: u32,
    bounds: Vec<u32>,
}

/// Pixels `x0..x1`, `y0..y1`; `x1` and `y1` are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PixelBox {
    pub x0: u32,
    pub y0: u32,
    pub x1: u32,
    pub y1: u32,
}

impl PixelBox {
    pub fn width_px(&self) -> u32 {
        self.x1.saturating_sub(self.x0)
    }

    pub fn height_px(&self) -> u32 {
        self.y1.saturating_sub(self.y0)
    }

    /// Number of pixels within.
    pub fn n_px(self) -> u64 {
        u64::from(self.width_px()) * u64::from(self.height_px())
    }

    /// The smallest box around both.
    pub fn around(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// What both share; of no size where they do not meet.
    pub fn common(&self, other: &Self) -> Self {
        let (x0, y0) = (self.x0.max(other.x0), self.y0.max(other.y0));
        Self {
            x0,
            y0,
            x1: self.x1.min(other.x1).max(x0),
            y1: self.y1.min(other.y1).max(y0),
        }
    }

    /// Whether the two boxes share a pixel.
    pub fn meets(&self, other: &Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }
}

/// A horizontal piece of a mask: pixels `x0..x1` of row `y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub y: u32,
    pub x0: u32,
    pub x1: u32,
}

impl Mask {
    /// A mask with no pixel set.
    pub fn empty(width_px: u32, height_px: u32) -> Result<Self, GeometryError> {
        Self::from_bounds(width_px, height_px, Vec::new())
    }

    /// A mask from run bounds; runs that touch are merged, empty runs dropped.
    ///
    /// # Errors
    /// A size of zero or over 2³²−1 pixels; an odd number of bounds; bounds that fall or leave the image.
    pub fn from_bounds(
        width_px: u32,
        height_px: u32,
        bounds: Vec<u32>,
    ) -> Result<Self, GeometryError> {
        let n_pixels = n_pixels(width_px, height_px)?;
        if !bounds.len().is_multiple_of(2) {
            return Err(GeometryError::OddBounds {
                found: bounds.len(),
            });
        }
        let fallen = bounds
            .iter()
            .zip(bounds.iter().skip(1))
            .position(|(a, b)| b < a);
        if let Some(at) = fallen {
            return Err(GeometryError::BoundsOrder {
                index: at + 1,
                found: bounds[at + 1],
                previous: bounds[at],
            });
        }
        if let Some(&found) = bounds.last().filter(|&&last| last > n_pixels) {
            return Err(GeometryError::BoundsOutside { found, n_pixels });
        }
        let strictly = bounds.iter().zip(bounds.iter().skip(1)).all(|(a, b)| a < b);
        if strictly {
            return Ok(Self::from_runs(width_px, height_px, bounds));
        }
        let mut runs = RunBuilder::default();
        for run in bounds.chunks_exact(2) {
            runs.push(run[0], run[1]);
        }
        Ok(Self::from_runs(width_px, height_px, runs.finish()))
    }

    /// A mask from bounds already known to keep the invariant.
    pub(super) fn from_runs(width_px: u32, height_px: u32, bounds: Vec<u32>) -> Self {
        debug_assert!(bounds.len().is_multiple_of(2) && bounds.is_sorted());
        Self {
            width_px,
            height_px,
            bounds,
        }
    }

    /// A mask from a row-major raster; any value but zero is set.
    pub fn from_raster(
        width_px: u32,
        height_px: u32,
        raster: &[u8],
    ) -> Result<Self, GeometryError> {
        let expected = n_pixels(width_px, height_px)?;
        if raster.len() != expected as usize {
            return Err(GeometryError::RasterLength {
                found: raster.len(),
                expected: u64::from(expected),
            });
        }
        let mut bounds = Vec::new();
        let mut inside = false;
        for (index, &value) in raster.iter().enumerate() {
            if (value != 0) != inside {
                inside = !inside;
                bounds.push(index as u32);
            }
        }
        if inside {
            bounds.push(expected);
        }
        Ok(Self::from_runs(width_px, height_px, bounds))
    }

    pub fn width_px(&self) -> u32 {
        self.width_px
    }

    pub fn height_px(&self) -> u32 {
        self.height_px
    }

    /// Starts and ends of the runs, in turn.
    pub fn bounds(&self) -> &[u32] {
        &self.bounds
    }

    /// Number of set pixels.
    pub fn area_px(&self) -> u64 {
        self.bounds
            .chunks_exact(2)
            .map(|run| u64::from(run[1] - run[0]))
            .sum()
    }

    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// The smallest box that holds every set pixel; `None` for an empty mask.
    pub fn bounding_box(&self) -> Option<PixelBox> {
        let (&first, &last) = (self.bounds.first()?, self.bounds.last()?);
        let width = self.width_px;
        let (mut x0, mut x1, mut row) = (width, 0, first - first % width);
        for run in self.bounds.chunks_exact(2) {
            // Most runs lie in the row of the run before or in the next one, which asks for no division.
            if run[0] - row >= width {
                row += width;
                if run[0] - row >= width {
                    row = run[0] - run[0] % width;
                }
            }
            if run[1] - row > width {
                (x0, x1) = (0, width);
                break;
            }
            x0 = x0.min(run[0] - row);
            x1 = x1.max(run[1] - row);
        }
        Some(PixelBox {
            x0,
            y0: first / width,
            x1,
            y1: (last - 1) / width + 1,
        })
    }

    /// Mean of the set pixels' centres as `[x, y]`, the centre of the first pixel being `[0.5, 0.5]`; `None` for an empty mask.
    pub fn centroid_px(&self) -> Option<[f64; 2]> {
        let (mut n, mut sum_2x, mut sum_2y) = (0_u128, 0_u128, 0_u128);
        for span in self.spans() {
            let length = u128::from(span.x1 - span.x0);
            n += length;
            // The sum of the doubled centres of x0..x1 is (x0 + x1) * length, so everything stays whole.
            sum_2x += (u128::from(span.x0) + u128::from(span.x1)) * length;
            sum_2y += (2 * u128::from(span.y) + 1) * length;
        }
        (n > 0).then(|| {
            let twice = 2.0 * n as f64;
            [sum_2x as f64 / twice, sum_2y as f64 / twice]
        })
    }

    /// The set pixels as pieces of single rows, from the top left.
    pub fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        let width = self.width_px;
        self.bounds.chunks_exact(2).flat_map(move |run| {
            let (start, end) = (run[0], run[1]);
            (start / width..=(end - 1) / width).map(move |y| {
                let row = u64::from(y) * u64::from(width);
                Span {
                    y,
                    x0: u64::from(start).saturating_sub(row) as u32,
                    x1: (u64::from(end) - row).min(u64::from(width)) as u32,
                }
            })
        })
    }

    /// The mask moved by `dx_px`, `dy_px` within the same image.
    ///
    /// # Errors
    /// When a set pixel would leave the image.
    pub fn translate(&self, dx_px: i64, dy_px: i64) -> Result<Self, GeometryError> {
        self.moved(dx_px, dy_px, self.width_px, self.height_px)
    }

    /// This small mask put into a larger image, its first pixel at `left`, `top`.
    ///
    /// # Errors
    /// When a set pixel would leave the image, or the size is unusable.
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

/// Checks an image size and gives its number of pixels.
pub(super) fn n_pixels(width_px: u32, height_px: u32) -> Result<u32, GeometryError> {
    width_px
        .checked_mul(height_px)
        .filter(|&n| n > 0)
        .ok_or(GeometryError::ImageSize {
            width_px,
            height_px,
        })
}

/// Gathers runs in rising order and merges those that touch.
#[derive(Default)]
pub(super) struct RunBuilder {
    bounds: Vec<u32>,
}

impl RunBuilder {
    pub fn push(&mut self, start: u32, end: u32) {
        if start >= end {
            return;
        }
        match self.bounds.last_mut() {
            Some(last) if *last >= start => *last = end.max(*last),
            _ => self.bounds.extend([start, end]),
        }
    }

    pub fn finish(self) -> Vec<u32> {
        self.bounds
    }
}

/// What is written to disk: differences of the bounds, which are small numbers.
#[derive(Serialize, Deserialize)]
struct StoredMask {
    width_px: u32,
    height_px: u32,
    deltas: Vec<u32>,
}

impl From<Mask> for StoredMask {
    fn from(mask: Mask) -> Self {
        let mut deltas = mask.bounds;
        for index in (1..deltas.len()).rev() {
            deltas[index] -= deltas[index - 1];
        }
        Self {
            width_px: mask.width_px,
            height_px: mask.height_px,
            deltas,
        }
    }
}

impl TryFrom<StoredMask> for Mask {
    type Error = GeometryError;

    fn try_from(stored: StoredMask) -> Result<Self, GeometryError> {
        let n_pixels = n_pixels(stored.width_px, stored.height_px)?;
        let mut bounds = stored.deltas;
        let mut sum = 0_u64;
        for bound in &mut bounds {
            sum += u64::from(*bound);
            if sum > u64::from(n_pixels) {
                return Err(GeometryError::CountsSum {
                    found: sum,
                    expected: u64::from(n_pixels),
                });
            }
            *bound = sum as u32;
        }
        Self::from_bounds(stored.width_px, stored.height_px, bounds)
    }
}

#[cfg(test)]
mod tests;
