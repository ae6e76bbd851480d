//! What benches draw: an integer generator that `peers/scenes.py` shares, and shapes made from it, so that both languages have the
//! same data without a file.
#![allow(dead_code, reason = "each bench draws its own part")]

#[path = "../../tests/draw/mod.rs"]
mod draw;

use concord::geometry::{Mask, MultiPolygon};
pub use draw::Draw;

/// A disc around a point between 60 and 452 whose radius waves seven times around.
pub fn wavy(draw: &mut Draw, n_corners: usize) -> Vec<[f64; 2]> {
    wavy_disc(draw, n_corners, [60.0, 452.0], [10.0, 60.0])
}

/// A disc whose radius waves seven times around; the ranges of its centre's coordinates and of its radius.
pub fn wavy_disc(
    draw: &mut Draw,
    n_corners: usize,
    centre: [f64; 2],
    radius: [f64; 2],
) -> Vec<[f64; 2]> {
    let (x, y) = (
        draw.between(centre[0], centre[1]),
        draw.between(centre[0], centre[1]),
    );
    let (radius, wave, phase) = (
        draw.between(radius[0], radius[1]),
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

/// A wavy disc of 200 corners on 512 x 512 px.
pub fn mask(draw: &mut Draw) -> Mask {
    drawn(wavy(draw, 200))
}

/// A ring drawn on 512 x 512 px.
pub fn drawn(ring: Vec<[f64; 2]>) -> Mask {
    let polygon = MultiPolygon::from_ring(ring).expect("a ring has corners");
    Mask::from_polygon(512, 512, &polygon).expect("the size is usable")
}

/// The figure that the peer prints for the same task.
pub fn checksum(task: &str, value: f64) {
    eprintln!("{task}: checksum {value:.9}");
}

/// Runs on one thread, as the peers do.
pub fn one_core() -> rayon::ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("one thread can be started")
}
