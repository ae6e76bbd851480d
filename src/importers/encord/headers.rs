//! Who made an object or a classification, when, and what reviewers said.

use crate::domain::{Review, ReviewOutcome};
use crate::importers::json::fields::{list, word};
use crate::importers::people::People;
use crate::importers::written::instant_us;
use serde_json::Value;

/// What an object or classification says about itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub rater: Option<String>,
    pub finished_at_us: Option<i64>,
    pub is_automatic: bool,
    pub confidence: Option<f64>,
    pub review: Option<Review>,
}

/// Reads a header. An object that someone else changed later is that person's correction.
pub(super) fn header(value: &Value, people: &mut People) -> Header {
    let author = word(value, "createdBy");
    let editor = word(value, "lastEditedBy").filter(|editor| Some(*editor) != author);
    let created_at_us = instant(value, "createdAt");
    let edited_at_us = instant(value, "lastEditedAt");
    let is_automatic = value.get("manualAnnotation") == Some(&Value::Bool(false));
    let corrected = editor.filter(|_| author.is_some()).map(|editor| Review {
        outcome: ReviewOutcome::Corrected,
        reviewer: Some(people.name(editor)),
        at_us: edited_at_us,
    });
    let said = list(value, "reviews")
        .unwrap_or_default()
        .iter()
        .filter_map(|review| {
            let outcome = match review.get("approved")?.as_bool()? {
                true => ReviewOutcome::Accepted,
                false => ReviewOutcome::Rejected,
            };
            let reviewer = word(review, "user_email").or_else(|| word(review, "createdBy"));
            Some(Review {
                outcome,
                reviewer: reviewer.map(|address| people.name(address)),
                at_us: instant(review, "createdAt"),
            })
        })
        .max_by_key(|review| review.at_us);
    Header {
        rater: author.map(|address| people.name(address)),
        finished_at_us: if editor.is_none() {
            edited_at_us.or(created_at_us)
        } else {
            created_at_us
        },
        is_automatic,
        confidence: value
            .get("confidence")
            .and_then(Value::as_f64)
            .filter(|confidence| is_automatic && (0.0..=1.0).contains(confidence)),
        review: match (said, corrected) {
            // A rejection may be what the correction answers; the later of the two is the last word.
            (Some(said), Some(corrected)) if said.at_us > corrected.at_us => Some(said),
            (said, corrected) => corrected.or(said),
        },
    }
}

/// `Tue, 17 Jan 2023 11:43:52 UTC`, and the forms that all exports use.
fn instant(value: &Value, name: &str) -> Option<i64> {
    let text = word(value, name)?;
    instant_us(text).or_else(|| {
        let civil = text
            .strip_suffix(" UTC")
            .or_else(|| text.strip_suffix(" GMT"))?;
        let civil = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S", civil).ok()?;
        let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp().as_microsecond())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_reviews_and_corrections_are_read() {
        let mut people = People::default();
        let plain = json!({"createdBy": "ann@a.org", "createdAt": "Tue, 17 Jan 2023 11:43:52 UTC", "confidence": 1,
            "manualAnnotation": true});
        let read = header(&plain, &mut people);
        assert_eq!(
            (read.rater.as_deref(), read.finished_at_us, read.confidence),
            (Some("ann"), Some(1_673_955_832_000_000), None)
        );
        let changed = json!({"createdBy": "ann@a.org", "createdAt": "2023-01-17 11:43:52", "lastEditedBy": "eve@a.org",
            "lastEditedAt": "Tue, 17 Jan 2023 12:00:00 GMT",
            "reviews": [{"approved": false, "createdAt": "2023-01-17 11:50:00", "user_email": "eve@a.org"}]});
        let read = header(&changed, &mut people);
        assert_eq!(read.finished_at_us, Some(1_673_955_832_000_000));
        assert_eq!(
            read.review.map(|review| review.outcome),
            Some(ReviewOutcome::Corrected)
        );
    }
}
