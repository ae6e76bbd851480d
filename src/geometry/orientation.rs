//! On which side of a line a point lies, decided exactly.
//!
//! # Reference
//! Shewchuk 1997, Adaptive precision floating-point arithmetic and fast robust geometric predicates, doi:10.1007/PL00009321: the error
//! bound of the first try, and the exact sums behind it. Edelsbrunner & Mücke 1990, Simulation of simplicity, doi:10.1145/77635.77639:
//! how ties are broken.

type Point = [f64; 2];

/// Where a point lies: on the left when a turn from the line's direction towards it goes from the x axis to the y axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Side {
    /// Exact also where the point lies on the line: ties are broken as if it had been moved.
    pub left: bool,
    /// Twice the area of the triangle of line and point, 0 on the line.
    pub double_area: f64,
}

/// Twice the signed area of the triangle `a`, `b`, `c`, of which the sign (and zero) is exact.
///
/// `None` where numbers are so large or small that `f64` cannot decide.
#[inline]
pub(super) fn orientation(a: Point, b: Point, c: Point) -> Option<f64> {
    let left = (a[0] - c[0]) * (b[1] - c[1]);
    let right = (a[1] - c[1]) * (b[0] - c[0]);
    let area = left - right;
    // (3 + 16 ε) ε with ε = 2⁻⁵³; the second term covers products that underflow.
    let doubt = 3.330_669_073_875_471_6e-16 * (left.abs() + right.abs()) + 1e-300;
    if area.abs() > doubt && area.is_finite() {
        Some(area)
    } else {
        exact(a, b, c)
    }
}

/// Where `point` lies by the line through `from` and `to` once it has been moved by (ε, ε²), ε a vanishing positive number.
#[inline]
pub(super) fn side_of_moved_point(from: Point, to: Point, point: Point) -> Option<Side> {
    let double_area = orientation(from, to, point)?;
    let left = if double_area == 0.0 {
        // The sign of the line's direction × (ε, ε²).
        let [x, y] = [to[0] - from[0], to[1] - from[1]];
        if y == 0.0 { x > 0.0 } else { y < 0.0 }
    } else {
        double_area > 0.0
    };
    Some(Side { left, double_area })
}

/// Where `point` lies by the line through `from` and `to` once the line has been moved by (ε, ε²).
#[inline]
pub(super) fn side_of_moved_line(from: Point, to: Point, point: Point) -> Option<Side> {
    let side = side_of_moved_point(from, to, point)?;
    let left = side.left != (side.double_area == 0.0);
    Some(Side { left, ..side })
}

#[cold]
#[inline(never)]
fn exact(a: Point, b: Point, c: Point) -> Option<f64> {
    if c == a || c == b {
        return Some(0.0);
    }
    let (ax, ay) = (difference(a[0], c[0]), difference(a[1], c[1]));
    let (bx, by) = (difference(b[0], c[0]), difference(b[1], c[1]));
    let area = if [ax.1, ay.1, bx.1, by.1] == [0.0; 4] {
        // Rounding keeps order, so products that differ once rounded differ that way.
        let (left, right) = (product(ax.0, by.0)?, product(ay.0, bx.0)?);
        (left.0 - right.0) + (left.1 - right.1)
    } else {
        let mut sum = Expansion::default();
        for (p, q) in [(a, b), (b, c), (c, a)] {
            sum.add_product(p[0], q[1])?;
            sum.add_product(-p[1], q[0])?;
        }
        sum.estimate()
    };
    area.is_finite().then_some(area)
}

/// `a − b` as a rounded number and what rounding took away.
fn difference(a: f64, b: f64) -> (f64, f64) {
    let rounded = a - b;
    let b_seen = a - rounded;
    let a_seen = rounded + b_seen;
    (rounded, (b_seen - b) + (a - a_seen))
}

fn sum(a: f64, b: f64) -> (f64, f64) {
    difference(a, -b)
}

/// `a · b` as a rounded number and what rounding took away; `None` where that would underflow.
fn product(a: f64, b: f64) -> Option<(f64, f64)> {
    let rounded = a * b;
    if a == 0.0 || b == 0.0 {
        return Some((0.0, 0.0));
    }
    if rounded.abs() < 1e-270 || rounded.abs() > 1e270 || a.abs().max(b.abs()) > 1e270 {
        return None;
    }
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    let rest = ((rounded - a_high * b_high) - a_low * b_high) - a_high * b_low;
    Some((rounded, a_low * b_low - rest))
}

/// A number as two of half the digits each (Dekker 1971, Veltkamp).
fn halves(a: f64) -> (f64, f64) {
    let wide = 134_217_729.0 * a;
    let high = wide - (wide - a);
    (high, a - high)
}

/// An exact sum of numbers that do not overlap, by rising size.
#[derive(Default)]
struct Expansion {
    parts: [f64; 12],
    n: usize,
}

impl Expansion {
    fn add_product(&mut self, a: f64, b: f64) -> Option<()> {
        let (high, low) = product(a, b)?;
        self.add(low);
        self.add(high);
        Some(())
    }

    fn add(&mut self, number: f64) {
        let (mut carry, mut kept) = (number, 0);
        for index in 0..self.n {
            let (high, low) = sum(carry, self.parts[index]);
            if low != 0.0 {
                self.parts[kept] = low;
                kept += 1;
            }
            carry = high;
        }
        if carry != 0.0
            && let Some(place) = self.parts.get_mut(kept)
        {
            *place = carry;
            kept += 1;
        }
        self.n = kept;
    }

    /// The sum, rounded; its sign is that of the largest part, hence exact.
    fn estimate(&self) -> f64 {
        self.parts[..self.n].iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;

    /// The sign by whole numbers, for coordinates that are multiples of 2⁻⁴⁰.
    fn sign_by_integers(points: [Point; 3]) -> i32 {
        let [a, b, c] = points.map(|point| point.map(|v| (v * 2.0_f64.powi(40)) as i128));
        let area = (a[0] - c[0]) * (b[1] - c[1]) - (a[1] - c[1]) * (b[0] - c[0]);
        area.signum() as i32
    }

    #[test]
    fn the_sign_is_that_of_exact_arithmetic_for_points_near_a_line() {
        let (mut numbers, mut n_zero, mut n_rounded_wrong) = (Draw(3), 0, 0);
        let mut draw = |n: u64| numbers.below(n);
        for _ in 0..200_000 {
            let step = 2.0_f64.powi(-(draw(36) as i32));
            let mut at = || {
                let jitter = draw(3) as f64 * 2.0_f64.powi(-40);
                let along = draw(1 << 12) as f64 * step;
                [along + jitter, 3.0 * along]
            };
            let points = [at(), at(), at()];
            let found = orientation(points[0], points[1], points[2]).unwrap();
            let sign = if found == 0.0 {
                0
            } else {
                found.signum() as i32
            };
            assert_eq!(sign, sign_by_integers(points), "{points:?}");
            n_zero += usize::from(sign == 0);
            let [a, b, c] = points;
            let naive = (a[0] - c[0]) * (b[1] - c[1]) - (a[1] - c[1]) * (b[0] - c[0]);
            n_rounded_wrong += usize::from((naive > 0.0) != (found > 0.0));
        }
        assert!(n_zero > 1_000, "{n_zero} on a line");
        assert!(
            n_rounded_wrong > 10,
            "{n_rounded_wrong} wrong without exact sums"
        );
    }

    #[test]
    fn sums_of_products_with_tails_are_exact() {
        // Three points on the line x = y, far apart in size, so that differences round.
        let points = [[1e-9, 1e-9], [3.0, 3.0], [1e12 + 0.25, 1e12 + 0.25]];
        assert_eq!(orientation(points[0], points[1], points[2]), Some(0.0));
        let above = [1e12 + 0.25, (1e12_f64 + 0.25).next_up()];
        assert!(orientation(points[0], points[1], above).unwrap() > 0.0);
        let below = [1e12 + 0.25, (1e12_f64 + 0.25).next_down()];
        assert!(orientation(points[0], points[1], below).unwrap() < 0.0);
    }

    #[test]
    fn ties_are_broken_by_moving_point_or_line_up_and_right() {
        let (origin, up, right) = ([0.0, 0.0], [0.0, 2.0], [2.0, 0.0]);
        let middle = |end: Point| end.map(|v| 0.5 * v);
        // A point moved right lies to the right of a line that goes along y; moved along y it lies left of one along x.
        assert!(!side_of_moved_point(origin, up, middle(up)).unwrap().left);
        assert!(
            side_of_moved_point(origin, right, middle(right))
                .unwrap()
                .left
        );
        assert!(side_of_moved_line(origin, up, middle(up)).unwrap().left);
        assert!(
            !side_of_moved_line(origin, right, middle(right))
                .unwrap()
                .left
        );
        let aside = [-1.0, 1.0];
        assert!(side_of_moved_point(origin, up, aside).unwrap().left);
        assert!(side_of_moved_line(origin, up, aside).unwrap().left);
    }

    #[test]
    fn numbers_beyond_exact_arithmetic_are_not_decided() {
        let tiny = |x: f64, y: f64| [x * 1e-200, y * 1e-200];
        assert_eq!(
            orientation(tiny(0.0, 0.0), tiny(1.0, 1.0), tiny(2.0, 2.0)),
            None
        );
        let huge = |x: f64, y: f64| [x * 1e200, y * 1e200];
        assert_eq!(
            orientation(huge(0.0, 0.0), huge(1.0, 1.0), huge(2.0, 2.1)),
            None
        );
    }
}
