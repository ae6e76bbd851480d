//! From regions and values to annotations, alike for all versions.

use super::values::{Said, said};
use crate::domain::{Annotation, Shape, SkipReason};
use crate::importers::drawn::{Drawn, annotation};
use crate::importers::one_reading::{OneReading, UNCLASSIFIED, plain};
use crate::importers::{ImportError, Sink};
use serde_json::Value;
use std::collections::BTreeMap;

/// Values of one region or image, as texts.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub texts: BTreeMap<String, String>,
    /// Attributes whose value is too long to be a choice.
    pub too_long: Vec<String>,
}

impl Values {
    /// Takes a value in.
    pub fn take(&mut self, name: &str, value: &Value) {
        match said(value) {
            Said::Text(text) => {
                self.texts.insert(name.to_owned(), text);
            }
            Said::TooLong => self.too_long.push(name.to_owned()),
            Said::Nothing => {}
        }
    }

    /// Takes the label out, or what stands for it.
    pub fn label(&mut self, attribute: Option<&str>, target: &OneReading) -> String {
        attribute
            .and_then(|name| self.texts.remove(name))
            .or_else(|| target.placement.label.clone())
            .unwrap_or_else(|| UNCLASSIFIED.to_owned())
    }

    /// Counts values that are not kept.
    pub fn count_long(
        &self,
        target: &OneReading,
        place: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        for name in &self.too_long {
            let place = format!("{place}.{name}");
            let detail = "is a long text, which is not compared";
            target.skip(sink, SkipReason::Unsupported, &place, detail)?;
        }
        Ok(())
    }
}

/// A region as an annotation.
pub(super) fn region(place: &str, label: &str, drawn: Drawn, values: Values) -> Annotation {
    let mut annotation = annotation(place.to_owned(), label, drawn, None);
    annotation.attributes = values.texts;
    annotation
}

/// Keeps what was said about a whole image: a classification each.
pub(super) fn of_image(
    target: &mut OneReading,
    place: &str,
    values: &Values,
    sink: &mut dyn Sink,
) -> Result<usize, ImportError> {
    for (question, value) in &values.texts {
        let shape = Shape::Classification {
            question: question.clone(),
            value: value.clone(),
        };
        target.keep(sink, plain(format!("{place}.{question}"), question, shape))?;
    }
    values.count_long(target, place, sink)?;
    Ok(values.texts.len() + values.too_long.len())
}
