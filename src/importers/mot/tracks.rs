//! Shapes of one file, gathered into tracks.

use super::sequence::Sequence;
use crate::domain::{
    Annotation, Reading, ReadingKey, ReadingState, Role, Shape, SkipReason, Track, TrackedShape,
};
use crate::importers::one_reading::{UNCLASSIFIED, plain};
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Placement, Sink, UploadFile, structure};
use std::collections::{BTreeMap, HashSet};

/// Who an object is: its number and class. Without a number, every line is one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    Followed { id: i64, class: i64 },
    Alone { line: u64, class: i64 },
}

/// One shape, with its line.
pub(super) struct Seen {
    pub frame: u32,
    pub line: u64,
    pub shape: Shape,
    /// Marked as not to be counted.
    pub is_ignored: bool,
    pub confidence: Option<f64>,
}

/// All shapes of a file by object.
#[derive(Default)]
pub(super) struct Tracks {
    by_object: BTreeMap<Identity, Vec<Seen>>,
}

impl Tracks {
    /// Takes a shape in.
    pub fn add(&mut self, object: Identity, seen: Seen) {
        self.by_object.entry(object).or_default().push(seen);
    }

    /// Hands all tracks on, as one reading of the sequence.
    #[expect(
        clippy::too_many_arguments,
        reason = "two callers, and a struct would only rename them"
    )]
    pub fn pass_on(
        self,
        file: &UploadFile,
        sequence: &Sequence,
        convention: &str,
        is_model: bool,
        n_records: u64,
        context: &Context,
        seen: &mut HashSet<ReadingKey>,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError> {
        let placement = context.place(file.path(), &sequence.name)?;
        let stated = placement.rater.clone();
        let model = is_model.then(|| stated.unwrap_or_else(|| "model".to_owned()));
        let key = placement.reading_key(model.as_deref());
        if !seen.insert(key.clone()) {
            let detail = "gives the same item key as an earlier file; name raters or items by a pattern, or items by path (item key `path`)";
            let reason = SkipReason::InvalidRecord;
            return Ok(skip(sink, reason, file.path(), "", detail)?);
        }
        let mut item = placement.to_item();
        item.width_px = sequence.size_px.map(|(width, _)| width);
        item.height_px = sequence.size_px.map(|(_, height)| height);
        item.image_name = Some(sequence.name.clone());
        sink.item(item)?;
        let state = if self.by_object.is_empty() {
            if n_records > 0 || !context.listed_is_reviewed() {
                return Ok(());
            }
            ReadingState::ReviewedEmpty
        } else {
            ReadingState::Annotated
        };
        sink.reading(reading(
            &placement, &key, state, file, convention, is_model, context,
        ))?;
        for (object, shapes) in self.by_object {
            let class = match object {
                Identity::Followed { class, .. } | Identity::Alone { class, .. } => class,
            };
            let label = match sequence.label(class) {
                Ok(label) => label,
                Err(detail) => {
                    let reason = SkipReason::Dangling;
                    for one in shapes {
                        let place = format!("line {}", one.line);
                        skip(sink, reason, file.path(), place, detail.clone())?;
                    }
                    continue;
                }
            };
            let label = label.or_else(|| placement.label.clone());
            let label = label.unwrap_or_else(|| UNCLASSIFIED.to_owned());
            if let Some(annotation) = track(object, &label, shapes, sequence, file, sink)? {
                sink.annotation(&key, annotation)?;
            }
        }
        Ok(())
    }
}

fn reading(
    placement: &Placement,
    key: &ReadingKey,
    state: ReadingState,
    file: &UploadFile,
    convention: &str,
    is_model: bool,
    context: &Context,
) -> Reading {
    let mut reading = placement.to_reading(key.clone(), state, file.path());
    convention.clone_into(&mut reading.source_convention);
    if is_model {
        reading.role = context.options().role.unwrap_or(Role::Model);
        reading.reference = None;
    }
    reading
}

/// One object as an annotation; `None` where nothing is left of it.
fn track(
    object: Identity,
    label: &str,
    mut shapes: Vec<Seen>,
    sequence: &Sequence,
    file: &UploadFile,
    sink: &mut dyn Sink,
) -> Result<Option<Annotation>, ImportError> {
    shapes.sort_by_key(|one| (one.frame, one.line));
    let (mut frames, mut n_ignored, mut confidence) = (Vec::new(), 0_usize, None);
    let mut last = None;
    for one in shapes {
        if last == Some(one.frame) {
            let detail = "repeats an object in a frame; it has one shape there";
            let reason = SkipReason::InvalidRecord;
            skip(
                sink,
                reason,
                file.path(),
                format!("line {}", one.line),
                detail,
            )?;
            continue;
        }
        last = Some(one.frame);
        n_ignored += usize::from(one.is_ignored);
        confidence = one.confidence.or(confidence);
        frames.push(TrackedShape {
            frame: one.frame,
            shape: one.shape,
        });
    }
    let n_frames = frames.len();
    let Ok(track) = Track::new(frames) else {
        return Ok(None);
    };
    let shape = Shape::Track(track);
    let invalid = structure::invalid(&shape, sequence.size_px);
    let source_id = match object {
        Identity::Followed { id, .. } => id.to_string(),
        Identity::Alone { line, .. } => format!("line {line}"),
    };
    let mut annotation = plain(source_id, label, shape);
    annotation.invalid = invalid;
    if n_ignored > 0 {
        let how = if n_ignored == n_frames {
            "true"
        } else {
            "in part"
        };
        annotation
            .attributes
            .insert("ignored".to_owned(), how.to_owned());
    }
    // A track of one frame has the confidence of its line; over several there is none of the whole.
    if n_frames == 1
        && let Some(confidence) = confidence
    {
        if (0.0..=1.0).contains(&confidence) {
            annotation.confidence = Some(confidence);
        } else {
            annotation
                .attributes
                .insert("score".to_owned(), confidence.to_string());
        }
    }
    Ok(Some(annotation))
}
