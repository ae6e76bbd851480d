//! A mask as it is written to disk.

use serde::{Deserialize, Serialize};

use super::{Mask, n_pixels};
use crate::geometry::GeometryError;

/// What is written to disk: differences of the bounds, which are small numbers.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredMask {
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
