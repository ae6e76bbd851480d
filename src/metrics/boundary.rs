//! Distances between boundaries: Hausdorff, average and normalised surface distance, boundary IoU.

use super::error::not_negative;
use super::{MetricError, MetricValue, Overlap, Undefined, Unit, iou};
use crate::geometry::{Mask, SliceAxis, SurfaceDistances, Volume};

/// Surfaces of a reference `a` and a candidate `b`, ready for every figure below, with the unit of their distances.
#[derive(Clone, Debug, PartialEq)]
pub struct Surfaces {
    distances: SurfaceDistances,
    unit: Unit,
}

impl Surfaces {
    /// Between two masks; distances in mm on a spacing of `[y, x]`, in px without.
    ///
    /// # Errors
    /// As for [`SurfaceDistances::of_masks`].
    pub fn of_masks(a: &Mask, b: &Mask, spacing_mm: Option<[f64; 2]>) -> Result<Self, MetricError> {
        let distances = SurfaceDistances::of_masks(a, b, spacing_mm.unwrap_or([1.0; 2]))?;
        let unit = unit(spacing_mm.is_some());
        Ok(Self { distances, unit })
    }

    /// Between two volumes; distances in mm on a spacing of `[z, y, x]`. Without spacing, slices by number count as 1 px apart.
    ///
    /// # Errors
    /// As for [`SurfaceDistances::of_volumes`]; `NoSliceSpacing` for slices placed in micrometres without spacing.
    pub fn of_volumes(
        a: &Volume,
        b: &Volume,
        spacing_mm: Option<[f64; 3]>,
    ) -> Result<Self, MetricError> {
        if spacing_mm.is_none() && a.axis() == SliceAxis::Micrometres {
            return Err(MetricError::NoSliceSpacing);
        }
        let distances = SurfaceDistances::of_volumes(a, b, spacing_mm.unwrap_or([1.0; 3]))?;
        let unit = unit(spacing_mm.is_some());
        Ok(Self { distances, unit })
    }

    /// Unit of all distances: mm where the spacing is known, px otherwise.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    pub fn distances(&self) -> &SurfaceDistances {
        &self.distances
    }

    /// The value, or which side was empty.
    fn value(&self, value: Option<f64>) -> MetricValue {
        let empty = (self.distances.a_is_empty(), self.distances.b_is_empty());
        match (value, empty) {
            (Some(value), _) => MetricValue::Defined(value),
            (None, (true, true)) => Undefined::BothEmpty.into(),
            (None, (true, false)) => Undefined::ReferenceEmpty.into(),
            (None, _) => Undefined::CandidateEmpty.into(),
        }
    }
}

fn unit(has_spacing: bool) -> Unit {
    if has_spacing { Unit::Mm } else { Unit::Px }
}

/// Hausdorff distance.
///
/// # Definition
/// The greater of the two directed maxima of the surface distances.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`; one empty: `Undefined(ReferenceEmpty)` or `Undefined(CandidateEmpty)`.
/// # Properties
/// At least 0; symmetric; 0 for equal shapes; grows with the spacing.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{hd, Surfaces};
/// // One pixel each, in one row, 3 px apart; 0.5 mm wide.
/// let dot = |x: u32| Mask::from_bounds(8, 8, vec![x, x + 1]);
/// let surfaces = Surfaces::of_masks(&dot(1)?, &dot(4)?, Some([0.5, 0.5]))?;
/// assert_eq!(hd(&surfaces).value(), Some(1.5));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Hausdorff 1914, Grundzüge der Mengenlehre; surface elements as in Nikolov et al. 2021, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/surface_distance/`.
pub fn hd(surfaces: &Surfaces) -> MetricValue {
    let greater = |[to, from]: [f64; 2]| to.max(from);
    surfaces.value(surfaces.distances.maximum().map(greater))
}

/// Hausdorff distance at a percentile from 0 to 100.
///
/// # Definition
/// The greater of the two directed percentiles; a directed percentile is the least distance within which that share of a surface's
/// length (area) lies. A share met but for rounding (1e-9) counts as met.
/// # Edge cases
/// As for [`hd`].
/// # Properties
/// Never falls as the percentile grows; at 100 it is [`hd`].
/// # Errors
/// `Percentile` outside 0 to 100.
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/surface_distance/`.
pub fn hd_percentile(surfaces: &Surfaces, percent: f64) -> Result<MetricValue, MetricError> {
    if !(0.0..=100.0).contains(&percent) {
        return Err(MetricError::Percentile { found: percent });
    }
    let greater = |[to, from]: [f64; 2]| to.max(from);
    Ok(surfaces.value(surfaces.distances.percentile(percent).map(greater)))
}

/// 95th percentile Hausdorff distance; see [`hd_percentile`].
pub fn hd95(surfaces: &Surfaces) -> MetricValue {
    let greater = |[to, from]: [f64; 2]| to.max(from);
    surfaces.value(surfaces.distances.percentile(95.0).map(greater))
}

/// Average symmetric surface distance.
///
/// # Definition
/// Mean distance over both surfaces, each element weighted by its length (area).
/// # Edge cases
/// As for [`hd`].
/// # Properties
/// At least 0; symmetric; never above [`hd`].
/// # Reference
/// Nikolov et al. 2021, doi:10.2196/26151; one mean over both surfaces, not the mean of two means.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/surface_distance/`.
pub fn assd(surfaces: &Surfaces) -> MetricValue {
    surfaces.value(surfaces.distances.mean())
}

/// Normalised surface distance: the share of both surfaces that lies within `tolerance` of the other.
///
/// # Definition
/// (|{s ∈ Sa : d(s, Sb) ≤ τ}| + |{s ∈ Sb : d(s, Sa) ≤ τ}|) / (|Sa| + |Sb|), |·| the length (area). A distance that equals τ but for
/// rounding (1e-9 of τ) is within.
/// # Input
/// `tolerance` ≥ 0 in the unit of the surfaces.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; symmetric; never falls as the tolerance grows.
/// # Errors
/// `Negative` tolerance.
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/surface_distance/`.
pub fn nsd(surfaces: &Surfaces, tolerance: f64) -> Result<MetricValue, MetricError> {
    not_negative("tolerance", tolerance)?;
    let value = surfaces.value(surfaces.distances.share_within(tolerance));
    Ok(match value.undefined() {
        Some(Undefined::ReferenceEmpty | Undefined::CandidateEmpty) => MetricValue::Defined(0.0),
        _ => value,
    })
}

/// Boundary IoU.
///
/// # Definition
/// [`iou`] of the pixels of each mask no further than `width_px` (in king's moves) from what is not the mask; beyond the image
/// nothing is.
/// # Input
/// Masks of one size; `width_px` ≥ 1, for instance [`boundary_width_px`].
/// # Edge cases
/// As for [`iou`].
/// # Properties
/// In [0, 1]; symmetric; equals [`iou`] once the width reaches through both masks.
/// # Errors
/// `SizeMismatch`; `NotPositive` width.
/// # Reference
/// Cheng et al. 2021, Boundary IoU, CVPR, doi:10.1109/CVPR46437.2021.01508.
pub fn boundary_iou(a: &Mask, b: &Mask, width_px: u32) -> Result<MetricValue, MetricError> {
    if width_px == 0 {
        return Err(MetricError::NotPositive {
            what: "boundary width in px",
            found: 0.0,
        });
    }
    let rim = |mask: &Mask| mask.difference(&mask.eroded(width_px));
    Ok(iou(&Overlap::of_masks(&rim(a)?, &rim(b)?)?))
}

/// The boundary width of the reference for an image: 2 % of its diagonal, rounded, at least 1 px.
///
/// # Reference
/// Cheng et al. 2021, section 4, doi:10.1109/CVPR46437.2021.01508.
pub fn boundary_width_px(image_width_px: u32, image_height_px: u32) -> u32 {
    let diagonal = f64::from(image_width_px).hypot(f64::from(image_height_px));
    (0.02 * diagonal).round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(x0: u32, x1: u32) -> Mask {
        let rows = (2..6).flat_map(|y| [y * 10 + x0, y * 10 + x1]);
        Mask::from_bounds(10, 8, rows.collect()).unwrap()
    }

    fn surfaces(a: &Mask, b: &Mask) -> Surfaces {
        Surfaces::of_masks(a, b, None).unwrap()
    }

    #[test]
    fn the_unit_is_px_without_spacing_and_mm_with() {
        let a = block(2, 5);
        assert_eq!(surfaces(&a, &a).unit(), Unit::Px);
        let mm = Surfaces::of_masks(&a, &block(3, 6), Some([2.0, 0.5])).unwrap();
        assert_eq!((mm.unit(), hd(&mm).value()), (Unit::Mm, Some(0.5)));
    }

    #[test]
    fn one_empty_mask_has_no_distance_but_an_nsd_of_zero() {
        let (a, none) = (block(2, 5), Mask::empty(10, 8).unwrap());
        let no_reference = surfaces(&none, &a);
        assert_eq!(hd(&no_reference), Undefined::ReferenceEmpty.into());
        assert_eq!(nsd(&no_reference, 1.0).unwrap().value(), Some(0.0));
        let no_candidate = surfaces(&a, &none);
        assert_eq!(assd(&no_candidate), Undefined::CandidateEmpty.into());
        assert_eq!(hd95(&no_candidate), Undefined::CandidateEmpty.into());
        let nothing = surfaces(&none, &none);
        assert_eq!(nsd(&nothing, 1.0).unwrap(), Undefined::BothEmpty.into());
        assert_eq!(hd(&nothing), Undefined::BothEmpty.into());
    }

    #[test]
    fn percentiles_and_tolerances_are_checked() {
        let same = surfaces(&block(2, 5), &block(2, 5));
        for percent in [-1.0, 100.1, f64::NAN] {
            assert!(hd_percentile(&same, percent).is_err());
        }
        assert!(nsd(&same, -0.1).is_err() && nsd(&same, f64::NAN).is_err());
        let apart = surfaces(&block(1, 4), &block(2, 8));
        assert_eq!(hd_percentile(&apart, 100.0).unwrap(), hd(&apart));
    }

    #[test]
    fn boundary_iou_counts_rims_only() {
        // Rims 1 px wide of 3x4 blocks shifted by 1 px: each has 10 px, and they share 4 + 2.
        let value = boundary_iou(&block(2, 5), &block(3, 6), 1).unwrap();
        let shared = 4.0;
        assert_eq!(value.value(), Some(shared / (20.0 - shared)));
        let through = boundary_iou(&block(2, 5), &block(3, 6), 4).unwrap();
        assert_eq!(through.value(), Some(0.5));
        assert!(boundary_iou(&block(2, 5), &block(3, 6), 0).is_err());
        assert_eq!(boundary_width_px(640, 480), 16);
    }

    #[test]
    fn micrometre_slices_need_a_spacing() {
        let slices = vec![(0, block(2, 5))];
        let volume = Volume::new(10, 8, SliceAxis::Micrometres, slices).unwrap();
        let error = Surfaces::of_volumes(&volume, &volume, None);
        assert_eq!(error, Err(MetricError::NoSliceSpacing));
        assert!(Surfaces::of_volumes(&volume, &volume, Some([1.0; 3])).is_ok());
    }
}
