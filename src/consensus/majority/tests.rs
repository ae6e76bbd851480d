use super::*;

fn table(n_raters: usize, rows: &[&[i32]]) -> Ratings {
    let cell = |value: &i32| u16::try_from(*value).ok();
    let cells: Vec<_> = rows.iter().flat_map(|row| row.iter().map(cell)).collect();
    Ratings::from_cells(n_raters, 3, &cells).unwrap()
}

#[test]
fn a_tie_is_stated_and_broken_only_by_a_given_order() {
    let ratings = table(4, &[&[2, 2, 0, 0], &[1, 1, 0, -1], &[-1, -1, -1, -1]]);
    let found = majority(&ratings, None, 0.95).unwrap();
    assert_eq!(found.units[0].decision, Decision::Tie(vec![0, 2]));
    assert_eq!(found.units[0].share(), Some(0.5));
    assert_eq!(found.units[1].decision, Decision::Category(1));
    assert_eq!(found.units[2].decision, Decision::NoVotes);
    assert_eq!(found.units[2].share(), None);
    assert_eq!((found.n_decided, found.n_tied), (1, 1));
    assert_eq!((found.n_ties_broken, found.n_without_votes), (0, 1));

    let broken = majority(&ratings, Some(&[1, 2]), 0.95).unwrap();
    assert_eq!(broken.units[0].decision, Decision::TieBroken(2));
    assert_eq!((broken.n_decided, broken.n_ties_broken), (2, 1));
    // An order that names none of those that tie breaks nothing.
    let kept = majority(&ratings, Some(&[1]), 0.95).unwrap();
    assert_eq!(kept.units[0].decision, Decision::Tie(vec![0, 2]));
}

#[test]
fn a_rater_cannot_win_by_the_own_vote_against_the_others() {
    // Rater 0 makes every majority; the others always differ from each other.
    let ratings = table(3, &[&[0, 0, 1], &[1, 2, 1], &[2, 2, 0]]);
    let found = majority(&ratings, None, 0.95).unwrap();
    let rater = &found.raters[0];
    assert_eq!((rater.with_all.n_agreed, rater.with_all.n), (3, 3));
    assert_eq!(rater.with_all.share, Some(1.0));
    assert_eq!((rater.with_others.n, rater.with_others.n_undecided), (0, 3));
    assert_eq!(rater.with_others.share, None);
    assert_eq!(rater.with_others.lower, None);
    // Without rater 1, raters 0 and 2 agree on unit 1 only, and rater 1 does not agree with them.
    let other = &found.raters[1].with_others;
    assert_eq!((other.n_agreed, other.n, other.n_undecided), (0, 1, 2));
    assert_eq!(found.raters[1].with_all.n_agreed, 2);
}

#[test]
fn repeated_ratings_are_a_vote_each() {
    let rows = [(0, 0, 1), (0, 0, 1), (0, 0, 0), (0, 1, 0)];
    let found = majority(&Ratings::new(1, 2, 2, rows).unwrap(), None, 0.95).unwrap();
    assert_eq!(found.units[0].decision, Decision::Tie(vec![0, 1]));
    assert_eq!((found.units[0].n_votes, found.units[0].n_for), (4, 2));
    let with_others = &found.raters[0].with_others;
    assert_eq!((with_others.n_agreed, with_others.n), (1, 3));
}

#[test]
fn an_order_of_ties_with_a_mistake_and_a_level_without_meaning_are_refused() {
    let ratings = table(1, &[&[0]]);
    let twice = majority(&ratings, Some(&[1, 1]), 0.95);
    assert_eq!(twice, Err(ConsensusError::TieOrder { category: 1 }));
    assert!(majority(&ratings, Some(&[3]), 0.95).is_err());
    assert!(majority(&ratings, None, f64::NAN).is_err());
}
