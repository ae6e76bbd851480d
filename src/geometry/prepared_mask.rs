//! A mask made ready to be compared with many others.

use std::sync::OnceLock;

use super::prepared_rows::RowLayers;
use super::prepared_strips::Strips;
use super::set_operations::shared_px;
use super::{GeometryError, Mask, PixelBox};

/// A mask with what overlaps with many others need: its area and box, taken once, and forms of it that are made when a first
/// comparison wants them.
///
/// # Definition
/// Shared pixels are counted in whichever way costs least for a pair, and only within the rows that both boxes cover:
/// row by row where rows hold few runs (eight rows at a time), by `and` of bits where they hold many, by looking up the area up to
/// a position where one mask has few runs and the other many, and by walking both lists of runs otherwise. All give one integer.
/// # Input
/// Any mask. What is allocated grows with the number of its runs (at most about 180 bytes a run), never with the image.
/// # Properties
/// [`PreparedMask::intersection_px`] equals [`Mask::intersection_px`] for every pair; symmetric.
/// # Example
/// ```
/// use concord::geometry::{Mask, PreparedMask};
/// let (a, b) = (Mask::from_bounds(4, 3, vec![1, 3, 4, 9])?, Mask::from_bounds(4, 3, vec![2, 6])?);
/// let (a, b) = (PreparedMask::new(&a), PreparedMask::new(&b));
/// // Pixels 2, 4 and 5.
/// assert_eq!((a.area_px(), b.area_px(), a.intersection_px(&b)?), (7, 4, 3));
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Checked against
/// [`Mask::intersection_px`] over random masks of many kinds; pycocotools 2.0 in `benches/run_lengths.rs`.
#[derive(Debug)]
pub struct PreparedMask<'a> {
    mask: &'a Mask,
    area_px: u64,
    bounding_box: Option<PixelBox>,
    rows: OnceLock<Option<RowLayers>>,
    strips: OnceLock<Option<Strips>>,
    sums: OnceLock<Vec<u32>>,
}

/// Costs of the ways to count, in about tenths of a nanosecond on the machine of `benches/run_lengths.rs`. They decide which way is
/// taken, never the result.
mod cost {
    pub const LAYER_PAIR: u64 = 40;
    pub const EIGHT_ROWS: u64 = 25;
    pub const STRIP: u64 = 30;
    pub const WORD: u64 = 8;
    pub const RUN: u64 = 20;
    pub const LOOK_UP: u64 = 25;
}

impl<'a> PreparedMask<'a> {
    /// Takes a mask's area and box.
    pub fn new(mask: &'a Mask) -> Self {
        Self {
            mask,
            area_px: mask.area_px(),
            bounding_box: mask.bounding_box(),
            rows: OnceLock::new(),
            strips: OnceLock::new(),
            sums: OnceLock::new(),
        }
    }

    /// The mask itself.
    pub fn mask(&self) -> &'a Mask {
        self.mask
    }

    /// Number of set pixels; see [`Mask::area_px`].
    pub fn area_px(&self) -> u64 {
        self.area_px
    }

    /// The smallest box around the set pixels; see [`Mask::bounding_box`].
    pub fn bounding_box(&self) -> Option<PixelBox> {
        self.bounding_box
    }

    /// Number of pixels set in both; see [`Mask::intersection_px`].
    ///
    /// # Edge cases
    /// An empty mask, or boxes that do not meet: 0, without work.
    /// # Errors
    /// `SizeMismatch` when the images differ in size.
    pub fn intersection_px(&self, other: &Self) -> Result<u64, GeometryError> {
        self.mask.check_size(other.mask)?;
        Ok(self.shared_px(other))
    }

    /// As [`Self::intersection_px`], for masks known to be of one image size.
    pub(crate) fn shared_px(&self, other: &Self) -> u64 {
        let (Some(ours), Some(theirs)) = (&self.bounding_box, &other.bounding_box) else {
            return 0;
        };
        if !ours.meets(theirs) {
            return 0;
        }
        let shared = ours.common(theirs);
        let (n_ours, n_theirs) = (self.n_runs(), other.n_runs());
        let (least, most) = (n_ours.min(n_theirs), n_ours.max(n_theirs));
        let by_runs = cost::RUN * (n_ours + n_theirs);
        let by_look_up = 2 * cost::LOOK_UP * least * u64::from(most.max(1).ilog2() + 2);
        let others = by_runs.min(by_look_up);
        let n_rows = u64::from(shared.height_px());
        let n_strips = u64::from((shared.x1 - 1) / 64 - shared.x0 / 64 + 1);
        let by_strips = n_strips * (cost::STRIP + cost::WORD * n_rows);
        if let (Some(a), Some(b)) = (self.rows(), other.rows()) {
            let n_pairs = a.n_layers() * b.n_layers();
            let by_rows = n_pairs * (cost::LAYER_PAIR + cost::EIGHT_ROWS * n_rows.div_ceil(8));
            if by_rows <= by_strips.min(others) {
                return a.shared_px(b);
            }
        }
        if by_strips < others
            && let (Some(a), Some(b)) = (self.strips(), other.strips())
        {
            return a.shared_px(b, shared);
        }
        if by_look_up < by_runs {
            let (few, many) = if n_ours <= n_theirs {
                (self, other)
            } else {
                (other, self)
            };
            return many.area_within(few.mask.bounds());
        }
        shared_px(self.mask.bounds(), other.mask.bounds())
    }

    fn n_runs(&self) -> u64 {
        (self.mask.bounds().len() / 2) as u64
    }

    fn rows(&self) -> Option<&RowLayers> {
        let made = self.rows.get_or_init(|| RowLayers::new(self.mask));
        made.as_ref()
    }

    fn strips(&self) -> Option<&Strips> {
        let made = self.strips.get_or_init(|| {
            let area = self.bounding_box?;
            Strips::new(self.mask, area)
        });
        made.as_ref()
    }

    /// Pixels of this mask within `runs`, by the area up to each bound.
    fn area_within(&self, runs: &[u32]) -> u64 {
        let sums = self.sums.get_or_init(|| {
            let mut sum = 0;
            let lengths = self
                .mask
                .bounds()
                .chunks_exact(2)
                .map(|run| run[1] - run[0]);
            let sums = lengths.map(|length| {
                sum += length;
                sum
            });
            std::iter::once(0).chain(sums).collect()
        });
        let bounds = self.mask.bounds();
        let up_to = |position: u32| -> u64 {
            let passed = bounds.partition_point(|&bound| bound <= position);
            let whole = u64::from(sums[passed / 2]);
            match bounds.get(passed.wrapping_sub(1)) {
                Some(&start) if passed % 2 == 1 => whole + u64::from(position - start),
                _ => whole,
            }
        };
        let within = runs
            .chunks_exact(2)
            .map(|run| up_to(run[1]) - up_to(run[0]));
        within.sum()
    }
}

#[cfg(test)]
mod tests;
