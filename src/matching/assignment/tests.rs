use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::draw::Draw;

#[test]
fn a_lone_pair_needs_the_minimum_overlap() {
    let found = assign(1, 1, &[(0, 0, 0.5)], 0.5);
    assert_eq!(found.pairs, [(0, 0, 0.5)]);
    let missed = assign(1, 1, &[(0, 0, 0.499)], 0.5);
    assert_eq!((missed.unmatched_a, missed.unmatched_b), (vec![0], vec![0]));
}

#[test]
fn one_good_pair_beats_two_poor_ones_only_when_it_weighs_more() {
    let chain = |middle| [(0, 0, 0.5), (1, 0, middle), (1, 1, 0.4)];
    assert_eq!(assign(2, 2, &chain(0.8), 0.1).pairs.len(), 2);
    assert_eq!(assign(2, 2, &chain(0.95), 0.1).pairs, [(1, 0, 0.95)]);
}

#[test]
fn nothing_to_match_leaves_everything() {
    let found = assign(2, 1, &[], 0.5);
    assert_eq!(
        (found.unmatched_a, found.unmatched_b),
        (vec![0, 1], vec![0])
    );
    assert_eq!(assign(0, 0, &[], 0.5), Assignment::default());
}

#[test]
fn unusable_candidates_are_passed_over() {
    let found = assign(
        1,
        1,
        &[(0, 0, f64::NAN), (7, 0, 0.9), (0, 7, 0.9), (0, 0, 0.0)],
        0.0,
    );
    assert!(found.pairs.is_empty());
}

#[test]
fn equal_labels_go_first_even_when_another_label_fits_better() {
    let candidates = [(0, 0, 0.6), (0, 1, 0.9), (1, 0, 0.7)];
    let found = assign_by_label(&["cyst", "mass"], &["cyst", "mass"], &candidates, 0.5);
    assert_eq!(found.same_label, [(0, 0, 0.6)]);
    assert!(found.wrong_label.is_empty());
    assert_eq!((found.missing, found.extra), (vec![1], vec![1]));
}

#[test]
fn what_is_left_may_match_with_the_wrong_label() {
    let candidates = [(0, 0, 0.9), (1, 1, 0.8)];
    let found = assign_by_label(
        &["cyst", "mass", "mass"],
        &["cyst", "cyst"],
        &candidates,
        0.5,
    );
    assert_eq!(found.same_label, [(0, 0, 0.9)]);
    assert_eq!(found.wrong_label, [(1, 1, 0.8)]);
    assert_eq!((found.missing, found.extra), (vec![2], vec![]));
}

#[test]
fn keys_settle_ties_the_same_way_in_any_file_order() {
    // Two alike on each side: every pairing totals 1.2.
    let all = |pairs: [(usize, usize); 4]| pairs.map(|(a, b)| (a, b, 0.6));
    let candidates = all([(0, 0), (0, 1), (1, 0), (1, 1)]);
    let found = assign_keyed(&["left", "right"], &["low", "top"], &candidates, 0.5);
    let turned = assign_keyed(&["right", "left"], &["top", "low"], &candidates, 0.5);
    let named = |found: &Assignment, a: [&'static str; 2], b: [&'static str; 2]| {
        let mut names: Vec<_> = found.pairs.iter().map(|p| (a[p.0], b[p.1])).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(
        named(&found, ["left", "right"], ["low", "top"]),
        named(&turned, ["right", "left"], ["top", "low"]),
    );
}

#[derive(Deserialize)]
struct Totals {
    seed: u64,
    totals_1024ths: Vec<u64>,
}

#[test]
fn totals_agree_with_scipy() {
    let text = include_str!("../../../tests/oracles/matching/totals.json");
    let oracle: Totals = serde_json::from_str(text).unwrap();
    let mut draw = Draw(oracle.seed);
    let mut below = |n: usize| draw.below(n);
    let mut n_pairs = 0;
    for (case, expected) in oracle.totals_1024ths.iter().enumerate() {
        let largest = if case % 50 == 0 { 400 } else { 40 };
        let (n_a, n_b) = (1 + below(largest), 1 + below(largest));
        let levels = [4, 16, 1024][below(3)];
        let n_candidates = below(4 * (n_a + n_b));
        let least = below(700) as f64 / 1024.0;
        let candidates: Vec<Pair> = (0..n_candidates)
            .map(|_| {
                let (a, b) = (below(n_a), below(n_b));
                let alike = (1 + below(levels)) * (1024 / levels);
                (a, b, alike as f64 / 1024.0)
            })
            .collect();
        let found = assign(n_a, n_b, &candidates, least);
        let total: f64 = found.pairs.iter().map(|pair| pair.2).sum();
        assert_eq!(1024.0 * total, *expected as f64);
        n_pairs += found.pairs.len();
    }
    assert_eq!(oracle.totals_1024ths.len(), 150);
    assert!(n_pairs > 1_500, "{n_pairs}");
}

#[test]
fn similarities_of_any_size_are_compared_exactly() {
    // Sums that differ in the last place only.
    let near = 0.75_f64.next_up();
    let found = assign(
        2,
        2,
        &[(0, 0, 0.75), (0, 1, near), (1, 0, 0.75), (1, 1, 0.75)],
        0.5,
    );
    assert_eq!(found.pairs, [(0, 1, near), (1, 0, 0.75)]);
    for size in [1.0, 1e300, f64::MAX, 1e-300, 5e-324] {
        let candidates = [(0, 0, size), (0, 1, size), (1, 0, size)];
        let found = assign(2, 2, &candidates, 0.0);
        assert_eq!(found.pairs, [(0, 1, size), (1, 0, size)]);
    }
    // Too small to count beside the other, yet better than nothing.
    let apart = assign(2, 2, &[(0, 0, 1.0), (0, 1, 1.0), (1, 1, 1e-300)], 0.0);
    assert_eq!(apart.pairs, [(0, 0, 1.0), (1, 1, 1e-300)]);
}

#[test]
fn a_similarity_at_the_minimum_counts_in_every_pass() {
    let candidates = [(0, 0, 0.5), (1, 1, 0.5), (2, 2, 0.5_f64.next_down())];
    let labels = ["cyst", "cyst", "cyst"];
    let found = assign_by_label(&labels, &["cyst", "mass", "cyst"], &candidates, 0.5);
    assert_eq!(found.same_label, [(0, 0, 0.5)]);
    assert_eq!(found.wrong_label, [(1, 1, 0.5)]);
    assert_eq!((found.missing, found.extra), (vec![2], vec![2]));
}

/// The greatest total over all assignments, by trying each choice for each row.
fn brute_force(rows: &[Vec<f64>], row: usize, used: &mut Vec<bool>) -> f64 {
    if row == rows.len() {
        return 0.0;
    }
    let mut best = brute_force(rows, row + 1, used);
    for column in 0..used.len() {
        if !used[column] && rows[row][column] > 0.0 {
            used[column] = true;
            best = best.max(rows[row][column] + brute_force(rows, row + 1, used));
            used[column] = false;
        }
    }
    best
}

/// Up to 6 by 6 similarities; few levels make ties common, about a third of the pairs are no candidates.
fn similarities() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let level = prop_oneof![
        Just(0.0),
        (1_u8..6).prop_map(|n| f64::from(n) / 5.0),
        0.0..1.0
    ];
    (1_usize..7, 1_usize..7).prop_flat_map(move |(n_a, n_b)| {
        proptest::collection::vec(proptest::collection::vec(level.clone(), n_b), n_a)
    })
}

fn sparse(rows: &[Vec<f64>]) -> Vec<Pair> {
    let all = rows.iter().enumerate();
    all.flat_map(|(a, row)| row.iter().enumerate().map(move |(b, &w)| (a, b, w)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_total_is_the_greatest_of_all_assignments(rows in similarities()) {
        let n_b = rows[0].len();
        let found = assign(rows.len(), n_b, &sparse(&rows), 0.0);
        let total: f64 = found.pairs.iter().map(|pair| pair.2).sum();
        prop_assert!((total - brute_force(&rows, 0, &mut vec![false; n_b])).abs() < 1e-9);
        let mut seen: Vec<usize> = found.pairs.iter().map(|pair| pair.1).chain(found.unmatched_b).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..n_b).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_candidates_does_not_matter(rows in similarities(), seed in any::<u64>()) {
        let candidates = sparse(&rows);
        let mut shuffled = candidates.clone();
        shuffled.sort_by_key(|&(a, b, _)| ((a * 31 + b * 17) as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (n_a, n_b) = (rows.len(), rows[0].len());
        prop_assert_eq!(assign(n_a, n_b, &candidates, 0.3), assign(n_a, n_b, &shuffled, 0.3));
    }

    #[test]
    fn keyed_matches_do_not_depend_on_file_order(rows in similarities(), turn in 0_usize..6) {
        let (n_a, n_b) = (rows.len(), rows[0].len());
        let candidates = sparse(&rows);
        let keys = |n: usize| (0..n).collect::<Vec<_>>();
        let found = assign_keyed(&keys(n_a), &keys(n_b), &candidates, 0.3);
        // The same objects, listed from another start.
        let shift = |index: usize, n: usize| (index + turn) % n;
        let moved: Vec<Pair> = candidates.iter().map(|&(a, b, w)| (shift(a, n_a), shift(b, n_b), w)).collect();
        let moved_keys = |n: usize| {
            let mut list = vec![0; n];
            (0..n).for_each(|index| list[shift(index, n)] = index);
            list
        };
        let (keys_a, keys_b) = (moved_keys(n_a), moved_keys(n_b));
        let again = assign_keyed(&keys_a, &keys_b, &moved, 0.3);
        let mut back: Vec<Pair> = again.pairs.iter().map(|&(a, b, w)| (keys_a[a], keys_b[b], w)).collect();
        back.sort_unstable_by_key(|&(a, b, _)| (a, b));
        prop_assert_eq!(found.pairs, back);
    }
}
