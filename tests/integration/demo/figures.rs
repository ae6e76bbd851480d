//! Records, error rates, sizes, volumes and days.

use super::{Demo, demo, expected, key, near, project_file, truth};
use concord::analytics::{overlap_figures, throughput};
use concord::domain::{ComparisonKind, ErrorKind, Technique};
use concord::store::{Filter, Group, GroupBy, OverlapMetric};
use std::collections::BTreeMap;

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
            kind: Some(ComparisonKind::Reference),
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
