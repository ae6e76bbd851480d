//! Boxes of several raters fused into one per finding.

use serde::Serialize;

use super::ConsensusError;
use crate::geometry::Rect;
use crate::statistics::median;

mod clusters;

/// Boxes of different raters that stand for one finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FusedBox {
    /// Each edge is the median of the members' edges.
    pub area: Rect,
    /// The raters and their boxes' places in their lists, by rater; at most one box of each.
    pub members: Vec<(usize, usize)>,
    /// Smallest IoU of any two members; 1 for a lone box.
    pub min_iou: f64,
    /// Whether enough raters voted for it.
    pub is_accepted: bool,
}

impl FusedBox {
    /// Number of raters who have a box here.
    pub fn n_votes(&self) -> usize {
        self.members.len()
    }
}

/// One rater's boxes against the accepted ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RaterHits {
    /// Accepted boxes that the rater has a box in.
    pub n_hits: u64,
    /// Accepted boxes without one of the rater's.
    pub n_misses: u64,
    /// The rater's boxes that too few others share.
    pub n_extra: u64,
}

impl RaterHits {
    /// Share of accepted boxes that the rater found; `None` where none is accepted.
    pub fn sensitivity(&self) -> Option<f64> {
        let n = self.n_hits + self.n_misses;
        (n > 0).then(|| self.n_hits as f64 / n as f64)
    }

    /// Share of the rater's boxes that are in an accepted one; `None` for a rater without boxes.
    pub fn precision(&self) -> Option<f64> {
        let n = self.n_hits + self.n_extra;
        (n > 0).then(|| self.n_hits as f64 / n as f64)
    }
}

/// All fused boxes of an image, accepted or not, and each rater's hits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FusedBoxes {
    /// By x0, y0, x1, y1 of the fused area, then by members.
    pub boxes: Vec<FusedBox>,
    pub raters: Vec<RaterHits>,
    pub min_votes: usize,
}

impl FusedBoxes {
    pub fn accepted(&self) -> impl Iterator<Item = &FusedBox> {
        self.boxes.iter().filter(|fused| fused.is_accepted)
    }
}

/// Boxes of several raters on one image fused into one box per finding.
///
/// # Definition
/// Every box starts as a cluster. The two clusters with the highest similarity are joined, and so on while it is at least `min_iou`:
/// the similarity of two clusters is the smallest IoU between a box of one and a box of the other (complete linkage), and 0 where one
/// rater has a box in both. So in a cluster every two boxes overlap by `min_iou` or more, and a rater has at most one. Among equal
/// similarities the pair with more boxes goes first, then the one whose boxes come first by x0, y0, x1, y1. Each edge of the fused box is
/// the median of the members' edges, the mean of the middle two for an even number. A cluster of `min_votes` boxes or more is accepted.
/// # Input
/// `boxes[r]` are rater r's boxes of **one** label on one image; fuse each label by itself. `min_iou` in (0, 1]; `min_votes` from 1 to
/// the number of raters.
/// # Edge cases
/// | case | result |
/// |---|---|
/// | no boxes | nothing fused; sensitivity and precision undefined |
/// | a box of area 0 | overlaps nothing, so it stays alone |
/// | two boxes of one rater on one finding | the one that fits better joins, the other stays alone and counts as extra unless accepted |
/// # Properties
/// Independent of the order of raters and of boxes (but for the numbers in `members`). Moves and scales with the boxes. Equal boxes come
/// back as they are. One stray member moves a median less than a mean.
/// # Errors
/// `NoRaters`; `Parameter` for `min_iou` or `min_votes`; `BadBox` for corners that are no numbers, out of order or beyond ±1e15;
/// `TooLarge` beyond 2²⁰ overlapping pairs.
/// # Example
/// ```
/// use concord::consensus::fuse_boxes;
/// use concord::geometry::Rect;
/// let at = |x0, x1| Rect { x0, y0: 0.0, x1, y1: 10.0 };
/// let raters = [vec![at(0.0, 10.0)], vec![at(1.0, 11.0), at(50.0, 60.0)], vec![at(2.0, 10.0)]];
/// let found = fuse_boxes(&raters, 0.5, 2)?;
/// let accepted: Vec<_> = found.accepted().collect();
/// assert_eq!(accepted.len(), 1);
/// assert_eq!((accepted[0].area, accepted[0].n_votes()), (at(1.0, 10.0), 3));
/// assert_eq!((found.raters[1].n_hits, found.raters[1].n_extra), (1, 1));
/// # Ok::<(), concord::consensus::ConsensusError>(())
/// ```
/// # Reference
/// Complete linkage: Sørensen 1948, Biologiske Skrifter 5(4):1-34. A point of comparison: weighted boxes fusion, Solovyev, Wang & Gabruseva
/// 2021, Image and Vision Computing 107:104117, doi:10.1016/j.imavis.2021.104117, which takes boxes by falling confidence and averages
/// them; annotators give no confidence, and without one its result depends on the order of boxes.
/// # Checked against
/// SciPy 1.17.1 (complete linkage) and ensemble-boxes 1.0.9 (weighted boxes fusion), `tests/oracles/consensus/boxes.json`.
pub fn fuse_boxes(
    boxes: &[Vec<Rect>],
    min_iou: f64,
    min_votes: usize,
) -> Result<FusedBoxes, ConsensusError> {
    check(boxes, min_iou, min_votes)?;
    let mut fused = Vec::new();
    for cluster in clusters::clusters(boxes, min_iou)? {
        let edge = |of: fn(&Rect) -> f64| {
            let edges: Vec<f64> = cluster
                .members
                .iter()
                .map(|(rater, at)| of(&boxes[*rater][*at]))
                .collect();
            median(&edges).unwrap_or_default()
        };
        fused.push(FusedBox {
            area: Rect {
                x0: edge(|area| area.x0),
                y0: edge(|area| area.y0),
                x1: edge(|area| area.x1),
                y1: edge(|area| area.y1),
            },
            is_accepted: cluster.members.len() >= min_votes,
            members: cluster.members,
            min_iou: cluster.min_iou,
        });
    }
    fused.sort_by(|a, b| {
        let by_area = clusters::by_corners(&a.area, &b.area);
        by_area
            .then_with(|| b.n_votes().cmp(&a.n_votes()))
            .then_with(|| a.members.cmp(&b.members))
    });
    let n_accepted = fused.iter().filter(|one| one.is_accepted).count() as u64;
    let mut raters = vec![RaterHits::default(); boxes.len()];
    for one in &fused {
        for (rater, _) in &one.members {
            if one.is_accepted {
                raters[*rater].n_hits += 1;
            } else {
                raters[*rater].n_extra += 1;
            }
        }
    }
    for rater in &mut raters {
        rater.n_misses = n_accepted - rater.n_hits;
    }
    Ok(FusedBoxes {
        boxes: fused,
        raters,
        min_votes,
    })
}

fn check(boxes: &[Vec<Rect>], min_iou: f64, min_votes: usize) -> Result<(), ConsensusError> {
    if boxes.is_empty() {
        return Err(ConsensusError::NoRaters);
    }
    if !(min_iou > 0.0 && min_iou <= 1.0) {
        return Err(ConsensusError::Parameter {
            what: "the least IoU",
            found: min_iou,
            wanted: "a number above 0, at most 1",
        });
    }
    if !(1..=boxes.len()).contains(&min_votes) {
        return Err(ConsensusError::Parameter {
            what: "the least number of votes",
            found: min_votes as f64,
            wanted: "a whole number from 1 to the number of raters",
        });
    }
    // Areas of larger boxes would leave the range in which an IoU keeps its digits.
    let is_usable = |area: &Rect| {
        let corners = [area.x0, area.y0, area.x1, area.y1];
        corners.iter().all(|at| at.abs() <= 1e15) && area.x0 <= area.x1 && area.y0 <= area.y1
    };
    for (rater, theirs) in boxes.iter().enumerate() {
        if let Some(index) = theirs.iter().position(|area| !is_usable(area)) {
            return Err(ConsensusError::BadBox { rater, index });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
