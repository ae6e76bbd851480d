//! Dice and IoU of many masks with many.

use rayon::prelude::*;

use super::{MetricError, MetricValue, Undefined};
use crate::geometry::{Mask, PixelBox, PreparedMask};

/// IoU of every mask in `a` with every mask in `b`, row by row.
///
/// # Definition
/// `get(i, j)` is [`iou`](super::iou) of [`Overlap::of_masks`](super::Overlap::of_masks), to the last digit. Pairs whose boxes do
/// not meet are found by a sorted index and cost nothing; each mask is made ready once ([`PreparedMask`]).
/// # Input
/// Masks of one image size; one row for each of `a`, even where `b` is empty.
/// # Edge cases
/// Both masks empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; exchanging `a` and `b` transposes the matrix. Rows are computed in parallel; the result is the same on one core.
/// # Errors
/// `SizeMismatch` unless all masks are of one image size.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::iou_matrix;
/// let mask = |from, to| Mask::from_bounds(4, 3, vec![from, to]);
/// let (a, b) = ([mask(0, 4)?], [mask(2, 6)?, mask(8, 9)?]);
/// // 2 shared pixels of 6.
/// let found = iou_matrix(&a, &b).unwrap();
/// assert_eq!(found.defined().collect::<Vec<_>>(), [(0, 0, 2.0 / 6.0), (0, 1, 0.0)]);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// Jaccard 1912, New Phytologist 11:37–50, doi:10.1111/j.1469-8137.1912.tb05611.x.
/// # Checked against
/// pycocotools 2.0, `tests/oracles/overlap/masks.json` and the checksums of `benches/peers/run_lengths.py`.
pub fn iou_matrix(a: &[Mask], b: &[Mask]) -> Result<OverlapMatrix, MetricError> {
    matrix(a, b, |size_a, size_b, shared| {
        shared as f64 / (size_a + size_b - shared) as f64
    })
}

/// Dice coefficient of every mask in `a` with every mask in `b`, row by row.
///
/// # Definition
/// `get(i, j)` is [`dice`](super::dice) of [`Overlap::of_masks`](super::Overlap::of_masks), to the last digit; found as in
/// [`iou_matrix`].
/// # Input
/// Masks of one image size; one row for each of `a`, even where `b` is empty.
/// # Edge cases
/// Both masks empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; never below the IoU; exchanging `a` and `b` transposes the matrix.
/// # Errors
/// `SizeMismatch` unless all masks are of one image size.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::dice_matrix;
/// let mask = |from, to| Mask::from_bounds(4, 3, vec![from, to]);
/// let (a, b) = ([mask(0, 4)?], [mask(2, 6)?, mask(8, 9)?]);
/// // 2 * 2 / (4 + 4).
/// let found = dice_matrix(&a, &b).unwrap();
/// assert_eq!(found.defined().collect::<Vec<_>>(), [(0, 0, 0.5), (0, 1, 0.0)]);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// Dice 1945, Ecology 26:297–302, doi:10.2307/1932409.
/// # Checked against
/// pycocotools 2.0 by way of the IoU, `tests/oracles/overlap/masks.json`.
pub fn dice_matrix(a: &[Mask], b: &[Mask]) -> Result<OverlapMatrix, MetricError> {
    matrix(a, b, |size_a, size_b, shared| {
        2.0 * shared as f64 / (size_a + size_b) as f64
    })
}

/// A figure for every pair of two lists.
///
/// # Definition
/// `get(i, j)` is the figure of the i-th of `a` and the j-th of `b`.
/// # Edge cases
/// Both of a pair empty: `Undefined(BothEmpty)`. An index outside the lists: `None`.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{MetricValue, Undefined, iou_matrix};
/// let empty = Mask::empty(4, 3)?;
/// let found = iou_matrix(&[empty.clone()], &[empty, Mask::from_bounds(4, 3, vec![0, 1])?]).unwrap();
/// assert_eq!(found.get(0, 0), Some(Undefined::BothEmpty.into()));
/// assert_eq!(found.get(0, 1), Some(MetricValue::Defined(0.0)));
/// assert_eq!((found.n_rows(), found.n_columns(), found.get(1, 0)), (1, 2, None));
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OverlapMatrix {
    /// Row by row; 0 where undefined.
    values: Vec<f64>,
    empty_a: Vec<bool>,
    empty_b: Vec<bool>,
}

impl OverlapMatrix {
    /// Number of masks in `a`.
    pub fn n_rows(&self) -> usize {
        self.empty_a.len()
    }

    /// Number of masks in `b`.
    pub fn n_columns(&self) -> usize {
        self.empty_b.len()
    }

    /// The figure of the i-th of `a` and the j-th of `b`; `None` outside the lists.
    pub fn get(&self, i: usize, j: usize) -> Option<MetricValue> {
        let (empty_a, empty_b) = (self.empty_a.get(i)?, self.empty_b.get(j)?);
        Some(if *empty_a && *empty_b {
            MetricValue::Undefined(Undefined::BothEmpty)
        } else {
            MetricValue::Defined(self.values[i * self.n_columns() + j])
        })
    }

    /// All pairs with a figure, row by row, as (i, j, figure).
    pub fn defined(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let n_columns = self.n_columns().max(1);
        let all = self.values.iter().enumerate();
        all.map(move |(at, value)| (at / n_columns, at % n_columns, *value))
            .filter(|&(i, j, _)| !(self.empty_a[i] && self.empty_b[j]))
    }
}

/// `value(|A|, |B|, |A∩B|)` is asked only where boxes meet.
fn matrix(
    a: &[Mask],
    b: &[Mask],
    value: impl Fn(u64, u64, u64) -> f64 + Sync,
) -> Result<OverlapMatrix, MetricError> {
    let mut all = a.iter().chain(b);
    if let Some(first) = all.next() {
        for mask in all {
            first.check_size(mask)?;
        }
    }
    let prepared: Vec<PreparedMask> = b.iter().map(PreparedMask::new).collect();
    let boxes = SortedBoxes::new(&prepared);
    let mut values = vec![0.0; a.len() * b.len()];
    let rows = values.par_chunks_mut(b.len().max(1)).zip(a);
    rows.for_each(|(row, mask)| {
        let ours = PreparedMask::new(mask);
        let Some(area) = ours.bounding_box() else {
            return;
        };
        boxes.meeting(area, |at| {
            let theirs = &prepared[at];
            let shared = ours.shared_px(theirs);
            row[at] = value(ours.area_px(), theirs.area_px(), shared);
        });
    });
    let empty = |masks: &[Mask]| masks.iter().map(Mask::is_empty).collect();
    Ok(OverlapMatrix {
        values,
        empty_a: empty(a),
        empty_b: empty(b),
    })
}

/// Boxes by their left edge; empty masks have none.
struct SortedBoxes {
    boxes: Vec<(PixelBox, usize)>,
    /// The rightmost edge up to each place, so that boxes that end too far left are passed at once.
    reach: Vec<u32>,
}

impl SortedBoxes {
    fn new(masks: &[PreparedMask]) -> Self {
        let of = |(index, mask): (usize, &PreparedMask)| Some((mask.bounding_box()?, index));
        let mut boxes: Vec<_> = masks.iter().enumerate().filter_map(of).collect();
        boxes.sort_unstable_by_key(|(area, index)| (area.x0, *index));
        let mut furthest = 0;
        let reach = boxes.iter().map(|(area, _)| {
            furthest = area.x1.max(furthest);
            furthest
        });
        Self {
            reach: reach.collect(),
            boxes,
        }
    }

    fn meeting(&self, area: PixelBox, mut with: impl FnMut(usize)) {
        let from = self.reach.partition_point(|&reach| reach <= area.x0);
        let to = self.boxes.partition_point(|(other, _)| other.x0 < area.x1);
        for (other, index) in self.boxes.get(from..to).unwrap_or(&[]) {
            if (other.x1 > area.x0) & (other.y0 < area.y1) & (other.y1 > area.y0) {
                with(*index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Overlap, dice, iou};

    fn mask(bounds: &[u32]) -> Mask {
        Mask::from_bounds(9, 7, bounds.to_vec()).unwrap()
    }

    #[test]
    fn the_matrices_hold_what_pairs_give() {
        let a = [
            mask(&[0, 4]),
            mask(&[]),
            mask(&[5, 7, 20, 31]),
            mask(&[0, 63]),
            mask(&[62, 63]),
        ];
        let b = [
            mask(&[2, 6]),
            mask(&[]),
            mask(&[11, 12]),
            mask(&[8, 9, 17, 18, 26, 27]),
            mask(&[0, 1, 62, 63]),
        ];
        let (ious, dices) = (iou_matrix(&a, &b).unwrap(), dice_matrix(&a, &b).unwrap());
        let mut n_pairs = 0;
        for (i, first) in a.iter().enumerate() {
            for (j, second) in b.iter().enumerate() {
                let pair = Overlap::of_masks(first, second).unwrap();
                assert_eq!(ious.get(i, j), Some(iou(&pair)));
                assert_eq!(dices.get(i, j), Some(dice(&pair)));
                n_pairs += 1;
            }
        }
        assert_eq!(n_pairs, 25);
        assert_eq!(ious.get(0, 0), Some(MetricValue::Defined(2.0 / 6.0)));
        assert_eq!(ious.defined().count(), 24);
    }

    #[test]
    fn a_matrix_without_columns_still_has_rows() {
        let size = |a: &[Mask], b: &[Mask]| {
            let found = iou_matrix(a, b).unwrap();
            (found.n_rows(), found.n_columns(), found.defined().count())
        };
        assert_eq!(size(&[mask(&[0, 4])], &[]), (1, 0, 0));
        assert_eq!(size(&[], &[mask(&[0, 4])]), (0, 1, 0));
        assert_eq!(size(&[], &[]), (0, 0, 0));
    }

    #[test]
    fn a_matrix_of_two_image_sizes_is_refused() {
        let other_size = [Mask::empty(7, 9).unwrap()];
        assert!(iou_matrix(&[mask(&[0, 4])], &other_size).is_err());
        assert!(dice_matrix(&[], &[mask(&[]), other_size[0].clone()]).is_err());
    }
}
