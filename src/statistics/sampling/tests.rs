//! Plans small enough to be checked by hand or by trying all others.

use super::*;

fn single(n_sample: u64, acceptance_number: u64) -> SamplingPlan {
    SamplingPlan {
        n_sample,
        acceptance_number,
    }
}

#[test]
fn no_smaller_plan_protects_both_sides() {
    let accepted = |plan, rate| acceptance_probability(plan, rate, Population::Process).unwrap();
    let protects = |plan| accepted(plan, 0.01) >= 0.95 && accepted(plan, 0.06) <= 0.10;
    let found = find_single_plan((0.01, 0.05), (0.06, 0.10), Population::Process, 10_000);
    assert_eq!(found, Ok(Some(single(110, 3))));
    let smaller = (0..110).flat_map(|n| (0..10).map(move |c| single(n, c)));
    assert!(!smaller.into_iter().any(protects));
}

#[test]
fn a_whole_lot_sample_separates_any_two_counts() {
    let plan = single(50, 2);
    let accepted = |rate| acceptance_probability(plan, rate, Population::Lot(50));
    assert_eq!((accepted(0.04), accepted(0.06)), (Ok(1.0), Ok(0.0)));
    // 1.2 % of 100 units: one erroneous unit is good, two are bad, and only the whole lot tells them apart surely.
    let found = find_single_plan((0.012, 1e-9), (0.0121, 1e-9), Population::Lot(100), 100);
    assert_eq!(found, Ok(Some(single(100, 1))));
}

#[test]
fn a_double_plan_that_cannot_go_on_is_a_single_plan() {
    let double = DoublePlan {
        n_first: 40,
        accept_first: 1,
        reject_first: 2,
        n_second: 40,
        accept_total: 3,
    };
    for population in [Population::Process, Population::Lot(90)] {
        for rate in [0.0, 0.01, 0.05, 0.4, 1.0] {
            let accepted = acceptance_probability(double, rate, population);
            assert_eq!(
                accepted,
                acceptance_probability(single(40, 1), rate, population)
            );
            assert_eq!(average_sample_number(double, rate, population), Ok(40.0));
        }
    }
}

#[test]
fn impossible_plans_and_rates_are_refused() {
    let double = |accept_first, reject_first, accept_total| DoublePlan {
        n_first: 10,
        accept_first,
        reject_first,
        n_second: 10,
        accept_total,
    };
    for plan in [double(2, 2, 4), double(0, 4, 2), double(3, 1, 9)] {
        assert!(acceptance_probability(plan, 0.1, Population::Process).is_err());
    }
    let plan = double(0, 2, 1);
    assert!(acceptance_probability(plan, 0.1, Population::Lot(19)).is_err());
    assert!(acceptance_probability(plan, 0.1, Population::Lot(20)).is_ok());
    for rate in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert!(acceptance_probability(plan, rate, Population::Process).is_err());
        assert!(operating_curve(plan, &[rate], Population::Process).is_err());
        assert!(average_outgoing_rate(plan, rate, 100).is_err());
        assert!(SequentialPlan::new((rate, 0.05), (0.5, 0.1)).is_err());
    }
    assert!(average_outgoing_rate(single(0, 0), 0.1, 0).is_err());
    assert!(find_double_plan((0.01, 0.05), (0.06, 0.1), 0, Population::Process, 100).is_err());
    assert!(find_single_plan((0.06, 0.05), (0.01, 0.1), Population::Process, 100).is_err());
    assert!(SequentialPlan::new((0.01, 0.6), (0.06, 0.4)).is_err());
    assert!(SequentialPlan::new((0.01, 0.05), (1.0, 0.1)).is_err());
}

#[test]
fn searches_without_an_answer_end() {
    let near = find_single_plan((0.0100, 0.05), (0.0101, 0.1), Population::Process, 20_000);
    assert_eq!(near, Ok(None));
    for population in [
        Population::Process,
        Population::Lot(300),
        Population::Lot(0),
    ] {
        assert_eq!(
            find_single_plan((0.01, 1e-6), (0.011, 1e-6), population, 200),
            Ok(None)
        );
        assert_eq!(
            find_double_plan((0.01, 1e-6), (0.011, 1e-6), 1, population, 200),
            Ok(None)
        );
    }
}

#[test]
fn a_sequential_test_keeps_walds_inequality_of_risks() {
    for (p0, p1, alpha, beta) in [
        (0.01, 0.06, 0.05, 0.10),
        (0.005, 0.012, 0.05, 0.05),
        (0.1, 0.3, 0.02, 0.03),
        (0.2, 0.21, 0.3, 0.2),
    ] {
        let plan = SequentialPlan::new((p0, alpha), (p1, beta)).unwrap();
        let producer = 1.0 - plan.truncated(p0, 1_000_000).unwrap().acceptance;
        let consumer = plan.truncated(p1, 1_000_000).unwrap().acceptance;
        assert!(producer + consumer <= alpha + beta);
        assert!(producer <= alpha / (1.0 - beta) && consumer <= beta / (1.0 - alpha));
    }
}

#[test]
fn a_sequential_plan_decides_as_its_numbers_say() {
    let plan = SequentialPlan::new((0.01, 0.05), (0.06, 0.10)).unwrap();
    let mut n_decisions = 0;
    for n in 0..=400_u64 {
        for errors in 0..=n.min(20) {
            let expected = match plan.acceptance_number(n) {
                Some(most) if errors <= most => SequentialDecision::Accept,
                _ if errors >= plan.rejection_number(n) => SequentialDecision::Reject,
                _ => SequentialDecision::Continue,
            };
            assert_eq!(plan.decide(errors, n), expected);
            n_decisions += 1;
        }
    }
    assert_eq!(n_decisions, 8_211);
    // One unit, whatever it is, ends a test that is cut there.
    let cut = plan.truncated(0.3, 1).unwrap();
    assert!((cut.acceptance - 0.7).abs() < 1e-15 && cut.average_sample == 1.0);
}

#[test]
fn the_rate_accepted_with_a_probability_is_accepted_with_it() {
    let double = DoublePlan {
        n_first: 50,
        accept_first: 1,
        reject_first: 4,
        n_second: 100,
        accept_total: 3,
    };
    let plans: [AcceptancePlan; 4] = [
        single(50, 0).into(),
        single(315, 7).into(),
        single(68, 2).into(),
        double.into(),
    ];
    for plan in plans {
        for probability in [0.99, 0.95, 0.5, 0.1, 0.01] {
            let rate = rate_at_acceptance(plan, probability).unwrap().unwrap();
            let found = acceptance_probability(plan, rate, Population::Process).unwrap();
            assert!(
                (found - probability).abs() < 1e-12,
                "{plan:?} {probability}: {found}"
            );
        }
    }
    assert_eq!(rate_at_acceptance(single(5, 5), 0.5), Ok(None));
}
