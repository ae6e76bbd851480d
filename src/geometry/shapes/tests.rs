//! Rectangles and ellipses with sizes known beforehand.

use super::*;

#[test]
fn rectangles_share_their_common_part() {
    let a = Rect::from_corners([4.0, 0.0], [0.0, 4.0]);
    let b = Rect::from_corners([3.0, 1.0], [9.0, 3.0]);
    assert_eq!(a.intersection_area_px2(&b), 2.0);
    let apart = Rect::from_corners([5.0, 5.0], [6.0, 6.0]);
    assert_eq!(a.intersection_area_px2(&apart), 0.0);
}

#[test]
fn a_quarter_turn_swaps_width_and_height_exactly() {
    let turned = RotatedRect {
        cx: 5.0,
        cy: 5.0,
        width: 4.0,
        height: 2.0,
        angle_deg: 90.0,
    };
    let expected = Rect::from_corners([4.0, 3.0], [6.0, 7.0]);
    let shape = MultiPolygon::from(&turned);
    assert_eq!(shape.bounding_box(), Some(expected));
    assert_eq!(shape.area_px2(), 8.0);
}

#[test]
fn a_square_turned_by_45_degrees_meets_itself_in_an_octagon() {
    let square = |angle_deg| RotatedRect {
        cx: 100.0,
        cy: 50.0,
        width: 2.0,
        height: 2.0,
        angle_deg,
    };
    let shared =
        MultiPolygon::from(&square(0.0)).intersection_area_px2(&MultiPolygon::from(&square(45.0)));
    assert!((shared - 8.0 * (2.0_f64.sqrt() - 1.0)).abs() < 1e-12);
}

#[test]
fn the_polygon_of_an_ellipse_keeps_its_area_and_size() {
    let ellipse = Ellipse {
        cx: 3.0,
        cy: -2.0,
        rx: 40.0,
        ry: 10.0,
        angle_deg: 30.0,
    };
    let shape = MultiPolygon::from(&ellipse);
    let area = ellipse.area_px2();
    assert!((shape.area_px2() - area).abs() < 1e-9 * area);
    let [x, y] = shape.centroid_px().unwrap();
    assert!((x - 3.0).abs() < 1e-9 && (y + 2.0).abs() < 1e-9);
}
