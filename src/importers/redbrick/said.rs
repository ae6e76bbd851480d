//! What one version of a task says about one item.

use super::answers::{answers, category, of_label};
use super::pictures::Picture;
use super::shapes::{FLAT, Left, by_voxel, flat, frame};
use crate::domain::{Annotation, Shape, SkipReason, Track, TrackedShape};
use crate::importers::drawn::annotation;
use crate::importers::json::fields::list;
use serde_json::Value;
use std::collections::BTreeMap;

/// What one version says about one item.
#[derive(Default)]
pub(super) struct Said {
    pub kept: Vec<Annotation>,
    pub left_out: Vec<(SkipReason, String, String)>,
}

/// A track over frames: its label, its attributes and its shapes.
type OverFrames = (String, BTreeMap<String, String>, Vec<TrackedShape>);

impl Said {
    fn left(&mut self, record: String, left: Left) {
        let (reason, detail) = match left {
            Left::Broken(detail) => (SkipReason::InvalidRecord, detail),
            Left::Unread(detail) => (SkipReason::Unsupported, detail.to_owned()),
        };
        self.left_out.push((reason, record, detail));
    }

    fn texts(&mut self, record: &str, n_texts: u64) {
        if n_texts > 0 {
            let detail = format!("{n_texts} answers are too long to be choices and are not read");
            self.left_out
                .push((SkipReason::Unsupported, record.to_owned(), detail));
        }
    }

    /// The labels of one list; those with frames become tracks by `trackId`.
    pub fn labels(&mut self, kind: &str, series: &Value, picture: Option<&Picture>) {
        let labels = match list(series, kind) {
            Ok(labels) => labels,
            Err(detail) => return self.left(kind.to_owned(), Left::Broken(detail)),
        };
        let is_flat = FLAT.contains(&kind);
        let size_px = picture.and_then(|picture| picture.size_px);
        let is_mirrored = picture.is_some_and(|picture| picture.modality.as_deref() == Some("MG"));
        let mut tracks: BTreeMap<String, OverFrames> = BTreeMap::new();
        for (at, label) in labels.iter().enumerate() {
            let record = format!("{kind}[{at}]");
            let (attributes, n_texts) = of_label(label);
            self.texts(&record, n_texts);
            let drawn = category(label).map_err(Left::Broken).and_then(|name| {
                let drawn = match (is_flat, is_mirrored, size_px) {
                    (false, _, _) => by_voxel(kind, label, &name)?,
                    (true, true, _) => {
                        return Err(Left::Unread("lies on a mammogram or tomosynthesis, where RedBrick counts x from the right edge; not read"));
                    }
                    (true, false, None) => {
                        return Err(Left::Unread("is stated in shares of an image of unknown size; put the task's images into the upload, beside the export"));
                    }
                    (true, false, Some(size)) => flat(kind, label, &name, size)?,
                };
                Ok((name, drawn))
            });
            let (name, drawn) = match drawn {
                Ok(drawn) => drawn,
                Err(left) => {
                    self.left(record, left);
                    continue;
                }
            };
            match frame(label).filter(|_| is_flat) {
                Some((frame, track)) => {
                    let id = track.map_or(record, str::to_owned);
                    let over = tracks
                        .entry(id)
                        .or_insert_with(|| (name, attributes, Vec::new()));
                    over.2.push(TrackedShape {
                        frame,
                        shape: drawn.0,
                    });
                }
                None => {
                    let mut kept = annotation(record, &name, drawn, size_px.filter(|_| is_flat));
                    kept.attributes = attributes;
                    self.kept.push(kept);
                }
            }
        }
        for (id, (name, attributes, shapes)) in tracks {
            match Track::new(shapes) {
                Ok(track) => {
                    let mut kept = annotation(id, &name, (Shape::Track(track), None), size_px);
                    kept.attributes = attributes;
                    self.kept.push(kept);
                }
                Err(fault) => self.left(kind.to_owned(), Left::Broken(fault.to_string())),
            }
        }
    }

    pub fn answers(&mut self, record: &str, attributes: Option<&Value>) {
        let (found, n_texts) = answers(attributes.and_then(Value::as_object));
        self.texts(record, n_texts);
        for (question, values) in found {
            for value in values {
                let shape = Shape::Classification {
                    question: question.clone(),
                    value: value.clone(),
                };
                let id = format!("{record}.{question}.{value}");
                self.kept.push(annotation(id, &value, (shape, None), None));
            }
        }
    }
}
