//! The boundary integrals held against the slab sweep, which shares no step with them.

use super::*;
use crate::draw::Draw;
use crate::geometry::Polygon;

type Points = Vec<Point>;

/// Corners around a centre by rising angle, so that the ring is simple unless corners are rounded.
fn star(draw: &mut Draw, n: usize, centre: Point, radius: f64) -> Points {
    let mut angles: Vec<f64> = (0..n)
        .map(|_| draw.between(0.0, std::f64::consts::TAU))
        .collect();
    angles.sort_by(f64::total_cmp);
    let corner = |angle: f64| {
        let r = radius * draw.between(0.3, 1.0);
        [centre[0] + r * angle.cos(), centre[1] + r * angle.sin()]
    };
    angles.into_iter().map(corner).collect()
}

/// A level base, then columns of whole heights: edges along both axes, many of them in line with others.
fn skyline(draw: &mut Draw) -> Points {
    let (x, y) = (draw.below(6) as f64, draw.below(3) as f64);
    let n = 1 + draw.below(6);
    let mut ring = vec![[x, y]];
    for column in 0..n {
        let height = y + 1.0 + draw.below(5) as f64;
        ring.push([x + column as f64, height]);
        ring.push([x + column as f64 + 1.0, height]);
    }
    ring.push([x + n as f64, y]);
    ring
}

fn rounded(ring: &Points, step: f64) -> Points {
    let round = |v: f64| (v / step).round() * step;
    ring.iter().map(|&[x, y]| [round(x), round(y)]).collect()
}

fn shape(rings: impl IntoIterator<Item = Points>) -> Option<MultiPolygon> {
    let mut rings = rings.into_iter();
    let polygon = Polygon::new(rings.next()?, rings.collect()).ok()?;
    Some(polygon.into())
}

const KINDS: [&str; 15] = [
    "general",
    "lattice",
    "skyline",
    "shared edges",
    "1 % larger",
    "a billionth larger",
    "an ulp away",
    "nested",
    "holes and parts",
    "slivers",
    "turned ring",
    "crossing itself",
    "far away",
    "triangles on a coarse lattice",
    "many corners",
];

fn pair(draw: &mut Draw, kind: usize) -> Option<[MultiPolygon; 2]> {
    let any = |draw: &mut Draw| {
        let (n, centre) = (
            3 + draw.below(20),
            [draw.between(20.0, 40.0), draw.between(20.0, 40.0)],
        );
        let radius = draw.between(4.0, 20.0);
        star(draw, n, centre, radius)
    };
    let a = any(draw);
    let map = |ring: &Points, change: &mut dyn FnMut(Point) -> Point| -> Points {
        ring.iter().map(|&point| change(point)).collect()
    };
    let (a, b): (Points, Points) = match kind {
        0 => (a, any(draw)),
        1 => {
            let step = [1.0, 2.0, 5.0][draw.below(3)];
            (rounded(&a, step), rounded(&any(draw), step))
        }
        2 => (skyline(draw), skyline(draw)),
        3 => {
            let moved = map(&a, &mut |[x, y]| {
                if draw.chance(0.2) {
                    [x + draw.between(-1.0, 1.0), y + draw.between(-1.0, 1.0)]
                } else {
                    [x, y]
                }
            });
            (a, moved)
        }
        4 | 5 => {
            let factor = if kind == 4 { 1.01 } else { 1.0 + 1e-9 };
            let b = map(&a, &mut |[x, y]| [factor * x, factor * y]);
            (a, b)
        }
        6 => {
            let b = map(&a, &mut |[x, y]| match draw.below(4) {
                0 => [x.next_up(), y],
                1 => [x, y.next_down()],
                _ => [x, y],
            });
            (a, b)
        }
        7 => {
            let share = draw.between(0.1, 1.0);
            let b = map(&a, &mut |[x, y]| {
                [30.0 + share * (x - 30.0), 30.0 + share * (y - 30.0)]
            });
            (a, b)
        }
        8 => {
            let step = [1e-9, 0.5, 1.0][draw.below(3)];
            let framed = |draw: &mut Draw| {
                let parts = (0..1 + draw.below(2)).filter_map(|part| {
                    let (cx, cy) = (25.0 + 18.0 * part as f64, draw.between(20.0, 40.0));
                    let n = 4 + draw.below(12);
                    let outer = star(draw, n, [cx, cy], 12.0);
                    let holes = (0..draw.below(3))
                        .map(|hole| star(draw, 5, [cx + 2.0 * hole as f64, cy], 2.0));
                    let rings: Vec<_> = std::iter::once(outer).chain(holes).collect();
                    shape(rings.iter().map(|ring| rounded(ring, step)))
                });
                MultiPolygon::new(parts.flat_map(|part| part.parts).collect())
            };
            return Some([framed(draw), framed(draw)]);
        }
        9 => {
            let thin = 10.0_f64.powi(-draw.below(9));
            let b = map(&a, &mut |[x, y]| [x, 30.0 + thin * (y - 30.0)]);
            if draw.chance(0.5) {
                let c = any(draw);
                (b, map(&c, &mut |[x, y]| [x, 30.0 + thin * (y - 30.0)]))
            } else {
                (a, b)
            }
        }
        10 => {
            let mut b = a.clone();
            b.rotate_left(draw.below(a.len()));
            if draw.chance(0.5) {
                b.reverse();
            }
            (a, b)
        }
        11 => {
            let crossing = |draw: &mut Draw| -> Points {
                let n = 4 + draw.below(6);
                (0..n)
                    .map(|_| [draw.between(0.0, 9.0), draw.between(0.0, 9.0)])
                    .collect()
            };
            (crossing(draw), crossing(draw))
        }
        12 => {
            let by = [1e6, -3e7, 1e9][draw.below(3)];
            let far = |ring: &Points| map(ring, &mut |[x, y]| [x + by, y - 0.7 * by]);
            (far(&a), far(&any(draw)))
        }
        13 => {
            let corner = |draw: &mut Draw| [draw.below(5) as f64, draw.below(5) as f64];
            let triangle = |draw: &mut Draw| vec![corner(draw), corner(draw), corner(draw)];
            (triangle(draw), triangle(draw))
        }
        _ => {
            let n = 60 + draw.below(400);
            let ring = star(draw, n, [30.0, 30.0], 20.0);
            let step = [0.0, 1e-3, 0.05][draw.below(3)];
            let ring = if step > 0.0 {
                rounded(&ring, step)
            } else {
                ring
            };
            let by = [draw.between(-1.0, 1.0), 0.0, step][draw.below(3)];
            let moved = map(&ring, &mut |[x, y]| [x + by, y]);
            (ring, moved)
        }
    };
    Some([shape([a])?, shape([b])?])
}

/// Holds `n` pairs of each kind against the sweep; how many of each kind went the fast way, and the largest difference, as a share of
/// the union.
fn compare(n: usize, seed: u64) -> [(usize, f64); KINDS.len()] {
    let mut draw = Draw(seed);
    std::array::from_fn(|kind| {
        let (mut n_fast, mut worst) = (0, 0.0_f64);
        for index in 0..n {
            let Some([a, b]) = pair(&mut draw, kind) else {
                continue;
            };
            let slow = swept_areas(&a, &b);
            let union = slow.a_px2 + slow.b_px2 - slow.intersection_px2;
            let (p, q) = (
                PreparedPolygon::new(&a).unwrap(),
                PreparedPolygon::new(&b).unwrap(),
            );
            let areas = [
                p.overlap_areas_px2(&q),
                q.overlap_areas_px2(&p).exchanged(),
                a.overlap_areas_px2(&b),
            ];
            for fast in areas {
                let off = [
                    fast.a_px2 - slow.a_px2,
                    fast.b_px2 - slow.b_px2,
                    fast.intersection_px2 - slow.intersection_px2,
                ];
                let off = off
                    .into_iter()
                    .fold(0.0, |most: f64, by| most.max(by.abs()));
                assert!(
                    off <= 1e-9 * union,
                    "{}, pair {index}: {fast:?} against {slow:?}\n{a:?}\n{b:?}",
                    KINDS[kind]
                );
                if union > 0.0 {
                    worst = worst.max(off / union);
                }
            }
            if let (Some(ours), Some(theirs)) = (&p.rings, &q.rings) {
                n_fast += usize::from(shared_area(ours, theirs).is_some());
            }
        }
        (n_fast, worst)
    })
}

impl OverlapAreas {
    fn exchanged(self) -> Self {
        Self {
            a_px2: self.b_px2,
            b_px2: self.a_px2,
            ..self
        }
    }
}

#[test]
fn areas_agree_with_the_slab_sweep() {
    let found = compare(1_500, 7);
    for (kind, (n_fast, _)) in KINDS.iter().zip(found) {
        if *kind != "crossing itself" {
            assert!(n_fast > 300, "{kind}: only {n_fast} went the fast way");
        }
    }
}

#[test]
fn numbers_beyond_exact_arithmetic_are_left_to_the_sweep() {
    let ring = |by: f64| {
        vec![
            [by, 0.0],
            [4.0 + by, 0.0],
            [4.0 + by, 4.0],
            [2.0 + by, 1.0],
            [by, 4.0],
        ]
    };
    for factor in [
        1e-320, 1e-200, 1e-150, 1e-100, 1e100, 1e140, 1e150, 1e200, 1e300,
    ] {
        for by in [0.0, 1.0, 4.0, 1e-18] {
            let shape = |by| {
                MultiPolygon::from_ring(ring(by))
                    .unwrap()
                    .scaled([factor, factor])
            };
            let (a, b) = (shape(0.0), shape(by));
            let (fast, slow) = (a.overlap_areas_px2(&b), swept_areas(&a, &b));
            if slow.a_px2.is_normal() && slow.intersection_px2.is_finite() {
                let off = (fast.intersection_px2 - slow.intersection_px2).abs();
                assert!(
                    off <= 1e-12 * slow.a_px2,
                    "{factor}, {by}: {fast:?}, {slow:?}"
                );
            }
        }
    }
}

#[test]
fn coordinates_that_are_no_numbers_are_refused() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let exterior = vec![[0.0, 0.0], [1.0, value], [1.0, 1.0], [0.0, 1.0]];
        let holes = Vec::new();
        let shape = MultiPolygon::from(Polygon { exterior, holes });
        assert!(PreparedPolygon::new(&shape).is_err());
        assert!(shape.checked_overlap_areas_px2(&shape).is_err());
    }
    // Numbers whose sum is not one are still numbers.
    let huge = vec![[0.0, 0.0], [1e308, 0.0], [1e308, 1e308], [0.0, 1.7e308]];
    let shape = MultiPolygon::from_ring(huge).unwrap();
    assert!(PreparedPolygon::new(&shape).is_ok());
    let none = MultiPolygon::default();
    assert_eq!(PreparedPolygon::new(&none).unwrap().area_px2(), 0.0);
}

/// Takes minutes: `cargo test --release millions -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn areas_of_millions_of_pairs_agree_with_the_slab_sweep() {
    for seed in 0..8 {
        for (kind, (n_fast, worst)) in KINDS.iter().zip(compare(20_000, 1_000 + seed)) {
            eprintln!("{kind}: {n_fast} of 20000 fast, off by {worst:.1e} at most");
        }
    }
}
