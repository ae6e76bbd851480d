//! Area that two ellipses share, by the arcs that border it.

use std::f64::consts::{PI, TAU};

use super::Ellipse;

type Vector = [f64; 2];

impl Ellipse {
    /// Area that two ellipses share, in px².
    ///
    /// # Definition
    /// In a frame in which this ellipse is the unit circle, the other is again an ellipse. The places where its outline crosses the
    /// circle are the zeros of a trigonometric polynomial of degree 2; they are fenced in by bounds on its derivatives, so that none
    /// is missed, however close to another. The area is half the integral of `x dy − y dx` along the arcs between them, in closed form.
    /// # Input
    /// The signs of the half axes do not matter.
    /// # Edge cases
    /// 0 where they only touch, and where one has no area.
    /// # Properties
    /// Symmetric up to rounding; the whole area for equal ellipses. Rounding grows with the flatness: of the smaller area about
    /// 10⁻¹⁵ times the longest over the shortest half axis.
    /// # Example
    /// ```
    /// use concord::geometry::Ellipse;
    /// let wide = Ellipse { cx: 0.0, cy: 0.0, rx: 2.0, ry: 1.0, angle_deg: 0.0 };
    /// let small = Ellipse { cx: 0.5, cy: 0.0, rx: 0.5, ry: 0.5, angle_deg: 0.0 };
    /// assert!((wide.intersection_area_px2(&small) - small.area_px2()).abs() < 1e-14);
    /// ```
    /// # Reference
    /// Hughes & Chraibi 2012, Calculating ellipse overlap areas, doi:10.1007/s00791-013-0214-3 (the areas of the arcs).
    /// # Checked against
    /// shapely 2.2.0 on polygons of 200,000 corners, `tests/oracles/vectors/ellipses.json`.
    pub fn intersection_area_px2(&self, other: &Self) -> f64 {
        let (ours, theirs) = (self.area_px2(), other.area_px2());
        if self == other {
            return ours;
        }
        let reach = |ellipse: &Self| ellipse.rx.abs().max(ellipse.ry.abs());
        let apart = (other.cx - self.cx).hypot(other.cy - self.cy);
        if !(ours > 0.0 && theirs > 0.0) || apart >= reach(self) + reach(other) {
            return 0.0;
        }
        let share = Arcs::new(self, other).area_in_unit_circle() * self.rx.abs() * self.ry.abs();
        share.clamp(0.0, ours.min(theirs))
    }
}

fn dot(p: Vector, q: Vector) -> f64 {
    p[0] * q[0] + p[1] * q[1]
}

fn cross(p: Vector, q: Vector) -> f64 {
    p[0] * q[1] - p[1] * q[0]
}

/// An ellipse `centre + u cos θ + v sin θ`, in the frame in which another is the unit circle.
struct Arcs {
    centre: Vector,
    u: Vector,
    v: Vector,
    /// Distance from the circle's centre, squared, less 1: constant, then cos θ, sin θ, cos 2θ and sin 2θ.
    beyond: [f64; 5],
    /// No second derivative of that is larger.
    most_bent: f64,
    /// Values below this are rounding.
    noise: f64,
}

/// Where the ellipse crosses the circle, and whether it goes out there.
struct Crossing {
    at: f64,
    outwards: bool,
}

/// A stretch of θ with the signs at its ends, which neighbours share.
#[derive(Clone, Copy)]
struct Stretch {
    from: f64,
    to: f64,
    outside: [bool; 2],
}

impl Arcs {
    fn new(circle: &Ellipse, other: &Ellipse) -> Self {
        let (sin, cos) = circle.angle_deg.to_radians().sin_cos();
        let (rx, ry) = (circle.rx.abs(), circle.ry.abs());
        let into = |[x, y]: Vector| [(cos * x + sin * y) / rx, (cos * y - sin * x) / ry];
        let (sin, cos) = other.angle_deg.to_radians().sin_cos();
        let centre = into([other.cx - circle.cx, other.cy - circle.cy]);
        let u = into([other.rx.abs() * cos, other.rx.abs() * sin]);
        let v = into([-other.ry.abs() * sin, other.ry.abs() * cos]);
        let (uu, vv, uv, cc) = (dot(u, u), dot(v, v), dot(u, v), dot(centre, centre));
        let (cu, cv) = (2.0 * dot(centre, u), 2.0 * dot(centre, v));
        Self {
            centre,
            u,
            v,
            beyond: [cc - 1.0 + 0.5 * (uu + vv), cu, cv, 0.5 * (uu - vv), uv],
            most_bent: cu.abs() + cv.abs() + 2.0 * (uu - vv).abs() + 4.0 * uv.abs(),
            noise: 1e-15 * (1.0 + cc + uu + vv),
        }
    }

    fn beyond(&self, at: f64) -> f64 {
        let [whole, c1, s1, c2, s2] = self.beyond;
        let ((sin, cos), (sin2, cos2)) = (at.sin_cos(), (2.0 * at).sin_cos());
        whole + c1 * cos + s1 * sin + c2 * cos2 + s2 * sin2
    }

    fn slope(&self, at: f64) -> f64 {
        let [_, c1, s1, c2, s2] = self.beyond;
        let ((sin, cos), (sin2, cos2)) = (at.sin_cos(), (2.0 * at).sin_cos());
        s1 * cos - c1 * sin + 2.0 * (s2 * cos2 - c2 * sin2)
    }

    fn is_outside(&self, at: f64) -> bool {
        self.beyond(at) > 0.0
    }

    /// Area that the ellipse shares with the unit circle.
    fn area_in_unit_circle(&self) -> f64 {
        let crossings = self.crossings();
        if crossings.is_empty() {
            return self.area_without_crossings();
        }
        let mut doubled = 0.0;
        // The ellipse's arcs run on the inside from where it comes in to where it goes out.
        for (crossing, next) in crossings.iter().zip(crossings.iter().cycle().skip(1)) {
            if !crossing.outwards {
                let turn = if next.at > crossing.at { 0.0 } else { TAU };
                doubled += self.swept(crossing.at, next.at + turn);
            }
        }
        // The circle's arcs run in the ellipse from where that goes out to where it comes in again.
        let angle = |crossing: &Crossing| {
            let [x, y] = self.place(crossing.at);
            (y.atan2(x), crossing.outwards)
        };
        let mut around: Vec<_> = crossings.iter().map(angle).collect();
        around.sort_unstable_by(|p, q| p.0.total_cmp(&q.0));
        for (here, next) in around.iter().zip(around.iter().cycle().skip(1)) {
            if here.1 {
                let turn = if next.0 > here.0 { 0.0 } else { TAU };
                doubled += next.0 + turn - here.0;
            }
        }
        0.5 * doubled
    }

    fn area_without_crossings(&self) -> f64 {
        if !self.is_outside(0.0) {
            return PI * cross(self.u, self.v);
        }
        // The ellipse lies around the circle or beside it; then so does the circle's centre.
        let whole = cross(self.u, self.v);
        let from = [cross(self.centre, self.v), cross(self.u, self.centre)];
        if dot(from, from) < whole * whole {
            PI
        } else {
            0.0
        }
    }

    fn place(&self, at: f64) -> Vector {
        let (sin, cos) = at.sin_cos();
        [0, 1].map(|axis| self.centre[axis] + self.u[axis] * cos + self.v[axis] * sin)
    }

    /// Integral of `x dy − y dx` along an arc.
    fn swept(&self, from: f64, to: f64) -> f64 {
        let ((sin0, cos0), (sin1, cos1)) = (from.sin_cos(), to.sin_cos());
        cross(self.centre, self.u) * (cos1 - cos0)
            + cross(self.centre, self.v) * (sin1 - sin0)
            + cross(self.u, self.v) * (to - from)
    }

    /// All crossings by rising θ.
    fn crossings(&self) -> Vec<Crossing> {
        let mut found = Vec::with_capacity(4);
        let start = self.is_outside(0.0);
        let mut open = vec![Stretch {
            from: 0.0,
            to: TAU,
            outside: [start, start],
        }];
        while let Some(stretch) = open.pop() {
            let (middle, half) = (
                0.5 * (stretch.from + stretch.to),
                0.5 * (stretch.to - stretch.from),
            );
            let (value, slope) = (self.beyond(middle), self.slope(middle));
            let change = (slope.abs() + 0.5 * self.most_bent * half) * half;
            let crosses = stretch.outside[0] != stretch.outside[1];
            let is_monotone = slope.abs() > self.most_bent * half;
            if is_monotone || change <= self.noise {
                if crosses {
                    found.push(Crossing {
                        at: self.fenced_in(stretch),
                        outwards: stretch.outside[1],
                    });
                }
            } else if crosses || value.abs() <= change {
                let between = value > 0.0;
                let [first, last] = stretch.outside;
                // The first half is taken next, so that crossings come in order.
                open.push(Stretch {
                    from: middle,
                    outside: [between, last],
                    ..stretch
                });
                open.push(Stretch {
                    to: middle,
                    outside: [first, between],
                    ..stretch
                });
            }
        }
        found
    }

    /// The crossing in a stretch at whose ends the signs differ, by halving.
    fn fenced_in(&self, stretch: Stretch) -> f64 {
        let (mut from, mut to) = (stretch.from, stretch.to);
        loop {
            let middle = 0.5 * (from + to);
            if middle <= from || middle >= to {
                return middle;
            }
            if self.is_outside(middle) == stretch.outside[0] {
                from = middle;
            } else {
                to = middle;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;
    use crate::geometry::MultiPolygon;

    fn ellipse(cx: f64, cy: f64, rx: f64, ry: f64, angle_deg: f64) -> Ellipse {
        Ellipse {
            cx,
            cy,
            rx,
            ry,
            angle_deg,
        }
    }

    #[test]
    fn two_circles_share_a_lens() {
        for (r, s, d) in [
            (1.0, 1.0, 1.0),
            (3.0, 2.0, 4.0),
            (3.0, 2.0, 1.1),
            (1.0, 1.0, 1e-5),
        ] {
            let found = ellipse(7.0, -2.0, r, r, 12.0).intersection_area_px2(&ellipse(
                7.0 + d,
                -2.0,
                s,
                s,
                77.0,
            ));
            let near: f64 = (d * d + r * r - s * s) / (2.0 * d);
            let far: f64 = d - near;
            let cap = |radius: f64, height: f64| {
                radius * radius * (height / radius).acos()
                    - height * (radius * radius - height * height).sqrt()
            };
            let lens = cap(r, near) + cap(s, far);
            assert!(
                (found - lens).abs() < 1e-10 * lens,
                "{found} against {lens}"
            );
        }
    }

    #[test]
    fn crossed_ellipses_about_one_centre_share_four_sectors() {
        let (a, b) = (5.0_f64, 2.0_f64);
        let found = ellipse(100.0, 50.0, a, b, 30.0)
            .intersection_area_px2(&ellipse(100.0, 50.0, a, b, 120.0));
        let expected = 4.0 * a * b * (b / a).atan();
        assert!((found - expected).abs() < 1e-12 * expected);
    }

    #[test]
    fn equal_nested_apart_and_touching_ellipses() {
        let a = ellipse(3.0, 4.0, 5.0, 2.0, 33.0);
        assert_eq!(a.intersection_area_px2(&a), a.area_px2());
        let same = ellipse(3.0, 4.0, 2.0, 5.0, 123.0);
        assert!((a.intersection_area_px2(&same) - a.area_px2()).abs() < 1e-13 * a.area_px2());
        let inner = ellipse(3.5, 4.2, 1.0, 0.5, -60.0);
        for found in [
            a.intersection_area_px2(&inner),
            inner.intersection_area_px2(&a),
        ] {
            assert!((found - inner.area_px2()).abs() < 1e-14);
        }
        let circle = |cx| ellipse(cx, 0.0, 1.0, 1.0, 0.0);
        assert!(circle(0.0).intersection_area_px2(&circle(2.0)) < 1e-12);
        assert_eq!(circle(0.0).intersection_area_px2(&circle(2.1)), 0.0);
        // Touching from within, while it reaches out on the other side.
        let touching = ellipse(-0.5, 0.0, 1.5, 0.5, 0.0);
        let found = circle(0.0).intersection_area_px2(&touching);
        let polygon = MultiPolygon::from(&circle(0.0));
        let near = polygon.intersection_area_px2(&MultiPolygon::from(&touching));
        assert!((found - near).abs() < 1e-4 && found < touching.area_px2() - 0.1);
        assert_eq!(
            a.intersection_area_px2(&ellipse(3.0, 4.0, 1.0, 0.0, 0.0)),
            0.0
        );
    }

    #[test]
    fn polygons_that_stand_for_ellipses_err_by_less_than_stated() {
        let mut draw = Draw(5);
        let mut between = |low: f64, high: f64| draw.between(low, high);
        let mut n_crossing = 0;
        for _ in 0..300 {
            let mut any = || {
                let (cx, cy) = (between(0.0, 20.0), between(0.0, 20.0));
                ellipse(
                    cx,
                    cy,
                    between(1.0, 15.0),
                    between(1.0, 15.0),
                    between(0.0, 360.0),
                )
            };
            let (a, b) = (any(), any());
            let found = a.intersection_area_px2(&b);
            let (p, q) = (MultiPolygon::from(&a), MultiPolygon::from(&b));
            let near = p.intersection_area_px2(&q);
            let bound = 3.2e-6 * (15.0 * p.perimeter_px() + 15.0 * q.perimeter_px());
            assert!(
                (found - near).abs() <= bound,
                "{a:?} {b:?}: {found}, {near}"
            );
            let back = b.intersection_area_px2(&a);
            assert!((found - back).abs() <= 1e-12 * a.area_px2().max(b.area_px2()));
            n_crossing += usize::from(!Arcs::new(&a, &b).crossings().is_empty());
        }
        assert!(n_crossing > 100, "only {n_crossing} cross");
    }
}
