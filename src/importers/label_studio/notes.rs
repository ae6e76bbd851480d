//! What is said about an upload as a whole.

use std::collections::BTreeSet;

/// Columns that are named in a note; the others are counted.
const MAX_NAMED: usize = 12;

/// What was met on the way.
#[derive(Default)]
pub(super) struct Notes {
    pub n_reviews: u64,
    pub n_rejected: u64,
    pub n_repeated: u64,
    pub n_derived: u64,
    pub n_unsure_spans: u64,
    pub n_models: u64,
    pub n_scores_outside: u64,
    /// Annotations of tasks with several images that state their working time.
    pub n_times_of_several: u64,
    /// Rows of flat exports.
    pub n_rows: u64,
    /// Columns of flat exports in which results were found.
    pub of_controls: BTreeSet<String>,
    /// Columns of flat exports that hold plain texts.
    pub texts: BTreeSet<String>,
}

impl Notes {
    /// One sentence each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |n: u64, what: String| {
            if n > 0 {
                lines.push(format!("{n} {what}"));
            }
        };
        say(
            self.n_reviews,
            format!(
                "reviews stand in this export ({} rejected); the last of each annotation is kept with its reading; no annotation is changed by them",
                self.n_rejected
            ),
        );
        say(
            self.n_repeated,
            "annotations are a further reading of the same item by the same person or model; each is a session of its own".to_owned(),
        );
        say(
            self.n_derived,
            "annotations began as a prediction or as another annotation (`parent_prediction`, `parent_annotation`) and are not independent of it".to_owned(),
        );
        say(
            self.n_unsure_spans,
            "spans lie in texts that are not in this export; their places are counted in UTF-16 units, in which an emoji counts two".to_owned(),
        );
        say(
            self.n_models,
            "predictions are readings of a model, apart from those of people; to import them alone, give the role `model`".to_owned(),
        );
        say(
            self.n_scores_outside,
            "scores of predictions do not lie between 0 and 1 and are not kept as confidence"
                .to_owned(),
        );
        say(
            self.n_times_of_several,
            "annotations of tasks with several images state one working time for all of them, which is not kept".to_owned(),
        );
        say(
            self.n_rows,
            "rows are of a flat export (JSON-MIN, CSV), which leaves out skipped tasks, predictions, reviews, relations and the ids of regions; the JSON export holds them".to_owned(),
        );
        if !self.texts.is_empty() {
            let named: Vec<String> = self
                .texts
                .iter()
                .take(MAX_NAMED)
                .map(|name| format!("`{name}`"))
                .collect();
            let more = self.texts.len() - named.len();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            lines.push(format!(
                "columns {}{more} hold plain texts, which may be choices or belong to the task: --column label={} reads one of them as choices; the JSON export tells them apart",
                named.join(", "),
                self.texts.first().map_or("", String::as_str)
            ));
        }
        lines
    }
}
