//! Speed of agreement on fixed data. `peers/agreement.py` runs scikit-learn, krippendorff, irrCAC and pingouin on the same data.
//!
//! Sizes: 10,000,000 units by 2 raters; 1,000,000 units by 5 raters, five categories, one rating in ten missing; 10,000 units by 5
//! raters of measurements. All from the integer generator below, seed 7, so that both languages make the same ones without a
//! file. One core. What is timed starts from a `RatingMatrix`, whose making is timed apart, or from two columns of codes;
//! `from_text` starts from two columns of text, as scikit-learn does, or from rows of rater, item and label.

#[path = "../tests/draw/mod.rs"]
mod draw;

use std::hint::black_box;
use std::time::Duration;

use concord::agreement::{
    Bootstrap, ContingencyTable, RatingMatrix, Scale, UnitPatterns, Weights, cohen_kappa,
    conger_kappa, fleiss_kappa, gwet_ac, intraclass_correlations, krippendorff_alpha,
    krippendorff_alpha_of_values,
};
use criterion::{Criterion, criterion_group, criterion_main};
use draw::Draw;

const NO_BOOTSTRAP: Bootstrap = Bootstrap {
    n_resamples: 0,
    seed: 0,
};

fn names(n: usize) -> Vec<String> {
    (1..=n).map(|i| i.to_string()).collect()
}

/// Codes of five categories around a true one: seven in ten right, `gap_in_ten` in ten missing.
fn codes(n: usize, n_raters: usize, gap_in_ten: u64) -> Vec<u16> {
    let mut draw = Draw(7);
    let mut codes = Vec::with_capacity(n * n_raters);
    for _ in 0..n {
        let truth = draw.below(5);
        for _ in 0..n_raters {
            let (errs, other, missing) = (draw.below(10) >= 7, draw.below(5), draw.below(10));
            codes.push(if missing < gap_in_ten {
                RatingMatrix::GAP
            } else {
                (if errs { other } else { truth }) as u16
            });
        }
    }
    codes
}

/// The figure that `peers/agreement.py` prints for the same task.
fn checksum(task: &str, value: Option<f64>) {
    eprintln!("{task}: checksum {:.12}", value.unwrap_or(f64::NAN));
}

fn two_raters(criterion: &mut Criterion) {
    let ratings = codes(10_000_000, 2, 0);
    let of = |rater: usize| ratings.iter().skip(rater).step_by(2).copied().collect();
    let (a, b): (Vec<u16>, Vec<u16>) = (of(0), of(1));
    let matrix = RatingMatrix::from_codes(names(2), names(5), ratings).expect("sound codes");
    let kappa = |matrix: &RatingMatrix, weights| {
        let table = matrix.table(0, 1).expect("two raters");
        cohen_kappa(&table, weights, 0.95)
            .expect("a sound level")
            .value
    };
    checksum("cohen 10M", kappa(&matrix, Weights::Unweighted));
    checksum("cohen quadratic 10M", kappa(&matrix, Weights::Quadratic));
    let mut group = criterion.benchmark_group("two_raters");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(5));
    group.bench_function("cohen_kappa_10M_from_matrix", |bench| {
        bench.iter(|| kappa(black_box(&matrix), Weights::Unweighted));
    });
    group.bench_function("cohen_kappa_quadratic_10M_from_matrix", |bench| {
        bench.iter(|| kappa(black_box(&matrix), Weights::Quadratic));
    });
    group.bench_function("cohen_kappa_10M_from_two_columns_of_codes", |bench| {
        bench.iter(|| {
            let table = ContingencyTable::from_codes(names(5), black_box(&a), black_box(&b));
            cohen_kappa(&table.expect("sound codes"), Weights::Unweighted, 0.95)
        });
    });
    group.finish();
}

fn from_text(criterion: &mut Criterion) {
    const LABELS: [&str; 5] = [
        "normal",
        "benign",
        "probably benign",
        "suspicious",
        "malignant",
    ];
    let ratings = codes(1_000_000, 2, 0);
    let items: Vec<String> = (0..1_000_000).map(|i| format!("scan-{i:07}")).collect();
    let rows = || {
        let units = ratings.chunks_exact(2).zip(&items);
        units.flat_map(|(unit, item)| {
            let raters = ["reader-a", "reader-b"].into_iter().zip(unit);
            raters.map(move |(rater, code)| (rater, item.as_str(), LABELS[usize::from(*code)]))
        })
    };
    let kappa = || {
        let matrix = RatingMatrix::from_labels(rows(), None).expect("sound rows");
        let table = matrix.table(0, 1).expect("two raters");
        cohen_kappa(&table, Weights::Unweighted, 0.95)
    };
    checksum("cohen 1M text", kappa().expect("a sound level").value);
    let mut group = criterion.benchmark_group("from_text");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5));
    let columns = || {
        let units = ratings.chunks_exact(2);
        units.map(|unit| (LABELS[usize::from(unit[0])], LABELS[usize::from(unit[1])]))
    };
    group.bench_function("cohen_kappa_1M_from_two_columns_of_text", |bench| {
        bench.iter(|| {
            let table = ContingencyTable::from_labels(columns(), None).expect("few labels");
            cohen_kappa(&table, Weights::Unweighted, 0.95)
        });
    });
    group.bench_function("cohen_kappa_1M_from_rows_of_rater_item_label", |bench| {
        bench.iter(kappa);
    });
    group.finish();
}

fn many_raters(criterion: &mut Criterion) {
    let ratings = codes(1_000_000, 5, 1);
    let matrix = RatingMatrix::from_codes(names(5), names(5), ratings.clone());
    let matrix = matrix.expect("sound codes");
    let numeric = matrix.clone().with_numeric_categories().expect("numbers");
    let values: Vec<Option<f64>> = numeric.values().collect();
    let plain = RatingMatrix::numeric(names(1_000_000), names(5), values).expect("numbers");
    let of_categories = |scale| {
        let units = UnitPatterns::from_matrix(black_box(&matrix));
        krippendorff_alpha(&units, scale, NO_BOOTSTRAP, 0.95)
            .expect("a sound level")
            .value
    };
    let of_values = |matrix: &RatingMatrix, scale| {
        krippendorff_alpha_of_values(black_box(matrix), scale, NO_BOOTSTRAP, 0.95)
            .expect("a sound level")
            .value
    };
    let of_weights = |weights| {
        let units = UnitPatterns::from_matrix(black_box(&matrix));
        gwet_ac(&units, weights, 0.95).expect("a sound level")
    };
    for scale in [
        Scale::Nominal,
        Scale::Ordinal,
        Scale::Interval,
        Scale::Ratio,
    ] {
        checksum(
            &format!("alpha {} 1Mx5", scale.name()),
            of_values(&plain, scale),
        );
    }
    let gwet = of_weights(Weights::Quadratic);
    checksum("gwet quadratic 1Mx5", gwet.value);
    checksum("gwet quadratic 1Mx5 se", gwet.se);
    let mut group = criterion.benchmark_group("many_raters");
    group
        .sample_size(30)
        .measurement_time(Duration::from_secs(5));
    group.bench_function("make_matrix_1Mx5_from_codes", |bench| {
        bench.iter_batched(
            || ratings.clone(),
            |codes| RatingMatrix::from_codes(names(5), names(5), codes),
            criterion::BatchSize::LargeInput,
        );
    });
    for scale in [Scale::Nominal, Scale::Ordinal] {
        group.bench_function(
            format!("alpha_{}_1Mx5_from_matrix", scale.name()),
            |bench| {
                bench.iter(|| of_categories(scale));
            },
        );
    }
    for scale in [Scale::Interval, Scale::Ratio] {
        group.bench_function(
            format!("alpha_{}_1Mx5_from_numbers", scale.name()),
            |bench| {
                bench.iter(|| of_values(&plain, scale));
            },
        );
    }
    group.bench_function("gwet_ac2_quadratic_with_se_1Mx5_from_matrix", |bench| {
        bench.iter(|| of_weights(Weights::Quadratic));
    });
    group.bench_function("fleiss_with_se_1Mx5_from_matrix", |bench| {
        bench.iter(|| {
            let units = UnitPatterns::from_matrix(black_box(&matrix));
            fleiss_kappa(&units, Weights::Unweighted, 0.95)
        });
    });
    group.bench_function("conger_with_se_1Mx5_from_matrix", |bench| {
        bench.iter(|| conger_kappa(black_box(&matrix), Weights::Unweighted, 0.95));
    });
    group.bench_function("alpha_nominal_1Mx5_with_1000_resamples", |bench| {
        let bootstrap = Bootstrap {
            n_resamples: 1000,
            seed: 1,
        };
        let units = UnitPatterns::from_matrix(&matrix);
        bench.iter(|| krippendorff_alpha(black_box(&units), Scale::Nominal, bootstrap, 0.95));
    });
    group.finish();
}

fn measurements(criterion: &mut Criterion) {
    let mut draw = Draw(7);
    let mut values = Vec::new();
    for _ in 0..10_000 {
        let truth = 1000 + draw.below(1000);
        for rater in 0..5 {
            values.push(Some((truth + draw.below(300) + 10 * rater) as f64 / 100.0));
        }
    }
    let matrix = RatingMatrix::numeric(names(10_000), names(5), values).expect("numbers");
    let found = intraclass_correlations(&matrix, 0.95).expect("a sound level");
    checksum("icc(2,1) 10kx5", found[1].value);
    checksum("icc(2,1) 10kx5 lower", found[1].lower);
    criterion.bench_function("icc_six_forms_10kx5", |bench| {
        bench.iter(|| intraclass_correlations(black_box(&matrix), 0.95));
    });
}

criterion_group!(benches, two_raters, from_text, many_raters, measurements);
criterion_main!(benches);
