//! Objects of a video: one track for each `feature_id`. Labelbox counts frames from 1.

use super::objects::{Left, drawn, label};
use crate::domain::{Shape, Track, TrackedShape};
use crate::importers::json::fields::{given, list};
use serde_json::Value;
use std::collections::BTreeMap;

/// An object over the frames.
pub(super) struct Tracked {
    pub id: String,
    pub label: String,
    pub outcome: Result<(Shape, Option<String>), Left>,
}

/// What the frames of a label hold.
#[derive(Default)]
pub(super) struct Frames {
    pub tracks: Vec<Tracked>,
    /// Answers on frames or on objects in frames, which are not read.
    pub n_answers: u64,
    /// Frames within a segment that are not listed.
    pub n_gaps: u64,
}

/// Reads `frames`; `segments` says where each object is seen.
pub(super) fn frames(annotations: &Value) -> Result<Frames, String> {
    let held = given(annotations, "frames")
        .and_then(Value::as_object)
        .ok_or("`frames` is no object")?;
    let mut by_id: BTreeMap<&str, BTreeMap<u32, &Value>> = BTreeMap::new();
    let mut found = Frames::default();
    for (number, frame) in held {
        let number = number
            .parse::<u32>()
            .ok()
            .and_then(|number| number.checked_sub(1))
            .ok_or("`frames` holds a frame that is no whole number from 1 on")?;
        found.n_answers += list(frame, "classifications")?.len() as u64;
        let objects = given(frame, "objects").and_then(Value::as_object);
        for (id, object) in objects.into_iter().flatten() {
            found.n_answers += list(object, "classifications")?.len() as u64;
            by_id.entry(id).or_default().insert(number, object);
        }
    }
    for (id, objects) in by_id {
        let segments = given(annotations, "segments").and_then(|all| given(all, id));
        found.n_gaps += n_seen(segments).saturating_sub(objects.len() as u64);
        let Some(first) = objects.values().next() else {
            continue;
        };
        let name = label(first)?.to_owned();
        found.tracks.push(Tracked {
            outcome: track(&objects, &name),
            id: id.to_owned(),
            label: name,
        });
    }
    Ok(found)
}

fn track(objects: &BTreeMap<u32, &Value>, label: &str) -> Result<(Shape, Option<String>), Left> {
    let (mut shapes, mut invalid) = (Vec::new(), None);
    for (&frame, object) in objects {
        let (shape, fault) = drawn(object, label).map_err(|left| match left {
            Left::Broken(fault) => Left::Broken(format!("frame {frame}: {fault}")),
            unread @ Left::Unread(_) => unread,
        })?;
        if let Some(fault) = fault {
            invalid.get_or_insert(format!("frame {frame}: {fault}"));
        }
        shapes.push(TrackedShape { frame, shape });
    }
    let track = Track::new(shapes).map_err(|fault| Left::Broken(fault.to_string()))?;
    Ok((Shape::Track(track), invalid))
}

fn n_seen(segments: Option<&Value>) -> u64 {
    let segments = segments.and_then(Value::as_array).into_iter().flatten();
    segments
        .filter_map(|segment| {
            let end = |at: usize| segment.get(at).and_then(Value::as_u64);
            Some(end(1)?.checked_sub(end(0)?)?.saturating_add(1))
        })
        .fold(0, u64::saturating_add)
}
