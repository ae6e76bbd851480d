//! Reviews of single objects as the review of a reading.

use crate::domain::{Review, ReviewOutcome};

/// The reviews of one reading's objects as one: a rejection weighs most, then a correction; acceptance needs all.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    n_objects: u64,
    n_reviewed: u64,
    last: Option<Review>,
}

impl Verdict {
    /// Adds one object's review.
    pub fn add(&mut self, review: Option<&Review>) {
        self.n_objects += 1;
        let Some(review) = review else {
            return;
        };
        self.n_reviewed += 1;
        let weight = |review: &Review| match review.outcome {
            ReviewOutcome::Accepted => 0,
            ReviewOutcome::Corrected => 1,
            ReviewOutcome::Rejected => 2,
        };
        if self
            .last
            .as_ref()
            .is_none_or(|last| (weight(review), review.at_us) >= (weight(last), last.at_us))
        {
            self.last = Some(review.clone());
        }
    }

    /// The reading's review.
    pub fn review(self) -> Option<Review> {
        let is_whole = self.n_reviewed == self.n_objects;
        self.last
            .filter(|review| is_whole || review.outcome != ReviewOutcome::Accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acceptance_needs_every_object() {
        let review = |outcome| Review {
            outcome,
            reviewer: None,
            at_us: None,
        };
        let verdict = |reviews: &[Option<ReviewOutcome>]| {
            let mut verdict = Verdict::default();
            for one in reviews {
                verdict.add(one.map(review).as_ref());
            }
            verdict.review().map(|review| review.outcome)
        };
        let (yes, no) = (Some(ReviewOutcome::Accepted), Some(ReviewOutcome::Rejected));
        assert_eq!(verdict(&[yes, yes]), yes);
        assert_eq!(verdict(&[yes, None]), None);
        assert_eq!(verdict(&[no, yes, None]), no);
    }
}
