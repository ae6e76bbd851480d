//! Rows of the flat exports, JSON-MIN and CSV: one annotation each, with a column a control between the columns of its task.
//!
//! Neither says which columns are which. Lists of regions and of answers give themselves away by their keys; a single choice, however, is a
//! plain text like those of the task, and is read only where the options name its column.

use super::header::{Header, active_ms, instant, person};
use super::kinds::is_region;
use super::pages::Hints;
use super::paths::{is_image, is_video};
use super::pieces::{identity, item_index, own_size};
use super::reviews::Reviews;
use super::task::Reader;
use crate::domain::SkipReason;
use crate::importers::ImportError;
use crate::importers::json::{Members, elements, member, members, text};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A longer row is not read: its results are held once more in the form of the full export.
pub(super) const MAX_ROW_BYTES: usize = 96 << 20;
/// Longer members, as those of brushes, are compared by their hashes.
const MAX_COMPARED_BYTES: usize = 256;

/// Columns that every flat export has.
const OWN: &[&str] = &[
    "id",
    "annotation_id",
    "annotator",
    "created_at",
    "updated_at",
    "lead_time",
    "agreement",
    "history",
];

/// Keys that hold labels and with them give away what was drawn.
const LABELS: &[&str] = &[
    "rectanglelabels",
    "polygonlabels",
    "ellipselabels",
    "brushlabels",
    "bitmasklabels",
    "vectorlabels",
    "keypointlabels",
    "hypertextlabels",
    "paragraphlabels",
    "timeserieslabels",
    "timelinelabels",
];

/// Keys that hold an answer, with the kind of result.
const ANSWERS: &[(&str, &str)] = &[
    ("choices", "choices"),
    ("rating", "rating"),
    ("number", "number"),
    ("taxonomy", "taxonomy"),
    ("datetime", "datetime"),
    ("selected", "pairwise"),
    ("ranker", "ranker"),
];

/// Keys that only one kind of region has, for regions without labels of their own.
const DRAWN: &[(&str, &str)] = &[
    ("sequence", "videorectangle"),
    ("labels", "labels"),
    ("radiusX", "ellipse"),
    ("points", "polygon"),
    ("rle", "brush"),
    ("imageDataURL", "bitmask"),
    ("vertices", "vector"),
];

/// What results of any kind say about their image.
const FRAME: &[&str] = &[
    "original_width",
    "original_height",
    "image_rotation",
    "item_index",
];

/// Further keys of regions; an answer with any other belongs to the task.
const PLACE: &[&str] = &[
    "x",
    "y",
    "width",
    "height",
    "rotation",
    "radiusY",
    "closed",
    "format",
    "start",
    "end",
    "text",
    "startOffset",
    "endOffset",
    "globalOffsets",
    "channel",
    "framesCount",
    "duration",
    "id",
    "parentID",
    "ranges",
];

/// What a row holds beside the columns that every row has.
#[derive(Default)]
struct Cells {
    /// Results in the form of the full export.
    results: Vec<Vec<u8>>,
    /// The column of each.
    columns: Vec<String>,
    /// Names of columns with plain texts.
    texts: Vec<String>,
    /// Numbers of places, so that what several controls say about one region meets again.
    places: HashMap<Vec<Vec<u8>>, usize>,
}

impl Reader<'_> {
    /// Reads one row.
    pub(super) fn row(
        &mut self,
        file: &str,
        record: &str,
        at: usize,
        found: &Members,
    ) -> Result<(), ImportError> {
        self.notes.n_rows += 1;
        let id = identity(found, "id").unwrap_or_else(|| at.to_string());
        let columns = self.context.options().columns.get("label").cloned();
        let is_choice = |column: &str| {
            columns.as_ref().is_some_and(|named| {
                named == column || named.split(',').any(|one| one.trim() == column)
            })
        };
        let mut cells = Cells::default();
        let mut data = Members::new();
        let mut lost = Vec::new();
        for (column, raw) in found {
            if OWN.contains(&column.as_ref()) {
                continue;
            }
            if cells.take(column, raw, is_choice(column)) {
                self.notes.of_controls.insert(column.clone().into_owned());
                continue;
            }
            // Once results, always results; where nothing was answered, the column is missing or empty.
            let is_empty = matches!(*raw, b"null" | b"\"\"" | b"[]");
            let is_text = raw.starts_with(b"\"");
            if !is_empty && !is_text && self.notes.of_controls.contains(column.as_ref()) {
                lost.push(column.as_ref());
            }
            data.push((column.clone(), raw));
        }
        for column in &lost {
            let place = format!("{record}.{column}");
            let detail = "is no list of results, which this column holds in other rows";
            self.skip(SkipReason::InvalidRecord, file, &place, detail)?;
        }
        let results: Vec<&[u8]> = cells.results.iter().map(Vec::as_slice).collect();
        let mut hints = Hints::default();
        for found in results.iter().filter_map(|raw| members(raw).ok()) {
            let kind = member(&found, "type").and_then(text).unwrap_or_default();
            let size = own_size(&found).ok().flatten();
            hints.add(is_region(&kind), "", item_index(&found), size);
        }
        // Addresses, and columns that the export renames because a control has their name, belong to the task.
        cells.texts.retain(|column| {
            let value = member(&data, column).and_then(text).unwrap_or_default();
            let is_address = value.contains("://") || value.starts_with('/');
            let is_shown = column == "image" || is_image(&value) || is_video(&value);
            !(is_address || is_shown || column.starts_with("_data_"))
        });
        let mut task = self.open(file, &id, &data, &hints)?;
        // A row without an annotation is a task that nobody was given or has done.
        if identity(found, "annotation_id").is_none_or(|id| id.is_empty()) {
            return Ok(());
        }
        if results.is_empty() && !lost.is_empty() {
            return Ok(());
        }
        if columns.is_none() {
            self.notes.texts.extend(cells.texts.iter().cloned());
            if results.is_empty() && !cells.texts.is_empty() {
                let detail = "holds plain texts only, which may be choices or belong to the task; name the columns of choices, or export as JSON";
                return self.skip(SkipReason::Unsupported, file, record, detail);
            }
        }
        let lead_time_s = member(found, "lead_time").and_then(|raw| match text(raw) {
            Some(text) => text.trim().parse().ok(),
            None => serde_json::from_slice(raw).ok(),
        });
        let header = Header {
            record: record.to_owned(),
            rater: person(found, "annotator", &mut self.people),
            is_cancelled: false,
            is_ground_truth: false,
            is_derived: false,
            finished_at_us: instant(found, "updated_at").or(instant(found, "created_at")),
            active_ms: active_ms(lead_time_s),
            results,
            columns: cells.columns.clone(),
            reviews: Reviews::default(),
            score: None,
        };
        self.reading(&mut task, header, false)
    }
}

impl Cells {
    /// Takes the value of a column, unless it belongs to the task.
    fn take(&mut self, column: &str, raw: &[u8], is_choice: bool) -> bool {
        if raw.starts_with(b"{") {
            // Several choices or texts of one control stand alone; everything else is a list.
            let is_alone = members(raw)
                .is_ok_and(|value| matches!(kind_of(&value), Some("choices" | "textarea")));
            return is_alone && self.value(column, raw);
        }
        if raw.starts_with(b"[") {
            let list = elements(raw).unwrap_or_default();
            let are_texts = !list.is_empty() && list.iter().all(|one| one.starts_with(b"\""));
            if are_texts && is_choice {
                self.choices(column, raw);
                return true;
            }
            if are_texts {
                self.texts.push(column.to_owned());
                return false;
            }
            let n_values = list.iter().filter(|one| self.value(column, one)).count();
            return n_values > 0;
        }
        let is_text = text(raw).is_some_and(|text| !text.is_empty());
        if is_text && is_choice {
            self.choices(column, &[b"[", raw, b"]"].concat());
            return true;
        }
        if is_text {
            self.texts.push(column.to_owned());
        }
        false
    }

    fn choices(&mut self, column: &str, list: &[u8]) {
        let value = [b"{\"choices\":".as_slice(), list, b"}"].concat();
        self.value(column, &value);
    }

    /// Takes a value that gives away its kind.
    fn value(&mut self, column: &str, raw: &[u8]) -> bool {
        let Ok(value) = members(raw) else {
            return false;
        };
        let Some(kind) = kind_of(&value) else {
            return false;
        };
        // Everything but what the control says: equal for all that was said about one region.
        let is_said = |key: &str| {
            key.ends_with("labels")
                || FRAME.contains(&key)
                || ANSWERS.iter().any(|(said, _)| *said == key)
        };
        let is_typed = kind == "textarea";
        let mut place: Vec<Vec<u8>> = value
            .iter()
            .filter(|(key, _)| !(is_said(key) || is_typed && key == "text"))
            .map(|(key, raw)| digest(key, raw))
            .collect();
        place.sort();
        let n_places = self.places.len();
        let id = match identity(&value, "id") {
            // Written where there are keypoints, which name the region that they belong to.
            Some(own) => own,
            // About the whole task: each answer stands for itself.
            None if place.is_empty() => format!("answer-{}", self.results.len()),
            None => format!("region-{}", self.places.entry(place).or_insert(n_places)),
        };
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut result = format!(
            "{{\"id\":{},\"type\":{},\"from_name\":{}",
            quoted(&id),
            quoted(kind),
            quoted(column)
        )
        .into_bytes();
        for name in FRAME.iter().chain(&["parentID"]) {
            if let Some(raw) = member(&value, name) {
                result.extend_from_slice(format!(",\"{name}\":").as_bytes());
                result.extend_from_slice(raw);
            }
        }
        result.extend_from_slice(b",\"value\":");
        result.extend_from_slice(raw);
        result.push(b'}');
        self.results.push(result);
        self.columns.push(column.to_owned());
        true
    }
}

/// A member for comparison; of a long one its length and two hashes.
fn digest(key: &str, raw: &[u8]) -> Vec<u8> {
    if raw.len() <= MAX_COMPARED_BYTES {
        return [key.as_bytes(), b":", raw].concat();
    }
    let hash = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        (seed, raw).hash(&mut hasher);
        hasher.finish()
    };
    format!("{key}:{}:{:x}:{:x}", raw.len(), hash(0), hash(1)).into_bytes()
}

/// The kind of result that a value is of; `None` for what belongs to the task.
fn kind_of(value: &Members) -> Option<&'static str> {
    let has = |key: &str| member(value, key).is_some();
    if let Some(labels) = LABELS.iter().find(|key| has(key)) {
        return Some(labels);
    }
    if let Some((_, kind)) = DRAWN.iter().find(|(key, _)| has(key) && is_whole(value)) {
        return Some(kind);
    }
    if let Some((_, kind)) = ANSWERS.iter().find(|(key, _)| has(key) && is_whole(value)) {
        return Some(kind);
    }
    // What a span reads is a text, what was typed a list.
    let is_typed = member(value, "text").is_some_and(|raw| raw.starts_with(b"["));
    if is_typed && is_whole(value) {
        return Some("textarea");
    }
    let is_box = ["x", "y", "width", "height", "original_width"];
    is_box.iter().all(|key| has(key)).then_some("rectangle")
}

/// Whether a value holds nothing but what results hold.
fn is_whole(value: &Members) -> bool {
    let of = |keys: &[(&str, &str)], key: &str| keys.iter().any(|(known, _)| *known == key);
    value.iter().all(|(key, _)| {
        let key = key.as_ref();
        LABELS.contains(&key)
            || of(ANSWERS, key)
            || of(DRAWN, key)
            || FRAME.contains(&key)
            || PLACE.contains(&key)
    })
}
