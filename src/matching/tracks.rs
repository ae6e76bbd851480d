//! Tracks of two annotators over the frames of a video: who follows whom.

use std::collections::{BTreeMap, BTreeSet};

use super::{assign, assign_keyed};
use crate::metrics::{MetricError, TrackCounts, TrackFrame};

/// Who was matched with whom, frame by frame and as whole tracks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackAssociation {
    /// For each frame `(place in reference, place in candidate, similarity)`, rising.
    pub frames: Vec<Vec<(usize, usize, f64)>>,
    /// Whole tracks of both sides with the number of frames in which their shapes are alike, rising.
    pub identities: Vec<(usize, usize, u64)>,
}

/// Associates the tracks of two annotators.
///
/// # Definition
/// Frame by frame (CLEAR MOT): a track of the reference first keeps the track with which it was last matched, however long ago, if that one
/// is in the frame and their shapes are at least `min_similarity` alike. Of two tracks that claim the same one, the one matched with it
/// later keeps it. The rest is matched by the greatest number of pairs at or above `min_similarity`, among these by the greatest total
/// similarity.
///
/// As whole tracks (identities): the one-to-one assignment with the greatest number of frames in which the shapes are at least
/// `min_similarity` alike.
/// # Input
/// Frames in the order of time, frames without shapes included or not. Similarity is an IoU in [0, 1] as a rule.
/// # Edge cases
/// No frames: nothing. A similarity of 0 is never a match.
/// # Properties
/// Independent of the order of shapes within a frame. Equal totals are settled by the tracks' numbers.
/// # Errors
/// `RepeatedTrack`, `NoSuchShape`; a similarity that is not finite.
/// # Example
/// ```
/// use concord::matching::associate_tracks;
/// use concord::metrics::TrackFrame;
/// let frame = |similar: &[(usize, usize, f64)]| TrackFrame { reference: vec![0], candidate: vec![1, 2], similar: similar.to_vec() };
/// // In the second frame track 2 fits better, but track 1 still fits: it is kept.
/// let found = associate_tracks(&[frame(&[(0, 0, 0.9)]), frame(&[(0, 0, 0.6), (0, 1, 0.8)])], 0.5)?;
/// assert_eq!(found.frames, [[(0, 0, 0.9)], [(0, 0, 0.6)]]);
/// assert_eq!(found.identities, [(0, 1, 2)]);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Bernardin & Stiefelhagen 2008, doi:10.1155/2008/246309, section 2.1; Ristani et al. 2016, doi:10.1007/978-3-319-48881-3_2. Where two tracks
/// claim one, the paper says nothing and motmetrics lets the first in the list have it.
/// # Checked against
/// motmetrics 1.4.0, `tests/oracles/tracks/figures.json`.
pub fn associate_tracks(
    frames: &[TrackFrame],
    min_similarity: f64,
) -> Result<TrackAssociation, MetricError> {
    let mut found = TrackAssociation::default();
    // The candidate's track and the frame of the last match, by track of the reference.
    let mut last: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut n_alike: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for (at, frame) in frames.iter().enumerate() {
        frame.check(at)?;
        let mut alike: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for &(i, j, similarity) in &frame.similar {
            if similarity > 0.0 && similarity >= min_similarity {
                let most = alike.entry((i, j)).or_insert(similarity);
                *most = most.max(similarity);
            }
        }
        for (i, j) in alike.keys() {
            let pair = (frame.reference[*i], frame.candidate[*j]);
            *n_alike.entry(pair).or_default() += 1;
        }
        let pairs = pairs_of(frame, &alike, &last);
        for (i, j, _) in &pairs {
            last.insert(frame.reference[*i], (frame.candidate[*j], at));
        }
        found.frames.push(pairs);
    }
    found.identities = identities(&n_alike);
    Ok(found)
}

/// Associates the tracks of two annotators and counts what became of them.
///
/// # Definition
/// [`associate_tracks`], then [`TrackCounts::of`] with the frames that its identities share.
/// # Input
/// As for [`associate_tracks`].
/// # Edge cases
/// No frames: zeros throughout, and figures that are `BothEmpty`.
/// # Properties
/// Independent of the order of shapes within a frame.
/// # Errors
/// As for [`associate_tracks`].
/// # Example
/// ```
/// use concord::matching::track_counts;
/// use concord::metrics::TrackFrame;
/// let frame = TrackFrame { reference: vec![0], candidate: vec![4], similar: vec![(0, 0, 0.75)] };
/// let found = track_counts(&[frame], 0.5)?;
/// assert_eq!((found.mota().value(), found.motp().value()), (Some(1.0), Some(0.75)));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Bernardin & Stiefelhagen 2008, doi:10.1155/2008/246309; Ristani et al. 2016, doi:10.1007/978-3-319-48881-3_2.
/// # Checked against
/// motmetrics 1.4.0, `tests/oracles/tracks/figures.json`.
pub fn track_counts(
    frames: &[TrackFrame],
    min_similarity: f64,
) -> Result<TrackCounts, MetricError> {
    let found = associate_tracks(frames, min_similarity)?;
    let n_identity = found.identities.iter().map(|(.., n)| n).sum();
    TrackCounts::of(frames, &found.frames, n_identity)
}

fn pairs_of(
    frame: &TrackFrame,
    alike: &BTreeMap<(usize, usize), f64>,
    last: &BTreeMap<usize, (usize, usize)>,
) -> Vec<(usize, usize, f64)> {
    // By place in the candidate: when the claim dates from, and whose it is.
    let mut claims: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for &(i, j) in alike.keys() {
        let before = last.get(&frame.reference[i]);
        if let Some(&(_, when)) = before.filter(|before| before.0 == frame.candidate[j]) {
            let claim = claims.entry(j).or_insert((when, i));
            *claim = (*claim).max((when, i));
        }
    }
    let mut pairs: Vec<(usize, usize, f64)> = claims
        .iter()
        .map(|(&j, &(_, i))| (i, j, alike[&(i, j)]))
        .collect();
    let claimants: BTreeSet<usize> = claims.values().map(|&(_, i)| i).collect();
    let is_kept = |i: usize, j: usize| claims.contains_key(&j) || claimants.contains(&i);
    // More pairs come before more similarity: each pair outweighs all similarities together.
    let outweighs = alike.values().sum::<f64>() + 1.0;
    let rest: Vec<(usize, usize, f64)> = alike
        .iter()
        .filter(|((i, j), _)| !is_kept(*i, *j))
        .map(|(&(i, j), similarity)| (i, j, outweighs + similarity))
        .collect();
    let matched = assign_keyed(&frame.reference, &frame.candidate, &rest, 0.0);
    let matched = matched.pairs.into_iter();
    pairs.extend(matched.map(|(i, j, _)| (i, j, alike[&(i, j)])));
    pairs.sort_unstable_by_key(|&(i, j, _)| (i, j));
    pairs
}

fn identities(n_alike: &BTreeMap<(usize, usize), u64>) -> Vec<(usize, usize, u64)> {
    let numbered = |track: fn(&(usize, usize)) -> usize| {
        let mut tracks: Vec<usize> = n_alike.keys().map(track).collect();
        tracks.sort_unstable();
        tracks.dedup();
        tracks
    };
    let (ours, theirs) = (numbered(|pair| pair.0), numbered(|pair| pair.1));
    let place = |tracks: &[usize], track: usize| tracks.partition_point(|other| *other < track);
    let weights: Vec<(usize, usize, f64)> = n_alike
        .iter()
        .map(|(&(a, b), &n)| (place(&ours, a), place(&theirs, b), n as f64))
        .collect();
    let pairs = assign(ours.len(), theirs.len(), &weights, 0.0).pairs;
    let named = pairs.into_iter().map(|(i, j, _)| {
        let pair = (ours[i], theirs[j]);
        (pair.0, pair.1, n_alike[&pair])
    });
    named.collect()
}

#[cfg(test)]
mod tests;
