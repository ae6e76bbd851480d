//! PNG masks: each kind to the pixel, and a real set of eighteen raters on two grids.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::lines;
use concord::domain::{Annotation, IngestOptions, ReadingState, Shape};
use concord::importers::{ImportReport, MemorySink};
use std::path::PathBuf;

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
    assert_eq!(check_bad_fixtures("png_mask", &IngestOptions::default()), 5);
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
