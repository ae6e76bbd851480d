//! DICOM segmentations: real files against pydicom's voxels, and made-up ones to the pixel.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden;
use concord::domain::{Annotation, IngestOptions, ReadingState, Shape};
use concord::geometry::Mask;
use concord::importers::MemorySink;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub fn fixture(name: &str) -> PathBuf {
    let path = fixtures("dicom_seg", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

pub fn read(path: &Path) -> MemorySink {
    let options = IngestOptions {
        annotator: Some("uploader".to_owned()),
        ..IngestOptions::default()
    };
    read_memory(path, &options)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .1
}

fn plane(key: Option<i64>, mask: &Mask) -> (Option<i64>, u64, u64, u64) {
    let pixels = mask
        .spans()
        .flat_map(|span| (span.x0..span.x1).map(move |x| (x, span.y)));
    let (n, x, y) = pixels.fold((0, 0, 0), |(n, sx, sy), (x, y)| {
        (n + 1, sx + u64::from(x), sy + u64::from(y))
    });
    (key, n, x, y)
}

fn planes(shape: &Shape) -> Vec<(Option<i64>, u64, u64, u64)> {
    match shape {
        Shape::Volume(volume) => volume
            .slices()
            .iter()
            .map(|(key, mask)| plane(Some(*key), mask))
            .collect(),
        Shape::Mask(mask) => vec![plane(None, mask)],
        _ => panic!("a segmentation holds masks"),
    }
}

pub fn annotations(sink: &MemorySink) -> Vec<Annotation> {
    let record = sink.readings.values().next().expect("a reading");
    record.annotations.clone()
}

pub fn bounds(shape: &Shape) -> Vec<(i64, Vec<u32>)> {
    match shape {
        Shape::Volume(volume) => volume
            .slices()
            .iter()
            .map(|(key, mask)| (*key, mask.bounds().to_vec()))
            .collect(),
        _ => panic!("a volume"),
    }
}

#[test]
fn real_segmentations_have_the_voxels_that_pydicom_finds() {
    let Some(folder) = sample("dicom") else {
        return;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/dicom_seg/voxels.json");
    let oracle: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the oracle file"))
            .expect("JSON");
    let files = oracle["files"].as_object().expect("files");
    assert_eq!(files.len(), 20);
    for (name, expected) in files {
        let sink = read(&folder.join(name));
        let item = sink.items.values().next().expect("an item");
        assert_eq!(
            item.width_px.map(u64::from),
            expected["width_px"].as_u64(),
            "{name}"
        );
        assert_eq!(
            item.height_px.map(u64::from),
            expected["height_px"].as_u64(),
            "{name}"
        );
        assert_eq!(
            item.modality.as_deref(),
            expected["modality"].as_str(),
            "{name}"
        );
        let annotations: Vec<_> = sink
            .readings
            .values()
            .flat_map(|record| &record.annotations)
            .collect();
        let segments = expected["segments"].as_array().expect("segments");
        assert_eq!(annotations.len(), segments.len(), "{name}");
        for (annotation, segment) in annotations.iter().zip(segments) {
            assert_eq!(
                annotation.source_id,
                segment["number"].to_string(),
                "{name}"
            );
            assert_eq!(
                Some(annotation.label.as_str()),
                segment["label"].as_str(),
                "{name}"
            );
            assert!(annotation.semantic);
            let expected: Vec<(Option<i64>, u64, u64, u64)> =
                serde_json::from_value(segment["planes"].clone()).expect("planes");
            assert_eq!(
                planes(&annotation.shape),
                expected,
                "{name} segment {}",
                annotation.source_id
            );
        }
    }
}

#[test]
fn what_is_not_read_of_the_real_files_is_counted() {
    let Some(folder) = sample("dicom") else {
        return;
    };
    let (report, _) = read_memory(&folder, &IngestOptions::default()).expect("readable");
    let skipped = |reason: &str| {
        report
            .skipped
            .iter()
            .find(|group| group.reason == reason)
            .map_or(0, |group| group.n)
    };
    assert_eq!(report.format, "dicom_seg");
    assert_eq!(
        report.counts.files, 22,
        "nineteen read, one big endian, one that contradicts itself, one with the UID of another"
    );
    assert_eq!(report.counts.annotations, 185);
    assert_eq!((skipped("unsupported"), skipped("invalid_record")), (1, 2));
    assert_eq!(report.raters, ["Doe^John", "User1", "User2"]);
}

#[test]
fn frames_that_are_not_aligned_to_bytes_are_read_to_the_pixel() {
    let sink = read(&fixture("binary.dcm"));
    let root = "1.2.826.0.1.3680043.10.9999";
    let item = &sink.items[&format!("{root}.5")];
    assert_eq!(
        (item.width_px, item.height_px, item.n_slices),
        (Some(5), Some(3), Some(4))
    );
    assert_eq!(item.study, format!("{root}.2"));
    assert_eq!(item.spacing_mm, Some([2.5, 0.7, 0.8]));
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!(key.rater, "Reader^One");
    assert_eq!(
        record.reading.finished_at_us,
        Some(1_794_817_800_500_000),
        "2026-11-16T09:30:00.5+01:00"
    );
    let [liver, lesion] = record.annotations.as_slice() else {
        panic!("two segments")
    };
    assert_eq!(liver.attributes["property_type"], "Liver");
    assert_eq!(liver.attributes["tracking_uid"], format!("{root}.6"));
    assert_eq!(
        bounds(&liver.shape),
        [(10_000, vec![0, 2, 6, 8, 14, 15]), (12_500, vec![5, 15])]
    );
    assert_eq!(bounds(&lesion.shape), [(10_000, vec![7, 8])]);
}

#[test]
fn what_cannot_be_kept_is_never_taken_for_an_empty_reading() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/dicom_seg/bad/same_plane_twice.dcm");
    let (_, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
    assert!(sink.readings.is_empty());
    assert_eq!(
        golden::skipped(&sink),
        ["invalid_record reading", "invalid_record segment 1"]
    );
}

#[test]
fn occupancies_count_from_one_half_on_too() {
    let (report, sink) =
        read_memory(&fixture("occupancy.dcm"), &IngestOptions::default()).expect("readable");
    assert_eq!(bounds(&annotations(&sink)[0].shape), [(12_500, vec![2, 4])]);
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.starts_with("fractional segments (occupancy): ")
                && note.contains("maximum (100) is at least 0.5")),
        "{:?}",
        report.notes
    );
}

#[test]
fn preamble_meta_group_and_transfer_syntax_make_no_difference() {
    let expected = read(&fixture("binary.dcm"));
    for name in ["implicit.dcm", "without_preamble.dcm", "without_meta.dcm"] {
        let found = read(&fixture(name));
        assert_eq!(found.items, expected.items, "{name}");
        assert_eq!(annotations(&found), annotations(&expected), "{name}");
    }
}

#[test]
fn fractional_pixels_count_from_one_half_on_and_the_rule_is_stated() {
    let options = IngestOptions {
        annotator: Some("uploader".to_owned()),
        ..IngestOptions::default()
    };
    let (report, sink) = read_memory(&fixture("fractional.dcm"), &options).expect("readable");
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!(key.rater, "uploader", "3D Slicer is no person");
    assert_eq!(
        planes(&record.annotations[0].shape),
        [(Some(12_500), 2, 5, 0)]
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("maximum (255) is at least 0.5")),
        "{:?}",
        report.notes
    );
}

#[test]
fn a_segmentation_without_pixels_was_reviewed_and_found_empty() {
    let sink = read(&fixture("reviewed_empty.dcm"));
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
    assert!(record.annotations.is_empty());
}

#[test]
fn patients_are_never_passed_on() {
    for path in fixtures("dicom_seg", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
        let everything = format!("{report:?} {sink:?}");
        assert!(
            !everything.contains("SECRET") && !everything.contains("Nobody"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("dicom_seg", &IngestOptions::default()),
        29
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in [
        "binary.dcm",
        "implicit.dcm",
        "without_meta.dcm",
        "label_map.dcm",
        "rle_16.dcm",
        "deflated.dcm",
    ] {
        let n = truncations(&fixture(name), &IngestOptions::default(), 300);
        assert!(n >= 200, "{n}");
    }
}

#[test]
fn misread_conventions_are_noticed() {
    // Bits of each frame from the first pixel on, worked out by hand: key in µm, and where pixels begin and end.
    type Slices = Vec<(i64, Vec<u32>)>;
    let expected: [Slices; 2] = [
        vec![(10_000, vec![0, 2, 6, 8, 14, 15]), (12_500, vec![5, 15])],
        vec![(10_000, vec![7, 8])],
    ];
    let found = |sink: &MemorySink| -> Vec<((u32, u32), Slices)> {
        let records = sink.readings.values();
        let volumes = records.flat_map(|record| &record.annotations).map(|one| {
            let Shape::Volume(volume) = &one.shape else {
                panic!("a volume")
            };
            let slices = volume.slices().iter();
            let slices = slices.map(|(key, mask)| (*key, mask.bounds().to_vec()));
            ((volume.width_px(), volume.height_px()), slices.collect())
        });
        volumes.collect()
    };
    let expected = expected.map(|slices| ((5, 3), slices));
    check_mutants(&read(&fixture("binary.dcm")), |sink| {
        found(sink) == expected
    });
}
