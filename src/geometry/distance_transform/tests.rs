use proptest::prelude::*;

use super::*;
use crate::draw::Draw;

fn points(shape: [usize; 3], picked: &[bool]) -> Points {
    let mut points = Points::default();
    for (index, row) in picked.chunks(shape[2]).enumerate() {
        let start = points.x.len();
        let x = (0..row.len()).filter(|&x| row[x]).map(|x| x as u32);
        points.x.extend(x);
        points.end_row(index / shape[1], index % shape[1], start);
    }
    points
}

fn nearest(lattice: &Lattice, queries: &[bool], seeds: &[bool]) -> Vec<f64> {
    let [_, n_y, n_x] = lattice.shape;
    let place = |index: usize| {
        let [z, y, x] = [index / (n_y * n_x), index / n_x % n_y, index % n_x];
        [z as f64, y as f64, x as f64]
    };
    let distance = |p: usize, q: usize| {
        let (p, q) = (place(p), place(q));
        (0..3)
            .map(|k| ((p[k] - q[k]) * lattice.spacing[k]).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    let all = |picked: &[bool]| (0..picked.len()).filter(|&i| picked[i]).collect::<Vec<_>>();
    let seeds = all(seeds);
    let closest = |p: usize| {
        seeds
            .iter()
            .map(|&q| distance(p, q))
            .fold(f64::INFINITY, f64::min)
    };
    all(queries).into_iter().map(closest).collect()
}

proptest! {
    #[test]
    fn distances_equal_those_by_trying_every_seed(
        shape in [1_usize..6, 1_usize..8, 1_usize..40],
        spacing in [0.1..4.0, 0.1..4.0, 0.1..4.0],
        seed in any::<u64>(),
    ) {
        let n = shape.iter().product::<usize>();
        let mut numbers = Draw(seed);
        let mut draw = |per_cent: u64| -> Vec<bool> {
            (0..n).map(|_| numbers.below(100) < per_cent).collect()
        };
        let (queries, mut seeds) = (draw(30), draw(4));
        seeds[n / 2] = true;
        let lattice = Lattice { shape, spacing };
        let expected = nearest(&lattice, &queries, &seeds);
        let (queries, seeds) = (points(shape, &queries), points(shape, &seeds));
        let closeness = lattice.closeness_along_y(&seeds, false);
        let ways = [
            lattice.distances(&queries, &seeds),
            lattice.by_search(&closeness, &queries, false),
            lattice.by_planes(&closeness, &queries, false),
        ];
        for found in ways {
            prop_assert_eq!(found.len(), expected.len());
            for (f, e) in found.iter().zip(&expected) {
                prop_assert!((f - e).abs() < 1e-9, "{} against {}", f, e);
            }
        }
    }
}

#[test]
fn far_seeds_are_found_by_envelopes_and_give_the_same() {
    let shape = [30, 30, 30];
    let lattice = Lattice {
        shape,
        spacing: [1.5, 0.7, 0.9],
    };
    let (queries, mut seeds) = (vec![true; 27_000], vec![false; 27_000]);
    (seeds[0], seeds[26_999]) = (true, true);
    let found = lattice.distances(&points(shape, &queries), &points(shape, &seeds));
    for (f, e) in found.iter().zip(nearest(&lattice, &queries, &seeds)) {
        assert!((f - e).abs() < 1e-9);
    }
}

#[test]
fn a_large_lattice_shares_its_work_and_gives_the_same() {
    let shape = [20, 40, 50];
    let lattice = Lattice {
        shape,
        spacing: [2.5, 0.7, 0.9],
    };
    let pick = |modulus: usize| (0..40_000).map(|i| i % modulus == 3).collect::<Vec<_>>();
    let (queries, seeds) = (pick(97), pick(1_009));
    let found = lattice.distances(&points(shape, &queries), &points(shape, &seeds));
    for (f, e) in found.iter().zip(nearest(&lattice, &queries, &seeds)) {
        assert!((f - e).abs() < 1e-9);
    }
}
