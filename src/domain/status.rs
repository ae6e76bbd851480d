//! The five answers that a threshold can give.

use super::people::named_enum;
use serde::{Deserialize, Serialize};

named_enum! {
    /// A threshold's answer, worst first, so that `min` over checks is the overall status.
    Status {
        Error => "error",
        NotApplicable => "not_applicable",
        Fail => "fail",
        InsufficientEvidence => "insufficient_evidence",
        Pass => "pass",
    }
}

impl Status {
    /// The plain word shown to people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::NotApplicable => "not applicable",
            Self::Fail => "over the limit",
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
