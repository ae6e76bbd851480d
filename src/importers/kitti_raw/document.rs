//! The tracklets of one drive, sorted into readings of its frames.

use super::names::{Names, key_in_drive};
use super::tracklets::{Sides, Tracklet};
use super::{CENTRED, ROOT};
use crate::domain::{Annotation, ReadingKey, ReadingState, SkipReason};
use crate::importers::skips::skip;
use crate::importers::xml::{Node, XmlReader};
use crate::importers::{Context, ImportError, Limits, Placement, Sink, UploadFile};
use std::collections::{HashMap, HashSet};

const SAME_KEY: &str =
    "its frame gives the same item key as another one; name items by path (item key `path`)";

struct Drive<'a> {
    file: &'a UploadFile,
    names: &'a Names,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    sides: Sides,
    /// The readings of frames; of frames whose every pose was left out, and of those with the key of another, none.
    frames: HashMap<u32, Option<ReadingKey>>,
    keys: HashSet<ReadingKey>,
    n_tracklets: usize,
}

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    names: &Names,
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut xml = XmlReader::open(file, limits)?.bears_doctype(ROOT);
    xml.root(ROOT)?;
    let mut drive = Drive {
        file,
        names,
        context,
        sink,
        sides: Sides::Kitti,
        frames: HashMap::new(),
        keys: HashSet::new(),
        n_tracklets: 0,
    };
    while let Some(tag) = xml.next_child()? {
        if tag.name != "tracklets" {
            xml.skip_subtree()?;
            continue;
        }
        // The two writers order the attributes of their archives differently.
        let is_centred = names.has_list || tag.first_attribute() == Some("version");
        if is_centred {
            drive.sides = Sides::Centred;
        }
        while let Some(tag) = xml.next_child()? {
            if tag.name == "item" {
                let item = xml.subtree(tag)?;
                drive.tracklet(&item)?;
            } else {
                xml.skip_subtree()?;
            }
        }
    }
    xml.finish()?;
    drive.finish()
}

impl Drive<'_> {
    fn tracklet(&mut self, item: &Node) -> Result<(), ImportError> {
        let record = format!("item[{}]", self.n_tracklets);
        self.n_tracklets += 1;
        let tracklet = match Tracklet::read(item, self.sides) {
            Ok(tracklet) => tracklet,
            Err(detail) => return self.left_out(SkipReason::InvalidRecord, &record, &detail),
        };
        let mut n_read = 0;
        for (frame, posed) in tracklet.poses(&record) {
            match posed {
                Ok(annotation) => {
                    if !self.keep(frame, annotation)? {
                        let record = format!("{record}.pose[{n_read}]");
                        self.left_out(SkipReason::InvalidRecord, &record, SAME_KEY)?;
                    }
                }
                Err((reason, detail)) => {
                    // Nothing was labelled outside the image, so that such a pose does not keep a frame from being empty.
                    if reason != SkipReason::NotAnnotation {
                        self.frames.entry(frame).or_default();
                    }
                    self.left_out(reason, &format!("{record}.pose[{n_read}]"), &detail)?;
                }
            }
            n_read += 1;
        }
        let n_poses = item
            .at(&["poses"])
            .map_or(0, |poses| poses.all("item").count());
        for beyond in n_read..n_poses {
            let record = format!("{record}.pose[{beyond}]");
            let detail = "belongs to a frame beyond what numbers of frames can hold";
            self.left_out(SkipReason::InvalidRecord, &record, detail)?;
        }
        Ok(())
    }

    fn left_out(
        &mut self,
        reason: SkipReason,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, self.file.path(), record, detail)?)
    }

    /// Keeps a pose; `false` where another frame has the key of its frame.
    fn keep(&mut self, frame: u32, annotation: Annotation) -> Result<bool, ImportError> {
        let key = match self.frames.get(&frame) {
            Some(Some(key)) => Some(key.clone()),
            _ => {
                let placement = self.placement(frame)?;
                let key = self.announce(&placement, frame, ReadingState::Annotated)?;
                self.frames.insert(frame, key.clone());
                key
            }
        };
        if let Some(key) = &key {
            self.sink.annotation(key, annotation)?;
        }
        Ok(key.is_some())
    }

    fn placement(&self, frame: u32) -> Result<Placement, ImportError> {
        let name = self.names.of(frame);
        let path = self.file.path();
        match &self.names.drive {
            Some(drive) => self
                .context
                .place_item(path, &name, key_in_drive(drive, &name)),
            None => self.context.place(path, &name),
        }
    }

    fn announce(
        &mut self,
        placement: &Placement,
        frame: u32,
        state: ReadingState,
    ) -> Result<Option<ReadingKey>, ImportError> {
        let key = placement.reading_key(None);
        if !self.keys.insert(key.clone()) {
            return Ok(None);
        }
        let mut item = placement.to_item();
        item.image_name = Some(self.names.of(frame));
        self.sink.item(item)?;
        let mut reading = placement.to_reading(key.clone(), state, self.file.path());
        if self.sides == Sides::Centred {
            CENTRED.clone_into(&mut reading.source_convention);
        }
        self.sink.reading(reading)?;
        Ok(Some(key))
    }

    /// Frames that are there and hold no object.
    fn finish(mut self) -> Result<(), ImportError> {
        let names = self.names;
        for frame in names.frames() {
            if self.frames.contains_key(&frame) {
                continue;
            }
            let placement = self.placement(frame)?;
            if self.context.listed_is_reviewed() {
                let key = self.announce(&placement, frame, ReadingState::ReviewedEmpty)?;
                if key.is_none() {
                    let record = format!("frame {frame}");
                    self.left_out(SkipReason::InvalidRecord, &record, SAME_KEY)?;
                }
            } else {
                self.sink.item(placement.to_item())?;
            }
        }
        let word = match self.sides {
            Sides::Kitti => "as KITTI writes them, position at the bottom",
            Sides::Centred => "as CVAT and Datumaro write them, position in the middle",
        };
        let path = self.file.path();
        Ok(self.sink.note(format!("{path}: cuboids are read {word}"))?)
    }
}
