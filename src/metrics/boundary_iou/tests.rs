use serde::Deserialize;

use super::*;
use crate::draw::Draw;
use crate::geometry::boundary_cases::{SEED, masks, volumes};

fn block(x0: u32, x1: u32) -> Mask {
    let rows = (2..6).flat_map(|y| [y * 10 + x0, y * 10 + x1]);
    Mask::from_bounds(10, 8, rows.collect()).unwrap()
}

#[test]
fn boundary_iou_counts_rims_only() {
    // Rims 1 px wide of 3x4 blocks shifted by 1 px: each has 10 px, and they share 4.
    let value = boundary_iou(&block(2, 5), &block(3, 6), 1).unwrap();
    let shared = 4.0;
    assert_eq!(value.value(), Some(shared / (20.0 - shared)));
    let through = boundary_iou(&block(2, 5), &block(3, 6), 4).unwrap();
    assert_eq!(through.value(), Some(0.5));
    assert!(boundary_iou(&block(2, 5), &block(3, 6), 0).is_err());
    assert_eq!(boundary_width_px(640, 480), 16);
}

#[test]
fn halves_of_a_pixel_go_to_the_even_width() {
    // Diagonals of 75, 125 and 175 px: 1.5, 2.5 and 3.5 px.
    assert_eq!(boundary_width_px(45, 60), 2);
    assert_eq!(boundary_width_px(75, 100), 2);
    assert_eq!(boundary_width_px(105, 140), 4);
    assert_eq!(boundary_width_px(1, 1), 1);
}

#[test]
fn rims_of_volumes_may_leave_out_an_axis() {
    let slices = |mask: Mask| (0..3).map(|z| (z, mask.clone())).collect();
    let volume = |mask| Volume::new(10, 8, SliceAxis::Index, slices(mask)).unwrap();
    let (a, b) = (volume(block(2, 5)), volume(block(3, 6)));
    let flat = boundary_iou(&block(2, 5), &block(3, 6), 1).unwrap();
    assert_eq!(
        boundary_iou_of_volumes(&a, &b, [0, 1, 1], None).unwrap(),
        flat
    );
    // Along z every voxel of three slices but the middle one is rim: 24 px of blocks, 8 shared, and the flat rims.
    let deep = boundary_iou_of_volumes(&a, &b, [1, 1, 1], None).unwrap();
    assert_eq!(
        deep.value(),
        Some((16.0 + 4.0) / (24.0 + 24.0 + 20.0 - 20.0))
    );
    assert!(boundary_iou_of_volumes(&a, &b, [0, 0, 0], None).is_err());
    let placed = |mask: &Mask| Volume::new(10, 8, SliceAxis::Micrometres, vec![(0, mask.clone())]);
    let placed = placed(&block(2, 5)).unwrap();
    let unplaced = boundary_iou_of_volumes(&placed, &placed, [1, 1, 1], None);
    assert_eq!(unplaced, Err(MetricError::NoSliceSpacing));
    let same = boundary_iou_of_volumes(&placed, &placed, [1, 1, 1], Some([2.5, 1.0, 1.0]));
    assert_eq!(same.unwrap().value(), Some(1.0));
}

#[derive(Deserialize)]
struct Oracle {
    masks: Vec<[Option<f64>; 3]>,
    large_masks: Vec<LargeMasks>,
    volumes: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct LargeMasks {
    size: [u32; 2],
    areas: [u64; 2],
    width_px: u32,
    iou: Option<f64>,
}

fn oracle() -> Oracle {
    let text = include_str!("../../../tests/oracles/boundary/boundary_iou.json");
    serde_json::from_str(text).unwrap()
}

#[test]
fn rims_are_those_of_the_published_steps() {
    let (oracle, cases) = (oracle(), masks());
    assert_eq!((oracle.masks.len(), cases.len()), (250, 250));
    for (case, expected) in cases.iter().zip(oracle.masks) {
        let [a, b] = case.masks();
        let found = [1, 2, 3].map(|width| boundary_iou(&a, &b, width).unwrap().value());
        assert_eq!(found, expected);
    }
    let (mut draw, mut n_wide) = (Draw(SEED), 0);
    assert_eq!(oracle.large_masks.len(), 60);
    for expected in &oracle.large_masks {
        let [height, width] = [0; 2].map(|_| draw.whole(30, 200));
        assert_eq!([width as u32, height as u32], expected.size);
        let sides = [0; 2].map(|_| {
            let mut raster = vec![0_u8; (height * width) as usize];
            for _ in 0..draw.whole(1, 5) {
                let (y, x) = (draw.whole(0, height), draw.whole(0, width));
                let (h, w) = (draw.whole(1, height), draw.whole(1, width));
                for row in y..height.min(y + h) {
                    for column in x..width.min(x + w) {
                        raster[(row * width + column) as usize] ^= 1;
                    }
                }
            }
            Mask::from_raster(width as u32, height as u32, &raster).unwrap()
        });
        assert_eq!(sides.each_ref().map(Mask::area_px), expected.areas);
        let width_px = boundary_width_px(width as u32, height as u32);
        assert_eq!(width_px, expected.width_px);
        n_wide += usize::from(width_px > 1);
        let found = boundary_iou(&sides[0], &sides[1], width_px).unwrap();
        assert_eq!(found.value(), expected.iou);
    }
    assert!(n_wide > 40);
}

#[test]
fn rims_of_volumes_are_those_of_repeated_erosion() {
    let (oracle, cases) = (oracle(), volumes());
    assert_eq!((oracle.volumes.len(), cases.len()), (500, 500));
    for (index, (case, expected)) in cases.iter().zip(oracle.volumes).enumerate() {
        let [a, b] = case.volumes();
        let index = index as u32;
        let widths = [index % 3, 1 + index % 2, 1 + index / 2 % 2];
        let found = boundary_iou_of_volumes(&a, &b, widths, None).unwrap();
        assert_eq!(found.value(), expected, "volume {index}");
    }
}

#[test]
fn a_width_that_reaches_through_both_gives_the_plain_iou() {
    let (mut n, mut n_defined) = (0, 0);
    for case in volumes() {
        let [a, b] = case.volumes();
        let plain = iou(&Overlap::of_volumes(&a, &b).unwrap());
        assert_eq!(
            boundary_iou_of_volumes(&a, &b, [0, 7, 0], None).unwrap(),
            plain
        );
        assert_eq!(
            boundary_iou_of_volumes(&a, &b, [7, 0, 0], None).unwrap(),
            plain
        );
        n += 1;
        n_defined += usize::from(plain.value().is_some());
    }
    assert_eq!((n, n_defined), (500, 473));
    for case in masks() {
        let [a, b] = case.masks();
        let plain = iou(&Overlap::of_masks(&a, &b).unwrap());
        assert_eq!(boundary_iou(&a, &b, 7).unwrap(), plain);
    }
}
