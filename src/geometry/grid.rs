//! The sampling grid of an image or a volume.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Two spacings, or two directions, are equal within this: relative for spacings, absolute for direction cosines.
/// Exports round both to three or four places (DICOM decimal strings, NIfTI's 32-bit floats).
pub const GRID_TOLERANCE: f64 = 1e-3;

/// Size and, where known, spacing, origin and direction of an image or volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub width_px: u32,
    pub height_px: u32,
    /// Millimetres between neighbours, `[z, y, x]`.
    pub spacing_mm: Option<[f64; 3]>,
    /// Position of the first voxel's centre, `[x, y, z]` in the patient's frame.
    pub origin_mm: Option<[f64; 3]>,
    /// Direction cosines, row by row.
    pub direction: Option<[f64; 9]>,
}

/// Two grids that differ, both described.
#[derive(Clone, Debug, PartialEq, Error)]
#[error(
    "grids differ in {what}: `{a}` against `{b}`; nothing is resampled, so export both on one grid"
)]
pub struct GridMismatch {
    pub what: &'static str,
    pub a: String,
    pub b: String,
}

impl Grid {
    /// Whether two grids are the same grid.
    ///
    /// # Definition
    /// Equal sizes; spacings within [`GRID_TOLERANCE`] of the larger; origins within [`GRID_TOLERANCE`] of the smallest spacing
    /// (of 1 mm where it is unknown) on each axis; direction cosines within [`GRID_TOLERANCE`].
    /// What one side does not state is not a difference.
    ///
    /// # Errors
    /// The first difference, with both values.
    pub fn same_as(&self, other: &Self) -> Result<(), GridMismatch> {
        if (self.width_px, self.height_px) != (other.width_px, other.height_px) {
            let size = |grid: &Self| format!("{}x{} px", grid.width_px, grid.height_px);
            return Err(GridMismatch {
                what: "size",
                a: size(self),
                b: size(other),
            });
        }
        let relative = |a: f64, b: f64| (a - b).abs() <= GRID_TOLERANCE * a.abs().max(b.abs());
        compare(
            "spacing (z, y, x) in mm",
            &self.spacing_mm,
            &other.spacing_mm,
            relative,
        )?;
        let smallest_mm = [self.spacing_mm, other.spacing_mm]
            .into_iter()
            .flatten()
            .flatten()
            .fold(f64::INFINITY, f64::min);
        let unit_mm = if smallest_mm.is_finite() {
            smallest_mm
        } else {
            1.0
        };
        let near = |a: f64, b: f64| (a - b).abs() <= GRID_TOLERANCE * unit_mm;
        compare("origin in mm", &self.origin_mm, &other.origin_mm, near)?;
        let cosines = |a: f64, b: f64| (a - b).abs() <= GRID_TOLERANCE;
        compare("direction", &self.direction, &other.direction, cosines)
    }

    /// In-plane spacing as `[y, x]`.
    pub fn spacing_yx_mm(&self) -> Option<[f64; 2]> {
        self.spacing_mm.map(|[_, y, x]| [y, x])
    }
}

fn compare<const N: usize>(
    what: &'static str,
    a: &Option<[f64; N]>,
    b: &Option<[f64; N]>,
    equal: impl Fn(f64, f64) -> bool,
) -> Result<(), GridMismatch> {
    match (a, b) {
        (Some(a), Some(b)) if !a.iter().zip(b).all(|(&a, &b)| equal(a, b)) => Err(GridMismatch {
            what,
            a: format!("{a:?}"),
            b: format!("{b:?}"),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Grid {
        Grid {
            width_px: 512,
            height_px: 512,
            spacing_mm: Some([2.5, 0.7, 0.7]),
            origin_mm: Some([-170.0, -170.0, 40.0]),
            direction: Some([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]),
        }
    }

    #[test]
    fn rounding_in_an_export_is_not_a_difference() {
        let mut rounded = grid();
        rounded.spacing_mm = Some([2.5, 0.7003, 0.7]);
        assert_eq!(grid().same_as(&rounded), Ok(()));
    }

    #[test]
    fn each_property_that_differs_is_named() {
        type Change = fn(&mut Grid);
        let cases: [(&str, Change); 4] = [
            ("size", |grid| grid.width_px = 256),
            ("spacing", |grid| grid.spacing_mm = Some([2.5, 0.8, 0.7])),
            ("origin", |grid| {
                grid.origin_mm = Some([-169.9, -170.0, 40.0])
            }),
            ("direction", |grid| {
                grid.direction = Some([-1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
            }),
        ];
        for (what, change) in cases {
            let mut other = grid();
            change(&mut other);
            let error = grid().same_as(&other).unwrap_err();
            assert!(error.what.starts_with(what), "{error}");
        }
    }

    #[test]
    fn what_one_side_does_not_state_is_no_difference() {
        let silent = Grid {
            width_px: 512,
            height_px: 512,
            ..Grid::default()
        };
        assert_eq!(grid().same_as(&silent), Ok(()));
    }

    #[test]
    fn a_spacing_that_is_not_a_number_never_matches() {
        let mut broken = grid();
        broken.spacing_mm = Some([f64::NAN, 0.7, 0.7]);
        assert!(grid().same_as(&broken).is_err());
    }
}
