//! Versions 1 and 2: images with their regions, from JSON or from lines of a table.

use super::look::Kind;
use super::project::{self, Entry, Met, Region, Visit};
use super::regions::{Values, of_image, region};
use super::shapes::named;
use super::values::Attributes;
use super::{Sorted, table};
use crate::domain::{ReadingKey, SkipReason};
use crate::importers::json::fields::max_record_bytes;
use crate::importers::one_reading::OneReading;
use crate::importers::skips::skip;
use crate::importers::{Context, ImportError, Limits, Sink, UploadFile};
use std::collections::HashMap;

/// Reads all files of these versions.
pub(super) fn read(
    files: &[Sorted],
    limits: &Limits,
    context: &Context,
    sink: &mut dyn Sink,
) -> Result<(), ImportError> {
    let max_bytes = max_record_bytes(limits);
    // Which attribute is the label, only all regions together tell.
    let mut attributes = Attributes::default();
    for &(file, kind) in files {
        let mut met = Attributes::default();
        walk(file, kind, max_bytes, &mut attributes, &mut |entry| {
            for region in entry.iter().flat_map(|entry| &entry.regions) {
                met.meet(&region.attributes);
            }
            Ok(())
        })?;
        attributes.extend(met);
    }
    let label = attributes.label(context.options().columns.get("label"));
    if let Some(label) = &label {
        sink.note(format!(
            "labels of regions are taken from their attribute `{label}`"
        ))?;
    }
    let mut seen = HashMap::new();
    for &(file, kind) in files {
        let mut reader = Reader {
            file,
            context,
            sink,
            label: label.as_deref(),
            seen: &mut seen,
            current: None,
        };
        let mut ignored = Attributes::default();
        walk(file, kind, max_bytes, &mut ignored, &mut |met| {
            reader.take(met)
        })?;
        reader.finish_current()?;
    }
    Ok(())
}

fn walk(
    file: &UploadFile,
    kind: Kind,
    max_bytes: usize,
    attributes: &mut Attributes,
    visit: Visit,
) -> Result<(), ImportError> {
    match kind {
        Kind::Table => table::walk(file, max_bytes, visit),
        _ => project::walk(file, kind, max_bytes, attributes, visit),
    }
}

struct Reader<'a> {
    file: &'a UploadFile,
    context: &'a Context,
    sink: &'a mut dyn Sink,
    label: Option<&'a str>,
    /// Which image each reading is about.
    seen: &'a mut HashMap<ReadingKey, String>,
    current: Option<Current<'a>>,
}

/// The image at hand; lines of a table go on with it.
struct Current<'a> {
    id: String,
    target: OneReading<'a>,
    n_records: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, met: Met) -> Result<(), ImportError> {
        let entry = match met {
            Ok(entry) => entry,
            Err((place, detail)) => {
                let reason = SkipReason::InvalidRecord;
                return Ok(skip(self.sink, reason, self.file.path(), place, detail)?);
            }
        };
        let is_same = self.current.as_ref().is_some_and(|one| one.id == entry.id);
        if !is_same && !self.open(&entry)? {
            return Ok(());
        }
        let Some(mut current) = self.current.take() else {
            return Ok(());
        };
        for (place, detail) in &entry.faults {
            let reason = SkipReason::InvalidRecord;
            current.target.skip(self.sink, reason, place, detail)?;
        }
        current.n_records += entry.faults.len() + entry.regions.len();
        for region in &entry.regions {
            self.region(&mut current.target, region)?;
        }
        self.current = Some(current);
        Ok(())
    }

    /// Begins an image; `false` where another image has its key.
    fn open(&mut self, entry: &Entry) -> Result<bool, ImportError> {
        self.finish_current()?;
        let mut target = OneReading::new(self.file, &entry.name, None, self.context)?;
        let key = target.reading.key.clone();
        // Another file may be another person's: its images are never taken for more of these.
        let id = format!("{} {}", self.file.path(), entry.id);
        let is_new = match self.seen.get(&key) {
            Some(known) if *known != id => {
                let detail = "gives the same item key as an earlier image; name items by path (item key `path`)";
                target.skip(self.sink, SkipReason::InvalidRecord, &entry.place, detail)?;
                return Ok(false);
            }
            Some(_) => false,
            None => true,
        };
        if let Some((width, height)) = self.context.size_px(self.file.path(), &entry.name)? {
            (target.item.width_px, target.item.height_px) = (Some(width), Some(height));
        }
        let mut n_records = 0;
        if is_new {
            self.seen.insert(key, id);
            let mut values = Values::default();
            for (name, value) in &entry.attributes {
                values.take(name, value);
            }
            let place = format!("{}.file_attributes", entry.place);
            n_records = of_image(&mut target, &place, &values, self.sink)?;
        }
        self.current = Some(Current {
            id: entry.id.clone(),
            target,
            // What stands further up in the file was counted there.
            n_records: n_records + usize::from(!is_new),
        });
        Ok(true)
    }

    fn region(&mut self, target: &mut OneReading, found: &Region) -> Result<(), ImportError> {
        let mut values = Values::default();
        for (name, value) in &found.attributes {
            values.take(name, value);
        }
        let label = values.label(self.label, target);
        match named(&found.shape, &label) {
            Ok(drawn) => {
                values.count_long(target, &found.place, self.sink)?;
                target.keep(self.sink, region(&found.place, &label, drawn, values))
            }
            Err((reason, detail)) => target.skip(self.sink, reason, &found.place, &detail),
        }
    }

    fn finish_current(&mut self) -> Result<(), ImportError> {
        match self.current.take() {
            Some(current) => current
                .target
                .finish(self.sink, self.context, current.n_records),
            None => Ok(()),
        }
    }
}
