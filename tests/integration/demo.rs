//! The demo programme from import to gate and report, against the generator's account (`examples/truth.json`) and
//! against what independent tools measure in the same files (`tests/oracles/demo`).

use concord::agreement::{Coefficient, Scale};
use concord::analytics::{agreement_figures, error_figures, overlap_figures, throughput};
use concord::domain::{ErrorKind, ErrorUnit, IngestOptions, Status, Technique};
use concord::pipeline::{
    AgreementRequest, LotRequest, Programme, Silent, agreement, calibration, import_programme,
    judge, render_report,
};
use concord::reports::model::{CalibrationReport, Severity};
use concord::store::{
    AgreementUnit, ContingencyQuestion, Filter, Group, GroupBy, OverlapMetric, Sides, Store,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn project_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn json(name: &str) -> Value {
    let path = project_file(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).expect("sound JSON")
}

fn expected() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| json("tests/oracles/demo/expected.json"))
}

fn truth() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| json("examples/truth.json"))
}

struct Demo {
    store: Store,
    programme: Programme,
}

fn import() -> Demo {
    let store = Store::in_memory().expect("a database in memory");
    let manifest = project_file("examples/manifest.toml");
    let programme =
        import_programme(&store, "demo", &manifest, &Silent).expect("the demo's own exports");
    Demo { store, programme }
}

/// The programme, imported once for all tests that only read it.
fn demo() -> &'static Demo {
    static IMPORTED: OnceLock<Demo> = OnceLock::new();
    IMPORTED.get_or_init(import)
}

impl Demo {
    fn errors(&self, by: GroupBy) -> Vec<concord::analytics::ErrorFigure> {
        let project = &self.programme.project;
        let filter = Filter::default();
        error_figures(
            &self.store,
            project.id,
            &project.protocol,
            ErrorUnit::Study,
            &filter,
            by,
        )
        .expect("error figures")
    }

    fn report(&self, week: &str) -> CalibrationReport {
        calibration(&self.store, &self.programme.project, week).expect("a report")
    }
}

/// `stage/kind/…` as the oracle names its rows.
fn key(group: &Group, rest: &[&Option<String>]) -> String {
    let mut parts = vec![
        group.stage.expect("split by stage").to_string(),
        group.reference_kind.expect("a reference").to_string(),
    ];
    parts.extend(
        rest.iter()
            .map(|part| part.as_deref().expect("a value").to_owned()),
    );
    parts.join("/")
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

/// The oracle rounds to six decimals.
fn near(found: f64, wanted: &Value, tolerance: f64, what: &str) {
    let wanted = number(wanted);
    assert!(
        (found - wanted).abs() <= tolerance,
        "{what}: {found} instead of {wanted}"
    );
}

#[test]
fn every_record_of_every_export_is_read() {
    let programme = &demo().programme;
    let records = &expected()["n_records"];
    let n = |name: &str| records[name].as_u64().expect("a count");
    // Two spine points of every CVAT skeleton and COCO person stand within one annotation; ratings of severity
    // are counted by the oracle apart from findings.
    let (_, severities) = demo_severities();
    assert_eq!(
        programme.n_annotations,
        n("coco") + n("cvat") + n("label_studio") + n("ratings") + n("segmentations") + severities
    );
    assert_eq!((programme.n_skipped, programme.n_already_imported), (0, 0));
    assert_eq!(
        programme.n_images,
        36 + 9,
        "a picture a calibration film and volume"
    );
}

/// Films and rows of the severity table.
fn demo_severities() -> (usize, u64) {
    let text = std::fs::read_to_string(project_file("examples/csv/severity.csv")).expect("a table");
    let mut films: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    let n_rows = films.len() as u64;
    films.sort_unstable();
    films.dedup();
    (films.len(), n_rows)
}

#[test]
fn error_rates_are_those_of_the_independent_count_in_every_split() {
    let by_stage = GroupBy {
        stage: true,
        ..GroupBy::default()
    };
    type Name = fn(&Group) -> String;
    let splits: [(&str, GroupBy, Name); 5] = [
        ("error_rate_by_stage", by_stage, |group| key(group, &[])),
        (
            "error_rate_by_rater",
            GroupBy {
                rater: true,
                ..by_stage
            },
            |group| key(group, &[&group.rater]),
        ),
        (
            "error_rate_by_week",
            GroupBy {
                week: true,
                ..by_stage
            },
            |group| key(group, &[&group.week]),
        ),
        (
            "error_rate_by_site",
            GroupBy {
                site: true,
                ..by_stage
            },
            |group| key(group, &[&group.site]),
        ),
        (
            "error_rate_by_rater_and_week",
            GroupBy {
                rater: true,
                week: true,
                ..by_stage
            },
            |group| key(group, &[&group.rater, &group.week]),
        ),
    ];
    for (name, by, key) in splits {
        let rows = expected()[name].as_object().expect("rows by key");
        let figures = demo().errors(by);
        let found: Vec<String> = figures.iter().map(|figure| key(&figure.group)).collect();
        let mut sorted = found.clone();
        sorted.sort();
        let wanted: Vec<&String> = rows.keys().collect();
        assert_eq!(sorted.iter().collect::<Vec<_>>(), wanted, "{name}");
        for (key, figure) in found.iter().zip(&figures) {
            let row = &rows[key];
            assert_eq!(
                (Some(figure.n_errors), Some(figure.n_assessed)),
                (row["n_errors"].as_u64(), row["n"].as_u64()),
                "{name} {key}"
            );
            assert_eq!(
                (figure.n_not_applicable, figure.n_refused),
                (0, 0),
                "{name} {key}"
            );
            let verdict = figure.verdict.as_ref().expect("a stage has a limit");
            assert_eq!(verdict.status.as_str(), row["status"], "{name} {key}");
            near(
                verdict.lower_one_sided.expect("a bound"),
                &row["lower"],
                1e-6,
                key,
            );
            near(
                verdict.upper_one_sided.expect("a bound"),
                &row["upper"],
                1e-6,
                key,
            );
        }
    }
}

#[test]
fn every_error_has_the_kind_that_the_independent_count_gives_it() {
    let by = GroupBy {
        stage: true,
        rater: true,
        technique: true,
        ..GroupBy::default()
    };
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for row in demo()
        .store
        .error_kinds(demo().programme.project.id, &Filter::default(), by)
        .expect("kinds")
    {
        let technique = row.group.technique.expect("split by technique");
        let kind = match (row.error, technique) {
            (ErrorKind::WrongLabel, Technique::Classification) => "wrong_finding",
            (ErrorKind::OutOfTolerance, Technique::Ordinal) => "wrong_severity",
            (ErrorKind::OutOfTolerance, Technique::Keypoints) => "landmarks_out_of_tolerance",
            (ErrorKind::OutOfTolerance, Technique::VolumeMask) => "volume_out_of_tolerance",
            (kind, Technique::Box | Technique::Polygon) => kind.as_str(),
            (kind, technique) => panic!("{kind} of {technique}"),
        };
        let name = format!("{}/{kind}", key(&row.group, &[&row.group.rater]));
        *found.entry(name).or_default() += u64::try_from(row.n).expect("a count");
    }
    let wanted: BTreeMap<String, u64> = expected()["errors_by_kind"]
        .as_object()
        .expect("kinds")
        .iter()
        .map(|(name, n)| (name.clone(), n.as_u64().expect("a count")))
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_reader_who_draws_too_large_is_found_out_by_how_much() {
    let by = GroupBy {
        rater: true,
        technique: true,
        label: true,
        ..GroupBy::default()
    };
    let figures = overlap_figures(
        &demo().store,
        demo().programme.project.id,
        &[OverlapMetric::RelativeSizeDifference],
        &Filter {
            kind: Some(concord::domain::ComparisonKind::Reference),
            ..Filter::default()
        },
        by,
        0.95,
    )
    .expect("figures");
    let of = |rater: &str, label: &str| {
        figures
            .iter()
            .find(|figure| {
                figure.group.rater.as_deref() == Some(rater)
                    && figure.group.label.as_deref() == Some(label)
            })
            .unwrap_or_else(|| panic!("{rater} {label}"))
    };
    for (rater, mean) in expected()["ct"]["mean_relative_volume_difference"]
        .as_object()
        .expect("means")
    {
        let figure = of(rater, "lesion");
        assert_eq!(figure.n, 9, "{rater}");
        near(figure.mean.expect("a mean"), mean, 1e-9, rater);
    }
    // Exports round coordinates to hundredths of a pixel, which moves an area by less than a tenth of a per cent.
    for rater in ["reader-a", "reader-b", "reader-c"] {
        let drawn = &truth()["opacity_area"][rater];
        let figure = of(rater, "opacity");
        assert_eq!(Some(figure.n), drawn["n"].as_u64(), "{rater}");
        near(
            figure.mean.expect("a mean"),
            &drawn["mean_relative_difference"],
            1e-3,
            rater,
        );
    }
    let bias = of("reader-b", "opacity");
    let interval = bias.interval.expect("many studies");
    assert!(
        interval.lower > 0.11 && interval.upper < 0.14,
        "{interval:?}"
    );
    for rater in ["reader-a", "reader-c"] {
        let interval = of(rater, "opacity").interval.expect("many studies");
        assert!(
            interval.lower > -0.01 && interval.upper < 0.01,
            "{rater} {interval:?}"
        );
    }
}

#[test]
fn every_volume_has_the_dice_and_surface_distance_of_independent_tools() {
    let Demo { store, programme } = demo();
    let mut n = 0;
    for (rater, items) in expected()["ct"]["of_volume"].as_object().expect("raters") {
        for (item, wanted) in items.as_object().expect("items") {
            let id = store.item_id(programme.project.id, item).expect("an item");
            let units = store
                .units_of_item(programme.project.id, id)
                .expect("units");
            let unit = units
                .iter()
                .find(|unit| unit.reference_kind.is_some() && unit.b_rater == *rater)
                .unwrap_or_else(|| panic!("{item} {rater}"));
            let score = &unit.score;
            let what = format!("{item} {rater}");
            near(
                score.a_size.expect("a size"),
                &wanted["n_gold_voxels"],
                0.0,
                &what,
            );
            near(
                score.b_size.expect("a size"),
                &wanted["n_voxels"],
                0.0,
                &what,
            );
            near(
                score.intersection_size.expect("a size"),
                &wanted["n_intersection"],
                0.0,
                &what,
            );
            near(score.dice.expect("dice"), &wanted["dice"], 1e-9, &what);
            near(
                score.assd.expect("a distance"),
                &wanted["assd_mm"],
                1e-6,
                &what,
            );
            near(
                score.relative_size_difference.expect("a difference"),
                &wanted["relative_volume_difference"],
                1e-9,
                &what,
            );
            n += 1;
        }
    }
    assert_eq!(n, 45);
}

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
fn studies_per_day_are_those_of_the_truth() {
    let Demo { store, programme } = demo();
    let project = &programme.project;
    let (days, summaries) =
        throughput(store, project.id, &project.protocol, &Filter::default()).expect("days");
    let mut found: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for day in &days {
        if day.rater.starts_with("clinician") || day.rater == "panel" {
            continue;
        }
        assert_eq!(day.n_rework, 0);
        // A landmarks export has no times; its films are dated by the other layers.
        if day.day.is_none() {
            assert_eq!(day.n_studies, 0, "{} {}", day.stage, day.rater);
            continue;
        }
        found
            .entry(format!("{}/{}", day.stage, day.rater))
            .or_default()
            .insert(day.day.expect("a dated reading").to_string(), day.n_studies);
    }
    let wanted: BTreeMap<String, BTreeMap<String, u64>> =
        serde_json::from_value(expected()["studies_per_day"].clone()).expect("days");
    assert_eq!(found, wanted);
    for (stage, raters) in truth()["studies_per_day"].as_object().expect("stages") {
        for (rater, days) in raters.as_object().expect("raters") {
            let days: BTreeMap<String, u64> = serde_json::from_value(days.clone()).expect("days");
            assert_eq!(found[&format!("{stage}/{rater}")], days, "{stage} {rater}");
        }
    }
    for (name, share) in expected()["share_of_days_in_band"]
        .as_object()
        .expect("shares")
    {
        let Some((stage, rater)) = name.split_once('/') else {
            continue;
        };
        let summary = summaries
            .iter()
            .find(|summary| summary.rater == rater && summary.stage.as_str() == stage)
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(
            (Some(summary.band.n_within), Some(summary.n_days)),
            (share["n_in_band"].as_u64(), share["n_days"].as_u64()),
            "{name}"
        );
    }
    let fast = summaries
        .iter()
        .find(|summary| summary.rater == "reader-e" && summary.stage.as_str() == "annotation")
        .expect("a summary");
    assert_eq!(fast.band.n_above, 13, "above the band on every day");
}

#[test]
fn kappa_of_every_pair_is_that_of_scikit_learn() {
    let Demo { store, programme } = demo();
    let question = ContingencyQuestion {
        unit: AgreementUnit::Classification,
        sides: Sides::Pairs,
        by_study: false,
        by_label: false,
    };
    // Training films are read by all five as well; the oracle speaks of calibration films.
    let filter = Filter {
        stage: Some(concord::domain::Stage::Annotation),
        ..Filter::default()
    };
    let figures =
        agreement_figures(store, programme.project.id, &question, &filter, 0.95).expect("figures");
    let wanted = expected()["agreement"]["finding_cohen_kappa"]
        .as_object()
        .expect("pairs");
    assert_eq!(figures.len(), wanted.len());
    for figure in &figures {
        let b = figure.group.b_rater.clone().expect("a pair");
        let name = format!("{}/{b}", figure.group.a_rater);
        let kappa = figure.coefficient("cohen_kappa", None).expect("κ");
        assert_eq!(Some(kappa.n), expected()["agreement"]["n_films"].as_u64());
        near(kappa.value.expect("defined"), &wanted[&name], 1e-9, &name);
    }
}

/// Lines of a table that hold for `keep`, as a file of its own.
fn part(tables: &[&str], keep: impl Fn(&[&str]) -> bool) -> tempfile::NamedTempFile {
    let mut text = String::new();
    for table in tables {
        let whole = std::fs::read_to_string(project_file(table)).expect("a table");
        for (number, line) in whole.lines().enumerate() {
            let cells: Vec<&str> = line.split(',').collect();
            if (number == 0 && text.is_empty()) || (number > 0 && keep(&cells)) {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let file = tempfile::Builder::new()
        .suffix(".csv")
        .tempfile()
        .expect("a file");
    std::fs::write(file.path(), text).expect("written");
    file
}

fn coefficients(file: &Path, scale: Scale) -> (usize, Vec<Coefficient>) {
    let request = AgreementRequest {
        options: IngestOptions::default(),
        scale,
        categories: None,
        level: 0.95,
        n_resamples: 50,
        seed: 1,
    };
    let (report, _) = agreement(file, &request).expect("coefficients");
    (report.n_units, report.coefficients)
}

#[test]
fn coefficients_of_many_raters_are_those_of_statsmodels_and_krippendorff() {
    let wanted = &expected()["agreement"];
    let severity =
        std::fs::read_to_string(project_file("examples/csv/severity.csv")).expect("a table");
    let films: std::collections::BTreeSet<&str> = severity
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    let reader = |cells: &[&str]| cells[1].starts_with("reader-") && films.contains(cells[0]);
    let weeks = [
        "examples/csv/2026-W45-findings.csv",
        "examples/csv/2026-W46-findings.csv",
        "examples/csv/2026-W47-findings.csv",
    ];
    let value = |found: &[Coefficient], name: &str| {
        found
            .iter()
            .find(|coefficient| coefficient.name == name)
            .and_then(|coefficient| coefficient.value)
            .unwrap_or_else(|| panic!("{name}"))
    };
    let (n_units, found) = coefficients(part(&weeks, reader).path(), Scale::Nominal);
    assert_eq!(Some(n_units as u64), wanted["n_films"].as_u64());
    near(
        value(&found, "fleiss_kappa"),
        &wanted["finding_fleiss_kappa"],
        1e-9,
        "Fleiss",
    );
    near(
        value(&found, "krippendorff_alpha"),
        &wanted["finding_krippendorff_alpha_nominal"],
        1e-9,
        "α",
    );
    let (_, found) = coefficients(
        part(&["examples/csv/severity.csv"], reader).path(),
        Scale::Ordinal,
    );
    near(
        value(&found, "krippendorff_alpha"),
        &wanted["severity_krippendorff_alpha_ordinal"],
        1e-9,
        "ordinal α",
    );
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

#[test]
fn the_gate_says_what_the_readme_promises() {
    let Demo { store, programme } = demo();
    let request = LotRequest {
        studies: None,
        evaluated_on: Some("2026-11-23".to_owned()),
    };
    let evidence = judge(store, &programme.project, &programme.policy, &request).expect("a record");
    assert_eq!(evidence.status, Status::Fail);
    assert_eq!(
        Some(evidence.lot.n_studies),
        expected()["n_studies"].as_u64()
    );
    let found: Vec<(&str, &str, Option<u64>, Option<u64>)> = evidence
        .checks
        .iter()
        .map(|check| {
            (
                check.name.as_str(),
                check.status.as_str(),
                check.numerator,
                check.denominator,
            )
        })
        .collect();
    let band = &expected()["share_of_days_in_band"]["annotation"];
    assert_eq!(
        found[..4],
        [
            ("error_rate.training", "pass", Some(0), Some(440)),
            ("error_rate.annotation", "fail", Some(73), Some(1440)),
            (
                "error_rate.verification",
                "insufficient_evidence",
                Some(0),
                Some(40)
            ),
            (
                "throughput_band.annotation",
                "fail",
                band["n_in_band"].as_u64(),
                band["n_days"].as_u64()
            ),
        ]
    );
    assert_eq!(
        (found[4].0, found[4].1),
        ("open_invalid_annotations", "pass")
    );
    assert_eq!((found[5].0, found[5].1), ("site_diversity", "pass"));
    for check in &evidence.checks[..3] {
        let stage = check.stage.expect("a stage");
        let every: Vec<(String, u64, u64)> = check
            .by_reference
            .iter()
            .map(|of| (of.status.to_string(), of.numerator, of.denominator))
            .collect();
        for of in &check.by_reference {
            let row = &expected()["error_rate_by_stage"][format!("{stage}/{}", of.reference)];
            assert_eq!(
                (Some(of.numerator), Some(of.denominator)),
                (row["n_errors"].as_u64(), row["n"].as_u64()),
                "{stage} {every:?}"
            );
            assert_eq!(
                of.status.as_str(),
                row["status"],
                "{stage} {}",
                of.reference
            );
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes_of_evidence_and_report() {
    let again = import();
    let request = LotRequest {
        studies: None,
        evaluated_on: Some("2026-11-23".to_owned()),
    };
    let outcome = |run: &Demo| {
        let Demo { store, programme } = run;
        let evidence =
            judge(store, &programme.project, &programme.policy, &request).expect("a record");
        let reports = ["2026-W47", "all"].map(|week| {
            let mut report = run.report(week);
            report.generated_on = "2026-11-23".to_owned();
            ["json", "md", "html"].map(|kind| render_report(&report, kind).expect("rendered"))
        });
        (evidence.to_json(), reports)
    };
    let (first, second) = (outcome(demo()), outcome(&again));
    assert_eq!(first.0, second.0);
    for (first, second) in first.1.iter().flatten().zip(second.1.iter().flatten()) {
        assert!(first == second, "{}", first_difference(first, second));
    }
}

fn first_difference(first: &str, second: &str) -> String {
    let different = first.lines().zip(second.lines()).find(|(a, b)| a != b);
    let cut = |line: &str| line.chars().take(300).collect::<String>();
    different.map_or("one is longer".to_owned(), |(a, b)| {
        format!("{}\n{}", cut(a), cut(b))
    })
}

/// The generator stands beside this test's own binary; `cargo test` builds it, `cargo test --test` alone does not.
fn generator() -> Option<PathBuf> {
    let test = std::env::current_exe().expect("this binary");
    let binary = test.parent()?.parent()?.join("examples/generate");
    if binary.is_file() {
        return Some(binary);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "the examples were not built: run `cargo test`, or `cargo build --examples` first"
    );
    println!("skipped: {} is not built", binary.display());
    None
}

fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("below")
                    .display()
                    .to_string();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

#[test]
fn the_generator_writes_the_examples_again_byte_for_byte() {
    let Some(binary) = generator() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let status = std::process::Command::new(binary)
        .arg(folder.path())
        .status()
        .expect("it runs");
    assert!(status.success());
    let made = files_below(folder.path());
    let mut kept = files_below(&project_file("examples"));
    kept.retain(|name, _| {
        !name.starts_with("generate") && made.contains_key(name) || {
            name.split('/').count() > 1 && !name.starts_with("generate")
        }
    });
    assert!(made.len() > 90, "{} files", made.len());
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        made.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &made {
        assert!(kept[name] == *bytes, "{name} differs");
    }
}
