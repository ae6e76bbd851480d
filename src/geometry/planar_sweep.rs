//! The slab sweep behind every polygon area: heights are cut wherever an edge starts, ends or meets another.

use super::polygon::{MultiPolygon, edges};

/// A trapezoid between two neighbouring edges and two heights, covered by `a`, `b` or both.
/// Coordinates count from the top left of the bounding box of both shapes, which keeps rounding small far from the origin.
pub(super) struct Piece {
    pub in_a: bool,
    pub in_b: bool,
    top: f64,
    bottom: f64,
    left: [f64; 2],
    right: [f64; 2],
}

impl Piece {
    pub fn area(&self) -> f64 {
        let doubled_width = (self.right[0] + self.right[1]) - (self.left[0] + self.left[1]);
        0.5 * doubled_width * (self.bottom - self.top)
    }

    /// Integrals of x and of y over the piece. Both integrands are quadratic in y, where Simpson's rule is exact.
    pub fn moments(&self) -> [f64; 2] {
        let middle = |side: [f64; 2]| 0.5 * (side[0] + side[1]);
        let ends = [
            (self.top, self.left[0], self.right[0]),
            (
                0.5 * (self.top + self.bottom),
                middle(self.left),
                middle(self.right),
            ),
            (self.bottom, self.left[1], self.right[1]),
        ];
        let mut sums = [0.0; 2];
        for ((y, left, right), weight) in ends.into_iter().zip([1.0, 4.0, 1.0]) {
            sums[0] += weight * 0.5 * (right - left) * (right + left);
            sums[1] += weight * y * (right - left);
        }
        sums.map(|sum| sum * (self.bottom - self.top) / 6.0)
    }
}

/// A non-horizontal edge, `y0 < y1`.
struct Edge {
    x0: f64,
    y0: f64,
    x1: f64,
    y1: f64,
    slope: f64,
    part: usize,
}

/// An edge where it crosses the slab at hand: x at the slab's top and bottom.
#[derive(Clone, Copy)]
struct Crossing {
    edge: usize,
    x: [f64; 2],
}

impl Crossing {
    fn middle(&self) -> f64 {
        self.x[0] + self.x[1]
    }

    fn at(&self, share: f64) -> f64 {
        self.x[0] + share * (self.x[1] - self.x[0])
    }
}

/// Hands every covered piece of the plane to `emit`.
///
/// # Definition
/// Inside a part: even-odd over its rings. Inside a shape: in at least one part. Horizontal edges bound no width and need no care.
/// Edges that meet within a slab split it there; an error in such a height changes areas in the second order only.
pub(super) fn sweep(a: &MultiPolygon, b: &MultiPolygon, mut emit: impl FnMut(Piece)) {
    let (edges, n_a_parts, n_parts) = gather(a, b);
    let mut heights: Vec<f64> = edges.iter().flat_map(|edge| [edge.y0, edge.y1]).collect();
    heights.sort_unstable_by(f64::total_cmp);
    heights.dedup();

    let mut slab = Slab {
        edges: &edges,
        n_a_parts,
        inside: vec![false; n_parts],
    };
    let (mut active, mut next) = (Vec::<Crossing>::new(), 0);
    for pair in heights.windows(2) {
        let (top, bottom) = (pair[0], pair[1]);
        active.retain(|crossing| edges[crossing.edge].y1 > top);
        for crossing in &mut active {
            crossing.x[0] = crossing.x[1];
        }
        while let Some(edge) = edges.get(next).filter(|edge| edge.y0 <= top) {
            active.push(Crossing {
                edge: next,
                x: [edge.x0; 2],
            });
            next += 1;
        }
        for crossing in &mut active {
            let edge = &edges[crossing.edge];
            crossing.x[1] = if edge.y1 <= bottom {
                edge.x1
            } else {
                edge.x0 + (bottom - edge.y0) * edge.slope
            };
        }
        sort_by_middle(&mut active);
        let meets = active
            .windows(2)
            .any(|pair| pair[0].x[0] > pair[1].x[0] || pair[0].x[1] > pair[1].x[1]);
        if meets {
            slab.split(top, bottom, &active, &mut emit);
        } else {
            slab.emit(top, bottom, &active, &mut emit);
        }
    }
}

/// All edges of both shapes by rising start, parts numbered through, `a` first.
fn gather(a: &MultiPolygon, b: &MultiPolygon) -> (Vec<Edge>, usize, usize) {
    let origin = match (a.bounding_box(), b.bounding_box()) {
        (Some(a), Some(b)) => [a.x0.min(b.x0), a.y0.min(b.y0)],
        (Some(only), None) | (None, Some(only)) => [only.x0, only.y0],
        (None, None) => [0.0; 2],
    };
    let mut list = Vec::new();
    for (part, polygon) in a.parts.iter().chain(&b.parts).enumerate() {
        for [p, q] in polygon.rings().flat_map(edges) {
            let (upper, lower) = if p[1] < q[1] { (p, q) } else { (q, p) };
            let [x0, y0] = [upper[0] - origin[0], upper[1] - origin[1]];
            let [x1, y1] = [lower[0] - origin[0], lower[1] - origin[1]];
            if y0 < y1 {
                list.push(Edge {
                    x0,
                    y0,
                    x1,
                    y1,
                    slope: (x1 - x0) / (y1 - y0),
                    part,
                });
            }
        }
    }
    list.sort_unstable_by(|p, q| p.y0.total_cmp(&q.y0));
    (list, a.parts.len(), a.parts.len() + b.parts.len())
}

struct Slab<'a> {
    edges: &'a [Edge],
    n_a_parts: usize,
    inside: Vec<bool>,
}

impl Slab<'_> {
    /// Emits the pieces of a slab in which no two edges meet, `crossings` sorted from the left.
    fn emit(
        &mut self,
        top: f64,
        bottom: f64,
        crossings: &[Crossing],
        emit: &mut impl FnMut(Piece),
    ) {
        let (mut n_in_a, mut n_in_b) = (0_usize, 0_usize);
        self.inside.fill(false);
        for pair in crossings.windows(2) {
            let part = self.edges[pair[0].edge].part;
            let inside = &mut self.inside[part];
            *inside = !*inside;
            let count = if part < self.n_a_parts {
                &mut n_in_a
            } else {
                &mut n_in_b
            };
            if *inside {
                *count += 1;
            } else {
                *count -= 1;
            }
            if n_in_a + n_in_b > 0 {
                emit(Piece {
                    in_a: n_in_a > 0,
                    in_b: n_in_b > 0,
                    top,
                    bottom,
                    left: pair[0].x,
                    right: pair[1].x,
                });
            }
        }
    }

    /// Cuts the slab at every height where two of its edges meet.
    fn split(
        &mut self,
        top: f64,
        bottom: f64,
        crossings: &[Crossing],
        emit: &mut impl FnMut(Piece),
    ) {
        let mut shares = vec![0.0, 1.0];
        for (index, p) in crossings.iter().enumerate() {
            for q in &crossings[index + 1..] {
                let (above, below) = (p.x[0] - q.x[0], p.x[1] - q.x[1]);
                if above * below < 0.0 {
                    shares.push(above / (above - below));
                }
            }
        }
        shares.sort_unstable_by(f64::total_cmp);
        shares.dedup();
        let height = bottom - top;
        let mut inner = crossings.to_vec();
        for pair in shares.windows(2) {
            for (crossing, whole) in inner.iter_mut().zip(crossings) {
                *crossing = Crossing {
                    edge: whole.edge,
                    x: [whole.at(pair[0]), whole.at(pair[1])],
                };
            }
            inner.sort_by(|p, q| p.middle().total_cmp(&q.middle()));
            let (from, to) = (top + pair[0] * height, top + pair[1] * height);
            self.emit(from, to, &inner, emit);
        }
    }
}

/// Insertion sort: from one slab to the next hardly anything moves.
fn sort_by_middle(crossings: &mut [Crossing]) {
    for index in 1..crossings.len() {
        let mut at = index;
        while at > 0 && crossings[at - 1].middle() > crossings[at].middle() {
            crossings.swap(at - 1, at);
            at -= 1;
        }
    }
}
