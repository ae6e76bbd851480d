//! Ratings tables: every shape that they come in, and real tables with exact counts.

use crate::corpus::{check_bad_fixtures, fixtures, read_bytes, read_memory, sample, truncations};
use crate::draw::Draw;
use concord::domain::{IngestOptions, Shape, Stage};
use concord::importers::{ImportReport, MemorySink};
use polars::prelude::{Column, DataFrame, ParquetWriter};
use std::path::PathBuf;

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("ratings_table", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn ordinal() -> IngestOptions {
    IngestOptions {
        scale: Some("ordinal".to_owned()),
        ..IngestOptions::default()
    }
}

/// Item, rater and value of every rating, in order.
fn ratings(sink: &MemorySink) -> Vec<(String, String, String)> {
    let all = sink
        .readings
        .iter()
        .flat_map(|(key, record)| record.annotations.iter().map(move |one| (key, one)));
    all.map(|(key, one)| {
        let value = match &one.shape {
            Shape::Classification { value, .. } => value.clone(),
            Shape::Ordinal { rank, .. } => rank.to_string(),
            _ => panic!("a rating"),
        };
        (key.item.clone(), key.rater.clone(), value)
    })
    .collect()
}

fn triples(expected: &[[&str; 3]]) -> Vec<(String, String, String)> {
    expected
        .iter()
        .map(|[item, rater, value]| (item.to_string(), rater.to_string(), value.to_string()))
        .collect()
}

fn read(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    read_memory(&fixture(name), options).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_long_table_is_read_with_all_that_it_says() {
    let (report, sink) = read("long.csv", &IngestOptions::default());
    assert_eq!(
        ratings(&sink),
        triples(&[
            ["case-1", "anna", "benign"],
            ["case-1", "boris", "malignant"],
            ["case-2", "anna", "benign"]
        ])
    );
    let (key, record) = sink.readings.iter().next().expect("a reading");
    assert_eq!(
        (key.stage, key.layer.as_str()),
        (Stage::Training, "ratings")
    );
    assert_eq!(record.reading.finished_at_us, Some(1_794_817_800_000_000));
    assert_eq!(record.reading.active_ms, Some(12_500));
    assert_eq!(record.annotations[0].attributes["quality"], "good");
    let boris = sink.readings.values().nth(1).expect("a second reading");
    assert_eq!(
        boris.reading.active_ms,
        Some(90_000),
        "1:30 is ninety seconds"
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.ends_with("(empty, NA, N/A, null, .): 1")),
        "{:?}",
        report.notes
    );
    assert_eq!(report.n_skipped(), 0, "no rating is nothing broken");
}

#[test]
fn semicolons_a_byte_order_mark_and_decimal_commas_are_read() {
    let (report, sink) = read("semicolon_with_mark.csv", &ordinal());
    assert_eq!(
        ratings(&sink),
        triples(&[
            ["A", "lezer 1", "1.5"],
            ["A", "lezer 2", "2"],
            ["B", "lezer 2", "2"]
        ])
    );
    assert_eq!(report.n_skipped(), 1, "the row of totals");
}

#[test]
fn carriage_returns_alone_end_lines_and_one_point_zero_is_one() {
    let (_, sink) = read("carriage_returns.csv", &IngestOptions::default());
    assert_eq!(
        ratings(&sink),
        triples(&[
            ["x", "r1", "1"],
            ["x", "r2", "1"],
            ["y", "r1", "2"],
            ["z", "r1", "2"],
            ["z", "r2", "2"]
        ])
    );
}

#[test]
fn a_matrix_without_names_and_a_table_written_by_r_are_read() {
    let (_, sink) = read("matrix.csv", &ordinal());
    assert_eq!(ratings(&sink).len(), 8);
    assert_eq!(
        ratings(&sink)[0],
        ("row-1".to_owned(), "rater-1".to_owned(), "1".to_owned())
    );
    let (_, sink) = read("r_row_names.tsv", &IngestOptions::default());
    assert_eq!(
        ratings(&sink)[0],
        ("1".to_owned(), "a".to_owned(), "yes".to_owned())
    );
    assert_eq!(ratings(&sink).len(), 6);
}

#[test]
fn columns_of_other_names_are_mapped() {
    let columns = [("item", "case"), ("rater", "Reader"), ("label", "score")];
    let options = IngestOptions {
        columns: columns
            .iter()
            .map(|(field, column)| (field.to_string(), column.to_string()))
            .collect(),
        ..ordinal()
    };
    let (_, sink) =
        read_bytes("t.csv", b"case,reader,score\nx,r1,3\nx,r2,4\n", &options).expect("readable");
    assert_eq!(
        ratings(&sink),
        triples(&[["x", "r1", "3"], ["x", "r2", "4"]])
    );
    let text = read_bytes(
        "t.csv",
        b"item,rater,label\nx,r1,high\nx,r2,4\n",
        &ordinal(),
    )
    .expect("readable")
    .0;
    assert_eq!(text.n_skipped(), 1);
    assert!(text.skipped[0].examples[0].contains("the rank is `high`"));
}

#[test]
fn parquet_is_read_like_text() {
    let column = |name: &str, values: [&str; 4]| Column::new(name.into(), values.to_vec());
    let labels = Column::new("label".into(), vec![Some(1.0), Some(2.0), Some(1.0), None]);
    let columns = vec![
        column("item", ["x", "x", "y", "y"]),
        column("rater", ["a", "b", "a", "b"]),
        labels,
    ];
    let mut frame = DataFrame::new(4, columns).expect("equal lengths");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .finish(&mut frame)
        .expect("written");
    let (_, sink) = read_bytes("t.parquet", &bytes, &IngestOptions::default()).expect("readable");
    assert_eq!(
        ratings(&sink),
        triples(&[["x", "a", "1"], ["x", "b", "2"], ["y", "a", "1"]])
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("t.parquet");
    std::fs::write(&path, &bytes).expect("a new file");
    assert!(truncations(&path, &IngestOptions::default(), 300) >= 200);
}

#[test]
fn typed_columns_of_parquet_are_read_as_people_write_them() {
    for name in ["typed_zstd.parquet", "typed_snappy.parquet"] {
        let (_, sink) = read(name, &IngestOptions::default());
        assert_eq!(
            ratings(&sink),
            triples(&[
                ["film-1", "anna", "1"],
                ["film-1", "ben", "2"],
                ["film-2", "ben", "3.5"]
            ])
        );
        let of = |item: &str, rater: &str| {
            let found = sink.readings.iter();
            let mut found = found.filter(|(key, _)| key.item == item && key.rater == rater);
            found.next().expect("a reading").1
        };
        let anna = of("film-1", "anna");
        assert_eq!(anna.reading.finished_at_us, Some(1_794_821_400_250_000));
        assert_eq!(anna.reading.active_ms, Some(12_500));
        let attributes = &anna.annotations[0].attributes;
        assert_eq!(attributes["exam_day"], "2026-11-15");
        assert_eq!(attributes["contrast"], "true");
        assert_eq!(attributes["note"], "sure");
        assert_eq!(
            of("film-1", "ben").annotations[0].attributes["exam_day"],
            "1969-12-31"
        );
        let ben = of("film-2", "ben");
        assert_eq!(ben.reading.finished_at_us, None);
        assert_eq!(ben.reading.active_ms, Some(0));
        assert!(truncations(&fixture(name), &IngestOptions::default(), 300) >= 200);
    }
}

/// Three bits at a time, at fixed places: what is read may differ, the program may not end.
#[test]
fn damaged_parquet_is_refused_or_read_and_never_ends_the_program() {
    let mut draw = Draw(20_261_124);
    let mut outcomes = [0_u32; 2];
    for name in ["typed_zstd.parquet", "typed_snappy.parquet"] {
        let whole = std::fs::read(fixture(name)).expect("a readable fixture");
        for _ in 0..1_500 {
            let mut bytes = whole.clone();
            for _ in 0..1 + draw.below(3_u32) {
                let at = draw.below(bytes.len() as u64 * 8) as usize;
                bytes[at / 8] ^= 1 << (at % 8);
            }
            let read = read_bytes("t.parquet", &bytes, &IngestOptions::default());
            outcomes[usize::from(read.is_ok())] += 1;
        }
    }
    assert!(outcomes.iter().all(|n| *n > 100), "{outcomes:?}");
}

#[test]
fn several_tables_do_not_mix_their_rows() {
    let Some(folder) = sample("mom-pathology") else {
        return;
    };
    let (report, sink) = read_memory(&folder, &ordinal()).expect("readable");
    assert_eq!(
        (
            report.counts.files,
            report.counts.items,
            report.counts.annotations
        ),
        (11, 1_294, 19_252)
    );
    assert!(sink.items.contains_key("mitosis:row-1") && sink.items.contains_key("tubulus:row-100"));
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.ends_with("(empty, NA, N/A, null, .): 50")),
        "{:?}",
        report.notes
    );
}

#[test]
fn real_tables_have_exact_counts() {
    let expected = [
        ("nottingham/nottingham.csv", 100, 9, 900),
        ("pdl1/NCCN_22c3_t.csv", 90, 13, 1_165),
        ("pdl1/sp142_bin.csv", 68, 18, 1_209),
        ("pdl1/sp263_bin.csv", 76, 18, 1_343),
        ("prostate/control.csv", 240, 20, 4_800),
    ];
    for (name, n_items, n_raters, n_ratings) in expected {
        let Some(path) = sample(&format!("mom-pathology/{name}")) else {
            return;
        };
        let (report, _) = read_memory(&path, &IngestOptions::default()).expect("readable");
        let found = (
            report.counts.items,
            report.raters.len(),
            report.counts.annotations,
        );
        assert_eq!(found, (n_items, n_raters, n_ratings), "{name}");
    }
}

#[test]
fn a_category_written_as_zero_point_zero_is_zero() {
    let Some(path) = sample("mom-pathology/pdl1/NCCN_22c3_t.csv") else {
        return;
    };
    let (report, _) = read_memory(&path, &IngestOptions::default()).expect("readable");
    let labels: Vec<(&str, u64)> = report
        .by_label
        .iter()
        .map(|(label, n)| (label.as_str(), *n))
        .collect();
    assert_eq!(labels, [("0", 901), ("1", 264)]);
}

#[test]
fn other_tables_are_not_taken_for_ratings() {
    for name in [
        "panlabel-fixtures/sample_valid.kaggle_wheat.csv",
        "lidc-idri/LIDC-IDRI_MetaData.csv",
    ] {
        let Some(path) = sample(name) else { return };
        let options = IngestOptions {
            format: Some("ratings_table".to_owned()),
            ..IngestOptions::default()
        };
        let error = read_memory(&path, &options)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(
            error.contains("do not seem to be raters"),
            "{name}: {error}"
        );
    }
}

#[test]
fn broken_tables_say_what_is_wrong() {
    assert_eq!(
        check_bad_fixtures("ratings_table", &IngestOptions::default()),
        24
    );
}

#[test]
fn cut_files_never_panic_and_never_yield_more() {
    assert!(
        truncations(
            &fixture("carriage_returns.csv"),
            &IngestOptions::default(),
            200
        ) >= 50
    );
    assert!(truncations(&fixture("semicolon_with_mark.csv"), &ordinal(), 200) >= 50);
}
