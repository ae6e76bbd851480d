//! Verdicts and control charts.

use super::*;

const LIMIT: f64 = 0.012;

fn judge(errors: u64, assessed: u64, population: Population) -> RateVerdict {
    judge_rate(errors, assessed, population, LIMIT, 0.95, Rule::Bounds)
}

#[test]
fn an_unbounded_process_needs_249_394_and_523_units() {
    for (errors, needed) in [(0, 249), (1, 394), (2, 523)] {
        assert_eq!(
            judge(errors, needed, Population::Process).status,
            Status::Pass
        );
        assert_eq!(
            judge(errors, needed - 1, Population::Process).status,
            Status::InsufficientEvidence
        );
        let early = judge(errors, 48, Population::Process);
        assert_eq!(early.further_clean_audits, Some(needed - 48));
    }
}

#[test]
fn finite_lots_need_fewer() {
    for (lot, needed) in [(250, 158), (500, 196), (1000, 220), (5000, 243)] {
        let population = Population::Lot(lot);
        assert_eq!(judge(0, needed, population).status, Status::Pass);
        assert_eq!(
            judge(0, needed - 1, population).status,
            Status::InsufficientEvidence
        );
        assert_eq!(
            judge(0, 10, population).further_clean_audits,
            Some(needed - 10)
        );
    }
}

#[test]
fn the_limit_is_strict_in_a_fully_assessed_lot() {
    assert_eq!(judge(2, 250, Population::Lot(250)).status, Status::Pass);
    let at_limit = judge(3, 250, Population::Lot(250));
    assert_eq!(
        (at_limit.status, at_limit.further_clean_audits),
        (Status::Fail, None)
    );
}

#[test]
fn a_lot_that_holds_too_many_errors_already_fails_before_it_is_fully_assessed() {
    let found = judge(3, 40, Population::Lot(250));
    assert_eq!(
        (found.status, found.further_clean_audits),
        (Status::Fail, None)
    );
}

#[test]
fn a_plainly_bad_process_fails() {
    let found = judge(9, 100, Population::Process);
    assert_eq!(found.status, Status::Fail);
    assert!(found.lower_one_sided.unwrap() >= LIMIT);
    assert_eq!(
        judge(2, 60, Population::Process).status,
        Status::InsufficientEvidence
    );
}

#[test]
fn the_verdict_says_exactly_how_many_clean_audits_are_left() {
    for population in [Population::Process, Population::Lot(700)] {
        for (errors, assessed) in [(0, 0), (0, 1), (1, 30), (2, 300), (5, 600)] {
            let found = judge(errors, assessed, population);
            let Some(more) = found.further_clean_audits else {
                continue;
            };
            assert_eq!(
                judge(errors, assessed + more, population).status,
                Status::Pass
            );
            if more > 0 && assessed + more > 1 {
                let one_fewer = judge(errors, assessed + more - 1, population);
                assert_ne!(one_fewer.status, Status::Pass, "{errors}/{assessed}");
            }
        }
    }
}

#[test]
fn nothing_assessed_is_not_applicable() {
    for population in [
        Population::Process,
        Population::Lot(100),
        Population::Lot(0),
    ] {
        for rule in [Rule::Bounds, Rule::Point] {
            let found = judge_rate(0, 0, population, LIMIT, 0.95, rule);
            assert_eq!(found.status, Status::NotApplicable);
            assert!(found.rate.is_none() && !found.reason.is_empty());
        }
    }
}

#[test]
fn impossible_input_is_an_error_with_a_reason() {
    let lot = Population::Lot(10);
    let faults = [
        judge(3, 2, Population::Process),
        judge(0, 11, lot),
        judge_rate(0, 5, lot, 0.0, 0.95, Rule::Bounds),
        judge_rate(0, 5, lot, f64::NAN, 0.95, Rule::Bounds),
        judge_rate(0, 5, lot, LIMIT, 1.0, Rule::Bounds),
    ];
    for found in faults {
        assert_eq!(found.status, Status::Error);
        assert!(!found.reason.is_empty());
    }
}

#[test]
fn the_point_rule_compares_the_observed_rate_and_says_so() {
    let point = |errors, assessed| {
        judge_rate(
            errors,
            assessed,
            Population::Process,
            LIMIT,
            0.95,
            Rule::Point,
        )
    };
    assert_eq!(point(0, 1).status, Status::Pass);
    assert_eq!(point(3, 250).status, Status::Fail);
    assert_eq!(point(3, 251).status, Status::Pass);
    assert_eq!(point(3, 250).further_clean_audits, Some(1));
    assert!(point(3, 250).reason.contains("point rule"));
}

#[test]
fn statuses_are_ordered_worst_first() {
    let all = [
        Status::Error,
        Status::NotApplicable,
        Status::Fail,
        Status::InsufficientEvidence,
        Status::Pass,
    ];
    assert!(all.is_sorted());
    assert_eq!(
        serde_json::to_value(all[3]).unwrap(),
        "insufficient_evidence"
    );
}

fn signals(values: &[f64], rules: RunRules) -> Vec<(usize, Signal)> {
    // A standard process: the values are their own scores.
    let chart = chart_of_scores(values, rules);
    let points = chart.points.iter().enumerate();
    points
        .flat_map(|(i, p)| p.signals.iter().map(move |s| (i, *s)))
        .collect()
}

#[test]
fn individuals_limits_are_as_in_shewhart() {
    let values = [10.0, 12.0, 11.0, 13.0];
    let chart = individuals_chart(&values, RunRules::LimitsOnly)
        .unwrap()
        .unwrap();
    // Moving ranges 2, 1, 2: mean 5/3. The factors are 3/d₂ and 1 + 3d₃/d₂, rounded.
    let d2 = 2.0 / std::f64::consts::PI.sqrt();
    let d3 = (2.0 - d2 * d2).sqrt();
    let (factor, range_factor) = (2.66, 3.267);
    assert!((300.0 / d2).round() == 266.0 && (1000.0 + 3000.0 * d3 / d2).round() == 3267.0);
    let point = &chart.individuals.points[0];
    assert!((point.upper - (11.5 + factor * 5.0 / 3.0)).abs() < 1e-12);
    assert!((point.lower - (11.5 - factor * 5.0 / 3.0)).abs() < 1e-12);
    assert!((chart.moving_range.points[0].upper - range_factor * 5.0 / 3.0).abs() < 1e-12);
    assert_eq!(chart.moving_range.points.len(), 3);
    assert_eq!(individuals_chart(&[1.0], RunRules::Nelson), Ok(None));
    assert!(individuals_chart(&[1.0, f64::NAN], RunRules::Nelson).is_err());
    let flat = individuals_chart(&[7.0; 20], RunRules::WesternElectric)
        .unwrap()
        .unwrap();
    assert!(flat.individuals.points.iter().all(|p| p.signals.is_empty()));
}

#[test]
fn each_run_rule_fires_on_its_own_pattern() {
    use Signal::*;
    let western = RunRules::WesternElectric;
    assert_eq!(signals(&[0.0, 3.1], western), [(1, BeyondLimits)]);
    assert_eq!(
        signals(&[2.5, 0.0, 2.5], western),
        [(2, TwoOfThreeBeyondTwoSigma)]
    );
    assert_eq!(signals(&[2.5, 0.0, -2.5], western), []);
    let four = [1.5, 1.5, -0.1, 1.5, 1.5];
    assert_eq!(signals(&four, western), [(4, FourOfFiveBeyondOneSigma)]);
    assert_eq!(signals(&[-0.5; 8], western), [(7, EightOnOneSide)]);
    let nelson = RunRules::Nelson;
    let (nine, rising) = ([0.5; 9], [-0.6, -0.3, -0.1, 0.1, 0.3, 0.6]);
    assert_eq!(signals(&nine, nelson), [(8, NineOnOneSide)]);
    assert_eq!(signals(&rising, nelson), [(5, SixRisingOrFalling)]);
    let alternating: Vec<f64> = (0..14)
        .map(|i| if i % 2 == 0 { 0.9 } else { -0.9 })
        .collect();
    assert_eq!(signals(&alternating, nelson), [(13, FourteenAlternating)]);
    let quiet: Vec<f64> = (0..15).map(|i| [0.2, 0.4, -0.3, -0.5][i % 4]).collect();
    assert_eq!(signals(&quiet, nelson), [(14, FifteenWithinOneSigma)]);
    let wild: Vec<f64> = (0..8).map(|i| [1.2, 1.4, -1.3, -1.5][i % 4]).collect();
    assert_eq!(signals(&wild, nelson), [(7, EightBeyondOneSigma)]);
    assert_eq!(
        signals(&[3.1, 2.9], RunRules::LimitsOnly),
        [(0, BeyondLimits)]
    );
}

#[test]
fn rate_charts_follow_each_periods_size() {
    let chart = p_chart(&[(1, 100), (0, 0), (3, 400)], None, RunRules::LimitsOnly)
        .unwrap()
        .unwrap();
    assert_eq!((chart.centre, chart.points.len()), (0.008, 2));
    let half = 3.0 * (0.008 * 0.992 / 400.0_f64).sqrt();
    assert!((chart.points[1].upper - (0.008 + half)).abs() < 1e-15);
    assert_eq!(chart.points[0].lower, 0.0);
    assert_eq!(
        p_chart(&[(0, 0)], Some(0.1), RunRules::LimitsOnly),
        Ok(None)
    );
    assert!(p_chart(&[(2, 1)], None, RunRules::LimitsOnly).is_err());
    for standard in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert!(p_chart(&[(1, 2)], Some(standard), RunRules::LimitsOnly).is_err());
    }
    assert!(u_chart(&[(1, 2)], Some(f64::NAN), RunRules::LimitsOnly).is_err());
    let chart = u_chart(&[(9, 3), (1, 2)], None, RunRules::LimitsOnly)
        .unwrap()
        .unwrap();
    assert!((chart.points[1].upper - (2.0 + 3.0)).abs() < 1e-15);
}

#[test]
fn ewma_and_cusum_find_a_small_lasting_shift() {
    let shifted = [
        0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
    ];
    let ewma = ewma_chart(&shifted, 0.0, 1.0, 0.2, 2.7).unwrap();
    // 0.2, 0.36, … after the shift; first limit 2.7·0.2 = 0.54.
    assert!((ewma.points[3].value - 0.36).abs() < 1e-15);
    assert!((ewma.points[0].upper - 0.54).abs() < 1e-12);
    assert!(ewma.points[2].signals.is_empty() && !ewma.points[12].signals.is_empty());
    let cusum = cusum_chart(&shifted, 0.0, 1.0, 0.5, 4.0).unwrap();
    assert_eq!(cusum.iter().position(|p| p.signal), Some(10));
    assert_eq!((cusum[3].high, cusum[3].low), (1.0, 0.0));
    assert!(ewma_chart(&[1.0], 0.0, 0.0, 0.2, 3.0).is_err());
    assert!(ewma_chart(&[f64::NAN], 0.0, 1.0, 0.2, 3.0).is_err());
    assert!(cusum_chart(&[f64::NAN], 0.0, 1.0, 0.5, 5.0).is_err());
    assert!(cusum_chart(&[1.0], f64::INFINITY, 1.0, 0.5, 5.0).is_err());
    assert!(cusum_chart(&[1.0], 0.0, 1.0, -0.5, 5.0).is_err());
    assert!(ewma_chart(&[1.0], 0.0, 1.0, 1.2, 3.0).is_err());
}

#[test]
fn equal_values_have_a_variance_that_is_not_below_zero() {
    let mut n_seen = 0;
    for step in 1..400_u32 {
        for n in 2..12 {
            let value = f64::from(step) * 0.1 + 0.003;
            let variance = sample_variance(&vec![value; n]).unwrap();
            assert!(
                (0.0..1e-25).contains(&variance),
                "{n} times {value}: {variance}"
            );
            n_seen += 1;
        }
    }
    assert_eq!(n_seen, 3990);
    // What overflows has none, rather than 0.
    assert_eq!(sample_variance(&[1e300, -1e300, 1e300]), None);
}
