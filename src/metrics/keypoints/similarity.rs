//! Object keypoint similarity: over the points that both placed, and as COCO's own evaluation has it.

use std::collections::BTreeMap;

use super::{NamedPoint, PointComparison, by_name};
use crate::geometry::Rect;
use crate::metrics::error::{not_negative, positive};
use crate::metrics::{MetricError, MetricValue, Undefined, Unit};

/// What COCO's evaluation adds to the area, so that it can be divided by: the distance from 1 to the next number.
const AREA_EPSILON: f64 = f64::EPSILON;

impl PointComparison {
    /// Object keypoint similarity over the points placed by both.
    ///
    /// # Definition
    /// Mean of exp(−d² / (2·s²·k²)), d in px, s² the reference object's area in px², k = 2σ of the point.
    /// # Input
    /// σ by name for every point that both placed; the reference object's area in px².
    /// # Edge cases
    /// As for [`PointComparison::distances`]. Missing and extra points do not enter: they are counted apart. [`coco_oks`] is the figure in
    /// which a missing point weighs.
    /// # Properties
    /// In [0, 1]; 1 for equal points; symmetric but for the area, which is the reference's.
    /// # Errors
    /// `NoSigma` for a shared point without σ; a σ or an area that is not positive.
    /// # Example
    /// ```
    /// use concord::metrics::{NamedPoint, compare_points};
    /// let point = |x: f64| NamedPoint { name: "tip".into(), x, y: 0.0, z_mm: None, visible: None };
    /// let found = compare_points(&[point(0.0)], &[point(5.0)], None)?;
    /// // k = 1, d² = 25, s² = 50: exp(−0.25).
    /// let oks = found.oks(&[("tip".to_string(), 0.5)].into(), 50.0)?.value().unwrap();
    /// assert!((oks - (-0.25_f64).exp()).abs() < 1e-15);
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Reference
    /// COCO keypoint evaluation; Lin et al. 2014, doi:10.1007/978-3-319-10602-1_48.
    /// # Checked against
    /// pycocotools 2.0.11, `tests/oracles/overlap/keypoints.json` (all points placed by both).
    pub fn oks(
        &self,
        sigmas: &BTreeMap<String, f64>,
        area_px2: f64,
    ) -> Result<MetricValue, MetricError> {
        positive("object area in px²", area_px2)?;
        let distances = match self.distances(Unit::Px) {
            Ok(distances) => distances,
            Err(reason) => return Ok(reason.into()),
        };
        let n = distances.len() as f64;
        let mut sum = 0.0;
        for (point, distance) in self.points.iter().zip(distances) {
            let k = 2.0 * sigma_of(sigmas, &point.name)?;
            sum += (-(distance / k).powi(2) / (2.0 * area_px2)).exp();
        }
        MetricValue::defined("oks", sum / n)
    }
}

/// Object keypoint similarity exactly as COCO's evaluation has it (`COCOeval.computeOks`).
///
/// # Definition
/// The reference has labelled points: mean over **its** points of exp(−d² / k² / (s² + ε) / 2), with k = 2σ, s² the stated area and ε =
/// 2⁻⁵². Points of the candidate that the reference has not labelled do not enter, whatever their visibility.
///
/// The reference has none (COCO marks such objects as to be ignored): mean over the candidate's points of the same, with d the distance
/// to the box that reaches one width and one height beyond the reference's box on every side, and 0 inside.
/// # Input
/// σ by name for every point that enters; the reference object's area in px², 0 allowed; its box for the second branch.
/// # Edge cases
///
/// | reference | candidate | value |
/// |---|---|---|
/// | no points | no points | `BothEmpty` |
/// | no points | points | second branch; `ReferenceEmpty` without a box |
/// | points | no points | 0 |
///
/// A reference point that the candidate has not placed adds 0. **Difference to pycocotools:** there every result carries all points, and
/// one that was not placed is usually written as (0, 0), which is then measured like any other. Far from the corner both come to the same;
/// near it pycocotools gives credit for the point that nobody placed.
/// # Properties
/// In [0, 1]; 1 for equal points; not symmetric.
/// # Errors
/// `NoSigma`; a σ that is not positive; an area that is negative or not finite; `RepeatedPoint`; a coordinate that is not finite.
/// # Example
/// ```
/// use concord::metrics::{NamedPoint, coco_oks};
/// let point = |name: &str, x: f64| NamedPoint { name: name.into(), x, y: 0.0, z_mm: None, visible: None };
/// let sigmas = [("a".to_string(), 0.5), ("b".to_string(), 0.5)].into();
/// // `a` is met exactly and `b` is missing: (1 + 0) / 2.
/// let found = coco_oks(&[point("a", 3.0), point("b", 9.0)], &[point("a", 3.0)], &sigmas, 50.0, None)?;
/// assert_eq!(found.value(), Some(0.5));
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// COCO keypoint evaluation, `pycocotools/cocoeval.py`; Lin et al. 2014, doi:10.1007/978-3-319-10602-1_48.
/// # Checked against
/// pycocotools 2.0.11, `tests/oracles/keypoints/coco.json`.
pub fn coco_oks(
    reference: &[NamedPoint],
    candidate: &[NamedPoint],
    sigmas: &BTreeMap<String, f64>,
    area_px2: f64,
    reference_box: Option<Rect>,
) -> Result<MetricValue, MetricError> {
    not_negative("object area in px²", area_px2)?;
    by_name(reference)?;
    let placed = by_name(candidate)?;
    let similarity = |dx: f64, dy: f64, name: &str| -> Result<f64, MetricError> {
        let variance = (2.0 * sigma_of(sigmas, name)?).powi(2);
        // In the order in which pycocotools divides.
        Ok((-((dx * dx + dy * dy) / variance / (area_px2 + AREA_EPSILON) / 2.0)).exp())
    };
    let mut sum = 0.0;
    let n = if reference.is_empty() {
        if candidate.is_empty() {
            return Ok(Undefined::BothEmpty.into());
        }
        let Some(inner) = reference_box else {
            return Ok(Undefined::ReferenceEmpty.into());
        };
        let (width, height) = (inner.x1 - inner.x0, inner.y1 - inner.y0);
        let beyond = |at: f64, low: f64, high: f64| (low - at).max(0.0) + (at - high).max(0.0);
        for point in candidate {
            let dx = beyond(point.x, inner.x0 - width, inner.x0 + 2.0 * width);
            let dy = beyond(point.y, inner.y0 - height, inner.y0 + 2.0 * height);
            sum += similarity(dx, dy, &point.name)?;
        }
        candidate.len()
    } else {
        for point in reference {
            if let Some(other) = placed.get(point.name.as_str()) {
                sum += similarity(other.x - point.x, other.y - point.y, &point.name)?;
            }
        }
        reference.len()
    };
    MetricValue::defined("coco_oks", sum / n as f64)
}

fn sigma_of(sigmas: &BTreeMap<String, f64>, name: &str) -> Result<f64, MetricError> {
    let sigma = sigmas
        .get(name)
        .ok_or_else(|| MetricError::NoSigma { name: name.into() })?;
    positive("sigma", *sigma)
}
