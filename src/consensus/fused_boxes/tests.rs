use super::*;

fn at(x0: f64, y0: f64, x1: f64, y1: f64) -> Rect {
    Rect { x0, y0, x1, y1 }
}

#[test]
fn a_median_of_two_is_their_mean_and_of_three_the_middle() {
    let raters = [
        vec![at(0.0, 0.0, 10.0, 10.0), at(100.0, 0.0, 110.0, 10.0)],
        vec![at(1.0, 0.0, 11.0, 10.0), at(101.0, 0.0, 111.0, 12.0)],
        vec![at(2.0, 1.0, 13.0, 10.0)],
    ];
    let found = fuse_boxes(&raters, 0.5, 2).unwrap();
    let areas: Vec<Rect> = found.accepted().map(|fused| fused.area).collect();
    assert_eq!(
        areas,
        [at(1.0, 0.0, 11.0, 10.0), at(100.5, 0.0, 110.5, 11.0)]
    );
    assert_eq!(
        found.raters[2],
        RaterHits {
            n_hits: 1,
            n_misses: 1,
            n_extra: 0
        }
    );
    assert_eq!(found.raters[2].sensitivity(), Some(0.5));
    assert_eq!(found.raters[2].precision(), Some(1.0));
}

#[test]
fn a_chain_of_overlaps_is_not_one_finding() {
    // Neighbours overlap by 2/3, the ends by 3/7.
    let raters = [
        vec![at(0.0, 0.0, 10.0, 1.0)],
        vec![at(2.0, 0.0, 12.0, 1.0)],
        vec![at(4.0, 0.0, 14.0, 1.0)],
    ];
    let found = fuse_boxes(&raters, 0.5, 2).unwrap();
    // Both pairs are equally similar: the one further left is joined.
    assert_eq!(found.boxes.len(), 2);
    assert_eq!(found.boxes[0].members, [(0, 0), (1, 0)]);
    assert!((found.boxes[0].min_iou - 2.0 / 3.0).abs() < 1e-15);
    assert_eq!(
        found.raters[2],
        RaterHits {
            n_hits: 0,
            n_misses: 1,
            n_extra: 1
        }
    );
    let joined = fuse_boxes(&raters, 0.4, 2).unwrap();
    assert_eq!(joined.boxes.len(), 1);
}

#[test]
fn a_rater_has_one_vote_on_a_finding() {
    let area = at(0.0, 0.0, 10.0, 10.0);
    let raters = [vec![area, area], vec![area], vec![area]];
    let found = fuse_boxes(&raters, 0.5, 3).unwrap();
    let votes: Vec<usize> = found.boxes.iter().map(FusedBox::n_votes).collect();
    assert_eq!(votes, [3, 1]);
    assert_eq!(
        found.raters[0],
        RaterHits {
            n_hits: 1,
            n_misses: 0,
            n_extra: 1
        }
    );
    assert_eq!(found.boxes[0].area, area);
}

#[test]
fn a_box_of_no_area_overlaps_nothing_and_no_boxes_fuse_to_nothing() {
    let line = at(5.0, 5.0, 5.0, 9.0);
    let found = fuse_boxes(&[vec![line], vec![line]], 0.1, 1).unwrap();
    assert_eq!(found.boxes.len(), 2);
    let none = fuse_boxes(&[vec![], vec![]], 0.5, 1).unwrap();
    assert!(none.boxes.is_empty());
    assert_eq!(
        (none.raters[0].sensitivity(), none.raters[0].precision()),
        (None, None)
    );
}

#[test]
fn what_is_no_box_and_senseless_arguments_are_refused() {
    let good = at(0.0, 0.0, 1.0, 1.0);
    for bad in [
        at(f64::NAN, 0.0, 1.0, 1.0),
        at(2.0, 0.0, 1.0, 1.0),
        at(0.0, 0.0, f64::INFINITY, 1.0),
        at(-1e300, 0.0, 1.0, 1.0),
    ] {
        let error = fuse_boxes(&[vec![good], vec![good, bad]], 0.5, 1).unwrap_err();
        assert_eq!(error, ConsensusError::BadBox { rater: 1, index: 1 });
    }
    assert_eq!(fuse_boxes(&[], 0.5, 1), Err(ConsensusError::NoRaters));
    for (min_iou, min_votes) in [(0.0, 1), (1.1, 1), (f64::NAN, 1), (0.5, 0), (0.5, 2)] {
        assert!(fuse_boxes(&[vec![good]], min_iou, min_votes).is_err());
    }
    let crowd = vec![vec![good; 3000]; 2];
    let error = fuse_boxes(&crowd, 0.5, 1).unwrap_err();
    assert!(matches!(error, ConsensusError::TooLarge { .. }), "{error}");
}
