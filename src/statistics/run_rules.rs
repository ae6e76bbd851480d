//! Run rules of control charts.

use serde::{Deserialize, Serialize};

/// Which run rules to apply beside the three-sigma limits.
///
/// # Definition
/// | rules | a point signals when |
/// |---|---|
/// | `LimitsOnly` | it lies beyond three sigmas |
/// | `WesternElectric` | also: it completes 2 of 3 beyond two sigmas, 4 of 5 beyond one, or 8 in a row, on one side |
/// | `Nelson` | his tests 1 to 8: also 9 in a row on one side, 6 rising or falling, 14 alternating, 2 of 3 beyond two sigmas and 4 of 5 beyond one on one side, 15 within one sigma, 8 beyond one sigma on either side |
/// # Edge cases
/// A value at a limit is within it; a value at the centre is on neither side. Too few points for a rule: it does not apply.
/// # Properties
/// A signal belongs to the last point of its pattern, which takes part in it. In control, normal values signal once in 370.4
/// points by the limits alone and once in 91.75 by all four Western Electric rules.
/// # Reference
/// Western Electric 1956, Statistical Quality Control Handbook; Nelson 1984, J Qual Technol 16(4):237-239,
/// doi:10.1080/00224065.1984.11978921.
/// # Checked against
/// Champ & Woodall 1987, Technometrics 29(4):393-399, doi:10.1080/00401706.1987.10488266, in
/// `statistics/published_tests.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunRules {
    /// Only points beyond the limits.
    LimitsOnly,
    /// Western Electric 1956: the limits, 2 of 3, 4 of 5, 8 on one side.
    WesternElectric,
    /// Nelson 1984, J Qual Technol 16(4):237-239: the limits and tests 2 to 8.
    Nelson,
}

/// Why a point stands out.
///
/// # Definition
/// The rule of [`RunRules`] whose pattern the point completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    BeyondLimits,
    TwoOfThreeBeyondTwoSigma,
    FourOfFiveBeyondOneSigma,
    EightOnOneSide,
    NineOnOneSide,
    SixRisingOrFalling,
    FourteenAlternating,
    FifteenWithinOneSigma,
    EightBeyondOneSigma,
}

/// Signals of the last of `scores`, which are deviations in sigmas.
pub(super) fn signals_at(scores: &[f64], rules: RunRules) -> Vec<Signal> {
    let run = |n: usize| {
        scores
            .len()
            .checked_sub(n)
            .and_then(|start| scores.get(start..))
    };
    // The last point must itself take part in a run that it completes.
    let of = |n: usize, needed: usize, beyond: f64| {
        let Some(last) = scores.last() else {
            return false;
        };
        [1.0, -1.0].iter().any(|side| {
            side * last > beyond
                && scores
                    .iter()
                    .rev()
                    .take(n)
                    .filter(|z| side * **z > beyond)
                    .count()
                    >= needed
        })
    };
    let all = |n: usize, test: &dyn Fn(f64) -> bool| {
        run(n).is_some_and(|points| points.iter().all(|z| test(*z)))
    };
    let steps = |n: usize, test: &dyn Fn(f64, f64) -> bool| {
        run(n).is_some_and(|points| {
            points
                .windows(2)
                .all(|w| matches!(w, [a, b] if test(*a, *b)))
        })
    };
    let mut signals = Vec::new();
    let mut add = |found: bool, signal: Signal| {
        if found {
            signals.push(signal);
        }
    };
    add(of(1, 1, 3.0), Signal::BeyondLimits);
    if rules == RunRules::LimitsOnly {
        return signals;
    }
    add(of(3, 2, 2.0), Signal::TwoOfThreeBeyondTwoSigma);
    add(of(5, 4, 1.0), Signal::FourOfFiveBeyondOneSigma);
    if rules == RunRules::WesternElectric {
        add(of(8, 8, 0.0), Signal::EightOnOneSide);
        return signals;
    }
    add(of(9, 9, 0.0), Signal::NineOnOneSide);
    add(
        steps(6, &|a, b| b > a) || steps(6, &|a, b| b < a),
        Signal::SixRisingOrFalling,
    );
    let alternates = run(14).is_some_and(|points| {
        points
            .windows(3)
            .all(|w| matches!(w, [a, b, c] if (b - a) * (c - b) < 0.0))
    });
    add(alternates, Signal::FourteenAlternating);
    add(all(15, &|z| z.abs() < 1.0), Signal::FifteenWithinOneSigma);
    add(all(8, &|z| z.abs() > 1.0), Signal::EightBeyondOneSigma);
    signals
}
