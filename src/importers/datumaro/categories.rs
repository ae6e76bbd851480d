//! The labels of a file, and the names of their points.

use crate::domain::SkipReason;
use crate::importers::json::{Element, JsonStream, Kind, elements, member, members, text};
use crate::importers::skips::skip;
use crate::importers::{ImportError, Sink};
use std::collections::HashMap;
use std::io::BufRead;

/// Labels by their place in the list.
#[derive(Default)]
pub(super) struct Categories {
    /// `None` where a label has no name.
    labels: Vec<Option<String>>,
    points: HashMap<usize, Vec<String>>,
}

/// Takes one element of a list of categories.
type Take = fn(&mut Categories, &[u8]) -> Result<(), String>;

impl Categories {
    /// The name of a label; `None` when the list has no such label.
    pub fn label(&self, id: usize) -> Option<&str> {
        self.labels.get(id)?.as_deref()
    }

    /// The names of a label's points; empty where none are given.
    pub fn points(&self, id: Option<usize>) -> &[String] {
        id.and_then(|id| self.points.get(&id))
            .map_or(&[], Vec::as_slice)
    }

    /// Reads the object `categories`, which comes next.
    pub fn read<R: BufRead>(
        &mut self,
        file: &str,
        stream: &mut JsonStream<'_, R>,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        if stream.open_container()? != Kind::Object {
            let detail = "`categories` is a list; an object by kinds of annotation is needed";
            return Err(ImportError::container(file, detail));
        }
        while let Some(kind) = stream.next_key()? {
            let (list, take): (&str, Take) = match kind.as_str() {
                "label" => ("labels", Self::add_label),
                "points" => ("items", Self::add_points),
                _ => {
                    stream.skip_value()?;
                    continue;
                }
            };
            if stream.open_container()? != Kind::Object {
                let detail = format!("`categories.{kind}` is a list; an object is needed");
                return Err(ImportError::container(file, detail));
            }
            while let Some(key) = stream.next_key()? {
                if key != list || stream.kind()? != Kind::Array {
                    stream.skip_value()?;
                    continue;
                }
                stream.open_container()?;
                let mut at = 0;
                let place = |at: usize| format!("categories.{kind}.{list}[{at}]");
                while let Some(element) = stream.next_element(|| format!("`{}`", place(at)))? {
                    let outcome = match element {
                        Element::Raw(raw) => take(self, raw),
                        Element::TooLarge => Err("is too large".to_owned()),
                    };
                    if let Err(detail) = outcome {
                        if list == "labels" {
                            self.labels.push(None);
                        }
                        skip(sink, SkipReason::InvalidRecord, file, place(at), detail)?;
                    }
                    at += 1;
                }
            }
        }
        Ok(())
    }

    fn add_label(&mut self, raw: &[u8]) -> Result<(), String> {
        let label = members(raw)?;
        let name = member(&label, "name").and_then(text);
        let name = name
            .filter(|name| !name.is_empty())
            .ok_or("has no `name`")?;
        self.labels.push(Some(name.into_owned()));
        Ok(())
    }

    fn add_points(&mut self, raw: &[u8]) -> Result<(), String> {
        let item = members(raw)?;
        let id = member(&item, "label_id")
            .and_then(|raw| serde_json::from_slice::<usize>(raw).ok())
            .ok_or("has no `label_id` that is a whole number from 0 on")?;
        let names = member(&item, "labels").map_or_else(|| Ok(Vec::new()), elements)?;
        let names: Option<Vec<String>> = names
            .into_iter()
            .map(|raw| text(raw).map(|name| name.into_owned()))
            .collect();
        self.points.insert(
            id,
            names.ok_or("`labels` holds something other than texts")?,
        );
        Ok(())
    }
}
