//! Who made an annotation, and what was said about it beside its shape.

use crate::importers::json::fields::{given, list, word};
use crate::importers::people::People;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What an annotation says about itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub id: String,
    pub label: String,
    /// `None` where the export names nobody.
    pub rater: Option<String>,
    pub is_model: bool,
    pub confidence: Option<f64>,
    pub attributes: BTreeMap<String, String>,
    pub n_reviewers: usize,
    /// A text was typed to it, which is not read.
    pub has_text: bool,
}

/// Reads the header of an annotation; `record` stands in for a missing id.
pub(super) fn header(value: &Value, record: &str, people: &mut People) -> Result<Header, String> {
    let label = word(value, "name")
        .ok_or("has no `name`")?
        .trim()
        .to_owned();
    let annotators = list(value, "annotators")?;
    let names: BTreeSet<String> = annotators
        .iter()
        .filter_map(|who| word(who, "email").or_else(|| word(who, "id")))
        .map(|address| people.name(address))
        .collect();
    let rater = (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join("+"));
    let mut header = Header {
        id: word(value, "id").unwrap_or(record).to_owned(),
        label,
        n_reviewers: list(value, "reviewers")?.len(),
        has_text: given(value, "text").is_some(),
        attributes: attributes(value)?,
        ..Header::default()
    };
    if let Some(inference) = given(value, "inference") {
        header.confidence = inference
            .get("confidence")
            .and_then(Value::as_f64)
            .filter(|confidence| (0.0..=1.0).contains(confidence));
        if rater.is_none() {
            let name = given(inference, "model").and_then(|model| word(model, "name"));
            header.rater = Some(name.unwrap_or("model").to_owned());
            header.is_model = true;
            return Ok(header);
        }
        header
            .attributes
            .insert("source".to_owned(), "model".to_owned());
    }
    header.rater = rater;
    Ok(header)
}

fn attributes(value: &Value) -> Result<BTreeMap<String, String>, String> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for property in list(value, "properties")? {
        if let (Some(name), Some(value)) = (word(property, "name"), word(property, "value")) {
            found
                .entry(name.to_owned())
                .or_default()
                .insert(value.to_owned());
        }
    }
    for attribute in list(value, "attributes")?.iter().filter_map(Value::as_str) {
        found
            .entry("attributes".to_owned())
            .or_default()
            .insert(attribute.to_owned());
    }
    let mut joined: BTreeMap<String, String> = found
        .into_iter()
        .map(|(name, values)| (name, values.into_iter().collect::<Vec<_>>().join(", ")))
        .collect();
    let frames = given(value, "frames").and_then(Value::as_object);
    let instance = given(value, "instance_id")
        .or_else(|| given(frames?.values().next()?, "instance_id"))
        .and_then(|instance| given(instance, "value"));
    if let Some(instance) = instance {
        let text = instance
            .as_str()
            .map_or_else(|| instance.to_string(), str::to_owned);
        joined.insert("track_id".to_owned(), text);
    }
    Ok(joined)
}
