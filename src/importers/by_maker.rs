//! One item whose annotations several people made: each maker's become a reading.

use super::skips::skip;
use super::verdict::Verdict;
use super::{ImportError, Placement, Sink};
use crate::domain::{
    Annotation, Item, ReadingKey, ReadingState, ReferenceKind, Review, Role, SkipReason,
};
use std::collections::{BTreeMap, HashMap};

/// Who made an annotation, and what is known of the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Maker {
    /// `None` where the export names nobody.
    pub rater: Option<String>,
    /// Stated where it is not what the options say: a model, a reviewer.
    pub role: Option<Role>,
    pub reference: Option<ReferenceKind>,
    pub finished_at_us: Option<i64>,
    pub review: Option<Review>,
}

/// The files in which readings stood, so that two files never become one reading.
#[derive(Default)]
pub(super) struct Seen(HashMap<ReadingKey, String>);

impl Seen {
    /// Whether a reading is of this file: no other file has held it before.
    pub fn is_first(&mut self, key: &ReadingKey, file: &str) -> bool {
        let known = self.0.entry(key.clone()).or_insert_with(|| file.to_owned());
        known == file
    }
}

/// An item with the readings that a file gives of it.
pub(super) struct ByMaker<'f> {
    file: &'f str,
    pub placement: Placement,
    pub item: Item,
    /// How this file states positions, where it is not as the format says.
    pub convention: &'static str,
    readings: BTreeMap<ReadingKey, Vec<(Maker, Annotation)>>,
}

impl<'f> ByMaker<'f> {
    pub fn new(file: &'f str, placement: Placement, image_name: &str) -> Self {
        let mut item = placement.to_item();
        item.image_name = Some(image_name.to_owned());
        Self {
            file,
            placement,
            item,
            convention: "",
            readings: BTreeMap::new(),
        }
    }

    /// The image's size, where it is known.
    pub fn size_px(&self) -> Option<(u32, u32)> {
        self.item.width_px.zip(self.item.height_px)
    }

    /// States the image's size.
    pub fn set_size_px(&mut self, (width_px, height_px): (u32, u32)) {
        self.item.width_px = Some(width_px);
        self.item.height_px = Some(height_px);
    }

    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Adds an annotation to its maker's reading.
    pub fn add(&mut self, maker: Maker, mut annotation: Annotation) {
        let key = self.placement.reading_key(maker.rater.as_deref());
        annotation.finished_at_us = maker.finished_at_us;
        self.readings
            .entry(key)
            .or_default()
            .push((maker, annotation));
    }

    /// Hands everything over.
    pub fn keep(self, sink: &mut dyn Sink, seen: &mut Seen) -> Result<(), ImportError> {
        sink.item(self.item)?;
        for (key, pieces) in self.readings {
            if !seen.is_first(&key, self.file) {
                let detail = format!(
                    "holds {} annotations of an item and a rater that another file holds too; name the items by their paths or give each file a session",
                    pieces.len()
                );
                skip(sink, SkipReason::InvalidRecord, self.file, "", detail)?;
                continue;
            }
            let mut reading =
                self.placement
                    .to_reading(key.clone(), ReadingState::Annotated, self.file);
            let mut verdict = Verdict::default();
            let mut finished = None;
            for (maker, _) in &pieces {
                verdict.add(maker.review.as_ref());
                finished = finished.max(maker.finished_at_us);
                reading.role = maker.role.unwrap_or(reading.role);
                reading.reference = maker.reference.or(reading.reference);
            }
            reading.finished_at_us = finished.or(reading.finished_at_us);
            reading.review = verdict.review();
            reading.source_convention = self.convention.to_owned();
            sink.reading(reading)?;
            for (_, annotation) in pieces {
                sink.annotation(&key, annotation)?;
            }
        }
        Ok(())
    }

    /// Hands the item over with one reading that holds nothing.
    pub fn keep_without(
        self,
        sink: &mut dyn Sink,
        seen: &mut Seen,
        maker: Maker,
        state: ReadingState,
    ) -> Result<(), ImportError> {
        sink.item(self.item)?;
        let key = self.placement.reading_key(maker.rater.as_deref());
        if !seen.is_first(&key, self.file) {
            let detail = "says that nothing is drawn on an item of which another file holds a reading by the same rater";
            return Ok(skip(
                sink,
                SkipReason::InvalidRecord,
                self.file,
                "",
                detail,
            )?);
        }
        let mut reading = self.placement.to_reading(key, state, self.file);
        reading.role = maker.role.unwrap_or(reading.role);
        reading.reference = maker.reference.or(reading.reference);
        reading.finished_at_us = maker.finished_at_us.or(reading.finished_at_us);
        reading.review = maker.review;
        Ok(sink.reading(reading)?)
    }
}
