use super::*;

#[test]
fn differences_are_signed_and_relative_to_the_reference() {
    let overlap = Overlap::new(10.0, 12.0, 9.0).unwrap().scaled(0.5).unwrap();
    assert_eq!(volume_difference(&overlap).value(), Some(1.0));
    assert_eq!(relative_volume_difference(&overlap).value(), Some(0.2));
}

#[test]
fn an_empty_reference_has_no_relative_difference() {
    let extra = Overlap::new(0.0, 12.0, 0.0).unwrap();
    assert_eq!(volume_difference(&extra).value(), Some(12.0));
    assert_eq!(
        relative_volume_difference(&extra),
        Undefined::ReferenceEmpty.into()
    );
    let missing = Overlap::new(12.0, 0.0, 0.0).unwrap();
    assert_eq!(relative_volume_difference(&missing).value(), Some(-1.0));
    let none = Overlap::default();
    assert_eq!(volume_difference(&none), Undefined::BothEmpty.into());
    assert_eq!(
        relative_volume_difference(&none),
        Undefined::BothEmpty.into()
    );
}

#[test]
fn centroids_are_held_apart_by_the_spacing_of_each_axis() {
    let dot = |at| Mask::from_bounds(10, 10, vec![at, at + 1]).unwrap();
    let found = centroid_distance(&dot(11), &dot(54), Some([0.5, 2.0])).unwrap();
    // 3 px in x at 2 mm, 4 px in y at 0.5 mm.
    assert_eq!(found.value.value(), Some(6.0_f64.hypot(2.0)));
    assert_eq!(found.unit, Unit::Mm);
}

#[test]
fn slices_in_micrometres_need_no_spacing_along_z() {
    let volume = |key| {
        let dot = Mask::from_bounds(4, 4, vec![5, 6]).unwrap();
        Volume::new(4, 4, SliceAxis::Micrometres, vec![(key, dot)]).unwrap()
    };
    let (a, b) = (volume(0), volume(2_500));
    let found = centroid_distance_of_volumes(&a, &b, Some([1.25, 1.0, 1.0])).unwrap();
    assert_eq!(found.value.value(), Some(2.5));
    assert!(centroid_distance_of_volumes(&a, &b, None).is_err());
}

#[derive(serde::Deserialize)]
struct Oracle {
    boxes: Vec<Boxes>,
}

#[derive(serde::Deserialize)]
struct Boxes {
    corners: [[[f64; 2]; 2]; 2],
    edges: [f64; 4],
    largest: f64,
}

#[test]
fn edges_of_boxes_deviate_as_their_bounds_in_shapely() {
    let text = include_str!("../../../tests/oracles/boundary/boxes.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    assert_eq!(oracle.boxes.len(), 100);
    for case in oracle.boxes {
        let [a, b] = case.corners.map(|[p, q]| Rect::from_corners(p, q));
        let found = box_edge_deviation(&a, &b).unwrap();
        let edges = [found.left_px, found.top_px, found.right_px, found.bottom_px];
        assert_eq!((edges, found.largest_px()), (case.edges, case.largest));
    }
}

#[test]
fn sizes_bound_the_dice_coefficient() {
    for (a, b, shared) in [(10.0, 4.0, 4.0), (10.0, 10.0, 3.0), (3.0, 8.0, 0.0)] {
        let overlap = Overlap::new(a, b, shared).unwrap();
        let [bound, dice] = [volume_similarity(&overlap), crate::metrics::dice(&overlap)];
        assert!(dice.value().unwrap() <= bound.value().unwrap() + 1e-12);
    }
    let none = Overlap::default();
    assert_eq!(volume_similarity(&none), Undefined::BothEmpty.into());
    assert_eq!(
        absolute_volume_difference(&none),
        Undefined::BothEmpty.into()
    );
    let missing = Overlap::new(5.0, 0.0, 0.0).unwrap();
    assert_eq!(volume_similarity(&missing).value(), Some(0.0));
    assert_eq!(
        absolute_relative_volume_difference(&missing).value(),
        Some(1.0)
    );
    let extra = Overlap::new(0.0, 5.0, 0.0).unwrap();
    let relative = absolute_relative_volume_difference(&extra);
    assert_eq!(relative, Undefined::ReferenceEmpty.into());
    assert!(Overlap::new(1e200, 1.0, 1.0).is_err());
}
