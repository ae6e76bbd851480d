//! Parts of a pixel grid: boxes, and pieces of rows.

use serde::{Deserialize, Serialize};

/// An upright box of whole pixels.
///
/// # Definition
/// Pixels `x0..x1` of rows `y0..y1`; `x1` and `y1` are exclusive.
/// # Edge cases
/// A box with `x1 ≤ x0` or `y1 ≤ y0` holds nothing.
/// # Example
/// ```
/// use concord::geometry::PixelBox;
/// let (a, b) = (PixelBox { x0: 0, y0: 0, x1: 4, y1: 2 }, PixelBox { x0: 3, y0: 1, x1: 6, y1: 5 });
/// assert_eq!((a.width_px(), a.height_px(), a.n_px()), (4, 2, 8));
/// assert!(a.meets(&b));
/// assert_eq!(a.around(&b), PixelBox { x0: 0, y0: 0, x1: 6, y1: 5 });
/// assert_eq!(a.common(&b), PixelBox { x0: 3, y0: 1, x1: 4, y1: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PixelBox {
    pub x0: u32,
    pub y0: u32,
    pub x1: u32,
    pub y1: u32,
}

impl PixelBox {
    /// Number of columns.
    pub fn width_px(&self) -> u32 {
        self.x1.saturating_sub(self.x0)
    }

    /// Number of rows.
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
    ///
    /// # Edge cases
    /// Boxes that touch along an edge do not.
    /// # Properties
    /// Symmetric; for boxes that hold something, whether [`Self::common`] does.
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
