//! What every fuzz target shares: bytes become one file of an upload, which one importer, or detection, has to bear.
//!
//! The rooms below are mounted from the project's sources instead of linked, so that the database is not built for fuzzing.

#![allow(dead_code)]

#[path = "../../../src/definitions/mod.rs"]
pub mod definitions;
#[path = "../../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../../src/geometry/mod.rs"]
pub mod geometry;
#[path = "../../../src/importers/mod.rs"]
pub mod importers;
#[path = "../../../src/statistics/mod.rs"]
pub mod statistics;

use domain::IngestOptions;
use importers::{Limits, MemorySink, Upload, import};
use std::cell::RefCell;

static HOOK: std::sync::Once = std::sync::Once::new();

thread_local! {
    static FOLDER: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

/// Limits as small as the inputs, so that what exceeds them shows within a run.
fn limits() -> Limits {
    Limits {
        max_unpacked_bytes: 64 << 20,
        max_ratio: 100,
        max_files: 100,
        max_pixels: 64 << 20,
        ..Limits::DEFAULT
    }
}

/// Imports `data` as a file of this name; any answer will do, a panic or a flood of memory will not.
pub fn bear(format: &str, name: &str, data: &[u8]) {
    // The fuzzer ends at every panic, even one that the importers contain. Only what leaves them may end it.
    HOOK.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let outcome = std::panic::catch_unwind(|| read(format, name, data));
    if outcome.is_err() {
        eprintln!("a panic left the importer");
        std::process::abort();
    }
}

fn read(format: &str, name: &str, data: &[u8]) {
    FOLDER.with_borrow_mut(|folder| {
        let folder = folder.get_or_insert_with(|| {
            // Memory instead of a disk, where there is one.
            let shared = std::path::Path::new("/dev/shm");
            if shared.is_dir() {
                tempfile::tempdir_in(shared)
            } else {
                tempfile::tempdir()
            }
            .expect("a temporary folder")
        });
        let path = folder.path().join(name);
        std::fs::write(&path, data).expect("the temporary folder can be written");
        let Ok(upload) = Upload::open(&path, limits()) else {
            return;
        };
        let options = IngestOptions {
            format: Some(format.to_owned()),
            annotator: Some("someone".to_owned()),
            label: Some("thing".to_owned()),
            ..IngestOptions::default()
        };
        let mut sink = MemorySink::default();
        if let Ok(report) = import(&upload, &options, &mut sink) {
            let n_kept = sink
                .readings
                .values()
                .map(|record| record.annotations.len() as u64)
                .sum::<u64>();
            assert_eq!(report.counts.annotations, n_kept, "the report counts what is kept");
        }
    });
}

/// A fuzz target for one importer, or `auto` for detection.
#[macro_export]
macro_rules! target {
    ($format:literal, $name:literal) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| { $crate::bear($format, $name, data) });
    };
}
