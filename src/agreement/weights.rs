//! Credit for partial agreement between ordered categories.

use serde::{Deserialize, Serialize};

/// Credit for a disagreement, by the places of the two categories in their order.
///
/// # Definition
/// Agreement weight w = 1 − v of categories i and j among k, numbered 1 … k; v is 0 where i = j.
///
/// | kind | v for i ≠ j |
/// |---|---|
/// | unweighted | 1 |
/// | linear | \|i − j\|/(k − 1) |
/// | quadratic | (i − j)²/(k − 1)² |
/// | ordinal | d(d + 1)/(k(k − 1)), d = \|i − j\|: pairs of categories from i to j, over all pairs |
/// | radical | √\|i − j\|/√(k − 1) |
/// | ratio | ((i − j)/(i + j))² / ((k − 1)/(k + 1))² |
/// | circular | sin²(π(i − j)/k), over its largest value |
/// | bipolar | (i − j)²/((i + j − 2)(2k − i − j)) |
/// # Input
/// Places, never the numbers that categories may look like: 1, 2, 4 are places 1, 2, 3.
/// # Edge cases
/// Two categories: every kind is unweighted.
/// # Properties
/// In [0, 1]; symmetric; 1 on the diagonal; some pair of categories has 0.
/// # Example
/// ```
/// use concord::agreement::Weights;
/// // The first of four categories against the second, linear: 1 − 1/3.
/// assert_eq!(Weights::Linear.between(0, 1, 4), 1.0 - 1.0 / 3.0);
/// // Ordinal: one pair of six lies between neighbours.
/// assert_eq!(Weights::Ordinal.between(0, 1, 4), 1.0 - 1.0 / 6.0);
/// ```
/// # Reference
/// Cohen 1968, Psychol Bull 70(4):213-220, doi:10.1037/h0026256; Fleiss & Cohen 1973, Educ Psychol
/// Meas 33(3):613-619, doi:10.1177/001316447303300309 (quadratic); Gwet 2014, Handbook of
/// Inter-Rater Reliability, 4th ed., ISBN 978-0970806284, ch. 3 (the others).
/// # Checked against
/// irrCAC 0.4.4, `tests/oracles/agreement/weights.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Equal or not.
    Unweighted,
    /// By the number of steps.
    Linear,
    /// By the squared number of steps.
    Quadratic,
    /// By the number of pairs of categories that lie from one to the other.
    Ordinal,
    /// By the root of the number of steps: a near miss costs nearly as much as a far one.
    Radical,
    /// By the relative difference of places: a step counts more among the low categories.
    Ratio,
    /// The last category is a neighbour of the first, as hours are.
    Circular,
    /// A step counts more towards either end.
    Bipolar,
}

impl Weights {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Unweighted,
        Self::Linear,
        Self::Quadratic,
        Self::Ordinal,
        Self::Radical,
        Self::Ratio,
        Self::Circular,
        Self::Bipolar,
    ];

    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unweighted => "unweighted",
            Self::Linear => "linear",
            Self::Quadratic => "quadratic",
            Self::Ordinal => "ordinal",
            Self::Radical => "radical",
            Self::Ratio => "ratio",
            Self::Circular => "circular",
            Self::Bipolar => "bipolar",
        }
    }

    /// Agreement weight of categories `i` and `j`, from 0, among `n_categories`: 1 where equal.
    pub fn between(self, i: usize, j: usize, n_categories: usize) -> f64 {
        1.0 - self.disagreement(i, j, n_categories)
    }

    /// v = 1 − w of categories `i` and `j`, from 0, among `n_categories`: 0 where equal.
    pub fn disagreement(self, i: usize, j: usize, n_categories: usize) -> f64 {
        if i == j {
            return 0.0;
        }
        if n_categories <= 2 {
            return 1.0;
        }
        let k = n_categories as f64;
        let steps = i.abs_diff(j) as f64;
        let share = steps / (k - 1.0);
        // Sum of the two places, numbered from 0.
        let sum = (i + j) as f64;
        match self {
            Self::Unweighted => 1.0,
            Self::Linear => share,
            Self::Quadratic => share * share,
            Self::Ordinal => steps * (steps + 1.0) / (k * (k - 1.0)),
            Self::Radical => share.sqrt(),
            Self::Ratio => (steps / (sum + 2.0) * ((k + 1.0) / (k - 1.0))).powi(2),
            Self::Circular => {
                let sine = |steps: f64| (std::f64::consts::PI * steps / k).sin();
                (sine(steps) / sine((n_categories / 2) as f64)).powi(2)
            }
            Self::Bipolar => steps * steps / (sum * (2.0 * (k - 1.0) - sum)),
        }
    }

    /// Formula as printed beside a figure.
    pub(super) fn formula(self) -> &'static str {
        match self {
            Self::Unweighted => "unweighted",
            Self::Linear => "weights 1-|i-j|/(k-1)",
            Self::Quadratic => "weights 1-(i-j)^2/(k-1)^2",
            Self::Ordinal => "ordinal weights 1-d(d+1)/(k(k-1)), d=|i-j|",
            Self::Radical => "radical weights 1-sqrt(|i-j|/(k-1))",
            Self::Ratio => "ratio weights 1-((i-j)/(i+j))^2/((k-1)/(k+1))^2",
            Self::Circular => "circular weights 1-sin^2(pi(i-j)/k)/max",
            Self::Bipolar => "bipolar weights 1-(i-j)^2/((i+j-2)(2k-i-j))",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_symmetric_and_span_zero_to_one() {
        for weights in Weights::ALL {
            for k in 2..=9 {
                let mut least = 1.0_f64;
                for (i, j) in (0..k).flat_map(|i| (0..k).map(move |j| (i, j))) {
                    let w = weights.between(i, j, k);
                    assert_eq!(w, weights.between(j, i, k), "{weights:?} {k} {i} {j}");
                    assert!((-1e-15..=1.0).contains(&w) && (w == 1.0) == (i == j));
                    least = least.min(w);
                }
                assert!(least.abs() < 1e-15, "{weights:?} {k}: {least}");
            }
        }
    }

    #[test]
    fn two_categories_leave_nothing_to_weigh() {
        for weights in Weights::ALL {
            assert_eq!(weights.between(0, 1, 2), 0.0, "{weights:?}");
        }
    }
}
