//! One file's annotations into the sink.

use super::frame::Frame;
use crate::domain::{Annotation, Item, ReadingKey, ReadingState, Shape, SkipReason};
use crate::importers::context::base_name;
use crate::importers::one_reading::plain;
use crate::importers::{Context, ImportError, Placement, Sink, UploadFile, skips, structure};
use std::collections::{BTreeMap, BTreeSet};

/// Endings of file names that are no part of an item's name.
const EXTENSIONS: &[&str] = &[".mrk.json", ".fcsv", ".acsv", ".json"];

/// Writes the annotations of one file.
pub(super) struct Writer<'a> {
    file: &'a UploadFile,
    placement: Placement,
    pub sink: &'a mut dyn Sink,
    announced: BTreeSet<String>,
    convention: &'static str,
    /// Curves of which only the control points are known.
    pub n_curves: u64,
    n_kept: usize,
    n_left_out: usize,
}

impl<'a> Writer<'a> {
    pub fn new(
        file: &'a UploadFile,
        context: &Context,
        sink: &'a mut dyn Sink,
    ) -> Result<Self, ImportError> {
        Ok(Self {
            file,
            placement: context.place(file.path(), without_extension(file.path()))?,
            sink,
            announced: BTreeSet::new(),
            convention: "",
            n_curves: 0,
            n_kept: 0,
            n_left_out: 0,
        })
    }

    /// Whose reading of what the file is.
    pub fn key(&self) -> ReadingKey {
        self.placement.reading_key(None)
    }

    /// The frame of what follows.
    pub fn frame(&mut self, frame: Frame) {
        self.convention = frame.convention();
    }

    /// The file's name without its extension.
    pub fn stem(&self) -> String {
        without_extension(self.file.name()).to_owned()
    }

    /// The label of a markup: the options, else its name, else its type.
    pub fn label(&self, name: Option<&str>, kind: &str) -> String {
        let stated = self.placement.label.clone();
        stated.unwrap_or_else(|| name.unwrap_or(kind).to_owned())
    }

    /// Keeps an annotation in the patient's space.
    pub fn keep(&mut self, annotation: Annotation) -> Result<(), ImportError> {
        self.pass("#mm", 1.0, annotation)
    }

    /// Keeps a shape in the patient's space.
    pub fn keep_shape(
        &mut self,
        shape: Shape,
        label: String,
        place: &str,
        attributes: BTreeMap<String, String>,
    ) -> Result<(), ImportError> {
        let annotation = Annotation {
            attributes,
            ..plain(place, &label, shape)
        };
        self.keep(annotation)
    }

    /// Keeps a shape in an axial plane.
    pub fn keep_in_plane(
        &mut self,
        z_mm: f64,
        shape: Shape,
        label: String,
        place: &str,
        attributes: BTreeMap<String, String>,
    ) -> Result<(), ImportError> {
        let annotation = Annotation {
            attributes,
            ..plain(place, &label, shape)
        };
        // Adding zero turns a rounded −0 into 0.
        let level = (z_mm * 100.0).round() / 100.0 + 0.0;
        self.pass(&format!("#mm@{level:.2}"), 0.0, annotation)
    }

    fn pass(
        &mut self,
        suffix: &str,
        z_mm: f64,
        mut annotation: Annotation,
    ) -> Result<(), ImportError> {
        annotation.invalid = structure::invalid(&annotation.shape, None);
        let key = self.announce(suffix, z_mm, ReadingState::Annotated)?;
        self.n_kept += 1;
        Ok(self.sink.annotation(&key, annotation)?)
    }

    fn announce(
        &mut self,
        suffix: &str,
        z_mm: f64,
        state: ReadingState,
    ) -> Result<ReadingKey, ImportError> {
        let item = format!("{}{suffix}", self.placement.item);
        let key = ReadingKey {
            item: item.clone(),
            ..self.placement.reading_key(None)
        };
        if self.announced.insert(item.clone()) {
            self.sink.item(Item {
                key: item,
                spacing_mm: Some([z_mm, 1.0, 1.0]),
                image_name: Some(base_name(self.file.path()).to_owned()),
                ..self.placement.to_item()
            })?;
            let mut reading = self
                .placement
                .to_reading(key.clone(), state, self.file.path());
            reading.source_convention = self.convention.to_owned();
            self.sink.reading(reading)?;
        }
        Ok(key)
    }

    /// Counts a record as left out.
    pub fn skip(
        &mut self,
        reason: SkipReason,
        record: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), ImportError> {
        self.n_left_out += 1;
        Ok(skips::skip(
            self.sink,
            reason,
            self.file.path(),
            record,
            detail,
        )?)
    }

    /// A file without a single point was looked at and found empty, where the options say so.
    pub fn finish(mut self, context: &Context) -> Result<(), ImportError> {
        if self.n_kept == 0 && self.n_left_out == 0 && context.listed_is_reviewed() {
            self.announce("#mm", 1.0, ReadingState::ReviewedEmpty)?;
        }
        Ok(())
    }
}

fn without_extension(path: &str) -> &str {
    let lower = path.to_ascii_lowercase();
    let cut = EXTENSIONS
        .iter()
        .find(|extension| lower.len() > extension.len() && lower.ends_with(*extension));
    // Lower case of ASCII keeps the length, so the cut falls between characters.
    cut.and_then(|extension| path.get(..path.len() - extension.len()))
        .unwrap_or(path)
}
