//! Whole studies resampled.

use super::*;
use crate::statistics::cluster_bootstrap;

const BOOTSTRAP: Bootstrap = Bootstrap {
    n_resamples: 300,
    seed: 42,
};

const RESAMPLED: AgreementOptions = AgreementOptions {
    level: 0.9,
    bootstrap: BOOTSTRAP,
};

/// Twelve units in four studies, three raters with gaps.
fn ratings() -> (Vec<&'static str>, RatingMatrix) {
    let studies = vec!["a", "a", "a", "b", "b", "b", "b", "c", "c", "d", "d", "d"];
    let matrix = matrix(3, &["012012.01201", "012112001200", "0121120.1221"]);
    (studies.clone(), matrix.with_studies(&studies).unwrap())
}

/// The rows of these studies, as often as they are drawn.
fn rows_of(matrix: &RatingMatrix, studies: &[&str], drawn: &[&&str]) -> RatingMatrix {
    let n_raters = matrix.raters().len();
    let mut codes = Vec::new();
    for study in drawn {
        for (row, of) in matrix.codes().chunks_exact(n_raters).zip(studies) {
            if of == *study {
                codes.extend_from_slice(row);
            }
        }
    }
    RatingMatrix::from_codes(names(n_raters), names(3), codes).unwrap()
}

#[test]
fn every_categorical_figure_has_the_interval_of_the_plain_cluster_bootstrap() {
    let (studies, matrix) = ratings();
    let all = all_coefficients(&matrix, Scale::Ordinal, RESAMPLED).unwrap();
    let clusters = ["a", "b", "c", "d"];
    let mut n_compared = 0;
    for (place, found) in all.iter().enumerate() {
        let statistic = |drawn: &[&&str]| {
            let resampled = rows_of(&matrix, &studies, drawn);
            all_coefficients(&resampled, Scale::Ordinal, OPTIONS).unwrap()[place].value
        };
        let Some(value) = found.value else {
            assert!(found.study_interval.is_none());
            continue;
        };
        let interval = found.study_interval.unwrap();
        let plain = cluster_bootstrap(&clusters, statistic, 300, 42, 0.9)
            .unwrap()
            .unwrap();
        near(Some(value), plain.value, 1e-13);
        near(interval.lower, plain.interval.lower, 1e-13);
        near(interval.upper, plain.interval.upper, 1e-13);
        near(interval.se, plain.se, 1e-13);
        assert_eq!(interval.resampling.n_dropped, plain.n_undefined);
        assert_eq!(
            (interval.resampling.by, interval.resampling.n_clusters),
            ("study", 4)
        );
        assert_eq!(
            (interval.resampling.n_resamples, interval.resampling.seed),
            (300, 42)
        );
        n_compared += 1;
    }
    assert_eq!(n_compared, 3 * 10 + 4 + 3 + 1 + 8 + 4);
}

#[test]
fn every_numeric_figure_has_the_interval_of_the_plain_cluster_bootstrap() {
    let (studies, matrix) = ratings();
    let clusters = ["a", "b", "c", "d"];
    let few = AgreementOptions {
        bootstrap: Bootstrap {
            n_resamples: 40,
            ..BOOTSTRAP
        },
        ..RESAMPLED
    };
    for scale in [Scale::Interval, Scale::Ratio] {
        let all = all_coefficients(&matrix, scale, few).unwrap();
        assert_eq!(all.len(), 3 * 2 + 1 + 6);
        for (place, found) in all.iter().enumerate() {
            let statistic = |drawn: &[&&str]| {
                let resampled = rows_of(&matrix, &studies, drawn);
                all_coefficients(&resampled, scale, OPTIONS).unwrap()[place].value
            };
            let interval = found.study_interval.expect(found.name);
            let plain = cluster_bootstrap(&clusters, statistic, 40, 42, 0.9)
                .unwrap()
                .unwrap();
            near(interval.lower, plain.interval.lower, 1e-12);
            near(interval.upper, plain.interval.upper, 1e-12);
            assert_eq!(
                interval.resampling.n_dropped, plain.n_undefined,
                "{}",
                found.name
            );
        }
    }
}

#[test]
fn dropped_resamples_are_counted_and_too_many_leave_no_interval() {
    // Three of four studies hold one category only: κ is undefined on resamples without the fourth.
    let studies = ["a", "a", "b", "b", "c", "c", "d", "d"];
    let matrix = matrix(2, &["00000001", "00000001"])
        .with_studies(&studies)
        .unwrap();
    let all = all_coefficients(&matrix, Scale::Nominal, RESAMPLED).unwrap();
    let kappa = all.iter().find(|c| c.name == "cohen_kappa").unwrap();
    let interval = kappa.study_interval.unwrap();
    // (3/4)⁴ of the resamples, 32 %, lack it.
    let n_dropped = interval.resampling.n_dropped;
    assert!((60..=130).contains(&n_dropped), "{n_dropped}");
    assert_eq!((interval.lower, interval.upper), (Some(1.0), Some(1.0)));

    let studies = ["a", "a", "a", "a", "a", "a", "b", "c"];
    let matrix = super::matrix(2, &["00000001", "00000011"])
        .with_studies(&studies)
        .unwrap();
    let all = all_coefficients(&matrix, Scale::Nominal, RESAMPLED).unwrap();
    let kappa = all.iter().find(|c| c.name == "cohen_kappa").unwrap();
    assert!(kappa.study_interval.unwrap().resampling.n_dropped > 0);
}

#[test]
fn one_study_has_no_interval_and_says_so() {
    let matrix = matrix(2, &["0101", "0011"])
        .with_studies(&["a"; 4])
        .unwrap();
    for found in all_coefficients(&matrix, Scale::Nominal, RESAMPLED).unwrap() {
        let interval = found.study_interval.unwrap();
        assert_eq!(interval.reason, Some("fewer than two studies"));
        assert_eq!(
            (interval.se, interval.lower, interval.upper),
            (None, None, None)
        );
    }
}

#[test]
fn without_studies_or_resamples_there_is_no_study_interval() {
    let (_, with_studies) = ratings();
    let all = all_coefficients(&with_studies, Scale::Nominal, OPTIONS).unwrap();
    assert!(all.iter().all(|c| c.study_interval.is_none()));
    let without = matrix(2, &["0101", "0011"]);
    let all = all_coefficients(&without, Scale::Nominal, RESAMPLED).unwrap();
    assert!(all.iter().all(|c| c.study_interval.is_none()));
}
