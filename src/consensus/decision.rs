//! What raters decided on a unit.

use serde::Serialize;

/// Two shares of posterior probability that differ by no more than this are a tie: rounding must not break one.
pub const TIE_MARGIN: f64 = 1e-9;

/// The category that raters decided on, or why there is none. Categories are numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Category(u16),
    /// A tie, broken by the order that the caller gave.
    TieBroken(u16),
    /// These categories share the first place, in rising order; two or more.
    Tie(Vec<u16>),
    /// Nobody rated the unit.
    NoVotes,
}

impl Decision {
    /// The category decided on; `None` for a tie that stands and where nobody voted.
    pub fn category(&self) -> Option<u16> {
        match self {
            Self::Category(category) | Self::TieBroken(category) => Some(*category),
            Self::Tie(_) | Self::NoVotes => None,
        }
    }
}
