//! QuPath's GeoJSON through the public interface: fixtures to the last object, a sample against shapely, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, sample, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Role, Shape};
use serde_json::Value;

const ORACLE: &str = include_str!("../oracles/importers/qupath.json");

/// Worked out by hand from `good/slide-7.svs.geojson`.
const SLIDE: &[&str] = &[
    "slide-7/ 5f0c-1 Tumor: polygon 10,20 40,20 40,50 10,50 - 15,25 20,25 20,30 15,30 measured: Area px^2=875",
    "slide-7/ 5f0c-2 Stroma: Inflamed: polygon 0,0 4,0 0,3 + 100.5,7.25 101.5,7.25 101.5,9.25",
    "slide-7/ 5f0c-3 margin: line 1,2 30.5,2 30.5,60",
    "slide-7/ 5f0c-4#0 Mitosis: points Mitosis@5,6 Visible",
    "slide-7/ 5f0c-4#1 Mitosis: points Mitosis@7.5,80 Visible",
    "slide-7#z2/ 5f0c-5 unclassified: points unclassified@12,90 Visible",
];

#[test]
fn good_fixtures_are_read_to_the_last_object() {
    let mut n_read = 0;
    for path in fixtures("qupath", "good") {
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a good fixture");
        assert_eq!(report.format, "qupath", "{}", path.display());
        let states: Vec<ReadingState> = sink.readings.values().map(|r| r.reading.state).collect();
        match path.file_name().and_then(|name| name.to_str()) {
            Some("slide-7.svs.geojson") => {
                check(&sink, SLIDE);
                let expected = [
                    "not_human features[5]",
                    "not_human features[6]",
                    "unsupported features[7]",
                    "unsupported features[8]",
                ];
                assert_eq!(skipped(&sink), expected);
                let studies: Vec<_> = sink
                    .items
                    .values()
                    .map(|item| item.study.as_str())
                    .collect();
                assert_eq!(studies, ["slide-7", "slide-7"], "planes of one slide");
            }
            Some("before_0_4.json") => {
                let expected = "before_0_4/ features[0] Necrosis: polygon 2.5,3 2.5,9 8,9 8,3 measured: Perimeter=23";
                check(&sink, &[expected]);
                assert_eq!(skipped(&sink), ["not_human features[1]"]);
            }
            Some("one_object.geojson") => {
                check(
                    &sink,
                    &["one_object/ a1 Mitosis: points Mitosis@17.25,4 Visible"],
                );
            }
            Some("nothing_drawn.geojson") => assert_eq!(states, [ReadingState::ReviewedEmpty]),
            other => panic!("no expectation for {other:?}"),
        }
        n_read += 1;
    }
    assert_eq!(n_read, 4);
}

#[test]
fn computed_objects_are_read_as_a_models() {
    let options = IngestOptions {
        role: Some(Role::Model),
        annotator: Some("model".to_owned()),
        ..IngestOptions::default()
    };
    let slide = &fixtures("qupath", "good")[3];
    let (report, _) = read_memory(slide, &options).expect("a good fixture");
    assert_eq!(report.counts.annotations as usize, SLIDE.len() + 2);
}

#[test]
fn misread_conventions_are_noticed() {
    let slide = &fixtures("qupath", "good")[3];
    let (_, sink) = read_memory(slide, &IngestOptions::default()).expect("a good fixture");
    check_mutants(&sink, |sink| lines(sink) == SLIDE);
}

#[test]
fn a_sample_has_the_areas_that_shapely_finds() {
    let Some(path) = sample("pathology-formats/files/qupath05.geojson") else {
        return;
    };
    let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("a sample");
    assert_eq!((report.n_skipped(), report.n_invalid), (0, 0));
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    let expected = oracle["objects"].as_object().expect("objects");
    let record = sink.readings.values().next().expect("a reading");
    assert_eq!(record.annotations.len(), expected.len());
    for annotation in &record.annotations {
        let Shape::Polygon(polygon) = &annotation.shape else {
            panic!("no polygon");
        };
        let wanted = &expected[&annotation.source_id];
        assert_eq!(wanted["label"], annotation.label);
        let bounds = polygon.bounding_box().expect("bounds");
        let found = [
            polygon.area_px2(),
            bounds.x0,
            bounds.y0,
            bounds.x1,
            bounds.y1,
        ];
        for (found, wanted) in found
            .into_iter()
            .zip(wanted["area_bounds"].as_array().expect("numbers"))
        {
            assert!((found - wanted.as_f64().expect("a number")).abs() < 1e-6);
        }
    }
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("qupath", &IngestOptions::default()), 4);
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("qupath", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 600))
        .sum();
    assert!(n_cases > 1_000, "only {n_cases} cases ran");
}
