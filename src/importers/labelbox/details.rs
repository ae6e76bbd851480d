//! Who made a label, when, how long, and what reviewers said, in the words of either version.

use crate::domain::{Review, ReviewOutcome};
use crate::importers::json::fields::{given, instant, list, word};
use crate::importers::people::People;
use serde_json::Value;

/// What a label says about itself.
#[derive(Default)]
pub(super) struct Details {
    pub rater: Option<String>,
    pub finished_at_us: Option<i64>,
    pub active_ms: Option<i64>,
    pub is_skipped: bool,
    pub review: Option<Review>,
}

/// Details of a label of version 2. A later change may be a reviewer's, so the time is that of creation.
pub(super) fn version_2(label: &Value, people: &mut People) -> Details {
    let none = Value::Null;
    let details = given(label, "label_details").unwrap_or(&none);
    let performance = given(label, "performance_details").unwrap_or(&none);
    Details {
        rater: word(details, "created_by").map(|address| people.name(address)),
        finished_at_us: instant(details, "created_at"),
        active_ms: milliseconds(performance, "seconds_to_create"),
        is_skipped: is_set(performance, "skipped") || is_set(label, "skipped"),
        review: last_review(list(details, "reviews").unwrap_or_default(), people),
    }
}

/// Details of a label of version 1.
pub(super) fn version_1(row: &Value, people: &mut People) -> Details {
    Details {
        rater: word(row, "Created By").map(|address| people.name(address)),
        finished_at_us: instant(row, "Created At"),
        active_ms: milliseconds(row, "Seconds to Label"),
        is_skipped: is_set(row, "Skipped") || word(row, "Label") == Some("Skip"),
        review: last_review(list(row, "Reviews").unwrap_or_default(), people),
    }
}

fn is_set(holder: &Value, name: &str) -> bool {
    holder.get(name) == Some(&Value::Bool(true))
}

fn milliseconds(holder: &Value, name: &str) -> Option<i64> {
    given(holder, name)?
        .as_f64()
        .filter(|seconds| (0.0..1e9).contains(seconds))
        .map(|seconds| (seconds * 1000.0).round() as i64)
}

/// The last review that says yes or no: a score above or below 0.
fn last_review(reviews: &[Value], people: &mut People) -> Option<Review> {
    reviews
        .iter()
        .filter_map(|review| {
            let score = ["score", "reviewer_score"]
                .into_iter()
                .find_map(|name| given(review, name)?.as_f64())?;
            let outcome = if score > 0.0 {
                ReviewOutcome::Accepted
            } else if score < 0.0 {
                ReviewOutcome::Rejected
            } else {
                return None;
            };
            let reviewer = ["reviewed_by", "createdBy"]
                .into_iter()
                .find_map(|name| word(review, name));
            let at_us = ["reviewed_at", "createdAt"]
                .into_iter()
                .find_map(|name| instant(review, name));
            Some(Review {
                outcome,
                reviewer: reviewer.map(|address| people.name(address)),
                at_us,
            })
        })
        .max_by_key(|review| review.at_us)
}
