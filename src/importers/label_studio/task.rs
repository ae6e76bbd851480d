//! Tasks of a Label Studio export: who read what, and when.

use super::brush::HALF_COVERED;
use super::names::{Shown, shown};
use super::results::{self, Settings, identity, number};
use super::reviews::Reviews;
use super::texts::Texts;
use crate::domain::{Item, ReadingKey, ReadingState, ReferenceKind, Role, SkipReason};
use crate::importers::context::base_name;
use crate::importers::json::{Element, Members, elements, member, members, text};
use crate::importers::skips::skip;
use crate::importers::written::instant_us;
use crate::importers::{Context, ImportError, Limits, Placement, Sink};
use std::collections::HashMap;

/// Reads tasks one by one.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    /// How often a rater has read an item so far: further readings are sessions of their own.
    n_readings: HashMap<ReadingKey, u32>,
    n_reviews: u64,
    n_rejected: u64,
    n_repeated: u64,
    n_unsure_spans: u64,
}

/// One annotation of a task, or one prediction, before its results are read.
struct Header<'r> {
    record: String,
    rater: Option<String>,
    is_cancelled: bool,
    is_ground_truth: bool,
    finished_at_us: Option<i64>,
    active_ms: Option<i64>,
    results: Vec<&'r [u8]>,
    reviews: Reviews,
}

/// The task that is being read.
struct Task<'f> {
    file: &'f str,
    placement: Placement,
    item: Item,
    several_images: bool,
    texts: Texts,
}

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            context,
            sink,
            n_readings: HashMap::new(),
            n_reviews: 0,
            n_rejected: 0,
            n_repeated: 0,
            n_unsure_spans: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        if self.n_reviews > 0 {
            self.sink.note(format!(
                "{} reviews stand in this export ({} rejected); the last of each annotation is kept with its reading; no annotation is changed by them",
                self.n_reviews, self.n_rejected
            ))?;
        }
        if self.n_repeated > 0 {
            self.sink.note(format!(
                "{} annotations are a further reading of the same item by the same person; each is a session of its own",
                self.n_repeated
            ))?;
        }
        if self.n_unsure_spans > 0 {
            self.sink.note(format!(
                "{} spans lie in texts that are not in this export; their places are counted in UTF-16 units, in which an emoji counts two",
                self.n_unsure_spans
            ))?;
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

    /// Reads one task.
    pub fn task(&mut self, file: &str, at: usize, element: Element) -> Result<(), ImportError> {
        let record = format!("tasks[{at}]");
        let outcome = match element {
            Element::Raw(raw) => members(raw),
            Element::TooLarge => Err(format!(
                "is larger than {} bytes",
                self.limits.max_token_bytes
            )),
        };
        let found = match outcome {
            Ok(found) => found,
            Err(detail) => return self.skip(SkipReason::InvalidRecord, file, &record, &detail),
        };
        let data = match member(&found, "data").map_or(Ok(Members::new()), members) {
            Ok(data) => data,
            Err(detail) => {
                return self.skip(
                    SkipReason::InvalidRecord,
                    file,
                    &record,
                    &format!("`data` {detail}"),
                );
            }
        };
        let id = identity(&found, "id").unwrap_or_else(|| at.to_string());
        let (image, is_named, several_images) = match shown(&data) {
            Shown::Image(name) => (name, true, false),
            Shown::Several => (format!("task-{id}"), false, true),
            Shown::Other => (format!("task-{id}"), false, false),
        };
        let mut placement = self.context.place(file, &image)?;
        if let Some(study) = member(&data, "StudyInstanceUID").and_then(text) {
            placement.study = study.into_owned();
        }
        let mut item = placement.to_item();
        item.image_name = is_named.then(|| base_name(&image).to_owned());
        self.sink.item(item.clone())?;
        let mut task = Task {
            file,
            placement,
            item,
            several_images,
            texts: Texts::of(&data),
        };
        let is_model = self.context.options().role == Some(Role::Model);
        for name in ["annotations", "completions"] {
            let raw = self.list(&found, name, file, &record)?;
            if is_model {
                for index in 0..raw.len() {
                    let place = format!("{record}.{name}[{index}]");
                    let detail = "was made by a person, and the upload is declared a model's; import it without a role";
                    self.skip(SkipReason::Unsupported, file, &place, detail)?;
                }
            } else {
                self.annotations(&mut task, &record, name, &raw)?;
            }
        }
        let predictions = self.list(&found, "predictions", file, &record)?;
        for (index, raw) in predictions.into_iter().enumerate() {
            let place = format!("{record}.predictions[{index}]");
            // Exports without details list predictions by id only.
            if !is_model || !raw.starts_with(b"{") {
                self.skip(
                    SkipReason::NotHuman,
                    file,
                    &place,
                    "is a model's prediction; import it with the role `model`",
                )?;
                continue;
            }
            match header(raw, place.clone(), true) {
                Ok(header) => self.reading(&mut task, header, true)?,
                Err(detail) => self.skip(SkipReason::InvalidRecord, file, &place, &detail)?,
            }
        }
        for index in 0..self.list(&found, "drafts", file, &record)?.len() {
            let place = format!("{record}.drafts[{index}]");
            self.skip(
                SkipReason::Withdrawn,
                file,
                &place,
                "is a draft that was never submitted",
            )?;
        }
        Ok(())
    }

    /// The elements of a list in a task; none when it is missing, a fault when it is something else.
    fn list<'r>(
        &mut self,
        found: &Members<'r>,
        name: &str,
        file: &str,
        record: &str,
    ) -> Result<Vec<&'r [u8]>, ImportError> {
        match member(found, name).map_or(Ok(Vec::new()), elements) {
            Ok(raw) => Ok(raw),
            Err(detail) => {
                self.skip(
                    SkipReason::InvalidRecord,
                    file,
                    &format!("{record}.{name}"),
                    &detail,
                )?;
                Ok(Vec::new())
            }
        }
    }

    fn annotations(
        &mut self,
        task: &mut Task,
        record: &str,
        name: &str,
        raw: &[&[u8]],
    ) -> Result<(), ImportError> {
        let mut cancelled = Vec::new();
        for (index, raw) in raw.iter().enumerate() {
            let place = format!("{record}.{name}[{index}]");
            match header(raw, place.clone(), false) {
                Ok(header) => {
                    self.n_reviews += header.reviews.n;
                    self.n_rejected += header.reviews.n_rejected;
                    if header.is_cancelled {
                        cancelled.push(header);
                    } else {
                        self.reading(task, header, false)?;
                    }
                }
                Err(detail) => self.skip(SkipReason::InvalidRecord, task.file, &place, &detail)?,
            }
        }
        // A task that was skipped first and done later counts as done, whatever the order in the file.
        for header in cancelled {
            self.cancelled(task, header)?;
        }
        Ok(())
    }

    fn cancelled(&mut self, task: &Task, header: Header) -> Result<(), ImportError> {
        if !header.results.is_empty() {
            let detail = format!("was cancelled with {} results in it", header.results.len());
            self.skip(SkipReason::Withdrawn, task.file, &header.record, &detail)?;
        }
        let key = task.placement.reading_key(header.rater.as_deref());
        if self.n_readings.contains_key(&key) {
            return Ok(());
        }
        let reading = reading(task, key, &header, ReadingState::Skipped);
        Ok(self.sink.reading(reading)?)
    }

    fn reading(
        &mut self,
        task: &mut Task,
        header: Header,
        is_model: bool,
    ) -> Result<(), ImportError> {
        let fallback = is_model.then(|| {
            task.placement
                .rater
                .clone()
                .unwrap_or_else(|| "model".to_owned())
        });
        let rater = header.rater.as_deref().or(fallback.as_deref());
        let mut key = task.placement.reading_key(rater);
        let outcome = results::read(
            &header.results,
            &Settings {
                several_images: task.several_images,
                is_model,
                alpha_threshold: self
                    .context
                    .options()
                    .mask_threshold
                    .unwrap_or(HALF_COVERED),
                label: task.placement.label.as_deref(),
                place: &header.record,
                texts: &task.texts,
            },
        );
        for (at, reason, detail) in &outcome.left_out {
            let place = format!("{}.result[{at}]", header.record);
            self.skip(*reason, task.file, &place, detail)?;
        }
        self.n_unsure_spans += outcome.n_unsure_spans;
        if let (Some((width, height)), None) = (outcome.size_px, task.item.width_px) {
            task.item.width_px = Some(width);
            task.item.height_px = Some(height);
            self.sink.item(task.item.clone())?;
        }
        if outcome.annotations.is_empty() && !header.results.is_empty() {
            // Something was stated, but nothing of it can be read: neither annotated nor empty.
            return Ok(());
        }
        let n_before = self.n_readings.entry(key.clone()).or_insert(0);
        *n_before += 1;
        if *n_before > 1 {
            key.session = format!("{}#{n_before}", key.session);
            self.n_repeated += 1;
        }
        let state = if outcome.annotations.is_empty() {
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        self.sink
            .reading(reading(task, key.clone(), &header, state))?;
        for annotation in outcome.annotations {
            self.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }
}

fn reading(
    task: &Task,
    key: ReadingKey,
    header: &Header,
    state: ReadingState,
) -> crate::domain::Reading {
    let mut reading = task.placement.to_reading(key, state, task.file);
    reading.finished_at_us = header.finished_at_us.or(reading.finished_at_us);
    reading.active_ms = header.active_ms.or(reading.active_ms);
    reading.review.clone_from(&header.reviews.last);
    if header.is_ground_truth {
        reading.reference = Some(ReferenceKind::Gold);
    }
    reading
}

fn header(raw: &[u8], record: String, is_prediction: bool) -> Result<Header<'_>, String> {
    let found = members(raw)?;
    let rater = if is_prediction {
        member(&found, "model_version")
            .and_then(text)
            .map(|name| name.into_owned())
    } else {
        user(&found, "completed_by").map(|id| format!("user-{id}"))
    };
    let flag = |name: &str| member(&found, name) == Some(b"true");
    let instant = |name: &str| {
        member(&found, name)
            .and_then(text)
            .and_then(|text| instant_us(&text))
    };
    let created_at_us = instant("created_at");
    // A change by someone else (a reviewer) does not move the time at which the rater was done.
    let changed_by_other = user(&found, "updated_by")
        .zip(user(&found, "completed_by"))
        .is_some_and(|(by, rater)| by != rater);
    let updated_at_us = instant("updated_at").filter(|_| !changed_by_other);
    let is_cancelled = flag("was_cancelled") || flag("skipped");
    let results = match member(&found, "result") {
        Some(raw) => elements(raw).map_err(|fault| format!("`result` {fault}"))?,
        // Taken for an empty list it would say that the rater looked and found nothing.
        None if !is_cancelled && !is_prediction => {
            return Err("has no `result`; a list is needed, which may be empty".to_owned());
        }
        None => Vec::new(),
    };
    let lead_time_s = number(&found, "lead_time")?.filter(|seconds| (0.0..1e9).contains(seconds));
    Ok(Header {
        rater: rater.filter(|rater| !rater.is_empty()),
        is_ground_truth: flag("ground_truth"),
        finished_at_us: updated_at_us.or(created_at_us),
        active_ms: lead_time_s.map(|seconds| (seconds * 1000.0).round() as i64),
        results,
        is_cancelled,
        record,
        reviews: Reviews::of(&found),
    })
}

/// The number of a user, given alone or in an object beside the e-mail address, which is not looked at.
pub(super) fn user(found: &Members, name: &str) -> Option<String> {
    let raw = member(found, name)?;
    let id = if raw.starts_with(b"{") {
        identity(&members(raw).ok()?, "id")
    } else {
        identity(found, name)
    };
    id.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}
