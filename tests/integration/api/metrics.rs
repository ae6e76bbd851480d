use super::server::{DEMO, filled};
use polars::prelude::{CsvReader, DataFrame, ParquetReader, SerReader};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Cursor;

const ALL: &[&str] = &["errors", "overlap", "distance", "agreement", "throughput"];

fn rows(query: &str) -> Vec<Value> {
    let answer = filled().get(&format!("{DEMO}/metrics/{query}")).ok(200);
    answer["rows"].as_array().expect("rows").clone()
}

fn distinct(rows: &[Value], key: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[key].to_string()).collect()
}

fn columns(frame: &DataFrame) -> BTreeSet<String> {
    frame
        .get_column_names()
        .iter()
        .map(|name| name.to_string())
        .collect()
}

#[test]
fn json_csv_and_parquet_hold_the_same_rows() {
    for metric in ALL {
        let path = format!("{DEMO}/metrics/{metric}");
        let json = filled().get_as(&path, "application/json").ok(200);
        let json = json["rows"].as_array().expect("rows");
        assert!(!json.is_empty(), "{metric} has no rows");
        let keys: BTreeSet<String> = json[0]
            .as_object()
            .expect("a row")
            .keys()
            .cloned()
            .collect();

        let csv = filled().get_as(&path, "text/csv");
        assert_eq!((csv.status, csv.media_type()), (200, "text/csv"));
        assert_eq!(csv.header("vary"), Some("Accept"));
        let csv = CsvReader::new(Cursor::new(csv.body)).finish().expect("CSV");
        let parquet = filled().get_as(&path, "application/vnd.apache.parquet");
        assert_eq!(
            (parquet.status, parquet.media_type()),
            (200, "application/vnd.apache.parquet")
        );
        let parquet = ParquetReader::new(Cursor::new(parquet.body))
            .finish()
            .expect("Parquet");
        for frame in [&csv, &parquet] {
            assert_eq!(
                (frame.height(), columns(frame)),
                (json.len(), keys.clone()),
                "{metric}"
            );
        }
        for (index, row) in json.iter().enumerate() {
            let n = parquet
                .column("n")
                .expect("a column")
                .u64()
                .expect("counts")
                .get(index);
            assert_eq!(n, row["n"].as_u64(), "{metric} row {index}");
            if let Ok(upper) = parquet.column("upper") {
                assert_eq!(
                    upper.f64().expect("numbers").get(index),
                    row["upper"].as_f64(),
                    "{metric} row {index}"
                );
            }
        }
    }
}

#[test]
fn the_form_is_the_one_that_the_client_likes_best() {
    for metric in ALL {
        let path = format!("{DEMO}/metrics/{metric}");
        let form = |accept: &str| filled().get_as(&path, accept).media_type().to_owned();
        assert_eq!(form("*/*"), "application/json");
        assert_eq!(form("text/csv;q=0.5, application/json;q=0.4"), "text/csv");
        assert_eq!(form("text/html, text/csv;q=0.1"), "text/csv");
        filled()
            .get_as(&path, "text/html")
            .problem(406, "request.not_acceptable");
    }
}

#[test]
fn every_way_of_splitting_error_rates_adds_up_to_the_same_instances() {
    let whole = rows("errors?unit=instance");
    let total = |rows: &[Value], key: &str| -> u64 {
        rows.iter().filter_map(|row| row[key].as_u64()).sum()
    };
    assert!(total(&whole, "denominator") > 0);
    for by in [
        "stage",
        "rater",
        "label",
        "technique",
        "study",
        "site",
        "week",
        "stage,rater",
        "label,week,site",
    ] {
        let split = rows(&format!("errors?unit=instance&group_by={by}"));
        for key in ["numerator", "denominator"] {
            assert_eq!(total(&split, key), total(&whole, key), "{key} by {by}");
        }
        for key in by.split(',') {
            assert!(
                distinct(&split, key).iter().any(|value| value != "null"),
                "nothing is split by {key}"
            );
        }
    }
}

#[test]
fn every_rate_comes_with_its_interval_and_its_counts() {
    for row in rows("errors?group_by=stage,rater") {
        let (numerator, denominator) = (row["numerator"].as_f64(), row["denominator"].as_f64());
        match row["rate"].as_f64() {
            Some(rate) => {
                assert_eq!(
                    Some(rate),
                    numerator.zip(denominator).map(|(errors, n)| errors / n)
                );
                let (lower, upper) = (row["lower"].as_f64(), row["upper"].as_f64());
                assert!(lower <= Some(rate) && Some(rate) <= upper, "{row}");
                assert_eq!(
                    (&row["method"], &row["level"]),
                    (&json!("wilson"), &json!(0.95))
                );
                assert!(row["status"].is_string() && row["limit"] == 0.012, "{row}");
            }
            None => assert_eq!(row["undefined"], "nothing_assessed"),
        }
    }
    assert!(
        rows("errors").iter().all(|row| row["status"].is_null()),
        "no limit holds for all stages together"
    );
}

#[test]
fn filters_narrow_and_kinds_of_reference_stay_apart() {
    let kinds = distinct(&rows("errors"), "reference");
    assert!(
        kinds.len() > 1,
        "the shipped examples have several kinds: {kinds:?}"
    );
    for kind in &kinds {
        let kind = kind.trim_matches('"');
        let only = rows(&format!("errors?reference={kind}"));
        assert_eq!(
            distinct(&only, "reference"),
            BTreeSet::from([format!("\"{kind}\"")])
        );
    }
    let raters = distinct(&rows("errors?group_by=rater&rater=reader-a"), "rater");
    assert_eq!(raters, BTreeSet::from(["\"reader-a\"".to_owned()]));
    let weeks = distinct(&rows("errors?group_by=week&week=2026-W46"), "week");
    assert_eq!(weeks, BTreeSet::from(["\"2026-W46\"".to_owned()]));
    assert_eq!(
        rows("errors?from=2026-11-09&to=2026-11-15"),
        rows("errors?week=2026-W46")
    );
    assert!(rows("errors?study=nothing").iter().all(|row| row["n"] == 0));
    assert_eq!(
        distinct(&rows("overlap?kind=peer"), "kind"),
        BTreeSet::from(["\"peer\"".to_owned()])
    );
}

#[test]
fn overlap_and_distance_share_no_metric_and_never_mix_units() {
    let overlap = rows("overlap?group_by=technique");
    let distance = rows("distance?group_by=technique");
    assert!(distinct(&overlap, "metric").is_disjoint(&distinct(&distance, "metric")));
    assert_eq!(
        distinct(&rows("overlap?metric=dice,iou"), "metric").len(),
        2
    );
    for row in overlap.iter().chain(&distance) {
        if row["n"].as_u64() > Some(0) {
            assert!(row["unit"].is_string(), "{row}");
            assert!(
                row["min"].as_f64() <= row["median"].as_f64()
                    && row["median"].as_f64() <= row["max"].as_f64()
            );
        } else {
            assert_eq!(row["undefined"], "all_undefined");
        }
    }
    let dice: Vec<&Value> = overlap
        .iter()
        .filter(|row| row["metric"] == "dice" && row["n"].as_u64() > Some(0))
        .collect();
    assert!(!dice.is_empty());
    assert!(
        dice.iter()
            .all(|row| (0.0..=1.0).contains(&row["mean"].as_f64().unwrap_or(-1.0)))
    );
}

#[test]
fn agreement_is_asked_by_unit_and_by_sides() {
    for unit in [
        "classification",
        "ordinal",
        "instance_label",
        "presence",
        "attribute",
        "pixel",
    ] {
        let found = rows(&format!("agreement?unit={unit}"));
        assert!(found.iter().all(|row| row["unit"] == unit));
        for row in &found {
            assert_eq!(
                row["value"].is_null(),
                row["undefined"].is_string(),
                "{row}"
            );
            assert!(row["b"].is_string(), "a pair has two sides");
        }
    }
    let pool = rows("agreement?unit=presence&sides=pool&group_by=label");
    assert!(!pool.is_empty());
    assert!(
        pool.iter()
            .all(|row| row["b"].is_null() && row["scope"].is_string())
    );
    assert!(
        rows("agreement?group_by=study")
            .iter()
            .all(|row| row["study"].is_string())
    );
}

#[test]
fn throughput_comes_by_specialist_or_by_day() {
    let whole = rows("throughput");
    let days = rows("throughput?group_by=day");
    let total = |rows: &[Value]| -> u64 {
        rows.iter()
            .filter_map(|row| row["n_studies"].as_u64())
            .sum()
    };
    assert_eq!(total(&whole), total(&days));
    assert!(whole.iter().all(|row| row["day"].is_null()));
    assert!(
        days.iter()
            .any(|row| row["day"].is_string() && row["band"].is_string())
    );
}

#[test]
fn a_question_that_means_nothing_is_refused_with_what_would() {
    let refused = |query: &str| {
        let problem = filled()
            .get(&format!("{DEMO}/metrics/{query}"))
            .problem(400, "request.parameter");
        problem["detail"].as_str().expect("words").to_owned()
    };
    assert!(
        refused("errors?group_by=shoe")
            .contains("stage, rater, label, technique, study, site, week")
    );
    assert!(refused("errors?raters=reader-a").contains("rater"));
    for query in [
        "errors?kind=peer",
        "errors?unit=pixel",
        "errors?stage=",
        "errors?from=yesterday",
        "errors?week=2026-47",
        "overlap?metric=hd",
        "distance?metric=dice",
        "agreement?unit=voxel",
        "agreement?sides=both",
        "agreement?group_by=rater",
        "throughput?label=x",
        "throughput?group_by=week",
        "errors?stage=a&stage=b",
    ] {
        refused(query);
    }
    filled()
        .get("/api/v1/projects/nowhere/metrics/errors")
        .problem(404, "project.not_found");
}
