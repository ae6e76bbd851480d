//! Exact mean and greatest distance from one outline or line to another.

use super::MultiPolygon;
use super::polygon::edges;
use super::segment_tree::SegmentTree;

/// Straight pieces of an outline or of an open line, ready for distance queries.
pub struct Outline {
    segments: Vec<[[f64; 2]; 2]>,
    tree: SegmentTree,
}

/// Distances from every point of one outline to the nearest of another.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OutlineDistance {
    /// Integral of the distance along the outline, px².
    pub integral_px2: f64,
    /// Length of the outline, px.
    pub length_px: f64,
    pub maximum_px: f64,
}

impl Outline {
    /// All rings of a polygon as drawn; `None` without points.
    pub fn of_polygon(polygon: &MultiPolygon) -> Option<Self> {
        Self::new(polygon.rings().flat_map(edges).collect())
    }

    /// An open line; a single point is a line of no length; `None` without points.
    pub fn of_line(points: &[[f64; 2]]) -> Option<Self> {
        match points {
            [point] => Self::new(vec![[*point, *point]]),
            _ => Self::new(points.windows(2).map(|pair| [pair[0], pair[1]]).collect()),
        }
    }

    fn new(segments: Vec<[[f64; 2]; 2]>) -> Option<Self> {
        let tree = SegmentTree::new(&segments)?;
        Some(Self { segments, tree })
    }

    /// Distance from this outline to `other`: its integral along this outline, and its maximum.
    ///
    /// # Definition
    /// Along a straight piece the squared distance to a corner, or to the inside of a straight piece, of `other` is a quadratic of
    /// the place. Pieces are cut where two such quadratics meet; in between one is the least, and its root is integrated in closed
    /// form. Exact up to rounding: no sampling.
    pub fn distance_to(&self, other: &Self) -> OutlineDistance {
        let mut sum = OutlineDistance::default();
        for &[p, q] in &self.segments {
            let length = (q[0] - p[0]).hypot(q[1] - p[1]);
            if length > 0.0 {
                let along = [(q[0] - p[0]) / length, (q[1] - p[1]) / length];
                other.gather([p, along], [0.0, length], 0, &mut sum);
            } else {
                let distance = other.tree.nearest(&other.segments, p);
                sum.maximum_px = sum.maximum_px.max(distance);
            }
            sum.length_px += length;
        }
        sum
    }

    /// Mean distance over both outlines, each point weighted by length: the sum of the two integrals over the sum of the lengths.
    /// Two outlines without length: the mean of their greatest distances.
    pub fn mean_symmetric_distance_px(&self, other: &Self) -> f64 {
        let (to, from) = (self.distance_to(other), other.distance_to(self));
        let length = to.length_px + from.length_px;
        if length > 0.0 {
            (to.integral_px2 + from.integral_px2) / length
        } else {
            0.5 * (to.maximum_px + from.maximum_px)
        }
    }

    /// Hausdorff distance: the greatest distance from any point of either outline to the nearest of the other.
    pub fn hausdorff_px(&self, other: &Self) -> f64 {
        let (to, from) = (self.distance_to(other), other.distance_to(self));
        to.maximum_px.max(from.maximum_px)
    }

    /// Adds the stretch `from..to` of the ray `[start, direction]`; halves it while many segments are near.
    fn gather(
        &self,
        ray: [[f64; 2]; 2],
        [from, to]: [f64; 2],
        depth: u32,
        sum: &mut OutlineDistance,
    ) {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let [start, along] = ray;
        let centre = [start[0] + middle * along[0], start[1] + middle * along[1]];
        let nearest = self.tree.nearest(&self.segments, centre);
        // From no point of the stretch is the nearest segment further from the centre than this.
        let reach = (nearest + 2.0 * half) * (1.0 + 1e-9);
        let near = self.tree.within(&self.segments, centre, reach);
        if near.len() > MANY && depth < DEEPEST {
            self.gather(ray, [from, middle], depth + 1, sum);
            self.gather(ray, [middle, to], depth + 1, sum);
            return;
        }
        let mut features = Vec::with_capacity(3 * near.len());
        for index in near {
            push_features(self.segments[index], centre, along, half, &mut features);
        }
        add_stretch(&features, half, sum);
    }
}

/// More near segments than this, and a stretch is halved, up to `DEEPEST` times.
const MANY: usize = 5;
const DEEPEST: u32 = 8;

/// What a point can be nearest to; places count from the centre of the stretch.
#[derive(Clone, Copy, PartialEq)]
struct Feature {
    /// Squared distance at place s: `square[0] + square[1]·s + square[2]·s²`.
    square: [f64; 3],
    from: f64,
    to: f64,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Nearest at place `at`, there at the squared distance `square`.
    Corner { at: f64, square: f64 },
    /// Signed distance `offset + slope·s`.
    Side { offset: f64, slope: f64 },
}

fn push_features(
    [p, q]: [[f64; 2]; 2],
    centre: [f64; 2],
    along: [f64; 2],
    half: f64,
    features: &mut Vec<Feature>,
) {
    for corner in [p, q] {
        let [x, y] = [corner[0] - centre[0], corner[1] - centre[1]];
        let at = x * along[0] + y * along[1];
        let aside = x * along[1] - y * along[0];
        let feature = Feature {
            square: [at * at + aside * aside, -2.0 * at, 1.0],
            from: -half,
            to: half,
            kind: Kind::Corner {
                at,
                square: aside * aside,
            },
        };
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
    let length = (q[0] - p[0]).hypot(q[1] - p[1]);
    if length == 0.0 {
        return;
    }
    let side = [(q[0] - p[0]) / length, (q[1] - p[1]) / length];
    let [x, y] = [centre[0] - p[0], centre[1] - p[1]];
    // Foot of the perpendicular, in lengths along the side: foot + pace · s.
    let (foot, pace) = (
        side[0] * x + side[1] * y,
        side[0] * along[0] + side[1] * along[1],
    );
    let (mut from, mut to) = (-half, half);
    if pace != 0.0 {
        let (first, last) = (-foot / pace, (length - foot) / pace);
        from = from.max(first.min(last));
        to = to.min(first.max(last));
    } else if foot < 0.0 || foot > length {
        return;
    }
    if from < to {
        let (offset, slope) = (
            side[0] * y - side[1] * x,
            side[0] * along[1] - side[1] * along[0],
        );
        features.push(Feature {
            square: [offset * offset, 2.0 * offset * slope, slope * slope],
            from,
            to,
            kind: Kind::Side { offset, slope },
        });
    }
}

/// Adds the integral and maximum of the least feature over `-half..half`.
fn add_stretch(features: &[Feature], half: f64, sum: &mut OutlineDistance) {
    let mut cuts = vec![-half, half];
    for (index, f) in features.iter().enumerate() {
        cuts.extend([f.from, f.to]);
        for g in &features[index + 1..] {
            let gap: [f64; 3] = std::array::from_fn(|k| f.square[k] - g.square[k]);
            let (from, to) = (f.from.max(g.from), f.to.min(g.to));
            cuts.extend(
                roots(gap)
                    .into_iter()
                    .flatten()
                    .filter(|&at| from < at && at < to),
            );
        }
    }
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let middle = 0.5 * (from + to);
        let square = |f: &Feature| f.square[0] + middle * (f.square[1] + middle * f.square[2]);
        let open = features
            .iter()
            .filter(|f| f.from <= middle && middle <= f.to);
        let least = open.min_by(|f, g| square(f).total_cmp(&square(g)));
        if let Some(feature) = least {
            sum.integral_px2 += feature.kind.integral(from, to);
            for end in pair {
                // Where two quadratics barely meet, the place of their meeting is only known to the root of a rounding.
                if feature.kind.distance(*end) > sum.maximum_px {
                    let least = least_at(features, *end);
                    sum.maximum_px = sum.maximum_px.max(least);
                }
            }
        }
    }
}

/// Distance from a place to the nearest feature.
fn least_at(features: &[Feature], place: f64) -> f64 {
    let open = features.iter().filter(|f| f.from <= place && place <= f.to);
    open.map(|f| f.kind.distance(place))
        .fold(f64::INFINITY, f64::min)
}

impl Kind {
    fn distance(self, place: f64) -> f64 {
        match self {
            Self::Corner { at, square } => ((place - at) * (place - at) + square).sqrt(),
            Self::Side { offset, slope } => (offset + slope * place).abs(),
        }
    }

    fn integral(self, from: f64, to: f64) -> f64 {
        match self {
            Self::Corner { at, square } => {
                let aside = square.sqrt();
                let up_to = |place: f64| {
                    let x = place - at;
                    let curved = if aside > 0.0 {
                        square * (x / aside).asinh()
                    } else {
                        0.0
                    };
                    0.5 * (x * (x * x + square).sqrt() + curved)
                };
                up_to(to) - up_to(from)
            }
            Self::Side { offset, slope } => {
                let (first, last) = (offset + slope * from, offset + slope * to);
                if first * last >= 0.0 {
                    0.5 * (first + last).abs() * (to - from)
                } else {
                    0.5 * (first * first + last * last) / slope.abs()
                }
            }
        }
    }
}

/// Real roots of `c0 + c1·s + c2·s²`.
fn roots([c0, c1, c2]: [f64; 3]) -> [Option<f64>; 2] {
    let finite = |root: f64| root.is_finite().then_some(root);
    let inner = c1 * c1 - 4.0 * c0 * c2;
    if inner < 0.0 {
        return [None, None];
    }
    // The form without cancellation; with c2 = 0 its second root is the one of the line.
    let sum = -0.5 * (c1 + inner.sqrt().copysign(c1));
    [finite(sum / c2), finite(c0 / sum)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::Rect;

    fn outline(x0: f64, y0: f64, x1: f64, y1: f64) -> Outline {
        let rect = Rect::from_corners([x0, y0], [x1, y1]);
        Outline::of_polygon(&MultiPolygon::from(&rect)).unwrap()
    }

    #[test]
    fn a_line_beside_a_parallel_line_is_at_its_distance() {
        let a = Outline::of_line(&[[0.0, 0.0], [4.0, 0.0]]).unwrap();
        let b = Outline::of_line(&[[0.0, 3.0], [4.0, 3.0]]).unwrap();
        let found = a.distance_to(&b);
        assert_eq!(
            (found.integral_px2, found.length_px, found.maximum_px),
            (12.0, 4.0, 3.0)
        );
        assert_eq!(a.mean_symmetric_distance_px(&b), 3.0);
    }

    #[test]
    fn a_line_that_crosses_another_falls_to_zero_and_rises() {
        let a = Outline::of_line(&[[-2.0, -2.0], [2.0, 2.0]]).unwrap();
        let b = Outline::of_line(&[[-9.0, 0.0], [9.0, 0.0]]).unwrap();
        let found = a.distance_to(&b);
        // Distance |y| along a diagonal of length 2·√8: mean 1.
        assert!((found.integral_px2 / found.length_px - 1.0).abs() < 1e-12);
        assert!((found.maximum_px - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_square_around_a_square_gains_length_at_its_corners() {
        let (inner, outer) = (outline(1.0, 1.0, 3.0, 3.0), outline(0.0, 0.0, 4.0, 4.0));
        assert!((inner.distance_to(&outer).integral_px2 - 8.0).abs() < 1e-12);
        // Each outer side: 2 px at distance 1, and 1 px at either end whose distance to the corner is √(1 + s²).
        let end = 0.5 * (2.0_f64.sqrt() + 1.0_f64.asinh());
        let found = outer.distance_to(&inner);
        assert!((found.integral_px2 - 4.0 * (2.0 + 2.0 * end)).abs() < 1e-12);
        assert!((found.maximum_px - 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn an_outline_is_at_no_distance_from_itself_and_points_from_points() {
        let a = outline(0.3, 0.1, 7.7, 4.9);
        assert!(a.mean_symmetric_distance_px(&a) < 1e-12);
        let p = Outline::of_line(&[[0.0, 0.0]]).unwrap();
        let q = Outline::of_line(&[[3.0, 4.0]]).unwrap();
        assert_eq!(p.mean_symmetric_distance_px(&q), 5.0);
        assert!(Outline::of_line(&[]).is_none());
    }

    fn ring() -> impl Strategy<Value = Vec<[f64; 2]>> {
        proptest::collection::vec([0.0..20.0, 0.0..20.0], 3..25)
    }

    proptest! {
        #[test]
        fn the_integral_agrees_with_dense_sampling(a in ring(), b in ring()) {
            let outlines = [a, b].map(|exterior| Outline::new(edges(&exterior).collect()).unwrap());
            let [a, b] = &outlines;
            let found = a.distance_to(b);
            let (mut integral, mut maximum, n) = (0.0, 0.0_f64, 400);
            for [p, q] in &a.segments {
                let length = (q[0] - p[0]).hypot(q[1] - p[1]);
                for k in 0..n {
                    let share = (f64::from(k) + 0.5) / f64::from(n);
                    let at = [p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])];
                    let distance = b.tree.nearest(&b.segments, at);
                    integral += distance * length / f64::from(n);
                    maximum = maximum.max(distance);
                }
            }
            prop_assert!((found.integral_px2 - integral).abs() < 1e-3 * (1.0 + integral));
            prop_assert!(found.maximum_px >= maximum - 1e-9 && found.maximum_px < maximum + 0.1);
        }
    }
}
