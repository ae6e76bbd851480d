//! Tasks turned into readings.

use super::answers::{Styles, asks, chosen, labelled};
use super::lines::Line;
use super::spans::span;
use super::task::{Answer, annotator, answer, answered_at_us, image_name, input_hash, view};
use crate::domain::{
    Annotation, Reading, ReadingKey, ReadingState, ReferenceKind, Role, SkipReason,
};
use crate::importers::context::base_name;
use crate::importers::json::fields::{given, list, max_record_bytes, size_px, word};
use crate::importers::json::record;
use crate::importers::passage::Passage;
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Placement, Sink};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Interfaces in which a suggestion is accepted or rejected as it stands.
const YES_OR_NO: &[&str] = &[
    "audio",
    "classification",
    "compare",
    "dep",
    "diff",
    "html",
    "image",
    "ner",
    "pos",
    "spans",
    "text",
];
/// Interfaces in which spans are drawn, so that a task without any says that there are none.
const DRAWING: &[&str] = &["image_manual", "ner_manual", "relations", "spans_manual"];
/// Lists of things that are not read, with what they are.
const UNREAD: &[(&str, &str)] = &[
    (
        "relations",
        "is a relation; links between spans are not compared",
    ),
    (
        "audio_spans",
        "is a stretch of a sound; sounds are not read",
    ),
    ("pages", "is a page; tasks of several pages are not read"),
];

/// Reads the lines of an upload.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    styles: &'a Styles,
    people: People,
    seen: HashSet<u128>,
    /// How often a question was answered by one reader of one item.
    n_answers: HashMap<u128, u32>,
    done: HashSet<u128>,
    passed_over: Vec<Reading>,
    n_repeated: u64,
}

/// One thing that a task asked, with what was answered.
struct Asked {
    question: String,
    annotations: Vec<Annotation>,
    /// How many the task lists, the broken ones with them.
    n_listed: usize,
}

/// A task in its place.
struct Task<'t> {
    file: &'t str,
    record: &'t str,
    value: &'t Value,
    placement: Placement,
    size_px: Option<(u32, u32)>,
    is_model: bool,
}

impl<'a> Reader<'a> {
    pub fn new(
        limits: &'a Limits,
        context: &'a Context,
        sink: &'a mut dyn Sink,
        styles: &'a Styles,
    ) -> Self {
        Self {
            limits,
            context,
            sink,
            styles,
            people: People::default(),
            seen: HashSet::new(),
            n_answers: HashMap::new(),
            done: HashSet::new(),
            passed_over: Vec::new(),
            n_repeated: 0,
        }
    }

    /// Reads one line.
    pub fn line(&mut self, file: &str, place: &str, line: Line<'_>) -> Result<(), ImportError> {
        let invalid = SkipReason::InvalidRecord;
        let line = match line {
            Line::Whole(line) => line,
            Line::TooLong => {
                let detail = format!("is larger than {} bytes", max_record_bytes(self.limits));
                return self.skip(invalid, file, place, &detail);
            }
        };
        if !self.seen.insert(fingerprint(&line)) {
            return self.skip(
                invalid,
                file,
                place,
                "repeats an earlier line word for word",
            );
        }
        let read = record::<Value>(line, &[]).and_then(|value| {
            if !value.is_object() {
                return Err("is no object; a task is one".to_owned());
            }
            Ok((answer(&value)?, input_hash(&value)?, value))
        });
        match read {
            Ok((answer, hash, value)) => self.task(file, place, answer, &hash, &value),
            Err(detail) => self.skip(invalid, file, place, &detail),
        }
    }

    fn task(
        &mut self,
        file: &str,
        record: &str,
        answer: Answer,
        hash: &str,
        value: &Value,
    ) -> Result<(), ImportError> {
        let is_model = answer == Answer::None;
        if is_model && self.context.options().role != Some(Role::Model) {
            let detail = "has no `answer`: nobody answered this task; import a model's output with the role `model`";
            return self.skip(SkipReason::NotHuman, file, record, detail);
        }
        let image = image_name(value);
        let placement = match &image {
            Some(name) => self.context.place(file, name)?,
            None => self.context.place_item(file, hash, hash.to_owned())?,
        };
        let mut item = placement.to_item();
        let size_px = given(value, "image").and_then(|_| size_px(value));
        item.width_px = size_px.map(|size| size.0);
        item.height_px = size_px.map(|size| size.1);
        item.image_name = image.map(|name| base_name(&name).to_owned());
        self.sink.item(item)?;
        let task = Task {
            file,
            record,
            value,
            placement,
            size_px,
            is_model,
        };
        self.count_unread(&task)?;
        let asked = match self.asked(&task, answer)? {
            Some(asked) => asked,
            None => return Ok(()),
        };
        let reading = self.reading(&task);
        if matches!(answer, Answer::Accept | Answer::None)
            || is_label(value) && answer != Answer::Ignore
        {
            for asked in asked {
                self.keep(&reading, asked)?;
            }
            return Ok(());
        }
        let n_held: usize = asked.iter().map(|asked| asked.annotations.len()).sum();
        if n_held > 0 || answer == Answer::Reject {
            let how = if answer == Answer::Reject {
                "rejected"
            } else {
                "ignored"
            };
            let detail = format!("was {how} as a whole, with {n_held} spans or choices in it");
            self.skip(SkipReason::Withdrawn, file, record, &detail)?;
        }
        self.passed_over.push(Reading {
            state: ReadingState::Skipped,
            ..reading
        });
        Ok(())
    }

    /// What a task asked, with the answers; `None` where nothing of it is read, which is counted.
    fn asked(
        &mut self,
        task: &Task<'_>,
        answer: Answer,
    ) -> Result<Option<Vec<Asked>>, ImportError> {
        let value = task.value;
        let view = view(value);
        let mut found = Vec::new();
        if asks(value) {
            match chosen(value, task.record, self.styles) {
                Ok(annotations) => found.push(Asked {
                    question: "choice".to_owned(),
                    n_listed: annotations.len(),
                    annotations,
                }),
                Err(detail) => {
                    self.skip(SkipReason::InvalidRecord, task.file, task.record, &detail)?;
                }
            }
        }
        if let Some(label) = word(value, "label").filter(|_| is_label(value)) {
            found.push(Asked {
                question: format!("label {label}"),
                annotations: vec![labelled(label, answer == Answer::Accept, task.record)],
                n_listed: 1,
            });
        } else if is_yes_or_no(value) && !asks(value) {
            let detail = "is a yes or no to something that was suggested, which says nothing about the rest of the input";
            self.skip(SkipReason::Unsupported, task.file, task.record, detail)?;
            return Ok(None);
        } else if given(value, "spans").is_some() || DRAWING.contains(&view) {
            found.push(self.spans(task)?);
        }
        if found.is_empty() && answer != Answer::Ignore {
            if !asks(value) {
                let detail = "asks for nothing that is read: spans, a choice, or a label";
                self.skip(SkipReason::Unsupported, task.file, task.record, detail)?;
            }
            return Ok(None);
        }
        Ok(Some(found))
    }

    fn spans(&mut self, task: &Task<'_>) -> Result<Asked, ImportError> {
        let mut annotations = Vec::new();
        let listed = match list(task.value, "spans") {
            Ok(listed) => listed,
            Err(detail) => {
                self.skip(SkipReason::InvalidRecord, task.file, task.record, &detail)?;
                return Ok(Asked {
                    question: "spans".to_owned(),
                    annotations,
                    n_listed: 1,
                });
            }
        };
        let text = word(task.value, "text").filter(|_| !listed.is_empty());
        let text = text.map(|text| Passage::new(text.to_owned()));
        for (at, raw) in listed.iter().enumerate() {
            let place = format!("{}.spans[{at}]", task.record);
            match span(raw, place.clone(), text.as_ref(), task.size_px) {
                Ok(mut annotation) => {
                    // Of a suggestion that a person took over the score stays the model's.
                    annotation.confidence = annotation.confidence.filter(|_| task.is_model);
                    annotations.push(annotation);
                }
                Err(detail) => self.skip(SkipReason::InvalidRecord, task.file, &place, &detail)?,
            }
        }
        Ok(Asked {
            question: "spans".to_owned(),
            annotations,
            n_listed: listed.len(),
        })
    }

    /// Counts what a task holds and is not read.
    fn count_unread(&mut self, task: &Task<'_>) -> Result<(), ImportError> {
        for (key, what) in UNREAD {
            let n = given(task.value, key)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for at in 0..n {
                let place = format!("{}.{key}[{at}]", task.record);
                self.skip(SkipReason::Unsupported, task.file, &place, what)?;
            }
        }
        let n_versions = given(task.value, "versions")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for at in 0..n_versions {
            let place = format!("{}.versions[{at}]", task.record);
            let detail =
                "is a version that was reviewed; import the annotators' own dataset for it";
            self.skip(SkipReason::Unsupported, task.file, &place, detail)?;
        }
        let field = word(task.value, "field_id").unwrap_or("user_input");
        if word(task.value, field).is_some() {
            let place = format!("{}.{field}", task.record);
            let detail = "is a typed text; free text is not compared";
            self.skip(SkipReason::Unsupported, task.file, &place, detail)?;
        }
        Ok(())
    }

    fn reading(&mut self, task: &Task<'_>) -> Reading {
        let named = annotator(task.value).filter(|_| !task.is_model);
        let named = named.map(|name| match name.contains('@') {
            true => self.people.name(name),
            false => name.to_owned(),
        });
        let model = || {
            task.placement
                .rater
                .clone()
                .unwrap_or_else(|| "model".to_owned())
        };
        let named = named.or_else(|| task.is_model.then(model));
        let key = task.placement.reading_key(named.as_deref());
        let mut reading = task
            .placement
            .to_reading(key, ReadingState::Annotated, task.file);
        reading.finished_at_us = answered_at_us(task.value).or(reading.finished_at_us);
        if given(task.value, "versions").is_some() {
            reading.reference = reading.reference.or(Some(ReferenceKind::Adjudicated));
        }
        reading
    }

    /// Keeps what was answered; a question that the reader answered before is a further reading.
    fn keep(&mut self, reading: &Reading, asked: Asked) -> Result<(), ImportError> {
        if asked.annotations.is_empty() && asked.n_listed > 0 {
            // Something was stated, but nothing of it can be read: neither annotated nor empty.
            return Ok(());
        }
        self.done.insert(fingerprint(&reading.key));
        let n_before = self
            .n_answers
            .entry(fingerprint(&(&reading.key, &asked.question)))
            .or_insert(0);
        *n_before += 1;
        let mut reading = reading.clone();
        if *n_before > 1 {
            reading.key.session = format!("{}#{n_before}", reading.key.session);
            self.n_repeated += 1;
        }
        if asked.annotations.is_empty() {
            reading.state = ReadingState::ReviewedEmpty;
        }
        let key: ReadingKey = reading.key.clone();
        self.sink.reading(reading)?;
        for annotation in asked.annotations {
            self.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }

    /// Announces what was passed over and never done, and says what holds for the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        for reading in self.passed_over {
            if !self.done.contains(&fingerprint(&reading.key)) {
                self.sink.reading(reading)?;
            }
        }
        if self.n_repeated > 0 {
            let n = self.n_repeated;
            self.sink.note(format!(
                "{n} tasks answer a question that the same person answered before; they are readings of their own, with the session `#2` and on"
            ))?;
        }
        Ok(())
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        file: &str,
        place: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, file, place, detail)?)
    }
}

/// Whether a task asks for a yes or no to something that it shows.
fn is_yes_or_no(task: &Value) -> bool {
    given(task, "_is_binary") == Some(&Value::Bool(true)) || YES_OR_NO.contains(&view(task))
}

/// Whether a task asks for a yes or no to a label of the whole input.
fn is_label(task: &Value) -> bool {
    let is_bare = view(task).is_empty() && !asks(task) && given(task, "spans").is_none();
    word(task, "label").is_some() && (is_yes_or_no(task) || is_bare)
}

/// 128 bits in place of a value, so that what was seen takes little memory however long it is.
fn fingerprint(value: &impl Hash) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, value).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(0) << 64) | half(1)
}
