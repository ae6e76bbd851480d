//! NRRD: made-up files to the voxel, in every encoding and space; real ones against pynrrd, and against their twins in DICOM.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::skipped;
use crate::volumes::{annotations, check_oracle, expected, oracle, read, runs};
use concord::domain::{GRID_ATTRIBUTE, IngestOptions, ReadingState, Shape};
use concord::importers::{Limits, MemorySink, Upload, detect};
use std::collections::BTreeMap;
use std::path::PathBuf;

const AXIAL_GRID: &str = "5 × 4 px, spacing 3.00 × 2.00 mm, in-plane origin 2.00, -29.00 mm, direction 1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000";

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("nrrd", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn check_grid(sink: &MemorySink, name: &str) {
    for annotation in annotations(sink) {
        let grid = annotation.attributes.get(GRID_ATTRIBUTE);
        assert_eq!(grid.map(String::as_str), Some(AXIAL_GRID), "{name}");
    }
    let item = sink.items.values().next().expect("an item");
    assert_eq!(
        (item.width_px, item.height_px, item.n_slices),
        (Some(5), Some(4), Some(3)),
        "{name}"
    );
    assert_eq!(item.spacing_mm, Some([4.0, 3.0, 2.0]), "{name}");
}

/// The grid of the NIfTI fixtures: rows run from 2 mm on, columns from −29 mm on; stored (0, 0, 0) is the last pixel of the last row.
#[test]
fn every_encoding_and_space_of_one_grid_gives_the_same_voxels() {
    let wanted = expected(&[
        ("class-1", &[(30_000, &[18, 20])]),
        ("class-2", &[(34_000, &[12, 13]), (38_000, &[0, 1])]),
    ]);
    for name in [
        "axial.nrrd",
        "ras_big.nrrd",
        "las_text.nrrd",
        "turned_bzip2.nrrd",
        "downwards_hex.nrrd",
        "detached",
        "old.seg.nrrd",
    ] {
        let (report, sink) = read(&fixture(name));
        assert_eq!(
            (report.format.as_str(), report.n_skipped()),
            ("nrrd", 0),
            "{name}"
        );
        assert_eq!(runs(&sink), wanted, "{name}");
        check_grid(&sink, name);
        assert!(sink.items.keys().all(|key| !key.contains('.')), "{name}");
    }
}

#[test]
fn mutants_of_what_was_read_are_noticed() {
    let (_, sink) = read(&fixture("ras_big.nrrd"));
    let wanted = runs(&sink);
    check_mutants(&sink, |mutant| runs(mutant) == wanted);
}

#[test]
fn segments_of_one_label_value_on_two_layers_stay_apart() {
    for name in ["overlapping.seg.nrrd", "layers_last.seg.nrrd"] {
        let (_, sink) = read(&fixture(name));
        assert_eq!(
            runs(&sink),
            expected(&[
                ("liver", &[(30_000, &[18, 20])]),
                ("tumour", &[(34_000, &[12, 13]), (38_000, &[0, 1])]),
                ("Cyst", &[(30_000, &[19, 20])]),
            ]),
            "{name}"
        );
        check_grid(&sink, name);
        let cyst = annotations(&sink)
            .find(|one| one.label == "Cyst")
            .expect("named by its type");
        assert_eq!(cyst.source_id, "2.25.7");
        let attributes = [
            (GRID_ATTRIBUTE, AXIAL_GRID),
            ("grid_exact", "2 -29 1 0 0 0 1 0 0 0 1"),
            ("property_category", "Morphology"),
            ("property_type", "Cyst"),
            ("segmentation_status", "flagged"),
        ];
        let attributes = attributes.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(cyst.attributes, BTreeMap::from(attributes));
        assert_eq!(skipped(&sink), ["dangling layer 1 value 9"], "{name}");
    }
}

/// Stored voxel (0, 0, 0) is the image's (1, 0, 1): column 3 of the last row, counted from the other end.
#[test]
fn a_part_of_an_image_is_laid_into_its_grid() {
    let (report, sink) = read(&fixture("part.seg.nrrd"));
    assert_eq!(
        runs(&sink),
        expected(&[("liver", &[(34_000, &[12, 13, 16, 17, 18, 19])])])
    );
    check_grid(&sink, "part");
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("laid into it"))
    );
}

#[test]
fn without_a_space_voxels_are_kept_as_stored() {
    let (_, sink) = read(&fixture("stack.nrrd"));
    assert_eq!(
        runs(&sink),
        expected(&[("class-1", &[(1, &[5, 6])]), ("class-2", &[(0, &[0, 2])])])
    );
    assert_eq!(sink.items["stack"].spacing_mm, Some([2.5, 0.75, 0.5]));
    let (_, sink) = read(&fixture("plane.nrrd"));
    let only = annotations(&sink).next().expect("a mask");
    let Shape::Mask(mask) = &only.shape else {
        panic!("{only:?}")
    };
    assert_eq!(mask.bounds(), [1, 3, 11, 12]);
    assert_eq!(sink.items["plane"].spacing_mm, Some([0.0, 0.25, 0.5]));
}

#[test]
fn work_that_has_not_begun_is_no_empty_reading() {
    let (_, sink) = read(&fixture("not_begun.seg.nrrd"));
    assert_eq!((sink.items.len(), sink.readings.len()), (1, 0));
    let bytes = std::fs::read(fixture("not_begun.seg.nrrd")).expect("a fixture");
    let begun = String::from_utf8(bytes)
        .expect("text and zeros")
        .replace("notstarted", "completed");
    let (_, sink) =
        read_bytes("x.seg.nrrd", begun.as_bytes(), &IngestOptions::default()).expect("readable");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
}

#[test]
fn fixtures_are_recognised_by_their_bytes_alone() {
    for path in fixtures("nrrd", "good") {
        let upload = Upload::open(&path, Limits::DEFAULT).expect("readable");
        let found = detect(&upload).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(found.importer.format().key, "nrrd", "{}", path.display());
    }
}

#[test]
fn real_files_have_the_voxels_that_pynrrd_finds() {
    let Some(folder) = sample("nrrd-nifti-meta") else {
        return;
    };
    let data = folder.parent().expect("the folder of samples");
    let oracle = oracle("nrrd");
    let files = oracle["files"].as_object().expect("files");
    assert_eq!(files.len(), 20);
    for (name, wanted) in files {
        let path = data.join(name);
        if name.ends_with(".nhdr") {
            // A header and its voxels, without the others of the folder.
            let beside = wanted["data_file"].as_str().expect("its voxels");
            let own = tempfile::tempdir().expect("a temporary folder");
            for part in [&path, &path.with_file_name(beside)] {
                let to = own.path().join(part.file_name().expect("a file"));
                std::fs::copy(part, to).expect("a sample can be copied");
            }
            check_oracle(name, &forced(own.path()), wanted);
        } else {
            check_oracle(name, &read(&path).1, wanted);
        }
    }
}

/// A header whose voxels are a NIfTI file is both.
fn forced(path: &std::path::Path) -> MemorySink {
    let options = IngestOptions {
        format: Some("nrrd".to_owned()),
        annotator: Some("uploader".to_owned()),
        ..IngestOptions::default()
    };
    read_memory(path, &options).expect("readable").1
}

#[test]
fn real_pictures_and_lists_are_counted_and_not_read() {
    let Some(folder) = sample("nrrd-nifti-meta") else {
        return;
    };
    for (name, said) in [
        ("../slicer/CTChest4.nrrd", "labels are not negative"),
        ("test1d_ascii.nrrd", "has 1 axes through space"),
        ("test_customFields.nrrd", "has 1 axes through space"),
    ] {
        let (report, sink) = read(&folder.join(name));
        let examples = &report.skipped[0].examples[0];
        assert!(examples.contains(said), "{name}: {examples}");
        assert!(sink.readings.is_empty(), "{name}");
    }
    let skip = folder.join("BallBinary30x30x30_byteskip_minus_five.nhdr");
    let error = read_memory(&skip, &IngestOptions::default()).expect("a skip");
    assert_eq!(
        error.0.skipped[0].reason, "dangling",
        "its voxels lie elsewhere"
    );
}

/// What dcmqi's authors wrote as NRRD and as DICOM meets on one item, on the same voxels, with one grid in words.
#[test]
fn twins_in_dicom_have_the_same_voxels_on_the_same_item() {
    let Some(folder) = sample("dicom/dcmqi/data/segmentations") else {
        return;
    };
    for (dicom, nrrd) in [
        ("24x38x3/seg/label.seg", "24x38x3/nrrd/label.nrrd"),
        ("liver.dcm", "liver_seg.nrrd"),
    ] {
        let (_, by_dicom) = read(&folder.join(dicom));
        let item = by_dicom.items.keys().next().expect("an item");
        let path = folder.join(nrrd);
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let row = [("file", name.as_str()), ("item", item)];
        let options = IngestOptions {
            annotator: Some("other".to_owned()),
            sidecar: vec![
                row.into_iter()
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect(),
            ],
            ..IngestOptions::default()
        };
        let (_, by_nrrd) = read_memory(&path, &options).expect("readable");
        assert_eq!(by_nrrd.items.keys().collect::<Vec<_>>(), [item], "{nrrd}");
        let drawn = |sink: &MemorySink| -> Vec<(Shape, Option<String>)> {
            annotations(sink)
                .map(|one| {
                    (
                        one.shape.clone(),
                        one.attributes.get(GRID_ATTRIBUTE).cloned(),
                    )
                })
                .collect()
        };
        let (a, b) = (drawn(&by_dicom), drawn(&by_nrrd));
        assert!(!a.is_empty() && a[0].1.is_some(), "{dicom}");
        assert_eq!(a, b, "{dicom} {nrrd}");
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("nrrd", &IngestOptions::default()), 18);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in [
        "axial.nrrd",
        "las_text.nrrd",
        "layers_last.seg.nrrd",
        "turned_bzip2.nrrd",
    ] {
        let n = truncations(&fixture(name), &IngestOptions::default(), 300);
        assert!(n >= 90, "{n}");
    }
}
