//! Identities between coefficients, and what resampling and large tables must not change.

use super::*;
use crate::draw::Draw;

#[test]
fn rater_order_changes_no_overall_figure() {
    let overall = |raters: &[&str]| {
        let all = all_coefficients(&matrix(4, raters), Scale::Ordinal, OPTIONS).unwrap();
        let overall = all.into_iter().filter(|c| c.raters.len() == 3);
        overall.map(|c| (c.name, c.value, c.se)).collect::<Vec<_>>()
    };
    let (a, b, c) = ("0123.10322", "01231.0321", "1123113.21");
    let (one, other) = (overall(&[a, b, c]), overall(&[c, a, b]));
    assert_eq!(one.len(), 4 + 4 + 1 + 8 + 4);
    for ((name, value, se), (_, other_value, other_se)) in one.into_iter().zip(other) {
        near(value, other_value.expect(name), 1e-14);
        if let Some(other_se) = other_se {
            near(se, other_se, 1e-14);
        }
    }
}

#[test]
fn a_many_category_matrix_gives_what_a_small_one_does() {
    // The same ratings with spare categories take the hashed way instead of the dense one.
    let small = matrix(3, &["01201.0", "0120112", "1121102"]);
    let large =
        RatingMatrix::categorical(names(7), names(3), names(40), small.cells().collect()).unwrap();
    let alpha = |m: &RatingMatrix| {
        krippendorff_alpha_value(&UnitPatterns::from_matrix(m), Scale::Ordinal).unwrap()
    };
    near(alpha(&small), alpha(&large).unwrap(), 1e-15);
    let kappa = |m: &RatingMatrix| {
        { fleiss_kappa(&UnitPatterns::from_matrix(m), Weights::Unweighted, 0.95) }.unwrap()
    };
    near(kappa(&small).value, kappa(&large).value.unwrap(), 1e-15);
}

#[test]
fn bootstrap_interval_is_seeded_and_holds_alpha() {
    let units = UnitPatterns::from_matrix(&matrix(
        4,
        &["012301230123012", "012301233321012", "112301230120012"],
    ));
    let run = |seed| {
        krippendorff_alpha(
            &units,
            Scale::Nominal,
            Bootstrap {
                n_resamples: 400,
                seed,
            },
            0.95,
        )
        .unwrap()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5).lower, run(6).lower);
    let found = run(5);
    assert!(found.lower < found.value && found.value < found.upper);
    assert!(found.method.contains("B = 400, seed 5"), "{}", found.method);
    let resampling = found.resampling.unwrap();
    assert_eq!((resampling.by, resampling.n_clusters), ("unit", 15));
    assert_eq!((resampling.n_resamples, resampling.n_dropped), (400, 0));
}

/// Ratings around a true category, from a small generator: `n` units, one string a rater.
fn drawn(n: usize, n_raters: usize, k: u64, gap_in_ten: u64) -> Vec<String> {
    let mut numbers = Draw(11);
    let mut draw = |below: u64| numbers.below(below);
    let mut raters = vec![String::new(); n_raters];
    for _ in 0..n {
        let truth = draw(k);
        for rater in &mut raters {
            let code = if draw(10) < 7 { truth } else { draw(k) };
            let gap = draw(10) < gap_in_ten;
            rater.push_str(&if gap {
                ".".to_owned()
            } else {
                code.to_string()
            });
        }
    }
    raters
}

fn drawn_matrix(n: usize, n_raters: usize, k: usize, gap_in_ten: u64) -> RatingMatrix {
    let raters = drawn(n, n_raters, k as u64, gap_in_ten);
    matrix(k, &raters.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn conger_of_two_is_cohen() {
    let ratings = drawn_matrix(90, 2, 4, 0);
    for weights in Weights::ALL {
        let cohen = cohen_kappa(&ratings.table(0, 1).unwrap(), weights, 0.95).unwrap();
        let conger = conger_kappa(&ratings, weights, 0.95).unwrap();
        near(conger.value, cohen.value.unwrap(), 1e-14);
        let scale = (90.0_f64 / 89.0).sqrt();
        near(conger.se, cohen.se.unwrap() * scale, 1e-14);
    }
}

#[test]
fn fleiss_of_two_is_scott() {
    let ratings = drawn_matrix(90, 2, 4, 0);
    let units = UnitPatterns::from_matrix(&ratings);
    for weights in Weights::ALL {
        let scott = scott_pi(&ratings.table(0, 1).unwrap(), weights, 0.95).unwrap();
        let fleiss = fleiss_kappa(&units, weights, 0.95).unwrap();
        near(fleiss.value, scott.value.unwrap(), 1e-14);
        near(fleiss.se, scott.se.unwrap(), 1e-14);
    }
}

#[test]
fn overall_kappa_is_the_weighted_mean_of_categories() {
    let ratings = drawn_matrix(120, 3, 5, 2);
    let counts = ratings.table(0, 2).unwrap();
    let n = counts.total() as f64;
    let (rows, columns) = counts.margins();
    let (mut sum, mut weight) = (0.0, 0.0);
    let of_categories = cohen_kappa_categories(&counts, 0.95).unwrap();
    assert_eq!(of_categories.len(), 5);
    for ((found, row), column) in of_categories.iter().zip(&rows).zip(&columns) {
        let (p, q) = (*row as f64 / n, *column as f64 / n);
        let expected = p * (1.0 - q) + q * (1.0 - p);
        sum += expected * found.value.unwrap();
        weight += expected;
    }
    let kappa = cohen_kappa(&counts, Weights::Unweighted, 0.95).unwrap();
    near(kappa.value, sum / weight, 1e-14);

    let units = UnitPatterns::from_matrix(&ratings);
    let (mut sum, mut weight) = (0.0, 0.0);
    for category in 0..5 {
        let merged = units.one_against_rest(category);
        let share: f64 = merged
            .patterns
            .iter()
            .flat_map(|p| p.ratings.iter().map(move |r| (p, r)))
            .filter(|(_, r)| r.0 == 0)
            .map(|(p, r)| p.n_units as f64 * f64::from(r.1) / f64::from(p.n_ratings))
            .sum::<f64>()
            / units.n_units() as f64;
        let found = fleiss_kappa_category(&units, category, 0.95).unwrap();
        sum += share * (1.0 - share) * found.value.unwrap();
        weight += share * (1.0 - share);
    }
    let kappa = fleiss_kappa(&units, Weights::Unweighted, 0.95).unwrap();
    near(kappa.value, sum / weight, 1e-14);
}

#[test]
fn prevalence_and_bias_tie_kappa_to_pabak() {
    // Byrt, Bishop & Carlin 1993: κ = (PABAK − PI² + BI²)/(1 − PI² + BI²).
    for counts in [[40, 9, 6, 45], [80, 10, 5, 5], [1, 2, 3, 94], [7, 0, 9, 1]] {
        let found = cohen_kappa(&table(2, &counts), Weights::Unweighted, 0.95).unwrap();
        let (pi, bi) = (found.prevalence_index.unwrap(), found.bias_index.unwrap());
        let spread = 1.0 - pi * pi + bi * bi;
        let tied = (found.pabak.unwrap() - pi * pi + bi * bi) / spread;
        near(found.value, tied, 1e-14);
        let units = UnitPatterns::from_table(&table(2, &counts));
        let uniform = brennan_prediger(&units, Weights::Unweighted, 0.95).unwrap();
        near(uniform.value, found.pabak.unwrap(), 1e-14);
    }
}

#[test]
fn a_rare_category_among_ten_million_keeps_its_digits() {
    // n₁₁ = 2 and one disagreement each way: κ = (2n − 9)/(3(n − 3)).
    let n = 10_000_000_u64;
    let counts = table(2, &[2, 1, 1, n - 4]);
    let exact = (2.0 * n as f64 - 9.0) / (3.0 * (n as f64 - 3.0));
    let kappa = cohen_kappa(&counts, Weights::Unweighted, 0.95).unwrap();
    near(kappa.value, exact, 2e-16);
    let pi = scott_pi(&counts, Weights::Unweighted, 0.95).unwrap();
    near(pi.value, exact, 2e-16);
    // Among so many empty units κ is 2 n₁₁/(2 n₁₁ + n₁₂ + n₂₁), whose variance by the delta method is 4/81.
    near(kappa.se, 2.0 / 9.0, 1e-6);
}

#[test]
fn quadratic_kappa_is_near_the_intraclass_correlation() {
    // Fleiss & Cohen 1973, doi:10.1177/001316447303300309: equal but for a term of order 1/n.
    let ratings = drawn_matrix(2000, 2, 5, 0);
    let kappa = cohen_kappa(&ratings.table(0, 1).unwrap(), Weights::Quadratic, 0.95).unwrap();
    let numeric = ratings.with_numeric_categories().unwrap();
    let icc = intraclass_correlation(&numeric, IccForm::TwoWayRandomSingle, 0.95).unwrap();
    near(kappa.value, icc.value.unwrap(), 1e-3);
}

#[test]
fn codes_and_labels_and_grouped_counts_make_the_same_table() {
    let ratings = drawn_matrix(500, 3, 4, 1);
    let codes: Vec<u16> = ratings.codes().to_vec();
    let unnamed = RatingMatrix::from_codes(names(3), names(4), codes).unwrap();
    assert_eq!((unnamed.n_units(), unnamed.units().len()), (500, 0));
    for (a, b) in [(0, 1), (1, 2), (2, 0)] {
        let pairs: Vec<(usize, usize)> = ratings
            .codes()
            .chunks_exact(3)
            .map(|unit| (usize::from(unit[a]), usize::from(unit[b])))
            .filter(|(i, j)| *i < 4 && *j < 4)
            .collect();
        let grouped = pairs.iter().map(|(i, j)| (*i, *j, 1));
        let expected = ContingencyTable::from_grouped(names(4), grouped).unwrap();
        assert_eq!(ratings.table(a, b).unwrap(), expected);
        assert_eq!(unnamed.table(a, b).unwrap(), expected);
        let (left, right): (Vec<u16>, Vec<u16>) =
            pairs.iter().map(|(i, j)| (*i as u16, *j as u16)).unzip();
        let coded = ContingencyTable::from_codes(names(4), &left, &right).unwrap();
        assert_eq!(coded, expected);
        let merged = expected.one_against_rest(2);
        assert_eq!(
            (merged.total(), merged.count(0, 0)),
            (expected.total(), expected.count(2, 2))
        );
    }
    // More categories than are counted in parts.
    let wide = RatingMatrix::from_codes(names(3), names(100), ratings.codes().to_vec()).unwrap();
    let (wide, narrow) = (wide.table(0, 1).unwrap(), ratings.table(0, 1).unwrap());
    assert!(wide.cells().eq(narrow.cells()));
}

#[test]
fn spare_raters_and_units_change_no_overall_figure() {
    let plain = matrix(3, &["0120.12", "0110212", "21202.0"]);
    let spare = matrix(3, &["0120.12.", "0110212.", "21202.0.", "........"]);
    let overall = |m: &RatingMatrix| {
        let all = all_coefficients(m, Scale::Ordinal, OPTIONS).unwrap();
        let overall = all
            .into_iter()
            .filter(|c| c.raters.len() == m.raters().len());
        overall.map(|c| (c.name, c.value, c.se)).collect::<Vec<_>>()
    };
    let (plain, spare) = (overall(&plain), overall(&spare));
    assert_eq!(plain.len(), spare.len());
    for ((name, value, se), (_, spare_value, spare_se)) in plain.into_iter().zip(spare) {
        near(spare_value, value.expect(name), 1e-14);
        assert_eq!(se.is_some(), spare_se.is_some());
        if let Some(se) = se {
            near(spare_se, se, 1e-14);
        }
    }
}
