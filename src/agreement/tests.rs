//! Published tables with published answers, and the laws that hold for any ratings.

use super::*;

const NO_BOOTSTRAP: Bootstrap = Bootstrap {
    n_resamples: 0,
    seed: 0,
};

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| i.to_string()).collect()
}

fn table(k: usize, counts: &[u64]) -> ContingencyTable {
    ContingencyTable::new(names(k), counts.to_vec()).unwrap()
}

/// A matrix from one string of digits per rater; anything else is a gap.
fn matrix(k: usize, raters: &[&str]) -> RatingMatrix {
    let rows: Vec<Vec<char>> = raters.iter().map(|r| r.chars().collect()).collect();
    let n = rows[0].len();
    let cells = (0..n).flat_map(|u| {
        rows.iter()
            .map(move |r| r[u].to_digit(10).map(|d| d as u16))
    });
    RatingMatrix::categorical(names(n), names(raters.len()), names(k), cells.collect()).unwrap()
}

#[track_caller]
fn near(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.expect("a value");
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} for {expected}"
    );
}

#[test]
fn cohen_1960_diagnosis_example() {
    // Cohen 1960, table 1: proportions of 200 cases, κ = .492.
    let counts = [88, 14, 18, 10, 40, 10, 2, 6, 12];
    let kappa = cohen_kappa(&table(3, &counts), Weights::Unweighted, 0.95).unwrap();
    near(kappa.value, 0.492, 5e-4);
}

#[test]
fn fleiss_cohen_everitt_1969_standard_error() {
    // Fleiss, Cohen & Everitt 1969, table 1: κ = .429, standard error .054.
    let counts = [106, 10, 4, 22, 28, 10, 2, 12, 6];
    let kappa = cohen_kappa(&table(3, &counts), Weights::Unweighted, 0.95).unwrap();
    near(kappa.value, 0.429, 5e-4);
    near(kappa.se, 0.054, 5e-4);
}

#[test]
fn skewed_prevalence_lowers_kappa_at_equal_agreement() {
    // Equal agreement of 85 %: Feinstein & Cicchetti 1990, κ = .70 and .32.
    let balanced = cohen_kappa(&table(2, &[40, 9, 6, 45]), Weights::Unweighted, 0.95).unwrap();
    let skewed = cohen_kappa(&table(2, &[80, 10, 5, 5]), Weights::Unweighted, 0.95).unwrap();
    near(balanced.value, 0.70, 5e-3);
    near(skewed.value, 0.32, 5e-3);
    near(balanced.prevalence_index, 0.05, 1e-15);
    near(skewed.prevalence_index, 0.75, 1e-15);
    near(skewed.bias_index, 0.05, 1e-15);
}

/// Fleiss 1971, table 1: 30 patients, 6 psychiatrists, 5 diagnoses.
const FLEISS_1971: [[u32; 5]; 30] = [
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

fn fleiss_1971() -> UnitPatterns {
    let cells = FLEISS_1971.iter().flat_map(|row| {
        (0_u16..)
            .zip(row)
            .flat_map(|(code, n)| std::iter::repeat_n(Some(code), *n as usize))
    });
    let matrix = RatingMatrix::categorical(names(30), names(6), names(5), cells.collect()).unwrap();
    UnitPatterns::from_matrix(&matrix)
}

#[test]
fn fleiss_1971_psychiatric_diagnoses() {
    // Fleiss 1971: κ = .430; per category .245 .245 .520 .471 .566 (Fleiss, Nee & Landis 1979
    // give the standard error .024 overall and .047 for every category).
    let units = fleiss_1971();
    let kappa = fleiss_kappa(&units, 0.95).unwrap();
    near(kappa.value, 0.430, 5e-4);
    near(kappa.se_null, 0.024, 6e-4);
    for (category, expected) in [0.245, 0.245, 0.520, 0.471, 0.566].into_iter().enumerate() {
        let kappa = fleiss_kappa_category(&units, category, 0.95).unwrap();
        near(kappa.value, expected, 6e-4);
        near(kappa.se_null, 0.047, 5e-4);
    }
}

#[test]
fn krippendorff_2011_reliability_data() {
    // Krippendorff 2011, example C: four observers, twelve units, gaps. α nominal .743, ordinal
    // .815, interval .849, ratio .797.
    // Units in columns, as printed there; unit 12 holds one value and drops out.
    let rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ];
    let cells = |u: usize| {
        rows.iter()
            .map(move |row| (row[u] > 0).then(|| row[u] as u16 - 1))
    };
    let categories = (1..=5).map(|c| c.to_string()).collect();
    let matrix = RatingMatrix::categorical(
        names(12),
        names(4),
        categories,
        (0..12).flat_map(cells).collect(),
    )
    .unwrap();
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

#[test]
fn shrout_and_fleiss_1979_judges() {
    // Shrout & Fleiss 1979, tables 2 and 4: six targets, four judges.
    let ratings = [
        [9, 2, 5, 8],
        [6, 1, 3, 2],
        [8, 4, 6, 8],
        [7, 1, 2, 6],
        [10, 5, 6, 9],
        [6, 2, 4, 7],
    ];
    let values = ratings
        .iter()
        .flatten()
        .map(|x| Some(f64::from(*x)))
        .collect();
    let matrix = RatingMatrix::numeric(names(6), names(4), values).unwrap();
    let expected = [0.17, 0.29, 0.71, 0.44, 0.62, 0.91];
    for (found, expected) in intraclass_correlations(&matrix, 0.95)
        .unwrap()
        .iter()
        .zip(expected)
    {
        near(found.value, expected, 5e-3);
        let (value, lower, upper) = (
            found.value.unwrap(),
            found.lower.unwrap(),
            found.upper.unwrap(),
        );
        assert!(lower < value && value < upper, "{}", found.name);
    }
    // The intervals of McGraw & Wong for these data, as in R's psych::ICC.
    let random = intraclass_correlation(&matrix, IccForm::TwoWayRandomSingle, 0.95).unwrap();
    near(random.lower, 0.019, 5e-4);
    near(random.upper, 0.761, 5e-4);
}

#[test]
fn bland_and_altman_1986_peak_flow() {
    // Bland & Altman 1986, table: Wright and mini meter, first readings, l/min. Mean difference
    // −2.1, s 38.8; limits −79.7 and 75.5 with 2 s in place of 1.96 s.
    let large = [
        494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427,
    ];
    let mini = [
        512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451,
    ];
    let pairs: Vec<_> = large
        .iter()
        .zip(mini)
        .map(|(a, b)| (f64::from(*a), f64::from(b)))
        .collect();
    let found = bland_altman(&pairs, 0.95).unwrap();
    let limits = found.limits.unwrap();
    near(found.value, -2.1, 0.05);
    near(Some(limits.sd), 38.8, 0.05);
    near(Some(limits.bias - 2.0 * limits.sd), -79.7, 0.1);
    // Their intervals: bias −22.0 to 17.8, lower limit −114.3 to −45.1, from the limits at 2 s.
    near(found.lower, -22.0, 0.1);
    near(found.upper, 17.8, 0.1);
    let half = 0.5 * (limits.loa_lower_interval[1] - limits.loa_lower_interval[0]);
    near(Some(half), 0.5 * (114.3 - 45.1), 0.1);
}

#[test]
fn one_category_throughout_is_undefined() {
    let units = matrix(3, &["1111", "1111"]);
    let options = AgreementOptions {
        level: 0.95,
        bootstrap: NO_BOOTSTRAP,
    };
    for found in all_coefficients(&units, Scale::Ordinal, options).unwrap() {
        match found.name {
            "percent_agreement" | "gwet_ac1" | "gwet_ac2" | "brennan_prediger" => {
                assert_eq!(found.value, Some(1.0), "{}", found.name);
            }
            _ => {
                assert_eq!(found.value, None, "{}", found.name);
                assert_eq!(found.undefined.unwrap().code, UndefinedCode::NoVariation);
            }
        }
    }
}

#[test]
fn no_shared_unit_is_undefined_everywhere() {
    let units = matrix(2, &["01..", "..10"]);
    let options = AgreementOptions {
        level: 0.95,
        bootstrap: NO_BOOTSTRAP,
    };
    let all = all_coefficients(&units, Scale::Ordinal, options).unwrap();
    assert!(
        all.iter()
            .all(|c| c.value.is_none() && c.undefined.is_some() && c.lower.is_none())
    );
    let empty = RatingMatrix::categorical(vec![], vec![], vec![], vec![]).unwrap();
    let all = all_coefficients(&empty, Scale::Nominal, options).unwrap();
    assert!(!all.is_empty() && all.iter().all(|c| c.undefined.is_some()));
}

#[test]
fn perfect_agreement_is_one() {
    let units = matrix(3, &["0122", "0122", "0122"]);
    let options = AgreementOptions {
        level: 0.95,
        bootstrap: NO_BOOTSTRAP,
    };
    for found in all_coefficients(&units, Scale::Ordinal, options).unwrap() {
        near(found.value, 1.0, 1e-15);
    }
    let numeric = units.with_numeric_categories().unwrap();
    for found in all_coefficients(&numeric, Scale::Interval, options).unwrap() {
        let perfect = if found.name == "bland_altman" {
            0.0
        } else {
            1.0
        };
        near(found.value, perfect, 1e-12);
    }
}

#[test]
fn rater_order_changes_no_overall_figure() {
    let options = AgreementOptions {
        level: 0.95,
        bootstrap: NO_BOOTSTRAP,
    };
    let overall = |raters: &[&str]| {
        let all = all_coefficients(&matrix(4, raters), Scale::Ordinal, options).unwrap();
        let overall = all.into_iter().filter(|c| c.raters.len() == 3);
        overall
            .map(|c| (c.value, c.se, c.lower))
            .collect::<Vec<_>>()
    };
    let (a, b, c) = ("0123.10322", "01231.0321", "1123113.21");
    assert_eq!(overall(&[a, b, c]), overall(&[c, a, b]));
}

#[test]
fn a_many_category_matrix_gives_what_a_small_one_does() {
    // The same ratings with spare categories take the hashed way instead of the dense one.
    let small = matrix(3, &["01201.0", "0120112", "1121102"]);
    let large =
        RatingMatrix::categorical(names(7), names(3), names(40), small.cells().to_vec()).unwrap();
    let alpha = |m: &RatingMatrix| {
        krippendorff_alpha_value(&UnitPatterns::from_matrix(m), Scale::Ordinal).unwrap()
    };
    near(alpha(&small), alpha(&large).unwrap(), 1e-15);
    let kappa = |m: &RatingMatrix| fleiss_kappa(&UnitPatterns::from_matrix(m), 0.95).unwrap();
    near(kappa(&small).value, kappa(&large).value.unwrap(), 1e-15);
}

#[test]
fn bootstrap_interval_is_seeded_and_holds_alpha() {
    let units = fleiss_1971();
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
}

#[test]
fn faulty_matrices_are_refused() {
    let shape = RatingMatrix::categorical(names(2), names(2), names(2), vec![Some(0); 3]);
    assert!(matches!(shape, Err(AgreementError::ShapeMismatch { .. })));
    let code = RatingMatrix::categorical(names(1), names(2), names(2), vec![Some(0), Some(2)]);
    assert_eq!(
        code,
        Err(AgreementError::UnknownCode {
            code: 2,
            n_categories: 2
        })
    );
    let twice = RatingMatrix::from_labels([("r", "u", "x"), ("r", "u", "x")], None);
    assert!(matches!(twice, Err(AgreementError::DuplicateRating { .. })));
    let nan = RatingMatrix::from_values([("r", "u", f64::NAN)]);
    assert!(matches!(nan, Err(AgreementError::NotFinite { .. })));
    let labels = RatingMatrix::from_labels([("r", "u", "x")], Some(&names(2)));
    assert_eq!(
        labels,
        Err(AgreementError::UnknownLabel { label: "x".into() })
    );
}

#[test]
fn labels_that_are_numbers_are_ordered_by_size() {
    let rows = [("r1", "u", "10"), ("r2", "u", "9"), ("r1", "v", "-1")];
    let found = RatingMatrix::from_labels(rows, None).unwrap();
    assert_eq!(found.categories(), ["-1", "9", "10"]);
    assert_eq!(found.cells(), [Some(2), Some(1), Some(0), None]);
}

#[test]
fn the_written_shape_is_the_documented_one() {
    let units = matrix(2, &["0101", "0110"]);
    let found = cohen_kappa(&units.table(0, 1).unwrap(), Weights::Unweighted, 0.95).unwrap();
    let written = serde_json::to_value(&found).unwrap();
    for key in [
        "name",
        "weights",
        "raters",
        "value",
        "se",
        "lower",
        "upper",
        "level",
        "n",
        "undefined",
        "method",
    ] {
        assert!(written.get(key).is_some(), "{key} in {written}");
    }
    assert!(written["undefined"].is_null() && written.get("loa_lower").is_none());
    let same = cohen_kappa(&table(2, &[4, 0, 0, 0]), Weights::Linear, 0.95).unwrap();
    let written = serde_json::to_value(&same).unwrap();
    assert_eq!(written["undefined"], "no_variation");
    assert!(written["value"].is_null());
    let written =
        serde_json::to_value(bland_altman(&[(1.0, 2.0), (3.0, 1.0)], 0.95).unwrap()).unwrap();
    assert!(written["loa_lower"].is_f64() && written["bias"] == written["value"]);
}
