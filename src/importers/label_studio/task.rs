//! Tasks of a Label Studio export: what each shows, and who read it.

use super::brush::{HALF_COVERED, MAX_RUNS};
use super::flat::MAX_ROW_BYTES;
use super::header::Header;
use super::notes::Notes;
use super::pages::Hints;
use super::pieces::identity;
use super::results::{self, Outcome, Settings};
use super::shapes::MaskRules;
use super::spots::{Spot, Task, hint};
use super::video::MAX_SHAPES;
use crate::domain::{Annotation, ReadingKey, ReadingState, Role, SkipReason};
use crate::importers::json::{Element, Members, elements, member, members};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink};
use std::cell::Cell;
use std::collections::HashMap;

/// Reads tasks one by one.
pub(super) struct Reader<'a> {
    pub limits: &'a Limits,
    pub context: &'a Context,
    pub sink: &'a mut dyn Sink,
    /// How often a rater has read an item so far: further readings are sessions of their own.
    n_readings: HashMap<ReadingKey, u32>,
    pub people: People,
    pub notes: Notes,
}

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            context,
            sink,
            n_readings: HashMap::new(),
            people: People::default(),
            notes: Notes::default(),
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        for note in self.notes.lines() {
            self.sink.note(note)?;
        }
        Ok(())
    }

    pub fn skip(
        &mut self,
        reason: SkipReason,
        file: &str,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, file, record, detail)?)
    }

    /// Reads one record of a list or line: a task, an annotation with its task, or a row of a flat export.
    pub fn record(
        &mut self,
        file: &str,
        record: &str,
        at: usize,
        element: Element,
    ) -> Result<(), ImportError> {
        let n_bytes = match element {
            Element::Raw(raw) => raw.len(),
            Element::TooLarge => 0,
        };
        let outcome = match element {
            Element::Raw(raw) => members(raw),
            Element::TooLarge => Err(format!(
                "is larger than {} bytes",
                self.limits.max_token_bytes
            )),
        };
        let found = match outcome {
            Ok(found) => found,
            Err(detail) => return self.skip(SkipReason::InvalidRecord, file, record, &detail),
        };
        let has = |key: &str| found.iter().any(|(name, _)| name == key);
        if has("annotation_id") && has("annotator") {
            if n_bytes > MAX_ROW_BYTES {
                let detail = format!("is larger than {MAX_ROW_BYTES} bytes");
                return self.skip(SkipReason::InvalidRecord, file, record, &detail);
            }
            return self.row(file, record, at, &found);
        }
        if has("result") && has("task") {
            return self.stored_annotation(file, record, at, &found);
        }
        if !["data", "annotations", "completions", "predictions"]
            .into_iter()
            .any(has)
        {
            let detail = "is no task: it has neither `data` nor `annotations`";
            return self.skip(SkipReason::InvalidRecord, file, record, detail);
        }
        self.task(file, record, at, &found)
    }

    /// An annotation as it is written to cloud storage: with its task inside.
    fn stored_annotation(
        &mut self,
        file: &str,
        record: &str,
        at: usize,
        found: &Members,
    ) -> Result<(), ImportError> {
        let task = member(found, "task").unwrap_or(b"null");
        let task = match members(task).and_then(|task| Ok((data_of(&task)?, task))) {
            Ok(task) => task,
            Err(detail) => {
                let detail = format!("`task` {detail}");
                return self.skip(SkipReason::InvalidRecord, file, record, &detail);
            }
        };
        let (data, members) = task;
        let mut hints = Hints::default();
        hint(&mut hints, found);
        let id = identity(&members, "id").unwrap_or_else(|| at.to_string());
        let mut task = self.open(file, &id, &data, &hints)?;
        self.annotations(&mut task, vec![(record.to_owned(), Ok(found.clone()))])
    }

    fn task(
        &mut self,
        file: &str,
        record: &str,
        at: usize,
        found: &Members,
    ) -> Result<(), ImportError> {
        let data = match data_of(found) {
            Ok(data) => data,
            Err(detail) => return self.skip(SkipReason::InvalidRecord, file, record, &detail),
        };
        let id = identity(found, "id").unwrap_or_else(|| at.to_string());
        let mut hints = Hints::default();
        let mut by_people = Vec::new();
        for name in ["annotations", "completions"] {
            for (index, raw) in self.list(found, name, file, record)?.iter().enumerate() {
                let annotation = members(raw);
                if let Ok(annotation) = &annotation {
                    hint(&mut hints, annotation);
                }
                by_people.push((format!("{record}.{name}[{index}]"), annotation));
            }
        }
        let mut by_models = Vec::new();
        for (index, raw) in self
            .list(found, "predictions", file, record)?
            .iter()
            .enumerate()
        {
            // Exports without details list predictions by id only.
            let prediction = raw.starts_with(b"{").then(|| members(raw));
            if let Some(Ok(prediction)) = &prediction {
                hint(&mut hints, prediction);
            }
            by_models.push((format!("{record}.predictions[{index}]"), prediction));
        }
        let mut task = self.open(file, &id, &data, &hints)?;
        let is_model = task.role() == Some(Role::Model);
        if is_model {
            for (place, _) in by_people {
                let detail = "was made by a person, and the upload is declared a model's; import it without a role";
                self.skip(SkipReason::Unsupported, file, &place, detail)?;
            }
        } else {
            self.annotations(&mut task, by_people)?;
        }
        for (place, prediction) in by_models {
            let Some(prediction) = prediction else {
                let detail = "is given by its number only; export with predictions";
                self.skip(SkipReason::NotHuman, file, &place, detail)?;
                continue;
            };
            match prediction.and_then(|found| Header::of_prediction(&found, place.clone())) {
                Ok(header) => self.reading(&mut task, header, true)?,
                Err(detail) => self.skip(SkipReason::InvalidRecord, file, &place, &detail)?,
            }
        }
        for index in 0..self.list(found, "drafts", file, record)?.len() {
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
                let place = format!("{record}.{name}");
                self.skip(SkipReason::InvalidRecord, file, &place, &detail)?;
                Ok(Vec::new())
            }
        }
    }

    fn annotations(
        &mut self,
        task: &mut Task,
        all: Vec<(String, Result<Members, String>)>,
    ) -> Result<(), ImportError> {
        let mut cancelled = Vec::new();
        for (place, found) in all {
            let header = found
                .and_then(|found| Header::of_annotation(&found, place.clone(), &mut self.people));
            match header {
                Ok(header) => {
                    self.notes.n_reviews += header.reviews.n;
                    self.notes.n_rejected += header.reviews.n_rejected;
                    self.notes.n_derived += u64::from(header.is_derived);
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
        for spot in task.read_spots() {
            let key = spot.placement.reading_key(header.rater.as_deref());
            if !self.n_readings.contains_key(&key) {
                let reading = task.reading(spot, key, &header, ReadingState::Skipped);
                self.sink.reading(reading)?;
            }
        }
        Ok(())
    }

    /// Reads the results of one annotation or prediction.
    pub fn reading(
        &mut self,
        task: &mut Task,
        header: Header,
        is_model: bool,
    ) -> Result<(), ImportError> {
        let options = self.context.options();
        let outcome = results::read(
            &header.results,
            &Settings {
                pages: &task.pages,
                sizes: &task.sizes,
                score: is_model.then_some(header.score),
                masks: MaskRules {
                    alpha_threshold: options.mask_threshold.unwrap_or(HALF_COVERED),
                    runs_left: Cell::new(MAX_RUNS),
                },
                shapes_left: Cell::new(MAX_SHAPES),
                label: task.label(),
                place: &header.record,
                texts: &task.texts,
            },
        );
        for left_out in &outcome.left_out {
            let place = header.place(left_out.at);
            self.skip(left_out.reason, task.file, &place, &left_out.detail)?;
        }
        self.notes.n_unsure_spans += outcome.n_unsure_spans;
        self.notes.n_scores_outside += outcome.n_scores_outside;
        self.notes.n_models += u64::from(is_model);
        let unread: Vec<Option<usize>> = outcome.left_out.iter().map(|left| left.page).collect();
        let Outcome { annotations, .. } = outcome;
        let mut of_spots: Vec<Vec<Annotation>> = task.spots.iter().map(|_| Vec::new()).collect();
        let mut of_whole = Vec::new();
        for (page, annotation) in annotations {
            let of_page = page.and_then(|page| of_spots.get_mut(page));
            of_page.unwrap_or(&mut of_whole).push(annotation);
        }
        let several = task.whole.is_some();
        if several && header.active_ms.is_some() {
            self.notes.n_times_of_several += 1;
        }
        for (page, (spot, annotations)) in task.spots.iter().zip(of_spots).enumerate() {
            let is_unclear = unread
                .iter()
                .any(|of| !several || of.is_none_or(|of| of == page));
            let was_looked_at =
                header.results.is_empty() || (several && task.has_regions && !is_unclear);
            // Something was stated, but nothing of it can be read: neither annotated nor empty.
            if annotations.is_empty() && !was_looked_at {
                continue;
            }
            self.keep(task, spot, &header, is_model, annotations)?;
        }
        if let Some(whole) = &task.whole
            && (!of_whole.is_empty() || (header.results.is_empty() && task.spots.is_empty()))
        {
            self.sink.item(whole.item.clone())?;
            self.keep(task, whole, &header, is_model, of_whole)?;
        }
        Ok(())
    }

    fn keep(
        &mut self,
        task: &Task,
        spot: &Spot,
        header: &Header,
        is_model: bool,
        annotations: Vec<Annotation>,
    ) -> Result<(), ImportError> {
        let is_declared = spot.placement.role == Role::Model;
        let fallback = match &spot.placement.rater {
            Some(rater) if is_declared => rater,
            _ => "model",
        };
        let rater = header.rater.as_deref().or(is_model.then_some(fallback));
        let mut key = spot.placement.reading_key(rater);
        let n_before = self.n_readings.entry(key.clone()).or_insert(0);
        *n_before += 1;
        if *n_before > 1 {
            key.session = format!("{}#{n_before}", key.session);
            self.notes.n_repeated += 1;
        }
        let state = if annotations.is_empty() {
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        let mut reading = task.reading(spot, key.clone(), header, state);
        if is_model && !is_declared {
            // What the options say about the upload is about the people in it.
            reading.role = Role::Model;
            reading.reference = None;
            (reading.finished_at_us, reading.active_ms) = (header.finished_at_us, None);
        }
        self.sink.reading(reading)?;
        for annotation in annotations {
            self.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }
}

/// The `data` of a task; none where it is missing.
fn data_of<'r>(found: &Members<'r>) -> Result<Members<'r>, String> {
    let data = member(found, "data").map_or(Ok(Members::new()), members);
    data.map_err(|fault| format!("`data` {fault}"))
}
