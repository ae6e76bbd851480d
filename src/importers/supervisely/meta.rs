//! `meta.json`: what values tags have, and what the nodes of graphs are called.

use crate::importers::json::fields::{given, list, word};
use serde_json::Value;
use std::collections::HashMap;

/// What the tags of a name hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// A text that was typed.
    Typed,
    /// One of several, a number, or nothing.
    Chosen,
    /// No project says.
    Unknown,
}

/// What the project says.
#[derive(Default)]
pub(super) struct Meta {
    tags: HashMap<String, Values>,
    /// Names of nodes, by class and id.
    nodes: HashMap<(String, String), String>,
}

impl Meta {
    /// Takes over what a `meta.json` says.
    pub fn take(&mut self, held: &Value) -> Result<(), String> {
        for tag in list(held, "tags")? {
            let Some(name) = word(tag, "name") else {
                continue;
            };
            let values = match word(tag, "value_type") {
                Some("any_string") => Values::Typed,
                Some("oneof_string" | "any_number" | "none") => Values::Chosen,
                _ => Values::Unknown,
            };
            self.tags.insert(name.to_owned(), values);
        }
        for class in list(held, "classes")? {
            let nodes = given(class, "geometry_config")
                .and_then(|config| given(config, "nodes"))
                .and_then(Value::as_object);
            let Some((title, nodes)) = word(class, "title").zip(nodes) else {
                continue;
            };
            for (id, node) in nodes {
                if let Some(label) = word(node, "label") {
                    let key = (title.to_owned(), id.clone());
                    self.nodes.insert(key, label.to_owned());
                }
            }
        }
        Ok(())
    }

    pub fn values(&self, tag: &str) -> Values {
        self.tags.get(tag).copied().unwrap_or(Values::Unknown)
    }

    /// What a node is called, else its id.
    pub fn node(&self, class: &str, id: &str) -> String {
        let key = (class.to_owned(), id.to_owned());
        self.nodes
            .get(&key)
            .cloned()
            .unwrap_or_else(|| id.to_owned())
    }
}
