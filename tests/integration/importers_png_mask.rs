//! PNG masks: each kind to the pixel, and a real set of eighteen raters on two grids.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{Annotation, IngestOptions, ReadingState, Shape};
use concord::importers::{ImportReport, MemorySink};
use std::path::PathBuf;

const ORACLE: &str = include_str!("../oracles/importers/png_mask.json");

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("png_mask", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    read_memory(&fixture(name), options).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Label, pixels and whether it is the only mask of its label.
fn masks(sink: &MemorySink) -> Vec<(String, Vec<u32>, bool)> {
    let annotations = sink
        .readings
        .values()
        .flat_map(|record| &record.annotations);
    annotations
        .map(
            |Annotation {
                 label,
                 shape,
                 semantic,
                 ..
             }| match shape {
                Shape::Mask(mask) => (label.clone(), mask.bounds().to_vec(), *semantic),
                _ => panic!("a mask"),
            },
        )
        .collect()
}

const SQUARE: [u32; 6] = [9, 12, 16, 19, 23, 26];
const STRIPE: [u32; 2] = [35, 38];

#[test]
fn one_thing_drawn_is_one_mask_however_it_is_stored() {
    let options = IngestOptions {
        label: Some("lesion".to_owned()),
        ..IngestOptions::default()
    };
    for name in [
        "grey.png",
        "one.png",
        "bit.png",
        "interlaced.png",
        "alpha.png",
        "grey_as_rgba.png",
    ] {
        let (_, sink) = read(name, &options);
        assert_eq!(
            masks(&sink),
            [("lesion".to_owned(), SQUARE.to_vec(), true)],
            "{name}"
        );
        let item = sink.items.values().next().expect("an item");
        assert_eq!(
            (item.width_px, item.height_px),
            (Some(7), Some(6)),
            "{name}"
        );
    }
    assert_eq!(
        masks(&read("grey.png", &IngestOptions::default()).1)[0].0,
        "mask"
    );
}

#[test]
fn palettes_and_colours_are_classes_and_sixteen_bits_instances() {
    let none = IngestOptions::default();
    let named = |first: &str, second: &str, semantic| {
        vec![
            (first.to_owned(), SQUARE.to_vec(), semantic),
            (second.to_owned(), STRIPE.to_vec(), semantic),
        ]
    };
    assert_eq!(
        masks(&read("palette.png", &none).1),
        named("class-1", "class-2", true)
    );
    let mut colours = named("#ff0000", "#0080ff", true);
    colours.reverse();
    assert_eq!(masks(&read("colours.png", &none).1), colours);
    assert_eq!(
        masks(&read("instances.png", &none).1),
        named("mask", "mask", false)
    );
}

/// A square of 4 pixels, a stripe of 3 and a dot, in 5 x 3 pixels.
const NAMED: &[&str] = &[
    "palette/ lesion lesion: mask 5x3 0:1-3 1:1-3",
    "palette/ organ organ: mask 5x3 2:0-3",
    "rgb/ organ organ: mask 5x3 2:0-3",
    "rgb/ #090900 #090900: mask 5x3 1:4-5",
    "rgb/ lesion lesion: mask 5x3 0:1-3 1:1-3",
];
const NUMBERED: &[&str] = &[
    "a/ lesion lesion: mask 5x3 0:1-3 1:1-3",
    "a/ organ organ: mask 5x3 2:0-3",
    "a/ dot dot: mask 5x3 1:4-5",
    "one/ lesion lesion: mask 5x3 0:1-3 1:1-3 1:4-5 2:0-3",
];
const THINGS: &[&str] = &[
    "a/ 1 class-1: mask 5x3 0:1-2 1:1-2",
    "a/ 2 class-1: mask 5x3 0:2-3 1:2-3",
    "a/ 3 class-2: mask 5x3 2:0-3",
];
const CITYSCAPES: &[&str] = &[
    "aachen_1/ road road: mask 5x3 2:0-3",
    "aachen_1/ person person: mask 5x3 1:4-5",
    "aachen_1/ 26001 car: mask 5x3 0:1-3 1:1-3",
    "bonn_1/ road road: mask 5x3 2:0-3",
    "bonn_1/ person person: mask 5x3 1:4-5",
    "bonn_1/ car car: mask 5x3 0:1-3 1:1-3",
];

#[test]
fn lists_folders_and_names_of_files_give_values_a_meaning() {
    let none = IngestOptions::default();
    for (name, expected, left_out, n_notes) in [
        ("labelmap", NAMED, &[][..], 1),
        ("dataset", NUMBERED, &[], 0),
        ("voc", THINGS, &[], 0),
        ("cityscapes", CITYSCAPES, &["not_annotation "; 2], 0),
    ] {
        let (report, sink) = read(name, &none);
        assert_eq!(report.format, "png_mask", "{name}");
        check(&sink, expected);
        check_mutants(&sink, |sink| lines(sink) == expected);
        assert_eq!(skipped(&sink), left_out, "{name}");
        assert_eq!(report.notes.len(), n_notes, "{name}: {:?}", report.notes);
        for one in sink.readings.values().flat_map(|r| &r.annotations) {
            let is_thing = one.source_id.parse::<u32>().is_ok();
            assert_eq!(one.semantic, !is_thing, "{name} {}", one.source_id);
        }
    }
    let (_, sink) = read("labelmap", &none);
    let mut records = sink.readings.values();
    let empty = records.find(|record| record.reading.key.item == "empty");
    let state = empty.map(|record| record.reading.state);
    assert_eq!(state, Some(ReadingState::ReviewedEmpty));
}

#[test]
fn the_users_table_names_values_and_a_pattern_labels_folders() {
    let row = |value: &str, label: &str| {
        let cells = [("file", "*"), ("value", value), ("label", label)];
        cells.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    };
    let stated = IngestOptions {
        sidecar: vec![row("#ff0000", "a"), row("#0080ff", "background")],
        ..IngestOptions::default()
    };
    let (_, sink) = read("labelmap", &stated);
    let expected = [
        "palette/ a a: mask 5x3 0:1-3 1:1-3",
        "rgb/ #090900 #090900: mask 5x3 1:4-5",
        "rgb/ a a: mask 5x3 0:1-3 1:1-3",
    ];
    check(&sink, &expected);
    let by_folder = IngestOptions {
        pattern: Some(r"(?P<label>[^/]+)/(?P<item>[^/]+)\.png$".to_owned()),
        ..IngestOptions::default()
    };
    let (_, sink) = read("by_label", &by_folder);
    let expected = [
        "a/ 1 liver: mask 5x3 0:1-3 1:1-3",
        "a/ 1 spleen: mask 5x3 2:0-3",
    ];
    check(&sink, &expected);
}

#[test]
fn the_things_of_a_real_set_are_those_that_numpy_finds() {
    let oracle: serde_json::Value = serde_json::from_str(ORACLE).expect("the oracle is JSON");
    let path = oracle["folder"].as_str().expect("a folder");
    let Some(folder) = sample(path) else { return };
    let options = IngestOptions {
        format: Some("png_mask".to_owned()),
        ..IngestOptions::default()
    };
    let (_, sink) = read_memory(&folder, &options).expect("a sample");
    let annotations: Vec<&Annotation> = sink
        .readings
        .values()
        .flat_map(|record| &record.annotations)
        .collect();
    let wanted = oracle["things"].as_object().expect("things");
    assert_eq!(annotations.len(), wanted.len());
    for one in annotations {
        let Shape::Mask(mask) = &one.shape else {
            panic!("a mask");
        };
        let (mut sum_x, mut sum_y) = (0, 0);
        for span in mask.spans() {
            sum_x += (span.x0..span.x1).sum::<u32>();
            sum_y += span.y * (span.x1 - span.x0);
        }
        let found = serde_json::json!([one.label, mask.area_px(), sum_x, sum_y]);
        assert_eq!(found, wanted[&one.source_id]);
    }
}

#[test]
fn smoothed_edges_are_cut_and_counted() {
    let (report, sink) = read("smoothed.png", &IngestOptions::default());
    assert_eq!(masks(&sink)[0].1, [10, 12, 16, 19, 23, 26]);
    assert_eq!(
        report.notes,
        ["images with smoothed edges, cut at grey value 128: 1"]
    );
    let lower = IngestOptions {
        mask_threshold: Some(127),
        ..IngestOptions::default()
    };
    assert_eq!(masks(&read("smoothed.png", &lower).1)[0].1, SQUARE);
}

#[test]
fn background_alone_was_reviewed_and_found_empty() {
    let (_, sink) = read("empty.png", &IngestOptions::default());
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.reading.state, ReadingState::ReviewedEmpty);
}

#[test]
fn a_one_is_a_class_where_another_image_of_the_upload_shows_classes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, pixels) in [("a.png", [0, 1, 1, 0]), ("b.png", [0, 1, 2, 0])] {
        let file = std::fs::File::create(folder.path().join(name)).expect("a new file");
        let mut encoder = png::Encoder::new(file, 2, 2);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(&pixels).expect("pixels");
    }
    let (report, _) = read_memory(folder.path(), &IngestOptions::default()).expect("readable");
    let labels: Vec<(&str, u64)> = report
        .by_label
        .iter()
        .map(|(label, n)| (label.as_str(), *n))
        .collect();
    assert_eq!(labels, [("class-1", 2), ("class-2", 1)]);
}

#[test]
fn images_beside_an_annotation_file_are_no_strong_guess() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(fixture("grey.png"), folder.path().join("grey.png")).expect("a copy");
    let confidence = || {
        read_memory(folder.path(), &IngestOptions::default())
            .expect("readable")
            .0
            .confidence
    };
    let alone = confidence();
    std::fs::write(folder.path().join("notes.json"), "{\"made\": \"up\"}").expect("a new file");
    assert!(confidence() < alone);
}

#[test]
fn a_real_set_of_eighteen_raters_meets_on_thirty_five_items_and_two_grids() {
    let Some(folder) = sample("bu-bil-6") else {
        return;
    };
    let options = IngestOptions {
        pattern: Some(
            r"(?i)(?P<rater>Person\d_\w+|mturk_annotation6-\d|GoldStandard)/seg_(?P<item>tpre\d+)\.png".to_owned(),
        ),
        fold_case: true,
        label: Some("aorta".to_owned()),
        ..IngestOptions::default()
    };
    let (report, sink) = read_memory(&folder, &options).expect("readable");
    assert_eq!(
        (
            report.counts.files,
            report.counts.items,
            report.raters.len()
        ),
        (665, 35, 18)
    );
    assert_eq!(
        (report.counts.readings, report.counts.annotations),
        (630, 630)
    );
    assert_eq!(report.n_skipped(), 37, "35 raw images and two texts");
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("only masks of one grid are compared: 35")),
        "{:?}",
        report.notes
    );
    assert!(
        sink.items.values().all(|item| item.width_px.is_none()),
        "no size where grids differ"
    );
    let n_on = |width_px| {
        let annotations = sink
            .readings
            .values()
            .flat_map(|record| &record.annotations);
        annotations
            .filter(|one| matches!(&one.shape, Shape::Mask(mask) if mask.width_px() == width_px))
            .count()
    };
    assert_eq!(n_on(512), 11 * 35);
}

#[test]
fn raw_images_are_not_mistaken_for_masks() {
    let Some(folder) = sample("bu-bil-6/BU-BIL_Dataset6/RawImages") else {
        return;
    };
    let (report, _) = read_memory(&folder, &IngestOptions::default()).expect("readable");
    assert_eq!((report.counts.readings, report.n_skipped()), (0, 35));
}

#[test]
fn broken_files_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("png_mask", &IngestOptions::default()), 7);
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    for name in ["grey.png", "palette.png", "interlaced.png"] {
        assert!(truncations(&fixture(name), &IngestOptions::default(), 200) >= 70);
    }
}

#[test]
fn misread_conventions_are_noticed() {
    let (_, sink) = read("palette.png", &IngestOptions::default());
    check_mutants(&sink, |sink| {
        lines(sink)
            == [
                "palette/ 1 class-1: mask 7x6 1:2-5 2:2-5 3:2-5",
                "palette/ 2 class-2: mask 7x6 5:0-3",
            ]
    });
}
