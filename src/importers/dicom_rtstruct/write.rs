//! Regions and points as annotations.

use super::contours::{Contour, Kind};
use super::images::Images;
use super::regions::{Region, level, outlines, volume};
use super::structure_set::{Drawing, Roi, StructureSet};
use super::subject::{Rater, Subject, annotation, in_mm, rater, series_item, stack_of};
use super::{IN_MM, Known};
use crate::domain::{
    Annotation, Item, Keypoint, ReadingKey, ReadingState, Role, Shape, SkipReason, Visibility,
};
use crate::importers::dicom_document::Fault;
use crate::importers::drawn::MAX_FILLED_RUNS;
use crate::importers::{Context, Sink, SinkError, skips, structure};
use std::collections::{BTreeMap, BTreeSet};

/// Writes one structure set into the sink.
pub(super) struct Writer<'a> {
    pub file: &'a str,
    pub context: &'a Context,
    pub set: &'a StructureSet,
    pub images: &'a Images,
    pub sink: &'a mut dyn Sink,
    pub known: &'a mut Known,
    announced: BTreeSet<ReadingKey>,
    items: BTreeSet<String>,
    n_runs_left: u64,
    /// Whether everything drawn was read, so that what was not drawn on is empty.
    is_complete: bool,
}

impl<'a> Writer<'a> {
    pub fn new(
        file: &'a str,
        context: &'a Context,
        (set, images): (&'a StructureSet, &'a Images),
        sink: &'a mut dyn Sink,
        known: &'a mut Known,
    ) -> Self {
        Self {
            file,
            context,
            set,
            images,
            sink,
            known,
            announced: BTreeSet::new(),
            items: BTreeSet::new(),
            n_runs_left: MAX_FILLED_RUNS,
            is_complete: true,
        }
    }

    pub fn write(mut self) -> Result<(), Fault> {
        let set = self.set;
        let mut n_of: BTreeMap<i64, usize> = BTreeMap::new();
        for number in set.drawings.iter().filter_map(|drawing| drawing.number) {
            *n_of.entry(number).or_default() += 1;
        }
        for (at, drawing) in set.drawings.iter().enumerate() {
            let Some(number) = drawing.number else {
                self.skip(
                    SkipReason::InvalidRecord,
                    format!("contours of region {}", at + 1),
                    "do not say which ROI they draw",
                )?;
                continue;
            };
            let record = format!("ROI {number}");
            let twice = set.repeated.contains(&number) || n_of.get(&number) != Some(&1);
            match set.rois.get(&number) {
                _ if twice => self.skip(
                    SkipReason::InvalidRecord,
                    record,
                    "is described or drawn twice; each ROI number belongs to one region",
                )?,
                None => self.skip(
                    SkipReason::Dangling,
                    record,
                    "is drawn, but not described in the Structure Set ROI Sequence",
                )?,
                Some(roi) => self.roi(number, roi, drawing, &record)?,
            }
        }
        for number in set.rois.keys().filter(|number| !n_of.contains_key(number)) {
            self.nothing_drawn(*number)?;
        }
        self.nothing_found()
    }

    fn nothing_drawn(&mut self, number: i64) -> Result<(), SinkError> {
        skips::skip(
            self.sink,
            SkipReason::NotAnnotation,
            self.file,
            format!("ROI {number}"),
            "is named and has no contour",
        )
    }

    fn roi(
        &mut self,
        number: i64,
        roi: &Roi,
        drawing: &'a Drawing,
        record: &str,
    ) -> Result<(), Fault> {
        if drawing.contours.is_empty() {
            return Ok(self.nothing_drawn(number)?);
        }
        let (stack, series) = stack_of(self.set, self.images, roi, drawing, self.known);
        let subject = Subject {
            number,
            roi,
            rater: rater(self.set, roi),
            stack,
            series,
        };
        let mut closed = Vec::new();
        let mut n_broken = 0_usize;
        for (at, contour) in drawing.contours.iter().enumerate() {
            let place = format!("{record}.contours[{at}]");
            let placed = match contour {
                Ok(contour) if matches!(contour.kind, Kind::Closed | Kind::ClosedXor) => {
                    closed.push(contour);
                    continue;
                }
                Ok(contour) if contour.kind == Kind::Point => self.point(&subject, at, contour),
                Ok(contour) => self.line(&subject, at, contour),
                Err(fault) => {
                    n_broken += 1;
                    Err(fault.copied())
                }
            };
            self.or_skip(placed, place)?;
        }
        if closed.is_empty() {
            return Ok(());
        }
        if n_broken > 0 {
            let detail = format!(
                "{n_broken} of its {} contours cannot be read, and without them it would be another region",
                drawing.contours.len()
            );
            return Ok(self.skip(SkipReason::InvalidRecord, record, detail)?);
        }
        let kinds = closed.iter().map(|contour| contour.kind);
        if kinds.clone().any(|kind| kind == Kind::Closed)
            && kinds.clone().any(|kind| kind == Kind::ClosedXor)
        {
            return Ok(self.skip(
                SkipReason::InvalidRecord,
                record,
                "mixes CLOSED_PLANAR and CLOSEDPLANAR_XOR contours; a region has one of them",
            )?);
        }
        let placed = self.region(&subject, &closed);
        self.or_skip(placed, record.to_owned())
    }

    fn or_skip(&mut self, placed: Result<(), Fault>, record: String) -> Result<(), Fault> {
        match placed {
            Err(Fault::File { reason, detail }) => Ok(self.skip(reason, record, detail)?),
            other => other,
        }
    }

    fn region(&mut self, subject: &Subject, closed: &[&Contour]) -> Result<(), Fault> {
        if let (Some(stack), Some(series)) = (subject.stack, &subject.series) {
            let region = volume(stack, closed, &mut self.n_runs_left)?;
            self.known.n_with_gaps += u64::from(region.n_gaps > 0);
            let item = series_item(series, stack);
            let mut annotation = annotation(subject, String::new(), region);
            annotation.attributes.extend(stack.grid_attributes());
            return self.pass(item, subject, "", annotation);
        }
        let regions = outlines(closed, subject.roi.frame_of_reference.as_deref())?;
        self.known.n_without_grid += 1;
        for (item, region) in regions {
            let annotation = annotation(subject, String::new(), region);
            self.pass(in_mm(item, 0.0), subject, IN_MM, annotation)?;
        }
        Ok(())
    }

    fn point(&mut self, subject: &Subject, at: usize, contour: &Contour) -> Result<(), Fault> {
        let mm = contour.points_mm.first().copied().unwrap_or_default();
        let point = |[x_px, y_px]: [f64; 2], z_mm: f64| {
            Shape::Keypoints(vec![Keypoint {
                name: "point".to_owned(),
                x_px,
                y_px,
                z_mm: Some(z_mm),
                visibility: Visibility::Visible,
            }])
        };
        let (item, convention, shape, size_px) = match (subject.stack, &subject.series) {
            (Some(stack), Some(series)) => (
                series_item(series, stack),
                "",
                point(stack.to_px(mm), stack.along_normal_mm(mm)),
                Some((stack.plane.width_px, stack.plane.height_px)),
            ),
            _ => {
                let space = subject.roi.frame_of_reference.as_ref().ok_or_else(|| {
                    Fault::invalid("a point that names neither its image nor a frame of reference")
                })?;
                let item = in_mm(format!("{space}#mm"), 1.0);
                (item, IN_MM, point([mm[0], mm[1]], mm[2]), None)
            }
        };
        let region = Region {
            invalid: structure::invalid(&shape, size_px),
            shape,
            n_gaps: 0,
        };
        let mut annotation = annotation(subject, format!(".contours[{at}]"), region);
        annotation.semantic = false;
        self.pass(item, subject, convention, annotation)
    }

    fn line(&mut self, subject: &Subject, at: usize, contour: &Contour) -> Result<(), Fault> {
        let points = |place: &dyn Fn([f64; 3]) -> [f64; 2]| {
            Shape::Polyline(contour.points_mm.iter().map(|mm| place(*mm)).collect())
        };
        let on_image = subject.stack.filter(|stack| stack.n_named() > 0);
        let (item, convention, shape, size_px) = match on_image {
            Some(stack) => {
                let (_, image) = stack
                    .plane_of(&contour.points_mm)
                    .map_err(Fault::unsupported)?;
                let (width_px, height_px) = (stack.plane.width_px, stack.plane.height_px);
                let [y, x] = stack.plane.spacing_yx_mm;
                let item = Item {
                    width_px: Some(width_px),
                    height_px: Some(height_px),
                    n_slices: Some(1),
                    spacing_mm: Some([0.0, y, x]),
                    modality: stack.modality.clone(),
                    study: stack.study.clone().unwrap_or_default(),
                    key: image.to_owned(),
                    ..Item::default()
                };
                let size_px = Some((width_px, height_px));
                (item, "", points(&|mm| stack.to_px(mm)), size_px)
            }
            None => {
                let space = subject.roi.frame_of_reference.as_deref();
                let (item, _) = level(contour, space)?;
                (in_mm(item, 0.0), IN_MM, points(&|[x, y, _]| [x, y]), None)
            }
        };
        let region = Region {
            invalid: structure::invalid(&shape, size_px),
            shape,
            n_gaps: 0,
        };
        let mut annotation = annotation(subject, format!(".contours[{at}]"), region);
        annotation.semantic = false;
        self.pass(item, subject, convention, annotation)
    }

    fn pass(
        &mut self,
        item: Item,
        subject: &Subject,
        convention: &str,
        mut annotation: Annotation,
    ) -> Result<(), Fault> {
        let key = self.announce(item, &subject.rater, ReadingState::Annotated, convention)?;
        annotation.finished_at_us = self.set.finished_at_us;
        if annotation.semantic {
            let label = (key.clone(), annotation.label.clone());
            self.known.n_same_label += u64::from(!self.known.labels.insert(label));
        }
        Ok(self.sink.annotation(&key, annotation)?)
    }

    /// Announces item and reading once, and says where annotations go.
    fn announce(
        &mut self,
        stated: Item,
        rater: &Rater,
        state: ReadingState,
        convention: &str,
    ) -> Result<ReadingKey, Fault> {
        self.items.insert(stated.key.clone());
        let placement = self
            .context
            .place_item(self.file, &stated.key, stated.key.clone())?;
        let key = placement.reading_key(rater.name.as_deref());
        if !self.announced.insert(key.clone()) {
            return Ok(key);
        }
        let mut item = placement.to_item();
        let study = Some(stated.study.clone()).filter(|study| !study.is_empty());
        if let Some(study) = self.set.study.clone().or(study) {
            item.study = study;
        }
        item.width_px = stated.width_px;
        item.height_px = stated.height_px;
        item.n_slices = stated.n_slices;
        item.spacing_mm = stated.spacing_mm.or(item.spacing_mm);
        item.modality = stated.modality.or(item.modality);
        self.sink.item(item)?;
        let mut reading = placement.to_reading(key.clone(), state, self.file);
        if rater.is_model {
            reading.role = Role::Model;
        }
        reading.finished_at_us = self.set.finished_at_us.or(placement.finished_at_us);
        reading.review.clone_from(&self.set.review);
        let is_own = |reviewer: &String| *reviewer == key.rater;
        if reading
            .review
            .as_ref()
            .is_some_and(|review| review.reviewer.as_ref().is_some_and(is_own))
        {
            reading.review = None;
            self.known.n_self_approved += 1;
        }
        reading.source_convention = convention.to_owned();
        self.sink.reading(reading)?;
        Ok(key)
    }

    /// Referenced images on which nothing was drawn were looked at, as far as listed images count as read.
    fn nothing_found(mut self) -> Result<(), Fault> {
        let set = self.set;
        let raters: BTreeSet<Rater> = set.rois.values().map(|roi| rater(set, roi)).collect();
        let raters: Vec<Rater> = if raters.is_empty() {
            vec![rater(set, &Roi::default())]
        } else {
            raters.into_iter().collect()
        };
        let [rater] = &raters[..] else {
            return Ok(());
        };
        let is_told_by_image = self.items.iter().all(|item| !item.contains("#mm@"));
        if !self.is_complete || !self.context.listed_is_reviewed() {
            return Ok(());
        }
        for series in set.series.values().flatten() {
            let empty: Vec<Item> = match self.images.of_series(&series.uid) {
                Some(Ok(stack)) => vec![series_item(&series.uid, stack)],
                // A series whose planes the file states is one item.
                _ if self.items.contains(&series.uid) => Vec::new(),
                _ if !is_told_by_image => Vec::new(),
                _ => {
                    let images = series.images.iter();
                    images
                        .map(|image| in_mm(format!("{image}#mm"), 0.0))
                        .collect()
                }
            };
            for item in empty {
                if !self.items.contains(&item.key) {
                    let convention = if item.width_px.is_some() { "" } else { IN_MM };
                    self.announce(item, rater, ReadingState::ReviewedEmpty, convention)?;
                }
            }
        }
        Ok(())
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        record: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), SinkError> {
        self.is_complete = false;
        skips::skip(self.sink, reason, self.file, record, detail)
    }
}
