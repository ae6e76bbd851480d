use super::ErrorRateRow;
use crate::domain::ComparisonKind::{Peer, Reference};
use crate::domain::{ErrorKind, ErrorUnit, ReferenceKind, Role, Stage, Technique, UnitScore};
use crate::store::seed::{Seed, comparison, delivered, item, unit};
use crate::store::{Filter, GroupBy};
use jiff::civil::{Date, date};

const DAY: Date = date(2026, 11, 20);

fn unjudged() -> UnitScore {
    UnitScore {
        not_applicable: true,
        ..unit("lesion", None)
    }
}

/// Ann: s1 wrong, s2 right and empty, s3 refused, s4 not applicable, s5 half of it. Bob: s1 right.
fn seeded() -> Seed {
    let seed = Seed::new();
    let studies = ["s1", "s1", "s2", "s3", "s4", "s5", "s5"];
    let items: Vec<_> = studies
        .iter()
        .zip(1..)
        .map(|(study, n)| item(&format!("i{n}"), study))
        .collect();
    let mut readings = Vec::new();
    for one in &items {
        readings.push(delivered(&one.key, "gold", None, vec![]));
        readings.push(delivered(&one.key, "ann", Some(DAY), vec![]));
    }
    readings.push(delivered("i1", "bob", DAY.tomorrow().ok(), vec![]));
    let mut net = delivered("i2", "net", Some(DAY), vec![]);
    net.reading.role = Role::Model;
    readings.push(net);
    seed.import(&items, &readings);

    let against_gold = |item: &str, rater: &str, units: Vec<UnitScore>| {
        comparison(item, Reference, "gold", rater, units)
    };
    let right = unit("lesion", None);
    let missing = unit("nodule", Some(ErrorKind::Missing));
    seed.score(
        "i1",
        vec![
            against_gold("i1", "ann", vec![right.clone(), missing.clone()]),
            against_gold("i1", "bob", vec![right.clone(), unit("nodule", None)]),
            comparison("i1", Peer, "ann", "bob", vec![missing.clone()]),
        ],
    );
    seed.score(
        "i2",
        vec![
            against_gold("i2", "ann", vec![right.clone()]),
            against_gold("i2", "net", vec![missing]),
        ],
    );
    seed.score("i3", vec![against_gold("i3", "ann", vec![])]);
    let mut refused = against_gold("i4", "ann", vec![]);
    refused.refused = Some("grids differ".to_owned());
    seed.score("i4", vec![refused]);
    seed.score("i5", vec![against_gold("i5", "ann", vec![unjudged()])]);
    seed.score("i6", vec![against_gold("i6", "ann", vec![unjudged()])]);
    seed.score("i7", vec![against_gold("i7", "ann", vec![right])]);
    seed
}

fn rates(seed: &Seed, unit: ErrorUnit, filter: &Filter, by: GroupBy) -> Vec<ErrorRateRow> {
    seed.store
        .error_rates(seed.project, unit, filter, by)
        .unwrap()
}

fn numbers(row: &ErrorRateRow) -> [i64; 5] {
    [
        row.numerator,
        row.denominator,
        row.n_not_applicable,
        row.n_refused,
        row.n_partly_assessed,
    ]
}

fn by_rater() -> GroupBy {
    GroupBy {
        rater: true,
        ..GroupBy::default()
    }
}

fn of_rater(rater: &str) -> Filter {
    Filter {
        rater: Some(rater.to_owned()),
        ..Filter::default()
    }
}

#[test]
fn no_comparison_gives_no_row() {
    let seed = Seed::new();
    for &unit in ErrorUnit::ALL {
        assert_eq!(rates(&seed, unit, &Filter::default(), by_rater()), []);
    }
    let kinds = seed
        .store
        .error_kinds(seed.project, &Filter::default(), by_rater());
    assert_eq!(kinds.unwrap(), []);
}

#[test]
fn each_unit_counts_what_was_assessed_and_sets_the_rest_apart() {
    let seed = seeded();
    let expected = [
        (ErrorUnit::Study, [1, 3, 1, 1, 1], [0, 1, 0, 0, 0]),
        (ErrorUnit::Item, [1, 4, 2, 1, 0], [0, 1, 0, 0, 0]),
        (ErrorUnit::Instance, [1, 4, 2, 1, 0], [0, 2, 0, 0, 0]),
    ];
    for (unit, ann, bob) in expected {
        let rows = rates(&seed, unit, &Filter::default(), by_rater());
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.group.rater.as_deref(), numbers(row)))
            .collect();
        assert_eq!(found, [(Some("ann"), ann), (Some("bob"), bob)], "{unit}");
        let whole = rates(&seed, unit, &Filter::default(), GroupBy::default());
        let sum: Vec<i64> = ann
            .iter()
            .zip(bob)
            .map(|(one, other)| one + other)
            .collect();
        assert_eq!(
            numbers(&whole[0]).to_vec(),
            sum,
            "{unit}: raters add up to the whole"
        );
        assert_eq!(whole[0].group.reference_kind, Some(ReferenceKind::Gold));
    }
}

#[test]
fn by_label_only_studies_with_that_label_are_assessed() {
    let seed = seeded();
    let by = GroupBy {
        label: true,
        ..GroupBy::default()
    };
    let rows = rates(&seed, ErrorUnit::Study, &of_rater("ann"), by);
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row.group.label.as_deref(), numbers(row)))
        .collect();
    let mut expected = vec![
        (None, [0, 0, 0, 1, 0]),
        (Some("lesion"), [0, 2, 1, 0, 1]),
        (Some("nodule"), [1, 1, 0, 0, 0]),
    ];
    let mut sorted = found.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    let only = Filter {
        label: Some("nodule".to_owned()),
        ..of_rater("ann")
    };
    let rows = rates(&seed, ErrorUnit::Study, &only, GroupBy::default());
    assert_eq!(numbers(&rows[0]), [1, 1, 0, 1, 0]);
}

#[test]
fn models_are_left_out_unless_they_are_named() {
    let seed = seeded();
    let net = rates(&seed, ErrorUnit::Item, &of_rater("net"), GroupBy::default());
    assert_eq!(numbers(&net[0]), [1, 1, 0, 0, 0]);
    let models = Filter {
        role: Some(Role::Model),
        ..Filter::default()
    };
    let rows = rates(&seed, ErrorUnit::Item, &models, by_rater());
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].group.rater.as_deref(), Some("net"));
}

#[test]
fn first_and_last_day_are_included() {
    let seed = seeded();
    let between = |from, to| Filter {
        local_day_from: from,
        local_day_to: to,
        rater: Some("bob".to_owned()),
        ..Filter::default()
    };
    let days = |from, to| rates(&seed, ErrorUnit::Item, &between(from, to), by_rater()).len();
    let bobs = DAY.tomorrow().ok();
    assert_eq!(days(bobs, bobs), 1);
    assert_eq!(days(bobs.and_then(|day| day.tomorrow().ok()), None), 0);
    assert_eq!(days(None, Some(DAY)), 0);
}

#[test]
fn every_filter_and_split_is_honoured() {
    let seed = seeded();
    let all = Filter {
        stage: Some(Stage::Annotation),
        rater: Some("ann".to_owned()),
        role: Some(Role::Annotator),
        label: Some("lesion".to_owned()),
        study: Some("s1".to_owned()),
        site: None,
        technique: Some(Technique::Box),
        reference_kind: Some(ReferenceKind::Gold),
        week: Some("2026-W47".to_owned()),
        local_day_from: Some(DAY),
        local_day_to: Some(DAY),
        kind: Some(Reference),
    };
    let by = GroupBy {
        stage: true,
        rater: true,
        rater_pair: true,
        label: true,
        technique: true,
        study: true,
        site: true,
        week: true,
    };
    for (&unit, numbers_wanted) in ErrorUnit::ALL.iter().zip([[0, 1], [0, 2], [0, 2]]) {
        let rows = rates(&seed, unit, &all, by);
        assert_eq!(rows.len(), 1, "{unit}");
        assert_eq!(
            [rows[0].numerator, rows[0].denominator],
            numbers_wanted,
            "{unit}"
        );
        let group = &rows[0].group;
        assert_eq!(group.stage, Some(Stage::Annotation));
        assert_eq!(group.a_rater.as_deref(), Some("gold"));
        assert_eq!(group.technique, Some(Technique::Box));
        assert_eq!(group.study.as_deref(), Some("s1"));
        assert_eq!(group.week.as_deref(), Some("2026-W47"));
        assert_eq!(group.site, None);
    }
    let elsewhere = [
        Filter {
            stage: Some(Stage::Training),
            ..all.clone()
        },
        Filter {
            role: Some(Role::Physician),
            ..all.clone()
        },
        Filter {
            label: Some("cyst".to_owned()),
            ..all.clone()
        },
        Filter {
            study: Some("s9".to_owned()),
            ..all.clone()
        },
        Filter {
            site: Some("x".to_owned()),
            ..all.clone()
        },
        Filter {
            technique: Some(Technique::Mask),
            ..all.clone()
        },
        Filter {
            reference_kind: Some(ReferenceKind::Consensus),
            ..all.clone()
        },
        Filter {
            week: Some("2026-W48".to_owned()),
            ..all.clone()
        },
        Filter {
            kind: Some(Peer),
            ..all.clone()
        },
    ];
    for filter in elsewhere {
        for &unit in ErrorUnit::ALL {
            assert_eq!(rates(&seed, unit, &filter, by), [], "{unit} {filter:?}");
        }
    }
}

#[test]
fn kinds_of_errors_count_references_only() {
    let seed = seeded();
    let rows = seed
        .store
        .error_kinds(seed.project, &Filter::default(), by_rater())
        .unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row.group.rater.as_deref(), row.error, row.n))
        .collect();
    assert_eq!(found, [(Some("ann"), ErrorKind::Missing, 1)]);
}
