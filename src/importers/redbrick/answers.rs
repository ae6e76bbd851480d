//! Categories and attributes.

use crate::importers::json::fields::given;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A choice from a list is short; what is longer was typed, and may be about a person.
const MAX_CHOICE_CHARS: usize = 64;

/// The category of a label: a name, a number, or a path of names.
pub(super) fn category(label: &Value) -> Result<String, String> {
    match given(label, "category") {
        Some(Value::String(name)) if !name.is_empty() => Ok(name.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Array(path)) if !path.is_empty() => {
            let names: Option<Vec<&str>> = path.iter().map(Value::as_str).collect();
            names
                .map(|names| names.join("/"))
                .ok_or_else(|| "`category` holds something other than names".to_owned())
        }
        _ => Err("has no `category`".to_owned()),
    }
}

/// Answers by question, each sorted; and how many are too long to be choices.
pub(super) fn answers(
    attributes: Option<&Map<String, Value>>,
) -> (BTreeMap<String, Vec<String>>, u64) {
    let (mut found, mut n_texts) = (BTreeMap::new(), 0);
    for (question, value) in attributes.into_iter().flatten() {
        let mut values: Vec<String> = match value {
            Value::Bool(flag) => vec![flag.to_string()],
            Value::Number(number) => vec![number.to_string()],
            Value::String(text) if !text.is_empty() => vec![text.clone()],
            Value::Array(all) => all
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            _ => continue,
        };
        let n_before = values.len();
        values.retain(|value| value.chars().count() <= MAX_CHOICE_CHARS && !value.contains('\n'));
        n_texts += (n_before - values.len()) as u64;
        values.sort();
        if !values.is_empty() {
            found.insert(question.clone(), values);
        }
    }
    (found, n_texts)
}

/// The attributes of a label.
pub(super) fn of_label(label: &Value) -> (BTreeMap<String, String>, u64) {
    let (found, n_texts) = answers(given(label, "attributes").and_then(Value::as_object));
    let joined = found
        .into_iter()
        .map(|(question, values)| (question, values.join(", ")));
    (joined.collect(), n_texts)
}
