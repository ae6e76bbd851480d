//! What stands around the elements of an annotation.

use crate::domain::{Review, ReviewOutcome};
use crate::importers::ImportError;
use crate::importers::json::fields::value_of;
use crate::importers::json::{JsonStream, Kind};
use crate::importers::written::instant_us;
use serde_json::Value;
use std::io::BufRead;

/// One annotation's frame.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Record {
    pub id: Option<String>,
    pub item: Option<String>,
    pub creator: Option<String>,
    pub editor: Option<String>,
    pub created_at_us: Option<i64>,
    pub updated_at_us: Option<i64>,
    /// What keeps it from being read.
    pub fault: Option<&'static str>,
}

impl Record {
    /// When its maker left it: a later change by another person is not the maker's work.
    pub fn finished_at_us(&self) -> Option<i64> {
        if self.is_changed_by_other() {
            self.created_at_us
        } else {
            self.updated_at_us.or(self.created_at_us)
        }
    }

    fn is_changed_by_other(&self) -> bool {
        self.creator.is_some() && self.editor.is_some() && self.editor != self.creator
    }

    /// A change by another person.
    pub fn review(&self) -> Option<Review> {
        self.is_changed_by_other().then(|| Review {
            outcome: ReviewOutcome::Corrected,
            reviewer: self.editor.clone(),
            at_us: self.updated_at_us,
        })
    }
}

/// Walks one annotation, which was entered, but for its elements.
pub(super) fn read<R: BufRead>(stream: &mut JsonStream<'_, R>) -> Result<Record, ImportError> {
    let mut record = Record::default();
    let mut has_elements = false;
    while let Some(key) = stream.next_key()? {
        match key.as_str() {
            "annotation" if stream.kind()? == Kind::Object => {
                stream.open_container()?;
                while let Some(key) = stream.next_key()? {
                    has_elements |= key == "elements";
                    stream.skip_value()?;
                }
            }
            "elements" => {
                has_elements = true;
                stream.skip_value()?;
            }
            "_id" | "itemId" | "creatorId" | "updatedId" | "created" | "updated" => {
                /// No id or time is longer.
                const MAX_BYTES: usize = 1 << 10;
                let held = value_of(&stream.whole_value()?, MAX_BYTES);
                let Ok(Value::String(text)) = held else {
                    continue;
                };
                match key.as_str() {
                    "_id" => record.id = Some(text),
                    "itemId" => record.item = Some(text),
                    "creatorId" => record.creator = Some(text),
                    "updatedId" => record.editor = Some(text),
                    "created" => record.created_at_us = instant_us(&text),
                    _ => record.updated_at_us = instant_us(&text),
                }
            }
            _ => stream.skip_value()?,
        }
    }
    if !has_elements {
        record.fault = Some("has no `elements`; export the annotation with them");
    }
    Ok(record)
}
