//! NIfTI label maps: volumes and masks come back on their grid, whatever way it is turned.

use super::made_up::{Given, annotation, work};
use super::there_and_back;
use concord::domain::{
    Annotation, EXACT_GRID_ATTRIBUTE, GRID_ATTRIBUTE, Item, ReadingState, Shape, exact_grid_words,
    grid_of_exact_words, grid_words,
};
use concord::exporters::{self, ExportReport, Work};
use concord::geometry::{Grid, Mask, Rect, SliceAxis, Volume};
use concord::importers::MemorySink;
use std::collections::BTreeMap;

const SIZE: (u32, u32) = (7, 5);

/// A slice's key and its run bounds.
type Slice<'a> = (i64, &'a [u32]);

fn item(key: &str, spacing_mm: [f64; 3]) -> Item {
    Item {
        key: key.to_owned(),
        study: "study".to_owned(),
        width_px: Some(SIZE.0),
        height_px: Some(SIZE.1),
        spacing_mm: Some(spacing_mm),
        image_name: Some(format!("{key}/image.dcm")),
        ..Item::default()
    }
}

/// A region of a volume, on the grid that the words state.
fn region(label: &str, axis: SliceAxis, words: Option<&str>, slices: &[Slice<'_>]) -> Annotation {
    let masks = slices.iter().map(|(key, runs)| {
        let mask = Mask::from_bounds(SIZE.0, SIZE.1, runs.to_vec()).expect("a mask");
        (*key, mask)
    });
    let volume = Volume::new(SIZE.0, SIZE.1, axis, masks.collect()).expect("a volume");
    let grid = words.map(|words| (GRID_ATTRIBUTE.to_owned(), words.to_owned()));
    Annotation {
        attributes: grid.into_iter().collect(),
        ..annotation(label, Shape::Volume(volume))
    }
}

fn placed(label: &str, words: &str, slices: &[Slice<'_>]) -> Annotation {
    region(label, SliceAxis::Micrometres, Some(words), slices)
}

/// As `placed`, with every digit of the grid.
fn exact(label: &str, grid: &Grid, slices: &[Slice<'_>]) -> Annotation {
    let mut found = placed(label, &grid_words(grid), slices);
    let words = exact_grid_words(grid).expect("origin and direction");
    found
        .attributes
        .insert(EXACT_GRID_ATTRIBUTE.to_owned(), words);
    found
}

/// A grid whose rows, columns and normal are those of an axial stack, turned by two angles.
fn turned_grid(spacing: [f64; 2], origin: [f64; 2], angles_deg: [f64; 2]) -> Grid {
    let [(s, c), (t, d)] = angles_deg.map(|angle| angle.to_radians().sin_cos());
    Grid {
        width_px: SIZE.0,
        height_px: SIZE.1,
        spacing_mm: Some([1.0, spacing[0], spacing[1]]),
        origin_mm: Some([origin[0], origin[1], 0.0]),
        direction: Some([c, s, 0.0, -s * d, c * d, t, s * t, -c * t, d]),
    }
}

fn turned(spacing: [f64; 2], origin: [f64; 2], angles_deg: [f64; 2]) -> String {
    grid_words(&turned_grid(spacing, origin, angles_deg))
}

/// Label, shape and grid of every annotation of a reading.
fn drawn(annotations: &[Annotation]) -> BTreeMap<String, (Shape, Option<String>)> {
    annotations
        .iter()
        .map(|one| {
            let grid = one.attributes.get(GRID_ATTRIBUTE).cloned();
            (one.label.clone(), (one.shape.clone(), grid))
        })
        .collect()
}

/// Exports what may be nothing that can be imported.
fn written(given: &Given) -> ExportReport {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exporter = exporters::by_key("nifti").expect("an exporter of that name");
    exporter.write(given, folder.path()).expect("an export")
}

/// All of it comes back.
fn check_whole(given: &Given) -> (ExportReport, MemorySink) {
    let (report, sink) = there_and_back("nifti", given);
    assert_eq!(
        (report.n_left_out(), report.n_readings_left_out),
        (0, 0),
        "{:?}",
        report.left_out
    );
    let skips = sink.skips.iter().filter(|skip| skip.file != "sidecar.csv");
    assert_eq!(skips.count(), 0, "{:?}", sink.skips);
    for (item, works) in &given.0 {
        let found = &sink.items[&item.key];
        assert_eq!(found.study, item.study);
        assert_eq!(
            (found.width_px, found.height_px),
            (item.width_px, item.height_px)
        );
        for (found, wanted) in found
            .spacing_mm
            .iter()
            .flatten()
            .zip(item.spacing_mm.iter().flatten())
        {
            assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
        }
        for work in works {
            let record = &sink.readings[&work.reading.key];
            assert_eq!(record.reading.state, work.reading.state);
            assert_eq!(record.reading.role, work.reading.role);
            assert_eq!(
                drawn(&record.annotations),
                drawn(&work.annotations),
                "{:?}",
                work.reading.key
            );
        }
    }
    (report, sink)
}

/// Grids of the three principal planes and 60 oblique ones near them, at places where single precision rounds.
#[test]
fn volumes_come_back_on_their_grid_whatever_way_it_is_turned() {
    let mut items = Vec::new();
    for number in 0..60_i64 {
        let angle = number as f64;
        let words = turned(
            [0.585, 0.7],
            [-173.37 + angle, 211.91 - 2.0 * angle],
            [angle * 0.7 - 20.0, 17.0 - angle * 0.6],
        );
        let at = |slice: i64| 1_234_567 - 40_000 * number + slice * 1_250;
        let item = item(&format!("case {number}"), [1.25, 0.585, 0.7]);
        let one = work(
            &item.key,
            "one",
            vec![
                placed(
                    "liver",
                    &words,
                    &[(at(0), &[0, 1, 8, 12]), (at(3), &[34, 35])],
                ),
                placed("spleen", &words, &[(at(1), &[3, 20])]),
            ],
        );
        let two = work(
            &item.key,
            "two",
            vec![placed("liver", &words, &[(at(2), &[6, 9])])],
        );
        items.push((item, vec![one, two]));
    }
    let sagittal = "7 × 5 px, spacing 3.00 × 2.00 mm, in-plane origin -18.00, -14.00 mm, direction 0.000 1.000 0.000 0.000 0.000 -1.000 -1.000 0.000 0.000";
    let coronal = "7 × 5 px, spacing 3.00 × 2.00 mm, in-plane origin 1.00, -12.00 mm, direction 1.000 0.000 0.000 0.000 0.000 -1.000 0.000 1.000 0.000";
    for (key, words) in [("sagittal", sagittal), ("coronal", coronal)] {
        let item = item(key, [4.0, 3.0, 2.0]);
        let drawn = vec![placed(
            "liver",
            words,
            &[(-6_000, &[19, 20]), (6_000, &[0, 3])],
        )];
        let reading = work(key, "one", drawn);
        items.push((item, vec![reading]));
    }
    let (report, _) = check_whole(&Given(items));
    assert_eq!(
        (report.n_items, report.n_readings, report.n_annotations),
        (62, 122, 182)
    );
}

/// With every digit stated, in-plane origin and direction come back to single precision, not to the rounding of the words.
#[test]
fn exact_grids_come_back_with_every_digit() {
    let mut items = Vec::new();
    for number in 0..40_i64 {
        let angle = number as f64;
        let grid = turned_grid(
            [0.585, 0.7],
            [-173.371_23 + angle, 211.917_77 - 2.0 * angle],
            [angle - 20.0, 17.0 - angle * 0.7],
        );
        let at = |slice: i64| 234_567 - 40_000 * number + slice * 1_250;
        let item = item(&format!("case {number}"), [1.25, 0.585, 0.7]);
        let drawn = exact(
            "liver",
            &grid,
            &[(at(0), &[0, 1, 8, 12]), (at(3), &[34, 35])],
        );
        let reading = work(&item.key, "one", vec![drawn]);
        items.push((item, vec![reading]));
    }
    let given = Given(items);
    let (_, sink) = check_whole(&given);
    for (_, works) in &given.0 {
        let numbers = |annotation: &Annotation| {
            let words = &annotation.attributes[EXACT_GRID_ATTRIBUTE];
            grid_of_exact_words(words).expect("eleven numbers")
        };
        let wanted = numbers(&works[0].annotations[0]);
        let found = numbers(&sink.readings[&works[0].reading.key].annotations[0]);
        let near =
            |a: &[f64], b: &[f64], most: f64| a.iter().zip(b).all(|(a, b)| (a - b).abs() < most);
        assert!(near(&found.0, &wanted.0, 2e-4), "{found:?} {wanted:?}");
        assert!(near(&found.1, &wanted.1, 1e-6), "{found:?} {wanted:?}");
    }
}

#[test]
fn stacks_and_plain_images_come_back_as_stored_and_empty_readings_stay_empty() {
    let stack = item("stack", [2.5, 0.75, 0.5]);
    let words = "7 × 5 px, spacing 0.75 × 0.50 mm, in-plane origin unknown, direction unknown";
    let counted = region(
        "liver",
        SliceAxis::Index,
        Some(words),
        &[(0, &[0, 2]), (4, &[30, 33])],
    );
    let image = item("a:b", [0.0, 0.25, 0.5]);
    let mask = |label: &str, runs: &[u32]| {
        let mask = Mask::from_bounds(SIZE.0, SIZE.1, runs.to_vec()).expect("a mask");
        Annotation {
            attributes: BTreeMap::new(),
            ..annotation(label, Shape::Mask(mask))
        }
    };
    let lone = item("lone", [0.0, 0.25, 0.5]);
    let works = |item: &Item, annotations: Vec<Annotation>| -> Vec<Work> {
        vec![
            work(&item.key, "one", annotations),
            work(&item.key, "none", vec![]),
        ]
    };
    let given = Given(vec![
        (stack.clone(), works(&stack, vec![counted])),
        (
            image.clone(),
            works(
                &image,
                vec![
                    mask("x \"y\"", &[1, 3, 11, 12]),
                    mask("background", &[20, 22]),
                ],
            ),
        ),
        (lone.clone(), vec![work("lone", "one", vec![])]),
    ]);
    let (report, sink) = check_whole(&given);
    assert_eq!(report.n_readings, 5);
    let empty = sink
        .readings
        .values()
        .filter(|record| record.reading.state == ReadingState::ReviewedEmpty);
    assert_eq!(empty.count(), 3);
}

#[test]
fn overlapping_regions_go_to_further_files_and_come_back_as_one_reading() {
    let words = turned([1.0, 1.0], [0.0, 0.0], [0.0, 0.0]);
    let item = item("case", [2.0, 1.0, 1.0]);
    let regions = vec![
        placed("liver", &words, &[(0, &[0, 10])]),
        placed("tumour", &words, &[(0, &[4, 6])]),
        placed("spleen", &words, &[(0, &[20, 30])]),
        placed("cyst", &words, &[(0, &[5, 8]), (2_000, &[0, 1])]),
    ];
    let (report, _) = check_whole(&Given(vec![(item, vec![work("case", "one", regions)])]));
    let maps: Vec<&str> = report
        .files
        .iter()
        .filter(|name| name.ends_with(".nii.gz"))
        .map(String::as_str)
        .collect();
    let name = "annotation.annotator/one/case%2Fimage.dcm.nii.gz";
    assert_eq!(
        maps,
        [
            name.to_owned(),
            format!("overlap 2/{name}"),
            format!("overlap 3/{name}")
        ]
    );
}

#[test]
fn what_a_label_map_cannot_hold_is_counted() {
    let words = turned([1.0, 1.0], [0.0, 0.0], [0.0, 0.0]);
    let sound = || {
        placed(
            "sound",
            &words,
            &[(0, &[0, 1]), (2_000, &[0, 1]), (4_000, &[0, 1])],
        )
    };
    let other = turned([1.0, 1.0], [9.0, 0.0], [0.0, 0.0]);
    let cases: [(&str, Annotation); 6] = [
        (
            "no form for",
            annotation(
                "box",
                Shape::Box(Rect::from_corners([1.0, 1.0], [2.0, 2.0])),
            ),
        ),
        ("at least one voxel", placed("empty", &words, &[])),
        ("on several grids", placed("moved", &other, &[(0, &[2, 3])])),
        (
            "not regular",
            placed("between", &words, &[(1_000, &[2, 3])]),
        ),
        (
            "on several grids",
            region("unplaced", SliceAxis::Micrometres, None, &[(0, &[2, 3])]),
        ),
        (
            "one region of each label",
            placed("sound", &words, &[(0, &[5, 6])]),
        ),
    ];
    for (reason, refused) in cases {
        let is_twice = refused.label == "sound";
        let item = item("case", [2.0, 1.0, 1.0]);
        let given = Given(vec![(
            item,
            vec![work("case", "one", vec![sound(), refused])],
        )]);
        let report = written(&given);
        assert!(
            report.left_out[0].reason.contains(reason),
            "{reason}: {:?}",
            report.left_out
        );
        // Of two regions of one label neither is written.
        assert_eq!(report.n_left_out(), 1 + u64::from(is_twice), "{reason}");
        assert_eq!(report.n_readings, u64::from(!is_twice), "{reason}");
        if !is_twice {
            let (_, sink) = there_and_back("nifti", &given);
            let found = sink.readings.values().next().expect("a reading");
            let labels = drawn(&found.annotations).into_keys().collect::<Vec<_>>();
            assert_eq!(labels, ["sound"], "{reason}");
        }
    }
    let alone = [
        (
            "does not say where it lies",
            region("x", SliceAxis::Micrometres, None, &[(0, &[2, 3])]),
            [2.0, 1.0, 1.0],
        ),
        (
            "another tool",
            region("x", SliceAxis::Index, Some("darwin Axial"), &[(0, &[2, 3])]),
            [2.0, 1.0, 1.0],
        ),
        (
            "distance of its slices is not known",
            placed("x", &words, &[(0, &[2, 3])]),
            [0.0, 1.0, 1.0],
        ),
        (
            "from 0 on",
            region("x", SliceAxis::Index, None, &[(-1, &[2, 3])]),
            [2.0, 1.0, 1.0],
        ),
    ];
    for (reason, refused, spacing) in alone {
        let given = Given(vec![(
            item("case", spacing),
            vec![work("case", "one", vec![refused])],
        )]);
        let report = written(&given);
        assert!(
            report.left_out[0].reason.contains(reason),
            "{reason}: {:?}",
            report.left_out
        );
        assert_eq!(
            (report.n_readings_left_out, report.n_readings),
            (1, 0),
            "{reason}"
        );
    }
}
