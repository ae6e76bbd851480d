//! Tables with raters or labels on both sides, and distributions.

use super::Figure;
use serde::{Deserialize, Serialize};

/// Agreement of every rater with every other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heatmap {
    pub label: String,
    /// As printed: `κ`, `Dice`.
    pub metric: String,
    /// n, interval method, choice of unit.
    pub caption: String,
    pub raters: Vec<String>,
    /// Each unordered pair once or twice; a pair that is absent was never compared.
    pub cells: Vec<HeatCell>,
}

/// One pair of raters, by position in `Heatmap::raters`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeatCell {
    pub row: usize,
    pub column: usize,
    pub value: Figure,
    /// The items behind the cell.
    pub link: Option<String>,
}

/// Reference labels (rows) against candidate labels (columns).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfusionMatrix {
    pub title: String,
    pub caption: String,
    /// Names of the two sides, such as `adjudicated` and `annotation`.
    pub row_side: String,
    pub column_side: String,
    pub labels: Vec<String>,
    /// `counts[row][column]`.
    pub counts: Vec<Vec<u64>>,
    /// Most frequent first.
    pub top: Vec<Confusion>,
}

/// One label taken for another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    pub reference: String,
    pub candidate: String,
    /// Of all units with that reference label.
    pub share: Figure,
    pub link: Option<String>,
}

/// Values of one metric for one annotator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    pub rater: String,
    /// As printed: `Dice`.
    pub metric: String,
    pub values: Vec<f64>,
    pub n_undefined: u64,
}
