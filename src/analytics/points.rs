//! Named points of a pair: distances in px and mm, OKS, and what only one side placed.

use crate::domain::{Annotation, Item, Keypoint, Protocol, Shape, Visibility};
use crate::geometry::Rect;
use crate::metrics::{NamedPoint, PointComparison, Unit, compare_points};
use std::collections::BTreeMap;

/// Object area for marks without extent (a single point): OKS then falls to 0.5 at about 12 px for the default
/// sigma of 0.05, which is what "the same spot" means to a reader of a 512-pixel image.
const MARK_AREA_PX2: f64 = 10_000.0;

/// What is measured on two sets of points.
#[derive(Clone, Debug, Default)]
pub(super) struct PointScores {
    pub mean_px: Option<f64>,
    pub mean_mm: Option<f64>,
    pub max_mm: Option<f64>,
    pub oks: Option<f64>,
    pub n_points: u32,
    pub n_missing: u32,
    pub n_extra: u32,
    pub n_visibility_differs: u32,
    pub undefined: Option<String>,
}

/// One named point of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct PointDistance {
    pub name: String,
    pub distance_px: Option<f64>,
    pub distance_mm: Option<f64>,
    /// `both`, `missing` (reference only) or `extra` (candidate only).
    pub status: &'static str,
}

/// The area that scales OKS: the export's own, else the reference points' bounding box, else that of a mark.
pub(super) fn point_set_scale_px2(reference: &Annotation, points: &[Keypoint]) -> f64 {
    let stated = reference
        .attributes
        .get("area_px2")
        .and_then(|text| text.parse::<f64>().ok())
        .filter(|area| area.is_finite() && *area > 0.0);
    let places: Vec<[f64; 2]> = points
        .iter()
        .map(|point| [point.x_px, point.y_px])
        .collect();
    let drawn = Rect::around(places.iter())
        .map(|area| area.area_px2())
        .filter(|area| *area > 0.0);
    stated.or(drawn).unwrap_or(MARK_AREA_PX2)
}

/// Measures the candidate's points `b` against the reference's `a`.
pub(super) fn measure_points(
    protocol: &Protocol,
    item: &Item,
    a: &[Keypoint],
    b: &[Keypoint],
    area_px2: f64,
) -> PointScores {
    let found = match compare(item, a, b) {
        Ok(found) => found,
        Err(reason) => {
            return PointScores {
                undefined: Some(reason),
                ..PointScores::default()
            };
        }
    };
    let sigmas: BTreeMap<String, f64> = found
        .points
        .iter()
        .map(|point| {
            let sigma = protocol.keypoint_sigmas.get(&point.name);
            (
                point.name.clone(),
                sigma.copied().unwrap_or(protocol.default_keypoint_sigma),
            )
        })
        .collect();
    let (px, mm) = (found.summary(Unit::Px), found.summary(Unit::Mm));
    PointScores {
        mean_px: px.mean.value(),
        mean_mm: mm.mean.value(),
        max_mm: mm.max.value(),
        oks: found
            .oks(&sigmas, area_px2)
            .ok()
            .and_then(|oks| oks.value()),
        n_points: n(found.points.len()),
        n_missing: n(found.missing.len()),
        n_extra: n(found.extra.len()),
        n_visibility_differs: n(found.visibility_disagreements.len()),
        undefined: mm
            .mean
            .undefined()
            .or_else(|| px.mean.undefined())
            .map(|reason| reason.code().to_owned()),
    }
}

/// Point by point: distances of what both placed, and what only one did.
pub fn point_distances(item: &Item, a: &Annotation, b: &Annotation) -> Vec<PointDistance> {
    let (Shape::Keypoints(a), Shape::Keypoints(b)) = (&a.shape, &b.shape) else {
        return Vec::new();
    };
    let Ok(found) = compare(item, a, b) else {
        return Vec::new();
    };
    let one_sided = |name: String, status| PointDistance {
        name,
        distance_px: None,
        distance_mm: None,
        status,
    };
    found
        .points
        .into_iter()
        .map(|point| PointDistance {
            name: point.name,
            distance_px: Some(point.distance_px),
            distance_mm: point.distance_mm,
            status: "both",
        })
        .chain(
            found
                .missing
                .into_iter()
                .map(|name| one_sided(name, "missing")),
        )
        .chain(found.extra.into_iter().map(|name| one_sided(name, "extra")))
        .collect()
}

pub(super) fn compare(
    item: &Item,
    a: &[Keypoint],
    b: &[Keypoint],
) -> Result<PointComparison, String> {
    let spacing_mm = item
        .spacing_mm
        .map(|[_, y, x]| [y, x])
        .filter(|[y, x]| *y > 0.0 && *x > 0.0);
    compare_points(&named(a), &named(b), spacing_mm).map_err(|error| error.to_string())
}

fn named(points: &[Keypoint]) -> Vec<NamedPoint> {
    points
        .iter()
        .map(|point| NamedPoint {
            name: point.name.clone(),
            x: point.x_px,
            y: point.y_px,
            z_mm: point.z_mm,
            visible: Some(point.visibility == Visibility::Visible),
        })
        .collect()
}

fn n(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
