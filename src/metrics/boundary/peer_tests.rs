//! Figures held against SimpleITK and MetricsReloaded: equal where the definition is, counted where it is another.

use serde::Deserialize;

use super::*;
use crate::geometry::boundary_cases::{Case, masks, volumes};
use crate::metrics::{
    Overlap, absolute_relative_volume_difference, absolute_volume_difference, boundary_iou,
    boundary_iou_of_volumes, centroid_distance, centroid_distance_of_volumes, dice, iou,
    volume_difference, volume_similarity,
};

/// A pair in the form that its shape asks for.
struct Pair {
    surfaces: Surfaces,
    overlap: Overlap,
    centroids_apart: Option<f64>,
    boundary_iou: Option<f64>,
}

fn pair(case: &Case, is_flat: bool) -> Pair {
    let [_, y, x] = case.spacing;
    if is_flat {
        let [a, b] = case.masks();
        let centroids = centroid_distance(&a, &b, Some([y, x])).unwrap();
        return Pair {
            surfaces: Surfaces::of_masks(&a, &b, Some([y, x])).unwrap(),
            overlap: Overlap::of_masks(&a, &b).unwrap(),
            centroids_apart: centroids.value.value(),
            boundary_iou: boundary_iou(&a, &b, 2).unwrap().value(),
        };
    }
    let [a, b] = case.volumes();
    let centroids = centroid_distance_of_volumes(&a, &b, Some(case.spacing)).unwrap();
    Pair {
        surfaces: Surfaces::of_volumes(&a, &b, Some(case.spacing)).unwrap(),
        overlap: Overlap::of_volumes(&a, &b).unwrap(),
        centroids_apart: centroids.value.value(),
        boundary_iou: boundary_iou_of_volumes(&a, &b, [2; 3], None)
            .unwrap()
            .value(),
    }
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + b.abs())
}

#[derive(Deserialize)]
struct SimpleItk {
    volumes: Vec<ItkFigures>,
    masks: Vec<ItkFigures>,
}

#[derive(Deserialize)]
struct ItkFigures {
    sizes: [f64; 2],
    dice: serde_json::Value,
    jaccard: f64,
    volume_similarity: f64,
    hausdorff: Option<f64>,
}

/// SimpleITK's Hausdorff distance by its definition: between the sets of all voxel centres, inner ones as well.
fn hausdorff_of_sets(case: &Case) -> f64 {
    let [n_z, n_y, n_x] = case.shape;
    let place = |at: usize| {
        let at = at as i64;
        [at / (n_y * n_x), at / n_x % n_y, at % n_x]
    };
    assert_eq!((n_z * n_y * n_x) as usize, case.a.len());
    let directed = |from: &[u8], to: &[u8]| {
        let outside = (0..from.len()).filter(|&at| from[at] > 0 && to[at] == 0);
        let nearest = outside.map(|at| {
            let others = (0..to.len()).filter(|&other| to[other] > 0);
            let square = |other: usize| {
                let (p, q) = (place(at), place(other));
                (0..3)
                    .map(|k| ((p[k] - q[k]) as f64 * case.spacing[k]).powi(2))
                    .sum()
            };
            others.map(square).fold(f64::INFINITY, f64::min).sqrt()
        });
        nearest.fold(0.0, f64::max)
    };
    directed(&case.a, &case.b).max(directed(&case.b, &case.a))
}

#[test]
fn overlaps_are_those_of_simpleitk_and_its_hausdorff_distance_is_one_of_sets() {
    let text = include_str!("../../../tests/oracles/boundary/simpleitk.json");
    let oracle: SimpleItk = serde_json::from_str(text).unwrap();
    let (mut n_both_empty, mut n_sets, mut n_other, mut n_equal) = (0, 0, 0, 0);
    for (cases, theirs, is_flat) in [
        (volumes(), oracle.volumes, false),
        (masks(), oracle.masks, true),
    ] {
        assert_eq!(cases.len(), theirs.len());
        for (index, (case, theirs)) in cases.iter().zip(theirs).enumerate() {
            let ours = pair(case, is_flat);
            let [z, y, x] = case.spacing;
            let voxel = if is_flat { y * x } else { z * y * x };
            let scaled = ours.overlap.scaled(voxel).unwrap();
            if let Some(difference) = volume_difference(&scaled).value() {
                let expected = theirs.sizes[1] - theirs.sizes[0];
                assert!(near(difference, expected, 1e-9));
                let absolute = absolute_volume_difference(&scaled).value();
                assert_eq!(absolute, Some(difference.abs()));
            }
            let Some(value) = dice(&ours.overlap).value() else {
                // DIFFERENCE: both empty is undefined here, infinite or the largest number there.
                assert_eq!(theirs.dice, "inf");
                assert_eq!(
                    (theirs.jaccard, theirs.volume_similarity),
                    (f64::MAX, f64::MAX)
                );
                n_both_empty += 1;
                continue;
            };
            assert!(near(value, theirs.dice.as_f64().unwrap(), 1e-12));
            let value = iou(&ours.overlap).value().unwrap();
            assert!(near(value, theirs.jaccard, 1e-12));
            let value = volume_similarity(&ours.overlap).value().unwrap();
            assert!(near(
                value,
                1.0 - theirs.volume_similarity.abs() / 2.0,
                1e-12
            ));
            let Some(expected) = theirs.hausdorff else {
                continue;
            };
            if is_flat || index % 5 < 2 {
                assert!(near(hausdorff_of_sets(case), expected, 1e-6));
                n_sets += 1;
            }
            // DIFFERENCE: sets of voxel centres there, surfaces through voxel corners here; inner voxels are never far there.
            if near(hd(&ours.surfaces).value().unwrap(), expected, 1e-6) {
                n_equal += 1;
            } else {
                n_other += 1;
            }
        }
    }
    assert_eq!((n_both_empty, n_sets, n_other, n_equal), (45, 384, 86, 491));
}

#[derive(Deserialize)]
struct MetricsReloaded {
    volumes: Vec<Option<ReloadedFigures>>,
    masks: Vec<Option<ReloadedFigures>>,
}

#[derive(Deserialize)]
struct ReloadedFigures {
    centroid_distance: f64,
    absolute_relative_volume_difference: f64,
    hd: f64,
    hd95: f64,
    assd: f64,
    masd: f64,
    nsd: f64,
    boundary_iou: f64,
}

#[test]
fn centroids_and_sizes_are_those_of_metrics_reloaded_and_its_borders_are_others() {
    let text = include_str!("../../../tests/oracles/boundary/metrics_reloaded.json");
    let oracle: MetricsReloaded = serde_json::from_str(text).unwrap();
    let mut n_cases = 0;
    // Of hd, hd95, assd, masd, nsd and boundary IoU.
    let mut n_other = [0; 6];
    for (cases, theirs, is_flat) in [
        (volumes(), oracle.volumes, false),
        (masks(), oracle.masks, true),
    ] {
        assert_eq!(cases.len(), theirs.len());
        for (case, theirs) in cases.iter().zip(theirs) {
            let ours = pair(case, is_flat);
            let Some(theirs) = theirs else {
                assert!(ours.overlap.a() * ours.overlap.b() == 0.0);
                continue;
            };
            n_cases += 1;
            assert!(near(
                ours.centroids_apart.unwrap(),
                theirs.centroid_distance,
                1e-9
            ));
            let value = absolute_relative_volume_difference(&ours.overlap).value();
            let expected = theirs.absolute_relative_volume_difference;
            assert!(near(value.unwrap(), expected, 1e-12));
            // DIFFERENCE: there a border is the voxels with a side neighbour outside, unweighted, measured between voxel centres,
            // with percentiles interpolated; boundary IoU takes Euclidean distances below 2 from that border. Here borders are
            // surfaces between voxels, weighted by size, and rims are counted in king's moves.
            let found = [
                hd(&ours.surfaces),
                hd95(&ours.surfaces),
                assd(&ours.surfaces),
                masd(&ours.surfaces),
                nsd(&ours.surfaces, case.tolerance).unwrap(),
            ];
            let found = found.map(|value| value.value().unwrap());
            let found = found.into_iter().chain(ours.boundary_iou);
            let expected = [
                theirs.hd,
                theirs.hd95,
                theirs.assd,
                theirs.masd,
                theirs.nsd,
                theirs.boundary_iou,
            ];
            for (n, (found, expected)) in n_other.iter_mut().zip(found.zip(expected)) {
                *n += usize::from(!near(found, expected, 1e-6));
            }
        }
    }
    assert_eq!((n_cases, n_other), (577, [85, 315, 452, 452, 324, 10]));
}
