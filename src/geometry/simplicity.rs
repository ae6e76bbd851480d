//! Where an outline meets itself.

use super::MultiPolygon;
use super::orientation::orientation;
use super::polygon::edges;

impl MultiPolygon {
    /// Whether no part's outline meets itself; see [`Self::self_intersections`].
    ///
    /// # Example
    /// ```
    /// use concord::geometry::MultiPolygon;
    /// let bow = MultiPolygon::from_ring(vec![[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]])?;
    /// assert!(!bow.is_simple());
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Checked against
    /// `is_valid` of shapely 2.2.0 on 400 random rings, `tests/oracles/vectors/crossings.json`.
    pub fn is_simple(&self) -> bool {
        self.self_intersections().is_empty()
    }

    /// Points `[x, y]` where a part's outline meets itself, by rising x then y.
    ///
    /// # Definition
    /// Within a ring: two edges that are not neighbours cross, touch or run over each other, or neighbours run back over each
    /// other. Between the rings of a part: edges cross or run over each other; touching at a point is allowed. Different parts are
    /// not held against each other. Whether edges touch is decided exactly; where they cross is rounded.
    ///
    /// Areas need no repair: each part is read by the even-odd rule ([`Self::area_px2`]). An import flags such an outline as invalid,
    /// and a comparison leaves it out.
    /// # Input
    /// Rings of three points or more.
    /// # Edge cases
    /// Empty for a shape without points. A point where several pairs of edges meet is given once.
    /// # Properties
    /// Independent of where a ring starts and which way it runs.
    /// # Errors
    /// None; coordinates that are not finite meet nothing.
    /// # Example
    /// ```
    /// use concord::geometry::MultiPolygon;
    /// let bow = MultiPolygon::from_ring(vec![[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]])?;
    /// assert_eq!(bow.self_intersections(), [[1.0, 1.0]]);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Reference
    /// Shewchuk 1997, doi:10.1007/PL00009321 (exact signs).
    /// # Checked against
    /// `is_valid` of shapely 2.2.0 on 400 random rings, `tests/oracles/vectors/crossings.json`.
    pub fn self_intersections(&self) -> Vec<[f64; 2]> {
        let mut found = Vec::new();
        for part in &self.parts {
            let mut list = Vec::new();
            for (ring, points) in part.rings().enumerate() {
                let n = points.len();
                list.extend(edges(points).enumerate().map(|(index, ends)| Edge {
                    ring,
                    index,
                    n,
                    ends,
                }));
            }
            list.sort_unstable_by(|e, f| e.left().total_cmp(&f.left()));
            let mut open: Vec<&Edge> = Vec::new();
            for edge in &list {
                open.retain(|other| other.right() >= edge.left());
                found.extend(open.iter().filter_map(|other| edge.conflict(other)));
                open.push(edge);
            }
        }
        found.sort_unstable_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
        found.dedup();
        found
    }
}

struct Edge {
    ring: usize,
    index: usize,
    /// Edges of the ring.
    n: usize,
    ends: [[f64; 2]; 2],
}

/// How two edges meet.
#[derive(PartialEq)]
enum Meeting {
    Cross,
    Touch,
    Along,
}

impl Edge {
    fn left(&self) -> f64 {
        self.ends[0][0].min(self.ends[1][0])
    }

    fn right(&self) -> f64 {
        self.ends[0][0].max(self.ends[1][0])
    }

    fn conflict(&self, other: &Self) -> Option<[f64; 2]> {
        let (meeting, at) = meeting(self.ends, other.ends)?;
        let apart = self.index.abs_diff(other.index);
        let neighbours = self.ring == other.ring && (apart == 1 || apart + 1 == self.n);
        let allowed = meeting == Meeting::Touch && (neighbours || self.ring != other.ring);
        (!allowed).then_some(at)
    }
}

fn meeting([p, q]: [[f64; 2]; 2], [r, s]: [[f64; 2]; 2]) -> Option<(Meeting, [f64; 2])> {
    let apart = |axis: usize| {
        p[axis].max(q[axis]) < r[axis].min(s[axis]) || r[axis].max(s[axis]) < p[axis].min(q[axis])
    };
    if apart(0) || apart(1) {
        return None;
    }
    let sides = [turn(p, q, r), turn(p, q, s), turn(r, s, p), turn(r, s, q)];
    let opposite = |a: f64, b: f64| (a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0);
    if opposite(sides[0], sides[1]) && opposite(sides[2], sides[3]) {
        let share = sides[2] / (sides[2] - sides[3]);
        let at = [p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])];
        return Some((Meeting::Cross, at));
    }
    // Ends of one edge on the other; two different ones mean that the edges run over each other.
    let on = |(side, point, ends): (f64, [f64; 2], [[f64; 2]; 2])| {
        let inside = (0..2).all(|axis| {
            let (low, high) = (
                ends[0][axis].min(ends[1][axis]),
                ends[0][axis].max(ends[1][axis]),
            );
            low <= point[axis] && point[axis] <= high
        });
        (side == 0.0 && inside).then_some(point)
    };
    let cases = [
        (sides[0], r, [p, q]),
        (sides[1], s, [p, q]),
        (sides[2], p, [r, s]),
        (sides[3], q, [r, s]),
    ];
    let mut points = cases.into_iter().filter_map(on);
    let first = points.next()?;
    let kind = if points.any(|point| point != first) {
        Meeting::Along
    } else {
        Meeting::Touch
    };
    Some((kind, first))
}

/// Twice the signed area of a triangle, its sign exact; beyond the reach of exact arithmetic, rounded.
fn turn(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    let rounded = || (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    orientation(a, b, c).unwrap_or_else(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Polygon, Rect};

    fn ring(points: &[[f64; 2]]) -> MultiPolygon {
        MultiPolygon::from_ring(points.to_vec()).unwrap()
    }

    #[test]
    fn a_square_is_simple_and_a_bow_tie_is_not() {
        let square = MultiPolygon::from(&Rect::from_corners([0.0, 0.0], [2.0, 2.0]));
        assert!(square.is_simple());
        let bow = ring(&[[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]]);
        assert_eq!(bow.self_intersections(), [[1.0, 1.0]]);
    }

    #[test]
    fn a_ring_that_touches_itself_is_not_simple() {
        let eight = ring(&[
            [0.0, 0.0],
            [2.0, 2.0],
            [4.0, 0.0],
            [4.0, 4.0],
            [2.0, 2.0],
            [0.0, 4.0],
        ]);
        assert_eq!(eight.self_intersections(), [[2.0, 2.0]]);
    }

    #[test]
    fn a_spike_that_runs_back_over_itself_is_not_simple() {
        let spike = ring(&[[0.0, 0.0], [4.0, 0.0], [2.0, 0.0], [2.0, 3.0]]);
        assert!(!spike.is_simple());
        let triangle = ring(&[[0.0, 0.0], [4.0, 0.0], [2.0, 3.0]]);
        assert!(triangle.is_simple());
    }

    #[test]
    fn a_hole_may_touch_the_exterior_but_not_cross_it() {
        let exterior = Rect::from_corners([0.0, 0.0], [4.0, 4.0])
            .to_polygon()
            .exterior;
        let with = |hole: Vec<[f64; 2]>| {
            MultiPolygon::from(Polygon::new(exterior.clone(), vec![hole]).unwrap())
        };
        assert!(with(vec![[0.0, 2.0], [1.0, 1.0], [1.0, 3.0]]).is_simple());
        assert!(!with(vec![[-1.0, 2.0], [1.0, 1.0], [1.0, 3.0]]).is_simple());
    }
}
