//! What an import read, kept and left out.

use super::Format;
use super::detection::{Detected, Rejected};
use super::sink::{Sink, SinkError};
use crate::domain::{Annotation, Item, Reading, ReadingKey, Skip};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Examples kept of each kind of skip; all of them are counted.
const MAX_EXAMPLES: usize = 10;

/// How much was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub files: u64,
    pub studies: u64,
    pub items: u64,
    pub readings: u64,
    pub annotations: u64,
}

/// Skips of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipGroup {
    pub reason: String,
    pub n: u64,
    pub examples: Vec<String>,
}

/// The answer to an upload; `concord explain` prints it without keeping anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    pub format: String,
    pub confidence: f64,
    pub rejected: Vec<Rejected>,
    pub counts: Counts,
    pub by_technique: BTreeMap<String, u64>,
    pub by_label: BTreeMap<String, u64>,
    pub raters: Vec<String>,
    pub skipped: Vec<SkipGroup>,
    /// Structurally invalid annotations that were kept and flagged.
    pub n_invalid: u64,
    /// What the export does not say and the import needs or would profit from.
    pub missing: Vec<String>,
    pub notes: Vec<String>,
}

impl ImportReport {
    /// Everything that was left out.
    pub fn n_skipped(&self) -> u64 {
        self.skipped.iter().map(|group| group.n).sum()
    }

    /// Whether no rater is known for some reading: such an upload can be explained, not imported.
    pub fn lacks_annotator(&self) -> bool {
        self.missing.iter().any(|field| field == "annotator")
    }
}

/// Passes everything on to another sink and counts.
pub struct ReportingSink<'a> {
    format: &'static Format,
    inner: &'a mut dyn Sink,
    counts: Counts,
    studies: BTreeMap<String, String>,
    readings: HashSet<ReadingKey>,
    by_technique: BTreeMap<String, u64>,
    by_label: BTreeMap<String, u64>,
    raters: BTreeSet<String>,
    skipped: BTreeMap<String, SkipGroup>,
    n_invalid: u64,
    n_without_time: u64,
    notes: Vec<String>,
}

impl<'a> ReportingSink<'a> {
    /// Counts what an importer of this format passes into `inner`.
    pub fn new(inner: &'a mut dyn Sink, format: &'static Format) -> Self {
        Self {
            format,
            inner,
            counts: Counts::default(),
            studies: BTreeMap::new(),
            readings: HashSet::new(),
            by_technique: BTreeMap::new(),
            by_label: BTreeMap::new(),
            raters: BTreeSet::new(),
            skipped: BTreeMap::new(),
            n_invalid: 0,
            n_without_time: 0,
            notes: Vec::new(),
        }
    }

    /// The report on everything that passed.
    pub fn finish(self, detected: &Detected) -> ImportReport {
        let mut missing = Vec::new();
        if self.raters.contains("") {
            missing.push("annotator".to_owned());
        }
        if self.n_without_time > 0 {
            missing.push("finished_at".to_owned());
        }
        let studies: HashSet<&String> = self.studies.values().collect();
        if !self.studies.is_empty() && self.studies.iter().all(|(item, study)| item == study) {
            missing.push("study".to_owned());
        }
        ImportReport {
            format: detected.importer.format().key.to_owned(),
            confidence: detected.confidence,
            rejected: detected.rejected.clone(),
            counts: Counts {
                files: detected.files.len() as u64,
                studies: studies.len() as u64,
                items: self.studies.len() as u64,
                readings: self.readings.len() as u64,
                ..self.counts
            },
            by_technique: self.by_technique,
            by_label: self.by_label,
            raters: self
                .raters
                .into_iter()
                .filter(|rater| !rater.is_empty())
                .collect(),
            skipped: self.skipped.into_values().collect(),
            n_invalid: self.n_invalid,
            missing,
            notes: self.notes,
        }
    }
}

impl Sink for ReportingSink<'_> {
    fn item(&mut self, item: Item) -> Result<(), SinkError> {
        self.studies.insert(item.key.clone(), item.study.clone());
        self.inner.item(item)
    }

    fn reading(&mut self, mut reading: Reading) -> Result<(), SinkError> {
        if reading.source_convention.is_empty() {
            reading.source_convention = self.format.convention.to_owned();
        }
        if !self.raters.contains(&reading.key.rater) {
            self.raters.insert(reading.key.rater.clone());
        }
        if reading.finished_at_us.is_none() {
            self.n_without_time += 1;
        }
        self.readings.insert(reading.key.clone());
        self.inner.reading(reading)
    }

    fn annotation(&mut self, key: &ReadingKey, annotation: Annotation) -> Result<(), SinkError> {
        self.counts.annotations += 1;
        self.n_invalid += u64::from(annotation.invalid.is_some());
        let technique = annotation.shape.technique().as_str();
        *self.by_technique.entry(technique.to_owned()).or_default() += 1;
        match self.by_label.get_mut(&annotation.label) {
            Some(n) => *n += 1,
            None => {
                self.by_label.insert(annotation.label.clone(), 1);
            }
        }
        self.inner.annotation(key, annotation)
    }

    fn skip(&mut self, skip: Skip) -> Result<(), SinkError> {
        let group = self
            .skipped
            .entry(skip.reason.as_str().to_owned())
            .or_insert_with(|| SkipGroup {
                reason: skip.reason.as_str().to_owned(),
                n: 0,
                examples: Vec::new(),
            });
        group.n += 1;
        if group.examples.len() < MAX_EXAMPLES {
            let place = if skip.record.is_empty() {
                skip.file.clone()
            } else {
                format!("{} {}", skip.file, skip.record)
            };
            group.examples.push(format!("{place}: {}", skip.detail));
        }
        self.inner.skip(skip)
    }

    fn note(&mut self, note: String) -> Result<(), SinkError> {
        if !self.notes.contains(&note) {
            self.notes.push(note.clone());
        }
        self.inner.note(note)
    }
}
