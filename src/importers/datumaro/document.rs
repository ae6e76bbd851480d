//! A file from its categories to its last item.

use super::annotations::annotation;
use super::categories::Categories;
use crate::domain::{ReadingState, SkipReason};
use crate::importers::context::base_name;
use crate::importers::json::{Element, JsonStream, Kind, Members, elements, member, members, text};
use crate::importers::one_reading::OneReading;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use std::collections::HashSet;

/// Reads one file: first its categories, which may stand behind the items, then the items.
pub(super) fn read(
    file: &UploadFile,
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let mut reader = Reader {
        file,
        limits,
        context,
        sink,
        categories: Categories::default(),
        seen: HashSet::new(),
    };
    reader.pass("categories")?;
    reader.pass("items")
}

struct Reader<'a> {
    file: &'a UploadFile,
    limits: &'a Limits,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    categories: Categories,
    seen: HashSet<String>,
}

impl Reader<'_> {
    fn pass(&mut self, wanted: &str) -> Result<(), ImportError> {
        let path = self.file.path();
        let mut stream = JsonStream::new(path, self.file.open()?, self.limits.max_token_bytes);
        if stream.enter()? != Kind::Object {
            return Err(ImportError::container(
                path,
                "is a list; an object is needed",
            ));
        }
        while let Some(key) = stream.next_key()? {
            if key != wanted {
                stream.skip_value()?;
            } else if key == "categories" {
                self.categories.read(path, &mut stream, self.sink)?;
            } else if stream.open_container()? == Kind::Array {
                let mut at = 0;
                while let Some(element) = stream.next_element(|| format!("`items[{at}]`"))? {
                    self.item(&format!("items[{at}]"), element)?;
                    at += 1;
                }
            } else {
                let detail = "`items` is an object; a list is needed";
                return Err(ImportError::container(path, detail));
            }
        }
        stream.finish()
    }

    fn skip(&mut self, reason: SkipReason, record: &str, detail: &str) -> Result<(), ImportError> {
        Ok(skip(self.sink, reason, self.file.path(), record, detail)?)
    }

    fn item(&mut self, record: &str, element: Element) -> Result<(), ImportError> {
        let invalid = SkipReason::InvalidRecord;
        let item = match element {
            Element::Raw(raw) => members(raw),
            Element::TooLarge => Err(format!(
                "is larger than {} bytes",
                self.limits.max_token_bytes
            )),
        };
        let item = match item {
            Ok(item) => item,
            Err(detail) => return self.skip(invalid, record, &detail),
        };
        let Some(id) = member(&item, "id").and_then(id_text) else {
            return self.skip(
                invalid,
                record,
                "has no `id` that is a text or a whole number",
            );
        };
        let listed = match member(&item, "annotations").map(elements) {
            Some(Ok(listed)) => listed,
            Some(Err(fault)) => {
                return self.skip(invalid, record, &format!("`annotations` {fault}"));
            }
            None => return self.skip(invalid, record, "has no `annotations`"),
        };
        let mut reading = OneReading::new(self.file, &id, None, self.context)?;
        if !self.seen.insert(reading.item.key.clone()) {
            let detail =
                "gives the same item key as an earlier item; name items by path (item key `path`)";
            return self.skip(invalid, record, detail);
        }
        let (name, size) = image(&item);
        reading.item.image_name = name.or(reading.item.image_name);
        (reading.item.width_px, reading.item.height_px) = (size.map(|s| s[1]), size.map(|s| s[0]));
        let stated = reading.placement.label.clone();
        for (at, raw) in listed.iter().enumerate() {
            let place = format!("{record}.annotations[{at}]");
            let read = annotation(
                raw,
                &place,
                &self.categories,
                stated.as_deref(),
                self.limits,
            );
            match read {
                Ok(annotation) => reading.keep(self.sink, annotation)?,
                Err((reason, detail)) => self.skip(reason, &place, &detail)?,
            }
        }
        if listed.is_empty() && self.context.listed_is_reviewed() {
            reading.announce(self.sink, ReadingState::ReviewedEmpty)?;
        }
        reading.finish(self.sink, self.context, listed.len())
    }
}

fn id_text(raw: &[u8]) -> Option<String> {
    let id = match text(raw) {
        Some(id) => id.into_owned(),
        None => serde_json::from_slice::<i64>(raw).ok()?.to_string(),
    };
    (!id.is_empty()).then_some(id)
}

/// The file name and size `[height, width]` of an item's image or point cloud.
fn image(item: &Members) -> (Option<String>, Option<[u32; 2]>) {
    for key in ["image", "point_cloud", "media"] {
        let Some(media) = member(item, key).and_then(|raw| members(raw).ok()) else {
            continue;
        };
        let name = member(&media, "path")
            .and_then(text)
            .map(|path| base_name(&path).to_owned())
            .filter(|name| !name.is_empty());
        let size = member(&media, "size")
            .and_then(|raw| serde_json::from_slice::<[u32; 2]>(raw).ok())
            .filter(|[height, width]| *height > 0 && *width > 0);
        return (name, size);
    }
    (None, None)
}
