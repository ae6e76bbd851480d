//! The one in-plane order that all volumes of a grid are brought to, however their rows and columns were stored.
//!
//! DICOM's usual order for the nearest principal plane: axial x → L, y → P; sagittal x → P, y → −S; coronal x → L,
//! y → −S. Slices are keyed by their place along x × y, so that their order needs no turning.

use crate::geometry::{GeometryError, Mask};

/// How stored rows and columns are turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turning {
    /// Whether stored rows become columns.
    is_exchanged: bool,
    /// Whether each stored row, and the order of the stored rows, is turned round.
    is_flipped: [bool; 2],
}

impl Turning {
    /// From the directions of stored rows and columns, and their normal.
    pub fn of(row: [f64; 3], column: [f64; 3], normal: [f64; 3]) -> Self {
        let [l, p, s] = normal.map(f64::abs);
        let (x, y, y_sign) = if s >= l && s >= p {
            (0, 1, 1.0)
        } else if l >= p {
            (1, 2, -1.0)
        } else {
            (0, 2, -1.0)
        };
        let is_exchanged = column[x].abs() + row[y].abs() > row[x].abs() + column[y].abs();
        let is_flipped = if is_exchanged {
            [row[y] * y_sign < 0.0, column[x] < 0.0]
        } else {
            [row[x] < 0.0, column[y] * y_sign < 0.0]
        };
        Self {
            is_exchanged,
            is_flipped,
        }
    }

    /// Which stored axes are turned round.
    pub fn is_flipped(self) -> [bool; 2] {
        self.is_flipped
    }

    /// What belongs to rows and columns, in the new order.
    pub fn order<T>(self, [of_rows, of_columns]: [T; 2]) -> [T; 2] {
        if self.is_exchanged {
            [of_columns, of_rows]
        } else {
            [of_rows, of_columns]
        }
    }

    /// The directions of rows and columns after the turn.
    pub fn directions(self, row: [f64; 3], column: [f64; 3]) -> [[f64; 3]; 2] {
        let turned = |direction: [f64; 3], is_flipped: bool| {
            direction.map(|cosine| if is_flipped { -cosine } else { cosine })
        };
        self.order([
            turned(row, self.is_flipped[0]),
            turned(column, self.is_flipped[1]),
        ])
    }

    /// A stored mask in the new order. Time and memory go with its runs and rows.
    pub fn mask(self, mask: Mask) -> Result<Mask, GeometryError> {
        let mask = match self.is_flipped {
            [false, false] => mask,
            [true, true] => half_turn(&mask)?,
            [true, false] => mirrored(&mask)?,
            [false, true] => half_turn(&mirrored(&mask)?)?,
        };
        if !self.is_exchanged {
            return Ok(mask);
        }
        let by_columns = mask.to_column_major_counts().into_iter().map(u64::from);
        Mask::from_row_major_counts(mask.height_px(), mask.width_px(), by_columns)
    }
}

/// Turned by 180°: the pixels in the opposite order.
fn half_turn(mask: &Mask) -> Result<Mask, GeometryError> {
    let (width, height) = (mask.width_px(), mask.height_px());
    let bounds = mask.bounds().iter().rev().map(|at| width * height - at);
    Mask::from_bounds(width, height, bounds.collect())
}

/// Left and right exchanged.
fn mirrored(mask: &Mask) -> Result<Mask, GeometryError> {
    let width = mask.width_px();
    let mut bounds: Vec<u32> = Vec::with_capacity(mask.bounds().len());
    let spans: Vec<_> = mask.spans().collect();
    for row in spans.chunk_by(|a, b| a.y == b.y) {
        // Within a row, what came first comes last.
        for span in row.iter().rev() {
            let left = span.y * width;
            bounds.extend([left + width - span.x1, left + width - span.x0]);
        }
    }
    Mask::from_bounds(width, mask.height_px(), bounds)
}

#[cfg(test)]
mod tests {
    use super::Turning;
    use crate::geometry::Mask;

    const L: [f64; 3] = [1.0, 0.0, 0.0];
    const P: [f64; 3] = [0.0, 1.0, 0.0];
    const S: [f64; 3] = [0.0, 0.0, 1.0];

    fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    }

    fn minus(a: [f64; 3]) -> [f64; 3] {
        a.map(|cosine| 0.0 - cosine)
    }

    #[test]
    fn all_orders_of_a_plane_come_to_the_usual_one() {
        for (x, y) in [(L, P), (P, minus(S)), (L, minus(S))] {
            for (row, column) in [(x, y), (y, x)] {
                for (row, column) in [
                    (row, column),
                    (minus(row), column),
                    (row, minus(column)),
                    (minus(row), minus(column)),
                ] {
                    let turning = Turning::of(row, column, cross(row, column));
                    let turned = turning.directions(row, column);
                    let plain = turned.map(|direction| direction.map(|cosine| cosine + 0.0));
                    assert_eq!(plain, [x, y].map(|d| d.map(|c| c + 0.0)));
                }
            }
        }
    }

    #[test]
    fn pixels_follow_their_places() {
        // 3 x 2 px, of which the pixels at column 0 and 2 of row 0, and column 1 of row 1 are set.
        let stored = Mask::from_bounds(3, 2, vec![0, 1, 2, 3, 4, 5]).expect("a small mask");
        for is_exchanged in [false, true] {
            for is_flipped in [[false, false], [true, false], [false, true], [true, true]] {
                let turning = Turning {
                    is_exchanged,
                    is_flipped,
                };
                let found = turning.mask(stored.clone()).expect("a small mask");
                let mut expected: Vec<u32> = [(0, 0), (2, 0), (1, 1)]
                    .map(|(x, y)| {
                        let x = if is_flipped[0] { 2 - x } else { x };
                        let y = if is_flipped[1] { 1 - y } else { y };
                        if is_exchanged { x * 2 + y } else { y * 3 + x }
                    })
                    .to_vec();
                expected.sort_unstable();
                let pixels: Vec<u32> = found
                    .bounds()
                    .chunks_exact(2)
                    .flat_map(|run| run[0]..run[1])
                    .collect();
                assert_eq!(pixels, expected, "{turning:?}");
                let size = (found.width_px(), found.height_px());
                assert_eq!(size, if is_exchanged { (2, 3) } else { (3, 2) });
            }
        }
    }
}
