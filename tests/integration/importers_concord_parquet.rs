//! Concord's own Parquet table through the public interface: fixtures, cut files, mutants. Round trips are in `exporters`.

use crate::corpus::{check_bad_fixtures, fixtures, read_memory, truncations};
use crate::frame::check_mutants;
use concord::domain::{Annotation, IngestOptions, ReadingState, Shape};
use concord::importers::MemorySink;
use std::path::Path;

fn annotations(sink: &MemorySink) -> Vec<&Annotation> {
    sink.readings
        .values()
        .flat_map(|record| &record.annotations)
        .collect()
}

#[test]
fn a_table_gives_what_the_export_it_was_made_from_gives() {
    let options = IngestOptions {
        annotator: Some("reader-a".to_owned()),
        ..IngestOptions::default()
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/coco/good/annotations_first.json");
    let (_, source) = read_memory(&source, &options).expect("a readable export");
    let [table] = fixtures("concord_parquet", "good")
        .try_into()
        .expect("one good table");
    let (report, sink) = read_memory(&table, &IngestOptions::default()).expect("a readable table");
    assert_eq!(report.format, "concord_parquet");
    assert_eq!(report.n_skipped(), 0);
    assert_eq!(sink.items, source.items);
    assert_eq!(sink.readings.len(), 2);
    for (key, expected) in &source.readings {
        let found = &sink.readings[key];
        assert_eq!(found.annotations, expected.annotations);
        assert_eq!(found.reading.state, expected.reading.state);
    }
    assert!(
        sink.readings
            .values()
            .any(|record| record.reading.state == ReadingState::ReviewedEmpty)
    );
    let drawn: Vec<Shape> = annotations(&source)
        .into_iter()
        .map(|annotation| annotation.shape.clone())
        .collect();
    check_mutants(&sink, |sink| {
        annotations(sink)
            .into_iter()
            .map(|annotation| annotation.shape.clone())
            .eq(drawn.iter().cloned())
    });
}

#[test]
fn every_bad_table_gets_its_answer() {
    assert_eq!(
        check_bad_fixtures("concord_parquet", &IngestOptions::default()),
        5
    );
}

#[test]
fn a_cut_table_never_panics() {
    for path in fixtures("concord_parquet", "good") {
        assert!(truncations(&path, &IngestOptions::default(), 60) > 20);
    }
}
