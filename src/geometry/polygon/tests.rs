//! Areas that can be redone on paper.

use super::*;

fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
    vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
}

fn shape(ring: Vec<[f64; 2]>) -> MultiPolygon {
    MultiPolygon::from_ring(ring).unwrap()
}

#[test]
fn a_square_with_a_hole_has_the_area_between_its_rings() {
    let frame = Polygon::new(square(0.0, 0.0, 10.0), vec![square(2.0, 2.0, 4.0)]).unwrap();
    let frame = MultiPolygon::from(frame);
    assert_eq!(frame.area_px2(), 84.0);
    assert_eq!(frame.perimeter_px(), 56.0);
    // (50 * 10 - 16 * 4) / 84 is the hand-made balance of square and hole.
    let centre = (100.0 * 5.0 - 16.0 * 4.0) / 84.0;
    let [x, y] = frame.centroid_px().unwrap();
    assert!((x - centre).abs() < 1e-12 && (y - centre).abs() < 1e-12);
}

#[test]
fn parts_that_overlap_count_shared_ground_once() {
    let parts = [square(0.0, 0.0, 2.0), square(1.0, 1.0, 2.0)];
    let parts = parts.map(|ring| Polygon::new(ring, vec![]).unwrap());
    assert_eq!(MultiPolygon::new(parts.to_vec()).area_px2(), 7.0);
}

#[test]
fn overlap_of_shifted_squares_is_their_common_rectangle() {
    let a = shape(square(0.0, 0.0, 4.0));
    assert_eq!(a.intersection_area_px2(&shape(square(1.0, 3.0, 4.0))), 3.0);
    assert_eq!(a.intersection_area_px2(&shape(square(4.0, 0.0, 4.0))), 0.0);
    assert_eq!(a.intersection_area_px2(&shape(square(4.0, 4.0, 4.0))), 0.0);
    assert_eq!(a.intersection_area_px2(&shape(square(1.0, 1.0, 2.0))), 4.0);
}

#[test]
fn two_triangles_that_cross_share_a_diamond() {
    let up = shape(vec![[0.0, 0.0], [4.0, 0.0], [2.0, 4.0]]);
    let down = shape(vec![[0.0, 4.0], [4.0, 4.0], [2.0, 0.0]]);
    assert!((up.intersection_area_px2(&down) - 4.0).abs() < 1e-12);
}

#[test]
fn ring_direction_does_not_matter() {
    let mut backwards = square(0.0, 0.0, 3.0);
    backwards.reverse();
    let areas = shape(backwards).overlap_areas_px2(&shape(square(0.0, 0.0, 3.0)));
    assert_eq!(areas.a_px2, areas.b_px2);
    assert_eq!(areas.a_px2, areas.intersection_px2);
}

#[test]
fn a_bow_tie_counts_both_wings() {
    let bow = shape(vec![[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]]);
    assert!((bow.area_px2() - 2.0).abs() < 1e-12);
}

#[test]
fn rings_are_cleaned_and_checked() {
    let closed = Polygon::new(
        vec![[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
        vec![],
    );
    assert_eq!(closed.unwrap().exterior.len(), 3);
    let line = Polygon::new(vec![[0.0, 0.0], [1.0, 0.0]], vec![]);
    assert_eq!(line, Err(GeometryError::TooFewPoints { found: 2 }));
    let hole = Polygon::new(square(0.0, 0.0, 1.0), vec![vec![[f64::NAN, 0.0]]]);
    assert!(matches!(hole, Err(GeometryError::NotFinite { .. })));
}
