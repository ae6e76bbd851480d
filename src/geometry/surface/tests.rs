use super::*;
use crate::geometry::SliceAxis;

fn dot(x: u32, y: u32) -> Mask {
    let at = y * 6 + x;
    Mask::from_bounds(6, 5, vec![at, at + 1]).unwrap()
}

#[test]
fn one_pixel_has_four_corner_pieces_of_half_a_diagonal() {
    let both = SurfaceDistances::of_masks(&dot(2, 2), &dot(2, 2), [3.0, 4.0]).unwrap();
    let [elements, _] = both.elements();
    assert_eq!(elements.len(), 4);
    assert!(elements.iter().all(|e| e.size == 2.5 && e.distance == 0.0));
}

#[test]
fn two_pixels_2_mm_apart_in_x() {
    let found = SurfaceDistances::of_masks(&dot(1, 2), &dot(3, 2), [3.0, 1.0]).unwrap();
    // The corners on the near sides are 1 mm away, those on the far sides 2 mm.
    assert_eq!(found.maximum(), Some([2.0, 2.0]));
    assert!((found.mean().unwrap() - 1.5).abs() < 1e-12);
    assert_eq!(found.percentile(50.0), Some([1.0, 1.0]));
    assert_eq!(found.percentile(51.0), Some([2.0, 2.0]));
    assert_eq!(found.share_within(1.0), Some(0.5));
    assert_eq!(found.share_within(0.9), Some(0.0));
}

#[test]
fn a_mask_at_the_image_border_has_a_surface_there() {
    let full = Mask::from_bounds(6, 5, vec![0, 30]).unwrap();
    let found = SurfaceDistances::of_masks(&full, &full, [1.0, 1.0]).unwrap();
    let length: f64 = found.elements()[0].iter().map(|e| e.size).sum();
    // 5 + 4 unit pieces on two sides each, and four cut corners.
    assert!((length - (18.0 + 4.0 * 0.5_f64.sqrt())).abs() < 1e-12);
}

#[test]
fn empty_shapes_have_no_distances() {
    let empty = Mask::empty(6, 5).unwrap();
    let none = SurfaceDistances::of_masks(&empty, &empty, [1.0, 1.0]).unwrap();
    assert!(none.a_is_empty() && none.b_is_empty());
    let one = SurfaceDistances::of_masks(&dot(0, 0), &empty, [1.0, 1.0]).unwrap();
    assert!(!one.a_is_empty() && one.b_is_empty());
    assert_eq!(
        (one.maximum(), one.mean(), one.share_within(1.0)),
        (None, None, None)
    );
    assert_eq!(one.percentile(95.0), None);
}

#[test]
fn a_spacing_must_be_positive() {
    for spacing in [[0.0, 1.0], [1.0, -1.0], [f64::NAN, 1.0]] {
        assert!(SurfaceDistances::of_masks(&dot(0, 0), &dot(0, 0), spacing).is_err());
    }
}

#[test]
fn two_voxels_two_slices_apart() {
    let volume = |key| Volume::new(6, 5, SliceAxis::Index, vec![(key, dot(2, 2))]).unwrap();
    let found = SurfaceDistances::of_volumes(&volume(4), &volume(6), [2.5, 1.0, 1.0]).unwrap();
    assert_eq!(found.elements()[0].len(), 8);
    assert_eq!(found.maximum(), Some([5.0, 5.0]));
    assert!((found.mean().unwrap() - 3.75).abs() < 1e-12);
}

#[test]
fn too_wide_a_window_is_refused_before_it_is_held() {
    let corners = |at| Mask::from_bounds(60_000, 60_000, vec![at, at + 1]).unwrap();
    let (a, b) = (corners(0), corners(60_000 * 60_000 - 1));
    let error = SurfaceDistances::of_masks(&a, &b, [1.0, 1.0]).unwrap_err();
    assert!(matches!(error, GeometryError::TooLarge { .. }));
}

#[test]
fn nothing_within_a_tolerance_is_zero_and_not_minus_zero() {
    let found = SurfaceDistances::of_masks(&dot(0, 0), &dot(5, 4), [1.0, 1.0]).unwrap();
    let shares = found.shares_within(0.5).unwrap();
    let all = [found.share_within(0.5).unwrap(), shares[0], shares[1]];
    assert!(
        all.iter()
            .all(|&share| share == 0.0 && share.is_sign_positive())
    );
}

#[test]
fn a_million_pieces_cost_no_digit() {
    // Two plates of one row each, 1,000 px apart: each has corners 1,000 and 999 px away, the same number of both.
    let row = |y: u32| Mask::from_bounds(60_000, 1_002, vec![y * 60_000, (y + 1) * 60_000]);
    let found = SurfaceDistances::of_masks(&row(0).unwrap(), &row(1_000).unwrap(), [0.1, 0.1]);
    let found = found.unwrap();
    assert_eq!(found.elements()[0].len(), 120_002);
    assert!((found.mean().unwrap() - 99.95).abs() < 2e-14 * 99.95);
}

#[test]
fn too_tall_a_window_says_how_many_rows_it_has() {
    let ends = |at| Mask::from_bounds(2, 70_000, vec![at, at + 1]).unwrap();
    let error = SurfaceDistances::of_masks(&ends(0), &ends(139_999), [1.0, 1.0]).unwrap_err();
    let expected = GeometryError::TooManyRows {
        n_rows: 70_001,
        limit: 65_535,
    };
    assert_eq!(error, expected);
    // As wide as it likes: the limit is on rows.
    let ends = |at| Mask::from_bounds(70_000, 2, vec![at, at + 1]).unwrap();
    let found = SurfaceDistances::of_masks(&ends(0), &ends(69_999), [1.0, 1.0]).unwrap();
    assert_eq!(found.maximum(), Some([69_999.0, 69_999.0]));
}
