//! DICOM segmentations in every layout: label maps, compressed, turned, tiled, flat; made-up ones to the pixel.

use crate::corpus::read_bytes;
use crate::importers_dicom_seg::{annotations, bounds, fixture, read};
use crate::{frame, golden};
use concord::domain::{IngestOptions, ReadingState, Shape};

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
fn rows_and_columns_stored_in_any_order_are_one_grid() {
    let expected = read(&fixture("label_map.dcm"));
    for name in [
        "turned_mirrored.dcm",
        "turned_upside_down.dcm",
        "turned_half_turn.dcm",
        "turned_exchanged.dcm",
        "turned_quarter_turn.dcm",
    ] {
        let found = read(&fixture(name));
        assert_eq!(found.items, expected.items, "{name}");
        assert_eq!(annotations(&found), annotations(&expected), "{name}");
    }
    let grid = &annotations(&expected)[0].attributes["grid"];
    assert_eq!(
        grid,
        "5 × 3 px, spacing 0.70 × 0.80 mm, in-plane origin -10.50, -20.25 mm, \
         direction 1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000"
    );
}

#[test]
fn tiles_are_put_together_to_the_whole_slide() {
    let root = "1.2.826.0.1.3680043.10.9999";
    let key = format!("{root}.70/Reader^One");
    let attributes = "property_category=Organ property_type=Liver";
    for name in ["tiled_full.dcm", "tiled_sparse.dcm"] {
        let sink = read(&fixture(name));
        let item = &sink.items[&format!("{root}.70")];
        assert_eq!(
            (item.width_px, item.height_px, item.n_slices),
            (Some(7), Some(5), Some(1))
        );
        assert_eq!(item.spacing_mm, Some([0.0, 0.0005, 0.0005]));
        golden::check(
            &sink,
            &[
                &format!(
                    "{key} 1 Liver: mask 7x5 0:1-5 1:2-5 3:5-7 4:6-7 algorithm_type=MANUAL {attributes} tracking_uid={root}.6"
                ),
                &format!("{key} 2 Lesion: mask 7x5 0:6-7 1:6-7 algorithm_type=SEMIAUTOMATIC"),
            ],
        );
    }
    let wanted = golden::lines(&read(&fixture("tiled_sparse.dcm")));
    frame::check_mutants(&read(&fixture("tiled_sparse.dcm")), |sink| {
        golden::lines(sink) == wanted
    });
}

#[test]
fn frames_without_positions_lie_on_the_image_or_frame_that_they_name() {
    let root = "1.2.826.0.1.3680043.10.9999";
    let sink = read(&fixture("flat.dcm"));
    let found: Vec<_> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            let masks = record.annotations.iter().map(|one| match &one.shape {
                Shape::Mask(mask) => (one.source_id.clone(), mask.bounds().to_vec()),
                _ => panic!("a mask"),
            });
            (key.item.clone(), record.reading.state, masks.collect())
        })
        .collect();
    let liver = |bounds: &[u32]| ("1".to_owned(), bounds.to_vec());
    let expected: Vec<(String, ReadingState, Vec<_>)> = vec![
        (
            format!("{root}.71"),
            ReadingState::Annotated,
            vec![liver(&[0, 2, 6, 8, 14, 15])],
        ),
        (
            format!("{root}.72#3"),
            ReadingState::Annotated,
            vec![liver(&[5, 15]), ("2".to_owned(), vec![7, 8])],
        ),
        (
            format!("{root}.72#4"),
            ReadingState::ReviewedEmpty,
            Vec::new(),
        ),
    ];
    assert_eq!(found, expected);
    let sink = read(&fixture("flat_one_image.dcm"));
    let keys: Vec<_> = sink.items.keys().collect();
    assert_eq!(keys, [&format!("{root}.73")]);
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
