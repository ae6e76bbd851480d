//! Files of a Darwin export. Each is walked twice: for the item and the headers of masks, then for what is drawn.

use super::annotate::{keep, placed};
use super::frames::{Framed, framed, listed, over_frames};
use super::headers::{Header, header};
use super::raster::masks;
use super::shapes::{Kind, kind};
use super::slots::{ItemRead, Slot, image, item};
use crate::domain::{ReadingState, Shape, SkipReason};
use crate::importers::drawn::{Drawn, MAX_FILLED_RUNS};
use crate::importers::json::fields::{given, max_record_bytes, value_of, word};
use crate::importers::json::{JsonStream, Kind as JsonKind};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Reads files one by one.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    people: People,
    n_reviewed: u64,
    n_texts: u64,
    n_gaps: u64,
    /// Runs of pixels that may still be filled in the file.
    n_left: u64,
}

/// What has to be known of a file before its annotations.
#[derive(Default)]
struct Known {
    item: Option<ItemRead>,
    properties: Vec<Value>,
    /// Headers of masks with their place, until their pixels are found.
    masks: HashMap<String, (String, Header)>,
    n_annotations: usize,
}

type Refused = (SkipReason, String);

fn broken(detail: impl Into<String>) -> Refused {
    (SkipReason::InvalidRecord, detail.into())
}

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            context,
            sink,
            people: People::default(),
            n_reviewed: 0,
            n_texts: 0,
            n_gaps: 0,
            n_left: MAX_FILLED_RUNS,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        if self.n_reviewed > 0 {
            self.sink.note(format!(
                "{} annotations name reviewers, but Darwin does not state their verdict; they are not read as reviews",
                self.n_reviewed
            ))?;
        }
        if self.n_texts > 0 {
            self.sink.note(format!(
                "{} annotations hold typed texts, which are not read",
                self.n_texts
            ))?;
        }
        if self.n_gaps > 0 {
            self.sink.note(format!(
                "{} frames between keyframes are not in this export and stay empty; export with interpolated frames",
                self.n_gaps
            ))?;
        }
        Ok(())
    }

    /// Reads one file.
    pub fn file(&mut self, file: &UploadFile) -> Result<(), ImportError> {
        self.n_left = MAX_FILLED_RUNS;
        let mut known = self.look_through(file)?;
        let item = known.item.take().ok_or_else(|| {
            ImportError::container(file.path(), "has neither an `item` nor an `image`")
        })?;
        let path = file.path();
        let mut open = BTreeMap::new();
        for slot in &item.slots {
            let place = placed(self.context, path, &item, slot)?;
            self.sink.item(place.1.clone())?;
            open.insert(slot.name.clone(), place);
        }
        let max_bytes = max_record_bytes(self.limits);
        walk(
            file,
            max_bytes,
            |_, _| Ok(()),
            |at, value| {
                let record = format!("annotations[{at}]");
                let outcome = value.map_err(broken).and_then(|value| {
                    let slot = item.slot_of(&value).ok_or_else(|| {
                        let detail = "names a slot that the item does not have".to_owned();
                        (SkipReason::Dangling, detail)
                    })?;
                    self.drawn(&value, &record, slot, &mut known)
                });
                match outcome {
                    Ok((slot, shapes)) => {
                        for (header, drawn) in shapes {
                            let Some(place) = open.get(&slot.name) else {
                                continue;
                            };
                            keep(self.sink, place, path, &header, &slot, drawn)?;
                        }
                        Ok(())
                    }
                    Err((reason, detail)) => Ok(skip(self.sink, reason, path, record, detail)?),
                }
            },
        )?;
        let mut lost: Vec<(String, Header)> =
            std::mem::take(&mut known.masks).into_values().collect();
        lost.sort_by(|a, b| a.0.cmp(&b.0));
        for (record, _) in lost {
            let detail = "is a mask whose pixels no raster layer of this file holds";
            skip(self.sink, SkipReason::Dangling, path, record, detail)?;
        }
        self.properties(path, &item, &known.properties, &open)?;
        if known.n_annotations == 0 && self.context.listed_is_reviewed() {
            for (placement, _) in open.values() {
                let key = placement.reading_key(None);
                self.sink
                    .reading(placement.to_reading(key, ReadingState::ReviewedEmpty, path))?;
            }
        }
        Ok(())
    }

    fn look_through(&mut self, file: &UploadFile) -> Result<Known, ImportError> {
        let mut known = Known::default();
        let mut found: Vec<(String, Value)> = Vec::new();
        let people = &mut self.people;
        let (masks, n_annotations) = (&mut known.masks, &mut known.n_annotations);
        walk(
            file,
            max_record_bytes(self.limits),
            |key, value| {
                found.push((key.to_owned(), value));
                Ok(())
            },
            |at, value| {
                *n_annotations += 1;
                let record = format!("annotations[{at}]");
                if let Ok(value) = value
                    && is_mask(&value)
                    && let Ok(header) = header(&value, &record, people)
                {
                    masks.insert(header.id.clone(), (record, header));
                }
                Ok(())
            },
        )?;
        for (key, value) in found {
            let read = match key.as_str() {
                "item" => item(&value).map(Some),
                "image" => image(&value).map(Some),
                _ => {
                    known.properties = value.as_array().cloned().unwrap_or_default();
                    Ok(None)
                }
            };
            if let Some(read) =
                read.map_err(|detail| ImportError::container(file.path(), detail))?
            {
                known.item.get_or_insert(read);
            }
        }
        Ok(known)
    }

    /// What an annotation draws, with its slot.
    fn drawn(
        &mut self,
        value: &Value,
        record: &str,
        slot: &Slot,
        known: &mut Known,
    ) -> Result<(Slot, Vec<(Header, Drawn)>), Refused> {
        let header = header(value, record, &mut self.people).map_err(broken)?;
        let has_frames = given(value, "frames")
            .or_else(|| given(value, "sections"))
            .is_some();
        let unread = || {
            let detail = "is of a kind that is not read (cuboid, table, string, graph)".to_owned();
            (SkipReason::Unsupported, detail)
        };
        let drawn = if has_frames {
            match framed(value, &header.label, slot, &mut self.n_left).map_err(broken)? {
                Framed::Drawn(drawn, n_gaps) => {
                    self.n_gaps += n_gaps;
                    drawn
                }
                Framed::Tag { n_frames } if n_frames >= u64::from(slot.n_frames) => {
                    tag(&header.label)
                }
                Framed::Tag { .. } => {
                    let detail = "is a tag on some frames only, which is not read".to_owned();
                    return Err((SkipReason::Unsupported, detail));
                }
                Framed::Mask => return Ok((slot.clone(), Vec::new())),
                Framed::Raster => return self.layers(value, slot, known),
                Framed::Unread => return Err(unread()),
            }
        } else {
            match kind(value, &header.label).map_err(broken)? {
                Kind::Drawn(drawn) => drawn,
                Kind::Tag => tag(&header.label),
                Kind::Mask => return Ok((slot.clone(), Vec::new())),
                Kind::Raster => return self.layers(value, slot, known),
                Kind::Unread => return Err(unread()),
                Kind::Nothing => return Err(broken("holds no kind that is known")),
            }
        };
        let is_drawn = !matches!(drawn.0, Shape::Classification { .. });
        if let Some(detail) = slot.unsure.as_ref().filter(|_| is_drawn) {
            return Err((SkipReason::Unsupported, detail.clone()));
        }
        self.count(&header);
        Ok((slot.clone(), vec![(header, drawn)]))
    }

    /// The masks of a raster layer, over all its frames.
    fn layers(
        &mut self,
        value: &Value,
        slot: &Slot,
        known: &mut Known,
    ) -> Result<(Slot, Vec<(Header, Drawn)>), Refused> {
        let size = slot
            .size_px
            .ok_or_else(|| broken("its slot has no `width` and `height`"))?;
        let mut by_mask: BTreeMap<String, Vec<(u32, Shape)>> = BTreeMap::new();
        let mut frames = listed(value).map_err(broken)?;
        if frames.is_empty() {
            frames.insert(0, value);
        }
        for (number, frame) in frames {
            let Some(layer) = given(frame, "raster_layer") else {
                continue;
            };
            let found = masks(layer, size, self.limits.max_pixels)
                .map_err(|detail| broken(format!("frame {number}: {detail}")))?;
            for (id, mask) in found.into_iter().filter(|(_, mask)| !mask.is_empty()) {
                by_mask
                    .entry(id)
                    .or_default()
                    .push((number, Shape::Mask(mask)));
            }
        }
        let mut shapes = Vec::new();
        for (id, found) in by_mask {
            let Some((_, header)) = known.masks.remove(&id) else {
                return Err((
                    SkipReason::Dangling,
                    "holds pixels of a mask that this file does not name".to_owned(),
                ));
            };
            self.count(&header);
            shapes.push((
                header,
                (
                    over_frames(found, slot, &mut self.n_left).map_err(broken)?,
                    None,
                ),
            ));
        }
        Ok((slot.clone(), shapes))
    }

    fn count(&mut self, header: &Header) {
        self.n_reviewed += u64::from(header.n_reviewers > 0);
        self.n_texts += u64::from(header.has_text);
    }

    /// Answers about the item as a whole, which name nobody.
    fn properties(
        &mut self,
        path: &str,
        item: &ItemRead,
        properties: &[Value],
        open: &BTreeMap<String, (crate::importers::Placement, crate::domain::Item)>,
    ) -> Result<(), ImportError> {
        let Some((slot, place)) = item
            .slots
            .first()
            .and_then(|slot| Some((slot, open.get(&slot.name)?)))
        else {
            return Ok(());
        };
        for (at, property) in properties.iter().enumerate() {
            let record = format!("properties[{at}]");
            let (Some(question), Some(value)) = (word(property, "name"), word(property, "value"))
            else {
                continue;
            };
            if place.0.rater.is_none() {
                let detail = "is an answer about the item, which names nobody; name the rater of this upload";
                skip(self.sink, SkipReason::Unsupported, path, record, detail)?;
                continue;
            }
            let header = Header {
                id: record,
                label: value.to_owned(),
                ..Header::default()
            };
            let shape = Shape::Classification {
                question: question.to_owned(),
                value: value.to_owned(),
            };
            keep(self.sink, place, path, &header, slot, (shape, None))?;
        }
        Ok(())
    }
}

fn tag(label: &str) -> Drawn {
    let shape = Shape::Classification {
        question: String::new(),
        value: label.to_owned(),
    };
    (shape, None)
}

fn is_mask(value: &Value) -> bool {
    let holds = |value: &Value| given(value, "mask").is_some();
    holds(value) || listed(value).is_ok_and(|frames| frames.into_values().any(holds))
}

/// Walks a file: what the item is, and its annotations one by one.
fn walk(
    file: &UploadFile,
    max_bytes: usize,
    mut head: impl FnMut(&str, Value) -> Result<(), ImportError>,
    mut annotation: impl FnMut(usize, Result<Value, String>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
    if stream.enter()? != JsonKind::Object {
        return Err(ImportError::container(
            file.path(),
            "is a list; Darwin writes one object a file",
        ));
    }
    while let Some(key) = stream.next_key()? {
        match (key.as_str(), stream.kind()?) {
            ("item" | "image" | "properties", JsonKind::Object | JsonKind::Array) => {
                let value = value_of(&stream.whole_value()?, max_bytes).map_err(|detail| {
                    ImportError::container(file.path(), format!("`{key}` {detail}"))
                })?;
                head(&key, value)?;
            }
            ("annotations", JsonKind::Array) => {
                stream.open_container()?;
                let mut at = 0;
                while let Some(raw) = stream.next_element(|| format!("`annotations[{at}]`"))? {
                    annotation(at, value_of(&raw, max_bytes))?;
                    at += 1;
                }
            }
            _ => stream.skip_value()?,
        }
    }
    stream.finish()
}
