//! A file: what stands around its annotations first, then their elements.

use super::elements::{Left, drawn};
use super::records::{Record, read};
use crate::domain::{Item, Reading, ReadingState, SkipReason};
use crate::importers::by_maker::Seen;
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{given, max_record_bytes, value_of, word};
use crate::importers::json::{Element, JsonStream, Kind};
use crate::importers::one_reading::{UNCLASSIFIED, image_of};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use std::collections::HashSet;
use std::io::BufRead;

/// Reads the annotations of an upload.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    seen: Seen,
    /// Annotations that were read, by their ids.
    ids: HashSet<String>,
    n_captions: u64,
    n_heights: u64,
}

/// One annotation, open for its elements.
struct Open {
    place: String,
    item: Item,
    reading: Reading,
    label: Option<String>,
    is_announced: bool,
    n_left: u64,
}

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            context,
            sink,
            seen: Seen::default(),
            ids: HashSet::new(),
            n_captions: 0,
            n_heights: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        for (n, what) in [
            (self.n_captions, "captions beside a group are not read"),
            (
                self.n_heights,
                "elements lie above or below the slide; their heights are not read",
            ),
        ] {
            if n > 0 {
                self.sink.note(format!("{n} {what}"))?;
            }
        }
        Ok(())
    }

    /// Reads one file, which holds an annotation or a list of them.
    pub fn file(&mut self, file: &UploadFile) -> Result<(), ImportError> {
        let records = self.records(file)?;
        let mut stream = JsonStream::new(file.path(), file.open()?, max_record_bytes(self.limits));
        if stream.enter()? == Kind::Object {
            let record = records.into_iter().flatten().next().unwrap_or_default();
            self.one(file, &mut stream, &record, "annotation")?;
            return stream.finish();
        }
        for (at, record) in records.into_iter().enumerate() {
            let place = format!("annotations[{at}]");
            match (stream.next_kind()?, record) {
                (Some(Kind::Object), Some(record)) => {
                    stream.open_container()?;
                    self.one(file, &mut stream, &record, &place)?;
                }
                (Some(_), _) => {
                    stream.skip_value()?;
                    let detail = "is no annotation";
                    skip(
                        self.sink,
                        SkipReason::InvalidRecord,
                        file.path(),
                        place,
                        detail,
                    )?;
                }
                (None, _) => break,
            }
        }
        Ok(())
    }

    fn records(&self, file: &UploadFile) -> Result<Vec<Option<Record>>, ImportError> {
        let mut stream = JsonStream::new(file.path(), file.open()?, max_record_bytes(self.limits));
        let mut found = Vec::new();
        if stream.enter()? == Kind::Object {
            found.push(Some(read(&mut stream)?));
        } else {
            while let Some(kind) = stream.next_kind()? {
                if kind == Kind::Object {
                    stream.open_container()?;
                    found.push(Some(read(&mut stream)?));
                } else {
                    stream.skip_value()?;
                    found.push(None);
                }
            }
        }
        stream.finish()?;
        Ok(found)
    }

    fn one<R: BufRead>(
        &mut self,
        file: &UploadFile,
        stream: &mut JsonStream<'_, R>,
        record: &Record,
        place: &str,
    ) -> Result<(), ImportError> {
        let image = record
            .item
            .as_deref()
            .unwrap_or_else(|| image_of(file, &[".json"]));
        let placement = self.context.place(file.path(), image)?;
        let key = placement.reading_key(record.creator.as_deref());
        let is_new = match &record.id {
            Some(id) => self.ids.insert(id.clone()),
            // Without an id, two files of one name and rater may be the same.
            None => self.seen.is_first(&key, file.path()),
        };
        let fault = match is_new {
            false => Some(
                "is in this upload already, or another file holds the same item and rater; give each file a session",
            ),
            true => record.fault,
        };
        let mut item = placement.to_item();
        item.image_name = record.item.is_none().then(|| image.to_owned());
        let mut reading = placement.to_reading(key, ReadingState::Annotated, file.path());
        reading.finished_at_us = record.finished_at_us().or(reading.finished_at_us);
        reading.review = record.review();
        let mut open = Open {
            place: place.to_owned(),
            item,
            reading,
            label: placement.label,
            is_announced: false,
            n_left: 0,
        };
        if let Some(detail) = fault {
            while stream.next_key()?.is_some() {
                stream.skip_value()?;
            }
            let reason = SkipReason::InvalidRecord;
            return Ok(skip(self.sink, reason, file.path(), place, detail)?);
        }
        while let Some(key) = stream.next_key()? {
            match (key.as_str(), stream.kind()?) {
                ("annotation", Kind::Object) => {
                    stream.open_container()?;
                    while let Some(key) = stream.next_key()? {
                        self.value(file, stream, &key, &mut open)?;
                    }
                }
                _ => self.value(file, stream, &key, &mut open)?,
            }
        }
        self.close(open)
    }

    /// A member of the annotation: its elements, or something else.
    fn value<R: BufRead>(
        &mut self,
        file: &UploadFile,
        stream: &mut JsonStream<'_, R>,
        key: &str,
        open: &mut Open,
    ) -> Result<(), ImportError> {
        if key != "elements" {
            return stream.skip_value();
        }
        if stream.kind()? != Kind::Array {
            open.n_left += 1;
            let detail = "`elements` is no list";
            let reason = SkipReason::InvalidRecord;
            skip(self.sink, reason, file.path(), &*open.place, detail)?;
            return stream.skip_value();
        }
        stream.open_container()?;
        for at in 0.. {
            let place = format!("{}.elements[{at}]", open.place);
            let Some(element) = stream.next_element(|| format!("`{place}`"))? else {
                break;
            };
            let left = match self.element(&element, &place, open)? {
                Ok(()) => continue,
                Err(left) => left,
            };
            open.n_left += 1;
            let (reason, detail) = match left {
                Left::Broken(detail) => (SkipReason::InvalidRecord, detail),
                Left::Unread(detail) => (SkipReason::Unsupported, detail.to_owned()),
            };
            skip(self.sink, reason, file.path(), place, detail)?;
        }
        Ok(())
    }

    fn element(
        &mut self,
        element: &Element,
        place: &str,
        open: &mut Open,
    ) -> Result<Result<(), Left>, ImportError> {
        let held = match value_of(element, max_record_bytes(self.limits)) {
            Ok(held) => held,
            Err(detail) => return Ok(Err(Left::Broken(detail))),
        };
        let caption = given(&held, "label").and_then(|label| word(label, "value"));
        let group = word(&held, "group");
        let label = group
            .or(caption)
            .or(open.label.as_deref())
            .unwrap_or(UNCLASSIFIED);
        let mut has_height = false;
        let drawn = match drawn(&held, label, &mut has_height) {
            Ok(drawn) => drawn,
            Err(left) => return Ok(Err(left)),
        };
        self.n_heights += u64::from(has_height);
        self.n_captions += u64::from(group.is_some() && caption.is_some() && caption != group);
        let id = word(&held, "id").unwrap_or(place);
        let mut kept = annotation(id.to_owned(), label, drawn, None);
        kept.finished_at_us = open.reading.finished_at_us;
        self.announce(open, ReadingState::Annotated)?;
        self.sink.annotation(&open.reading.key, kept)?;
        Ok(Ok(()))
    }

    fn announce(&mut self, open: &mut Open, state: ReadingState) -> Result<(), ImportError> {
        if !open.is_announced {
            open.is_announced = true;
            open.reading.state = state;
            self.sink.item(open.item.clone())?;
            self.sink.reading(open.reading.clone())?;
        }
        Ok(())
    }

    fn close(&mut self, mut open: Open) -> Result<(), ImportError> {
        if open.is_announced {
            return Ok(());
        }
        if open.n_left == 0 && self.context.listed_is_reviewed() {
            return self.announce(&mut open, ReadingState::ReviewedEmpty);
        }
        Ok(self.sink.item(open.item)?)
    }
}
