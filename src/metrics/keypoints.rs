//! Named points: distances, share within tolerance, object keypoint similarity, limbs, sides exchanged.

mod share_correct;
mod sides;
mod similarity;
mod skeleton;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::positive;
use super::{MetricError, MetricValue, Undefined, Unit};
use crate::geometry::GeometryError;
pub use share_correct::{ReferenceLength, reference_length};
pub use sides::{ExchangedSides, exchanged_sides, mirror_name};
pub use similarity::coco_oks;
pub use skeleton::{LimbComparison, LimbDifference, compare_limbs};

/// A point as one annotator placed it; points that were not placed are left out.
///
/// # Definition
/// COCO's flag v reads: 0 is absent from the list, 1 is `visible: Some(false)`, 2 is `visible: Some(true)`.
/// # Input
/// `x` and `y` in px from the corner of the first pixel, `z_mm` along the slice normal. Names are unique within a set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedPoint {
    pub name: String,
    /// In px.
    pub x: f64,
    /// In px.
    pub y: f64,
    /// Depth along the slice normal, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z_mm: Option<f64>,
    /// Whether the annotator marked the point as visible; `None` where the tool does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
}

/// A point placed by both, with how far apart they placed it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointDistance {
    pub name: String,
    /// In the image plane.
    pub distance_px: f64,
    /// In the image plane, or in space where both give a depth; `None` without spacing, or where one side only gives a depth.
    pub distance_mm: Option<f64>,
}

/// Two annotators' points, matched by name: what both placed, and apart from it what only one did.
///
/// # Definition
/// With R and C the names that reference and candidate placed: `points` is R ∩ C, `missing` is R \ C, `extra` is C \ R. A difference in
/// visibility stands apart: it is no distance, and a hidden point is not a missing one.
/// # Properties
/// `missing` and `extra` change places when the sides do; `points` and `visibility_disagreements` keep their distances and names.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PointComparison {
    /// Placed by both, in the order of the reference.
    pub points: Vec<PointDistance>,
    /// In the reference only.
    pub missing: Vec<String>,
    /// In the candidate only.
    pub extra: Vec<String>,
    /// Placed by both, marked visible by one and hidden by the other.
    pub visibility_disagreements: Vec<String>,
    reference_is_empty: bool,
    candidate_is_empty: bool,
    has_spacing: bool,
}

/// Matches points by name and measures their distances.
///
/// # Definition
/// Euclidean distance per name; in mm on a spacing of `[y, x]`, with the difference in depth where both sides give it. Missing and
/// extra points are listed apart and enter no mean; a difference in visibility is no distance.
/// # Input
/// Two sets in one frame; spacing in mm along y and x where it is known.
/// # Edge cases
/// Sets that are empty or share no name give a comparison without points; its figures then say why. A depth on one side only: no
/// distance in mm for that point.
/// # Properties
/// Independent of the order of the candidate; the order of the reference is kept. Symmetric in the distances.
/// # Errors
/// `RepeatedPoint`; a coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::metrics::{compare_points, NamedPoint};
/// let point = |x: f64, y: f64| NamedPoint { name: "tip".into(), x, y, z_mm: None, visible: None };
/// let found = compare_points(&[point(0.0, 0.0)], &[point(3.0, 4.0)], Some([0.1, 0.1]))?;
/// assert_eq!(found.points[0].distance_px, 5.0);
/// assert!((found.points[0].distance_mm.unwrap() - 0.5).abs() < 1e-12);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Quality model, §4: missing and extra points are counted apart and never folded into a mean.
/// # Checked against
/// `numpy.hypot` on the cases of `tests/oracles/keypoints/coco.json` (through OKS, which is nothing but these distances).
pub fn compare_points(
    reference: &[NamedPoint],
    candidate: &[NamedPoint],
    spacing_yx_mm: Option<[f64; 2]>,
) -> Result<PointComparison, MetricError> {
    if let Some([y, x]) = spacing_yx_mm {
        positive("spacing along y", y)?;
        positive("spacing along x", x)?;
    }
    let (ours, theirs) = (by_name(reference)?, by_name(candidate)?);
    let mut found = PointComparison {
        reference_is_empty: reference.is_empty(),
        candidate_is_empty: candidate.is_empty(),
        has_spacing: spacing_yx_mm.is_some(),
        ..PointComparison::default()
    };
    for point in reference {
        let Some(other) = theirs.get(point.name.as_str()) else {
            found.missing.push(point.name.clone());
            continue;
        };
        if let (Some(one), Some(two)) = (point.visible, other.visible)
            && one != two
        {
            found.visibility_disagreements.push(point.name.clone());
        }
        let (dx, dy) = (other.x - point.x, other.y - point.y);
        let in_plane_mm = spacing_yx_mm.map(|[y, x]| (dx * x).hypot(dy * y));
        let distance_mm = match (point.z_mm, other.z_mm) {
            (Some(one), Some(two)) => in_plane_mm.map(|distance| distance.hypot(two - one)),
            (None, None) => in_plane_mm,
            _ => None,
        };
        let distance_px = dx.hypot(dy);
        for distance in [Some(distance_px), distance_mm].into_iter().flatten() {
            MetricValue::defined("point_distance", distance)?;
        }
        found.points.push(PointDistance {
            name: point.name.clone(),
            distance_px,
            distance_mm,
        });
    }
    let extra = candidate
        .iter()
        .filter(|point| !ours.contains_key(point.name.as_str()));
    found.extra = extra.map(|point| point.name.clone()).collect();
    Ok(found)
}

fn by_name(points: &[NamedPoint]) -> Result<BTreeMap<&str, &NamedPoint>, MetricError> {
    let mut names = BTreeMap::new();
    for point in points {
        let values = [Some(point.x), Some(point.y), point.z_mm];
        if let Some(found) = values
            .into_iter()
            .flatten()
            .find(|value| !value.is_finite())
        {
            return Err(MetricError::Geometry(GeometryError::NotFinite {
                what: "a point's coordinate",
                found,
            }));
        }
        if names.insert(point.name.as_str(), point).is_some() {
            return Err(MetricError::RepeatedPoint {
                name: point.name.clone(),
            });
        }
    }
    Ok(names)
}

/// Mean, median, 95th percentile and maximum of the points' distances, with how many entered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistanceSummary {
    pub mean: MetricValue,
    pub median: MetricValue,
    pub p95: MetricValue,
    pub max: MetricValue,
    /// Points that entered.
    pub n: usize,
}

impl PointComparison {
    /// Distances of the points placed by both, in `Unit::Px` or `Unit::Mm`, in the order of the reference.
    ///
    /// # Edge cases
    /// Undefined by the empty side; `NoSharedPoints` when no name is shared; in mm `NoSpacing` without spacing, `NotApplicable`
    /// where one side only gives a depth.
    /// # Example
    /// ```
    /// use concord::metrics::{Undefined, Unit, compare_points};
    /// assert_eq!(compare_points(&[], &[], None)?.distances(Unit::Px), Err(Undefined::BothEmpty));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    pub fn distances(&self, unit: Unit) -> Result<Vec<f64>, Undefined> {
        match (self.reference_is_empty, self.candidate_is_empty) {
            (true, true) => return Err(Undefined::BothEmpty),
            (true, false) => return Err(Undefined::ReferenceEmpty),
            (false, true) => return Err(Undefined::CandidateEmpty),
            (false, false) if self.points.is_empty() => return Err(Undefined::NoSharedPoints),
            _ => {}
        }
        match unit {
            Unit::Px => Ok(self.points.iter().map(|point| point.distance_px).collect()),
            Unit::Mm if !self.has_spacing => Err(Undefined::NoSpacing),
            Unit::Mm => {
                let all = self.points.iter().map(|point| point.distance_mm);
                all.collect::<Option<_>>().ok_or(Undefined::NotApplicable)
            }
            _ => Err(Undefined::NotApplicable),
        }
    }

    /// Summary of the distances of the points placed by both.
    ///
    /// # Definition
    /// Arithmetic mean; quantiles interpolate linearly between order statistics (Hyndman & Fan 1996, type 7).
    /// # Input
    /// `Unit::Px` or `Unit::Mm`.
    /// # Edge cases
    /// As for [`PointComparison::distances`]; then `n` is 0.
    /// # Properties
    /// median ≤ p95 ≤ max and mean ≤ max; symmetric; independent of the order of the points.
    /// # Errors
    /// None: what cannot be given is undefined with its reason.
    /// # Example
    /// ```
    /// use concord::metrics::{NamedPoint, Unit, compare_points};
    /// let at = |name: &str, x: f64| NamedPoint { name: name.into(), x, y: 0.0, z_mm: None, visible: None };
    /// let found = compare_points(&[at("a", 0.0), at("b", 0.0)], &[at("a", 1.0), at("b", 3.0)], None)?;
    /// let summary = found.summary(Unit::Px);
    /// assert_eq!((summary.mean.value(), summary.max.value(), summary.n), (Some(2.0), Some(3.0), 2));
    /// # Ok::<(), concord::metrics::MetricError>(())
    /// ```
    /// # Reference
    /// Hyndman & Fan 1996, doi:10.2307/2684934.
    /// # Checked against
    /// numpy 2.4.6 (`mean`, `quantile`), `tests/oracles/keypoints/coco.json`.
    pub fn summary(&self, unit: Unit) -> DistanceSummary {
        let mut distances = match self.distances(unit) {
            Ok(distances) => distances,
            Err(reason) => {
                let none = MetricValue::Undefined(reason);
                return DistanceSummary {
                    mean: none,
                    median: none,
                    p95: none,
                    max: none,
                    n: 0,
                };
            }
        };
        distances.sort_unstable_by(f64::total_cmp);
        let n = distances.len();
        let quantile = |share: f64| {
            let at = share * (n - 1) as f64;
            let (low, high) = (
                distances[at.floor() as usize],
                distances[at.ceil() as usize],
            );
            MetricValue::Defined(low + (high - low) * at.fract())
        };
        // Halving before adding keeps even the largest distances finite.
        let mean = distances.iter().map(|distance| distance / n as f64).sum();
        DistanceSummary {
            mean: MetricValue::Defined(mean),
            median: quantile(0.5),
            p95: quantile(0.95),
            max: quantile(1.0),
            n,
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod oracle_tests;
