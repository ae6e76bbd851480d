//! `classes.json`: the names of classes, and which of their attributes are typed.

use crate::domain::SkipReason;
use crate::importers::json::fields::{given, list, value_of, word};
use crate::importers::json::{JsonStream, Kind};
use crate::importers::skips::skip;
use crate::importers::{ImportError, Limits, Sink, UploadFile};
use serde_json::Value;
use std::collections::HashMap;

/// What the lists of classes say, by the ids that instances refer to.
#[derive(Default)]
pub(super) struct Classes {
    names: HashMap<i64, String>,
    /// Whether the attributes of a group are typed texts.
    is_typed: HashMap<i64, bool>,
}

impl Classes {
    pub fn name(&self, class_id: i64) -> Option<&str> {
        self.names.get(&class_id).map(String::as_str)
    }

    /// Whether a group holds typed texts; `None` where no list says so.
    pub fn is_typed(&self, group_id: i64) -> Option<bool> {
        self.is_typed.get(&group_id).copied()
    }
}

/// Reads all lists of classes.
pub(super) fn read(
    files: &[&UploadFile],
    limits: &Limits,
    sink: &mut dyn Sink,
) -> Result<Classes, ImportError> {
    let mut classes = Classes::default();
    for file in files {
        let max_bytes = limits.max_token_bytes;
        let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
        if stream.enter()? != Kind::Array {
            return Err(ImportError::container(file.path(), "is no list of classes"));
        }
        for at in 0.. {
            let place = format!("classes[{at}]");
            let Some(element) = stream.next_element(|| format!("`{place}`"))? else {
                break;
            };
            let taken = value_of(&element, max_bytes).and_then(|class| classes.take(&class));
            if let Err(detail) = taken {
                skip(sink, SkipReason::InvalidRecord, file.path(), place, detail)?;
            }
        }
        stream.finish()?;
    }
    Ok(classes)
}

impl Classes {
    fn take(&mut self, class: &Value) -> Result<(), String> {
        let name = word(class, "name").ok_or("has no `name`")?;
        if let Some(id) = given(class, "id").and_then(Value::as_i64) {
            self.names.insert(id, name.to_owned());
        }
        for group in list(class, "attribute_groups")? {
            let id = given(group, "id").and_then(Value::as_i64);
            if let (Some(id), Some(kind)) = (id, word(group, "group_type")) {
                self.is_typed.insert(id, kind == "text");
            }
        }
        Ok(())
    }
}
