//! Tracks of a video: misses, false positives, identity switches, fragmentations, and the figures made of them.
//!
//! Who is matched with whom in each frame is settled elsewhere (`matching::associate_tracks`); here it is counted.

use std::collections::BTreeMap;

use super::{MetricError, MetricValue, Undefined};

/// A track that is matched in at least this share of its frames is mostly tracked (Li et al. 2009, doi:10.1109/CVPR.2009.5206735).
const MOSTLY_TRACKED: f64 = 0.8;

/// A track that is matched in less than this share of its frames is mostly lost (ibid.).
const MOSTLY_LOST: f64 = 0.2;

/// One frame of a video: which tracks each side shows in it, and which of their shapes are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackFrame {
    /// Numbers of the reference's tracks that have a shape here.
    pub reference: Vec<usize>,
    /// Numbers of the candidate's tracks that have a shape here.
    pub candidate: Vec<usize>,
    /// `(place in reference, place in candidate, similarity)`; pairs that are not listed have nothing in common.
    pub similar: Vec<(usize, usize, f64)>,
}

impl TrackFrame {
    /// Whether each track occurs once and every pair names shapes that are there. `frame` is only named in the message.
    ///
    /// # Errors
    /// `RepeatedTrack`, `NoSuchShape`; `NotFinite` for a similarity that is no number.
    pub fn check(&self, frame: usize) -> Result<(), MetricError> {
        for tracks in [&self.reference, &self.candidate] {
            let mut sorted = tracks.clone();
            sorted.sort_unstable();
            if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                let track = pair[0];
                return Err(MetricError::RepeatedTrack { track, frame });
            }
        }
        for &(i, j, similarity) in &self.similar {
            for (index, n) in [(i, self.reference.len()), (j, self.candidate.len())] {
                if index >= n {
                    return Err(MetricError::NoSuchShape { frame, index });
                }
            }
            MetricValue::defined("similarity", similarity)?;
        }
        Ok(())
    }
}

/// What became of one track of the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrackHistory {
    /// Frames in which the reference shows it.
    pub n_frames: u64,
    /// Of these, frames in which it was matched.
    pub n_matched: u64,
    /// Times it was matched with another track of the candidate than before.
    pub n_switches: u64,
    /// Times it was lost and found again.
    pub n_fragmentations: u64,
}

/// Counts over a video, from which the figures follow. Counts of several videos add up ([`TrackCounts::add`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackCounts {
    pub n_frames: u64,
    /// Shapes of the reference over all frames.
    pub n_reference: u64,
    /// Shapes of the candidate over all frames.
    pub n_candidate: u64,
    /// Matched pairs over all frames.
    pub n_matched: u64,
    pub n_switches: u64,
    pub n_fragmentations: u64,
    /// Tracks of the reference matched in at least 80 % of their frames, and in less than 20 %.
    pub n_mostly_tracked: u64,
    pub n_mostly_lost: u64,
    /// Matched pairs over all frames when each track keeps one counterpart throughout (IDTP).
    pub n_identity: u64,
    /// Over the matched pairs.
    pub similarity_sum: f64,
    /// By number of the reference's track; empty in a sum over videos.
    pub tracks: BTreeMap<usize, TrackHistory>,
}

impl TrackCounts {
    /// Counts what became of every shape, from the pairs of each frame.
    ///
    /// # Definition
    /// *Miss*: a shape of the reference without a pair. *False positive*: one of the candidate without. *Switch*: a track of the reference
    /// paired with another track of the candidate than in the last frame in which it was paired, however long ago. *Fragmentation*: a run of
    /// frames in which the reference shows the track and it is missed, between two frames in which it is matched.
    /// # Input
    /// Frames in the order of time; for each its pairs `(place in reference, place in candidate, similarity)`; `n_identity` from the
    /// assignment of whole tracks.
    /// # Edge cases
    /// No frames: zeros throughout. Frames without pairs in the list behind the last given: all missed.
    /// # Properties
    /// Not changed by renumbering the tracks. Not symmetric: switches are those of the reference's tracks.
    /// # Errors
    /// As [`TrackFrame::check`].
    /// # Example
    /// ```
    /// use concord::metrics::{TrackCounts, TrackFrame};
    /// // Track 0 of the reference is followed by track 5, lost in one frame, then followed by track 6.
    /// let frame = |candidate: &[usize]| TrackFrame { reference: vec![0], candidate: candidate.to_vec(), similar: vec![] };
    /// let frames = [frame(&[5]), frame(&[]), frame(&[6])];
    /// let pairs = [vec![(0, 0, 0.9)], vec![], vec![(0, 0, 0.7)]];
    /// let found = TrackCounts::of(&frames, &pairs, 1)?;
    /// assert_eq!((found.n_switches, found.n_fragmentations, found.n_misses()), (1, 1, 1));
    /// // 1 − (1 miss + 1 switch) / 3; (0.9 + 0.7) / 2; 2 · 1 / (3 + 2).
    /// assert!((found.mota().value().unwrap() - 1.0 / 3.0).abs() < 1e-15);
    /// assert!((found.motp().value().unwrap() - 0.8).abs() < 1e-15);
    /// assert_eq!(found.idf1().value(), Some(0.4));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Reference
    /// Bernardin & Stiefelhagen 2008, doi:10.1155/2008/246309; fragmentations and mostly tracked: Li et al. 2009,
    /// doi:10.1109/CVPR.2009.5206735.
    /// # Checked against
    /// motmetrics 1.4.0, `tests/oracles/tracks/figures.json`.
    pub fn of(
        frames: &[TrackFrame],
        pairs: &[Vec<(usize, usize, f64)>],
        n_identity: u64,
    ) -> Result<Self, MetricError> {
        let mut found = Self {
            n_frames: frames.len() as u64,
            n_identity,
            ..Self::default()
        };
        // The candidate's track last matched with, and whether the track was missed since.
        let mut last: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
        let none = Vec::new();
        for (at, frame) in frames.iter().enumerate() {
            frame.check(at)?;
            found.n_reference += frame.reference.len() as u64;
            found.n_candidate += frame.candidate.len() as u64;
            let mut partners: BTreeMap<usize, usize> = BTreeMap::new();
            for &(i, j, similarity) in pairs.get(at).unwrap_or(&none) {
                let missing = |index| MetricError::NoSuchShape { frame: at, index };
                let track = *frame.reference.get(i).ok_or_else(|| missing(i))?;
                let partner = *frame.candidate.get(j).ok_or_else(|| missing(j))?;
                if partners.insert(track, partner).is_some() {
                    return Err(MetricError::RepeatedTrack { track, frame: at });
                }
                found.similarity_sum += similarity;
            }
            found.n_matched += partners.len() as u64;
            for track in &frame.reference {
                let history = found.tracks.entry(*track).or_default();
                history.n_frames += 1;
                match (partners.get(track), last.get_mut(track)) {
                    (Some(&partner), Some((before, was_missed))) => {
                        history.n_matched += 1;
                        history.n_switches += u64::from(partner != *before);
                        history.n_fragmentations += u64::from(*was_missed);
                        (*before, *was_missed) = (partner, false);
                    }
                    (Some(&partner), None) => {
                        history.n_matched += 1;
                        last.insert(*track, (partner, false));
                    }
                    (None, Some((_, was_missed))) => *was_missed = true,
                    (None, None) => {}
                }
            }
        }
        for history in found.tracks.values() {
            found.n_switches += history.n_switches;
            found.n_fragmentations += history.n_fragmentations;
            let share = history.n_matched as f64 / history.n_frames as f64;
            found.n_mostly_tracked += u64::from(share >= MOSTLY_TRACKED);
            found.n_mostly_lost += u64::from(share < MOSTLY_LOST);
        }
        MetricValue::defined("similarity", found.similarity_sum)?;
        Ok(found)
    }

    /// Adds the counts of another video, whose tracks are others.
    pub fn add(&mut self, other: &Self) {
        self.n_frames += other.n_frames;
        self.n_reference += other.n_reference;
        self.n_candidate += other.n_candidate;
        self.n_matched += other.n_matched;
        self.n_switches += other.n_switches;
        self.n_fragmentations += other.n_fragmentations;
        self.n_mostly_tracked += other.n_mostly_tracked;
        self.n_mostly_lost += other.n_mostly_lost;
        self.n_identity += other.n_identity;
        self.similarity_sum += other.similarity_sum;
        self.tracks.clear();
    }

    /// Shapes of the reference that were not matched.
    pub fn n_misses(&self) -> u64 {
        self.n_reference - self.n_matched
    }

    /// Shapes of the candidate that were not matched.
    pub fn n_false_positives(&self) -> u64 {
        self.n_candidate - self.n_matched
    }

    /// Multiple object tracking accuracy.
    ///
    /// # Definition
    /// 1 − (misses + false positives + switches) / shapes of the reference.
    /// # Input
    /// The counts of one video or the sum over several.
    /// # Edge cases
    /// No shapes on either side: `BothEmpty`; none in the reference: `ReferenceEmpty`; none in the candidate: 0.
    /// # Properties
    /// At most 1; below 0 where there are more errors than shapes. Not symmetric.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// use concord::metrics::TrackCounts;
    /// let counts = TrackCounts { n_reference: 10, n_candidate: 9, n_matched: 8, n_switches: 1, n_identity: 6, similarity_sum: 6.0, ..Default::default() };
    /// // 2 misses, 1 false positive, 1 switch.
    /// assert!((counts.mota().value().unwrap() - 0.6).abs() < 1e-15);
    /// ```
    /// # Reference
    /// Bernardin & Stiefelhagen 2008, doi:10.1155/2008/246309.
    /// # Checked against
    /// motmetrics 1.4.0, `tests/oracles/tracks/figures.json`.
    pub fn mota(&self) -> MetricValue {
        match (self.n_reference, self.n_candidate) {
            (0, 0) => Undefined::BothEmpty.into(),
            (0, _) => Undefined::ReferenceEmpty.into(),
            (n, _) => {
                let n_errors = self.n_misses() + self.n_false_positives() + self.n_switches;
                MetricValue::Defined(1.0 - n_errors as f64 / n as f64)
            }
        }
    }

    /// Multiple object tracking precision: mean similarity of the matched pairs.
    ///
    /// # Definition
    /// Σ similarity / matched pairs. Bernardin & Stiefelhagen take distances; with IoU the similarity is shown, as at MOTChallenge.
    /// # Input
    /// The counts of one video or the sum over several.
    /// # Edge cases
    /// `BothEmpty`, `ReferenceEmpty`, `CandidateEmpty`; shapes on both sides and no match: `NotApplicable`.
    /// # Properties
    /// From the least similarity of a match to 1.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// use concord::metrics::TrackCounts;
    /// let counts = TrackCounts { n_reference: 10, n_candidate: 9, n_matched: 8, n_switches: 1, n_identity: 6, similarity_sum: 6.0, ..Default::default() };
    /// assert_eq!(counts.motp().value(), Some(0.75));
    /// ```
    /// # Reference
    /// Bernardin & Stiefelhagen 2008, doi:10.1155/2008/246309.
    /// # Checked against
    /// motmetrics 1.4.0 (there 1 − IoU, hence 1 − this figure), `tests/oracles/tracks/figures.json`.
    pub fn motp(&self) -> MetricValue {
        match (self.n_reference, self.n_candidate, self.n_matched) {
            (0, 0, _) => Undefined::BothEmpty.into(),
            (0, ..) => Undefined::ReferenceEmpty.into(),
            (_, 0, _) => Undefined::CandidateEmpty.into(),
            (_, _, 0) => Undefined::NotApplicable.into(),
            (.., n) => MetricValue::Defined(self.similarity_sum / n as f64),
        }
    }

    /// F1 of identities: how much of both videos is one track followed by one track throughout.
    ///
    /// # Definition
    /// 2 · IDTP / (shapes of the reference + shapes of the candidate), IDTP over the best one-to-one assignment of whole tracks.
    /// # Input
    /// The counts of one video or the sum over several.
    /// # Edge cases
    /// No shapes on either side: `BothEmpty`. One side empty: 0.
    /// # Properties
    /// In [0, 1]; symmetric.
    /// # Errors
    /// None.
    /// # Example
    /// ```
    /// use concord::metrics::TrackCounts;
    /// let counts = TrackCounts { n_reference: 10, n_candidate: 9, n_matched: 8, n_switches: 1, n_identity: 6, similarity_sum: 6.0, ..Default::default() };
    /// assert_eq!(counts.idf1().value(), Some(12.0 / 19.0));
    /// ```
    /// # Reference
    /// Ristani et al. 2016, doi:10.1007/978-3-319-48881-3_2.
    /// # Checked against
    /// motmetrics 1.4.0, `tests/oracles/tracks/figures.json`.
    pub fn idf1(&self) -> MetricValue {
        let n = self.n_reference + self.n_candidate;
        if n == 0 {
            return Undefined::BothEmpty.into();
        }
        MetricValue::Defined(2.0 * self.n_identity as f64 / n as f64)
    }
}

#[cfg(test)]
mod tests;
