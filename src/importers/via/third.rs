//! Version 3: entries about views of files, in JSON or as lines of a table.

use super::look::Kind;
use super::regions::{of_image, region};
use super::shapes::{Refusal, numbered};
use super::table;
use super::third_project::{Project, id_text};
use crate::domain::{ReadingKey, SkipReason};
use crate::importers::json::fields::{given, max_record_bytes, value_of};
use crate::importers::json::{JsonStream, Kind as Json};
use crate::importers::one_reading::OneReading;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// Cells of a line of a table.
const N_CELLS: usize = 6;

/// One entry.
struct Entry {
    files: Vec<String>,
    /// Times in seconds: none for a still image, one for a moment, two for a stretch.
    z: Vec<f64>,
    /// A shape; nothing where the entry is about the whole file.
    xy: Vec<f64>,
    values: Map<String, Value>,
}

/// Which image of which file each reading is about.
pub(super) type Seen = HashMap<ReadingKey, String>;

/// Reads one file.
pub(super) fn read(
    file: &UploadFile,
    kind: Kind,
    limits: &Limits,
    context: &Context,
    seen: &mut Seen,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let max_bytes = max_record_bytes(limits);
    let project = match kind {
        Kind::ThirdTable => Project::of_table(file, max_bytes)?,
        _ => Project::of_json(file, max_bytes)?,
    };
    let label = project.label(context).and_then(|id| project.name(id));
    if let Some(label) = label {
        sink.note(format!(
            "labels of regions are taken from their attribute `{label}`"
        ))?;
    }
    let mut reader = Reader {
        file,
        context,
        sink,
        project: &project,
        label,
        seen,
        current: None,
        touched: HashSet::new(),
    };
    match kind {
        Kind::ThirdTable => table::lines(file, max_bytes, |number, line| {
            if line.starts_with('#') {
                return Ok(());
            }
            reader.take(&format!("line {number}"), of_line(line))
        })?,
        _ => reader.json(max_bytes)?,
    }
    reader.close()?;
    reader.empty_views()
}

/// A line of a table.
fn of_line(line: &str) -> Result<Entry, Refusal> {
    let read = || -> Result<Entry, String> {
        let cells = table::cells(line).ok_or("opens a quotation mark that is never closed")?;
        let [_, files, _, z, xy, values] = &cells[..] else {
            return Err(format!("has {} cells; {N_CELLS} are needed", cells.len()));
        };
        let files: Vec<String> =
            serde_json::from_str(files).map_err(|_| "`file_list` is no JSON list of names")?;
        let list = |cell: &str, name: &str| {
            let held = serde_json::from_str(cell).map_err(|_| format!("`{name}` is no JSON"))?;
            numbers(Some(&held), name)
        };
        Ok(Entry {
            files,
            z: list(z, "temporal_coordinates")?,
            xy: list(xy, "spatial_coordinates")?,
            values: table::object(values, "metadata")?,
        })
    };
    read().map_err(|detail| (SkipReason::InvalidRecord, detail))
}

fn numbers(value: Option<&Value>, name: &str) -> Result<Vec<f64>, String> {
    let refuse = || format!("`{name}` is no list of numbers");
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(all)) => all
            .iter()
            .map(|one| one.as_f64().ok_or_else(refuse))
            .collect(),
        Some(_) => Err(refuse()),
    }
}

struct Reader<'a> {
    file: &'a UploadFile,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    project: &'a Project,
    label: Option<&'a str>,
    seen: &'a mut Seen,
    /// The image of the entry before; entries of one image mostly stand together.
    current: Option<(String, OneReading<'a>)>,
    /// Files that entries are about.
    touched: HashSet<String>,
}

impl Reader<'_> {
    fn json(&mut self, max_bytes: usize) -> Result<(), ImportError> {
        let mut stream = JsonStream::new(self.file.path(), self.file.open()?, max_bytes);
        stream.enter()?;
        while let Some(key) = stream.next_key()? {
            if key != "metadata" || stream.kind()? != Json::Object {
                stream.skip_value()?;
                continue;
            }
            stream.open_container()?;
            let mut at = 0;
            while stream.next_key()?.is_some() {
                let place = format!("metadata[{at}]");
                at += 1;
                let entry = match value_of(&stream.whole_value()?, max_bytes) {
                    Ok(held) => self.of_view(&held),
                    Err(detail) => Err((SkipReason::InvalidRecord, detail)),
                };
                self.take(&place, entry)?;
            }
        }
        Ok(())
    }

    /// An entry about a view of the project.
    fn of_view(&self, held: &Value) -> Result<Entry, Refusal> {
        let invalid = |detail: String| (SkipReason::InvalidRecord, detail);
        let dangling = |detail: &str| (SkipReason::Dangling, detail.to_owned());
        let view = given(held, "vid").and_then(id_text);
        let view = view.ok_or_else(|| invalid("has no `vid`".to_owned()))?;
        let files = self.project.views.get(&view);
        let files = files.ok_or_else(|| dangling("names a view that the project does not list"))?;
        let names = files.iter().map(|id| self.project.file(id));
        let names: Option<Vec<String>> = names.map(|name| name.map(str::to_owned)).collect();
        let values = given(held, "av").and_then(Value::as_object).cloned();
        Ok(Entry {
            files: names.ok_or_else(|| dangling("its view names a file that is not listed"))?,
            z: numbers(held.get("z"), "z").map_err(invalid)?,
            xy: numbers(held.get("xy"), "xy").map_err(invalid)?,
            values: values.unwrap_or_default(),
        })
    }

    fn take(&mut self, place: &str, entry: Result<Entry, Refusal>) -> Result<(), ImportError> {
        let kept = match entry {
            Ok(entry) => {
                self.touched.extend(entry.files.iter().cloned());
                self.keep(place, &entry)?
            }
            Err(refusal) => Err(refusal),
        };
        match kept {
            Ok(()) => Ok(()),
            Err((reason, detail)) => Ok(skip(self.sink, reason, self.file.path(), place, detail)?),
        }
    }

    fn keep(&mut self, place: &str, entry: &Entry) -> Result<Result<(), Refusal>, ImportError> {
        let unsupported = |detail: &str| Ok(Err((SkipReason::Unsupported, detail.to_owned())));
        let [name] = &entry.files[..] else {
            return unsupported("is about several files at once, which is not compared");
        };
        let image = match entry.z[..] {
            [] => name.clone(),
            [seconds] => format!("{name}#t={seconds}"),
            _ => return unsupported("is a stretch of time, which is not compared"),
        };
        if !self.open(&image)? {
            let detail =
                "gives the same item key as an earlier image; name items by path (item key `path`)";
            return Ok(Err((SkipReason::InvalidRecord, detail.to_owned())));
        }
        let Some((_, target)) = &mut self.current else {
            return Ok(Ok(()));
        };
        let mut values = self.project.values(&entry.values);
        if entry.xy.is_empty() {
            of_image(target, place, &values, self.sink)?;
            return Ok(Ok(()));
        }
        let label = values.label(self.label, target);
        match numbered(&entry.xy, &label) {
            Ok(drawn) => {
                values.count_long(target, place, self.sink)?;
                target.keep(self.sink, region(place, &label, drawn, values))?;
                Ok(Ok(()))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Turns to an image; `false` where another image has its key.
    fn open(&mut self, image: &str) -> Result<bool, ImportError> {
        if self
            .current
            .as_ref()
            .is_some_and(|(known, _)| known == image)
        {
            return Ok(true);
        }
        self.close()?;
        let target = OneReading::new(self.file, image, None, self.context)?;
        let id = format!("{} {image}", self.file.path());
        let known = self.seen.entry(target.reading.key.clone());
        if *known.or_insert_with(|| id.clone()) != id {
            return Ok(false);
        }
        self.current = Some((image.to_owned(), target));
        Ok(true)
    }

    /// Leaves an image; its entries have been counted.
    fn close(&mut self) -> Result<(), ImportError> {
        match self.current.take() {
            Some((_, target)) => target.finish(self.sink, self.context, 1),
            None => Ok(()),
        }
    }

    /// Files that no entry is about were looked at, where the options say so.
    fn empty_views(&mut self) -> Result<(), ImportError> {
        for files in self.project.views.values() {
            let [id] = &files[..] else {
                continue;
            };
            if let Some(name) = self.project.file(id)
                && !name.is_empty()
                && !self.touched.contains(name)
                && self.open(name)?
                && let Some((_, target)) = self.current.take()
            {
                target.finish(self.sink, self.context, 0)?;
            }
        }
        Ok(())
    }
}
