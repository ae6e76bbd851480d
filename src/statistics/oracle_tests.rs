//! Bounds, verdicts, plans and charts held against `tests/oracles/statistics/evidence.json`.

use super::*;
use serde_json::Value;

fn oracle() -> Value {
    let text = include_str!("../../tests/oracles/statistics/evidence.json");
    serde_json::from_str(text).expect("the oracle is JSON")
}

fn rows(oracle: &Value, key: &str) -> Vec<Vec<Value>> {
    serde_json::from_value(oracle[key].clone()).expect("rows of one figure")
}

fn real(cell: &Value) -> f64 {
    cell.as_f64().expect("a number")
}

fn whole(cell: &Value) -> u64 {
    cell.as_u64().expect("a count")
}

/// Relative difference; 0 for equal values, also of 0.
fn off(found: f64, expected: f64) -> f64 {
    if found == expected {
        return 0.0;
    }
    (found - expected).abs() / expected.abs().max(f64::MIN_POSITIVE)
}

fn population(lot: u64) -> Population {
    match lot {
        0 => Population::Process,
        size => Population::Lot(size),
    }
}

fn plan(row: &[Value]) -> AcceptancePlan {
    let number: Vec<u64> = row[..5].iter().map(whole).collect();
    match number[..] {
        [n_sample, acceptance_number, 0, 0, 0] => SamplingPlan {
            n_sample,
            acceptance_number,
        }
        .into(),
        [n_first, accept_first, reject_first, n_second, accept_total] => DoublePlan {
            n_first,
            accept_first,
            reject_first,
            n_second,
            accept_total,
        }
        .into(),
        _ => unreachable!("five numbers"),
    }
}

#[test]
fn intervals_are_those_of_statsmodels() {
    let (mut n_rows, mut n_zeros, mut n_small, mut n_true) = (0, 0, 0, 0);
    for row in rows(&oracle(), "intervals") {
        let (x, n, level) = (whole(&row[0]), whole(&row[1]), real(&row[2]));
        let score = wilson(x, n, level).unwrap().unwrap();
        let exact = clopper_pearson(x, n, level).unwrap().unwrap();
        let bounds = [score.lower, score.upper, exact.lower, exact.upper];
        for (i, (bound, cell)) in bounds.into_iter().zip(&row[3..7]).enumerate() {
            let expected = real(cell);
            if off(bound, expected) < 1e-10 {
                continue;
            }
            if i == 0 && x == 0 {
                // DIFFERENCE: statsmodels takes half the width from the centre of Wilson's interval, which leaves up to
                // 6e-17 where the lower bound is 0.
                assert!(bound == 0.0 && expected < 1e-16, "{row:?} {bound:e}");
                n_zeros += 1;
            } else {
                // DIFFERENCE: scipy's beta quantile, which statsmodels asks, is 2e-8 off at bounds near 1e-9. Those of
                // mpmath decide below.
                assert!(i == 3 && x == 1 && n >= 10_000_000, "{i} {row:?} {bound:e}");
                assert!(off(bound, expected) < 2e-8, "{row:?} {bound:e}");
                n_small += 1;
            }
        }
        for (bound, cell) in [score.lower, score.upper, exact.upper]
            .into_iter()
            .zip(&row[7..])
        {
            if let Some(expected) = cell.as_f64() {
                assert!(off(bound, expected) < 1e-12, "{row:?} {bound:e}");
                n_true += 1;
            }
        }
        n_rows += 1;
    }
    assert_eq!((n_rows, n_zeros, n_small, n_true), (234, 4, 7, 558));
}

#[test]
fn bounds_of_lots_are_those_of_exact_fractions_and_of_scipy() {
    let oracle = oracle();
    let small = rows(&oracle, "lots");
    for row in &small {
        let [errors, audited, lot] = [0, 1, 2].map(|i| whole(&row[i]));
        let confidence = real(&row[3]) / 1000.0;
        let lower = hypergeometric_lower(errors, audited, lot, confidence);
        let upper = hypergeometric_upper(errors, audited, lot, confidence);
        assert_eq!(
            (lower, upper),
            (Ok(whole(&row[4])), Ok(whole(&row[5]))),
            "{row:?}"
        );
    }
    let large = rows(&oracle, "large_lots");
    for row in &large {
        let [errors, audited, lot] = [0, 1, 2].map(|i| whole(&row[i]));
        let lower = hypergeometric_lower(errors, audited, lot, 0.95);
        let upper = hypergeometric_upper(errors, audited, lot, 0.95);
        assert_eq!(
            (lower, upper),
            (Ok(whole(&row[3])), Ok(whole(&row[4]))),
            "{row:?}"
        );
    }
    assert_eq!((small.len(), large.len()), (400, 60));
}

#[test]
fn verdicts_and_further_clean_audits_are_those_of_a_plain_scan() {
    let mut n_by_status = [0; 3];
    for row in rows(&oracle(), "verdicts") {
        let [errors, assessed, lot] = [0, 1, 2].map(|i| whole(&row[i]));
        let (limit, confidence) = (real(&row[3]), real(&row[4]));
        let found = judge_rate(
            errors,
            assessed,
            population(lot),
            limit,
            confidence,
            Rule::Bounds,
        );
        assert_eq!(row[5], found.status.as_str(), "{row:?} {found:?}");
        let further = row[6].as_i64().and_then(|n| u64::try_from(n).ok());
        assert_eq!(found.further_clean_audits, further, "{row:?}");
        n_by_status[match found.status {
            Status::Pass => 0,
            Status::Fail => 1,
            _ => 2,
        }] += 1;
    }
    assert_eq!(n_by_status.iter().sum::<i32>(), 360);
    assert!(n_by_status.iter().all(|n| *n > 40), "{n_by_status:?}");
}

#[test]
fn operating_curves_are_those_of_scipy_and_of_exact_fractions() {
    let mut n_rows = 0;
    for row in rows(&oracle(), "plans") {
        let (population, rate) = (population(whole(&row[5])), real(&row[6]));
        let accepted = acceptance_probability(plan(&row), rate, population).unwrap();
        let average = average_sample_number(plan(&row), rate, population).unwrap();
        let curve = operating_curve(plan(&row), &[rate], population).unwrap();
        assert_eq!(
            (curve[0].acceptance, curve[0].average_sample),
            (accepted, average)
        );
        assert!(
            (accepted - real(&row[7])).abs() < 1e-12 && off(average, real(&row[8])) < 1e-12,
            "{row:?} {accepted} {average}"
        );
        n_rows += 1;
    }
    assert_eq!(n_rows, 164);
}

#[test]
fn outgoing_quality_is_that_of_scipy() {
    let mut n_rows = 0;
    for row in rows(&oracle(), "outgoing") {
        let (lot, rate) = (whole(&row[5]), real(&row[6]));
        let outgoing = average_outgoing_rate(plan(&row), rate, lot).unwrap();
        let total = average_total_assessed(plan(&row), rate, lot).unwrap();
        let limit = outgoing_limit(plan(&row), lot).unwrap();
        assert!(
            (outgoing - real(&row[7])).abs() < 1e-13,
            "{row:?} {outgoing}"
        );
        assert!(off(total, real(&row[8])) < 1e-11, "{row:?} {total}");
        assert!(
            off(limit.outgoing_rate, real(&row[9])) < 1e-11,
            "{row:?} {limit:?}"
        );
        assert!(
            off(limit.incoming_rate, real(&row[10])) < 1e-5,
            "{row:?} {limit:?}"
        );
        n_rows += 1;
    }
    assert_eq!(n_rows, 20);
}

#[test]
fn the_smallest_plans_are_those_of_trying_all() {
    let (mut n_single, mut n_double, mut n_none) = (0, 0, 0);
    for row in rows(&oracle(), "searches") {
        let [good, alpha, bad, beta] = [0, 1, 2, 3].map(|i| real(&row[i]));
        let (population, most, ratio) =
            (population(whole(&row[4])), whole(&row[5]), whole(&row[6]));
        let numbers: Option<Vec<u64>> = serde_json::from_value(row[7].clone()).unwrap();
        n_none += usize::from(numbers.is_none());
        if ratio == 0 {
            let found = find_single_plan((good, alpha), (bad, beta), population, most).unwrap();
            assert_eq!(
                found.map(|p| vec![p.n_sample, p.acceptance_number]),
                numbers,
                "{row:?}"
            );
            n_single += 1;
        } else {
            let found =
                find_double_plan((good, alpha), (bad, beta), ratio, population, most).unwrap();
            let found = found.map(|p| {
                vec![
                    p.n_first,
                    p.accept_first,
                    p.reject_first,
                    p.n_second,
                    p.accept_total,
                ]
            });
            assert_eq!(found, numbers, "{row:?}");
            n_double += 1;
        }
    }
    assert_eq!((n_single, n_double), (15, 30));
    assert!(n_none < 10, "{n_none}");
}

#[test]
fn sequential_tests_behave_as_an_independent_recursion_says() {
    let mut n_rows = 0;
    for row in rows(&oracle(), "sequential") {
        let [p0, alpha, p1, beta] = [0, 1, 2, 3].map(|i| real(&row[i]));
        let plan = SequentialPlan::new((p0, alpha), (p1, beta)).unwrap();
        assert!(off(plan.slope, real(&row[4])) < 1e-13, "{row:?} {plan:?}");
        assert!(
            off(plan.accept_intercept, real(&row[5])) < 1e-13,
            "{row:?} {plan:?}"
        );
        assert!(
            off(plan.reject_intercept, real(&row[6])) < 1e-13,
            "{row:?} {plan:?}"
        );
        let rate = real(&row[7]);
        let about = plan.approximate(rate).unwrap();
        assert!(
            off(about.acceptance, real(&row[9])) < 1e-9,
            "{row:?} {about:?}"
        );
        assert!(
            off(about.average_sample, real(&row[10])) < 1e-9,
            "{row:?} {about:?}"
        );
        let exact = plan.truncated(rate, whole(&row[8])).unwrap();
        assert!(
            (exact.acceptance - real(&row[11])).abs() < 1e-12,
            "{row:?} {exact:?}"
        );
        assert!(
            off(exact.average_sample, real(&row[12])) < 1e-11,
            "{row:?} {exact:?}"
        );
        n_rows += 1;
    }
    assert_eq!(n_rows, 54);
}

#[test]
fn run_lengths_are_those_of_a_markov_chain_without_end() {
    let mut n_rows = 0;
    for row in rows(&oracle(), "run_lengths") {
        let [first, second, shift, expected] = [1, 2, 3, 4].map(|i| real(&row[i]));
        let found = match row[0].as_str() {
            Some("cusum") => cusum_run_length(shift, first, second).unwrap().high,
            Some("siegmund") => siegmund_run_length(shift, first, second).unwrap().high,
            Some("ewma") => ewma_run_length(shift, first, second).unwrap(),
            _ => shewhart_run_length(shift, first).unwrap(),
        };
        // The chain's own last step of extrapolation moved by at most 3e-11.
        assert!(off(found, expected) < 1e-9, "{row:?} {found}");
        n_rows += 1;
    }
    assert_eq!(n_rows, 104);
}

#[test]
fn charts_with_memory_and_of_counts_are_those_of_numpy_and_scipy() {
    let charts = &oracle()["charts"];
    let numbers =
        |key: &str| -> Vec<Vec<f64>> { serde_json::from_value(charts[key].clone()).unwrap() };
    let values: Vec<f64> = serde_json::from_value(charts["values"].clone()).unwrap();
    let ewma = ewma_chart(&values, 10.0, 1.0, 0.15, 2.9).unwrap();
    let cusum = cusum_chart(&values, 10.0, 1.0, 0.5, 5.0).unwrap();
    for ((point, sums), (row, pair)) in ewma
        .points
        .iter()
        .zip(&cusum)
        .zip(numbers("ewma").iter().zip(numbers("cusum")))
    {
        let found = [point.value, point.lower, point.upper];
        assert!(found.iter().zip(row).all(|(a, b)| off(*a, *b) < 1e-13));
        assert!((sums.high - pair[0]).abs() < 1e-12 && (sums.low - pair[1]).abs() < 1e-12);
    }
    let periods: Vec<(u64, u64)> = serde_json::from_value(charts["periods"].clone()).unwrap();
    let tail = normal_cdf(-3.0);
    let drawn = [
        p_chart(&periods, None, RunRules::LimitsOnly),
        u_chart(&periods, None, RunRules::LimitsOnly),
        exact_p_chart(&periods, None, tail),
        exact_u_chart(&periods, None, tail),
    ]
    .map(|chart| chart.unwrap().unwrap());
    let limits = numbers("limits");
    for (i, (row, (_, total))) in limits.iter().zip(&periods).enumerate() {
        for (kind, chart) in drawn.iter().enumerate() {
            // Exact limits are written as counts.
            let unit = if kind < 2 { 1.0 } else { *total as f64 };
            let (lower, upper) = (row[2 * kind] / unit, row[2 * kind + 1] / unit);
            let point = &chart.points[i];
            assert!(
                (point.lower - lower).abs() < 1e-14,
                "{kind} {row:?} {point:?}"
            );
            assert!(
                (point.upper - upper).abs() < 1e-14,
                "{kind} {row:?} {point:?}"
            );
            let beyond = point.value > point.upper || point.value < point.lower;
            assert_eq!(!point.signals.is_empty(), beyond);
        }
    }
    assert_eq!((values.len(), limits.len()), (60, 40));
}

#[test]
fn constants_of_the_moving_range_are_those_of_integration() {
    let oracle = oracle();
    let [mean, deviation] = [0, 1].map(|i| real(&oracle["moving_range_constants"][i]));
    let chart = individuals_chart(&[0.0, 1.0], RunRules::LimitsOnly)
        .unwrap()
        .unwrap();
    let half = chart.individuals.points[0].upper - 0.5;
    // The charts take the factors as tables round them.
    assert_eq!(half, (300.0 / mean).round() / 100.0);
    let top = chart.moving_range.points[0].upper;
    assert_eq!(top, (1000.0 + 3000.0 * deviation / mean).round() / 1000.0);
}

#[test]
fn shrunk_rates_are_those_of_scipy() {
    let (mut n_raters, mut n_capped) = (0, 0);
    for row in rows(&oracle(), "shrinkage") {
        let groups: Vec<(u64, u64)> = serde_json::from_value(row[0].clone()).unwrap();
        let [alpha, beta] = [0, 1].map(|i| real(&row[1][i]));
        let prior = fit_rate_prior(&groups).unwrap().unwrap();
        let (sum, expected) = (prior.alpha + prior.beta, alpha + beta);
        if expected > 1e6 {
            // DIFFERENCE: where raters vary no more than chance the likelihood rises without end, and scipy stops anywhere.
            // Here the precision is capped at 10⁶, and the mean is nearly that of all raters together.
            let (errors, units) = groups
                .iter()
                .fold((0, 0), |sum, g| (sum.0 + g.0, sum.1 + g.1));
            let pooled = errors as f64 / units as f64;
            let found = prior.alpha / sum;
            assert!(
                off(found, pooled) < 1e-4 && off(sum, 1e6) < 1e-4,
                "{prior:?} {row:?}"
            );
            n_capped += 1;
        } else {
            // The likelihood is flat at its top, which both searches find to half their digits.
            let equal = off(prior.alpha, alpha) < 1e-5 && off(prior.beta, beta) < 1e-5;
            assert!(equal, "{prior:?} {row:?}");
        }
        let posterior: Vec<[f64; 3]> = serde_json::from_value(row[2].clone()).unwrap();
        let shrunk = shrink_rates(&groups, RatePrior { alpha, beta }, 0.9).unwrap();
        for (found, expected) in shrunk.iter().zip(&posterior) {
            let found = [found.rate, found.interval.lower, found.interval.upper];
            assert!(
                found.iter().zip(expected).all(|(a, b)| off(*a, *b) < 1e-9),
                "{found:?} {expected:?}"
            );
            n_raters += 1;
        }
    }
    assert_eq!((n_raters, n_capped), (31, 1));
    let wrong = RatePrior {
        alpha: f64::NAN,
        beta: 1.0,
    };
    assert!(shrink_rates(&[(1, 2)], wrong, 0.9).is_err());
}
