//! Ways of collapsing numbers.

use super::*;
use crate::agreement::{Bootstrap, krippendorff_alpha_of_values};

#[test]
fn both_ways_of_collapsing_numbers_give_the_same_alpha() {
    let values = (0..60_u32).map(|i| (i % 7 != 3).then(|| f64::from(i * i % 23 + i / 9) - 4.0));
    let names = |n: u32| (0..n).map(|i| i.to_string()).collect();
    let matrix = RatingMatrix::numeric(names(20), names(3), values.collect()).unwrap();
    let (cells, numbers) = matrix.numbered_codes().unwrap();
    let alpha = |(ways, counts, numbers): Collapsed, scale| {
        let n_values = numbers.len();
        let pairable = Pairable {
            ways,
            counts,
            numbers,
            n_values,
            scale,
        };
        pairable.alpha(&pairable.counts).unwrap()
    };
    for scale in [Scale::Nominal, Scale::Ordinal, Scale::Interval] {
        let few = alpha(few_numbers(&cells, 3, &numbers), scale);
        let many = alpha(many_numbers(&matrix), scale);
        assert!((few - many).abs() < 1e-13, "{scale:?}: {few} {many}");
    }
}

#[test]
fn a_matrix_of_mostly_different_numbers_has_an_interval_alpha() {
    let names = |n: u32| (0..n).map(|i| i.to_string()).collect();
    let values = (0..6000_u32).map(|i| Some(f64::from(i / 2) + 0.25 * f64::from(i % 2)));
    let matrix = RatingMatrix::numeric(names(3000), names(2), values.collect()).unwrap();
    assert!(matrix.numbered_codes().is_none());
    let bootstrap = Bootstrap {
        n_resamples: 50,
        seed: 2,
    };
    let found = krippendorff_alpha_of_values(&matrix, Scale::Interval, bootstrap, 0.95).unwrap();
    // Within a unit d² = 1/16; between units about 2·3000²/12.
    let expected = 1.0 - (1.0 / 16.0) / (3000.0_f64.powi(2) / 6.0);
    assert!((found.value.unwrap() - expected).abs() < 1e-10);
    assert!(found.lower <= found.value && found.value <= found.upper);
}
