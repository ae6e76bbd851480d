//! From label files to readings.

use super::Sorted;
use super::dataset::{self, DataSet, folder};
use super::images::{Images, without_extension};
use super::lines::{Drawn, Task, drawn, is_plausible, numbers};
use crate::domain::{Annotation, ReadingKey, ReadingState, Role, Shape, SkipReason};
use crate::importers::context::base_name;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink, Upload, UploadFile, structure};
use std::collections::{BTreeMap, HashMap, HashSet};

pub(super) fn read(
    upload: &Upload,
    sorted: &Sorted,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut sets = data_sets(upload, sorted)?;
    let max_bytes = upload.limits().max_token_bytes as u64;
    // Whether lines decide the task, and whether a model wrote them, only all of them tell.
    let (mut n_plain, mut n_confident) = (0_u64, 0_u64);
    for &index in &sorted.labels {
        let file = &upload.files()[index];
        let bytes = file.read_all(max_bytes)?;
        let set = nearest(&sets, file.path());
        for line in text_of(&bytes)
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            if let (Ok((class, shares)), Some(set)) = (numbers(line), sets.get_mut(set)) {
                // A line that will be left out says nothing about the others.
                let is_sound = is_plausible(&shares) && set.label(class).is_ok();
                if is_sound {
                    *set.lengths.entry(shares.len() + 1).or_default() += 1;
                    n_confident += u64::from(shares.len() == 5);
                    n_plain += u64::from(shares.len() != 5);
                }
            }
        }
    }
    let mut reader = Reader {
        upload,
        context,
        sink,
        sets: &sets,
        images: Images::of(upload),
        seen: HashSet::new(),
        empty_is_model: n_confident > 0 && n_plain == 0,
        has_people: n_plain > 0,
        n_unnamed: 0,
    };
    for &index in &sorted.labels {
        let file = &upload.files()[index];
        let bytes = file.read_all(max_bytes)?;
        reader.file(file, text_of(&bytes).as_ref())?;
    }
    if reader.n_unnamed > 0 {
        let note = format!(
            "objects whose classes no data.yaml, obj.names or classes.txt names, called class-0 and so on: {}",
            reader.n_unnamed
        );
        reader.sink.note(note)?;
    }
    Ok(())
}

fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// The data sets of an upload; the last one stands for what no file describes.
fn data_sets(upload: &Upload, sorted: &Sorted) -> Result<Vec<DataSet>, ImportError> {
    let mut by_folder: HashMap<String, DataSet> = HashMap::new();
    for &index in &sorted.yamls {
        let file = &upload.files()[index];
        let set = DataSet::from_yaml(file)?;
        if by_folder.insert(set.folder.clone(), set).is_some() {
            return Err(ImportError::container(
                file.path(),
                "is a second data set in its folder; send one data set at a time",
            ));
        }
    }
    for &index in &sorted.names {
        let file = &upload.files()[index];
        if !by_folder.contains_key(folder(file.path())) {
            let set = DataSet::from_names(file)?;
            by_folder.insert(set.folder.clone(), set);
        }
    }
    let mut sets: Vec<DataSet> = by_folder.into_values().collect();
    sets.sort_by(|a, b| a.folder.cmp(&b.folder));
    sets.push(DataSet::default());
    Ok(sets)
}

/// The data set that describes a file: that of the deepest folder above it.
fn nearest(sets: &[DataSet], path: &str) -> usize {
    let last = sets.len().saturating_sub(1);
    let described = sets.iter().take(last).enumerate();
    described
        .filter(|(_, set)| path.starts_with(&set.folder))
        .max_by_key(|(_, set)| set.folder.len())
        .map_or(last, |(at, _)| at)
}

struct Reader<'a> {
    upload: &'a Upload,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    sets: &'a [DataSet],
    images: Images<'a>,
    seen: HashSet<ReadingKey>,
    empty_is_model: bool,
    has_people: bool,
    n_unnamed: u64,
}

/// A line that was read, with its position, or why it was not.
type Line = (usize, Result<Drawn, (SkipReason, String)>);

impl Reader<'_> {
    fn file(&mut self, file: &UploadFile, text: &str) -> Result<(), ImportError> {
        let image = self.images.of_labels(file.path());
        let name = image.map_or_else(
            || without_extension(file.path()),
            |index| self.images.path(index),
        );
        let placement = self.context.place(file.path(), name)?;
        let sets = self.sets;
        let Some(set) = sets.get(nearest(sets, file.path())) else {
            return Ok(());
        };
        let size = self
            .images
            .size_px(image, file.path(), name, self.context)?;
        let lines = self.lines(file, name, text, set, size)?;
        let n_confident = lines
            .iter()
            .filter(|(_, line)| line.as_ref().is_ok_and(|drawn| drawn.confidence.is_some()))
            .count();
        let is_model = n_confident > 0 || (lines.is_empty() && self.empty_is_model);
        let key = placement.reading_key(self.model(is_model, &placement).as_deref());
        if !self.seen.insert(key.clone()) {
            let detail =
                "gives the same item key as an earlier file; name items by path (item key `path`)";
            let reason = SkipReason::InvalidRecord;
            return Ok(skip(self.sink, reason, file.path(), "", detail)?);
        }
        let mut item = placement.to_item();
        item.width_px = size.ok().map(|(width, _)| width);
        item.height_px = size.ok().map(|(_, height)| height);
        item.image_name = image.map(|_| base_name(name).to_owned());
        self.sink.item(item)?;
        let announce = |sink: &mut dyn Sink, state| {
            let mut reading = placement.to_reading(key.clone(), state, file.path());
            if is_model {
                reading.role = self.context.options().role.unwrap_or(Role::Model);
                reading.reference = None;
            }
            sink.reading(reading)
        };
        if lines.is_empty() && self.context.listed_is_reviewed() {
            announce(self.sink, ReadingState::ReviewedEmpty)?;
        }
        let mut is_announced = false;
        for (at, line) in lines {
            let record = format!("lines[{at}]");
            let outcome = line.and_then(|drawn| {
                if n_confident > 0 && drawn.confidence.is_none() {
                    let detail = "has no confidence, where other lines of the file have one";
                    return Err((SkipReason::InvalidRecord, detail.to_owned()));
                }
                let label = set.label(drawn.class);
                Ok((
                    label.map_err(|detail| (SkipReason::Dangling, detail))?,
                    drawn,
                ))
            });
            match outcome {
                Ok((label, drawn)) => {
                    if !is_announced {
                        announce(self.sink, ReadingState::Annotated)?;
                        is_announced = true;
                    }
                    self.n_unnamed += u64::from(set.names.is_none());
                    let annotation = annotation(record, label, drawn, size.ok());
                    self.sink.annotation(&key, annotation)?;
                }
                Err((reason, detail)) => skip(self.sink, reason, file.path(), record, detail)?,
            }
        }
        Ok(())
    }

    /// The rater of a model's file. The upload's one annotator is a person where people's files lie beside it.
    fn model(&self, is_model: bool, placement: &Placement) -> Option<String> {
        let options = self.context.options();
        let stated = placement
            .rater
            .clone()
            .filter(|rater| !self.has_people || options.annotator.as_ref() != Some(rater));
        is_model.then(|| stated.unwrap_or_else(|| "model".to_owned()))
    }

    fn lines(
        &self,
        file: &UploadFile,
        name: &str,
        text: &str,
        set: &DataSet,
        size: Result<(u32, u32), &'static str>,
    ) -> Result<Vec<Line>, ImportError> {
        let mut found: Vec<Line> = Vec::new();
        let mut task = None;
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let outcome = match (numbers(line), size) {
                (Err(detail), _) => Err(detail),
                (Ok(_), Err(detail)) => Err(detail.to_owned()),
                (Ok(_), Ok(size)) => {
                    let (task, kpt_shape) = match task {
                        Some(known) => known,
                        None => *task.insert(self.task(file, name, set)?),
                    };
                    drawn(line, task, kpt_shape, size)
                }
            };
            found.push((
                at,
                outcome.map_err(|detail| (SkipReason::InvalidRecord, detail)),
            ));
        }
        Ok(found)
    }

    /// What a file's lines describe.
    fn task(
        &self,
        file: &UploadFile,
        name: &str,
        set: &DataSet,
    ) -> Result<(Task, Option<(usize, usize)>), ImportError> {
        let refuse = |detail: &str| ImportError::Option {
            option: "sidecar".to_owned(),
            detail: detail.to_owned(),
        };
        let stated = |column| self.context.stated(file.path(), name, column);
        let kpt_shape = match stated("kpt_shape") {
            Some(text) => {
                let numbers: Vec<&str> = text.split(',').collect();
                let shape = dataset::kpt_shape(&numbers);
                Some(shape.ok_or_else(|| refuse("`kpt_shape` is not such as `17,3`"))?)
            }
            None => set.kpt_shape,
        };
        if let Some(text) = stated("task") {
            let task = Task::named(text)
                .ok_or_else(|| refuse("`task` is not one of detect, segment, pose, obb"))?;
            return Ok((task, kpt_shape));
        }
        let by_path = || Task::of_path(&format!("{}/{}", self.upload.name(), file.path()));
        let known = set
            .task
            .or(kpt_shape.map(|_| Task::Pose))
            .or_else(by_path)
            .or_else(|| set.task_by_lengths());
        known.map(|task| (task, kpt_shape)).ok_or_else(|| {
            let longest = set.lengths.keys().last().copied().unwrap_or_default();
            ImportError::container(
                file.path(),
                format!(
                    "lines of {longest} columns can be turned boxes, outlines or keypoints, and nothing says which; add `task: obb`, `task: segment` or `kpt_shape` to data.yaml, or a sidecar table with the columns `file` (`*` for all) and `task`"
                ),
            )
        })
    }
}

fn annotation(
    record: String,
    label: String,
    drawn: Drawn,
    size_px: Option<(u32, u32)>,
) -> Annotation {
    let mut attributes = BTreeMap::new();
    if let (Shape::Keypoints(_), Some(area)) = (&drawn.shape, drawn.area_px2) {
        attributes.insert("area_px2".to_owned(), area.to_string());
    }
    Annotation {
        source_id: record,
        label,
        invalid: structure::invalid(&drawn.shape, size_px),
        shape: drawn.shape,
        attributes,
        confidence: drawn.confidence,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
    }
}
