//! One annotation with its label and attributes.

use super::categories::Categories;
use super::shapes::drawn;
use crate::domain::{Annotation, Shape, SkipReason};
use crate::importers::Limits;
use crate::importers::json::{Members, member, members, text};
use crate::importers::one_reading::{UNCLASSIFIED, plain};
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads an annotation, or says why not. `place` names it where it has no id of its own.
pub(super) fn annotation(
    raw: &[u8],
    place: &str,
    categories: &Categories,
    stated_label: Option<&str>,
    limits: &Limits,
) -> Result<Annotation, (SkipReason, String)> {
    let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
    let record = members(raw).map_err(invalid)?;
    let kind = member(&record, "type")
        .and_then(text)
        .ok_or_else(|| invalid("has no `type`".to_owned()))?;
    let label_id = match member(&record, "label_id") {
        Some(raw) => Some(
            serde_json::from_slice::<usize>(raw)
                .map_err(|_| invalid("`label_id` is no whole number from 0 on".to_owned()))?,
        ),
        None => None,
    };
    let label = match label_id {
        Some(id) => categories.label(id).ok_or_else(|| {
            let detail =
                format!("names label `{id}`, which `categories.label.labels` does not list");
            (SkipReason::Dangling, detail)
        })?,
        None => stated_label.unwrap_or(UNCLASSIFIED),
    };
    let mut attributes = attributes(&record).map_err(invalid)?;
    let rotation_deg = match attributes.get("rotation") {
        Some(text) => Some(
            text.parse::<f64>()
                .ok()
                .filter(|deg| deg.is_finite())
                .ok_or_else(|| {
                    invalid("the attribute `rotation` is no finite number".to_owned())
                })?,
        ),
        None => None,
    };
    let names = categories.points(label_id);
    let (shape, fault) = match kind.as_ref() {
        "label" if label_id.is_none() => {
            return Err(invalid("is a label without `label_id`".to_owned()));
        }
        "label" => {
            let shape = Shape::Classification {
                question: String::new(),
                value: label.to_owned(),
            };
            (shape, None)
        }
        kind => drawn(kind, &record, label, names, rotation_deg, limits)?,
    };
    if matches!(shape, Shape::RotatedBox(_) | Shape::Ellipse(_)) {
        attributes.remove("rotation");
    }
    let confidence = attributes
        .get("score")
        .and_then(|score| score.parse::<f64>().ok())
        .filter(|score| (0.0..=1.0).contains(score));
    if confidence.is_some() {
        attributes.remove("score");
    }
    for key in ["group", "z_order"] {
        let number = member(&record, key).and_then(|raw| serde_json::from_slice::<i64>(raw).ok());
        if let Some(number) = number.filter(|number| *number != 0) {
            attributes.insert(key.to_owned(), number.to_string());
        }
    }
    Ok(Annotation {
        attributes,
        confidence,
        invalid: fault,
        ..plain(source_id(&record, place), label, shape)
    })
}

/// Ids repeat within an item, and 0 stands for none: the place is always part of the name.
fn source_id(record: &Members, place: &str) -> String {
    let id = member(record, "id").and_then(|raw| serde_json::from_slice::<i64>(raw).ok());
    match id.filter(|id| *id != 0) {
        Some(id) => format!("{place}#{id}"),
        None => place.to_owned(),
    }
}

fn attributes(record: &Members) -> Result<BTreeMap<String, String>, String> {
    let mut found = BTreeMap::new();
    let Some(raw) = member(record, "attributes") else {
        return Ok(found);
    };
    let stated: serde_json::Map<String, Value> = serde_json::from_slice(raw)
        .map_err(|_| "`attributes` is no object of names and values".to_owned())?;
    for (name, value) in stated {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => text,
            other => other.to_string(),
        };
        match name.as_str() {
            // Which frames of a video were drawn and which filled in is no judgement.
            "keyframe" => continue,
            "is_crowd" => {
                let crowd = u8::from(matches!(value.as_str(), "true" | "1" | "True"));
                found.insert("iscrowd".to_owned(), crowd.to_string());
            }
            _ => {
                found.insert(name, value);
            }
        }
    }
    Ok(found)
}
