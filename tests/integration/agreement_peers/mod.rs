//! The agreement room against scikit-learn, statsmodels, krippendorff, irrCAC, pingouin and scipy, on ratings that
//! both sides make from an integer generator (`tests/oracles/agreement/peers.py`).

mod categories;
mod measurements;

use concord::agreement::Bootstrap;

const NO_BOOTSTRAP: Bootstrap = Bootstrap {
    n_resamples: 0,
    seed: 0,
};

fn names(n: usize) -> Vec<String> {
    (1..=n).map(|i| i.to_string()).collect()
}

#[track_caller]
fn close(found: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what}: undefined"));
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} for {expected}"
    );
}
