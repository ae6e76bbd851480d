//! Where figures end: nothing varies, nothing is shared, one unit, one rater, faulty input.

use super::*;

#[test]
fn one_category_throughout_is_undefined() {
    let units = matrix(3, &["1111", "1111"]);
    for found in all_coefficients(&units, Scale::Ordinal, OPTIONS).unwrap() {
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
    let all = all_coefficients(&units, Scale::Ordinal, OPTIONS).unwrap();
    assert!(
        all.iter()
            .all(|c| c.value.is_none() && c.undefined.is_some() && c.lower.is_none())
    );
    let empty = RatingMatrix::categorical(vec![], vec![], vec![], vec![]).unwrap();
    let all = all_coefficients(&empty, Scale::Nominal, OPTIONS).unwrap();
    assert!(!all.is_empty() && all.iter().all(|c| c.undefined.is_some()));
}

#[test]
fn perfect_agreement_is_one() {
    let units = matrix(3, &["0122", "0122", "0122"]);
    for found in all_coefficients(&units, Scale::Ordinal, OPTIONS).unwrap() {
        near(found.value, 1.0, 1e-15);
    }
    let numeric = units.with_numeric_categories().unwrap();
    for found in all_coefficients(&numeric, Scale::Interval, OPTIONS).unwrap() {
        let perfect = if found.name == "bland_altman" {
            0.0
        } else {
            1.0
        };
        near(found.value, perfect, 1e-12);
    }
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
fn two_columns_of_text_make_the_table_of_their_rows() {
    let pairs = [("10", "9"), ("9", "9"), ("-1", "10"), ("10", "10")];
    let table = ContingencyTable::from_labels(pairs, None).unwrap();
    assert_eq!(table.categories(), ["-1", "9", "10"]);
    let items = ["a", "b", "c", "d"];
    let rows = pairs.iter().zip(items);
    let rows = rows.flat_map(|((a, b), item)| [("r1", item, *a), ("r2", item, *b)]);
    let matrix = RatingMatrix::from_labels(rows, None).unwrap();
    assert_eq!(matrix.table(0, 1).unwrap(), table);
    let declared = ["9".to_owned(), "10".to_owned()];
    let refused = ContingencyTable::from_labels(pairs, Some(&declared));
    assert!(matches!(refused, Err(AgreementError::UnknownLabel { label }) if label == "-1"));
    let many: Vec<String> = (0..3000).map(|i| format!("label {i}")).collect();
    let pairs = many.iter().map(|label| (label.as_str(), label.as_str()));
    let refused = ContingencyTable::from_labels(pairs, None);
    assert_eq!(refused, Err(AgreementError::TooManyCategories { n: 3000 }));
}

#[test]
fn labels_that_are_numbers_are_ordered_by_size() {
    let rows = [("r1", "u", "10"), ("r2", "u", "9"), ("r1", "v", "-1")];
    let found = RatingMatrix::from_labels(rows, None).unwrap();
    assert_eq!(found.categories(), ["-1", "9", "10"]);
    assert_eq!(
        found.cells().collect::<Vec<_>>(),
        [Some(2), Some(1), Some(0), None]
    );
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

#[test]
fn one_category_throughout_is_undefined_with_any_gaps() {
    // One unit with one rating, four with two and one with three: 1/6 + 4/6 + 1/6 is not 1 in floating point.
    let rater = |n: usize| "1".repeat(n) + &".".repeat(6 - n);
    let raters = [rater(6), rater(5), rater(1)];
    let raters: Vec<&str> = raters.iter().map(String::as_str).collect();
    let mut n_undefined = 0;
    for found in all_coefficients(&matrix(3, &raters), Scale::Ordinal, OPTIONS).unwrap() {
        if let Some(undefined) = found.undefined {
            assert_eq!(undefined.code, UndefinedCode::NoVariation, "{}", found.name);
            assert_eq!((found.value, found.se, found.lower), (None, None, None));
            n_undefined += 1;
        } else {
            near(found.value, 1.0, 1e-15);
        }
    }
    assert_eq!(n_undefined, 3 * (3 + 3 + 3) + 4 + 3 + 1 + 4);
}

#[test]
fn equal_measurements_leave_no_variation() {
    // Sums of 0.1 are not multiples of it, so a mean may differ from all its terms.
    let equal = RatingMatrix::numeric(names(7), names(3), vec![Some(0.1); 21]).unwrap();
    for found in intraclass_correlations(&equal, 0.95).unwrap() {
        assert_eq!(found.undefined.unwrap().code, UndefinedCode::NoVariation);
    }
    let alpha = krippendorff_alpha_of_values(&equal, Scale::Interval, NO_BOOTSTRAP, 0.95).unwrap();
    assert_eq!(alpha.undefined.unwrap().code, UndefinedCode::NoVariation);
    let limits = bland_altman(&equal.value_pairs(0, 1), 0.95).unwrap();
    assert_eq!((limits.value, limits.se), (Some(0.0), Some(0.0)));
    let shifted: Vec<_> = (0..7)
        .map(|i| (f64::from(i), f64::from(i) + 0.25))
        .collect();
    let limits = bland_altman(&shifted, 0.95).unwrap().limits.unwrap();
    assert_eq!(
        (limits.sd, limits.loa_lower, limits.loa_upper_exact),
        (0.0, -0.25, [-0.25; 2])
    );
}

#[test]
fn units_that_do_not_differ_have_no_mean_reliability() {
    // Every unit reads 0.1 and 0.2: nothing between units, so B = 0 and (B − W)/B has no value.
    let values = [Some(0.1), Some(0.2)].repeat(9);
    let same = RatingMatrix::numeric(names(9), names(2), values).unwrap();
    let of = |form| intraclass_correlation(&same, form, 0.95).unwrap();
    let mean = of(IccForm::OneWayMean);
    assert_eq!(
        mean.undefined.unwrap().code,
        UndefinedCode::NegativeVariance
    );
    near(of(IccForm::OneWaySingle).value, -1.0, 1e-15);
}

#[test]
fn one_rater_or_one_unit_gives_no_interval_and_no_panic() {
    let one_rater = matrix(2, &["0110"]);
    let found = all_coefficients(&one_rater, Scale::Ordinal, OPTIONS).unwrap();
    assert!(!found.is_empty() && found.iter().all(|c| c.undefined.is_some()));
    let one_unit = matrix(3, &["0", "1", "0"]);
    for found in all_coefficients(&one_unit, Scale::Ordinal, OPTIONS).unwrap() {
        let is_whole = found.raters.len() == 3;
        assert!(!is_whole || found.se.is_none(), "{}", found.name);
        assert!(found.value.is_none_or(f64::is_finite));
    }
    let numeric = RatingMatrix::numeric(names(1), names(2), vec![Some(1.0), Some(2.0)]).unwrap();
    for found in all_coefficients(&numeric, Scale::Ratio, OPTIONS).unwrap() {
        assert!(
            found.value.is_none()
                || found.name == "percent_agreement"
                || found.name == "krippendorff_alpha"
        );
    }
}

#[test]
fn all_cells_empty_is_undefined() {
    let empty = matrix(3, &["....", "....", "...."]);
    let found = all_coefficients(&empty, Scale::Ordinal, OPTIONS).unwrap();
    assert!(
        found
            .iter()
            .all(|c| c.value.is_none() && c.undefined.is_some())
    );
    let numeric = RatingMatrix::numeric(names(3), names(2), vec![None; 6]).unwrap();
    let found = all_coefficients(&numeric, Scale::Interval, OPTIONS).unwrap();
    assert!(
        found
            .iter()
            .all(|c| c.value.is_none() && c.undefined.is_some())
    );
}

#[test]
fn a_gap_cannot_be_given_as_a_code() {
    let faulty =
        RatingMatrix::categorical(names(1), names(2), names(2), vec![Some(0), Some(u16::MAX)]);
    assert!(matches!(
        faulty,
        Err(AgreementError::UnknownCode { code: 65535, .. })
    ));
    let short = RatingMatrix::from_codes(names(2), names(2), vec![0, 1, 0]);
    assert!(matches!(short, Err(AgreementError::ShapeMismatch { .. })));
    let high = RatingMatrix::from_codes(names(2), names(2), vec![0, 2]);
    assert!(matches!(
        high,
        Err(AgreementError::UnknownCode { code: 2, .. })
    ));
    let studies = matrix(2, &["01", "01"]).with_studies(&["a"]);
    assert!(matches!(studies, Err(AgreementError::StudyMismatch { .. })));
}

#[test]
fn rows_of_ever_new_raters_and_items_are_refused_before_memory_runs_out() {
    let names: Vec<String> = (0..20_000).map(|i| i.to_string()).collect();
    let rows = names.iter().map(|name| (name.as_str(), name.as_str(), "x"));
    let refused = RatingMatrix::from_labels(rows, None);
    assert!(matches!(refused, Err(AgreementError::TooManyCells { .. })));
}

#[test]
fn disagreements_of_ones_own_are_checked() {
    let counts = table(2, &[3, 1, 1, 3]);
    let kappa = |v: &[f64]| cohen_kappa_of_disagreements(&counts, v, 0.95);
    assert!(matches!(
        kappa(&[0.0; 3]),
        Err(AgreementError::ShapeMismatch { .. })
    ));
    for faulty in [
        [1.0, 1.0, 1.0, 0.0],
        [0.0, -1.0, 1.0, 0.0],
        [0.0, f64::NAN, 1.0, 0.0],
    ] {
        assert!(matches!(
            kappa(&faulty),
            Err(AgreementError::InvalidDisagreement { .. })
        ));
    }
    let plain = cohen_kappa(&counts, Weights::Unweighted, 0.95).unwrap();
    near(
        kappa(&[0.0, 7.0, 7.0, 0.0]).unwrap().value,
        plain.value.unwrap(),
        1e-15,
    );
}

#[test]
fn numbers_beyond_reason_are_refused_by_bland_altman() {
    for faulty in [f64::NAN, f64::INFINITY, 1e200] {
        let refused = bland_altman(&[(1.0, 2.0), (faulty, 3.0)], 0.95);
        assert!(
            matches!(refused, Err(AgreementError::NotFinite { .. })),
            "{faulty}"
        );
    }
}
