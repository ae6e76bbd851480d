//! Distances between boundaries: Hausdorff, average and normalised surface distance.

use super::error::not_negative;
use super::{MetricError, MetricValue, Undefined, Unit};
use crate::geometry::{Mask, SliceAxis, SurfaceDistances, Volume};

/// Surfaces of a reference `a` and a candidate `b`, ready for every figure below, with the unit of their distances.
///
/// # Definition
/// The distances of [`SurfaceDistances`], found once; each figure only reads them.
/// # Input
/// Two masks or two volumes of one grid.
/// # Edge cases
/// Empty shapes are allowed: figures then say which side was empty.
/// # Properties
/// The unit is mm where a spacing was given, px otherwise.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{assd, hd, Surfaces, Unit};
/// let dot = |x: u32| Mask::from_bounds(8, 8, vec![x, x + 1]);
/// let surfaces = Surfaces::of_masks(&dot(1)?, &dot(4)?, None)?;
/// assert_eq!(surfaces.unit(), Unit::Px);
/// // The four corners of each pixel are 3, 3, 2 and 2 px away.
/// assert_eq!(hd(&surfaces).value(), Some(3.0));
/// assert!((assd(&surfaces).value().unwrap() - 2.5).abs() < 1e-12);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
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

    /// The distances themselves, element by element.
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

fn greater([to, from]: [f64; 2]) -> f64 {
    to.max(from)
}

/// Hausdorff distance.
///
/// # Definition
/// The greater of the two directed maxima of the surface distances.
/// # Input
/// Surfaces of two masks or volumes.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`; one empty: `Undefined(ReferenceEmpty)` or `Undefined(CandidateEmpty)`.
/// # Properties
/// At least 0; symmetric; 0 for equal shapes; grows with the spacing.
/// # Errors
/// None.
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
/// Hausdorff 1914, Grundzüge der Mengenlehre; surface elements as in Nikolov et al. 2021, doi:10.2196/26151. SimpleITK's filter takes
/// sets of whole voxels instead of surfaces, MetricsReloaded the voxels along the border; both differ where shapes are hollow.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`;
/// where they differ, SimpleITK 2.5.7 and MetricsReloaded cb38dfc, `tests/oracles/boundary/simpleitk.json` and
/// `tests/oracles/boundary/metrics_reloaded.json`.
pub fn hd(surfaces: &Surfaces) -> MetricValue {
    surfaces.value(surfaces.distances.maximum().map(greater))
}

/// Hausdorff distance at a percentile from 0 to 100.
///
/// # Definition
/// The greater of the two directed percentiles; a directed percentile is the least distance within which that share of a surface's
/// length (area) lies. A share met but for rounding (1e-9) counts as met.
/// # Input
/// `percent` from 0 to 100.
/// # Edge cases
/// As for [`hd`].
/// # Properties
/// At least 0; symmetric; never falls as the percentile grows; at 100 it is [`hd`].
/// # Errors
/// `Percentile` outside 0 to 100.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{hd_percentile, Surfaces};
/// let dot = |x: u32| Mask::from_bounds(8, 8, vec![x, x + 1]);
/// let surfaces = Surfaces::of_masks(&dot(1)?, &dot(4)?, None)?;
/// // Half of each pixel's outline is 2 px away, the rest 3 px.
/// assert_eq!(hd_percentile(&surfaces, 50.0)?.value(), Some(2.0));
/// assert_eq!(hd_percentile(&surfaces, 51.0)?.value(), Some(3.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1 at 5, 50, 95 and 100 %, `tests/oracles/boundary/surfaces.json`.
pub fn hd_percentile(surfaces: &Surfaces, percent: f64) -> Result<MetricValue, MetricError> {
    if !(0.0..=100.0).contains(&percent) {
        return Err(MetricError::Percentile { found: percent });
    }
    Ok(surfaces.value(surfaces.distances.percentile(percent).map(greater)))
}

/// 95th percentile Hausdorff distance.
///
/// # Definition
/// [`hd_percentile`] at 95.
/// # Input
/// Surfaces of two masks or volumes.
/// # Edge cases
/// As for [`hd`].
/// # Properties
/// At least 0; symmetric; never above [`hd`].
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{hd95, Surfaces};
/// // A row of 40 pixels, and the same with a spike of one pixel: its two corners, 1 px off, are below 2 % of the outline.
/// let row = Mask::from_bounds(42, 4, vec![85, 125])?;
/// let spiked = Mask::from_bounds(42, 4, vec![63, 64, 85, 125])?;
/// assert_eq!(hd95(&Surfaces::of_masks(&row, &spiked, None)?).value(), Some(0.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151. MetricsReloaded counts border voxels without weight and
/// interpolates between them.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`;
/// where it differs, MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
pub fn hd95(surfaces: &Surfaces) -> MetricValue {
    surfaces.value(surfaces.distances.percentile(95.0).map(greater))
}

/// Average symmetric surface distance.
///
/// # Definition
/// Mean distance over both surfaces, each element weighted by its length (area).
/// # Input
/// Surfaces of two masks or volumes.
/// # Edge cases
/// As for [`hd`].
/// # Properties
/// At least 0; symmetric; never above [`hd`].
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{assd, Surfaces};
/// let dot = |x: u32| Mask::from_bounds(8, 8, vec![x, x + 1]);
/// let surfaces = Surfaces::of_masks(&dot(1)?, &dot(4)?, Some([3.0, 4.0]))?;
/// // Pixels 4 mm wide: half of each outline is 8 mm away, the rest 12 mm.
/// assert_eq!(assd(&surfaces).value(), Some(10.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Nikolov et al. 2021, doi:10.2196/26151; one mean over both surfaces, not the mean of two means, which is [`masd`].
/// # Checked against
/// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`;
/// where it differs, MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
pub fn assd(surfaces: &Surfaces) -> MetricValue {
    surfaces.value(surfaces.distances.mean())
}

/// Mean average surface distance.
///
/// # Definition
/// The mean of the two directed mean distances; each surface counts one half, whatever its length (area).
/// # Input
/// Surfaces of two masks or volumes.
/// # Edge cases
/// As for [`hd`].
/// # Properties
/// At least 0; symmetric; never above [`hd`]; equals [`assd`] where both surfaces are of one size.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{masd, Surfaces};
/// let dot = |x: u32| Mask::from_bounds(8, 8, vec![x, x + 1]);
/// let surfaces = Surfaces::of_masks(&dot(1)?, &dot(4)?, Some([3.0, 4.0]))?;
/// // Pixels 4 mm wide: half of each outline is 8 mm away, the rest 12 mm.
/// assert_eq!(masd(&surfaces).value(), Some(10.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Beneš & Zitová 2015, Journal of Microscopy 257(1):65–85, doi:10.1111/jmi.12186; elements as in Nikolov et al. 2021,
/// doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1 (its two directed means), `tests/oracles/boundary/surfaces.json`;
/// where it differs, MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
pub fn masd(surfaces: &Surfaces) -> MetricValue {
    let means = surfaces.distances.means();
    surfaces.value(means.map(|[to, from]| 0.5 * (to + from)))
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
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{nsd, Surfaces};
/// let dot = |x: u32| Mask::from_bounds(8, 8, vec![x, x + 1]);
/// let surfaces = Surfaces::of_masks(&dot(1)?, &dot(4)?, None)?;
/// // Half of each outline is 2 px away, the rest 3 px.
/// assert_eq!(nsd(&surfaces, 2.0)?.value(), Some(0.5));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Nikolov et al. 2021, J Med Internet Res 23(7):e26151, doi:10.2196/26151.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`;
/// where it differs, MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
pub fn nsd(surfaces: &Surfaces, tolerance: f64) -> Result<MetricValue, MetricError> {
    not_negative("tolerance", tolerance)?;
    let value = surfaces.value(surfaces.distances.share_within(tolerance));
    Ok(match value.undefined() {
        Some(Undefined::ReferenceEmpty | Undefined::CandidateEmpty) => MetricValue::Defined(0.0),
        _ => value,
    })
}

/// Surface overlap: the share of the reference's surface within `tolerance` of the candidate's, and the other way round.
///
/// # Definition
/// |{s ∈ Sa : d(s, Sb) ≤ τ}| / |Sa| and |{s ∈ Sb : d(s, Sa) ≤ τ}| / |Sb|: how much of the reference was found, and how much of the
/// candidate is right. [`nsd`] is their mean weighted by size.
/// # Input
/// `tolerance` ≥ 0 in the unit of the surfaces.
/// # Edge cases
/// The share of an empty side: `Undefined(ReferenceEmpty)`, `Undefined(CandidateEmpty)` or `Undefined(BothEmpty)`; the share of the
/// other side is then 0.
/// # Properties
/// In [0, 1]; never fall as the tolerance grows; exchanging the sides exchanges the shares.
/// # Errors
/// `Negative` tolerance.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{surface_overlap, Surfaces};
/// // A block of 2x2 pixels and one of 3x2: the lower end of the longer one, 22 % of its outline, lies 2 mm off.
/// let square = Mask::from_bounds(6, 6, vec![7, 9, 13, 15])?;
/// let longer = Mask::from_bounds(6, 6, vec![7, 9, 13, 15, 19, 21])?;
/// let surfaces = Surfaces::of_masks(&square, &longer, Some([2.0, 1.0]))?;
/// let [found, right] = surface_overlap(&surfaces, 1.0)?.map(|share| share.value());
/// assert_eq!(found, Some(1.0));
/// let end = 1.0 + 5.0_f64.sqrt();
/// let outline = 2.0 + 4.0 * 2.0 + 2.0 * 5.0_f64.sqrt();
/// assert!((right.unwrap() - (1.0 - end / outline)).abs() < 1e-12);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Nikolov et al. 2021, doi:10.2196/26151, in its public implementation.
/// # Checked against
/// surface-distance 0.1, `tests/oracles/boundary/surfaces.json`.
pub fn surface_overlap(
    surfaces: &Surfaces,
    tolerance: f64,
) -> Result<[MetricValue; 2], MetricError> {
    not_negative("tolerance", tolerance)?;
    let shares = surfaces.distances.shares_within(tolerance);
    let mut values = [0, 1].map(|side| surfaces.value(shares.map(|shares| shares[side])));
    match values[0].undefined() {
        Some(Undefined::ReferenceEmpty) => values[1] = MetricValue::Defined(0.0),
        Some(Undefined::CandidateEmpty) => values[0] = MetricValue::Defined(0.0),
        _ => {}
    }
    Ok(values)
}

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod peer_tests;
#[cfg(test)]
mod tests;
