//! What is measured on two annotations, and how alike two shapes are for matching.

use super::distances::{
    mask_distances, polygon_distance_px, polyline_distance_px, volume_distances,
};
use super::pairing::Entry;
use super::points::{measure_points, point_set_scale_px2};
use super::verdict::judge;
use crate::domain::{Annotation, ErrorKind, Item, Keypoint, Protocol, Shape, Technique, UnitScore};
use crate::geometry::{Mask, MultiPolygon, Rect, Volume, union_box_px, union_box_voxels};
use crate::metrics::{MetricValue, Overlap, dice, iou};
use std::borrow::Cow;

/// Points farther apart than this (and their own extent) are not the same thing.
const POINT_SURROUNDING_PX: f64 = 64.0;

/// Marks farther apart in depth than this are not the same thing: two slices of the usual thin-slice CT (2.5 mm).
const MARK_DEPTH_MM: f64 = 5.0;

/// A shape as an area, for overlap; vector shapes stay exact.
pub(super) enum Region<'a> {
    Rect(Rect),
    Polygon(Cow<'a, MultiPolygon>),
    Mask(&'a Mask),
    Volume(&'a Volume),
    Line(&'a [[f64; 2]]),
    Points(Option<Rect>),
    None,
}

impl<'a> Region<'a> {
    pub fn of(annotation: &'a Annotation) -> Self {
        match &annotation.shape {
            Shape::Box(rect) => Self::Rect(*rect),
            Shape::RotatedBox(rect) => Self::Polygon(Cow::Owned(rect.into())),
            Shape::Ellipse(ellipse) => Self::Polygon(Cow::Owned(ellipse.into())),
            Shape::Polygon(polygon) => Self::Polygon(Cow::Borrowed(polygon)),
            Shape::Mask(mask) => Self::Mask(mask),
            Shape::Volume(volume) => Self::Volume(volume),
            Shape::Polyline(points) => Self::Line(points),
            Shape::Keypoints(points) => Self::Points(points_box(points)),
            Shape::Classification { .. } | Shape::Ordinal { .. } => Self::None,
        }
    }

    fn bounding_box(&self) -> Option<Rect> {
        match self {
            Self::Rect(rect) => Some(*rect),
            Self::Polygon(polygon) => polygon.bounding_box(),
            Self::Mask(mask) => mask.bounding_box().map(|area| Rect {
                x0: f64::from(area.x0),
                y0: f64::from(area.y0),
                x1: f64::from(area.x1),
                y1: f64::from(area.y1),
            }),
            Self::Volume(volume) => volume
                .slices()
                .iter()
                .filter_map(|(_, mask)| Region::Mask(mask).bounding_box())
                .reduce(|left, right| Rect {
                    x0: left.x0.min(right.x0),
                    y0: left.y0.min(right.y0),
                    x1: left.x1.max(right.x1),
                    y1: left.y1.max(right.y1),
                }),
            Self::Line(points) => Rect::around(points.iter()),
            Self::Points(area) => *area,
            Self::None => None,
        }
    }

    /// Where counterparts are looked for; points are looked for in a wide surrounding, since they have no extent.
    pub fn search_box(&self) -> Rect {
        let nowhere = Rect {
            x0: f64::NAN,
            y0: f64::NAN,
            x1: f64::NAN,
            y1: f64::NAN,
        };
        let area = self.bounding_box().unwrap_or(nowhere);
        match self {
            Self::Points(_) | Self::Line(_) => {
                let margin = POINT_SURROUNDING_PX + area.width_px().max(area.height_px());
                Rect {
                    x0: area.x0 - margin,
                    y0: area.y0 - margin,
                    x1: area.x1 + margin,
                    y1: area.y1 + margin,
                }
            }
            _ => area,
        }
    }

    /// Where the shape lies, for an order that does not depend on the export.
    pub fn sort_key(&self) -> [f64; 4] {
        let [x0, y0, x1, y1] = self
            .bounding_box()
            .map_or([0.0; 4], |area| [area.x0, area.y0, area.x1, area.y1]);
        let depth = match self {
            Self::Volume(volume) => volume.slices().first().map_or(0.0, |(key, _)| *key as f64),
            _ => 0.0,
        };
        // Depth sets volumes apart that lie above each other.
        [y0, x0, y1 + depth * 1e-9, x1]
    }

    /// Intersection over union; 0 where undefined.
    pub fn iou(&self, other: &Self) -> Result<f64, String> {
        match (self, other) {
            // A line has no area; how near it runs, relative to its extent, stands in for overlap.
            (Self::Line(a), Self::Line(b)) => {
                let extent = Rect::around(a.iter().chain(b.iter()))
                    .map_or(0.0, |area| area.width_px().hypot(area.height_px()));
                let distance = polyline_distance_px(a, b)?;
                Ok(if extent > 0.0 {
                    (1.0 - distance / extent).max(0.0)
                } else {
                    0.0
                })
            }
            _ => Ok(match self.overlap(other)? {
                Some(overlap) => iou(&overlap).value().unwrap_or(0.0),
                None => 0.0,
            }),
        }
    }

    /// Areas of both and of what they share; `None` for shapes without area.
    pub fn overlap(&self, other: &Self) -> Result<Option<Overlap>, String> {
        let overlap = match (self, other) {
            (Self::Rect(a), Self::Rect(b)) => Overlap::of_rects(a, b),
            (Self::Mask(a), Self::Mask(b)) => Overlap::of_masks(a, b),
            (Self::Volume(a), Self::Volume(b)) => Overlap::of_volumes(a, b),
            // A drawn outline against a raster: the outline's pixels on the raster's grid.
            (Self::Mask(a), b) => match b.polygon() {
                Some(polygon) => Overlap::of_masks(a, &raster(a, &polygon)?),
                None => return Ok(None),
            },
            (a, Self::Mask(b)) => match a.polygon() {
                Some(polygon) => Overlap::of_masks(&raster(b, &polygon)?, b),
                None => return Ok(None),
            },
            (a, b) => match (a.polygon(), b.polygon()) {
                (Some(a), Some(b)) => Overlap::of_polygons(&a, &b),
                _ => return Ok(None),
            },
        };
        overlap.map(Some).map_err(|error| error.to_string())
    }

    pub fn polygon(&self) -> Option<Cow<'_, MultiPolygon>> {
        match self {
            Self::Rect(rect) => Some(Cow::Owned(MultiPolygon::new(vec![rect.to_polygon()]))),
            Self::Polygon(polygon) => Some(Cow::Borrowed(polygon)),
            _ => None,
        }
    }
}

fn raster(like: &Mask, polygon: &MultiPolygon) -> Result<Mask, String> {
    Mask::from_polygon(like.width_px(), like.height_px(), polygon)
        .map_err(|error| error.to_string())
}

fn points_box(points: &[Keypoint]) -> Option<Rect> {
    let places: Vec<[f64; 2]> = points
        .iter()
        .map(|point| [point.x_px, point.y_px])
        .collect();
    Rect::around(places.iter())
}

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
        _ => {}
    }
    let (region_a, region_b) = (Region::of(a), Region::of(b));
    let Some(overlap) = region_a.overlap(&region_b)? else {
        return Ok(());
    };
    put_overlap(item, &overlap, &region_a, unit);
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
