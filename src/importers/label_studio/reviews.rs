//! What reviewers made of one annotation (Label Studio Enterprise).

use super::header::instant;
use super::header::person;
use crate::domain::{Review, ReviewOutcome};
use crate::importers::json::{Members, elements, member, members, text};
use crate::importers::people::People;

/// All reviews of one annotation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reviews {
    pub n: u64,
    pub n_rejected: u64,
    /// The latest; of reviews without times the last in the list.
    pub last: Option<Review>,
}

impl Reviews {
    /// Reads `reviews`, else the last action of a reviewer. A review that does not say whether it accepts decides nothing, and is counted.
    pub fn of(found: &Members, people: &mut People) -> Self {
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
            let at_us = instant(&review, "created_at");
            if all.last.as_ref().is_none_or(|known| at_us >= known.at_us) {
                all.last = Some(Review {
                    outcome,
                    reviewer: person(&review, "created_by", people),
                    at_us,
                });
            }
        }
        let action = member(found, "last_action").and_then(text);
        let outcome = match action.as_deref() {
            Some("accepted") => ReviewOutcome::Accepted,
            Some("rejected") => ReviewOutcome::Rejected,
            Some("fixed_and_accepted") => ReviewOutcome::Corrected,
            _ => return all,
        };
        if all.last.is_none() {
            all.n += 1;
            all.n_rejected += u64::from(outcome == ReviewOutcome::Rejected);
            all.last = Some(Review {
                outcome,
                reviewer: person(found, "last_created_by", people),
                at_us: None,
            });
        }
        all
    }
}
