//! Groups as annotations.

use super::content::Content;
use super::group::{Drawing, Group, Place};
use super::places::{Spot, points_in_patient, spots, subject};
use super::report::Report;
use crate::domain::{Annotation, ReadingKey, ReadingState, Role, Shape, SkipReason};
use crate::importers::dicom_document::{Drawn, Fault, drawn, pairs};
use crate::importers::{Context, Sink, SinkError, skips, structure};
use std::collections::{BTreeMap, BTreeSet};

const IN_PIXELS: &str = "DICOM image coordinates: pixels, origin at the corner of the first pixel";
const IN_MM: &str = "DICOM patient coordinates: LPS mm, 1 mm a pixel";

/// Drawings times places of one content item; beyond it, the file was not written by hand.
const MAX_POINTS_PLACED: usize = 5_000_000;

/// Writes one report into the sink.
pub(super) struct Writer<'a> {
    file: &'a str,
    context: &'a Context,
    report: &'a Report,
    sink: &'a mut dyn Sink,
    announced: BTreeSet<ReadingKey>,
    /// Answers on items without a drawing, kept until all are known.
    answers: Vec<Answer>,
}

struct Answer {
    key: ReadingKey,
    record: String,
    tracking_id: Option<String>,
    question: String,
    value: Value,
    annotation: Annotation,
}

enum Value {
    Words(String),
    Number(f64),
}

impl<'a> Writer<'a> {
    pub fn new(
        file: &'a str,
        context: &'a Context,
        report: &'a Report,
        sink: &'a mut dyn Sink,
    ) -> Self {
        Self {
            file,
            context,
            report,
            sink,
            announced: BTreeSet::new(),
            answers: Vec::new(),
        }
    }

    pub fn write(mut self, root: Content<'_>) -> Result<(), Fault> {
        let mut n_groups = 0_usize;
        for child in root.children() {
            match (child.value_type().as_str(), child.code().as_str()) {
                ("CONTAINER", "126010" | "126011") => {
                    for container in child.children() {
                        let record = format!("groups[{n_groups}]");
                        n_groups += 1;
                        if container.code() == "125007" {
                            self.group(&Group::read(container), &record)?;
                        } else {
                            self.skip(
                                SkipReason::Unsupported,
                                record,
                                "not a measurement group (125007)",
                            )?;
                        }
                    }
                }
                ("CONTAINER", "C0034375") => {
                    n_groups += 1;
                    self.group(&Group::read(child), "qualitative evaluations")?;
                }
                // The image library is read with the report.
                ("CONTAINER", "111028") => {}
                _ if child.relationship() == "CONTAINS" => self.skip(
                    SkipReason::Unsupported,
                    "report",
                    "a part of the report that is neither measurements nor image library",
                )?,
                _ => {}
            }
        }
        if n_groups == 0 {
            return self.nothing_found();
        }
        self.pass_answers()
    }

    /// A report without any group: its images were looked at, as far as listed images count as read.
    fn nothing_found(mut self) -> Result<(), Fault> {
        if !self.context.listed_is_reviewed() || self.report.is_partial {
            return Ok(());
        }
        let report = self.report;
        let empty = Group::default();
        for image in report.library.keys() {
            let spot = Spot {
                item: image.clone(),
                image: image.clone(),
                has_image_size: true,
            };
            self.announce(&spot, &empty, ReadingState::ReviewedEmpty, "", None)?;
        }
        Ok(())
    }

    fn group(&mut self, group: &Group, record: &str) -> Result<(), Fault> {
        for (reason, detail) in &group.left_out {
            self.skip(*reason, record, detail.as_str())?;
        }
        if group.drawings.is_empty() {
            return self.answers_of(group, record);
        }
        let names: BTreeSet<&str> = group.drawings.iter().map(|one| one.name.as_str()).collect();
        for (at, drawing) in group.drawings.iter().enumerate() {
            let place = format!("{record}.coordinates[{at}]");
            match self.drawing(group, drawing, names.len() > 1, at, record) {
                Ok(()) => {}
                Err(Fault::File { reason, detail }) => self.skip(reason, place, detail)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn drawing(
        &mut self,
        group: &Group,
        drawing: &Drawing,
        is_one_of_several: bool,
        at: usize,
        record: &str,
    ) -> Result<(), Fault> {
        let mut label = group.label().unwrap_or_else(|| drawing.name.clone());
        if is_one_of_several && !drawing.name.is_empty() {
            label = format!("{label}: {}", drawing.name);
        }
        let mut annotation = annotation(group, record, at, label);
        annotation.attributes.extend(attributes(group));
        if let Some((name, value)) = drawing
            .of
            .as_ref()
            .and_then(|name| group.measured_on.get_key_value(name))
        {
            annotation
                .attributes
                .insert(name.clone(), value.to_string());
        }
        match &drawing.place {
            Place::Patient(frame_of_reference) => {
                let spot = frame_of_reference
                    .as_ref()
                    .map(|uid| Spot::of_series(format!("{uid}#mm")))
                    .ok_or_else(|| Fault::invalid("names no frame of reference"))?;
                annotation.shape = points_in_patient(&drawing.kind, &drawing.data)?;
                annotation.invalid = structure::invalid(&annotation.shape, None);
                self.pass(&spot, group, IN_MM, Some([1.0; 3]), annotation)
            }
            Place::Images {
                images,
                whole_matrix,
            } => {
                let points = pairs(&drawing.data)?;
                let spots = spots(images, *whole_matrix);
                if spots.is_empty() {
                    return Err(Fault::invalid("names no image that it lies on"));
                }
                if spots.len().saturating_mul(points.len()) > MAX_POINTS_PLACED {
                    return Err(Fault::unsupported(format!(
                        "has {} points on {} images or frames; the limit is {MAX_POINTS_PLACED} altogether",
                        points.len(),
                        spots.len()
                    )));
                }
                for spot in &spots {
                    let facts = self.report.library.get(&spot.image);
                    let size_px = facts
                        .filter(|_| spot.has_image_size)
                        .and_then(|facts| facts.size_px());
                    let Drawn { shape, invalid } = drawn(&drawing.kind, &points, size_px)?;
                    let one = Annotation {
                        shape,
                        invalid,
                        ..annotation.clone()
                    };
                    self.pass(spot, group, IN_PIXELS, None, one)?;
                }
                Ok(())
            }
        }
    }

    fn pass(
        &mut self,
        spot: &Spot,
        group: &Group,
        convention: &str,
        spacing_mm: Option<[f64; 3]>,
        mut annotation: Annotation,
    ) -> Result<(), Fault> {
        let key = self.announce(spot, group, ReadingState::Annotated, convention, spacing_mm)?;
        annotation.finished_at_us = self.report.finished_at_us;
        Ok(self.sink.annotation(&key, annotation)?)
    }

    /// Announces item and reading once, and says where annotations go.
    fn announce(
        &mut self,
        spot: &Spot,
        group: &Group,
        state: ReadingState,
        convention: &str,
        spacing_mm: Option<[f64; 3]>,
    ) -> Result<ReadingKey, Fault> {
        let mut placement = self
            .context
            .place_item(self.file, &spot.item, spot.item.clone())?;
        let session = group.session();
        if !session.is_empty() {
            placement.session = session;
        }
        if convention.is_empty() && state == ReadingState::Annotated && self.has_own_layer() {
            placement.layer = "measurements".to_owned();
        }
        let observer = if group.observer.is_empty() {
            &self.report.observer
        } else {
            &group.observer
        };
        let device = observer
            .device_alone()
            .map(|name| name.unwrap_or_else(|| "model".to_owned()));
        let is_model = device.is_some();
        let rater = observer.person().or(device);
        let key = placement.reading_key(rater.as_deref());
        if !self.announced.insert(key.clone()) {
            return Ok(key);
        }
        let mut item = placement.to_item();
        if let Some(study) = self.report.study_of(&spot.image) {
            item.study.clone_from(study);
        }
        if let Some(facts) = self.report.library.get(&spot.image) {
            if let Some((width_px, height_px)) = facts.size_px().filter(|_| spot.has_image_size) {
                item.width_px = Some(width_px);
                item.height_px = Some(height_px);
            }
            item.spacing_mm = facts.spacing_mm().or(item.spacing_mm);
            item.modality = facts.modality.clone().or(item.modality);
        }
        item.spacing_mm = spacing_mm.or(item.spacing_mm);
        self.sink.item(item)?;
        let mut reading = placement.to_reading(key.clone(), state, self.file);
        if is_model {
            reading.role = Role::Model;
        }
        reading.finished_at_us = self.report.finished_at_us.or(placement.finished_at_us);
        reading.review.clone_from(&self.report.review);
        reading.source_convention = convention.to_owned();
        self.sink.reading(reading)?;
        Ok(key)
    }

    /// Answers complement drawings and masks, unless the upload's options say otherwise.
    fn has_own_layer(&self) -> bool {
        self.context.options().layer.is_none()
    }

    /// Answers of a group that draws nothing.
    fn answers_of(&mut self, group: &Group, record: &str) -> Result<(), Fault> {
        let mut answers: Vec<(String, Value)> = group
            .judged
            .iter()
            .map(|(question, values)| (question.clone(), Value::Words(joined(values))))
            .collect();
        let numbers = group.measured.iter().chain(&group.measured_on);
        answers.extend(numbers.map(|(name, number)| (name.clone(), Value::Number(*number))));
        if let Some(finding) = group.finding.as_ref().filter(|_| answers.is_empty()) {
            answers.push(("Finding".to_owned(), Value::Words(finding.clone())));
        } else if answers.is_empty() {
            return Ok(self.skip(
                SkipReason::InvalidRecord,
                record,
                "holds no drawing, measurement or coded answer",
            )?);
        } else if let Some(finding) = &group.finding {
            for (question, _) in &mut answers {
                *question = format!("{finding}: {question}");
            }
        }
        let Some(spot) = subject(group, self.report) else {
            return Ok(self.skip(
                SkipReason::Dangling,
                record,
                "names neither one image nor one series that its answers are about",
            )?);
        };
        let key = self.announce(&spot, group, ReadingState::Annotated, "", None)?;
        for (at, (question, value)) in answers.into_iter().enumerate() {
            let mut annotation = annotation(group, record, at, String::new());
            annotation.finished_at_us = self.report.finished_at_us;
            self.answers.push(Answer {
                key: key.clone(),
                record: record.to_owned(),
                tracking_id: group.tracking_id.clone(),
                question,
                value,
                annotation,
            });
        }
        Ok(())
    }

    /// Passes answers on. Where several groups answer one question on one item, their tracking identifiers tell them apart.
    fn pass_answers(mut self) -> Result<(), Fault> {
        let mut answers = std::mem::take(&mut self.answers);
        let repeated = repeated(&answers);
        for answer in &mut answers {
            if repeated.contains(&(answer.key.clone(), answer.question.clone()))
                && let Some(id) = &answer.tracking_id
            {
                answer.question = format!("{} ({id})", answer.question);
            }
        }
        let repeated = self::repeated(&answers);
        for answer in answers {
            if repeated.contains(&(answer.key.clone(), answer.question.clone())) {
                self.skip(
                    SkipReason::Unsupported,
                    answer.record,
                    "a question that another group of the report answers for the same item, and no tracking identifier tells them apart",
                )?;
                continue;
            }
            let mut annotation = answer.annotation;
            let question = answer.question;
            annotation.label.clone_from(&question);
            annotation.shape = match answer.value {
                Value::Words(value) => Shape::Classification { question, value },
                Value::Number(rank) => Shape::Ordinal { question, rank },
            };
            self.sink.annotation(&answer.key, annotation)?;
        }
        Ok(())
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

fn repeated(answers: &[Answer]) -> BTreeSet<(ReadingKey, String)> {
    let mut seen = BTreeMap::<_, usize>::new();
    for answer in answers {
        *seen
            .entry((answer.key.clone(), answer.question.clone()))
            .or_default() += 1;
    }
    let several = seen.into_iter().filter(|(_, n)| *n > 1);
    several.map(|(question, _)| question).collect()
}

fn joined(values: &BTreeSet<String>) -> String {
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    values.join("; ")
}

/// What is judged and measured, and how the tool tracks the finding.
fn attributes(group: &Group) -> BTreeMap<String, String> {
    let judged = group
        .judged
        .iter()
        .map(|(question, values)| (question.clone(), joined(values)));
    let measured = group
        .measured
        .iter()
        .map(|(name, number)| (name.clone(), number.to_string()));
    judged.chain(measured).collect()
}

/// An annotation without its shape.
fn annotation(group: &Group, record: &str, at: usize, label: String) -> Annotation {
    let tracked = [
        ("tracking_id", group.tracking_id.clone()),
        ("tracking_uid", group.tracking_uid.clone()),
        (
            "source",
            (!group.algorithm.is_empty()).then(|| group.algorithm.join(" ")),
        ),
    ];
    Annotation {
        source_id: format!("{record}[{at}]"),
        label,
        shape: Shape::Keypoints(Vec::new()),
        attributes: tracked
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
        invalid: None,
    }
}
