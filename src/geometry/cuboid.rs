//! Upright cuboids turned about the vertical axis.

use serde::{Deserialize, Serialize};

use super::{GeometryError, RotatedRect, error::finite};

/// A cuboid that stands upright and is turned by `yaw_rad` about the z axis.
///
/// # Definition
/// `centre` and `size` are `[x, y, z]` in one unit of length (px or mm); `size` counts along the cuboid's own axes before the turn.
/// A positive yaw turns the x axis towards the y axis. Pitch and roll are no part of the type.
/// # Edge cases
/// The sign of a size does not matter. A cuboid with a size of 0 is flat and has no volume.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cuboid {
    pub centre: [f64; 3],
    pub size: [f64; 3],
    pub yaw_rad: f64,
}

impl Cuboid {
    /// A cuboid of finite numbers.
    ///
    /// # Errors
    /// `NotFinite` for NaN and the infinities.
    pub fn new(centre: [f64; 3], size: [f64; 3], yaw_rad: f64) -> Result<Self, GeometryError> {
        let cuboid = Self {
            centre,
            size,
            yaw_rad,
        };
        cuboid.check()?;
        Ok(cuboid)
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        self.check().is_ok()
    }

    /// Length · width · height, in the cube of the coordinates' unit.
    ///
    /// # Example
    /// ```
    /// use concord::geometry::Cuboid;
    /// let car = Cuboid::new([9.0, -4.0, 1.0], [4.0, 2.0, 1.5], 0.3)?;
    /// assert_eq!(car.volume(), 12.0);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    pub fn volume(&self) -> f64 {
        self.footprint().area_px2() * self.size[2].abs()
    }

    /// The rectangle that the cuboid covers as seen from above.
    pub fn footprint(&self) -> RotatedRect {
        let ([cx, cy, _], [width, height, _]) = (self.centre, self.size);
        RotatedRect {
            cx,
            cy,
            width,
            height,
            angle_deg: self.yaw_rad.to_degrees(),
        }
    }

    /// Volume that two cuboids share, in the cube of the coordinates' unit.
    ///
    /// # Definition
    /// Both stand upright, so it is the area that the footprints share ([`RotatedRect::intersection_area_px2`]) times the height
    /// that they share. Exact up to rounding.
    /// # Input
    /// Two cuboids in one frame and unit.
    /// # Edge cases
    /// 0 where they only touch, and for flat cuboids.
    /// # Properties
    /// Symmetric up to rounding; never above either volume by more than rounding; unchanged by a turn of π.
    /// # Example
    /// ```
    /// use concord::geometry::Cuboid;
    /// let a = Cuboid::new([0.0, 0.0, 0.0], [4.0, 2.0, 2.0], 0.0)?;
    /// let b = Cuboid::new([1.0, 0.0, 0.5], [4.0, 2.0, 2.0], 0.0)?;
    /// // 3 along x, 2 along y, 1.5 along z.
    /// assert_eq!(a.intersection_volume(&b), 9.0);
    /// # Ok::<(), concord::geometry::GeometryError>(())
    /// ```
    /// # Checked against
    /// shapely 2.2.0 footprints times heights, `tests/oracles/vectors/cuboids.json`.
    pub fn intersection_volume(&self, other: &Self) -> f64 {
        let reach = |cuboid: &Self| 0.5 * cuboid.size[2].abs();
        // From the difference of the centres, so that a frame far away costs no digits.
        let (ours, theirs, apart) = (
            reach(self),
            reach(other),
            (other.centre[2] - self.centre[2]).abs(),
        );
        let height = (ours + theirs - apart).min(2.0 * ours.min(theirs));
        if height > 0.0 {
            height * self.footprint().intersection_area_px2(&other.footprint())
        } else {
            0.0
        }
    }

    fn check(&self) -> Result<(), GeometryError> {
        for value in self.centre {
            finite("a cuboid's centre", value)?;
        }
        for value in self.size {
            finite("a cuboid's size", value)?;
        }
        finite("a cuboid's yaw", self.yaw_rad)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

    use super::*;

    fn cuboid(centre: [f64; 3], size: [f64; 3], yaw_rad: f64) -> Cuboid {
        Cuboid::new(centre, size, yaw_rad).unwrap()
    }

    #[test]
    fn a_cube_turned_by_45_degrees_shares_an_octagonal_column() {
        let a = cuboid([1e5, -2e5, 30.0], [2.0, 2.0, 3.0], 0.0);
        let b = cuboid([1e5, -2e5, 31.0], [2.0, 2.0, 3.0], FRAC_PI_4);
        let octagon = 8.0 * (2.0_f64.sqrt() - 1.0);
        assert!((a.intersection_volume(&b) - 2.0 * octagon).abs() < 1e-14);
    }

    #[test]
    fn quarter_and_half_turns_are_exact() {
        let a = cuboid([0.1, 0.2, 0.3], [4.0, 2.0, 1.0], 0.0);
        let half = cuboid([0.1, 0.2, 0.3], [4.0, 2.0, 1.0], PI);
        let swapped = cuboid([0.1, 0.2, 0.3], [2.0, 4.0, 1.0], FRAC_PI_2);
        assert_eq!(a.intersection_volume(&half), a.volume());
        assert_eq!(a.intersection_volume(&swapped), a.volume());
    }

    #[test]
    fn cuboids_above_each_other_or_apart_share_nothing() {
        let a = cuboid([0.0; 3], [2.0; 3], 0.4);
        for centre in [
            [0.0, 0.0, 2.0],
            [0.0, 0.0, -5.0],
            [3.0, 0.0, 0.0],
            [0.0, 9.0, 1.0],
        ] {
            assert_eq!(a.intersection_volume(&cuboid(centre, [2.0; 3], 0.4)), 0.0);
        }
        let flat = cuboid([0.0; 3], [2.0, 2.0, 0.0], 0.4);
        assert_eq!((flat.volume(), a.intersection_volume(&flat)), (0.0, 0.0));
    }

    #[test]
    fn a_small_cuboid_within_a_large_one_is_shared_whole() {
        let large = cuboid([0.0; 3], [20.0, 20.0, 9.0], 0.7);
        let small = cuboid([1.0, -2.0, 3.0], [2.0, 3.0, 1.0], -1.1);
        assert!((large.intersection_volume(&small) - 6.0).abs() < 1e-13);
        assert!((small.intersection_volume(&large) - 6.0).abs() < 1e-13);
    }

    #[test]
    fn numbers_must_be_finite() {
        assert!(Cuboid::new([f64::NAN, 0.0, 0.0], [1.0; 3], 0.0).is_err());
        assert!(Cuboid::new([0.0; 3], [1.0, f64::INFINITY, 1.0], 0.0).is_err());
        assert!(Cuboid::new([0.0; 3], [1.0; 3], f64::NAN).is_err());
    }
}
