//! Objects of a video: one track for each `mid` of a job. Kili counts frames from 0 and lists every one.

use super::answers::{Answers, below};
use super::objects::{Jobs, by_mid, confidence, label_of, mid};
use super::shapes::{Canvas, Left, drawn};
use crate::domain::{Shape, Track, TrackedShape};
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{given, word};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// An object over the frames.
struct Over {
    label: String,
    shapes: Vec<TrackedShape>,
    fault: Option<String>,
    answers: Vec<Answers>,
    confidence: Option<f64>,
    is_predicted: bool,
}

/// Reads all frames of a label.
pub(super) fn read(held: &Map<String, Value>, canvas: Canvas, is_model: bool, found: &mut Jobs) {
    let mut tracks: BTreeMap<(String, String), Over> = BTreeMap::new();
    let mut n_answered: BTreeMap<String, u64> = BTreeMap::new();
    for (key, jobs) in held {
        let (Ok(frame), Some(jobs)) = (key.parse::<u32>(), jobs.as_object()) else {
            let detail = "is no frame with jobs".to_owned();
            found.leave_out(key, Left::Broken(detail));
            continue;
        };
        for (job, held) in jobs {
            if given(held, "annotations").is_none() {
                *n_answered.entry(job.clone()).or_default() += 1;
                continue;
            }
            let groups = match by_mid(held) {
                Ok(groups) => groups,
                Err(detail) => {
                    found.leave_out(format!("{frame}.{job}"), Left::Broken(detail));
                    continue;
                }
            };
            for (at, parts) in groups {
                if let Err(left) = object(job, frame, &parts, canvas, &mut tracks) {
                    found.leave_out(format!("{frame}.{job}.annotations[{at}]"), left);
                }
            }
        }
    }
    for (job, n) in n_answered {
        found.leave_out(
            format!("{job} on {n} frames"),
            Left::Unread("answers a question on frames of a video, which is not read"),
        );
    }
    for ((job, mid), over) in tracks {
        let mut answers = over.answers.into_iter();
        let first = answers.next().unwrap_or_default();
        found.n_typed += first.n_typed;
        if answers.any(|other| other != first) {
            found.leave_out(
                format!("{job}.{mid}"),
                Left::Unread(
                    "holds answers that change over the frames; those of its first frame are read",
                ),
            );
        }
        match Track::new(over.shapes) {
            Ok(track) => {
                let drawn = (Shape::Track(track), over.fault);
                let mut kept = annotation(mid, &over.label, drawn, canvas.size_px);
                kept.attributes = first.into_attributes();
                kept.attributes.insert("group".to_owned(), job);
                if over.is_predicted && !is_model {
                    kept.attributes
                        .insert("source".to_owned(), "prediction".to_owned());
                }
                kept.confidence = over.confidence.filter(|_| is_model);
                found.kept.push(kept);
            }
            Err(fault) => found.leave_out(format!("{job}.{mid}"), Left::Broken(fault.to_string())),
        }
    }
}

fn object(
    job: &str,
    frame: u32,
    parts: &[&Value],
    canvas: Canvas,
    tracks: &mut BTreeMap<(String, String), Over>,
) -> Result<(), Left> {
    let first = parts.first().ok_or("is empty")?;
    let mid = mid(first).ok_or("has no `mid`, by which objects of frames are one")?;
    let label = label_of(first)?;
    let (shape, fault) = drawn(parts, &label, canvas)?;
    let answers = below(first)?;
    let over = tracks.entry((job.to_owned(), mid)).or_insert_with(|| Over {
        label,
        shapes: Vec::new(),
        fault: None,
        answers: Vec::new(),
        confidence: confidence(first),
        is_predicted: word(first, "labelVersion") == Some("prediction"),
    });
    if let Some(fault) = fault {
        over.fault.get_or_insert(format!("frame {frame}: {fault}"));
    }
    over.shapes.push(TrackedShape { frame, shape });
    over.answers.push(answers);
    Ok(())
}
