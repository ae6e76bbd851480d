//! A task of images: every tag, shape and frame of a track belongs to an image of its job.
//!
//! The annotations are walked twice: whose an image's work is depends on all of its shapes, which stand in no order.

use super::frames::{Frame, Frames};
use super::jobs::Jobs;
use super::record::{Fault, Record};
use super::task::{Job, Task};
use super::track::Track;
use super::walk::{Found, RecordKind, Visit, Walk};
use crate::domain::{
    Annotation, Item, Reading, ReadingKey, ReadingState, Shape, SkipReason, TrackedShape,
};
use crate::importers::context::base_name;
use crate::importers::cvat::document::{Known, annotation};
use crate::importers::cvat::held::{MODEL, Sources};
use crate::importers::cvat::tracks::{Budget, FrameGrid};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Sink};
use std::collections::{BTreeMap, HashMap};

/// Places of images in all jobs of a task together; more is no task but an attack on time.
const MAX_PLACES: usize = 20_000_000;

/// A shape on an image.
struct Part {
    place: usize,
    annotation: Annotation,
}

/// What a record comes to.
#[derive(Default)]
struct Parts {
    source: Option<String>,
    kept: Vec<Part>,
    /// Images that the record is about, whether or not anything of it is kept.
    touched: Vec<usize>,
    left_out: Option<(SkipReason, String)>,
}

impl Parts {
    fn refused(reason: SkipReason, detail: impl Into<String>) -> Self {
        Self {
            left_out: Some((reason, detail.into())),
            ..Self::default()
        }
    }
}

/// What is known of one image of one job.
#[derive(Clone, Copy, Default)]
struct Mark {
    sources: Sources,
    state: MarkState,
}

#[derive(Clone, Copy, Default)]
enum MarkState {
    #[default]
    Open,
    Announced,
    /// An earlier image has the same key and rater.
    Double,
}

struct Images<'a> {
    file: &'a str,
    task: &'a Task,
    frames: &'a Frames,
    jobs: &'a Jobs,
    context: &'a Context,
    known: &'a mut Known,
    marks: HashMap<(usize, usize), Mark>,
    /// The image at hand, as neighbours in the file are often of one.
    latest: Option<((usize, usize), ReadingKey)>,
    /// Annotations of each job, broken ones included.
    n_records: Vec<u64>,
    n_by_model: u64,
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
    let mut images = Images {
        file: walk.file.path(),
        task,
        frames,
        jobs,
        context,
        known,
        marks: HashMap::new(),
        latest: None,
        n_records: vec![0; task.jobs.len()],
        n_by_model: 0,
    };
    let mut budget = Budget::default();
    walk.each(|visit| {
        if let Visit::Record(found) = visit {
            images.mark(&found, walk.max_bytes(), &mut budget);
        }
        Ok(())
    })?;
    let mut budget = Budget::default();
    walk.each(|visit| match visit {
        Visit::Record(found) => images.keep(&found, walk.max_bytes(), &mut budget, sink),
        Visit::LeftOut(reason, place, detail) => {
            Ok(skip(sink, reason, walk.file.path(), place, detail)?)
        }
    })?;
    images.finish(&budget, sink)
}

impl Images<'_> {
    /// Takes note of what a record is about.
    fn mark(&mut self, found: &Found<'_>, max_bytes: usize, budget: &mut Budget) {
        let parts = self.parts(found, max_bytes, budget);
        self.n_records[found.job] += 1;
        for part in &parts.kept {
            let mark = self.marks.entry((found.job, part.place)).or_default();
            mark.sources.add(parts.source.as_deref());
        }
        for place in parts.touched {
            self.marks.entry((found.job, place)).or_default();
        }
    }

    fn keep(
        &mut self,
        found: &Found<'_>,
        max_bytes: usize,
        budget: &mut Budget,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let parts = self.parts(found, max_bytes, budget);
        let mut left_out = parts.left_out;
        for part in parts.kept {
            match self.announced(found.job, part.place, sink)? {
                Some(key) => sink.annotation(&key, part.annotation)?,
                None => {
                    let detail = "its image gives the same item key as an earlier one of the same rater; name items by path (item key \
                                  `path`) or raters in a table";
                    left_out.get_or_insert((SkipReason::InvalidRecord, detail.to_owned()));
                }
            }
        }
        if let Some((reason, detail)) = left_out {
            skip(sink, reason, self.file, found.place.as_str(), detail)?;
        }
        Ok(())
    }

    fn parts(&self, found: &Found<'_>, max_bytes: usize, budget: &mut Budget) -> Parts {
        let Some(raw) = found.raw else {
            let detail = format!("is larger than {max_bytes} bytes");
            return Parts::refused(SkipReason::InvalidRecord, detail);
        };
        let record = match Record::read(raw) {
            Ok(record) => record,
            Err(detail) => return Parts::refused(SkipReason::InvalidRecord, detail),
        };
        let read = match found.kind {
            RecordKind::Track => self.track(found, &record, budget),
            RecordKind::Tag | RecordKind::Shape => self.shape(found, &record),
        };
        let mut parts = read.unwrap_or_else(|fault| match fault {
            Fault::Invalid(detail) => Parts::refused(SkipReason::InvalidRecord, detail),
            Fault::Unsupported(detail) => Parts::refused(SkipReason::Unsupported, detail),
        });
        if parts.left_out.is_some() {
            let frames = record.frame.into_iter();
            let places = frames.filter_map(|frame| self.task.jobs[found.job].place_of(frame));
            parts.touched.extend(places);
        }
        parts.source = record.source;
        parts
    }

    /// The image of a frame, or why there is none.
    fn image(&self, job: &Job, frame: u32) -> Result<(usize, Frame), Parts> {
        let dangling = |detail: String| Parts::refused(SkipReason::Dangling, detail);
        let place = job
            .place_of(frame)
            .ok_or_else(|| dangling(format!("frame {frame} is not among those of its job")))?;
        if self.task.deleted.contains(&frame) {
            let detail = format!("frame {frame} was taken out of the task");
            return Err(Parts::refused(SkipReason::Withdrawn, detail));
        }
        let image = self.frames.at(job, place);
        let image = image.ok_or_else(|| {
            dangling(format!(
                "no image is named for frame {frame}; `data/manifest.jsonl` is needed"
            ))
        })?;
        Ok((place, image))
    }

    fn shape(&self, found: &Found<'_>, record: &Record) -> Result<Parts, Fault> {
        let (place, image) = match self.image(&self.task.jobs[found.job], record.frame()?) {
            Ok(image) => image,
            Err(refused) => return Ok(refused),
        };
        let fallback = self.context.options().label.as_deref();
        let label = record.label(fallback)?;
        let (shape, invalid) = if found.kind == RecordKind::Tag {
            let value = label.clone();
            let question = String::new();
            (Shape::Classification { question, value }, None)
        } else {
            let drawn = record.drawn(Some(&label), image.size_px, is_cloud(&image.name))?;
            (drawn.shape, drawn.invalid)
        };
        let annotation = Annotation {
            attributes: record.attributes(),
            ..annotation(&found.place, label, shape, invalid, image.size_px)
        };
        Ok(Parts {
            kept: vec![Part { place, annotation }],
            ..Parts::default()
        })
    }

    /// A track over images is a shape on each of them.
    fn track(
        &self,
        found: &Found<'_>,
        record: &Record,
        budget: &mut Budget,
    ) -> Result<Parts, Fault> {
        let job = &self.task.jobs[found.job];
        let label = record.label(self.context.options().label.as_deref())?;
        let image = |frame: u32| self.frames.at(job, job.place_of(frame)?);
        let first = record.shapes().first().or_else(|| {
            let element = record.elements().first()?;
            element.shapes().first()
        });
        let first = first.and_then(|shape| image(shape.frame?));
        let track = Track {
            grid: FrameGrid {
                step: 1,
                stop: Some(job.last),
            },
            number: &|frame| frame,
            size_px: &|frame| image(frame)?.size_px,
            is_cloud: first.is_some_and(|image| is_cloud(&image.name)),
        };
        let (shapes, mut invalid) = track.shapes(record, budget)?;
        if shapes.is_empty() {
            return Err(Fault::Invalid("is seen in no frame".to_owned()));
        }
        let attributes = Attributes::new(record);
        let mut parts = Parts::default();
        for TrackedShape { frame, shape } in shapes {
            // Between its first and last frame a track passes over images that belong to other jobs or were taken out.
            let Ok((place, image)) = self.image(job, frame) else {
                continue;
            };
            let source_id = format!("{}@{frame}", found.place);
            let annotation = Annotation {
                attributes: attributes.at(frame, &found.place),
                ..annotation(
                    &source_id,
                    label.clone(),
                    shape,
                    invalid.take(),
                    image.size_px,
                )
            };
            parts.kept.push(Part { place, annotation });
        }
        if parts.kept.is_empty() {
            let detail = "is seen on no image of its job".to_owned();
            parts.left_out = Some((SkipReason::Dangling, detail));
        }
        Ok(parts)
    }

    /// The reading of an image by a job, announced with its first shape; `None` where another image has its key.
    fn announced(
        &mut self,
        job: usize,
        place: usize,
        sink: &mut dyn Sink,
    ) -> Result<Option<ReadingKey>, ImportError> {
        let at = (job, place);
        if let Some((of, key)) = &self.latest
            && *of == at
        {
            return Ok(Some(key.clone()));
        }
        let mark = self.marks.get(&at).copied().unwrap_or_default();
        let key = match mark.state {
            MarkState::Double => return Ok(None),
            MarkState::Announced => self
                .reading(job, place, mark.sources)?
                .map(|(_, one)| one.key),
            MarkState::Open => {
                self.announce(job, place, mark.sources, ReadingState::Annotated, sink)?
            }
        };
        self.marks.entry(at).or_default().state = match key {
            Some(_) => MarkState::Announced,
            None => MarkState::Double,
        };
        self.latest = key.clone().map(|key| (at, key));
        Ok(key)
    }

    /// Item and reading of an image.
    fn reading(
        &self,
        job: usize,
        place: usize,
        sources: Sources,
    ) -> Result<Option<(Item, Reading)>, ImportError> {
        let of_job = &self.task.jobs[job];
        let Some(image) = self.frames.at(of_job, place) else {
            return Ok(None);
        };
        let placement = self.context.place(self.file, &image.name)?;
        let mut item = placement.to_item();
        (item.width_px, item.height_px) = image.size_px.unzip();
        item.image_name = Some(base_name(&image.name).to_owned());
        let named = (&placement, image.name.as_str());
        let reading = self.jobs.reading(job, of_job, named, sources, self.context);
        Ok(Some((item, reading)))
    }

    fn announce(
        &mut self,
        job: usize,
        place: usize,
        sources: Sources,
        state: ReadingState,
        sink: &mut dyn Sink,
    ) -> Result<Option<ReadingKey>, ImportError> {
        let Some((item, mut reading)) = self.reading(job, place, sources)? else {
            return Ok(None);
        };
        reading.state = state;
        if !self.known.is_new(&reading.key) {
            return Ok(None);
        }
        sink.item(item)?;
        let is_model = reading.reference.is_none() && reading.key.rater == MODEL;
        self.n_by_model += u64::from(is_model);
        let key = reading.key.clone();
        sink.reading(reading)?;
        Ok(Some(key))
    }

    /// Images without annotations, and what concerns the whole task.
    fn finish(mut self, budget: &Budget, sink: &mut dyn Sink) -> Result<(), ImportError> {
        let mut n_silent = 0;
        let mut n_places = 0;
        for (index, job) in self.task.jobs.iter().enumerate() {
            let is_silent = self.n_records[index] == 0 && self.jobs.is_silent(job);
            n_silent += u64::from(is_silent);
            for place in 0.. {
                let Some(frame) = job.frame_at(place).filter(|_| self.frames.has(job, place))
                else {
                    break;
                };
                n_places += 1;
                if n_places > MAX_PLACES {
                    return Err(ImportError::Limit {
                        file: self.file.to_owned(),
                        detail: "the jobs of the task show too many images".to_owned(),
                        limit: format!("{MAX_PLACES} images"),
                    });
                }
                if self.task.deleted.contains(&frame) || self.marks.contains_key(&(index, place)) {
                    continue;
                }
                if !is_silent && self.context.listed_is_reviewed() {
                    let state = ReadingState::ReviewedEmpty;
                    let key = self.announce(index, place, Sources::default(), state, sink)?;
                    if key.is_none() {
                        let detail = "gives the same item key as an earlier image of the same rater; name items by path (item key `path`) \
                                      or raters in a table";
                        let record = format!("[{index}] frame {frame}");
                        skip(sink, SkipReason::InvalidRecord, self.file, record, detail)?;
                    }
                } else if let Some((item, _)) = self.reading(index, place, Sources::default())? {
                    sink.item(item)?;
                }
            }
        }
        super::say(
            sink,
            self.file,
            self.task,
            [n_silent, self.n_by_model, budget.n_gaps],
        )
    }
}

/// Whether an image is a cloud of points.
fn is_cloud(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(".pcd") || name.ends_with(".bin")
}

/// Attributes of a track from frame to frame: those of a keyframe hold until another one changes them.
struct Attributes {
    fixed: BTreeMap<String, String>,
    from_frame: BTreeMap<u32, BTreeMap<String, String>>,
}

impl Attributes {
    fn new(track: &Record) -> Self {
        let mut keyframes: Vec<&Record> = track.shapes().iter().collect();
        keyframes.sort_by_key(|shape| shape.frame);
        let mut from_frame = BTreeMap::new();
        let mut so_far = BTreeMap::new();
        for shape in keyframes {
            // Layer and hiding belong to the frame, and are written in each.
            so_far.remove("z_order");
            so_far.remove("occluded");
            so_far.extend(shape.attributes());
            from_frame.insert(shape.frame.unwrap_or_default(), so_far.clone());
        }
        Self {
            fixed: track.attributes(),
            from_frame,
        }
    }

    fn at(&self, frame: u32, track_id: &str) -> BTreeMap<String, String> {
        let mut found = self.fixed.clone();
        if let Some((_, of_frame)) = self.from_frame.range(..=frame).next_back() {
            found.extend(of_frame.clone());
        }
        found.insert("track_id".to_owned(), track_id.to_owned());
        found
    }
}
