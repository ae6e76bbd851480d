//! Which pairs of instances can overlap at all, and how alike they are.

use rayon::prelude::*;
use thiserror::Error;

use super::Extent;
use super::box_index::BoxIndex;
use super::usable::is_usable;

/// Pairs that are held at most. Each takes 24 bytes here and about twice that in an assignment; 10,000 instances a side reach it when
/// each is alike to 1,000 of the other side.
pub const MAX_PAIRS: usize = 10_000_000;

/// Instances that are looked up at once.
const BLOCK: usize = 128;

/// Why candidates have no similarities.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ScoringError<E> {
    #[error("{0}")]
    Similarity(E),
    #[error(
        "`{n_a}` and `{n_b}` instances make over `{limit}` pairs that may match; look for instances given many times over, or raise `min_overlap`"
    )]
    TooManyPairs {
        n_a: usize,
        n_b: usize,
        limit: usize,
    },
}

/// Pairs `(a, b)` whose extents meet, rising.
///
/// # Definition
/// [`Extent::meets`], found by a packed R-tree over `b` (Leutenegger, Lopez & Edgington 1997): about n log n steps and one for each
/// pair found, wherever the boxes lie.
/// # Input
/// Rectangles, or [`Extent`]s of two or three dimensions; at most 2³² − 1 a side.
/// # Edge cases
/// Boxes with a coordinate that is not a number meet nothing; boxes that share an edge only do not meet.
/// # Properties
/// Independent of the order of boxes, but for their numbers. Exchanging `a` and `b` exchanges each pair.
/// # Example
/// ```
/// use concord::geometry::Rect;
/// use concord::matching::candidates;
/// let at = |x: f64| Rect { x0: x, y0: 0.0, x1: x + 2.0, y1: 2.0 };
/// assert_eq!(candidates(&[at(0.0), at(9.0)], &[at(10.0), at(1.0)]), [(0, 1), (1, 0)]);
/// ```
/// # Reference
/// Leutenegger, Lopez & Edgington 1997, doi:10.1109/ICDE.1997.582015.
/// # Checked against
/// Every pair tried out; shapely's STRtree in `benches/peers/matching.py`.
pub fn candidates<B, const D: usize>(boxes_a: &[B], boxes_b: &[B]) -> Vec<(usize, usize)>
where
    B: Copy + Into<Extent<D>>,
{
    let (extents_a, extents_b) = (extents(boxes_a), extents(boxes_b));
    let index = BoxIndex::new(&extents_b);
    let (mut pairs, mut found) = (Vec::new(), Vec::new());
    for (a, area) in extents_a.iter().enumerate() {
        found.clear();
        index.meeting(area, &mut found);
        found.sort_unstable();
        pairs.extend(found.iter().map(|&b| (a, b as usize)));
    }
    pairs
}

/// Pairs that may match, with their similarities, rising; scored in parallel.
///
/// # Definition
/// Of [`candidates`], those with a finite similarity above 0 and at or above `min_overlap`: what [`assign`](super::assign) can use.
/// # Input
/// Boxes as for [`candidates`]; `similarity(a, b)` is asked for pairs whose boxes meet, and only once for each.
/// # Edge cases
/// A similarity that is NaN or infinite is passed over.
/// # Properties
/// The same on any number of cores, its error included. Pairs below `min_overlap` are never held.
/// # Errors
/// `Similarity` with the first error of `similarity` in the order of pairs; `TooManyPairs` above [`MAX_PAIRS`], before memory runs out.
/// # Example
/// ```
/// use concord::geometry::Rect;
/// use concord::matching::scored;
/// use concord::metrics::{Overlap, iou};
/// let at = |x: f64| Rect { x0: x, y0: 0.0, x1: x + 2.0, y1: 2.0 };
/// let (a, b) = ([at(0.0)], [at(1.0), at(0.0)]);
/// let similarity = |i: usize, j: usize| Overlap::of_rects(&a[i], &b[j]).map(|found| iou(&found).value().unwrap_or(0.0));
/// // The first overlaps by 2 of 6.
/// assert_eq!(scored(&a, &b, 0.5, similarity), Ok(vec![(0, 1, 1.0)]));
/// ```
/// # Reference
/// As for [`candidates`].
/// # Checked against
/// As for [`candidates`].
pub fn scored<B, E, const D: usize>(
    boxes_a: &[B],
    boxes_b: &[B],
    min_overlap: f64,
    similarity: impl Fn(usize, usize) -> Result<f64, E> + Sync,
) -> Result<Vec<(usize, usize, f64)>, ScoringError<E>>
where
    B: Copy + Into<Extent<D>>,
    E: Send,
{
    scored_up_to(MAX_PAIRS, boxes_a, boxes_b, min_overlap, similarity)
}

fn scored_up_to<B, E, const D: usize>(
    limit: usize,
    boxes_a: &[B],
    boxes_b: &[B],
    min_overlap: f64,
    similarity: impl Fn(usize, usize) -> Result<f64, E> + Sync,
) -> Result<Vec<(usize, usize, f64)>, ScoringError<E>>
where
    B: Copy + Into<Extent<D>>,
    E: Send,
{
    let (extents_a, extents_b) = (extents(boxes_a), extents(boxes_b));
    let index = BoxIndex::new(&extents_b);
    let of_one = |a: usize, found: &mut Vec<u32>| -> Result<Vec<(usize, usize, f64)>, E> {
        found.clear();
        index.meeting(&extents_a[a], found);
        found.sort_unstable();
        let mut pairs = Vec::new();
        for &b in found.iter() {
            let alike = similarity(a, b as usize)?;
            if is_usable(alike, min_overlap) {
                pairs.push((a, b as usize, alike));
            }
        }
        Ok(pairs)
    };
    let mut pairs = Vec::new();
    // Block by block, so that neither an error nor the limit depends on which core was faster.
    for first in (0..extents_a.len()).step_by(BLOCK) {
        let block = first..(first + BLOCK).min(extents_a.len());
        let parts: Vec<_> = block
            .into_par_iter()
            .map_init(Vec::new, |found, a| of_one(a, found))
            .collect();
        for part in parts {
            pairs.extend(part.map_err(ScoringError::Similarity)?);
            if pairs.len() > limit {
                return Err(ScoringError::TooManyPairs {
                    n_a: boxes_a.len(),
                    n_b: boxes_b.len(),
                    limit,
                });
            }
        }
    }
    Ok(pairs)
}

fn extents<B: Copy + Into<Extent<D>>, const D: usize>(boxes: &[B]) -> Vec<Extent<D>> {
    boxes.iter().map(|&area| area.into()).collect()
}

#[cfg(test)]
mod tests;
