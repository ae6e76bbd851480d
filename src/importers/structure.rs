//! What makes one annotation structurally invalid, seen from itself and its image alone.
//!
//! Such annotations are kept and flagged: leaving them out would hide an error.

use crate::domain::Shape;
use crate::geometry::{MultiPolygon, Rect};

/// How far a shape may reach over the image's edge; tools round and clamp differently.
const SLACK_PX: f64 = 1.0;
/// Pairs of edges that are looked at before an outline counts as too tangled to check.
const MAX_EDGE_PAIRS: u64 = 50_000_000;

/// Why the shape is invalid on an image of this size, if it is.
pub(super) fn invalid(shape: &Shape, size_px: Option<(u32, u32)>) -> Option<String> {
    let bounds = match shape {
        Shape::Box(rect) => {
            if rect.width_px() <= 0.0 || rect.height_px() <= 0.0 {
                return Some(no_extent("box", rect.width_px(), rect.height_px()));
            }
            Some(*rect)
        }
        Shape::RotatedBox(rect) => {
            if rect.width <= 0.0 || rect.height <= 0.0 {
                return Some(no_extent("box", rect.width, rect.height));
            }
            MultiPolygon::from(rect).bounding_box()
        }
        Shape::Ellipse(ellipse) => {
            if ellipse.rx <= 0.0 || ellipse.ry <= 0.0 {
                return Some(no_extent("ellipse", 2.0 * ellipse.rx, 2.0 * ellipse.ry));
            }
            MultiPolygon::from(ellipse).bounding_box()
        }
        Shape::Polygon(polygon) => {
            if let Some(reason) = polygon.rings().find_map(crossing) {
                return Some(reason);
            }
            polygon.bounding_box()
        }
        Shape::Polyline(points) => Rect::around(points),
        Shape::Keypoints(points) => {
            if points.is_empty() {
                return Some("no point is set".to_owned());
            }
            let points: Vec<[f64; 2]> = points
                .iter()
                .map(|point| [point.x_px, point.y_px])
                .collect();
            Rect::around(&points)
        }
        Shape::Mask(mask) => {
            if mask.is_empty() {
                return Some("mask is empty".to_owned());
            }
            return size_px
                .filter(|size| *size != (mask.width_px(), mask.height_px()))
                .map(|(width, height)| {
                    format!(
                        "mask is `{}x{}` px, the image `{width}x{height}`",
                        mask.width_px(),
                        mask.height_px()
                    )
                });
        }
        Shape::Track(track) => {
            if track.shapes().is_empty() {
                return Some("track has no frame".to_owned());
            }
            return track.shapes().iter().find_map(|one| {
                let reason = invalid(&one.shape, size_px)?;
                Some(format!("frame {}: {reason}", one.frame))
            });
        }
        Shape::TextSpan(span) => {
            return (span.n_chars() == 0).then(|| {
                format!(
                    "span from `{}` to `{}` holds no character; the end must lie behind the start",
                    span.start, span.end
                )
            });
        }
        Shape::Cuboid(cuboid) => {
            let flat = cuboid.size.iter().any(|side| *side <= 0.0);
            return flat.then(|| "cuboid has a side that is not positive".to_owned());
        }
        Shape::PointLabels(labels) => {
            return labels
                .codes
                .is_empty()
                .then(|| "cloud has no points".to_owned());
        }
        Shape::Volume(_) | Shape::Classification { .. } | Shape::Ordinal { .. } => None,
    };
    outside(&bounds?, size_px?)
}

/// The message for a box whose width or height is zero or negative, as the export gives them.
pub(super) fn no_extent(what: &str, width_px: f64, height_px: f64) -> String {
    format!("{what} is `{width_px}x{height_px}` px; both sides must be positive")
}

fn outside(bounds: &Rect, (width_px, height_px): (u32, u32)) -> Option<String> {
    let checks = [
        ("x", bounds.x0, bounds.x1, width_px),
        ("y", bounds.y0, bounds.y1, height_px),
    ];
    checks.into_iter().find_map(|(axis, low, high, size)| {
        let far = if low < -SLACK_PX {
            low
        } else if high > f64::from(size) + SLACK_PX {
            high
        } else {
            return None;
        };
        Some(format!(
            "reaches {axis} `{far}`, outside the image (0 to `{size}`)"
        ))
    })
}

/// Whether a ring crosses itself. Touching (a pinch, a bridge to a hole drawn twice) is no crossing.
fn crossing(ring: &[[f64; 2]]) -> Option<String> {
    if is_star_shaped(ring) {
        return None;
    }
    let n = ring.len();
    let mut edges: Vec<Edge> = (0..n).map(|at| Edge::new(ring, at)).collect();
    // Sweeping along the axis on which edges are short keeps few of them alive at once.
    let extent = |axis: usize| -> f64 {
        edges
            .iter()
            .map(|edge| edge.high[axis] - edge.low[axis])
            .sum()
    };
    let span = |axis: usize| -> f64 {
        let low = edges
            .iter()
            .map(|edge| edge.low[axis])
            .fold(f64::INFINITY, f64::min);
        let high = edges
            .iter()
            .map(|edge| edge.high[axis])
            .fold(f64::NEG_INFINITY, f64::max);
        (high - low).max(f64::MIN_POSITIVE)
    };
    let axis = usize::from(extent(1) / span(1) < extent(0) / span(0));
    let other = 1 - axis;
    edges.sort_unstable_by(|a, b| a.low[axis].total_cmp(&b.low[axis]));
    let mut alive: Vec<usize> = Vec::new();
    let mut n_pairs = 0_u64;
    for (index, edge) in edges.iter().enumerate() {
        alive.retain(|&earlier| edges[earlier].high[axis] >= edge.low[axis]);
        n_pairs += alive.len() as u64;
        if n_pairs > MAX_EDGE_PAIRS {
            return Some(format!(
                "outline of `{n}` points is too tangled to check for crossings"
            ));
        }
        for &earlier in &alive {
            let before = &edges[earlier];
            if before.low[other] <= edge.high[other]
                && edge.low[other] <= before.high[other]
                && let Some([x, y]) = cross(ring, before, edge)
            {
                return Some(format!(
                    "outline crosses itself near x `{x:.1}`, y `{y:.1}`"
                ));
            }
        }
        alive.push(index);
    }
    None
}

/// Whether a ring runs once around the mean of its corners, always in the same direction: such a ring cannot cross itself, and most outlines
/// of organs and lesions are of this kind. `false` proves nothing.
fn is_star_shaped(ring: &[[f64; 2]]) -> bool {
    let n = ring.len() as f64;
    let mean = [0, 1].map(|axis| ring.iter().map(|point| point[axis]).sum::<f64>() / n);
    let from_mean = |point: &[f64; 2]| [point[0] - mean[0], point[1] - mean[1]];
    let Some(last) = ring.last() else {
        return false;
    };
    let mut before = from_mean(last);
    let (mut n_left, mut n_right, mut n_upwards) = (0_usize, 0_usize, 0_usize);
    for point in ring {
        let here = from_mean(point);
        let (left, right) = (before[0] * here[1], before[1] * here[0]);
        let turn = left - right;
        // A step along a ray from the mean, or one that rounding could turn round, decides nothing.
        if turn.abs() <= 1e-9 * (left.abs() + right.abs()) || !turn.is_finite() {
            return false;
        }
        if turn > 0.0 {
            n_left += 1;
        } else {
            n_right += 1;
        }
        n_upwards += usize::from(before[1] < 0.0 && here[1] >= 0.0);
        before = here;
    }
    (n_left == 0 || n_right == 0) && n_upwards == 1
}

struct Edge {
    at: usize,
    p: [f64; 2],
    q: [f64; 2],
    low: [f64; 2],
    high: [f64; 2],
}

impl Edge {
    fn new(ring: &[[f64; 2]], at: usize) -> Self {
        let (p, q) = (ring[at], ring[(at + 1) % ring.len()]);
        Self {
            at,
            p,
            q,
            low: [p[0].min(q[0]), p[1].min(q[1])],
            high: [p[0].max(q[0]), p[1].max(q[1])],
        }
    }

    /// On which side of this edge a point lies; 0 on its line, up to rounding.
    fn side(&self, point: [f64; 2]) -> i8 {
        let along = [self.q[0] - self.p[0], self.q[1] - self.p[1]];
        let to = [point[0] - self.p[0], point[1] - self.p[1]];
        let (left, right) = (along[0] * to[1], along[1] * to[0]);
        let area = left - right;
        if area.abs() <= 1e-12 * (left.abs() + right.abs()) {
            0
        } else if area > 0.0 {
            1
        } else {
            -1
        }
    }

    /// Whether the ring passes through this edge at the start of `edge`: its neighbours lie on either side.
    fn passed_at_start_of(&self, ring: &[[f64; 2]], edge: &Self) -> bool {
        let n = ring.len();
        let within =
            (0..2).all(|axis| self.low[axis] <= edge.p[axis] && edge.p[axis] <= self.high[axis]);
        let before = ring[(edge.at + n - 1) % n];
        within
            && edge.p != self.p
            && edge.p != self.q
            && self.side(edge.p) == 0
            && self.side(before) * self.side(edge.q) < 0
    }
}

fn cross(ring: &[[f64; 2]], a: &Edge, b: &Edge) -> Option<[f64; 2]> {
    if a.side(b.p) * a.side(b.q) < 0 && b.side(a.p) * b.side(a.q) < 0 {
        let (da, db) = (
            [a.q[0] - a.p[0], a.q[1] - a.p[1]],
            [b.q[0] - b.p[0], b.q[1] - b.p[1]],
        );
        let scale = da[0] * db[1] - da[1] * db[0];
        let share = ((b.p[0] - a.p[0]) * db[1] - (b.p[1] - a.p[1]) * db[0]) / scale;
        return Some([a.p[0] + share * da[0], a.p[1] + share * da[1]]);
    }
    if a.passed_at_start_of(ring, b) {
        return Some(b.p);
    }
    b.passed_at_start_of(ring, a).then_some(a.p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Mask, RotatedRect};

    fn polygon(ring: &[[f64; 2]]) -> Shape {
        Shape::Polygon(MultiPolygon::from_ring(ring.to_vec()).expect("a ring"))
    }

    fn said(shape: &Shape) -> Option<String> {
        invalid(shape, Some((10, 8)))
    }

    #[test]
    fn a_bow_tie_crosses_itself_and_a_square_does_not() {
        let bow = [[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]];
        assert_eq!(
            said(&polygon(&bow)).as_deref(),
            Some("outline crosses itself near x `1.0`, y `1.0`")
        );
        let square = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]];
        assert_eq!(said(&polygon(&square)), None);
    }

    #[test]
    fn a_ring_around_its_mean_is_told_at_once_and_two_rounds_are_not_one() {
        let square = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]];
        assert!(is_star_shaped(&square));
        let turned: Vec<[f64; 2]> = square.iter().rev().copied().collect();
        assert!(is_star_shaped(&turned));
        // Five corners, every second one: runs twice around the middle, always in the same direction.
        let pentagram: Vec<[f64; 2]> = (0..5)
            .map(|at| {
                let (sin, cos) = (f64::from(at) * 4.0 * std::f64::consts::PI / 5.0 + 0.3).sin_cos();
                [4.0 + 3.0 * cos, 4.0 + 3.0 * sin]
            })
            .collect();
        assert!(!is_star_shaped(&pentagram));
        assert!(said(&polygon(&pentagram)).is_some_and(|said| said.contains("crosses")));
        let bow = [[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]];
        assert!(!is_star_shaped(&bow));
    }

    #[test]
    fn a_pinch_and_a_bridge_to_a_hole_are_touching_only() {
        let pinch = [
            [0.0, 0.0],
            [4.0, 0.0],
            [2.0, 2.0],
            [4.0, 4.0],
            [0.0, 4.0],
            [2.0, 2.0],
        ];
        assert_eq!(said(&polygon(&pinch)), None);
        let bridge = [
            [0.0, 0.0],
            [6.0, 0.0],
            [6.0, 6.0],
            [0.0, 6.0],
            [0.0, 0.0],
            [2.0, 2.0],
            [2.0, 4.0],
            [4.0, 4.0],
            [4.0, 2.0],
            [2.0, 2.0],
        ];
        assert_eq!(said(&polygon(&bridge)), None);
    }

    #[test]
    fn a_ring_that_passes_an_edge_at_a_corner_crosses_itself() {
        // The corner (2, 0) lies on the first edge; its neighbours lie above and below that edge.
        let ring = [
            [0.0, 0.0],
            [4.0, 0.0],
            [4.0, 2.0],
            [2.0, 0.0],
            [1.0, -1.0],
            [0.0, -1.0],
        ];
        assert!(said(&polygon(&ring)).is_some());
    }

    #[test]
    fn a_large_comb_is_checked_quickly() {
        let mut ring: Vec<[f64; 2]> = Vec::new();
        for tooth in 0..20_000 {
            let x = f64::from(tooth) * 2.0;
            ring.extend([[x, 0.0], [x, 1000.0], [x + 1.0, 1000.0], [x + 1.0, 0.0]]);
        }
        ring.extend([[40_000.0, -1.0], [0.0, -1.0]]);
        assert_eq!(invalid(&polygon(&ring), None), None);
        ring[10_001][0] += 1.5;
        assert!(invalid(&polygon(&ring), None).is_some());
    }

    #[test]
    fn shapes_may_reach_one_pixel_over_the_edge() {
        let at = |x1| Shape::Box(Rect::from_corners([1.0, 1.0], [x1, 7.0]));
        assert_eq!(said(&at(11.0)), None);
        assert_eq!(
            said(&at(11.5)).as_deref(),
            Some("reaches x `11.5`, outside the image (0 to `10`)")
        );
        assert_eq!(invalid(&at(11.5), None), None);
        let turned = Shape::RotatedBox(RotatedRect {
            cx: 5.0,
            cy: 4.0,
            width: 10.0,
            height: 2.0,
            angle_deg: 90.0,
        });
        assert_eq!(said(&turned), None);
        let turned = Shape::RotatedBox(RotatedRect {
            cx: 5.0,
            cy: 4.0,
            width: 11.0,
            height: 2.0,
            angle_deg: 90.0,
        });
        assert!(said(&turned).is_some());
    }

    #[test]
    fn empty_shapes_and_foreign_grids_are_flagged() {
        let flat = Shape::Box(Rect::from_corners([1.0, 1.0], [1.0, 7.0]));
        assert_eq!(
            said(&flat).as_deref(),
            Some("box is `0x6` px; both sides must be positive")
        );
        let empty = Shape::Mask(Mask::empty(10, 8).expect("a size"));
        assert_eq!(said(&empty).as_deref(), Some("mask is empty"));
        let foreign = Shape::Mask(Mask::from_bounds(8, 10, vec![0, 3]).expect("runs"));
        assert_eq!(
            said(&foreign).as_deref(),
            Some("mask is `8x10` px, the image `10x8`")
        );
        assert_eq!(
            said(&Shape::Keypoints(Vec::new())).as_deref(),
            Some("no point is set")
        );
    }
}
