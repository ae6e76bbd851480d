//! Data rows into items and readings.

use super::answers::answers;
use super::details::{Details, version_1, version_2};
use super::objects::{Left, drawn, label};
use super::video::frames;
use crate::domain::{Annotation, Item, ReadingKey, ReadingState, Shape, SkipReason};
use crate::importers::context::base_name;
use crate::importers::drawn::annotation;
use crate::importers::json::Element;
use crate::importers::json::fields::{given, list, size_px, value_of, word};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Reads rows one by one.
pub(super) struct Reader<'a> {
    max_bytes: usize,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    people: People,
    /// The data row of each item, so that two images never become one.
    rows: HashMap<String, String>,
    n_readings: HashMap<ReadingKey, u32>,
    n_texts: u64,
    n_gaps: u64,
    n_spans: u64,
}

/// The item of a row, open for its readings.
struct Row<'f> {
    file: &'f str,
    placement: Placement,
    item: Item,
    size_px: Option<(u32, u32)>,
}

impl<'a> Reader<'a> {
    pub fn new(max_bytes: usize, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            max_bytes,
            context,
            sink,
            people: People::default(),
            rows: HashMap::new(),
            n_readings: HashMap::new(),
            n_texts: 0,
            n_gaps: 0,
            n_spans: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        let notes = [
            (self.n_texts, "typed answers are not read"),
            (
                self.n_gaps,
                "frames within segments are not in this export and stay empty; export with interpolated frames",
            ),
            (
                self.n_spans,
                "entities lie in texts that are not in this export; their places are taken to count characters",
            ),
        ];
        for (n, what) in notes.into_iter().filter(|(n, _)| *n > 0) {
            self.sink.note(format!("{n} {what}"))?;
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

    /// Reads one record of the file.
    pub fn row(&mut self, file: &str, at: usize, element: &Element) -> Result<(), ImportError> {
        let record = format!("rows[{at}]");
        let value = match value_of(element, self.max_bytes) {
            Ok(value) => value,
            Err(detail) => return self.skip(SkipReason::InvalidRecord, file, &record, &detail),
        };
        let outcome = if given(&value, "data_row").is_some() {
            self.data_row(file, &record, &value)?
        } else {
            self.old_row(file, &record, &value)?
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(detail) => self.skip(SkipReason::InvalidRecord, file, &record, &detail),
        }
    }

    /// A row of version 2 with the labels of all its projects.
    fn data_row(
        &mut self,
        file: &str,
        record: &str,
        value: &Value,
    ) -> Result<Result<(), String>, ImportError> {
        let Some(data_row) = given(value, "data_row").filter(|row| row.is_object()) else {
            return Ok(Err("`data_row` is no object".to_owned()));
        };
        let Some(id) = word(data_row, "id") else {
            return Ok(Err("`data_row` has no `id`".to_owned()));
        };
        let name = ["global_key", "external_id"]
            .into_iter()
            .find_map(|name| word(data_row, name))
            .unwrap_or(id);
        let size = given(value, "media_attributes").and_then(size_px);
        let mut row = match self.open(file, name, id, size)? {
            Ok(row) => row,
            Err(detail) => return Ok(Err(detail)),
        };
        let n_runs = given(value, "experiments")
            .and_then(Value::as_object)
            .map_or(0, serde_json::Map::len);
        if n_runs > 0 {
            let place = format!("{record}.experiments");
            self.skip(
                SkipReason::NotHuman,
                file,
                &place,
                "holds predictions of model runs, which are not read",
            )?;
        }
        let none = serde_json::Map::new();
        let projects = given(value, "projects")
            .and_then(Value::as_object)
            .unwrap_or(&none);
        for (project, held) in projects.values().enumerate() {
            let labels = match list(held, "labels") {
                Ok(labels) => labels,
                Err(detail) => return Ok(Err(detail)),
            };
            for (at, label) in labels.iter().enumerate() {
                let place = format!("{record}.projects[{project}].labels[{at}]");
                let details = version_2(label, &mut self.people);
                match given(label, "annotations") {
                    Some(annotations) => self.label(&mut row, &place, details, annotations)?,
                    None if details.is_skipped => {
                        self.label(&mut row, &place, details, &Value::Null)?
                    }
                    None => self.skip(
                        SkipReason::InvalidRecord,
                        file,
                        &place,
                        "has no `annotations`",
                    )?,
                }
            }
        }
        Ok(Ok(()))
    }

    /// A row of version 1, which is one label.
    fn old_row(
        &mut self,
        file: &str,
        record: &str,
        value: &Value,
    ) -> Result<Result<(), String>, ImportError> {
        let Some(id) = word(value, "DataRow ID").or_else(|| word(value, "ID")) else {
            return Ok(Err("has neither `data_row` nor `DataRow ID`".to_owned()));
        };
        let link = word(value, "Labeled Data")
            .filter(|link| link.contains("://"))
            .map(|link| base_name(link.split(['?', '#']).next().unwrap_or(link)))
            .filter(|name| !name.is_empty());
        let name = word(value, "External ID").or(link).unwrap_or(id);
        let size = given(value, "Media Attributes").and_then(size_px);
        let mut row = match self.open(file, name, id, size)? {
            Ok(row) => row,
            Err(detail) => return Ok(Err(detail)),
        };
        let details = version_1(value, &mut self.people);
        match given(value, "Label") {
            Some(held) if held.is_object() => self.label(&mut row, record, details, held)?,
            _ if details.is_skipped => self.label(&mut row, record, details, &Value::Null)?,
            _ => return Ok(Err("has no `Label` that is an object".to_owned())),
        }
        Ok(Ok(()))
    }

    fn open<'f>(
        &mut self,
        file: &'f str,
        name: &str,
        id: &str,
        size_px: Option<(u32, u32)>,
    ) -> Result<Result<Row<'f>, String>, ImportError> {
        let placement = self.context.place(file, name)?;
        let known = self
            .rows
            .entry(placement.item.clone())
            .or_insert_with(|| id.to_owned());
        if known != id {
            let detail = "gives the item of another data row; give every data row a global key of its own and export again";
            return Ok(Err(detail.to_owned()));
        }
        let mut item = placement.to_item();
        item.image_name = Some(base_name(name).to_owned());
        if let Some((width, height)) = size_px {
            item.width_px = Some(width);
            item.height_px = Some(height);
        }
        self.sink.item(item.clone())?;
        Ok(Ok(Row {
            file,
            placement,
            item,
            size_px,
        }))
    }

    /// One label: a reading with its annotations.
    fn label(
        &mut self,
        row: &mut Row,
        place: &str,
        details: Details,
        held: &Value,
    ) -> Result<(), ImportError> {
        let mut left_out = Vec::new();
        let mut kept = Vec::new();
        if given(held, "frames").is_some() {
            self.video(row, held, &mut kept, &mut left_out);
        } else {
            self.image(row, held, &mut kept, &mut left_out);
        }
        let n_relations = list(held, "relationships").unwrap_or_default().len();
        if n_relations > 0 {
            left_out.push((
                SkipReason::Unsupported,
                "relationships".to_owned(),
                format!("{n_relations} relationships are not read"),
            ));
        }
        let n_left = left_out.len();
        for (reason, record, detail) in left_out {
            self.skip(reason, row.file, &format!("{place}.{record}"), &detail)?;
        }
        let state = match (kept.is_empty(), details.is_skipped) {
            (_, true) => ReadingState::Skipped,
            (false, false) => ReadingState::Annotated,
            // Something was stated, but nothing of it can be read: neither annotated nor empty.
            (true, false) if n_left > 0 || self.has_texts(held) => return Ok(()),
            (true, false) => ReadingState::ReviewedEmpty,
        };
        if state == ReadingState::Skipped && !kept.is_empty() {
            let detail = format!("was skipped with {} annotations in it", kept.len());
            self.skip(SkipReason::Withdrawn, row.file, place, &detail)?;
            kept.clear();
        }
        let mut key = row.placement.reading_key(details.rater.as_deref());
        let n_before = self.n_readings.entry(key.clone()).or_insert(0);
        *n_before += 1;
        if *n_before > 1 {
            key.session = format!("{}#{n_before}", key.session);
        }
        let mut reading = row.placement.to_reading(key.clone(), state, row.file);
        reading.finished_at_us = details.finished_at_us.or(reading.finished_at_us);
        reading.active_ms = details.active_ms.or(reading.active_ms);
        reading.review = details.review;
        self.sink.item(row.item.clone())?;
        self.sink.reading(reading)?;
        for annotation in kept {
            self.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }

    fn has_texts(&self, held: &Value) -> bool {
        answers(held).is_ok_and(|found| found.n_texts > 0)
    }

    fn image(
        &mut self,
        row: &Row,
        held: &Value,
        kept: &mut Vec<Annotation>,
        left_out: &mut Vec<(SkipReason, String, String)>,
    ) {
        let objects = match list(held, "objects") {
            Ok(objects) => objects,
            Err(detail) => {
                left_out.push((SkipReason::InvalidRecord, "objects".to_owned(), detail));
                &[]
            }
        };
        for (at, object) in objects.iter().enumerate() {
            let record = format!("objects[{at}]");
            match self.object(row, object, &record) {
                Ok(annotation) => kept.push(annotation),
                Err(Left::Broken(detail)) => {
                    left_out.push((SkipReason::InvalidRecord, record, detail))
                }
                Err(Left::Unread(detail)) => {
                    left_out.push((SkipReason::Unsupported, record, detail.to_owned()))
                }
            }
        }
        match answers(held) {
            Ok(found) => {
                self.n_texts += found.n_texts;
                for answered in found.answered {
                    for (at, value) in answered.values.iter().enumerate() {
                        let shape = Shape::Classification {
                            question: answered.question.clone(),
                            value: value.clone(),
                        };
                        let id = if answered.is_radio {
                            answered.question.clone()
                        } else {
                            format!("{}#{at}", answered.question)
                        };
                        kept.push(annotation(id, value, (shape, None), None));
                    }
                }
            }
            Err(detail) => left_out.push((
                SkipReason::InvalidRecord,
                "classifications".to_owned(),
                detail,
            )),
        }
    }

    fn object(&mut self, row: &Row, object: &Value, record: &str) -> Result<Annotation, Left> {
        let name = label(object)?;
        let drawn = drawn(object, name)?;
        self.n_spans += u64::from(matches!(drawn.0, Shape::TextSpan(_)));
        let id = word(object, "feature_id").or_else(|| word(object, "featureId"));
        let mut read = annotation(id.unwrap_or(record).to_owned(), name, drawn, row.size_px);
        read.attributes = self.attributes(object)?;
        Ok(read)
    }

    fn attributes(&mut self, object: &Value) -> Result<BTreeMap<String, String>, String> {
        let found = answers(object)?;
        self.n_texts += found.n_texts;
        let joined = found.answered.into_iter().map(|mut one| {
            one.values.sort();
            (one.question, one.values.join(", "))
        });
        Ok(joined.collect())
    }

    fn video(
        &mut self,
        row: &Row,
        held: &Value,
        kept: &mut Vec<Annotation>,
        left_out: &mut Vec<(SkipReason, String, String)>,
    ) {
        let found = match frames(held) {
            Ok(found) => found,
            Err(detail) => {
                left_out.push((SkipReason::InvalidRecord, "frames".to_owned(), detail));
                return;
            }
        };
        self.n_gaps += found.n_gaps;
        if found.n_answers > 0 {
            let detail = format!(
                "{} answers on frames or on objects in them are not read",
                found.n_answers
            );
            left_out.push((SkipReason::Unsupported, "frames".to_owned(), detail));
        }
        for tracked in found.tracks {
            match tracked.outcome {
                Ok(drawn) => kept.push(annotation(tracked.id, &tracked.label, drawn, row.size_px)),
                Err(Left::Broken(detail)) => {
                    left_out.push((SkipReason::InvalidRecord, "frames".to_owned(), detail))
                }
                Err(Left::Unread(detail)) => left_out.push((
                    SkipReason::Unsupported,
                    "frames".to_owned(),
                    detail.to_owned(),
                )),
            }
        }
    }
}
