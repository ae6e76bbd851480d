//! Speed of polygon overlaps on fixed data. `peers/polygons.py` runs shapely on the same data.
//!
//! Sizes and seed: 200 pairs of wavy discs of 8, 40 and 400 corners, from the integer generator below, seed 7, in four settings: *near*
//! (the same outline 1 % larger), *edited* (the same outline, every tenth corner moved half-way between its neighbours), *overlapping* (about one place), *scattered*
//! (anywhere in 512 × 512 px, so that few meet). Each is measured from plain polygons, and from polygons prepared beforehand.

use std::hint::black_box;

use concord::geometry::{MultiPolygon, PreparedPolygon};
use concord::metrics::{Overlap, iou};
use criterion::{Criterion, criterion_group, criterion_main};

const N_PAIRS: usize = 200;

/// The generator of Knuth's MMIX; the upper 32 bits as a share of one.
struct Draw(u64);

impl Draw {
    fn share(&mut self) -> f64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 4_294_967_296.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}

/// A disc whose radius waves seven times around, its centre between `low` and `high` on both axes.
fn wavy(draw: &mut Draw, n_corners: usize, [low, high]: [f64; 2]) -> Vec<[f64; 2]> {
    let (x, y) = (draw.between(low, high), draw.between(low, high));
    let (radius, wave, phase) = (
        draw.between(10.0, 60.0),
        draw.between(0.0, 0.3),
        draw.between(0.0, 6.0),
    );
    let corner = |index| {
        let angle = std::f64::consts::TAU * index as f64 / n_corners as f64;
        let r = radius * (1.0 + wave * (7.0 * angle + phase).sin());
        [x + r * angle.cos(), y + r * angle.sin()]
    };
    (0..n_corners).map(corner).collect()
}

fn pairs(setting: &str, n_corners: usize) -> Vec<[MultiPolygon; 2]> {
    let mut draw = Draw(7);
    let places = if setting == "overlapping" {
        [240.0, 272.0]
    } else {
        [60.0, 452.0]
    };
    let mut pair = || {
        let a = wavy(&mut draw, n_corners, places);
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
            _ => wavy(&mut draw, n_corners, places),
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
            // The figure that `peers/polygons.py` prints for the same task.
            eprintln!("{setting} {n_corners}: checksum {sum:.9}");
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
