//! What a project of version 3 declares: attributes with their options, files, views.

use super::regions::Values;
use super::table;
use super::values::Attributes;
use crate::importers::json::fields::{given, list, value_of, word};
use crate::importers::json::{JsonStream, Kind as Json};
use crate::importers::{Context, ImportError, UploadFile};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// Where a file is embedded in the project, its source is its content.
const INLINE: &str = "4";

/// What entries refer to.
#[derive(Default)]
pub(super) struct Project {
    attributes: HashMap<String, Attribute>,
    files: HashMap<String, String>,
    /// Files of each view.
    pub views: BTreeMap<String, Vec<String>>,
    /// The attribute that the project shows as the label of regions.
    label: Option<String>,
}

struct Attribute {
    name: String,
    /// Several of its options can be ticked.
    is_list: bool,
    options: Map<String, Value>,
    is_of_regions: bool,
}

impl Project {
    /// Walks a project.
    pub fn of_json(file: &UploadFile, max_bytes: usize) -> Result<Self, ImportError> {
        let mut project = Self::default();
        let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
        stream.enter()?;
        while let Some(key) = stream.next_key()? {
            match key.as_str() {
                "config" => {
                    let config = value_of(&stream.whole_value()?, max_bytes).unwrap_or_default();
                    let id = config.pointer("/ui/spatial_region_label_attribute_id");
                    project.label = id.and_then(id_text);
                }
                "attribute" => {
                    let held = value_of(&stream.whole_value()?, max_bytes).unwrap_or_default();
                    project.take_attributes(&held);
                }
                "file" | "view" if stream.kind()? == Json::Object => {
                    stream.open_container()?;
                    while let Some(id) = stream.next_key()? {
                        let Ok(held) = value_of(&stream.whole_value()?, max_bytes) else {
                            continue;
                        };
                        if key == "file" {
                            project.files.insert(id, file_name(&held));
                        } else {
                            let files = list(&held, "fid_list").unwrap_or_default();
                            let files = files.iter().filter_map(id_text).collect();
                            project.views.insert(id, files);
                        }
                    }
                }
                _ => stream.skip_value()?,
            }
        }
        stream.finish()?;
        Ok(project)
    }

    /// Looks for the attributes that a table declares above its lines.
    pub fn of_table(file: &UploadFile, max_bytes: usize) -> Result<Self, ImportError> {
        let mut project = Self::default();
        table::lines(file, max_bytes, |_, line| {
            if let Some(text) = line.strip_prefix("# ATTRIBUTE = ") {
                let held = serde_json::from_str(text).map_err(|_| {
                    ImportError::container(file.path(), "its line `# ATTRIBUTE` is no JSON")
                })?;
                project.take_attributes(&held);
            }
            Ok(())
        })?;
        Ok(project)
    }

    fn take_attributes(&mut self, held: &Value) {
        for (id, said) in held.as_object().into_iter().flatten() {
            let anchor = word(said, "anchor_id").unwrap_or_default();
            let options = given(said, "options").and_then(Value::as_object);
            let attribute = Attribute {
                name: word(said, "aname").unwrap_or(id).to_owned(),
                is_list: given(said, "type").and_then(Value::as_u64) == Some(2),
                options: options.cloned().unwrap_or_default(),
                is_of_regions: anchor.ends_with("XY1"),
            };
            self.attributes.insert(id.clone(), attribute);
        }
    }

    /// Id of the attribute that labels regions.
    pub fn label(&self, context: &Context) -> Option<&str> {
        let named = context.options().columns.get("label");
        let shown = self.label.as_deref().filter(|_| named.is_none());
        if let Some((id, _)) = shown.and_then(|id| self.attributes.get_key_value(id)) {
            return Some(id);
        }
        let mut known = Attributes::default();
        for attribute in self.attributes.values().filter(|one| one.is_of_regions) {
            let is_choice = !attribute.options.is_empty() && !attribute.is_list;
            known.declare(&attribute.name, is_choice);
        }
        let name = known.label(named)?;
        let mut all = self.attributes.iter();
        all.find(|(_, attribute)| attribute.name == name)
            .map(|(id, _)| id.as_str())
    }

    /// The name of an attribute.
    pub fn name(&self, id: &str) -> Option<&str> {
        self.attributes.get(id).map(|attribute| &*attribute.name)
    }

    /// The name of a file.
    pub fn file(&self, id: &str) -> Option<&str> {
        self.files.get(id).map(String::as_str)
    }

    /// Values by attribute id, as texts by attribute name.
    pub fn values(&self, held: &Map<String, Value>) -> Values {
        let mut values = Values::default();
        for (id, value) in held {
            match self.attributes.get(id) {
                Some(attribute) => values.take(&attribute.name, &attribute.chosen(value)),
                None => values.take(id, value),
            }
        }
        values
    }
}

impl Attribute {
    /// What the chosen options are called.
    fn chosen(&self, value: &Value) -> Value {
        let Some(ids) = value.as_str().filter(|_| !self.options.is_empty()) else {
            return value.clone();
        };
        let called = |id: &str| match self.options.get(id).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => id.to_owned(),
        };
        if !self.is_list {
            return Value::String(called(ids));
        }
        let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty());
        let mut names: Vec<String> = ids.map(called).collect();
        names.sort();
        Value::String(names.join(", "))
    }
}

/// Ids are numbers or texts.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn file_name(held: &Value) -> String {
    let is_inline = given(held, "loc").and_then(id_text).as_deref() == Some(INLINE);
    let source = word(held, "src").filter(|_| !is_inline);
    word(held, "fname")
        .or(source)
        .unwrap_or_default()
        .to_owned()
}
