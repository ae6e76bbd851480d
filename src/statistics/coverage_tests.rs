//! What the bounds and charts promise, held against distributions summed to the end.

use super::special::binomial_pmf;
use super::*;

const LIMIT: f64 = 0.012;

/// Sum of the binomial probabilities of the counts that are so.
fn chance(n: u64, p: f64, is_so: impl Fn(u64) -> bool) -> f64 {
    (0..=n)
        .filter(|x| is_so(*x))
        .map(|x| binomial_pmf(x, n, p, 1.0 - p))
        .sum()
}

#[test]
fn one_sided_exact_bounds_cover_at_every_rate_of_a_fine_grid() {
    let mut worst: f64 = 1.0;
    let mut n_rates = 0;
    for n in [1, 2, 5, 20, 48, 100, 249, 400] {
        let upper: Vec<f64> = (0..=n)
            .map(|x| clopper_pearson_upper(x, n, 0.95).unwrap().unwrap())
            .collect();
        let lower: Vec<f64> = (0..=n)
            .map(|x| clopper_pearson_lower(x, n, 0.95).unwrap().unwrap())
            .collect();
        // Rates from 1e-6 on in even steps of the logarithm, others evenly, and those just beside each bound, where
        // coverage is least.
        let grid = (0..400)
            .map(|i| 1e-6 * 1e6_f64.powf(f64::from(i) / 400.0))
            .chain((1..400).map(|i| f64::from(i) / 400.0))
            .chain(
                upper
                    .iter()
                    .chain(&lower)
                    .flat_map(|b| [b * (1.0 - 1e-9), b * (1.0 + 1e-9)]),
            )
            .filter(|p| *p > 0.0 && *p < 1.0);
        for p in grid {
            let above = chance(n, p, |x| upper[x as usize] >= p);
            let below = chance(n, p, |x| lower[x as usize] <= p);
            worst = worst.min(above).min(below);
            n_rates += 1;
        }
    }
    assert!(n_rates > 9_000, "{n_rates}");
    assert!(worst >= 0.95 - 1e-9, "{worst}");
    assert!(
        worst < 0.9501,
        "the grid is too coarse to find where coverage is least: {worst}"
    );
}

#[test]
fn bounds_of_a_lot_cover_for_every_count_in_it() {
    let mut worst: f64 = 1.0;
    let mut n_lots = 0;
    for (lot, audited) in [
        (20, 19),
        (20, 7),
        (60, 30),
        (250, 158),
        (250, 40),
        (500, 196),
    ] {
        let bounds: Vec<(u64, u64)> = (0..=audited)
            .map(|x| {
                (
                    hypergeometric_lower(x, audited, lot, 0.95).unwrap(),
                    hypergeometric_upper(x, audited, lot, 0.95).unwrap(),
                )
            })
            .collect();
        for erroneous in 0..=lot {
            let covers = |is_so: &dyn Fn(&(u64, u64)) -> bool| -> f64 {
                (0..=audited)
                    .filter(|x| is_so(&bounds[*x as usize]))
                    .map(|x| lot::hypergeometric_pmf(x, audited, erroneous, lot))
                    .sum()
            };
            let above = covers(&|bound| bound.1 >= erroneous);
            let below = covers(&|bound| bound.0 <= erroneous);
            worst = worst.min(above).min(below);
            n_lots += 1;
        }
    }
    assert_eq!(n_lots, 1_106);
    // (20, 19): one erroneous unit escapes with probability 1/20, so that coverage is 0.95 on the spot.
    assert!(worst >= 0.95 - 1e-12, "{worst}");
}

#[test]
fn a_process_at_or_above_the_limit_passes_at_most_one_time_in_twenty() {
    let status = |x, n| judge_rate(x, n, Population::Process, LIMIT, 0.95, Rule::Bounds).status;
    // Far more errors than expected never pass; the test says so of the first of them.
    let passes = |n: u64| -> Vec<bool> {
        let most = (n / 40 + 5).min(n);
        assert_ne!(status(most, n), Status::Pass);
        (0..=most).map(|x| status(x, n) == Status::Pass).collect()
    };
    let (mut at_limit, mut at_double, mut failing_good): (f64, f64, f64) = (0.0, 0.0, 0.0);
    let mut n_sizes = 0;
    for n in (1..=1_000).step_by(3).chain([249, 394, 523, 5_000]) {
        let passed = passes(n);
        at_limit = at_limit.max(chance(n, LIMIT, |x| passed.get(x as usize) == Some(&true)));
        at_double = at_double.max(chance(n, 2.0 * LIMIT, |x| {
            passed.get(x as usize) == Some(&true)
        }));
        // And a good process fails at most as often.
        let fails = |x: u64| status(x, n) == Status::Fail;
        if n < 200 {
            failing_good = failing_good.max(chance(n, LIMIT * (1.0 - 1e-9), fails));
        }
        n_sizes += 1;
    }
    assert_eq!(n_sizes, 338);
    assert!(at_limit <= 0.05 && at_limit > 0.045, "{at_limit}");
    // 0 errors in 249 at 2.4 % has probability 0.0024.
    assert!(at_double <= 0.0025 && at_double > 0.002, "{at_double}");
    assert!(failing_good <= 0.05, "{failing_good}");
}

#[test]
fn a_lot_at_the_limit_passes_at_most_one_time_in_twenty() {
    let (mut worst, mut n_audits): (f64, u32) = (0.0, 0);
    for (lot, erroneous) in [(250, 3), (500, 6), (1_000, 12), (333, 4)] {
        for audited in (1..lot).step_by(7) {
            let passed = |x: u64| {
                let population = Population::Lot(lot);
                judge_rate(x, audited, population, LIMIT, 0.95, Rule::Bounds).status == Status::Pass
            };
            let wrongly: f64 = (0..=erroneous)
                .filter(|x| *x <= audited && passed(*x))
                .map(|x| lot::hypergeometric_pmf(x, audited, erroneous, lot))
                .sum();
            worst = worst.max(wrongly);
            n_audits += 1;
        }
    }
    assert_eq!(n_audits, 299);
    assert!(worst <= 0.05 + 1e-12 && worst > 0.045, "{worst}");
}

#[test]
fn bounds_that_equal_the_limit_on_paper_do_not_pass() {
    // Each upper bound is the limit exactly: 1 − (1 − confidence)^(1/n), or confidence^(1/n) with all but one right.
    let ties = [
        (0, 2, 0.5, 0.75),
        (0, 4, 0.5, 0.9375),
        (0, 1, 0.95, 0.95),
        (0, 2, 0.9, 0.99),
        (0, 3, 0.9, 0.999),
        (1, 2, 0.5, 0.25),
        (2, 3, 0.5, 0.125),
        (1, 3, 0.5, 0.5),
    ];
    for (errors, assessed, limit, confidence) in ties {
        let found = judge_rate(
            errors,
            assessed,
            Population::Process,
            limit,
            confidence,
            Rule::Bounds,
        );
        assert_ne!(
            found.status,
            Status::Pass,
            "{errors}/{assessed} below {limit}"
        );
        let easier = limit * (1.0 + 1e-6);
        let found = judge_rate(
            errors,
            assessed,
            Population::Process,
            easier,
            confidence,
            Rule::Bounds,
        );
        assert_eq!(
            found.status,
            Status::Pass,
            "{errors}/{assessed} below {easier}"
        );
    }
    // And lower bounds that equal it do fail: all of n wrong, (1 − confidence)^(1/n).
    for (assessed, limit, confidence) in [
        (1, 0.05, 0.95),
        (2, 0.5, 0.75),
        (4, 0.5, 0.9375),
        (2, 0.1, 0.99),
    ] {
        let found = judge_rate(
            assessed,
            assessed,
            Population::Process,
            limit,
            confidence,
            Rule::Bounds,
        );
        assert_eq!(found.status, Status::Fail, "{assessed} {limit}");
    }
}

#[test]
fn levels_beside_zero_and_one_and_a_thousand_million_units_give_sound_bounds() {
    let mut n_cases = 0;
    for n in [1_u64, 2, 1_000, 1_000_000_000, 1_000_000_000_000] {
        for x in [0, 1, n / 3, n - 1, n] {
            for level in [
                f64::MIN_POSITIVE,
                1e-9,
                0.5,
                0.95,
                1.0 - 1e-12,
                1.0 - f64::EPSILON / 2.0,
            ] {
                let share = x as f64 / n as f64;
                let mut found = vec![
                    wilson(x, n, level).unwrap().unwrap(),
                    clopper_pearson(x, n, level).unwrap().unwrap(),
                ];
                // The sums over a lot take as long as it has standard deviations.
                if n <= 1_000_000 {
                    found.push(
                        hypergeometric_interval(x, n, 2 * n, level)
                            .unwrap()
                            .unwrap(),
                    );
                }
                for interval in found {
                    let Interval { lower, upper, .. } = interval;
                    let slack = 1e-12 * share;
                    assert!(
                        0.0 <= lower
                            && lower <= share + slack
                            && share - slack <= upper
                            && upper <= 1.0,
                        "{x} of {n} at {level:e}: {interval:?}"
                    );
                    n_cases += 1;
                }
            }
        }
    }
    assert_eq!(n_cases, 390);
}

#[test]
fn exact_bounds_meet_their_own_tails_among_a_thousand_million_units() {
    for (x, n) in [
        (0, 1_000_000_000),
        (3, 1_000_000_000),
        (12_000_000, 1_000_000_000),
        (500_000_000, 1_000_000_000),
    ] {
        let upper = clopper_pearson_upper(x, n, 0.95).unwrap().unwrap();
        // Summed downwards from x, term by term.
        let mut term = binomial_pmf(x, n, upper, 1.0 - upper);
        let mut sum = term;
        for k in (1..=x).rev() {
            term *= k as f64 / (n - k + 1) as f64 * ((1.0 - upper) / upper);
            sum += term;
            if term < sum * 1e-18 {
                break;
            }
        }
        assert!((sum - 0.05).abs() < 1e-9, "{x}: {sum}");
    }
}

#[test]
fn huge_and_impossible_populations_are_answered_at_once() {
    for lot in [1_000_000_001, u64::MAX] {
        let found = judge_rate(0, 100, Population::Lot(lot), LIMIT, 0.95, Rule::Bounds);
        assert_eq!(found.status, Status::Error);
        assert!(found.reason.contains("10⁹"), "{}", found.reason);
        assert!(hypergeometric_upper(lot, lot, lot, 0.95).is_err());
    }
    let most = judge_rate(0, u64::MAX, Population::Process, LIMIT, 0.95, Rule::Bounds);
    assert_eq!(most.status, Status::Pass);
    let never = judge_rate(
        7,
        9,
        Population::Process,
        f64::MIN_POSITIVE,
        0.95,
        Rule::Bounds,
    );
    assert_eq!(
        (never.status, never.further_clean_audits),
        (Status::Fail, None)
    );
}

#[test]
fn false_alarms_of_exact_limits_are_rarer_than_asked_and_those_of_three_sigmas_are_not() {
    let tail = normal_cdf(-3.0);
    let mut n_charts = 0;
    for n in [1, 10, 48, 250, 2_000] {
        for p in [0.001, 0.012, 0.1, 0.5, 0.97] {
            let alarms = |chart: &ControlChart| {
                let (lower, upper) = (chart.points[0].lower, chart.points[0].upper);
                chance(n, p, |x| {
                    let share = x as f64 / n as f64;
                    share < lower || share > upper
                })
            };
            let exact = exact_p_chart(&[(0, n)], Some(p), tail).unwrap().unwrap();
            assert!(alarms(&exact) <= 2.0 * tail, "{n} {p}: {}", alarms(&exact));
            let plain = p_chart(&[(0, n)], Some(p), RunRules::LimitsOnly);
            let plain = alarms(&plain.unwrap().unwrap());
            if (n, p) == (48, 0.012) {
                // 3 errors of 48 are beyond three sigmas, and come one time in 50.
                assert!((plain - 0.020_009_481_215_150_9).abs() < 1e-12, "{plain}");
            }
            n_charts += 1;
        }
    }
    assert_eq!(n_charts, 25);
}

#[test]
fn the_cusum_chart_runs_as_long_as_its_run_length_says() {
    let mut source = ResampleSource::new(20_261_124);
    for (shift, n_runs) in [(0.0, 1_500_u32), (1.0, 20_000)] {
        let expected = cusum_run_length(shift, 0.5, 5.0).unwrap().both;
        let mut lengths = Vec::new();
        for _ in 0..n_runs {
            let mut values = Vec::new();
            let length = loop {
                for _ in 0..400 {
                    // Box & Muller 1958.
                    let radius = (-2.0 * (1.0 - source.uniform()).ln()).sqrt();
                    let angle = 2.0 * std::f64::consts::PI * source.uniform();
                    values.push(shift + radius * angle.cos());
                }
                let chart = cusum_chart(&values, 0.0, 1.0, 0.5, 5.0).unwrap();
                if let Some(first) = chart.iter().position(|point| point.signal) {
                    break first as f64 + 1.0;
                }
            };
            lengths.push(length);
        }
        let found = mean(&lengths).unwrap();
        let error = (sample_variance(&lengths).unwrap() / f64::from(n_runs)).sqrt();
        assert!(
            (found - expected).abs() < 4.0 * error,
            "{shift}: {found} ± {error}, {expected}"
        );
    }
}

#[test]
fn what_is_no_number_gives_none_and_infinity_the_end_of_a_distribution() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!((mean(&[1.0, value]), median(&[1.0, value])), (None, None));
        assert_eq!(sample_variance(&[1.0, value]), None);
        assert_eq!(coefficient_of_variation(&[1.0, value]), None);
        assert_eq!(weighted_percentile(&[(value, 1.0)], 0.5), None);
        assert_eq!(weighted_percentile(&[(1.0, value)], 0.5), None);
        assert!(mean_interval(&[1.0, value], 0.95).is_err());
        assert!(cusum_run_length(value, 0.5, 5.0).is_err());
        assert!(ewma_run_length(0.0, 0.1, value).is_err());
        assert!(shewhart_run_length(value, 3.0).is_err());
        assert!(exact_u_chart(&[(1, 2)], None, value).is_err());
    }
    assert!(normal_cdf(f64::NAN).is_nan() && student_t_cdf(f64::NAN, 3.0).is_nan());
    for far in [1e200, f64::INFINITY] {
        assert_eq!((normal_cdf(far), normal_cdf(-far)), (1.0, 0.0));
        assert_eq!(
            (student_t_cdf(far, 3.0), student_t_cdf(-far, 3.0)),
            (1.0, 0.0)
        );
    }
    assert_eq!(f_tails(f64::INFINITY, 2.0, 3.0).upper, 0.0);
    assert!(ewma_run_length(0.0, 1e-6, 3.0).is_err() && cusum_run_length(0.0, 0.5, 101.0).is_err());
}

#[test]
fn judging_again_after_every_unit_lets_more_through_than_one_look() {
    // The confidence holds for one look. Whoever judges after each unit and stops at the first pass accepts a process at
    // the limit more often than one time in twenty; a process at twice the limit still hardly ever.
    let ever_passes = |rate: f64| {
        let (mut chances, mut passed, mut most) = (vec![1.0], 0.0, None::<u64>);
        let mut until = Vec::new();
        for n in 1..=1_000_u64 {
            let next = most.map_or(0, |most| most + 1);
            let verdict = judge_rate(next, n, Population::Process, LIMIT, 0.95, Rule::Bounds);
            if verdict.status == Status::Pass {
                most = Some(next);
            }
            let mut carried = 0.0;
            for chance in &mut chances {
                let here = *chance;
                *chance = here * (1.0 - rate) + carried;
                carried = here * rate;
            }
            chances.push(carried);
            let n_passing = most.map_or(0, |most| most as usize + 1);
            for chance in &mut chances[..n_passing] {
                passed += *chance;
                *chance = 0.0;
            }
            if [249, 394, 1_000].contains(&n) {
                until.push((passed * 1e4_f64).round() / 1e4);
            }
        }
        until
    };
    assert_eq!(ever_passes(LIMIT), [0.0495, 0.0755, 0.1357]);
    assert_eq!(ever_passes(2.0 * LIMIT), [0.0024, 0.0028, 0.0030]);
}
