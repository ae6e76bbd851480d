//! Readings by the numbers of their names: a million readings share few of them.

use super::StoreError;
use crate::domain::{ReadingKey, Stage};
use std::collections::HashMap;
use std::sync::Arc;

/// A reading's key by the numbers of its names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PackedKey {
    pub item: u32,
    pub rater: u32,
    pub stage: Stage,
    pub session: u32,
    pub layer: u32,
}

/// Each name once.
#[derive(Default)]
pub(super) struct ReadingNames {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl ReadingNames {
    /// The key in numbers; new names are given one.
    pub(super) fn pack(&mut self, key: &ReadingKey) -> Result<PackedKey, StoreError> {
        Ok(PackedKey {
            item: self.number(&key.item)?,
            rater: self.number(&key.rater)?,
            stage: key.stage,
            session: self.number(&key.session)?,
            layer: self.number(&key.layer)?,
        })
    }

    /// The key in numbers, if it was packed before.
    pub(super) fn find(&self, key: &ReadingKey) -> Option<PackedKey> {
        let known = |text: &str| self.numbers.get(text).copied();
        Some(PackedKey {
            item: known(&key.item)?,
            rater: known(&key.rater)?,
            stage: key.stage,
            session: known(&key.session)?,
            layer: known(&key.layer)?,
        })
    }

    /// The shared text; a name that has no number yet is not given one.
    pub(super) fn shared(&self, text: &str) -> Arc<str> {
        self.numbers
            .get_key_value(text)
            .map_or_else(|| text.into(), |(shared, _)| Arc::clone(shared))
    }

    /// The name of a number that `pack` gave.
    pub(super) fn name(&self, number: u32) -> Arc<str> {
        Arc::clone(&self.texts[number as usize])
    }

    /// The number of a text; a new one is given one.
    pub(super) fn number(&mut self, text: &str) -> Result<u32, StoreError> {
        if let Some(&number) = self.numbers.get(text) {
            return Ok(number);
        }
        let number = u32::try_from(self.texts.len())
            .map_err(|_| StoreError::Misuse("an import has too many names".to_owned()))?;
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        Ok(number)
    }
}
