//! Published tables of categories with their published answers, to the digits published.

use super::*;

/// Cohen 1960, table 1, and Cohen 1968: diagnoses of 200 patients by two judges (proportions × 200).
const COHEN_1960: [u64; 9] = [88, 14, 18, 10, 40, 10, 2, 6, 12];

#[test]
fn cohen_1960_diagnoses() {
    // Cohen 1960, doi:10.1177/001316446002000104: κ = .492. R's psych prints the table and the answer.
    let found = cohen_kappa(&table(3, &COHEN_1960), Weights::Unweighted, 0.95).unwrap();
    near(found.value, 0.492, 5e-4);
    // Margins .60 .30 .10 and .50 .30 .20 allow p_o = .90; p_e = .41.
    near(found.kappa_max, (0.9 - 0.41) / (1.0 - 0.41), 1e-12);
}

#[test]
fn cohen_1968_weighted_diagnoses() {
    // Cohen 1968, doi:10.1037/h0026256: κ_w = .348, and .353 with weights that are not symmetric. R's psych prints the
    // weights and the answers.
    let weighted = |v: [f64; 9]| {
        let found = cohen_kappa_of_disagreements(&table(3, &COHEN_1960), &v, 0.95).unwrap();
        found.value
    };
    let symmetric = weighted([0.0, 1.0, 3.0, 1.0, 0.0, 6.0, 3.0, 6.0, 0.0]);
    near(symmetric, 0.348, 5e-4);
    let other = weighted([0.0, 1.0, 4.0, 1.0, 0.0, 6.0, 2.0, 2.0, 0.0]);
    near(other, 0.353, 5e-4);
}

#[test]
fn fleiss_cohen_everitt_1969_standard_error() {
    // Fleiss, Cohen & Everitt 1969, table 1, doi:10.1037/h0028106: κ = .429, standard error .054.
    let counts = [106, 10, 4, 22, 28, 10, 2, 12, 6];
    let kappa = cohen_kappa(&table(3, &counts), Weights::Unweighted, 0.95).unwrap();
    near(kappa.value, 0.429, 5e-4);
    near(kappa.se, 0.054, 5e-4);
}

#[test]
fn landis_and_koch_1977_multiple_sclerosis() {
    // Landis & Koch 1977, table 1, doi:10.2307/2529310 (data of Westlund & Kurland 1953): rows the neurologist of New
    // Orleans, columns the one of Winnipeg. Counts as in R's vcd (`MSPatients`). Their printed answers could not be read
    // at the source, so the expected κ and standard errors are those of statsmodels 0.15.0.
    let winnipeg = [38, 5, 0, 1, 33, 11, 3, 0, 10, 14, 5, 6, 3, 7, 3, 10];
    let new_orleans = [5, 3, 0, 0, 3, 11, 4, 0, 2, 13, 3, 4, 1, 2, 4, 14];
    for (counts, n, kappa, se) in [
        (winnipeg, 149, 0.20794246404002498, 0.05045536524087699),
        (new_orleans, 69, 0.296516567544605, 0.07850387067237043),
    ] {
        let found = cohen_kappa(&table(4, &counts), Weights::Unweighted, 0.95).unwrap();
        assert_eq!(found.n, n);
        near(found.value, kappa, 1e-13);
        near(found.se, se, 1e-13);
    }
}

#[test]
fn skewed_prevalence_lowers_kappa_at_equal_agreement() {
    // Feinstein & Cicchetti 1990, J Clin Epidemiol 43(6):543-549, doi:10.1016/0895-4356(90)90158-L: equal agreement of 85 %,
    // κ = .70 and .32.
    let balanced = cohen_kappa(&table(2, &[40, 9, 6, 45]), Weights::Unweighted, 0.95).unwrap();
    let skewed = cohen_kappa(&table(2, &[80, 10, 5, 5]), Weights::Unweighted, 0.95).unwrap();
    near(balanced.value, 0.70, 5e-3);
    near(skewed.value, 0.32, 5e-3);
    near(balanced.prevalence_index, 0.05, 1e-15);
    near(skewed.prevalence_index, 0.75, 1e-15);
    near(skewed.bias_index, 0.05, 1e-15);
    near(balanced.pabak, 0.7, 1e-15);
    near(skewed.pabak, 0.7, 1e-15);
}

/// Fleiss 1971, table 1: 30 patients, 6 psychiatrists, 5 diagnoses.
pub(super) const FLEISS_1971: [[u32; 5]; 30] = [
    [0, 0, 0, 6, 0],
    [0, 3, 0, 0, 3],
    [0, 1, 4, 0, 1],
    [0, 0, 0, 0, 6],
    [0, 3, 0, 3, 0],
    [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2],
    [2, 0, 3, 1, 0],
    [2, 0, 0, 4, 0],
    [0, 0, 0, 0, 6],
    [1, 0, 0, 5, 0],
    [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0],
    [1, 0, 0, 5, 0],
    [0, 2, 0, 3, 1],
    [0, 0, 5, 0, 1],
    [3, 0, 0, 1, 2],
    [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0],
    [1, 0, 2, 0, 3],
    [0, 0, 0, 0, 6],
    [0, 1, 0, 5, 0],
    [0, 2, 0, 1, 3],
    [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1],
    [0, 5, 0, 1, 0],
    [4, 0, 0, 0, 2],
    [0, 2, 0, 4, 0],
    [1, 0, 5, 0, 0],
    [0, 0, 0, 0, 6],
];

/// Units from how often each category was given to them, six ratings each.
fn of_counts(counts: &[[u32; 5]]) -> UnitPatterns {
    let code = |(code, n): (u16, &u32)| std::iter::repeat_n(code, *n as usize);
    let codes = counts.iter().flat_map(|row| (0..).zip(row).flat_map(code));
    let matrix = RatingMatrix::from_codes(names(6), names(5), codes.collect()).unwrap();
    UnitPatterns::from_matrix(&matrix)
}

#[test]
fn fleiss_1971_psychiatric_diagnoses() {
    // Fleiss 1971, table 1, doi:10.1037/h0031619: κ = .430; per category .245 .245 .520 .471 .566 (Fleiss, Nee & Landis 1979
    // give the standard error .024 overall and .047 for every category).
    let units = of_counts(&FLEISS_1971);
    let kappa = fleiss_kappa(&units, Weights::Unweighted, 0.95).unwrap();
    near(kappa.value, 0.430, 5e-4);
    near(kappa.se_null, 0.024, 6e-4);
    for (category, expected) in [0.245, 0.245, 0.520, 0.471, 0.566].into_iter().enumerate() {
        let kappa = fleiss_kappa_category(&units, category, 0.95).unwrap();
        near(kappa.value, expected, 6e-4);
        near(kappa.se_null, 0.047, 5e-4);
    }
}

#[test]
fn gwet_2014_six_psychiatrists() {
    // The first 15 patients of Fleiss 1971, as in Gwet 2014, ISBN 978-0970806284; answers as his R package irrCAC 1.0
    // prints them (`distrib.6raters`): value, standard error.
    let units = of_counts(&FLEISS_1971[..15]);
    let check = |found: Result<Coefficient, AgreementError>, value, se| {
        let found = found.unwrap();
        near(found.value, value, 5e-8);
        near(found.se, se, 5e-8);
    };
    let (plain, quadratic) = (Weights::Unweighted, Weights::Quadratic);
    check(gwet_ac(&units, plain, 0.95), 0.4448007, 0.08418757);
    check(fleiss_kappa(&units, plain, 0.95), 0.4139265, 0.08119291);
    check(brennan_prediger(&units, plain, 0.95), 0.4388889, 0.08312142);
    check(gwet_ac(&units, quadratic, 0.95), 0.4837438, 0.1058227);
    check(fleiss_kappa(&units, quadratic, 0.95), 0.2511909, 0.1457381);
    check(
        brennan_prediger(&units, quadratic, 0.95),
        0.4177778,
        0.1067493,
    );
    let alpha = krippendorff_alpha_value(&units, Scale::Nominal).unwrap();
    near(alpha, 0.4204384, 5e-8);
}

#[test]
fn gwet_2014_abstractors() {
    // Gwet 2014: 100 pregnancies by two abstractors; answers as irrCAC 1.0 prints them (`cont3x3abstractors`).
    let counts = table(3, &[13, 0, 0, 0, 20, 7, 0, 4, 56]);
    let units = UnitPatterns::from_table(&counts);
    let plain = Weights::Unweighted;
    let kappa = cohen_kappa(&counts, plain, 0.95).unwrap();
    near(kappa.value, 0.7964094, 5e-8);
    near(kappa.se, 0.05891072, 5e-8);
    // DIFFERENCE: irrCAC's functions for tables divide the variance by n, those for raw ratings, and Gwet's formulas for
    // any number of raters, by n − 1. Here the latter hold throughout, so that two raters are a case of many.
    let check = |found: Result<Coefficient, AgreementError>, value, se| {
        let found = found.unwrap();
        near(found.value, value, 5e-8);
        near(found.se.map(|se| se * (99.0_f64 / 100.0).sqrt()), se, 5e-8);
        assert!(
            (found.se.unwrap() - se).abs() > 1e-4,
            "the difference is gone"
        );
    };
    check(scott_pi(&counts, plain, 0.95), 0.7962397, 0.05905473);
    check(gwet_ac(&units, plain, 0.95), 0.8493305, 0.04321747);
    check(brennan_prediger(&units, plain, 0.95), 0.835, 0.04693346);
    let percent = percent_agreement(&counts, 0.95).unwrap();
    near(percent.value, 0.89, 1e-15);
}

#[test]
fn gwet_2014_four_raters_with_gaps() {
    // Gwet 2014, p. 120: the ratings of Krippendorff 2011, example C, but that the third rater gave the only rating of
    // unit 12. Answers as irrCAC 1.0 prints them (`cac.raw4raters`): value, standard error.
    let matrix = four_observers(2);
    let units = UnitPatterns::from_matrix(&matrix);
    let check = |found: Result<Coefficient, AgreementError>, value, se| {
        let found = found.unwrap();
        near(found.value, value, 5e-6);
        near(found.se, se, 5e-6);
        assert_eq!(found.upper, Some(1.0));
    };
    let (plain, quadratic) = (Weights::Unweighted, Weights::Quadratic);
    check(gwet_ac(&units, plain, 0.95), 0.77544, 0.14295);
    check(fleiss_kappa(&units, plain, 0.95), 0.76117, 0.15302);
    check(conger_kappa(&matrix, plain, 0.95), 0.76282, 0.14917);
    check(brennan_prediger(&units, plain, 0.95), 0.77273, 0.14472);
    check(gwet_ac(&units, quadratic, 0.95), 0.914, 0.10396);
    check(fleiss_kappa(&units, quadratic, 0.95), 0.86494, 0.14603);
    check(conger_kappa(&matrix, quadratic, 0.95), 0.85771, 0.14367);
    check(brennan_prediger(&units, quadratic, 0.95), 0.90152, 0.11089);
    let alpha = krippendorff_alpha_value(&units, Scale::Nominal).unwrap();
    near(alpha, 0.74342, 5e-6);
}

/// Krippendorff 2011, example C: four observers, twelve units; `last` gave the only rating of unit 12.
fn four_observers(last: usize) -> RatingMatrix {
    let mut rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 0],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    rows[last][11] = 3;
    let cells = |u: usize| {
        rows.iter()
            .map(move |row| (row[u] > 0).then(|| row[u] as u16 - 1))
    };
    let categories = (1..=5).map(|c| c.to_string()).collect();
    let cells = (0..12).flat_map(cells).collect();
    RatingMatrix::categorical(names(12), names(4), categories, cells).unwrap()
}

#[test]
fn krippendorff_2011_two_observers() {
    // Krippendorff 2011, <https://repository.upenn.edu/asc_papers/43>, example A, binary: α = .095; example B, nominal:
    // α = .692.
    let nominal = |k, raters: &[&str]| {
        let units = UnitPatterns::from_matrix(&matrix(k, raters));
        krippendorff_alpha_value(&units, Scale::Nominal).unwrap()
    };
    near(nominal(2, &["0100000010", "1110010000"]), 0.095, 5e-4);
    near(nominal(5, &["001132224330", "101112224333"]), 0.692, 5e-4);
}

#[test]
fn krippendorff_2011_reliability_data() {
    // Krippendorff 2011, example C: four observers, twelve units, gaps. α nominal .743, ordinal
    // .815, interval .849, ratio .797.
    // Unit 12 holds one value and drops out.
    let matrix = four_observers(1);
    let units = UnitPatterns::from_matrix(&matrix);
    let matrix = matrix.with_numeric_categories().unwrap();
    let categorical = |scale| krippendorff_alpha(&units, scale, NO_BOOTSTRAP, 0.95).unwrap();
    let numeric = |scale| krippendorff_alpha_of_values(&matrix, scale, NO_BOOTSTRAP, 0.95).unwrap();
    assert_eq!(categorical(Scale::Nominal).n, 11);
    near(categorical(Scale::Nominal).value, 0.743, 5e-4);
    near(categorical(Scale::Ordinal).value, 0.815, 5e-4);
    near(numeric(Scale::Interval).value, 0.849, 5e-4);
    near(numeric(Scale::Ratio).value, 0.797, 5e-4);
    near(
        numeric(Scale::Nominal).value,
        categorical(Scale::Nominal).value.unwrap(),
        1e-15,
    );
    near(
        numeric(Scale::Ordinal).value,
        categorical(Scale::Ordinal).value.unwrap(),
        1e-15,
    );
}
