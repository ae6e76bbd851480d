//! What a task shows: its images as items, or itself as a whole.

use super::header::Header;
use super::kinds::is_region;
use super::pages::{Hints, Pages, stated};
use super::pieces::{item_index, own_size};
use super::task::Reader;
use super::texts::Texts;
use crate::domain::{Item, Reading, ReadingKey, ReadingState, ReferenceKind, Role};
use crate::importers::context::base_name;
use crate::importers::json::{Members, elements, member, members, text};
use crate::importers::{ImportError, Placement};
use std::collections::BTreeSet;

/// What annotations are about: an image, or a task as a whole.
pub(super) struct Spot {
    pub placement: Placement,
    pub item: Item,
}

/// The task that is being read.
pub(super) struct Task<'f, 'd> {
    pub file: &'f str,
    pub pages: Pages,
    pub sizes: Vec<Option<(u32, u32)>>,
    /// One for each image.
    pub spots: Vec<Spot>,
    /// The task as a whole, where that is not its one image.
    pub whole: Option<Spot>,
    /// Somebody drew on it.
    pub has_regions: bool,
    pub texts: Texts<'d>,
}

impl Reader<'_> {
    /// Places a task's images and announces them.
    pub(super) fn open<'f, 'd>(
        &mut self,
        file: &'f str,
        id: &str,
        data: &'d Members<'d>,
        hints: &Hints,
    ) -> Result<Task<'f, 'd>, ImportError> {
        let pages = Pages::of(data, hints);
        let several = pages.are_several();
        let mut sizes = pages.sizes(hints);
        let mut spots = Vec::new();
        // Images that would be one item, as those of equal names in several folders, are named after the task.
        let keys = pages.names.iter().flatten();
        let keys: BTreeSet<String> = keys.map(|name| self.context.item_key(name)).collect();
        let are_apart = keys.len() == pages.names.iter().flatten().count();
        for (index, (name, size)) in pages.names.iter().zip(&mut sizes).enumerate() {
            let stand_in = if several {
                format!("task-{id}-{index}")
            } else {
                format!("task-{id}")
            };
            let named = name.as_deref().filter(|_| are_apart);
            let image = named.unwrap_or(&stand_in);
            // What the sidecar says about an image is certain; results of several images may state another's size.
            *size = self.context.size_px(file, image)?.or(*size);
            let uid = stated(data, "SOPInstanceUID").filter(|_| !several);
            let mut spot = self.spot(file, image, uid, data)?;
            if several && spot.placement.study == spot.placement.item {
                spot.placement.study = format!("task-{id}");
                spot.item.study.clone_from(&spot.placement.study);
            }
            spot.item.image_name = name.as_deref().map(|name| base_name(name).to_owned());
            spot.item.width_px = size.map(|(width, _)| width);
            spot.item.height_px = size.map(|(_, height)| height);
            self.sink.item(spot.item.clone())?;
            spots.push(spot);
        }
        let whole = several
            .then(|| self.spot(file, &format!("task-{id}"), None, data))
            .transpose()?;
        if let Some(whole) = whole.as_ref().filter(|_| spots.is_empty()) {
            self.sink.item(whole.item.clone())?;
        }
        Ok(Task {
            file,
            pages,
            sizes,
            spots,
            whole,
            has_regions: hints.has_regions,
            texts: Texts::of(data),
        })
    }

    fn spot(
        &self,
        file: &str,
        image: &str,
        uid: Option<String>,
        data: &Members,
    ) -> Result<Spot, ImportError> {
        let mut placement = match uid {
            Some(uid) => self.context.place_item(file, image, uid)?,
            None => self.context.place(file, image)?,
        };
        if let Some(study) = stated(data, "StudyInstanceUID") {
            placement.study = study;
        }
        let mut item = placement.to_item();
        item.modality = item.modality.or_else(|| stated(data, "Modality"));
        Ok(Spot { placement, item })
    }
}

impl Task<'_, '_> {
    fn all_spots(&self) -> impl Iterator<Item = &Spot> {
        self.spots.iter().chain(&self.whole)
    }

    pub fn role(&self) -> Option<Role> {
        self.all_spots().next().map(|spot| spot.placement.role)
    }

    pub fn label(&self) -> Option<&str> {
        self.all_spots().next()?.placement.label.as_deref()
    }

    /// What someone who skips the task has not read.
    pub fn read_spots(&self) -> impl Iterator<Item = &Spot> {
        let whole = self.whole.iter().filter(|_| self.spots.is_empty());
        self.spots.iter().chain(whole)
    }

    pub fn reading(
        &self,
        spot: &Spot,
        key: ReadingKey,
        header: &Header,
        state: ReadingState,
    ) -> Reading {
        let mut reading = spot.placement.to_reading(key, state, self.file);
        reading.finished_at_us = header.finished_at_us.or(reading.finished_at_us);
        // The time of a task with several images is nobody's time for one of them.
        let active_ms = header.active_ms.filter(|_| self.whole.is_none());
        reading.active_ms = active_ms.or(reading.active_ms);
        reading.review.clone_from(&header.reviews.last);
        if header.is_ground_truth {
            reading.reference = Some(ReferenceKind::Gold);
        }
        reading
    }
}

/// Takes note of what the results of an annotation say about images.
pub(super) fn hint(hints: &mut Hints, annotation: &Members) {
    let results = member(annotation, "result").and_then(|raw| elements(raw).ok());
    for raw in results.unwrap_or_default() {
        let Ok(found) = members(raw) else {
            continue;
        };
        let word = |name: &str| member(&found, name).and_then(text).unwrap_or_default();
        let size = own_size(&found).ok().flatten();
        let is_region = is_region(&word("type"));
        hints.add(is_region, &word("to_name"), item_index(&found), size);
    }
}
