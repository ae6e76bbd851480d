//! Laws that every consensus keeps: nothing depends on an order, unanimity comes back, no number is NaN, likelihoods never fall.

use proptest::prelude::*;

use super::*;
use crate::geometry::{Mask, Rect};

/// Categories by unit and rater; `None` is a gap.
type Table = Vec<Vec<Option<u16>>>;

const K: u16 = 3;

fn tables() -> impl Strategy<Value = Table> {
    (1..5_usize).prop_flat_map(|n_raters| {
        let cell = prop_oneof![1 => Just(None), 4 => (0..K).prop_map(Some)];
        prop::collection::vec(prop::collection::vec(cell, n_raters), 1..12)
    })
}

fn ratings(table: &Table) -> Ratings {
    let n_raters = table.first().map_or(0, Vec::len);
    Ratings::from_cells(n_raters, usize::from(K), &table.concat()).unwrap()
}

fn fit(table: &Table, max_iterations: u32, smoothing: f64) -> DawidSkene {
    let options = EmOptions {
        max_iterations,
        tolerance: 0.0,
        smoothing,
    };
    dawid_skene(&ratings(table), options).unwrap()
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (a, b) => a == b,
    }
}

/// Logarithm of the likelihood, with the smoothing's share in it.
fn objective(found: &DawidSkene, smoothing: f64) -> f64 {
    let mut sum = found.convergence.log_likelihood.unwrap_or_default();
    for rater in &found.raters {
        for (truly, given) in (0..K).flat_map(|truly| (0..K).map(move |given| (truly, given))) {
            let count = rater.expected(truly, given);
            if smoothing > 0.0 && count > 0.0 {
                sum += smoothing * (count / rater.expected_total(truly)).ln();
            }
        }
    }
    sum
}

/// Runs of a mask of 40 x 10 pixels.
fn masks() -> impl Strategy<Value = Vec<Mask>> {
    let bounds = prop::collection::vec(0..=400_u32, 0..12).prop_map(|mut bounds| {
        bounds.sort_unstable();
        bounds.truncate(bounds.len() / 2 * 2);
        Mask::from_bounds(40, 10, bounds).unwrap()
    });
    prop::collection::vec(bounds, 1..6)
}

fn boxes() -> impl Strategy<Value = Vec<Vec<Rect>>> {
    // Whole corners, few of them: equal boxes and equal overlaps are common.
    let one = (0..6_u8, 0..6_u8, 0..6_u8, 0..6_u8).prop_map(|(x0, y0, w, h)| Rect {
        x0: f64::from(x0),
        y0: f64::from(y0),
        x1: f64::from(x0 + w),
        y1: f64::from(y0 + h),
    });
    prop::collection::vec(prop::collection::vec(one, 0..5), 1..5)
}

fn regions() -> impl Strategy<Value = Region> {
    prop_oneof![
        Just(Region::Image),
        Just(Region::UnionBox),
        Just(Region::Disputed)
    ]
}

fn run_staple(masks: &[Mask], region: Region, max_iterations: u32) -> Staple<Mask> {
    let options = StapleOptions {
        region,
        max_iterations,
        tolerance: 0.0,
        prior: None,
    };
    staple(&masks.iter().collect::<Vec<_>>(), options).unwrap()
}

fn is_share(value: Option<f64>) -> bool {
    value.is_none_or(|value| (0.0..=1.0).contains(&value))
}

proptest! {
    #[test]
    fn the_order_of_units_and_raters_changes_no_vote_and_no_estimate(table in tables()) {
        let (votes, found) = (majority(&ratings(&table), None, 0.95).unwrap(), fit(&table, 7, 0.0));
        let mut units = table.clone();
        units.reverse();
        let other = fit(&units, 7, 0.0);
        // Exactly: patterns of votes are worked on in an order of their own.
        prop_assert_eq!(&found.class_shares, &other.class_shares);
        prop_assert_eq!(&found.raters, &other.raters);
        for unit in 0..table.len() {
            prop_assert_eq!(found.posterior(unit), other.posterior(table.len() - 1 - unit));
        }
        let mut raters = table.clone();
        raters.iter_mut().for_each(|row| row.reverse());
        let (other_votes, other) = (majority(&ratings(&raters), None, 0.95).unwrap(), fit(&raters, 7, 0.0));
        prop_assert_eq!(&votes.units, &other_votes.units);
        let n_raters = found.raters.len();
        for rater in 0..n_raters {
            let there = n_raters - 1 - rater;
            prop_assert_eq!(votes.raters[rater], other_votes.raters[there]);
            for truly in 0..K {
                for given in 0..K {
                    let rate = found.raters[rater].rate(truly, given);
                    prop_assert!(near(rate, other.raters[there].rate(truly, given)));
                }
            }
        }
    }

    #[test]
    fn other_names_of_categories_give_the_same_figures_under_them(table in tables()) {
        let renamed: Table = table.iter().map(|row| row.iter().map(|cell| cell.map(|c| K - 1 - c)).collect()).collect();
        let (found, other) = (fit(&table, 7, 0.0), fit(&renamed, 7, 0.0));
        for category in 0..K {
            let there = K - 1 - category;
            prop_assert!(near(Some(found.class_shares[usize::from(category)]), Some(other.class_shares[usize::from(there)])));
            for (a, b) in found.raters.iter().zip(&other.raters) {
                prop_assert!(near(a.sensitivity(category), b.sensitivity(there)));
                prop_assert!(near(a.specificity(category), b.specificity(there)));
            }
        }
        let (votes, other) = (majority(&ratings(&table), None, 0.95).unwrap(), majority(&ratings(&renamed), None, 0.95).unwrap());
        for (a, b) in votes.units.iter().zip(&other.units) {
            prop_assert_eq!(a.share(), b.share());
            prop_assert_eq!(a.decision.category(), b.decision.category().map(|c| K - 1 - c));
        }
        prop_assert_eq!(votes.raters, other.raters);
    }

    #[test]
    fn a_log_likelihood_never_falls_and_no_figure_leaves_its_range(table in tables(), smoothing in prop_oneof![Just(0.0), 0.01..2.0_f64]) {
        let mut before = f64::NEG_INFINITY;
        for n in 0..12 {
            let found = fit(&table, n, smoothing);
            let now = objective(&found, smoothing);
            prop_assert!(now >= before - 1e-9 * (1.0 + before.abs()), "{} after {}", now, before);
            prop_assert!(now.is_finite());
            before = now;
            let total: f64 = found.class_shares.iter().sum();
            prop_assert!(found.n_units_rated == 0 || (total - 1.0).abs() < 1e-12);
            for unit in 0..table.len() {
                if let Some(posterior) = found.posterior(unit) {
                    prop_assert!((posterior.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                }
            }
            for rater in &found.raters {
                prop_assert!(is_share(rater.accuracy()));
                for category in 0..K {
                    prop_assert!(is_share(rater.sensitivity(category)) && is_share(rater.specificity(category)));
                }
            }
        }
    }

    #[test]
    fn unanimous_ratings_come_back(truth in prop::collection::vec(0..K, 1..12), n_raters in 1..5_usize) {
        let table: Table = truth.iter().map(|category| vec![Some(*category); n_raters]).collect();
        let (votes, found) = (majority(&ratings(&table), None, 0.95).unwrap(), fit(&table, 50, 0.0));
        prop_assert!(found.slipped_categories.is_empty() && found.convergence.converged);
        for (unit, category) in truth.iter().enumerate() {
            prop_assert_eq!(&votes.units[unit].decision, &Decision::Category(*category));
            prop_assert_eq!(found.decision(unit), (Decision::Category(*category), Some(1.0)));
        }
        for (rater, shares) in found.raters.iter().zip(&votes.raters) {
            prop_assert_eq!(rater.accuracy(), Some(1.0));
            prop_assert_eq!(shares.with_others.share, (n_raters > 1).then_some(1.0));
        }
    }

    #[test]
    fn the_order_of_raters_changes_no_mask(masks in masks(), region in regions()) {
        let found = run_staple(&masks, region, 5);
        let turned: Vec<Mask> = masks.iter().rev().cloned().collect();
        let other = run_staple(&turned, region, 5);
        let sorted = |found: &Staple<Mask>| {
            let mut of: Vec<(u64, f64)> = found.patterns.iter().map(|one| (one.n_px, one.probability)).collect();
            of.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            of
        };
        for (a, b) in sorted(&found).iter().zip(sorted(&other)) {
            prop_assert!(a.0 == b.0 && (a.1 - b.1).abs() < 1e-9);
        }
        for (a, b) in found.raters.iter().zip(other.raters.iter().rev()) {
            prop_assert!(near(a.sensitivity, b.sensitivity) && near(a.specificity, b.specificity));
        }
        let views: Vec<&Mask> = masks.iter().collect();
        let turned: Vec<&Mask> = turned.iter().collect();
        let (majority, other) = (majority_mask(&views).unwrap(), majority_mask(&turned).unwrap());
        prop_assert_eq!(majority.consensus, other.consensus);
        prop_assert_eq!(majority.tied, other.tied);
    }

    #[test]
    fn staple_counts_every_pixel_once_and_its_likelihood_never_falls(masks in masks(), region in regions()) {
        let mut before = f64::NEG_INFINITY;
        for n in 1..8 {
            let found = run_staple(&masks, region, n);
            let now = found.convergence.log_likelihood.unwrap_or_default();
            prop_assert!(now.is_finite() && now >= before - 1e-9 * (1.0 + before.abs()), "{} after {}", now, before);
            before = now;
            prop_assert_eq!(found.patterns.iter().map(|one| one.n_px).sum::<u64>(), found.n_region_px);
            for one in &found.patterns {
                prop_assert!((0.0..=1.0).contains(&one.probability));
            }
            prop_assert!(found.raters.iter().all(|rater| is_share(rater.sensitivity) && is_share(rater.specificity)));
        }
    }

    #[test]
    fn a_majority_counted_by_runs_is_that_counted_by_pixels(masks in masks()) {
        let views: Vec<&Mask> = masks.iter().collect();
        let found = majority_mask(&views).unwrap();
        let all = crate::geometry::PixelBox { x0: 0, y0: 0, x1: 40, y1: 10 };
        let pixels: Vec<_> = masks.iter().map(|mask| mask.window(all)).collect();
        let (consensus, tied) = (found.consensus.window(all), found.tied.window(all));
        for (at, is_set) in consensus.indexed_iter() {
            let n = pixels.iter().filter(|one| one[at]).count();
            prop_assert_eq!(*is_set, 2 * n > masks.len());
            prop_assert_eq!(tied[at], 2 * n == masks.len());
        }
        prop_assert!(found.raters.iter().all(|rater| is_share(rater.sensitivity) && is_share(rater.specificity)));
    }

    #[test]
    fn the_order_of_raters_and_boxes_changes_no_fused_box(
        boxes in boxes(),
        min_iou in prop_oneof![Just(0.25), Just(0.5), 0.01..1.0_f64],
        by in 0..5_usize,
        is_reversed in any::<bool>(),
    ) {
        let min_votes = boxes.len() / 2 + 1;
        let found = fuse_boxes(&boxes, min_iou, min_votes).unwrap();
        let mut turned = boxes.clone();
        for theirs in &mut turned {
            let n = theirs.len().max(1);
            theirs.rotate_left(by % n);
            if is_reversed {
                theirs.reverse();
            }
        }
        turned.rotate_left(by % boxes.len());
        let other = fuse_boxes(&turned, min_iou, min_votes).unwrap();
        let of = |found: &FusedBoxes| -> Vec<(Rect, usize, f64)> {
            found.boxes.iter().map(|one| (one.area, one.n_votes(), one.min_iou)).collect()
        };
        prop_assert_eq!(of(&found), of(&other));
        let mut hits = other.raters.clone();
        hits.rotate_right(by % boxes.len());
        prop_assert_eq!(&found.raters, &hits);
        // Every box is in one cluster, and every two of a cluster overlap enough.
        let n: usize = found.boxes.iter().map(FusedBox::n_votes).sum();
        prop_assert_eq!(n, boxes.iter().map(Vec::len).sum::<usize>());
        for one in &found.boxes {
            let mut least = 1.0_f64;
            for (at, (a, i)) in one.members.iter().enumerate() {
                for (b, j) in &one.members[at + 1..] {
                    let (a, b) = (&boxes[*a][*i], &boxes[*b][*j]);
                    let shared = a.intersection_area_px2(b);
                    least = least.min(shared / (a.area_px2() + b.area_px2() - shared));
                }
            }
            prop_assert!(least >= min_iou && least == one.min_iou, "{} is not {}", one.min_iou, least);
            let mut raters: Vec<usize> = one.members.iter().map(|(rater, _)| *rater).collect();
            raters.dedup();
            prop_assert_eq!(raters.len(), one.n_votes());
        }
    }
}
