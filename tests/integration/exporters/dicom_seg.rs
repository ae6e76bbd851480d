//! DICOM segmentations written and read again: equal to the voxel, the place and the time.

use super::made_up::{Given, annotation, item, work};
use super::there_and_back;
use crate::corpus::{fixtures, read_memory, sample};
use concord::domain::{Annotation, IngestOptions, Item, ReadingState, Shape};
use concord::exporters::Work;
use concord::geometry::{Mask, Rect, SliceAxis, Volume};
use concord::importers::MemorySink;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const GRID: &str = "5 × 3 px, spacing 0.70 × 0.80 mm, in-plane origin -10.50, -20.25 mm, \
                    direction 1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000";

fn imported(path: &Path) -> MemorySink {
    let options = IngestOptions {
        annotator: Some("uploader".to_owned()),
        ..IngestOptions::default()
    };
    read_memory(path, &options).expect("readable").1
}

/// What was imported, as an export takes it.
fn given(sink: &MemorySink) -> Given {
    let mut by_item: BTreeMap<String, Vec<Work>> = BTreeMap::new();
    for (key, record) in &sink.readings {
        by_item.entry(key.item.clone()).or_default().push(Work {
            reading: record.reading.clone(),
            annotations: record.annotations.clone(),
        });
    }
    let items = by_item
        .into_iter()
        .map(|(key, works)| (sink.items[&key].clone(), works));
    Given(items.collect())
}

/// Segments are numbered anew.
fn kept(annotations: &[Annotation]) -> Vec<Annotation> {
    let mut kept: Vec<Annotation> = annotations.to_vec();
    for one in &mut kept {
        one.source_id.clear();
        // Sums of decimal fractions differ far behind the last digit that was given.
        if let Some(words) = one.attributes.get_mut("grid_exact") {
            let numbers = words
                .split(' ')
                .map(|number| number.parse().expect("a number"));
            let rounded = numbers.map(|number: f64| format!("{:.8}", number + 0.0));
            *words = rounded
                .collect::<Vec<_>>()
                .join(" ")
                .replace("-0.00000000", "0.00000000");
        }
    }
    kept.sort_by_key(|one| format!("{one:?}"));
    kept
}

fn assert_comes_back(sink: &MemorySink, n_readings: u64) {
    let (report, found) = there_and_back("dicom-seg", &given(sink));
    assert_eq!(report.left_out, []);
    assert_eq!(report.n_readings, n_readings);
    assert!(
        found.skips.iter().all(|skip| skip.file == "sidecar.csv"),
        "{:?}",
        found.skips
    );
    let keys = |sink: &MemorySink| sink.readings.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&found), keys(sink));
    for (key, record) in &sink.readings {
        let back = &found.readings[key];
        assert!(
            kept(&back.annotations) == kept(&record.annotations),
            "{key:?} comes back otherwise"
        );
        assert_eq!(back.reading.state, record.reading.state);
        assert_eq!(back.reading.finished_at_us, record.reading.finished_at_us);
        let (before, after) = (&sink.items[&key.item], &found.items[&key.item]);
        let known = |item: &Item| {
            (
                item.study.clone(),
                item.width_px,
                item.height_px,
                item.spacing_mm,
            )
        };
        assert_eq!(known(after), known(before));
    }
}

#[test]
fn every_fixture_of_the_importer_comes_back_as_it_was() {
    let mut n_empty = 0;
    for path in fixtures("dicom_seg", "good") {
        let sink = imported(&path);
        let readings = sink.readings.values();
        n_empty += readings
            .filter(|record| record.reading.state == ReadingState::ReviewedEmpty)
            .count();
        assert_comes_back(&sink, sink.readings.len() as u64);
    }
    assert_eq!(n_empty, 2);
}

#[test]
fn real_segmentations_come_back_as_they_were() {
    let Some(folder) = sample("dicom") else {
        return;
    };
    // One by one: a segmentation has one time, and the files of one rater on one item several.
    let (mut n, mut n_slides) = (0, 0);
    for path in files(&folder) {
        let options = IngestOptions {
            annotator: Some("uploader".to_owned()),
            format: Some("dicom_seg".to_owned()),
            ..IngestOptions::default()
        };
        let Ok((_, sink)) = read_memory(&path, &options) else {
            continue;
        };
        let is_slide = |item: &Item| item.modality.as_deref() == Some("SM");
        if sink.items.values().any(is_slide) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let exporter = concord::exporters::by_key("dicom-seg").expect("the exporter");
            let report = exporter
                .write(&given(&sink), folder.path())
                .expect("an export");
            assert_eq!((report.n_annotations, report.left_out.len()), (0, 1));
            assert_eq!(
                report.left_out[0].reason,
                "masks of whole slides are not cut into tiles here"
            );
            n_slides += 1;
        } else if !sink.readings.is_empty() {
            assert_comes_back(&sink, sink.readings.len() as u64);
            n += 1;
        }
    }
    assert_eq!((n, n_slides), (14, 6));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn volume(axis: SliceAxis, grid: Option<&str>) -> Annotation {
    let slice = Mask::from_bounds(5, 3, vec![2, 9]).expect("a mask");
    let volume = Volume::new(5, 3, axis, vec![(10_000, slice)]).expect("a volume");
    let mut annotation = annotation("organ", Shape::Volume(volume));
    annotation.attributes.clear();
    let grid = grid.map(|grid| ("grid".to_owned(), grid.to_owned()));
    annotation.attributes.extend(grid);
    annotation
}

fn scan() -> Item {
    Item {
        key: "1.2.840.1".to_owned(),
        study: "1.2.840.2".to_owned(),
        spacing_mm: Some([2.5, 0.7, 0.8]),
        width_px: None,
        height_px: None,
        image_name: None,
        ..item(0)
    }
}

#[test]
fn what_has_no_form_or_no_place_is_counted_with_its_reason() {
    let scan = scan();
    let rect = Rect::from_corners([1.0, 1.0], [4.0, 2.0]);
    let mut long = volume(SliceAxis::Micrometres, Some(GRID));
    long.label = "x".repeat(65);
    let mut doubtful = volume(SliceAxis::Micrometres, Some(GRID));
    doubtful.label = "doubtful".to_owned();
    doubtful.confidence = Some(0.5);
    let drawn = vec![
        annotation("box", Shape::Box(rect)),
        volume(SliceAxis::Index, Some(GRID)),
        volume(SliceAxis::Micrometres, None),
        volume(SliceAxis::Micrometres, Some("24 × 38 px")),
        volume(
            SliceAxis::Micrometres,
            Some(&GRID.replace("5 × 3", "3 × 5")),
        ),
        long,
        doubtful,
        volume(SliceAxis::Micrometres, Some(GRID)),
        volume(
            SliceAxis::Micrometres,
            Some(&GRID.replace("-10.50", "-10.60")),
        ),
    ];
    let works = vec![
        work(&scan.key, "a", drawn),
        work(&scan.key, "b", Vec::new()),
        work(&scan.key, "c", vec![volume(SliceAxis::Index, None)]),
    ];
    let (report, sink) = there_and_back("dicom-seg", &Given(vec![(scan, works)]));
    let reasons: Vec<(u64, &str)> = report
        .left_out
        .iter()
        .map(|group| (group.n, group.reason.as_str()))
        .collect();
    assert_eq!(
        reasons,
        [
            (1, "DICOM SEG has no form for `box`"),
            (1, "it lies on another grid than the first of its reading"),
            (1, "its grid is not known"),
            (
                1,
                "its grid is not stated with spacing, place and direction"
            ),
            (1, "its grid is of another size"),
            (
                1,
                "its label is empty, longer than 64 characters or holds signs that DICOM does not allow"
            ),
            (2, "its slices are known by number only, not by place"),
            (
                1,
                "written without its confidence and further attributes, for which a segment has no place"
            ),
        ]
    );
    assert_eq!((report.n_readings, report.n_annotations), (2, 2));
    assert_eq!(report.n_readings_left_out, 1);
    let found: Vec<(&str, ReadingState, usize)> = sink
        .readings
        .iter()
        .map(|(key, record)| {
            (
                key.rater.as_str(),
                record.reading.state,
                record.annotations.len(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("a", ReadingState::Annotated, 2),
            ("b", ReadingState::ReviewedEmpty, 0)
        ]
    );
    let placed = &sink
        .readings
        .values()
        .next()
        .expect("a reading")
        .annotations[1];
    assert_eq!(placed.attributes["grid"], GRID);
}

#[test]
fn items_without_identifiers_and_empty_work_of_unknown_size_are_counted() {
    let named = item(1);
    let unsized_item = scan();
    let works = |key: &str| {
        vec![
            work(key, "a", vec![volume(SliceAxis::Micrometres, Some(GRID))]),
            work(key, "b", Vec::new()),
        ]
    };
    let empty = vec![work(&unsized_item.key, "b", Vec::new())];
    let given = Given(vec![
        (named.clone(), works(&named.key)),
        (unsized_item, empty),
    ]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exporter = concord::exporters::by_key("dicom-seg").expect("the exporter");
    let report = exporter.write(&given, folder.path()).expect("an export");
    let counted: Vec<(u64, &str)> = report
        .left_out
        .iter()
        .map(|group| (group.n, group.reason.as_str()))
        .collect();
    assert_eq!(
        counted,
        [
            (2, "its item or study is named by no DICOM UID"),
            (
                1,
                "nothing was found on an item whose size is not known, so that no empty mask can be written"
            ),
        ]
    );
    assert_eq!((report.n_readings, report.n_readings_left_out), (0, 3));
    assert_eq!(report.files, ["sidecar.csv"]);
}
