//! What benches draw: an integer generator that `peers/scenes.py` shares, and shapes made from it, so that both languages have the
//! same data without a file.
#![allow(dead_code, reason = "each bench draws its own part")]

use concord::geometry::{Mask, MultiPolygon};

/// The generator of Knuth's MMIX; the upper 32 bits as a share of one.
pub struct Draw(pub u64);

impl Draw {
    pub fn share(&mut self) -> f64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 4_294_967_296.0
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}

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
