//! The consensus room against its peers' answers and the published example.

mod boxes;
mod masks;

use concord::consensus::{Decision, EmOptions, Ratings, dawid_skene, majority};
use serde_json::Value;

use crate::draw::Draw;
use crate::oracle::{count, number, oracle, rows};

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} for {expected}"
    );
}

fn ratings(case: &Value) -> Ratings {
    let mut draw = Draw(case["seed"].as_u64().unwrap());
    let (n_units, n_raters) = (count(&case["n_units"]), count(&case["n_raters"]));
    let (k, missing) = (number(&case["k"]), number(&case["missing"]));
    let mut rows = Vec::new();
    for unit in 0..n_units {
        let share = draw.share();
        let truth = (share * share * k) as u16;
        for rater in 0..n_raters {
            if draw.share() < missing {
                continue;
            }
            let skill = 0.5 + 0.4 * rater as f64 / n_raters as f64;
            let (right, other) = (draw.share() < skill, (draw.share() * k) as u16);
            rows.push((unit, rater, if right { truth } else { other }));
        }
    }
    assert_eq!(rows.len(), count(&case["n_ratings"]));
    Ratings::new(n_units, n_raters, k as usize, rows).unwrap()
}

fn exactly(n_iterations: &Value) -> EmOptions {
    EmOptions {
        max_iterations: count(n_iterations) as u32,
        tolerance: 0.0,
        smoothing: 0.0,
    }
}

/// Shares, rates and posteriors after the peer's number of iterations; how many figures were compared.
fn compare_with_crowd_kit(ratings: &Ratings, expected: &Value, what: &str) -> usize {
    let found = dawid_skene(ratings, exactly(&expected["n_iterations"])).unwrap();
    let mut n = 0;
    for (category, share) in rows(&expected["class_shares"]).iter().enumerate() {
        close(found.class_shares[category], number(share), 1e-9, what);
        n += 1;
    }
    for (rater, matrix) in rows(&expected["rates"]).iter().enumerate() {
        for (truly, row) in (0..).zip(rows(matrix)) {
            for (given, rate) in (0..).zip(rows(row)) {
                let found = found.raters[rater].rate(truly, given).unwrap();
                let what = format!("{what}: rater {rater}, {truly} as {given}");
                close(found, number(rate), 1e-9, &what);
                n += 1;
            }
        }
    }
    for entry in rows(&expected["posteriors"]) {
        let unit = count(&entry[0]);
        for (p, expected) in found.posterior(unit).unwrap().iter().zip(rows(&entry[1])) {
            close(*p, number(expected), 1e-9, &format!("{what}: unit {unit}"));
            n += 1;
        }
    }
    n
}

#[test]
fn dawid_skene_agrees_with_crowd_kit() {
    let file = oracle("consensus/dawid_skene.json");
    let cases = rows(&file["cases"]);
    assert_eq!(cases.len(), 8);
    let mut n = 0;
    for case in cases {
        n += compare_with_crowd_kit(&ratings(case), case, &format!("seed {}", case["seed"]));
    }
    assert_eq!(n, 1425);
}

#[test]
fn a_rater_who_never_met_a_category_is_where_crowd_kit_differs() {
    let file = oracle("consensus/dawid_skene.json");
    let case = &file["never_met"];
    let given = rows(&case["rows"]).iter().map(|row| {
        let category = count(&row[2]) as u16;
        (count(&row[0]), count(&row[1]), category)
    });
    let ratings = Ratings::new(3, 3, 2, given).unwrap();
    let found = dawid_skene(&ratings, exactly(&case["n_iterations"])).unwrap();
    // DIFFERENCE: crowd-kit puts 1e-10 into every cell that a rater used, so that one who gave category 0 once is sure to give it
    // when 1 is true. Nothing is known of that: the rate is undefined here.
    assert_eq!(number(&case["rates"][2][1][0]), 1.0);
    assert_eq!(found.raters[2].rate(1, 0), None);
    // DIFFERENCE: the same 1e-10 is left in every rate that is 0.
    assert!(number(&case["rates"][0][1][0]) > 6e-11);
    assert_eq!(found.raters[0].rate(1, 0), Some(0.0));
}

#[test]
fn shares_of_votes_agree_with_crowd_kit_which_breaks_ties_silently() {
    let file = oracle("consensus/dawid_skene.json");
    let (mut n_decided, mut n_ties, mut n_shares) = (0, 0, 0);
    for case in rows(&file["cases"]) {
        let found = majority(&ratings(case), None, 0.95).unwrap();
        for entry in rows(&case["majority"]) {
            let (unit, label) = (count(&entry[0]), count(&entry[1]) as u16);
            match &found.units[unit].decision {
                Decision::Category(category) => {
                    assert_eq!(*category, label);
                    n_decided += 1;
                }
                // DIFFERENCE: crowd-kit names one of those that tie.
                Decision::Tie(tied) => {
                    assert!(tied.contains(&label));
                    n_ties += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        for entry in rows(&case["vote_shares"]) {
            let expected = rows(&entry[1]).iter().map(number).fold(0.0, f64::max);
            let found = found.units[count(&entry[0])].share().unwrap();
            close(found, expected, 1e-15, "share");
            n_shares += 1;
        }
    }
    assert!(n_decided > 900 && n_ties > 100, "{n_decided}, {n_ties}");
    assert_eq!(n_shares, 320);
}

/// Dawid & Skene 1979, Table 1; the first observer read each form three times.
fn anaesthetists(file: &Value) -> Ratings {
    let mut given = Vec::new();
    for (patient, labels) in rows(&file["patients"]).iter().enumerate() {
        let observers = [0, 0, 0, 1, 2, 3, 4];
        for (observer, label) in observers.into_iter().zip(labels.as_str().unwrap().chars()) {
            let category = label.to_digit(10).unwrap() as u16 - 1;
            given.push((patient, observer, category));
        }
    }
    assert_eq!(given.len(), 315);
    Ratings::new(45, 5, 4, given).unwrap()
}

#[test]
fn the_anaesthetists_of_the_paper_come_out_as_published() {
    let file = oracle("consensus/anaesthetists.json");
    let ratings = anaesthetists(&file);
    let found = dawid_skene(&ratings, EmOptions::default()).unwrap();
    assert!(found.convergence.converged);
    assert!(found.slipped_categories.is_empty());
    let mut n = 0;
    for (found, published) in found.class_shares.iter().zip(rows(&file["class_shares"])) {
        close(*found, number(published), 0.005, "class share");
        n += 1;
    }
    for (observer, matrix) in rows(&file["error_rates"]).iter().enumerate() {
        for (truly, row) in (0..).zip(rows(matrix)) {
            for (given, published) in (0..).zip(rows(row)) {
                let rate = found.raters[observer].rate(truly, given).unwrap();
                let what = format!("observer {}, {truly} as {given}", observer + 1);
                close(rate, number(published), 0.005, &what);
                n += 1;
            }
        }
    }
    assert_eq!(n, 84);
    for (patient, published) in file["posteriors"].as_object().unwrap() {
        let unit = patient.parse::<usize>().unwrap() - 1;
        for (p, published) in found.posterior(unit).unwrap().iter().zip(rows(published)) {
            close(*p, number(published), 0.0006, &format!("patient {patient}"));
        }
    }
    let sure = (0..45).filter(|unit| found.decision(*unit).1.is_some_and(|p| p > 0.9999));
    assert!(sure.count() >= 40);
    assert!(compare_with_crowd_kit(&ratings, &file["crowd_kit"], "anaesthetists") > 200);
}

#[test]
fn the_log_likelihood_climbs_as_another_implementation_printed_it() {
    let file = oracle("consensus/anaesthetists.json");
    let ratings = anaesthetists(&file);
    let printed = rows(&file["log_likelihoods"]);
    assert_eq!(printed.len(), 15);
    for (n_iterations, expected) in printed.iter().enumerate() {
        let options = exactly(&Value::from(n_iterations));
        let found = dawid_skene(&ratings, options).unwrap();
        let found = found.convergence.log_likelihood.unwrap();
        close(found, number(expected), 1e-9, "log-likelihood");
    }
}
