//! Where a file's voxels lie, as far as it says, and its grid in words.

use super::labels::Layout;
use super::placing::Placing;
use crate::geometry::{Grid, SliceAxis};

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
    pub fn text(&self, size_px: (u32, u32)) -> Option<String> {
        match self {
            Self::Placed(_) | Self::Stack { .. } => Some(grid_text(&self.grid(size_px))),
            Self::Plane { .. } => None,
        }
    }
}

/// Twelve digits, so that 0.7000000000000001 is stated as 0.7.
fn shortened(mm: f64) -> f64 {
    format!("{mm:.11e}").parse().unwrap_or(mm)
}

/// A grid in words, rounded to 0.01 mm and 0.001 of a direction, so that writers' rounding makes no difference.
pub fn grid_text(grid: &Grid) -> String {
    // Two roundings: a 32-bit 0.585 lies below the half that the decimal 0.585 lies on. Adding zero turns a rounded −0 into 0.
    let rounded = |value: f64, unit: f64| {
        let fine = (value * unit * 100.0).round() / (unit * 100.0);
        (fine * unit).round() / unit + 0.0
    };
    let mm = |value: f64| format!("{:.2}", rounded(value, 100.0));
    let spacing = grid.spacing_mm.map_or("unknown".to_owned(), |[_, y, x]| {
        format!("{} × {} mm", mm(y), mm(x))
    });
    let origin = grid
        .origin_mm
        .map_or("unknown".to_owned(), |[along_row, along_column, _]| {
            format!("{}, {} mm", mm(along_row), mm(along_column))
        });
    let direction = grid.direction.map_or("unknown".to_owned(), |direction| {
        let shares = direction.map(|value| format!("{:.3}", rounded(value, 1000.0)));
        shares.join(" ")
    });
    format!(
        "{} × {} px, spacing {spacing}, in-plane origin {origin}, direction {direction}",
        grid.width_px, grid.height_px
    )
}

#[cfg(test)]
mod tests {
    use super::{Frame, grid_text};
    use crate::geometry::Grid;

    #[test]
    fn a_single_precision_half_and_its_decimal_are_one_grid() {
        let grid = |spacing: f64| Grid {
            width_px: 4,
            height_px: 3,
            spacing_mm: Some([1.0, spacing, spacing]),
            ..Grid::default()
        };
        for decimal in [0.585, 0.625, 1.005, 0.335] {
            let single = f64::from(decimal as f32);
            assert_eq!(grid_text(&grid(decimal)), grid_text(&grid(single)));
        }
        assert_eq!(
            grid_text(&grid(0.5)),
            "4 × 3 px, spacing 0.50 × 0.50 mm, in-plane origin unknown, direction unknown"
        );
    }

    #[test]
    fn spacings_are_stated_along_z_y_x() {
        let frame = Frame::Stack {
            spacing_xyz_mm: Some([0.1 + 0.2, 2.0, 3.0]),
        };
        assert_eq!(frame.spacing_mm(), Some([3.0, 2.0, 0.3]));
    }
}
