//! Measurements and their limits.

use concord::agreement::{
    IccForm, RatingMatrix, Scale, bland_altman, intraclass_correlation,
    krippendorff_alpha_of_values,
};
use concord::statistics::{noncentral_t_cdf, noncentral_t_quantile};
use serde_json::Value;

use crate::draw::Draw;

use super::{NO_BOOTSTRAP, close, names};
use crate::oracle::{count, number, oracle, rows};

/// Whole hundredths: a unit's value, a rater's shift, and noise.
fn measurements(case: &Value) -> RatingMatrix {
    let mut draw = Draw(case["seed"].as_u64().expect("a seed"));
    let (n, n_raters) = (count(&case["n"]), count(&case["raters"]));
    let (spread, shift) = (count(&case["spread"]), count(&case["shift"]));
    let mut cells = Vec::new();
    for _ in 0..n {
        let truth = 1000 + draw.below(1000);
        for rater in 0..n_raters {
            let value = truth + draw.below(spread) + rater * shift;
            let missing = draw.share() < number(&case["gap"]);
            cells.push((!missing).then_some(value as f64 / 100.0));
        }
    }
    assert_eq!(cells.iter().flatten().count(), count(&case["n_ratings"]));
    RatingMatrix::numeric(names(n), names(n_raters), cells).expect("sound ratings")
}

#[test]
fn measurements_are_those_of_their_peers() {
    let file = oracle("agreement/numeric.json");
    let forms = [
        "ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)",
    ];
    let (mut n_cases, mut n_without_peer) = (0, 0);
    for case in rows(&file["cases"]) {
        let (matrix, expected) = (measurements(case), &case["expected"]);
        for scale in [
            Scale::Nominal,
            Scale::Ordinal,
            Scale::Interval,
            Scale::Ratio,
        ] {
            let found = krippendorff_alpha_of_values(&matrix, scale, NO_BOOTSTRAP, 0.95);
            let peer = number(&expected[format!("alpha_{}", scale.name())]);
            close(
                found.expect("a sound level").value,
                peer,
                1e-11,
                scale.name(),
            );
        }
        for (form, peer_name) in IccForm::ALL.into_iter().zip(forms) {
            let found = intraclass_correlation(&matrix, form, 0.95).expect("a sound level");
            assert_eq!(found.n as usize, count(&expected["n_complete"]));
            let peer = rows(&expected["icc"])
                .iter()
                .find(|row| row[0] == peer_name);
            let peer = peer.expect("a form that pingouin has");
            close(found.value, number(&peer[1]), 1e-10, peer_name);
            if found.value == Some(1.0) {
                // DIFFERENCE: at perfect agreement the F of single ratings is 1/0, and pingouin has no interval; here it
                // is the limit, 1 to 1.
                assert_eq!((found.lower, found.upper), (Some(1.0), Some(1.0)));
                n_without_peer += u32::from(peer[2].is_null());
                continue;
            }
            close(found.lower, number(&peer[2]), 1e-8, peer_name);
            close(found.upper, number(&peer[3]), 1e-8, peer_name);
        }
        let pairs = matrix.value_pairs(0, 1);
        assert_eq!(pairs.len(), count(&expected["n_both"]));
        let found = bland_altman(&pairs, 0.95).expect("a sound level");
        let limits = found.limits.expect("limits");
        let peer = &expected["limits"];
        let checks = [
            (limits.bias, &peer["bias"]),
            (limits.loa_lower, &peer["low"]),
            (limits.loa_upper, &peer["high"]),
            (found.lower.expect("a bound"), &peer["bias_interval"][0]),
            (found.upper.expect("a bound"), &peer["bias_interval"][1]),
            (limits.loa_lower_interval[0], &peer["low_interval"][0]),
            (limits.loa_lower_interval[1], &peer["low_interval"][1]),
            (limits.loa_upper_interval[0], &peer["high_interval"][0]),
            (limits.loa_upper_interval[1], &peer["high_interval"][1]),
        ];
        for (found, peer) in checks {
            if peer.is_null() {
                // DIFFERENCE: without spread pingouin's t interval is NaN; here it has no width.
                assert_eq!(found, limits.bias);
                n_without_peer += 1;
                continue;
            }
            close(Some(found), number(peer), 1e-7, "limits");
        }
        n_cases += 1;
    }
    assert_eq!((n_cases, n_without_peer), (10, 4 + 6));
}

#[test]
fn the_noncentral_t_distribution_is_that_of_thirty_digits() {
    let file = oracle("agreement/limits.json");
    let mut worst: f64 = 0.0;
    let mut n_without_scipy = 0;
    for row in rows(&file["cdf"]) {
        let [t, df, delta] = std::array::from_fn(|i| number(&row[i]));
        let found = noncentral_t_cdf(t, df, delta);
        if let Some(truth) = row[3].as_f64() {
            worst = worst.max((found - truth).abs());
        }
        match row[4].as_f64() {
            Some(scipy) => close(Some(found), scipy, 1e-9, "scipy"),
            None => n_without_scipy += 1,
        }
    }
    // DIFFERENCE: scipy 1.17 has NaN for t = −3 and δ = 12, where the probability is below 1e-40.
    assert_eq!(n_without_scipy, 4);
    assert_eq!(rows(&file["cdf"]).len(), 5 * 6 * 4);
    assert!(worst < 1e-12, "{worst}");
    // scipy's quantile, and the probability below it at 30 digits: where scipy stops early, its quantile is off by what
    // the probability is off over the density.
    let mut n_quantiles = 0;
    for row in rows(&file["quantiles"]) {
        let [p, df, delta] = std::array::from_fn(|i| number(&row[i]));
        let found = noncentral_t_quantile(p, df, delta).expect("sound arguments");
        let back = noncentral_t_cdf(found, df, delta);
        assert!((back - p).abs() < 1e-12, "{row}: {back}");
        if let (Some(scipy), Some(below)) = (row[3].as_f64(), row[4].as_f64()) {
            let ours_below = noncentral_t_cdf(scipy, df, delta);
            assert!((ours_below - below).abs() < 1e-10, "{row}: {ours_below}");
            close(Some(found), scipy, 1e-6 * scipy.abs(), "quantile");
        }
        n_quantiles += 1;
    }
    assert_eq!(n_quantiles, 11 * 6);
}
