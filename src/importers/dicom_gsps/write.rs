//! Graphics as annotations of the images that they lie on.

use super::Known;
use super::areas::{Area, area_of, areas, to_px};
use super::graphics::{Graphic, Units};
use super::state::{Image, State, images};
use crate::domain::{Annotation, ReadingKey, ReadingState, SkipReason};
use crate::importers::dicom_document::{Fault, drawn, items, text};
use crate::importers::one_reading::plain;
use crate::importers::{Context, Placement, Sink, SinkError, skips};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use std::collections::{BTreeMap, BTreeSet};

/// Points times images of all graphics; beyond it, the file was not made by hand.
const MAX_POINTS_PLACED: usize = 5_000_000;

/// The label of a graphic of a layer without a name.
const NO_LAYER: &str = "graphic";

/// Writes one presentation state into the sink.
pub(super) struct Writer<'a> {
    file: &'a str,
    context: &'a Context,
    state: &'a State,
    sink: &'a mut dyn Sink,
    known: &'a mut Known,
    areas: Vec<Area>,
    announced: BTreeSet<ReadingKey>,
    n_points_left: usize,
}

/// What the graphics of one annotation share.
struct Shared {
    images: Vec<Image>,
    layer: Option<String>,
}

impl<'a> Writer<'a> {
    pub fn new(
        file: &'a str,
        context: &'a Context,
        state: &'a State,
        sink: &'a mut dyn Sink,
        known: &'a mut Known,
    ) -> Self {
        Self {
            file,
            context,
            state,
            sink,
            known,
            areas: Vec::new(),
            announced: BTreeSet::new(),
            n_points_left: MAX_POINTS_PLACED,
        }
    }

    pub fn write(mut self, object: &InMemDicomObject) -> Result<(), Fault> {
        self.areas = areas(object);
        for overlay in 0..self.state.n_overlays {
            self.skip(
                SkipReason::Unsupported,
                format!("overlays[{overlay}]"),
                "an overlay plane",
            )?;
        }
        let annotations = items(object, tags::GRAPHIC_ANNOTATION_SEQUENCE);
        if annotations.is_empty() {
            // Brightness, zoom and the like are kept in such files too.
            self.skip(
                SkipReason::NotAnnotation,
                "",
                "holds no graphic, only how images are displayed",
            )?;
        }
        for (at, item) in annotations.iter().enumerate() {
            self.annotation(item, &format!("annotations[{at}]"))?;
        }
        Ok(())
    }

    fn annotation(&mut self, item: &InMemDicomObject, record: &str) -> Result<(), Fault> {
        let mut named = images(item);
        if named.is_empty() {
            named.clone_from(&self.state.images);
            self.known.n_on_all_images += 1;
        }
        named.sort();
        named.dedup();
        let shared = Shared {
            images: named,
            layer: text(item, tags::GRAPHIC_LAYER),
        };
        let simple = items(item, tags::GRAPHIC_OBJECT_SEQUENCE);
        let mut compounds = BTreeSet::new();
        for (at, graphic) in simple.iter().enumerate() {
            let place = format!("{record}.graphics[{at}]");
            let read = Graphic::read(graphic);
            compounds.extend(read.as_ref().ok().and_then(|graphic| graphic.compound));
            match read.and_then(|graphic| self.graphic(&graphic, &shared, &place)) {
                Ok(()) => {}
                Err(Fault::File { reason, detail }) => self.skip(reason, place, detail)?,
                Err(error) => return Err(error),
            }
        }
        for (at, compound) in items(item, tags::COMPOUND_GRAPHIC_SEQUENCE)
            .iter()
            .enumerate()
        {
            let number = compound
                .get(tags::COMPOUND_GRAPHIC_INSTANCE_ID)
                .and_then(|element| element.to_int::<u32>().ok());
            let is_drawn = number.is_some_and(|number| compounds.contains(&number));
            let detail = if is_drawn {
                "a compound graphic; the simple graphics that draw it are read"
            } else {
                "a compound graphic, which no simple graphic draws"
            };
            let place = format!("{record}.compounds[{at}]");
            self.skip(SkipReason::Unsupported, place, detail)?;
        }
        for at in 0..items(item, tags::TEXT_OBJECT_SEQUENCE).len() {
            let place = format!("{record}.texts[{at}]");
            self.skip(SkipReason::Unsupported, place, "a text")?;
        }
        Ok(())
    }

    fn graphic(&mut self, graphic: &Graphic, shared: &Shared, place: &str) -> Result<(), Fault> {
        if shared.images.is_empty() {
            return Err(Fault::File {
                reason: SkipReason::Dangling,
                detail: "names no image that it lies on".to_owned(),
            });
        }
        let n_points = shared.images.len().saturating_mul(graphic.points.len());
        self.n_points_left = self.n_points_left.checked_sub(n_points).ok_or_else(|| {
            Fault::unsupported(format!(
                "has {} points on {} images or frames; all graphics of a file may have {MAX_POINTS_PLACED} altogether",
                graphic.points.len(),
                shared.images.len()
            ))
        })?;
        if graphic.units == Units::Display && self.state.is_turned {
            return Err(Fault::unsupported(
                "counts in shares of the displayed area, and its images are displayed turned or mirrored",
            ));
        }
        self.known.n_interpolated += u64::from(graphic.kind == "INTERPOLATED");
        let mut images = shared.images.clone();
        if graphic.units == Units::WholeMatrix {
            for image in &mut images {
                image.frame = None;
            }
            images.dedup();
        }
        // All images are placed before one is kept, so that a graphic is on all of its images or on none.
        let mut placed = Vec::with_capacity(images.len());
        for image in &images {
            let points = match graphic.units {
                Units::Pixels | Units::WholeMatrix => graphic.points.clone(),
                Units::Display => self.displayed(image, graphic)?,
            };
            placed.push(drawn(&graphic.kind, &points, None)?);
        }
        for (image, one) in images.iter().zip(placed) {
            let placement = self
                .context
                .place_item(self.file, &image.key(), image.key())?;
            let label = self.label(&placement, graphic, shared);
            let key = self.announce(&placement)?;
            let annotation = Annotation {
                attributes: attributes(graphic),
                finished_at_us: self.state.finished_at_us,
                invalid: one.invalid,
                ..plain(place, &label, one.shape)
            };
            self.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }

    /// Points of a graphic that counts in shares of the displayed area.
    fn displayed(&self, image: &Image, graphic: &Graphic) -> Result<Vec<[f64; 2]>, Fault> {
        let area = area_of(&self.areas, image).ok_or_else(|| {
            Fault::invalid(
                "counts in shares of the displayed area, and not exactly one sound area is stated for its image",
            )
        })?;
        let [left, top, right, bottom] = area;
        // A circle in shares is one in pixels only where both axes count alike.
        if graphic.kind == "CIRCLE" && right - left != bottom - top {
            return Err(Fault::unsupported(
                "a circle in shares of a displayed area that is no square",
            ));
        }
        let points = graphic.points.iter();
        Ok(points.map(|point| to_px(area, *point)).collect())
    }

    fn label(&self, placement: &Placement, graphic: &Graphic, shared: &Shared) -> String {
        let group = graphic
            .group
            .and_then(|number| self.state.groups.get(&number));
        let stated = placement.label.as_ref().or(group).or(shared.layer.as_ref());
        stated.map_or_else(|| NO_LAYER.to_owned(), Clone::clone)
    }

    /// Announces item and reading once, and says where annotations go.
    fn announce(&mut self, placement: &Placement) -> Result<ReadingKey, Fault> {
        let key = placement.reading_key(self.state.creator.as_deref());
        if !self.announced.insert(key.clone()) {
            return Ok(key);
        }
        let mut item = placement.to_item();
        if let Some(study) = &self.state.study {
            item.study.clone_from(study);
        }
        self.sink.item(item)?;
        let mut reading = placement.to_reading(key.clone(), ReadingState::Annotated, self.file);
        reading.finished_at_us = self.state.finished_at_us.or(placement.finished_at_us);
        self.sink.reading(reading)?;
        Ok(key)
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        record: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), SinkError> {
        skips::skip(self.sink, reason, self.file, record, detail)
    }
}

/// How a tool tracks the graphic, and the compound graphic that it belongs to.
fn attributes(graphic: &Graphic) -> BTreeMap<String, String> {
    let known = [
        ("tracking_id", graphic.tracking_id.clone()),
        ("tracking_uid", graphic.tracking_uid.clone()),
        ("group", graphic.compound.map(|number| number.to_string())),
    ];
    known
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
