//! Whose the shapes of one image or video are: its annotator's, a model's, or the consensus of several.
//!
//! CVAT writes where each shape comes from. What a model drew (`auto`) and a person then changed is marked as such; what is left as it
//! was beside shapes drawn by hand was accepted by the annotator. Where nobody drew or changed anything, the work is the model's. What
//! was merged from several annotators is a consensus, with whatever was changed in it afterwards.

use crate::domain::{
    Annotation, Reading, ReadingKey, ReadingState, ReferenceKind, Role, SkipReason,
};
use crate::importers::{Context, ImportError, Placement, Sink};

/// The rater of images on which nobody changed what a model drew.
pub(super) const MODEL: &str = "model";

/// What becomes of a record: nothing more to say, or why it is left out.
pub(super) type Kept = Result<(), (SkipReason, String)>;

/// Who the shapes of an image turned out to be by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Annotator,
    Model,
    Consensus,
}

/// Where the shapes of an image come from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sources {
    has_hand: bool,
    has_auto: bool,
    has_consensus: bool,
}

impl Sources {
    /// Takes note of one shape's `source`.
    pub fn add(&mut self, source: Option<&str>) {
        match source {
            Some("auto") => self.has_auto = true,
            Some("consensus") => self.has_consensus = true,
            _ => self.has_hand = true,
        }
    }

    /// Whose all of it is, once everything was seen.
    pub fn by(self, asks: Asks) -> By {
        if self.has_consensus && asks.of_consensus {
            By::Consensus
        } else if self.has_auto && !self.has_hand && !self.has_consensus && asks.of_models {
            By::Model
        } else {
            By::Annotator
        }
    }
}

/// Which sources decide whose an image's work is. What the options say of an upload comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asks {
    pub of_models: bool,
    pub of_consensus: bool,
}

impl Asks {
    pub fn new(placement: &Placement, context: &Context, file: &str, image: &str) -> Self {
        let is_kept = placement.role == Role::Model || placement.reference.is_some();
        Self {
            of_models: !is_kept && !context.states_role(file, image),
            // A consensus is no one's, whatever the role of those who were asked.
            of_consensus: !is_kept,
        }
    }
}

/// The reading of a placement by whomever it turned out to be.
pub(super) fn reading(
    placement: &Placement,
    own: &ReadingKey,
    by: By,
    state: ReadingState,
    file: &str,
) -> Reading {
    let other = |rater: &str| ReadingKey {
        rater: rater.to_owned(),
        ..own.clone()
    };
    match by {
        By::Annotator => placement.to_reading(own.clone(), state, file),
        By::Model => Reading {
            role: Role::Model,
            ..placement.to_reading(other(MODEL), state, file)
        },
        By::Consensus => Reading {
            role: Role::Model,
            reference: Some(ReferenceKind::Consensus),
            ..placement.to_reading(other("consensus"), state, file)
        },
    }
}

/// The image or video whose shapes are being read, with those that are not yet known to be anyone's.
pub(super) struct Held {
    pub record: String,
    pub placement: Placement,
    pub key: ReadingKey,
    pub size_px: Option<(u32, u32)>,
    waiting: Vec<Annotation>,
    sources: Sources,
    asks: Asks,
    /// Whether a later shape could still change whose the work is.
    is_open: bool,
    may_be_consensus: bool,
    announced: Option<ReadingKey>,
}

impl Held {
    pub fn new(
        record: String,
        placement: Placement,
        key: ReadingKey,
        size_px: Option<(u32, u32)>,
        asks: Asks,
        may_be_consensus: bool,
    ) -> Self {
        let may_be_consensus = may_be_consensus && asks.of_consensus;
        Self {
            record,
            placement,
            key,
            size_px,
            waiting: Vec::new(),
            sources: Sources::default(),
            asks,
            is_open: may_be_consensus || asks.of_models,
            may_be_consensus,
            announced: None,
        }
    }

    /// Keeps a shape, once it is known whose.
    pub fn keep(
        &mut self,
        annotation: Annotation,
        source: Option<&str>,
        desk: &mut Desk<'_>,
    ) -> Result<(), ImportError> {
        if self.is_open {
            self.sources.add(source);
            self.is_open = self.may_be_consensus || (self.asks.of_models && !self.sources.has_hand);
            self.waiting.push(annotation);
            return if self.is_open {
                Ok(())
            } else {
                self.settle(desk)
            };
        }
        self.pass_on(vec![annotation], desk)
    }

    /// Says whose the shapes are that were waiting.
    pub fn settle(&mut self, desk: &mut Desk<'_>) -> Result<(), ImportError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        self.pass_on(waiting, desk)
    }

    fn pass_on(
        &mut self,
        annotations: Vec<Annotation>,
        desk: &mut Desk<'_>,
    ) -> Result<(), ImportError> {
        let key = match &self.announced {
            Some(key) => key.clone(),
            None => self.announce(ReadingState::Annotated, desk)?,
        };
        for annotation in annotations {
            desk.sink.annotation(&key, annotation)?;
        }
        Ok(())
    }

    /// Announces the reading.
    pub fn announce(
        &mut self,
        state: ReadingState,
        desk: &mut Desk<'_>,
    ) -> Result<ReadingKey, ImportError> {
        let by = self.sources.by(self.asks);
        desk.n_by_model += u64::from(by == By::Model);
        let mut reading = reading(&self.placement, &self.key, by, state, desk.file);
        if reading.finished_at_us.is_none() {
            reading.finished_at_us = desk.updated_us;
            desk.time_is_borrowed |= desk.updated_us.is_some();
        }
        let key = reading.key.clone();
        self.announced = Some(key.clone());
        desk.sink.reading(reading)?;
        Ok(key)
    }
}

/// Where readings of one file go, and what is to be said of them at its end.
pub(super) struct Desk<'a> {
    pub file: &'a str,
    pub sink: &'a mut dyn Sink,
    pub updated_us: Option<i64>,
    pub time_is_borrowed: bool,
    /// Images on which nobody drew or changed anything.
    pub n_by_model: u64,
}

impl Desk<'_> {
    /// Notes what concerns the whole file.
    pub fn finish(&mut self) -> Result<(), ImportError> {
        let file = self.file;
        if self.time_is_borrowed {
            self.sink.note(format!(
                "{file}: the finishing time of every image is when the job or task was last changed; CVAT tells no other"
            ))?;
        }
        if self.n_by_model > 0 {
            self.sink.note(format!(
                "{file}: on {} images or videos every shape was drawn by a model and left as it was; they are the rater `model`'s. Where an \
                 annotator checked them, state the role of the upload",
                self.n_by_model
            ))?;
        }
        Ok(())
    }
}
