use super::*;
use crate::draw::Draw;

fn fit(n_raters: usize, n_categories: usize, cells: &[Option<u16>]) -> DawidSkene {
    let ratings = Ratings::from_cells(n_raters, n_categories, cells).unwrap();
    dawid_skene(&ratings, EmOptions::default()).unwrap()
}

#[test]
fn one_iteration_is_what_paper_and_pencil_give() {
    // Two raters, two units: both say 0; one says 1, the other 0.
    let ratings = Ratings::from_cells(2, 2, &[Some(0), Some(0), Some(1), Some(0)]).unwrap();
    let options = EmOptions {
        max_iterations: 0,
        ..EmOptions::default()
    };
    let start = dawid_skene(&ratings, options).unwrap();
    // T = (1, 0), (½, ½): shares ¾ and ¼.
    assert_eq!(start.class_shares, [0.75, 0.25]);
    assert_eq!(start.posterior(1), Some(&[0.5, 0.5][..]));
    assert_eq!(start.decision(1), (Decision::Tie(vec![0, 1]), Some(0.5)));
    let first = &start.raters[0];
    assert_eq!(first.rate(0, 0), Some(1.0 / 1.5));
    assert_eq!(first.rate(1, 1), Some(1.0));
    assert_eq!(start.raters[1].rate(1, 0), Some(1.0));
    assert!(!start.convergence.converged);
    // ln(¾ · ⅔ · 1) + ln(¾ · ⅓ · 1 + ¼ · 1 · 1) = 2 ln ½.
    let log_likelihood = start.convergence.log_likelihood.unwrap();
    assert!((log_likelihood - 2.0 * 0.5_f64.ln()).abs() < 1e-15);
    let once = EmOptions {
        max_iterations: 1,
        ..EmOptions::default()
    };
    let once = dawid_skene(&ratings, once).unwrap();
    // ¾ · ⅓ against ¼: still even.
    assert_eq!(once.convergence.n_iterations, 1);
    assert!((once.posterior(1).unwrap()[0] - 0.5).abs() < 1e-15);
}

#[test]
fn nothing_rated_leaves_everything_undefined() {
    for cells in [vec![], vec![None; 6]] {
        let found = fit(2, 3, &cells);
        assert_eq!(found.class_shares, [0.0; 3]);
        assert_eq!(found.n_units_rated, 0);
        assert_eq!(found.convergence.log_likelihood, None);
        assert!(found.convergence.converged);
        assert_eq!(found.posterior(0), None);
        assert_eq!(found.decision(0), (Decision::NoVotes, None));
        assert_eq!(found.raters[1].rate(0, 0), None);
        assert_eq!(found.raters[1].accuracy(), None);
        assert_eq!(found.raters[1].specificity(0), None);
    }
    assert!(fit(0, 0, &[]).raters.is_empty());
}

#[test]
fn one_category_throughout_has_share_1_and_the_others_no_row() {
    let found = fit(2, 3, &[Some(1), Some(1), Some(1), None]);
    assert_eq!(found.class_shares, [0.0, 1.0, 0.0]);
    assert_eq!(found.convergence.n_iterations, 1);
    assert!(found.convergence.converged);
    assert_eq!(found.convergence.log_likelihood, Some(0.0));
    assert_eq!(found.raters[0].sensitivity(1), Some(1.0));
    assert_eq!(found.raters[0].sensitivity(0), None);
    assert_eq!(found.raters[0].specificity(1), None);
    assert_eq!(found.raters[0].specificity(0), Some(1.0));
    assert_eq!(found.raters[0].accuracy(), Some(1.0));
}

#[test]
fn a_rater_with_one_rating_and_a_category_never_used_change_nothing_for_the_others() {
    let rows: Vec<(usize, usize, u16)> = (0..30)
        .flat_map(|unit| {
            (0..3).map(move |rater| (unit, rater, u16::from(unit % 3 == 0 && rater != unit % 7)))
        })
        .collect();
    let without = dawid_skene(
        &Ratings::new(30, 3, 2, rows.clone()).unwrap(),
        EmOptions::default(),
    );
    let unused = dawid_skene(
        &Ratings::new(30, 3, 9, rows.clone()).unwrap(),
        EmOptions::default(),
    );
    let (without, unused) = (without.unwrap(), unused.unwrap());
    assert_eq!(unused.class_shares[..2], without.class_shares[..]);
    assert_eq!(unused.raters[2].rate(1, 0), without.raters[2].rate(1, 0));
    assert_eq!(unused.convergence, without.convergence);

    let lone = Ratings::new(30, 4, 2, rows.into_iter().chain([(4, 3, 0)])).unwrap();
    let lone = dawid_skene(&lone, EmOptions::default()).unwrap();
    let rater = &lone.raters[3];
    assert_eq!(rater.n_ratings, 1);
    assert_eq!(rater.rate(0, 0), Some(1.0));
    assert_eq!(rater.expected_total(0) + rater.expected_total(1), 1.0);
}

#[test]
fn a_rater_who_never_met_a_category_does_not_rule_it_out() {
    // Rater 2 rates unit 0 only, where nobody said 1.
    let cells = [
        Some(0),
        Some(0),
        Some(0),
        Some(1),
        Some(1),
        None,
        Some(1),
        Some(0),
        None,
    ];
    let found = fit(3, 2, &cells);
    assert_eq!(found.raters[2].rate(1, 0), None);
    assert_eq!(found.raters[2].rate(0, 0), Some(1.0));
    assert!(found.posterior(0).unwrap().iter().all(|p| p.is_finite()));
}

#[test]
fn smoothing_is_a_pseudo_count_in_every_cell() {
    let options = EmOptions {
        smoothing: 0.5,
        ..EmOptions::default()
    };
    let ratings = Ratings::from_cells(2, 2, &[Some(0), Some(0), Some(1), Some(1)]).unwrap();
    let found = dawid_skene(&ratings, options).unwrap();
    let rater = &found.raters[0];
    let rate = rater.rate(0, 1).unwrap();
    assert!(rate > 0.2 && rate < 0.5, "{rate}");
    // Two ratings and four cells of ½.
    let total: f64 = (0..2).map(|truly| rater.expected_total(truly)).sum();
    assert!((total - 4.0).abs() < 1e-12, "{total}");
    assert!((rater.specificity(0).unwrap() - rater.sensitivity(1).unwrap()).abs() < 1e-15);
}

#[test]
fn raters_who_together_call_a_category_by_another_name_are_told() {
    // Answers at random: among many small tables, some end with the names of two classes exchanged.
    let mut draw = Draw(7);
    let (mut n_slipped, mut n_kept) = (0, 0);
    for _ in 0..300 {
        let cells: Vec<_> = (0..24).map(|_| Some(draw.below(3))).collect();
        let found = fit(3, 3, &cells);
        for category in (0..3).filter(|category| found.class_shares[usize::from(*category)] > 0.0) {
            let named = |given| {
                found
                    .raters
                    .iter()
                    .map(|r| r.expected(category, given))
                    .sum::<f64>()
            };
            let has_slipped = (0..3).any(|given| named(given) > named(category));
            assert_eq!(found.slipped_categories.contains(&category), has_slipped);
            n_slipped += u32::from(has_slipped);
            n_kept += u32::from(!has_slipped);
        }
    }
    assert!(n_slipped > 10 && n_kept > 100, "{n_slipped}, {n_kept}");
    assert!(
        fit(2, 2, &[Some(0), Some(0), Some(1), Some(1)])
            .slipped_categories
            .is_empty()
    );
}

#[test]
fn senseless_options_and_results_beyond_memory_are_refused() {
    let ratings = Ratings::from_cells(1, 2, &[Some(0)]).unwrap();
    for (tolerance, smoothing) in [
        (f64::NAN, 0.0),
        (-1.0, 0.0),
        (0.0, f64::INFINITY),
        (0.0, -0.1),
    ] {
        let options = EmOptions {
            max_iterations: 5,
            tolerance,
            smoothing,
        };
        let error = dawid_skene(&ratings, options).unwrap_err();
        assert!(matches!(error, ConsensusError::Parameter { .. }), "{error}");
    }
    let large = Ratings::new(1, 100, 2048, [(0, 0, 0)]).unwrap();
    let error = dawid_skene(&large, EmOptions::default()).unwrap_err();
    assert!(matches!(error, ConsensusError::TooLarge { .. }), "{error}");
}
