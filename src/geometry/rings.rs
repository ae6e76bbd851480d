//! Outlines that do not meet themselves, made ready for areas by integrals along them.

use super::edge_boxes::{EdgeBoxes, RUN, Run, RunBoxes, less, more};
use super::orientation::{Side, orientation, side_of_moved_point};
use super::{MultiPolygon, Rect};

type Point = [f64; 2];

/// The rings of a shape whose outline nowhere meets itself and whose parts do not overlap.
pub(super) struct Rings {
    /// Places count from here in integrals, which keeps rounding small far from the origin.
    pub origin: Point,
    /// Ring after ring, four edges each; the last run of a ring is filled up with edges without length, which meet nothing.
    pub runs: Vec<Run>,
    /// At the start of each run: half the integral of `x dy − y dx` along its ring so far.
    pub swept: Vec<f64>,
    pub rings: Vec<Ring>,
    pub boxes: EdgeBoxes,
}

pub(super) struct Ring {
    /// Runs `from..to`.
    pub from: usize,
    pub to: usize,
    n_edges: usize,
    part: usize,
    /// Signed area that the ring encloses as drawn.
    pub enclosed: f64,
    /// Whether the shape lies to the left of the ring as drawn, in the sense of [`orientation`].
    pub shape_on_left: bool,
}

impl Rings {
    /// `None` where an outline meets itself or another of its shape, where parts overlap, and where numbers are too large or small to
    /// tell. The sweep takes those.
    pub fn of(shape: &MultiPolygon, bounds: &Rect) -> Option<Self> {
        let n_runs = shape.rings().map(|ring| ring.len().div_ceil(RUN)).sum();
        let n_rings = shape.rings().count();
        let mut rings = Self {
            origin: bounds.centre_px(),
            runs: Vec::with_capacity(n_runs),
            swept: Vec::with_capacity(n_runs),
            rings: Vec::with_capacity(n_rings),
            boxes: EdgeBoxes::with_capacity(n_runs),
        };
        let mut simple = true;
        for (part, polygon) in shape.parts.iter().enumerate() {
            for ring in polygon.rings() {
                simple &= if ring.windows(2).all(|pair| pair[0] != pair[1]) {
                    rings.push(part, ring, bounds)
                } else {
                    let mut distinct = ring.to_vec();
                    distinct.dedup();
                    rings.push(part, &distinct, bounds)
                };
            }
        }
        if simple && n_rings <= 1 {
            return Some(rings);
        }
        rings.check_edges()?;
        rings.nest()?;
        Some(rings)
    }

    /// Area of the shape.
    pub fn area(&self) -> f64 {
        let signed = self.rings.iter().map(|ring| ring.sign() * ring.enclosed);
        signed.sum::<f64>().max(0.0)
    }

    /// Adds a ring; whether it is simple as seen from the origin ([`Fan`]).
    fn push(&mut self, part: usize, ring: &[Point], bounds: &Rect) -> bool {
        let from = self.runs.len();
        let (mut fan, origin) = (Fan::default(), self.origin);
        fan.add_ring(origin, ring, |run, swept| {
            self.runs.push(*run);
            self.swept.push(swept);
            self.boxes.push(run);
        });
        let enclosed = 0.5 * fan.sum;
        self.rings.push(Ring {
            from,
            to: self.runs.len(),
            n_edges: ring.len(),
            part,
            enclosed,
            shape_on_left: enclosed > 0.0,
        });
        fan.is_simple(bounds)
    }

    /// Refuses edges that meet others, but for the point that neighbours share.
    fn check_edges(&self) -> Option<()> {
        self.boxes.pairs(&self.boxes, |i, j, shared| {
            if i > j {
                return Some(());
            }
            let (ours, theirs) = (RunBoxes::of(&self.runs[i]), RunBoxes::of(&self.runs[j]));
            for e in ours.touching(shared) {
                for f in theirs.touching(&ours.edge(e)) {
                    if i < j || e < f {
                        self.check_pair([i, e], [j, f])?;
                    }
                }
            }
            Some(())
        })
    }

    /// Two edges, each by run and place in the run, the first before the second.
    fn check_pair(&self, e: [usize; 2], f: [usize; 2]) -> Option<()> {
        let ([p, q], [r, s]) = (self.edge(e), self.edge(f));
        if p == q || r == s {
            return Some(());
        }
        let ring = self.ring_of(e[0]);
        if (ring.from..ring.to).contains(&f[0]) {
            let apart = (f[0] - e[0]) * RUN + f[1] - e[1];
            if apart == 1 || apart + 1 == ring.n_edges {
                // The corner that they share lies between the two others, or the outline runs back over itself.
                let [before, corner, after] = if apart == 1 { [p, q, s] } else { [r, s, q] };
                let on = (corner[0] - before[0]) * (after[0] - corner[0])
                    + (corner[1] - before[1]) * (after[1] - corner[1]);
                return (on > 0.0 || orientation(before, corner, after)? != 0.0).then_some(());
            }
        }
        let apart = |from, to, r, s| {
            let (one, other) = (orientation(from, to, r)?, orientation(from, to, s)?);
            Some((one > 0.0 && other > 0.0) || (one < 0.0 && other < 0.0))
        };
        (apart(p, q, r, s)? || apart(r, s, p, q)?).then_some(())
    }

    /// Tells holes from islands; refuses parts that lie within each other. Rings are known not to meet.
    fn nest(&mut self) -> Option<()> {
        let n_parts = self.rings.last().map_or(0, |ring| ring.part + 1);
        let mut flips = vec![false; self.rings.len()];
        let mut odd = vec![false; n_parts];
        for (ring, flip) in self.rings.iter().zip(&mut flips) {
            odd.fill(false);
            let point = self.start(ring);
            let below = |y: f64| y > point[1];
            self.to_the_right(point, below, side_of_moved_point, |run| {
                let other = self.ring_of(run);
                odd[other.part] ^= other.from != ring.from;
            })?;
            *flip = odd[ring.part];
            odd[ring.part] = false;
            if odd.contains(&true) {
                return None;
            }
        }
        for (ring, flip) in self.rings.iter_mut().zip(flips) {
            ring.shape_on_left ^= flip;
        }
        Some(())
    }

    /// Whether a point lies in the shape; `above` and `side` as for [`Self::to_the_right`].
    pub fn covers(
        &self,
        point: Point,
        above: impl Fn(f64) -> bool,
        side: impl Fn(Point, Point, Point) -> Option<Side>,
    ) -> Option<bool> {
        let mut inside = false;
        self.to_the_right(point, above, side, |_| inside = !inside)?;
        Some(inside)
    }

    /// Calls `found` with the run of every edge that crosses the point's height to its right. `above` says whether an end of an edge
    /// counts as above the point, `side` on which side of an edge the point counts.
    fn to_the_right(
        &self,
        point: Point,
        above: impl Fn(f64) -> bool,
        side: impl Fn(Point, Point, Point) -> Option<Side>,
        mut found: impl FnMut(usize),
    ) -> Option<()> {
        let ray = Rect {
            x0: point[0],
            y0: point[1],
            x1: f64::INFINITY,
            y1: point[1],
        };
        self.boxes.touching(&ray, |run| {
            for ends in self.runs[run].windows(2) {
                let [p, q] = [ends[0], ends[1]];
                if above(p[1]) == above(q[1]) || more(p[0], q[0]) < point[0] {
                    continue;
                }
                if less(p[0], q[0]) > point[0] || side(p, q, point)?.left == (q[1] > p[1]) {
                    found(run);
                }
            }
            Some(())
        })
    }

    /// An edge by its run and its place in the run.
    #[inline]
    pub fn edge(&self, [run, place]: [usize; 2]) -> [Point; 2] {
        let run = &self.runs[run];
        [run[place], run[place + 1]]
    }

    /// The ring that a run belongs to.
    #[inline]
    pub fn ring_of(&self, run: usize) -> &Ring {
        let after = self.rings.partition_point(|ring| ring.from <= run);
        &self.rings[after.saturating_sub(1)]
    }

    /// The point at which a ring starts.
    pub fn start(&self, ring: &Ring) -> Point {
        self.runs.get(ring.from).map_or(self.origin, |run| run[0])
    }

    /// Half the integral of `x dy − y dx` along the ring from its start to a place on an edge, which counts from the origin.
    pub fn swept_to(&self, [run, place]: [usize; 2], at: Point) -> f64 {
        let points = &self.runs[run];
        let from_origin = |[x, y]: Point| [x - self.origin[0], y - self.origin[1]];
        let whole = points.windows(2).take(place);
        let whole: f64 = whole
            .map(|ends| cross(from_origin(ends[0]), from_origin(ends[1])))
            .sum();
        self.swept[run] + 0.5 * (whole + cross(from_origin(points[place]), at))
    }
}

impl Ring {
    /// 1 where the shape lies to the left, else −1.
    #[inline]
    pub fn sign(&self) -> f64 {
        if self.shape_on_left { 1.0 } else { -1.0 }
    }
}

/// Twice the signed area of the triangle between the origin and two places that count from it.
#[inline]
fn cross(p: Point, q: Point) -> f64 {
    p[0] * q[1] - p[1] * q[0]
}

/// Triangles from one point to the edges of a ring, one after another. Where all turn the same way, and once around, they do not
/// overlap: the ring is seen whole from that point and cannot meet itself.
pub(super) struct Fan {
    /// Twice the signed area.
    pub sum: f64,
    least: f64,
    most: f64,
    n_rises: u32,
}

impl Default for Fan {
    fn default() -> Self {
        Self {
            sum: 0.0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            n_rises: 0,
        }
    }
}

impl Fan {
    /// Adds all edges of a ring; hands on its runs, each with half the signed area before it.
    #[inline]
    pub fn add_ring(&mut self, origin: Point, ring: &[Point], mut each: impl FnMut(&Run, f64)) {
        let mut rest = ring;
        while let Some(run) = rest.first_chunk() {
            each(run, 0.5 * self.sum);
            let [a, b, c, d] = self.add_run(origin, run);
            self.least = less(less(less(a, b), less(c, d)), self.least);
            self.most = more(more(more(a, b), more(c, d)), self.most);
            rest = &rest[RUN..];
        }
        if let Some(&first) = ring.first() {
            let mut run = [first; RUN + 1];
            run[..rest.len()].copy_from_slice(rest);
            each(&run, 0.5 * self.sum);
            for &area in self.add_run(origin, &run).iter().take(rest.len()) {
                self.least = less(area, self.least);
                self.most = more(area, self.most);
            }
        }
    }

    /// Adds the edges of a run; twice the area of the triangle to each.
    #[inline]
    fn add_run(&mut self, origin: Point, run: &Run) -> [f64; RUN] {
        let from = run.map(|[x, y]| [x - origin[0], y - origin[1]]);
        let areas: [f64; RUN] = std::array::from_fn(|edge| cross(from[edge], from[edge + 1]));
        for ends in from.windows(2) {
            self.n_rises += u32::from((ends[0][1] < 0.0) & (ends[1][1] >= 0.0));
        }
        self.sum += (areas[0] + areas[1]) + (areas[2] + areas[3]);
        areas
    }

    /// Whether the ring is seen whole from the middle of `bounds`, from which the triangles were drawn, beyond any doubt of rounding.
    pub fn is_simple(&self, bounds: &Rect) -> bool {
        // As in `orientation`: both products are at most a quarter of the box; doubled, to be safe from rounding here.
        let doubt = 3.4e-16 * bounds.area_px2() + 1e-300;
        (self.least > doubt || self.most < -doubt) && self.n_rises == 1
    }
}
