//! Matching of boxes on fixed data. `peers/matching.py` does the same with shapely's STRtree and SciPy.
//!
//! Boxes of 10 to 40 px, seed 7; b is a moved by up to 3 px (6 px where crowded); pairs from IoU 0.1 on. 10,000 spread over a slide;
//! 10,000 in 100 dense clusters; 3,000 and 10,000 so crowded that all are one component; 10,000 under 20 giants; 10,000 strips side by
//! side. One core.

use std::hint::black_box;

use concord::geometry::Rect;
use concord::matching::{Assignment, assign, scored};
use concord::metrics::{Overlap, iou};
use criterion::{Criterion, criterion_group, criterion_main};

use scenes::{Draw, checksum, one_core};

mod scenes;

fn moved(draw: &mut Draw, a: &[Rect], by: f64) -> Vec<Rect> {
    let at = |area: &Rect| {
        let (dx, dy) = (draw.between(-by, by), draw.between(-by, by));
        Rect {
            x0: area.x0 + dx,
            y0: area.y0 + dy,
            x1: area.x1 + dx,
            y1: area.y1 + dy,
        }
    };
    a.iter().map(at).collect()
}

/// A box of 10 to 40 px whose corner lies within a square of `side` px.
fn within(draw: &mut Draw, origin: [f64; 2], side: f64) -> Rect {
    let (x, y) = (
        origin[0] + draw.between(0.0, side),
        origin[1] + draw.between(0.0, side),
    );
    Rect {
        x0: x,
        y0: y,
        x1: x + draw.between(10.0, 40.0),
        y1: y + draw.between(10.0, 40.0),
    }
}

fn scattered(draw: &mut Draw, n: usize, side: f64) -> Vec<Rect> {
    (0..n).map(|_| within(draw, [0.0; 2], side)).collect()
}

fn clustered(draw: &mut Draw) -> Vec<Rect> {
    let mut boxes = Vec::new();
    for cluster in 0..100 {
        let origin = [
            f64::from(cluster % 10) * 300.0,
            f64::from(cluster / 10) * 300.0,
        ];
        boxes.extend((0..100).map(|_| within(draw, origin, 60.0)));
    }
    boxes
}

fn under_giants(draw: &mut Draw) -> Vec<Rect> {
    let mut boxes = scattered(draw, 10_000, 4000.0);
    for giant in boxes.iter_mut().step_by(500) {
        *giant = Rect {
            x0: 0.0,
            y0: 0.0,
            x1: 4000.0 + giant.x0,
            y1: 4000.0 + giant.y0,
        };
    }
    boxes
}

fn strips(draw: &mut Draw) -> Vec<Rect> {
    let strip = |index| {
        let x = f64::from(index) * 4.0 + draw.between(0.0, 4.0);
        Rect {
            x0: x,
            y0: 0.0,
            x1: x + draw.between(10.0, 40.0),
            y1: 10_000.0,
        }
    };
    (0..10_000).map(strip).collect()
}

fn matched(a: &[Rect], b: &[Rect]) -> Assignment {
    let similarity = |i: usize, j: usize| {
        Overlap::of_rects(&a[i], &b[j]).map(|found| iou(&found).value().unwrap_or(0.0))
    };
    let found = scored(a, b, 0.1, similarity).expect("boxes are finite and not too many");
    assign(a.len(), b.len(), &found, 0.1)
}

/// Draws the boxes of one side.
type Scene<'a> = &'a dyn Fn(&mut Draw) -> Vec<Rect>;

fn matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("match");
    group.sample_size(10);
    let one_core = one_core();
    let scenes: [(&str, f64, Scene); 6] = [
        ("10000 spread", 3.0, &|draw| scattered(draw, 10_000, 4000.0)),
        ("100 clusters of 100", 6.0, &clustered),
        ("3000 in one component", 6.0, &|draw| {
            scattered(draw, 3_000, 600.0)
        }),
        ("10000 in one component", 6.0, &|draw| {
            scattered(draw, 10_000, 1100.0)
        }),
        ("10000 under 20 giants", 3.0, &under_giants),
        ("10000 strips", 3.0, &strips),
    ];
    for (name, by, scene) in scenes {
        let mut draw = Draw(7);
        let a = scene(&mut draw);
        let b = moved(&mut draw, &a, by);
        let total = matched(&a, &b).pairs.iter().map(|pair| pair.2).sum();
        checksum(name, total);
        group.bench_function(name, |bench| {
            bench.iter(|| one_core.install(|| matched(black_box(&a), black_box(&b))));
        });
    }
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
