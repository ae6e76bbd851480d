//! The outline of a mask along pixel corners.

use std::collections::BTreeMap;

use super::Mask;

type Corner = (u32, u32);
/// `x0..x1` of one row.
type Row = Vec<(u32, u32)>;

impl Mask {
    /// Closed loops of `[x, y]` pixel corners around the mask, for drawing: clockwise around pixels, anticlockwise around holes
    /// (y down), only corners where the line turns. Pixels that touch at a corner only get loops of their own.
    pub fn outline(&self) -> Vec<Vec<[f64; 2]>> {
        let mut steps = self.border_steps();
        let mut loops = Vec::new();
        while let Some((&start, _)) = steps.first_key_value() {
            let (mut at, mut before) = (start, None);
            let mut corners: Vec<[f64; 2]> = Vec::new();
            while let Some(next) = take_step(&mut steps, before, at) {
                let straight = before.is_some_and(|(x, y)| {
                    (x == at.0 && at.0 == next.0) || (y == at.1 && at.1 == next.1)
                });
                if !straight {
                    corners.push([f64::from(at.0), f64::from(at.1)]);
                }
                (before, at) = (Some(at), next);
            }
            // The walk may have begun in the middle of a straight line.
            if let (Some(&first), Some(&second), Some(&last)) =
                (corners.first(), corners.get(1), corners.last())
                && ((first[0] == second[0] && first[0] == last[0])
                    || (first[1] == second[1] && first[1] == last[1]))
            {
                corners.remove(0);
            }
            loops.push(corners);
        }
        loops
    }

    /// Directed border pieces by their start, the set pixels on the right-hand side.
    fn border_steps(&self) -> BTreeMap<Corner, Vec<Corner>> {
        let mut steps: BTreeMap<Corner, Vec<Corner>> = BTreeMap::new();
        let mut add = |from, to| steps.entry(from).or_default().push(to);
        let (mut row, mut above) = (Row::new(), Row::new());
        let mut level = |y: u32, above: &[(u32, u32)], below: &[(u32, u32)]| {
            for (x0, x1) in outside(below, above) {
                add((x0, y), (x1, y));
            }
            for (x0, x1) in outside(above, below) {
                add((x1, y), (x0, y));
            }
            for &(x0, x1) in below {
                add((x0, y + 1), (x0, y));
                add((x1, y), (x1, y + 1));
            }
        };
        let mut y = None;
        for span in self.spans() {
            if y != Some(span.y) {
                if let Some(y) = y {
                    level(y, &above, &row);
                    std::mem::swap(&mut above, &mut row);
                    if span.y > y + 1 {
                        level(y + 1, &above, &[]);
                        above.clear();
                    }
                }
                row.clear();
                y = Some(span.y);
            }
            row.push((span.x0, span.x1));
        }
        if let Some(y) = y {
            level(y, &above, &row);
            level(y + 1, &row, &[]);
        }
        steps
    }
}

/// Takes the next border piece at a corner; where two leave, the one that turns right, which stays at the same pixel.
fn take_step(
    steps: &mut BTreeMap<Corner, Vec<Corner>>,
    before: Option<Corner>,
    at: Corner,
) -> Option<Corner> {
    let ways = steps.get_mut(&at)?;
    let turn = |to: &Corner| {
        let [x, y, to_x, to_y] = [at.0, at.1, to.0, to.1].map(i64::from);
        before.map_or(0, |(from_x, from_y)| {
            let (ax, ay) = (x - i64::from(from_x), y - i64::from(from_y));
            (ax * (to_y - y) - ay * (to_x - x)).signum()
        })
    };
    let (best, _) = ways.iter().enumerate().max_by_key(|(_, to)| turn(to))?;
    let next = ways.swap_remove(best);
    if ways.is_empty() {
        steps.remove(&at);
    }
    Some(next)
}

/// The parts of sorted spans `of` that lie outside sorted spans `cover`.
fn outside(of: &[(u32, u32)], cover: &[(u32, u32)]) -> Row {
    let (mut left, mut j) = (Row::new(), 0);
    for &(mut from, to) in of {
        while cover.get(j).is_some_and(|&(_, end)| end <= from) {
            j += 1;
        }
        let mut k = j;
        while let Some(&(start, end)) = cover.get(k).filter(|(start, _)| *start < to) {
            if from < start {
                left.push((from, start));
            }
            from = from.max(end);
            k += 1;
        }
        if from < to {
            left.push((from, to));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::{MultiPolygon, Polygon};

    #[test]
    fn a_single_pixel_has_four_corners() {
        let dot = Mask::from_bounds(3, 3, vec![4, 5]).unwrap();
        let expected = vec![[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0]];
        assert_eq!(dot.outline(), [expected]);
    }

    #[test]
    fn a_ring_has_two_loops_and_pixels_at_a_corner_stay_apart() {
        let ring = Mask::from_raster(3, 3, &[1, 1, 1, 1, 0, 1, 1, 1, 1]).unwrap();
        assert_eq!(ring.outline().len(), 2);
        let diagonal = Mask::from_raster(2, 2, &[1, 0, 0, 1]).unwrap();
        let loops = diagonal.outline();
        assert_eq!(loops.len(), 2);
        assert!(loops.iter().all(|corners| corners.len() == 4));
    }

    proptest! {
        #[test]
        fn outlines_enclose_exactly_the_mask(raster in proptest::collection::vec(0_u8..2, 48)) {
            let mask = Mask::from_raster(8, 6, &raster).unwrap();
            let mut loops = mask.outline();
            // Even-odd over all loops gives the pixels back.
            let exterior = loops.pop().unwrap_or_default();
            let polygon = MultiPolygon::new(vec![Polygon { exterior, holes: loops }]);
            prop_assert_eq!(Mask::from_polygon(8, 6, &polygon).unwrap(), mask.clone());
            prop_assert_eq!(polygon.area_px2(), mask.area_px() as f64);
        }
    }
}
