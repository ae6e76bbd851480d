use super::*;

fn point(name: &str, x: f64, y: f64) -> NamedPoint {
    NamedPoint {
        name: name.into(),
        x,
        y,
        z_mm: None,
        visible: None,
    }
}

fn compare(a: &[NamedPoint], b: &[NamedPoint], spacing: Option<[f64; 2]>) -> PointComparison {
    compare_points(a, b, spacing).unwrap()
}

#[test]
fn missing_and_extra_points_are_counted_apart() {
    let reference = [point("tip", 0.0, 0.0), point("base", 9.0, 9.0)];
    let candidate = [point("apex", 5.0, 5.0), point("tip", 0.0, 2.0)];
    let found = compare(&reference, &candidate, None);
    assert_eq!(
        (found.missing.clone(), found.extra.clone()),
        (vec!["base".into()], vec!["apex".into()])
    );
    assert_eq!(found.summary(Unit::Px).mean.value(), Some(2.0));
    assert_eq!(found.summary(Unit::Px).n, 1);
}

#[test]
fn distances_in_mm_use_each_spacing_and_the_depth() {
    let (mut a, mut b) = (point("tip", 0.0, 0.0), point("tip", 3.0, 4.0));
    let flat = compare(&[a.clone()], &[b.clone()], Some([0.5, 2.0]));
    assert_eq!(flat.points[0].distance_mm, Some(6.0_f64.hypot(2.0)));
    (a.z_mm, b.z_mm) = (Some(1.0), Some(4.0));
    let deep = compare(&[a.clone()], &[b.clone()], Some([0.5, 2.0]));
    assert!((deep.points[0].distance_mm.unwrap() - 7.0).abs() < 1e-12);
    a.z_mm = None;
    let half = compare(&[a], &[b], Some([0.5, 2.0]));
    assert_eq!(half.points[0].distance_mm, None);
    assert_eq!(half.distances(Unit::Mm), Err(Undefined::NotApplicable));
}

#[test]
fn without_spacing_there_is_no_distance_in_mm() {
    let found = compare(&[point("tip", 0.0, 0.0)], &[point("tip", 1.0, 0.0)], None);
    assert_eq!(
        found.pck(Unit::Mm, 0.1).unwrap(),
        Undefined::NoSpacing.into()
    );
    assert_eq!(found.pck(Unit::Px, 1.0).unwrap().value(), Some(1.0));
}

#[test]
fn a_distance_equal_to_the_tolerance_but_for_rounding_is_within() {
    // 0.1 + 0.2 is 0.30000000000000004.
    let found = compare(
        &[point("tip", 0.0, 0.0)],
        &[point("tip", 0.1 + 0.2, 0.0)],
        None,
    );
    assert_eq!(found.pck(Unit::Px, 0.3).unwrap().value(), Some(1.0));
    assert_eq!(found.pck(Unit::Px, 0.299).unwrap().value(), Some(0.0));
    assert!(found.pck(Unit::Px, -1.0).is_err());
}

#[test]
fn a_difference_in_visibility_is_no_distance() {
    let (mut a, mut b) = (point("tip", 1.0, 1.0), point("tip", 1.0, 1.0));
    (a.visible, b.visible) = (Some(true), Some(false));
    let found = compare(&[a], &[b], None);
    assert_eq!(found.visibility_disagreements, ["tip"]);
    assert_eq!(found.summary(Unit::Px).max.value(), Some(0.0));
}

#[test]
fn quantiles_interpolate_between_points() {
    let names = ["a", "b", "c", "d", "e"];
    let reference = names.map(|name| point(name, 0.0, 0.0));
    let mut candidate = reference.clone();
    for (index, point) in candidate.iter_mut().enumerate() {
        point.x = index as f64;
    }
    let summary = compare(&reference, &candidate, None).summary(Unit::Px);
    assert_eq!(
        (summary.mean.value(), summary.median.value()),
        (Some(2.0), Some(2.0))
    );
    assert!((summary.p95.value().unwrap() - 3.8).abs() < 1e-12);
    assert_eq!(summary.max.value(), Some(4.0));
}

#[test]
fn empty_sides_and_names_apart_have_their_reasons() {
    let (tip, base) = ([point("tip", 0.0, 0.0)], [point("base", 0.0, 0.0)]);
    let reason = |a: &[NamedPoint], b: &[NamedPoint]| compare(a, b, None).summary(Unit::Px).mean;
    assert_eq!(reason(&[], &[]), Undefined::BothEmpty.into());
    assert_eq!(reason(&[], &tip), Undefined::ReferenceEmpty.into());
    assert_eq!(reason(&tip, &[]), Undefined::CandidateEmpty.into());
    assert_eq!(reason(&tip, &base), Undefined::NoSharedPoints.into());
}

#[test]
fn oks_falls_with_distance_by_the_points_sigma() {
    let found = compare(&[point("tip", 0.0, 0.0)], &[point("tip", 3.0, 4.0)], None);
    let sigmas = BTreeMap::from([("tip".to_string(), 0.5)]);
    // k = 1, d² = 25, s² = 50: exp(−25 / 100).
    let value = found.oks(&sigmas, 50.0).unwrap().value().unwrap();
    assert!((value - (-0.25_f64).exp()).abs() < 1e-15);
    assert!(found.oks(&sigmas, 0.0).is_err());
    let none = found.oks(&BTreeMap::new(), 50.0);
    assert_eq!(none, Err(MetricError::NoSigma { name: "tip".into() }));
}

#[test]
fn a_name_given_twice_or_a_broken_coordinate_is_misuse() {
    let twice = [point("tip", 0.0, 0.0), point("tip", 1.0, 1.0)];
    assert!(matches!(
        compare_points(&twice, &[], None),
        Err(MetricError::RepeatedPoint { .. })
    ));
    let broken = [point("tip", f64::NAN, 0.0)];
    assert!(compare_points(&broken, &[], None).is_err());
    assert!(compare_points(&[], &[], Some([0.0, 1.0])).is_err());
}

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    reference: Vec<[f64; 2]>,
    candidate: Vec<[f64; 2]>,
    area: f64,
    sigmas: Vec<f64>,
    oks: f64,
}

#[test]
fn oks_agrees_with_pycocotools() {
    let text = include_str!("../../../tests/oracles/overlap/keypoints.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    assert_eq!(oracle.cases.len(), 60);
    for case in &oracle.cases {
        let named = |points: &[[f64; 2]]| -> Vec<NamedPoint> {
            let points = points.iter().enumerate();
            points
                .map(|(index, [x, y])| point(&index.to_string(), *x, *y))
                .collect()
        };
        let found = compare(&named(&case.reference), &named(&case.candidate), None);
        let sigmas = case
            .sigmas
            .iter()
            .enumerate()
            .map(|(index, sigma)| (index.to_string(), *sigma));
        let value = found
            .oks(&sigmas.collect(), case.area)
            .unwrap()
            .value()
            .unwrap();
        assert!(
            (value - case.oks).abs() < 1e-12,
            "{value} against {}",
            case.oks
        );
    }
}
