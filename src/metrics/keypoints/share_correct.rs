//! The share of points that lie near enough (PCK), with a tolerance of its own or relative to a length of the reference.

use super::{NamedPoint, PointComparison, by_name};
use crate::metrics::error::{not_negative, positive};
use crate::metrics::{MetricError, MetricValue, Undefined, Unit};

/// The length of the reference that a relative tolerance is a share of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReferenceLength<'a> {
    /// The longer side of the box around the reference's points (Yang & Ramanan 2013).
    Box,
    /// The distance between two of the reference's points: shoulder to hip for a torso, neck to head top for PCKh.
    Between(&'a str, &'a str),
    /// Measured elsewhere, in the unit asked for: 0.6 of the diagonal of MPII's head box, for instance.
    Stated(f64),
}

/// The length of the reference that a relative tolerance is a share of, in px or mm.
///
/// # Definition
/// `Box`: the larger of (max x − min x) and (max y − min y). `Between(p, q)`: |p − q|, with the difference in depth in mm where both
/// have one. `Stated`: the number itself. In mm each axis is multiplied by its spacing first.
/// # Input
/// The reference's points; `Unit::Px` or `Unit::Mm`; spacing in mm along y and x for mm.
/// # Edge cases
/// No points: `ReferenceEmpty`. A point of `Between` that was not placed: `NoSharedPoints`. Mm without spacing: `NoSpacing`. A length of 0
/// (one point alone), another unit, or a depth at one end only in mm: `NotApplicable`.
/// # Properties
/// Never below 0; grows with the figure; not changed by moving it.
/// # Errors
/// `RepeatedPoint`; a coordinate that is not finite; a spacing or stated length that is not positive.
/// # Example
/// ```
/// use concord::metrics::{NamedPoint, ReferenceLength, Unit, reference_length};
/// let point = |name: &str, x: f64, y: f64| NamedPoint { name: name.into(), x, y, z_mm: None, visible: None };
/// let points = [point("neck", 0.0, 0.0), point("top", 3.0, 4.0)];
/// assert_eq!(reference_length(&points, ReferenceLength::Between("neck", "top"), Unit::Px, None)?.value(), Some(5.0));
/// assert_eq!(reference_length(&points, ReferenceLength::Box, Unit::Px, None)?.value(), Some(4.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Yang & Ramanan 2013, doi:10.1109/TPAMI.2012.261 (box); Andriluka et al. 2014, doi:10.1109/CVPR.2014.471 (head segment).
/// # Checked against
/// By hand in `keypoints/tests.rs`.
pub fn reference_length(
    reference: &[NamedPoint],
    length: ReferenceLength<'_>,
    unit: Unit,
    spacing_yx_mm: Option<[f64; 2]>,
) -> Result<MetricValue, MetricError> {
    let names = by_name(reference)?;
    let [y, x] = match (unit, spacing_yx_mm) {
        (Unit::Px, _) => [1.0, 1.0],
        (Unit::Mm, Some([y, x])) => [
            positive("spacing along y", y)?,
            positive("spacing along x", x)?,
        ],
        (Unit::Mm, None) => return Ok(Undefined::NoSpacing.into()),
        _ => return Ok(Undefined::NotApplicable.into()),
    };
    if let ReferenceLength::Stated(found) = length {
        return MetricValue::defined("reference_length", positive("the reference length", found)?);
    }
    if reference.is_empty() {
        return Ok(Undefined::ReferenceEmpty.into());
    }
    let found = match length {
        ReferenceLength::Between(from, to) => {
            let (Some(from), Some(to)) = (names.get(from), names.get(to)) else {
                return Ok(Undefined::NoSharedPoints.into());
            };
            let flat = ((to.x - from.x) * x).hypot((to.y - from.y) * y);
            match (unit, from.z_mm, to.z_mm) {
                (Unit::Px, _, _) | (_, None, None) => flat,
                (_, Some(one), Some(two)) => flat.hypot(two - one),
                _ => return Ok(Undefined::NotApplicable.into()),
            }
        }
        _ => {
            let extent = |place: fn(&NamedPoint) -> f64| {
                let values = reference.iter().map(place);
                values.clone().fold(f64::NEG_INFINITY, f64::max)
                    - values.fold(f64::INFINITY, f64::min)
            };
            (extent(|point| point.x) * x).max(extent(|point| point.y) * y)
        }
    };
    if found == 0.0 {
        return Ok(Undefined::NotApplicable.into());
    }
    MetricValue::defined("reference_length", found)
}

impl PointComparison {
    /// Share of the points placed by both that lie within `tolerance` (PCK@τ).
    ///
    /// # Definition
    /// |{i : dᵢ ≤ τ}| / n over the points placed by both. Distances up to and including the tolerance count, also when they exceed it by
    /// rounding only (1e-9 of it).
    /// # Input
    /// `Unit::Px` or `Unit::Mm`, and τ in it.
    /// # Edge cases
    /// As for [`PointComparison::distances`]. Missing and extra points do not enter: they are counted apart.
    /// # Properties
    /// In [0, 1]; symmetric; never falls as the tolerance grows.
    /// # Errors
    /// A tolerance that is negative or not finite.
    /// # Example
    /// ```
    /// use concord::metrics::{NamedPoint, Unit, compare_points};
    /// let point = |name: &str, x: f64| NamedPoint { name: name.into(), x, y: 0.0, z_mm: None, visible: None };
    /// let found = compare_points(&[point("a", 0.0), point("b", 0.0)], &[point("a", 1.0), point("b", 3.0)], None)?;
    /// assert_eq!(found.pck(Unit::Px, 2.0)?.value(), Some(0.5));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Reference
    /// Yang & Ramanan 2013, IEEE TPAMI 35(12):2878–2890, doi:10.1109/TPAMI.2012.261; here with a tolerance in px or mm.
    /// # Checked against
    /// numpy 2.4.6, `tests/oracles/keypoints/coco.json`.
    pub fn pck(&self, unit: Unit, tolerance: f64) -> Result<MetricValue, MetricError> {
        not_negative("tolerance", tolerance)?;
        let limit = tolerance * (1.0 + 1e-9);
        Ok(match self.distances(unit) {
            Ok(distances) => {
                let n_within = distances
                    .iter()
                    .filter(|distance| **distance <= limit)
                    .count();
                MetricValue::Defined(n_within as f64 / distances.len() as f64)
            }
            Err(reason) => reason.into(),
        })
    }

    /// Share of the points placed by both that lie within a share of a length of the reference (PCK@α, PCKh@α).
    ///
    /// # Definition
    /// [`PointComparison::pck`] at τ = α · L, with L from [`reference_length`] in the same unit. PCKh@0.5 is α = 0.5 with the head segment.
    /// # Input
    /// `share` is α ≥ 0; `length` is L.
    /// # Edge cases
    /// An undefined length passes its reason on, unless the points themselves have none: then theirs.
    /// # Properties
    /// In [0, 1]; never falls as α grows; not changed when points and length are scaled alike. Not symmetric: L is the reference's.
    /// # Errors
    /// A share that is negative or not finite; a product that is not finite.
    /// # Example
    /// ```
    /// use concord::metrics::{MetricValue, NamedPoint, Unit, compare_points};
    /// let point = |name: &str, x: f64| NamedPoint { name: name.into(), x, y: 0.0, z_mm: None, visible: None };
    /// let found = compare_points(&[point("a", 0.0), point("b", 10.0)], &[point("a", 1.0), point("b", 16.0)], None)?;
    /// // Half of 10 px: 1 px is within, 6 px is not.
    /// assert_eq!(found.pck_relative(Unit::Px, 0.5, MetricValue::Defined(10.0))?.value(), Some(0.5));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Reference
    /// Yang & Ramanan 2013, doi:10.1109/TPAMI.2012.261; Andriluka et al. 2014, doi:10.1109/CVPR.2014.471.
    /// # Checked against
    /// numpy 2.4.6, `tests/oracles/keypoints/coco.json`.
    pub fn pck_relative(
        &self,
        unit: Unit,
        share: f64,
        length: MetricValue,
    ) -> Result<MetricValue, MetricError> {
        not_negative("share of the reference length", share)?;
        if let Err(reason) = self.distances(unit) {
            return Ok(reason.into());
        }
        match length {
            MetricValue::Defined(length) => self.pck(unit, share * length),
            MetricValue::Undefined(reason) => Ok(reason.into()),
        }
    }
}
