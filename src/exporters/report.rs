//! What an export wrote and what it could not.

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

impl LeftOut {
    /// Nothing yet.
    pub fn new(reason: String) -> Self {
        Self {
            reason,
            n: 0,
            examples: Vec::new(),
        }
    }

    /// One more, of this item.
    pub fn count(&mut self, item: &str) {
        self.n += 1;
        if self.examples.len() < MAX_EXAMPLES
            && self.examples.last().is_none_or(|last| last != item)
        {
            self.examples.push(item.to_owned());
        }
    }
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
    /// What was left out, with its reason.
    pub left_out: Vec<LeftOut>,
    /// Readings of which nothing could be written: they are not listed as looked at and found empty.
    pub n_readings_left_out: u64,
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
    pub n_readings_left_out: u64,
    left_out: BTreeMap<String, LeftOut>,
}

impl Tally {
    /// Counts something that the format cannot hold.
    pub fn leave_out(&mut self, item: &str, reason: impl Into<String>) {
        let reason = reason.into();
        self.left_out
            .entry(reason.clone())
            .or_insert_with(|| LeftOut::new(reason))
            .count(item);
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
            n_readings_left_out: self.n_readings_left_out,
            import_again,
        }
    }
}
