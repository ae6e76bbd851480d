//! Speed of polygon overlaps on fixed data. `peers/polygons.py` runs shapely on the same data.
//!
//! Sizes and seed: 200 pairs of wavy discs of 8, 40 and 400 corners, seed 7, in four settings: *near*
//! (the same outline 1 % larger), *edited* (the same outline, every tenth corner moved half-way between its neighbours), *overlapping* (about one place), *scattered*
//! (anywhere in 512 × 512 px, so that few meet). Each is measured from plain polygons, and from polygons prepared beforehand.

mod scenes;

use std::hint::black_box;

use concord::geometry::{MultiPolygon, PreparedPolygon};
use concord::metrics::{Overlap, iou};
use criterion::{Criterion, criterion_group, criterion_main};
use scenes::{Draw, checksum, wavy_disc};

const N_PAIRS: usize = 200;

fn pairs(setting: &str, n_corners: usize) -> Vec<[MultiPolygon; 2]> {
    let mut draw = Draw(7);
    let places = if setting == "overlapping" {
        [240.0, 272.0]
    } else {
        [60.0, 452.0]
    };
    let mut disc = || wavy_disc(&mut draw, n_corners, places, [10.0, 60.0]);
    let mut pair = || {
        let a = disc();
        let b = match setting {
            "near" => a.iter().map(|[x, y]| [1.01 * x, 1.01 * y]).collect(),
            "edited" => {
                let middle = |p: [f64; 2], q: [f64; 2]| [0.5 * (p[0] + q[0]), 0.5 * (p[1] + q[1])];
                let moved = |index: usize| match index % 10 {
                    1 => middle(a[index - 1], a[index + 1]),
                    _ => a[index],
                };
                (0..n_corners).map(moved).collect()
            }
            _ => disc(),
        };
        [a, b].map(|ring| MultiPolygon::from_ring(ring).expect("a wavy disc has many corners"))
    };
    (0..N_PAIRS).map(|_| pair()).collect()
}

fn ratio(overlap: &Overlap) -> f64 {
    iou(overlap).value().expect("wavy discs have an area")
}

fn polygons(criterion: &mut Criterion) {
    for setting in ["near", "edited", "overlapping", "scattered"] {
        for n_corners in [8, 40, 400] {
            let pairs = pairs(setting, n_corners);
            let prepare = |shape| PreparedPolygon::new(shape).expect("coordinates are finite");
            let prepared: Vec<_> = pairs
                .iter()
                .map(|pair| pair.each_ref().map(prepare))
                .collect();
            let plain = |[a, b]: &[MultiPolygon; 2]| {
                ratio(&Overlap::of_polygons(a, b).expect("coordinates are finite"))
            };
            let ready = |[a, b]: &[PreparedPolygon; 2]| {
                ratio(&Overlap::of_prepared(a, b).expect("coordinates are finite"))
            };
            let sum: f64 = pairs.iter().map(plain).sum();
            checksum(&format!("{setting} {n_corners}"), sum);
            criterion.bench_function(&format!("{setting}_{n_corners}_plain"), |bench| {
                bench.iter(|| black_box(&pairs).iter().map(plain).sum::<f64>());
            });
            criterion.bench_function(&format!("{setting}_{n_corners}_prepared"), |bench| {
                bench.iter(|| black_box(&prepared).iter().map(ready).sum::<f64>());
            });
        }
    }
}

criterion_group!(benches, polygons);
criterion_main!(benches);
