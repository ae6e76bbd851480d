//! Annotations of a project, or of other exports, written for the tool in which they are looked at and mended.

mod agreed;
mod differing;
mod selection;

pub use selection::ExportSelection;

use super::{PipelineError, Project};
use crate::domain::{IngestOptions, Item, Protocol};
use crate::exporters::{self, ExportError, ExportReport, Source, Visitor, Work};
use crate::importers::{ImportError, Limits, MemorySink, Upload, import};
use crate::store::Store;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Items that are loaded at a time; bounds memory.
const BATCH: usize = 64;

/// What of the selected readings is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportContent {
    /// The readings themselves.
    Readings,
    /// What two raters differ in, by the project's protocol; the first is called true.
    Differences {
        reference: String,
        candidate: String,
    },
    /// One reading an item, of what more than half of the raters say.
    Consensus,
}

/// Writes a selection of a project's annotations into an empty or new folder.
///
/// # Errors
/// `NoSuchExport` for an unknown format, `FolderInUse`, what the store or the disk raise.
pub fn export_project(
    store: &Store,
    project: &Project,
    selection: &ExportSelection,
    content: &ExportContent,
    format: &str,
    folder: &Path,
) -> Result<ExportReport, PipelineError> {
    let stored = Stored { store, project };
    write(
        &stored,
        &project.protocol,
        selection,
        content,
        format,
        folder,
    )
}

/// Writes what other exports hold into an empty or new folder, without any store.
///
/// # Errors
/// As [`export_project`], and what reading the exports raises.
pub fn export_files(
    files: &[PathBuf],
    options: &IngestOptions,
    protocol: &Protocol,
    selection: &ExportSelection,
    content: &ExportContent,
    format: &str,
    folder: &Path,
) -> Result<ExportReport, PipelineError> {
    let mut sink = MemorySink::default();
    for file in files {
        let upload = Upload::open(file, Limits::DEFAULT)?;
        let report = import(&upload, options, &mut sink)?;
        if report.lacks_annotator() {
            return Err(PipelineError::Import(ImportError::Option {
                option: "annotator".to_owned(),
                detail: "the export names no rater; say who it is".to_owned(),
            }));
        }
    }
    write(
        &Held::of(sink),
        protocol,
        selection,
        content,
        format,
        folder,
    )
}

fn write(
    all: &dyn Source,
    protocol: &Protocol,
    selection: &ExportSelection,
    content: &ExportContent,
    format: &str,
    folder: &Path,
) -> Result<ExportReport, PipelineError> {
    let exporter = exporters::by_key(format).ok_or_else(|| PipelineError::NoSuchExport {
        format: format.to_owned(),
        known: exporters::ALL
            .iter()
            .map(|exporter| exporter.format().key)
            .collect::<Vec<_>>()
            .join(", "),
    })?;
    make_folder(folder)?;
    let selected = Selected {
        all,
        protocol,
        selection,
        content,
    };
    Ok(exporter.write(&selected, folder)?)
}

/// An export never writes over anything.
fn make_folder(folder: &Path) -> Result<(), PipelineError> {
    let read = |source| PipelineError::Io {
        file: folder.display().to_string(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(read)?;
    match std::fs::read_dir(folder).map_err(read)?.next() {
        None => Ok(()),
        Some(_) => Err(PipelineError::FolderInUse {
            folder: folder.display().to_string(),
        }),
    }
}

/// A project's items, batch by batch.
struct Stored<'a> {
    store: &'a Store,
    project: &'a Project,
}

impl Source for Stored<'_> {
    fn each(&self, visit: &mut Visitor<'_>) -> Result<(), ExportError> {
        let failed = |error: crate::store::StoreError| ExportError::Source(Box::new(error));
        let ids = self.store.all_items(self.project.id).map_err(failed)?;
        for batch in ids.chunks(BATCH) {
            let mut loaded = self
                .store
                .load_items(self.project.id, batch)
                .map_err(failed)?;
            loaded.sort_by(|a, b| (&a.item.study, &a.item.key).cmp(&(&b.item.study, &b.item.key)));
            for stored in loaded {
                let works: Vec<Work> = stored
                    .readings
                    .into_iter()
                    .map(|reading| Work {
                        reading: reading.reading,
                        annotations: reading
                            .annotations
                            .into_iter()
                            .map(|(_, annotation)| annotation)
                            .collect(),
                    })
                    .collect();
                visit(&stored.item, &works)?;
            }
        }
        Ok(())
    }
}

/// What was read into memory.
struct Held(Vec<(Item, Vec<Work>)>);

impl Held {
    fn of(sink: MemorySink) -> Self {
        let mut works: BTreeMap<String, Vec<Work>> = BTreeMap::new();
        for (key, record) in sink.readings {
            works.entry(key.item).or_default().push(Work {
                reading: record.reading,
                annotations: record.annotations,
            });
        }
        Self(
            sink.items
                .into_iter()
                .map(|(key, item)| (item, works.remove(&key).unwrap_or_default()))
                .collect(),
        )
    }
}

impl Source for Held {
    fn each(&self, visit: &mut Visitor<'_>) -> Result<(), ExportError> {
        self.0
            .iter()
            .try_for_each(|(item, works)| visit(item, works))
    }
}

/// The part of a source that was asked for.
struct Selected<'a> {
    all: &'a dyn Source,
    protocol: &'a Protocol,
    selection: &'a ExportSelection,
    content: &'a ExportContent,
}

impl Source for Selected<'_> {
    fn each(&self, visit: &mut Visitor<'_>) -> Result<(), ExportError> {
        self.all.each(&mut |item, works| {
            let Some(works) = self.selection.of(item, works) else {
                return Ok(());
            };
            let works = match self.content {
                ExportContent::Readings => works,
                ExportContent::Differences {
                    reference,
                    candidate,
                } => differing::differing(self.protocol, item, &works, reference, candidate),
                ExportContent::Consensus => agreed::agreed(item, &works)
                    .map_err(|error| ExportError::Source(Box::new(error)))?,
            };
            if works.is_empty() {
                return Ok(());
            }
            visit(item, &works)
        })
    }
}
