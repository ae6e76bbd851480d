//! Rectangles, rotated rectangles and ellipses in continuous pixel coordinates.

use std::f64::consts::{PI, TAU};

use serde::{Deserialize, Serialize};

use super::{MultiPolygon, Polygon};

/// Corners of the polygon that stands for an ellipse beside other kinds of shapes.
pub const ELLIPSE_CORNERS: usize = 1024;

/// An upright rectangle, `x0 <= x1`, `y0 <= y1`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

/// A rectangle turned about its centre by `angle_deg`, clockwise as seen on an image (y down).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RotatedRect {
    pub cx: f64,
    pub cy: f64,
    pub width: f64,
    pub height: f64,
    pub angle_deg: f64,
}

/// An ellipse with half axes `rx`, `ry`, turned about its centre by `angle_deg`, clockwise as seen on an image (y down).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ellipse {
    pub cx: f64,
    pub cy: f64,
    pub rx: f64,
    pub ry: f64,
    pub angle_deg: f64,
}

impl Rect {
    /// A rectangle from any two opposite corners.
    pub fn from_corners(p: [f64; 2], q: [f64; 2]) -> Self {
        Self {
            x0: p[0].min(q[0]),
            y0: p[1].min(q[1]),
            x1: p[0].max(q[0]),
            y1: p[1].max(q[1]),
        }
    }

    /// The smallest rectangle around points; `None` without points.
    pub fn around<'a>(points: impl IntoIterator<Item = &'a [f64; 2]>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = *points.next()?;
        Some(
            points.fold(Self::from_corners(first, first), |area, [x, y]| Self {
                x0: area.x0.min(*x),
                y0: area.y0.min(*y),
                x1: area.x1.max(*x),
                y1: area.y1.max(*y),
            }),
        )
    }

    /// Extent along x, px.
    pub fn width_px(&self) -> f64 {
        (self.x1 - self.x0).max(0.0)
    }

    /// Extent along y, px.
    pub fn height_px(&self) -> f64 {
        (self.y1 - self.y0).max(0.0)
    }

    /// Width times height, px².
    pub fn area_px2(&self) -> f64 {
        self.width_px() * self.height_px()
    }

    /// The middle, `[x, y]`.
    pub fn centre_px(&self) -> [f64; 2] {
        [0.5 * (self.x0 + self.x1), 0.5 * (self.y0 + self.y1)]
    }

    /// Area shared with another rectangle, px²; 0 where they only touch.
    pub fn intersection_area_px2(&self, other: &Self) -> f64 {
        let shared = Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        };
        shared.area_px2()
    }

    /// Whether the two rectangles share more than an edge.
    pub fn meets(&self, other: &Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        [self.x0, self.y0, self.x1, self.y1]
            .iter()
            .all(|value| value.is_finite())
    }

    /// The four corners as a polygon without holes.
    pub fn to_polygon(&self) -> Polygon {
        let corners = [
            [self.x0, self.y0],
            [self.x1, self.y0],
            [self.x1, self.y1],
            [self.x0, self.y1],
        ];
        outline(corners.to_vec())
    }
}

impl RotatedRect {
    /// Width times height, px²; the signs of the sizes do not matter.
    pub fn area_px2(&self) -> f64 {
        self.width.abs() * self.height.abs()
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        let values = [self.cx, self.cy, self.width, self.height, self.angle_deg];
        values.iter().all(|value| value.is_finite())
    }

    /// Area that two rotated rectangles share, in px².
    ///
    /// # Definition
    /// The other's corners are brought into this rectangle's own frame and cut along its four sides (Sutherland & Hodgman). Exact up
    /// to rounding; places count from the difference of the centres, so that a frame far from the origin costs no digits.
    /// # Edge cases
    /// 0 where they only touch, and where one has no area.
    /// # Properties
    /// Symmetric up to rounding; the whole area for equal rectangles, also where they are written with another turn.
    /// # Example
    /// ```
    /// use concord::geometry::RotatedRect;
    /// let flat = RotatedRect { cx: 5.0, cy: 5.0, width: 6.0, height: 2.0, angle_deg: 0.0 };
    /// let upright = RotatedRect { angle_deg: 90.0, ..flat };
    /// assert_eq!(flat.intersection_area_px2(&upright), 4.0);
    /// ```
    /// # Reference
    /// Sutherland & Hodgman 1974, Reentrant polygon clipping, CACM 17(1):32–42, doi:10.1145/360767.360802.
    /// # Checked against
    /// shapely 2.2.0, `tests/oracles/vectors/rectangles.json`.
    pub fn intersection_area_px2(&self, other: &Self) -> f64 {
        if self == other {
            return self.area_px2();
        }
        let into_ours = Turn::new([0.0; 2], -self.angle_deg);
        let centre = into_ours.apply([other.cx - self.cx, other.cy - self.cy]);
        let (reach, limit) = (other.half(), self.half());
        let apart = centre[0].hypot(centre[1]);
        if apart > reach[0].hypot(reach[1]) + limit[0].hypot(limit[1]) {
            return 0.0;
        }
        let turn = Turn::new(centre, other.angle_deg - self.angle_deg);
        clipped_area(corners(reach).map(|corner| turn.apply(corner)), limit)
    }

    fn half(&self) -> [f64; 2] {
        [0.5 * self.width.abs(), 0.5 * self.height.abs()]
    }

    /// The four corners as a polygon without holes.
    pub fn to_polygon(&self) -> Polygon {
        let turn = Turn::new([self.cx, self.cy], self.angle_deg);
        outline(
            corners(self.half())
                .map(|corner| turn.apply(corner))
                .to_vec(),
        )
    }
}

impl Ellipse {
    /// π · rx · ry.
    pub fn area_px2(&self) -> f64 {
        PI * self.rx.abs() * self.ry.abs()
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        let values = [self.cx, self.cy, self.rx, self.ry, self.angle_deg];
        values.iter().all(|value| value.is_finite())
    }

    /// The polygon of [`ELLIPSE_CORNERS`] corners that stands for the ellipse beside other kinds of shapes. Two ellipses need none:
    /// see [`Ellipse::intersection_area_px2`].
    ///
    /// # Definition
    /// Corners at equal parameter steps θ = 2π/n, pushed out by √(θ / sin θ), so that its area is that of the ellipse. Its outline
    /// keeps within θ²/12 of the longer half axis (3.2·10⁻⁶ of it), so an overlap errs by less than that times the perimeter.
    pub fn to_polygon(&self) -> Polygon {
        let step = TAU / ELLIPSE_CORNERS as f64;
        let stretch = (step / step.sin()).sqrt();
        let (rx, ry) = (self.rx.abs() * stretch, self.ry.abs() * stretch);
        let turn = Turn::new([self.cx, self.cy], self.angle_deg);
        let corner = |index| {
            let (sin, cos) = (step * index as f64).sin_cos();
            turn.apply([rx * cos, ry * sin])
        };
        outline((0..ELLIPSE_CORNERS).map(corner).collect())
    }
}

/// Rotation about the origin, then a move to `centre`.
struct Turn {
    centre: [f64; 2],
    sin: f64,
    cos: f64,
}

impl Turn {
    fn new(centre: [f64; 2], angle_deg: f64) -> Self {
        // Quarter turns are common and must be exact.
        let turned = angle_deg.rem_euclid(360.0);
        let (sin, cos) = if turned == 0.0 || turned == 360.0 {
            (0.0, 1.0)
        } else if turned == 90.0 {
            (1.0, 0.0)
        } else if turned == 180.0 {
            (0.0, -1.0)
        } else if turned == 270.0 {
            (-1.0, 0.0)
        } else {
            turned.to_radians().sin_cos()
        };
        Self { centre, sin, cos }
    }

    fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [
            self.centre[0] + self.cos * x - self.sin * y,
            self.centre[1] + self.sin * x + self.cos * y,
        ]
    }
}

fn corners([w, h]: [f64; 2]) -> [[f64; 2]; 4] {
    [[-w, -h], [w, -h], [w, h], [-w, h]]
}

/// Area of what lies within `±limit` of a convex ring of four. Each of the four cuts adds at most one corner.
fn clipped_area(ring: [[f64; 2]; 4], limit: [f64; 2]) -> f64 {
    let (mut ring, mut n) = (
        [
            ring[0], ring[1], ring[2], ring[3], [0.0; 2], [0.0; 2], [0.0; 2], [0.0; 2],
        ],
        4,
    );
    for axis in [0, 1] {
        for side in [-1.0, 1.0] {
            let (mut kept, mut n_kept) = ([[0.0; 2]; 8], 0);
            let mut keep = |point: [f64; 2]| {
                if let Some(place) = kept.get_mut(n_kept) {
                    *place = point;
                    n_kept += 1;
                }
            };
            let beyond = |point: [f64; 2]| side * point[axis] - limit[axis];
            for index in 0..n {
                let (from, to) = (ring[index], ring[(index + 1) % n]);
                let (here, there) = (beyond(from), beyond(to));
                if here <= 0.0 {
                    keep(from);
                }
                if (here < 0.0 && there > 0.0) || (here > 0.0 && there < 0.0) {
                    let share = here / (here - there);
                    let other = 1 - axis;
                    let mut cut = [side * limit[axis]; 2];
                    cut[other] = from[other] + share * (to[other] - from[other]);
                    keep(cut);
                }
            }
            (ring, n) = (kept, n_kept);
        }
    }
    let term = |index: usize| {
        let (p, q) = (ring[index], ring[(index + 1) % n]);
        p[0] * q[1] - q[0] * p[1]
    };
    (0.5 * (0..n).map(term).sum::<f64>()).max(0.0)
}

fn outline(exterior: Vec<[f64; 2]>) -> Polygon {
    Polygon {
        exterior,
        holes: Vec::new(),
    }
}

macro_rules! into_multi_polygon {
    ($($shape:ty),*) => {$(
        impl From<&$shape> for MultiPolygon {
            fn from(shape: &$shape) -> Self {
                shape.to_polygon().into()
            }
        }
    )*};
}
into_multi_polygon!(Rect, RotatedRect, Ellipse);

#[cfg(test)]
mod tests;
