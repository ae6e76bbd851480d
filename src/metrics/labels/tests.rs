use std::array;

use serde::Deserialize;

use super::*;
use crate::draw::Draw;
use crate::geometry::boundary_cases::{SEED, volume};
use crate::metrics::{dice, iou, relative_volume_difference};

fn run(from: u32, to: u32) -> Mask {
    Mask::from_bounds(10, 2, vec![from, to]).unwrap()
}

#[test]
fn a_label_that_one_side_lacks_counts_as_zero_and_an_empty_one_not_at_all() {
    let none = Mask::empty(10, 2).unwrap();
    let reference = BTreeMap::from([("a", run(0, 4)), ("b", run(4, 6)), ("d", none.clone())]);
    let candidate = BTreeMap::from([("a", run(0, 4)), ("c", run(8, 10)), ("d", none)]);
    let overlaps = LabelOverlaps::of_masks(&reference, &candidate).unwrap();
    let mean = overlaps.macro_mean(dice);
    assert_eq!((mean.n, mean.n_undefined), (3, 1));
    assert!((mean.value.value().unwrap() - 1.0 / 3.0).abs() < 1e-12);
    let micro = overlaps.micro_mean(dice);
    assert_eq!((micro.n, micro.n_undefined), (3, 1));
    assert_eq!(micro.value.value(), Some(8.0 / 12.0));
    let figures = overlaps.figures(dice);
    assert_eq!(figures["c"].value(), Some(0.0));
    assert_eq!(figures["d"], Undefined::BothEmpty.into());
    // The label that the reference lacks has no relative difference.
    let relative = overlaps.macro_mean(relative_volume_difference);
    assert_eq!((relative.n, relative.n_undefined), (2, 2));
}

#[test]
fn no_label_with_a_figure_has_no_mean() {
    let none = LabelOverlaps::<u8>::default();
    for mean in [none.macro_mean(iou), none.micro_mean(iou)] {
        assert_eq!(mean.value, Undefined::BothEmpty.into());
        assert_eq!((mean.n, mean.n_undefined), (0, 0));
    }
    let extra = BTreeMap::from([(1, Overlap::new(0.0, 3.0, 0.0).unwrap())]);
    let extra = LabelOverlaps::new(extra).macro_mean(relative_volume_difference);
    assert_eq!(extra.value, Undefined::ReferenceEmpty.into());
}

#[test]
fn all_regions_must_be_of_one_grid() {
    let small = Mask::from_bounds(5, 2, vec![0, 1]).unwrap();
    let reference = BTreeMap::from([(1, run(0, 1))]);
    let candidate = BTreeMap::from([(2, small)]);
    assert!(LabelOverlaps::of_masks(&reference, &candidate).is_err());
}

#[derive(Deserialize)]
struct Oracle {
    label_maps: Vec<LabelMap>,
}

#[derive(Deserialize)]
struct LabelMap {
    shape: [i64; 3],
    n_set: [usize; 2],
    dice: [Option<f64>; 4],
    jaccard: [Option<f64>; 4],
    all_dice: f64,
    all_jaccard: f64,
}

/// The regions of labels 1 to 4 that occur.
fn regions(shape: [i64; 3], labels: &[i64]) -> BTreeMap<i64, Volume> {
    let region = |label: i64| {
        let raster: Vec<u8> = labels.iter().map(|&l| u8::from(l == label)).collect();
        (label, volume(shape, &raster))
    };
    let all = (1..5).map(region);
    all.filter(|(_, region)| !region.is_empty()).collect()
}

#[test]
fn means_over_labels_are_those_of_simpleitk() {
    let text = include_str!("../../../tests/oracles/boundary/simpleitk.json");
    let oracle: Oracle = serde_json::from_str(text).unwrap();
    assert_eq!(oracle.label_maps.len(), 100);
    let near = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() < 1e-12,
        (found, expected) => found == expected,
    };
    let (mut draw, mut n_labels) = (Draw(SEED), 0);
    for (index, map) in oracle.label_maps.iter().enumerate() {
        let shape = [draw.whole(1, 5), draw.whole(1, 8), draw.whole(1, 8)];
        assert_eq!(shape, map.shape);
        let n = shape.iter().product::<i64>() as usize;
        let [mut a, mut b]: [Vec<i64>; 2] =
            array::from_fn(|_| (0..n).map(|_| (draw.whole(0, 8) - 3).max(0)).collect());
        for (b, &a) in b.iter_mut().zip(&a) {
            *b = if a == 2 { 2 } else { *b };
        }
        let without = |map: &mut Vec<i64>, label| {
            map.iter_mut().filter(|l| **l == label).for_each(|l| *l = 0);
        };
        if index % 3 == 1 {
            without(&mut a, 3);
        }
        if index % 3 == 2 {
            without(&mut a, 4);
            without(&mut b, 4);
        }
        let n_set = [&a, &b].map(|map| map.iter().filter(|&&label| label > 0).count());
        assert_eq!(n_set, map.n_set);
        let (a, b) = (regions(shape, &a), regions(shape, &b));
        let overlaps = LabelOverlaps::of_volumes(&a, &b).unwrap();
        let (dices, ious) = (overlaps.figures(dice), overlaps.figures(iou));
        for label in 1..5 {
            let at = label as usize - 1;
            let value = |figures: &BTreeMap<i64, MetricValue>| figures.get(&label)?.value();
            assert!(near(value(&dices), map.dice[at]) && near(value(&ious), map.jaccard[at]));
            n_labels += usize::from(map.dice[at].is_some());
        }
        let all = |mean: LabelMean| mean.value.value();
        if n_set == [0, 0] {
            assert_eq!(all(overlaps.micro_mean(dice)), None);
            continue;
        }
        assert!(near(all(overlaps.micro_mean(dice)), Some(map.all_dice)));
        assert!(near(all(overlaps.micro_mean(iou)), Some(map.all_jaccard)));
        let defined: Vec<f64> = map.dice.iter().flatten().copied().collect();
        let mean = overlaps.macro_mean(dice);
        assert_eq!((mean.n, mean.n_undefined), (defined.len(), 0));
        let expected = defined.iter().sum::<f64>() / defined.len() as f64;
        assert!(near(all(mean), Some(expected)));
    }
    assert!(n_labels > 300);
}
