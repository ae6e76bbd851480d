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

#[test]
fn missing_points_weigh_in_the_similarity_of_coco_only() {
    let (tip, base) = (point("tip", 3.0, 3.0), point("base", 9.0, 9.0));
    let sigmas = BTreeMap::from([("tip".to_string(), 0.5), ("base".to_string(), 0.5)]);
    let both = [tip.clone(), base.clone()];
    let found = compare(&both, std::slice::from_ref(&tip), None);
    assert_eq!(found.oks(&sigmas, 50.0).unwrap().value(), Some(1.0));
    let coco = |a: &[NamedPoint], b: &[NamedPoint], frame| coco_oks(a, b, &sigmas, 50.0, frame);
    assert_eq!(
        coco(&both, std::slice::from_ref(&tip), None),
        Ok(MetricValue::Defined(0.5))
    );
    assert_eq!(coco(&both, &[], None), Ok(MetricValue::Defined(0.0)));
    assert_eq!(coco(&[], &[], None), Ok(Undefined::BothEmpty.into()));
    assert_eq!(coco(&[], &both, None), Ok(Undefined::ReferenceEmpty.into()));
    // The box from 4 to 6 reaches from 2 to 8: (3, 3) lies inside, (9, 9) lies 1 px away along both axes, d² = 2, k² = 1.
    let frame = crate::geometry::Rect {
        x0: 4.0,
        y0: 4.0,
        x1: 6.0,
        y1: 6.0,
    };
    let expected = (1.0 + (-2.0_f64 / 50.0 / 2.0).exp()) / 2.0;
    let found = coco(&[], &both, Some(frame)).unwrap().value().unwrap();
    assert!((found - expected).abs() < 1e-15);
    let none = coco_oks(&both, &both, &BTreeMap::new(), 50.0, None);
    assert!(matches!(none, Err(MetricError::NoSigma { .. })));
}

#[test]
fn a_reference_length_uses_each_spacing_and_the_depth() {
    let (mut neck, mut top) = (point("neck", 0.0, 0.0), point("top", 3.0, 4.0));
    let length = |points: &[NamedPoint], which, unit, spacing| {
        reference_length(points, which, unit, spacing).unwrap()
    };
    let head = ReferenceLength::Between("neck", "top");
    let spacing = Some([0.5, 2.0]);
    let points = [neck.clone(), top.clone()];
    assert_eq!(
        length(&points, head, Unit::Mm, spacing).value(),
        Some(6.0_f64.hypot(2.0))
    );
    assert_eq!(
        length(&points, ReferenceLength::Box, Unit::Mm, spacing).value(),
        Some(6.0)
    );
    assert_eq!(
        length(&points, ReferenceLength::Stated(7.0), Unit::Px, None).value(),
        Some(7.0)
    );
    assert_eq!(
        length(&points, head, Unit::Mm, None),
        Undefined::NoSpacing.into()
    );
    assert_eq!(
        length(
            &points,
            ReferenceLength::Between("neck", "hip"),
            Unit::Px,
            None
        ),
        Undefined::NoSharedPoints.into()
    );
    assert_eq!(
        length(&points[..1], ReferenceLength::Box, Unit::Px, None),
        Undefined::NotApplicable.into()
    );
    assert_eq!(
        length(&[], ReferenceLength::Box, Unit::Px, None),
        Undefined::ReferenceEmpty.into()
    );
    neck.z_mm = Some(0.0);
    assert_eq!(
        length(&[neck.clone(), top.clone()], head, Unit::Mm, spacing),
        Undefined::NotApplicable.into()
    );
    top.z_mm = Some(3.0);
    let deep = length(&[neck, top], head, Unit::Mm, spacing);
    assert!((deep.value().unwrap() - 7.0).abs() < 1e-12);
    assert!(reference_length(&points, ReferenceLength::Stated(0.0), Unit::Px, None).is_err());
}

#[test]
fn a_share_of_an_undefined_length_passes_the_reason_on() {
    let found = compare(&[point("tip", 0.0, 0.0)], &[point("tip", 1.0, 0.0)], None);
    let relative = |length| found.pck_relative(Unit::Px, 0.5, length).unwrap();
    assert_eq!(relative(MetricValue::Defined(2.0)).value(), Some(1.0));
    assert_eq!(
        relative(Undefined::NotApplicable.into()),
        Undefined::NotApplicable.into()
    );
    assert!(
        found
            .pck_relative(Unit::Px, -0.5, MetricValue::Defined(2.0))
            .is_err()
    );
}

#[test]
fn limbs_tell_length_from_direction_and_what_is_missing_from_what_is_extra() {
    let reference = [
        point("hip", 0.0, 0.0),
        point("knee", 10.0, 0.0),
        point("foot", 10.0, 10.0),
    ];
    let candidate = [
        point("hip", 1.0, 1.0),
        point("knee", 1.0, 13.0),
        point("hand", 0.0, 0.0),
    ];
    let skeleton = [("hip", "knee"), ("knee", "foot"), ("hip", "hand")];
    let found = compare_limbs(&reference, &candidate, &skeleton, Some([0.5, 2.0])).unwrap();
    assert_eq!((found.limbs.len(), found.unit), (1, Unit::Mm));
    assert_eq!(found.limbs[0].reference_length.value(), Some(20.0));
    assert_eq!(found.limbs[0].candidate_length.value(), Some(6.0));
    assert_eq!(found.limbs[0].difference.value(), Some(-14.0));
    assert!((found.limbs[0].angle_deg.value().unwrap() - 90.0).abs() < 1e-12);
    assert_eq!(found.missing, [("knee".to_string(), "foot".to_string())]);
    assert_eq!(found.extra, [("hip".to_string(), "hand".to_string())]);
    let back = compare_limbs(&candidate, &reference, &skeleton, None).unwrap();
    assert_eq!(back.limbs[0].difference.value(), Some(-2.0));
    assert_eq!(
        (back.missing, back.extra, back.unit),
        (found.extra, found.missing, Unit::Px)
    );
}

#[test]
fn a_limb_without_length_has_no_direction_and_half_a_depth_no_length() {
    let at = |x: f64, z_mm| {
        let (mut a, mut b) = (point("a", 0.0, 0.0), point("b", x, 0.0));
        (a.z_mm, b.z_mm) = (Some(0.0), z_mm);
        [a, b]
    };
    let limb = |a: &[NamedPoint], b: &[NamedPoint]| {
        let found = compare_limbs(a, b, &[("a", "b")], Some([1.0, 1.0])).unwrap();
        found.limbs[0].clone()
    };
    let deep = limb(&at(3.0, Some(4.0)), &at(6.0, Some(8.0)));
    assert_eq!(deep.difference.value(), Some(5.0));
    assert_eq!(deep.angle_deg.value(), Some(0.0));
    let half = limb(&at(3.0, None), &at(3.0, Some(4.0)));
    assert_eq!(half.difference, Undefined::NotApplicable.into());
    let nothing = limb(&at(0.0, Some(0.0)), &at(3.0, Some(4.0)));
    assert_eq!(nothing.difference.value(), Some(5.0));
    assert_eq!(nothing.angle_deg, Undefined::NotApplicable.into());
}

#[test]
fn cocos_names_have_the_other_side_that_they_should() {
    let names = [
        "eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle",
    ];
    for name in names {
        let (left, right) = (format!("left_{name}"), format!("right_{name}"));
        assert_eq!(mirror_name(&left), Some(right.clone()));
        assert_eq!(mirror_name(&right), Some(left));
    }
    for name in ["nose", "", "upper", "leftover", "left_right", "l_r"] {
        assert_eq!(mirror_name(name), None, "{name}");
    }
    assert_eq!(mirror_name("L hip").as_deref(), Some("R hip"));
}

#[test]
fn sides_are_exchanged_only_where_both_were_placed_and_it_fits_better() {
    let pair = |left: f64, right: f64| [point("eye.l", left, 0.0), point("eye.r", right, 0.0)];
    let found = exchanged_sides(&pair(0.0, 10.0), &pair(9.0, 1.0)).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].as_named_px, found[0].exchanged_px), (18.0, 2.0));
    assert!(
        exchanged_sides(&pair(0.0, 10.0), &pair(1.0, 9.0))
            .unwrap()
            .is_empty()
    );
    // Both in the middle: neither naming is nearer.
    assert!(
        exchanged_sides(&pair(0.0, 10.0), &pair(5.0, 5.0))
            .unwrap()
            .is_empty()
    );
    assert!(
        exchanged_sides(&pair(0.0, 10.0), &pair(9.0, 1.0)[..1])
            .unwrap()
            .is_empty()
    );
}
