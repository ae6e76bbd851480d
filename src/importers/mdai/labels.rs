//! What has to be known before annotations can be read: the labels, and which labels were put on which annotation.

use crate::importers::json::fields::{list, value_of, word};
use crate::importers::json::{JsonStream, Kind};
use crate::importers::{ImportError, UploadFile};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;

/// How much of the patient a label is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Study,
    Series,
    Instance,
}

/// One label of a label group.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub name: String,
    /// The group's name, or of a label under another label that label's.
    pub question: String,
    pub scope: Option<Scope>,
    /// How it is drawn; `None` for a global label.
    pub mode: Option<String>,
}

/// A label that was put on an annotation.
pub(super) struct Child {
    pub record: String,
    pub author: String,
    pub label_id: String,
}

/// Labels by id, and labels put on annotations by the annotation's id.
#[derive(Default)]
pub(super) struct Known {
    pub labels: HashMap<String, Label>,
    pub children: HashMap<String, Vec<Child>>,
}

/// Walks every annotation of every dataset, with its place; `element` says what to do with each.
pub(super) fn walk(
    file: &UploadFile,
    max_bytes: usize,
    mut group: impl FnMut(usize, Result<Value, String>),
    mut element: impl FnMut(&str, bool, Result<Value, String>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
    if stream.enter()? != Kind::Object {
        return Err(ImportError::container(
            file.path(),
            "is a list; an export of MD.ai is one object",
        ));
    }
    while let Some(key) = stream.next_key()? {
        match (key.as_str(), stream.kind()?) {
            ("labelGroups", Kind::Array) => {
                stream.open_container()?;
                let mut at = 0;
                while let Some(raw) = stream.next_element(|| format!("`labelGroups[{at}]`"))? {
                    group(at, value_of(&raw, max_bytes));
                    at += 1;
                }
            }
            ("datasets", Kind::Array) => {
                stream.open_container()?;
                datasets(&mut stream, max_bytes, &mut element)?;
            }
            _ => stream.skip_value()?,
        }
    }
    stream.finish()
}

fn datasets(
    stream: &mut JsonStream<'_, BufReader<File>>,
    max_bytes: usize,
    element: &mut impl FnMut(&str, bool, Result<Value, String>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut dataset = 0;
    while let Some(kind) = stream.next_kind()? {
        if kind != Kind::Object {
            stream.skip_value()?;
            let place = format!("datasets[{dataset}]");
            element(&place, false, Err("is no object".to_owned()))?;
            dataset += 1;
            continue;
        }
        stream.open_container()?;
        while let Some(key) = stream.next_key()? {
            let is_study = key == "studies";
            if !(is_study || key == "annotations") || stream.kind()? != Kind::Array {
                stream.skip_value()?;
                continue;
            }
            stream.open_container()?;
            let mut at = 0;
            loop {
                let place = format!("datasets[{dataset}].{key}[{at}]");
                let Some(raw) = stream.next_element(|| format!("`{place}`"))? else {
                    break;
                };
                element(&place, is_study, value_of(&raw, max_bytes))?;
                at += 1;
            }
        }
        dataset += 1;
    }
    Ok(())
}

/// The first walk: labels and what was put on annotations.
pub(super) fn look_through(file: &UploadFile, max_bytes: usize) -> Result<Known, ImportError> {
    let mut known = Known::default();
    let mut labels = HashMap::new();
    let mut children: HashMap<String, Vec<Child>> = HashMap::new();
    walk(
        file,
        max_bytes,
        |_, group| {
            if let Ok(group) = group {
                labels_of(&group, &mut labels);
            }
        },
        |record, is_study, annotation| {
            if let (false, Ok(annotation)) = (is_study, annotation)
                && annotation.get("data").is_none_or(Value::is_null)
                && let Some(parent) = word(&annotation, "parentId")
            {
                let child = Child {
                    record: record.to_owned(),
                    author: word(&annotation, "createdById")
                        .unwrap_or_default()
                        .to_owned(),
                    label_id: word(&annotation, "labelId").unwrap_or_default().to_owned(),
                };
                children.entry(parent.to_owned()).or_default().push(child);
            }
            Ok(())
        },
    )?;
    known.labels = labels;
    known.children = children;
    Ok(known)
}

fn labels_of(group: &Value, known: &mut HashMap<String, Label>) {
    let all = list(group, "labels").unwrap_or_default();
    for label in all {
        let (Some(id), Some(name)) = (word(label, "id"), word(label, "name")) else {
            continue;
        };
        let parent = word(label, "parentId")
            .and_then(|parent| all.iter().find(|other| word(other, "id") == Some(parent)));
        let question = word(parent.unwrap_or(group), "name").unwrap_or_default();
        known.insert(
            id.to_owned(),
            Label {
                name: name.to_owned(),
                question: question.to_owned(),
                scope: word(label, "scope").and_then(scope),
                mode: word(label, "annotationMode").map(str::to_owned),
            },
        );
    }
}

/// Both the older and the newer words for a scope.
fn scope(word: &str) -> Option<Scope> {
    match word.to_ascii_uppercase().as_str() {
        "EXAM" | "STUDY" => Some(Scope::Study),
        "SERIES" => Some(Scope::Series),
        "IMAGE" | "INSTANCE" | "FRAME" => Some(Scope::Instance),
        _ => None,
    }
}
