//! What reviewers made of one annotation (Label Studio Enterprise).

use super::task::user;
use crate::domain::{Review, ReviewOutcome};
use crate::importers::json::{Members, elements, member, members, text};
use crate::importers::written::instant_us;

/// All reviews of one annotation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reviews {
    pub n: u64,
    pub n_rejected: u64,
    /// The latest; of reviews without times the last in the list.
    pub last: Option<Review>,
}

impl Reviews {
    /// Reads `reviews`. One that does not say whether it accepts decides nothing, and is counted.
    pub fn of(found: &Members) -> Self {
        let mut all = Self::default();
        let raw = member(found, "reviews").and_then(|raw| elements(raw).ok());
        for raw in raw.unwrap_or_default() {
            all.n += 1;
            let Ok(review) = members(raw) else { continue };
            let outcome = match member(&review, "accepted") {
                // A reviewer who mends an annotation and accepts it leaves the mended version in its history.
                Some(b"true") => match member(&review, "fixed_annotation_history") {
                    None | Some(b"null") => ReviewOutcome::Accepted,
                    Some(_) => ReviewOutcome::Corrected,
                },
                Some(b"false") => ReviewOutcome::Rejected,
                _ => continue,
            };
            all.n_rejected += u64::from(outcome == ReviewOutcome::Rejected);
            let at_us = member(&review, "created_at")
                .and_then(text)
                .and_then(|text| instant_us(&text));
            if all.last.as_ref().is_none_or(|known| at_us >= known.at_us) {
                all.last = Some(Review {
                    outcome,
                    reviewer: user(&review, "created_by").map(|id| format!("user-{id}")),
                    at_us,
                });
            }
        }
        all
    }
}
