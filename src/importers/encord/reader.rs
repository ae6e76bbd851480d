//! Label rows into items, readings and annotations.

use super::headers::{Header, header};
use super::open::Open;
use super::shapes::{Frame, Left, drawn};
use super::units::{answers, frames, instance};
use crate::domain::{Annotation, ReadingState, Shape, SkipReason, Track, TrackedShape};
use crate::importers::drawn::{Drawn, annotation};
use crate::importers::json::Element;
use crate::importers::json::fields::{given, list, size_px, value_of, word};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Reads label rows one by one.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    people: People,
    /// The data of each item, so that two images never become one.
    units: HashMap<String, String>,
    n_texts: u64,
}

/// One object of a video over its frames.
struct OverFrames {
    label: String,
    header: Header,
    shapes: Vec<TrackedShape>,
    invalid: Option<String>,
}

type LeftOut = Vec<(SkipReason, String, String)>;

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            context,
            sink,
            people: People::default(),
            units: HashMap::new(),
            n_texts: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        if self.n_texts > 0 {
            self.sink
                .note(format!("{} typed answers are not read", self.n_texts))?;
        }
        Ok(())
    }

    /// Reads one label row.
    pub fn row(
        &mut self,
        file: &str,
        at: usize,
        element: &Element,
        max_bytes: usize,
    ) -> Result<(), ImportError> {
        let record = format!("rows[{at}]");
        let row = match value_of(element, max_bytes) {
            Ok(row) => row,
            Err(detail) => {
                return Ok(skip(
                    self.sink,
                    SkipReason::InvalidRecord,
                    file,
                    record,
                    detail,
                )?);
            }
        };
        let mut left_out = LeftOut::new();
        for (name, what) in [
            (
                "object_actions",
                "answers that change over frames are not read",
            ),
            ("spaces", "the spaces of a data group are not read"),
        ] {
            if given(&row, name)
                .and_then(Value::as_object)
                .is_some_and(|held| !held.is_empty())
            {
                left_out.push((SkipReason::Unsupported, name.to_owned(), what.to_owned()));
            }
        }
        match given(&row, "data_units").and_then(Value::as_object) {
            None => left_out.push((
                SkipReason::InvalidRecord,
                "data_units".to_owned(),
                "is no object".to_owned(),
            )),
            Some(units) => {
                let mut referred = BTreeSet::new();
                let mut first = None;
                for (number, unit) in units.values().enumerate() {
                    let place = format!("data_units[{number}]");
                    let title =
                        self.unit(file, &row, unit, &place, &mut referred, &mut left_out)?;
                    first = first.or(title);
                }
                self.global(file, &row, first, &referred, &mut left_out)?;
            }
        }
        for (reason, place, detail) in left_out {
            skip(self.sink, reason, file, format!("{record}.{place}"), detail)?;
        }
        Ok(())
    }

    /// One image, video or series; gives its title.
    fn unit(
        &mut self,
        file: &str,
        row: &Value,
        unit: &Value,
        place: &str,
        referred: &mut BTreeSet<String>,
        left_out: &mut LeftOut,
    ) -> Result<Option<String>, ImportError> {
        let mut broken =
            |detail: String| left_out.push((SkipReason::InvalidRecord, place.to_owned(), detail));
        let Some(title) = word(unit, "data_title").or_else(|| word(unit, "data_hash")) else {
            broken("has neither `data_title` nor `data_hash`".to_owned());
            return Ok(None);
        };
        let listed = match given(unit, "labels").map_or(Ok(Vec::new()), frames) {
            Ok(listed) => listed,
            Err(detail) => {
                broken(detail);
                return Ok(None);
            }
        };
        let unit_size = size_px(unit);
        let mut whole = Open::new(self.context.place(file, title)?, title, unit_size);
        let hash = word(unit, "data_hash").unwrap_or(title);
        let known = self
            .units
            .entry(whole.placement.item.clone())
            .or_insert_with(|| hash.to_owned());
        if known != hash {
            broken(
                "gives the item of other data; give every file a title of its own and export again"
                    .to_owned(),
            );
            return Ok(None);
        }
        let has_slices = listed.iter().any(|(_, frame)| instance(frame).is_some());
        let mut tracks: BTreeMap<String, OverFrames> = BTreeMap::new();
        let mut unread_answers = BTreeSet::new();
        let is_video = listed
            .iter()
            .any(|(number, frame)| number.is_some() && instance(frame).is_none());
        for (number, frame) in listed {
            let frame_place = number.map_or_else(
                || place.to_owned(),
                |number| format!("{place}.labels.{number}"),
            );
            let mut slice = match instance(frame) {
                Some(uid) => {
                    let mut placement = self.context.place_item(file, title, uid)?;
                    placement.study.clone_from(&whole.placement.study);
                    let size = given(frame, "metadata").and_then(size_px).or(unit_size);
                    Some(Open::new(placement, title, size))
                }
                None => None,
            };
            let size = slice.as_ref().map_or(unit_size, |slice| {
                slice.item.width_px.zip(slice.item.height_px)
            });
            let objects = self.listed(frame, "objects", &frame_place, left_out);
            for (at, object) in objects.iter().enumerate() {
                let object_place = format!("{frame_place}.objects[{at}]");
                if object.get("isDeleted") == Some(&Value::Bool(true)) {
                    left_out.push((
                        SkipReason::Withdrawn,
                        object_place,
                        "was deleted".to_owned(),
                    ));
                    continue;
                }
                let outcome = match (number, is_video) {
                    (Some(number), true) => self.tracked(object, number, size, &mut tracks),
                    _ => {
                        self.object(row, object, &object_place, size)
                            .map(|(header, annotation)| {
                                slice.as_mut().unwrap_or(&mut whole).add(header, annotation)
                            })
                    }
                };
                match outcome {
                    Ok(()) => {}
                    Err(Left::Broken(detail)) => {
                        left_out.push((SkipReason::InvalidRecord, object_place, detail))
                    }
                    Err(Left::Unread(detail)) => {
                        left_out.push((SkipReason::Unsupported, object_place, detail.to_owned()))
                    }
                }
            }
            for classification in self.listed(frame, "classifications", &frame_place, left_out) {
                let Some(hash) = word(classification, "classificationHash") else {
                    left_out.push((
                        SkipReason::InvalidRecord,
                        frame_place.clone(),
                        "holds a classification without `classificationHash`".to_owned(),
                    ));
                    continue;
                };
                referred.insert(hash.to_owned());
                if is_video {
                    unread_answers.insert(hash.to_owned());
                    continue;
                }
                let header = header(classification, &mut self.people);
                let open = slice.as_mut().unwrap_or(&mut whole);
                self.classify(row, hash, &header, open, left_out);
            }
            if let Some(slice) = slice {
                slice.keep(self.sink, file)?;
            }
        }
        for hash in unread_answers {
            left_out.push((
                SkipReason::Unsupported,
                format!("classification_answers.{hash}"),
                "classifies frames of a video, which is not read".to_owned(),
            ));
        }
        for (hash, over) in tracks {
            let attributes = answers(row, "object_answers", &hash).map(|found| {
                self.n_texts += found.n_texts;
                found.into_attributes()
            });
            let shape = Track::new(over.shapes).map_err(|fault| fault.to_string());
            match (shape, attributes) {
                (Ok(track), Ok(attributes)) => {
                    let drawn = (Shape::Track(track), over.invalid);
                    let mut kept = annotation(hash, &over.label, drawn, unit_size);
                    kept.attributes = attributes;
                    whole.add(over.header, kept);
                }
                (Err(detail), _) | (_, Err(detail)) => {
                    left_out.push((SkipReason::InvalidRecord, place.to_owned(), detail));
                }
            }
        }
        let is_done = !matches!(
            word(row, "label_status"),
            Some("NOT_LABELLED" | "LABEL_IN_PROGRESS")
        );
        let is_image = !is_video
            && given(unit, "labels").is_some_and(|labels| labels.get("objects").is_some());
        let is_empty = is_image
            && whole.readings.is_empty()
            && left_out.iter().all(|(_, at, _)| !at.starts_with(place));
        if is_empty && is_done && self.context.listed_is_reviewed() {
            let key = whole.placement.reading_key(None);
            self.sink.item(whole.item.clone())?;
            self.sink.reading(whole.placement.to_reading(
                key,
                ReadingState::ReviewedEmpty,
                file,
            ))?;
        }
        if !(has_slices && whole.readings.is_empty()) {
            whole.keep(self.sink, file)?;
        }
        Ok(Some(title.to_owned()))
    }

    /// Classifications that no frame refers to hold for the whole.
    fn global(
        &mut self,
        file: &str,
        row: &Value,
        title: Option<String>,
        referred: &BTreeSet<String>,
        left_out: &mut LeftOut,
    ) -> Result<(), ImportError> {
        let Some(table) = given(row, "classification_answers").and_then(Value::as_object) else {
            return Ok(());
        };
        let Some(title) = word(row, "data_title").map(str::to_owned).or(title) else {
            return Ok(());
        };
        let mut open = Open::new(self.context.place(file, &title)?, &title, None);
        for (hash, answer) in table.iter().filter(|(hash, _)| !referred.contains(*hash)) {
            let has_range = list(answer, "range").is_ok_and(|range| !range.is_empty());
            let place = format!("classification_answers.{hash}");
            if has_range || word(answer, "createdBy").is_none() {
                let detail = "classifies no frame that is in this export, nor the whole";
                left_out.push((SkipReason::Dangling, place, detail.to_owned()));
                continue;
            }
            let header = header(answer, &mut self.people);
            self.classify(row, hash, &header, &mut open, left_out);
        }
        if open.readings.is_empty() {
            Ok(())
        } else {
            open.keep(self.sink, file)
        }
    }

    fn listed<'v>(
        &self,
        frame: &'v Value,
        name: &str,
        place: &str,
        left_out: &mut LeftOut,
    ) -> &'v [Value] {
        list(frame, name).unwrap_or_else(|detail| {
            left_out.push((SkipReason::InvalidRecord, place.to_owned(), detail));
            &[]
        })
    }

    fn shape(&self, object: &Value, size: Option<(u32, u32)>) -> Result<(String, Drawn), Left> {
        let label = word(object, "name").ok_or("has no `name`")?;
        let (width_px, height_px) = size.ok_or("lies on data without `width` and `height`, which are needed to turn shares into pixels")?;
        let frame = Frame {
            width_px,
            height_px,
            max_pixels: self.limits.max_pixels,
        };
        Ok((label.to_owned(), drawn(object, label, frame)?))
    }

    fn object(
        &mut self,
        row: &Value,
        object: &Value,
        place: &str,
        size: Option<(u32, u32)>,
    ) -> Result<(Header, Annotation), Left> {
        let (label, drawn) = self.shape(object, size)?;
        let hash = word(object, "objectHash").unwrap_or(place);
        let found = answers(row, "object_answers", hash)?;
        self.n_texts += found.n_texts;
        let mut kept = annotation(hash.to_owned(), &label, drawn, size);
        kept.attributes = found.into_attributes();
        Ok((header(object, &mut self.people), kept))
    }

    fn tracked(
        &mut self,
        object: &Value,
        frame: u32,
        size: Option<(u32, u32)>,
        tracks: &mut BTreeMap<String, OverFrames>,
    ) -> Result<(), Left> {
        let hash = word(object, "objectHash").ok_or("has no `objectHash`")?;
        let (label, (shape, fault)) = self.shape(object, size)?;
        let header = header(object, &mut self.people);
        let over = tracks.entry(hash.to_owned()).or_insert_with(|| OverFrames {
            label,
            header: header.clone(),
            shapes: Vec::new(),
            invalid: None,
        });
        if let Some(fault) = fault {
            over.invalid
                .get_or_insert(format!("frame {frame}: {fault}"));
        }
        over.header.finished_at_us = over.header.finished_at_us.max(header.finished_at_us);
        over.shapes.push(TrackedShape { frame, shape });
        Ok(())
    }

    fn classify(
        &mut self,
        row: &Value,
        hash: &str,
        header: &Header,
        open: &mut Open,
        left_out: &mut LeftOut,
    ) {
        match answers(row, "classification_answers", hash) {
            Ok(found) => {
                self.n_texts += found.n_texts;
                for (number, (label, shape)) in found.into_shapes().into_iter().enumerate() {
                    let id = format!("{hash}#{number}");
                    open.add(header.clone(), annotation(id, &label, (shape, None), None));
                }
            }
            Err(detail) => left_out.push((
                SkipReason::InvalidRecord,
                format!("classification_answers.{hash}"),
                detail,
            )),
        }
    }
}
