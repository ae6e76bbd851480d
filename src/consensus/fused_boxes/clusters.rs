//! Complete linkage of boxes, independent of their order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use super::ConsensusError;
use crate::geometry::Rect;

/// Most overlapping pairs that are clustered.
const MOST_PAIRS: u64 = 1 << 20;

pub(super) struct Cluster {
    /// (rater, place in the rater's list), by rater.
    pub members: Vec<(usize, usize)>,
    pub min_iou: f64,
}

/// A cluster while it is growing.
struct Growing {
    cluster: Cluster,
    /// Ranks of the members by their corners, in rising order; equal boxes have equal ranks.
    ranks: Vec<u32>,
    /// Similar clusters by number, with the smallest IoU.
    near: BTreeMap<u32, f64>,
}

/// Two clusters that may be joined; the greatest is joined first.
struct Candidate {
    iou: f64,
    n_boxes: usize,
    /// Ranks of both, the lesser first.
    ranks: [Vec<u32>; 2],
    clusters: [u32; 2],
}

impl Candidate {
    fn of(a: (u32, &Growing), b: (u32, &Growing), iou: f64) -> Self {
        let (a, b) = if (&a.1.ranks, a.0) <= (&b.1.ranks, b.0) {
            (a, b)
        } else {
            (b, a)
        };
        Self {
            iou,
            n_boxes: a.1.ranks.len() + b.1.ranks.len(),
            ranks: [a.1.ranks.clone(), b.1.ranks.clone()],
            clusters: [a.0, b.0],
        }
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_fit = self
            .iou
            .total_cmp(&other.iou)
            .then(self.n_boxes.cmp(&other.n_boxes));
        // Lower ranks first. Numbers decide only between equal boxes, where either choice gives the same areas and votes.
        by_fit
            .then_with(|| other.ranks.cmp(&self.ranks))
            .then_with(|| other.clusters.cmp(&self.clusters))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

pub(super) fn by_corners(a: &Rect, b: &Rect) -> Ordering {
    let corners = |area: &Rect| [area.x0, area.y0, area.x1, area.y1];
    let pairs = corners(a).into_iter().zip(corners(b));
    // Adding 0 makes both zeros the same number.
    pairs.fold(Ordering::Equal, |so_far, (a, b)| {
        so_far.then((a + 0.0).total_cmp(&(b + 0.0)))
    })
}

fn iou(a: &Rect, b: &Rect) -> f64 {
    let shared = a.intersection_area_px2(b);
    if shared > 0.0 {
        shared / (a.area_px2() + b.area_px2() - shared)
    } else {
        0.0
    }
}

/// Clusters of boxes, in no particular order.
pub(super) fn clusters(boxes: &[Vec<Rect>], min_iou: f64) -> Result<Vec<Cluster>, ConsensusError> {
    let mut all: Vec<(&Rect, usize, usize)> = Vec::new();
    for (rater, theirs) in boxes.iter().enumerate() {
        all.extend(
            theirs
                .iter()
                .enumerate()
                .map(|(at, area)| (area, rater, at)),
        );
    }
    all.sort_by(|a, b| by_corners(a.0, b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut growing: Vec<Option<Growing>> = Vec::with_capacity(all.len());
    let mut rank = 0;
    for (at, (area, rater, index)) in all.iter().enumerate() {
        let is_new = at > 0 && by_corners(all[at - 1].0, area) != Ordering::Equal;
        rank += u32::from(is_new);
        growing.push(Some(Growing {
            cluster: Cluster {
                members: vec![(*rater, *index)],
                min_iou: 1.0,
            },
            ranks: vec![rank],
            near: BTreeMap::new(),
        }));
    }
    let mut heap = BinaryHeap::new();
    for (a, b, similarity) in pairs(&all, min_iou)? {
        for (from, to) in [(a, b), (b, a)] {
            if let Some(one) = &mut growing[from] {
                one.near.insert(to as u32, similarity);
            }
        }
        if let (Some(one), Some(other)) = (&growing[a], &growing[b]) {
            heap.push(Candidate::of(
                (a as u32, one),
                (b as u32, other),
                similarity,
            ));
        }
    }
    while let Some(Candidate {
        iou,
        clusters: [a, b],
        ..
    }) = heap.pop()
    {
        // A cluster that was joined to another left its number behind.
        if growing[a as usize].is_none() || growing[b as usize].is_none() {
            continue;
        }
        let (Some(one), Some(other)) = (growing[a as usize].take(), growing[b as usize].take())
        else {
            continue;
        };
        let number = growing.len() as u32;
        let joined = join(one, other, iou);
        for near in joined.near.keys() {
            if let Some(third) = &mut growing[*near as usize] {
                third.near.insert(number, joined.near[near]);
                heap.push(Candidate::of(
                    (number, &joined),
                    (*near, third),
                    joined.near[near],
                ));
            }
        }
        growing.push(Some(joined));
    }
    Ok(growing
        .into_iter()
        .flatten()
        .map(|one| one.cluster)
        .collect())
}

/// Similar to the joined cluster is only what was similar to both.
fn join(a: Growing, b: Growing, iou: f64) -> Growing {
    let both = a
        .near
        .iter()
        .filter_map(|(near, first)| Some((*near, first.min(*b.near.get(near)?))));
    let near = both.collect();
    let mut members = [a.cluster.members, b.cluster.members].concat();
    members.sort_unstable();
    let mut ranks = [a.ranks, b.ranks].concat();
    ranks.sort_unstable();
    Growing {
        cluster: Cluster {
            members,
            min_iou: a.cluster.min_iou.min(b.cluster.min_iou).min(iou),
        },
        ranks,
        near,
    }
}

/// Pairs of boxes of different raters that overlap enough. `all` is sorted by x0.
fn pairs(
    all: &[(&Rect, usize, usize)],
    min_iou: f64,
) -> Result<Vec<(usize, usize, f64)>, ConsensusError> {
    let mut found = Vec::new();
    for (a, (area, rater, _)) in all.iter().enumerate() {
        for (b, (other, of_other, _)) in all.iter().enumerate().skip(a + 1) {
            if other.x0 >= area.x1 {
                break;
            }
            let similarity = iou(area, other);
            if rater != of_other && similarity >= min_iou {
                found.push((a, b, similarity));
            }
        }
        if found.len() as u64 > MOST_PAIRS {
            return Err(ConsensusError::TooLarge {
                n: found.len() as u64,
                limit: MOST_PAIRS,
                what: "boxes that overlap",
            });
        }
    }
    Ok(found)
}
