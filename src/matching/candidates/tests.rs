use proptest::prelude::*;

use super::*;
use crate::geometry::{Cuboid, Mask, MultiPolygon, Rect, SliceAxis, Volume};

fn every_pair<const D: usize>(a: &[Extent<D>], b: &[Extent<D>]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for (i, p) in a.iter().enumerate() {
        all.extend((0..b.len()).filter(|&j| p.meets(&b[j])).map(|j| (i, j)));
    }
    all
}

fn square(x: f64, y: f64, width: f64, height: f64) -> Rect {
    Rect::from_corners([x, y], [x + width, y + height])
}

fn boxes<const D: usize>() -> impl Strategy<Value = Vec<Extent<D>>> {
    let side = || (0_i32..12, 0_i32..12).prop_map(|(p, q)| [p.min(q), p.max(q)].map(f64::from));
    let area = proptest::collection::vec(side(), D).prop_map(|sides| Extent {
        low: std::array::from_fn(|i| sides[i][0]),
        high: std::array::from_fn(|i| sides[i][1]),
    });
    proptest::collection::vec(area, 0..80)
}

proptest! {
    #[test]
    fn exactly_the_boxes_that_meet_are_candidates(a in boxes::<2>(), b in boxes::<2>()) {
        prop_assert_eq!(candidates(&a, &b), every_pair(&a, &b));
    }

    #[test]
    fn exactly_the_cuboids_that_meet_are_candidates(a in boxes::<3>(), b in boxes::<3>()) {
        prop_assert_eq!(candidates(&a, &b), every_pair(&a, &b));
    }
}

#[test]
fn crowded_layouts_lose_no_pair() {
    let n = 400;
    let layouts: [&dyn Fn(f64) -> Rect; 5] = [
        // Tall and thin, side by side; all in one column; one inside the next; a giant among dots; all alike.
        &|i| square(i, 0.0, 1.5, 1e4),
        &|i| square(0.0, i, 2.0, 1e4),
        &|i| square(i, i, 2e3 - 2.0 * i, 2e3 - 2.0 * i),
        &|i| {
            if i % 100.0 == 0.0 {
                square(0.0, 0.0, 1e4, 1e4)
            } else {
                square(i * 3.0, (i * 37.0) % 400.0, 2.0, 2.0)
            }
        },
        &|_| square(5.0, 5.0, 3.0, 3.0),
    ];
    for layout in layouts {
        let a: Vec<Extent<2>> = (0..n).map(|i| layout(f64::from(i)).into()).collect();
        let b: Vec<Extent<2>> = (0..n)
            .rev()
            .map(|i| layout(f64::from(i) + 0.5).into())
            .collect();
        assert_eq!(candidates(&a, &b), every_pair(&a, &b));
    }
}

#[test]
fn boxes_that_are_not_numbers_meet_nothing() {
    let whole = square(0.0, 0.0, 1.0, 1.0);
    let broken = Rect {
        x0: f64::NAN,
        ..whole
    };
    let endless = Rect {
        x1: f64::INFINITY,
        ..whole
    };
    let found = candidates(&[broken, whole], &[whole, broken, endless]);
    assert_eq!(found, [(1, 0)]);
}

#[test]
fn every_shape_reaches_the_index_by_its_box() {
    let polygon = MultiPolygon::from_ring(vec![[1.0, 1.0], [3.0, 1.0], [2.0, 4.0]]).unwrap();
    let expected = Extent {
        low: [1.0, 1.0],
        high: [3.0, 4.0],
    };
    assert_eq!(Extent::from(&polygon), expected);
    let broken = MultiPolygon::from_ring(vec![[1.0, 1.0], [3.0, f64::NAN], [2.0, 4.0]]);
    if let Ok(broken) = broken {
        assert!(!Extent::from(&broken).is_finite());
    }
    assert!(!Extent::from(&Mask::empty(4, 3).unwrap()).is_finite());
    let cuboid = Cuboid::new([5.0, 6.0, 7.0], [4.0, -2.0, 3.0], 0.0).unwrap();
    let expected = Extent {
        low: [3.0, 5.0, 5.5],
        high: [7.0, 7.0, 8.5],
    };
    assert_eq!(Extent::from(&cuboid), expected);
}

#[test]
fn volumes_meet_in_depth_where_their_slices_are_one_position() {
    let at = |axis, key: i64| {
        let mask = Mask::from_bounds(4, 3, vec![0, 2]).unwrap();
        Extent::from(&Volume::new(4, 3, axis, vec![(key, mask)]).unwrap())
    };
    let meet = |axis, p, q| at(axis, p).meets(&at(axis, q));
    assert!(meet(SliceAxis::Index, 3, 3) && !meet(SliceAxis::Index, 3, 5));
    assert!(meet(SliceAxis::Micrometres, 3, 4) && !meet(SliceAxis::Micrometres, 3, 5));
    assert!(meet(SliceAxis::Index, i64::MAX, i64::MAX));
    let empty = Volume::new(4, 3, SliceAxis::Index, Vec::new()).unwrap();
    assert!(!Extent::from(&empty).is_finite());
}

#[test]
fn scores_come_with_their_pairs_and_the_first_error_comes_out() {
    let area = square(0.0, 0.0, 1.0, 1.0);
    let found = scored(&[area], &[area, area, area], 0.5, |a, b| {
        Ok::<_, ()>([f64::NAN, 0.5, 0.499][a + b])
    });
    assert_eq!(found, Ok(vec![(0, 1, 0.5)]));
    let many = vec![area; 300];
    let failed = scored(&many, &many[..2], 0.5, |a, b| {
        if a >= 17 { Err((a, b)) } else { Ok(1.0) }
    });
    assert_eq!(failed, Err(ScoringError::Similarity((17, 0))));
}

#[test]
fn more_pairs_than_memory_should_hold_are_refused() {
    let many = vec![square(0.0, 0.0, 1.0, 1.0); 20];
    let up_to = |limit| scored_up_to(limit, &many, &many, 0.5, |_, _| Ok::<_, ()>(1.0));
    assert_eq!(up_to(400).map(|pairs| pairs.len()), Ok(400));
    let refused = ScoringError::TooManyPairs {
        n_a: 20,
        n_b: 20,
        limit: 399,
    };
    assert_eq!(up_to(399), Err(refused));
}
