use super::*;
use crate::geometry::SliceAxis;

fn mask(bounds: &[u32]) -> Mask {
    Mask::from_bounds(10, 4, bounds.to_vec()).unwrap()
}

fn run(masks: &[&Mask], region: Region) -> Staple<Mask> {
    let options = StapleOptions {
        region,
        ..StapleOptions::default()
    };
    staple(masks, options).unwrap()
}

const REGIONS: [Region; 3] = [Region::Image, Region::UnionBox, Region::Disputed];

#[test]
fn the_first_iteration_is_what_paper_and_pencil_give() {
    // In a box of 3 pixels: set by both, by a, by b. W = 1, ½, ½; the prior is ⅔.
    let (a, b) = (mask(&[0, 2]), mask(&[0, 1, 2, 3]));
    let options = StapleOptions {
        max_iterations: 1,
        ..StapleOptions::default()
    };
    let found = staple(&[&a, &b], options).unwrap();
    assert!((found.prior.unwrap() - 2.0 / 3.0).abs() < 1e-15);
    assert_eq!((found.n_region_px, found.n_disputed_px), (3, 2));
    // p = 1½ / 2, q = ½ / 1.
    assert_eq!(found.raters[0].sensitivity, Some(0.75));
    assert_eq!(found.raters[1].specificity, Some(0.5));
    // Set by a alone: ⅔ · ¾ · ¼ against ⅓ · ½ · ½.
    let of_a = found.patterns.iter().find(|one| one.raters == [0]).unwrap();
    assert!((of_a.probability - 0.6).abs() < 1e-15);
    assert_eq!(found.consensus, mask(&[0, 3]));
    assert!(!found.convergence.converged);
}

#[test]
fn empty_masks_have_no_sensitivity_and_in_an_image_specificity_1() {
    let empty = mask(&[]);
    for region in REGIONS {
        let found = run(&[&empty, &empty, &empty], region);
        assert!(found.consensus.is_empty() && found.convergence.converged);
        assert_eq!(found.n_disputed_px, 0);
        let is_image = region == Region::Image;
        assert_eq!(found.prior, is_image.then_some(0.0));
        for rater in &found.raters {
            assert_eq!(rater.sensitivity, None);
            assert_eq!(rater.specificity, is_image.then_some(1.0));
        }
    }
}

#[test]
fn equal_masks_come_back_with_both_figures_1_where_they_are_defined() {
    let same = mask(&[3, 8, 14, 15]);
    for region in REGIONS {
        let found = run(&[&same, &same], region);
        assert_eq!(found.consensus, same);
        assert_eq!(found.convergence.n_iterations, 0);
        let defined = (region != Region::Disputed).then_some(1.0);
        assert_eq!(found.raters[1].sensitivity, defined);
        assert_eq!(found.raters[1].specificity, defined);
    }
    // A box filled whole holds no background.
    let bar = mask(&[3, 8]);
    let found = run(&[&bar, &bar], Region::UnionBox);
    assert_eq!(found.raters[0].specificity, None);
    assert_eq!(found.prior, Some(1.0));
}

#[test]
fn what_is_outside_the_region_is_what_all_agree_on() {
    let (a, b, c) = (mask(&[0, 4]), mask(&[0, 4]), mask(&[2, 6]));
    let found = run(&[&a, &b, &c], Region::Disputed);
    assert_eq!(found.n_region_px, 4);
    assert!(found.consensus.intersection_px(&mask(&[2, 4])).unwrap() == 2);
    assert_eq!(found.consensus, mask(&[0, 4]));
}

#[test]
fn a_prior_that_calls_nearly_everything_foreground_fills_the_region() {
    let (a, b) = (mask(&[11, 13, 21, 22]), mask(&[12, 13, 21, 23]));
    let filled = |region| {
        let options = StapleOptions {
            region,
            prior: Some(1.0 - 1e-12),
            max_iterations: 1,
            ..StapleOptions::default()
        };
        staple(&[&a, &b], options).unwrap().consensus
    };
    assert_eq!(filled(Region::UnionBox), mask(&[11, 13, 21, 23]));
    assert_eq!(filled(Region::Image), mask(&[0, 40]));
}

#[test]
fn a_volume_is_the_same_as_its_slices_laid_side_by_side() {
    let raters: [[&[u32]; 2]; 3] = [[&[0, 4], &[20, 31]], [&[2, 6], &[22, 33]], [&[1, 5], &[]]];
    let volume = |rater: &[&[u32]; 2], shift| {
        let slices = rater
            .iter()
            .zip([1000_i64, 3500])
            .map(|(bounds, key)| (key + shift, mask(bounds)));
        Volume::new(10, 4, SliceAxis::Micrometres, slices.collect()).unwrap()
    };
    let flat = |rater: &[&[u32]; 2]| {
        let moved = rater[1].iter().map(|at| at + 40);
        Mask::from_bounds(10, 8, rater[0].iter().copied().chain(moved).collect()).unwrap()
    };
    // Rounding moves one rater's slices by a micrometre.
    let volumes: Vec<_> = raters
        .iter()
        .zip([0_i64, 1, 0])
        .map(|(rater, shift)| volume(rater, shift))
        .collect();
    let flats: Vec<_> = raters.iter().map(flat).collect();
    let options = StapleOptions {
        region: Region::Image,
        ..StapleOptions::default()
    };
    let in_3d = staple_volumes(&volumes.iter().collect::<Vec<_>>(), options).unwrap();
    let in_2d = staple(&flats.iter().collect::<Vec<_>>(), options).unwrap();
    assert_eq!(in_3d.raters, in_2d.raters);
    assert_eq!(in_3d.convergence, in_2d.convergence);
    assert_eq!(in_3d.consensus.voxels(), in_2d.consensus.area_px());
    assert_eq!(in_3d.consensus.slices()[0].0, 1000);
    let majority = crate::consensus::majority_volume(&volumes.iter().collect::<Vec<_>>()).unwrap();
    let flat_majority = crate::consensus::majority_mask(&flats.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(
        majority.consensus.voxels(),
        flat_majority.consensus.area_px()
    );
    assert_eq!(majority.n_tied_px, flat_majority.n_tied_px);
}

#[test]
fn two_raters_of_a_majority_leave_what_only_one_set_tied() {
    let (a, b) = (mask(&[0, 4]), mask(&[2, 6]));
    let found = crate::consensus::majority_mask(&[&a, &b]).unwrap();
    assert_eq!(found.consensus, mask(&[2, 4]));
    assert_eq!(found.tied, mask(&[0, 2, 4, 6]));
    assert_eq!(found.n_tied_px, 4);
    assert_eq!(found.raters[0].sensitivity, Some(1.0));
    assert_eq!(found.raters[0].specificity, None);
}

#[test]
fn more_raters_than_bits_in_a_word_are_counted() {
    let one = mask(&[0, 4]);
    let other = mask(&[2, 6]);
    let masks: Vec<&Mask> = (0..130)
        .map(|rater| if rater < 100 { &one } else { &other })
        .collect();
    let found = crate::consensus::majority_mask(&masks).unwrap();
    assert_eq!(found.consensus, one);
    let found = run(&masks, Region::Image);
    assert_eq!(found.consensus, one);
    assert!(
        found
            .raters
            .iter()
            .all(|rater| rater.sensitivity.is_some_and(|p| (0.0..=1.0).contains(&p)))
    );
}

#[test]
fn masks_of_two_sizes_no_masks_and_a_senseless_prior_are_refused() {
    let small = Mask::empty(3, 3).unwrap();
    let options = StapleOptions::default();
    assert!(staple(&[&mask(&[]), &small], options).is_err());
    assert_eq!(staple(&[], options), Err(ConsensusError::NoRaters));
    assert_eq!(staple_volumes(&[], options), Err(ConsensusError::NoRaters));
    for prior in [0.0, 1.0, f64::NAN, -0.5] {
        let options = StapleOptions {
            prior: Some(prior),
            ..options
        };
        let error = staple(&[&small], options).unwrap_err();
        assert!(matches!(error, ConsensusError::Parameter { .. }), "{error}");
    }
}
