//! MetaImage label maps: made-up ones to the voxel, and as SimpleITK reads them.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::volumes::{annotations, check_oracle, expected, oracle, read, runs};
use concord::domain::{GRID_ATTRIBUTE, IngestOptions, Shape};
use concord::importers::{Limits, MemorySink, Upload, detect};
use std::path::PathBuf;

const AXIAL_GRID: &str = "5 × 4 px, spacing 3.00 × 2.00 mm, in-plane origin 2.00, -29.00 mm, direction 1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000";

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("metaimage", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn grid(sink: &MemorySink) -> Option<&str> {
    let first = annotations(sink).next()?;
    first.attributes.get(GRID_ATTRIBUTE).map(String::as_str)
}

/// The grid of the NIfTI fixtures: rows run from 2 mm on, columns from −29 mm on; stored (0, 0, 0) is the last pixel of the last row.
#[test]
fn every_storage_of_one_grid_gives_the_same_voxels() {
    let wanted = expected(&[
        ("class-1", &[(30_000, &[18, 20])]),
        ("class-2", &[(34_000, &[12, 13]), (38_000, &[0, 1])]),
    ]);
    for name in ["axial.mha", "packed_big.mha", "turned", "old", "text.mha"] {
        let (report, sink) = read(&fixture(name));
        assert_eq!(
            (report.format.as_str(), report.n_skipped()),
            ("metaimage", 0),
            "{name}"
        );
        assert_eq!(runs(&sink), wanted, "{name}");
        assert_eq!(grid(&sink), Some(AXIAL_GRID), "{name}");
        let item = sink.items.values().next().expect("an item");
        assert_eq!(item.spacing_mm, Some([4.0, 3.0, 2.0]), "{name}");
        assert_eq!(item.n_slices, Some(3), "{name}");
    }
}

#[test]
fn mutants_of_what_was_read_are_noticed() {
    let (_, sink) = read(&fixture("axial.mha"));
    let wanted = runs(&sink);
    check_mutants(&sink, |mutant| runs(mutant) == wanted);
}

/// Rows along L from 1 mm, columns downwards from 3 + 3 · 3 mm, slices along L × −S = P.
#[test]
fn a_coronal_map_of_probabilities_runs_downwards() {
    let (report, sink) = read(&fixture("coronal.mha"));
    assert_eq!(
        runs(&sink),
        expected(&[("class-1", &[(2_000, &[15, 16]), (6_000, &[4, 5])])])
    );
    assert_eq!(
        grid(&sink),
        Some(
            "5 × 4 px, spacing 3.00 × 2.00 mm, in-plane origin 1.00, -12.00 mm, direction 1.000 0.000 0.000 0.000 0.000 -1.000 0.000 1.000 0.000"
        )
    );
    assert!(
        report
            .notes
            .contains(&"files of probabilities, cut at 0.5: 1".to_owned())
    );
}

#[test]
fn without_an_offset_voxels_are_kept_as_stored() {
    let (_, sink) = read(&fixture("stack.mha"));
    assert_eq!(
        runs(&sink),
        expected(&[("class-1", &[(1, &[5, 6])]), ("class-2", &[(0, &[0, 2])])])
    );
    assert_eq!(sink.items["stack"].spacing_mm, Some([2.5, 0.75, 0.5]));
    let (_, sink) = read(&fixture("plane.mha"));
    let only = annotations(&sink).next().expect("a mask");
    let Shape::Mask(mask) = &only.shape else {
        panic!("{only:?}")
    };
    assert_eq!(mask.bounds(), [1, 3, 11, 12]);
    assert_eq!(sink.items["plane"].spacing_mm, Some([0.0, 0.25, 0.5]));
}

#[test]
fn fixtures_are_recognised_by_their_bytes_alone() {
    for path in fixtures("metaimage", "good") {
        let upload = Upload::open(&path, Limits::DEFAULT).expect("readable");
        let found = detect(&upload).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(
            found.importer.format().key,
            "metaimage",
            "{}",
            path.display()
        );
    }
}

#[test]
fn fixtures_have_the_voxels_that_simpleitk_finds() {
    let oracle = oracle("metaimage");
    let files = oracle["fixtures"].as_object().expect("fixtures");
    assert_eq!(files.len(), 4);
    for (name, wanted) in files {
        // A header and its voxels are read as a folder.
        let own = name.split('/').next().expect("a name");
        check_oracle(name, &read(&fixture(own)).1, wanted);
    }
}

#[test]
fn real_pictures_and_headers_alone_are_counted_and_not_read() {
    let Some(folder) = sample("nrrd-nifti-meta") else {
        return;
    };
    for (name, said) in [
        ("CorpusCallosumMode0.mha", "between whole numbers"),
        ("BrainProtonDensity3Slices.mha", "not in the upload"),
        ("BrainProtonDensitySliceBorder20.mhd", "not in the upload"),
        (
            "BrainProtonDensitySliceBorder20DirectionPlus30.mhd",
            "not in the upload",
        ),
        ("RatLungSlice1.mha", "not in the upload"),
        ("ResampleImageFilterInput2x3.mha", "not in the upload"),
    ] {
        let (report, sink) = read(&folder.join(name));
        assert_eq!(report.format, "metaimage", "{name}");
        let examples = &report.skipped[0].examples[0];
        assert!(examples.contains(said), "{name}: {examples}");
        assert!(sink.readings.is_empty(), "{name}");
    }
}

/// The same work as NIfTI, NRRD and MetaImage is the same annotations on the same grid, whatever each is called.
#[test]
fn three_formats_of_one_grid_meet() {
    let drawn = |format: &str, name: &str| {
        let path = fixtures(format, "good")
            .into_iter()
            .find(|path| path.ends_with(name));
        let (_, sink) =
            read_memory(&path.expect("a fixture"), &IngestOptions::default()).expect("readable");
        assert_eq!(sink.items.keys().collect::<Vec<_>>(), ["axial"], "{format}");
        annotations(&sink).cloned().collect::<Vec<_>>()
    };
    let nifti = drawn("nifti", "axial.nii.gz");
    assert_eq!(nifti, drawn("nrrd", "axial.nrrd"));
    assert_eq!(nifti, drawn("metaimage", "axial.mha"));
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("metaimage", &IngestOptions::default()),
        13
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["axial.mha", "packed_big.mha", "text.mha"] {
        let n = truncations(&fixture(name), &IngestOptions::default(), 300);
        assert!(n >= 90, "{n}");
    }
}
