//! The grid of a volume, read back from the attributes that state it.

use crate::domain::{grid_of_exact_words, grid_of_words};
use crate::exporters::sets::Refused;

/// Words, and what is written, may differ by half of their last digit and a little for decimal fractions.
const HALF_MM: f64 = 0.005_1;
const HALF_COSINE: f64 = 0.000_51;

/// Where the pixels of a volume lie.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    pub width_px: u32,
    pub height_px: u32,
    /// Between rows (y) and columns (x).
    pub spacing_yx_mm: [f64; 2],
    /// Between slices; 0 where it is not known.
    pub between_mm: f64,
    pub row: [f64; 3],
    pub column: [f64; 3],
    corner_mm: [f64; 2],
}

impl Grid {
    /// From the grid in words, the same with every digit where it is known, and the item's spacing.
    pub fn read(
        words: &str,
        exact: Option<&str>,
        spacing_mm: Option<[f64; 3]>,
    ) -> Result<Self, Refused> {
        let stated = grid_of_words(words);
        let (Some(stated), Some([between_mm, y, x])) = (stated, spacing_mm) else {
            return Err(Refused::Because(NOT_STATED));
        };
        let ([_, stated_y, stated_x], [u, v, _], direction) =
            match (stated.spacing_mm, stated.origin_mm, stated.direction) {
                (Some(spacing), Some(origin), Some(direction)) => (spacing, origin, direction),
                _ => return Err(Refused::Because(NOT_STATED)),
            };
        let near = |a: f64, b: f64, half: f64| (a - b).abs() <= half;
        if !near(y, stated_y, HALF_MM) || !near(x, stated_x, HALF_MM) {
            return Err(Refused::Because(
                "its grid and its item have different spacings",
            ));
        }
        let (corner_mm, [row, column]) = match exact.and_then(grid_of_exact_words) {
            Some((corner_mm, [a, b, c, d, e, f, ..])) => (corner_mm, [[a, b, c], [d, e, f]]),
            None => ([u, v], at_right_angles(direction)),
        };
        let written = [row, column, cross(row, column)].concat();
        let is_stated = written
            .iter()
            .zip(direction)
            .all(|(a, b)| near(*a, b, HALF_COSINE))
            && near(corner_mm[0], u, HALF_MM)
            && near(corner_mm[1], v, HALF_MM);
        if !is_stated {
            return Err(Refused::Because(
                "the directions of its grid are too coarse to be written",
            ));
        }
        Ok(Self {
            width_px: stated.width_px,
            height_px: stated.height_px,
            spacing_yx_mm: [y, x],
            between_mm,
            row,
            column,
            corner_mm,
        })
    }

    /// Centre of the first pixel of the slice at so many micrometres: the point that lies so far along rows, columns
    /// and normal, also where rounded directions are not quite at right angles.
    pub fn position_mm(&self, key_um: i64) -> [f64; 3] {
        let normal = cross(self.row, self.column);
        let [u, v] = self.corner_mm;
        let w = key_um as f64 / 1000.0;
        let [across_row, across_column] = [cross(self.column, normal), cross(normal, self.row)];
        let volume = dot(normal, normal);
        [0, 1, 2].map(|i| (u * across_row[i] + v * across_column[i] + w * normal[i]) / volume)
    }
}

const NOT_STATED: &str = "its grid is not stated with spacing, place and direction";

/// Directions of rows and columns that are rounded in words, made unit vectors at right angles.
fn at_right_angles([a, b, c, d, e, f, ..]: [f64; 9]) -> [[f64; 3]; 2] {
    let unit = |vector: [f64; 3]| {
        let length = dot(vector, vector).sqrt();
        vector.map(|part| part / length)
    };
    let row = unit([a, b, c]);
    let along = dot(row, [d, e, f]);
    let column = unit([d - along * row[0], e - along * row[1], f - along * row[2]]);
    [row, column]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::{Grid, cross, dot};

    const AXIAL: &str = "5 × 3 px, spacing 0.70 × 0.80 mm, in-plane origin -10.50, -20.25 mm, \
                         direction 1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000";
    const SPACING: Option<[f64; 3]> = Some([2.5, 0.7, 0.8]);

    fn grid(words: &str, exact: Option<&str>) -> Grid {
        Grid::read(words, exact, SPACING).ok().expect("a grid")
    }

    #[test]
    fn words_become_positions_of_slices() {
        let axial = grid(AXIAL, None);
        assert_eq!((axial.width_px, axial.height_px), (5, 3));
        assert_eq!(axial.position_mm(12_500), [-10.5, -20.25, 12.5]);
        let sagittal = AXIAL.replace(
            "1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000",
            "0.000 1.000 0.000 0.000 0.000 -1.000 -1.000 0.000 0.000",
        );
        // Along P −10.5, along −S −20.25, along −L 3.
        let position = grid(&sagittal, None).position_mm(3_000);
        assert_eq!(position, [-3.0, -10.5, 20.25]);
    }

    #[test]
    fn every_digit_that_is_kept_is_written() {
        let words = AXIAL.replace(
            "1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000",
            "0.866 0.500 0.000 -0.500 0.866 0.000 0.000 0.000 1.000",
        );
        let exact = "-10.50123 -20.24987 0.8660254 0.5000001 0 -0.5 0.866025 0 0 0 1";
        let turned = grid(&words, Some(exact));
        let position = turned.position_mm(-7_000);
        let normal = cross(turned.row, turned.column);
        for (axis, mm) in [
            (turned.row, -10.50123),
            (turned.column, -20.24987),
            (normal, -7.0),
        ] {
            assert!((dot(axis, position) - mm).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (words, exact, spacing_mm) in [
            (AXIAL.to_owned(), None, None),
            (AXIAL.to_owned(), None, Some([2.5, 0.7, 0.9])),
            ("5 × 3 px".to_owned(), None, SPACING),
            (AXIAL.replace("-10.50, -20.25 mm", "unknown"), None, SPACING),
            (
                AXIAL.replace("0.000 0.000 1.000", "0.000 0.300 1.000"),
                None,
                SPACING,
            ),
            (AXIAL.replace("1.000", "0.000"), None, SPACING),
            // Digits of another grid.
            (
                AXIAL.to_owned(),
                Some("-10.6 -20.25 1 0 0 0 1 0 0 0 1"),
                SPACING,
            ),
        ] {
            assert!(Grid::read(&words, exact, spacing_mm).is_err(), "{words}");
        }
    }
}
