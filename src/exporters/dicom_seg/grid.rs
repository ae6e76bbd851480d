//! The grid of a volume, read back from the words in which it is kept.

use crate::exporters::sets::Refused;

/// Words and what is written from them may differ by half of their last digit, and a little for decimal fractions.
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
    normal: [f64; 3],
    corner_mm: [f64; 2],
}

impl Grid {
    /// From the words of the attribute `grid` and the item's spacing, which is kept with all its digits.
    pub fn read(words: &str, spacing_mm: Option<[f64; 3]>) -> Result<Self, Refused> {
        let stated = Stated::read(words).ok_or(Refused::Because(
            "its grid is not stated with spacing, place and direction",
        ))?;
        let [between_mm, y, x] =
            spacing_mm.ok_or(Refused::Because("the spacing of its item is not known"))?;
        let near = |a: f64, b: f64, half: f64| (a - b).abs() <= half;
        let [stated_y, stated_x] = stated.spacing_yx_mm;
        if !near(y, stated_y, HALF_MM) || !near(x, stated_x, HALF_MM) {
            return Err(Refused::Because(
                "its grid and its item have different spacings",
            ));
        }
        let [a, b, c, d, e, f, ..] = stated.direction;
        let row = unit([a, b, c]);
        let along = dot(row, [d, e, f]);
        let column = unit([d - along * row[0], e - along * row[1], f - along * row[2]]);
        let normal = [
            row[1] * column[2] - row[2] * column[1],
            row[2] * column[0] - row[0] * column[2],
            row[0] * column[1] - row[1] * column[0],
        ];
        let written = [row, column, normal].concat();
        let is_stated = written
            .iter()
            .zip(stated.direction)
            .all(|(a, b)| near(*a, b, HALF_COSINE));
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
            normal,
            corner_mm: stated.corner_mm,
        })
    }

    /// Centre of the first pixel of the slice at so many micrometres.
    pub fn position_mm(&self, key_um: i64) -> [f64; 3] {
        let [u, v] = self.corner_mm;
        let w = key_um as f64 / 1000.0;
        [0, 1, 2].map(|i| self.row[i] * u + self.column[i] * v + self.normal[i] * w)
    }
}

struct Stated {
    width_px: u32,
    height_px: u32,
    spacing_yx_mm: [f64; 2],
    corner_mm: [f64; 2],
    direction: [f64; 9],
}

impl Stated {
    /// Reads `W × H px, spacing Y × X mm, in-plane origin U, V mm, direction` and nine cosines.
    fn read(words: &str) -> Option<Self> {
        let (size, rest) = words.split_once(" px, spacing ")?;
        let (spacing, rest) = rest.split_once(" mm, in-plane origin ")?;
        let (corner, direction) = rest.split_once(" mm, direction ")?;
        let (width, height) = size.split_once(" × ")?;
        let pair = |text: &str, between: &str| {
            let (a, b) = text.split_once(between)?;
            let pair: [f64; 2] = [a.parse().ok()?, b.parse().ok()?];
            pair.iter().all(|mm| mm.is_finite()).then_some(pair)
        };
        let cosines: Vec<f64> = direction
            .split(' ')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        Some(Self {
            width_px: width.parse().ok()?,
            height_px: height.parse().ok()?,
            spacing_yx_mm: pair(spacing, " × ")?,
            corner_mm: pair(corner, ", ")?,
            direction: cosines.try_into().ok()?,
        })
    }
}

fn unit(vector: [f64; 3]) -> [f64; 3] {
    let length = dot(vector, vector).sqrt();
    vector.map(|part| part / length)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::Grid;

    const AXIAL: &str = "5 × 3 px, spacing 0.70 × 0.80 mm, in-plane origin -10.50, -20.25 mm, \
                         direction 1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000";

    #[test]
    fn words_become_positions_of_slices() {
        let grid = Grid::read(AXIAL, Some([2.5, 0.7, 0.8]))
            .ok()
            .expect("a grid");
        assert_eq!((grid.width_px, grid.height_px), (5, 3));
        assert_eq!(grid.position_mm(12_500), [-10.5, -20.25, 12.5]);
        let sagittal = AXIAL.replace(
            "1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000",
            "0.000 1.000 0.000 0.000 0.000 -1.000 -1.000 0.000 0.000",
        );
        let grid = Grid::read(&sagittal, Some([0.0, 0.7, 0.8]))
            .ok()
            .expect("a grid");
        // Along P −10.5, along −S −20.25, along −L 3.
        assert_eq!(grid.position_mm(3_000), [-3.0, -10.5, 20.25]);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (words, spacing_mm) in [
            (AXIAL.to_owned(), None),
            (AXIAL.to_owned(), Some([2.5, 0.7, 0.9])),
            ("5 × 3 px".to_owned(), Some([2.5, 0.7, 0.8])),
            (
                AXIAL.replace("-10.50, -20.25 mm", "unknown"),
                Some([2.5, 0.7, 0.8]),
            ),
            (
                AXIAL.replace("0.000 0.000 1.000", "0.000 0.300 1.000"),
                Some([2.5, 0.7, 0.8]),
            ),
            (AXIAL.replace("1.000", "0.000"), Some([2.5, 0.7, 0.8])),
        ] {
            assert!(Grid::read(&words, spacing_mm).is_err(), "{words}");
        }
    }
}
