//! A CVAT file from top to bottom: meta, images with their shapes, tracks.

use super::meta::Meta;
use super::shapes::{SHAPES, attributes, drawn};
use super::tracks::MAX_FILLED;
use crate::domain::{Annotation, ReadingKey, ReadingState, ReferenceKind, Role, Shape, SkipReason};
use crate::importers::context::base_name;
use crate::importers::skips::skip;
use crate::importers::structure;
use crate::importers::xml::{Node, Piece, Tag, XmlReader};
use crate::importers::{Context, ImportError, Limits, Placement, Sink, UploadFile};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut xml = XmlReader::open(file, limits)?;
    let root = loop {
        match xml.next()? {
            Piece::Open(tag) => break tag,
            Piece::Text(_) => {}
            Piece::Close | Piece::End => {
                return Err(ImportError::container(file.path(), "holds no tags"));
            }
        }
    };
    if root.name != "annotations" {
        return Err(ImportError::container(
            file.path(),
            "the root is not `<annotations>`",
        ));
    }
    let mut document = Document {
        file,
        context,
        sink,
        meta: Meta::default(),
        readings: HashSet::new(),
        n_images: 0,
        n_tracks: 0,
        time_is_borrowed: false,
        video: None,
        n_filled_left: MAX_FILLED,
        n_gaps: 0,
    };
    while let Some(tag) = xml.next_child()? {
        match tag.name.as_str() {
            "meta" => document.meta = Meta::read(&xml.subtree(tag)?),
            "image" => document.image(&tag, &mut xml)?,
            "track" => {
                let node = xml.subtree(tag)?;
                document.track(&node)?;
            }
            _ => xml.skip_subtree()?,
        }
    }
    loop {
        match xml.next()? {
            Piece::End => break,
            Piece::Text(text) if text.trim().is_empty() => {}
            _ => {
                return Err(ImportError::container(
                    file.path(),
                    "goes on behind `</annotations>`",
                ));
            }
        }
    }
    document.finish_video()?;
    if document.time_is_borrowed {
        document.sink.note(format!(
            "{}: the finishing time of every image is when the job or task was last changed; CVAT tells no other",
            file.path()
        ))?;
    }
    Ok(())
}

pub(super) struct Document<'a> {
    pub(super) file: &'a UploadFile,
    pub(super) context: &'a Context,
    pub(super) sink: &'a mut dyn Sink,
    pub(super) meta: Meta,
    pub(super) readings: HashSet<ReadingKey>,
    pub(super) n_images: usize,
    pub(super) n_tracks: usize,
    time_is_borrowed: bool,
    /// The video whose tracks are being read.
    pub(super) video: Option<Image>,
    /// Shapes that may still be filled in between keyframes, and frames that could not be.
    pub(super) n_filled_left: u64,
    pub(super) n_gaps: u64,
}

/// The image or video whose shapes are being read.
pub(super) struct Image {
    pub(super) record: String,
    pub(super) placement: Placement,
    pub(super) key: ReadingKey,
    pub(super) size_px: Option<(u32, u32)>,
    pub(super) announced: bool,
}

/// What becomes of a record: nothing more to say, or why it is left out.
pub(super) type Kept = Result<(), (SkipReason, String)>;

impl Document<'_> {
    pub(super) fn skip(
        &mut self,
        reason: SkipReason,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, self.file.path(), record, detail)?)
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
        let placement = self.context.place(self.file.path(), name)?;
        let key = placement.reading_key(self.meta.rater(tag.get("task_id")));
        if !self.readings.insert(key.clone()) {
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
        self.sink.item(item)?;
        let mut image = Image {
            record,
            placement,
            key,
            size_px,
            announced: false,
        };
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
        if n_shapes.is_empty() && self.context.listed_is_reviewed() {
            self.announce(&mut image, ReadingState::ReviewedEmpty)?;
        }
        Ok(())
    }

    pub(super) fn announce(
        &mut self,
        image: &mut Image,
        state: ReadingState,
    ) -> Result<(), ImportError> {
        if image.announced {
            return Ok(());
        }
        image.announced = true;
        let mut reading = image
            .placement
            .to_reading(image.key.clone(), state, self.file.path());
        if reading.finished_at_us.is_none() {
            reading.finished_at_us = self.meta.updated_us;
            self.time_is_borrowed |= self.meta.updated_us.is_some();
        }
        Ok(self.sink.reading(reading)?)
    }

    fn shape(&mut self, node: &Node, record: &str, image: &mut Image) -> Result<Kept, ImportError> {
        let refuse = |reason, detail: &str| Ok(Err((reason, detail.to_owned())));
        if !SHAPES.contains(&node.name()) {
            return refuse(SkipReason::Unsupported, "is no shape that is known");
        }
        let label = match self.label_of(node, image) {
            Ok(label) => label,
            Err(refused) => return Ok(Err(refused)),
        };
        let (shape, invalid) = match drawn(node, &label, image.size_px) {
            Ok(Some(drawn)) => drawn,
            Ok(None) => return refuse(SkipReason::Unsupported, "cuboids are not read"),
            Err(detail) => return refuse(SkipReason::InvalidRecord, &detail),
        };
        let invalid = invalid.or_else(|| structure::invalid(&shape, image.size_px));
        let attributes = attributes(node);
        self.keep(image, record, label, shape, attributes, invalid)?;
        Ok(Ok(()))
    }

    /// The label of a shape or track that a person drew.
    pub(super) fn label_of(
        &self,
        node: &Node,
        image: &Image,
    ) -> Result<String, (SkipReason, String)> {
        let refuse = |reason, detail: &str| Err((reason, detail.to_owned()));
        if let Some(fault) = node.tag.fault() {
            return refuse(SkipReason::InvalidRecord, fault);
        }
        let wants_consensus = image.placement.reference == Some(ReferenceKind::Consensus)
            || self.context.options().role == Some(Role::Model);
        if node.tag.get("source") == Some("consensus") && !wants_consensus {
            return refuse(SkipReason::NotHuman, "was merged from several annotators");
        }
        let stated = node.tag.get("label").filter(|label| !label.is_empty());
        match stated.or(image.placement.label.as_deref()) {
            Some(label) => Ok(label.to_owned()),
            None => refuse(SkipReason::InvalidRecord, "has no `label`"),
        }
    }

    pub(super) fn keep(
        &mut self,
        image: &mut Image,
        record: &str,
        label: String,
        shape: Shape,
        attributes: BTreeMap<String, String>,
        invalid: Option<String>,
    ) -> Result<(), ImportError> {
        self.announce(image, ReadingState::Annotated)?;
        let annotation = Annotation {
            source_id: record.to_owned(),
            label,
            shape,
            attributes,
            confidence: None,
            finished_at_us: None,
            active_ms: None,
            semantic: false,
            invalid,
        };
        Ok(self.sink.annotation(&image.key, annotation)?)
    }
}
