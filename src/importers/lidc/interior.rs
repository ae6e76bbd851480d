//! What a traced outline encloses.
//!
//! LIDC readers marked the first pixels outside a nodule, so the outline itself is no part of it.

use crate::geometry::{GeometryError, Mask};

/// Row crossings of one outline beyond which it is not a traced outline.
const MAX_CROSSINGS: u64 = 1 << 22;

/// Why an outline encloses nothing that could be worked out.
#[derive(Debug, thiserror::Error)]
pub enum OutlineError {
    #[error(
        "an outline of {n_points} points crosses {found} pixel rows; at most {MAX_CROSSINGS} are read"
    )]
    TooLong { n_points: usize, found: u64 },
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

/// The pixels strictly inside an outline of pixel indices `[x, y]`: centres with a winding number other than zero
/// that do not lie on the outline. An open outline is closed by a straight line.
pub fn interior(outline: &[[u32; 2]], width_px: u32, height_px: u32) -> Result<Mask, OutlineError> {
    let sides = || {
        let ends = outline.iter().skip(1).chain(outline.first());
        outline.iter().zip(ends).map(|(&from, &to)| (from, to))
    };
    let n_crossings: u64 = sides()
        .map(|([_, y0], [_, y1])| u64::from(y0.abs_diff(y1)))
        .sum();
    if n_crossings > MAX_CROSSINGS {
        return Err(OutlineError::TooLong {
            n_points: outline.len(),
            found: n_crossings,
        });
    }
    let enclosed = Mask::from_bounds(width_px, height_px, enclosed_bounds(sides(), width_px))?;
    let mut on_outline: Vec<u32> = sides()
        .flat_map(|(from, to)| pixels_between(from, to))
        .map(|[x, y]| y * width_px + x)
        .collect();
    on_outline.sort_unstable();
    on_outline.dedup();
    let bounds = on_outline
        .into_iter()
        .flat_map(|pixel| [pixel, pixel + 1])
        .collect();
    Ok(enclosed.difference(&Mask::from_bounds(width_px, height_px, bounds)?)?)
}

/// Run bounds of everything with a winding number other than zero; pixels on the outline may be on either side.
fn enclosed_bounds(sides: impl Iterator<Item = ([u32; 2], [u32; 2])>, width_px: u32) -> Vec<u32> {
    let mut crossings: Vec<(u32, u32, i32)> = Vec::new();
    for (from, to) in sides {
        let turn = if from[1] < to[1] { 1 } else { -1 };
        let (upper, lower) = if turn == 1 { (from, to) } else { (to, from) };
        let (dx, dy) = (
            i64::from(lower[0]) - i64::from(upper[0]),
            i64::from(lower[1] - upper[1]),
        );
        for y in upper[1]..lower[1] {
            let x = i64::from(upper[0]) + (i64::from(y - upper[1]) * dx).div_euclid(dy);
            crossings.push((y, x as u32 + 1, turn));
        }
    }
    crossings.sort_unstable();
    let mut bounds: Vec<u32> = Vec::new();
    let mut winding = 0;
    for (y, x, turn) in crossings {
        let was_inside = winding != 0;
        winding += turn;
        if was_inside != (winding != 0) {
            bounds.push(y * width_px + x);
        }
    }
    bounds
}

/// The pixels whose centres lie on the line from one pixel (included) to the next (not included).
fn pixels_between(from: [u32; 2], to: [u32; 2]) -> impl Iterator<Item = [u32; 2]> {
    let delta = [0, 1].map(|axis| i64::from(to[axis]) - i64::from(from[axis]));
    let n = greatest_common_divisor(delta[0].unsigned_abs(), delta[1].unsigned_abs()).max(1);
    (0..n).map(move |step| {
        [0, 1].map(|axis| (i64::from(from[axis]) + delta[axis] / n as i64 * step as i64) as u32)
    })
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::interior;

    fn pixels(outline: &[[u32; 2]]) -> Vec<u32> {
        let mask = interior(outline, 8, 8).expect("a small outline");
        mask.spans()
            .flat_map(|span| (span.x0..span.x1).map(move |x| span.y * 8 + x))
            .collect()
    }

    #[test]
    fn a_traced_diamond_encloses_its_centre_and_not_its_outline() {
        assert_eq!(
            pixels(&[[2, 1], [3, 2], [2, 3], [1, 2], [2, 1]]),
            [2 * 8 + 2]
        );
    }

    #[test]
    fn corners_alone_enclose_the_same_as_a_traced_square() {
        let corners = [[1, 1], [4, 1], [4, 4], [1, 4]];
        assert_eq!(pixels(&corners), [18, 19, 26, 27]);
        let reversed: Vec<_> = corners.into_iter().rev().collect();
        assert_eq!(pixels(&reversed), [18, 19, 26, 27]);
    }

    #[test]
    fn one_point_a_line_and_a_spur_enclose_nothing_more() {
        assert!(pixels(&[[3, 3]]).is_empty());
        assert!(pixels(&[[1, 1], [2, 1], [3, 2], [2, 1], [1, 1]]).is_empty());
        let with_spur = [
            [2, 1],
            [3, 2],
            [4, 2],
            [5, 2],
            [4, 2],
            [3, 2],
            [2, 3],
            [1, 2],
            [2, 1],
        ];
        assert_eq!(pixels(&with_spur), [18]);
    }

    #[test]
    fn a_loop_gone_round_twice_encloses_what_one_round_does() {
        let once = [[1, 1], [4, 1], [4, 4], [1, 4]];
        let twice: Vec<_> = once.into_iter().chain(once).collect();
        assert_eq!(pixels(&twice), pixels(&once));
    }

    #[test]
    fn both_lobes_of_a_figure_of_eight_are_inside() {
        // The left lobe (0,0)-(2,2)-(0,4) holds (1, 2), the right one (4,0)-(2,2)-(4,4) holds (3, 2).
        assert_eq!(pixels(&[[0, 0], [4, 4], [4, 0], [0, 4]]), [17, 19]);
    }
}
