//! Shapes between two keyframes, as CVAT finds them: boxes, ellipses, cuboids and single points move in a straight line, turns go the
//! shorter way round, masks and sets of points stay, outlines and lines are matched along their length.

use super::drawing::Motion;
use crate::domain::{Keypoint, Shape};
use crate::geometry::{Ellipse, MultiPolygon, Rect, RotatedRect};

/// The way from one keyframe to the next, prepared once for all frames between.
pub(super) enum Way<'a> {
    Stays(&'a Shape),
    Straight(&'a Shape, &'a Shape),
    Ring(Matched),
    Line(Matched),
}

impl<'a> Way<'a> {
    /// `None` where two keyframes are of different kinds or have no length, so that there is no way between them.
    pub fn new(from: &'a Shape, to: &'a Shape, motion: Motion) -> Option<Self> {
        match (motion, from, to) {
            (Motion::Stays, _, _) => Some(Self::Stays(from)),
            (Motion::Straight, _, _) => straight(from, to, 0.0).map(|_| Self::Straight(from, to)),
            (Motion::Matched, Shape::Polygon(a), Shape::Polygon(b)) => {
                Matched::new(closed(a)?, closed(b)?).map(Self::Ring)
            }
            (Motion::Matched, Shape::Polyline(a), Shape::Polyline(b)) => {
                Matched::new(a.clone(), b.clone()).map(Self::Line)
            }
            (Motion::Matched, _, _) => None,
        }
    }

    /// The shape at a share of the way.
    pub fn at(&self, share: f64) -> Option<Shape> {
        match self {
            Self::Stays(shape) => Some((*shape).clone()),
            Self::Straight(from, to) => straight(from, to, share),
            Self::Ring(matched) => {
                let mut ring = matched.at(share);
                ring.pop();
                MultiPolygon::from_ring(ring).ok().map(Shape::Polygon)
            }
            Self::Line(matched) => {
                let line = matched.at(share);
                (line.len() > 1).then_some(Shape::Polyline(line))
            }
        }
    }

    /// At most how many numbers a shape on the way holds, so that memory can be asked for before it is used.
    pub fn weight(&self) -> u64 {
        match self {
            Self::Stays(shape) | Self::Straight(shape, _) => weight(shape),
            Self::Ring(matched) | Self::Line(matched) => 2 * matched.pairs.len() as u64,
        }
    }
}

/// How many numbers a shape holds, about.
fn weight(shape: &Shape) -> u64 {
    match shape {
        Shape::Mask(mask) => mask.bounds().len() as u64,
        Shape::Keypoints(points) => 8 * points.len() as u64,
        Shape::Polygon(polygon) => 2 * polygon.rings().map(|ring| ring.len() as u64).sum::<u64>(),
        Shape::Polyline(line) => 2 * line.len() as u64,
        _ => 5,
    }
}

fn mix(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}

fn straight(from: &Shape, to: &Shape, share: f64) -> Option<Shape> {
    let mix = |from: f64, to: f64| mix(from, to, share);
    Some(match (from, to) {
        (Shape::Box(a), Shape::Box(b)) => Shape::Box(Rect {
            x0: mix(a.x0, b.x0),
            y0: mix(a.y0, b.y0),
            x1: mix(a.x1, b.x1),
            y1: mix(a.y1, b.y1),
        }),
        (Shape::Box(_) | Shape::RotatedBox(_), Shape::Box(_) | Shape::RotatedBox(_)) => {
            let (a, b) = (turned(from)?, turned(to)?);
            Shape::RotatedBox(RotatedRect {
                cx: mix(a.cx, b.cx),
                cy: mix(a.cy, b.cy),
                width: mix(a.width, b.width),
                height: mix(a.height, b.height),
                angle_deg: turn(a.angle_deg, b.angle_deg, share),
            })
        }
        (Shape::Ellipse(a), Shape::Ellipse(b)) => Shape::Ellipse(Ellipse {
            cx: mix(a.cx, b.cx),
            cy: mix(a.cy, b.cy),
            rx: mix(a.rx, b.rx),
            ry: mix(a.ry, b.ry),
            angle_deg: turn(a.angle_deg, b.angle_deg, share),
        }),
        (Shape::Keypoints(a), Shape::Keypoints(b)) if a.len() == b.len() => {
            let moved = |(a, b): (&Keypoint, &Keypoint)| Keypoint {
                x_px: mix(a.x_px, b.x_px),
                y_px: mix(a.y_px, b.y_px),
                ..a.clone()
            };
            Shape::Keypoints(a.iter().zip(b).map(moved).collect())
        }
        _ => return None,
    })
}

fn turned(shape: &Shape) -> Option<RotatedRect> {
    match shape {
        Shape::RotatedBox(rect) => Some(*rect),
        Shape::Box(rect) => Some(RotatedRect {
            cx: 0.5 * (rect.x0 + rect.x1),
            cy: 0.5 * (rect.y0 + rect.y1),
            width: rect.width_px(),
            height: rect.height_px(),
            angle_deg: 0.0,
        }),
        _ => None,
    }
}

/// The shorter way round.
fn turn(from_deg: f64, to_deg: f64, share: f64) -> f64 {
    let way = (to_deg - from_deg + 180.0).rem_euclid(360.0) - 180.0;
    (from_deg + way * share).rem_euclid(360.0)
}

/// The outline of a polygon as a line that ends where it began.
fn closed(polygon: &MultiPolygon) -> Option<Vec<[f64; 2]>> {
    let mut ring = polygon.parts.first()?.exterior.clone();
    ring.push(*ring.first()?);
    Some(ring)
}

/// Two lines whose points are matched by how far along their line they lie.
///
/// Every point of the left line goes to the nearest one of the right line, and each right point that is left over to its nearest left
/// one. Where several go to one, points that come to lie close together are merged: closer than half the mean length of an edge there.
pub(super) struct Matched {
    /// The ends of every point's way.
    pairs: Vec<([f64; 2], [f64; 2])>,
    stretches: Vec<Stretch>,
}

/// Points, from first to last, of which those that lie closer than `least_px` are merged.
struct Stretch {
    first: usize,
    last: usize,
    least_px: f64,
}

impl Matched {
    fn new(left: Vec<[f64; 2]>, right: Vec<[f64; 2]>) -> Option<Self> {
        let (along_left, along_right) = (along(&left)?, along(&right)?);
        let mut partners: Vec<Vec<usize>> = along_left
            .iter()
            .map(|share| vec![nearest(*share, &along_right)])
            .collect();
        let mut is_taken = vec![false; right.len()];
        for one in partners.iter().flatten() {
            is_taken[*one] = true;
        }
        for (at, share) in along_right
            .iter()
            .enumerate()
            .filter(|(at, _)| !is_taken[*at])
        {
            partners[nearest(*share, &along_left)].push(at);
        }
        for several in &mut partners {
            several.sort_unstable();
        }
        let pairs = partners
            .iter()
            .zip(&left)
            .flat_map(|(several, from)| several.iter().map(|&to| (*from, right[to])))
            .collect();
        Some(Self {
            pairs,
            stretches: stretches(&left, &right, &partners),
        })
    }

    fn at(&self, share: f64) -> Vec<[f64; 2]> {
        let points: Vec<[f64; 2]> = self
            .pairs
            .iter()
            .map(|(from, to)| [0, 1].map(|axis| mix(from[axis], to[axis], share)))
            .collect();
        let mut found = Vec::with_capacity(points.len());
        for stretch in &self.stretches {
            stretch.thinned(&points, &mut found);
        }
        found
    }
}

impl Stretch {
    fn new(first: usize, last: usize, line: &[[f64; 2]]) -> Self {
        Self {
            first,
            last,
            least_px: length(line) / (2 * line.len()) as f64,
        }
    }

    fn thinned(&self, points: &[[f64; 2]], found: &mut Vec<[f64; 2]>) {
        let (start, end) = (points[self.first], points[self.last]);
        found.push(start);
        if self.first == self.last {
            return;
        }
        let n_before = found.len();
        let mut latest = start;
        for &point in &points[self.first + 1..self.last] {
            if apart(latest, point) >= self.least_px {
                found.push(point);
                latest = point;
            }
        }
        if found.len() == n_before && apart(start, end) < self.least_px {
            found.pop();
            found.push([0, 1].map(|axis| (start[axis] + end[axis]) / 2.0));
        } else {
            found.push(end);
        }
    }
}

fn stretches(left: &[[f64; 2]], right: &[[f64; 2]], partners: &[Vec<usize>]) -> Vec<Stretch> {
    let mut starts = Vec::with_capacity(partners.len());
    let mut n_pairs = 0;
    for several in partners {
        starts.push(n_pairs);
        n_pairs += several.len();
    }
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let of_left =
        |first: usize, last: usize| Stretch::new(starts[first], starts[last], &left[first..=last]);
    for (at, several) in partners.iter().enumerate() {
        let is_same = |first: usize| several.len() == 1 && several[0] == partners[first][0];
        if open.is_some_and(is_same) {
            continue;
        }
        if let Some(first) = open.take() {
            found.push(of_left(first, at - 1));
        }
        match several.as_slice() {
            [_] => open = Some(at),
            [first, .., last] => {
                let end = starts[at] + several.len() - 1;
                found.push(Stretch::new(starts[at], end, &right[*first..=*last]));
            }
            [] => {}
        }
    }
    if let Some(first) = open {
        found.push(of_left(first, partners.len() - 1));
    }
    found
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
    (dx * dx + dy * dy).sqrt()
}

fn length(line: &[[f64; 2]]) -> f64 {
    line.windows(2).map(|pair| apart(pair[1], pair[0])).sum()
}

/// How far along the line each point lies, from 0 to 1; `None` for a line without length.
fn along(line: &[[f64; 2]]) -> Option<Vec<f64>> {
    let whole = length(line);
    if whole <= 0.0 || !whole.is_finite() {
        return None;
    }
    let mut so_far = 0.0;
    let mut found = vec![0.0];
    for pair in line.windows(2) {
        so_far += apart(pair[1], pair[0]);
        found.push(so_far / whole);
    }
    Some(found)
}

/// The place of the share that lies nearest in a rising list; the first one of several.
fn nearest(share: f64, rising: &[f64]) -> usize {
    let above = rising.partition_point(|one| *one < share);
    let Some(&below) = above.checked_sub(1).and_then(|at| rising.get(at)) else {
        return above;
    };
    let is_below = rising
        .get(above)
        .is_none_or(|next| (share - below).abs() <= (share - next).abs());
    if is_below {
        rising.partition_point(|one| *one < below)
    } else {
        above
    }
}
