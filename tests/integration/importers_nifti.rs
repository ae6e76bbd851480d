//! NIfTI label maps: made-up ones to the voxel, in every order of axes and either byte order; real ones against nibabel.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::volumes::{annotations, check_oracle, expected, oracle, read, runs};
use concord::domain::{GRID_ATTRIBUTE, IngestOptions, ReadingState, SampleCoverage, Shape};
use concord::importers::{Limits, MemorySink, Upload, detect};
use std::path::PathBuf;

const AXIAL_GRID: &str = "5 × 4 px, spacing 3.00 × 2.00 mm, in-plane origin 2.00, -29.00 mm, direction 1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000";

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("nifti", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn grid(sink: &MemorySink) -> Option<&str> {
    annotations(sink)
        .next()?
        .attributes
        .get(GRID_ATTRIBUTE)
        .map(String::as_str)
}

/// RAS 2 × 3 × 4 mm from (−10, 20, 30): in LPS, rows run from 2 mm on, columns from −29 mm on. Stored (0, 0, 0) is the last pixel of the
/// last row, stored (4, 3, 2) the first of the first.
#[test]
fn every_storage_of_one_grid_gives_the_same_voxels() {
    let wanted = expected(&[
        ("class-1", &[(30_000, &[18, 20])]),
        ("class-2", &[(34_000, &[12, 13]), (38_000, &[0, 1])]),
    ]);
    for name in [
        "axial.nii.gz",
        "turned.nii",
        "both_forms.nii",
        "downwards.nii.gz",
    ] {
        let (report, sink) = read(&fixture(name));
        assert_eq!(report.format, "nifti", "{name}");
        assert_eq!(runs(&sink), wanted, "{name}");
        assert_eq!(grid(&sink), Some(AXIAL_GRID), "{name}");
        let item = sink.items.values().next().expect("an item");
        assert_eq!(
            (item.width_px, item.height_px, item.n_slices),
            (Some(5), Some(4), Some(3)),
            "{name}"
        );
        assert_eq!(item.spacing_mm, Some([4.0, 3.0, 2.0]), "{name}");
        assert!(annotations(&sink).all(|one| one.semantic));
        let record = sink.readings.values().next().expect("a reading");
        assert_eq!(record.reading.state, ReadingState::Annotated);
        assert!(record.reading.source_convention.contains("RAS"));
    }
    assert!(
        read(&fixture("both_forms.nii"))
            .0
            .notes
            .iter()
            .any(|note| note.contains("sform and qform place voxels differently")),
    );
}

#[test]
fn mutants_of_what_was_read_are_noticed() {
    let (_, sink) = read(&fixture("axial.nii.gz"));
    let wanted = runs(&sink);
    check_mutants(&sink, |mutant| runs(mutant) == wanted);
}

#[test]
fn a_sagittal_map_of_probabilities_is_cut_at_one_half() {
    let (report, sink) = read(&fixture("sagittal_probability.nii"));
    assert_eq!(
        runs(&sink),
        expected(&[("class-1", &[(-6_000, &[19, 20]), (-2_000, &[0, 1])])])
    );
    assert_eq!(
        grid(&sink),
        Some(
            "5 × 4 px, spacing 3.00 × 2.00 mm, in-plane origin -18.00, -14.00 mm, direction 0.000 1.000 0.000 0.000 0.000 -1.000 -1.000 0.000 0.000"
        )
    );
    assert!(
        report
            .notes
            .contains(&"files of probabilities, cut at 0.5: 1".to_owned())
    );
}

#[test]
fn a_pair_of_files_that_states_no_place_is_kept_as_stored() {
    let (report, sink) = read(&fixture("pair"));
    assert_eq!(
        runs(&sink),
        expected(&[("class-1", &[(1, &[5, 6])]), ("class-2", &[(0, &[0, 2])])])
    );
    assert_eq!(sink.items["case7"].spacing_mm, Some([2.5, 0.75, 0.5]));
    assert_eq!(
        grid(&sink),
        Some("3 × 2 px, spacing 0.75 × 0.50 mm, in-plane origin unknown, direction unknown")
    );
    assert_eq!((report.counts.files, report.n_skipped()), (2, 0));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("do not say where they lie"))
    );
}

#[test]
fn two_axes_are_a_mask_as_stored() {
    let (_, sink) = read(&fixture("plane.nii"));
    let only = annotations(&sink).next().expect("a mask");
    let Shape::Mask(mask) = &only.shape else {
        panic!("{only:?}")
    };
    assert_eq!((mask.width_px(), mask.height_px()), (4, 3));
    assert_eq!(mask.bounds(), [1, 3, 11, 12]);
    assert!(!only.attributes.contains_key(GRID_ATTRIBUTE));
    let item = &sink.items["plane"];
    assert_eq!(
        (item.n_slices, item.spacing_mm),
        (Some(1), Some([0.0, 0.25, 0.5]))
    );
}

#[test]
fn a_map_of_nothing_is_a_reading_only_where_files_cover_what_was_read() {
    let (_, sink) = read(&fixture("empty.nii.gz"));
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
    let options = IngestOptions {
        coverage: SampleCoverage::Annotated,
        ..IngestOptions::default()
    };
    let (_, sink) = read_memory(&fixture("empty.nii.gz"), &options).expect("readable");
    assert_eq!((sink.items.len(), sink.readings.len()), (1, 0));
}

#[test]
fn raters_come_from_folders_and_names_from_the_nearest_table() {
    let options = IngestOptions {
        pattern: Some(r"(?P<rater>[^/]+)/(?P<item>[^/]+)_seg\.nii".to_owned()),
        ..IngestOptions::default()
    };
    let (report, sink) = read_memory(&fixture("readers"), &options).expect("readable");
    assert_eq!(report.raters, ["a", "b"]);
    assert_eq!((report.counts.items, report.n_skipped()), (1, 0));
    let found: Vec<(String, String)> = sink
        .readings
        .iter()
        .flat_map(|(key, record)| {
            let label = |one: &concord::domain::Annotation| (key.rater.clone(), one.label.clone());
            record.annotations.iter().map(label).collect::<Vec<_>>()
        })
        .collect();
    let named = [
        ("a", "liver"),
        ("a", "tumour"),
        ("b", "liver"),
        ("b", "class-9"),
    ];
    assert_eq!(
        found,
        named.map(|(rater, label)| (rater.to_owned(), label.to_owned()))
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.ends_with("names them): 1"))
    );
}

#[test]
fn fixtures_are_recognised_by_their_bytes_alone() {
    for path in fixtures("nifti", "good") {
        let upload = Upload::open(&path, Limits::DEFAULT).expect("readable");
        let found = detect(&upload).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(found.importer.format().key, "nifti", "{}", path.display());
    }
}

#[test]
fn header_texts_are_never_passed_on() {
    for path in fixtures("nifti", "good") {
        let everything = format!("{:?}", read(&path));
        assert!(!everything.contains("SECRET"), "{}", path.display());
    }
}

#[test]
fn real_files_have_the_voxels_that_nibabel_finds() {
    let Some(folder) = sample("nrrd-nifti-meta") else {
        return;
    };
    let oracle = oracle("nifti");
    let files = oracle["files"].as_object().expect("files");
    assert!(files.len() >= 2);
    for (name, wanted) in files {
        check_oracle(name, &read(&folder.join(name)).1, wanted);
    }
    for (name, wanted) in oracle["fixtures"].as_object().expect("fixtures") {
        check_oracle(name, &read(&fixture(name)).1, wanted);
    }
}

#[test]
fn real_pictures_and_headers_alone_are_counted_and_not_read() {
    let Some(folder) = sample("nrrd-nifti-meta") else {
        return;
    };
    for (name, said) in [
        ("anatomical.nii", "more than 1024 values"),
        ("resampled_anat_moved.nii", "no finite numbers"),
        ("example_nifti2.nii.gz", "volumes along axis 4"),
        ("nifti1.hdr", "not in the upload"),
        ("nifti2.hdr", "not in the upload"),
    ] {
        let (report, sink) = read(&folder.join(name));
        let examples = &report.skipped[0].examples[0];
        assert!(examples.contains(said), "{name}: {examples}");
        assert!(sink.readings.is_empty(), "{name}");
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("nifti", &IngestOptions::default()), 18);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["axial.nii.gz", "turned.nii", "sagittal_probability.nii"] {
        let n = truncations(&fixture(name), &IngestOptions::default(), 300);
        assert!(n >= 90, "{n}");
    }
}

#[test]
fn no_byte_of_a_header_can_make_it_panic() {
    let whole = std::fs::read(fixture("turned.nii")).expect("a fixture");
    for at in 0..352 {
        for value in [0x00, 0x7F, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            // An error or a report: either will do.
            let _ = read_bytes("x.nii", &bytes, &IngestOptions::default());
        }
    }
}
