//! The slab sweep behind every polygon area: heights are cut wherever an edge starts, ends or meets another.

use super::OverlapAreas;
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
    part: usize,
}

/// An edge where it crosses the slab at hand: x at the slab's top and bottom, and how it goes on.
#[derive(Clone, Copy)]
struct Crossing {
    x: [f64; 2],
    start: [f64; 2],
    end: [f64; 2],
    slope: f64,
    part: usize,
}

impl Crossing {
    fn new(edge: &Edge) -> Self {
        Self {
            x: [edge.x0; 2],
            start: [edge.x0, edge.y0],
            end: [edge.x1, edge.y1],
            slope: (edge.x1 - edge.x0) / (edge.y1 - edge.y0),
            part: edge.part,
        }
    }

    /// Goes on down to `bottom`; each x comes from the edge's start, so that rounding does not build up.
    fn descend(&mut self, bottom: f64) {
        let x = if self.end[1] <= bottom {
            self.end[0]
        } else {
            self.start[0] + (bottom - self.start[1]) * self.slope
        };
        self.x = [self.x[1], x];
    }

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
    let gathered = gather(a, b);
    let (edges, order) = (&gathered.edges, &gathered.order);
    let mut slab = Slab {
        n_a_parts: a.parts.len(),
        inside: vec![false; a.parts.len() + b.parts.len()],
    };
    let (mut active, mut next) = (Vec::<Crossing>::new(), 0);
    for pair in gathered.heights.windows(2) {
        let (top, bottom) = (pair[0], pair[1]);
        // An edge that ends hands its place to one that starts there: most often the next of its ring.
        let mut index = 0;
        while let Some(crossing) = active.get_mut(index) {
            if crossing.end[1] > top {
                index += 1;
                continue;
            }
            match order
                .get(next)
                .map(|&at| &edges[at])
                .filter(|edge| edge.y0 <= top)
            {
                Some(edge) if edge.x0 == crossing.end[0] && edge.part == crossing.part => {
                    *crossing = Crossing::new(edge);
                    next += 1;
                    index += 1;
                }
                _ => {
                    active.remove(index);
                }
            }
        }
        while let Some(edge) = order
            .get(next)
            .map(|&at| &edges[at])
            .filter(|edge| edge.y0 <= top)
        {
            active.push(Crossing::new(edge));
            next += 1;
        }
        let (mut sorted, mut before) = (true, [f64::NEG_INFINITY; 2]);
        for crossing in &mut active {
            crossing.descend(bottom);
            sorted &= before[0] <= crossing.x[0] && before[1] <= crossing.x[1];
            before = crossing.x;
        }
        if !sorted {
            sort_by_middle(&mut active);
            sorted = active
                .windows(2)
                .all(|pair| pair[0].x[0] <= pair[1].x[0] && pair[0].x[1] <= pair[1].x[1]);
        }
        if sorted {
            slab.emit(top, bottom, &active, &mut emit);
        } else {
            slab.split(top, bottom, &active, &mut emit);
        }
    }
}

/// Areas of two shapes and of what they share.
pub(super) fn swept_areas(a: &MultiPolygon, b: &MultiPolygon) -> OverlapAreas {
    let mut areas = OverlapAreas {
        a_px2: 0.0,
        b_px2: 0.0,
        intersection_px2: 0.0,
    };
    sweep(a, b, |piece| {
        let area = piece.area();
        if piece.in_a {
            areas.a_px2 += area;
        }
        if piece.in_b {
            areas.b_px2 += area;
        }
        if piece.in_a && piece.in_b {
            areas.intersection_px2 += area;
        }
    });
    areas
}

struct Gathered {
    edges: Vec<Edge>,
    /// Edges by rising start.
    order: Vec<usize>,
    heights: Vec<f64>,
}

/// All edges of both shapes, parts numbered through, `a` first.
fn gather(a: &MultiPolygon, b: &MultiPolygon) -> Gathered {
    let origin = match (a.bounding_box(), b.bounding_box()) {
        (Some(a), Some(b)) => [a.x0.min(b.x0), a.y0.min(b.y0)],
        (Some(only), None) | (None, Some(only)) => [only.x0, only.y0],
        (None, None) => [0.0; 2],
    };
    let (mut list, mut heights) = (Vec::new(), Vec::new());
    for (part, polygon) in a.parts.iter().chain(&b.parts).enumerate() {
        for [p, q] in polygon.rings().flat_map(edges) {
            let (upper, lower) = if p[1] < q[1] { (p, q) } else { (q, p) };
            let [x0, y0] = [upper[0] - origin[0], upper[1] - origin[1]];
            let [x1, y1] = [lower[0] - origin[0], lower[1] - origin[1]];
            heights.push(p[1] - origin[1]);
            if y0 < y1 {
                list.push(Edge {
                    x0,
                    y0,
                    x1,
                    y1,
                    part,
                });
            }
        }
    }
    // Rings rise and fall in long runs, which a stable sort merges instead of sorting them anew.
    heights.sort_by(f64::total_cmp);
    heights.dedup();
    let mut starts: Vec<(f64, usize)> = list.iter().map(|edge| edge.y0).zip(0..).collect();
    starts.sort_by(|p, q| p.0.total_cmp(&q.0));
    Gathered {
        edges: list,
        order: starts.into_iter().map(|(_, index)| index).collect(),
        heights,
    }
}

struct Slab {
    n_a_parts: usize,
    inside: Vec<bool>,
}

impl Slab {
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
            let part = pair[0].part;
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
                    x: [whole.at(pair[0]), whole.at(pair[1])],
                    ..*whole
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
