//! Differences of size and place: volume difference, centroid distance, box edges.

use super::error::positive;
use super::{Measured, MetricError, MetricValue, Overlap, Undefined, Unit};
use crate::geometry::{GeometryError, Mask, Rect, SliceAxis, Volume};

/// Volume difference, candidate minus reference.
///
/// # Definition
/// |B| − |A|, in the unit of the overlap; [`Overlap::scaled`] turns voxels into mm³.
/// # Input
/// Sizes of two masks, volumes or other shapes; only the sizes count, not what they share.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: the size of the other, signed.
/// # Properties
/// Changes its sign when reference and candidate are exchanged.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::{volume_difference, Overlap};
/// // 10 and 12 voxels of 0.5 mm³.
/// let overlap = Overlap::new(10.0, 12.0, 9.0)?.scaled(0.5)?;
/// assert_eq!(volume_difference(&overlap).value(), Some(1.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Heimann et al. 2009, IEEE TMI 28(8):1251–1265, doi:10.1109/TMI.2009.2013851.
/// # Checked against
/// Voxel counts of NumPy 2.4.6, `tests/oracles/boundary/surfaces.json`; mm² and mm³ of SimpleITK 2.5.7,
/// `tests/oracles/boundary/simpleitk.json`.
pub fn volume_difference(overlap: &Overlap) -> MetricValue {
    if overlap.a() + overlap.b() > 0.0 {
        MetricValue::Defined(overlap.b() - overlap.a())
    } else {
        Undefined::BothEmpty.into()
    }
}

/// Volume difference without its sign.
///
/// # Definition
/// ||B| − |A||, in the unit of the overlap.
/// # Input
/// As for [`volume_difference`].
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: the size of the other.
/// # Properties
/// At least 0; symmetric. Unlike the signed difference, too large and too small do not cancel in a mean.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::{absolute_volume_difference, Overlap};
/// let overlap = Overlap::new(12.0, 10.0, 9.0)?;
/// assert_eq!(absolute_volume_difference(&overlap).value(), Some(2.0));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Heimann et al. 2009, IEEE TMI 28(8):1251–1265, doi:10.1109/TMI.2009.2013851.
/// # Checked against
/// Voxel counts of NumPy 2.4.6, `tests/oracles/boundary/surfaces.json`; mm² and mm³ of SimpleITK 2.5.7,
/// `tests/oracles/boundary/simpleitk.json`.
pub fn absolute_volume_difference(overlap: &Overlap) -> MetricValue {
    without_sign(volume_difference(overlap))
}

/// Volume difference as a share of the reference.
///
/// # Definition
/// (|B| − |A|) / |A|.
/// # Input
/// As for [`volume_difference`].
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. Reference empty: `Undefined(ReferenceEmpty)`. Candidate empty: −1.
/// # Properties
/// At least −1; 0 for equal volumes; unchanged by scaling both.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::{relative_volume_difference, Overlap};
/// let overlap = Overlap::new(10.0, 12.0, 9.0)?;
/// assert_eq!(relative_volume_difference(&overlap).value(), Some(0.2));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Heimann et al. 2009, IEEE TMI 28(8):1251–1265, doi:10.1109/TMI.2009.2013851.
/// # Checked against
/// MetricsReloaded cb38dfc (without the sign), `tests/oracles/boundary/metrics_reloaded.json`.
pub fn relative_volume_difference(overlap: &Overlap) -> MetricValue {
    match (overlap.a() > 0.0, overlap.b() > 0.0) {
        (true, _) => MetricValue::Defined((overlap.b() - overlap.a()) / overlap.a()),
        (false, true) => Undefined::ReferenceEmpty.into(),
        (false, false) => Undefined::BothEmpty.into(),
    }
}

/// Volume difference as a share of the reference, without its sign.
///
/// # Definition
/// ||B| − |A|| / |A|.
/// # Input
/// As for [`volume_difference`].
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. Reference empty: `Undefined(ReferenceEmpty)`. Candidate empty: 1.
/// # Properties
/// At least 0; 0 for equal volumes; not symmetric, since the reference is the measure; unchanged by scaling both.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::{absolute_relative_volume_difference, Overlap};
/// let overlap = Overlap::new(10.0, 8.0, 8.0)?;
/// assert_eq!(absolute_relative_volume_difference(&overlap).value(), Some(0.2));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Heimann et al. 2009, IEEE TMI 28(8):1251–1265, doi:10.1109/TMI.2009.2013851.
/// # Checked against
/// MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
pub fn absolute_relative_volume_difference(overlap: &Overlap) -> MetricValue {
    without_sign(relative_volume_difference(overlap))
}

/// Volumetric similarity: how alike two sizes are, wherever the shapes lie.
///
/// # Definition
/// 1 − ||A| − |B|| / (|A| + |B|).
/// # Input
/// As for [`volume_difference`].
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`. One empty: 0.
/// # Properties
/// In [0, 1]; symmetric; 1 for equal sizes; never below Dice, which is bounded by the sizes.
/// # Errors
/// None.
/// # Example
/// ```
/// use concord::metrics::{volume_similarity, Overlap};
/// let overlap = Overlap::new(10.0, 6.0, 0.0)?;
/// assert_eq!(volume_similarity(&overlap).value(), Some(0.75));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Taha & Hanbury 2015, BMC Medical Imaging 15:29, doi:10.1186/s12880-015-0068-x. SimpleITK's figure of that name is
/// 2·(|A| − |B|) / (|A| + |B|), signed and 0 at best.
/// # Checked against
/// SimpleITK 2.5.7, turned into this form, `tests/oracles/boundary/simpleitk.json`.
pub fn volume_similarity(overlap: &Overlap) -> MetricValue {
    let size = overlap.a() + overlap.b();
    if size > 0.0 {
        MetricValue::Defined(1.0 - (overlap.a() - overlap.b()).abs() / size)
    } else {
        Undefined::BothEmpty.into()
    }
}

fn without_sign(value: MetricValue) -> MetricValue {
    match value {
        MetricValue::Defined(value) => MetricValue::Defined(value.abs()),
        undefined => undefined,
    }
}

/// Distance between the centroids of two masks; in mm on a spacing of `[y, x]`, in px without.
///
/// # Definition
/// Euclidean distance between the means of the set pixels' centres, each axis in its own spacing.
/// # Input
/// Masks of one image; spacing above 0.
/// # Edge cases
/// Both empty: `Undefined(BothEmpty)`; one empty: `Undefined(ReferenceEmpty)` or `Undefined(CandidateEmpty)`.
/// # Properties
/// At least 0; symmetric; 0 for equal masks, but also for others with one centre; moves with neither.
/// # Errors
/// `SizeMismatch`; `NotPositive` spacing; `NotFinite` for a spacing beyond any image.
/// # Example
/// ```
/// use concord::geometry::Mask;
/// use concord::metrics::{centroid_distance, MetricValue, Unit};
/// // Pixels (1, 1) and (4, 5) in a row of 10: 3 px at 2 mm and 4 px at 0.5 mm.
/// let dot = |at: u32| Mask::from_bounds(10, 10, vec![at, at + 1]);
/// let found = centroid_distance(&dot(11)?, &dot(54)?, Some([0.5, 2.0]))?;
/// assert_eq!(found.value, MetricValue::Defined(6.0_f64.hypot(2.0)));
/// assert_eq!(found.unit, Unit::Mm);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Maier-Hein et al. 2024, Nature Methods 21:195–212, doi:10.1038/s41592-023-02151-z (centre distance).
/// # Checked against
/// MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
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
/// # Definition
/// Euclidean distance between the means of the set voxels' centres. Slices in micrometres lie where their position says, slices by
/// number a spacing apart.
/// # Input
/// Volumes on one grid; spacing above 0.
/// # Edge cases
/// As for [`centroid_distance`].
/// # Properties
/// As for [`centroid_distance`].
/// # Errors
/// `SizeMismatch` or `AxisMismatch`; `NotPositive` spacing; `NoSliceSpacing` for slices in micrometres without spacing.
/// # Example
/// ```
/// use concord::geometry::{Mask, SliceAxis, Volume};
/// use concord::metrics::{centroid_distance_of_volumes, MetricValue};
/// let at = |key: i64| {
///     let dot = Mask::from_bounds(4, 4, vec![5, 6])?;
///     Volume::new(4, 4, SliceAxis::Micrometres, vec![(key, dot)])
/// };
/// let found = centroid_distance_of_volumes(&at(0)?, &at(2_500)?, Some([1.25, 1.0, 1.0]))?;
/// assert_eq!(found.value, MetricValue::Defined(2.5));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Maier-Hein et al. 2024, Nature Methods 21:195–212, doi:10.1038/s41592-023-02151-z (centre distance).
/// # Checked against
/// MetricsReloaded cb38dfc, `tests/oracles/boundary/metrics_reloaded.json`.
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

/// How far each edge of a candidate box lies from the reference's, px; positive is right or down. See [`box_edge_deviation`].
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
/// # Input
/// Two upright boxes in the pixels of one image.
/// # Edge cases
/// Boxes without area have edges like any other.
/// # Properties
/// Changes its signs when the boxes are exchanged; the largest deviation does not change.
/// # Errors
/// `NotFinite` coordinate.
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
/// # Reference
/// The tolerance of boxes in the annotation guide: ±5 px at every edge.
/// # Checked against
/// Bounds of shapely 2.2.0, `tests/oracles/boundary/boxes.json`.
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
mod tests;
