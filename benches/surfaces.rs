//! HD95, ASSD and NSD of volumes and masks on fixed data, on one core; `peers/surfaces.py` does the same with surface-distance.
//!
//! `cargo bench --bench surfaces -- --once 30` measures one pair of volumes with 30 % foreground once, in a process of its own,
//! and prints the time and the most memory that the process has held.

#[path = "../tests/draw/mod.rs"]
mod draw;

use std::hint::black_box;
use std::time::Instant;

use concord::geometry::{Mask, MultiPolygon, SliceAxis, Volume};
use concord::metrics::{Surfaces, assd, hd95, nsd};
use criterion::Criterion;
use draw::Draw;
use rayon::ThreadPool;

const SPACING_MM: [f64; 3] = [2.5, 0.7, 0.7];
/// Slices, rows and columns of a volume.
const SHAPE: [i64; 3] = [128, 256, 256];
/// Foreground in percent, for volumes made of balls.
const PERCENTS: [usize; 4] = [1, 5, 10, 30];

/// A volume as a raster.
struct Raster(Vec<u8>);

impl Raster {
    fn new() -> Self {
        Self(vec![0; SHAPE.iter().product::<i64>() as usize])
    }

    /// Adds a ball, flattened along z by 3, and says how many voxels were new.
    fn add_ball(&mut self, centre: [i64; 3], radius: i64) -> usize {
        let mut n_new = 0;
        let range = |axis: usize| {
            let (from, to) = (centre[axis] - radius, centre[axis] + radius + 1);
            from.max(0)..to.min(SHAPE[axis])
        };
        for z in range(0) {
            for y in range(1) {
                for x in range(2) {
                    let steps = [3 * (z - centre[0]), y - centre[1], x - centre[2]];
                    if steps.iter().map(|step| step * step).sum::<i64>() <= radius * radius {
                        let voxel = &mut self.0[((z * SHAPE[1] + y) * SHAPE[2] + x) as usize];
                        n_new += usize::from(*voxel == 0);
                        *voxel = 1;
                    }
                }
            }
        }
        n_new
    }

    fn volume(&self) -> Volume {
        let (width, height) = (SHAPE[2] as u32, SHAPE[1] as u32);
        let slices = self.0.chunks((width * height) as usize).enumerate();
        let slices = slices.map(|(z, raster)| {
            let mask = Mask::from_raster(width, height, raster).expect("the size fits");
            (z as i64, mask)
        });
        Volume::new(width, height, SliceAxis::Index, slices.collect()).expect("slices are distinct")
    }
}

/// Two readings of the same balls: the second moves each and changes its radius a little.
fn readings(percent: usize) -> [Volume; 2] {
    let mut draw = Draw(7);
    let (mut a, mut b) = (Raster::new(), Raster::new());
    let enough = a.0.len() * percent / 100;
    let mut n_set = 0;
    while n_set < enough {
        let radius = draw.whole(12, 48);
        let centre = SHAPE.map(|side| draw.whole(0, side));
        n_set += a.add_ball(centre, radius);
        let moved = [
            centre[0] + draw.whole(-1, 2),
            centre[1] + draw.whole(-3, 4),
            centre[2] + draw.whole(-3, 4),
        ];
        b.add_ball(moved, radius + draw.whole(-2, 3));
    }
    [a.volume(), b.volume()]
}

/// Two balls in opposite corners, so that no surface is near.
fn apart() -> [Volume; 2] {
    [[12, 32, 32], [115, 223, 223]].map(|centre| {
        let mut raster = Raster::new();
        raster.add_ball(centre, 30);
        raster.volume()
    })
}

/// A ball whose surface waves.
fn wavy_ball(centre: [f64; 3], wave: f64) -> Volume {
    let mut raster = Raster::new();
    for (at, voxel) in raster.0.iter_mut().enumerate() {
        let (x, y) = (
            (at % 256) as f64 - centre[2],
            (at / 256 % 256) as f64 - centre[1],
        );
        let depth = 2.0 * ((at / 65_536) as f64 - centre[0]);
        let radius = 100.0 + wave * (0.1 * x).sin() * (0.1 * y).cos();
        *voxel = u8::from(x * x + y * y + depth * depth <= radius * radius);
    }
    raster.volume()
}

/// A disc of 200 corners whose radius waves seven times around.
fn wavy_disc(draw: &mut Draw) -> Mask {
    let (x, y) = (draw.between(60.0, 452.0), draw.between(60.0, 452.0));
    let (radius, wave, phase) = (
        draw.between(10.0, 60.0),
        draw.between(0.0, 0.3),
        draw.between(0.0, 6.0),
    );
    let corner = |index| {
        let angle = std::f64::consts::TAU * f64::from(index) / 200.0;
        let r = radius * (1.0 + wave * (7.0 * angle + phase).sin());
        [x + r * angle.cos(), y + r * angle.sin()]
    };
    let disc = MultiPolygon::from_ring((0..200).map(corner).collect());
    let disc = disc.expect("a wavy disc has many corners");
    Mask::from_polygon(512, 512, &disc).expect("the size is usable")
}

/// HD95, ASSD and NSD at 1 mm, added up: what `peers/surfaces.py` prints as its checksum.
fn figures(surfaces: &Surfaces) -> f64 {
    let within = nsd(surfaces, 1.0).expect("the tolerance is positive");
    [hd95(surfaces), assd(surfaces), within]
        .into_iter()
        .filter_map(|figure| figure.value())
        .sum()
}

fn of_volumes([a, b]: &[Volume; 2]) -> f64 {
    figures(&Surfaces::of_volumes(a, b, Some(SPACING_MM)).expect("one grid"))
}

fn of_masks(pairs: &[[Mask; 2]]) -> f64 {
    let surfaces =
        |[a, b]: &[Mask; 2]| Surfaces::of_masks(a, b, Some([0.7, 0.7])).expect("one size");
    pairs.iter().map(|pair| figures(&surfaces(pair))).sum()
}

fn one_core() -> ThreadPool {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    one.expect("one thread can be started")
}

fn surfaces(criterion: &mut Criterion) {
    let pool = one_core();
    let mut group = criterion.benchmark_group("surfaces_one_core");
    group.sample_size(10);
    for percent in PERCENTS {
        let pair = readings(percent);
        eprintln!(
            "balls {percent} %: checksum {:.9}, {} and {} voxels",
            of_volumes(&pair),
            pair[0].voxels(),
            pair[1].voxels()
        );
        group.bench_function(format!("balls_{percent}_percent_128x256x256"), |bench| {
            bench.iter(|| pool.install(|| of_volumes(black_box(&pair))));
        });
    }
    let pair = apart();
    eprintln!("balls apart: checksum {:.9}", of_volumes(&pair));
    group.bench_function("balls_apart_128x256x256", |bench| {
        bench.iter(|| pool.install(|| of_volumes(black_box(&pair))));
    });
    let pair = [
        wavy_ball([62.0, 125.0, 127.0], 4.0),
        wavy_ball([64.0, 128.0, 128.0], 6.0),
    ];
    eprintln!("wavy ball: checksum {:.9}", of_volumes(&pair));
    group.bench_function("wavy_ball_128x256x256", |bench| {
        bench.iter(|| pool.install(|| of_volumes(black_box(&pair))));
    });
    let mut draw = Draw(7);
    let pairs: Vec<_> = (0..100)
        .map(|_| wavy_disc(&mut draw))
        .map(|mask| [mask.eroded(1), mask])
        .collect();
    eprintln!("100 masks: checksum {:.9}", of_masks(&pairs));
    group.bench_function("100_masks_512x512", |bench| {
        bench.iter(|| pool.install(|| of_masks(black_box(&pairs))));
    });
    group.finish();
}

/// Measures one pair once; memory as Linux counts it for this process.
fn once(percent: usize) {
    let held = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        line.unwrap_or("VmHWM unknown").to_owned()
    };
    let pair = readings(percent);
    let before = held();
    let start = Instant::now();
    let sum = one_core().install(|| of_volumes(&pair));
    let ms = start.elapsed().as_secs_f64() * 1e3;
    println!(
        "balls {percent} %: {ms:.1} ms, checksum {sum:.9}, before {before}, after {}",
        held()
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let asked = arguments.iter().position(|argument| argument == "--once");
    match asked.and_then(|at| arguments.get(at + 1)?.parse().ok()) {
        Some(percent) => once(percent),
        None => {
            let mut criterion = Criterion::default().configure_from_args();
            surfaces(&mut criterion);
            criterion.final_summary();
        }
    }
}
