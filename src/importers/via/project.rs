//! Images of versions 1 and 2 in JSON: in a project, or alone.

use super::look::Kind;
use super::values::Attributes;
use crate::importers::json::fields::{given, list, value_of, word, word_for};
use crate::importers::json::{JsonStream, Kind as Json};
use crate::importers::{ImportError, UploadFile};
use serde_json::{Map, Value};
use std::io::BufRead;

/// One image, or as much of it as a line of a table holds.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Where it stands.
    pub place: String,
    pub name: String,
    /// Name and size in bytes: what tells images apart.
    pub id: String,
    pub attributes: Map<String, Value>,
    pub regions: Vec<Region>,
    /// Regions that were left out before they were entries, with reasons.
    pub faults: Vec<(String, String)>,
}

/// One region.
#[derive(Debug)]
pub(super) struct Region {
    pub place: String,
    pub shape: Value,
    pub attributes: Map<String, Value>,
}

/// What a walk meets: an entry, or its place and why it is none.
pub(super) type Met = Result<Entry, (String, String)>;
pub(super) type Visit<'v> = &'v mut dyn FnMut(Met) -> Result<(), ImportError>;

/// Walks a file's images.
pub(super) fn walk(
    file: &UploadFile,
    kind: Kind,
    max_bytes: usize,
    attributes: &mut Attributes,
    visit: Visit,
) -> Result<(), ImportError> {
    let mut stream = JsonStream::new(file.path(), file.open()?, max_bytes);
    stream.enter()?;
    if kind == Kind::Annotations {
        images(&mut stream, max_bytes, visit)?;
        return stream.finish();
    }
    while let Some(key) = stream.next_key()? {
        match key.as_str() {
            "_via_img_metadata" if stream.kind()? == Json::Object => {
                stream.open_container()?;
                images(&mut stream, max_bytes, visit)?;
            }
            "_via_attributes" => {
                let declared = value_of(&stream.whole_value()?, max_bytes).unwrap_or_default();
                for (name, said) in declared
                    .get("region")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                {
                    let kind = word(said, "type").unwrap_or("text");
                    attributes.declare(name, ["dropdown", "radio", "image"].contains(&kind));
                }
            }
            _ => stream.skip_value()?,
        }
    }
    stream.finish()
}

fn images<R: BufRead>(
    stream: &mut JsonStream<'_, R>,
    max_bytes: usize,
    visit: Visit,
) -> Result<(), ImportError> {
    let mut at = 0;
    while stream.next_key()?.is_some() {
        let place = format!("images[{at}]");
        at += 1;
        let met = match value_of(&stream.whole_value()?, max_bytes) {
            Ok(image) => entry(&image, &place),
            Err(detail) => Err(detail),
        };
        visit(met.map_err(|detail| (place, detail)))?;
    }
    Ok(())
}

fn entry(image: &Value, place: &str) -> Result<Entry, String> {
    let name = word(image, "filename").ok_or("has no `filename`")?;
    let size = given(image, "size").map(Value::to_string);
    let mut entry = Entry {
        place: place.to_owned(),
        name: name.to_owned(),
        id: format!("{name} {}", size.unwrap_or_default()),
        attributes: object(image, "file_attributes")?,
        ..Entry::default()
    };
    let regions: Vec<(String, &Value)> = match given(image, "regions") {
        Some(Value::Object(regions)) => regions
            .iter()
            .enumerate()
            .map(|(at, (_, region))| (format!("{place}.regions[{at}]"), region))
            .collect(),
        _ => list(image, "regions")?
            .iter()
            .enumerate()
            .map(|(at, region)| (format!("{place}.regions[{at}]"), region))
            .collect(),
    };
    for (place, region) in regions {
        let shape = given(region, "shape_attributes").cloned();
        match (shape, object(region, "region_attributes")) {
            (Some(shape), Ok(attributes)) => entry.regions.push(Region {
                place,
                shape,
                attributes,
            }),
            (None, _) => {
                let detail = "has no `shape_attributes`".to_owned();
                entry.faults.push((place, detail));
            }
            (_, Err(detail)) => entry.faults.push((place, detail)),
        }
    }
    Ok(entry)
}

fn object(holder: &Value, name: &str) -> Result<Map<String, Value>, String> {
    match given(holder, name) {
        None => Ok(Map::new()),
        Some(Value::Object(held)) => Ok(held.clone()),
        Some(other) => Err(format!(
            "`{name}` is {}; an object is needed",
            word_for(other)
        )),
    }
}
