//! A file: its metadata first, which may stand behind the instances, then instance by instance.

use super::classes::Classes;
use super::headers::{Attributes, Header, attributes, header};
use super::image::{ImageInfo, Status, image};
use super::picture::{Picture, of_file};
use super::shapes::{Left, drawn};
use crate::domain::{Annotation, ReadingState, Shape, SkipReason};
use crate::importers::by_maker::{ByMaker, Maker, Seen};
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{given, max_record_bytes, value_of, word};
use crate::importers::json::{Element, JsonStream, Kind};
use crate::importers::one_reading::UNCLASSIFIED;
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use serde_json::Value;

/// The question that labels of the whole image answer.
const TAGS: &str = "tags";

/// Reads the images of an upload.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    classes: &'a Classes,
    pictures: &'a [&'a UploadFile],
    people: People,
    seen: Seen,
    n_typed: u64,
    n_unfinished: u64,
}

/// What stands beside the instances.
#[derive(Default)]
struct Beside {
    metadata: Option<Value>,
    tags: Vec<String>,
    n_comments: u64,
}

/// What one image's instances become.
struct Open<'f> {
    by_maker: ByMaker<'f>,
    picture: Option<Result<Picture, String>>,
    n_left: u64,
}

impl<'a> Reader<'a> {
    pub fn new(
        limits: &'a Limits,
        context: &'a Context,
        sink: &'a mut dyn Sink,
        classes: &'a Classes,
        pictures: &'a [&'a UploadFile],
    ) -> Self {
        Self {
            limits,
            context,
            sink,
            classes,
            pictures,
            people: People::default(),
            seen: Seen::default(),
            n_typed: 0,
            n_unfinished: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        for (n, what) in [
            (self.n_typed, "typed attributes are not read"),
            (
                self.n_unfinished,
                "images with annotations are not handed in yet; they are read as they stand",
            ),
        ] {
            if n > 0 {
                self.sink.note(format!("{n} {what}"))?;
            }
        }
        Ok(())
    }

    fn skip(
        &mut self,
        reason: SkipReason,
        file: &UploadFile,
        record: &str,
        detail: &str,
    ) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, file.path(), record, detail)?)
    }

    /// Reads one image.
    pub fn file(&mut self, file: &UploadFile) -> Result<(), ImportError> {
        let beside = self.beside(file)?;
        let info = match &beside.metadata {
            Some(metadata) => image(metadata, &mut self.people),
            None => Err("`metadata` is missing".to_owned()),
        };
        let info = match info {
            Ok(info) => info,
            Err(detail) => {
                return self.skip(SkipReason::InvalidRecord, file, "metadata", &detail);
            }
        };
        // Images of equal names lie in different folders of a project.
        let folder = file.path().rsplit_once('/').map(|(folder, _)| folder);
        let image_path = match folder {
            Some(folder) => format!("{folder}/{}", info.name),
            None => info.name.clone(),
        };
        let placement = self.context.place(file.path(), &image_path)?;
        let mut by_maker = ByMaker::new(file.path(), placement, &info.name);
        if let Some(size) = info.size_px {
            by_maker.set_size_px(size);
        }
        let mut open = Open {
            by_maker,
            picture: None,
            n_left: 0,
        };
        if beside.n_comments > 0 {
            let detail = format!("{} comments are not read", beside.n_comments);
            self.skip(SkipReason::Unsupported, file, "comments", &detail)?;
        }
        self.instances(file, &info, &mut open)?;
        for (at, tag) in beside.tags.iter().enumerate() {
            let maker = Maker {
                rater: info.annotator.clone(),
                review: info.review.clone(),
                ..Maker::default()
            };
            let shape = Shape::Classification {
                question: TAGS.to_owned(),
                value: tag.clone(),
            };
            let id = format!("tags[{at}]");
            open.by_maker
                .add(maker, annotation(id, tag, (shape, None), None));
        }
        if let Some(Ok(picture)) = &open.picture {
            let n = picture.n_unasked();
            if n > 0 {
                let detail =
                    format!("{n} colours of the picture of masks belong to no instance of it");
                self.skip(SkipReason::Dangling, file, "instances", &detail)?;
            }
        }
        self.close(&info, open)
    }

    /// Everything but the instances.
    fn beside(&mut self, file: &UploadFile) -> Result<Beside, ImportError> {
        let max_bytes = max_record_bytes(self.limits);
        let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
        if stream.enter()? != Kind::Object {
            return Err(ImportError::container(file.path(), "is no object"));
        }
        let mut found = Beside::default();
        let mut faults = Vec::new();
        while let Some(key) = stream.next_key()? {
            match key.as_str() {
                "metadata" => {
                    let element = stream.whole_value()?;
                    match value_of(&element, max_bytes) {
                        Ok(value) => found.metadata = Some(value),
                        Err(detail) => faults.push((key, detail)),
                    }
                }
                "tags" | "comments" if stream.kind()? == Kind::Array => {
                    stream.open_container()?;
                    let mut at = 0;
                    while let Some(element) = stream.next_element(|| format!("`{key}[{at}]`"))? {
                        if key == "comments" {
                            found.n_comments += 1;
                        } else {
                            match value_of(&element, max_bytes) {
                                Ok(Value::String(tag)) if !tag.is_empty() => found.tags.push(tag),
                                _ => faults.push((
                                    format!("tags[{at}]"),
                                    "is no text that names a tag".to_owned(),
                                )),
                            }
                        }
                        at += 1;
                    }
                }
                _ => stream.skip_value()?,
            }
        }
        stream.finish()?;
        for (record, detail) in faults {
            self.skip(SkipReason::InvalidRecord, file, &record, &detail)?;
        }
        Ok(found)
    }

    fn instances(
        &mut self,
        file: &UploadFile,
        info: &ImageInfo,
        open: &mut Open,
    ) -> Result<(), ImportError> {
        let max_bytes = max_record_bytes(self.limits);
        let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
        stream.enter()?;
        while let Some(key) = stream.next_key()? {
            if key != "instances" {
                stream.skip_value()?;
                continue;
            }
            if stream.kind()? != Kind::Array {
                return Err(ImportError::container(
                    file.path(),
                    "`instances` is no list; export it again",
                ));
            }
            stream.open_container()?;
            for at in 0.. {
                let place = format!("instances[{at}]");
                let Some(element) = stream.next_element(|| format!("`{place}`"))? else {
                    break;
                };
                let left = match self.instance(file, info, &place, &element, max_bytes, open) {
                    Ok(()) => continue,
                    Err(left) => left,
                };
                open.n_left += 1;
                match left {
                    Left::Broken(detail) => {
                        self.skip(SkipReason::InvalidRecord, file, &place, &detail)?
                    }
                    Left::Unread(detail) => {
                        self.skip(SkipReason::Unsupported, file, &place, detail)?
                    }
                }
            }
        }
        Ok(())
    }

    fn instance(
        &mut self,
        file: &UploadFile,
        info: &ImageInfo,
        place: &str,
        element: &Element,
        max_bytes: usize,
        open: &mut Open,
    ) -> Result<(), Left> {
        let instance = value_of(element, max_bytes)?;
        if info.is_video
            || (given(&instance, "meta").is_some() && word(&instance, "type").is_none())
        {
            return Err(Left::Unread(
                "is drawn on a video by times, and the export does not say which frames they are; it is not read",
            ));
        }
        let label = self.label(&instance)?;
        let Header {
            maker,
            confidence,
            source,
        } = header(&instance, info, &mut self.people);
        let attributes = attributes(&instance, self.classes)?;
        self.n_typed += attributes.n_typed;
        if word(&instance, "type") == Some("tag") {
            for kept in tag(place, &label, attributes) {
                open.by_maker.add(maker.clone(), kept);
            }
            return Ok(());
        }
        let drawn = if given(&instance, "parts").is_some() {
            self.mask(file, info, &instance, open)?
        } else {
            drawn(&instance, &label)?
        };
        let id = given(&instance, "id").map(|id| match id {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        });
        let id = id.unwrap_or_else(|| place.to_owned());
        let mut kept = annotation(id, &label, drawn, open.by_maker.size_px());
        kept.attributes = attributes.into_shape();
        kept.attributes.extend(named_points(&instance));
        kept.attributes
            .extend(source.map(|source| ("source".to_owned(), source.to_owned())));
        if let Some(track) = word(&instance, "trackingId") {
            kept.attributes
                .insert("tracking_id".to_owned(), track.to_owned());
        }
        if let Some(group) = given(&instance, "groupId")
            .and_then(Value::as_u64)
            .filter(|group| *group > 0)
        {
            kept.attributes
                .insert("group".to_owned(), group.to_string());
        }
        kept.confidence = confidence;
        open.by_maker.add(maker, kept);
        Ok(())
    }

    fn label(&self, instance: &Value) -> Result<String, String> {
        if let Some(name) = word(instance, "className") {
            return Ok(name.to_owned());
        }
        match given(instance, "classId").and_then(Value::as_i64) {
            None | Some(-1) => Ok(UNCLASSIFIED.to_owned()),
            Some(id) => self.classes.name(id).map(str::to_owned).ok_or_else(|| {
                format!("is of class `{id}`, which has no `className` and is not in `classes.json`")
            }),
        }
    }

    fn mask(
        &mut self,
        file: &UploadFile,
        info: &ImageInfo,
        instance: &Value,
        open: &mut Open,
    ) -> Result<(Shape, Option<String>), Left> {
        let max_pixels = self.limits.max_pixels;
        let pictures = self.pictures;
        let picture = open.picture.get_or_insert_with(|| {
            match of_file(pictures, file, &info.name) {
                Some(found) => Picture::read(found, max_pixels)
                    .map_err(|fault| format!("is drawn in a picture that {fault}")),
                None => Err("is drawn in a picture `…___save.png` that is not in the upload; export the masks too".to_owned()),
            }
        });
        let picture = picture.as_mut().map_err(|fault| fault.clone())?;
        if open.by_maker.size_px().is_none() {
            open.by_maker.set_size_px(picture.size_px());
        }
        let (mask, n_lost) = picture.mask(instance)?;
        let fault = (n_lost > 0 && !mask.is_empty())
            .then(|| format!("{n_lost} parts are not in the picture of masks"));
        Ok((Shape::Mask(mask), fault))
    }

    /// An image without annotations is told apart by its status.
    fn close(&mut self, info: &ImageInfo, open: Open) -> Result<(), ImportError> {
        if info.status == Status::Skipped && open.by_maker.is_empty() {
            return self.without(info, open, ReadingState::Skipped);
        }
        if !open.by_maker.is_empty() {
            let is_open = matches!(info.status, Status::NotStarted | Status::InProgress);
            self.n_unfinished += u64::from(is_open);
            return open.by_maker.keep(self.sink, &mut self.seen);
        }
        let is_read = match info.status {
            Status::Done => true,
            Status::Unknown => self.context.listed_is_reviewed(),
            Status::NotStarted | Status::InProgress | Status::Skipped => false,
        };
        if is_read && open.n_left == 0 {
            return self.without(info, open, ReadingState::ReviewedEmpty);
        }
        open.by_maker.keep(self.sink, &mut self.seen)
    }

    fn without(
        &mut self,
        info: &ImageInfo,
        open: Open,
        state: ReadingState,
    ) -> Result<(), ImportError> {
        let maker = Maker {
            rater: info.annotator.clone(),
            review: info.review.clone(),
            ..Maker::default()
        };
        open.by_maker
            .keep_without(self.sink, &mut self.seen, maker, state)
    }
}

/// A label of the whole image, and what was chosen or counted with it.
fn tag(place: &str, label: &str, attributes: Attributes) -> Vec<Annotation> {
    let classified = |id: String, question: String, value: &str| {
        let shape = Shape::Classification {
            question,
            value: value.to_owned(),
        };
        annotation(id, value, (shape, None), None)
    };
    let mut kept = vec![classified(place.to_owned(), TAGS.to_owned(), label)];
    for (group, values) in attributes.chosen {
        for value in values {
            let question = format!("{label}/{group}");
            kept.push(classified(
                format!("{place}/{group}/{value}"),
                question,
                &value,
            ));
        }
    }
    for (group, rank) in attributes.numbers {
        let shape = Shape::Ordinal {
            question: format!("{label}/{group}"),
            rank,
        };
        kept.push(annotation(
            format!("{place}/{group}"),
            &group,
            (shape, None),
            None,
        ));
    }
    kept
}

/// Names that were given to single points of a shape, by their number from 0 on.
fn named_points(instance: &Value) -> Vec<(String, String)> {
    given(instance, "pointLabels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(number, name)| Some((format!("point {number}"), name.as_str()?.to_owned())))
        .collect()
}
