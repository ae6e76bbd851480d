//! Jobs of one label into annotations.

use super::answers::{below, of_job};
use super::frames;
use super::shapes::{Canvas, Left, drawn};
use crate::domain::{Annotation, Shape, SkipReason};
use crate::importers::drawn::annotation;
use crate::importers::json::fields::{given, list, word, word_for};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a label's jobs become, and what of them is left out.
#[derive(Default)]
pub(super) struct Jobs {
    pub kept: Vec<Annotation>,
    /// Reason, place within the label, and detail.
    pub left_out: Vec<(SkipReason, String, String)>,
    pub n_typed: u64,
    pub n_spans: u64,
}

impl Jobs {
    pub fn leave_out(&mut self, place: impl Into<String>, left: Left) {
        let (reason, detail) = match left {
            Left::Broken(detail) => (SkipReason::InvalidRecord, detail),
            Left::Unread(detail) => (SkipReason::Unsupported, detail.to_owned()),
        };
        self.left_out.push((reason, place.into(), detail));
    }
}

/// Reads `jsonResponse`, which may be written as a text that holds it.
pub(super) fn jobs(label: &Value, canvas: Canvas, is_model: bool) -> Result<Jobs, String> {
    let parsed: Value;
    let held = match label.get("jsonResponse") {
        None => return Err("has no `jsonResponse`".to_owned()),
        Some(Value::String(text)) => {
            parsed = serde_json::from_str(text)
                .map_err(|_| "`jsonResponse` is a text that does not read as JSON")?;
            &parsed
        }
        Some(held) => held,
    };
    let none = Map::new();
    let held = match held {
        Value::Null => &none,
        Value::Object(held) => held,
        other => {
            return Err(format!(
                "`jsonResponse` is {}; an object is needed",
                word_for(other)
            ));
        }
    };
    let mut found = Jobs::default();
    let is_video = !held.is_empty() && held.keys().all(|key| key.parse::<u32>().is_ok());
    if is_video {
        frames::read(held, canvas, is_model, &mut found);
    } else {
        for (job, held) in held {
            if let Err(detail) = image_job(job, held, canvas, is_model, &mut found) {
                found.leave_out(job, Left::Broken(detail));
            }
        }
    }
    Ok(found)
}

/// The objects of a job in the order of the file. Semantic ones with one `mid` are parts of one object; all others stand alone.
pub(super) fn by_mid(held: &Value) -> Result<Vec<(usize, Vec<&Value>)>, String> {
    let mut groups: Vec<(usize, Vec<&Value>)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (at, object) in list(held, "annotations")?.iter().enumerate() {
        let shared = mid(object).filter(|_| word(object, "type") == Some("semantic"));
        let group = shared.and_then(|mid| match known.get(&mid) {
            Some(group) => Some(*group),
            None => {
                known.insert(mid, groups.len());
                None
            }
        });
        match group.and_then(|group| groups.get_mut(group)) {
            Some((_, parts)) => parts.push(object),
            None => groups.push((at, vec![object])),
        }
    }
    Ok(groups)
}

/// The id of an object: a text, or a number in older exports.
pub(super) fn mid(object: &Value) -> Option<String> {
    match given(object, "mid")? {
        Value::String(mid) if !mid.is_empty() => Some(mid.clone()),
        Value::Number(mid) => Some(mid.to_string()),
        _ => None,
    }
}

/// The label of an object: its categories, sorted where there are several.
pub(super) fn label_of(object: &Value) -> Result<String, String> {
    let mut names = list(object, "categories")?
        .iter()
        .map(|category| {
            word(category, "name").ok_or_else(|| "`categories` holds one without `name`".to_owned())
        })
        .collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() {
        return Err("has no `categories`".to_owned());
    }
    names.sort_unstable();
    Ok(names.join(", "))
}

/// A model's certainty of an object, from 0 to 1; people's is always 100.
pub(super) fn confidence(object: &Value) -> Option<f64> {
    let stated = given(object, "score").or_else(|| {
        let first = list(object, "categories").ok()?.first()?;
        given(first, "confidence")
    })?;
    stated
        .as_f64()
        .map(|percent| percent / 100.0)
        .filter(|share| (0.0..=1.0).contains(share))
}

fn image_job(
    job: &str,
    held: &Value,
    canvas: Canvas,
    is_model: bool,
    found: &mut Jobs,
) -> Result<(), String> {
    if given(held, "annotations").is_some() {
        for (at, parts) in by_mid(held)? {
            let place = format!("{job}.annotations[{at}]");
            match object(job, &place, &parts, canvas, is_model, found) {
                Ok(kept) => found.kept.push(kept),
                Err(left) => found.leave_out(&place, left),
            }
        }
        return Ok(());
    }
    let answers = of_job(job, held)?;
    found.n_typed += answers.n_typed;
    if answers.n_objects > 0 {
        let detail = "holds objects below an answer, which are not read";
        found.leave_out(job, Left::Unread(detail));
    }
    for (number, (question, value)) in answers.chosen.into_iter().enumerate() {
        let shape = Shape::Classification {
            question,
            value: value.clone(),
        };
        let mut kept = annotation(format!("{job}#{number}"), &value, (shape, None), None);
        kept.confidence = confidence(held).filter(|_| is_model && number == 0);
        found.kept.push(kept);
    }
    Ok(())
}

fn object(
    job: &str,
    place: &str,
    parts: &[&Value],
    canvas: Canvas,
    is_model: bool,
    found: &mut Jobs,
) -> Result<Annotation, Left> {
    let Some(first) = parts.first() else {
        return Err("is empty".into());
    };
    if given(first, "startEntities").is_some() || given(first, "startObjects").is_some() {
        return Err(Left::Unread("is a relation, which is not read"));
    }
    let label = label_of(first)?;
    let drawn = drawn(parts, &label, canvas)?;
    found.n_spans += u64::from(matches!(drawn.0, Shape::TextSpan(_)));
    let answers = below(first)?;
    found.n_typed += answers.n_typed;
    if answers.n_objects > 0 {
        found.leave_out(
            place,
            Left::Unread("holds objects below it, which are not read"),
        );
    }
    let id = mid(first).unwrap_or_else(|| place.to_owned());
    let mut kept = annotation(id, &label, drawn, canvas.size_px);
    kept.attributes = answers.into_attributes();
    kept.attributes.insert("group".to_owned(), job.to_owned());
    if word(first, "labelVersion") == Some("prediction") && !is_model {
        kept.attributes
            .insert("source".to_owned(), "prediction".to_owned());
    }
    kept.confidence = confidence(first).filter(|_| is_model);
    Ok(kept)
}
