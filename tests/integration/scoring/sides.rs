//! Who is compared with whom: references in their precedence, peers, sessions, layers, models.

use super::cases::{Given, annotation, box_shape, category, given, item, score};
use concord::domain::{
    Comparison, ComparisonKind, ErrorKind, Protocol, ReadingState, ReferenceKind, Role, Stage,
};

fn drawn(rater: &str, stage: Stage) -> Given {
    let shape = box_shape(0.0, 0.0, 100.0, 100.0);
    given(rater, stage, vec![annotation(rater, "nodule", shape)])
}

fn reference(rater: &str, kind: ReferenceKind) -> Given {
    let stage = match kind {
        ReferenceKind::Verification => Stage::Verification,
        _ => Stage::Training,
    };
    let mut given = drawn(rater, stage);
    given.reading.reference = Some(kind);
    given.reading.role = Role::Physician;
    given
}

fn told(readings: &[Given]) -> Vec<String> {
    let found = score(&Protocol::default(), &item(None), readings);
    let mut lines: Vec<String> = found.iter().map(line).collect();
    lines.sort();
    lines
}

fn line(found: &Comparison) -> String {
    let kind = found
        .reference_kind
        .map_or("peer".to_owned(), |kind| kind.to_string());
    format!(
        "{kind}: {} – {} at {}",
        found.a_rater, found.b_rater, found.stage
    )
}

#[test]
fn the_highest_kind_of_reference_speaks_alone() {
    let candidate = || drawn("reader", Stage::Annotation);
    let all = [
        reference("panel", ReferenceKind::Adjudicated),
        reference("gold", ReferenceKind::Gold),
        reference("physician", ReferenceKind::Verification),
        reference("fused", ReferenceKind::Consensus),
    ];
    for (highest, wanted) in [
        "adjudicated: panel",
        "gold: gold",
        "verification: physician",
        "consensus: fused",
    ]
    .into_iter()
    .enumerate()
    {
        let mut readings = vec![candidate()];
        readings.extend(all[highest..].iter().rev().cloned());
        let of_reader: Vec<String> = told(&readings)
            .into_iter()
            .filter(|line| line.contains("– reader"))
            .collect();
        assert_eq!(of_reader, [format!("{wanted} – reader at annotation")]);
    }
}

#[test]
fn a_kind_that_the_protocol_does_not_list_is_no_reference() {
    let protocol = Protocol {
        reference_precedence: vec![ReferenceKind::Gold],
        ..Protocol::default()
    };
    let readings = [
        drawn("reader", Stage::Annotation),
        reference("panel", ReferenceKind::Adjudicated),
        reference("gold", ReferenceKind::Gold),
    ];
    let lines: Vec<String> = score(&protocol, &item(None), &readings)
        .iter()
        .map(line)
        .collect();
    assert_eq!(lines, ["gold: gold – reader at annotation"]);
    assert!(score(&protocol, &item(None), &readings[..2]).is_empty());
}

#[test]
fn of_several_references_of_a_kind_the_latest_holds() {
    let mut early = reference("gold-1", ReferenceKind::Gold);
    let mut late = reference("gold-2", ReferenceKind::Gold);
    early.reading.finished_at_us = Some(1_000);
    late.reading.finished_at_us = Some(2_000);
    let reader = drawn("reader", Stage::Annotation);
    for readings in [
        [early.clone(), late.clone(), reader.clone()],
        [reader, late, early],
    ] {
        assert_eq!(told(&readings), ["gold: gold-2 – reader at annotation"]);
    }
}

#[test]
fn a_physicians_review_is_the_reference_of_annotation_and_of_nothing_else() {
    let mut physician = drawn("physician", Stage::Verification);
    physician.reading.role = Role::Physician;
    let readings = [
        drawn("reader", Stage::Annotation),
        drawn("trainee", Stage::Training),
        physician.clone(),
    ];
    assert_eq!(
        told(&readings),
        ["verification: physician – reader at annotation"]
    );
    let mut model = physician;
    model.reading.role = Role::Model;
    assert!(told(&[drawn("reader", Stage::Annotation), model]).is_empty());
}

#[test]
fn the_physician_is_held_to_the_panel() {
    let readings = [
        reference("panel", ReferenceKind::Adjudicated),
        reference("physician", ReferenceKind::Verification),
    ];
    assert_eq!(
        told(&readings),
        ["adjudicated: panel – physician at verification"]
    );
}

#[test]
fn nobody_is_their_own_reference() {
    let mut own = reference("reader", ReferenceKind::Gold);
    own.reading.key.stage = Stage::Training;
    assert!(told(&[drawn("reader", Stage::Annotation), own]).is_empty());
}

#[test]
fn peers_are_people_of_one_stage_and_session_who_are_no_reference() {
    let mut model = drawn("model", Stage::Annotation);
    model.reading.role = Role::Model;
    let mut second = drawn("d", Stage::Annotation);
    second.reading.key.session = "second".to_owned();
    let readings = [
        drawn("a", Stage::Annotation),
        drawn("b", Stage::Annotation),
        drawn("c", Stage::Training),
        second,
        model,
        reference("gold", ReferenceKind::Gold),
    ];
    let lines = told(&readings);
    let peers: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("peer"))
        .collect();
    assert_eq!(peers, ["peer: a – b at annotation"]);
    let n_against_gold = lines.len() - peers.len();
    assert_eq!(
        n_against_gold, 5,
        "a model is held to the reference like anybody: {lines:?}"
    );
}

#[test]
fn what_was_skipped_or_never_assigned_is_compared_with_nothing() {
    for state in [ReadingState::Skipped, ReadingState::NeverAssigned] {
        let mut absent = given("b", Stage::Annotation, vec![]);
        absent.reading.state = state;
        assert!(told(&[drawn("a", Stage::Annotation), absent]).is_empty());
    }
    let reviewed = given("b", Stage::Annotation, vec![]);
    assert_eq!(told(&[drawn("a", Stage::Annotation), reviewed]).len(), 1);
}

fn on_layer(mut given: Given, layer: &str) -> Given {
    given.reading.key.layer = layer.to_owned();
    given
}

#[test]
fn layers_are_one_work_and_a_layer_that_one_lacks_is_no_error() {
    let answer = |rater: &str, value: &str| {
        on_layer(
            given(rater, Stage::Annotation, vec![category("finding", value)]),
            "ratings",
        )
    };
    let errors = |readings: &[Given]| {
        let found = score(&Protocol::default(), &item(None), readings);
        assert_eq!(found.len(), 1, "one comparison over all layers");
        assert_eq!(found[0].kind, ComparisonKind::Peer);
        found[0]
            .units
            .iter()
            .map(|unit| unit.error)
            .collect::<Vec<_>>()
    };
    let [a, b] = ["a", "b"].map(|rater| drawn(rater, Stage::Annotation));
    let both = [a.clone(), answer("a", "yes"), b.clone(), answer("b", "no")];
    assert_eq!(errors(&both), [Some(ErrorKind::WrongLabel), None]);
    assert_eq!(
        errors(&[a.clone(), answer("a", "yes"), b.clone()]),
        [None],
        "b was never asked"
    );
    let empty = on_layer(given("b", Stage::Annotation, vec![]), "ratings");
    assert_eq!(
        errors(&[a.clone(), answer("a", "yes"), b, empty]),
        [Some(ErrorKind::Missing), None],
        "b was asked and did not answer"
    );
    assert!(
        told(&[a, answer("b", "no")]).is_empty(),
        "one drew, the other rated: nothing to compare"
    );
}

#[test]
fn what_is_structurally_invalid_is_reported_apart_and_not_scored() {
    let mut broken = drawn("b", Stage::Annotation);
    broken.annotations[0].invalid = Some("outside the image".to_owned());
    let found = score(
        &Protocol::default(),
        &item(None),
        &[drawn("a", Stage::Annotation), broken],
    );
    let errors: Vec<_> = found[0].units.iter().map(|unit| unit.error).collect();
    assert_eq!(errors, [Some(ErrorKind::Missing)]);
}
