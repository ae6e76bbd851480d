//! One annotation record, turned into Concord's form.

use super::index::Category;
use super::records::{AnnotationRecord, Id};
use super::shapes::drawn;
use crate::domain::{Annotation, Shape, SkipReason};
use crate::importers::{Limits, structure};
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
    let drawn = drawn(record, names, is_result, limits)
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

/// What this importer does not read about a record, if anything; it is no fault of the record.
pub(super) fn unsupported(record: &AnnotationRecord) -> Option<String> {
    if let Some(segments) = &record.segments_info {
        return Some(format!(
            "`{}` panoptic segments lie in a picture beside this file; export them as masks, one label and image each",
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
