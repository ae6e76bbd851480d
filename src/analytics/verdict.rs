//! Right or wrong: the protocol's tolerances applied to what was measured (quality model §6).

use super::pairing::Entry;
use super::texts::span_outcome;
use crate::domain::{ErrorKind, Protocol, Technique, UnitScore};

/// Sets `error`, `detail` and `not_applicable`. One primary kind per unit, in the order of [`ErrorKind`].
pub(super) fn judge(protocol: &Protocol, a: &Entry<'_>, b: &Entry<'_>, unit: &mut UnitScore) {
    if unit.technique != Some(Technique::Ordinal) && is_wrong_label(a, b, unit) {
        return;
    }
    // Two empty masks agree that there is nothing; one empty mask misses it or invents it (quality model §2–3).
    match (unit.a_size, unit.b_size) {
        (Some(0.0), Some(0.0)) => return,
        (Some(_), Some(0.0)) => {
            unit.error = Some(ErrorKind::Missing);
            unit.detail = Some("the candidate's shape is empty".to_owned());
            return;
        }
        (Some(0.0), Some(_)) => {
            unit.error = Some(ErrorKind::Extra);
            unit.detail = Some("the reference's shape is empty".to_owned());
            return;
        }
        _ => {}
    }
    let tolerance = protocol.tolerance_for(a.label);
    let outcome = match unit.technique {
        Some(Technique::Box | Technique::RotatedBox) => within(
            unit.box_edge_px,
            tolerance.box_edge_px,
            "px",
            "the furthest edge lies",
            false,
        ),
        Some(Technique::Polygon | Technique::Ellipse | Technique::Polyline) => within(
            unit.boundary_px,
            tolerance.polygon_px,
            "px",
            "the boundary lies on average",
            true,
        ),
        Some(Technique::Mask) => within(
            unit.surface_px,
            tolerance.mask_px,
            "px",
            "the surface lies on average",
            false,
        ),
        Some(Technique::VolumeMask) => within(
            unit.surface_voxels,
            tolerance.volume_voxels,
            "voxels",
            "the surface lies on average",
            false,
        ),
        Some(Technique::Keypoints) => keypoints(unit, tolerance.keypoint_mm),
        Some(Technique::Ordinal) => {
            let steps = unit.a_rank.zip(unit.b_rank).map(|(a, b)| (b - a).abs());
            within(
                steps,
                tolerance.ordinal_steps,
                "steps",
                "the rank lies",
                false,
            )
        }
        Some(Technique::TextSpan) => span_outcome(unit, &tolerance),
        Some(Technique::Cuboid) => {
            Outcome::Undecided("the protocol has no tolerance for cuboids".to_owned())
        }
        // Clouds and tracks bring units and a verdict of their own.
        Some(Technique::Classification | Technique::PointCloud | Technique::Track) | None => {
            Outcome::Right
        }
    };
    settle(protocol, a, b, unit, outcome);
}

/// Sets the error of a pair whose labels differ.
pub(super) fn is_wrong_label(a: &Entry<'_>, b: &Entry<'_>, unit: &mut UnitScore) -> bool {
    if a.label == b.label {
        return false;
    }
    unit.error = Some(ErrorKind::WrongLabel);
    unit.detail = Some(format!("`{}` instead of `{}`", b.label, a.label));
    unit.not_applicable = false;
    true
}

/// Sets what a tolerance came to, and where that is right looks at the required attributes.
pub(super) fn settle(
    protocol: &Protocol,
    a: &Entry<'_>,
    b: &Entry<'_>,
    unit: &mut UnitScore,
    outcome: Outcome,
) {
    match outcome {
        Outcome::Right => {}
        Outcome::Wrong(detail) => {
            unit.error = Some(ErrorKind::OutOfTolerance);
            unit.detail = Some(detail);
            return;
        }
        Outcome::Undecided(reason) => {
            unit.not_applicable = true;
            unit.detail.get_or_insert(reason);
            return;
        }
    }
    let required = protocol
        .labels
        .get(a.label)
        .map_or(&[][..], |rule| &rule.required_attributes);
    for name in required {
        let (left, right) = (
            a.annotation.attributes.get(name),
            b.annotation.attributes.get(name),
        );
        if left != right {
            let shown = |value: Option<&String>| value.map_or("nothing", |value| value).to_owned();
            unit.error = Some(ErrorKind::WrongAttribute);
            unit.detail = Some(format!(
                "`{name}` is `{}` instead of `{}`",
                shown(right),
                shown(left)
            ));
            return;
        }
    }
}

pub(super) enum Outcome {
    Right,
    Wrong(String),
    /// The tolerance cannot be judged: neither right nor wrong.
    Undecided(String),
}

/// Share of a limit that counts as rounding: 8.7 − 3.7 is 4.999999999999999 in binary, and must be 5.
const ROUNDING: f64 = 1e-9;

pub(super) fn within(
    value: Option<f64>,
    limit: f64,
    unit: &str,
    what: &str,
    strict: bool,
) -> Outcome {
    let at_limit = |value: f64| (value - limit).abs() <= ROUNDING * limit;
    match value {
        None => Outcome::Undecided(format!("the distance in {unit} is undefined")),
        Some(value) if at_limit(value) && !strict => Outcome::Right,
        Some(value) if value < limit && !at_limit(value) => Outcome::Right,
        Some(value) => Outcome::Wrong(format!(
            "{what} {value:.2} {unit} away; {} {limit} {unit} is allowed",
            if strict { "less than" } else { "at most" }
        )),
    }
}

fn keypoints(unit: &UnitScore, limit_mm: f64) -> Outcome {
    let n = |count: Option<u32>| count.unwrap_or(0);
    if n(unit.n_points_missing) > 0 || n(unit.n_points_extra) > 0 {
        return Outcome::Wrong(format!(
            "{} of the reference's points are missing and {} are extra",
            n(unit.n_points_missing),
            n(unit.n_points_extra)
        ));
    }
    if unit.keypoint_px.is_some() && unit.keypoint_max_mm.is_none() {
        return Outcome::Undecided(
            "spacing is unknown, so the tolerance in mm cannot be judged".to_owned(),
        );
    }
    within(
        unit.keypoint_max_mm,
        limit_mm,
        "mm",
        "the furthest point lies",
        false,
    )
}
