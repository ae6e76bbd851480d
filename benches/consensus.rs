//! Speed of the consensus room on fixed random data; `benches/peers/consensus.py` runs its peers on the same.

#[path = "../tests/draw/mod.rs"]
mod draw;

use std::hint::black_box;

use concord::consensus::{EmOptions, Ratings, Region, StapleOptions, dawid_skene, staple_volumes};
use concord::geometry::{Mask, SliceAxis, Volume};
use criterion::{Criterion, criterion_group, criterion_main};
use draw::Draw;

const K: usize = 4;
const N_RATERS: usize = 5;

/// 100,000 units by five raters of skill 0.5 to 0.82.
fn cells() -> Vec<Option<u16>> {
    let mut draw = Draw(7);
    let mut cells = Vec::with_capacity(100_000 * N_RATERS);
    for _ in 0..100_000 {
        let share = draw.share();
        let truth = (share * share * K as f64) as u16;
        for rater in 0..N_RATERS {
            let skill = 0.5 + 0.4 * rater as f64 / N_RATERS as f64;
            let (right, other) = (draw.share() < skill, (draw.share() * K as f64) as u16);
            cells.push(Some(if right { truth } else { other }));
        }
    }
    cells
}

fn categories(criterion: &mut Criterion) {
    let cells = cells();
    let options = EmOptions {
        max_iterations: 20,
        tolerance: 0.0,
        smoothing: 0.0,
    };
    let run = |cells: &[Option<u16>]| {
        let ratings = Ratings::from_cells(N_RATERS, K, cells);
        ratings.and_then(|ratings| dawid_skene(&ratings, options))
    };
    let found = run(&cells).expect("ratings");
    println!("dawid-skene 100000x5: {:.12?}", found.class_shares);
    criterion.bench_function("dawid_skene_100000_x_5_20_iterations", |bench| {
        bench.iter(|| run(black_box(&cells)));
    });
}

/// Five balls of 512 x 512 in 64 slices, centres and radii a little apart.
fn balls() -> Vec<Volume> {
    let mut draw = Draw(7);
    let ball = |_| {
        let (x0, y0) = (draw.between(250.0, 260.0), draw.between(250.0, 260.0));
        let (z0, radius) = (draw.between(31.0, 33.0), draw.between(150.0, 160.0));
        let slice = |z: i64| {
            let height = 4.0 * (z as f64 - z0);
            let mut bounds = Vec::new();
            for y in 0..512_u32 {
                let dy = f64::from(y) - y0;
                let squared = radius * radius - height * height - dy * dy;
                if squared > 0.0 {
                    let half = squared.sqrt();
                    let (from, to) = ((x0 - half).ceil() as u32, (x0 + half).floor() as u32 + 1);
                    bounds.extend([y * 512 + from, y * 512 + to]);
                }
            }
            (
                z,
                Mask::from_bounds(512, 512, bounds).expect("within the image"),
            )
        };
        Volume::new(512, 512, SliceAxis::Index, (0..64).map(slice).collect()).expect("one size")
    };
    (0..N_RATERS).map(ball).collect()
}

fn masks(criterion: &mut Criterion) {
    let balls = balls();
    let views: Vec<&Volume> = balls.iter().collect();
    let options = StapleOptions {
        region: Region::Image,
        prior: None,
        max_iterations: 10,
        tolerance: 0.0,
    };
    let found = staple_volumes(&views, options).expect("one grid");
    println!("staple 5x64x512x512: {:?}", found.raters);
    criterion.bench_function("staple_5_balls_64_x_512_x_512_10_iterations", |bench| {
        bench.iter(|| staple_volumes(black_box(&views), options));
    });
}

criterion_group!(benches, categories, masks);
criterion_main!(benches);
