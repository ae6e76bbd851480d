//! Scales of measurement.

use serde::{Deserialize, Serialize};

/// What differences between ratings mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

impl Scale {
    /// Name as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Ordinal => "ordinal",
            Self::Interval => "interval",
            Self::Ratio => "ratio",
        }
    }
}
