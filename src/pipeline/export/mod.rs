//! Annotations of a project, or of other exports, written for the tool in which they are looked at and mended.

mod agreed;
mod differing;
mod remarks;
mod selection;

pub use selection::ExportSelection;

use super::{PipelineError, Project};
use crate::domain::{IngestOptions, Item, Protocol};
use crate::exporters::{self, ExportError, ExportReport, Source, Visitor, Work};
use crate::importers::{Limits, MemorySink, Upload, import};
use crate::store::Store;
use remarks::Remarks;
use std::cell::RefCell;
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
    /// One reading an item, stage, session and layer, of what more than half of the raters say.
    Consensus,
}

/// What to write, in which form, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    pub selection: ExportSelection,
    pub content: ExportContent,
    /// Key of the exporter.
    pub format: String,
    /// A folder that is new or empty.
    pub folder: PathBuf,
}

/// Writes a selection of a project's annotations.
///
/// # Errors
/// `NoSuchExport` for an unknown format, `FolderInUse`, `NothingSelected`, what the store or the disk raise.
pub fn export_project(
    store: &Store,
    project: &Project,
    request: &ExportRequest,
) -> Result<ExportReport, PipelineError> {
    write(&Stored { store, project }, &project.protocol, request)
}

/// Writes what other exports hold, without any store.
///
/// # Errors
/// As [`export_project`]; `MissingAnnotator`, and what reading the exports raises.
pub fn export_files(
    files: &[PathBuf],
    options: &IngestOptions,
    protocol: &Protocol,
    request: &ExportRequest,
) -> Result<ExportReport, PipelineError> {
    let mut sink = MemorySink::default();
    for file in files {
        let upload = Upload::open(file, Limits::DEFAULT)?;
        if import(&upload, options, &mut sink)?.lacks_annotator() {
            return Err(PipelineError::MissingAnnotator);
        }
    }
    write(&Held::of(sink), protocol, request)
}

fn write(
    all: &dyn Source,
    protocol: &Protocol,
    request: &ExportRequest,
) -> Result<ExportReport, PipelineError> {
    let exporter =
        exporters::by_key(&request.format).ok_or_else(|| PipelineError::NoSuchExport {
            format: request.format.clone(),
            known: exporters::ALL
                .iter()
                .map(|exporter| exporter.format().key)
                .collect::<Vec<_>>()
                .join(", "),
        })?;
    make_folder(&request.folder)?;
    let selected = Selected {
        all,
        protocol,
        request,
        remarks: RefCell::default(),
    };
    let mut report = exporter.write(&selected, &request.folder)?;
    let remarks = selected.remarks.into_inner();
    if remarks.n_selected() == 0 {
        return Err(PipelineError::NothingSelected);
    }
    report.left_out.extend(remarks.into_left_out());
    Ok(report)
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

/// The part of a source that was asked for, and what is to be said about the rest.
struct Selected<'a> {
    all: &'a dyn Source,
    protocol: &'a Protocol,
    request: &'a ExportRequest,
    remarks: RefCell<Remarks>,
}

impl Source for Selected<'_> {
    fn each(&self, visit: &mut Visitor<'_>) -> Result<(), ExportError> {
        // Exporters may walk more than once; remarks are those of the last walk.
        let mut remarks = Remarks::default();
        self.all.each(&mut |item, works| {
            let Some(works) = self.request.selection.of(item, works) else {
                return Ok(());
            };
            let works = match &self.request.content {
                ExportContent::Readings => {
                    remarks.select();
                    works
                }
                ExportContent::Differences {
                    reference,
                    candidate,
                } => differing::differing(
                    self.protocol,
                    item,
                    &works,
                    [reference, candidate],
                    &mut remarks,
                ),
                ExportContent::Consensus => agreed::agreed(item, &works, &mut remarks)
                    .map_err(|error| ExportError::Source(Box::new(error)))?,
            };
            if works.is_empty() {
                return Ok(());
            }
            visit(item, &works)
        })?;
        self.remarks.replace(remarks);
        Ok(())
    }
}
