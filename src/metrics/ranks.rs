//! Differences of ranks on an ordinal scale.

use super::{Measured, MetricError, MetricValue, Undefined, Unit};

/// Difference of two ranks on an ordinal scale, candidate minus reference, in steps.
///
/// # Definition
/// r₂ − r₁. On an ordinal scale it says how many ranks lie between, not how much: differences are counted, never averaged across scales.
/// # Input
/// Finite ranks of one scale; `None` where a side gave none.
/// # Edge cases
/// No rank on either side: `Undefined(BothEmpty)`; on one side: `Undefined(ReferenceEmpty)` or `Undefined(CandidateEmpty)`.
/// # Properties
/// 0 for equal ranks; changes its sign when reference and candidate are exchanged; unchanged when the scale starts elsewhere.
/// # Errors
/// `NotFinite` for a rank or a difference that is not finite.
/// # Example
/// ```
/// use concord::metrics::rank_difference;
/// assert_eq!(rank_difference(Some(3.0), Some(1.0))?.value.value(), Some(-2.0));
/// assert!(rank_difference(None, Some(1.0))?.value.undefined().is_some());
/// # Ok::<(), concord::metrics::MetricError>(())
/// ```
/// # Reference
/// Stevens 1946, Science 103(2684):677–680, doi:10.1126/science.103.2684.677 (scales).
/// # Checked against
/// numpy's `subtract` on 200 pairs, `tests/oracles/ranks/differences.json`.
pub fn rank_difference(
    reference: Option<f64>,
    candidate: Option<f64>,
) -> Result<Measured, MetricError> {
    let value = match (reference, candidate) {
        (Some(reference), Some(candidate)) => {
            MetricValue::defined("rank_difference", candidate - reference)?
        }
        (None, Some(_)) => Undefined::ReferenceEmpty.into(),
        (Some(_), None) => Undefined::CandidateEmpty.into(),
        (None, None) => Undefined::BothEmpty.into(),
    };
    Ok(Measured {
        value,
        unit: Unit::Steps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draw;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Oracle {
        seed: u64,
        differences: Vec<f64>,
    }

    #[test]
    fn differences_are_those_of_numpy() {
        let text = include_str!("../../tests/oracles/ranks/differences.json");
        let oracle: Oracle = serde_json::from_str(text).unwrap();
        let mut draw = Draw(oracle.seed);
        for expected in &oracle.differences {
            let mut rank = || draw.whole(-40, 41) as f64 / 4.0;
            let found = rank_difference(Some(rank()), Some(rank())).unwrap();
            assert_eq!(found.value.value(), Some(*expected));
        }
        assert_eq!(oracle.differences.len(), 200);
    }

    #[test]
    fn ranks_that_are_no_numbers_are_refused() {
        assert!(rank_difference(Some(f64::NAN), Some(1.0)).is_err());
        assert!(rank_difference(Some(1e308), Some(-1e308)).is_err());
    }
}
