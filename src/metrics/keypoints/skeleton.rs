//! Limbs between named points: how much longer or shorter a candidate draws them, and how far they are turned.

use serde::Serialize;

use super::{NamedPoint, by_name};
use crate::metrics::error::positive;
use crate::metrics::{MetricError, MetricValue, Undefined, Unit};

/// A limb whose ends both annotators placed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LimbDifference {
    pub from: String,
    pub to: String,
    pub reference_length: MetricValue,
    pub candidate_length: MetricValue,
    /// Candidate − reference.
    pub difference: MetricValue,
    /// Between the two directions, from 0° to 180°.
    pub angle_deg: MetricValue,
}

/// Two annotators' limbs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LimbComparison {
    /// Placed by both, in the order of the skeleton.
    pub limbs: Vec<LimbDifference>,
    /// An end is missing in the candidate only.
    pub missing: Vec<(String, String)>,
    /// An end is missing in the reference only.
    pub extra: Vec<(String, String)>,
    /// Of the lengths: mm with spacing, px without.
    pub unit: Unit,
}

/// Compares the limbs of two sets of points: lengths and directions.
///
/// # Definition
/// A limb runs from one named point to another. Its length is the distance of its ends, in mm on a spacing of `[y, x]`, with the
/// difference in depth where all four ends have one. Difference: candidate − reference. Angle: the one between the two directions.
/// # Input
/// Two sets in one frame; the skeleton's limbs as pairs of names; spacing in mm along y and x where it is known.
/// # Edge cases
/// A limb that neither placed is left out. Depth at some ends only, with spacing: lengths and angle are `NotApplicable`. A limb of length
/// 0 has no direction: its angle is `NotApplicable`.
/// # Properties
/// Not changed by moving either set. When the sides change places, differences change their sign, angles stay, and `missing` and `extra`
/// change places.
/// # Errors
/// `RepeatedPoint`; a coordinate that is not finite; a spacing that is not positive.
/// # Example
/// ```
/// use concord::metrics::{NamedPoint, compare_limbs};
/// let point = |name: &str, x: f64, y: f64| NamedPoint { name: name.into(), x, y, z_mm: None, visible: None };
/// let reference = [point("hip", 0.0, 0.0), point("knee", 10.0, 0.0)];
/// let candidate = [point("hip", 5.0, 5.0), point("knee", 5.0, 17.0)];
/// let found = compare_limbs(&reference, &candidate, &[("hip", "knee")], None)?;
/// assert_eq!(found.limbs[0].difference.value(), Some(2.0));
/// assert!((found.limbs[0].angle_deg.value().unwrap() - 90.0).abs() < 1e-12);
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Quality model, §4: length and angle measurements as signed differences.
/// # Checked against
/// By hand in `keypoints/tests.rs`.
pub fn compare_limbs(
    reference: &[NamedPoint],
    candidate: &[NamedPoint],
    skeleton: &[(&str, &str)],
    spacing_yx_mm: Option<[f64; 2]>,
) -> Result<LimbComparison, MetricError> {
    if let Some([y, x]) = spacing_yx_mm {
        positive("spacing along y", y)?;
        positive("spacing along x", x)?;
    }
    let (ours, theirs) = (by_name(reference)?, by_name(candidate)?);
    let mut found = LimbComparison {
        limbs: Vec::new(),
        missing: Vec::new(),
        extra: Vec::new(),
        unit: if spacing_yx_mm.is_some() {
            Unit::Mm
        } else {
            Unit::Px
        },
    };
    for &(from, to) in skeleton {
        let in_reference = ours.get(from).zip(ours.get(to));
        let in_candidate = theirs.get(from).zip(theirs.get(to));
        let name = || (from.to_owned(), to.to_owned());
        match (in_reference, in_candidate) {
            (Some(a), Some(b)) => {
                let limb = difference([a.0, a.1], [b.0, b.1], spacing_yx_mm)?;
                found.limbs.push(limb);
            }
            (Some(_), None) => found.missing.push(name()),
            (None, Some(_)) => found.extra.push(name()),
            (None, None) => {}
        }
    }
    Ok(found)
}

fn difference(
    reference: [&NamedPoint; 2],
    candidate: [&NamedPoint; 2],
    spacing_yx_mm: Option<[f64; 2]>,
) -> Result<LimbDifference, MetricError> {
    let depths = [reference[0], reference[1], candidate[0], candidate[1]].map(|end| end.z_mm);
    let n_deep = depths.iter().flatten().count();
    let mut limb = LimbDifference {
        from: reference[0].name.clone(),
        to: reference[1].name.clone(),
        reference_length: Undefined::NotApplicable.into(),
        candidate_length: Undefined::NotApplicable.into(),
        difference: Undefined::NotApplicable.into(),
        angle_deg: Undefined::NotApplicable.into(),
    };
    // Without spacing depth is left out, as the image plane is in px and depth in mm.
    if spacing_yx_mm.is_some() && n_deep % 4 != 0 {
        return Ok(limb);
    }
    let vector = |[from, to]: [&NamedPoint; 2]| -> [f64; 3] {
        let [y, x] = spacing_yx_mm.unwrap_or([1.0, 1.0]);
        let z = match (spacing_yx_mm, from.z_mm, to.z_mm) {
            (Some(_), Some(one), Some(two)) => two - one,
            _ => 0.0,
        };
        [(to.x - from.x) * x, (to.y - from.y) * y, z]
    };
    let (a, b) = (vector(reference), vector(candidate));
    let length = |[x, y, z]: [f64; 3]| x.hypot(y).hypot(z);
    let (length_a, length_b) = (length(a), length(b));
    limb.reference_length = MetricValue::defined("limb_length", length_a)?;
    limb.candidate_length = MetricValue::defined("limb_length", length_b)?;
    limb.difference = MetricValue::defined("limb_difference", length_b - length_a)?;
    if length_a > 0.0 && length_b > 0.0 {
        // Of unit vectors, so that no product overflows; the half-angle form keeps small angles exact (Kahan 2006).
        let (a, b) = (a.map(|x| x / length_a), b.map(|x| x / length_b));
        let apart = length([a[0] - b[0], a[1] - b[1], a[2] - b[2]]);
        let along = length([a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
        let angle = 2.0 * apart.atan2(along).to_degrees();
        limb.angle_deg = MetricValue::defined("limb_angle", angle)?;
    }
    Ok(limb)
}
