//! Metrics that are worked out where two exports are compared, and not kept: no verdict hangs on them, and each costs a pass over
//! the shapes.

use super::distances::volumes_to_measure;
use super::points::compare;
use super::region::Region;
use crate::domain::{Annotation, Item, Protocol, Shape};
use crate::metrics::{
    Measured, MetricError, Unit, boundary_iou, boundary_width_px, centroid_distance,
    centroid_distance_of_volumes, length_difference, line_length, outline_hausdorff,
    undirected_frechet,
};

/// One further metric of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct FurtherMetric {
    /// Key in the registry of metrics.
    pub key: &'static str,
    pub measured: Measured,
    /// The tolerance that it holds for, in the unit that the metric's definition names.
    pub tolerance: Option<f64>,
}

/// Boundary IoU of masks, centroid distance of masks and volumes, Hausdorff distance of outlines, Fréchet distance and length
/// difference of lines, share of keypoints within tolerance.
///
/// What two shapes do not have is not listed. Shapes of different kinds, or on different grids, have none.
pub fn further_metrics(
    protocol: &Protocol,
    item: &Item,
    reference: &Annotation,
    candidate: &Annotation,
) -> Vec<FurtherMetric> {
    let plane_mm = item
        .spacing_mm
        .map(|[_, y, x]| [y, x])
        .filter(|[y, x]| *y > 0.0 && *x > 0.0);
    let mut found = Vec::new();
    let mut put = |key, tolerance, measured: Result<Measured, MetricError>| {
        if let Ok(measured) = measured {
            found.push(FurtherMetric {
                key,
                measured,
                tolerance,
            });
        }
    };
    match (&reference.shape, &candidate.shape) {
        (Shape::Mask(a), Shape::Mask(b)) => {
            let width_px = boundary_width_px(a.width_px(), a.height_px());
            let ratio = |value| Measured {
                value,
                unit: Unit::Ratio,
            };
            let rim = boundary_iou(a, b, width_px).map(ratio);
            put("boundary_iou", Some(f64::from(width_px)), rim);
            put("centroid_distance", None, centroid_distance(a, b, plane_mm));
        }
        (Shape::Volume(a), Shape::Volume(b)) => {
            if let Ok((a, b, spacing_mm)) = volumes_to_measure(item, a, b) {
                let apart = centroid_distance_of_volumes(&a, &b, spacing_mm);
                put("centroid_distance", None, apart);
            }
        }
        (Shape::Polyline(a), Shape::Polyline(b)) => {
            put("frechet", None, undirected_frechet(a, b, plane_mm));
            let lengths = line_length(a, plane_mm).and_then(|of_a| {
                let of_b = line_length(b, plane_mm)?;
                length_difference(of_a, of_b)
            });
            put("length_difference", None, lengths);
        }
        (Shape::Keypoints(a), Shape::Keypoints(b)) => {
            let label = protocol.canonical_label(&reference.label);
            let tolerance_mm = protocol.tolerance_for(label).keypoint_mm;
            if let Ok(points) = compare(item, a, b) {
                let within = points.pck(Unit::Mm, tolerance_mm);
                let ratio = within.map(|value| Measured {
                    value,
                    unit: Unit::Ratio,
                });
                put("pck", Some(tolerance_mm), ratio);
            }
        }
        (Shape::Polygon(_) | Shape::Ellipse(_), Shape::Polygon(_) | Shape::Ellipse(_)) => {
            let (a, b) = (Region::of(reference), Region::of(candidate));
            if let (Some(a), Some(b)) = (a.polygon(), b.polygon()) {
                put(
                    "outline_hausdorff",
                    None,
                    outline_hausdorff(&a, &b, plane_mm),
                );
            }
        }
        _ => {}
    }
    found
}
