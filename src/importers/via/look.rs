//! Which of VIA's files a file is.

use crate::importers::UploadFile;
use crate::importers::json::{Element, JsonStream, Kind as Json, members};
use std::io::Read;

/// How far detection reads.
const LOOK_BYTES: u64 = 4 << 20;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A project of version 2.
    Project,
    /// Images by name and size, of versions 1 and 2.
    Annotations,
    /// A line a region, of versions 1 and 2.
    Table,
    /// A project of version 3.
    Third,
    /// A line an entry, of version 3.
    ThirdTable,
}

/// The columns of a table of versions 1 and 2, in their one order.
pub(super) const COLUMNS: [&str; 7] = [
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    "region_shape_attributes",
    "region_attributes",
];

/// What a file is, from its beginning.
pub(super) fn kind(file: &UploadFile) -> Option<Kind> {
    let head = file.head_text();
    if head.starts_with('{') {
        return json(file);
    }
    let first = head.lines().next()?.trim_end();
    let first = first.strip_prefix('#').unwrap_or(first);
    if first.split(',').map(str::trim).eq(COLUMNS) {
        return Some(Kind::Table);
    }
    let is_third = |line: &str| {
        line.starts_with('#') && line.contains("CSV_HEADER") && line.contains("spatial_coordinates")
    };
    let mut comments = head.lines().take_while(|line| line.starts_with('#'));
    comments.any(is_third).then_some(Kind::ThirdTable)
}

fn json(file: &UploadFile) -> Option<Kind> {
    let reader = Read::take(file.open().ok()?, LOOK_BYTES);
    let mut stream = JsonStream::new(file.path(), reader, LOOK_BYTES as usize);
    stream.enter().ok()?;
    let mut seen: Vec<String> = Vec::new();
    while let Ok(Some(key)) = stream.next_key() {
        if key == "_via_img_metadata" {
            return Some(Kind::Project);
        }
        // Names of images are keys too: only the first tells.
        let first = seen.is_empty();
        seen.push(key);
        if first && stream.kind().ok()? == Json::Object {
            if let Ok(Element::Raw(raw)) = stream.whole_value()
                && is_image(raw)
            {
                return Some(Kind::Annotations);
            }
        } else if stream.skip_value().is_err() {
            break;
        }
        let has = |name: &str| seen.iter().any(|key| key == name);
        if has("attribute") && has("file") && (has("metadata") || has("view")) {
            return Some(Kind::Third);
        }
        if seen.len() > 64 {
            break;
        }
    }
    None
}

/// Whether an object is an image of versions 1 and 2.
fn is_image(raw: &[u8]) -> bool {
    let Ok(members) = members(raw) else {
        return false;
    };
    let has = |name: &str| members.iter().any(|(key, _)| key == name);
    has("filename") && has("regions") && (has("file_attributes") || has("size"))
}
