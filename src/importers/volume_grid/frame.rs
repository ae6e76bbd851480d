//! Where a file's voxels lie, as far as it says.

use super::labels::Layout;
use super::placing::Placing;
use crate::domain::{EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE, exact_grid_words, grid_words};
use crate::geometry::{Grid, SliceAxis};
use std::collections::BTreeMap;

/// How far a file says where its voxels lie.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// Placed in the patient.
    Placed(Placing),
    /// A stack whose place is not stated: kept as stored, slices by number. Distances along x, y, z where they are stated.
    Stack { spacing_xyz_mm: Option<[f64; 3]> },
    /// A plain image, as stored.
    Plane { spacing_xy_mm: Option<[f64; 2]> },
}

impl Frame {
    /// How stored voxels are brought to the frame's order.
    pub fn layout(&self, size: [u32; 3], n_layers: u32, is_certain: bool) -> Layout {
        let (is_exchanged, is_flipped) = match self {
            Self::Placed(placing) => (placing.is_exchanged, placing.is_flipped),
            Self::Stack { .. } | Self::Plane { .. } => (false, [false; 2]),
        };
        Layout {
            size,
            window: None,
            n_layers,
            is_exchanged,
            is_flipped,
            is_certain,
        }
    }

    /// What the slices' keys count.
    pub fn axis(&self) -> SliceAxis {
        match self {
            Self::Placed(_) => SliceAxis::Micrometres,
            Self::Stack { .. } | Self::Plane { .. } => SliceAxis::Index,
        }
    }

    /// The key of a stored slice.
    pub fn key(&self, slice: u32) -> i64 {
        match self {
            Self::Placed(placing) => placing.key_um(slice),
            Self::Stack { .. } | Self::Plane { .. } => i64::from(slice),
        }
    }

    /// Distances along z, y, x; z is 0 for a plain image.
    pub fn spacing_mm(&self) -> Option<[f64; 3]> {
        match self {
            Self::Placed(placing) => {
                let [x, y, z] = placing.spacing_xyz_mm;
                Some([z, y, x].map(shortened))
            }
            Self::Stack { spacing_xyz_mm } => {
                spacing_xyz_mm.map(|[x, y, z]| [z, y, x].map(shortened))
            }
            Self::Plane { spacing_xy_mm } => {
                spacing_xy_mm.map(|[x, y]| [0.0, shortened(y), shortened(x)])
            }
        }
    }

    /// Size, spacing, in-plane place and direction, as segmentations in DICOM state them.
    pub fn grid(&self, (width_px, height_px): (u32, u32)) -> Grid {
        let (origin_mm, direction) = match self {
            Self::Placed(placing) => {
                let [along_row, along_column] = placing.in_plane_mm();
                let ([a, b, c], [d, e, f]) = (placing.row, placing.column);
                let [g, h, i] = placing.normal();
                (
                    Some([along_row, along_column, 0.0]),
                    Some([a, b, c, d, e, f, g, h, i]),
                )
            }
            Self::Stack { .. } | Self::Plane { .. } => (None, None),
        };
        Grid {
            width_px,
            height_px,
            spacing_mm: self.spacing_mm(),
            origin_mm,
            direction,
        }
    }

    /// What is kept with every volume as its grid; nothing for plain images, whose size says all.
    pub fn attributes(&self, size_px: (u32, u32)) -> BTreeMap<String, String> {
        if matches!(self, Self::Plane { .. }) {
            return BTreeMap::new();
        }
        let grid = self.grid(size_px);
        let mut found = BTreeMap::from([(GRID_ATTRIBUTE.to_owned(), grid_words(&grid))]);
        found.extend(exact_grid_words(&grid).map(|words| (EXACT_GRID_ATTRIBUTE.to_owned(), words)));
        found
    }
}

/// Twelve digits, so that 0.7000000000000001 is stated as 0.7.
fn shortened(mm: f64) -> f64 {
    format!("{mm:.11e}").parse().unwrap_or(mm)
}

#[cfg(test)]
mod tests {
    use super::Frame;

    #[test]
    fn spacings_are_stated_along_z_y_x() {
        let frame = Frame::Stack {
            spacing_xyz_mm: Some([0.1 + 0.2, 2.0, 3.0]),
        };
        assert_eq!(frame.spacing_mm(), Some([3.0, 2.0, 0.3]));
    }
}
