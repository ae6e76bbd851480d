use super::*;
use crate::draw::Draw;
use crate::geometry::SliceAxis;
use crate::geometry::boundary_cases::volume;

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

/// The elements by looking at every pixel of every block, and every pair of elements.
fn by_hand(shape: [i64; 3], spacing: [f64; 3], rasters: [&[u8]; 2]) -> [Vec<SurfaceElement>; 2] {
    let [n_z, n_y, n_x] = shape;
    let table = areas(spacing);
    let corners = rasters.map(|raster| {
        let pixel = |z: i64, y: i64, x: i64| {
            let is_inside = (0..n_z).contains(&z) && (0..n_y).contains(&y) && (0..n_x).contains(&x);
            is_inside && raster[((z * n_y + y) * n_x + x) as usize] > 0
        };
        let mut found = Vec::new();
        for (z, y, x) in
            (0..=n_z).flat_map(|z| (0..=n_y).flat_map(move |y| (0..=n_x).map(move |x| (z, y, x))))
        {
            let code = (0..8).fold(0, |code, bit| {
                let set = pixel(
                    z - 1 + (bit >> 2),
                    y - 1 + (bit >> 1 & 1),
                    x - 1 + (bit & 1),
                );
                code << 1 | usize::from(set)
            });
            if code != 0 && code != 255 {
                let place = [z, y, x].map(|at| at as f64);
                found.push(([0, 1, 2].map(|k| place[k] * spacing[k]), table[code]));
            }
        }
        found
    });
    [0, 1].map(|side| {
        let nearest = |p: [f64; 3]| {
            let others = corners[1 - side].iter();
            let squares = others.map(|(q, _)| (0..3).map(|k| (p[k] - q[k]).powi(2)).sum::<f64>());
            squares.fold(f64::INFINITY, f64::min).sqrt()
        };
        let element = |&(place, size): &([f64; 3], f64)| SurfaceElement {
            distance: nearest(place),
            size,
        };
        let mut elements: Vec<_> = corners[side].iter().map(element).collect();
        elements.sort_by(|p, q| p.distance.total_cmp(&q.distance));
        elements
    })
}

#[test]
fn wide_volumes_have_the_elements_found_by_looking_at_every_pixel() {
    let mut draw = Draw(3);
    // Around the ends of words of 64 pixels, one of which is the border's.
    for width in [61, 62, 63, 64, 65, 126, 127, 128, 129, 150] {
        let shape = [draw.whole(1, 4), draw.whole(1, 6), width];
        let spacing = [0; 3].map(|_| draw.whole(300, 3_000) as f64 / 1000.0);
        let n = shape.iter().product::<i64>() as usize;
        let [a, b] = [12, 3].map(|changes| {
            let mut set = 1;
            let mut runs = || {
                set ^= u8::from(draw.whole(0, changes) == 0);
                set
            };
            (0..n).map(|_| runs()).collect::<Vec<u8>>()
        });
        let expected = by_hand(shape, spacing, [&a, &b]);
        let found = SurfaceDistances::of_volumes(&volume(shape, &a), &volume(shape, &b), spacing);
        let found = found.unwrap();
        for (found, expected) in found.elements().into_iter().zip(expected) {
            assert_eq!(found.len(), expected.len());
            assert!(found.len() > 100);
            let total = |elements: &[SurfaceElement]| elements.iter().map(|e| e.size).sum::<f64>();
            assert!((total(found) - total(&expected)).abs() < 1e-9 * total(&expected));
            let pairs = found.iter().zip(&expected);
            assert!(
                pairs
                    .clone()
                    .all(|(f, e)| (f.distance - e.distance).abs() < 1e-9)
            );
            let moment = |elements: &[SurfaceElement]| {
                elements.iter().map(|e| e.distance * e.size).sum::<f64>()
            };
            assert!((moment(found) - moment(&expected)).abs() < 1e-9 * (1.0 + moment(&expected)));
        }
    }
}
