//! Ratings tables in other containers and shapes: workbooks, lines of JSON, UTF-16, counts, patterns, conditions.

use crate::corpus::{fixtures, read_bytes, read_memory, sample};
use concord::domain::{IngestOptions, ReferenceKind, Role, Shape, TableLayout};
use concord::importers::{ImportReport, Limits, MemorySink, Upload, detect};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

fn fixture(name: &str) -> PathBuf {
    let path = fixtures("ratings_table", "good")
        .into_iter()
        .find(|path| path.ends_with(name));
    path.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn read(name: &str, options: &IngestOptions) -> (ImportReport, MemorySink) {
    read_memory(&fixture(name), options).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn ordinal() -> IngestOptions {
    IngestOptions {
        scale: Some("ordinal".to_owned()),
        ..IngestOptions::default()
    }
}

/// Item, rater, value and session of every rating, in the order of their text.
fn ratings(sink: &MemorySink) -> Vec<[String; 4]> {
    let mut all = Vec::new();
    for (key, record) in &sink.readings {
        for one in &record.annotations {
            let value = match &one.shape {
                Shape::Classification { value, .. } => value.clone(),
                Shape::Ordinal { rank, .. } => rank.to_string(),
                _ => panic!("a rating"),
            };
            all.push([
                key.item.clone(),
                key.rater.clone(),
                value,
                key.session.clone(),
            ]);
        }
    }
    all.sort();
    all
}

fn skipped(sink: &MemorySink) -> Vec<String> {
    let skips = sink.skips.iter();
    skips
        .map(|skip| format!("{} {}: {}", skip.reason.as_str(), skip.record, skip.detail))
        .collect()
}

#[test]
fn every_container_holds_what_pandas_reads() {
    let answers: serde_json::Value =
        serde_json::from_str(include_str!("../oracles/importers/ratings_table.json"))
            .expect("sound answers");
    let ratings_of = answers["ratings"].as_object().expect("files");
    assert_eq!(ratings_of.len(), 7);
    for (name, expected) in ratings_of {
        let options = match name.as_str() {
            // Decimal commas are numbers on a scale of numbers only.
            "utf_16.csv" => ordinal(),
            _ => IngestOptions::default(),
        };
        let (report, sink) = read(name, &options);
        let expected: Vec<[String; 4]> = serde_json::from_value(expected.clone()).expect("ratings");
        assert_eq!(ratings(&sink), expected, "{name}");
        assert_eq!(report.format, "ratings_table");
    }
}

#[test]
fn sample_tables_have_the_cells_that_pandas_counts() {
    let answers: serde_json::Value =
        serde_json::from_str(include_str!("../oracles/importers/ratings_table.json"))
            .expect("sound answers");
    for (path, shape) in answers["shapes"].as_object().expect("files") {
        let Some(path) = sample(path) else { return };
        let (report, sink) = read_memory(&path, &IngestOptions::default()).expect("readable");
        let raters = report.raters.len();
        let rows: u64 = report.counts.items;
        assert_eq!(
            serde_json::json!([rows, raters]),
            *shape,
            "{}",
            path.display()
        );
        assert!(
            sink.readings
                .values()
                .all(|one| one.reading.reference.is_none())
        );
    }
}

#[test]
fn fixtures_are_told_from_other_formats() {
    for path in fixtures("ratings_table", "good") {
        let upload = Upload::open(&path, Limits::DEFAULT).expect("readable");
        let found = detect(&upload).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(found.importer.format().key, "ratings_table");
        assert!(found.confidence >= 0.4, "{}", path.display());
    }
}

#[test]
fn a_workbook_says_which_sheet_was_read_and_why_not_the_others() {
    let (report, sink) = read("workbook.xlsx", &IngestOptions::default());
    assert!(
        report.notes[0].contains("`workbook.xlsx`, sheet `Ratings`,"),
        "{:?}",
        report.notes
    );
    let said = skipped(&sink);
    assert_eq!(said.len(), 5, "{said:#?}");
    assert!(said[0].starts_with("not_annotation sheet `Read me`: "));
    assert_eq!(
        said[1..],
        [
            "unsupported sheet `Wide`: it reads as ratings too; name it as sheet in a mapping to import it",
            "unsupported sheet `Old`: the sheet is hidden; name it in the mapping if it holds the ratings",
            "not_annotation sheet `Ratings`, row 2: a title above the table",
            "invalid_record sheet `Ratings`, cell D7, column `Label`: holds the spreadsheet error `#REF!`",
        ]
    );
    let first = sink.readings.values().next().expect("a reading");
    assert_eq!(
        first.reading.finished_at_us,
        Some(1_794_821_400_000_000),
        "2026-11-16 09:30 UTC"
    );
    assert_eq!(first.reading.active_ms, Some(90_000));
    assert_eq!(first.annotations[0].attributes["quality"], "good");
    assert_eq!(first.annotations[0].source_id, "sheet `Ratings`, row 5");
    let third = sink.readings.values().nth(2).expect("a third");
    assert_eq!(third.reading.active_ms, Some(123_000));
}

#[test]
fn a_sheet_can_be_named() {
    let mut options = IngestOptions::default();
    options.table.sheet = Some("Wide".to_owned());
    let (_, sink) = read("workbook.xlsx", &options);
    assert_eq!(ratings(&sink).len(), 4);
    options.table.sheet = Some("wide".to_owned());
    let error = read_memory(&fixture("workbook.xlsx"), &options).expect_err("no such sheet");
    assert_eq!(
        error.to_string(),
        "option `sheet`: `workbook.xlsx`: there is no sheet `wide`; the workbook has `Read me`, `Ratings`, `Wide`, `Old`"
    );
}

#[test]
fn an_item_merged_over_rows_holds_for_all_of_them_but_a_gap_stays_one() {
    let (report, sink) = read("merged.xlsx", &IngestOptions::default());
    let found: Vec<[String; 4]> = ratings(&sink);
    assert_eq!(found.len(), 3);
    assert_eq!(found[1], ["a", "r2", "2", ""]);
    assert!(report.notes[0].ends_with("; 1 cells got the text of a merged one above"));
    assert_eq!(
        skipped(&sink),
        ["invalid_record sheet `Sheet`, row 5: has no item"]
    );
}

#[test]
fn totals_are_left_out_as_rows_and_as_columns() {
    let (_, sink) = read("wide.xlsx", &ordinal());
    assert_eq!(ratings(&sink).len(), 3);
    assert_eq!(
        skipped(&sink),
        [
            "not_annotation column `Total`: it sums up the others",
            "not_annotation sheet `Lezers`, row 4: sums up the table"
        ]
    );
}

#[test]
fn a_workbook_in_an_archive_or_folder_is_one_file() {
    let bytes = std::fs::read(fixture("wide.xlsx")).expect("a fixture");
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options: zip::write::FileOptions<()> = zip::write::FileOptions::default();
    writer
        .start_file("day 1/a.xlsx", options)
        .expect("an entry");
    writer.write_all(&bytes).expect("bytes");
    writer.start_file("read me.txt", options).expect("an entry");
    writer.write_all(b"see the sheet").expect("bytes");
    let packed = writer.finish().expect("an archive").into_inner();
    let (report, _) = read_bytes("week.zip", &packed, &IngestOptions::default()).expect("readable");
    assert_eq!((report.counts.files, report.counts.annotations), (1, 3));
}

#[test]
fn lines_of_json_keep_what_they_say() {
    let (report, sink) = read("lines.ndjson", &IngestOptions::default());
    assert_eq!(report.n_skipped(), 0);
    let all: Vec<_> = sink.readings.values().collect();
    assert_eq!(all[0].annotations[0].confidence, Some(0.75));
    assert_eq!(all[0].annotations[0].attributes["tired"], "false");
    assert_eq!(all[1].reading.active_ms, Some(90_000));
    assert_eq!(all[2].annotations[0].attributes["später"], "ja, ü");
    assert_eq!(all[2].annotations[0].source_id, "line 5");
}

/// Fleiss' kappa of readings, which needs counts of categories only.
fn fleiss_kappa(sink: &MemorySink) -> f64 {
    let mut counts: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for [item, _, value, _] in ratings(sink) {
        *counts.entry(item).or_default().entry(value).or_default() += 1.0;
    }
    let n_items = counts.len() as f64;
    let n_raters: f64 = counts.values().next().expect("an item").values().sum();
    let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
    let mut observed = 0.0;
    for item in counts.values() {
        let squares: f64 = item.values().map(|n| n * n).sum();
        observed += (squares - n_raters) / (n_raters * (n_raters - 1.0)) / n_items;
        for (category, n) in item {
            *shares.entry(category).or_default() += n / (n_items * n_raters);
        }
    }
    let by_chance: f64 = shares.values().map(|share| share * share).sum();
    (observed - by_chance) / (1.0 - by_chance)
}

#[test]
fn counts_become_numbered_readings_that_give_fleiss_kappa_and_say_that_they_name_no_one() {
    let (report, sink) = read("counts.csv", &IngestOptions::default());
    assert_eq!((report.counts.items, report.counts.annotations), (10, 140));
    // The table and its kappa of 0.210 are those of the usual textbook example.
    assert!((fleiss_kappa(&sink) - 0.209_930_704_421_954_9).abs() < 1e-12);
    assert!(
        report
            .raters
            .iter()
            .all(|rater| rater.starts_with("reading-"))
    );
    assert!(
        report.notes.iter().any(|note| note.starts_with(
            "readings of unknown raters, from counts of categories: 140; they are numbered within each item"
        )),
        "{:?}",
        report.notes
    );
    let mut options = IngestOptions::default();
    options.table.layout = Some(TableLayout::Wide);
    let (report, _) = read("counts.csv", &options);
    assert_eq!(report.counts.annotations, 50, "five raters if told so");
}

#[test]
fn a_pattern_stands_for_as_many_items_as_its_frequency() {
    let (report, sink) = read("patterns.csv", &IngestOptions::default());
    assert_eq!((report.counts.items, report.counts.annotations), (10, 20));
    let of_second = |item: &str| {
        let all = ratings(&sink);
        let found = all.iter().find(|one| one[0] == item && one[1] == "second");
        found.map(|one| one[2].clone())
    };
    assert_eq!(of_second("pattern-1:4").as_deref(), Some("benign"));
    assert_eq!(of_second("pattern-2:2").as_deref(), Some("malignant"));
    assert_eq!(of_second("pattern-2:3"), None);
    assert!(
        report
            .notes
            .contains(&"items made from the frequencies of patterns: 10".to_owned()),
        "{:?}",
        report.notes
    );
}

#[test]
fn a_modality_under_which_items_are_read_again_is_a_session() {
    let (report, sink) = read("modalities.csv", &IngestOptions::default());
    assert_eq!(report.n_skipped(), 0);
    assert!(
        report.notes[0].ends_with("; `modality` is the condition, each one a session of its own"),
        "{:?}",
        report.notes
    );
    assert!(sink.items.values().all(|item| item.modality.is_none()));
    let truth = sink
        .readings
        .values()
        .find(|one| one.reading.key.rater == "truth");
    let truth = &truth.expect("the truth").reading;
    assert_eq!(truth.reference, Some(ReferenceKind::Gold));
}

#[test]
fn readers_crossed_with_conditions_are_told_apart_by_a_pattern() {
    let path = fixtures("ratings_table", "bad")
        .into_iter()
        .find(|path| path.ends_with("crossed.csv"))
        .expect("a fixture");
    let mut options = IngestOptions::default();
    options.table.rater_pattern = Some("(?P<rater>.+)_(?P<condition>.+)".to_owned());
    let (report, sink) = read_memory(&path, &options).expect("readable");
    assert_eq!(report.raters, ["R1", "R2"]);
    assert_eq!(ratings(&sink)[1], ["a", "R1", "2", "MR"]);
    assert_eq!(report.counts.annotations, 8);
}

#[test]
fn consensus_and_truth_are_no_raters_and_means_are_left_out() {
    let (report, sink) = read("with_consensus.csv", &IngestOptions::default());
    assert_eq!(report.counts.annotations, 12);
    let of = |rater: &str| {
        let found = sink
            .readings
            .values()
            .find(|one| one.reading.key.rater == rater);
        let reading = &found.expect("a reading").reading;
        (reading.role, reading.reference)
    };
    assert_eq!(of("anna"), (Role::Annotator, None));
    assert_eq!(
        of("Consensus"),
        (Role::Model, Some(ReferenceKind::Consensus))
    );
    assert_eq!(of("Ground truth").1, Some(ReferenceKind::Gold));
    assert_eq!(
        skipped(&sink),
        [
            "not_annotation column `Mean`: it sums up the others",
            "unsupported column 7: it has no name"
        ]
    );
    assert!(
        report.notes.contains(
            &"rater `Consensus` is taken for role model, reference consensus; a mapping can say otherwise under [roles]"
                .to_owned()
        ),
        "{:?}",
        report.notes
    );
}

#[test]
fn detection_formats_are_not_taken_for_ratings() {
    for name in [
        "automl_vision.csv",
        "kaggle_wheat.csv",
        "openimages.csv",
        "retinanet.csv",
        "tfod.csv",
        "udacity.csv",
        "vott.csv",
        "labelbox.ndjson",
        "sagemaker.manifest",
    ] {
        let Some(path) = sample(&format!("panlabel-fixtures/sample_valid.{name}")) else {
            return;
        };
        let read = read_memory(&path, &IngestOptions::default());
        assert!(
            !matches!(&read, Ok((report, _)) if report.format == "ratings_table"),
            "{name}"
        );
    }
}
