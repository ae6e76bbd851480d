//! Speed of overlap, polygons and matching on fixed data. `peers/overlap.py` runs other tools on the same data.
//!
//! Sizes and seeds: 100 x 100 masks of 512 x 512 px; 200 polygon pairs of 400 corners;
//! 10,000 x 10,000 boxes. All shapes are wavy discs drawn from the integer generator below, seed 7, so that both languages make the
//! same ones without a file.

use std::hint::black_box;

use concord::geometry::{Mask, MultiPolygon, Rect};
use concord::matching::{assign, scored};
use concord::metrics::{Overlap, iou, iou_matrix};
use criterion::{Criterion, criterion_group, criterion_main};

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

/// A disc whose radius waves seven times around.
fn wavy(draw: &mut Draw, n_corners: usize) -> Vec<[f64; 2]> {
    let (x, y) = (draw.between(60.0, 452.0), draw.between(60.0, 452.0));
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

fn polygon(draw: &mut Draw, n_corners: usize) -> MultiPolygon {
    MultiPolygon::from_ring(wavy(draw, n_corners)).expect("a wavy disc has many corners")
}

fn mask(draw: &mut Draw) -> Mask {
    Mask::from_polygon(512, 512, &polygon(draw, 200)).expect("the size is usable")
}

/// The figure that `peers/overlap.py` prints for the same task.
fn checksum(task: &str, value: f64) {
    eprintln!("{task}: checksum {value:.9}");
}

fn overlap(criterion: &mut Criterion) {
    let mut draw = Draw(7);
    let [a, b]: [Vec<Mask>; 2] =
        std::array::from_fn(|_| (0..100).map(|_| mask(&mut draw)).collect());
    let matrix = iou_matrix(&a, &b).expect("one size");
    let sum: f64 = matrix.into_iter().flatten().flatten().sum();
    checksum("iou 100x100 masks", sum);
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let one_core = one_core.expect("one thread can be started");
    criterion.bench_function("iou_matrix_100x100_masks_512x512_one_core", |bench| {
        bench.iter(|| one_core.install(|| iou_matrix(black_box(&a), black_box(&b))));
    });

    let polygons: Vec<_> = (0..200)
        .map(|_| [polygon(&mut draw, 400), polygon(&mut draw, 400)])
        .collect();
    let ratio = |p: &MultiPolygon, q: &MultiPolygon| {
        let overlap = Overlap::of_polygons(p, q).expect("coordinates are finite");
        iou(&overlap).value().expect("wavy discs have an area")
    };
    checksum(
        "iou 200 polygon pairs",
        polygons.iter().map(|[p, q]| ratio(p, q)).sum(),
    );
    criterion.bench_function("iou_200_polygon_pairs_400_corners", |bench| {
        bench.iter(|| {
            let pairs = black_box(&polygons).iter();
            let values = pairs.map(|[p, q]| Overlap::of_polygons(p, q).map(|o| iou(&o).value()));
            values.collect::<Vec<_>>()
        });
    });
    let near: Vec<_> = polygons
        .iter()
        .map(|[p, _]| [p.clone(), p.scaled([1.01, 1.01])])
        .collect();
    checksum(
        "iou 200 near polygon pairs",
        near.iter().map(|[p, q]| ratio(p, q)).sum(),
    );
    criterion.bench_function("iou_200_near_polygon_pairs_400_corners", |bench| {
        bench.iter(|| {
            let pairs = black_box(&near).iter();
            let values = pairs.map(|[p, q]| Overlap::of_polygons(p, q).map(|o| iou(&o).value()));
            values.collect::<Vec<_>>()
        });
    });
}

fn matching(criterion: &mut Criterion) {
    let mut draw = Draw(7);
    let mut boxes = |jitter: &[Rect]| -> Vec<Rect> {
        (0..10_000)
            .map(|index| {
                let mut at = |low: f64, high: f64| draw.between(low, high);
                match jitter.get(index) {
                    Some(area) => {
                        let (dx, dy) = (at(-3.0, 3.0), at(-3.0, 3.0));
                        Rect::from_corners(
                            [area.x0 + dx, area.y0 + dy],
                            [area.x1 + dx, area.y1 + dy],
                        )
                    }
                    None => {
                        let (x, y) = (at(0.0, 4000.0), at(0.0, 4000.0));
                        Rect::from_corners([x, y], [x + at(10.0, 40.0), y + at(10.0, 40.0)])
                    }
                }
            })
            .collect()
    };
    let a = boxes(&[]);
    let b = boxes(&a);
    let similarity = |i: usize, j: usize| {
        Overlap::of_rects(&a[i], &b[j]).map(|o| iou(&o).value().unwrap_or(0.0))
    };
    let found = scored(&a, &b, similarity).expect("boxes are finite");
    let total = assign(a.len(), b.len(), &found, 0.1).pairs;
    checksum(
        "matching 10000x10000 boxes",
        total.iter().map(|pair| pair.2).sum(),
    );
    criterion.bench_function("match_10000_x_10000_boxes", |bench| {
        bench.iter(|| {
            let found = scored(black_box(&a), black_box(&b), similarity);
            found.map(|candidates| assign(a.len(), b.len(), &candidates, 0.1))
        });
    });
}

criterion_group!(benches, overlap, matching);
criterion_main!(benches);
