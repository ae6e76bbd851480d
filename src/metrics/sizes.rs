//! Differences of size and place: volume difference, centroid distance, box edges.

use super::error::positive;
use super::{Measured, MetricError, MetricValue, Overlap, Undefined, Unit};
use crate::geometry::{GeometryError, Mask, Rect, SliceAxis, Volume};

/// Volume difference, candidate minus reference.
///
/// # Definition
/// |B| − |A|, in the unit of the overlap; [`Overlap::scaled`] turns voxels into mm³.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: the size of the other, signed.
/// # Properties
/// Changes its sign when reference and candidate are exchanged.
/// # Reference
/// Heimann et al. 2009, IEEE TMI 28(8):1251–1265, doi:10.1109/TMI.2009.2013851.
pub fn volume_difference(overlap: &Overlap) -> MetricValue {
    if overlap.a() + overlap.b() > 0.0 {
        MetricValue::Defined(overlap.b() - overlap.a())
    } else {
        Undefined::BothEmpty.into()
    }
}

/// Volume difference as a share of the reference.
///
/// # Definition
/// (|B| − |A|) / |A|.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. Reference empty: `Undefined(ReferenceEmpty)`. Candidate empty: −1.
/// # Properties
/// At least −1; 0 for equal volumes.
/// # Reference
/// Heimann et al. 2009, doi:10.1109/TMI.2009.2013851.
pub fn relative_volume_difference(overlap: &Overlap) -> MetricValue {
    match (overlap.a() > 0.0, overlap.b() > 0.0) {
        (true, _) => MetricValue::Defined((overlap.b() - overlap.a()) / overlap.a()),
        (false, true) => Undefined::ReferenceEmpty.into(),
        (false, false) => Undefined::BothEmpty.into(),
    }
}

/// Distance between the centroids of two masks; in mm on a spacing of `[y, x]`, in px without.
///
/// # Edge cases
/// Undefined when a mask is empty.
/// # Errors
/// `SizeMismatch`; a spacing that is not positive.
pub fn centroid_distance(
    a: &Mask,
    b: &Mask,
    spacing_mm: Option<[f64; 2]>,
) -> Result<Measured, MetricError> {
    a.check_size(b)?;
    let [y, x] = spacing_mm.unwrap_or([1.0; 2]);
    let scale = [
        positive("spacing along x", x)?,
        positive("spacing along y", y)?,
    ];
    let unit = if spacing_mm.is_some() {
        Unit::Mm
    } else {
        Unit::Px
    };
    distance_between(a.centroid_px(), b.centroid_px(), scale, unit)
}

/// Distance between the centroids of two volumes; in mm on a spacing of `[z, y, x]`, in px without, where slices by number count
/// as 1 px apart.
///
/// # Edge cases
/// Undefined when a volume is empty.
/// # Errors
/// `SizeMismatch` or `AxisMismatch`; a spacing that is not positive; `NoSliceSpacing` for slices in micrometres without spacing.
pub fn centroid_distance_of_volumes(
    a: &Volume,
    b: &Volume,
    spacing_mm: Option<[f64; 3]>,
) -> Result<Measured, MetricError> {
    a.check_grid(b)?;
    let [z, y, x] = spacing_mm.unwrap_or([1.0; 3]);
    let step = match (a.axis(), spacing_mm) {
        (SliceAxis::Index, _) => z,
        (SliceAxis::Micrometres, Some(_)) => 1e-3,
        (SliceAxis::Micrometres, None) => return Err(MetricError::NoSliceSpacing),
    };
    positive("spacing along z", z)?;
    let scale = [
        step,
        positive("spacing along y", y)?,
        positive("spacing along x", x)?,
    ];
    let unit = if spacing_mm.is_some() {
        Unit::Mm
    } else {
        Unit::Px
    };
    distance_between(a.centroid(), b.centroid(), scale, unit)
}

fn distance_between<const N: usize>(
    a: Option<[f64; N]>,
    b: Option<[f64; N]>,
    scale: [f64; N],
    unit: Unit,
) -> Result<Measured, MetricError> {
    let value = match (a, b) {
        (Some(a), Some(b)) => {
            let steps = (0..N).map(|axis| (a[axis] - b[axis]) * scale[axis]);
            MetricValue::defined("centroid_distance", steps.fold(0.0, f64::hypot))?
        }
        (None, Some(_)) => Undefined::ReferenceEmpty.into(),
        (Some(_), None) => Undefined::CandidateEmpty.into(),
        (None, None) => Undefined::BothEmpty.into(),
    };
    Ok(Measured { value, unit })
}

/// How far each edge of a candidate box lies from the reference's, px; positive is right or down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EdgeDeviation {
    pub left_px: f64,
    pub top_px: f64,
    pub right_px: f64,
    pub bottom_px: f64,
}

impl EdgeDeviation {
    /// The largest deviation of any edge, without sign.
    pub fn largest_px(&self) -> f64 {
        [self.left_px, self.top_px, self.right_px, self.bottom_px]
            .into_iter()
            .fold(0.0, |most, edge| most.max(edge.abs()))
    }
}

/// Deviation of each edge of a box.
///
/// # Definition
/// Candidate minus reference, edge by edge, in px.
/// # Errors
/// A coordinate that is not finite.
/// # Example
/// ```
/// use concord::geometry::Rect;
/// use concord::metrics::box_edge_deviation;
/// let reference = Rect::from_corners([0.0, 0.0], [10.0, 10.0]);
/// let candidate = Rect::from_corners([-2.0, 0.0], [10.0, 13.0]);
/// let found = box_edge_deviation(&reference, &candidate)?;
/// assert_eq!((found.left_px, found.bottom_px, found.largest_px()), (-2.0, 3.0, 3.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
pub fn box_edge_deviation(
    reference: &Rect,
    candidate: &Rect,
) -> Result<EdgeDeviation, MetricError> {
    for area in [reference, candidate] {
        if !area.is_finite() {
            return Err(MetricError::Geometry(GeometryError::NotFinite {
                what: "a box coordinate",
                found: f64::NAN,
            }));
        }
    }
    let deviation = EdgeDeviation {
        left_px: candidate.x0 - reference.x0,
        top_px: candidate.y0 - reference.y0,
        right_px: candidate.x1 - reference.x1,
        bottom_px: candidate.y1 - reference.y1,
    };
    MetricValue::defined("box_edge_deviation", deviation.largest_px())?;
    Ok(deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_signed_and_relative_to_the_reference() {
        let overlap = Overlap::new(10.0, 12.0, 9.0).unwrap().scaled(0.5).unwrap();
        assert_eq!(volume_difference(&overlap).value(), Some(1.0));
        assert_eq!(relative_volume_difference(&overlap).value(), Some(0.2));
    }

    #[test]
    fn an_empty_reference_has_no_relative_difference() {
        let extra = Overlap::new(0.0, 12.0, 0.0).unwrap();
        assert_eq!(volume_difference(&extra).value(), Some(12.0));
        assert_eq!(
            relative_volume_difference(&extra),
            Undefined::ReferenceEmpty.into()
        );
        let missing = Overlap::new(12.0, 0.0, 0.0).unwrap();
        assert_eq!(relative_volume_difference(&missing).value(), Some(-1.0));
        let none = Overlap::default();
        assert_eq!(volume_difference(&none), Undefined::BothEmpty.into());
        assert_eq!(
            relative_volume_difference(&none),
            Undefined::BothEmpty.into()
        );
    }

    #[test]
    fn centroids_are_held_apart_by_the_spacing_of_each_axis() {
        let dot = |at| Mask::from_bounds(10, 10, vec![at, at + 1]).unwrap();
        let found = centroid_distance(&dot(11), &dot(54), Some([0.5, 2.0])).unwrap();
        // 3 px in x at 2 mm, 4 px in y at 0.5 mm.
        assert_eq!(found.value.value(), Some(6.0_f64.hypot(2.0)));
        assert_eq!(found.unit, Unit::Mm);
    }

    #[test]
    fn slices_in_micrometres_need_no_spacing_along_z() {
        let volume = |key| {
            let dot = Mask::from_bounds(4, 4, vec![5, 6]).unwrap();
            Volume::new(4, 4, SliceAxis::Micrometres, vec![(key, dot)]).unwrap()
        };
        let (a, b) = (volume(0), volume(2_500));
        let found = centroid_distance_of_volumes(&a, &b, Some([1.25, 1.0, 1.0])).unwrap();
        assert_eq!(found.value.value(), Some(2.5));
        assert!(centroid_distance_of_volumes(&a, &b, None).is_err());
    }
}
