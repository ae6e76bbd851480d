//! The few measures that the generator needs to know what it produced. They are no part of Concord.

use crate::film::Outline;

impl Outline {
    pub fn centre(&self) -> [f64; 2] {
        match self {
            Self::Box([left, top, right, bottom]) => [(left + right) / 2.0, (top + bottom) / 2.0],
            Self::Polygon(points) => {
                let n = points.len() as f64;
                [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / n)
            }
        }
    }

    pub fn area(&self) -> f64 {
        match self {
            Self::Box([left, top, right, bottom]) => (right - left) * (bottom - top),
            Self::Polygon(points) => {
                let doubled: f64 = edges(points)
                    .map(|([ax, ay], [bx, by])| ax * by - bx * ay)
                    .sum();
                (doubled / 2.0).abs()
            }
        }
    }
}

pub fn box_iou(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let width = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let height = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    let area = |edges: &[f64; 4]| Outline::Box(*edges).area();
    width * height / (area(a) + area(b) - width * height)
}

/// Mean over both outlines of the distance to the other, sampled every 0.05 px or finer.
pub fn boundary_px(a: &[[f64; 2]], b: &[[f64; 2]]) -> f64 {
    let [(sum_a, length_a), (sum_b, length_b)] = [distance_along(a, b), distance_along(b, a)];
    (sum_a + sum_b) / (length_a + length_b)
}

/// The integral of the distance to `to` along `from`, and the length of `from`.
fn distance_along(from: &[[f64; 2]], to: &[[f64; 2]]) -> (f64, f64) {
    let (mut sum, mut total) = (0.0, 0.0);
    for (a, b) in edges(from) {
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        let n = (length / 0.05).ceil().max(1.0);
        for step in 0..n as usize {
            let share = (step as f64 + 0.5) / n;
            let point = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
            let nearest = edges(to)
                .map(|edge| to_segment(point, edge))
                .fold(f64::INFINITY, f64::min);
            sum += nearest * length / n;
        }
        total += length;
    }
    (sum, total)
}

fn to_segment(point: [f64; 2], (a, b): ([f64; 2], [f64; 2])) -> f64 {
    let along = [b[0] - a[0], b[1] - a[1]];
    let off = [point[0] - a[0], point[1] - a[1]];
    let share =
        (off[0] * along[0] + off[1] * along[1]) / (along[0] * along[0] + along[1] * along[1]);
    let share = share.clamp(0.0, 1.0);
    (off[0] - share * along[0]).hypot(off[1] - share * along[1])
}

fn edges(points: &[[f64; 2]]) -> impl Iterator<Item = ([f64; 2], [f64; 2])> {
    (points.iter().copied()).zip(points.iter().copied().cycle().skip(1))
}
