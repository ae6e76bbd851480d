//! Tasks into items and readings.

use super::answers::{answers, category, of_label};
use super::pictures::{Picture, Pictures};
use super::shapes::{BY_VOXEL, FLAT, Left, by_voxel, flat, frame};
use super::tasks::{Version, images, versions};
use crate::domain::{
    Annotation, Item, ReadingState, ReferenceKind, Role, Shape, SkipReason, Track, TrackedShape,
};
use crate::importers::drawn::annotation;
use crate::importers::json::Element;
use crate::importers::json::fields::{given, list, value_of, word};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const CONVENTION: &str =
    "shares of the image's width and height from the top left; voxel indices at centres";

/// Reads tasks one by one.
pub(super) struct Reader<'a> {
    pictures: Pictures<'a>,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    people: People,
}

/// What one version says about one item.
#[derive(Default)]
struct Said {
    kept: Vec<Annotation>,
    left_out: Vec<(SkipReason, String, String)>,
}

/// A track over frames: its label, its attributes and its shapes.
type OverFrames = (String, BTreeMap<String, String>, Vec<TrackedShape>);

impl<'a> Reader<'a> {
    pub fn new(pictures: Pictures<'a>, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            pictures,
            context,
            sink,
            people: People::default(),
        }
    }

    /// Reads one task.
    pub fn task(
        &mut self,
        file: &str,
        at: usize,
        element: &Element,
        max_bytes: usize,
    ) -> Result<(), ImportError> {
        let record = format!("tasks[{at}]");
        let read = value_of(element, max_bytes).and_then(|task| {
            let name = word(&task, "name").or_else(|| word(&task, "taskId"));
            let name = name.ok_or("has neither `name` nor `taskId`")?.to_owned();
            let n_series = list(&task, "series")?.len();
            Ok((task, name, n_series))
        });
        let (task, name, n_series) = match read {
            Ok(read) => read,
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
        let versions = match versions(&task, &mut self.people) {
            Ok(versions) => versions,
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
        let own = list(&task, "series").unwrap_or_default();
        if versions.iter().all(|version| !version.place.is_empty()) && own.iter().any(is_labelled) {
            let detail =
                "the series of a consensus task repeat one of its versions and are not read";
            skip(
                self.sink,
                SkipReason::Unsupported,
                file,
                format!("{record}.series"),
                detail,
            )?;
        }
        for version in versions {
            let place = format!("{record}{}", version.place);
            let series = match list(version.held, "series") {
                Ok(series) => series,
                Err(detail) => {
                    skip(self.sink, SkipReason::InvalidRecord, file, place, detail)?;
                    continue;
                }
            };
            for (number, one) in series.iter().enumerate() {
                let source = if images(one).is_empty() {
                    own.get(number).unwrap_or(one)
                } else {
                    one
                };
                let n_series = n_series.max(series.len());
                self.series(
                    file,
                    &format!("{place}.series[{number}]"),
                    &name,
                    (number, n_series),
                    one,
                    source,
                    &version,
                )?;
            }
            self.study(file, &place, &name, &version)?;
        }
        Ok(())
    }

    /// The item of a series: the SOP instance of a single DICOM image, else the task's name with the series' behind it.
    fn open(
        &self,
        file: &str,
        name: &str,
        (number, n_series): (usize, usize),
        source: &Value,
    ) -> Result<(Placement, Item, Option<Picture>), ImportError> {
        let paths = images(source);
        let picture = paths.iter().find_map(|path| self.pictures.find(path));
        let alone = picture.as_ref().filter(|_| paths.len() == 1);
        let mut placement = match alone.and_then(|picture| picture.instance.clone()) {
            Some(instance) => self.context.place_item(file, name, instance)?,
            None => {
                let mut placement = self.context.place(file, name)?;
                if n_series > 1 {
                    let series =
                        word(source, "name").map_or_else(|| number.to_string(), str::to_owned);
                    placement.item = format!("{}/{series}", placement.item);
                }
                placement
            }
        };
        if let Some(study) = picture.as_ref().and_then(|picture| picture.study.clone()) {
            placement.study = study;
        } else if n_series > 1 {
            placement.study = self.context.place(file, name)?.study;
        }
        let mut item = placement.to_item();
        if let Some(picture) = &picture {
            item.width_px = picture.size_px.map(|size| size.0);
            item.height_px = picture.size_px.map(|size| size.1);
            item.modality = picture.modality.clone().or(item.modality);
        }
        Ok((placement, item, picture))
    }

    #[allow(clippy::too_many_arguments)]
    fn series(
        &mut self,
        file: &str,
        place: &str,
        name: &str,
        which: (usize, usize),
        series: &Value,
        source: &Value,
        version: &Version,
    ) -> Result<(), ImportError> {
        let (placement, item, picture) = self.open(file, name, which, source)?;
        let mut said = Said::default();
        for kind in FLAT.iter().chain(BY_VOXEL) {
            said.labels(kind, series, picture.as_ref());
        }
        for (kind, detail) in [
            (
                "cuboids",
                "is a box in space; whether it holds the voxels of its far corner is not stated, so it is not read",
            ),
            ("heatMaps", "is a heat map, which is not read"),
        ] {
            for at in 0..list(series, kind).unwrap_or_default().len() {
                said.left_out.push((
                    SkipReason::Unsupported,
                    format!("{kind}[{at}]"),
                    detail.to_owned(),
                ));
            }
        }
        for value in given(series, "segmentMap")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::keys)
        {
            let detail =
                "is a mask in a NIfTI file; import the NIfTI files of this export beside it";
            said.left_out.push((
                SkipReason::Unsupported,
                format!("segmentMap[{value}]"),
                detail.to_owned(),
            ));
        }
        for (at, held) in list(series, "classifications")
            .unwrap_or_default()
            .iter()
            .enumerate()
        {
            said.answers(&format!("classifications[{at}]"), given(held, "attributes"));
        }
        let slices = list(series, "instanceClassifications").unwrap_or_default();
        for (at, held) in slices.iter().enumerate() {
            let mut of_slice = Said::default();
            of_slice.answers(
                &format!("instanceClassifications[{at}]"),
                given(held, "values"),
            );
            let Some(number) = given(held, "fileIndex").and_then(Value::as_u64) else {
                let detail = "has no `fileIndex`".to_owned();
                said.left_out.push((
                    SkipReason::InvalidRecord,
                    format!("instanceClassifications[{at}]"),
                    detail,
                ));
                continue;
            };
            let mut slice = placement.clone();
            slice.item = format!("{}/{number}", placement.item);
            let slice_item = slice.to_item();
            self.keep(file, place, &slice, slice_item, of_slice, version, false)?;
        }
        self.keep(
            file,
            place,
            &placement,
            item,
            said,
            version,
            slices.is_empty(),
        )
    }

    /// Answers about the task as a whole.
    fn study(
        &mut self,
        file: &str,
        place: &str,
        name: &str,
        version: &Version,
    ) -> Result<(), ImportError> {
        let mut said = Said::default();
        for key in ["classification", "datapointClassification"] {
            if let Some(held) = given(version.held, key) {
                said.answers(key, given(held, "attributes"));
            }
        }
        if said.kept.is_empty() && said.left_out.is_empty() {
            return Ok(());
        }
        let mut placement = self.context.place(file, name)?;
        // The options' working time went to the series already.
        placement.active_ms = None;
        let item = placement.to_item();
        self.keep(file, place, &placement, item, said, version, false)
    }

    #[allow(clippy::too_many_arguments)]
    fn keep(
        &mut self,
        file: &str,
        place: &str,
        placement: &Placement,
        item: Item,
        said: Said,
        version: &Version,
        may_be_empty: bool,
    ) -> Result<(), ImportError> {
        self.sink.item(item)?;
        let is_whole = said.left_out.is_empty();
        for (reason, record, detail) in said.left_out {
            skip(self.sink, reason, file, format!("{place}.{record}"), detail)?;
        }
        let state = match (said.kept.is_empty(), version.is_skipped) {
            (false, false) => ReadingState::Annotated,
            (_, true) => ReadingState::Skipped,
            (true, false)
                if may_be_empty
                    && is_whole
                    && version.was_worked_on
                    && self.context.listed_is_reviewed() =>
            {
                ReadingState::ReviewedEmpty
            }
            (true, false) => return Ok(()),
        };
        let rater = if version.is_consensus {
            Some("consensus")
        } else {
            version.rater.as_deref()
        };
        let key = placement.reading_key(rater);
        let mut reading = placement.to_reading(key.clone(), state, file);
        reading.finished_at_us = version.finished_at_us.or(reading.finished_at_us);
        if version.is_consensus {
            reading.role = Role::Model;
            reading.reference = Some(ReferenceKind::Consensus);
        }
        if said
            .kept
            .iter()
            .any(|one| !matches!(one.shape, Shape::Classification { .. }))
        {
            reading.source_convention = CONVENTION.to_owned();
        }
        self.sink.reading(reading)?;
        if state == ReadingState::Skipped {
            if !said.kept.is_empty() {
                let detail = format!("was skipped with {} annotations in it", said.kept.len());
                skip(self.sink, SkipReason::Withdrawn, file, place, detail)?;
            }
            return Ok(());
        }
        for annotation in said.kept {
            self.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }
}

/// Whether a series holds any label.
fn is_labelled(series: &Value) -> bool {
    FLAT.iter()
        .chain(BY_VOXEL)
        .chain(&["cuboids", "classifications"])
        .any(|kind| list(series, kind).is_ok_and(|all| !all.is_empty()))
        || given(series, "segmentMap")
            .and_then(Value::as_object)
            .is_some_and(|map| !map.is_empty())
}

impl Said {
    fn left(&mut self, record: String, left: Left) {
        let (reason, detail) = match left {
            Left::Broken(detail) => (SkipReason::InvalidRecord, detail),
            Left::Unread(detail) => (SkipReason::Unsupported, detail.to_owned()),
        };
        self.left_out.push((reason, record, detail));
    }

    fn texts(&mut self, record: &str, n_texts: u64) {
        if n_texts > 0 {
            let detail = format!("{n_texts} answers are too long to be choices and are not read");
            self.left_out
                .push((SkipReason::Unsupported, record.to_owned(), detail));
        }
    }

    /// The labels of one list; those with frames become tracks by `trackId`.
    fn labels(&mut self, kind: &str, series: &Value, picture: Option<&Picture>) {
        let labels = match list(series, kind) {
            Ok(labels) => labels,
            Err(detail) => return self.left(kind.to_owned(), Left::Broken(detail)),
        };
        let is_flat = FLAT.contains(&kind);
        let size_px = picture.and_then(|picture| picture.size_px);
        let is_mirrored = picture.is_some_and(|picture| picture.modality.as_deref() == Some("MG"));
        let mut tracks: BTreeMap<String, OverFrames> = BTreeMap::new();
        for (at, label) in labels.iter().enumerate() {
            let record = format!("{kind}[{at}]");
            let (attributes, n_texts) = of_label(label);
            self.texts(&record, n_texts);
            let drawn = category(label).map_err(Left::Broken).and_then(|name| {
                let drawn = match (is_flat, is_mirrored, size_px) {
                    (false, _, _) => by_voxel(kind, label, &name)?,
                    (true, true, _) => {
                        return Err(Left::Unread("lies on a mammogram or tomosynthesis, where RedBrick counts x from the right edge; not read"));
                    }
                    (true, false, None) => {
                        return Err(Left::Unread("is stated in shares of an image of unknown size; put the task's images into the upload, beside the export"));
                    }
                    (true, false, Some(size)) => flat(kind, label, &name, size)?,
                };
                Ok((name, drawn))
            });
            let (name, drawn) = match drawn {
                Ok(drawn) => drawn,
                Err(left) => {
                    self.left(record, left);
                    continue;
                }
            };
            match frame(label).filter(|_| is_flat) {
                Some((frame, track)) => {
                    let id = track.map_or(record, str::to_owned);
                    let over = tracks
                        .entry(id)
                        .or_insert_with(|| (name, attributes, Vec::new()));
                    over.2.push(TrackedShape {
                        frame,
                        shape: drawn.0,
                    });
                }
                None => {
                    let mut kept = annotation(record, &name, drawn, size_px.filter(|_| is_flat));
                    kept.attributes = attributes;
                    self.kept.push(kept);
                }
            }
        }
        for (id, (name, attributes, shapes)) in tracks {
            match Track::new(shapes) {
                Ok(track) => {
                    let mut kept = annotation(id, &name, (Shape::Track(track), None), size_px);
                    kept.attributes = attributes;
                    self.kept.push(kept);
                }
                Err(fault) => self.left(kind.to_owned(), Left::Broken(fault.to_string())),
            }
        }
    }

    fn answers(&mut self, record: &str, attributes: Option<&Value>) {
        let (found, n_texts) = answers(attributes.and_then(Value::as_object));
        self.texts(record, n_texts);
        for (question, values) in found {
            for value in values {
                let shape = Shape::Classification {
                    question: question.clone(),
                    value: value.clone(),
                };
                let id = format!("{record}.{question}.{value}");
                self.kept.push(annotation(id, &value, (shape, None), None));
            }
        }
    }
}
