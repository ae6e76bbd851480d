//! Groups as annotations.

use super::group::Group;
use super::shapes::{is_upright, shape};
use crate::domain::{Annotation, Item, Reading, ReadingKey, ReadingState, Role, Shape, SkipReason};
use crate::importers::dicom_document::Fault;
use crate::importers::one_reading::plain;
use crate::importers::{Context, Sink, SinkError, skips};
use dicom_object::InMemDicomObject;
use std::collections::BTreeSet;

const ON_SLIDE: &str = "DICOM slide coordinates: mm, 1 mm a pixel";

/// What positions are relative to.
pub(super) enum Plane {
    /// An image or a frame, by its item's key.
    Image(String),
    /// A frame of reference.
    Slide(String),
}

/// Writes the groups of one file.
pub(super) struct Writer<'a> {
    pub file: &'a str,
    pub context: &'a Context,
    pub sink: &'a mut dyn Sink,
    pub plane: Plane,
    pub study: Option<String>,
    pub creator: Option<String>,
    pub finished_at_us: Option<i64>,
    pub announced: BTreeSet<ReadingKey>,
    /// Whether everything was read, so that nothing means nothing found.
    pub is_complete: bool,
}

impl Writer<'_> {
    pub fn write(mut self, groups: &[InMemDicomObject]) -> Result<(), Fault> {
        for (at, item) in groups.iter().enumerate() {
            let record = format!("groups[{at}]");
            let is_on_slide = matches!(self.plane, Plane::Slide(_));
            match Group::read(item, is_on_slide).and_then(|group| self.group(&group, &record)) {
                Ok(()) => {}
                Err(Fault::File { reason, detail }) => self.skip(reason, record, detail)?,
                Err(error) => return Err(error),
            }
        }
        if self.announced.is_empty() && self.is_complete && self.context.listed_is_reviewed() {
            let item = match &self.plane {
                Plane::Image(image) => image.clone(),
                Plane::Slide(space) => format!("{space}#mm"),
            };
            self.announce(item, None, ReadingState::ReviewedEmpty)?;
        }
        Ok(())
    }

    fn group(&mut self, group: &Group, record: &str) -> Result<(), Fault> {
        let all_upright =
            group.kind == "RECTANGLE" && (0..group.len()).all(|at| is_upright(&group.points(at).0));
        for at in 0..group.len() {
            let place = format!("{record}.annotations[{at}]");
            match self.one(group, at, all_upright, &place) {
                Ok(()) => {}
                Err(Fault::File { reason, detail }) => self.skip(reason, place, detail)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        group: &Group,
        at: usize,
        all_upright: bool,
        place: &str,
    ) -> Result<(), Fault> {
        let (points, z_mm) = group.points(at);
        let mut drawn = shape(&group.kind, &points, all_upright)?;
        let item = match (&self.plane, &mut drawn.shape) {
            (Plane::Image(image), _) => image.clone(),
            (Plane::Slide(space), Shape::Keypoints(points)) => {
                for point in points {
                    point.z_mm = z_mm;
                }
                format!("{space}#mm")
            }
            (Plane::Slide(space), _) => {
                let z_mm = group.z_mm.ok_or_else(|| {
                    Fault::unsupported("a shape on the slide whose points share no height")
                })?;
                // Adding zero turns a rounded −0 into 0.
                format!("{space}#mm@{:.4}", (z_mm * 1e4).round() / 1e4 + 0.0)
            }
        };
        let (key, own_label) =
            self.announce(item, group.model.as_deref(), ReadingState::Annotated)?;
        let label = own_label.as_ref().or(group.label.as_ref());
        let label = label.map_or("annotation", String::as_str);
        let mut attributes = group.attributes.clone();
        for measurement in &group.measurements {
            if let Some(value) = measurement.values.get(&at) {
                attributes.insert(measurement.name.clone(), value.to_string());
            }
        }
        let annotation = Annotation {
            attributes,
            finished_at_us: self.finished_at_us,
            invalid: drawn.invalid,
            ..plain(place, label, drawn.shape)
        };
        Ok(self.sink.annotation(&key, annotation)?)
    }

    /// Announces item and reading once, and says where annotations go and how the options label them.
    fn announce(
        &mut self,
        item: String,
        model: Option<&str>,
        state: ReadingState,
    ) -> Result<(ReadingKey, Option<String>), Fault> {
        let is_flat = item.contains("#mm@");
        let placement = self.context.place_item(self.file, &item, item.clone())?;
        let key = placement.reading_key(model.or(self.creator.as_deref()));
        if !self.announced.insert(key.clone()) {
            return Ok((key, placement.label));
        }
        let is_on_slide = matches!(self.plane, Plane::Slide(_));
        let known = placement.to_item();
        self.sink.item(Item {
            study: self.study.clone().unwrap_or_else(|| known.study.clone()),
            spacing_mm: match (is_on_slide, is_flat) {
                (true, true) => Some([0.0, 1.0, 1.0]),
                (true, false) => Some([1.0; 3]),
                (false, _) => known.spacing_mm,
            },
            ..known
        })?;
        let mut reading: Reading = placement.to_reading(key.clone(), state, self.file);
        if model.is_some() {
            reading.role = Role::Model;
        }
        if is_on_slide {
            reading.source_convention = ON_SLIDE.to_owned();
        }
        reading.finished_at_us = self.finished_at_us.or(placement.finished_at_us);
        self.sink.reading(reading)?;
        Ok((key, placement.label))
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        record: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), SinkError> {
        self.is_complete = false;
        skips::skip(self.sink, reason, self.file, record, detail)
    }
}
