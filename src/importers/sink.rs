//! Where importers put what they read.

use crate::domain::{Annotation, Item, Reading, ReadingKey, Skip};
use std::collections::BTreeMap;

/// The receiver could not take a record; the import as a whole fails and nothing is kept.
#[derive(Debug, thiserror::Error)]
#[error("what was read could not be kept")]
pub struct SinkError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Takes items, readings and annotations as they are read.
///
/// Items and readings may be announced more than once; later news fill in what was unknown. A reading is
/// announced before its first annotation.
pub trait Sink {
    /// Takes an item.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn item(&mut self, item: Item) -> Result<(), SinkError>;
    /// Takes a reading's header.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn reading(&mut self, reading: Reading) -> Result<(), SinkError>;
    /// Takes one annotation of an announced reading.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn annotation(&mut self, key: &ReadingKey, annotation: Annotation) -> Result<(), SinkError>;
    /// Counts what was left out.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn skip(&mut self, skip: Skip) -> Result<(), SinkError>;
    /// A remark on the whole upload that a user should see.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn note(&mut self, _note: String) -> Result<(), SinkError> {
        Ok(())
    }
}

/// One reading with its annotations, in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingRecord {
    pub reading: Reading,
    pub annotations: Vec<Annotation>,
}

/// Keeps everything in memory: for `concord compare` and tests.
#[derive(Clone, Debug, Default)]
pub struct MemorySink {
    pub items: BTreeMap<String, Item>,
    pub readings: BTreeMap<ReadingKey, ReadingRecord>,
    pub skips: Vec<Skip>,
    pub notes: Vec<String>,
}

impl Sink for MemorySink {
    fn item(&mut self, item: Item) -> Result<(), SinkError> {
        self.items
            .entry(item.key.clone())
            .and_modify(|known| known.fill_from(&item))
            .or_insert(item);
        Ok(())
    }

    fn reading(&mut self, reading: Reading) -> Result<(), SinkError> {
        match self.readings.entry(reading.key.clone()) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(ReadingRecord {
                    reading,
                    annotations: Vec::new(),
                });
            }
            std::collections::btree_map::Entry::Occupied(mut slot) => {
                slot.get_mut().reading.fill_from(&reading);
            }
        }
        Ok(())
    }

    fn annotation(&mut self, key: &ReadingKey, annotation: Annotation) -> Result<(), SinkError> {
        self.readings
            .get_mut(key)
            .ok_or_else(|| SinkError("annotation before its reading".into()))?
            .annotations
            .push(annotation);
        Ok(())
    }

    fn skip(&mut self, skip: Skip) -> Result<(), SinkError> {
        self.skips.push(skip);
        Ok(())
    }

    fn note(&mut self, note: String) -> Result<(), SinkError> {
        self.notes.push(note);
        Ok(())
    }
}
