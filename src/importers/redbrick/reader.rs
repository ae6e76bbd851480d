//! Tasks into items and readings.

use super::pictures::{Picture, Pictures};
use super::said::Said;
use super::shapes::{BY_VOXEL, FLAT};
use super::tasks::{Version, images, versions};
use crate::domain::{Item, ReadingState, ReferenceKind, Role, SkipReason};
use crate::importers::json::Element;
use crate::importers::json::fields::{given, list, value_of, word};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink};
use serde_json::{Map, Value};

/// Reads tasks one by one.
pub(super) struct Reader<'a> {
    pictures: Pictures<'a>,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    people: People,
}

/// Where a version's series stands.
struct Spot<'f> {
    file: &'f str,
    place: String,
}

/// The item that something is said about.
struct Target {
    placement: Placement,
    item: Item,
    /// Nothing said of it may mean that nothing was found.
    may_be_empty: bool,
}

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
                let spot = Spot {
                    file,
                    place: format!("{place}.series[{number}]"),
                };
                let opened = self.open(file, &name, (number, n_series), source)?;
                self.series(&spot, opened, one, &version)?;
            }
            self.study(&Spot { file, place }, &name, &version)?;
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

    fn series(
        &mut self,
        spot: &Spot,
        (placement, item, picture): (Placement, Item, Option<Picture>),
        series: &Value,
        version: &Version,
    ) -> Result<(), ImportError> {
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
            let target = Target {
                item: slice.to_item(),
                placement: slice,
                may_be_empty: false,
            };
            self.keep(spot, target, of_slice, version)?;
        }
        let target = Target {
            placement,
            item,
            may_be_empty: slices.is_empty(),
        };
        self.keep(spot, target, said, version)
    }

    /// Answers about the task as a whole.
    fn study(&mut self, spot: &Spot, name: &str, version: &Version) -> Result<(), ImportError> {
        let mut said = Said::default();
        for key in ["classification", "datapointClassification"] {
            if let Some(held) = given(version.held, key) {
                said.answers(key, given(held, "attributes"));
            }
        }
        if said.kept.is_empty() && said.left_out.is_empty() {
            return Ok(());
        }
        let mut placement = self.context.place(spot.file, name)?;
        // The options' working time went to the series already.
        placement.active_ms = None;
        let target = Target {
            item: placement.to_item(),
            placement,
            may_be_empty: false,
        };
        self.keep(spot, target, said, version)
    }

    fn keep(
        &mut self,
        spot: &Spot,
        target: Target,
        said: Said,
        version: &Version,
    ) -> Result<(), ImportError> {
        let (file, place, placement) = (spot.file, &spot.place, target.placement);
        self.sink.item(target.item)?;
        let is_whole = said.left_out.is_empty();
        for (reason, record, detail) in said.left_out {
            skip(self.sink, reason, file, format!("{place}.{record}"), detail)?;
        }
        let state = match (said.kept.is_empty(), version.is_skipped) {
            (false, false) => ReadingState::Annotated,
            (_, true) => ReadingState::Skipped,
            (true, false)
                if target.may_be_empty
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
        self.sink.reading(reading)?;
        if state == ReadingState::Skipped {
            if !said.kept.is_empty() {
                let detail = format!("was skipped with {} annotations in it", said.kept.len());
                skip(
                    self.sink,
                    SkipReason::Withdrawn,
                    file,
                    place.as_str(),
                    detail,
                )?;
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
