//! Dice and IoU of many masks with many.

use rayon::prelude::*;

use super::MetricError;
use crate::geometry::{Mask, PixelBox, PreparedMask};

/// IoU of every mask in `a` with every mask in `b`, row by row.
///
/// # Definition
/// `matrix[i][j]` as [`iou`](super::iou) of [`Overlap::of_masks`](super::Overlap::of_masks), to the last digit. Pairs whose boxes do
/// not meet are found by a sorted index and cost nothing; each mask is made ready once ([`PreparedMask`]).
/// # Input
/// Masks of one image size; one row for each of `a`, even where `b` is empty.
/// # Edge cases
/// Both masks empty: `None`. One empty: 0.
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
/// assert_eq!(iou_matrix(&a, &b).unwrap(), [[Some(2.0 / 6.0), Some(0.0)]]);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// Jaccard 1912, New Phytologist 11:37–50, doi:10.1111/j.1469-8137.1912.tb05611.x.
/// # Checked against
/// pycocotools 2.0, `tests/oracles/overlap/masks.json` and the checksums of `benches/peers/run_lengths.py`.
pub fn iou_matrix(a: &[Mask], b: &[Mask]) -> Result<Vec<Vec<Option<f64>>>, MetricError> {
    matrix(a, b, |size_a, size_b, shared| {
        shared as f64 / (size_a + size_b - shared) as f64
    })
}

/// Dice coefficient of every mask in `a` with every mask in `b`, row by row.
///
/// # Definition
/// `matrix[i][j]` as [`dice`](super::dice) of [`Overlap::of_masks`](super::Overlap::of_masks), to the last digit; found as in
/// [`iou_matrix`].
/// # Input
/// Masks of one image size; one row for each of `a`, even where `b` is empty.
/// # Edge cases
/// Both masks empty: `None`. One empty: 0.
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
/// assert_eq!(dice_matrix(&a, &b).unwrap(), [[Some(0.5), Some(0.0)]]);
/// # Ok::<(), concord::geometry::GeometryError>(())
/// ```
/// # Reference
/// Dice 1945, Ecology 26:297–302, doi:10.2307/1932409.
/// # Checked against
/// pycocotools 2.0 by way of the IoU, `tests/oracles/overlap/masks.json`.
pub fn dice_matrix(a: &[Mask], b: &[Mask]) -> Result<Vec<Vec<Option<f64>>>, MetricError> {
    matrix(a, b, |size_a, size_b, shared| {
        2.0 * shared as f64 / (size_a + size_b) as f64
    })
}

/// `value(|A|, |B|, |A∩B|)` is asked only where boxes meet.
fn matrix(
    a: &[Mask],
    b: &[Mask],
    value: impl Fn(u64, u64, u64) -> f64 + Sync,
) -> Result<Vec<Vec<Option<f64>>>, MetricError> {
    let mut all = a.iter().chain(b);
    if let Some(first) = all.next() {
        for mask in all {
            first.check_size(mask)?;
        }
    }
    let prepared: Vec<PreparedMask> = b.iter().map(PreparedMask::new).collect();
    let boxes = SortedBoxes::new(&prepared);
    let row = |mask: &Mask| {
        let ours = PreparedMask::new(mask);
        let Some(area) = ours.bounding_box() else {
            let against = prepared
                .iter()
                .map(|theirs| (theirs.area_px() > 0).then_some(0.0));
            return against.collect();
        };
        let mut row = vec![Some(0.0); b.len()];
        boxes.meeting(area, |at| {
            let theirs = &prepared[at];
            let shared = ours.shared_px(theirs);
            row[at] = Some(value(ours.area_px(), theirs.area_px(), shared));
        });
        row
    };
    Ok(a.par_iter().map(row).collect())
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
                assert_eq!(ious[i][j], iou(&pair).value());
                assert_eq!(dices[i][j], dice(&pair).value());
                n_pairs += 1;
            }
        }
        assert_eq!(n_pairs, 25);
        assert_eq!(ious[0][0], Some(2.0 / 6.0));
        assert_eq!(ious[1], [Some(0.0), None, Some(0.0), Some(0.0), Some(0.0)]);
    }

    #[test]
    fn a_matrix_without_columns_still_has_rows() {
        assert_eq!(iou_matrix(&[mask(&[0, 4])], &[]), Ok(vec![Vec::new()]));
        assert_eq!(iou_matrix(&[], &[mask(&[0, 4])]), Ok(Vec::new()));
    }

    #[test]
    fn a_matrix_of_two_image_sizes_is_refused() {
        let other_size = [Mask::empty(7, 9).unwrap()];
        assert!(iou_matrix(&[mask(&[0, 4])], &other_size).is_err());
        assert!(dice_matrix(&[], &[mask(&[]), other_size[0].clone()]).is_err());
    }
}
