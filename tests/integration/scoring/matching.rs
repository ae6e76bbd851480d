//! What meets what, and the one kind of error that each unit has.

use super::cases::{
    annotation, box_shape, compare, item, one_to_one, rectangle, square, square_mask,
};
use super::{OUT, RIGHT, kinds};
use concord::domain::{Annotation, ErrorKind, LabelRule, Protocol, Shape, Technique, Tolerance};
use proptest::prelude::*;

fn stated(mut of: Annotation, name: &str, value: &str) -> Annotation {
    of.attributes.insert(name.to_owned(), value.to_owned());
    of
}

#[test]
fn a_unit_has_one_kind_of_error_the_first_that_applies() {
    let mut protocol = Protocol::default();
    for label in ["nodule", "opacity"] {
        let rule = LabelRule {
            required_attributes: vec!["side".to_owned()],
            ..LabelRule::default()
        };
        protocol.labels.insert(label.to_owned(), rule);
    }
    let reference = || {
        let shape = box_shape(100.0, 100.0, 200.0, 200.0);
        stated(annotation("r", "nodule", shape), "side", "left")
    };
    let candidate = |label: &str, off: f64, side: Option<&str>| {
        let shape = box_shape(100.0 + off, 100.0, 200.0, 200.0);
        let drawn = stated(annotation("c", label, shape), "certainty", "low");
        match side {
            Some(side) => stated(drawn, "side", side),
            None => drawn,
        }
    };
    let kind = |candidate| kinds(&one_to_one(&protocol, &item(None), reference(), candidate));
    for (label, off, side, wanted) in [
        ("nodule", 0.0, Some("left"), None),
        (
            "nodule",
            0.0,
            Some("right"),
            Some(ErrorKind::WrongAttribute),
        ),
        ("nodule", 0.0, None, Some(ErrorKind::WrongAttribute)),
        (
            "nodule",
            9.0,
            Some("right"),
            Some(ErrorKind::OutOfTolerance),
        ),
        ("opacity", 9.0, Some("right"), Some(ErrorKind::WrongLabel)),
        ("opacity", 0.0, Some("left"), Some(ErrorKind::WrongLabel)),
    ] {
        assert_eq!(
            kind(candidate(label, off, side)),
            [wanted],
            "{label} {off} {side:?}"
        );
    }
    assert_eq!(
        kind(candidate("nodule", 60.0, Some("left"))),
        [Some(ErrorKind::Missing), Some(ErrorKind::Extra)],
        "below an IoU of 0.5 the two are not the same thing"
    );
}

#[test]
fn an_alias_is_the_same_label_and_a_tolerance_may_hang_on_it() {
    let mut protocol = Protocol::default();
    let rule = LabelRule {
        aliases: vec!["Knoten".to_owned()],
        tolerance: Some(Tolerance {
            box_edge_px: 1.0,
            ..Default::default()
        }),
        ..LabelRule::default()
    };
    protocol.labels.insert("nodule".to_owned(), rule);
    let drawn = |label: &str, x1| annotation("x", label, box_shape(0.0, 0.0, x1, 100.0));
    let kind = |x1| {
        let units = one_to_one(
            &protocol,
            &item(None),
            drawn("nodule", 100.0),
            drawn("Knoten", x1),
        );
        kinds(&units)
    };
    assert_eq!((kind(101.0), kind(101.5)), (vec![RIGHT], vec![OUT]));
}

fn matched(
    reference: Vec<Annotation>,
    candidate: Vec<Annotation>,
) -> Vec<(Option<usize>, Option<usize>)> {
    let found = compare(&Protocol::default(), &item(None), reference, candidate);
    let units = found.expect("comparable").units;
    units
        .iter()
        .map(|unit| (unit.a_annotation, unit.b_annotation))
        .collect()
}

#[test]
fn the_matching_with_the_largest_total_is_taken_not_the_best_pair_first() {
    let bar = |id: &str, x0: f64| annotation(id, "nodule", box_shape(x0, 0.0, x0 + 100.0, 10.0));
    // IoU: r1–c1 90/110, r1–c2 70/130, r2–c1 70/130. The best pair alone would leave r2 and c2 over.
    let found = matched(
        vec![bar("r1", 0.0), bar("r2", 40.0)],
        vec![bar("c1", 10.0), bar("c2", -30.0)],
    );
    assert_eq!(found, [(Some(0), Some(101)), (Some(1), Some(100))]);
}

#[test]
fn an_overlap_of_exactly_the_least_is_enough() {
    let bar = |id: &str, length: f64| annotation(id, "nodule", box_shape(0.0, 0.0, length, 10.0));
    let n_units = |length| matched(vec![bar("r", 100.0)], vec![bar("c", length)]).len();
    assert_eq!(
        (n_units(50.0), n_units(49.9)),
        (1, 2),
        "an IoU of 0.5, and of 0.499"
    );
}

#[test]
fn equal_labels_meet_first_and_what_is_left_meets_as_a_wrong_label() {
    let drawn = |id: &str, label: &str, x0: f64| {
        annotation(id, label, box_shape(x0, 0.0, x0 + 100.0, 100.0))
    };
    let found = compare(
        &Protocol::default(),
        &item(None),
        vec![drawn("r1", "nodule", 0.0), drawn("r2", "opacity", 20.0)],
        vec![drawn("c1", "opacity", 1.0), drawn("c2", "cyst", 22.0)],
    )
    .expect("comparable");
    let told: Vec<_> = found
        .units
        .iter()
        .map(|unit| (unit.a_annotation, unit.b_annotation, unit.error))
        .collect();
    assert_eq!(
        told,
        [
            (Some(1), Some(100), OUT),
            (Some(0), Some(101), Some(ErrorKind::WrongLabel)),
        ],
        "the opacity goes to the opacity, though the nodule overlaps it more"
    );
}

#[test]
fn techniques_do_not_meet_but_an_outline_meets_a_mask() {
    let drawn = |shape| annotation("x", "nodule", shape);
    let units = one_to_one(
        &Protocol::default(),
        &item(None),
        drawn(square(10.0, 10.0, 20.0)),
        drawn(Shape::Mask(square_mask(10, 10, 20))),
    );
    assert_eq!(
        (kinds(&units), units[0].technique),
        (vec![RIGHT], Some(Technique::Mask))
    );
    assert_eq!(
        (units[0].dice, units[0].a_size, units[0].b_size),
        (Some(1.0), Some(400.0), Some(400.0))
    );
    let apart = compare(
        &Protocol::default(),
        &item(None),
        vec![drawn(square(10.0, 10.0, 20.0))],
        vec![drawn(box_shape(10.0, 10.0, 30.0, 30.0))],
    )
    .expect("the same layer");
    assert_eq!(
        apart
            .units
            .iter()
            .filter_map(|unit| unit.error)
            .collect::<Vec<_>>(),
        [ErrorKind::Extra, ErrorKind::Missing]
    );
}

#[test]
fn nothing_on_both_sides_is_a_correct_absence_and_on_one_side_an_error() {
    let (protocol, item) = (Protocol::default(), item(None));
    let drawn = || annotation("x", "nodule", Shape::Mask(square_mask(1, 1, 4)));
    let found = |a, b| compare(&protocol, &item, a, b).expect("comparable");
    let nothing = found(vec![], vec![]);
    assert_eq!((nothing.units.len(), nothing.refused), (0, None));
    assert_eq!(
        kinds(&found(vec![drawn()], vec![]).units),
        [Some(ErrorKind::Missing)]
    );
    assert_eq!(
        kinds(&found(vec![], vec![drawn()]).units),
        [Some(ErrorKind::Extra)]
    );
}

#[test]
fn a_map_of_a_label_meets_the_map_of_that_label_wherever_it_lies() {
    let map = |label: &str, mask| Annotation {
        semantic: true,
        ..annotation(label, label, Shape::Mask(mask))
    };
    let empty = || rectangle(64, 64, [0, 0, 0, 0]);
    let found = |a, b| {
        compare(&Protocol::default(), &item(None), a, b)
            .expect("comparable")
            .units
    };
    let apart = found(
        vec![
            map("liver", square_mask(0, 0, 8)),
            map("spleen", square_mask(40, 40, 8)),
        ],
        vec![
            map("spleen", square_mask(0, 0, 8)),
            map("liver", square_mask(40, 40, 8)),
        ],
    );
    assert_eq!(
        kinds(&apart),
        [OUT, OUT],
        "no second pass: labels do not change places"
    );
    assert!(
        apart
            .iter()
            .all(|unit| unit.dice == Some(0.0) && unit.a_label == unit.b_label)
    );

    let one_sided = found(vec![map("liver", square_mask(0, 0, 8))], vec![]);
    assert_eq!(kinds(&one_sided), [Some(ErrorKind::Missing)]);
    assert_eq!(
        (one_sided[0].dice, one_sided[0].nsd, one_sided[0].hd),
        (Some(0.0), Some(0.0), None)
    );

    let emptied = found(
        vec![map("liver", square_mask(0, 0, 8))],
        vec![map("liver", empty())],
    );
    assert_eq!(
        (kinds(&emptied), emptied[0].dice),
        (vec![Some(ErrorKind::Missing)], Some(0.0))
    );
    let invented = found(
        vec![map("liver", empty())],
        vec![map("liver", square_mask(0, 0, 8))],
    );
    assert_eq!(kinds(&invented), [Some(ErrorKind::Extra)]);
    let both = found(vec![map("liver", empty())], vec![map("liver", empty())]);
    assert_eq!((kinds(&both), both[0].dice), (vec![RIGHT], None));
    assert_eq!(both[0].undefined.as_deref(), Some("both_empty"));
}

#[test]
fn masks_on_different_grids_are_refused_with_both_sizes() {
    let drawn = |width_px, height_px| {
        let mask = rectangle(width_px, height_px, [1, 1, 5, 5]);
        vec![annotation("x", "nodule", Shape::Mask(mask))]
    };
    let found = compare(
        &Protocol::default(),
        &item(None),
        drawn(64, 48),
        drawn(65, 48),
    );
    let found = found.expect("a comparison that says why");
    let reason = found.refused.expect("refused");
    assert!(
        reason.contains("64 × 48") && reason.contains("65 × 48"),
        "{reason}"
    );
    assert!(found.units.is_empty());
}

/// Boxes on a coarse grid, so that exact ties and duplicates occur.
fn boxes() -> impl Strategy<Value = Vec<(u8, u8, u8, bool)>> {
    prop::collection::vec((0_u8..5, 0_u8..4, 1_u8..4, any::<bool>()), 0..7)
}

fn drawn(boxes: &[(u8, u8, u8, bool)], side: &str) -> Vec<Annotation> {
    let one = |(number, &(x, y, size, is_nodule)): (usize, &(u8, u8, u8, bool))| {
        let [x0, y0, side_px] = [x, y, size].map(|n| f64::from(n) * 10.0);
        let label = if is_nodule { "nodule" } else { "opacity" };
        let shape = box_shape(x0, y0, x0 + side_px, y0 + side_px);
        annotation(&format!("{side}{number}"), label, shape)
    };
    boxes.iter().enumerate().map(one).collect()
}

/// Who met whom and how it was judged, by the annotations' own names.
fn told(a: &[Annotation], b: &[Annotation]) -> Vec<String> {
    let mut protocol = Protocol::default();
    protocol.matching.min_overlap = 0.2;
    let found = compare(&protocol, &item(None), a.to_vec(), b.to_vec()).expect("one layer");
    let name = |list: &[Annotation], number: Option<usize>| {
        number.map_or("–".to_owned(), |number| {
            list[number % 100].source_id.clone()
        })
    };
    let mut lines: Vec<String> = found
        .units
        .iter()
        .map(|unit| {
            let (a, b) = (name(a, unit.a_annotation), name(b, unit.b_annotation));
            format!("{a} {b} {:?} {:?}", unit.error, unit.iou)
        })
        .collect();
    lines.sort();
    lines
}

proptest! {
    #[test]
    fn the_order_in_an_export_changes_nothing(
        (a, shuffled_a) in boxes().prop_flat_map(|a| {
            let drawn = drawn(&a, "r");
            (Just(drawn.clone()), Just(drawn).prop_shuffle())
        }),
        (b, shuffled_b) in boxes().prop_flat_map(|b| {
            let drawn = drawn(&b, "c");
            (Just(drawn.clone()), Just(drawn).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(told(&a, &b), told(&shuffled_a, &shuffled_b));
    }

    #[test]
    fn every_annotation_stands_in_exactly_one_unit(a in boxes(), b in boxes()) {
        let (a, b) = (drawn(&a, "r"), drawn(&b, "c"));
        let lines = told(&a, &b);
        for one in a.iter().chain(&b) {
            let n = lines
                .iter()
                .filter(|line| line.split(' ').take(2).any(|name| name == one.source_id))
                .count();
            prop_assert_eq!(n, 1, "{} in {:?}", one.source_id, lines);
        }
    }
}
