//! What is measured on two annotations.

use super::distances::{
    mask_distances, polygon_distance_px, polyline_distance_px, volume_distances,
};
use super::pairing::Entry;
use super::points::{measure_points, point_set_scale_px2};
use super::region::{Region, raster};
use super::texts::measure_span;
use super::verdict::judge;
use crate::domain::{Annotation, ErrorKind, Item, Keypoint, Protocol, Shape, Technique, UnitScore};
use crate::geometry::{Mask, MultiPolygon, union_box_px, union_box_voxels};
use crate::metrics::{MetricValue, Overlap, dice, iou};

/// Marks farther apart in depth than this are not the same thing: two slices of the usual thin-slice CT (2.5 mm).
const MARK_DEPTH_MM: f64 = 5.0;

/// How alike two keypoint sets are: OKS over the points that both have.
pub(super) fn keypoint_similarity(
    protocol: &Protocol,
    item: &Item,
    reference: &Annotation,
    a: &[Keypoint],
    b: &[Keypoint],
) -> f64 {
    if depth_apart_mm(a, b).is_some_and(|apart| apart > MARK_DEPTH_MM) {
        return 0.0;
    }
    measure_points(protocol, item, a, b, point_set_scale_px2(reference, a))
        .oks
        .unwrap_or(0.0)
}

/// How far apart two sets lie in depth on average; `None` where a depth is unknown.
fn depth_apart_mm(a: &[Keypoint], b: &[Keypoint]) -> Option<f64> {
    let mean = |points: &[Keypoint]| -> Option<f64> {
        let depths: Option<Vec<f64>> = points.iter().map(|point| point.z_mm).collect();
        crate::statistics::mean(&depths?)
    };
    Some((mean(a)? - mean(b)?).abs())
}

/// An annotation without a counterpart.
pub(super) fn one_sided(entry: Entry<'_>, kind: ErrorKind) -> UnitScore {
    let mut unit = UnitScore {
        technique: Some(entry.annotation.shape.technique()),
        error: Some(kind),
        ..UnitScore::default()
    };
    if kind == ErrorKind::Missing {
        unit.a_label = Some(entry.label.to_owned());
        unit.a_annotation = Some(entry.id);
    } else {
        unit.b_label = Some(entry.label.to_owned());
        unit.b_annotation = Some(entry.id);
    }
    let code = if kind == ErrorKind::Missing {
        "candidate_empty"
    } else {
        "reference_empty"
    };
    unit.undefined = Some(code.to_owned());
    if entry.annotation.semantic {
        // A semantic map on one side only: overlap is 0, distances are undefined (quality model §2–3).
        unit.dice = Some(0.0);
        unit.iou = Some(0.0);
        unit.nsd = Some(0.0);
        let (size, frame) = match &entry.annotation.shape {
            Shape::Mask(mask) => (mask.area_px(), frame_px([mask])),
            Shape::Volume(volume) => (volume.voxels(), Some(union_box_voxels([volume]) as f64)),
            _ => return unit,
        };
        let (a_size, b_size) = if kind == ErrorKind::Missing {
            (size as f64, 0.0)
        } else {
            (0.0, size as f64)
        };
        unit.a_size = Some(a_size);
        unit.b_size = Some(b_size);
        unit.intersection_size = Some(0.0);
        unit.frame_size = frame;
    }
    unit
}

/// Everything that is measured on a pair, and the verdict.
pub(super) fn measure_pair(
    protocol: &Protocol,
    item: &Item,
    a: Entry<'_>,
    b: Entry<'_>,
    _similarity: Option<f64>,
) -> UnitScore {
    let mut unit = UnitScore {
        technique: Some(common_technique(&a.annotation.shape, &b.annotation.shape)),
        a_label: Some(a.label.to_owned()),
        b_label: Some(b.label.to_owned()),
        a_annotation: Some(a.id),
        b_annotation: Some(b.id),
        ..UnitScore::default()
    };
    if let Err(reason) = measure(protocol, item, a.annotation, b.annotation, &mut unit) {
        unit.undefined = Some("not_measurable".to_owned());
        unit.detail = Some(reason);
        unit.not_applicable = true;
    }
    judge(protocol, &a, &b, &mut unit);
    unit
}

/// A polygon against a mask is measured as a mask, anything else turned as a polygon or rotated box.
fn common_technique(a: &Shape, b: &Shape) -> Technique {
    let (a, b) = (a.technique(), b.technique());
    if a == b {
        return a;
    }
    let either = |technique| a == technique || b == technique;
    if either(Technique::Mask) {
        Technique::Mask
    } else if either(Technique::RotatedBox) {
        Technique::RotatedBox
    } else if either(Technique::Ellipse) || either(Technique::Polygon) {
        Technique::Polygon
    } else {
        a
    }
}

fn measure(
    protocol: &Protocol,
    item: &Item,
    a: &Annotation,
    b: &Annotation,
    unit: &mut UnitScore,
) -> Result<(), String> {
    match (&a.shape, &b.shape) {
        (Shape::Ordinal { rank: a, .. }, Shape::Ordinal { rank: b, .. }) => {
            unit.a_rank = Some(*a);
            unit.b_rank = Some(*b);
            return Ok(());
        }
        (Shape::Keypoints(points_a), Shape::Keypoints(points_b)) => {
            let points = measure_points(
                protocol,
                item,
                points_a,
                points_b,
                point_set_scale_px2(a, points_a),
            );
            unit.keypoint_px = points.mean_px;
            unit.keypoint_mm = points.mean_mm;
            unit.oks = points.oks;
            unit.keypoint_max_mm = points.max_mm;
            unit.n_points = Some(points.n_points);
            unit.n_points_missing = Some(points.n_missing);
            unit.n_points_extra = Some(points.n_extra);
            unit.n_visibility_differs = Some(points.n_visibility_differs);
            unit.undefined = points.undefined;
            return Ok(());
        }
        (Shape::Polyline(a), Shape::Polyline(b)) => {
            unit.boundary_px = Some(polyline_distance_px(a, b)?);
            return Ok(());
        }
        (Shape::TextSpan(a), Shape::TextSpan(b)) => measure_span(a, b, unit),
        _ => {}
    }
    let (region_a, region_b) = (Region::of(a), Region::of(b));
    let Some(overlap) = region_a.overlap(&region_b)? else {
        return Ok(());
    };
    put_overlap(item, &overlap, &region_a, unit);
    if matches!(region_a, Region::Text(_) | Region::Cuboid(_)) {
        return Ok(());
    }
    match (&region_a, &region_b) {
        (Region::Rect(a), Region::Rect(b)) => {
            let edges = [b.x0 - a.x0, b.y0 - a.y0, b.x1 - a.x1, b.y1 - a.y1];
            unit.box_edges_px = Some(edges);
            unit.box_edge_px = Some(
                edges
                    .iter()
                    .fold(0.0, |most: f64, edge| most.max(edge.abs())),
            );
        }
        (Region::Mask(a), Region::Mask(b)) => {
            unit.frame_size = frame_px([*a, *b]);
            mask_distances(protocol, item, a, b, unit)?;
        }
        (Region::Mask(a), other) => {
            let polygon = other.polygon().ok_or("a mask meets a shape without area")?;
            let b = raster(a, &polygon)?;
            unit.frame_size = frame_px([*a, &b]);
            mask_distances(protocol, item, a, &b, unit)?;
        }
        (other, Region::Mask(b)) => {
            let polygon = other.polygon().ok_or("a mask meets a shape without area")?;
            let a = raster(b, &polygon)?;
            unit.frame_size = frame_px([&a, *b]);
            mask_distances(protocol, item, &a, b, unit)?;
        }
        (Region::Volume(a), Region::Volume(b)) => {
            unit.frame_size = Some(union_box_voxels([*a, *b]) as f64);
            volume_distances(protocol, item, a, b, unit)?;
        }
        (a, b) => {
            let (Some(a), Some(b)) = (a.polygon(), b.polygon()) else {
                return Ok(());
            };
            if unit.technique == Some(Technique::RotatedBox) {
                unit.box_edge_px = Some(corner_deviation_px(&a, &b));
            } else {
                unit.boundary_px = Some(polygon_distance_px(&a, &b)?);
            }
        }
    }
    Ok(())
}

/// Largest distance from a corner of one turned box to the nearest corner of the other.
fn corner_deviation_px(a: &MultiPolygon, b: &MultiPolygon) -> f64 {
    let corners = |polygon: &MultiPolygon| -> Vec<[f64; 2]> {
        polygon
            .rings()
            .flat_map(|ring| ring.iter().copied())
            .collect()
    };
    let (a, b) = (corners(a), corners(b));
    let directed = |from: &[[f64; 2]], to: &[[f64; 2]]| {
        from.iter()
            .map(|p| {
                to.iter()
                    .map(|q| (p[0] - q[0]).hypot(p[1] - q[1]))
                    .fold(f64::INFINITY, f64::min)
            })
            .fold(0.0, f64::max)
    };
    directed(&a, &b).max(directed(&b, &a))
}

fn put_overlap(item: &Item, overlap: &Overlap, region: &Region<'_>, unit: &mut UnitScore) {
    unit.a_size = Some(overlap.a());
    unit.b_size = Some(overlap.b());
    unit.intersection_size = Some(overlap.intersection());
    match (dice(overlap), iou(overlap)) {
        (MetricValue::Defined(dice), MetricValue::Defined(iou)) => {
            unit.dice = Some(dice);
            unit.iou = Some(iou);
        }
        (MetricValue::Undefined(reason), _) | (_, MetricValue::Undefined(reason)) => {
            unit.undefined = Some(reason.code().to_owned());
        }
    }
    // Characters are counted by their ends, and a cuboid's unit of length is the export's own.
    if matches!(region, Region::Text(_) | Region::Cuboid(_)) {
        return;
    }
    let (factor, name) = size_unit(item, region);
    if unit.undefined.is_none() {
        unit.size_difference = Some((overlap.b() - overlap.a()) * factor);
        unit.size_unit = Some(name.to_owned());
    }
    if overlap.a() > 0.0 {
        unit.relative_size_difference = Some((overlap.b() - overlap.a()) / overlap.a());
    }
}

/// Size of one pixel or voxel and its unit: mm³ or mm² where spacing is known.
fn size_unit(item: &Item, region: &Region<'_>) -> (f64, &'static str) {
    let volume = matches!(region, Region::Volume(_));
    match item.spacing_mm {
        Some([z, y, x]) if volume && z > 0.0 => (z * y * x, "mm3"),
        Some([_, y, x]) if !volume => (y * x, "mm2"),
        _ if volume => (1.0, "voxel"),
        _ => (1.0, "px2"),
    }
}

/// Pixels of the box around masks; `None` where all are empty.
fn frame_px<const N: usize>(masks: [&Mask; N]) -> Option<f64> {
    let n_px = union_box_px(masks);
    (n_px > 0).then_some(n_px as f64)
}
