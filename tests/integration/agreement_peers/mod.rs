//! The agreement room against scikit-learn, statsmodels, krippendorff, irrCAC, pingouin and scipy, on ratings that
//! both sides make from an integer generator (`tests/oracles/agreement/peers.py`).

mod categories;
mod measurements;

use std::path::Path;

use concord::agreement::Bootstrap;
use serde_json::Value;

const NO_BOOTSTRAP: Bootstrap = Bootstrap {
    n_resamples: 0,
    seed: 0,
};

fn oracle(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles");
    let bytes = std::fs::read(folder.join(name)).expect("an oracle file");
    serde_json::from_slice(&bytes).expect("sound JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn count(value: &Value) -> usize {
    value.as_u64().expect("a count") as usize
}

fn names(n: usize) -> Vec<String> {
    (1..=n).map(|i| i.to_string()).collect()
}

/// The generator of Knuth's MMIX; the upper 32 bits as a share of one.
struct Draw(u64);

impl Draw {
    fn share(&mut self) -> f64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as f64 / 4_294_967_296.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.share() * n as f64) as usize
    }
}

#[track_caller]
fn close(found: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what}: undefined"));
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} for {expected}"
    );
}
