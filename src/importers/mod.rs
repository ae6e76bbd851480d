//! Exports of any tool, turned into items, readings and annotations: one format each behind one trait.
//!
//! An importer streams what it reads into a [`Sink`]; a fault in one record skips that record and is counted,
//! a fault in the container fails the import. Nothing is lost to a log line.

mod annotation_root;
mod asap;
mod brat;
mod by_maker;
mod coco;
mod concord_parquet;
mod contained;
mod context;
mod cvat;
mod darwin;
mod datumaro;
mod detection;
mod dicom_ann;
mod dicom_document;
mod dicom_gsps;
mod dicom_rtstruct;
mod dicom_seg;
mod dicom_sr;
mod drawn;
mod encord;
mod error;
mod histomicsui;
mod image_size;
mod imagescope;
mod item_names;
mod json;
mod kili;
mod kitti;
mod kitti_raw;
mod label_studio;
mod labelbox;
mod labelme;
mod labelme_web;
mod lidc;
mod limits;
mod mdai;
mod metaimage;
mod mot;
mod nifti;
mod nrrd;
mod one_reading;
mod passage;
mod people;
mod png_mask;
mod prodigy;
mod qupath;
mod ratings_table;
mod redbrick;
mod report;
mod sidecar;
mod sink;
mod skips;
mod slicer_markups;
mod structure;
mod superannotate;
mod supervisely;
#[cfg(test)]
mod testing;
mod turned;
mod ulabel;
mod upload;
mod verdict;
mod via;
mod voc;
mod volume_grid;
mod written;
mod xml;
mod yolo;

pub use context::{Context, Placement, item_key_of};
pub use detection::{Detected, Detection, Rejected, detect};
pub use error::ImportError;
pub use limits::Limits;
pub use ratings_table::{
    Mapping, Preview as TablePreview, PreviewColumn, PreviewRating, preview as preview_table,
};
pub use report::{Counts, ImportReport, ReportingSink, SkipGroup};
pub use sidecar::read_sidecar;
pub use sink::{MemorySink, ReadingRecord, Sink, SinkError};
pub use upload::{Upload, UploadFile};
pub(crate) use written::{parse_instant, parse_spacing_mm};

use crate::domain::IngestOptions;

/// What an importer says about itself; `concord formats` prints it.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Stable name for `--format`, queries and JSON.
    pub key: &'static str,
    pub title: &'static str,
    /// How it is recognised.
    pub detected_by: &'static str,
    /// What is mapped.
    pub maps: &'static str,
    /// What is left out, and counted.
    pub ignores: &'static str,
    /// Where the rater comes from.
    pub rater: &'static str,
    /// How it states positions; kept with every reading that does not say otherwise. "" where nothing is drawn.
    pub convention: &'static str,
}

/// One export format.
pub trait Importer: Sync {
    /// What this importer says about itself.
    fn format(&self) -> &'static Format;

    /// Whether the upload, or which files of it, is in this format. Looks at bytes, not at names.
    fn detect(&self, upload: &Upload) -> Detection;

    /// Reads the given files (indices into the upload) into the sink.
    ///
    /// # Errors
    /// `ImportError` when a container cannot be read at all; broken records are reported to the sink instead.
    fn read(
        &self,
        upload: &Upload,
        files: &[usize],
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ImportError>;
}

/// Every importer, in the order in which they are listed.
pub const ALL: &[&dyn Importer] = &[
    &concord_parquet::ConcordParquet,
    &ratings_table::RatingsTable,
    &dicom_seg::DicomSeg,
    &dicom_sr::DicomSr,
    &dicom_rtstruct::DicomRtstruct,
    &dicom_gsps::DicomGsps,
    &dicom_ann::DicomAnn,
    &label_studio::IMPORTER,
    &cvat::IMPORTER,
    &coco::IMPORTER,
    &png_mask::PngMask,
    &lidc::Lidc,
    &mdai::Mdai,
    &nifti::Nifti,
    &nrrd::Nrrd,
    &metaimage::MetaImage,
    &darwin::Darwin,
    &labelbox::Labelbox,
    &encord::Encord,
    &redbrick::Redbrick,
    &qupath::IMPORTER,
    &asap::IMPORTER,
    &brat::Brat,
    &prodigy::Prodigy,
    &imagescope::IMPORTER,
    &datumaro::IMPORTER,
    &kitti::IMPORTER,
    &kitti_raw::IMPORTER,
    &yolo::IMPORTER,
    &voc::IMPORTER,
    &labelme_web::IMPORTER,
    &labelme::IMPORTER,
    &via::IMPORTER,
    &superannotate::IMPORTER,
    &kili::IMPORTER,
    &supervisely::IMPORTER,
    &ulabel::IMPORTER,
    &slicer_markups::IMPORTER,
    &mot::IMPORTER,
    &histomicsui::IMPORTER,
];

/// The importer with this key.
pub fn by_key(key: &str) -> Option<&'static dyn Importer> {
    ALL.iter()
        .copied()
        .find(|importer| importer.format().key == key)
}

/// Detects the format (or takes the one that `options` name), reads the upload into `sink` and reports.
///
/// # Errors
/// Unknown or tied formats, options that contradict each other, containers that cannot be read, and what the sink refuses.
pub fn import(
    upload: &Upload,
    options: &IngestOptions,
    sink: &mut dyn Sink,
) -> Result<ImportReport, ImportError> {
    let context = Context::new(options)?;
    let detected = match &options.format {
        Some(key) if key != "auto" => detection::forced(upload, key)?,
        _ => detect(upload)?,
    };
    let mut reporting = ReportingSink::new(sink, detected.importer.format());
    for path in upload.set_aside() {
        reporting.skip(path.clone())?;
    }
    detected
        .importer
        .read(upload, &detected.files, &context, &mut reporting)?;
    detection::count_unclaimed(upload, &detected, &mut reporting)?;
    Ok(reporting.finish(&detected))
}
