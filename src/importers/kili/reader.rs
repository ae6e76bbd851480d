//! Assets into items and readings.

use super::labels::{Kind, Label, is_replaced, labels, review};
use super::objects::{Jobs, jobs};
use super::shapes::Canvas;
use crate::domain::{ReadingKey, ReadingState, Review, Role, SkipReason};
use crate::importers::context::base_name;
use crate::importers::json::Element;
use crate::importers::json::fields::{given, list, size_px, value_of, word};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink};
use serde_json::Value;
use std::collections::HashMap;

/// Reads assets one by one.
pub(super) struct Reader<'a> {
    max_bytes: usize,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    people: People,
    /// The asset of each item, so that two images never become one.
    assets: HashMap<String, String>,
    n_readings: HashMap<ReadingKey, u32>,
    n_typed: u64,
    n_spans: u64,
}

/// An asset, open for its labels.
struct Asset<'f> {
    file: &'f str,
    record: &'f str,
    placement: Placement,
    canvas: Canvas,
    is_honeypot: bool,
}

impl<'a> Reader<'a> {
    pub fn new(max_bytes: usize, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            max_bytes,
            context,
            sink,
            people: People::default(),
            assets: HashMap::new(),
            n_readings: HashMap::new(),
            n_typed: 0,
            n_spans: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        for (n, what) in [
            (self.n_typed, "transcriptions are not read"),
            (
                self.n_spans,
                "entities lie in texts that are not in this export; their places are taken to count characters",
            ),
        ] {
            if n > 0 {
                self.sink.note(format!("{n} {what}"))?;
            }
        }
        Ok(())
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        file: &str,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, file, record, detail)?)
    }

    /// Reads one asset.
    pub fn asset(&mut self, file: &str, at: usize, element: &Element) -> Result<(), ImportError> {
        let record = format!("assets[{at}]");
        let invalid = SkipReason::InvalidRecord;
        let asset = match value_of(element, self.max_bytes) {
            Ok(asset) => asset,
            Err(detail) => return self.skip(invalid, file, &record, &detail),
        };
        let Some(name) = word(&asset, "externalId").or_else(|| word(&asset, "id")) else {
            return self.skip(invalid, file, &record, "has neither `externalId` nor `id`");
        };
        let placement = self.context.place(file, name)?;
        let id = word(&asset, "id").unwrap_or(name);
        let known = self
            .assets
            .entry(placement.item.clone())
            .or_insert_with(|| id.to_owned());
        if known != id {
            let detail = "gives the item of another asset; give every asset an external id of its own and export again";
            return self.skip(invalid, file, &record, detail);
        }
        let canvas = Canvas {
            size_px: match given(&asset, "resolution").and_then(size_px) {
                Some(size) => Some(size),
                None => self.context.size_px(file, name)?,
            },
            is_map: is_map(&asset),
        };
        let mut item = placement.to_item();
        item.image_name = Some(base_name(name).to_owned());
        item.width_px = canvas.size_px.map(|(width, _)| width);
        item.height_px = canvas.size_px.map(|(_, height)| height);
        self.sink.item(item)?;
        let open = Asset {
            file,
            record: &record,
            placement,
            canvas,
            is_honeypot: asset.get("isHoneypot") == Some(&Value::Bool(true)),
        };
        self.labels(&open, &asset)
    }

    fn labels(&mut self, asset: &Asset, value: &Value) -> Result<(), ImportError> {
        let (file, record) = (asset.file, asset.record);
        let read = match labels(value, &mut self.people) {
            Ok(read) => read,
            Err(detail) => return self.skip(SkipReason::InvalidRecord, file, record, &detail),
        };
        let is_unlabelled = read.read.is_empty() && read.faults.is_empty();
        if is_unlabelled && value.get("skipped") == Some(&Value::Bool(true)) {
            let detail = "was skipped by someone whom the export does not name; export its labels";
            self.skip(SkipReason::Unsupported, file, record, detail)?;
        }
        for (place, detail) in read.faults {
            let place = format!("{record}.{place}");
            self.skip(SkipReason::InvalidRecord, file, &place, &detail)?;
        }
        let found = read.read;
        for (at, label) in found.iter().enumerate() {
            let place = format!("{record}.{}", label.place);
            let gone = if label.kind == Kind::Draft {
                Some("is a draft that was not handed in")
            } else if is_replaced(&found, at) {
                Some("is replaced by a later label of its author")
            } else {
                None
            };
            if let Some(detail) = gone {
                self.skip(SkipReason::Withdrawn, file, &place, detail)?;
                continue;
            }
            match jobs(label.value, asset.canvas, label.is_model()) {
                Ok(held) => {
                    let review = review(&found, at);
                    self.label(asset, &place, label, held, review)?;
                }
                Err(_) if label.is_skipped => {
                    self.label(asset, &place, label, Jobs::default(), None)?;
                }
                Err(detail) => self.skip(SkipReason::InvalidRecord, file, &place, &detail)?,
            }
        }
        Ok(())
    }

    /// One label: a reading with its annotations.
    fn label(
        &mut self,
        asset: &Asset,
        place: &str,
        label: &Label,
        mut held: Jobs,
        review: Option<Review>,
    ) -> Result<(), ImportError> {
        let (file, placement) = (asset.file, &asset.placement);
        let n_left = held.left_out.len();
        for (reason, record, detail) in std::mem::take(&mut held.left_out) {
            self.skip(
                reason,
                file,
                &format!("{place}.jsonResponse.{record}"),
                &detail,
            )?;
        }
        self.n_typed += held.n_typed;
        self.n_spans += held.n_spans;
        if label.is_skipped && !held.kept.is_empty() {
            let detail = format!("was skipped with {} annotations in it", held.kept.len());
            self.skip(SkipReason::Withdrawn, file, place, &detail)?;
            held.kept.clear();
        }
        let state = match (label.is_skipped, held.kept.is_empty()) {
            (true, _) => ReadingState::Skipped,
            (false, false) => ReadingState::Annotated,
            // Something was stated, but nothing of it can be read: neither annotated nor empty.
            (false, true) if n_left > 0 || held.n_typed > 0 => return Ok(()),
            (false, true) => ReadingState::ReviewedEmpty,
        };
        let part = label.part(asset.is_honeypot);
        let mut key = placement.reading_key(label.rater.as_deref());
        if self.context.options().stage.is_none() {
            key.stage = part.stage.unwrap_or(key.stage);
        }
        let n_before = self.n_readings.entry(key.clone()).or_insert(0);
        *n_before += 1;
        if *n_before > 1 {
            key.session = format!("{}#{n_before}", key.session);
        }
        let mut reading = placement.to_reading(key.clone(), state, file);
        let is_stated = self.context.options().role.is_some() && part.role != Some(Role::Model);
        if !is_stated {
            reading.role = part.role.unwrap_or(reading.role);
        }
        reading.reference = part.reference.or(reading.reference);
        reading.finished_at_us = label.at_us.or(reading.finished_at_us);
        reading.active_ms = label.active_ms.or(reading.active_ms);
        reading.review = review;
        self.sink.reading(reading)?;
        for annotation in held.kept {
            self.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }
}

/// Whether an asset is laid on a map, so that its coordinates are no shares of an image.
fn is_map(asset: &Value) -> bool {
    list(asset, "jsonContent")
        .unwrap_or_default()
        .iter()
        .any(|layer| {
            given(layer, "epsg").is_some()
                && layer.get("useClassicCoordinates") != Some(&Value::Bool(true))
        })
}
