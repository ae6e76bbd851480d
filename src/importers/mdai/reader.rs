//! The second walk: annotations into items, readings and shapes.

use super::labels::{Child, Known, Label, Scope, walk};
use super::shapes::{Undrawn, shape};
use crate::domain::{
    Annotation, Item, Reading, ReadingKey, ReadingState, Review, ReviewOutcome, Role, Shape,
    SkipReason,
};
use crate::importers::drawn::{MAX_FILLED_RUNS, annotation as plain};
use crate::importers::json::fields::{count, given, instant, size_px, word};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink, UploadFile};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Reviews of the annotations of one reading.
#[derive(Default)]
struct Votes {
    n_annotations: u64,
    n_positive: u64,
    n_negative: u64,
}

/// Reads one file.
pub(super) struct Reader<'a> {
    file: &'a UploadFile,
    known: Known,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    votes: BTreeMap<ReadingKey, (Reading, Votes)>,
    studies: HashSet<String>,
    annotated_studies: HashSet<String>,
    /// Runs of pixels that may still be filled.
    n_left: u64,
}

/// Where an annotation belongs.
struct Place {
    study: String,
    item: String,
    scope: Scope,
}

type Refused = (SkipReason, String);

fn broken(detail: impl Into<String>) -> Refused {
    (SkipReason::InvalidRecord, detail.into())
}

impl<'a> Reader<'a> {
    pub fn new(
        file: &'a UploadFile,
        known: Known,
        context: &'a Context,
        sink: &'a mut dyn Sink,
    ) -> Self {
        Self {
            file,
            known,
            context,
            sink,
            votes: BTreeMap::new(),
            studies: HashSet::new(),
            annotated_studies: HashSet::new(),
            n_left: MAX_FILLED_RUNS,
        }
    }

    pub fn read(mut self, max_bytes: usize) -> Result<(), ImportError> {
        let mut broken_groups = Vec::new();
        let file = self.file;
        walk(
            file,
            max_bytes,
            |at, group| {
                if let Err(detail) = group {
                    broken_groups.push((at, detail));
                }
            },
            |record, is_study, value| match value {
                Ok(value) if is_study => {
                    let uid = word(&value, "StudyInstanceUID").map(str::to_owned);
                    self.studies.extend(uid);
                    Ok(())
                }
                Ok(value) => match self.annotation(record, &value) {
                    Ok(outcome) => outcome,
                    Err((reason, detail)) => self.skip(reason, record, &detail),
                },
                Err(detail) => self.skip(SkipReason::InvalidRecord, record, &detail),
            },
        )?;
        for (at, detail) in broken_groups {
            self.skip(
                SkipReason::InvalidRecord,
                &format!("labelGroups[{at}]"),
                &detail,
            )?;
        }
        self.finish()
    }

    fn skip(&mut self, reason: SkipReason, record: &str, detail: &str) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, self.file.path(), record, detail)?)
    }

    /// Reads one annotation; the outer error is a record that is left out, the inner one fails the import.
    fn annotation(
        &mut self,
        record: &str,
        value: &Value,
    ) -> Result<Result<(), ImportError>, Refused> {
        let label_id = word(value, "labelId").ok_or_else(|| broken("has no `labelId`"))?;
        let label = self.known.labels.get(label_id).cloned().ok_or_else(|| {
            let detail = "names a label that no label group holds; export with all label groups";
            (SkipReason::Dangling, detail.to_owned())
        })?;
        let data = given(value, "data");
        if data.is_none() && label.mode.is_none() && word(value, "parentId").is_some() {
            // Goes to the annotation on which it was put; what is left over is counted at the end.
            return Ok(Ok(()));
        }
        let place = place(value, &label)?;
        let size = size_px(value);
        let id = word(value, "id").unwrap_or(record).to_owned();
        let mut annotation = match (&label.mode, data) {
            (Some(mode), Some(data)) => {
                if place.scope != Scope::Instance {
                    return Err(broken(
                        "is drawn but has no `SOPInstanceUID`, so that its image is unknown",
                    ));
                }
                let drawn = shape(mode, data, &label.name, size, &mut self.n_left).map_err(|undrawn| match undrawn {
                    Undrawn::Broken(detail) => broken(detail),
                    Undrawn::Unknown => (
                        SkipReason::Unsupported,
                        "its label has an annotation mode that is not read; bbox, polygon, freeform, line, location and mask are".to_owned(),
                    ),
                })?;
                plain(id, &label.name, drawn, size)
            }
            (Some(_), None) => {
                return Err(broken("has no `data`, which the mode of its label needs"));
            }
            (None, Some(_)) => {
                return Err(broken(
                    "holds `data`, but its label states no `annotationMode`",
                ));
            }
            (None, None) => {
                let shape = Shape::Classification {
                    question: label.question.clone(),
                    value: label.name.clone(),
                };
                plain(id, &label.name, (shape, None), None)
            }
        };
        if value.get("isImported") == Some(&Value::Bool(true)) {
            annotation
                .attributes
                .insert("source".to_owned(), "imported".to_owned());
        }
        annotation.finished_at_us = finished(value);
        Ok(self.keep(value, place, annotation))
    }

    fn keep(
        &mut self,
        value: &Value,
        place: Place,
        mut annotation: Annotation,
    ) -> Result<(), ImportError> {
        let file = self.file.path();
        self.annotated_studies.insert(place.study.clone());
        let mut placement: Placement =
            self.context
                .place_item(file, &place.item, place.item.clone())?;
        placement.study = place.study;
        let mut item: Item = placement.to_item();
        if let (Scope::Instance, Some((width, height))) = (place.scope, size_px(value)) {
            item.width_px = Some(width);
            item.height_px = Some(height);
        }
        self.sink.item(item)?;
        let author = word(value, "createdById");
        let model = word(value, "modelId");
        let key = placement.reading_key(model.or(author));
        let mut reading = placement.to_reading(key.clone(), ReadingState::Annotated, file);
        reading.finished_at_us = annotation.finished_at_us.or(reading.finished_at_us);
        if self.votes.contains_key(&key) {
            // Times of a reading's pieces add up; this one is the options' and holds for the whole.
            reading.active_ms = None;
        }
        if model.is_some() {
            reading.role = Role::Model;
        }
        if let Some(children) = word(value, "id").and_then(|id| self.known.children.remove(id)) {
            self.attach(&mut annotation, children, author.unwrap_or_default())?;
        }
        self.sink.reading(reading.clone())?;
        self.sink.annotation(&key, annotation)?;
        let (_, votes) = self
            .votes
            .entry(key)
            .or_insert_with(|| (reading, Votes::default()));
        let n_of = |name: &str| u64::from(count(value, name).unwrap_or(0) > 0);
        votes.n_annotations += 1;
        votes.n_positive += n_of("reviewsPositiveCount");
        votes.n_negative += n_of("reviewsNegativeCount");
        Ok(())
    }

    /// Labels put on an annotation by its author become its attribute `labels`.
    fn attach(
        &mut self,
        annotation: &mut Annotation,
        children: Vec<Child>,
        author: &str,
    ) -> Result<(), ImportError> {
        let mut by_question: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for child in children {
            let Some(label) = self
                .known
                .labels
                .get(&child.label_id)
                .filter(|label| label.mode.is_none())
            else {
                // Said where the record itself is read.
                continue;
            };
            if child.author != author {
                let detail = "is a label on another reader's annotation, which is not read";
                self.skip(SkipReason::Unsupported, &child.record, detail)?;
                continue;
            }
            let question = if label.question.is_empty() {
                "labels"
            } else {
                &label.question
            };
            by_question
                .entry(question.to_owned())
                .or_default()
                .insert(label.name.clone());
        }
        for (question, values) in by_question {
            let joined = values.into_iter().collect::<Vec<_>>().join(", ");
            annotation.attributes.insert(question, joined);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), ImportError> {
        let orphans: Vec<Child> = std::mem::take(&mut self.known.children)
            .into_values()
            .flatten()
            .collect();
        let mut orphans: Vec<String> = orphans
            .into_iter()
            .filter(|child| {
                let label = self.known.labels.get(&child.label_id);
                label.is_some_and(|label| label.mode.is_none())
            })
            .map(|child| child.record)
            .collect();
        orphans.sort();
        for record in orphans {
            let detail = "is a label on an annotation that is not there or not read";
            self.skip(SkipReason::Dangling, &record, detail)?;
        }
        for (_, (mut reading, votes)) in std::mem::take(&mut self.votes) {
            let outcome = match votes {
                Votes {
                    n_negative: 1.., ..
                } => ReviewOutcome::Rejected,
                Votes {
                    n_annotations,
                    n_positive,
                    ..
                } if n_positive == n_annotations => ReviewOutcome::Accepted,
                _ => continue,
            };
            reading.review = Some(Review {
                outcome,
                reviewer: None,
                at_us: None,
            });
            reading.active_ms = None;
            self.sink.reading(reading)?;
        }
        let n_unread = self.studies.difference(&self.annotated_studies).count();
        if n_unread > 0 {
            self.sink.note(format!(
                "{n_unread} of {} studies have no annotation; MD.ai does not say whether anyone read them, so they count as unknown",
                self.studies.len()
            ))?;
        }
        Ok(())
    }
}

/// What an annotation is about: as much as its label says, or of an unknown scope as little as its UIDs allow.
fn place(value: &Value, label: &Label) -> Result<Place, Refused> {
    let uid = |name: &str| word(value, name).map(str::to_owned);
    let study = uid("StudyInstanceUID").ok_or_else(|| broken("has no `StudyInstanceUID`"))?;
    let (series, instance) = (uid("SeriesInstanceUID"), uid("SOPInstanceUID"));
    let scope = match (label.scope, &label.mode) {
        // What is drawn lies on an image, whatever the label's scope.
        (_, Some(_)) | (None, _) if instance.is_some() => Scope::Instance,
        (Some(scope), _) => scope,
        (None, _) if series.is_some() => Scope::Series,
        (None, _) => Scope::Study,
    };
    let item = match scope {
        Scope::Study => study.clone(),
        Scope::Series => {
            series.ok_or_else(|| broken("is about a series but has no `SeriesInstanceUID`"))?
        }
        Scope::Instance => {
            let instance =
                instance.ok_or_else(|| broken("is about an image but has no `SOPInstanceUID`"))?;
            match count(value, "frameNumber") {
                // MD.ai counts frames from 0, DICOM from 1.
                Some(frame) => format!("{instance}#{}", u64::from(frame) + 1),
                None => instance,
            }
        }
    };
    Ok(Place { study, item, scope })
}

/// When its author was done: a later change by someone else does not count.
fn finished(value: &Value) -> Option<i64> {
    let changed_by_author = match (word(value, "updatedById"), word(value, "createdById")) {
        (Some(by), Some(author)) => by == author,
        _ => true,
    };
    instant(value, "updatedAt")
        .filter(|_| changed_by_author)
        .or_else(|| instant(value, "createdAt"))
}
