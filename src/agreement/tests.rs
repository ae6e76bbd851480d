//! Published tables with published answers, laws that hold for any ratings, and where figures end.

use super::*;

mod edges;
mod identities;
mod published;
mod published_measurements;
mod studies;

const NO_BOOTSTRAP: Bootstrap = Bootstrap {
    n_resamples: 0,
    seed: 0,
};

const OPTIONS: AgreementOptions = AgreementOptions {
    level: 0.95,
    bootstrap: NO_BOOTSTRAP,
};

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| i.to_string()).collect()
}

fn table(k: usize, counts: &[u64]) -> ContingencyTable {
    ContingencyTable::new(names(k), counts.to_vec()).unwrap()
}

/// A matrix from one string of digits per rater; anything else is a gap.
fn matrix(k: usize, raters: &[&str]) -> RatingMatrix {
    let rows: Vec<Vec<char>> = raters.iter().map(|r| r.chars().collect()).collect();
    let n = rows[0].len();
    let cells = (0..n).flat_map(|u| {
        rows.iter()
            .map(move |r| r[u].to_digit(10).map(|d| d as u16))
    });
    RatingMatrix::categorical(names(n), names(raters.len()), names(k), cells.collect()).unwrap()
}

#[track_caller]
fn near(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.expect("a value");
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} for {expected}"
    );
}
