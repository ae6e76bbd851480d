use super::*;
use crate::geometry::boundary_cases::{masks, volumes};

fn block(x0: u32, x1: u32) -> Mask {
    let rows = (2..6).flat_map(|y| [y * 10 + x0, y * 10 + x1]);
    Mask::from_bounds(10, 8, rows.collect()).unwrap()
}

fn surfaces(a: &Mask, b: &Mask) -> Surfaces {
    Surfaces::of_masks(a, b, None).unwrap()
}

#[test]
fn the_unit_is_px_without_spacing_and_mm_with() {
    let a = block(2, 5);
    assert_eq!(surfaces(&a, &a).unit(), Unit::Px);
    let mm = Surfaces::of_masks(&a, &block(3, 6), Some([2.0, 0.5])).unwrap();
    assert_eq!((mm.unit(), hd(&mm).value()), (Unit::Mm, Some(0.5)));
}

#[test]
fn one_empty_mask_has_no_distance_but_an_nsd_of_zero() {
    let (a, none) = (block(2, 5), Mask::empty(10, 8).unwrap());
    let no_reference = surfaces(&none, &a);
    assert_eq!(hd(&no_reference), Undefined::ReferenceEmpty.into());
    assert_eq!(nsd(&no_reference, 1.0).unwrap().value(), Some(0.0));
    let no_candidate = surfaces(&a, &none);
    assert_eq!(assd(&no_candidate), Undefined::CandidateEmpty.into());
    assert_eq!(hd95(&no_candidate), Undefined::CandidateEmpty.into());
    let nothing = surfaces(&none, &none);
    assert_eq!(nsd(&nothing, 1.0).unwrap(), Undefined::BothEmpty.into());
    assert_eq!(hd(&nothing), Undefined::BothEmpty.into());
}

#[test]
fn percentiles_and_tolerances_are_checked() {
    let same = surfaces(&block(2, 5), &block(2, 5));
    for percent in [-1.0, 100.1, f64::NAN] {
        assert!(hd_percentile(&same, percent).is_err());
    }
    assert!(nsd(&same, -0.1).is_err() && nsd(&same, f64::NAN).is_err());
    let apart = surfaces(&block(1, 4), &block(2, 8));
    assert_eq!(hd_percentile(&apart, 100.0).unwrap(), hd(&apart));
}

#[test]
fn micrometre_slices_need_a_spacing() {
    let slices = vec![(0, block(2, 5))];
    let volume = Volume::new(10, 8, SliceAxis::Micrometres, slices).unwrap();
    let error = Surfaces::of_volumes(&volume, &volume, None);
    assert_eq!(error, Err(MetricError::NoSliceSpacing));
    assert!(Surfaces::of_volumes(&volume, &volume, Some([1.0; 3])).is_ok());
}

#[test]
fn the_overlap_of_each_side_says_which_one_stands_out() {
    // A block of 3 by 4 px inside one of 6 by 4: the wider one stands out on both sides.
    let found = surfaces(&block(4, 7), &block(2, 8));
    let [reference, candidate] = surface_overlap(&found, 1.0).unwrap();
    assert!(reference.value() > candidate.value());
    let none = Mask::empty(10, 8).unwrap();
    let [reference, candidate] = surface_overlap(&surfaces(&none, &block(2, 5)), 1.0).unwrap();
    assert_eq!(reference, Undefined::ReferenceEmpty.into());
    assert_eq!(candidate.value(), Some(0.0));
    assert!(surface_overlap(&found, f64::INFINITY).is_err());
}

#[test]
fn the_mean_of_two_means_weighs_both_surfaces_alike() {
    let found = surfaces(&block(2, 3), &block(2, 8));
    let [to, from] = found.distances().means().unwrap();
    assert_eq!(masd(&found).value(), Some(0.5 * (to + from)));
    assert!(masd(&found) != assd(&found));
}

#[test]
fn spacings_beyond_any_image_are_refused() {
    let a = block(2, 5);
    for spacing in [1e-200, 1e200, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Surfaces::of_masks(&a, &a, Some([1.0, spacing])).is_err());
    }
    assert!(Surfaces::of_masks(&a, &a, Some([1e-12, 1e9])).is_ok());
}

#[test]
fn an_empty_side_is_said_even_where_the_other_is_too_large_to_hold() {
    let corners = vec![0, 1, 3_599_999_999, 3_600_000_000];
    let a = Mask::from_bounds(60_000, 60_000, corners).unwrap();
    let found = surfaces(&a, &Mask::empty(60_000, 60_000).unwrap());
    assert_eq!(hd(&found), Undefined::CandidateEmpty.into());
    assert!(Surfaces::of_masks(&a, &a, None).is_err());
}

#[test]
fn figures_of_750_pairs_keep_what_their_docstrings_promise() {
    let deep = volumes().into_iter().map(|case| {
        let [a, b] = case.volumes();
        let found = Surfaces::of_volumes(&a, &b, Some(case.spacing)).unwrap();
        let exchanged = Surfaces::of_volumes(&b, &a, Some(case.spacing)).unwrap();
        (case, found, exchanged)
    });
    let flat = masks().into_iter().map(|case| {
        let [a, b] = case.masks();
        let spacing = Some([case.spacing[1], case.spacing[2]]);
        let found = Surfaces::of_masks(&a, &b, spacing).unwrap();
        (case, found, Surfaces::of_masks(&b, &a, spacing).unwrap())
    });
    let mut n_defined = 0;
    for (case, found, exchanged) in deep.chain(flat) {
        let Some(greatest) = hd(&found).value() else {
            continue;
        };
        n_defined += 1;
        let at = |percent| hd_percentile(&found, percent).unwrap().value().unwrap();
        let percentiles = [0.0, 10.0, 50.0, 90.0, 95.0, 99.0, 100.0].map(at);
        assert!(percentiles.is_sorted() && percentiles[6] == greatest);
        assert_eq!(hd95(&found).value(), Some(percentiles[4]));
        let [mean, halved] = [assd(&found), masd(&found)].map(|mean| mean.value().unwrap());
        let enough = greatest * (1.0 + 1e-12);
        assert!(mean <= enough && halved <= enough);
        let [size_a, size_b] = found.distances().sizes().unwrap();
        let tolerances = [0.0, 0.5 * case.tolerance, case.tolerance, greatest];
        let shares = tolerances.map(|tolerance| {
            let [of_a, of_b] = surface_overlap(&found, tolerance).unwrap();
            let [of_a, of_b] = [of_a.value().unwrap(), of_b.value().unwrap()];
            let share = nsd(&found, tolerance).unwrap().value().unwrap();
            let weighted = (of_a * size_a + of_b * size_b) / (size_a + size_b);
            assert!((share - weighted).abs() < 1e-12);
            share
        });
        assert!(shares[..3].is_sorted() && shares[3] == 1.0);
        // To the last bit, not only nearly.
        let all =
            |surfaces: &Surfaces| [hd(surfaces), hd95(surfaces), assd(surfaces), masd(surfaces)];
        assert_eq!(all(&found), all(&exchanged));
    }
    assert_eq!(n_defined, 577);
}
