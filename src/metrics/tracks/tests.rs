use super::*;

fn frame(reference: &[usize], candidate: &[usize]) -> TrackFrame {
    TrackFrame {
        reference: reference.to_vec(),
        candidate: candidate.to_vec(),
        similar: Vec::new(),
    }
}

#[test]
fn a_track_that_is_lost_for_good_is_not_fragmented() {
    let frames = [frame(&[0], &[1]), frame(&[0], &[]), frame(&[0], &[])];
    let found = TrackCounts::of(&frames, &[vec![(0, 0, 1.0)]], 1).unwrap();
    assert_eq!((found.n_fragmentations, found.n_misses()), (0, 2));
    assert_eq!((found.n_mostly_tracked, found.n_mostly_lost), (0, 0));
}

#[test]
fn frames_without_the_track_neither_miss_nor_fragment_it() {
    let frames = [frame(&[0], &[1]), frame(&[], &[]), frame(&[0], &[2])];
    let pairs = [vec![(0, 0, 1.0)], vec![], vec![(0, 0, 1.0)]];
    let found = TrackCounts::of(&frames, &pairs, 1).unwrap();
    assert_eq!(
        found.tracks[&0],
        TrackHistory {
            n_frames: 2,
            n_matched: 2,
            n_switches: 1,
            n_fragmentations: 0
        }
    );
    assert_eq!((found.n_mostly_tracked, found.n_misses()), (1, 0));
}

#[test]
fn empty_sides_have_their_reasons() {
    let figures = |reference: &[usize], candidate: &[usize]| {
        let found = TrackCounts::of(&[frame(reference, candidate)], &[], 0).unwrap();
        [found.mota(), found.motp(), found.idf1()]
    };
    assert_eq!(figures(&[], &[]), [Undefined::BothEmpty.into(); 3]);
    let zero = MetricValue::Defined(0.0);
    let no_reference = Undefined::ReferenceEmpty.into();
    assert_eq!(figures(&[], &[1]), [no_reference, no_reference, zero]);
    assert_eq!(
        figures(&[1], &[]),
        [zero, Undefined::CandidateEmpty.into(), zero]
    );
    assert_eq!(
        figures(&[1], &[1]),
        [
            MetricValue::Defined(-1.0),
            Undefined::NotApplicable.into(),
            zero
        ]
    );
}

#[test]
fn counts_of_several_videos_add_up() {
    let one = TrackCounts::of(&[frame(&[0], &[1])], &[vec![(0, 0, 0.5)]], 1).unwrap();
    let mut sum = TrackCounts::default();
    sum.add(&one);
    sum.add(&one);
    assert_eq!((sum.n_frames, sum.n_matched, sum.n_identity), (2, 2, 2));
    assert_eq!(sum.motp().value(), Some(0.5));
}

#[test]
fn tracks_seen_twice_and_shapes_that_are_not_there_are_misuse() {
    let twice = TrackCounts::of(&[frame(&[3, 3], &[])], &[], 0);
    assert_eq!(
        twice,
        Err(MetricError::RepeatedTrack { track: 3, frame: 0 })
    );
    let beyond = TrackCounts::of(&[frame(&[3], &[4])], &[vec![(0, 1, 0.5)]], 0);
    assert_eq!(beyond, Err(MetricError::NoSuchShape { frame: 0, index: 1 }));
    let used = [vec![(0, 0, 0.5), (0, 1, 0.5)]];
    assert!(TrackCounts::of(&[frame(&[3], &[4, 5])], &used, 0).is_err());
    let mut no_number = frame(&[0], &[1]);
    no_number.similar = vec![(0, 0, f64::NAN)];
    assert!(no_number.check(0).is_err());
}
