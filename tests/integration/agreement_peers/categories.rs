//! Coefficients of categories.

use concord::agreement::{
    AgreementError, Bootstrap, Coefficient, ContingencyTable, RatingMatrix, Scale, UnitPatterns,
    Weights, brennan_prediger, cohen_kappa, cohen_kappa_categories, cohen_kappa_of_disagreements,
    conger_kappa, fleiss_kappa, fleiss_kappa_category, gwet_ac, krippendorff_alpha,
    krippendorff_alpha_of_values, percent_agreement, scott_pi,
};
use serde_json::Value;

use crate::draw::Draw;

use super::{NO_BOOTSTRAP, close, names};
use crate::oracle::{count, number, oracle, rows};

/// irrCAC's name of each kind of weights.
const KINDS: [(Weights, &str); 8] = [
    (Weights::Unweighted, "identity"),
    (Weights::Linear, "linear"),
    (Weights::Quadratic, "quadratic"),
    (Weights::Ordinal, "ordinal"),
    (Weights::Radical, "radical"),
    (Weights::Ratio, "ratio"),
    (Weights::Circular, "circular"),
    (Weights::Bipolar, "bipolar"),
];

/// Codes around a true category whose prevalence is (c + 1)^skew.
fn ratings(case: &Value) -> RatingMatrix {
    let mut draw = Draw(case["seed"].as_u64().expect("a seed"));
    let (n, n_raters, k) = (
        count(&case["n"]),
        count(&case["raters"]),
        count(&case["categories"]),
    );
    let (noise, gap) = (number(&case["noise"]), number(&case["gap"]));
    let skew = count(&case["skew"]) as u32;
    let prevalence: Vec<usize> = (1..=k).map(|c| c.pow(skew)).collect();
    let mut cells = Vec::new();
    for _ in 0..n {
        let mut left = draw.below(prevalence.iter().sum::<usize>());
        let mut truth = 0;
        while left >= prevalence[truth] {
            left -= prevalence[truth];
            truth += 1;
        }
        for _ in 0..n_raters {
            let (errs, other) = (draw.share() < noise, draw.below(k));
            let missing = draw.share() < gap;
            cells.push((!missing).then_some(if errs { other } else { truth } as u16));
        }
    }
    let sum: f64 = cells.iter().flatten().map(|c| f64::from(*c)).sum();
    assert_eq!(
        sum,
        number(&case["sum"]),
        "both sides make the same ratings"
    );
    assert_eq!(cells.iter().flatten().count(), count(&case["n_ratings"]));
    RatingMatrix::categorical(names(n), names(n_raters), names(k), cells).expect("sound ratings")
}

/// Where irrCAC differs by design, and how often that was seen.
#[derive(Default, Debug, PartialEq)]
struct Differences {
    /// DIFFERENCE: irrCAC cuts its upper bound at 1 but not its lower at −1 (or at the value, where that is lower).
    uncut_below: u32,
    /// DIFFERENCE: irrCAC calls a standard error of 0 1e-15.
    no_zero_error: u32,
    /// DIFFERENCE: of one category throughout, or one that is never used, irrCAC says 1 and others NaN; here κ is
    /// undefined with a reason.
    undefined: u32,
    /// DIFFERENCE: where κ cannot vary statsmodels leaves the root of a rounding error, about 1e-8, for a standard error.
    rounding_error: u32,
    /// DIFFERENCE: there it may also be the root of a rounding error below 0, and NaN.
    no_error: u32,
}

/// irrCAC gives value, standard error, lower and upper.
#[track_caller]
fn close_to_irrcac(
    found: Result<Coefficient, AgreementError>,
    expected: &Value,
    seen: &mut Differences,
    what: &str,
) {
    let found = found.expect("a sound level");
    if found.undefined.is_some() {
        assert_eq!(number(&expected[0]), 1.0, "{what}: {found:?}");
        seen.undefined += 1;
        return;
    }
    close(found.value, number(&expected[0]), 1e-12, what);
    let se = number(&expected[1]);
    if se == 1e-15 {
        close(found.se, 0.0, 1e-15, what);
        assert_ne!(found.se, Some(se), "{what}: the difference is gone");
        seen.no_zero_error += 1;
    } else {
        close(found.se, se, 1e-12, what);
    }
    let lower = number(&expected[2]);
    let least = number(&expected[0]).min(-1.0);
    if lower < least {
        assert_ne!(found.lower, Some(lower), "{what}: the difference is gone");
        seen.uncut_below += 1;
    }
    // irrCAC takes t quantiles from scipy, some of which are wrong in the ninth digit.
    close(found.lower, lower.max(least), 1e-8, what);
    close(found.upper, number(&expected[3]), 1e-8, what);
}

/// Holds a standard error against statsmodels'; says whether only rounding errors are left of both.
#[track_caller]
fn close_error(found: Option<f64>, peer: Option<f64>, seen: &mut Differences, what: &str) -> bool {
    match peer {
        Some(se) if found < Some(1e-12) && se > 1e-10 => {
            assert!(se < 1e-7, "{what}: {se}");
            seen.rounding_error += 1;
            true
        }
        Some(se) => {
            close(found, se, 1e-13, what);
            false
        }
        None => {
            close(found, 0.0, 1e-12, what);
            seen.no_error += 1;
            true
        }
    }
}

fn check_pair(matrix: &RatingMatrix, pair: &Value, seen: &mut Differences) {
    let (a, b) = (count(&pair["raters"][0]), count(&pair["raters"][1]));
    let table = matrix.table(a, b).expect("raters of this matrix");
    let k = table.categories().len();
    let percent = percent_agreement(&table, 0.95).expect("a sound level");
    assert_eq!(percent.n as usize, count(&pair["n"]));
    close(percent.value, number(&pair["percent"]), 1e-15, "percent");
    close(percent.lower, number(&pair["wilson"][0]), 1e-14, "Wilson");
    close(percent.upper, number(&pair["wilson"][1]), 1e-14, "Wilson");
    for weights in [Weights::Unweighted, Weights::Linear, Weights::Quadratic] {
        let (peer, what) = (&pair[weights.name()], weights.name());
        let kappa = cohen_kappa(&table, weights, 0.95).expect("a sound level");
        if kappa.undefined.is_some() {
            assert!(peer["sklearn"].is_null() && peer["statsmodels"][0].is_null());
            seen.undefined += 1;
            continue;
        }
        close(kappa.value, number(&peer["sklearn"]), 1e-13, what);
        let [value, se, lower, upper, se_null, most] =
            std::array::from_fn(|i| peer["statsmodels"][i].as_f64());
        close(kappa.value, value.expect("a κ"), 1e-13, what);
        let is_rounding = close_error(kappa.se, se, seen, what);
        close_error(kappa.se_null, se_null, seen, what);
        if !is_rounding {
            // Normal intervals of small tables may pass −1 and 1, where they are cut here.
            close(kappa.lower, lower.expect("a bound").max(-1.0), 1e-12, what);
            close(kappa.upper, upper.expect("a bound").min(1.0), 1e-12, what);
        }
        if weights == Weights::Unweighted {
            close(kappa.kappa_max, most.expect("a maximum"), 1e-13, "κ max");
        }
    }
    let of_categories = cohen_kappa_categories(&table, 0.95).expect("a sound level");
    assert_eq!(of_categories.len(), rows(&pair["categories"]).len());
    for (found, peer) in of_categories.iter().zip(rows(&pair["categories"])) {
        if peer[0].is_null() {
            assert!(found.undefined.is_some());
            seen.undefined += 1;
            continue;
        }
        close(found.value, number(&peer[0]), 1e-13, "category");
        close_error(found.se, peer[1].as_f64(), seen, "category");
        close(found.value, number(&peer[2]), 1e-13, "category");
    }
    let given: Vec<f64> = (0..k * k)
        .map(|at| (at / k, at % k))
        .map(|(i, j)| if i == j { 0 } else { 1 + (3 * i + 5 * j) % 7 } as f64)
        .collect();
    let kappa = cohen_kappa_of_disagreements(&table, &given, 0.95).expect("sound disagreements");
    close(kappa.value, number(&pair["given"]), 1e-13, "given");
    for (weights, kind) in &KINDS[..3] {
        let pi = scott_pi(&table, *weights, 0.95);
        close_to_irrcac(pi, &pair[format!("scott_{kind}")], seen, "scott_pi");
    }
}

fn check_overall(matrix: &RatingMatrix, expected: &Value, seen: &mut Differences) {
    let units = UnitPatterns::from_matrix(matrix);
    for (weights, kind) in KINDS {
        let peer = &expected[kind];
        let gwet = gwet_ac(&units, weights, 0.95);
        close_to_irrcac(gwet, &peer["gwet"], seen, "gwet");
        let uniform = brennan_prediger(&units, weights, 0.95);
        close_to_irrcac(uniform, &peer["brennan_prediger"], seen, "brennan_prediger");
        let fleiss = fleiss_kappa(&units, weights, 0.95);
        close_to_irrcac(fleiss, &peer["fleiss"], seen, "fleiss");
        let conger = conger_kappa(matrix, weights, 0.95);
        close_to_irrcac(conger, &peer["conger"], seen, "conger");
    }
    let numeric = matrix
        .clone()
        .with_numeric_categories()
        .expect("places are numbers");
    let alphas = [
        (Scale::Nominal, Some("identity")),
        (Scale::Ordinal, None),
        (Scale::Interval, Some("quadratic")),
        (Scale::Ratio, Some("ratio")),
    ];
    for (scale, kind) in alphas {
        let peer = number(&expected[format!("alpha_{}", scale.name())]);
        let of_values = krippendorff_alpha_of_values(&numeric, scale, NO_BOOTSTRAP, 0.95);
        close(
            of_values.expect("a sound level").value,
            peer,
            1e-12,
            scale.name(),
        );
        if matches!(scale, Scale::Nominal | Scale::Ordinal) {
            let found = krippendorff_alpha(&units, scale, NO_BOOTSTRAP, 0.95);
            close(
                found.expect("a sound level").value,
                peer,
                1e-12,
                scale.name(),
            );
        }
        // DIFFERENCE: irrCAC's ordinal weights count categories, Krippendorff's ordinal metric counts ratings.
        if let Some(kind) = kind {
            close(Some(number(&expected[kind]["alpha"][0])), peer, 1e-12, kind);
        }
    }
    let Some(peers) = expected["fleiss_categories"].as_array() else {
        return;
    };
    let fleiss = fleiss_kappa(&units, Weights::Unweighted, 0.95).expect("a sound level");
    close(
        fleiss.value,
        number(&expected["fleiss_statsmodels"]),
        1e-13,
        "statsmodels",
    );
    assert_eq!(peers.len(), matrix.categories().len());
    for (category, peer) in peers.iter().enumerate() {
        let found = fleiss_kappa_category(&units, category, 0.95);
        if peer.is_null() {
            assert!(found.expect("a category").undefined.is_some());
            seen.undefined += 1;
            continue;
        }
        close(
            found.clone().expect("a category").value,
            number(peer),
            1e-13,
            "category",
        );
        let peer = &expected["fleiss_categories_irrcac"][category];
        close_to_irrcac(found, peer, seen, "category");
    }
}

#[test]
fn coefficients_of_categories_are_those_of_their_peers() {
    let file = oracle("agreement/categorical.json");
    let (mut n_cases, mut n_pairs) = (0, 0);
    let mut seen = Differences::default();
    for case in rows(&file["cases"]) {
        let matrix = ratings(case);
        for pair in rows(&case["expected"]["pairs"]) {
            check_pair(&matrix, pair, &mut seen);
            n_pairs += 1;
        }
        check_overall(&matrix, &case["expected"], &mut seen);
        n_cases += 1;
    }
    assert_eq!(
        (n_cases, n_pairs),
        (18, 6 + 4 * 3 + 3 * 6 + 3 * 10 + 2 * 15)
    );
    let expected = Differences {
        uncut_below: 27,
        no_zero_error: 7,
        undefined: 1,
        rounding_error: 16,
        no_error: 4,
    };
    assert_eq!(seen, expected, "differences appeared or disappeared");
}

#[test]
fn where_peers_differ_they_are_known_to() {
    let edges = &oracle("agreement/categorical.json")["edges"];
    // DIFFERENCE: irrCAC weighs categories 1, 2, 4 by their numbers; here places count, so that 2 and 4 are neighbours.
    let codes = [[0, 1], [1, 1], [2, 2], [2, 0], [0, 0]].concat();
    let categories = ["1", "2", "4"].map(String::from).to_vec();
    let places = RatingMatrix::from_codes(names(2), categories, codes).expect("sound codes");
    let units = UnitPatterns::from_matrix(&places);
    let found = gwet_ac(&units, Weights::Linear, 0.95)
        .expect("a sound level")
        .value
        .expect("a value");
    let peer = number(&edges["places_of_1_2_4"][0]);
    assert!(
        (found - peer).abs() > 1e-3,
        "{found}: the difference is gone"
    );

    // DIFFERENCE: with one category throughout κ is 0/0. scikit-learn, statsmodels and krippendorff give NaN, irrCAC 1;
    // here it is undefined (`no_variation`).
    let one = &edges["one_category"];
    let table = ContingencyTable::new(names(2), vec![6, 0, 0, 0]).expect("2 x 2");
    let kappa = cohen_kappa(&table, Weights::Unweighted, 0.95).expect("a sound level");
    assert_eq!((kappa.value, kappa.undefined.is_some()), (None, true));
    let units = UnitPatterns::from_table(&table);
    let fleiss = fleiss_kappa(&units, Weights::Unweighted, 0.95).expect("a sound level");
    assert_eq!((fleiss.value, fleiss.undefined.is_some()), (None, true));
    let alpha = krippendorff_alpha(&units, Scale::Nominal, NO_BOOTSTRAP, 0.95);
    let alpha = alpha.expect("a sound level");
    assert_eq!((alpha.value, alpha.undefined.is_some()), (None, true));
    for peer in [
        "sklearn",
        "statsmodels_kappa",
        "statsmodels_fleiss",
        "krippendorff",
    ] {
        assert!(one[peer].is_null(), "{peer} answers now");
    }
    assert_eq!(number(&one["irrcac_fleiss"][0]), 1.0);
    // Gwet's chance term needs no variation: both say 1.
    let gwet = gwet_ac(&units, Weights::Unweighted, 0.95).expect("a sound level");
    assert_eq!(
        (gwet.value, number(&one["irrcac_gwet"][0])),
        (Some(1.0), 1.0)
    );
    // Perfect agreement has no error: irrCAC says 1e-15.
    assert_eq!(number(&edges["perfect_conger"][1]), 1e-15);
}

#[test]
fn bootstrap_error_of_alpha_is_near_that_of_irrcac() {
    // DIFFERENCE: irrCAC linearises α, Concord resamples units. Both estimate one number, so they lie near each other
    // where units are many, and are not equal.
    let file = oracle("agreement/categorical.json");
    let mut n_compared = 0;
    for case in rows(&file["cases"])
        .iter()
        .filter(|case| count(&case["n"]) >= 100)
    {
        let units = UnitPatterns::from_matrix(&ratings(case));
        let bootstrap = Bootstrap {
            n_resamples: 2000,
            seed: 1,
        };
        let found = krippendorff_alpha(&units, Scale::Nominal, bootstrap, 0.95);
        let se = found.expect("a sound level").se.expect("an error");
        let ratio = se / number(&case["expected"]["identity"]["alpha"][1]);
        assert!((0.85..1.15).contains(&ratio) && ratio != 1.0, "{ratio}");
        n_compared += 1;
    }
    assert_eq!(n_compared, 7);
}

#[test]
fn weights_are_those_of_irrcac() {
    let file = oracle("agreement/weights.json");
    let mut n_compared = 0;
    for (weights, kind) in KINDS {
        for k in 2..8 {
            let matrix = rows(&file["matrices"][kind][k.to_string()]);
            for (i, row) in matrix.iter().enumerate() {
                for (j, expected) in rows(row).iter().enumerate() {
                    let found = weights.between(i, j, k);
                    close(Some(found), number(expected), 1e-15, kind);
                    n_compared += 1;
                }
            }
        }
    }
    assert_eq!(n_compared, 8 * (4 + 9 + 16 + 25 + 36 + 49));
}
