//! Who labelled an object, when, and its tags.

use super::meta::{Meta, Values};
use crate::domain::{Annotation, Role, Shape};
use crate::importers::by_maker::Maker;
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{given, instant, list, word};
use crate::importers::people::People;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A choice from a list is short; what is longer was typed.
const MAX_CHOICE_CHARS: usize = 64;

/// The question that tags without values answer.
const TAGS: &str = "tags";

/// Who labelled an object. A later change names nobody, so the time is that of creation.
pub(super) fn maker(object: &Value, people: &mut People) -> Maker {
    let is_set = |name: &str| object.get(name) == Some(&Value::Bool(true));
    let mut maker = Maker {
        rater: word(object, "labelerLogin").map(|login| people.name(login)),
        finished_at_us: instant(object, "createdAt"),
        ..Maker::default()
    };
    // What a network made and nobody changed since.
    if is_set("nnCreated") && is_set("nnUpdated") {
        maker.rater = Some("model".to_owned());
        maker.role = Some(Role::Model);
    }
    maker
}

/// How an object came about, if it was not drawn by hand.
pub(super) fn source(object: &Value) -> Option<&'static str> {
    let is_set = |name: &str| object.get(name) == Some(&Value::Bool(true));
    match (is_set("nnCreated"), is_set("nnUpdated")) {
        (true, true) => Some("prediction"),
        (true, false) => Some("changed prediction"),
        _ => None,
    }
}

/// The value of a tag.
enum TagValue {
    Nothing,
    Chosen(String),
    Number(f64),
    Typed,
}

fn tag_value(tag: &Value, name: &str, meta: &Meta) -> TagValue {
    match given(tag, "value") {
        None => TagValue::Nothing,
        Some(Value::Number(number)) => number.as_f64().map_or(TagValue::Typed, TagValue::Number),
        Some(Value::String(text)) => match meta.values(name) {
            Values::Typed => TagValue::Typed,
            Values::Unknown if text.chars().count() > MAX_CHOICE_CHARS || text.contains('\n') => {
                TagValue::Typed
            }
            _ => TagValue::Chosen(text.clone()),
        },
        Some(_) => TagValue::Typed,
    }
}

/// The tags of an object as attributes, and how many were typed.
pub(super) fn attributes(
    object: &Value,
    meta: &Meta,
) -> Result<(BTreeMap<String, String>, u64), String> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut n_typed = 0;
    for tag in list(object, "tags")? {
        let name = word(tag, "name").ok_or("`tags` holds one without `name`")?;
        let value = match tag_value(tag, name, meta) {
            TagValue::Nothing => "set".to_owned(),
            TagValue::Chosen(value) => value,
            TagValue::Number(number) => number.to_string(),
            TagValue::Typed => {
                n_typed += 1;
                continue;
            }
        };
        found.entry(name.to_owned()).or_default().insert(value);
    }
    let joined = found
        .into_iter()
        .map(|(name, values)| (name, values.into_iter().collect::<Vec<_>>().join(", ")));
    Ok((joined.collect(), n_typed))
}

/// A tag of a whole item as its labeller's answer; `None` for a typed one.
pub(super) fn answer(
    tag: &Value,
    place: &str,
    meta: &Meta,
    people: &mut People,
) -> Result<Option<(Maker, Annotation)>, String> {
    let name = word(tag, "name").ok_or("has no `name`")?;
    let (label, shape) = match tag_value(tag, name, meta) {
        TagValue::Nothing => (
            name.to_owned(),
            Shape::Classification {
                question: TAGS.to_owned(),
                value: name.to_owned(),
            },
        ),
        TagValue::Chosen(value) => (
            value.clone(),
            Shape::Classification {
                question: name.to_owned(),
                value,
            },
        ),
        TagValue::Number(rank) => (
            name.to_owned(),
            Shape::Ordinal {
                question: name.to_owned(),
                rank,
            },
        ),
        TagValue::Typed => return Ok(None),
    };
    let kept = annotation(place.to_owned(), &label, (shape, None), None);
    Ok(Some((maker(tag, people), kept)))
}

/// An object's own id: a number, a key, or where it stands.
pub(super) fn id_of(object: &Value, place: &str) -> String {
    match given(object, "id").or_else(|| given(object, "key")) {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => place.to_owned(),
    }
}
