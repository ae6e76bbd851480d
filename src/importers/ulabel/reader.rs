//! A save: annotations into readings of the whole and of its frames.

use super::place::Place;
use super::shapes::{Kind as Drawing, class, kind};
use crate::domain::{Annotation, ReadingState, Review, ReviewOutcome, Shape, SkipReason};
use crate::importers::by_maker::{ByMaker, Maker, Seen};
use crate::importers::context::base_name;
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{count, given, instant, max_record_bytes, value_of, word};
use crate::importers::json::{Element, JsonStream, Kind};
use crate::importers::people::People;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Placement, Sink, UploadFile};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Who works without a name.
const NOBODY: &[&str] = &["guest", "unknown"];

/// Frames beyond this are no series.
const MAX_FRAMES: usize = 1 << 20;

/// Reads the saves of an upload.
pub(super) struct Reader<'a> {
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    people: People,
    seen: Seen,
    /// How often an account did a task on an item.
    n_reads: HashMap<(String, Option<String>, String), u32>,
    n_texts: u64,
    n_named: u64,
}

/// A save, open for its annotations.
struct Open<'f> {
    file: &'f UploadFile,
    placement: Placement,
    /// The user in the file's name, unless the options name someone.
    user: Option<String>,
    saved_at_us: Option<i64>,
    size_px: Option<(u32, u32)>,
    /// The whole, and each frame.
    items: BTreeMap<Option<u32>, ByMaker<'f>>,
    n_left: u64,
}

/// Why an annotation is left out.
struct Left(SkipReason, String);

impl From<String> for Left {
    fn from(detail: String) -> Self {
        Self(SkipReason::InvalidRecord, detail)
    }
}

impl<'a> Reader<'a> {
    pub fn new(limits: &'a Limits, context: &'a Context, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            context,
            sink,
            people: People::default(),
            seen: Seen::default(),
            n_reads: HashMap::new(),
            n_texts: 0,
            n_named: 0,
        }
    }

    /// Says what concerns the upload as a whole.
    pub fn finish(self) -> Result<(), ImportError> {
        for (n, what) in [
            (self.n_texts, "typed texts are not read"),
            (
                self.n_named,
                "annotations have classes whose names are not in the files; they are called by their numbers",
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

    /// Reads one save.
    pub fn file(&mut self, file: &UploadFile, place: &Place) -> Result<(), ImportError> {
        if place.is_replaced {
            let detail = "is replaced by a later save in its folder";
            return self.skip(SkipReason::Withdrawn, file, "", detail);
        }
        let mut placement = match place.task {
            // Folders name the item for certain; the item's own name alone would not do.
            Some(_) => self
                .context
                .place_item(file.path(), &place.item, place.item.clone())?,
            None => self.context.place(file.path(), &place.item)?,
        };
        if let (true, Some(task)) = (placement.session.is_empty(), &place.task) {
            let key = (place.item.clone(), place.user.clone(), task.clone());
            let n = self.n_reads.entry(key).or_insert(0);
            *n += 1;
            // One account may do the same task again, or stand for several people; the options can tell them apart.
            placement.session = match n {
                1 => task.clone(),
                n => format!("{task}#{n}"),
            };
        }
        let user = place.user.as_deref().map(|user| self.people.name(user));
        let size_px = self.context.size_px(file.path(), &place.item)?;
        let mut open = Open {
            file,
            user: placement.rater.clone().or(user),
            saved_at_us: place
                .saved_at_s
                .and_then(|seconds| seconds.checked_mul(1_000_000)),
            placement,
            size_px,
            items: BTreeMap::new(),
            n_left: 0,
        };
        self.annotations(&mut open)?;
        self.close(open)
    }

    fn annotations(&mut self, open: &mut Open) -> Result<(), ImportError> {
        let file = open.file;
        let mut stream = JsonStream::new(file.path(), file.open()?, max_record_bytes(self.limits));
        if stream.enter()? != Kind::Object {
            return Err(ImportError::container(file.path(), "is no object"));
        }
        while let Some(key) = stream.next_key()? {
            if key != "annotations" || stream.kind()? == Kind::Scalar {
                stream.skip_value()?;
                continue;
            }
            if stream.open_container()? == Kind::Array {
                self.listed(&mut stream, "annotations", None, open)?;
                continue;
            }
            while let Some(subtask) = stream.next_key()? {
                if stream.kind()? != Kind::Array {
                    stream.skip_value()?;
                    let detail = "is no list of annotations";
                    self.skip(SkipReason::InvalidRecord, file, "annotations", detail)?;
                    continue;
                }
                stream.open_container()?;
                let place = format!("annotations.{subtask}");
                self.listed(&mut stream, &place, Some(&subtask), open)?;
            }
        }
        stream.finish()
    }

    fn listed<R: std::io::BufRead>(
        &mut self,
        stream: &mut JsonStream<'_, R>,
        place: &str,
        subtask: Option<&str>,
        open: &mut Open,
    ) -> Result<(), ImportError> {
        for at in 0.. {
            let place = format!("{place}[{at}]");
            let Some(element) = stream.next_element(|| format!("`{place}`"))? else {
                break;
            };
            if let Err(Left(reason, detail)) = self.one(&element, &place, subtask, open) {
                open.n_left += u64::from(reason != SkipReason::Withdrawn);
                self.skip(reason, open.file, &place, &detail)?;
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        element: &Element,
        place: &str,
        subtask: Option<&str>,
        open: &mut Open,
    ) -> Result<(), Left> {
        let held = value_of(element, max_record_bytes(self.limits))?;
        if held.get("deprecated") == Some(&Value::Bool(true)) {
            return Err(Left(SkipReason::Withdrawn, "is deprecated".to_owned()));
        }
        let spatial_type = word(&held, "spatial_type").ok_or("has no `spatial_type`".to_owned())?;
        if spatial_type.starts_with("delete_") {
            let detail = "is an area in which others were deleted".to_owned();
            return Err(Left(SkipReason::Withdrawn, detail));
        }
        let label = class(&held)?;
        let frame = match given(&held, "frame") {
            None => None,
            Some(_) => {
                let frame = count(&held, "frame");
                Some(frame.ok_or("`frame` is no whole number from 0 on".to_owned())?)
            }
        };
        let label = open.placement.label.clone().unwrap_or(label);
        let question = subtask.unwrap_or(spatial_type);
        let stated = |label: &str| Shape::Classification {
            question: question.to_owned(),
            value: label.to_owned(),
        };
        let (on, drawn) = match kind(&held, spatial_type, &label)? {
            Drawing::Drawn(drawn) => (frame, drawn),
            Drawing::OverFrames(drawn) => (None, drawn),
            Drawing::FrameLabel => (frame, (stated(&label), None)),
            Drawing::Label => (None, (stated(&label), None)),
            Drawing::Deletion | Drawing::Unread => {
                let detail = "is of a type that is not read".to_owned();
                return Err(Left(SkipReason::Unsupported, detail));
            }
        };
        self.n_texts += u64::from(word(&held, "text_payload").is_some());
        self.n_named += u64::from(label.starts_with("class-"));
        let id = word(&held, "id").unwrap_or(place).to_owned();
        let mut kept = annotation(id, &label, drawn, open.size_px);
        if let Some(subtask) = subtask {
            kept.attributes
                .insert("group".to_owned(), subtask.to_owned());
        }
        let maker = self.maker(&held, open);
        open.add(on, maker, kept)
    }

    /// Who made an annotation. One that another person changed later is that person's correction.
    fn maker(&mut self, held: &Value, open: &Open) -> Maker {
        let named = |name: &str| word(held, name).filter(|who| !NOBODY.contains(who));
        let (creator, editor) = (named("created_by"), named("last_edited_by"));
        let created_at_us = instant(held, "created_at");
        let edited_at_us = instant(held, "last_edited_at").filter(|at| Some(*at) > created_at_us);
        let rater = creator.map(|who| self.people.name(who));
        let is_own = rater.is_none() || rater == open.user;
        let by_other = editor.filter(|editor| creator.is_some() && Some(*editor) != creator);
        Maker {
            review: by_other.map(|editor| Review {
                outcome: ReviewOutcome::Corrected,
                reviewer: Some(self.people.name(editor)),
                at_us: edited_at_us,
            }),
            finished_at_us: match (by_other, is_own) {
                (None, true) => edited_at_us.or(created_at_us).max(open.saved_at_us),
                (None, false) => edited_at_us.or(created_at_us),
                (Some(_), _) => created_at_us,
            },
            rater: rater.or_else(|| open.user.clone()),
            ..Maker::default()
        }
    }

    fn close(&mut self, open: Open) -> Result<(), ImportError> {
        if open.items.is_empty() {
            let whole = open.item(None);
            if open.n_left == 0 && self.context.listed_is_reviewed() {
                let maker = Maker {
                    rater: open.user.clone(),
                    finished_at_us: open.saved_at_us,
                    ..Maker::default()
                };
                let state = ReadingState::ReviewedEmpty;
                return whole.keep_without(self.sink, &mut self.seen, maker, state);
            }
            return whole.keep(self.sink, &mut self.seen);
        }
        for by_maker in open.items.into_values() {
            by_maker.keep(self.sink, &mut self.seen)?;
        }
        Ok(())
    }
}

impl<'f> Open<'f> {
    /// The item of the whole, or of a frame, which belongs to the whole's study.
    fn item(&self, frame: Option<u32>) -> ByMaker<'f> {
        let mut placement = self.placement.clone();
        if let Some(frame) = frame {
            placement.item = format!("{}/{frame}", placement.item);
        }
        let name = base_name(&self.placement.item).to_owned();
        let mut by_maker = ByMaker::new(self.file.path(), placement, &name);
        if let Some(size) = self.size_px {
            by_maker.set_size_px(size);
        }
        by_maker
    }

    fn add(&mut self, frame: Option<u32>, maker: Maker, kept: Annotation) -> Result<(), Left> {
        if !self.items.contains_key(&frame) {
            if self.items.len() >= MAX_FRAMES {
                return Err(format!("lies on more than {MAX_FRAMES} frames").into());
            }
            let item = self.item(frame);
            self.items.insert(frame, item);
        }
        if let Some(by_maker) = self.items.get_mut(&frame) {
            by_maker.add(maker, kept);
        }
        Ok(())
    }
}
