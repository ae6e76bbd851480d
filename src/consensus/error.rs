//! What can be wrong with ratings, masks, boxes or arguments.

use thiserror::Error;

use crate::geometry::GeometryError;
use crate::statistics::StatisticsError;

/// Misuse of the consensus room; undefined figures are not errors.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ConsensusError {
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    #[error(
        "`{found}` cells were given for `{n_raters}` raters; every unit needs one cell per rater"
    )]
    CellsShape { found: usize, n_raters: usize },
    #[error("{what} `{found}` was found among `{n}`; numbers start at 0")]
    UnknownNumber {
        what: &'static str,
        found: usize,
        n: usize,
    },
    #[error("category `{category}` stands twice in the order of ties; name each once")]
    TieOrder { category: u16 },
    #[error("{what} is `{found}`; write {wanted}")]
    Parameter {
        what: &'static str,
        found: f64,
        wanted: &'static str,
    },
    #[error("no rater was given; a consensus needs at least one")]
    NoRaters,
    #[error("`{n}` numbers would have to be held, the most is `{limit}`; use fewer {what}")]
    TooLarge {
        n: u64,
        limit: u64,
        what: &'static str,
    },
    #[error(
        "box `{index}` of rater `{rater}` has no usable corners; x0 <= x1 and y0 <= y1 within ±1e15 px are needed"
    )]
    BadBox { rater: usize, index: usize },
}
