//! A task of one video: every job is a reading of it, or of the part that it shows.

use super::frames::Frames;
use super::jobs::Jobs;
use super::record::{Fault, Record};
use super::task::{Job, JobKind, Task};
use super::track::Track;
use super::walk::{Found, RecordKind, Visit, Walk};
use crate::domain::{Annotation, ReadingKey, ReadingState, Shape, SkipReason, TrackedShape};
use crate::importers::context::base_name;
use crate::importers::cvat::document::{Known, annotation};
use crate::importers::cvat::held::{MODEL, Sources};
use crate::importers::cvat::tracks::{Budget, FrameGrid, constant, seen};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink};

/// What is known of one job.
#[derive(Clone, Default)]
struct Mark {
    sources: Sources,
    n_records: u64,
    key: Option<ReadingKey>,
}

struct Video<'a> {
    file: &'a str,
    task: &'a Task,
    frames: &'a Frames,
    jobs: &'a Jobs,
    context: &'a Context,
    known: &'a mut Known,
    marks: Vec<Mark>,
    n_by_model: u64,
    n_changing: u64,
}

pub(super) fn read(
    walk: &Walk<'_>,
    task: &Task,
    frames: &Frames,
    jobs: &Jobs,
    context: &Context,
    known: &mut Known,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut video = Video {
        file: walk.file.path(),
        task,
        frames,
        jobs,
        context,
        known,
        marks: vec![Mark::default(); task.jobs.len()],
        n_by_model: 0,
        n_changing: 0,
    };
    let mut budget = Budget::default();
    walk.each(|visit| {
        if let Visit::Record(found) = visit {
            let read = video.record(&found, walk.max_bytes(), &mut budget);
            let mark = &mut video.marks[found.job];
            mark.n_records += 1;
            if let Ok((_, source)) = read {
                mark.sources.add(source.as_deref());
            }
        }
        Ok(())
    })?;
    // What was counted on the first walk is counted again.
    video.n_changing = 0;
    let mut budget = Budget::default();
    walk.each(|visit| {
        let (reason, place, detail) = match visit {
            Visit::LeftOut(reason, place, detail) => (reason, place, detail),
            Visit::Record(found) => match video.record(&found, walk.max_bytes(), &mut budget) {
                Ok((annotation, _)) => {
                    let key = video.announced(found.job, ReadingState::Annotated, sink)?;
                    return Ok(sink.annotation(&key, annotation)?);
                }
                Err((reason, detail)) => (reason, found.place, detail),
            },
        };
        Ok(skip(sink, reason, walk.file.path(), place, detail)?)
    })?;
    video.finish(&budget, sink)
}

type Refused = (SkipReason, String);

impl Video<'_> {
    fn record(
        &mut self,
        found: &Found<'_>,
        max_bytes: usize,
        budget: &mut Budget,
    ) -> Result<(Annotation, Option<String>), Refused> {
        let unsupported = |detail: &str| (SkipReason::Unsupported, detail.to_owned());
        let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
        if self.task.jobs[found.job].kind == JobKind::GroundTruth {
            let detail = "belongs to references on single frames of a video, with which tracks are not compared";
            return Err(unsupported(detail));
        }
        if found.kind == RecordKind::Tag {
            return Err(unsupported("labels a single frame of a video"));
        }
        let raw = found
            .raw
            .ok_or_else(|| invalid(format!("is larger than {max_bytes} bytes")))?;
        let record = Record::read(raw).map_err(invalid)?;
        let annotation = self
            .tracked(found, &record, budget)
            .map_err(|fault| match fault {
                Fault::Invalid(detail) => (SkipReason::InvalidRecord, detail),
                Fault::Unsupported(detail) => (SkipReason::Unsupported, detail),
            })?;
        Ok((annotation, record.source))
    }

    fn tracked(
        &mut self,
        found: &Found<'_>,
        record: &Record,
        budget: &mut Budget,
    ) -> Result<Annotation, Fault> {
        let label = record.label(self.context.options().label.as_deref())?;
        let size_px = self.frames.video().and_then(|video| video.size_px);
        let job = &self.task.jobs[found.job];
        let (mut shapes, invalid) = if found.kind == RecordKind::Shape {
            let drawn = record.drawn(Some(&label), size_px, false)?;
            let shape = drawn.shape;
            let frame = self.task.in_media(record.frame()?);
            (vec![TrackedShape { frame, shape }], drawn.invalid)
        } else {
            let track = Track {
                grid: FrameGrid {
                    step: self.task.step,
                    stop: Some(self.task.in_media(job.last)),
                },
                number: &|frame| self.task.in_media(frame),
                size_px: &|_| size_px,
                is_cloud: false,
            };
            track.shapes(record, budget)?
        };
        let deleted = &self.task.deleted;
        shapes.retain(|one| {
            let frame = one.frame.saturating_sub(self.task.start) / self.task.step;
            !deleted.contains(&frame)
        });
        let shape = Shape::Track(seen(shapes)?);
        let mut attributes = record.attributes();
        let of_frames = record.shapes().iter().filter(|shape| !shape.is_outside());
        let of_frames = of_frames.map(|shape| {
            let mut found = shape.attributes();
            found.remove("occluded");
            found.remove("z_order");
            found
        });
        attributes.extend(constant(of_frames, &mut self.n_changing));
        Ok(Annotation {
            attributes,
            ..annotation(&found.place, label, shape, invalid, size_px)
        })
    }

    /// The video's name, else the task's.
    fn name(&self) -> &str {
        let named = self.frames.video().map(|video| video.name.as_str());
        named
            .filter(|name| !name.is_empty())
            .unwrap_or(&self.task.name)
    }

    fn placement(&self, job: &Job) -> Result<Placement, ImportError> {
        let name = self.name();
        if job.first == 0 {
            return self.context.place(self.file, name);
        }
        // Two jobs show different frames of a video, and are not compared with each other.
        let first = self.task.in_media(job.first);
        let item = format!("{}#{first}", self.context.item_key(name));
        self.context.place_item(self.file, name, item)
    }

    fn announced(
        &mut self,
        index: usize,
        state: ReadingState,
        sink: &mut dyn Sink,
    ) -> Result<ReadingKey, ImportError> {
        if let Some(key) = &self.marks[index].key {
            return Ok(key.clone());
        }
        let job = &self.task.jobs[index];
        let placement = self.placement(job)?;
        let name = self.name().to_owned();
        let sources = self.marks[index].sources;
        let mut reading = self
            .jobs
            .reading(index, job, (&placement, &name), sources, self.context);
        reading.state = state;
        if !self.known.is_new(&reading.key) {
            // A further job or task shows the same video under the same rater: it is a reading of its own.
            let folder = self.file.rsplit_once('/').map_or("", |(folder, _)| folder);
            reading.key.session = format!("{folder}[{index}]");
        }
        let mut item = placement.to_item();
        if let Some(video) = self.frames.video() {
            (item.width_px, item.height_px) = video.size_px.unzip();
            item.image_name = Some(base_name(&video.name).to_owned());
        }
        sink.item(item)?;
        let is_model = reading.reference.is_none() && reading.key.rater == MODEL;
        self.n_by_model += u64::from(is_model);
        let key = reading.key.clone();
        self.marks[index].key = Some(key.clone());
        sink.reading(reading)?;
        Ok(key)
    }

    /// Jobs without annotations, and what concerns the whole task.
    fn finish(mut self, budget: &Budget, sink: &mut dyn Sink) -> Result<(), ImportError> {
        let mut n_silent = 0;
        for (index, job) in self.task.jobs.iter().enumerate() {
            if job.kind == JobKind::GroundTruth || self.marks[index].n_records > 0 {
                continue;
            }
            if self.jobs.is_silent(job) {
                n_silent += 1;
            } else if self.context.listed_is_reviewed() {
                self.announced(index, ReadingState::ReviewedEmpty, sink)?;
            }
        }
        if self.n_changing > 0 {
            sink.note(format!(
                "{}: {} attributes change within their track and are not kept; those that hold for all of it are",
                self.file, self.n_changing
            ))?;
        }
        super::say(
            sink,
            self.file,
            self.task,
            [n_silent, self.n_by_model, budget.n_gaps],
        )
    }
}
