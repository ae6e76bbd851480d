//! Files that hold one reading of one item each, as viewers of slides and single images write them.

use super::context::base_name;
use super::skips::skip;
use super::{Context, ImportError, Placement, Sink, UploadFile, structure};
use crate::domain::{Annotation, Item, Keypoint, ReadingKey, ReadingState, SkipReason, Visibility};
use crate::domain::{Reading, Shape};
use std::collections::BTreeMap;

/// The label of an object that a viewer lets be drawn without a class, where neither file nor options give one.
pub(super) const UNCLASSIFIED: &str = "unclassified";

/// The one reading of a file, announced with its first annotation.
pub(super) struct OneReading<'a> {
    file: &'a UploadFile,
    pub placement: Placement,
    pub item: Item,
    pub reading: Reading,
    announced: bool,
}

impl<'a> OneReading<'a> {
    /// Places what `file` says about `image`. `rater` is whom the export names.
    pub fn new(
        file: &'a UploadFile,
        image: &str,
        rater: Option<&str>,
        context: &Context,
    ) -> Result<Self, ImportError> {
        let placement = context.place(file.path(), image)?;
        let key = placement.reading_key(rater);
        let reading = placement.to_reading(key, ReadingState::Annotated, file.path());
        let mut item = placement.to_item();
        item.image_name = Some(base_name(image).to_owned());
        Ok(Self {
            file,
            placement,
            item,
            reading,
            announced: false,
        })
    }

    /// The image's size, where it is known.
    pub fn size_px(&self) -> Option<(u32, u32)> {
        self.item.width_px.zip(self.item.height_px)
    }

    /// Keeps an annotation, flagged where it is structurally invalid.
    pub fn keep(
        &mut self,
        sink: &mut dyn Sink,
        mut annotation: Annotation,
    ) -> Result<(), ImportError> {
        if annotation.invalid.is_none() {
            annotation.invalid = structure::invalid(&annotation.shape, self.size_px());
        }
        self.announce(sink, ReadingState::Annotated)?;
        Ok(sink.annotation(&self.reading.key, annotation)?)
    }

    /// Announces item and reading, once.
    pub fn announce(
        &mut self,
        sink: &mut dyn Sink,
        state: ReadingState,
    ) -> Result<&ReadingKey, ImportError> {
        if !self.announced {
            self.announced = true;
            self.reading.state = state;
            sink.item(self.item.clone())?;
            sink.reading(self.reading.clone())?;
        }
        Ok(&self.reading.key)
    }

    /// Says at the end what a file without a single record means: an empty reading, where the options say so.
    pub fn finish(
        mut self,
        sink: &mut dyn Sink,
        context: &Context,
        n_records: usize,
    ) -> Result<(), ImportError> {
        if n_records == 0 && context.listed_is_reviewed() {
            self.announce(sink, ReadingState::ReviewedEmpty)?;
        } else if !self.announced {
            sink.item(self.item)?;
        }
        Ok(())
    }

    /// Counts a record as left out.
    pub fn skip(
        &self,
        sink: &mut dyn Sink,
        reason: SkipReason,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(sink, reason, self.file.path(), record, detail)?)
    }
}

/// An annotation of which no more is known than what it draws.
pub(super) fn plain(source_id: impl Into<String>, label: &str, shape: Shape) -> Annotation {
    Annotation {
        source_id: source_id.into(),
        label: label.to_owned(),
        shape,
        attributes: BTreeMap::new(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid: None,
    }
}

/// One visible point, named by its label as there is nothing to tell it from.
pub(super) fn point(label: &str, [x_px, y_px]: [f64; 2]) -> Shape {
    Shape::Keypoints(vec![Keypoint {
        name: label.to_owned(),
        x_px,
        y_px,
        z_mm: None,
        visibility: Visibility::Visible,
    }])
}

/// The image that an annotation file is named after: the file's own name without the extension of its format.
pub(super) fn image_of<'f>(file: &'f UploadFile, extensions: &[&str]) -> &'f str {
    let name = file.name();
    let lower = name.to_ascii_lowercase();
    let cut = extensions
        .iter()
        .find(|extension| lower.len() > extension.len() && lower.ends_with(*extension));
    // Lower case of ASCII keeps the length, so the cut falls between characters.
    cut.and_then(|extension| name.get(..name.len() - extension.len()))
        .unwrap_or(name)
}
