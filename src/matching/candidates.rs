//! Which pairs of instances can overlap at all.

use rayon::prelude::*;

use crate::geometry::Rect;

/// Pairs `(a, b)` whose bounding boxes meet, rising.
///
/// # Definition
/// Sort-and-sweep from the left: a box is held against those that its x range has met so far. Boxes with a coordinate that is not a
/// number meet nothing; boxes that share an edge only do not meet.
/// # Example
/// ```
/// use concord::geometry::Rect;
/// use concord::matching::candidates;
/// let at = |x: f64| Rect { x0: x, y0: 0.0, x1: x + 2.0, y1: 2.0 };
/// assert_eq!(candidates(&[at(0.0), at(9.0)], &[at(10.0), at(1.0)]), [(0, 1), (1, 0)]);
/// ```
pub fn candidates(boxes_a: &[Rect], boxes_b: &[Rect]) -> Vec<(usize, usize)> {
    let mut order: Vec<Entry> = Vec::with_capacity(boxes_a.len() + boxes_b.len());
    let sides = [(boxes_a, true), (boxes_b, false)];
    for (boxes, is_a) in sides {
        let usable = boxes
            .iter()
            .enumerate()
            .filter(|(_, area)| area.is_finite());
        order.extend(usable.map(|(index, area)| Entry {
            index,
            area: *area,
            is_a,
        }));
    }
    order.sort_unstable_by(|p, q| p.area.x0.total_cmp(&q.area.x0));
    let (mut open_a, mut open_b): (Vec<&Entry>, Vec<&Entry>) = (Vec::new(), Vec::new());
    let mut pairs = Vec::new();
    for entry in &order {
        let (own, others) = if entry.is_a {
            (&mut open_a, &mut open_b)
        } else {
            (&mut open_b, &mut open_a)
        };
        others.retain(|other| other.area.x1 > entry.area.x0);
        let meeting = others.iter().filter(|other| other.area.meets(&entry.area));
        pairs.extend(meeting.map(|other| {
            if entry.is_a {
                (entry.index, other.index)
            } else {
                (other.index, entry.index)
            }
        }));
        own.push(entry);
    }
    pairs.sort_unstable();
    pairs
}

/// Candidates with their similarities, scored in parallel.
///
/// # Errors
/// The first error of `similarity`.
pub fn scored<E: Send>(
    boxes_a: &[Rect],
    boxes_b: &[Rect],
    similarity: impl Fn(usize, usize) -> Result<f64, E> + Sync,
) -> Result<Vec<(usize, usize, f64)>, E> {
    candidates(boxes_a, boxes_b)
        .into_par_iter()
        .map(|(a, b)| Ok((a, b, similarity(a, b)?)))
        .collect()
}

struct Entry {
    index: usize,
    area: Rect,
    is_a: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxes() -> impl Strategy<Value = Vec<Rect>> {
        let corner = || (0_i32..12, 0_i32..12);
        let area = (corner(), corner()).prop_map(|(p, q)| {
            Rect::from_corners([p.0, p.1].map(f64::from), [q.0, q.1].map(f64::from))
        });
        proptest::collection::vec(area, 0..12)
    }

    proptest! {
        #[test]
        fn exactly_the_boxes_that_meet_are_candidates(a in boxes(), b in boxes()) {
            let mut all = Vec::new();
            for (i, p) in a.iter().enumerate() {
                all.extend(b.iter().enumerate().filter(|(_, q)| p.meets(q)).map(|(j, _)| (i, j)));
            }
            prop_assert_eq!(candidates(&a, &b), all);
        }
    }

    #[test]
    fn boxes_that_are_not_numbers_meet_nothing() {
        let broken = Rect {
            x0: f64::NAN,
            y0: 0.0,
            x1: 1.0,
            y1: 1.0,
        };
        let whole = Rect {
            x0: 0.0,
            y0: 0.0,
            x1: 1.0,
            y1: 1.0,
        };
        assert_eq!(candidates(&[broken, whole], &[whole, broken]), [(1, 0)]);
    }

    #[test]
    fn scores_come_with_their_pairs_and_errors_come_out() {
        let area = Rect {
            x0: 0.0,
            y0: 0.0,
            x1: 1.0,
            y1: 1.0,
        };
        let found = scored(&[area], &[area, area], |a, b| {
            Ok::<_, ()>((a + 2 * b) as f64)
        });
        assert_eq!(found, Ok(vec![(0, 0, 0.0), (0, 1, 2.0)]));
        assert_eq!(scored(&[area], &[area], |_, _| Err("no")), Err("no"));
    }
}
