//! What annotators chose and typed: values of attributes, and which attribute is the label.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What is longer was typed freely, and may be about a person.
const MAX_CHARS: usize = 64;
/// Names under which tools and tutorials keep the class of a region, likeliest first.
const LABELS: &[&str] = &["label", "class", "type", "category", "name"];

/// A value as one text.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    Text(String),
    /// Nothing was chosen.
    Nothing,
    TooLong,
}

/// A value: a text, a number, or an object of what is ticked.
pub(super) fn said(value: &Value) -> Said {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Object(ticks) => ticks
            .iter()
            .filter(|(_, is_ticked)| is_true(is_ticked))
            .map(|(name, _)| name.as_str())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(", "),
        Value::Null | Value::Array(_) => String::new(),
    };
    if text.is_empty() {
        Said::Nothing
    } else if text.chars().count() > MAX_CHARS || text.contains(['\n', '\r']) {
        Said::TooLong
    } else {
        Said::Text(text)
    }
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or(false) || value.as_str() == Some("true")
}

/// Attributes of regions over a whole upload.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    all: BTreeSet<String>,
    with_choices: BTreeSet<String>,
}

impl Attributes {
    /// Takes the names in that a region holds.
    pub fn meet(&mut self, values: &Map<String, Value>) {
        for name in values.keys() {
            if !self.all.contains(name) {
                self.all.insert(name.clone());
            }
        }
    }

    /// Takes an attribute in that a project declares.
    pub fn declare(&mut self, name: &str, has_choices: bool) {
        self.all.insert(name.to_owned());
        if has_choices {
            self.with_choices.insert(name.to_owned());
        }
    }

    /// Takes in what another walk met.
    pub fn extend(&mut self, other: Self) {
        self.all.extend(other.all);
        self.with_choices.extend(other.with_choices);
    }

    /// The attribute that holds the label of regions. `named` is what the user says.
    pub fn label(&self, named: Option<&String>) -> Option<String> {
        if let Some(named) = named {
            return Some(named.clone());
        }
        let called = LABELS.iter().find_map(|name| {
            let mut all = self.all.iter();
            all.find(|one| one.eq_ignore_ascii_case(name))
        });
        let only = |set: &BTreeSet<String>| (set.len() == 1).then(|| set.first().cloned())?;
        called
            .cloned()
            .or_else(|| only(&self.with_choices))
            .or_else(|| only(&self.all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_become_texts_and_long_ones_are_said_so() {
        let text = |text: &str| Said::Text(text.to_owned());
        assert_eq!(said(&json!(" a ")), text("a"));
        assert_eq!(said(&json!(2)), text("2"));
        assert_eq!(
            said(&json!({"b": true, "a": true, "c": false})),
            text("a, b")
        );
        assert_eq!(said(&json!({})), Said::Nothing);
        assert_eq!(said(&json!("x".repeat(65))), Said::TooLong);
    }

    #[test]
    fn the_label_is_named_called_so_or_alone() {
        let mut attributes = Attributes::default();
        attributes.declare("note", false);
        assert_eq!(attributes.label(None).as_deref(), Some("note"));
        attributes.declare("organ", true);
        assert_eq!(attributes.label(None).as_deref(), Some("organ"));
        attributes.declare("side", true);
        assert_eq!(attributes.label(None), None);
        attributes.declare("Name", false);
        assert_eq!(attributes.label(None).as_deref(), Some("Name"));
        let named = "side".to_owned();
        assert_eq!(attributes.label(Some(&named)), Some(named));
    }
}
