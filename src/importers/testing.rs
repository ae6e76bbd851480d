//! Short ways into importers for their unit tests.

use super::{ImportError, ImportReport, Limits, MemorySink, Upload, import};
use crate::domain::{Annotation, IngestOptions};

/// Imports files given as name and text.
pub(super) fn read_files(
    files: &[(&str, &str)],
    options: &IngestOptions,
) -> Result<(ImportReport, MemorySink), ImportError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text)
            .expect("the temporary folder can be written");
    }
    let upload = Upload::open(folder.path(), Limits::DEFAULT)?;
    let mut sink = MemorySink::default();
    let report = import(&upload, options, &mut sink)?;
    Ok((report, sink))
}

/// Imports one file without options; it must be readable.
pub(super) fn read(name: &str, text: &str) -> (ImportReport, MemorySink) {
    read_files(&[(name, text)], &IngestOptions::default()).expect("a readable file")
}

/// All annotations, in the order of their readings.
pub(super) fn annotations(sink: &MemorySink) -> Vec<&Annotation> {
    sink.readings
        .values()
        .flat_map(|record| &record.annotations)
        .collect()
}

/// The examples of all skips, file names left out.
pub(super) fn skips(sink: &MemorySink) -> Vec<String> {
    sink.skips
        .iter()
        .map(|skip| format!("{} {}: {}", skip.reason.as_str(), skip.record, skip.detail))
        .collect()
}
