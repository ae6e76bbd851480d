//! How the JSON exports are recognised: by the keys of their first record, however large that is.

use crate::importers::json::{JsonStream, Kind};
use crate::importers::{ImportError, UploadFile};
use std::io::Read;

/// How far into a file its first record's keys are looked for; tasks with many brushes are large.
const MAX_BYTES: u64 = 256 << 20;

/// Keys that tell; a record in which all of a kind were met is looked at no further.
const TASK: &[&str] = &["annotations", "completions", "predictions"];

/// Keys with which files of other tools begin, and no record of this one: these are not read on to their end.
const FOREIGN: &[&str] = &[
    "images",
    "categories",
    "info",
    "licenses",
    "item",
    "items",
    "labelGroups",
    "data_row",
    "data_units",
    "features",
    "shapes",
    "objects",
    "instances",
];

/// Whether a JSON file is one list.
pub(super) fn is_list(file: &UploadFile) -> bool {
    first_byte(file) == Some(b'[')
}

/// Whether the first record of a JSON file is a task, an annotation with its task, or a row of the flat export.
pub(super) fn is_json(file: &UploadFile) -> bool {
    if !matches!(first_byte(file), Some(b'[' | b'{')) {
        return false;
    }
    let mut keys = Vec::new();
    // A file that is cut short or broken behind what tells is reported when it is read.
    let _ = first_keys(file, &mut keys);
    tells(&keys, is_list(file))
}

fn first_byte(file: &UploadFile) -> Option<u8> {
    let head = file.head();
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    head.trim_ascii_start().first().copied()
}

fn tells(keys: &[String], is_list: bool) -> bool {
    let has = |key: &str| keys.iter().any(|found| found == key);
    let is_task = has("data") && TASK.iter().any(|key| has(key));
    let is_annotation = has("result") && has("task") && has("completed_by");
    // Lines of such rows are tables of other tools.
    let is_row = is_list && has("annotation_id") && has("annotator");
    is_task || is_annotation || is_row
}

fn first_keys(file: &UploadFile, keys: &mut Vec<String>) -> Result<(), ImportError> {
    let reader = file.open()?.take(MAX_BYTES);
    let mut stream = JsonStream::new(file.path(), reader, 0);
    let is_list = stream.enter()? == Kind::Array;
    if is_list {
        if stream.next_kind()? != Some(Kind::Object) {
            return Ok(());
        }
        stream.open_container()?;
    }
    while let Some(key) = stream.next_key()? {
        if !is_list && FOREIGN.contains(&key.as_str()) {
            return Ok(());
        }
        keys.push(key);
        if tells(keys, is_list) {
            return Ok(());
        }
        stream.skip_value()?;
    }
    Ok(())
}
