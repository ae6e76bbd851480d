//! The grid of a mask or volume as its attribute states it, and back.

use super::annotation::{EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE};
use crate::geometry::Grid;
use std::collections::BTreeMap;

/// A grid in words, rounded to 0.01 mm and 0.001 of a direction, so that writers' rounding makes no difference. The place of slices is
/// none of it: the slices' keys say that.
pub fn grid_words(grid: &Grid) -> String {
    let mm = |value: f64| format!("{:.2}", rounded(value, 100.0));
    let spacing = grid.spacing_mm.map_or(UNKNOWN.to_owned(), |[_, y, x]| {
        format!("{} × {} mm", mm(y), mm(x))
    });
    let origin = grid
        .origin_mm
        .map_or(UNKNOWN.to_owned(), |[along_row, along_column, _]| {
            format!("{}, {} mm", mm(along_row), mm(along_column))
        });
    let direction = grid.direction.map_or(UNKNOWN.to_owned(), |direction| {
        let shares = direction.map(|value| format!("{:.3}", rounded(value, 1000.0)));
        shares.join(" ")
    });
    format!(
        "{} × {} px, spacing {spacing}, in-plane origin {origin}, direction {direction}",
        grid.width_px, grid.height_px
    )
}

/// The grid that words state, to their rounding; the distance of slices, which they do not state, is 0. `None` for words of other tools.
pub fn grid_of_words(words: &str) -> Option<Grid> {
    let (size, rest) = words.split_once(" px, spacing ")?;
    let (spacing, rest) = rest.split_once(", in-plane origin ")?;
    let (origin, direction) = rest.split_once(", direction ")?;
    let (width, height) = size.split_once(" × ")?;
    Some(Grid {
        width_px: width.parse().ok()?,
        height_px: height.parse().ok()?,
        spacing_mm: pair(spacing, " × ")?.map(|[y, x]| [0.0, y, x]),
        origin_mm: pair(origin, ", ")?
            .map(|[along_row, along_column]| [along_row, along_column, 0.0]),
        direction: match direction {
            UNKNOWN => None,
            direction => {
                let shares: Option<Vec<f64>> = direction
                    .split(' ')
                    .map(|share| share.parse().ok())
                    .collect();
                Some(shares?.try_into().ok()?)
            }
        },
    })
}

/// In-plane origin and direction of a grid with every digit; `None` where it does not state both.
pub fn exact_grid_words(grid: &Grid) -> Option<String> {
    let [along_row, along_column, _] = grid.origin_mm?;
    let numbers = [along_row, along_column].into_iter().chain(grid.direction?);
    let numbers: Vec<String> = numbers.map(|number| (number + 0.0).to_string()).collect();
    Some(numbers.join(" "))
}

/// In-plane origin and direction that exact words state.
pub fn grid_of_exact_words(words: &str) -> Option<([f64; 2], [f64; 9])> {
    let numbers: Option<Vec<f64>> = words.split(' ').map(|number| number.parse().ok()).collect();
    let numbers: [f64; 11] = numbers?.try_into().ok()?;
    let [along_row, along_column, direction @ ..] = numbers;
    numbers
        .iter()
        .all(|number| number.is_finite())
        .then_some(([along_row, along_column], direction))
}

/// Whether two annotations state one grid, so that their masks can be compared voxel by voxel. What one of them does not state is no
/// difference.
///
/// Words are rounded, and two writers of one grid may stand on two sides of a rounding step. Where both also state every digit of origin and
/// direction, those decide. Spacings must round alike: a hundredth of a millimetre adds up to pixels over an image.
pub fn is_one_grid(first: &BTreeMap<String, String>, second: &BTreeMap<String, String>) -> bool {
    let words = [first, second].map(|attributes| attributes.get(GRID_ATTRIBUTE));
    let [Some(one), Some(other)] = words else {
        return true;
    };
    if one == other {
        return true;
    }
    let exact = |attributes: &BTreeMap<String, String>, words: &str| {
        let grid = grid_of_words(words)?;
        let ([along_row, along_column], direction) =
            grid_of_exact_words(attributes.get(EXACT_GRID_ATTRIBUTE)?)?;
        Some(Grid {
            // The place of slices is none of the words; their keys say that.
            spacing_mm: grid.spacing_mm.map(|[_, y, x]| [y.min(x), y, x]),
            origin_mm: Some([along_row, along_column, 0.0]),
            direction: Some(direction),
            ..grid
        })
    };
    match (exact(first, one), exact(second, other)) {
        (Some(one), Some(other)) => {
            one.spacing_mm == other.spacing_mm && one.same_as(&other).is_ok()
        }
        _ => false,
    }
}

const UNKNOWN: &str = "unknown";

/// Two numbers in mm, or neither; `None` for other words.
fn pair(words: &str, between: &str) -> Option<Option<[f64; 2]>> {
    if words == UNKNOWN {
        return Some(None);
    }
    let (first, second) = words.strip_suffix(" mm")?.split_once(between)?;
    Some(Some([first.parse().ok()?, second.parse().ok()?]))
}

/// Two roundings: a 32-bit 0.585 lies below the half that the decimal 0.585 lies on. Adding zero turns a rounded −0 into 0.
fn rounded(value: f64, unit: f64) -> f64 {
    let fine = (value * unit * 100.0).round() / (unit * 100.0);
    (fine * unit).round() / unit + 0.0
}

#[cfg(test)]
mod tests {
    use super::{exact_grid_words, grid_of_exact_words, grid_of_words, grid_words, is_one_grid};
    use crate::domain::{EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE};
    use crate::geometry::Grid;
    use std::collections::BTreeMap;

    /// The grid of a 4 × 3 image as a file states it.
    fn stated(spacing: f64, origin: f64, is_exact: bool) -> BTreeMap<String, String> {
        let grid = Grid {
            width_px: 4,
            height_px: 3,
            spacing_mm: Some([spacing, spacing, spacing]),
            origin_mm: Some([origin, -20.0, 0.0]),
            direction: Some([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]),
        };
        let mut found = BTreeMap::from([(GRID_ATTRIBUTE.to_owned(), grid_words(&grid))]);
        let exact = exact_grid_words(&grid).filter(|_| is_exact);
        found.extend(exact.map(|words| (EXACT_GRID_ATTRIBUTE.to_owned(), words)));
        found
    }

    #[test]
    fn a_rounding_step_between_two_files_is_no_other_grid_and_a_real_difference_is() {
        let (below, above) = (7.0149, 7.0151);
        assert_ne!(
            stated(0.5, below, true)[GRID_ATTRIBUTE],
            stated(0.5, above, true)[GRID_ATTRIBUTE]
        );
        assert!(is_one_grid(
            &stated(0.5, below, true),
            &stated(0.5, above, true)
        ));
        // Without every digit on both sides nobody can tell.
        assert!(!is_one_grid(
            &stated(0.5, below, true),
            &stated(0.5, above, false)
        ));
        assert!(!is_one_grid(
            &stated(0.5, 7.0, true),
            &stated(0.5, 7.02, true)
        ));
        assert!(!is_one_grid(
            &stated(0.5, 7.0, true),
            &stated(0.51, 7.0, true)
        ));
        assert!(is_one_grid(&stated(0.5, 7.0, true), &BTreeMap::new()));
        let other_tool = BTreeMap::from([(GRID_ATTRIBUTE.to_owned(), "a grid".to_owned())]);
        assert!(is_one_grid(&other_tool, &other_tool));
        assert!(!is_one_grid(&other_tool, &stated(0.5, 7.0, true)));
    }

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
            assert_eq!(grid_words(&grid(decimal)), grid_words(&grid(single)));
        }
        assert_eq!(
            grid_words(&grid(0.5)),
            "4 × 3 px, spacing 0.50 × 0.50 mm, in-plane origin unknown, direction unknown"
        );
    }

    #[test]
    fn words_are_read_back_to_their_rounding() {
        let grid = Grid {
            width_px: 5,
            height_px: 4,
            spacing_mm: Some([2.5, 0.704, 0.8]),
            origin_mm: Some([-12.341, 7.0, 0.0]),
            direction: Some([1.0, 0.0, 0.0, 0.0, 0.866_03, -0.5, 0.0, 0.5, 0.866_03]),
        };
        let words = grid_words(&grid);
        let read = grid_of_words(&words).expect("words of a grid");
        assert_eq!(read.spacing_mm, Some([0.0, 0.7, 0.8]));
        assert_eq!(read.origin_mm, Some([-12.34, 7.0, 0.0]));
        assert_eq!(grid_words(&read), words);
        let plain = Grid {
            spacing_mm: None,
            origin_mm: None,
            direction: None,
            ..grid.clone()
        };
        assert_eq!(grid_of_words(&grid_words(&plain)), Some(plain));
        assert_eq!(grid_of_words("darwin Axial [[1.0,0.0]]"), None);
        let exact = exact_grid_words(&grid).expect("origin and direction");
        assert_eq!(exact, "-12.341 7 1 0 0 0 0.86603 -0.5 0 0.5 0.86603");
        let read = grid_of_exact_words(&exact).expect("eleven numbers");
        assert_eq!((read.0, Some(read.1)), ([-12.341, 7.0], grid.direction));
        assert_eq!(grid_of_exact_words("1 2 3"), None);
    }
}
