//! Lengths and angles that raters measure on an image, and by how much two of them differ.

use super::lines::{check, scale_xy, scaled};
use super::{Measured, MetricError, MetricValue, Undefined, Unit};

/// After how many degrees an angle means the same again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// 360°: a direction, or the angle between two directions.
    Full,
    /// 180°: the axis of a line that points neither way.
    Half,
}

impl Turn {
    fn degrees(self) -> f64 {
        match self {
            Self::Full => 360.0,
            Self::Half => 180.0,
        }
    }
}

/// Length of a drawn line; in mm on a spacing of `[y, x]`, in px without.
///
/// # Definition
/// The sum of the lengths of its straight pieces, exact up to rounding.
/// # Input
/// Points `[x, y]` in px, in the order drawn.
/// # Edge cases
/// A single point: 0. No point: `Undefined(NotApplicable)`.
/// # Properties
/// At least 0; independent of the direction of drawing and of the line's place.
/// # Errors
/// A coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::metrics::line_length;
/// let caliper = [[0.0, 0.0], [3.0, 4.0]];
/// assert_eq!(line_length(&caliper, None)?.value.value(), Some(5.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Euclid.
/// # Checked against
/// shapely 2.2.0, `tests/oracles/vectors/lines.json`.
pub fn line_length(
    points: &[[f64; 2]],
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    let (scale, unit) = scale_xy(spacing_mm)?;
    check(points)?;
    if points.is_empty() {
        let value = Undefined::NotApplicable.into();
        return Ok(Measured { value, unit });
    }
    let points = scaled(points, scale);
    let pieces = points.windows(2);
    let length = pieces.map(|ends| (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1]));
    let value = MetricValue::defined("line_length", length.sum())?;
    Ok(Measured { value, unit })
}

/// Angle at the middle of three points, in degrees.
///
/// # Definition
/// The angle between the arms `vertex` → `arm` and `vertex` → `other_arm`, from 0° to 180°, measured in mm where the spacing `[y, x]` is
/// known: pixels that are not square would bend it.
/// # Input
/// Points `[x, y]` in px. Without a spacing the pixels are taken as square.
/// # Edge cases
/// An arm without length: `Undefined(NotApplicable)`.
/// # Properties
/// Unchanged when the arms are exchanged, moved, turned, or scaled.
/// # Errors
/// A coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::metrics::angle_at;
/// let found = angle_at([1.0, 0.0], [0.0, 0.0], [0.0, 2.0], None)?;
/// assert_eq!(found.value.value(), Some(90.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Euclid; by the arc tangent of cross and dot product, which keeps its digits near 0° and 180°.
/// # Checked against
/// numpy 2 by the directions of the arms as complex numbers, `tests/oracles/vectors/lines.json`.
pub fn angle_at(
    arm: [f64; 2],
    vertex: [f64; 2],
    other_arm: [f64; 2],
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    let (scale, _) = scale_xy(spacing_mm)?;
    check(&[arm, vertex, other_arm])?;
    let along = |end: [f64; 2]| [0, 1].map(|axis| (end[axis] - vertex[axis]) * scale[axis]);
    let (p, q) = (along(arm), along(other_arm));
    let value = if p == [0.0; 2] || q == [0.0; 2] {
        Undefined::NotApplicable.into()
    } else {
        let (cross, dot) = (p[0] * q[1] - p[1] * q[0], p[0] * q[0] + p[1] * q[1]);
        MetricValue::defined("angle_at", cross.abs().atan2(dot).to_degrees())?
    };
    Ok(Measured {
        value,
        unit: Unit::Degrees,
    })
}

/// Difference of two measured lengths, candidate minus reference.
///
/// # Definition
/// |candidate| − |reference|, with its sign and in the unit of both. Over many items it is what Bland–Altman analysis takes
/// (`agreement::bland_altman`).
/// # Input
/// Two lengths in px or in mm, such as [`line_length`] gives or a tool has reported.
/// # Edge cases
/// Both undefined: `Undefined(BothEmpty)`; one of them: `Undefined(ReferenceEmpty)` or `Undefined(CandidateEmpty)`.
/// # Properties
/// Changes its sign when the sides are exchanged; 0 for equal lengths.
/// # Errors
/// `UnitMismatch` where one is in px and the other in mm: nothing is converted silently.
/// # Example
/// ```
/// use concord::metrics::{length_difference, line_length};
/// let reference = line_length(&[[0.0, 0.0], [10.0, 0.0]], Some([0.5, 0.5]))?;
/// let candidate = line_length(&[[0.0, 0.0], [13.0, 0.0]], Some([0.5, 0.5]))?;
/// // 6.5 mm against 5 mm.
/// assert_eq!(length_difference(reference, candidate)?.value.value(), Some(1.5));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Bland & Altman 1986, Lancet 327:307–310, doi:10.1016/S0140-6736(86)90837-8.
/// # Checked against
/// shapely 2.2.0, `tests/oracles/vectors/lines.json`.
pub fn length_difference(
    reference: Measured,
    candidate: Measured,
) -> Result<Measured, MetricError> {
    difference("length_difference", reference, candidate, |by| by)
}

/// Difference of two measured angles, candidate minus reference, in degrees.
///
/// # Definition
/// The signed turn by which the candidate lies beyond the reference, brought into (−p/2, p/2] by whole periods p of 360° ([`Turn::Full`])
/// or 180° ([`Turn::Half`]). So 359° and 1° are 2° apart, and two axes at 179° and 1° as well.
/// # Input
/// Two angles in degrees, such as [`angle_at`] gives or a tool has reported. Angles between two arms, from 0° to 180°, take
/// [`Turn::Full`] and differ plainly.
/// # Edge cases
/// Both undefined: `Undefined(BothEmpty)`; one of them: `Undefined(ReferenceEmpty)` or `Undefined(CandidateEmpty)`. Half a period apart
/// counts as positive.
/// # Properties
/// Changes its sign when the sides are exchanged, but for half a period; 0 for equal angles; unchanged when either is turned by a
/// period.
/// # Errors
/// `UnitMismatch` unless both are in degrees.
/// # Example
/// ```
/// use concord::metrics::{Measured, MetricValue, Turn, Unit, angle_difference};
/// let degrees = |value| Measured { value: MetricValue::Defined(value), unit: Unit::Degrees };
/// let found = angle_difference(degrees(359.0), degrees(1.0), Turn::Full)?;
/// assert_eq!(found.value.value(), Some(2.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Mardia & Jupp 2000, Directional Statistics, doi:10.1002/9780470316979 (differences of directions).
/// # Checked against
/// numpy 2 by the directions as complex numbers, `tests/oracles/vectors/lines.json`.
pub fn angle_difference(
    reference: Measured,
    candidate: Measured,
    turn: Turn,
) -> Result<Measured, MetricError> {
    for found in [reference.unit, candidate.unit] {
        if found != Unit::Degrees {
            return Err(MetricError::UnitMismatch {
                reference: Unit::Degrees,
                candidate: found,
            });
        }
    }
    let period = turn.degrees();
    difference("angle_difference", reference, candidate, |by| {
        let rest = by % period;
        if rest > 0.5 * period {
            rest - period
        } else if rest <= -0.5 * period {
            rest + period
        } else {
            rest
        }
    })
}

fn difference(
    metric: &'static str,
    reference: Measured,
    candidate: Measured,
    wrap: impl Fn(f64) -> f64,
) -> Result<Measured, MetricError> {
    let unit = reference.unit;
    if unit != candidate.unit {
        return Err(MetricError::UnitMismatch {
            reference: unit,
            candidate: candidate.unit,
        });
    }
    let value = match (reference.value.value(), candidate.value.value()) {
        (Some(reference), Some(candidate)) => {
            MetricValue::defined(metric, wrap(candidate - reference))?
        }
        (None, None) => Undefined::BothEmpty.into(),
        (None, Some(_)) => Undefined::ReferenceEmpty.into(),
        (Some(_), None) => Undefined::CandidateEmpty.into(),
    };
    Ok(Measured { value, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(value: f64) -> Measured {
        let value = MetricValue::Defined(value);
        Measured {
            value,
            unit: Unit::Degrees,
        }
    }

    #[test]
    fn lengths_in_mm_use_the_spacing_of_each_axis() {
        let line = [[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]];
        let mm = line_length(&line, Some([0.5, 2.0])).unwrap();
        // 6 mm across and 2 mm down, then 0.5 mm down.
        assert_eq!(mm.value.value(), Some(6.0_f64.hypot(2.0) + 0.5));
        assert_eq!(
            (mm.unit, line_length(&line, None).unwrap().unit),
            (Unit::Mm, Unit::Px)
        );
    }

    #[test]
    fn a_point_has_no_length_and_no_point_no_value() {
        let point = line_length(&[[2.0, 2.0]], None).unwrap();
        assert_eq!(point.value.value(), Some(0.0));
        let none = line_length(&[], None).unwrap();
        assert_eq!(none.value.undefined(), Some(Undefined::NotApplicable));
        let found = |a, b| length_difference(a, b).unwrap().value;
        assert_eq!(found(none, none), Undefined::BothEmpty.into());
        assert_eq!(found(none, point), Undefined::ReferenceEmpty.into());
        assert_eq!(found(point, none), Undefined::CandidateEmpty.into());
    }

    #[test]
    fn pixels_that_are_not_square_bend_angles() {
        let angle = |spacing| angle_at([1.0, 0.0], [0.0, 0.0], [1.0, 1.0], spacing).unwrap();
        assert_eq!(angle(None).value.value(), Some(45.0));
        // 1 mm across, √3 mm down.
        let bent = angle(Some([3.0_f64.sqrt(), 1.0])).value.value().unwrap();
        assert!((bent - 60.0).abs() < 1e-13);
        let stump = angle_at([1.0, 1.0], [1.0, 1.0], [2.0, 1.0], None).unwrap();
        assert_eq!(stump.value.undefined(), Some(Undefined::NotApplicable));
    }

    #[test]
    fn angles_differ_the_short_way_round() {
        let found = |a, b, turn| {
            let by = angle_difference(degrees(a), degrees(b), turn).unwrap();
            by.value.value().unwrap()
        };
        assert_eq!(found(1.0, 359.0, Turn::Full), -2.0);
        assert_eq!(found(350.0, 10.0, Turn::Full), 20.0);
        assert_eq!(found(0.0, 180.0, Turn::Full), 180.0);
        assert_eq!(found(180.0, 0.0, Turn::Full), 180.0);
        assert_eq!(found(179.0, 1.0, Turn::Half), 2.0);
        assert_eq!(found(0.0, 90.0, Turn::Half), 90.0);
        assert_eq!(found(-720.0, 725.0, Turn::Full), 5.0);
    }

    #[test]
    fn units_are_not_mixed() {
        let px = line_length(&[[0.0, 0.0]], None).unwrap();
        let mm = line_length(&[[0.0, 0.0]], Some([1.0, 1.0])).unwrap();
        assert!(length_difference(px, mm).is_err());
        assert!(angle_difference(px, px, Turn::Full).is_err());
        assert!(angle_difference(degrees(1.0), mm, Turn::Full).is_err());
        assert!(line_length(&[[f64::NAN, 0.0]], None).is_err());
        assert!(angle_at([0.0; 2], [f64::INFINITY, 0.0], [1.0; 2], None).is_err());
    }
}
