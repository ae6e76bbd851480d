//! One annotation record, turned into Concord's form.

use super::index::{Category, Index};
use super::panoptic::{Picture, SegmentRecord};
use super::records::{AnnotationRecord, Id};
use super::shapes;
use crate::domain::{Annotation, Shape, SkipReason};
use crate::geometry::Mask;
use crate::importers::{Limits, drawn, structure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Why a record is left out.
pub(super) type Refusal = (SkipReason, String);

/// The annotation that a record holds. `place` stands in for an id that is not there.
pub(super) fn annotation(
    record: &AnnotationRecord,
    category: Option<&Category>,
    label: String,
    size_px: Option<(u32, u32)>,
    place: &str,
    is_result: bool,
    limits: &Limits,
) -> Result<Annotation, Refusal> {
    let names = category.map_or(&[][..], |category| &category.keypoints);
    let drawn = shapes::drawn(record, names, is_result, limits)
        .map_err(|reason| (SkipReason::InvalidRecord, reason))?;
    let mut attributes = attributes(record);
    let (shape, invalid) = match drawn {
        Some(drawn) => {
            if let Some(area) = drawn.keypoint_area_px2 {
                attributes.insert("area_px2".to_owned(), area.to_string());
            }
            let invalid = drawn
                .invalid
                .or_else(|| structure::invalid(&drawn.shape, size_px));
            (drawn.shape, invalid)
        }
        None => {
            let value = label.clone();
            (
                Shape::Classification {
                    question: String::new(),
                    value,
                },
                None,
            )
        }
    };
    Ok(Annotation {
        source_id: record
            .id
            .as_ref()
            .map_or_else(|| place.to_owned(), Id::to_string),
        label,
        shape,
        attributes,
        confidence: record.score.filter(|score| (0.0..=1.0).contains(score)),
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid,
    })
}

/// A panoptic segment, taken out of its picture, and whether the picture draws as much as the record says.
pub(super) fn segment(
    held: &Value,
    index: &Index,
    picture: &mut Picture,
    size_px: Option<(u32, u32)>,
    place: &str,
) -> Result<(Annotation, bool), Refusal> {
    let invalid = |detail: &str| (SkipReason::InvalidRecord, detail.to_owned());
    let record = SegmentRecord::deserialize(held)
        .map_err(|_| invalid("has no whole number as `id`, or another field that does not fit"))?;
    let id = record.category_id;
    let id = id.ok_or_else(|| invalid("has no `category_id`"))?;
    let category = index.category(&id).ok_or_else(|| {
        let detail = format!("names category `{id}`, which `categories` does not list");
        (SkipReason::Dangling, detail)
    });
    // Taken out in any case: what is left in the picture is listed nowhere.
    let bounds = picture.segments.remove(&record.id);
    let category = category?;
    let bounds = bounds.ok_or_else(|| {
        let detail = format!("segment `{}` is not drawn in its picture", record.id);
        (SkipReason::Dangling, detail)
    })?;
    let mask = Mask::from_bounds(picture.width_px, picture.height_px, bounds)
        .map_err(|said| invalid(&said.to_string()))?;
    let is_as_stated = record.area.is_none_or(|area| area == mask.area_px() as f64);
    let drawn = (Shape::Mask(mask), None);
    let mut annotation = drawn::annotation(place.to_owned(), &category.name, drawn, size_px);
    annotation.semantic = category.is_stuff;
    if let Some(crowd) = record.iscrowd {
        let crowd = u8::from(crowd.0).to_string();
        annotation.attributes.insert("iscrowd".to_owned(), crowd);
    }
    Ok((annotation, is_as_stated))
}

/// What this importer does not read about a record, if anything; it is no fault of the record.
pub(super) fn unsupported(record: &AnnotationRecord) -> Option<String> {
    if let Some(segments) = &record.segments_info {
        return Some(format!(
            "`{}` panoptic segments are no result; send them as a data set with its pictures",
            segments.len()
        ));
    }
    record
        .caption
        .is_some()
        .then(|| "is a caption; free text is not compared".to_owned())
}

fn attributes(record: &AnnotationRecord) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, value) in record.attributes.iter().flatten() {
        match value {
            Value::Object(inner) => {
                for (key, value) in inner {
                    found.insert(format!("{name}.{key}"), plain(value));
                }
            }
            Value::Null => {}
            value => {
                found.insert(name.clone(), plain(value));
            }
        }
    }
    if let Some(crowd) = record.iscrowd {
        found.insert("iscrowd".to_owned(), u8::from(crowd.0).to_string());
    }
    // A score that is no probability is kept as it is, and not taken for a confidence.
    if let Some(score) = record.score.filter(|score| !(0.0..=1.0).contains(score)) {
        found.insert("score".to_owned(), score.to_string());
    }
    found
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
