//! An item with its readings while it is read.

use super::headers::{Header, Verdict};
use crate::domain::{Annotation, Item, ReadingKey, ReadingState};
use crate::importers::{ImportError, Placement, Sink};
use std::collections::BTreeMap;

/// An item with its readings, before they are kept.
pub(super) struct Open {
    pub placement: Placement,
    pub item: Item,
    pub readings: BTreeMap<ReadingKey, Vec<(Header, Annotation)>>,
}

impl Open {
    pub fn new(placement: Placement, title: &str, size_px: Option<(u32, u32)>) -> Self {
        let mut item = placement.to_item();
        item.image_name = Some(title.to_owned());
        if let Some((width, height)) = size_px {
            item.width_px = Some(width);
            item.height_px = Some(height);
        }
        Self {
            placement,
            item,
            readings: BTreeMap::new(),
        }
    }

    /// Adds an annotation to its author's reading.
    pub fn add(&mut self, header: Header, mut annotation: Annotation) {
        let key = self.placement.reading_key(header.rater.as_deref());
        annotation.confidence = header.confidence;
        annotation.finished_at_us = header.finished_at_us;
        if header.is_automatic {
            let source = ("source".to_owned(), "automatic".to_owned());
            annotation.attributes.extend([source]);
        }
        self.readings
            .entry(key)
            .or_default()
            .push((header, annotation));
    }

    /// Hands everything over.
    pub fn keep(self, sink: &mut dyn Sink, file: &str) -> Result<(), ImportError> {
        sink.item(self.item)?;
        for (key, pieces) in self.readings {
            let mut reading = self
                .placement
                .to_reading(key.clone(), ReadingState::Annotated, file);
            let mut verdict = Verdict::default();
            let mut finished = None;
            for (header, _) in &pieces {
                verdict.add(header.review.as_ref());
                finished = finished.max(header.finished_at_us);
            }
            reading.finished_at_us = finished.or(reading.finished_at_us);
            reading.review = verdict.review();
            sink.reading(reading)?;
            for (_, annotation) in pieces {
                sink.annotation(&key, annotation)?;
            }
        }
        Ok(())
    }
}
