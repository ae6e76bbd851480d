//! Answers of a label row, and the frames of its data units.

use crate::domain::Shape;
use crate::importers::json::fields::{given, list, word};
use serde_json::Value;
use std::collections::BTreeMap;

/// The frames of a unit: `None` for an image, else the number of each.
pub(super) fn frames(labels: &Value) -> Result<Vec<(Option<u32>, &Value)>, String> {
    let held = labels.as_object().ok_or("`labels` is no object")?;
    if held.contains_key("objects") || held.contains_key("classifications") {
        return Ok(vec![(None, labels)]);
    }
    let mut found = Vec::with_capacity(held.len());
    for (number, frame) in held {
        let number = number
            .parse::<u32>()
            .map_err(|_| "`labels` holds a frame that is no whole number from 0 on")?;
        found.push((Some(number), frame));
    }
    found.sort_by_key(|(number, _)| *number);
    Ok(found)
}

/// The item of a slice, where the export names its SOP instance.
pub(super) fn instance(frame: &Value) -> Option<String> {
    let metadata = given(frame, "metadata")?;
    let uid = word(metadata, "dicom_instance_uid")?;
    let number = given(metadata, "multiframe_frame_number").and_then(Value::as_u64);
    // Whether these frames count from 0 or 1 is not stated, so they are not written as DICOM's.
    Some(number.map_or_else(|| uid.to_owned(), |number| format!("{uid}/{number}")))
}

/// Answers under a hash: what was chosen, what is a number, and how many texts were typed.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answers {
    pub chosen: BTreeMap<String, Vec<String>>,
    pub numbers: BTreeMap<String, f64>,
    pub n_texts: u64,
}

/// The answers that `table` (`object_answers` or `classification_answers`) holds for a hash.
pub(super) fn answers(row: &Value, table: &str, hash: &str) -> Result<Answers, String> {
    let mut found = Answers::default();
    let Some(entry) = given(row, table).and_then(|table| given(table, hash)) else {
        return Ok(found);
    };
    for question in list(entry, "classifications").map_err(|fault| format!("`{table}` {fault}"))? {
        let name = word(question, "name")
            .ok_or_else(|| format!("`{table}` holds a question without `name`"))?;
        match given(question, "answers") {
            Some(Value::Array(all)) => {
                let names = all
                    .iter()
                    .filter_map(|answer| word(answer, "name").map(str::to_owned));
                let chosen = found.chosen.entry(name.to_owned()).or_default();
                chosen.extend(names);
            }
            Some(Value::Number(number)) => {
                if let Some(number) = number.as_f64() {
                    found.numbers.insert(name.to_owned(), number);
                }
            }
            Some(Value::String(_)) => found.n_texts += 1,
            _ => {}
        }
    }
    found.chosen.retain(|_, values| !values.is_empty());
    Ok(found)
}

impl Answers {
    /// As attributes of an object.
    pub fn into_attributes(self) -> BTreeMap<String, String> {
        let chosen = self.chosen.into_iter().map(|(name, mut values)| {
            values.sort();
            (name, values.join(", "))
        });
        let numbers = self
            .numbers
            .into_iter()
            .map(|(name, number)| (name, number.to_string()));
        chosen.chain(numbers).collect()
    }

    /// As statements about an item, each with its label and a number within the classification.
    pub fn into_shapes(self) -> Vec<(String, Shape)> {
        let mut found = Vec::new();
        for (question, values) in self.chosen {
            for value in values {
                let shape = Shape::Classification {
                    question: question.clone(),
                    value: value.clone(),
                };
                found.push((value, shape));
            }
        }
        for (question, rank) in self.numbers {
            found.push((question.clone(), Shape::Ordinal { question, rank }));
        }
        found
    }
}
