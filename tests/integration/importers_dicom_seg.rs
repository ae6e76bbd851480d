//! DICOM segmentations: real files against pydicom's voxels, and made-up ones to the pixel.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, sample, truncations};
use crate::{frame, golden};
use concord::domain::{Annotation, IngestOptions, ReadingState, Shape};
use concord::geometry::Mask;
use concord::importers::MemorySink;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("dicom_seg", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(path: &Path) -> MemorySink {
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

fn annotations(sink: &MemorySink) -> Vec<Annotation> {
    let record = sink.readings.values().next().expect("a reading");
    record.annotations.clone()
}

fn bounds(shape: &Shape) -> Vec<(i64, Vec<u32>)> {
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
    assert_eq!(files.len(), 14);
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
        "thirteen read, seven of other kinds, one that contradicts itself, one with the UID of another"
    );
    assert_eq!(report.counts.annotations, 19);
    assert_eq!((skipped("unsupported"), skipped("invalid_record")), (7, 2));
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
fn label_maps_are_one_volume_a_value_without_padding_and_background() {
    let sink = read(&fixture("label_map.dcm"));
    let annotations = annotations(&sink);
    let [liver, lesion] = annotations.as_slice() else {
        panic!("two structures")
    };
    assert_eq!(
        (liver.label.as_str(), lesion.label.as_str()),
        ("Liver", "Lesion")
    );
    assert_eq!(
        bounds(&liver.shape),
        [(10_000, vec![0, 2, 6, 7]), (12_500, vec![11, 12, 14, 15])]
    );
    assert_eq!(
        bounds(&lesion.shape),
        [(10_000, vec![4, 5, 9, 10]), (12_500, vec![5, 11])]
    );
    assert_eq!(golden::skipped(&sink), ["dangling pixel value 7"]);
    assert!(
        sink.skips[0]
            .detail
            .starts_with("1 pixels have the value 7")
    );
}

#[test]
fn wide_label_maps_with_a_palette_have_segments_with_gaps() {
    let sink = read(&fixture("label_map_16.dcm"));
    let found: Vec<_> = annotations(&sink)
        .iter()
        .map(|one| (one.source_id.clone(), one.label.clone(), bounds(&one.shape)))
        .collect();
    let expected = |id: &str, label: &str, low: &[u32], high: &[u32]| {
        let planes = [(10_000, low.to_vec()), (12_500, high.to_vec())];
        let planes: Vec<_> = planes.into_iter().filter(|(_, b)| !b.is_empty()).collect();
        (id.to_owned(), label.to_owned(), planes)
    };
    assert_eq!(
        found,
        [
            expected("1", "Liver", &[0, 2, 6, 7], &[11, 12, 14, 15]),
            expected("5", "Vessel", &[7, 9], &[0, 5]),
            expected("7", "Duct", &[10, 11], &[]),
            expected("300", "Lesion", &[4, 5, 9, 10], &[5, 11]),
        ]
    );
    assert!(sink.skips.is_empty());
}

#[test]
fn compressed_frames_hold_what_uncompressed_ones_hold() {
    let cases = [
        (
            "binary.dcm",
            vec![
                "rle.dcm",
                "deflated.dcm",
                "deflated_frames.dcm",
                "encapsulated.dcm",
                "jpeg_2000.dcm",
            ],
        ),
        (
            "label_map_16.dcm",
            vec!["rle_16.dcm", "jpeg_2000_16.dcm", "htj2k_16.dcm"],
        ),
        (
            "rings.dcm",
            vec!["rings_rle.dcm", "rings_jpeg_2000.dcm", "rings_htj2k.dcm"],
        ),
    ];
    for (plain, compressed) in cases {
        let expected = annotations(&read(&fixture(plain)));
        assert!(!expected.is_empty());
        for name in compressed {
            assert_eq!(annotations(&read(&fixture(name))), expected, "{name}");
        }
    }
}

#[test]
fn damaged_compressed_frames_never_panic() {
    for name in [
        "rle.dcm",
        "deflated_frames.dcm",
        "jpeg_2000.dcm",
        "htj2k_16.dcm",
    ] {
        let bytes = std::fs::read(fixture(name)).expect("a fixture");
        let start = bytes
            .windows(4)
            .position(|tag| tag == [0xE0, 0x7F, 0x10, 0x00])
            .expect("pixel data");
        for at in (start..bytes.len()).step_by(3) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xFF;
            let _ = read_bytes("damaged.dcm", &damaged, &IngestOptions::default());
        }
    }
}

#[test]
fn shifted_exchanged_and_turned_voxels_are_noticed() {
    let wanted = bounds(&annotations(&read(&fixture("label_map.dcm")))[0].shape);
    let n = frame::check_mutants(&read(&fixture("label_map.dcm")), |sink| {
        bounds(&annotations(sink)[0].shape) == wanted
    });
    assert!(n >= 5, "{n}");
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
        22
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
