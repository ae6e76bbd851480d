//! A CVAT file from top to bottom: meta, images with their shapes, tracks.

use super::held::{Asks, Desk, Held, Kept};
use super::meta::Meta;
use super::tracks::Budget;
use super::xml_shapes::{SHAPES, attributes, drawn};
use crate::domain::{Annotation, ReadingKey, ReadingState, Shape, SkipReason};
use crate::importers::context::base_name;
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::structure;
use crate::importers::xml::{Node, Tag, XmlReader};
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

/// What all files of an upload share.
#[derive(Default)]
pub(super) struct Known {
    /// Hashes of the keys of readings: an upload may have millions.
    readings: HashSet<[u8; 16]>,
    people: People,
}

impl Known {
    /// Takes note of a reading; `false` where an earlier one has its key.
    pub fn is_new(&mut self, key: &ReadingKey) -> bool {
        let mut hasher = Sha256::new();
        for part in [&key.item, &key.rater, &key.session, &key.layer] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(key.stage.as_str().as_bytes());
        let hash = hasher.finalize();
        let mut short = [0; 16];
        short.copy_from_slice(&hash[..16]);
        self.readings.insert(short)
    }

    /// A user's name; of one that is an address, what stands before the `@`.
    pub fn rater(&mut self, user: &str) -> String {
        if user.contains('@') {
            self.people.name(user)
        } else {
            user.to_owned()
        }
    }
}

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    known: &mut Known,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut xml = XmlReader::open(file, limits)?;
    xml.root("annotations")?;
    let mut document = Document {
        file,
        context,
        known,
        desk: Desk {
            file: file.path(),
            sink,
            updated_us: None,
            time_is_borrowed: false,
            n_by_model: 0,
        },
        meta: Meta::default(),
        may_be_consensus: mentions_consensus(file)?,
        n_images: 0,
        n_tracks: 0,
        videos: BTreeMap::new(),
        budget: Budget::default(),
        n_changing: 0,
    };
    while let Some(tag) = xml.next_child()? {
        match tag.name.as_str() {
            "meta" => {
                document.meta = Meta::read(&xml.subtree(tag)?);
                document.desk.updated_us = document.meta.updated_us;
            }
            "image" => document.image(&tag, &mut xml)?,
            "track" => {
                let node = xml.subtree(tag)?;
                document.track(&node)?;
            }
            _ => xml.skip_subtree()?,
        }
    }
    xml.finish()?;
    document.finish_videos()?;
    let n_jobs = document.meta.n_unnamed_jobs();
    if n_jobs > 0 {
        document.desk.sink.note(format!(
            "{}: the task's assignee stands for all of its {n_jobs} jobs, of which the export names no one; export job by job, or name the \
             raters in a table, where several people worked on them",
            file.path()
        ))?;
    }
    document.desk.finish()
}

/// Whether a file holds shapes that were merged from several annotators, so that an image's shapes wait until all were seen.
fn mentions_consensus(file: &UploadFile) -> Result<bool, ImportError> {
    const MARK: &[u8] = b"consensus";
    let mut reader = file.open()?;
    let mut piece = vec![0; 1 << 20];
    let mut n_kept = 0;
    loop {
        let n = reader
            .read(&mut piece[n_kept..])
            .map_err(|source| ImportError::io(file.path(), source))?;
        if n == 0 {
            return Ok(false);
        }
        let end = n_kept + n;
        if memchr::memmem::find(&piece[..end], MARK).is_some() {
            return Ok(true);
        }
        // The mark may lie across two pieces.
        n_kept = end.min(MARK.len() - 1);
        piece.copy_within(end - n_kept..end, 0);
    }
}

pub(super) struct Document<'a> {
    pub(super) file: &'a UploadFile,
    pub(super) context: &'a Context,
    pub(super) known: &'a mut Known,
    pub(super) desk: Desk<'a>,
    pub(super) meta: Meta,
    pub(super) may_be_consensus: bool,
    pub(super) n_images: usize,
    pub(super) n_tracks: usize,
    /// The videos whose tracks are being read, by the task that an export of a project names.
    pub(super) videos: BTreeMap<Option<String>, Held>,
    pub(super) budget: Budget,
    /// Attributes of tracks that change within them.
    pub(super) n_changing: u64,
}

impl Document<'_> {
    pub(super) fn skip(
        &mut self,
        reason: SkipReason,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(
            self.desk.sink,
            reason,
            self.file.path(),
            record,
            detail,
        )?)
    }

    /// The rater that the export names.
    pub(super) fn rater(&mut self, task_id: Option<&str>) -> Option<String> {
        let named = self.meta.assignee(task_id)?;
        Some(self.known.rater(named))
    }

    fn image(&mut self, tag: &Tag, xml: &mut XmlReader) -> Result<(), ImportError> {
        let record = format!("image[{}]", self.n_images);
        self.n_images += 1;
        let fault = tag.fault().map(str::to_owned);
        let name = tag.get("name").filter(|name| !name.is_empty());
        let (Some(name), None) = (name, &fault) else {
            let detail = fault.unwrap_or_else(|| "has no `name`".to_owned());
            self.skip(SkipReason::InvalidRecord, &record, &detail)?;
            return xml.skip_subtree();
        };
        let placement = match self.frame_of_video(tag.get("task_id"), name) {
            Some(item) => self.context.place_item(self.file.path(), name, item)?,
            None => self.context.place(self.file.path(), name)?,
        };
        let rater = self.rater(tag.get("task_id"));
        let key = placement.reading_key(rater.as_deref());
        if !self.known.is_new(&key) {
            self.skip(
                SkipReason::InvalidRecord,
                &record,
                "gives the same item key as an earlier image; name items by path (item key `path`)",
            )?;
            return xml.skip_subtree();
        }
        let side = |name: &str| {
            tag.get(name)?
                .trim()
                .parse::<u32>()
                .ok()
                .filter(|side| *side > 0)
        };
        let mut item = placement.to_item();
        item.width_px = side("width");
        item.height_px = side("height");
        item.image_name = Some(base_name(name).to_owned());
        let size_px = item.width_px.zip(item.height_px);
        self.desk.sink.item(item)?;
        let asks = Asks::new(&placement, self.context, self.file.path(), name);
        let mut image = Held::new(record, placement, key, size_px, asks, self.may_be_consensus);
        let mut n_shapes: HashMap<String, usize> = HashMap::new();
        while let Some(tag) = xml.next_child()? {
            let node = xml.subtree(tag)?;
            let count = n_shapes.entry(node.name().to_owned()).or_default();
            let record = format!("{}/{}[{count}]", image.record, node.name());
            *count += 1;
            if let Err((reason, detail)) = self.shape(&node, &record, &mut image)? {
                self.skip(reason, &record, &detail)?;
            }
        }
        image.settle(&mut self.desk)?;
        if n_shapes.is_empty() && self.context.listed_is_reviewed() {
            image.announce(ReadingState::ReviewedEmpty, &mut self.desk)?;
        }
        Ok(())
    }

    /// The item of a video's frame. CVAT names frames `frame_000012` in every video, so that the video's name is part of the key.
    fn frame_of_video(&self, task_id: Option<&str>, name: &str) -> Option<String> {
        let number = base_name(name).strip_prefix("frame_")?;
        let number = number.split('.').next().unwrap_or(number);
        let work = self.meta.work(task_id);
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let video = work.video.as_ref().filter(|_| work.is_video && is_number)?;
        Some(format!("{}#frame_{number}", self.context.item_key(video)))
    }

    fn shape(&mut self, node: &Node, record: &str, image: &mut Held) -> Result<Kept, ImportError> {
        let refuse = |reason, detail: &str| Ok(Err((reason, detail.to_owned())));
        if !SHAPES.contains(&node.name()) {
            return refuse(SkipReason::Unsupported, "is no shape that is known");
        }
        let label = match self.label_of(node, image) {
            Ok(label) => label,
            Err(refused) => return Ok(Err(refused)),
        };
        let drawn = match drawn(node, &label, image.size_px) {
            Ok(drawn) => drawn,
            Err(detail) => return refuse(SkipReason::InvalidRecord, &detail),
        };
        let annotation = annotation(record, label, drawn.shape, drawn.invalid, image.size_px);
        let annotation = Annotation {
            attributes: attributes(node),
            ..annotation
        };
        image.keep(annotation, node.tag.get("source"), &mut self.desk)?;
        Ok(Ok(()))
    }

    /// The label of a shape or track.
    pub(super) fn label_of(
        &self,
        node: &Node,
        image: &Held,
    ) -> Result<String, (SkipReason, String)> {
        if let Some(fault) = node.tag.fault() {
            return Err((SkipReason::InvalidRecord, fault.to_owned()));
        }
        let stated = node.tag.get("label").filter(|label| !label.is_empty());
        stated
            .or(image.placement.label.as_deref())
            .map(str::to_owned)
            .ok_or_else(|| (SkipReason::InvalidRecord, "has no `label`".to_owned()))
    }
}

/// An annotation, flagged where it is structurally invalid.
pub(super) fn annotation(
    record: &str,
    label: String,
    shape: Shape,
    invalid: Option<String>,
    size_px: Option<(u32, u32)>,
) -> Annotation {
    Annotation {
        source_id: record.to_owned(),
        label,
        invalid: invalid.or_else(|| structure::invalid(&shape, size_px)),
        shape,
        attributes: BTreeMap::new(),
        confidence: None,
        finished_at_us: None,
        active_ms: None,
        semantic: false,
    }
}
