//! ASAP XML through the public interface: fixtures to the last annotation against lines worked out by hand and areas by
//! shapely, cut files.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, truncations};
use crate::frame::check_mutants;
use crate::golden::{check, lines, skipped};
use concord::domain::{IngestOptions, ReadingState, Shape};
use serde_json::Value;

const ORACLE: &str = include_str!("../oracles/importers/asap.json");

/// Worked out by hand from `good/slide_8.tif.xml`.
const SLIDE: &[&str] = &[
    "slide_8/ Annotation[0] Tumor: polygon 10,20 40,20 40,50 10,50",
    "slide_8/ Annotation[1] Stroma: box 100,200 130.5,260",
    "slide_8/ Annotation[2] Exclusion: polygon 1,2 5,2 3,8",
    "slide_8/ Annotation[3] unclassified: points unclassified@7.25,9 Visible",
    "slide_8/ Annotation[4]#0 Mitosis: points Mitosis@11,12 Visible",
    "slide_8/ Annotation[4]#1 Mitosis: points Mitosis@13,14 Visible",
    "slide_8/ Annotation[5] unclassified: line 0,3 4,0",
];

#[test]
fn good_fixtures_are_read_to_the_last_annotation() {
    let [normal, slide] = &fixtures("asap", "good")[..] else {
        panic!("two fixtures are expected");
    };
    assert!(normal.ends_with("normal_9.xml") && slide.ends_with("slide_8.tif.xml"));
    let (report, sink) = read_memory(slide, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "asap");
    check(&sink, SLIDE);
    assert_eq!(skipped(&sink), ["unsupported Annotation[6]"]);
    assert!(report.notes.iter().any(|note| note.contains("1 splines")));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("nothing is taken out"))
    );
    check_mutants(&sink, |sink| lines(sink) == SLIDE);
    let (report, sink) = read_memory(normal, &IngestOptions::default()).expect("a good fixture");
    assert_eq!(report.format, "asap");
    let states: Vec<_> = sink.readings.values().map(|r| r.reading.state).collect();
    assert_eq!(states, [ReadingState::ReviewedEmpty]);
}

#[test]
fn areas_are_those_that_lxml_and_shapely_find() {
    let slide = &fixtures("asap", "good")[1];
    let (_, sink) = read_memory(slide, &IngestOptions::default()).expect("a good fixture");
    let oracle: Value = serde_json::from_str(ORACLE).expect("the oracle file is JSON");
    let mut n_checked = 0;
    for annotation in sink
        .readings
        .values()
        .flat_map(|record| &record.annotations)
    {
        let area = match &annotation.shape {
            Shape::Polygon(polygon) => polygon.area_px2(),
            Shape::Box(rect) => rect.area_px2(),
            _ => continue,
        };
        let wanted = oracle["areas"][&annotation.source_id]
            .as_f64()
            .expect("an area");
        assert!((area - wanted).abs() < 1e-9, "{}", annotation.source_id);
        n_checked += 1;
    }
    assert_eq!(n_checked, oracle["areas"].as_object().expect("areas").len());
}

#[test]
fn bad_fixtures_say_what_is_wrong() {
    assert_eq!(check_bad_fixtures("asap", &IngestOptions::default()), 5);
}

#[test]
fn cut_files_never_panic() {
    let n_cases: usize = fixtures("asap", "good")
        .iter()
        .map(|path| truncations(path, &IngestOptions::default(), 600))
        .sum();
    assert!(n_cases > 500, "only {n_cases} cases ran");
}
