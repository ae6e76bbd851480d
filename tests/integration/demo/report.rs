//! What the calibration report says of each reader.

use super::{demo, expected};
use concord::reports::model::{CalibrationReport, Severity};

#[test]
fn who_misses_small_lesions_is_told_by_missing_without_extra() {
    let rows = demo().report("all").annotators;
    let of = |name: &str| rows.iter().find(|row| row.rater == name).expect("a row");
    assert_eq!((of("reader-c").n_missing, of("reader-c").n_extra), (5, 0));
    for careful in ["reader-a", "reader-b"] {
        assert_eq!(
            (of(careful).n_missing, of(careful).n_extra),
            (0, 0),
            "{careful}"
        );
    }
    // Outlines far off are missed and drawn anew, so they cancel out.
    assert_eq!((of("reader-d").n_missing, of("reader-d").n_extra), (10, 10));
}

#[test]
fn the_last_week_says_who_drifted() {
    let report = demo().report("2026-W47");
    for row in &report.annotators {
        let wanted = ["2026-W45", "2026-W46", "2026-W47"].map(|week| {
            let key = format!("annotation/verification/{}/{week}", row.rater);
            let found = &expected()["error_rate_by_rater_and_week"][key];
            (found["n_errors"].as_u64(), found["n"].as_u64())
        });
        let [
            (Some(e45), Some(n45)),
            (Some(e46), Some(n46)),
            (Some(e47), Some(n47)),
        ] = wanted
        else {
            continue;
        };
        assert_eq!(
            (row.rate.numerator, row.rate.n),
            (Some(e47), n47),
            "{}",
            row.rater
        );
        let change = row.change.as_ref().expect("both periods were assessed");
        let difference = e47 as f64 / n47 as f64 - (e45 + e46) as f64 / (n45 + n46) as f64;
        let found = change.difference.value.expect("a difference");
        assert!((found - difference).abs() < 1e-12, "{}", row.rater);
        assert_eq!(change.moved, row.rater == "reader-d", "{}", row.rater);
    }
    let drift = sentence(&report, "reader-d got worse");
    assert_eq!(drift.0, Severity::Act);
    assert!(
        !report
            .findings
            .iter()
            .any(|finding| finding.sentence.contains("got better")),
        "nobody else moved"
    );
}

fn sentence<'a>(report: &'a CalibrationReport, start: &str) -> (Severity, &'a str) {
    report
        .findings
        .iter()
        .find(|finding| finding.sentence.starts_with(start))
        .map(|finding| (finding.severity, finding.sentence.as_str()))
        .unwrap_or_else(|| panic!("no finding `{start}` among {:#?}", report.findings))
}

#[test]
fn the_findings_of_the_whole_programme_name_each_reader_for_what_they_do() {
    let report = demo().report("all");
    for over in ["reader-c", "reader-d", "reader-e"] {
        let (severity, _) = sentence(&report, &format!("{over} is over the limit"));
        assert_eq!(severity, Severity::Act);
    }
    // Boxes are most of what can be compared in size; their area grows like that of the other shapes.
    let bias = report
        .annotators
        .iter()
        .find(|row| row.rater == "reader-b")
        .and_then(|row| row.size_bias.value)
        .expect("a bias");
    assert!((bias - 0.1236).abs() < 0.01, "{bias}");
    assert!(
        sentence(&report, "reader-b draws larger than the reference")
            .1
            .contains("+11.7")
    );
    assert!(
        sentence(&report, "reader-c misses more than anyone else")
            .1
            .contains("5 units missing and 0 extra")
    );
    assert!(
        sentence(&report, "reader-e works above the band")
            .1
            .contains("59 studies a day")
    );
    let named = |name: &str| {
        report
            .findings
            .iter()
            .any(|finding| finding.sentence.starts_with(name))
    };
    assert!(!named("reader-a"), "reference quality gives no cause");
    assert!(!named("physician"), "nor do physicians");
}
