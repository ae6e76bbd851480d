use proptest::prelude::*;

use super::*;

/// ```text
/// . # # .
/// # # # #
/// # . . .
/// ```
fn hat() -> Mask {
    Mask::from_raster(4, 3, &[0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0]).unwrap()
}

#[test]
fn a_raster_becomes_runs_that_may_cross_rows() {
    assert_eq!(hat().bounds(), [1, 3, 4, 9]);
    assert_eq!(hat().area_px(), 7);
}

#[test]
fn spans_cut_runs_at_row_ends() {
    let spans: Vec<_> = hat().spans().map(|s| (s.y, s.x0, s.x1)).collect();
    assert_eq!(spans, [(0, 1, 3), (1, 0, 4), (2, 0, 1)]);
}

#[test]
fn the_bounding_box_of_a_run_over_a_row_end_is_full_width() {
    let wrapped = Mask::from_bounds(5, 3, vec![4, 6]).unwrap();
    let expected = PixelBox {
        x0: 0,
        y0: 0,
        x1: 5,
        y1: 2,
    };
    assert_eq!(wrapped.bounding_box(), Some(expected));
    let small = Mask::from_bounds(5, 3, vec![6, 8, 12, 13]).unwrap();
    let expected = PixelBox {
        x0: 1,
        y0: 1,
        x1: 3,
        y1: 3,
    };
    assert_eq!(small.bounding_box(), Some(expected));
    assert_eq!(Mask::empty(5, 3).unwrap().bounding_box(), None);
}

#[test]
fn the_centroid_is_the_mean_of_pixel_centres() {
    let pair = Mask::from_bounds(4, 3, vec![0, 2]).unwrap();
    assert_eq!(pair.centroid_px(), Some([1.0, 0.5]));
    assert_eq!(Mask::empty(4, 3).unwrap().centroid_px(), None);
}

#[test]
fn touching_runs_merge_and_empty_runs_vanish() {
    let mask = Mask::from_bounds(4, 3, vec![0, 2, 2, 3, 5, 5, 7, 8]).unwrap();
    assert_eq!(mask.bounds(), [0, 3, 7, 8]);
}

#[test]
fn unusable_bounds_are_refused_with_what_was_found() {
    let odd = Mask::from_bounds(4, 3, vec![0, 2, 3]);
    assert_eq!(odd, Err(GeometryError::OddBounds { found: 3 }));
    assert!(matches!(
        Mask::from_bounds(4, 3, vec![5, 2]),
        Err(GeometryError::BoundsOrder { index: 1, .. })
    ));
    assert!(matches!(
        Mask::from_bounds(4, 3, vec![5, 13]),
        Err(GeometryError::BoundsOutside { found: 13, .. })
    ));
    assert!(matches!(
        Mask::empty(70_000, 70_000),
        Err(GeometryError::ImageSize { .. })
    ));
    assert!(Mask::empty(0, 3).is_err());
}

#[test]
fn a_mask_moves_within_the_image_only() {
    let dot = Mask::from_bounds(4, 3, vec![5, 6]).unwrap();
    assert_eq!(dot.translate(1, -1).unwrap().bounds(), [2, 3]);
    assert!(dot.translate(-2, 0).is_err());
    assert!(dot.translate(i64::MAX, i64::MAX).is_err());
    assert_eq!(dot.placed(2, 1, 10, 10).unwrap().bounds(), [23, 24]);
    assert!(dot.placed(9, 0, 10, 10).is_err());
}

#[test]
fn a_window_may_reach_outside_the_image() {
    let area = PixelBox {
        x0: 2,
        y0: 1,
        x1: 6,
        y1: 3,
    };
    let window = hat().window(area);
    assert_eq!(window.shape(), [2, 4]);
    assert_eq!(window.iter().filter(|&&set| set).count(), 2);
}

proptest! {
    #[test]
    fn box_and_centroid_are_those_of_the_pixels(
        width in 1_u32..9,
        raster in proptest::collection::vec(0_u8..4, 1..60),
    ) {
        // One pixel in four is set, and rows beyond the first few are often empty.
        let height = (raster.len() as u32).div_ceil(width);
        let set = |at: u32| raster.get(at as usize) == Some(&0);
        let pixels: Vec<u8> = (0..width * height).map(|at| u8::from(set(at))).collect();
        let mask = Mask::from_raster(width, height, &pixels).unwrap();
        let places: Vec<(u32, u32)> = (0..width * height)
            .filter(|&at| set(at))
            .map(|at| (at % width, at / width))
            .collect();
        let least = |of: fn(&(u32, u32)) -> u32| places.iter().map(of).min();
        let most = |of: fn(&(u32, u32)) -> u32| places.iter().map(of).max().map(|last| last + 1);
        let found = mask.bounding_box();
        prop_assert_eq!(found.map(|area| area.x0), least(|p| p.0));
        prop_assert_eq!(found.map(|area| area.y0), least(|p| p.1));
        prop_assert_eq!(found.map(|area| area.x1), most(|p| p.0));
        prop_assert_eq!(found.map(|area| area.y1), most(|p| p.1));
        let n = places.len() as f64;
        let mean = |of: fn(&(u32, u32)) -> u32| {
            places.iter().map(|place| f64::from(of(place)) + 0.5).sum::<f64>() / n
        };
        match mask.centroid_px() {
            None => prop_assert!(places.is_empty()),
            Some([x, y]) => {
                prop_assert!((x - mean(|p| p.0)).abs() < 1e-12);
                prop_assert!((y - mean(|p| p.1)).abs() < 1e-12);
            }
        }
    }
}
