use super::{AgreementUnit, ContingencyQuestion, Sides};
use crate::domain::ComparisonKind::Peer;
use crate::domain::{Annotation, Comparison, ErrorKind, Shape, Technique, UnitScore};
use crate::store::seed::{Seed, answered, comparison, delivered, drawn, unit};
use crate::store::{Filter, StoreError};

type Cell = (String, Option<String>, Option<String>, String, String, i64);

fn cells(seed: &Seed, unit: AgreementUnit, sides: Sides, filter: &Filter) -> Vec<Cell> {
    let question = ContingencyQuestion {
        unit,
        sides,
        by_study: false,
        by_label: unit == AgreementUnit::Presence,
    };
    let rows = seed
        .store
        .contingency(seed.project, &question, filter)
        .unwrap();
    rows.into_iter()
        .map(|row| {
            (
                row.a_rater,
                row.b_rater,
                row.scope,
                row.category_a,
                row.category_b,
                row.n,
            )
        })
        .collect()
}

fn cell(
    a: &str,
    b: Option<&str>,
    scope: Option<&str>,
    category_a: &str,
    category_b: &str,
    n: i64,
) -> Cell {
    (
        a.to_owned(),
        b.map(str::to_owned),
        scope.map(str::to_owned),
        category_a.to_owned(),
        category_b.to_owned(),
        n,
    )
}

/// Zoe and Ann on one item, scored with Zoe as a: unit n joins the nth annotations of both.
fn paired(zoe: Vec<Annotation>, ann: Vec<Annotation>, units: Vec<UnitScore>) -> Seed {
    let seed = Seed::new();
    seed.import(
        &[],
        &[
            delivered("i1", "zoe", None, zoe),
            delivered("i1", "ann", None, ann),
        ],
    );
    let units = units
        .into_iter()
        .enumerate()
        .map(|(nth, unit)| UnitScore {
            a_annotation: unit
                .a_label
                .is_some()
                .then(|| seed.annotation_number("i1", "zoe", nth)),
            b_annotation: unit
                .b_label
                .is_some()
                .then(|| seed.annotation_number("i1", "ann", nth)),
            ..unit
        })
        .collect();
    seed.score("i1", vec![comparison("i1", Peer, "zoe", "ann", units)]);
    seed
}

fn classified(a: &str, b: &str) -> UnitScore {
    UnitScore {
        technique: Some(Technique::Classification),
        b_label: Some(b.to_owned()),
        error: (a != b).then_some(ErrorKind::WrongLabel),
        ..unit(a, None)
    }
}

#[test]
fn no_peers_give_no_cells() {
    let seed = Seed::new();
    use AgreementUnit::{Attribute, Classification, InstanceLabel, Ordinal, Presence};
    for unit in [Classification, Ordinal, InstanceLabel, Presence, Attribute] {
        for sides in [Sides::Pairs, Sides::EachAgainstOthers] {
            assert_eq!(cells(&seed, unit, sides, &Filter::default()), []);
        }
    }
    let pixels =
        seed.store
            .pixel_agreement(seed.project, Sides::Pairs, true, true, &Filter::default());
    assert_eq!(pixels.unwrap(), []);
}

#[test]
fn answers_are_set_against_answers_question_by_question() {
    let seed = paired(
        vec![answered("birads", "4"), answered("density", "b")],
        vec![answered("birads", "3"), answered("density", "b")],
        vec![classified("4", "3"), classified("b", "b")],
    );
    let unit = AgreementUnit::Classification;
    assert_eq!(
        cells(&seed, unit, Sides::Pairs, &Filter::default()),
        [
            cell("ann", Some("zoe"), Some("birads"), "3", "4", 1),
            cell("ann", Some("zoe"), Some("density"), "b", "b", 1)
        ],
        "the name that comes first is a, however it was scored"
    );
    let zoe = Filter {
        rater: Some("zoe".to_owned()),
        ..Filter::default()
    };
    assert_eq!(
        cells(&seed, unit, Sides::EachAgainstOthers, &zoe),
        [
            cell("zoe", None, Some("birads"), "4", "3", 1),
            cell("zoe", None, Some("density"), "b", "b", 1)
        ]
    );
    let both = cells(&seed, unit, Sides::EachAgainstOthers, &Filter::default());
    assert_eq!(both.len(), 4);
    let by_label = ContingencyQuestion {
        unit,
        sides: Sides::Pairs,
        by_study: false,
        by_label: true,
    };
    let refused = seed
        .store
        .contingency(seed.project, &by_label, &Filter::default());
    assert!(matches!(refused, Err(StoreError::FilterUnsupported { .. })));
}

#[test]
fn several_answers_are_one_category_and_an_unanswered_question_is_no_unit() {
    let one_sided = UnitScore {
        technique: Some(Technique::Classification),
        ..unit("mass", Some(ErrorKind::Missing))
    };
    let alone = UnitScore {
        ..one_sided.clone()
    };
    let seed = paired(
        vec![
            answered("finding", "cyst"),
            answered("finding", "mass"),
            answered("side", "mass"),
        ],
        vec![answered("finding", "cyst")],
        vec![classified("cyst", "cyst"), one_sided, alone],
    );
    assert_eq!(
        cells(
            &seed,
            AgreementUnit::Classification,
            Sides::Pairs,
            &Filter::default()
        ),
        [cell(
            "ann",
            Some("zoe"),
            Some("finding"),
            "cyst",
            "cyst + mass",
            1
        )]
    );
}

#[test]
fn ranks_are_categories_of_an_ordinal_question() {
    let ranked = |rank: f64| Annotation {
        shape: Shape::Ordinal {
            question: "grade".to_owned(),
            rank,
        },
        ..drawn("grade")
    };
    let score = UnitScore {
        technique: Some(Technique::Ordinal),
        a_rank: Some(2.0),
        b_rank: Some(1.5),
        ..unit("grade", None)
    };
    let seed = paired(vec![ranked(2.0)], vec![ranked(1.5)], vec![score]);
    let found = cells(
        &seed,
        AgreementUnit::Ordinal,
        Sides::Pairs,
        &Filter::default(),
    );
    assert_eq!(
        found,
        [cell("ann", Some("zoe"), Some("grade"), "1.5", "2.0", 1)]
    );
    assert_eq!(found[0].3.parse(), Ok(1.5));
}

#[test]
fn presence_counts_labels_that_neither_found_where_both_drew() {
    let seed = paired(
        vec![drawn("lesion"), drawn("lesion")],
        vec![drawn("lesion")],
        vec![
            unit("lesion", None),
            unit("lesion", Some(ErrorKind::Missing)),
        ],
    );
    let in_layer = |item: &str, rater: &str, layer: &str, annotations| {
        let mut one = delivered(item, rater, None, annotations);
        one.reading.key.layer = layer.to_owned();
        one
    };
    seed.import(
        &[],
        &[
            // Both drew; only Ann found a nodule. Both drew nothing. Both only rated. Grids that differ.
            delivered("i2", "zoe", None, vec![]),
            delivered("i2", "ann", None, vec![drawn("nodule")]),
            delivered("i3", "zoe", None, vec![]),
            delivered("i3", "ann", None, vec![]),
            in_layer("i4", "zoe", "ratings", vec![answered("q", "yes")]),
            in_layer("i4", "ann", "ratings", vec![answered("q", "yes")]),
            delivered("i5", "zoe", None, vec![]),
            delivered("i5", "ann", None, vec![]),
        ],
    );
    let peers = |item: &str, units| comparison(item, Peer, "zoe", "ann", units);
    seed.score(
        "i2",
        vec![peers("i2", vec![unit("nodule", Some(ErrorKind::Extra))])],
    );
    seed.score("i3", vec![peers("i3", vec![])]);
    seed.score("i4", vec![peers("i4", vec![classified("yes", "yes")])]);
    let refused = Comparison {
        refused: Some("grids differ".to_owned()),
        suspected: None,
        ..peers("i5", vec![])
    };
    seed.score("i5", vec![refused]);
    let found = cells(
        &seed,
        AgreementUnit::Presence,
        Sides::Pairs,
        &Filter::default(),
    );
    let zoe = Some("zoe");
    assert_eq!(
        found,
        [
            cell("ann", zoe, Some("lesion"), "absent", "absent", 2),
            cell("ann", zoe, Some("lesion"), "present", "present", 1),
            cell("ann", zoe, Some("nodule"), "absent", "absent", 2),
            cell("ann", zoe, Some("nodule"), "present", "absent", 1),
        ]
    );
}

#[test]
fn matched_instances_give_labels_and_attributes() {
    let with = |label: &str, value: &str| {
        let mut one = drawn(label);
        one.attributes.insert("margin".to_owned(), value.to_owned());
        one
    };
    let taken_for = UnitScore {
        b_label: Some("mass".to_owned()),
        ..unit("cyst", Some(ErrorKind::WrongLabel))
    };
    let seed = paired(
        vec![with("cyst", "sharp"), drawn("mass")],
        vec![with("mass", "blurred"), with("mass", "sharp")],
        vec![taken_for, unit("mass", None)],
    );
    let all = Filter::default();
    let zoe = Some("zoe");
    assert_eq!(
        cells(&seed, AgreementUnit::InstanceLabel, Sides::Pairs, &all),
        [
            cell("ann", zoe, None, "mass", "cyst", 1),
            cell("ann", zoe, None, "mass", "mass", 1)
        ]
    );
    assert_eq!(
        cells(&seed, AgreementUnit::Attribute, Sides::Pairs, &all),
        [cell("ann", zoe, Some("margin"), "blurred", "sharp", 1)]
    );
}

#[test]
fn pixels_are_summed_and_masks_of_unknown_size_counted() {
    let mask = |a: f64, b: f64, both: f64, frame: Option<f64>| UnitScore {
        technique: Some(Technique::Mask),
        a_size: Some(a),
        b_size: Some(b),
        intersection_size: Some(both),
        frame_size: frame,
        ..unit("lesion", None)
    };
    let seed = paired(
        vec![drawn("lesion"), drawn("lesion"), drawn("lesion")],
        vec![drawn("lesion"), drawn("lesion"), drawn("lesion")],
        vec![
            mask(10.0, 8.0, 6.0, Some(20.0)),
            mask(4.0, 4.0, 4.0, Some(4.0)),
            mask(1.0, 1.0, 0.0, None),
        ],
    );
    let rows = seed
        .store
        .pixel_agreement(seed.project, Sides::Pairs, false, false, &Filter::default())
        .unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    // Zoe drew 10 and 4, Ann 8 and 4; Ann's name comes first.
    assert_eq!(
        (row.a_rater.as_str(), row.n_a_only, row.n_b_only),
        ("ann", 2.0, 4.0)
    );
    assert_eq!((row.n_both, row.n_neither), (10.0, 8.0));
    assert_eq!((row.n_units, row.n_without_frame), (2, 1));
}
