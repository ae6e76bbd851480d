//! What one COCO annotation draws.

use super::records::{AnnotationRecord, RunCounts, Segmentation};
use crate::domain::{Keypoint, Shape, Visibility};
use crate::geometry::{Mask, MultiPolygon, Polygon, Rect};
use crate::importers::{Limits, structure};

/// Sides beyond this are no image: the run lengths of a mask are turned column by column, row by row.
const MAX_SIDE_PX: u64 = 1_000_000;

/// What was drawn, and why it is invalid where that can be told from the numbers alone.
pub(super) struct Drawn {
    pub shape: Shape,
    pub invalid: Option<String>,
    /// Object area in px², which similarity of keypoints is scaled by.
    pub keypoint_area_px2: Option<f64>,
}

/// The one shape of a record: keypoints, else the segmentation, else the box; `None` when there is none.
/// Points of a model's result carry a confidence in the place of COCO's visibility.
pub(super) fn drawn(
    record: &AnnotationRecord,
    keypoint_names: &[String],
    is_result: bool,
    limits: &Limits,
) -> Result<Option<Drawn>, String> {
    let plain = |shape| Drawn {
        shape,
        invalid: None,
        keypoint_area_px2: None,
    };
    let boxed = record
        .bbox
        .as_deref()
        .filter(|bbox| !bbox.is_empty())
        .map(rect)
        .transpose()?;
    if let Some(numbers) = record
        .keypoints
        .as_deref()
        .filter(|numbers| !numbers.is_empty())
    {
        let points = keypoints(numbers, keypoint_names, is_result)?;
        let other_shape = boxed.is_some() || has_segmentation(record);
        if !points.is_empty() || !other_shape {
            let area = record.area.filter(|area| *area > 0.0);
            let area = area.or_else(|| {
                let (rect, fault) = boxed.as_ref()?;
                fault.is_none().then(|| rect.area_px2())
            });
            return Ok(Some(Drawn {
                keypoint_area_px2: area,
                ..plain(Shape::Keypoints(points))
            }));
        }
    }
    match &record.segmentation {
        Some(Segmentation::Polygons(parts)) if parts.iter().any(|part| !part.is_empty()) => {
            return Ok(Some(plain(Shape::Polygon(polygon(parts)?))));
        }
        Some(Segmentation::Runs { size, counts }) => {
            return Ok(Some(plain(Shape::Mask(mask(*size, counts, limits)?))));
        }
        _ => {}
    }
    Ok(boxed.map(|(rect, invalid)| Drawn {
        invalid,
        ..plain(Shape::Box(rect))
    }))
}

fn has_segmentation(record: &AnnotationRecord) -> bool {
    match &record.segmentation {
        Some(Segmentation::Polygons(parts)) => parts.iter().any(|part| !part.is_empty()),
        Some(Segmentation::Runs { .. }) => true,
        Some(Segmentation::Nothing) | None => false,
    }
}

/// `[x, y, width, height]` of the corner; a side that is not positive is kept and named.
fn rect(bbox: &[f64]) -> Result<(Rect, Option<String>), String> {
    let &[x, y, width, height] = bbox else {
        return Err(format!("`bbox` has {} numbers; 4 are needed", bbox.len()));
    };
    let rect = Rect::from_corners([x, y], [x + width, y + height]);
    if !rect.is_finite() {
        return Err("`bbox` reaches beyond what numbers can hold".to_owned());
    }
    let invalid =
        (width <= 0.0 || height <= 0.0).then(|| structure::no_extent("box", width, height));
    Ok((rect, invalid))
}

fn polygon(parts: &[Vec<f64>]) -> Result<MultiPolygon, String> {
    let read = |(index, numbers): (usize, &Vec<f64>)| -> Result<Polygon, String> {
        if !numbers.len().is_multiple_of(2) {
            return Err(format!(
                "`segmentation[{index}]` has {} numbers; x and y must come in pairs",
                numbers.len()
            ));
        }
        let ring = numbers.chunks_exact(2).map(|xy| [xy[0], xy[1]]).collect();
        Polygon::new(ring, Vec::new()).map_err(|_| {
            format!(
                "`segmentation[{index}]` has {} points; at least 3 different ones are needed",
                numbers.len() / 2
            )
        })
    };
    let parts = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| !part.is_empty());
    Ok(MultiPolygon::new(
        parts.map(read).collect::<Result<_, _>>()?,
    ))
}

fn mask([height, width]: [u64; 2], counts: &RunCounts, limits: &Limits) -> Result<Mask, String> {
    let n_pixels = height.saturating_mul(width);
    if height.max(width) > MAX_SIDE_PX || n_pixels > limits.max_pixels {
        return Err(format!(
            "`segmentation.size` is `{height}x{width}`; that is more than an image may have"
        ));
    }
    let (width, height) = (width as u32, height as u32);
    let mask = match counts {
        RunCounts::Text(text) => Mask::from_coco_string(width, height, text),
        RunCounts::List(counts) => {
            Mask::from_column_major_counts(width, height, counts.iter().copied())
        }
    };
    mask.map_err(|error| format!("`segmentation`: {error}"))
}

fn keypoints(numbers: &[f64], names: &[String], is_result: bool) -> Result<Vec<Keypoint>, String> {
    if !numbers.len().is_multiple_of(3) {
        return Err(format!(
            "`keypoints` has {} numbers; x, y, v must come in threes",
            numbers.len()
        ));
    }
    let n_points = numbers.len() / 3;
    if !names.is_empty() && names.len() != n_points {
        return Err(format!(
            "`keypoints` has {n_points} points, its category names {}",
            names.len()
        ));
    }
    let mut points = Vec::new();
    for (index, xyv) in numbers.chunks_exact(3).enumerate() {
        let visibility = if xyv[2] == 0.0 {
            continue;
        } else if xyv[2] == 2.0 || (is_result && xyv[2] > 0.0 && xyv[2] != 1.0) {
            Visibility::Visible
        } else if xyv[2] == 1.0 {
            Visibility::Occluded
        } else {
            return Err(format!(
                "`keypoints[{}]` is `{}`; v is 0, 1 or 2",
                3 * index + 2,
                xyv[2]
            ));
        };
        points.push(Keypoint {
            name: names
                .get(index)
                .cloned()
                .unwrap_or_else(|| index.to_string()),
            x_px: xyv[0],
            y_px: xyv[1],
            z_mm: None,
            visibility,
        });
    }
    Ok(points)
}
