//! What `metadata` says about an image: name, size, people, and how far the work on it went.

use crate::domain::{Review, ReviewOutcome};
use crate::importers::json::fields::{given, size_px, word};
use crate::importers::people::People;
use serde_json::Value;

/// How far the work on an image went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    NotStarted,
    InProgress,
    /// Handed in, whatever quality assurance made of it.
    Done,
    Skipped,
    /// The file does not say.
    Unknown,
}

/// What is known about an image.
#[derive(Debug)]
pub(super) struct ImageInfo {
    pub name: String,
    pub size_px: Option<(u32, u32)>,
    pub status: Status,
    pub annotator: Option<String>,
    pub reviewer: Option<String>,
    /// What quality assurance made of the image as a whole.
    pub review: Option<Review>,
    pub is_video: bool,
}

/// Reads `metadata`.
pub(super) fn image(metadata: &Value, people: &mut People) -> Result<ImageInfo, String> {
    let name = word(metadata, "name").ok_or("`metadata` has no `name`")?;
    let mut named = |key: &str| word(metadata, key).map(|address| people.name(address));
    let (annotator, reviewer) = (named("annotatorEmail"), named("qaEmail"));
    let stated: Option<String> = word(metadata, "status")
        .map(|status| status.chars().filter(|letter| *letter != ' ').collect());
    let status = match stated.as_deref() {
        Some("NotStarted") => Status::NotStarted,
        Some("InProgress") => Status::InProgress,
        Some("QualityCheck" | "Returned" | "Completed") => Status::Done,
        Some("Skipped") => Status::Skipped,
        _ => Status::Unknown,
    };
    let outcome = match stated.as_deref() {
        Some("Returned") => Some(ReviewOutcome::Rejected),
        // Without anyone to check it, whoever drew an image may complete it.
        Some("Completed") if reviewer.is_some() => Some(ReviewOutcome::Accepted),
        _ => None,
    };
    let last = given(metadata, "lastAction");
    let is_by_reviewer = last.and_then(|last| word(last, "email"))
        == word(metadata, "qaEmail").filter(|address| !address.is_empty());
    Ok(ImageInfo {
        name: name.to_owned(),
        size_px: size_px(metadata),
        status,
        annotator,
        review: outcome.map(|outcome| Review {
            outcome,
            reviewer: reviewer.clone(),
            at_us: last.filter(|_| is_by_reviewer).and_then(timestamp_us),
        }),
        reviewer,
        is_video: given(metadata, "duration").is_some(),
    })
}

/// Seconds in older exports, milliseconds in newer ones.
fn timestamp_us(action: &Value) -> Option<i64> {
    /// As seconds more than 3,000 years away, as milliseconds in 1973.
    const FIRST_MILLISECONDS: i64 = 100_000_000_000;
    let stamp = given(action, "timestamp")?.as_i64()?;
    let scale = if stamp.abs() < FIRST_MILLISECONDS {
        1_000_000
    } else {
        1_000
    };
    stamp.checked_mul(scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_seconds_or_milliseconds_and_reviews_the_reviewer_s() {
        let read = |stamp: i64, who: &str| {
            let held = json!({"name": "a", "status": "Returned", "qaEmail": "eve@a.org",
                "lastAction": {"email": who, "timestamp": stamp}});
            image(&held, &mut People::default())
                .expect("sound")
                .review
                .expect("a review")
        };
        let at = Some(1_644_997_568_000_000);
        assert_eq!(read(1_644_997_568, "eve@a.org").at_us, at);
        assert_eq!(read(1_644_997_568_000, "eve@a.org").at_us, at);
        assert_eq!(read(1_644_997_568, "ann@a.org").at_us, None);
        assert_eq!(read(1, "eve@a.org").outcome, ReviewOutcome::Rejected);
    }
}
