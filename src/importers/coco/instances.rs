//! A COCO data set: an object with `images`, `categories` and `annotations`, in any order.

use super::annotation::{Refusal, annotation, segment, unsupported};
use super::index::{IdSet, Index, image_name};
use super::panoptic::Pictures;
use super::records::{
    ANNOTATION_FIELDS, AnnotationRecord, CATEGORY_FIELDS, CategoryRecord, IMAGE_FIELDS, Id,
    ImageRecord,
};
use crate::domain::{ReadingKey, ReadingState, SkipReason};
use crate::importers::context::base_name;
use crate::importers::json::{Element, JsonStream, Kind, member, members, record};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use serde_json::Value;

/// Reads a data set; gives its images and categories and how many annotations were kept.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    pictures: &mut Pictures,
    sink: &mut dyn Sink,
) -> Result<(Index, u64), ImportError> {
    let mut reader = Reader {
        file,
        limits,
        context,
        pictures,
        sink,
        index: Index::default(),
        ids: IdSet::default(),
        last: None,
        n_kept: 0,
        n_unattributed: 0,
        n_other_areas: 0,
    };
    if reader.pass(true)? {
        reader.pass(false)?;
    }
    reader.empty_images()?;
    if reader.n_other_areas > 0 {
        reader.sink.note(format!(
            "{}: segments of which more or less is drawn than their `area` says: {}",
            file.path(),
            reader.n_other_areas
        ))?;
    }
    Ok((reader.index, reader.n_kept))
}

struct Reader<'a, 'p> {
    file: &'a UploadFile,
    limits: &'a Limits,
    context: &'a Context,
    pictures: &'a mut Pictures<'p>,
    sink: &'a mut dyn Sink,
    index: Index,
    ids: IdSet,
    /// The image of the annotation before, and its reading: annotations of one image mostly stand together.
    last: Option<(usize, ReadingKey, Option<String>)>,
    n_kept: u64,
    /// Records of which not even the image is known.
    n_unattributed: u64,
    /// Segments whose picture contradicts their record.
    n_other_areas: u64,
}

impl Reader<'_, '_> {
    /// Walks the file. The first pass takes images and categories, and annotations when both are known by
    /// then; gives whether annotations are left for a second pass.
    fn pass(&mut self, is_first: bool) -> Result<bool, ImportError> {
        let mut stream = JsonStream::new(
            self.file.path(),
            self.file.open()?,
            self.limits.max_token_bytes,
        );
        if stream.enter()? != Kind::Object {
            return Err(ImportError::container(
                self.file.path(),
                "is a list; a COCO data set is an object",
            ));
        }
        let (mut has_images, mut has_categories, mut is_left) = (false, false, false);
        while let Some(key) = stream.next_key()? {
            let is_list = stream.kind()? == Kind::Array;
            let take: fn(&mut Self, usize, Element) -> Result<(), ImportError> = match key.as_str()
            {
                "images" if is_first && is_list => {
                    has_images = true;
                    Self::image
                }
                "categories" if is_first && is_list => {
                    has_categories = true;
                    Self::category
                }
                "annotations" if is_list && (!is_first || (has_images && has_categories)) => {
                    Self::annotation
                }
                "images" | "categories" | "annotations" if !is_list => {
                    let detail = format!("`{key}` is no list; a COCO data set holds a list there");
                    return Err(ImportError::container(self.file.path(), detail));
                }
                "annotations" => {
                    is_left = true;
                    stream.skip_value()?;
                    continue;
                }
                _ => {
                    stream.skip_value()?;
                    continue;
                }
            };
            stream.open_container()?;
            let mut at = 0;
            while let Some(element) = stream.next_element(|| format!("`{key}[{at}]`"))? {
                take(self, at, element)?;
                at += 1;
            }
        }
        stream.finish()?;
        Ok(is_left)
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        record: String,
        detail: String,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, self.file.path(), record, detail)?)
    }

    fn image(&mut self, at: usize, element: Element) -> Result<(), ImportError> {
        let outcome = match parse::<ImageRecord>(element, IMAGE_FIELDS, self.limits) {
            Ok(image) => {
                let name = image_name(&image);
                let placement = self.context.place(self.file.path(), &name)?;
                let added = self.index.add_image(image, placement.item.clone());
                if let (Ok(()), Some(entry)) = (&added, self.index.images.last()) {
                    let mut item = placement.to_item();
                    item.width_px = entry.size_px.map(|(width, _)| width);
                    item.height_px = entry.size_px.map(|(_, height)| height);
                    item.image_name = Some(base_name(&name).to_owned());
                    self.sink.item(item)?;
                }
                added
            }
            Err(reason) => Err(reason),
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(reason) => self.skip(SkipReason::InvalidRecord, format!("images[{at}]"), reason),
        }
    }

    fn category(&mut self, at: usize, element: Element) -> Result<(), ImportError> {
        let outcome = parse::<CategoryRecord>(element, CATEGORY_FIELDS, self.limits)
            .and_then(|category| self.index.add_category(category));
        match outcome {
            Ok(()) => Ok(()),
            Err(reason) => self.skip(
                SkipReason::InvalidRecord,
                format!("categories[{at}]"),
                reason,
            ),
        }
    }

    fn annotation(&mut self, at: usize, element: Element) -> Result<(), ImportError> {
        let place = format!("annotations[{at}]");
        let raw = match &element {
            Element::Raw(raw) => Some(*raw),
            Element::TooLarge => None,
        };
        match parse::<AnnotationRecord>(element, ANNOTATION_FIELDS, self.limits) {
            Ok(parsed) => match self.keep(&parsed, &place)? {
                Ok(()) => Ok(()),
                Err((reason, detail)) => self.skip(reason, place, detail),
            },
            Err(reason) => {
                self.touch(raw);
                self.skip(SkipReason::InvalidRecord, place, reason)
            }
        }
    }

    /// A broken record still says that its image was worked on.
    fn touch(&mut self, raw: Option<&[u8]>) {
        let id = raw
            .and_then(|raw| members(raw).ok())
            .and_then(|members| member(&members, "image_id").map(<[u8]>::to_vec))
            .and_then(|id| serde_json::from_slice::<Id>(&id).ok());
        match id {
            Some(id) => {
                if let Some(image) = self
                    .index
                    .image(&id)
                    .and_then(|at| self.index.images.get_mut(at))
                {
                    image.touched = true;
                }
            }
            None => self.n_unattributed += 1,
        }
    }

    fn keep(
        &mut self,
        record: &AnnotationRecord,
        place: &str,
    ) -> Result<Result<(), Refusal>, ImportError> {
        let Some(image_id) = &record.image_id else {
            self.n_unattributed += 1;
            return Ok(Err((
                SkipReason::InvalidRecord,
                "has no `image_id`".to_owned(),
            )));
        };
        let Some(at) = self.index.image(image_id) else {
            let detail = format!("names image `{image_id}`, which `images` does not list");
            return Ok(Err((SkipReason::Dangling, detail)));
        };
        let size_px = match self.index.images.get_mut(at) {
            Some(image) => {
                // A list of no segments says that nothing was found.
                let nothing = record.segments_info.as_ref().is_some_and(Vec::is_empty);
                image.touched |= !nothing;
                image.size_px
            }
            None => None,
        };
        if let Some(id) = &record.id
            && !self.ids.insert(id)
        {
            let detail = format!("id `{id}` is taken by an earlier annotation");
            return Ok(Err((SkipReason::InvalidRecord, detail)));
        }
        if let Some(segments) = &record.segments_info {
            return self.segments(at, record.file_name.as_deref(), segments, size_px, place);
        }
        if let Some(detail) = unsupported(record) {
            return Ok(Err((SkipReason::Unsupported, detail)));
        }
        let (key, stated_label) = self.reading(at)?;
        let category = match &record.category_id {
            Some(id) => match self.index.category(id) {
                Some(category) => Some(category),
                None => {
                    let detail = format!("names category `{id}`, which `categories` does not list");
                    return Ok(Err((SkipReason::Dangling, detail)));
                }
            },
            None => None,
        };
        let Some(label) = category
            .map(|category| category.name.clone())
            .or(stated_label)
        else {
            return Ok(Err((
                SkipReason::InvalidRecord,
                "has no `category_id`".to_owned(),
            )));
        };
        let built = annotation(record, category, label, size_px, place, false, self.limits);
        let annotation = match built {
            Ok(annotation) => annotation,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.announce(at)?;
        self.sink.annotation(&key, annotation)?;
        self.n_kept += 1;
        Ok(Ok(()))
    }

    /// Segments of one image, which lie in a picture of their own.
    fn segments(
        &mut self,
        at: usize,
        picture: Option<&str>,
        segments: &[Value],
        size_px: Option<(u32, u32)>,
        place: &str,
    ) -> Result<Result<(), Refusal>, ImportError> {
        if segments.is_empty() {
            return Ok(Ok(()));
        }
        let Some(name) = picture else {
            let detail = "has no `file_name` of its picture of segments".to_owned();
            return Ok(Err((SkipReason::InvalidRecord, detail)));
        };
        let mut picture = match self.pictures.find(self.file.path(), name) {
            Ok(picture) => picture,
            Err(detail) => return Ok(Err((SkipReason::Dangling, detail))),
        };
        let (key, _) = self.reading(at)?;
        for (number, held) in segments.iter().enumerate() {
            let place = format!("{place}.segments_info[{number}]");
            let built = segment(held, &self.index, &mut picture, size_px, &place);
            match built {
                Ok((annotation, is_as_stated)) => {
                    self.n_other_areas += u64::from(!is_as_stated);
                    self.announce(at)?;
                    self.sink.annotation(&key, annotation)?;
                    self.n_kept += 1;
                }
                Err((reason, detail)) => self.skip(reason, place, detail)?,
            }
        }
        if !picture.segments.is_empty() {
            let n = picture.segments.len();
            let detail =
                format!("its picture draws `{n}` numbers that `segments_info` does not list");
            self.skip(SkipReason::Dangling, place.to_owned(), detail)?;
        }
        Ok(Ok(()))
    }

    /// The reading that annotations of an image belong to, and the label that the options state for it.
    fn reading(&mut self, at: usize) -> Result<(ReadingKey, Option<String>), ImportError> {
        if let Some((last, key, label)) = &self.last
            && *last == at
        {
            return Ok((key.clone(), label.clone()));
        }
        let name = self.index.images.get(at).map_or("", |image| &*image.name);
        let placement = self.context.place(self.file.path(), name)?;
        let key = placement.reading_key(None);
        self.last = Some((at, key.clone(), placement.label.clone()));
        Ok((key, placement.label))
    }

    fn announce(&mut self, at: usize) -> Result<(), ImportError> {
        let Some(image) = self
            .index
            .images
            .get_mut(at)
            .filter(|image| !image.announced)
        else {
            return Ok(());
        };
        image.announced = true;
        let placement = self.context.place(self.file.path(), &image.name)?;
        let key = placement.reading_key(None);
        let reading = placement.to_reading(key, ReadingState::Annotated, self.file.path());
        Ok(self.sink.reading(reading)?)
    }

    /// Listed images that no annotation names were looked at and found empty, where the options say so.
    fn empty_images(&mut self) -> Result<(), ImportError> {
        if !self.context.listed_is_reviewed() {
            return Ok(());
        }
        if self.n_unattributed > 0 {
            self.sink.note(format!(
                "{}: {} annotations name no image that can be read, so images without annotations are not counted as reviewed",
                self.file.path(),
                self.n_unattributed
            ))?;
            return Ok(());
        }
        for image in self.index.images.iter().filter(|image| !image.touched) {
            let placement = self.context.place(self.file.path(), &image.name)?;
            let key = placement.reading_key(None);
            self.sink.reading(placement.to_reading(
                key,
                ReadingState::ReviewedEmpty,
                self.file.path(),
            ))?;
        }
        Ok(())
    }
}

/// Reads one element, or says why not.
pub(super) fn parse<T: serde::de::DeserializeOwned>(
    element: Element,
    fields: &[(&str, crate::importers::json::Shape)],
    limits: &Limits,
) -> Result<T, String> {
    match element {
        Element::Raw(raw) => record(raw, fields),
        Element::TooLarge => Err(format!("is larger than {} bytes", limits.max_token_bytes)),
    }
}
