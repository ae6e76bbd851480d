//! One rater's confusion matrix.

use serde::Serialize;

/// How often a rater gave which category when which was true, in expectation over the true categories.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RaterConfusion {
    n_categories: usize,
    /// The rater's ratings, repeated ones included.
    pub n_ratings: u64,
    /// Expected counts with the smoothing in them: row the true category, column the one given.
    expected: Vec<f64>,
    /// Whether any of the rater's units may be of this true category.
    is_met: Vec<bool>,
}

impl RaterConfusion {
    pub(super) fn new(
        n_categories: usize,
        n_ratings: u64,
        expected: Vec<f64>,
        is_met: Vec<bool>,
    ) -> Self {
        Self {
            n_categories,
            n_ratings,
            expected,
            is_met,
        }
    }

    /// Expected number of ratings `given` on units that are `truly` of a category, the smoothing included; 0 for unknown categories.
    pub fn expected(&self, truly: u16, given: u16) -> f64 {
        let (truly, given) = (usize::from(truly), usize::from(given));
        if given >= self.n_categories {
            return 0.0;
        }
        let cell = self.expected.get(truly * self.n_categories + given);
        cell.copied().unwrap_or_default()
    }

    /// Expected number of ratings on units that are `truly` of a category.
    pub fn expected_total(&self, truly: u16) -> f64 {
        self.row(truly).iter().sum()
    }

    /// Probability that the rater gives `given` when `truly` is true; `None` where the rater never met it.
    pub fn rate(&self, truly: u16, given: u16) -> Option<f64> {
        let is_met = self.is_met.get(usize::from(truly)).copied();
        let total = self.expected_total(truly);
        (is_met == Some(true) && total > 0.0).then(|| self.expected(truly, given) / total)
    }

    /// Probability that the rater names a category when it is true.
    pub fn sensitivity(&self, category: u16) -> Option<f64> {
        self.rate(category, category)
    }

    /// Probability that the rater does not name a category when it is not true; with two categories the sensitivity of the other.
    pub fn specificity(&self, category: u16) -> Option<f64> {
        let (mut rejected, mut total) = (0.0, 0.0);
        let others = (0..self.n_categories as u16).filter(|truly| *truly != category);
        for truly in others.filter(|truly| self.is_met.get(usize::from(*truly)) == Some(&true)) {
            let row = self.expected_total(truly);
            total += row;
            // Summed, not subtracted: what is left of 1 would be lost in rounding.
            rejected += (0..self.n_categories as u16)
                .filter(|given| *given != category)
                .map(|given| self.expected(truly, given))
                .sum::<f64>();
        }
        (total > 0.0).then(|| (rejected / total).min(1.0))
    }

    /// Expected share of the rater's ratings that are true.
    pub fn accuracy(&self) -> Option<f64> {
        let total: f64 = self.expected.iter().sum();
        let right: f64 = (0..self.n_categories as u16)
            .map(|category| self.expected(category, category))
            .sum();
        (self.n_ratings > 0 && total > 0.0).then(|| (right / total).min(1.0))
    }

    fn row(&self, truly: u16) -> &[f64] {
        let from = usize::from(truly) * self.n_categories;
        let row = self.expected.get(from..from + self.n_categories);
        row.unwrap_or_default()
    }
}
