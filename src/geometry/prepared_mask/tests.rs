use proptest::prelude::*;

use super::*;
use crate::draw::Draw;

/// A mask of a kind: few long runs, noise, a block, several columns of blocks.
fn of_kind(kind: u8, width: u32, height: u32, seed: u64) -> Mask {
    let mut numbers = Draw(seed);
    let mut draw = |most: u32| numbers.below(most.max(1));
    let (x0, y0) = (draw(width), draw(height));
    let (x1, y1) = (x0 + 1 + draw(width - x0), y0 + 1 + draw(height - y0));
    let raster: Vec<u8> = (0..width * height)
        .map(|at| {
            let (x, y) = (at % width, at / width);
            let within = (x0..x1).contains(&x) && (y0..y1).contains(&y);
            u8::from(match kind {
                0 => false,
                1 => within,
                2 => within && draw(2) == 0,
                3 => draw(2) == 0,
                4 => within && (x / 7) % 2 == 0 && (y / 5) % 3 != 0,
                5 => at >= y0 * width + x0 && at < y1 * width,
                6 => at == y0 * width + x0,
                _ => draw(97) == 0,
            })
        })
        .collect();
    Mask::from_raster(width, height, &raster).unwrap()
}

#[test]
fn every_way_of_counting_gives_the_same_number() {
    let mut n_pairs = 0;
    for (width, height) in [(1, 40), (40, 1), (63, 20), (64, 33), (65, 17), (200, 150)] {
        let masks: Vec<Mask> = (0..24_u32)
            .map(|n| of_kind((n % 8) as u8, width, height, u64::from(n) * 77 + 5))
            .collect();
        let prepared: Vec<PreparedMask> = masks.iter().map(PreparedMask::new).collect();
        for p in &prepared {
            for q in &prepared {
                let expected = p.mask().intersection_px(q.mask()).unwrap();
                assert_eq!(p.intersection_px(q), Ok(expected));
                assert_eq!(p.area_within(q.mask().bounds()), expected);
                if let (Some(a), Some(b)) = (p.rows(), q.rows()) {
                    assert_eq!(a.shared_px(b), expected);
                }
                if let (Some(a), Some(b)) = (p.strips(), q.strips())
                    && let (Some(one), Some(other)) = (p.bounding_box(), q.bounding_box())
                    && one.meets(&other)
                {
                    assert_eq!(a.shared_px(b, one.common(&other)), expected);
                }
                n_pairs += 1;
            }
        }
    }
    assert_eq!(n_pairs, 6 * 24 * 24);
}

#[test]
fn a_run_over_billions_of_rows_allocates_nothing_large() {
    let bounds = |from, to| Mask::from_bounds(1, u32::MAX, vec![from, to]).unwrap();
    let (a, b) = (bounds(0, u32::MAX), bounds(5, u32::MAX - 5));
    let (a, b) = (PreparedMask::new(&a), PreparedMask::new(&b));
    assert_eq!(a.intersection_px(&b), Ok(u64::from(u32::MAX) - 10));
    assert!(a.rows().is_none() && a.strips().is_none());
    // Two pixels in opposite corners: their box is the image.
    let corners = Mask::from_bounds(
        65_535,
        65_535,
        vec![0, 1, 65_535 * 65_535 - 1, 65_535 * 65_535],
    )
    .unwrap();
    let full = Mask::from_bounds(65_535, 65_535, vec![0, 65_535 * 65_535]).unwrap();
    let (corners, full) = (PreparedMask::new(&corners), PreparedMask::new(&full));
    assert_eq!(corners.intersection_px(&full), Ok(2));
    assert!(corners.rows().is_none() && corners.strips().is_none());
}

#[test]
fn prepared_masks_of_two_image_sizes_are_not_compared() {
    let (a, b) = (Mask::empty(4, 3).unwrap(), Mask::empty(3, 4).unwrap());
    let found = PreparedMask::new(&a).intersection_px(&PreparedMask::new(&b));
    assert!(matches!(found, Err(GeometryError::SizeMismatch { .. })));
}

proptest! {
    #[test]
    fn preparing_changes_no_overlap(
        kinds in (0_u8..8, 0_u8..8),
        size in (1_u32..140, 1_u32..40),
        seeds in any::<(u64, u64)>(),
    ) {
        let a = of_kind(kinds.0, size.0, size.1, seeds.0);
        let b = of_kind(kinds.1, size.0, size.1, seeds.1);
        let expected = a.intersection_px(&b).unwrap();
        let (p, q) = (PreparedMask::new(&a), PreparedMask::new(&b));
        prop_assert_eq!(p.intersection_px(&q), Ok(expected));
        prop_assert_eq!(q.intersection_px(&p), Ok(expected));
    }
}
