//! What an export wrote and what it could not.

use crate::domain::Shape;
use serde::Serialize;
use std::collections::BTreeMap;

/// Examples kept of each reason; all are counted.
const MAX_EXAMPLES: usize = 5;

/// Annotations or readings that the format cannot hold, of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub reason: String,
    pub n: u64,
    /// Item keys.
    pub examples: Vec<String>,
}

/// The answer to an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    pub format: String,
    /// Paths inside the folder.
    pub files: Vec<String>,
    pub n_items: u64,
    pub n_readings: u64,
    pub n_annotations: u64,
    pub left_out: Vec<LeftOut>,
    /// How to import it again so that nothing that was written is lost.
    pub import_again: String,
}

impl ExportReport {
    /// Everything that was left out.
    pub fn n_left_out(&self) -> u64 {
        self.left_out.iter().map(|group| group.n).sum()
    }
}

/// Counts while an export is written.
#[derive(Default)]
pub(super) struct Tally {
    pub n_items: u64,
    pub n_readings: u64,
    pub n_annotations: u64,
    left_out: BTreeMap<String, LeftOut>,
}

impl Tally {
    /// Counts something that the format cannot hold.
    pub fn leave_out(&mut self, item: &str, reason: impl Into<String>) {
        let reason = reason.into();
        let group = self
            .left_out
            .entry(reason.clone())
            .or_insert_with(|| LeftOut {
                reason,
                n: 0,
                examples: Vec::new(),
            });
        group.n += 1;
        if group.examples.len() < MAX_EXAMPLES
            && group.examples.last().is_none_or(|last| last != item)
        {
            group.examples.push(item.to_owned());
        }
    }

    /// Counts a shape of a technique that the format does not know.
    pub fn unknown_technique(&mut self, item: &str, title: &str, shape: &Shape) {
        let technique = shape.technique();
        self.leave_out(item, format!("{title} has no form for `{technique}`"));
    }

    /// The report.
    pub fn finish(
        self,
        format: &'static str,
        files: Vec<String>,
        import_again: String,
    ) -> ExportReport {
        ExportReport {
            format: format.to_owned(),
            files,
            n_items: self.n_items,
            n_readings: self.n_readings,
            n_annotations: self.n_annotations,
            left_out: self.left_out.into_values().collect(),
            import_again,
        }
    }
}
