//! Annotations written in the forms of other tools, so that a finding can be opened where it is mended.
//!
//! An exporter walks a [`Source`] and writes into a folder. What a format cannot hold is counted with its reason and
//! never bent into something else: a polygon with a hole does not become one without.

mod coco;
mod cvat;
mod dicom_seg;
mod error;
mod label_studio;
mod label_studio_brush;
mod nifti;
mod report;
mod sets;
mod sidecar;
mod source;
mod spool;
mod vocabulary;

pub use error::ExportError;
pub use report::{ExportReport, LeftOut};
pub use source::{ReadingSet, Source, Visitor, Work};

use std::path::Path;

/// What an exporter says about itself; `concord formats` prints it.
#[derive(Clone, Copy, Debug)]
pub struct ExportFormat {
    /// Stable name for `--format`.
    pub key: &'static str,
    pub title: &'static str,
    /// What is written.
    pub writes: &'static str,
    /// What it cannot hold, and is counted.
    pub leaves_out: &'static str,
}

/// One form to write annotations in.
pub trait Exporter: Sync {
    /// What this exporter says about itself.
    fn format(&self) -> &'static ExportFormat;

    /// Writes everything into a folder that exists and is empty.
    ///
    /// # Errors
    /// `ExportError` when a file cannot be written or the source cannot be read.
    fn write(&self, source: &dyn Source, folder: &Path) -> Result<ExportReport, ExportError>;
}

/// Every exporter, in the order in which they are listed.
pub const ALL: &[&dyn Exporter] = &[
    &coco::Coco,
    &cvat::Cvat,
    &dicom_seg::DicomSeg,
    &label_studio::LabelStudio,
    &nifti::Nifti,
];

/// The exporter with this key.
pub fn by_key(key: &str) -> Option<&'static dyn Exporter> {
    ALL.iter()
        .copied()
        .find(|exporter| exporter.format().key == key)
}
