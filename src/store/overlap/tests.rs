use super::{OverlapMetric, OverlapSummaryRow};
use crate::domain::ComparisonKind::{Peer, Reference};
use crate::domain::{DistanceUnit, ErrorKind, Technique, UnitScore};
use crate::store::seed::{Seed, comparison, delivered, unit};
use crate::store::{Filter, GroupBy};

fn measured(dice: f64, assd: Option<(f64, DistanceUnit)>) -> UnitScore {
    UnitScore {
        technique: Some(Technique::Mask),
        dice: Some(dice),
        assd: assd.map(|(value, _)| value),
        distance_unit: assd.map(|(_, unit)| unit),
        ..unit("lesion", None)
    }
}

fn seeded(units: Vec<UnitScore>) -> Seed {
    let seed = Seed::new();
    let readings = ["gold", "ann", "bob"].map(|rater| delivered("i1", rater, None, vec![]));
    seed.import(&[], &readings);
    seed.score(
        "i1",
        vec![
            comparison("i1", Reference, "gold", "ann", units),
            comparison("i1", Peer, "ann", "bob", vec![measured(0.5, None)]),
        ],
    );
    seed
}

fn summary(seed: &Seed, filter: &Filter, metric: OverlapMetric) -> Vec<OverlapSummaryRow> {
    let rows = seed
        .store
        .overlap_summary(seed.project, filter, GroupBy::default())
        .unwrap();
    rows.into_iter()
        .filter(|row| row.metric == metric)
        .collect()
}

fn references() -> Filter {
    Filter {
        kind: Some(Reference),
        ..Filter::default()
    }
}

#[test]
fn quantiles_interpolate_and_undefined_values_are_counted_apart() {
    let undefined = UnitScore {
        dice: None,
        undefined: Some("both_empty".to_owned()),
        ..measured(0.0, None)
    };
    let missing = UnitScore {
        technique: Some(Technique::Mask),
        undefined: Some("candidate_empty".to_owned()),
        ..unit("lesion", Some(ErrorKind::Missing))
    };
    let mut units: Vec<UnitScore> = [0.0, 0.1, 0.2, 0.3, 1.0]
        .map(|dice| measured(dice, None))
        .to_vec();
    units.extend([undefined, missing]);
    let seed = seeded(units);
    let rows = summary(&seed, &references(), OverlapMetric::Dice);
    let [row] = rows.as_slice() else {
        panic!("one row, found {rows:?}");
    };
    assert_eq!(
        (row.n, row.n_undefined),
        (5, 1),
        "a missing instance has no overlap"
    );
    assert_eq!(row.measure.unit.as_deref(), Some("ratio"));
    let close = |found: Option<f64>, wanted: f64| (found.unwrap() - wanted).abs() < 1e-12;
    assert!(close(row.mean, 0.32));
    assert!(close(row.min, 0.0) && close(row.max, 1.0));
    assert!(close(row.q1, 0.1) && close(row.median, 0.2) && close(row.q3, 0.3));
    // Type 7: position 0.05 × 4 = 0.2 between 0.0 and 0.1; 0.95 × 4 = 3.8 between 0.3 and 1.0.
    assert!(close(row.p05, 0.02) && close(row.p95, 0.86));
}

#[test]
fn millimetres_and_pixels_are_never_put_together() {
    let seed = seeded(vec![
        measured(0.9, Some((1.0, DistanceUnit::Mm))),
        measured(0.9, Some((10.0, DistanceUnit::Px))),
    ]);
    let rows = summary(&seed, &references(), OverlapMetric::Assd);
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row.measure.unit.as_deref(), row.n, row.mean))
        .collect();
    assert_eq!(
        found,
        [(Some("mm"), 1, Some(1.0)), (Some("px"), 1, Some(10.0))]
    );
}

#[test]
fn a_peer_comparison_counts_for_both_raters_and_once_for_the_pair() {
    let seed = seeded(vec![]);
    let values = |by: GroupBy, filter: &Filter| -> Vec<(Option<String>, Option<String>)> {
        let rows = seed
            .store
            .overlap_values(seed.project, OverlapMetric::Dice, filter, by)
            .unwrap();
        assert!(rows.iter().all(|row| row.value == 0.5 && row.study == "i1"));
        rows.into_iter()
            .map(|row| (row.group.a_rater, row.group.rater))
            .collect()
    };
    let name = |text: &str| Some(text.to_owned());
    let by_rater = GroupBy {
        rater: true,
        ..GroupBy::default()
    };
    let all = Filter::default();
    assert_eq!(
        values(by_rater, &all),
        [(None, name("ann")), (None, name("bob"))]
    );
    let ann = Filter {
        rater: name("ann"),
        ..Filter::default()
    };
    assert_eq!(values(by_rater, &ann), [(None, name("ann"))]);
    let by_pair = GroupBy {
        rater_pair: true,
        ..GroupBy::default()
    };
    assert_eq!(values(by_pair, &all), [(name("ann"), name("bob"))]);
    assert_eq!(values(GroupBy::default(), &all), [(None, None)]);
}

#[test]
fn bias_is_positive_where_the_candidate_draws_larger() {
    let sized = |relative: Option<f64>| UnitScore {
        a_size: Some(10.0),
        b_size: Some(12.0),
        relative_size_difference: relative,
        ..measured(0.9, None)
    };
    let seed = seeded(vec![
        sized(Some(0.2)),
        sized(Some(0.4)),
        sized(None),
        measured(0.1, None),
    ]);
    let rows = seed
        .store
        .size_bias(seed.project, &Filter::default(), GroupBy::default())
        .unwrap();
    assert_eq!((rows[0].n, rows[0].n_undefined), (2, 1));
    assert!((rows[0].mean.unwrap() - 0.3).abs() < 1e-12);
    assert!((rows[0].median.unwrap() - 0.3).abs() < 1e-12);
    let empty = Seed::new();
    let none = empty
        .store
        .size_bias(empty.project, &Filter::default(), GroupBy::default());
    assert_eq!(none.unwrap(), []);
    let none = empty
        .store
        .overlap_summary(empty.project, &Filter::default(), GroupBy::default());
    assert_eq!(none.unwrap(), []);
}

#[test]
fn equal_data_give_an_equal_mean_to_the_last_bit() {
    let seed = seeded(vec![measured(0.5, None)]);
    // Values whose sum depends on the order of addition, in more blocks of rows than threads take at once.
    let rows = "INSERT INTO unit (comparison_id, unit_no, project_id, item_id, technique, not_applicable, dice)
        SELECT 1, n, 1, 1, 'mask', FALSE, pow(((n * 7919) % 1000003 + 0.1) / 1000003, 9)
        FROM range(1, 1500000) AS t (n)";
    seed.store.writer().execute_batch(rows).unwrap();
    let mean = || {
        summary(&seed, &references(), OverlapMetric::Dice)[0]
            .mean
            .unwrap()
            .to_bits()
    };
    let first = mean();
    for _ in 0..4 {
        assert_eq!(mean(), first);
    }
}
