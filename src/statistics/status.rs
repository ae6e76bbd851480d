//! The five answers that a threshold can give.

use serde::{Deserialize, Serialize};

/// The five answers of a threshold, worst first, so that `min` over checks is the overall status.
///
/// # Definition
/// | status | meaning |
/// |---|---|
/// | `error` | the check could not be worked out |
/// | `not_applicable` | there is nothing to judge |
/// | `fail` | the limit is proved to be missed |
/// | `insufficient_evidence` | neither is proved |
/// | `pass` | the limit is proved to be met |
/// # Properties
/// Totally ordered; names are stable in files, queries and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Error,
    NotApplicable,
    Fail,
    InsufficientEvidence,
    Pass,
}

impl Status {
    /// Every value, worst first.
    pub const ALL: &'static [Self] = &[
        Self::Error,
        Self::NotApplicable,
        Self::Fail,
        Self::InsufficientEvidence,
        Self::Pass,
    ];

    /// The stable name used in files, queries and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::NotApplicable => "not_applicable",
            Self::Fail => "fail",
            Self::InsufficientEvidence => "insufficient_evidence",
            Self::Pass => "pass",
        }
    }

    /// The plain word shown to people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::NotApplicable => "not applicable",
            Self::Fail => "fail",
            Self::InsufficientEvidence => "not enough evidence",
            Self::Pass => "pass",
        }
    }

    /// The mark that tells statuses apart without colour.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Error => "!",
            Self::NotApplicable => "–",
            Self::Fail => "✕",
            Self::InsufficientEvidence => "?",
            Self::Pass => "✓",
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no status"))
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn the_minimum_of_statuses_is_the_worst_one() {
        let all = [Status::Pass, Status::Fail, Status::InsufficientEvidence];
        assert_eq!(all.into_iter().min(), Some(Status::Fail));
        assert_eq!("not_applicable".parse(), Ok(Status::NotApplicable));
        assert!("green".parse::<Status>().is_err());
    }
}
