//! A shape as an area: how alike two shapes are for matching, and where their counterparts are looked for.

use super::distances::polyline_distance_px;
use crate::domain::{Annotation, Keypoint, Shape, TextSpan, Track};
use crate::geometry::{Cuboid, Mask, MultiPolygon, Rect, Volume};
use crate::metrics::{Overlap, iou};
use std::borrow::Cow;

/// Points farther apart than this (and their own extent) are not the same thing.
const POINT_SURROUNDING_PX: f64 = 64.0;

/// A shape as an area, for overlap; vector shapes stay exact.
pub(super) enum Region<'a> {
    Rect(Rect),
    Polygon(Cow<'a, MultiPolygon>),
    Mask(&'a Mask),
    Volume(&'a Volume),
    Line(&'a [[f64; 2]]),
    Points(Option<Rect>),
    Cuboid(&'a Cuboid),
    Text(&'a TextSpan),
    Track(&'a Track),
    None,
}

impl<'a> Region<'a> {
    pub fn of(annotation: &'a Annotation) -> Self {
        Self::of_shape(&annotation.shape)
    }

    pub fn of_shape(shape: &'a Shape) -> Self {
        match shape {
            Shape::Box(rect) => Self::Rect(*rect),
            Shape::RotatedBox(rect) => Self::Polygon(Cow::Owned(rect.into())),
            Shape::Ellipse(ellipse) => Self::Polygon(Cow::Owned(ellipse.into())),
            Shape::Polygon(polygon) => Self::Polygon(Cow::Borrowed(polygon)),
            Shape::Mask(mask) => Self::Mask(mask),
            Shape::Volume(volume) => Self::Volume(volume),
            Shape::Polyline(points) => Self::Line(points),
            Shape::Keypoints(points) => Self::Points(points_box(points)),
            Shape::Cuboid(cuboid) => Self::Cuboid(cuboid),
            Shape::TextSpan(span) => Self::Text(span),
            Shape::Track(track) => Self::Track(track),
            Shape::Classification { .. } | Shape::Ordinal { .. } | Shape::PointLabels(_) => {
                Self::None
            }
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
                .reduce(around),
            Self::Line(points) => Rect::around(points.iter()),
            Self::Points(area) => *area,
            Self::Cuboid(cuboid) => MultiPolygon::from(&cuboid.footprint()).bounding_box(),
            // A text is a line of characters, one high.
            Self::Text(span) => Some(Rect {
                x0: span.start as f64,
                y0: 0.0,
                x1: span.end as f64,
                y1: 1.0,
            }),
            Self::Track(track) => track
                .shapes()
                .iter()
                .filter_map(|one| Region::of_shape(&one.shape).bounding_box())
                .reduce(around),
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
            Self::Points(_) | Self::Line(_) | Self::Track(_) => {
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
            (Self::Track(a), Self::Track(b)) => track_similarity(a, b),
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
            (Self::Cuboid(a), Self::Cuboid(b)) => Overlap::of_cuboids(a, b),
            (Self::Text(a), Self::Text(b)) => {
                Overlap::new(a.n_chars() as f64, b.n_chars() as f64, a.n_shared(b) as f64)
            }
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

pub(super) fn raster(like: &Mask, polygon: &MultiPolygon) -> Result<Mask, String> {
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

fn around(left: Rect, right: Rect) -> Rect {
    Rect {
        x0: left.x0.min(right.x0),
        y0: left.y0.min(right.y0),
        x1: left.x1.max(right.x1),
        y1: left.y1.max(right.y1),
    }
}

/// Mean over the frames that either track shows of how alike the two shapes are; 0 where one is not seen.
fn track_similarity(a: &Track, b: &Track) -> Result<f64, String> {
    let mut n_shared = 0;
    let mut sum = 0.0;
    for one in a.shapes() {
        if let Some(other) = b.at(one.frame) {
            n_shared += 1;
            sum += shape_similarity(&one.shape, other)?;
        }
    }
    let n_frames = a.shapes().len() + b.shapes().len() - n_shared;
    Ok(if n_frames > 0 {
        sum / n_frames as f64
    } else {
        0.0
    })
}

/// How alike two shapes of one frame are: IoU, nearness of lines, or nearness of points by name relative to their extent.
pub(super) fn shape_similarity(a: &Shape, b: &Shape) -> Result<f64, String> {
    match (a, b) {
        (Shape::Keypoints(a), Shape::Keypoints(b)) => Ok(points_similarity(a, b)),
        _ => Region::of_shape(a).iou(&Region::of_shape(b)),
    }
}

/// Mean over the points that either placed of 1 − distance / extent of both, at least 0.
fn points_similarity(a: &[Keypoint], b: &[Keypoint]) -> f64 {
    let places: Vec<[f64; 2]> = a
        .iter()
        .chain(b)
        .map(|point| [point.x_px, point.y_px])
        .collect();
    let extent = Rect::around(places.iter())
        .map_or(0.0, |area| area.width_px().hypot(area.height_px()))
        .max(POINT_SURROUNDING_PX);
    let mut n_shared = 0;
    let mut sum = 0.0;
    for point in a {
        if let Some(other) = b.iter().find(|other| other.name == point.name) {
            n_shared += 1;
            let apart = (point.x_px - other.x_px).hypot(point.y_px - other.y_px);
            sum += (1.0 - apart / extent).max(0.0);
        }
    }
    let n = a.len() + b.len() - n_shared;
    if n > 0 { sum / n as f64 } else { 0.0 }
}
